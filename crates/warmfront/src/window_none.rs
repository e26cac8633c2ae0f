//! In the place of the window, in a build without it.

use std::convert::Infallible;
use std::path::Path;

use crate::cli::AppOptions;
use crate::exit::Failure;

fn none<T>() -> Result<T, Failure> {
    Err(Failure::not_built("the window", "window"))
}

/// The window with the default scenario.
pub fn window() -> Result<(), Failure> {
    none()
}

/// The window.
pub fn app(_options: &AppOptions) -> Result<(), Failure> {
    none()
}

/// Measures the window.
pub fn measured(_seconds: f64, _report: &Path) -> Result<Infallible, Failure> {
    none()
}
