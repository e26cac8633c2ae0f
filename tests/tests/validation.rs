//! The calibration: `warmfront validate`, its data file and the page of its results.
//!
//! The page (`assets/models/tumour/VALIDATION.md`) is compared with the data file by its targets and
//! verdicts; digits differ between adapters. The targets that need seconds are run and held to their
//! verdicts. To write the page and its pictures anew:
//! `warmfront validate --out DIR --pictures ../../pictures/`, then copy both to their places.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::cli_support::{fail, succeed, warmfront};
use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::Library;
use warmfront_model::validation::{Expected, Goal, Role, Validation};
use warmfront_session::validate::{Finding, Plan, Verdict, evidence, roles, told};

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets")
}

fn validation() -> Validation {
    let library = Library::embedded();
    library.validation("tumour").expect("the file is whole")
}

/// The verdict that the data file asks for.
fn verdict(goal: &Goal) -> &'static str {
    match goal.expected {
        Expected::Met => Verdict::Pass,
        Expected::Miss => Verdict::KnownMiss,
        Expected::Flag => Verdict::Flagged,
    }
    .words()
}

#[test]
fn the_page_has_the_targets_and_verdicts_of_the_data_file() {
    let page = fs::read_to_string(assets().join("models/tumour/VALIDATION.md")).expect("a page");
    let rows = page
        .lines()
        .filter(|l| l.starts_with("| ") && l.contains(" | **"));
    let found: Vec<[String; 5]> = rows
        .map(|l| {
            let cells: Vec<&str> = l.trim_start_matches("| ").split(" | ").collect();
            let label = cells[1].split("**").nth(1).unwrap_or_default();
            let source = cells[6].trim_end_matches(" |");
            [cells[0], label, cells[4], cells[5], source].map(str::to_owned)
        })
        .collect();
    let v = validation();
    assert_eq!(found.len(), v.targets.len(), "VALIDATION.md is out of date");
    for goal in &v.targets {
        let met = goal.expected == Expected::Met;
        let (evidence, source) = (evidence(goal), told(goal, met));
        let row = [&goal.number, &goal.label, verdict(goal), &evidence, &source];
        let row = row.map(|c: &str| c.replace('|', "\\|"));
        assert!(found.contains(&row), "VALIDATION.md lacks {row:?}");
    }
    let roles = roles(v.targets.iter());
    assert!(page.contains(&roles), "VALIDATION.md lacks this:\n{roles}");
    for figure in &v.figures {
        let name = format!("{}.png", figure.file);
        assert!(page.contains(&format!("(../../pictures/{name})")), "{name}");
        let size = fs::metadata(assets().join("pictures").join(&name))
            .expect("a picture")
            .len();
        assert!(size < 400 * 1024, "{name}: {size} bytes");
    }
}

#[test]
fn every_target_of_the_model_is_there() {
    let v = validation();
    for number in 1..=23 {
        let text = number.to_string();
        assert!(
            v.targets.iter().any(|t| t.number == text),
            "target {text} is missing"
        );
    }
    // What each published number means for the model.
    for (id, role) in [
        ("inhibitor_auc", Role::Input),
        ("pdl1_gain", Role::Input),
        ("antibody_partition", Role::Input),
        ("ifng_range_packed", Role::Input),
        ("plasma_for_half_inhibition", Role::Circular),
        ("perk_inhibition", Role::OwnBound),
        ("kill_bound", Role::CannotFail),
        ("cd8_density", Role::Tuned),
        ("colorectal", Role::Tuned),
        ("hnscc_singles", Role::Tuned),
        ("biliary_slower", Role::Direction),
    ] {
        let goal = &v.targets[v.target(id).expect("it is there")];
        assert_eq!(goal.role, Some(role), "{id}");
    }
    // One row tests the model by a number that did not go in, and it is missed.
    let tests: Vec<_> = v
        .targets
        .iter()
        .filter(|t| t.role == Some(Role::Test))
        .collect();
    assert_eq!(tests.len(), 1);
    assert_eq!(
        (tests[0].id.as_str(), tests[0].expected),
        ("kill_rate", Expected::Flag)
    );
}

