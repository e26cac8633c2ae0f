//! `warmfront man` and `warmfront completions`: from the declaration of the options.

use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::{Cli, CompletionsOptions, ManOptions};
use crate::exit::{Failure, INPUT_OUTPUT};
use crate::output;

/// Prints what a shell completes words with.
pub fn completions(options: &CompletionsOptions) -> Result<(), Failure> {
    let shell: Shell = options.shell;
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "warmfront", &mut text);
    output::print(&String::from_utf8_lossy(&text));
    Ok(())
}

/// Writes the manual pages: one of the program, and one of each subcommand.
pub fn man(options: &ManOptions) -> Result<(), Failure> {
    let folder: &Path = &options.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|e| {
            let text = format!(
                "manual pages cannot be written to {}: {e}",
                folder.display()
            );
            Failure::new(INPUT_OUTPUT, text)
        })?;
    output::print(&format!("manual pages are in {}\n", folder.display()));
    Ok(())
}
