//! The panels around the tissue: each is one function of the newest snapshot and the [`Desk`].
//!
//! A panel shows a [`Snapshot`] and may change the [`Desk`], which holds what the user chose to look at
//! and the [`Outbox`] of commands. No panel holds any state of the simulation, and none names a drug, a
//! field or an observable: all names, units and colours come from the model.

use eframe::egui::{Color32, RichText};
use serde::{Deserialize, Serialize};
use warmfront_model::{Model, Scenario};
use warmfront_session::{Row, pretty_unit};
use warmfront_view::arm_colour;
use warmfront_view::number::format_number;

use crate::canvas::Tool;
use crate::command::{Inspect, WindowCommand};
use crate::state::Snapshot;

pub mod brush;
pub mod cycle;
pub mod effects;
pub mod equations;
pub mod gallery;
mod outbox;
pub mod parameters;
pub mod plots;
pub mod profile;
pub mod regimen;
mod related;
pub mod status;
pub mod transport;
pub mod treatment;
pub mod why;

pub use outbox::Outbox;

#[cfg(test)]
pub(crate) mod tests;

/// A scenario of the library, as the gallery shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GalleryEntry {
    /// Library name, as [`crate::command::Command::Load`] takes it.
    pub name: String,
    /// Human title.
    pub label: String,
    /// What it is.
    pub description: String,
    /// What the literature leads one to expect.
    pub expected: String,
    /// What not to conclude from it.
    pub caveat: String,
}

/// The panels that have a tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// The picture.
    Tissue,
    /// The two sliders.
    Treatment,
    /// The gallery.
    Scenarios,
    /// The brush.
    Brush,
    /// Time series and what the combination adds.
    Plots,
    /// The cancer-immunity cycle.
    Cycle,
    /// All numbers of the model.
    Parameters,
    /// The model as written.
    Equations,
    /// Every process at a point.
    Why,
    /// Values along a line.
    Profile,
}

/// What the user chose to look at, and the way out for commands.
#[derive(Debug)]
pub struct Desk {
    /// Commands to the simulation.
    pub outbox: Outbox,
    /// Scenarios to choose from.
    pub gallery: Vec<GalleryEntry>,
    /// The arm shown alone; none: all.
    pub shown: Option<usize>,
    /// Observable of the second plot; none: the first that the model plots besides the burden.
    pub quantity: Option<usize>,
    /// Plots have a logarithmic axis.
    pub logarithmic: bool,
    /// Arm of the cycle; none: the one shown alone, else the last.
    pub cycle_arm: Option<usize>,
    /// Rates of the cycle per counted cell, not per tissue.
    pub cycle_per_cell: bool,
    /// Step of the cycle that is explained.
    pub cycle_step: Option<usize>,
    /// Dark colours.
    pub dark: bool,
    /// The list of keys is open.
    pub help: bool,
    /// The panels at both sides are shown.
    pub sides: bool,
    /// What the pointer does on the tissue.
    pub tool: Tool,
    /// Where values are wanted; the canvas and the panels write it, the app sends it when it changed.
    pub inspect: Inspect,
    /// See [`crate::film`].
    pub film: crate::film::State,
    /// Field, size and strength of the brush.
    pub brush: brush::State,
    /// See [`equations`].
    pub equations: equations::State,
    /// See [`gallery`].
    pub gallery_state: gallery::State,
    /// See [`parameters`].
    pub parameters: parameters::State,
    /// See [`plots`].
    pub plots: plots::State,
    /// See [`profile`].
    pub profile: profile::State,
    /// See [`regimen`].
    pub regimen: regimen::State,
    /// See [`why`].
    pub why: why::State,
    /// Window commands that panels gave; the app obeys them in the same frame.
    pub window: Vec<WindowCommand>,
}

impl Desk {
    /// The arm that read-outs speak of: the one shown alone, else the last.
    pub fn arm(&self, scenario: &Scenario) -> usize {
        let last = scenario.arms.len().saturating_sub(1);
        self.shown.unwrap_or(last).min(last)
    }
}

/// The newest row with a value for every arm and observable.
pub fn last_row<'a>(snapshot: &'a Snapshot, scenario: &Scenario) -> Option<&'a Row> {
    let rows = snapshot.rows.iter().rev();
    rows.take(1).find(|row| is_whole(row, scenario))
}

/// Whether a row has a value for every arm and observable. While another scenario is loaded, the rows of
/// the one before may still be there.
pub fn is_whole(row: &Row, scenario: &Scenario) -> bool {
    let observables = scenario.model.observables.len();
    row.values.len() == scenario.arms.len() && row.values.iter().all(|v| v.len() == observables)
}

/// A number with its unit, as in a paper.
pub fn quantity(value: f64, unit: &str) -> String {
    let unit = pretty_unit(unit);
    let number = format_number(value);
    match unit.as_str() {
        "" => number,
        _ if value.is_nan() => number,
        unit => format!("{number} {unit}"),
    }
}

/// Name of the time unit in the plural: `days`.
pub fn time_units(model: &Model) -> String {
    match model.time_unit.as_str() {
        _ if model.clock_unit().is_day() => "days".to_owned(),
        "1" => "time units".to_owned(),
        unit => unit.to_owned(),
    }
}

/// A model time as a clock shows it: `day 12.3`, `t = 250`; a thousandth of the duration is the least.
pub fn clock(scenario: &Scenario, time: f64) -> String {
    let step = 10_f64.powf(scenario.time.duration.max(1e-9).log10().floor() - 2.0);
    let steps = (time / step).round();
    // Dividing by a whole number leaves no digits of rounding behind.
    let rounded = if step < 1.0 {
        steps / (1.0 / step).round()
    } else {
        steps * step
    };
    warmfront_session::clock(&scenario.model, rounded)
}

/// Colour of an arm on the present page.
pub fn colour_of_arm(arm: usize, dark: bool) -> Color32 {
    let ink = colour(arm_colour(arm, dark));
    // Figures draw thick lines; names in these colours need more contrast on a light page.
    if dark {
        ink
    } else {
        ink.lerp_to_gamma(Color32::BLACK, 0.35)
    }
}

/// An 8-bit sRGB colour.
pub fn colour([r, g, b]: [u8; 3]) -> Color32 {
    Color32::from_rgb(r, g, b)
}

/// A heading inside a panel.
fn heading(text: &str) -> RichText {
    RichText::new(text).strong().size(15.0)
}
