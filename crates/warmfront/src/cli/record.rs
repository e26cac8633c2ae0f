//! Options of `record`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use warmfront_session::film::{FPS, QUALITY, SECONDS, SIZE, WORST};
use warmfront_view::Style;
use warmfront_view::film::Part;

use super::pixels::PixelSize;
use super::values::one_of;
use super::{ComputeOptions, ScenarioOptions};

/// What stands on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LayoutName {
    /// One pane: the last of the arms
    Single,
    /// One pane per arm
    Arms,
    /// One pane per arm, plots underneath
    Plots,
    /// One pane per arm, the doses as a picture in the picture
    Doses,
}

/// How arms are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compare {
    /// Every arm minus the first; needs a single field
    Difference,
    /// The first and the last arm in one pane, with an edge between them
    Wipe,
}

/// Who encodes MP4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EncoderName {
    /// The one inside the program (H.264)
    Openh264,
    /// `ffmpeg` on the PATH
    Ffmpeg,
}

/// `warmfront record`
#[derive(Debug, Args)]
pub struct RecordOptions {
    /// Name (see `list scenarios`), model, or a file that ends in .toml; default: the default model
    #[arg(value_name = "SCENARIO|FILE")]
    pub scenario: Option<String>,
    /// FILE.mp4, FILE.gif, or a folder for numbered PNG files
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// Size of a frame, pixels
    #[arg(long, value_name = "WxH", default_value_t = PixelSize(SIZE).to_string())]
    pub size: String,
    /// Frames per second
    #[arg(
        long,
        value_name = "N",
        default_value_t = i64::from(FPS),
        allow_negative_numbers = true
    )]
    pub fps: i64,
    /// Duration of the film without its holds, seconds
    #[arg(
        long,
        value_name = "S",
        default_value_t = SECONDS,
        conflicts_with = "speed",
        allow_negative_numbers = true
    )]
    pub seconds: f64,
    /// Days that pass in a second of film
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub speed: Option<f64>,
    /// First day shown
    #[arg(
        long,
        value_name = "DAY",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    pub from: f64,
    /// Last day shown; default: the end of the run
    #[arg(long, value_name = "DAY", allow_negative_numbers = true)]
    pub to: Option<f64>,
    /// Seconds for which the first frame stands still
    #[arg(
        long,
        value_name = "S",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    pub hold_first: f64,
    /// Seconds for which the last frame stands still
    #[arg(
        long,
        value_name = "S",
        default_value_t = 0.0,
        allow_negative_numbers = true
    )]
    pub hold_last: f64,
    /// View (see `list views`), field or other local quantity; default: the model's first view
    #[arg(long, value_name = "NAME")]
    pub view: Option<String>,
    /// Colour range of a single quantity; default: the model's
    #[arg(long, value_name = "LOW:HIGH", allow_hyphen_values = true)]
    pub range: Option<String>,
    /// Arms to show: all, or names with commas between
    #[arg(
        long,
        value_name = "ARMS",
        value_delimiter = ',',
        default_value = "all"
    )]
    pub arm: Vec<String>,
    /// What stands on the page
    #[arg(long, value_enum, default_value = "arms")]
    pub layout: LayoutName,
    /// Panes side by side; default: as they fit best
    #[arg(long, value_name = "N")]
    pub columns: Option<u32>,
    /// Compare arms
    #[arg(long, value_enum)]
    pub compare: Option<Compare>,
    /// Page colours
    #[arg(long, value_parser = one_of(&Style::NAMED), default_value = "dark")]
    pub style: Style,
    /// Leave these out, with commas between
    #[arg(
        long,
        value_parser = one_of(&Part::NAMED),
        value_name = "PARTS",
        value_delimiter = ','
    )]
    pub without: Vec<Part>,
    /// Title; default: the scenario's
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Magnification at the start, 1 to 64; `camera` events of the scenario move on from there
    #[arg(
        long,
        value_name = "X",
        default_value_t = 1.0,
        allow_negative_numbers = true
    )]
    pub zoom: f64,
    /// Middle of the picture at the start, in the model's length unit, as X,Y; default: of the tissue
    #[arg(long, value_name = "X,Y", allow_hyphen_values = true)]
    pub centre: Option<String>,
    /// Plane shown of 3D tissue, as a fraction of its height; default: the middle
    #[arg(
        long,
        value_name = "0..1",
        default_value_t = 0.5,
        allow_negative_numbers = true
    )]
    pub slice: f64,
    /// Smooth colours without the texture of nuclei
    #[arg(long)]
    pub no_texture: bool,
    #[arg(
        long,
        value_name = "N",
        default_value_t = QUALITY,
        help = format!("Constant quality of MP4: 0 (best, large) to {WORST} (small)")
    )]
    pub quality: u8,
    /// Most megabytes of a GIF: it gets fewer frames, then fewer pixels, until it fits
    #[arg(long, value_name = "MB", allow_negative_numbers = true)]
    pub max_size: Option<f64>,
    /// Who encodes MP4
    #[arg(long, value_enum, default_value = "openh264")]
    pub encoder: EncoderName,
    /// Codec by ffmpeg's name, e.g. libx265; with `--encoder ffmpeg` [default: libx264, for .webm libvpx-vp9]
    #[arg(long, value_name = "NAME")]
    pub codec: Option<String>,
    /// Changes to the scenario.
    #[command(flatten)]
    pub changes: ScenarioOptions,
    /// Replace a film that is there already
    #[arg(long)]
    pub force: bool,
    /// Print what was made as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
    /// No progress, no summary
    #[arg(long)]
    pub quiet: bool,
    /// What computes, and where files come from.
    #[command(flatten)]
    pub compute: ComputeOptions,
}
