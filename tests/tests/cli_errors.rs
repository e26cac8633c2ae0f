//! Every wrong input ends with the right exit code and a message that says what to do.

use crate::cli_support::{assets, fail, succeed, summary, warmfront};

const HEAT: &str = include_str!("../../assets/models/heat/model.toml");
const COSINE: &str = include_str!("../../assets/models/heat/scenarios/cosine_mode.toml");

/// A run that could start if its options were right.
fn run(options: &str) -> std::process::Command {
    let dir = std::env::temp_dir().join("warmfront-never-written");
    let mut command = warmfront(&format!("run {options} --small --out"));
    command.arg(dir);
    command
}

#[test]
fn unknown_names_come_with_the_nearest() {
    for (options, parts) in [
        (
            "inflammed",
            ["unknown scenario `inflammed`", "did you mean `inflamed`?"],
        ),
        (
            "heat/cosine",
            ["unknown scenario `cosine`", "did you mean `cosine_mode`?"],
        ),
        (
            "tumor/inflamed",
            ["unknown model `tumor`", "did you mean `tumour`?"],
        ),
        (
            "--set kil_rate_max=1",
            ["in --set: unknown parameter `kil_rate_max`", "did you mean"],
        ),
        (
            "--dose mekk=1",
            ["in --dose: unknown drug `mekk`", "did you mean `mek`?"],
        ),
        (
            "--arm control,comb",
            ["in --arm: unknown arm `comb`", "did you mean `combo`?"],
        ),
        (
            "--off kill_sensitiv",
            ["in --off: unknown process or transport", "did you mean"],
        ),
        ("none.toml", ["cannot read none.toml", "No such file"]),
    ] {
        fail(&mut run(options), 2, &parts);
    }
}

#[test]
fn wrong_numbers_name_the_option() {
    for (options, parts) in [
        ("--grid 0x0", ["in --grid", "0 cells along x are too few"]),
        ("--grid 7x64", ["in --grid", "at least 8"]),
        (
            "--grid 1000000000x1000000000",
            ["in --grid", "too many cells"],
        ),
        ("--grid big", ["in --grid", "WIDTHxHEIGHT"]),
        ("--dt 0", ["in --dt", "a finite number > 0 is needed"]),
        ("--dt -1", ["in --dt", "-1 is not a time step"]),
        ("--dt NaN", ["in --dt", "NaN is not a time step"]),
        ("--days 0", ["in --days", "0 is not a duration"]),
        ("--every 0", ["in --every", "0 is not a time"]),
        (
            "--every 1e-9 --days 28",
            ["more than 1000000000 of them", "record_every"],
        ),
        ("--every 1e-6 --days 28", ["rows; at most", "--every"]),
        ("--dose mek=-5", ["in --dose", "a dose of -5 mg of `mek`"]),
        ("--dose mek", ["in --dose", "NAME=NUMBER"]),
        (
            "--set growth_rate_sensitive=99",
            ["in --set", "outside its range 0.02 to 1 1/day"],
        ),
        ("--set growth_rate_sensitive=x", ["in --set", "NAME=NUMBER"]),
        ("--seed -1", ["--seed", "error"]),
        ("--nonsense", ["--nonsense", "Usage"]),
    ] {
        fail(&mut run(options), 2, &parts);
    }
}

#[test]
fn wrong_files_name_the_line() {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text, parts) in [
        (
            "type.toml",
            "model = \"heat\"\nlabel = \"x\"\nseed = \"one\"\n",
            ["type.toml:3", "wrong type", "a whole number"],
        ),
        (
            "key.toml",
            "model = \"heat\"\nextends = \"cosine_mode\"\nlabel = \"x\"\n[tiem]\nstep = 1\n",
            ["key.toml:4", "unknown key `tiem`", "did you mean `time`?"],
        ),
        (
            "range.toml",
            "model = \"heat\"\nextends = \"cosine_mode\"\nlabel = \"x\"\n[parameters]\ndecay_rate = 101.0\n",
            [
                "range.toml:5",
                "outside its range 0 to 100",
                "its default is 0",
            ],
        ),
        (
            "self.toml",
            "model = \"heat\"\nextends = \"self.toml\"\nlabel = \"x\"\n",
            ["self.toml:2", "extends", "help"],
        ),
        ("broken.toml", "model = \n", ["broken.toml:1", "error", ":"]),
    ] {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("writable");
        fail(run("").arg(&path), 2, &parts);
        fail(warmfront("check").arg(&path), 2, &parts);
    }
}

#[test]
fn output_that_cannot_be_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("file");
    std::fs::write(&file, "mine").expect("writable");
    let mut in_a_file = warmfront("run heat --out");
    fail(
        in_a_file.arg(file.join("sub")),
        5,
        &["cannot create", "--out DIR"],
    );
    let mut over = warmfront("run heat --out");
    fail(over.arg(&file), 5, &["cannot create", "--out DIR"]);
    let mut existing = warmfront("run heat --out");
    fail(
        existing.arg(dir.path()),
        5,
        &["exists and is not empty", "--force", "--out"],
    );
    assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), Some("mine"));
}

#[test]
fn no_adapter() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    let mut absent = warmfront("run heat --adapter nosuch --out");
    fail(
        absent.arg(&out),
        3,
        &["no adapter is called `nosuch`", "there are: `"],
    );
    let apt = "apt-get install -y mesa-vulkan-drivers";
    for command in ["run heat --out", "doctor --adapter"] {
        let mut none = warmfront(command);
        none.arg(&out).env("VK_DRIVER_FILES", "/nonexistent");
        none.env("VK_ICD_FILENAMES", "/nonexistent");
        fail(&mut none, 3, &["no usable GPU", apt]);
    }
    assert!(!out.exists(), "nothing is left behind");
}

