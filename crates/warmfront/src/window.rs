//! No subcommand: the desktop window, where there is a display.

use warmfront_app::window::{Options, run};

use crate::assets::Assets;
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
    let assets = Assets::open(None)?;
    let scenario = assets.default_model();
    let options = Options {
        files: assets.files,
        library: assets.library,
        scenario,
    };
    run(options).map_err(|e| Failure::new(NO_GPU, e.to_string()))
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|v| !v.is_empty()))
}
