//! Why there is no window, in words that name the screen and what to do.
//!
//! The libraries that open a window say where in their own source they gave up. A user needs to know which
//! screen was asked for, whether anything answered there, and its colour depth.

use eframe::egui_wgpu::WgpuError;

/// What surrounds the program: variables that name a screen, and its colour depth in bits.
#[derive(Debug, Clone, Default)]
struct Surroundings {
    display: Option<String>,
    wayland: Option<String>,
    depth: Option<u8>,
}

impl Surroundings {
    fn present() -> Self {
        let given = |name| std::env::var(name).ok().filter(|v: &String| !v.is_empty());
        Self {
            display: given("DISPLAY"),
            wayland: given("WAYLAND_DISPLAY").or_else(|| given("WAYLAND_SOCKET")),
            depth: depth(),
        }
    }

    /// The variables in words.
    fn words(&self) -> String {
        match (&self.wayland, &self.display) {
            (Some(w), Some(d)) => format!("WAYLAND_DISPLAY is `{w}` and DISPLAY is `{d}`"),
            (Some(w), None) => format!("WAYLAND_DISPLAY is `{w}` and DISPLAY is not set"),
            (None, Some(d)) => format!("DISPLAY is `{d}`"),
            (None, None) => "neither DISPLAY nor WAYLAND_DISPLAY is set".to_owned(),
        }
    }
}

/// Colour depths that drivers can draw on, bits.
const USUAL: [u8; 2] = [24, 32];

/// Bits of a colour on the X11 screen that DISPLAY names.
#[cfg(all(unix, not(target_os = "macos")))]
fn depth() -> Option<u8> {
    use x11rb::connection::Connection as _;
    let (connection, screen) = x11rb::connect(None).ok()?;
    connection.setup().roots.get(screen).map(|r| r.root_depth)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn depth() -> Option<u8> {
    None
}

/// Why a window could not be opened, and what to do.
pub(crate) fn why(error: &eframe::Error) -> String {
    let around = Surroundings::present();
    match error {
        eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_) if cfg!(unix) => {
            no_screen(&around)
        }
        eframe::Error::Wgpu(WgpuError::NoSurfaceFormatsAvailable) => no_format(&around),
        // Where no adapter can draw on a screen of an unusual depth, the depth is the reason.
        eframe::Error::Wgpu(_) if around.depth.is_some_and(|d| !USUAL.contains(&d)) => {
            no_format(&around)
        }
        other => other.to_string(),
    }
}

fn no_screen(around: &Surroundings) -> String {
    let answer = match (&around.display, &around.wayland) {
        (None, None) => "",
        _ => ", but no screen answers there",
    };
    format!(
        "{}{answer}\n  help: run it from a terminal of the desktop; over ssh, `ssh -X` brings the screen along; without any screen, `xvfb-run -s \"-screen 0 1280x800x24\" warmfront app` makes one",
        around.words()
    )
}

fn no_format(around: &Surroundings) -> String {
    let screen = match (around.depth, &around.display) {
        (Some(depth), Some(display)) => {
            format!("the screen `{display}` has a colour depth of {depth} bits")
        }
        _ => "the colour depth of the screen is not usual".to_owned(),
    };
    format!(
        "{screen}, and the graphics driver cannot draw on it\n  help: 24 bits are needed: set the colour depth of the desktop to 24 or 32 bits (a virtual screen: `Xvfb :1 -screen 0 1280x800x24`)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_screen_is_named_with_what_to_do() {
        let display = Some(":77".to_owned());
        let mut around = Surroundings {
            display,
            ..Surroundings::default()
        };
        let told = no_screen(&around);
        assert!(
            told.starts_with("DISPLAY is `:77`, but no screen answers there"),
            "{told}"
        );
        assert!(told.contains("xvfb-run"), "{told}");
        around.depth = Some(16);
        let told = no_format(&around);
        assert!(
            told.starts_with("the screen `:77` has a colour depth of 16 bits"),
            "{told}"
        );
        assert!(told.contains("24 bits are needed"), "{told}");
        let nothing = no_screen(&Surroundings::default());
        assert!(
            nothing.starts_with("neither DISPLAY nor WAYLAND_DISPLAY is set\n"),
            "{nothing}"
        );
    }

    #[test]
    fn no_message_names_a_path_of_the_builder() {
        let error = eframe::Error::Wgpu(WgpuError::NoSurfaceFormatsAvailable);
        let told = why(&error);
        assert!(told.contains("24 bits") && !told.contains(".rs:"), "{told}");
    }
}
