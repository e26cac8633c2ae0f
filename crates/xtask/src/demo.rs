//! `cargo xtask demo [ARGS]`: a short simulation into `out/demo`.
//!
//! The demo builds what a run and its pictures need, without the window, films, PDF and Zarr: that is the shortest
//! way to a first picture. The other chores build the program whole, as the tests build it: the whole
//! workspace is selected, so that every dependency has the same features and nothing is compiled twice
//! (`cargo run -p` would choose features for one package alone). Either is started directly.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use cargo_metadata::Message;

use crate::process::{self, Failure, cargo};
use crate::setup;

/// Arguments of the program; ARGS are added behind them.
const ARGUMENTS: [&str; 4] = ["run", "--out", "out/demo", "--force"];
/// The first picture: fewer cells, there in seconds.
const FIRST: [&str; 6] = [
    "run",
    "--small",
    "--out",
    "out/demo_small",
    "--force",
    "--quiet",
];
/// What the demo builds.
const SLIM: [&str; 3] = ["--package", "warmfront", "--no-default-features"];
/// What the other chores build.
const WHOLE: [&str; 3] = ["--workspace", "--bin", "warmfront"];
/// A build that takes longer than this, in seconds, was not one of a few changed files.
const LONG: u64 = 60;

/// Runs setup, builds the program and starts it.
pub fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let driver = setup::run(root)?;
    if !root.join("target/debug/warmfront").exists() {
        eprintln!(
            "Building the simulator; the first time that takes 4 to 15 minutes on two cores."
        );
    }
    let begun = Instant::now();
    let program = build_of(root, &SLIM)?;
    let seconds = begun.elapsed().as_secs();
    let start = |words: &[&str], args: &[String]| {
        let mut command = Command::new(&program);
        command.current_dir(root).args(words).args(args);
        // The program explains its own failure; only its exit code is passed on.
        process::run(driver.apply(&mut command)).map_err(|failure| Failure {
            message: String::new(),
            ..failure
        })
    };
    if args.is_empty() {
        start(&FIRST, &[])?;
        eprintln!(
            "\nA first picture: out/demo_small/montage.png. Now the same on the full grid.\n"
        );
    }
    start(&ARGUMENTS, args)?;
    eprintln!("\nLook at out/demo/montage.png. Next, the window: cargo xtask start");
    if seconds > LONG {
        eprintln!(
            "That builds the rest of the program first, for about {} minutes more.",
            seconds.div_ceil(60)
        );
    }
    Ok(())
}

/// `cargo xtask start [ARGS]`: the whole program with ARGS and with the driver of the demo; nothing: the window.
pub fn start(root: &Path, args: &[String]) -> Result<(), Failure> {
    let driver = setup::run(root)?;
    let mut program = Command::new(build(root)?);
    process::run(driver.apply(program.args(args))).map_err(|failure| Failure {
        message: String::new(),
        ..failure
    })
}

/// Builds the whole program and says where it is.
pub fn build(root: &Path) -> Result<PathBuf, Failure> {
    setup::compiler()?;
    build_of(root, &WHOLE)
}

fn build_of(root: &Path, what: &[&str]) -> Result<PathBuf, Failure> {
    let mut command = cargo();
    command
        .current_dir(root)
        .arg("build")
        .args(what)
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    eprintln!("> cargo build {}", what.join(" "));
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
