//! Data that open elsewhere: what `warmfront run --format` writes, read by numpy, xarray, ome-zarr, VTK.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cli_support::{fail, npz, succeed, summary, warmfront};

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
        python.is_file() && root.join("target/python/installed.txt").is_file(),
        "the Python readers are missing in target/python: run `cargo xtask setup`, which installs them \
         from tests/data/requirements.txt and says what fails"
    );
    python
}

/// Reads the results in a folder with Python and compares them with each other.
fn read_back(out: &Path, means: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/read_fields.py");
    let mut command = Command::new(python());
    let done = succeed(command.arg(script).arg(out).args(means));
    assert!(done.out.contains("arms agree"), "{}", done.out);
}

#[test]
fn a_cube_opens_in_every_reader() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("cube");
    // Three different numbers of cells, with an edge chunk along x; times that are not evenly spread.
    let run = "run heat --days 0.0001 --every 0.00002 --fields-every 0.00003 --grid 70x12x9 \
               --format npz,zarr,vti --no-figures --quiet --out";
    succeed(warmfront(run).arg(&out));
    let (_, days) = npz(&out.join("single/fields.npz"), "time_days");
    assert_eq!(days.len(), 5, "{days:?}");
    assert!((days[4] - 1e-4).abs() < 1e-12 && (days[3] - 9e-5).abs() < 1e-12);
    read_back(&out, &["concentration=mean"]);
    let listed = summary(&out)["files"].to_string();
    for file in [
        "single/fields.npz",
        "single/fields.zarr",
        "single/fields_0004.vti",
        "single/fields.pvd",
        "timeseries.csv-metadata.json",
    ] {
        assert!(listed.contains(file), "{file}: {listed}");
    }
    // Other formats of the run before would mislead.
    succeed(warmfront("run heat --days 0.00002 --grid 16x8 --quiet --force --out").arg(&out));
    assert!(!out.join("single/fields.zarr").exists() && !out.join("single/fields.pvd").exists());
}

#[test]
fn arms_of_the_tumour_model_open_in_every_reader() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("tumour");
    let run = "run --grid 20x12 --days 1 --every 0.5 --fields-every 0.5 --arm control,combo \
               --format zarr,vti,npz --no-figures --quiet --out";
    succeed(warmfront(run).arg(&out));
    read_back(
        &out,
        &[
            "tumour_sensitive=tumour_sensitive",
            "effector_cd8=effector_cd8",
            "treg=treg",
        ],
    );
}

#[test]
fn formats_and_times_are_checked() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("out");
    let run = |options: &str| {
        let mut command = warmfront(&format!("run heat --grid 16x8 --days 0.0001 {options}"));
        command.arg("--out").arg(&out);
        command
    };
    fail(&mut run("--format npy"), 2, &["npy", "npz", "zarr", "vti"]);
    fail(&mut run("--format none,vti"), 2, &["`none` stands alone"]);
    fail(
        &mut run("--fields-every 0"),
        2,
        &["--fields-every 0", "> 0"],
    );
    fail(&mut run("--fields-every -1"), 2, &["--fields-every -1"]);
    fail(&mut run("--fields-every nan"), 2, &["--fields-every"]);
    let tiny = "--fields-every 0.000000001";
    fail(&mut run(tiny), 2, &["100000 times", "5000", "0.00000002"]);
    assert!(!out.exists());
    succeed(&mut run("--format none --quiet --no-figures"));
    assert!(!out.join("single").exists() && out.join("timeseries.csv-metadata.json").is_file());
}