/// One number that came out.
fn number(findings: &[Finding], v: &Validation, id: &str) -> f64 {
    let target = v.target(id).expect("it is there");
    let finding = findings
        .iter()
        .find(|f| f.target == target)
        .expect("it was run");
    finding.found.as_ref().expect("a number")[0]
}

#[test]
fn quick_targets_keep_their_verdicts() {
    let v = validation();
    let plan = Plan::new(&v, &[], true).expect("a plan");
    assert!(plan.targets.len() >= 20);
    let gpu = Gpu::new(&GpuOptions::default()).expect("an adapter is there");
    let never = AtomicBool::new(false);
    let report = plan.run(&gpu, &Files::embedded(), &never, &mut |_, _| {});
    let report = report.expect("it runs");
    assert_eq!(report.findings.len(), plan.targets.len());
    for f in &report.findings {
        let goal = report.goal(f);
        assert_eq!(
            f.verdict.words(),
            verdict(goal),
            "{}: {:?}",
            goal.id,
            f.found
        );
    }
    let near = |id: &str, expected: f64, share: f64| {
        let found = number(&report.findings, &v, id);
        assert!(
            (found / expected - 1.0).abs() < share,
            "{id}: {found} {expected}"
        );
    };
    // Decay lengths against sqrt(D/k): antibody, far below its affinity, k = 12/0.4 + 0.1 per day; oxygen
    // k = 8640 + 1500 per day, a little less where uptake begins to saturate.
    near("antibody_penetration", (8.6e5_f64 / 30.1).sqrt(), 0.01);
    near("oxygen_penetration", (1.51e8_f64 / 10140.0).sqrt(), 0.02);
    // AUC at steady state is dose over clearance: 60 mg / 331 L/day, in ng h/mL.
    near("inhibitor_auc", 60.0 / 331.0 * 24e3, 0.005);
    // Terminal half-life of two compartments: the slower root of λ² − (k10 + k12 + k21) λ + k10 k21.
    let (k10, k12, k21) = (0.2 / 3.28, 0.546 / 3.28, 0.546 / 3.63);
    let sum = k10 + k12 + k21;
    let slow = (sum - f64::sqrt(sum * sum - 4.0 * k10 * k21)) / 2.0;
    near("antibody_half_life", std::f64::consts::LN_2 / slow, 0.005);
    // Partition 0.3, exchange 2.7 per day, catabolism 0.1 per day.
    near("antibody_partition", 0.3 * 2.7 / 2.8, 0.002);
}

