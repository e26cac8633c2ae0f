//! Options of `sweep`.

use std::path::PathBuf;

use clap::Args;

use super::{ComputeOptions, ScenarioOptions};

/// Replicates unless others are asked for: the fewest that give a spread over start maps.
pub const REPLICATES: u32 = 5;

/// Trajectories unless others are asked for.
pub const TRAJECTORIES: u32 = 4;

/// Relative change of parameters unless another is asked for.
pub const SPREAD: f64 = 0.25;

/// `warmfront sweep`
#[derive(Debug, Args)]
pub struct SweepOptions {
    /// Name (see `list scenarios`), model, or a file that ends in .toml; default: the default model
    #[arg(value_name = "SCENARIO|FILE")]
    pub scenario: Option<String>,
    /// What varies along x: NAME=FROM:TO:COUNT, NAME=FROM:TO:COUNT:log or NAME=V1,V2,…; NAME is a drug
    /// (multiples of its regimen's dose) or a parameter (in its unit). Default: the drugs of the arms
    #[arg(long, value_name = "AXIS")]
    pub x: Option<String>,
    /// What varies along y; two drugs on the axes make a dose matrix
    #[arg(long, value_name = "AXIS")]
    pub y: Option<String>,
    /// Arms at every point where the sweep is no dose matrix: all, or names with commas between
    #[arg(
        long,
        value_name = "ARMS",
        value_delimiter = ',',
        default_value = "all"
    )]
    pub arm: Vec<String>,
    #[arg(
        long,
        value_name = "N",
        conflicts_with = "sensitivity",
        allow_negative_numbers = true,
        help = format!("Seeds, from the scenario's on; a spread needs at least 5 [default: {REPLICATES}]")
    )]
    pub replicates: Option<u32>,
    /// Day of the outcome, where the runs end; default: the end of the scenario
    #[arg(long, value_name = "DAY", allow_negative_numbers = true)]
    pub day: Option<f64>,
    /// What is compared between arms; default: the model's burden
    #[arg(long, value_name = "OBSERVABLE")]
    pub observable: Option<String>,
    /// Instead of axes: which parameters carry the outcome (a Morris screen)
    #[arg(long, conflicts_with_all = ["x", "y"])]
    pub sensitivity: bool,
    /// Parameters of the screen, with commas between; default: those that are assumed or tuned
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        requires = "sensitivity",
        conflicts_with_all = ["group", "x", "y"]
    )]
    pub parameters: Vec<String>,
    /// Parameters of the screen: those of one group (see `list parameters`)
    #[arg(
        long,
        value_name = "GROUP",
        requires = "sensitivity",
        conflicts_with_all = ["x", "y"]
    )]
    pub group: Option<String>,
    #[arg(
        long,
        value_name = "R",
        requires = "sensitivity",
        conflicts_with_all = ["x", "y"],
        allow_negative_numbers = true,
        help = format!("Trajectories of the screen; each costs a run more than there are parameters [default: {TRAJECTORIES}]")
    )]
    pub trajectories: Option<u32>,
    #[arg(
        long,
        value_name = "X",
        requires = "sensitivity",
        conflicts_with_all = ["x", "y"],
        allow_negative_numbers = true,
        help = format!("How far the screen moves each parameter, as a share of its value [default: {SPREAD}]")
    )]
    pub spread: Option<f64>,
    /// Changes to the scenario.
    #[command(flatten)]
    pub changes: ScenarioOptions,
    /// Arms that run together; default: as many as fill the device
    #[arg(long, value_name = "N")]
    pub batch: Option<usize>,
    /// Folder for the results; default: out/sweep_SCENARIO. A sweep that was stopped goes on there
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
    /// What computes, and where files come from.
    #[command(flatten)]
    pub compute: ComputeOptions,
}
