//! `warmfront run` from end to end: files, contents, repeatability, interruption.

mod cli_support;

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use cli_support::{npz, series, succeed, summary, warmfront};

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
    assert!(!out.join(".partial").exists());

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
    let listed = s["files"].as_array().map_or(0, Vec::len);
    assert_eq!(listed, 8);

    // A figure brings its scenario along.
    let png = std::fs::read(out.join("montage.png")).expect("written");
    let texts = warmfront_view::read_png_text(&png).expect("a PNG");
    let scenario = texts.iter().find(|(k, _)| k == "warmfront:scenario");
    let toml = std::fs::read_to_string(out.join("scenario.toml")).expect("written");
    assert_eq!(scenario.map(|(_, t)| t.as_str()), Some(toml.as_str()));
    assert_eq!(s["scenario"]["toml"], toml.as_str());
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
            a.len() == 7 && a == series(&one, "control", quantity),
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
    assert!(
        plasma[0].1 == 0.0 && plasma[1].1 == 0.0 && plasma[2].1 > 50.0,
        "{plasma:?}"
    );
    assert!(
        series(&out, "mek", "plasma_antibody")
            .iter()
            .all(|p| p.1 == 0.0)
    );
    // A row shows the state before what happens at its time.
    let cells = series(&out, "control", "tumour_sensitive");
    assert!(cells[2].1 > 0.01 && cells[3].1 < 1e-3, "{cells:?}");
    // The second daily dose was switched off.
    let gut = series(&out, "mek", "plasma_mek_inhibitor");
    assert!(gut[4].1 < gut[1].1, "{gut:?}");
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

#[cfg(unix)]
#[test]
fn interruption_keeps_what_there_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    let mut command = warmfront("run gray_scott --grid 32x32 --no-figures --out");
    let mut child = command
        .arg(&out)
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
    let first = lines.next().and_then(Result::ok);
    assert_eq!(first.as_deref(), Some("setting up"));
    let mut kill = std::process::Command::new("kill");
    kill.args(["-INT", &child.id().to_string()]);
    assert!(kill.status().expect("kill exists").success());
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{rest:?}");
    let said = rest.join("\n");
    assert!(said.contains("stopped with Ctrl-C at"), "{said}");
    let s = summary(&out);
    assert_eq!(s["status"], "stopped by the user");
    assert!(out.join("single/fields.npz").is_file());
}
