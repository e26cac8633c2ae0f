//! `cargo xtask demo [ARGS]`: a short simulation into `out/demo`.
//!
//! The program is built as the tests build it: the whole workspace is selected, so that every
//! dependency has the same features and nothing is compiled twice (`cargo run -p` would choose
//! features for one package alone). Then it is started directly.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cargo_metadata::Message;

use crate::process::{self, Failure, cargo};
use crate::setup;

/// Arguments of the program; ARGS are added behind them.
const ARGUMENTS: [&str; 4] = ["run", "--out", "out/demo", "--force"];

/// Runs setup, builds the program and starts it.
pub fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let driver = setup::run(root)?;
    let program = build(root)?;
    let outcome = process::run(
        driver
            .apply(&mut Command::new(program))
            .current_dir(root)
            .args(ARGUMENTS)
            .args(args),
    );
    // The program explains its own failure; only its exit code is passed on.
    outcome.map_err(|failure| Failure {
        message: String::new(),
        ..failure
    })
}

/// Builds the command line program and says where it is.
pub fn build(root: &Path) -> Result<PathBuf, Failure> {
    let mut command = cargo();
    command
        .current_dir(root)
        .args(["build", "--workspace", "--bin", "warmfront"])
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    eprintln!("> cargo build --workspace --bin warmfront");
    let mut child = command
        .spawn()
        .map_err(|error| process::cannot_start(&command, &error))?;
    let mut program = None;
    if let Some(output) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)).map_while(Result::ok) {
            if let Message::CompilerArtifact(artifact) = message
                && artifact.target.name == "warmfront"
            {
                program = artifact.executable.map(PathBuf::from).or(program);
            }
        }
    }
    let status = child
        .wait()
        .map_err(|error| process::cannot_start(&command, &error))?;
    match (status.success(), program) {
        (true, Some(program)) => Ok(program),
        _ => Err(Failure::check("the program `warmfront` could not be built")),
    }
}
