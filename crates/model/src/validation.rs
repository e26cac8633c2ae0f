//! What a model is held to: published numbers, and how each is measured in a run.
//!
//! # Theory
//! A calibrated model is compared with numbers that others can look up. Each target names its source and how
//! sure that source is, what is accepted, and one reduction of one run to a number. A target may be missed: then
//! the file says so, with what it would take, and nobody has to find out.
//!
//! # Practice
//! `validation.toml` beside `model.toml`; its keys are in [`crate::validation_schema`]. [`Library::validation`]
//! reads it. Runs are scenarios of the model, by name or written in the file. Observables that only the
//! validation needs are declared there too; [`Validation::model`] has them behind the model's own.

use std::sync::Arc;

use crate::error::Error;
use crate::library::Library;
use crate::model::{Model, Source};
use crate::number::plain;
use crate::scenario::Scenario;
use crate::validation_link::Linker;
use crate::validation_schema::ValidationFile;
pub use crate::validation_schema::{Evidence, Expected, Reduction, Role};

/// Name of the file in a model's folder.
pub const FILE: &str = "validation.toml";

/// All targets of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// The model, with the observables of the validation behind its own.
    pub model: Arc<Model>,
    /// Runs, in file order.
    pub cases: Vec<Case>,
    /// Targets, in file order.
    pub targets: Vec<Goal>,
    /// Pictures, in file order.
    pub figures: Vec<Picture>,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Identifier.
    pub id: String,
    /// What is run, in words.
    pub title: String,
    /// The scenario, of [`Validation::model`].
    pub scenario: Scenario,
    /// Arms that are run, as indices into those of the scenario.
    pub arms: Vec<usize>,
    /// Whether it takes seconds only.
    pub fast: bool,
}

/// What is accepted; every bound that is there holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Accepted {
    /// This or more.
    pub low: Option<f64>,
    /// This or less.
    pub high: Option<f64>,
}

impl Accepted {
    /// Whether a number is accepted. What is not finite never is.
    pub fn holds(&self, x: f64) -> bool {
        x.is_finite() && self.low.is_none_or(|l| x >= l) && self.high.is_none_or(|h| x <= h)
    }

    /// Whether it bounds anything.
    pub fn bounds(&self) -> bool {
        self.low.is_some() || self.high.is_some()
    }
}

/// A published number and how it is measured here.
#[derive(Debug, Clone, PartialEq)]
pub struct Goal {
    /// Identifier.
    pub id: String,
    /// Number or letter in the page.
    pub number: String,
    /// Heading it stands under.
    pub group: String,
    /// A few words.
    pub label: String,
    /// What is measured, in words.
    pub quantity: String,
    /// Unit of all its numbers.
    pub unit: String,
    /// The published number.
    pub value: Option<f64>,
    /// What is accepted.
    pub accepted: Accepted,
    /// The same in words, as it was written.
    pub tolerance: String,
    /// Where the number comes from.
    pub source: String,
    /// How sure it is.
    pub evidence: Evidence,
    /// What the author expects.
    pub expected: Expected,
    /// What it would take when it is missed.
    pub needs: String,
    /// Anything a reader should know.
    pub note: String,
    /// What it means that it is met; none: it is no published number, and tests the program or the solver.
    pub role: Option<Role>,
    /// How it is measured; for a curve: at each point, in its arm.
    pub measure: Measure,
    /// What the points of a curve are measured against, with the unit.
    pub against: Option<(String, String)>,
    /// Points of a curve; empty: one number.
    pub points: Vec<Point>,
}

/// One point of a curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Dose, concentration.
    pub x: f64,
    /// Arm of the case's scenario.
    pub arm: usize,
    /// What is accepted here; without bounds it is only drawn.
    pub accepted: Accepted,
}

/// How a run becomes one number. Indices are those of the case's scenario and of [`Validation::cases`].
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// The run.
    pub case: usize,
    /// How.
    pub reduce: Reduction,
    /// Arm, where one is measured.
    pub arm: usize,
    /// Observable of [`Validation::model`], where one is measured.
    pub observable: usize,
    /// Field, for decay lengths.
    pub field: usize,
    /// Time, for [`Reduction::At`] and comparisons of arms and cases.
    pub at: f64,
    /// Start of a window, of time or place.
    pub from: f64,
    /// End of it.
    pub to: f64,
    /// Several arms.
    pub arms: Vec<usize>,
    /// Other cases.
    pub cases: Vec<usize>,
    /// Factor on the result, for units.
    pub times: f64,
    /// Divided by this.
    pub over: Option<Box<Measure>>,
}

