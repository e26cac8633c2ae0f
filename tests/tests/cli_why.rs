//! `warmfront why`: the unswitched arms are those of `run`, the files, resuming, and what is refused; and the
//! cycle that every run tells of.

use std::path::Path;

use crate::cli_support::{fail, finish, succeed, warmfront};
use serde_json::Value;

/// A short run of all arms on a coarse grid.
const SHORT: &str = "inflamed --grid 16x16";

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("it is there");
    serde_json::from_str(&text).expect("JSON")
}

/// Columns of a table by name; no cell of these tables holds a comma or a quote but the labels.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("it is there");
    let lines = text
        .lines()
        .map(|l| l.split(',').map(str::to_owned).collect());
    lines.collect()
}

#[test]
fn nothing_taken_away_is_a_run_bit_by_bit() {
    let dir = tempfile::tempdir().expect("a folder");
    let (plain, asked) = (dir.path().join("run"), dir.path().join("why"));
    let run = format!("run {SHORT} --days 3 --format none --no-figures --quiet --out");
    succeed(warmfront(&run).arg(&plain));
    let why = format!("why {SHORT} --day 3 --only mhc1_gain,exclusion --out");
    let done = succeed(warmfront(&why).arg(&asked));
    for words in [
        "without",
        "mhc1_gain",
        "(MHC-I rise under MEK inhibition)",
        "fold",
        "not at work in this scenario: exclusion",
        "8 runs",
    ] {
        assert!(
            done.out.contains(words),
            "`{words}` is not in:\n{}",
            done.out
        );
    }
    for line in done.out.lines().take_while(|l| !l.starts_with("in ")) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let (plain, told) = (
        json(&plain.join("summary.json")),
        json(&asked.join("summary.json")),
    );
    let links = told["why"]["links"].as_array().expect("links");
    assert_eq!(links.len(), 3);
    for arm in ["control", "mek", "pdl1", "combo"] {
        let there = plain["observables"][arm]["burden"]["value"].as_f64();
        let here = links[0]["arms"][arm]["burden"].as_f64();
        // Both files hold eight digits, more than a number of single precision has.
        assert!(
            there.is_some() && there == here,
            "{arm}: {there:?} and {here:?}"
        );
    }
    assert_eq!(links[1]["id"], "mhc1_gain");
    assert!(
        links[1]["arms"]["combo"]["share"]
            .as_f64()
            .is_some_and(|s| s > 0.0)
    );
    assert!(links[1]["arms"]["control"]["share"].is_null());
    assert_eq!(links[2]["at_work"], false);

    // Every file says where it comes from, and the table what its columns are.
    for name in ["why.png", "why.svg", "why.json", "why.csv", "scenario.toml"] {
        let done = succeed(warmfront("reopen --print").arg(asked.join(name)));
        assert!(done.out.contains("duration = 3"), "{name}: {}", done.out);
    }
    let columns = json(&asked.join("why.csv-metadata.json"));
    let names = columns["tableSchema"]["columns"]
        .as_array()
        .expect("columns");
    let table = rows(&asked.join("why.csv"));
    assert_eq!(names.len(), table[0].len());
    for (column, name) in names.iter().zip(&table[0]) {
        assert_eq!(column["name"], name.as_str());
    }
    // Nothing and one link, four arms each.
    assert_eq!(table.len(), 1 + 8);

    // Asked again, nothing is run; another question does not take these results for its own.
    let again = succeed(warmfront(&why).arg(&asked));
    assert!(again.out.contains("8 of them taken up"), "{}", again.out);
    let other = format!("why {SHORT} --day 3 --only cxcl_gain --out");
    let parts = ["holds finished cases of another question", "--force"];
    fail(warmfront(&other).arg(&asked), 5, &parts);
}

