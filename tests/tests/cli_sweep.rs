//! `warmfront sweep`: dose matrices, parameters along axes, screens; stopped and taken up again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::cli_support::{fail, signal, succeed, summary, warmfront};

/// A dose matrix of nine pairs and two seeds, in a second or two.
const MATRIX: &str = "sweep inflamed --grid 16x16 --days 2 --x mek=0,0.5,1 --y pdl1=0,0.1,1 \
                      --replicates 2 --quiet";

/// A sweep into a folder.
pub fn sweep(options: &str, out: &Path) -> Command {
    let mut command = warmfront(options);
    command.arg("--out").arg(out);
    command
}

/// Rows of a table by the names of its columns.
pub fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).expect("it is written");
    let mut lines = text.lines();
    let split = |l: &str| l.split(',').map(str::to_owned).collect::<Vec<_>>();
    let head = split(lines.next().expect("a head"));
    lines
        .map(|l| head.iter().cloned().zip(split(l)).collect())
        .collect()
}

/// A number of a row.
pub fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column]
        .parse()
        .unwrap_or_else(|_| panic!("{column}: {row:?}"))
}

#[test]
fn a_dose_matrix_writes_tables_arrays_and_figures() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("matrix");
    let loud = MATRIX
        .replace(" --quiet", "")
        .replace("mek=0,0.5,1", "mek=0.5,1");
    let done = succeed(&mut sweep(&loud, &out));
    assert!(
        done.err.contains("dose 0 of `mek` is added"),
        "{}",
        done.err
    );
    for part in [
        "Tumour burden, relative",
        "Bliss excess",
        "2 start maps, too few for a spread",
        "Combined with itself, a drug has no interaction for Loewe only",
        "cases in",
    ] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
    let s = summary(&out);
    let headline = s["headline"].as_str().expect("it is there");
    assert!(
        headline.contains("Bliss") && headline.contains("Loewe") && done.out.contains(headline),
        "{headline}"
    );
    assert_eq!(s["better"], "less");
    assert_eq!(
        (s["status"].as_str(), s["cases"].as_u64()),
        (Some("complete"), Some(18))
    );
    assert!(s["cases_per_minute"].as_f64().is_some_and(|r| r > 1.0) && s["batch"] == 9);
    let bliss = &s["synergy"]["bliss"];
    assert!(bliss["mean_excess"].is_number() && s["verdict"].is_string());
    assert!(bliss["largest"]["excess"].is_number() && bliss["smallest"]["excess"].is_number());
    let negative = bliss["mean_excess"].as_f64().is_some_and(|m| m < 0.0);
    let end = if negative { "smallest" } else { "largest" };
    assert_eq!(bliss["strongest"]["excess"], bliss[end]["excess"]);
    assert_eq!(s["synergy"]["zip"]["defined"], 0);
    assert_eq!(
        s["synergy"]["zip"]["not_defined_because"][0],
        "a curve needs at least 3 doses above 0"
    );
    let surface = std::fs::read_to_string(out.join("surface.svg")).expect("it is written");
    assert!(surface.contains("Doses not to scale") && surface.contains("MEK inhibitor"));
    let listed = s["files"].to_string();
    for file in [
        "cases.jsonl",
        "sweep.csv",
        "sweep.csv-metadata.json",
        "synergy.csv",
        "synergy.csv-metadata.json",
        "sweep.zarr",
        "scenario.toml",
        "summary.json",
        "heat_map_burden.png",
        "heat_map_bliss.png",
        "heat_map_hsa.png",
        "heat_map_loewe.png",
        "surface.png",
        "isoboles.png",
        "isoboles.svg",
    ] {
        assert!(
            out.join(file).exists() && listed.contains(file),
            "{file}: {listed}"
        );
    }

    // The tables agree with each other, and Bliss with its formula.
    let rows = table(&out.join("sweep.csv"));
    let burden = |seed: &str, mek: &str, pdl1: &str| {
        let found = rows.iter().find(|r| {
            r["seed"] == seed && r["mek"] == mek && r["pdl1"] == pdl1 && r["quantity"] == "burden"
        });
        number(found.expect("every pair is there"), "value")
    };
    let pairs = table(&out.join("synergy.csv"));
    assert_eq!(pairs.len(), 9);
    for row in &pairs {
        let (mek, pdl1) = (row["mek"].as_str(), row["pdl1"].as_str());
        assert_eq!(number(row, "mek_amount"), 60.0 * number(row, "mek"));
        let effect = |mek, pdl1| {
            let each = ["1", "2"].map(|s| 1.0 - burden(s, mek, pdl1) / burden(s, "0", "0"));
            (each[0] + each[1]) / 2.0
        };
        let (f1, f2, f12) = (effect(mek, "0"), effect("0", pdl1), effect(mek, pdl1));
        // The tables have eight digits.
        assert!((number(row, "effect") - f12).abs() < 1e-6, "{row:?}");
        let excess = if f1 == 0.0 || f2 == 0.0 {
            0.0
        } else {
            f12 - (f1 + f2 - f1 * f2)
        };
        assert!(
            (number(row, "bliss_excess") - excess).abs() < 1e-6,
            "{row:?}"
        );
        // Two doses above 0 are too few for a curve.
        let defined = mek == "0" || pdl1 == "0";
        assert_eq!(
            row["zip_delta"].is_empty(),
            !defined && row["undefined"].contains("ZIP"),
            "{row:?}"
        );
        assert!(row["effect_low"].is_empty(), "{row:?}");
        // An empty combination index has its reason, and only an empty one.
        assert_eq!(
            row["loewe_index"].is_empty(),
            row["undefined"].contains("loewe_index: "),
            "{row:?}"
        );
    }
    let metadata =
        std::fs::read_to_string(out.join("synergy.csv-metadata.json")).expect("it is there");
    assert!(metadata.contains("\"bliss_excess\"") && metadata.contains("\"warmfront\""));
    for file in [
        "",
        "sweep.csv",
        "sweep.zarr",
        "heat_map_bliss.png",
        "surface.svg",
    ] {
        let told = succeed(warmfront("reopen --print").arg(out.join(file)));
        assert!(told.out.contains("[arms.combo]"), "{file}: {}", told.out);
    }

    // A finished sweep runs nothing and writes the same again; another one needs --force.
    let before = std::fs::read(out.join("synergy.csv")).expect("it is there");
    std::fs::remove_file(out.join("synergy.csv")).expect("writable");
    let again = succeed(&mut sweep(&loud, &out));
    assert!(again.err.contains("finished before") && again.out.contains("nothing was run"));
    assert_eq!(
        std::fs::read(out.join("synergy.csv")).expect("written again"),
        before
    );
    let other = MATRIX.replace("--days 2", "--days 1");
    let parts = ["holds finished cases of another question", "--force"];
    fail(&mut sweep(&other, &out), 5, &parts);
    succeed(&mut sweep(&format!("{other} --force --no-figures"), &out));
    assert!(!out.join("surface.png").exists() && !out.join("isoboles.svg").exists());
}

