//! Options of `why`.

use std::path::PathBuf;

use clap::Args;

use super::{ChangeOptions, ComputeOptions};

/// `warmfront why`
#[derive(Debug, Args)]
pub struct WhyOptions {
    /// Name (see `list scenarios`), model, or a file that ends in .toml; default: the default model
    #[arg(value_name = "SCENARIO|FILE")]
    pub scenario: Option<String>,
    /// Day whose outcome is explained; default: the end of the scenario
    #[arg(long, value_name = "DAY", allow_negative_numbers = true)]
    pub day: Option<f64>,
    /// Links to take away, with commas between; default: all of the model
    #[arg(long, value_name = "LINKS", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Seeds, from the scenario's on; the table shows means, the figure the range
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub replicates: usize,
    /// Changes to the scenario.
    #[command(flatten)]
    pub changes: ChangeOptions,
    /// Folder for the results; default: out/SCENARIO-why. With the cases of the same question in it, only
    /// what is missing is run
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace results that are there already
    #[arg(long)]
    pub force: bool,
    /// Print the table as JSON, and nothing else
    #[arg(long)]
    pub json: bool,
    /// No progress, no table
    #[arg(long)]
    pub quiet: bool,
    /// Draw no figure
    #[arg(long)]
    pub no_figures: bool,
    /// What computes, and where files come from.
    #[command(flatten)]
    pub compute: ComputeOptions,
}
