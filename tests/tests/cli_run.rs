//! `warmfront run` from end to end: files, contents, repeatability, interruption.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::Signal;

use crate::cli_support::{fail, npz, npz_text, said, series, signal, succeed, summary, warmfront};

/// 0.01 min of 1 min, in days.
const SHORT: &str = "--days 0.0001 --every 0.00002 --grid 16x8";

#[test]
fn a_small_run_writes_every_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("new/heat");
    let done = succeed(warmfront(&format!("run heat {SHORT} --out")).arg(&out));
    for word in ["Mean", "montage.png", "ticks in", "largest linear residual"] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    for file in [
        "timeseries.csv",
        "timeseries.csv-metadata.json",
        "scenario.toml",
        "summary.json",
        "montage.png",
        "montage.svg",
        "timeseries.png",
        "timeseries.svg",
        "single/fields.npz",
    ] {
        assert!(out.join(file).is_file(), "{file}");
    }
    assert!(!out.join(".partial").exists() && !out.join(".warmfront.lock").exists());

    let mean = series(&out, "single", "mean");
    assert_eq!(mean.len(), 6);
    assert!((mean[5].0 - 1e-4).abs() < 1e-12, "{mean:?}");
    assert!(mean.iter().all(|(_, v)| (v - 1.0).abs() < 1e-5), "{mean:?}");

    let file = out.join("single/fields.npz");
    let (times, days) = npz(&file, "time_days");
    let (shape, values) = npz(&file, "concentration");
    assert_eq!(shape, [times[0], 1, 8, 16]);
    assert_eq!(values.len(), days.len() * 128);
    assert!(
        values[0] > 1.9 && values[15] < 0.1,
        "the start is a cosine along x"
    );
    let (_, spacing) = npz(&file, "spacing_um");
    assert_eq!(spacing, [31.25, 62.5, 10.0]);

    let s = summary(&out);
    assert_eq!(s["status"], "complete");
    assert_eq!(s["model"]["id"], "heat");
    assert!(s["ticks"].as_u64() > Some(5));
    assert!(s["fields"]["concentration"]["smallest_value"].is_number());
    assert!(s["norms"]["single"]["concentration"]["rms"].is_number());
    assert!(s["adapter"]["name"].is_string() && s["wall_seconds"]["run"].is_number());
    assert_eq!(s["warnings"], serde_json::json!([]));
    let margin = s["fields"]["concentration"]["step_margin"].as_f64();
    let error = s["fields"]["concentration"]["time_error"].as_f64();
    let product = margin.zip(error).map_or(f64::NAN, |(m, e)| m * e);
    assert!((product / 0.01 - 1.0).abs() < 1e-6, "{margin:?} {error:?}");
    assert_eq!(s["step_margin"]["field"], "concentration");
    let listed = s["files"].as_array().map_or(0, Vec::len);
    assert_eq!(listed, 9);

    // A figure brings its scenario along.
    let png = std::fs::read(out.join("montage.png")).expect("written");
    let texts = warmfront_view::read_png_text(&png).expect("a PNG");
    let toml = std::fs::read_to_string(out.join("scenario.toml")).expect("written");
    let told = texts.iter().find(|(k, _)| k == "warmfront").map(|(_, t)| t);
    let told: serde_json::Value = serde_json::from_str(told.expect("it is there")).expect("JSON");
    assert_eq!(told["scenario"], toml.as_str());
    assert_eq!(
        told["results"]["arms"]["single"]["mean"],
        s["observables"]["single"]["mean"]["value"]
    );
    assert_eq!(s["scenario"]["toml"], toml.as_str());
    let svg = std::fs::read_to_string(out.join("montage.svg")).expect("written");
    let pairs = warmfront_view::read_svg_text(&svg).expect("XML");
    assert!(
        pairs
            .iter()
            .any(|p| texts.contains(p) && p.0 == "warmfront")
    );
    // So do the arrays.
    assert_eq!(npz_text(&file, "scenario"), toml);
    assert_eq!(npz_text(&file, "model_hash"), s["model"]["hash"]);
    assert_eq!(npz_text(&file, "version"), s["warmfront"]);
    assert_eq!(npz_text(&file, "adapter"), s["adapter"]["name"]);
    assert_eq!(npz_text(&file, "arm"), "single");
}

#[test]
fn a_written_scenario_gives_the_same_bits() {
    let dir = tempfile::tempdir().expect("a folder");
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    let options = "--days 20 --grid 24x16 --seed 5 --set feed=0.03 --no-figures --quiet";
    let done = succeed(warmfront(&format!("run gray_scott {options} --out")).arg(&a));
    assert_eq!(done.out, "");
    assert!(!a.join("montage.png").exists());
    succeed(
        warmfront("run")
            .arg(a.join("scenario.toml"))
            .arg("--out")
            .arg(&b),
    );
    for file in ["timeseries.csv", "scenario.toml", "single/fields.npz"] {
        let read = |p: &std::path::Path| std::fs::read(p.join(file)).expect("written");
        assert_eq!(read(&a), read(&b), "{file}");
    }
}

