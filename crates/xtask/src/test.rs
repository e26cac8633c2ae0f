//! `cargo xtask test [ARGS]`: every test of the workspace.
//!
//! The command line program is built first, because tests start it. Unit and integration tests run
//! under cargo-nextest where it is installed (settings in `.config/nextest.toml`), otherwise under
//! `cargo test`; documentation examples run before. With ARGS (a filter, `-p CRATE`, …) only the
//! selected tests run, and no documentation examples.

use std::path::Path;

use crate::process::{self, Failure, cargo};
use crate::{demo, python, setup};

/// Runs setup and the tests.
pub fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let driver = setup::run(root)?;
    // Without Python and ffmpeg most tests still mean something; those that need them say so.
    for tools in [python::run(root), setup::film_tools()] {
        if let Err(failure) = tools {
            eprintln!("warning: {}", failure.message);
        }
    }
    demo::build(root)?;
    let nextest = process::succeeds(cargo().args(["nextest", "--version"]));
    if !nextest {
        eprintln!(
            "cargo-nextest is not installed: using `cargo test`, which is slower \
             (to have it: cargo install --locked cargo-nextest)"
        );
    }
    // Documentation examples are few and quick; the summary of all other tests closes the run.
    if args.is_empty() {
        let mut examples = cargo();
        examples
            .current_dir(root)
            .args(["test", "--workspace", "--doc"]);
        process::run(driver.apply(&mut examples))?;
    }
    let mut tests = cargo();
    tests.current_dir(root).args(command(nextest, args));
    process::run(driver.apply(&mut tests))
}

/// Arguments of cargo for the tests that are no documentation examples.
fn command(nextest: bool, args: &[String]) -> Vec<String> {
    let runner: &[&str] = if nextest {
        &["nextest", "run"]
    } else {
        &["test", "--no-fail-fast"]
    };
    let mut words: Vec<String> = runner.iter().map(|&word| word.to_owned()).collect();
    // Cargo ignores `-p` beside `--workspace`.
    let selects = args
        .iter()
        .take_while(|word| *word != "--")
        .any(|word| word.starts_with("-p") || word.starts_with("--package"));
    if !selects {
        words.push("--workspace".to_owned());
    }
    if !nextest && args.is_empty() {
        // Documentation examples have their own step.
        words.push("--lib".to_owned());
        words.push("--bins".to_owned());
        words.push("--tests".to_owned());
    }
    words.extend_from_slice(args);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(nextest: bool, args: &[&str]) -> String {
        let args: Vec<String> = args.iter().map(|&word| word.to_owned()).collect();
        command(nextest, &args).join(" ")
    }

    #[test]
    fn the_whole_workspace_by_default() {
        assert_eq!(words(true, &[]), "nextest run --workspace");
        assert_eq!(
            words(false, &[]),
            "test --no-fail-fast --workspace --lib --bins --tests"
        );
    }

    #[test]
    fn a_filter_or_a_package_narrows_it() {
        assert_eq!(words(true, &["heat"]), "nextest run --workspace heat");
        assert_eq!(words(true, &["-p", "xtask"]), "nextest run -p xtask");
        assert_eq!(
            words(false, &["--package=xtask"]),
            "test --no-fail-fast --package=xtask"
        );
        assert_eq!(words(true, &["--", "-p"]), "nextest run --workspace -- -p");
    }
}
