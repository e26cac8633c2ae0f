//! Fields become pictures: colour maps, composites, legends, scale bars, plots.
//!
//! Everything here is plain data in, plain data out, on the CPU. The crate knows no model: a field
//! is an array of numbers with a range and a unit.
//!
//! - [`colormap`], [`colour`], [`mix`], [`raster`]: numbers to pixels.
//! - [`number`], [`text`], [`legend`]: round numbers, measured text, colour bars and scale bars.
//! - [`montage`] and [`plot`]: whole figures, composed as SVG by [`svg`] and drawn by [`figure`].
//! - [`heat_map`], [`surface`], [`isobole`]: matrices of two drugs' doses.
//! - [`png`]: files that carry the scenario that made them.

pub mod bars;
pub mod colormap;
pub mod colour;
pub mod dose_response;
pub mod error;
pub mod figure;
pub mod film;
pub mod heat_map;
pub mod isobole;
pub mod legend;
pub mod mix;
pub mod montage;
pub mod number;
pub mod pdf;
pub mod plot;
pub mod png;
pub mod raster;
pub mod style;
pub mod surface;
pub mod svg;
pub mod text;
pub mod tissue;

mod axis;
mod plot_panel;

pub use bars::{Bar, BarFigure, BarPanel};
pub use colormap::{Colormap, ColormapKind};
pub use colour::{NO_CELLS, NOT_A_NUMBER, OKABE_ITO, Rgb, arm_colour, parse_hex};
pub use dose_response::{DoseCurve, DoseResponse};
pub use error::{Result, ViewError};
pub use figure::{Figure, read_svg_text};
pub use heat_map::{DoseSide, HeatMap, HeatMark, ValueColours};
pub use isobole::{IsoboleLevel, Isobologram};
pub use legend::{Dash, DoseTrack, LegendEntry, LegendMark, Marker};
pub use mix::EYE;
pub use montage::{ColourKey, FieldColumn, FieldSlice, Montage, MontageRow};
pub use pdf::{PdfInfo, read_pdf_keywords};
pub use plot::{PlotFigure, PlotPanel, Series};
pub use png::{encode_png, encode_png_at, read_png_text};
pub use raster::{Channel, GROUND, Range, composite, fade, field_image};
pub use style::Style;
pub use surface::Surface;