#[test]
fn an_arm_does_not_depend_on_the_others() {
    let dir = tempfile::tempdir().expect("a folder");
    let (all, one) = (dir.path().join("all"), dir.path().join("one"));
    let run = "run --grid 12x12 --days 1.5 --json --out";
    let done = succeed(warmfront(run).arg(&all));
    succeed(warmfront(run).arg(&one).args(["--arm", "control"]));
    for quantity in ["burden", "ifng_max", "plasma_mek_inhibitor"] {
        let a = series(&all, "control", quantity);
        assert!(
            a.len() > 4 && a == series(&one, "control", quantity),
            "{quantity}"
        );
    }
    let fields = |p: &std::path::Path| npz(&p.join("control/fields.npz"), "ifng");
    assert_eq!(fields(&all), fields(&one));
    assert!(!one.join("combo").exists());

    // The printed summary is the written one, with the verdict on the combination.
    let printed: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(printed["effects"]["control"], "control");
    let combo = &printed["effects"]["combinations"]["combo"];
    let relative = |arm: &str| printed["effects"]["arms"][arm]["relative_to_control"].as_f64();
    let (mek, pdl1, both) = (relative("mek"), relative("pdl1"), relative("combo"));
    let expected = mek.zip(pdl1).map(|(a, b)| a * b);
    let excess = expected.zip(both).map_or(f64::NAN, |(e, b)| e - b);
    let written = combo["bliss_excess"].as_f64().unwrap_or(f64::NAN);
    assert!((written - excess).abs() < 1e-6, "{combo}");
    // Doses reach the treated arms only.
    let dose = series(&all, "mek", "plasma_mek_inhibitor");
    assert!(dose[0].1 == 0.0 && dose[1].1 > 0.0);
    assert!(
        series(&all, "control", "plasma_mek_inhibitor")
            .iter()
            .all(|p| p.1 == 0.0)
    );
}

#[test]
fn events_happen_at_their_times() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("steered.toml");
    let text = r#"
model = "tumour"
extends = "inflamed"
label = "Steered"
[grid]
cells = [12, 12]
spacing = 160.0
[time]
duration = 2.0
record_every = 0.5
snapshots = [0.0, 1.0, 2.0]
[[event]]
time = 0.5
action = "bolus"
drug = "pdl1"
amount = 600.0
arms = ["control"]
[[event]]
time = 0.5
action = "dose"
drug = "mek"
multiple = 0.0
[[event]]
time = 1.0
action = "brush"
field = "tumour_sensitive"
centre = [960.0, 960.0]
radius = 5000.0
amount = -2.0
[[event]]
time = 1.0
action = "set"
parameters = { growth_rate_sensitive = 0.02 }
[[event]]
time = 1.5
action = "caption"
text = "after the brush"
"#;
    std::fs::write(&file, text).expect("writable");
    let out = dir.path().join("out");
    succeed(
        warmfront("run --arm control,mek")
            .arg(&file)
            .arg("--out")
            .arg(&out),
    );
    let plasma = series(&out, "control", "plasma_antibody");
    // The bolus comes after what is recorded at its time.
    assert!(
        plasma
            .iter()
            .all(|&(t, v)| if t <= 0.5 { v == 0.0 } else { v > 50.0 }),
        "{plasma:?}"
    );
    assert!(
        series(&out, "mek", "plasma_antibody")
            .iter()
            .all(|p| p.1 == 0.0)
    );
    // A row shows the state before what happens at its time.
    let cells = series(&out, "control", "tumour_sensitive");
    assert!(
        cells
            .iter()
            .all(|&(t, v)| if t <= 1.0 { v > 0.01 } else { v < 1e-3 }),
        "{cells:?}"
    );
    // The second daily dose was switched off.
    let gut = series(&out, "mek", "plasma_mek_inhibitor");
    let at = |time: f64| gut.iter().find(|p| p.0 == time).map_or(f64::NAN, |p| p.1);
    assert!(at(2.0) < at(0.5), "{gut:?}");
    let svg = std::fs::read_to_string(out.join("montage.svg")).expect("written");
    assert!(svg.contains("after the brush"));
    // Nothing is left of the control, so nothing is relative to it.
    assert!(summary(&out)["effects"].is_null());
}

#[test]
fn force_replaces_results_and_nothing_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    succeed(warmfront(&format!("run heat {SHORT} --out")).arg(&out));
    std::fs::write(out.join("notes.txt"), "mine").expect("writable");
    succeed(warmfront(&format!("run heat {SHORT} --no-figures --force --out")).arg(&out));
    assert!(
        !out.join("montage.png").exists(),
        "a figure of the run before would mislead"
    );
    assert!(out.join("notes.txt").exists() && out.join("timeseries.csv").exists());
}