/// Starts a sweep and waits until some cases are done.
fn begun(options: &str, out: &Path) -> Child {
    let mut command = sweep(options, out);
    let child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn();
    let child = child.expect("the program starts");
    let start = Instant::now();
    while lines(out) < 4 {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "no case is done"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

/// Whole lines of the store: the first says what it is, the others are cases.
fn lines(out: &Path) -> usize {
    let text = std::fs::read_to_string(out.join("cases.jsonl")).unwrap_or_default();
    text.matches('\n').count()
}

#[cfg(unix)]
#[test]
fn a_sweep_that_is_stopped_or_killed_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let slow = format!("{MATRIX} --batch 1 --no-figures");
    let whole = dir.path().join("whole");
    succeed(&mut sweep(&slow, &whole));
    let expected = std::fs::read(whole.join("synergy.csv")).expect("it is there");
    for (which, name, code) in [
        (Signal::KILL, "killed", None),
        (Signal::INT, "stopped", Some(130)),
    ] {
        let out = dir.path().join(name);
        let child = begun(&slow, &out);
        signal(&child, which);
        let ended = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), code, "{said}");
        let done = lines(&out) - 1;
        assert!(
            (3..18).contains(&done) && !out.join("synergy.csv").exists(),
            "{done}"
        );
        if code.is_some() {
            let words = format!("stopped with Ctrl-C: {done} of 18 cases are done and kept in");
            assert!(
                said.contains(&words) && said.contains("the same command goes on"),
                "{said}"
            );
            let s = summary(&out);
            assert!(
                s["status"]
                    .as_str()
                    .is_some_and(|s| s.starts_with("stopped"))
                    && s["done"] == done
            );
        }
        let rest = succeed(&mut sweep(&slow.replace(" --quiet", ""), &out));
        assert!(
            rest.err.contains(&format!("going on: {done} of 18 cases")),
            "{}",
            rest.err
        );
        assert_eq!(summary(&out)["taken_up"], done);
        // Another batch size, and taken up: the same bytes.
        assert_eq!(
            std::fs::read(out.join("synergy.csv")).expect("it is there"),
            expected
        );
    }
    let together = dir.path().join("together");
    succeed(&mut sweep(&format!("{MATRIX} --no-figures"), &together));
    assert_eq!(
        std::fs::read(together.join("synergy.csv")).expect("it is there"),
        expected
    );
}

