//! All options of all subcommands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use warmfront_engine::{EngineError, Gpu, GpuOptions};
use warmfront_model::{Overrides, Scenario};

use crate::assets::Assets;
use crate::exit::{self, Failure};

mod figure;
#[cfg(feature = "film")]
mod pixels;
#[cfg(feature = "film")]
mod record;
mod sweep;
mod validate;
mod values;
mod why;

pub use figure::{FigureKind, FigureOptions, ReopenOptions, ReproduceOptions};
#[cfg(feature = "film")]
pub use pixels::PixelSize;
#[cfg(feature = "film")]
pub use record::{Compare, EncoderName, LayoutName, RecordOptions};
pub use sweep::{REPLICATES, SPREAD, SweepOptions, TRAJECTORIES};
pub use validate::ValidateOptions;
pub use why::WhyOptions;

/// Reaction, diffusion and directed movement in tissue, on the GPU.
#[derive(Debug, Parser)]
#[command(version, after_help = exit::HELP, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; nothing: the desktop window
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Whatever stands behind a subcommand that this build leaves out.
#[cfg(not(feature = "film"))]
#[derive(Debug, Args)]
pub struct Anything {
    /// Options of a whole build
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub rest: Vec<String>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the desktop window with a scenario of your choice
    #[command(after_help = exit::HELP)]
    App(AppOptions),
    /// Simulate a scenario and write tables, arrays and figures
    #[command(after_help = exit::HELP)]
    Run(RunOptions),
    /// Say why the arms end as they do: take each link of the model away and run again
    #[command(after_help = exit::HELP)]
    Why(Box<WhyOptions>),
    /// Make a film of a scenario: MP4, GIF, or numbered PNG files
    #[cfg(feature = "film")]
    #[command(after_help = exit::HELP)]
    Record(Box<RecordOptions>),
    /// Make a film of a scenario (not in this build)
    #[cfg(not(feature = "film"))]
    Record(Anything),
    /// Make a figure for a paper: PNG, SVG or PDF
    #[command(after_help = exit::HELP)]
    Figure(Box<FigureOptions>),
    /// Vary doses or parameters over a grid: synergy maps, and which assumptions carry a conclusion
    #[command(after_help = exit::HELP)]
    Sweep(Box<SweepOptions>),
    /// Open the simulation that made a film, a figure or data
    #[command(after_help = exit::HELP)]
    Reopen(ReopenOptions),
    /// Run the simulation that made a file again, and say whether the numbers agree
    #[command(after_help = exit::HELP)]
    Reproduce(ReproduceOptions),
    /// List models, scenarios, parameters, views or colour maps
    #[command(after_help = exit::HELP)]
    List(ListOptions),
    /// Check a scenario and its model without a GPU: files, shaders, memory
    #[command(after_help = exit::HELP)]
    Check(CheckOptions),
    /// Show the adapters, what will run on them, and what is missing
    #[command(after_help = exit::HELP)]
    Doctor(DoctorOptions),
    /// Compare the numerics with exact answers: orders, conservation, symmetry, robustness
    #[command(after_help = exit::HELP)]
    Verify(VerifyOptions),
    /// Compare a model with the published numbers that it is held to
    #[command(after_help = exit::HELP)]
    Validate(Box<ValidateOptions>),
    /// Measure this adapter: ratios of one run
    #[command(after_help = exit::HELP)]
    Bench(BenchOptions),
    /// Print what a shell completes the words of a command line with
    #[command(after_help = exit::HELP)]
    Completions(CompletionsOptions),
    /// Write the manual pages
    #[command(after_help = exit::HELP)]
    Man(ManOptions),
}

/// `warmfront completions`
#[derive(Debug, Args)]
pub struct CompletionsOptions {
    /// Which shell
    pub shell: clap_complete::Shell,
}

/// `warmfront man`
#[derive(Debug, Args)]
pub struct ManOptions {
    /// Folder for the pages
    pub folder: PathBuf,
}

