//! The Python environment of the tests of written data: `target/python`.
//!
//! Those tests open results with the readers that people use (numpy, xarray, ome-zarr, VTK). The list,
//! with versions, is `tests/data/requirements.txt`; it is installed once, and again when it changes.

use std::path::Path;
use std::process::Command;

use crate::process::{self, Failure};
use crate::setup;

/// The list, from the root.
const LIST: &str = "tests/data/requirements.txt";

/// The environment, from the root.
const PLACE: &str = "target/python";

/// Whether a Python is new enough for the list, and whole.
const WHOLE: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";

/// Makes sure that the environment holds what the list asks for.
pub fn run(root: &Path) -> Result<(), Failure> {
    let list = root.join(LIST);
    let place = root.join(PLACE);
    let done = place.join("installed.txt");
    let wanted = std::fs::read_to_string(&list)
        .map_err(|e| Failure::usage(format!("{LIST} cannot be read: {e}")))?;
    let python = place.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let there = std::fs::read_to_string(&done).is_ok_and(|text| text == wanted);
    if there && process::succeeds(Command::new(&python).arg("--version")) {
        eprintln!("Python for the tests of written data: {PLACE}");
        return Ok(());
    }
    if system_python().is_none() {
        // Debian and Ubuntu have the module that makes environments in a package of its own.
        setup::install(&["python3-venv"])?;
    }
    let Some(system) = system_python() else {
        return Err(Failure::check(
            "Python 3.11 or newer with its modules venv and ensurepip is missing: the tests of written data \
             (cli_data) need it; install the package python3-venv",
        ));
    };
    process::run(
        Command::new(system)
            .args(["-m", "venv", "--clear"])
            .arg(&place),
    )
    .map_err(explained)?;
    process::run(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--no-cache-dir",
            ])
            .args(["--disable-pip-version-check", "--no-deps", "--requirement"])
            .arg(&list),
    )
    .map_err(explained)?;
    std::fs::write(&done, wanted)
        .map_err(|e| Failure::usage(format!("{PLACE} cannot be written: {e}")))
}

fn system_python() -> Option<&'static str> {
    let works = |name: &&str| process::succeeds(Command::new(name).args(["-c", WHOLE]));
    ["python3", "python"].into_iter().find(works)
}

/// Says what it was for.
fn explained(failure: Failure) -> Failure {
    Failure {
        message: format!(
            "{}; the tests of written data (cli_data) need {PLACE} with {LIST}, from a package index \
             such as pypi.org (on Debian and Ubuntu also the package python3-venv)",
            failure.message
        ),
        ..failure
    }
}
