//! `warmfront reopen` and `warmfront reproduce`: files give back their simulation, and its numbers.

use std::path::{Path, PathBuf};

use crate::cli_support::{fail, succeed, warmfront};

const RUN: &str = "run --arm control,combo --grid 12x12 --days 1.5 --seed 7 --quiet --out";

fn results(dir: &Path) -> PathBuf {
    let out = dir.join("out");
    succeed(
        warmfront(RUN)
            .args([out.as_os_str()])
            .args(["--format", "npz,zarr,vti"]),
    );
    out
}

#[test]
fn every_file_of_a_run_gives_its_scenario_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = results(dir.path());
    let scenario = std::fs::read_to_string(out.join("scenario.toml")).expect("written");
    for name in [
        "",
        "summary.json",
        "scenario.toml",
        "timeseries.csv",
        "montage.png",
        "montage.svg",
        "burden.png",
        "combo/fields.npz",
        "combo/fields.zarr",
        "combo/fields_0000.vti",
        "combo/fields.pvd",
    ] {
        let file = out.join(name);
        let done = succeed(warmfront("reopen --print").arg(&file));
        assert_eq!(done.out, scenario, "{name}");
        assert_eq!(done.err, "", "{name}");
    }
    // Saved, it runs; an existing file is kept.
    let saved = dir.path().join("saved.toml");
    succeed(
        warmfront("reopen")
            .arg(out.join("burden.svg"))
            .arg("-o")
            .arg(&saved),
    );
    assert_eq!(std::fs::read_to_string(&saved).expect("written"), scenario);
    fail(
        warmfront("reopen")
            .arg(out.join("burden.svg"))
            .arg("-o")
            .arg(&saved),
        5,
        &["saved.toml", "--force"],
    );
    // Every command takes a file of ours for the scenario in it.
    let done = succeed(warmfront("check").arg(out.join("montage.png")));
    assert!(done.out.contains("12"), "{}", done.out);
}

#[test]
fn a_run_is_reproduced_to_the_last_digit_and_a_changed_number_is_found() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = results(dir.path());
    for name in ["", "timeseries.csv", "combo/fields.npz", "montage.png"] {
        let done = succeed(warmfront("reproduce --json").arg(out.join(name)));
        let found: serde_json::Value = serde_json::from_str(&done.out).expect("JSON");
        assert_eq!(found["verdict"], "identical", "{name}: {found}");
        assert_eq!(found["different"], 0, "{name}");
        assert_eq!(found["differences"], serde_json::json!([]), "{name}");
        assert!(found["compared"].as_u64() > Some(20), "{name}");
    }
    let file = out.join("summary.json");
    let text = std::fs::read_to_string(&file).expect("written");
    let mut summary: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let burden = &mut summary["observables"]["combo"]["burden"]["value"];
    let wrong = burden.as_f64().expect("a number") * 1.02;
    *burden = wrong.into();
    std::fs::write(&file, summary.to_string()).expect("writable");
    let done = fail(warmfront("reproduce").arg(&file), 4, &["differs", "burden"]);
    assert!(
        done.out.contains("differs") && done.out.contains("combo"),
        "{}",
        done.out
    );
    let done = succeed(warmfront("reproduce --tolerance 0.05").arg(&file));
    assert!(done.out.contains("agrees within 0.05"), "{}", done.out);
    // Another model is named, whatever the numbers say.
    summary["model"]["hash"] = "0000".into();
    std::fs::write(&file, summary.to_string()).expect("writable");
    let done = succeed(warmfront("reproduce --tolerance 0.05").arg(&file));
    assert!(
        done.out.contains("note: the model `tumour` has changed"),
        "{}",
        done.out
    );
    let done = succeed(warmfront("reopen --print").arg(&file));
    assert!(done.err.contains("has changed since"), "{}", done.err);
}

#[test]
fn a_figure_gives_its_run_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let figure = dir.path().join("renamed.dat");
    let made = dir.path().join("dose.pdf");
    let options = "figure --drug mek --doses 1 --days 1 --grid 12x12 --quiet -o";
    succeed(warmfront(options).arg(&made));
    std::fs::rename(&made, &figure).expect("movable");
    let done = succeed(warmfront("reproduce").arg(&figure));
    assert!(done.out.contains("identical"), "{}", done.out);
    let done = succeed(warmfront("reopen --print").arg(&figure));
    assert!(done.out.contains("both_1"), "{}", done.out);
}

#[test]
fn films_give_their_run_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let made =
        "record --grid 12x12 --days 1 --seconds 0.3 --fps 10 --size 640x360 --seed 3 --quiet -o";
    for name in ["film.mp4", "film.gif", "frames"] {
        let path = dir.path().join(name);
        succeed(warmfront(made).arg(&path));
        let done = succeed(warmfront("reopen --print").arg(&path));
        assert!(done.out.contains("seed = 3"), "{name}: {}", done.out);
        let done = succeed(warmfront("reproduce --quiet").arg(&path));
        assert!(done.out.contains("identical"), "{name}: {}", done.out);
    }
}

#[test]
fn files_that_cannot_be_opened_again_say_why_in_a_line() {
    let dir = tempfile::tempdir().expect("a folder");
    let put = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("writable");
        path
    };
    for (path, parts) in [
        (
            put("a.mp4", b"\0\0\0\x18ftypisom"),
            vec!["a.mp4", "does not say which simulation"],
        ),
        (
            put("a.txt", b"dear diary"),
            vec!["it is a text, but no scenario"],
        ),
        (
            dir.path().join("nothing.png"),
            vec!["there is no such file"],
        ),
        (dir.path().to_owned(), vec!["folder without"]),
    ] {
        fail(warmfront("reopen --print").arg(&path), 5, &parts);
        fail(warmfront("reproduce").arg(&path), 5, &parts);
    }
    let bare = put("bare.toml", b"model = \"heat\"\n");
    fail(warmfront("reproduce").arg(&bare), 5, &["holds no results"]);
    let image = put("x.png", b"\x89PNG\r\n\x1a\nxx");
    fail(warmfront("reopen --print").arg(image), 5, &["damaged"]);
    fail(
        warmfront("reproduce --tolerance -1").arg(&bare),
        2,
        &["--tolerance"],
    );
}
