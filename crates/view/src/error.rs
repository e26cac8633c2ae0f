//! What can go wrong between numbers and a picture.

use thiserror::Error;

/// Result of this crate's fallible functions.
pub type Result<T> = std::result::Result<T, ViewError>;

/// An error that says what was found, what is allowed and, where there is one, the nearest name.
#[derive(Debug, Error)]
pub enum ViewError {
    /// Something that this build of the program leaves out.
    #[error(
        "this program was built without {what}\n  help: build it whole, with `cargo build --release`, or with `--features {feature}`"
    )]
    NotBuilt {
        /// What it cannot do.
        what: &'static str,
        /// Cargo feature that brings it.
        feature: &'static str,
    },
    /// No colour map has this name.
    #[error("unknown colour map `{found}`; did you mean `{nearest}`? known: {known}")]
    UnknownColormap {
        /// The name that was asked for.
        found: String,
        /// The known name with the smallest edit distance.
        nearest: String,
        /// All known names, comma separated.
        known: String,
    },
    /// A colour-map file does not have the expected form.
    #[error("{file}:{line}: {found}; expected {expected}")]
    ColormapFile {
        /// File name of the colour map.
        file: String,
        /// Line number, from 1.
        line: usize,
        /// What stands there.
        found: String,
        /// What should stand there.
        expected: String,
    },
    /// A colour text is not `#rrggbb`.
    #[error("`{found}` is not a colour; write it as #rrggbb, e.g. #e69f00")]
    Colour {
        /// The text that was given.
        found: String,
    },
    /// The limits of a colour range cannot be used.
    #[error("colour range {low} to {high}{}: {rule}", if *.log { " (log)" } else { "" })]
    Range {
        /// Lower limit.
        low: f32,
        /// Upper limit.
        high: f32,
        /// Whether the range is logarithmic.
        log: bool,
        /// What is allowed.
        rule: &'static str,
    },
    /// An array does not have `width * height` values.
    #[error("{what}: {found} values for a grid of {width} x {height}; expected {}", u64::from(*.width) * u64::from(*.height))]
    Size {
        /// Which array.
        what: String,
        /// Number of values found.
        found: usize,
        /// Cells in x.
        width: u32,
        /// Cells in y.
        height: u32,
    },
    /// A film that cannot be drawn.
    #[error("{0}")]
    Film(String),
    /// The parts of a figure do not fit together.
    #[error("figure: {0}")]
    Figure(String),
    /// A picture would be too large, or has no pixel at all.
    #[error(
        "a picture of {width} x {height} pixels cannot be made; each side may have 1 to {limit}"
    )]
    Pixels {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Largest side.
        limit: u32,
    },
    /// The SVG text could not be parsed or drawn.
    #[error("the figure could not be drawn: {0}")]
    Draw(String),
    /// A metadata key is not legal in PNG.
    #[error(
        "PNG metadata key `{0}`: use 1 to 79 printable ASCII characters without outer or double spaces"
    )]
    MetadataKey(String),
    /// Writing a PNG failed.
    #[error("writing PNG: {0}")]
    PngWrite(#[from] png::EncodingError),
    /// Reading a PNG failed.
    #[error("reading PNG: {0}")]
    PngRead(#[from] png::DecodingError),
}
