//! Sweeps: one or two quantities varied over a grid, with replicates; dose matrices; sensitivity.
//!
//! # Theory
//! A drug combination is judged over many doses, not at one (see [`crate::synergy`]), and a conclusion
//! over the assumptions that carry it (see [`morris`]). Both are many runs of one small scenario: a
//! [`crate::study::Study`], which fills the device and can be taken up again.
//!
//! # Practice
//! [`Axis::parse`] reads what is varied, [`Plan::new`] makes the cases, [`Place::open`] the folder,
//! [`Results::new`] puts what came of the cases in their places, and [`write_sweep`] writes tables, arrays
//! and figures. [`ScreenPlan`], [`Screened`] and [`write_screen`] do the same for a screen of parameters.
//!
//! # Invariants
//! - The same plan gives the same cases in the same order, so a folder can be taken up by the same command.
//! - A case that failed is missing, never 0.

mod axis;
mod csvw;
mod dose;
mod figure;
pub mod morris;
mod outcome;
mod plan;
mod sensitivity;
mod stats;
mod tables;
#[cfg(test)]
mod tests;
mod write;
#[cfg(feature = "zarr")]
mod zarr;

pub use axis::{Axis, COUNT, LARGEST, Varied};
pub use dose::{Measured, Synergy};
pub use outcome::Results;
pub use plan::{Kind, MOST_REPLICATES, Plan, SweepSpec};
pub use sensitivity::{Input, Measure, Robustness, ScreenPlan, ScreenSpec, Screened, TRAJECTORIES};
pub use stats::Mean;
pub use write::{write_screen, write_sweep};