#[test]
fn what_is_probably_not_meant_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("late.toml");
    let text = "model = \"tumour\"\nextends = \"inflamed\"\nlabel = \"Late\"\n\
                [time]\nduration = 0.5\nrecord_every = 0.5\nsnapshots = [0.5]\n\
                [arms.twin]\norder = 9\n\
                [regimens.pdl1]\ndose = 1200.0\nevery = 21.0\nstart = 7.0\n\
                [[event]]\ntime = 0.5\naction = \"set\"\nparameters = { ifng_decay = 8.0 }\n";
    std::fs::write(&file, text).expect("writable");
    let out = dir.path().join("out");
    let mut command =
        warmfront("run --small --no-figures --quiet --arm pdl1,twin,control,pdl1 --out");
    let done = succeed(command.arg(&out).arg(&file));
    let expected = [
        "late.toml:15: event 1 (`set`) at time 0.5 never happens: the run ends at 0.5",
        "no dose of `pdl1` is given: the first is due at 7, the run ends at 0.5",
        "the arms `control` and `pdl1` are the same",
        "the arms `control` and `twin` are the same",
        "--arm names `pdl1` twice; it is run once",
    ];
    let s = summary(&out);
    let written: Vec<&str> = s["warnings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(serde_json::Value::as_str)
        .collect();
    assert_eq!(written.len(), expected.len(), "{written:?}");
    for (line, part) in written.iter().zip(expected) {
        assert!(line.contains(part), "{line}");
        assert!(
            done.err.contains(&format!("warning: {line}\n")),
            "{}",
            done.err
        );
    }
}

#[test]
fn a_grid_that_is_too_coarse_is_said() {
    let checked = |options: &str| succeed(&mut warmfront(&format!("check {options}"))).err;
    let coarse = checked("gray_scott --small");
    let line = "warning: cells of 0.0390625 are too coarse for scenario `labyrinth`, which means \
                something up to 0.02: take --grid 125x125 or finer\n";
    assert_eq!(coarse, line);
    assert!(checked("mitosis --grid 100x100").contains("--grid 125x125"));
    assert!(checked("travelling_front --small").contains("cells of 80 um"));
    for fine in [
        "gray_scott --grid 128x128",
        "schnakenberg --small",
        "inflamed --small",
    ] {
        assert_eq!(checked(fine), "", "{fine}");
    }
}

/// A long run that has begun, and the lines that it has still to say.
#[cfg(unix)]
fn begin(out: &std::path::Path) -> (Child, Lines<BufReader<ChildStderr>>) {
    let mut command = warmfront("run gray_scott --grid 32x32 --no-figures --out");
    let mut child = command
        .arg(out)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    assert!(said(&mut lines, "setting up"));
    (child, lines)
}

#[cfg(unix)]
#[test]
fn interruption_keeps_what_there_is() {
    let dir = tempfile::tempdir().expect("a folder");
    for (which, name, code, words) in [
        (Signal::INT, "int", 130, "stopped with Ctrl-C at"),
        (Signal::TERM, "term", 143, "ended by SIGTERM at"),
        (
            Signal::HUP,
            "hup",
            129,
            "ended by SIGHUP: the terminal is gone at",
        ),
    ] {
        let out = dir.path().join(name);
        let (mut child, lines) = begin(&out);
        signal(&child, which);
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        assert_eq!(
            child.wait().expect("it ends").code(),
            Some(code),
            "{rest:?}"
        );
        let said = rest.join("\n");
        assert!(said.contains(words), "{said}");
        let s = summary(&out);
        let status = s["status"].as_str().unwrap_or_default();
        let wanted = if code == 130 {
            "stopped by the user"
        } else {
            words.trim_end_matches(" at")
        };
        assert!(
            status.starts_with("stopped") && status.ends_with(wanted),
            "{status}"
        );
        let last = s["warnings"].as_array().and_then(|w| w.last());
        let last = last.and_then(serde_json::Value::as_str);
        assert!(last.is_some_and(|w| w.starts_with(words)), "{last:?}");
        assert!(out.join("single/fields.npz").is_file());
    }
}

#[cfg(unix)]
#[test]
fn two_runs_do_not_share_a_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    let (mut child, lines) = begin(&out);
    let who = format!("in use by another run (process {})", child.id());
    for force in ["", "--force"] {
        let mut second = warmfront(&format!("run heat {SHORT} {force} --out"));
        fail(second.arg(&out), 5, &[&who, "--out DIR"]);
    }
    // A run that is killed holds nothing.
    signal(&child, Signal::KILL);
    child.wait().expect("it ends");
    drop(lines);
    assert!(out.join(".warmfront.lock").exists());
    succeed(warmfront(&format!("run heat {SHORT} --no-figures --out")).arg(&out));
    assert!(!out.join(".warmfront.lock").exists());
}
