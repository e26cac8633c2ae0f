//! No subcommand: the desktop window, where there is a display.

use warmfront_app::window::{Options, run};

use std::path::Path;

use crate::assets::Assets;
use crate::cli::AppOptions;
use crate::exit::{Failure, NO_GPU};
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

fn open(options: &AppOptions, measure: Option<f64>) -> Result<(), Failure> {
    let folder = options.assets.assets.as_deref();
    let assets = Assets::open(folder)?;
    let scenario = match &options.scenario {
        Some(name) => {
            // A wrong name is said here, not in an empty window.
            assets.scenario(Some(name))?;
            name.clone()
        }
        None => assets.default_model(),
    };
    let options = Options {
        folder: folder.map(Path::to_path_buf),
        files: assets.files,
        library: assets.library,
        scenario,
        measure,
        script: options.script.clone(),
        report: options.report.clone(),
    };
    run(options).map_err(|e| Failure::new(NO_GPU, e.to_string()))
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}
