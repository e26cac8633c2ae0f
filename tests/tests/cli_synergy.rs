//! `warmfront sweep` on a small model of two drugs: which way is better, and pairs that cannot be computed.

use std::path::{Path, PathBuf};

use crate::cli_support::{fail, succeed, summary};
use crate::cli_sweep::{number, sweep, table};

/// A model whose cells grow less under two drugs, and cannot grow at all where both doses are 2. The helpers
/// double under a, triple under b, and are 8 times as many under both.
const TWO_DRUGS: &str = r##"
[model]
id = "two_drugs"
label = "Two drugs"
description = "Trial."
time_unit = "day"
length_unit = "um"
default_scenario = "two_drugs_case"
time_step = 0.1
burden = "cells_left"
[[field]]
id = "cells"
label = "Cells"
unit = "1"
kind = "cell"
scale = 1.0
display = [0.0, 2.0]
colour = "#0072b2"
initial = 1.0
[[compartment]]
id = "level_a"
label = "Level of a"
unit = "nM"
initial = 0.0
scale = 1.0
[[compartment]]
id = "level_b"
label = "Level of b"
unit = "nM"
initial = 0.0
scale = 1.0
[[process]]
id = "growth"
label = "Growth"
rate = "1.0 - 0.3 * g.level_a * g.level_b"
produces = { cells = 1.0 }
cite = "Trial."
[[drug]]
id = "a"
label = "Drug a"
unit = "nM"
into = "level_a"
per_dose = "1.0"
colour = "#d55e00"
cite = "Assumed."
regimen = { dose = 1.0, every = 1000.0 }
[[drug]]
id = "b"
label = "Drug b"
unit = "nM"
into = "level_b"
per_dose = "1.0"
colour = "#d55e00"
cite = "Assumed."
regimen = { dose = 1.0, every = 1000.0 }
[[observable]]
id = "cells_left"
label = "Cells left"
unit = "1"
expression = "s.cells"
[[observable]]
id = "helpers"
label = "Helpers"
unit = "1"
expression = "1.0 + g.level_a + 2.0 * g.level_b + 4.0 * g.level_a * g.level_b"
reduce = "none"
better = "more"
[[observable]]
id = "undecided"
label = "Undecided"
unit = "1"
expression = "1.0 + g.level_a"
reduce = "none"
[[view]]
id = "cells"
label = "Cells"
channels = [{ field = "cells", full = 2.0 }]
"##;

/// A folder of models with [`TWO_DRUGS`] in it.
fn two_drugs(folder: &Path) -> PathBuf {
    let model = folder.join("models/two_drugs");
    std::fs::create_dir_all(model.join("scenarios")).expect("writable");
    std::fs::write(model.join("model.toml"), TWO_DRUGS).expect("writable");
    let case = "label = \"Two drugs\"\n[grid]\ncells = [8, 8]\nspacing = 10.0\n[time]\n\
                duration = 1.0\nstep = 0.1\nrecord_every = 1.0\n[arms.none]\nlabel = \"none\"\n";
    let file = model.join("scenarios/two_drugs_case.toml");
    std::fs::write(file, case).expect("writable");
    folder.to_owned()
}

#[test]
fn a_pair_that_cannot_be_computed_costs_its_own_cell() {
    let dir = tempfile::tempdir().expect("a folder");
    let assets = two_drugs(dir.path());
    let out = dir.path().join("gap");
    for replicates in ["1", "5"] {
        let options =
            format!("sweep two_drugs_case --x a=1,2 --y b=1,2 --force --replicates {replicates}");
        let mut command = sweep(&options, &out);
        command.arg("--assets").arg(&assets);
        let done = succeed(&mut command);
        for part in [
            "failed and is left out",
            "Bliss synergy: mean excess +0.250 over 3 of 4 dose pairs",
        ] {
            let all = format!("{}{}", done.err, done.out);
            assert!(all.contains(part), "{part}: {all}");
        }
        let pairs = table(&out.join("synergy.csv"));
        let at = |a: &str, b: &str| {
            let row = pairs.iter().find(|r| r["a"] == a && r["b"] == b);
            row.expect("every pair has a row")
        };
        for (a, b, excess) in [("1", "1", 0.15), ("1", "2", 0.3), ("2", "1", 0.3)] {
            let found = number(at(a, b), "bliss_excess");
            assert!((found - excess).abs() < 1e-4, "{a} {b}: {found}");
        }
        let gap = at("2", "2");
        assert_eq!(
            (gap["bliss_excess"].as_str(), gap["seeds"].as_str()),
            ("", "0")
        );
        assert!(
            gap["undefined"].contains("effect: ") && gap["undefined"].contains("growth"),
            "{gap:?}"
        );
        let s = summary(&out);
        let bliss = &s["synergy"]["bliss"];
        assert_eq!(
            (bliss["defined"].as_u64(), bliss["dose_pairs"].as_u64()),
            (Some(3), Some(4))
        );
        let map = std::fs::read_to_string(out.join("heat_map_bliss.svg")).expect("it is drawn");
        let labels = map.split("aria-label=\"").skip(1);
        let words: Vec<&str> = labels.filter_map(|l| l.split('"').next()).collect();
        assert!(words.contains(&"n/a"), "{words:?}");
        let words = words.join(" ");
        for part in ["the dose pair could not be computed", "process `growth`"] {
            assert!(words.contains(part), "{part}: {words}");
        }
    }
}

#[test]
fn synergy_has_the_sign_that_the_model_declares() {
    let dir = tempfile::tempdir().expect("a folder");
    let assets = two_drugs(dir.path());
    let of = |observable: &str, out: &Path| {
        let options = "sweep two_drugs_case --x a=0,1 --y b=0,1 --replicates 1 --no-figures";
        let mut command = sweep(options, out);
        command.args(["--observable", observable]);
        command.arg("--assets").arg(&assets);
        command
    };
    let out = dir.path().join("more");
    let done = succeed(&mut of("helpers", &out));
    assert!(
        done.out.contains("Bliss synergy: mean excess +2.000"),
        "{}",
        done.out
    );
    assert!(done.out.contains("over 1 dose pair,"), "{}", done.out);
    let s = summary(&out);
    assert_eq!(
        (s["verdict"].as_str(), s["better"].as_str()),
        (Some("Bliss synergy"), Some("more"))
    );
    let text = std::fs::read_to_string(out.join("synergy.csv-metadata.json")).expect("it is there");
    assert!(text.contains("more is better"), "{text}");
    let out = dir.path().join("undecided");
    let parts = [
        "synergy of `undecided` has no sign",
        "in --observable",
        "better = \"less\" or better = \"more\"",
        "`helpers`",
    ];
    fail(&mut of("undecided", &out), 2, &parts);
    assert!(!out.exists());
}
