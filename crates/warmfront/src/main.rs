//! The command line. One file here per subcommand; `cli` declares the options, `exit` the exit codes.
//!
//! Results go to standard output, progress and errors to standard error.

// First, for its macro: all others print through it.
#[macro_use]
mod output;

mod assets;
mod bench;
mod check;
mod cli;
mod docs;
mod doctor;
mod exit;
mod figure;
mod list;
mod progress;
#[cfg(feature = "film")]
mod record;
mod reopen;
mod reproduce;
mod run;
mod signals;
mod sweep;
// Set-up, which is built without the engine, needs it as well.
#[path = "../../xtask/src/systems.rs"]
mod systems;
mod table;
mod validate;
mod verify;
mod why;
#[cfg(feature = "window")]
mod window;
#[cfg(not(feature = "window"))]
#[path = "window_none.rs"]
mod window;

use std::borrow::Cow;
use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};
use exit::Failure;
use warmfront_model::visible;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) => return refused(&e),
    };
    let json = cli.json();
    let outcome = match &cli.command {
        None => window::window(),
        Some(Command::App(options)) => window::app(options),
        Some(Command::Run(options)) => run::run(options),
        Some(Command::Why(options)) => why::why(options),
        #[cfg(feature = "film")]
        Some(Command::Record(options)) => record::record(options),
        #[cfg(not(feature = "film"))]
        Some(Command::Record(_)) => Err(Failure::not_built("films", "film")),
        Some(Command::Figure(options)) => figure::figure(options),
        Some(Command::Sweep(options)) => sweep::sweep(options),
        Some(Command::Reopen(options)) => reopen::reopen(options),
        Some(Command::Reproduce(options)) => reproduce::reproduce(options),
        Some(Command::List(options)) => list::list(options),
        Some(Command::Check(options)) => check::check(options),
        Some(Command::Doctor(options)) => doctor::doctor(options),
        Some(Command::Verify(options)) => verify::verify(options),
        Some(Command::Validate(options)) => validate::validate(options),
        Some(Command::Bench(options)) => bench::bench(options),
        Some(Command::Completions(options)) => docs::completions(options),
        Some(Command::Man(options)) => docs::man(options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => end(&failure, json),
    }
}

/// Ends with what is wrong with the arguments (or with the help that they ask for). The words of the
/// arguments stand in it, so a message with hidden characters goes without colours.
fn refused(error: &clap::Error) -> ExitCode {
    let text = error.render().to_string();
    match visible(&text) {
        Cow::Borrowed(_) => error.exit(),
        Cow::Owned(_) => eprintln!("{}", text.trim_end()),
    }
    ExitCode::from(exit::USAGE)
}

fn end(failure: &Failure, json: bool) -> ExitCode {
    if !failure.message.is_empty() {
        eprintln!("error: {}", failure.message);
        if json && !failure.reported {
            let value = serde_json::json!({ "error": failure.message, "exit_code": failure.code });
            output::print_json(&value);
        }
    }
    ExitCode::from(failure.code)
}
