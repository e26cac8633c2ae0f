//! Films from the window: what was done, seen as the panes stand.
//!
//! # Theory
//! A film is not a recording of the screen. It is computed again, on a device of its own, from the scenario
//! with everything that was done, so that it has every frame at any size whatever the window managed. What
//! is on screen when it is asked for, the [`Sight`], says what the film looks at; what happens to the sight
//! while somebody records becomes camera moves ([`Cue`]) at the model times when it happened.
//!
//! # Practice
//! An [`Order`] says everything and is plain data. [`plan()`] makes of it what
//! [`warmfront_session::film`] needs, or says what is wrong; the [`Studio`] makes the film beside the
//! simulation. The window has a dialog for orders ([`dialog`]), a strip that tells how far a film is
//! ([`strip`]), and the [`Reel`] of a recording that goes on.

pub mod dialog;
mod order;
mod plan;
mod reel;
mod sight;
pub mod strip;
mod studio;
#[cfg(test)]
mod tests;

pub use order::{Cue, Order, When};
pub use plan::plan;
pub use reel::{Reel, Seen};
pub use sight::{Sight, camera_of, look_of};
pub use studio::{Filming, Making, Studio};

use crate::command::Command;

/// What the window knows of films.
#[derive(Debug, Default)]
pub struct State {
    /// The dialog is open.
    pub open: bool,
    /// What the dialog asks for.
    pub order: dialog::Choices,
    /// The recording that goes on until it is stopped.
    pub reel: Option<Reel>,
    /// Line of the script that asked for it; none: hands did.
    pub line: Option<usize>,
    /// What panels want; the app sees to it within the same frame.
    pub wanted: Vec<Command>,
    /// Text of a caption that is being typed.
    pub caption: String,
    /// Orders sent so far.
    pub sent: u64,
    /// The window closes when all films are made.
    pub close_after: bool,
}

impl State {
    /// The caption of the recording at a model time.
    pub fn caption_at(&self, time: f64) -> Option<&str> {
        self.reel.as_ref()?.caption(time)
    }
}