#[test]
fn a_parameter_is_swept_in_all_arms() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("parameter");
    let options = "sweep inflamed --grid 16x16 --days 4 --day 2 --x growth_rate_sensitive=0.1:0.4:3 --replicates 5 --json";
    let done = succeed(&mut sweep(options, &out));
    let s: serde_json::Value = serde_json::from_str(&done.out).expect("JSON and nothing else");
    assert_eq!(
        (s["cases"].as_u64(), s["time"]["outcome"].as_f64()),
        (Some(60), Some(2.0))
    );
    let rows = table(&out.join("effects.csv"));
    assert_eq!(rows.len(), 12);
    let control: Vec<f64> = rows
        .iter()
        .filter(|r| r["arm"] == "control")
        .map(|r| number(r, "value"))
        .collect();
    assert!(
        control[0] < control[1] && control[1] < control[2],
        "{control:?}"
    );
    for row in &rows {
        assert!(number(row, "value_low") <= number(row, "value"));
        assert!(number(row, "value_high") >= number(row, "value"));
        assert_eq!(row["bliss_excess"].is_empty(), row["arm"] != "combo");
    }
    assert!(out.join("sweep.png").exists() && !out.join("synergy.csv").exists());
    // The scenario's own numbers are those of `run`.
    let own = dir.path().join("own");
    let one = options
        .replace("0.1:0.4:3", "0.1,0.3")
        .replace("--replicates 5", "--replicates 1");
    succeed(&mut sweep(&one, &own));
    let run = dir.path().join("run");
    let same =
        "run inflamed --grid 16x16 --days 2 --set growth_rate_sensitive=0.3 --no-figures --quiet";
    succeed(&mut sweep(same, &run));
    let swept = table(&own.join("effects.csv"));
    let swept = swept
        .iter()
        .find(|r| r["arm"] == "combo" && r["growth_rate_sensitive"] == "0.3");
    let (_, last) = crate::cli_support::series(&run, "combo", "burden")
        .pop()
        .expect("rows");
    assert_eq!(number(swept.expect("a row"), "value"), last);
    // The table tells the control in its own unit, and so does the figure.
    let loud = one.replace(" --json", "");
    let told = succeed(&mut sweep(&loud, &own));
    assert!(told.out.contains("control (rho)"), "{}", told.out);
    let drawn = std::fs::read_to_string(own.join("sweep.svg")).expect("it is written");
    assert!(drawn.contains("Control itself"), "no panel of the control");
    // Two parameters make maps; a model without drugs has values only.
    let maps = dir.path().join("maps");
    let two = "sweep inflamed --grid 16x16 --days 1 --x growth_rate_sensitive=0.1,0.3 --y mek=0,2 \
               --replicates 1 --quiet";
    succeed(&mut sweep(two, &maps));
    assert!(maps.join("heat_map_burden.png").exists() && maps.join("heat_map_bliss.png").exists());
}

#[test]
fn a_screen_names_what_carries_the_conclusion() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("screen");
    let options = "sweep inflamed --grid 16x16 --days 2 --sensitivity --trajectories 2 \
                   --parameters kill_rate_max,growth_rate_sensitive,treg_death";
    let done = succeed(&mut sweep(options, &out));
    for part in [
        "mu*",
        "kill_rate_max",
        "sampled points",
        "keep this verdict",
        "over ±25 %",
        "not an error",
    ] {
        assert!(done.out.contains(part), "{part}: {}", done.out);
    }
    assert!(out.join("sensitivity.png").exists());
    let text = std::fs::read_to_string(out.join("sensitivity.csv")).expect("it is there");
    // Three treated arms and one Bliss excess, three parameters each.
    assert_eq!(text.lines().count(), 1 + 4 * 3);
    assert!(text.contains("bliss_excess,combo,1,") && text.contains("relative_burden,mek,3,"));
    let s = summary(&out);
    assert_eq!(s["cases"].as_u64(), Some((2 * 4 + 1) * 4));
    assert_eq!(s["robustness"][0]["points"], 8);
    // The same seed, the same screen.
    let again = dir.path().join("again");
    succeed(&mut sweep(
        &format!("{options} --quiet --no-figures"),
        &again,
    ));
    assert_eq!(
        std::fs::read_to_string(again.join("sensitivity.csv")).expect("it is there"),
        text
    );
}

