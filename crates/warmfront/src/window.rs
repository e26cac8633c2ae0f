//! No subcommand: the desktop window, where there is a display.

use warmfront_app::window::{Options, Remains, WindowError, run};

use std::path::{Path, PathBuf};

use crate::cli::AppOptions;
use crate::exit::{Failure, INPUT_OUTPUT, NO_GPU, UNMET, USAGE};
use crate::output;

/// Said when there is no subcommand and no display.
const WITHOUT_DISPLAY: &str = "\
Warmfront simulates reaction, diffusion and directed movement in tissue on the GPU.
There is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set), so no window opens.

  warmfront doctor             is this machine ready?
  warmfront run --small        the default scenario, all arms, small: a minute or less
  warmfront list scenarios     what else there is
  warmfront check FILE.toml    is a scenario of your own right?
  warmfront --help             every command and the exit codes
";

/// Opens the window with the default scenario, or says what there is to do without one.
pub fn window() -> Result<(), Failure> {
    if cfg!(all(unix, not(target_os = "macos"))) && !has_display() {
        output::print(WITHOUT_DISPLAY);
        return Ok(());
    }
    open(&AppOptions::default(), None)
}

/// Opens the window as `warmfront app` asks for.
pub fn app(options: &AppOptions) -> Result<(), Failure> {
    needs_display()?;
    open(options, None)
}

/// Measures for twice so many seconds how smooth the window is; the numbers go to the file `report`.
pub fn measured(seconds: f64, report: &Path) -> Result<(), Failure> {
    needs_display()?;
    let options = AppOptions {
        report: Some(report.to_owned()),
        ..AppOptions::default()
    };
    open(&options, Some(seconds))
}

fn needs_display() -> Result<(), Failure> {
    if cfg!(all(unix, not(target_os = "macos"))) && !has_display() {
        return Err(Failure::new(
            NO_GPU,
            "there is no display here (neither WAYLAND_DISPLAY nor DISPLAY is set), so no window opens\n  help: `warmfront run` works without one",
        ));
    }
    Ok(())
}

fn open(asked: &AppOptions, measure: Option<f64>) -> Result<(), Failure> {
    let assets = asked.assets.open()?;
    let scenario = match &asked.scenario {
        Some(name) => {
            // A wrong name is said here, not in an empty window.
            assets.scenario(Some(name))?;
            name.clone()
        }
        None => assets.default_model(),
    };
    let options = Options {
        folder: asked.assets.assets.clone(),
        files: assets.files,
        library: assets.library,
        scenario,
        measure,
        resume: asked.resume.clone(),
        script: asked.script.clone(),
        report: asked.report.clone(),
    };
    let (again, losses) = (asked.clone(), asked.losses);
    let go_on = move |remains| {
        let Err(failure) = go_on(&again, &remains);
        eprintln!("error: {}", failure.message);
        failure.code
    };
    let ended = run(options, Box::new(go_on)).map_err(|e| {
        let code = match e {
            WindowError::Script(_) => USAGE,
            WindowError::Report(..) => INPUT_OUTPUT,
            WindowError::Unmet(_) => UNMET,
            WindowError::NotOpened(_) => NO_GPU,
        };
        Failure::new(code, e.to_string())
    });
    if losses > 0 {
        // What a process before this one left for it; whatever stays does no harm.
        for path in [&asked.resume, &asked.script].into_iter().flatten() {
            let _ = std::fs::remove_file(path);
        }
    }
    ended
}

/// Times in a row that a lost device is followed by another window.
const MOST_LOSSES: u32 = 3;

// Becomes this program once more, with what a lost device left.
fn go_on(asked: &AppOptions, remains: &Remains) -> Result<std::convert::Infallible, Failure> {
    let failed = |e: std::io::Error| {
        let text = format!("the graphics device was lost, and a new window failed: {e}");
        Failure::new(NO_GPU, text)
    };
    let folder = std::env::temp_dir();
    let file = |kind: &str, text: &Option<String>| -> Result<Option<PathBuf>, Failure> {
        let Some(text) = text else { return Ok(None) };
        let path = folder.join(format!("warmfront-lost-{}.{kind}", std::process::id()));
        std::fs::write(&path, text).map_err(failed)?;
        Ok(Some(path))
    };
    let session = file("toml", &remains.session)?;
    if asked.losses >= MOST_LOSSES {
        let kept = session.map(|s| format!("\n  what was done is kept in {}", s.display()));
        return Err(Failure::new(
            NO_GPU,
            format!(
                "the graphics device was lost several times in a row{}\n  help: `warmfront doctor` shows the adapters",
                kept.unwrap_or_default()
            ),
        ));
    }
    eprintln!("warning: the graphics device was lost; the window opens again");
    let script = file("jsonl", &remains.script)?;
    let mut again = std::process::Command::new(std::env::current_exe().map_err(failed)?);
    again.arg("app");
    again.args(["--losses", &(asked.losses + 1).to_string()]);
    let options = [
        ("--assets", &asked.assets.assets),
        ("--report", &asked.report),
        ("--resume", &session),
        ("--script", &script),
    ];
    for (option, path) in options {
        if let Some(path) = path {
            again.arg(option).arg(path);
        }
    }
    Err(failed(become_it(&mut again)))
}

// The old window goes with the connections of this process.
#[cfg(unix)]
fn become_it(command: &mut std::process::Command) -> std::io::Error {
    std::os::unix::process::CommandExt::exec(command)
}

// A process cannot become another one here; it ends as soon as the other has begun.
#[cfg(not(unix))]
fn become_it(command: &mut std::process::Command) -> std::io::Error {
    match command.spawn() {
        Ok(_) => std::process::exit(0),
        Err(e) => e,
    }
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}
