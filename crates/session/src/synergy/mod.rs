//! Synergy of two drugs over a matrix of doses.
//!
//! # Theory
//! The effect of a dose pair is `f = 1 − V / V_control`, with V the burden. A null model says what the
//! pair would do if the drugs left each other alone; the excess is what was found minus that. Four null
//! models are in use, and they disagree on purpose:
//!
//! - **HSA**: the better drug alone. The weakest claim.
//! - **Bliss**: the drugs act independently, so what they leave multiplies.
//! - **Loewe**: the drugs are two dilutions of one, so doses can be traded. A drug combined with itself
//!   is additive here, and nowhere else.
//! - **ZIP**: as Bliss, but on fitted curves: neither drug changes the potency of the other.
//!
//! # Practice
//! A [`Matrix`] is made from burdens; [`Metric::excess`] gives the excess of every dose pair,
//! [`Summary`] says it in words, [`bootstrap`] adds the scatter between random seeds and [`isoboles`]
//! draws lines of equal effect. A number that does not exist is a [`Reason`], never NaN.
//!
//! # Invariants
//! - Effects are kept as they are: a drug that lets a tumour grow has a negative effect. No definition
//!   here needs them clipped to 0..1; Loewe is undefined where there is no effect.
//! - Positive excess is always synergy.

mod bootstrap;
mod curve;
mod independence;
mod inverse;
mod isobole;
mod loewe;
mod matrix;
pub mod picture;
mod solver;
mod summary;
mod zip;

pub use bootstrap::{Bootstrap, BootstrapOptions, Interval, Verdict, bootstrap};
pub use curve::{Base, Hill};
pub use independence::{bliss_excess, fold, hsa_excess};
pub use inverse::{Inverse, SingleDrug};
pub use isobole::{Isobole, isoboles};
pub use loewe::{combination_index, loewe_effect, loewe_excess};
pub use matrix::{Doses, Matrix, SynergyError};
pub use summary::{Extreme, Interaction, Region, Summary};
pub use zip::{Zip, zip_delta};

use crate::effect::Additivity;

/// One value for each dose pair: row i is dose i of drug 1, column j dose j of drug 2.
pub type Grid<T> = Vec<Vec<T>>;

/// A number, or why there is none.
pub type Value = Result<f64, Reason>;

/// Why a number does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Loewe compares with a single dose of the same effect, and one drug never gets there.
    BeyondSingle,
    /// The pair has no effect, so no dose can be compared.
    NoEffect,
    /// Nothing is left of the burden: a ratio has no denominator.
    NothingLeft,
    /// Too few doses above 0 for a curve.
    TooFewDoses,
    /// No curve was found.
    NoFit,
    /// Too few random seeds for an interval.
    TooFewSeeds,
}

impl Reason {
    /// Every reason of a grid, each once, in the order of the grid.
    pub fn of_grid(values: &Grid<Value>) -> Vec<Self> {
        let mut reasons = Vec::new();
        for reason in values.iter().flatten().filter_map(|v| v.err()) {
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }

    /// The same as a sentence for a caption; empty if every value is there.
    pub fn sentence(values: &Grid<Value>) -> String {
        let words: Vec<&str> = Self::of_grid(values).into_iter().map(Self::words).collect();
        match words.is_empty() {
            true => String::new(),
            false => format!(" n/a: {}.", words.join(", ")),
        }
    }

    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::BeyondSingle => "one drug alone never has this effect",
            Self::NoEffect => "no effect to compare",
            Self::NothingLeft => "nothing is left of the burden",
            Self::TooFewDoses => "a curve needs at least 3 doses above 0",
            Self::NoFit => "no curve fits the effects",
            Self::TooFewSeeds => "an interval needs at least 5 random seeds",
        }
    }
}

/// A null model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// Independent effects.
    Bliss,
    /// The better drug alone.
    Hsa,
    /// Dose additivity, on single-drug curves read one way or the other.
    Loewe(Inverse),
    /// Zero interaction potency.
    Zip,
}

impl Metric {
    /// One of each, Loewe on the measured curves.
    pub const ALL: [Self; 4] = [
        Self::Bliss,
        Self::Hsa,
        Self::Loewe(Inverse::Interpolated),
        Self::Zip,
    ];

    /// Its short name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Bliss => "Bliss",
            Self::Hsa => "HSA",
            Self::Loewe(_) => "Loewe",
            Self::Zip => "ZIP",
        }
    }

    /// A verdict on a mean excess in words. Beating the better drug is less than adding up, so HSA has words
    /// of its own.
    pub fn words(self, verdict: Additivity, excess: f64) -> &'static str {
        match (self, verdict) {
            (Self::Hsa, Additivity::More) => "better than the better drug alone",
            (Self::Hsa, Additivity::About) => "about the better drug alone",
            (Self::Hsa, Additivity::Less) => "worse than the better drug alone",
            _ => verdict.graded(excess),
        }
    }

    /// Excess effect of every dose pair, as a share of the control's burden; positive is synergy. It
    /// is 0 where one dose is 0.
    pub fn excess(self, matrix: &Matrix) -> Grid<Value> {
        match self {
            Self::Bliss => bliss_excess(matrix),
            Self::Hsa => hsa_excess(matrix),
            Self::Loewe(inverse) => loewe_excess(matrix, inverse),
            Self::Zip => zip_delta(matrix),
        }
    }
}
