//! Options of `figure`, `reopen` and `reproduce`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use warmfront_view::Style;

use super::values::one_of;
use super::{AssetOptions, ChangeOptions, ComputeOptions};

/// What a figure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FigureKind {
    /// Arms in rows, days in columns
    Montage,
    /// All plotted quantities over time
    Curves,
    /// The burden over time
    Burden,
    /// The burden at the end against the dose of a drug, without and with the drug it is combined with
    DoseResponse,
}

/// `warmfront figure`
#[derive(Debug, Args)]
pub struct FigureOptions {
    /// Name (see `list scenarios`), model, or a file that ends in .toml; default: the default model
    #[arg(value_name = "SCENARIO|FILE")]
    pub scenario: Option<String>,
    /// FILE.png, FILE.svg or FILE.pdf
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// What it shows; default: montage, or dose-response with --drug or --doses
    #[arg(long, value_enum)]
    pub kind: Option<FigureKind>,
    /// Days of a montage, with commas between; the last is the end of the run, as in all kinds
    #[arg(
        long,
        value_name = "DAYS",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    pub days: Vec<f64>,
    /// View of a montage (see `list views`); default: the model's first
    #[arg(long, value_name = "NAME", conflicts_with = "field")]
    pub view: Option<String>,
    /// Field of a montage, through a colour map with a colour bar
    #[arg(long, value_name = "NAME")]
    pub field: Option<String>,
    /// Drug of a dose-response figure; default: the first that an arm gets
    #[arg(long, value_name = "DRUG")]
    pub drug: Option<String>,
    /// Multiples of the regimen's dose, with commas between; default: 0,0.25,0.5,1,2,4
    #[arg(
        long,
        value_name = "MULTIPLES",
        value_delimiter = ',',
        allow_negative_numbers = true
    )]
    pub doses: Vec<f64>,
    /// Arms to show: all, or names with commas between
    #[arg(
        long,
        value_name = "ARMS",
        value_delimiter = ',',
        default_value = "all"
    )]
    pub arm: Vec<String>,
    /// Page colours
    #[arg(long, value_parser = one_of(&Style::NAMED), default_value = "print")]
    pub style: Style,
    /// Width on paper, millimetres
    #[arg(
        long,
        value_name = "MM",
        default_value_t = 180.0,
        allow_negative_numbers = true
    )]
    pub width: f64,
    /// Pixels per inch of PNG
    #[arg(
        long,
        value_name = "N",
        default_value_t = 300.0,
        allow_negative_numbers = true
    )]
    pub dpi: f64,
    /// Changes to the scenario.
    #[command(flatten)]
    pub changes: ChangeOptions,
    /// Replace a file that is there already
    #[arg(long)]
    pub force: bool,
    /// Say what was made as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
    /// No progress, no closing line
    #[arg(long)]
    pub quiet: bool,
    /// What computes, and where files come from.
    #[command(flatten)]
    pub compute: ComputeOptions,
}

/// `warmfront reopen`
#[derive(Debug, Args)]
pub struct ReopenOptions {
    /// A film, figure, data file, folder of results or of frames, or a scenario
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Print the scenario as TOML instead of opening the window
    #[arg(long, conflicts_with = "output")]
    pub print: bool,
    /// Save the scenario instead of opening the window
    #[arg(short, long, value_name = "FILE.toml")]
    pub output: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long, requires = "output")]
    pub force: bool,
    /// Where files come from.
    #[command(flatten)]
    pub assets: AssetOptions,
}

/// `warmfront reproduce`
#[derive(Debug, Args)]
pub struct ReproduceOptions {
    /// A film, figure, data file or folder of results
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Relative difference up to which numbers agree
    #[arg(
        long,
        value_name = "X",
        default_value_t = warmfront_session::reproduce::TOLERANCE,
        allow_negative_numbers = true
    )]
    pub tolerance: f64,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// No progress
    #[arg(long)]
    pub quiet: bool,
    /// What computes, and where files come from.
    #[command(flatten)]
    pub compute: ComputeOptions,
}
