//! Synergy of two drugs over a matrix of doses.
//!
//! # Theory
//! The effect of a dose pair is `f = 1 − V / V_control`, with V the burden; of an observable of which more is
//! better it is `V / V_control − 1`. A null model says what the
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
//! - Positive excess is always synergy: a [`Matrix`] knows which way is better.
//! - A pair that could not be computed costs its own cell. Means say over how many pairs they go.
//! - Every verdict names its reference.

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

pub use bootstrap::{Bootstrap, BootstrapOptions, Interval, LEAST_SEEDS, Verdict, bootstrap};
pub use curve::{Base, Hill};
pub use independence::{bliss_effect, bliss_excess, fold, hsa_excess};
pub use inverse::{Inverse, SingleDrug};
pub use isobole::{Isobole, isoboles};
pub use loewe::{combination_index, loewe_effect, loewe_excess};
pub use matrix::{Doses, Matrix, SynergyError};
pub use summary::{Extreme, Interaction, Region, Summary};
pub(crate) use summary::{capital, signed};
pub use zip::{Zip, zip_delta};

use crate::effect::Standing;

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
    /// Too few random seeds for a spread.
    TooFewSeeds,
    /// The pair itself could not be computed.
    Missing,
    /// A drug alone, which the pair is compared with, could not be computed.
    SingleMissing,
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
            false => format!(" Empty (n/a): {}.", words.join("; ")),
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
            Self::TooFewSeeds => "a spread needs at least 5 start maps",
            Self::Missing => "the dose pair could not be computed",
            Self::SingleMissing => "one of the drugs alone could not be computed",
        }
    }
}

/// What the references say of a drug that is combined with itself, which nobody would call synergy.
pub const SHAM: &str = "Combined with itself, a drug has no interaction for Loewe only: Bliss and ZIP call it \
    synergistic or antagonistic unless its curve is exponential, HSA synergistic wherever a higher dose does more.";

/// The same in a few words, beside the number of a reference that finds it.
pub const SHAM_SHORT: &str =
    "A drug combined with itself can show this too; Loewe tells that apart.";

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

    /// A verdict on an excess in words that name the reference.
    pub fn words(self, excess: f64) -> &'static str {
        self.standing_words(Standing::of(excess), Standing::is_slight(excess))
    }

    /// A standing in words that name the reference.
    pub fn standing_words(self, standing: Standing, slight: bool) -> &'static str {
        match (self, standing, slight) {
            (Self::Bliss, Standing::More, false) => "Bliss synergy",
            (Self::Bliss, Standing::More, true) => "slight Bliss synergy",
            (Self::Bliss, Standing::About, _) => "Bliss independence",
            (Self::Bliss, Standing::Less, false) => "Bliss antagonism",
            (Self::Bliss, Standing::Less, true) => "slight Bliss antagonism",
            (Self::Hsa, Standing::More, false) => "beyond the highest single agent",
            (Self::Hsa, Standing::More, true) => "slightly beyond the highest single agent",
            (Self::Hsa, Standing::About, _) => "about the highest single agent",
            (Self::Hsa, Standing::Less, false) => "below the highest single agent",
            (Self::Hsa, Standing::Less, true) => "slightly below the highest single agent",
            (Self::Loewe(_), Standing::More, false) => "Loewe synergy",
            (Self::Loewe(_), Standing::More, true) => "slight Loewe synergy",
            (Self::Loewe(_), Standing::About, _) => "Loewe additivity",
            (Self::Loewe(_), Standing::Less, false) => "Loewe antagonism",
            (Self::Loewe(_), Standing::Less, true) => "slight Loewe antagonism",
            (Self::Zip, Standing::More, false) => "ZIP synergy",
            (Self::Zip, Standing::More, true) => "slight ZIP synergy",
            (Self::Zip, Standing::About, _) => "zero interaction potency (ZIP)",
            (Self::Zip, Standing::Less, false) => "ZIP antagonism",
            (Self::Zip, Standing::Less, true) => "slight ZIP antagonism",
        }
    }

    /// The verdict where the spread over start maps crosses a threshold.
    pub fn uncertain(self) -> &'static str {
        match self {
            Self::Bliss => "uncertain against Bliss",
            Self::Hsa => "uncertain against the highest single agent",
            Self::Loewe(_) => "uncertain against Loewe",
            Self::Zip => "uncertain against ZIP",
        }
    }

    /// What doing more than the reference is called where it stands beside other words, and doing less.
    fn sides(self) -> [&'static str; 2] {
        match self {
            Self::Hsa => [
                "beyond the highest single agent",
                "below the highest single agent",
            ],
            _ => ["synergistic", "antagonistic"],
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