impl Measure {
    /// All cases that it needs.
    pub fn needs(&self) -> Vec<usize> {
        let mut all = vec![self.case];
        all.extend(&self.cases);
        all.extend(self.over.iter().flat_map(|o| o.needs()));
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// A picture of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Name of the PNG file, without its ending.
    pub file: String,
    /// What is to be seen.
    pub title: String,
    /// What it says, for those who do not see it.
    pub alt: String,
    /// Title of the y axis.
    pub y_label: String,
    /// What it shows.
    pub shows: Shows,
    /// Limits of the x axis.
    pub x_range: Option<[f64; 2]>,
    /// Targets whose accepted ranges are drawn.
    pub targets: Vec<usize>,
}

/// What a picture shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Shows {
    /// The points of a target.
    Curve(usize),
    /// A case over time.
    Time {
        /// The case.
        case: usize,
        /// Arms of its scenario.
        arms: Vec<usize>,
        /// Observable.
        observable: usize,
        /// Arm whose value at the same time everything is divided by.
        relative_to: Option<usize>,
    },
}

impl Validation {
    /// Indices of the cases that a target needs.
    pub fn cases_of(&self, target: usize) -> Vec<usize> {
        self.targets[target].measure.needs()
    }

    /// Whether a target needs nothing but cases that take seconds.
    pub fn fast(&self, target: usize) -> bool {
        self.cases_of(target).iter().all(|c| self.cases[*c].fast)
    }

    /// Index of the target with this identifier.
    ///
    /// # Errors
    /// An unknown name, with the nearest valid one.
    pub fn target(&self, id: &str) -> Result<usize, Error> {
        let all = || self.targets.iter().map(|t| t.id.as_str());
        all()
            .position(|t| t == id)
            .ok_or_else(|| Error::unknown("target", id, all()))
    }

    /// Reads the text of a `validation.toml`. Scenarios that it names are looked up in `library`.
    ///
    /// # Errors
    /// The first thing wrong in it, with its line.
    pub fn parse(library: &Library, model: &Model, source: Source) -> Result<Self, Error> {
        let file: ValidationFile =
            toml::from_str(&source.text).map_err(|e| source.parse_error(&e))?;
        Linker::new(library, model, &source, &file)?.link()
    }
}

impl Library {
    /// Reads the validation of a model.
    ///
    /// # Errors
    /// An unknown model, a model without one, or the first thing wrong in its files.
    pub fn validation(&self, model: &str) -> Result<Validation, Error> {
        let linked = self.model(model)?;
        let folder = self.home(model);
        if !folder.has(FILE) {
            let all = self.models();
            let with: Vec<String> = all.into_iter().filter(|m| self.home(m).has(FILE)).collect();
            let help = match with.as_slice() {
                [] => format!("write {}", folder.shown(FILE)),
                some => format!("models that have it: {}", some.join(", ")),
            };
            let what = format!("model `{model}` has no {FILE}");
            return Err(Error::new(what).help(help));
        }
        Validation::parse(self, &linked, folder.text(FILE)?)
    }
}

/// What is accepted, from the keys of a target, and the words for it.
pub(crate) struct Tolerance {
    pub value: Option<f64>,
    pub relative: Option<f64>,
    pub within: Option<f64>,
    pub factor: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

impl Tolerance {
    /// Bounds and words.
    ///
    /// # Errors
    /// What is missing or too much, without a place.
    pub(crate) fn accepted(&self) -> Result<(Accepted, String), Error> {
        let ways = [self.relative, self.within, self.factor];
        let given = ways.iter().flatten().count();
        let range = self.low.is_some() || self.high.is_some();
        if given + usize::from(range) != 1 {
            return Err(Error::new("a target is accepted in exactly one way")
                .help("give one of `relative`, `within`, `factor`, or `low` and `high`"));
        }
        let all = [
            self.value,
            self.relative,
            self.within,
            self.factor,
            self.low,
            self.high,
        ];
        if all.iter().flatten().any(|x| !x.is_finite()) || ways.iter().flatten().any(|x| *x < 0.0) {
            return Err(Error::new(
                "a number of the target is not finite, or its tolerance below 0",
            ));
        }
        if range {
            if let (Some(l), Some(h)) = (self.low, self.high)
                && l > h
            {
                return Err(Error::new(format!(
                    "`low` {} is above `high` {}",
                    plain(l),
                    plain(h)
                )));
            }
            let words = match (self.low, self.high) {
                (Some(l), Some(h)) if l == h => format!("exactly {}", plain(l)),
                (Some(l), Some(h)) => format!("{} to {}", plain(l), plain(h)),
                (Some(l), None) => format!("at least {}", plain(l)),
                (_, h) => format!("at most {}", plain(h.unwrap_or_default())),
            };
            let (low, high) = (self.low, self.high);
            return Ok((Accepted { low, high }, words));
        }
        let Some(v) = self.value else {
            return Err(Error::new("the target has a tolerance but no `value`")
                .help("add `value`, or give `low` and `high`"));
        };
        let between = |a: f64, b: f64| Accepted {
            low: Some(a.min(b)),
            high: Some(a.max(b)),
        };
        Ok(match ways {
            [Some(r), ..] => (
                between(v * (1.0 - r), v * (1.0 + r)),
                format!("± {} %", plain((1e6 * r).round() / 1e4)),
            ),
            [_, Some(w), _] => (between(v - w, v + w), format!("± {}", plain(w))),
            [.., f] => {
                let f = f.unwrap_or(1.0).max(f64::MIN_POSITIVE);
                (between(v / f, v * f), format!("factor {}", plain(f)))
            }
        })
    }
}
