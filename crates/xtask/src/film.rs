//! `cargo xtask film [ARGS]`: the film of the README, made anew.

use std::path::Path;
use std::process::Command;

use crate::process::{self, Failure};
use crate::{demo, setup};

/// The film: small enough to load with the page.
const ARGUMENTS: &str = "record inflamed -o assets/pictures/inflamed.gif --force --layout plots \
                         --size 840x525 --seconds 8 --fps 10 --hold-last 1.5 --no-texture --max-size 2.9";

/// Runs setup, builds the program and makes the film; ARGS are added behind its own.
pub fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let driver = setup::run(root)?;
    let program = demo::build(root)?;
    let mut command = Command::new(program);
    command
        .current_dir(root)
        .args(ARGUMENTS.split_whitespace())
        .args(args);
    // The program explains its own failure; only its exit code is passed on.
    process::run(driver.apply(&mut command)).map_err(|failure| Failure {
        message: String::new(),
        ..failure
    })
}
