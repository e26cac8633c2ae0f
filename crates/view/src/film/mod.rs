//! Frames of a film: the page around the tissue, drawn once, and what changes from frame to frame.
//!
//! A [`Page`] says what is seen; [`Page::compose`] finds a place for all of it in a frame of any size and
//! draws what never changes. The [`Sheet`] that results names the size of a pane's picture, and makes of
//! pictures, time and curves a whole frame. Text and lines grow with the frame, the panes take the room that
//! is left, and what is switched off leaves its room to them.

mod compose;
mod layout;
mod piece;
mod plot;
mod sheet;
mod timeline;

use image::RgbaImage;
use serde::{Deserialize, Serialize};

pub use sheet::Sheet;

use crate::colormap::Colormap;
use crate::colour::Rgb;
use crate::legend::{Dash, DoseTrack, LegendEntry};
use crate::number::LengthUnit;
use crate::raster::Range;
use crate::style::Style;

/// Where panes and plots stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arrangement {
    /// Panes alone.
    #[default]
    Panes,
    /// Panes with plots underneath.
    Plots,
    /// Panes with the time line of the doses as a picture in the picture.
    Doses,
}

/// What is written around and on the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// Title.
    pub title: bool,
    /// Names of the arms.
    pub labels: bool,
    /// Channels, or the colour bar.
    pub legend: bool,
    /// The line around cells, where the model declares one.
    pub outline: bool,
    /// Scale bar.
    pub scale_bar: bool,
    /// Model time.
    pub clock: bool,
    /// Marks of the doses.
    pub doses: bool,
    /// Texts of events.
    pub captions: bool,
    /// Closing line: what it is, and what not to conclude.
    pub credit: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self::without(&[])
    }
}

impl Parts {
    /// Everything but these.
    pub fn without(left_out: &[Part]) -> Self {
        let keeps = |part| !left_out.contains(&part);
        Self {
            title: keeps(Part::Title),
            labels: keeps(Part::Labels),
            legend: keeps(Part::Legend),
            outline: keeps(Part::Outline),
            scale_bar: keeps(Part::ScaleBar),
            clock: keeps(Part::Clock),
            doses: keeps(Part::Doses),
            captions: keeps(Part::Captions),
            credit: keeps(Part::Credit),
        }
    }
}

/// One of the [`Parts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Title.
    Title,
    /// Names of the arms.
    Labels,
    /// Channels, or the colour bar.
    Legend,
    /// The line around cells.
    Outline,
    /// Scale bar.
    ScaleBar,
    /// Model time.
    Clock,
    /// Marks of the doses.
    Doses,
    /// Texts of events.
    Captions,
    /// Closing line.
    Credit,
}

impl Part {
    /// All parts: the names that options use, and the words for people.
    pub const NAMED: [(&'static str, Self, &'static str); 9] = [
        ("title", Self::Title, "Title"),
        ("labels", Self::Labels, "Arm labels"),
        ("legend", Self::Legend, "Legend"),
        ("outline", Self::Outline, "Outline"),
        ("scale-bar", Self::ScaleBar, "Scale bar"),
        ("clock", Self::Clock, "Clock"),
        ("doses", Self::Doses, "Dose marks"),
        ("captions", Self::Captions, "Captions"),
        ("credit", Self::Credit, "Credit line"),
    ];
}

/// What stays the same in all frames of a film.
#[derive(Debug, Clone)]
pub struct Page {
    /// Width and height, pixels; fonts and lines scale with it.
    pub size: [u32; 2],
    /// Colours.
    pub style: Style,
    /// What is written.
    pub parts: Parts,
    /// Where things stand.
    pub arrangement: Arrangement,
    /// Panes side by side; none: as they fit best.
    pub columns: Option<u32>,
    /// What is to be seen.
    pub title: String,
    /// The panes.
    pub panes: Vec<PaneHead>,
    /// Width and height of the tissue, in `length_unit`.
    pub extent: [f64; 2],
    /// Unit of `extent` on the scale bar.
    pub length_unit: LengthUnit,
    /// What the colours mean.
    pub key: Key,
    /// Keys of the film's other pages: room is kept for the largest, so that nothing moves when they change.
    pub others: Vec<Key>,
    /// Plots, for [`Arrangement::Plots`].
    pub plots: Vec<PlotHead>,
    /// First and last model time of plots and time line.
    pub time: [f64; 2],
    /// The time axis, e.g. `time (days)`.
    pub time_label: String,
    /// Short unit of dose times, e.g. `d`.
    pub time_unit: String,
    /// Closing line.
    pub credit: String,
}

/// One pane.
#[derive(Debug, Clone)]
pub struct PaneHead {
    /// Name of the arm.
    pub label: String,
    /// Its colour, the same as in plots.
    pub colour: Rgb,
    /// Its doses.
    pub doses: Vec<DoseTrack>,
}

/// What the colours of the panes mean.
#[derive(Debug, Clone)]
pub enum Key {
    /// Channels of a composite.
    Channels(Vec<LegendEntry>),
    /// The colour bar of one quantity.
    Bar {
        /// Name.
        label: String,
        /// Unit, as printed; may be empty.
        unit: String,
        /// Limits.
        range: Range,
        /// Colours.
        map: Box<Colormap>,
    },
}

/// One plot under the panes.
#[derive(Debug, Clone)]
pub struct PlotHead {
    /// What it shows.
    pub title: String,
    /// Unit, as printed.
    pub unit: String,
    /// One line each: name, colour, dash pattern.
    pub series: Vec<(String, Rgb, Dash)>,
}

/// What changes from frame to frame.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// One picture per pane, of [`Sheet::pane`] pixels.
    pub panes: Vec<RgbaImage>,
    /// Model time.
    pub time: f64,
    /// Model time in words, e.g. `day 14.2`.
    pub clock: String,
    /// Text of an event.
    pub caption: Option<String>,
    /// Magnification of the panes, for the scale bar.
    pub zoom: f64,
    /// By plot, by series: points up to this time, as `[time, value]`.
    pub curves: Vec<Vec<Vec<[f64; 2]>>>,
}

#[cfg(test)]
mod tests;
