//! The commands that only tell: help, `list`, `check`, `doctor`.

use crate::cli_support::{succeed, warmfront};

#[test]
fn no_arguments_say_what_next() {
    let done = succeed(&mut warmfront(""));
    assert!(done.out.contains("warmfront run --small") && done.out.contains("doctor"));
}

#[test]
fn help_documents_the_exit_codes() {
    for command in ["--help", "run --help"] {
        let done = succeed(&mut warmfront(command));
        for word in [
            "Exit codes",
            "no usable GPU",
            "numerical failure",
            "130",
            "143",
        ] {
            assert!(done.out.contains(word), "{word}: {}", done.out);
        }
    }
    assert!(
        succeed(&mut warmfront("--version"))
            .out
            .starts_with("warmfront ")
    );
}

#[test]
fn lists_are_for_people_and_for_machines() {
    for (kind, words) in [
        ("models", ["tumour", "gray_scott"]),
        ("scenarios", ["tumour/inflamed", "arms control, mek"]),
        ("parameters", ["growth_rate_sensitive", "1/day"]),
        ("views", ["immunofluorescence", "IFN-gamma"]),
        ("colormaps", ["viridis", "diverging"]),
    ] {
        let done = succeed(&mut warmfront(&format!("list {kind}")));
        assert!(words.iter().all(|w| done.out.contains(w)), "{}", done.out);
        let done = succeed(&mut warmfront(&format!("list {kind} --json")));
        let value: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
        assert!(value.as_array().is_some_and(|a| !a.is_empty()), "{kind}");
    }
    let done = succeed(&mut warmfront("list parameters --model heat"));
    assert!(done.out.contains("diffusivity") && !done.out.contains("growth_rate"));
    // A reader that stops early is no error.
    let done = succeed(&mut warmfront("list scenarios --model heat"));
    assert_eq!(done.out.lines().count(), 2);
}

#[test]
fn every_scenario_passes_the_check() {
    let done = succeed(&mut warmfront("list scenarios --json"));
    let list: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    for scenario in list.as_array().expect("a list") {
        let name = scenario["name"].as_str().expect("it has a name");
        let done = succeed(&mut warmfront(&format!("check {name} --json")));
        let value: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
        assert_eq!(value["ok"], true, "{name}");
        assert!(
            value["memory"]["device_bytes"].as_u64() > Some(1000),
            "{name}"
        );
    }
    let done = succeed(&mut warmfront("check inflamed --grid 64x64x64"));
    assert!(
        done.out.contains("64 x 64 x 64 cells, 4 arms"),
        "{}",
        done.out
    );
}

#[test]
fn the_doctor_tries_the_adapter() {
    let done = succeed(&mut warmfront("doctor"));
    for word in ["adapters", "what will run", "passed in", "ready"] {
        assert!(done.out.contains(word), "{word}: {}", done.out);
    }
    let done = succeed(&mut warmfront("doctor --json"));
    let value: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(value["ok"], true);
    assert!(value["largest_2d"].as_u64() >= Some(64));
}
