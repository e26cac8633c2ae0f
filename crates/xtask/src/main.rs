//! Project chores: `cargo xtask COMMAND`.
//!
//! Each chore is one module and one command, so that a person, a script and CI do the same thing
//! with the same words. Chores that judge the repository (`tidy`, `deps`) report every problem at
//! once; chores that run programs forward their output and exit code.

mod demo;
mod deps;
mod driver;
mod film;
mod package;
mod process;
mod python;
mod setup;
mod systems;
mod test;
mod tidy;
mod vulkan;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use process::Failure;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  setup          make sure of a Vulkan driver (of a graphics card, or a fast one for the processor, which goes
                 to target/driver), a C++ compiler, and what tests open results with: ffmpeg, and Python readers
                 in target/python
  test [ARGS]    setup, then every test; ARGS go to the test runner
  demo [ARGS]    setup, then a short simulation into out/demo; ARGS go to `warmfront run`
  start [ARGS]   setup, then the whole program with ARGS; nothing: the window
  film [ARGS]    the film of the README into assets/pictures; ARGS go to `warmfront record`
  window         the real window for half a minute, driven by a script; pictures in out/window
  package        a Debian package and an archive into target/package, from a release build; `--program FILE`
                 packs a program that is built already, `--check` installs, tries and removes it
  counts         into the pages: how many parameters of a model are measured, assumed and tuned
  tidy           facts that no compiler checks: layers, layout, links, shaders, names
  deps           licences and duplicate versions of all dependencies
  help           this page

Exit codes: 0 done, 1 a check failed, 2 usage or file error, 3 no Vulkan driver;
test, demo, start and film forward the code of the program that they run.
";

const COMMANDS: [&str; 11] = [
    "setup", "test", "demo", "start", "film", "window", "package", "counts", "tidy", "deps", "help",
];

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let command = args.next().unwrap_or_else(|| "help".to_owned());
    let rest: Vec<String> = args.collect();
    match run(&command, &rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("error: {}", failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}

fn run(command: &str, rest: &[String]) -> Result<(), Failure> {
    let takes_arguments = matches!(command, "test" | "demo" | "start" | "film" | "package");
    if let (false, Some(extra)) = (takes_arguments, rest.first())
        && COMMANDS.contains(&command)
    {
        return Err(Failure::usage(format!(
            "`{command}` takes no arguments, found `{extra}`"
        )));
    }
    match command {
        "setup" => {
            let root = workspace_root()?;
            setup::run(&root)?;
            setup::compiler()?;
            setup::film_tools()?;
            python::run(&root)
        }
        "test" => test::run(&workspace_root()?, rest),
        "demo" => demo::run(&workspace_root()?, rest),
        "start" => demo::start(&workspace_root()?, rest),
        "film" => film::run(&workspace_root()?, rest),
        "window" => window::run(&workspace_root()?),
        "package" => package::run(&workspace_root()?, rest),
        "counts" => tidy::write_counts(&workspace_root()?),
        "tidy" => tidy::run(&workspace_root()?),
        "deps" => deps::run(&workspace_root()?),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(Failure::usage(format!(
            "unknown command `{other}`; the commands are {}",
            COMMANDS.join(", ")
        ))),
    }
}

/// The nearest folder, from the current one upwards, whose `Cargo.toml` declares the workspace.
fn workspace_root() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir()
        .map_err(|error| Failure::usage(format!("the current folder cannot be read: {error}")))?;
    here.ancestors()
        .find(|folder| {
            std::fs::read_to_string(folder.join("Cargo.toml"))
                .is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
        })
        .map(PathBuf::from)
        .ok_or_else(|| {
            Failure::usage("no workspace found here: run the command inside the repository")
        })
}
