//! Options of `validate`.

use std::path::PathBuf;

use clap::Args;

use super::{AdapterOptions, AssetOptions};

/// Options of `validate`.
#[derive(Debug, Args)]
pub struct ValidateOptions {
    /// Model with a validation.toml; default: the default model
    pub model: Option<String>,
    /// Targets to look at, with commas between; default: all
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    pub target: Vec<String>,
    /// Only targets that need no run longer than seconds
    #[arg(long)]
    pub quick: bool,
    /// List the targets and run nothing
    #[arg(long)]
    pub list: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// As a Markdown page
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Write the page, the numbers and the pictures into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace what is in the folder already
    #[arg(long, requires = "out")]
    pub force: bool,
    /// Where the page finds its pictures, as `../pictures/`; default: beside it
    #[arg(long, value_name = "PREFIX")]
    pub pictures: Option<String>,
    /// What computes.
    #[command(flatten)]
    pub adapter: AdapterOptions,
    /// Where files come from.
    #[command(flatten)]
    pub assets: AssetOptions,
}