#[test]
fn a_run_tells_its_cycle_and_why() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    let run = format!("run {SHORT} --days 1 --format none --why --out");
    let done = succeed(warmfront(&run).arg(&out));
    for words in [
        "means over day 0 to day 1",
        "mean rate, × control",
        "rates are of the whole tissue",
        "(T-cell protection and MHC-I rise)",
        "7 killing",
        "til_protection",
        "why.png",
    ] {
        assert!(
            done.out.contains(words),
            "`{words}` is not in:\n{}",
            done.out
        );
    }
    let told = json(&out.join("summary.json"));
    let arms = told["arms"].as_array().expect("arms");
    assert_eq!(arms.len(), 4);
    for arm in arms {
        let steps = arm["cycle"]["steps"].as_array().expect("steps");
        assert_eq!(steps.len(), 7);
        // What the summary says is the last row of the time series.
        for step in steps {
            let quantity = step["quantity"].as_str().expect("an id");
            let last = &told["observables"][arm["id"].as_str().expect("an id")][quantity]["value"];
            assert_eq!(&step["rate"], last, "{quantity}");
            for key in ["relative_to_control", "mean_relative_to_control"] {
                assert_eq!(step[key].is_null(), arm["id"] == "control", "{key}");
            }
        }
        assert!(arm["cycle"]["loop_gain_log10"].is_number());
        assert!(arm["why"].as_array().is_some_and(|w| w.len() > 10));
    }
    let words = arms[3]["cycle"]["in_words"].as_str().expect("words");
    assert!(words.contains("against the control"), "{words}");
    assert!(told["why"]["links"].is_array());

    let table = rows(&out.join("cycle.csv"));
    assert_eq!(
        table[0].join(","),
        "time_days,arm,step,quantity,unit,rate,relative_to_start"
    );
    assert_eq!((table.len() - 1) % (4 * 7), 0);
    assert!(
        table[1..8].iter().all(|r| r[0] == "0" && r[6] == "1"),
        "{:?}",
        &table[1..8]
    );
    let columns = json(&out.join("cycle.csv-metadata.json"));
    assert_eq!(columns["url"], "cycle.csv");
    let files = told["files"].as_array().expect("files");
    for name in [
        "cycle.csv",
        "cycle.png",
        "cycle.svg",
        "why.csv",
        "why.json",
        "why.png",
        "why.svg",
    ] {
        assert!(
            files.contains(&name.into()) && out.join(name).is_file(),
            "{name}"
        );
    }
    let svg = std::fs::read_to_string(out.join("cycle.svg")).expect("a figure");
    for words in ["7. Killing of cancer cells", "Combination", "time (days)"] {
        assert!(svg.contains(&format!("aria-label=\"{words}\"")), "{words}");
    }
}

#[test]
fn wrong_questions_are_told_in_a_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let refuse = |options: &str, parts: &[&str]| {
        let out = dir.path().join("none");
        fail(
            warmfront(&format!("why {options} --out")).arg(&out),
            2,
            parts,
        );
        assert!(!out.exists());
    };
    refuse(
        "inflamed --only mhc1_gian",
        &["--only", "did you mean `mhc1_gain`"],
    );
    refuse("inflamed --replicates 0", &["in --replicates: 0", "1 to"]);
    for day in ["-1", "0", "nan", "29"] {
        let parts = ["in --day: day", "is not within the run", "at most 28"];
        refuse(&format!("inflamed --day {day}"), &parts);
    }
    refuse("labyrinth", &["[[counterfactual]]"]);
}

#[test]
fn a_scenario_that_fails_itself_is_a_numerical_failure() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("beyond.toml");
    std::fs::write(&file, crate::cli_support::BEYOND).expect("writable");
    let mut command = warmfront("why --grid 16x16 --day 1 --only exclusion --quiet --out");
    command.arg(dir.path().join("out")).arg(&file);
    fail(&mut command, 4, &["itself has no outcome to explain"]);
}

#[test]
fn a_model_without_a_cycle_has_no_file_of_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    let run = "run cosine_mode --small --no-figures --format none --out";
    let done = succeed(warmfront(run).arg(&out));
    assert!(!out.join("cycle.csv").exists() && !done.out.contains("cycle"));
    assert!(!done.out.contains("warmfront why"));
    let told = json(&out.join("summary.json"));
    assert!(told["why"].is_null() && told["arms"][0]["cycle"].is_null());
}

#[test]
fn a_link_that_names_nothing_is_shown_with_its_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let model = dir.path().join("models/heat");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/models/heat");
    std::fs::create_dir_all(model.join("scenarios")).expect("a folder");
    for name in ["scenarios/cosine_mode.toml", "scenarios/gaussian_spot.toml"] {
        std::fs::copy(source.join(name), model.join(name)).expect("a copy");
    }
    let good = std::fs::read_to_string(source.join("model.toml")).expect("a model");
    let line = good.lines().count();
    let check = |link: &str, parts: &[&str]| {
        let text = format!(
            "{good}\n[[counterfactual]]\nid = \"link\"\nlabel = \"Link\"\n{link}\n\
             explanation = \"A link.\"\ncite = \"Assumed.\"\n"
        );
        std::fs::write(model.join("model.toml"), text).expect("writable");
        let mut command = warmfront("check cosine_mode --assets");
        let done = finish(command.arg(dir.path()));
        assert_eq!(done.code, 2, "{}{}", done.out, done.err);
        for part in parts {
            assert!(done.err.contains(part), "`{part}` is not in:\n{}", done.err);
        }
    };
    let at = format!("model.toml:{}", line + 5);
    check(
        "parameters = { difusivity = 0.0 }",
        &[&at, "unknown parameter", "did you mean"],
    );
    check(
        "off = [\"cooling\"]",
        &[&at, "unknown process or transport"],
    );
    check("", &["changes nothing", "parameters"]);
    check(
        "parameter = { }",
        &["unknown key `parameter`", "did you mean `parameters`"],
    );
}
