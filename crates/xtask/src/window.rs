//! `cargo xtask window`: the real window, driven by a script for half a minute.
//!
//! Without a display it runs under Xvfb, which is installed where that is possible. Pictures and the report
//! go to `out/window`, for people to look at; the chore fails where one is missing, where the program
//! fails, or where nothing moved.

use std::path::Path;
use std::process::Command;

use crate::process::{self, Failure};
use crate::{demo, setup};

/// Commands of the run, relative to the repository.
const SCRIPT: &str = "tests/data/window.jsonl";
/// Where pictures and report go.
const FOLDER: &str = "out/window";
/// Seconds after which the run counts as hung.
const PATIENCE: &str = "300";
/// A picture of the window without tissue is smaller, bytes.
const SMALLEST_PICTURE: u64 = 50_000;

/// Builds, runs, and looks at what came out.
pub fn run(root: &Path) -> Result<(), Failure> {
    let driver = setup::run(root)?;
    let program = demo::build(root)?;
    let folder = root.join(FOLDER);
    let trouble = |e: std::io::Error| Failure::usage(format!("{}: {e}", folder.display()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(trouble)?;
    }
    std::fs::create_dir_all(&folder).map_err(trouble)?;
    let script = root.join(SCRIPT);
    let text = std::fs::read_to_string(&script)
        .map_err(|e| Failure::usage(format!("{}: {e}", script.display())))?;

    let mut command = Command::new("timeout");
    command.arg(PATIENCE);
    if !has_display() {
        setup::install_if_missing("xvfb-run", &["xvfb", "xauth"])?;
        command.args(["xvfb-run", "--auto-servernum"]);
        command.args(["--server-args", "-screen 0 1280x800x24"]);
    }
    command.arg(program).arg("app");
    command.arg("--script").arg(&script);
    command.args(["--report", "report.json"]);
    process::run(driver.apply(command.current_dir(&folder)))?;

    let pictures = pictures(&text);
    let missing: Vec<&String> = pictures
        .iter()
        .filter(|name| size(&folder.join(name)) < SMALLEST_PICTURE)
        .collect();
    if !missing.is_empty() {
        return Err(Failure::check(format!(
            "the window ran, but these pictures are missing or empty in {FOLDER}: {missing:?}"
        )));
    }
    let report = std::fs::read_to_string(folder.join("report.json")).unwrap_or_default();
    if !report.contains("\"frames\"") {
        return Err(Failure::check("the window ran, but wrote no report"));
    }
    println!("{report}");
    println!("{} pictures in {FOLDER}", pictures.len());
    Ok(())
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |m| m.len())
}

/// Names of the pictures that a script asks for.
fn pictures(script: &str) -> Vec<String> {
    let lines = script.lines().filter(|l| !l.trim_start().starts_with('#'));
    lines
        .filter_map(|line| {
            let (_, rest) = line.split_once("\"screenshot\": \"")?;
            Some(rest.split_once('"')?.0.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_in_the_script() {
        let script = "# {\"screenshot\": \"no.png\"}\n\
                      {\"at\": 1, \"do\": {\"window\": {\"screenshot\": \"a.png\"}}}\n\
                      {\"at\": 2, \"do\": \"step\"}";
        assert_eq!(pictures(script), ["a.png"]);
    }
}