#[test]
fn the_command_lists_runs_and_writes() {
    let done = succeed(&mut warmfront("validate --list"));
    assert!(done.out.contains("antibody_trough") && done.out.contains("quick"));
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("page");
    let mut command =
        warmfront("validate tumour --target antibody_partition,pdl1_gain,mhc1_gain --json --out");
    let done = succeed(command.arg(&out));
    let value: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(value["targets"].as_array().map(Vec::len), Some(3));
    assert_eq!(value["pass"], true);
    assert_eq!(value["cases"].as_array().map(Vec::len), Some(3));
    for name in ["VALIDATION.md", "validation.json", "validation_mhc1.png"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    // Pictures of what was not run are left out, in the page too.
    assert!(!out.join("validation_burden.png").exists());
    let page = fs::read_to_string(out.join("VALIDATION.md")).expect("a page");
    // All three went into the model, so none of them tests it.
    assert!(page.contains("3 of 3 targets met"));
    assert!(page.contains("did not go in and could be missed: none among them"));
    assert!(page.contains("| input | 3: 9, 10, 11 |"), "{page}");
    assert_eq!(value["tests"]["all"], 0);
    assert_eq!(value["targets"][0]["role"], "input");
    assert!(page.contains("0: 1, 100: 1.12") && page.contains("(levels in nM)"));
    assert!(page.contains("validation_mhc1.png") && !page.contains("validation_burden.png"));
    // Not over what is there, and a folder that cannot be is found before anything is run.
    let again = "validate --target antibody_partition --out";
    fail(warmfront(again).arg(&out), 5, &["not empty", "--force"]);
    succeed(warmfront(&format!("{again} {}", out.display())).arg("--force"));
    let file = out.join("VALIDATION.md");
    let done = fail(warmfront(again).arg(file.join("x")), 5, &["VALIDATION.md"]);
    assert!(!done.err.contains("1 of 1"), "{}", done.err);
    let done = succeed(&mut warmfront("validate --target antibody_partition"));
    assert!(
        done.out.contains("0.289") && done.out.contains("1 of 1 targets met"),
        "{}",
        done.out
    );
}

#[test]
fn wrong_input_is_one_clear_line() {
    let target = "validate --target inhibitor_pek";
    fail(
        &mut warmfront(target),
        2,
        &[
            "unknown target `inhibitor_pek`",
            "did you mean `inhibitor_peak`?",
        ],
    );
    fail(
        &mut warmfront("validate tumor"),
        2,
        &["unknown model `tumor`", "did you mean `tumour`?"],
    );
    fail(
        &mut warmfront("validate heat"),
        2,
        &["model `heat` has no validation.toml", "tumour"],
    );
    fail(
        &mut warmfront("validate --quick --target bliss"),
        2,
        &["none of these targets is quick"],
    );
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("models/heat");
    let from = assets().join("models/heat");
    fs::create_dir_all(model.join("scenarios")).expect("folders");
    fs::copy(from.join("model.toml"), model.join("model.toml")).expect("a model");
    fs::write(
        model.join("validation.toml"),
        "[[case]]\nid = \"a\"\ntitle = \"A\"\nscenaro = \"x\"\n",
    )
    .expect("a file");
    let mut command = warmfront("validate heat --assets");
    let path = model.join("validation.toml");
    let written = fs::read_to_string(&path).expect("a file");
    fs::write(&path, "").expect("a file");
    fail(command.arg(folder.path()), 2, &["has no [[target]]"]);
    fs::write(&path, written).expect("a file");
    let mut command = warmfront("validate heat --assets");
    let parts = [
        "validation.toml:4: unknown key `scenaro`",
        "did you mean `scenario`?",
    ];
    fail(command.arg(folder.path()), 2, &parts);
}

#[test]
fn a_miss_that_nobody_knew_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = folder.path().join("models");
    let from = assets().join("models/heat");
    fs::create_dir_all(models.join("heat/scenarios")).expect("folders");
    fs::copy(from.join("model.toml"), models.join("heat/model.toml")).expect("a model");
    let heat = Library::embedded().model("heat").expect("a model");
    let observable = &heat.observables[0].id;
    let text = format!(
        "[[case]]\nid = \"own\"\ntitle = \"Own\"\nfast = true\nsetup = '''\nlabel = \"Own\"\n[grid]\ncells = [8, 8]\n\
         spacing = 1.0\n[time]\nduration = 1.0\nstep = 0.5\n'''\n[[target]]\nid = \"t\"\nnumber = \"1\"\ngroup = \"G\"\n\
         label = \"L\"\nquantity = \"q\"\nunit = \"1\"\nlow = 1e20\nsource = \"s\"\nevidence = \"definition\"\n\
         measure = {{ case = \"own\", observable = \"{observable}\", reduce = \"at\", at = 1.0 }}\n"
    );
    let path = models.join("heat/validation.toml");
    fs::write(&path, &text).expect("a file");
    let run = || {
        let mut command = warmfront("validate --assets");
        command.arg(folder.path());
        command
    };
    fail(
        &mut run(),
        4,
        &["these targets were missed, and the file does not expect it: t"],
    );
    fs::write(
        &path,
        text.replace(
            "low = 1e20",
            "low = 1e20\nexpected = \"miss\"\nneeds = \"more heat\"",
        ),
    )
    .expect("a file");
    let done = succeed(&mut run());
    assert!(
        done.out.contains("miss (known)") && done.out.contains("needs: more heat"),
        "{}",
        done.out
    );
}