#[test]
fn broken_wgsl_names_the_file_and_line() {
    let functions = "fn half(x: f32) -> f32 {\n    return x * ;\n}\n";
    let model = HEAT.replace("rate = \"p.decay_rate\"", "rate = \"half(p.decay_rate)\"");
    let dir = assets(
        "heat",
        &[
            ("model.toml", &model),
            ("functions.wgsl", functions),
            ("scenarios/cosine_mode.toml", COSINE),
        ],
    );
    let parts = ["functions.wgsl:2", "return x * ;"];
    fail(warmfront("check heat --assets").arg(dir.path()), 2, &parts);
    fail(run("heat").arg("--assets").arg(dir.path()), 2, &parts);
    let whole = functions.replace("* ;", "* 0.5;");
    let path = dir.path().join("models/heat/functions.wgsl");
    std::fs::write(path, whole).expect("writable");
    succeed(warmfront("check heat --assets").arg(dir.path()));
    // An expression in model.toml is found as well.
    let model = model.replace("half(p.decay_rate)", "half(p.decay_rate, 1.0)");
    std::fs::write(dir.path().join("models/heat/model.toml"), &model).expect("writable");
    let line = model
        .lines()
        .position(|l| l.starts_with("rate = "))
        .unwrap_or(0)
        + 1;
    let place = format!("model.toml:{line}");
    fail(
        warmfront("check heat --assets").arg(dir.path()),
        2,
        &[&place],
    );
    let empty = tempfile::tempdir().expect("a folder");
    let mut none = warmfront("check heat --assets");
    fail(
        none.arg(empty.path()),
        2,
        &["holds no models", "models/NAME/model.toml"],
    );
}

#[test]
fn a_negative_rate_ends_the_run_and_keeps_what_there_is() {
    // Falls below 0 in the course of the run.
    let model = HEAT.replace(
        "rate = \"p.decay_rate\"",
        "rate = \"s.concentration - 0.9\"",
    );
    let dir = assets(
        "heat",
        &[
            ("model.toml", &model),
            ("scenarios/cosine_mode.toml", COSINE),
        ],
    );
    let out = dir.path().join("out");
    let mut command = warmfront("run heat --grid 16x16 --out");
    command.arg(&out).arg("--assets").arg(dir.path());
    let parts = [
        "process `decay` has a negative rate",
        "model.toml:",
        "results up to",
    ];
    fail(&mut command, 4, &parts);
    let s = summary(&out);
    assert_eq!(s["status"], "failed");
    assert!(
        s["error"]
            .as_str()
            .is_some_and(|e| e.contains("negative rate"))
    );
    for file in ["timeseries.csv", "single/fields.npz", "montage.png"] {
        assert!(out.join(file).is_file(), "{file}");
    }
}

#[test]
fn a_field_that_blows_up_ends_the_run() {
    let model = HEAT.replace(
        "consumes = \"concentration\"\n",
        "produces = { concentration = 1.0 }\n",
    );
    let model = model.replace(
        "rate = \"p.decay_rate\"",
        "rate = \"exp(40.0 * s.concentration)\"",
    );
    let dir = assets(
        "heat",
        &[
            ("model.toml", &model),
            ("scenarios/cosine_mode.toml", COSINE),
        ],
    );
    let out = dir.path().join("out");
    let mut command = warmfront("run heat --grid 16x16 --json --out");
    command.arg(&out).arg("--assets").arg(dir.path());
    let done = fail(&mut command, 4, &["field `concentration`", "results up to"]);
    let printed: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(printed["status"], "failed");
}

#[test]
fn a_bad_start_names_its_place() {
    for (initial, value) in [("sqrt(-1.0 - x.x)", "NaN"), ("x.x - 10000.0", "-99")] {
        let model = HEAT.replace("initial = \"0.0\"", &format!("initial = \"{initial}\""));
        let before = model.lines().take_while(|l| !l.starts_with("initial = "));
        let line = 1 + before.count();
        let start = COSINE.find("[initial").expect("it has a start map");
        let dir = assets(
            "heat",
            &[
                ("model.toml", &model),
                ("scenarios/cosine_mode.toml", &COSINE[..start]),
            ],
        );
        let mut command = warmfront("run heat --grid 16x16 --out");
        command
            .arg(dir.path().join("out"))
            .arg("--assets")
            .arg(dir.path());
        let place =
            format!("model.toml:{line}: field `concentration` starts with the value {value}");
        let there = format!("its `initial` there is `{initial}`");
        fail(&mut command, 2, &[&place, "at cell [0, 0, 0]", &there]);
    }
}

#[test]
fn a_start_map_names_its_place() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("map.toml");
    let picture = std::fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../assets/pictures/wound.png"
    ));
    std::fs::write(dir.path().join("wound.png"), picture.expect("it is there")).expect("writable");
    let base =
        "model = \"heat\"\nextends = \"cosine_mode\"\nlabel = \"x\"\n\n[initial.concentration]\n";
    for (lines, parts) in [
        (
            "image = \"wound.png\"\n",
            [
                "map.toml:6: initial.concentration: image wound.png has",
                "resize",
            ],
        ),
        (
            "constant = -2.0\n",
            [
                "map.toml:5: field `concentration` starts with the value -1.",
                "clip",
            ],
        ),
        (
            "constant = 1e300\n",
            [
                "map.toml:5: field `concentration` starts with the value 1e300 ",
                "3.4e38",
            ],
        ),
    ] {
        std::fs::write(&file, format!("{base}{lines}")).expect("writable");
        let done = fail(warmfront("check").arg(&file), 2, &parts);
        assert!(done.err.len() < 400, "{}", done.err);
    }
}