impl Cli {
    /// Whether a machine reads the output.
    pub fn json(&self) -> bool {
        match &self.command {
            Some(Command::Run(o)) => o.json,
            Some(Command::Why(o)) => o.json,
            #[cfg(feature = "film")]
            Some(Command::Record(o)) => o.json,
            #[cfg(not(feature = "film"))]
            Some(Command::Record(_)) => false,
            Some(Command::Figure(o)) => o.json,
            Some(Command::Sweep(o)) => o.json,
            Some(Command::Reproduce(o)) => o.json,
            Some(Command::List(o)) => o.json,
            Some(Command::Check(o)) => o.json,
            Some(Command::Doctor(o)) => o.json,
            Some(Command::Verify(o)) => o.json,
            Some(Command::Validate(o)) => o.json,
            Some(Command::Bench(o)) => o.json,
            Some(
                Command::App(_) | Command::Reopen(_) | Command::Completions(_) | Command::Man(_),
            )
            | None => false,
        }
    }
}

/// Where files come from.
#[derive(Debug, Clone, Default, Args)]
pub struct AssetOptions {
    /// Folder with models/NAME/model.toml, instead of the files inside the program
    #[arg(long, value_name = "DIR")]
    pub assets: Option<PathBuf>,
}

impl AssetOptions {
    /// The files that are asked for.
    pub fn open(&self) -> Result<Assets, Failure> {
        Assets::open(self.assets.as_deref())
    }
}

/// What computes.
#[derive(Debug, Args)]
pub struct AdapterOptions {
    /// Part of an adapter's name, or `software`; default: the fastest
    #[arg(long, value_name = "NAME")]
    pub adapter: Option<String>,
}

impl AdapterOptions {
    /// The adapter that is asked for, ready.
    pub fn gpu(&self) -> Result<Gpu, EngineError> {
        Gpu::new(&GpuOptions {
            adapter: self.adapter.clone(),
        })
    }
}

/// What every command that simulates a scenario needs: something that computes, and files.
#[derive(Debug, Args)]
pub struct ComputeOptions {
    /// What computes.
    #[command(flatten)]
    pub adapter: AdapterOptions,
    /// Where files come from.
    #[command(flatten)]
    pub assets: AssetOptions,
}

/// `warmfront app`
#[derive(Debug, Clone, Default, Args)]
pub struct AppOptions {
    /// Scenario by name, or a file; nothing: the default scenario
    pub scenario: Option<String>,
    #[command(flatten)]
    pub assets: AssetOptions,
    /// Commands that come by themselves, one JSON object per line: `{"at": 2.5, "do": "step"}`, `at`
    /// or `after` in seconds, or `time` of the model; the window closes after the last
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Write at the end how fast the window was: frame times, start, ticks per second
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// Session that a lost device left
    #[arg(long, hide = true)]
    pub resume: Option<PathBuf>,
    /// Devices lost before
    #[arg(long, hide = true, default_value_t = 0)]
    pub losses: u32,
}

/// Changes to a scenario.
#[derive(Debug, Args)]
pub struct ScenarioOptions {
    /// Duration in days (in time units where the model's unit is no clock time)
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub days: Option<f64>,
    /// All other changes.
    #[command(flatten)]
    pub others: ChangeOptions,
}

/// Changes to a scenario that leave its duration.
#[derive(Debug, Args)]
pub struct ChangeOptions {
    /// Cells, as 256x256 or 64x64x64; the tissue keeps its size
    #[arg(long, value_name = "WxH[xD]")]
    pub grid: Option<String>,
    /// Time step, in the model's time unit
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub dt: Option<f64>,
    /// Days between rows of the time series
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub every: Option<f64>,
    /// Value of a parameter, in every arm; may be repeated
    #[arg(long, value_name = "PARAMETER=VALUE", allow_hyphen_values = true)]
    pub set: Vec<String>,
    /// Amount of one dose, in the drug's unit, in the arms that get it; may be repeated
    #[arg(long, value_name = "DRUG=AMOUNT", allow_hyphen_values = true)]
    pub dose: Vec<String>,
    /// Seed of the random maps
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub seed: Option<u32>,
    /// Switch a process or transport off; may be repeated
    #[arg(long, value_name = "PROCESS")]
    pub off: Vec<String>,
    /// At most 64 cells along an axis, 24 in 3D
    #[arg(long)]
    pub small: bool,
}

impl ScenarioOptions {
    /// A scenario with these changes; all its arms are kept.
    pub fn apply(&self, scenario: Scenario) -> Result<Scenario, Failure> {
        self.others.apply(scenario, self.days)
    }
}