#[test]
fn wrong_sweeps_say_what_is_allowed() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("never");
    for (options, parts) in [
        (
            "--x mekk=0:1:3",
            [
                "in --x: unknown drug or parameter `mekk`",
                "did you mean `mek`?",
            ],
        ),
        ("--x mek=1:0:3", ["in --x: a range from 1 to 0", "larger"]),
        ("--x mek=0:1:1", ["in --x: an axis of 1 values", "2 to 101"]),
        (
            "--x mek=0:1:102",
            ["in --x: an axis of 102 values", "2 to 101"],
        ),
        ("--x mek=0:1:x", ["in --x", "not a number of values"]),
        ("--x mek=a,b", ["in --x: `a`", "not a number"]),
        ("--x mek=-1,1", ["in --x: a dose of -1", "0 or more"]),
        (
            "--x mek=0:1:3:log",
            ["in --x: a logarithmic range from 0", "above 0"],
        ),
        (
            "--x mek=0,1 --y mek=0,2",
            ["in --y: `mek` is on both axes", "another"],
        ),
        (
            "--y mek=0,2",
            ["in --y: a second axis without a first", "--x"],
        ),
        (
            "--x growth_rate_sensitive=0.1,99",
            [
                "in --x: parameter `growth_rate_sensitive` is 99",
                "outside its range",
            ],
        ),
        (
            "--x mek=0:1:101 --y pdl1=0:1:101 --replicates 10",
            ["102010 cases", "at most 100000"],
        ),
        (
            "--x mek=0,1 --arm control",
            ["no arm of `inflamed` gets `mek`", "--arm"],
        ),
        ("--replicates 0", ["in --replicates: 0 replicates", "1 to"]),
        (
            "--day 99",
            ["in --day: day 99 is not within the run", "at most 28"],
        ),
        ("--day -1", ["in --day", "above 0"]),
        (
            "--observable burdn",
            [
                "in --observable: unknown observable `burdn`",
                "did you mean",
            ],
        ),
        ("--batch 0", ["in --batch", "1 or more"]),
        ("--sensitivity --x mek=0,1", ["cannot be used with", "--x"]),
        (
            "--sensitivity --replicates 3",
            ["cannot be used with", "--replicates"],
        ),
        ("--trajectories 4", ["--sensitivity", "required"]),
        ("--x mek=0,1 --spread 0.1", ["cannot be used with", "--x"]),
        (
            "--x mek=0,1 --y pdl1=0,1 --arm mek",
            ["in --arm: a dose matrix makes its own arms", "leave out"],
        ),
        (
            "--x kill_rate_max=3,4 --set kill_rate_max=6",
            ["in --set: `kill_rate_max` is on an axis too", "leave out"],
        ),
        (
            "--sensitivity --trajectories 1",
            ["in --trajectories", "2 to 1000"],
        ),
        ("--sensitivity --spread 2", ["in --spread", "at most 1"]),
        (
            "--sensitivity --parameters kil_rate_max",
            ["in --parameters: unknown parameter", "did you mean"],
        ),
        (
            "--sensitivity --group nothing",
            ["in --group: unknown group", "allowed"],
        ),
        (
            "--sensitivity --parameters repulsion_tgfb",
            ["none of these parameters can be moved", "--parameters"],
        ),
    ] {
        fail(
            &mut sweep(&format!("sweep inflamed {options}"), &out),
            2,
            &parts,
        );
    }
    fail(
        &mut sweep("sweep heat", &out),
        2,
        &["no arm of", "gets a drug", "--x"],
    );
    assert!(!out.exists());
}

#[test]
fn a_sweep_in_which_every_case_fails_is_a_failure_and_leaves_its_reasons() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("beyond.toml");
    std::fs::write(&file, crate::cli_support::BEYOND).expect("writable");
    for (name, options) in [
        ("matrix", "--x mek=0,1 --y pdl1=0,1 --replicates 1"),
        ("line", "--x mek=0,1 --replicates 1"),
        ("screen", "--sensitivity --parameters kill_rate_max"),
    ] {
        let out = dir.path().join(name);
        let mut command = warmfront("sweep");
        command.arg(&file);
        command.args("--grid 16x16 --days 1 --quiet --no-figures".split(' '));
        command.args(options.split(' ')).arg("--out").arg(&out);
        fail(&mut command, 4, &["none of the", "came to its end"]);
        let s = summary(&out);
        assert_eq!(s["failed"], s["cases"], "{name}");
        assert!(s["warnings"].to_string().contains("failed and is left out"));
    }
}

/// The environment that `cargo xtask setup` makes.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let name = if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    };
    let python = root.join("target/python").join(name);
    assert!(
        python.is_file(),
        "the Python readers are missing: run `cargo xtask setup`"
    );
    python
}

#[test]
fn a_sweep_opens_in_xarray() {
    let dir = tempfile::tempdir().expect("a folder");
    let matrix = dir.path().join("matrix");
    succeed(&mut sweep(&format!("{MATRIX} --no-figures"), &matrix));
    let line = dir.path().join("line");
    let one = "sweep inflamed --grid 16x16 --days 1 --x growth_rate_sensitive=0.1,0.3 --replicates 2 --quiet --no-figures";
    succeed(&mut sweep(one, &line));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/read_sweep.py");
    let done = succeed(Command::new(python()).arg(script).args([matrix, line]));
    assert_eq!(done.out.matches("agrees").count(), 2, "{}", done.out);
}
