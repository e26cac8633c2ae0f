//! `warmfront reopen`: the simulation that made a file, in the window or as a scenario.

use std::path::Path;

use warmfront_session::SessionError;

use crate::cli::{AppOptions, AssetOptions, ReopenOptions};
use crate::exit::{Failure, USAGE};
use crate::{output, window};

/// Runs the command.
pub fn reopen(options: &ReopenOptions) -> Result<(), Failure> {
    let found = warmfront_session::reopen(&options.file)?;
    if found.provenance.is_none() && !options.print && options.output.is_none() {
        // A scenario file is opened where it is: it may extend others beside it.
        return open(options);
    }
    let assets = options.assets.open()?;
    match found.scenario(&assets.library, &options.file.display().to_string()) {
        Ok(scenario) => {
            for line in found.differences(&scenario) {
                eprintln!("warning: {line}");
            }
        }
        Err(e) if found.provenance.is_none() => return Err(e.into()),
        Err(e) => eprintln!("warning: it cannot be run here: {e}"),
    }
    if options.print {
        output::print_file(&found.scenario_text);
        return Ok(());
    }
    match &options.output {
        Some(path) => save(path, &found.scenario_text, options.force),
        None => open(options),
    }
}

fn open(options: &ReopenOptions) -> Result<(), Failure> {
    window::app(&AppOptions {
        scenario: Some(options.file.display().to_string()),
        assets: AssetOptions {
            assets: options.assets.assets.clone(),
        },
        ..AppOptions::default()
    })
}

fn save(path: &Path, text: &str, force: bool) -> Result<(), Failure> {
    if path
        .extension()
        .is_none_or(|e| !e.eq_ignore_ascii_case("toml"))
    {
        let text = format!("-o {}: scenarios end in .toml", path.display());
        return Err(Failure::new(USAGE, text));
    }
    if !force && path.exists() {
        return Err(SessionError::FileExists(path.to_owned()).into());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let partial = path.with_file_name(format!(".{name}.{}.partial", std::process::id()));
    let written = std::fs::write(&partial, text).and_then(|()| std::fs::rename(&partial, path));
    written.map_err(|e| {
        // Nothing is left where there was nothing.
        let _ = std::fs::remove_file(&partial);
        SessionError::disk("write", path, &e).into()
    })
}