impl ChangeOptions {
    /// A scenario with these changes and a duration, in days; all its arms are kept.
    pub fn apply(&self, scenario: Scenario, days: Option<f64>) -> Result<Scenario, Failure> {
        let grid = self.grid.as_deref().map(Overrides::parse_grid);
        let pairs = |list: &[String], option: &str| -> Result<Vec<_>, _> {
            let each = list.iter();
            each.map(|t| Overrides::parse_assignment(t, option))
                .collect()
        };
        let overrides = Overrides {
            days,
            grid: grid.transpose()?,
            step: self.dt,
            every_days: self.every,
            set: pairs(&self.set, "--set")?,
            dose: pairs(&self.dose, "--dose")?,
            seed: self.seed,
            off: self.off.clone(),
            arms: None,
            small: self.small,
        };
        Ok(scenario.with(overrides)?)
    }
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunOptions {
    /// Name (see `list scenarios`), model, or a file that ends in .toml; default: the default model
    #[arg(value_name = "SCENARIO|FILE")]
    pub scenario: Option<String>,
    /// Arms to run: all, or names with commas between; does not change the numbers of any arm
    #[arg(
        long,
        value_name = "ARMS",
        value_delimiter = ',',
        default_value = "all"
    )]
    pub arm: Vec<String>,
    /// Changes to the scenario.
    #[command(flatten)]
    pub changes: ScenarioOptions,
    /// Folder for the results; default: out/SCENARIO
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace results that are there already
    #[arg(long)]
    pub force: bool,
    /// Print the summary as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
    /// No progress, no table
    #[arg(long)]
    pub quiet: bool,
    /// Draw no figures
    #[arg(long)]
    pub no_figures: bool,
    /// Then take each link of the model away and run again, and tell what it carries, as `why` does
    #[arg(long)]
    pub why: bool,
    /// Files for whole fields, with commas between: npz for numpy, zarr for xarray and napari, vti for
    /// ParaView
    #[arg(
        long,
        value_name = "FORMATS",
        value_delimiter = ',',
        default_value = "npz"
    )]
    pub format: Vec<crate::run::FieldFormat>,
    /// Whole fields at 0, every so many days, and the end, instead of the scenario's `snapshots`; a time
    /// that no step ends at shortens the step before it
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true)]
    pub fields_every: Option<f64>,
    /// What computes, and where files come from.
    #[command(flatten)]
    pub compute: ComputeOptions,
}

/// What `list` can list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Models
    Models,
    /// Scenarios, of all models or of one
    Scenarios,
    /// Parameters of a model: value, range, source
    Parameters,
    /// Composite pictures of a model
    Views,
    /// Colour maps
    Colormaps,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListOptions {
    /// What to list
    pub kind: Kind,
    /// Model to look into
    #[arg(long, value_name = "ID")]
    pub model: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Where files come from.
    #[command(flatten)]
    pub assets: AssetOptions,
}

/// Options of `check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// Name, model, or a file that ends in .toml
    #[arg(value_name = "SCENARIO|FILE")]
    pub scenario: String,
    /// Changes to the scenario.
    #[command(flatten)]
    pub changes: ScenarioOptions,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Where files come from.
    #[command(flatten)]
    pub assets: AssetOptions,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub struct DoctorOptions {
    /// What computes.
    #[command(flatten)]
    pub adapter: AdapterOptions,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `bench`.
#[derive(Debug, Args)]
pub struct BenchOptions {
    /// Fewer repetitions
    #[arg(long)]
    pub quick: bool,
    /// Opens the window instead and measures how smooth it is while the default scenario runs
    #[arg(long, conflicts_with = "adapter")]
    pub app: bool,
    /// What computes.
    #[command(flatten)]
    pub adapter: AdapterOptions,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `verify`.
#[derive(Debug, Args)]
pub struct VerifyOptions {
    /// Cases to run, with commas between; default: all
    #[arg(long, value_name = "CASES", value_delimiter = ',')]
    pub case: Vec<String>,
    /// List the cases and run none
    #[arg(long)]
    pub list: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// As a Markdown page
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// What computes.
    #[command(flatten)]
    pub adapter: AdapterOptions,
}
