//! The desktop app: a living tissue under two sliders.
//!
//! The simulation lives on a thread of its own ([`worker`]). It publishes what there is to show
//! ([`state::Snapshot`]) and takes [`command::Command`]s; the window draws the tissue straight from a
//! device buffer ([`canvas`]). One command enum serves buttons, keys and tests. The panels ([`panels`])
//! are files behind one function each and hold no state of the simulation.

pub mod app;
pub mod canvas;
pub mod command;
pub mod export;
pub mod film;
pub mod hints;
pub mod homes;
pub mod keymap;
pub mod layout;
mod numbers;
pub mod palette;
pub mod panels;
mod screen;
pub mod settings;
pub mod speed;
pub mod state;
pub mod store;
pub mod thumbnails;
pub mod toasts;
pub mod window;
pub mod worker;
