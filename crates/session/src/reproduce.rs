//! Does a file's simulation give the same numbers again?
//!
//! # Theory
//! On one adapter, one version and one model a run repeats every bit. On another adapter sums are rounded
//! differently; how far that spreads depends on the model. So the verdict has three steps: identical in
//! all eight digits that files carry, within a tolerance, or different.
//!
//! # Practice
//! [`Task::of`] says what must be run, [`Task::run`] runs it along the schedule of the whole scenario up to
//! the time of the results, so that no step differs from those of the first run, and [`compare`] looks at
//! every number.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use warmfront_engine::{Files, Gpu};
use warmfront_model::{Library, Scenario};

use crate::provenance::{Provenance, Results};
use crate::record::Record;
use crate::reopen::Reopened;
use crate::units::rounded;
use crate::{Progress, Run, RunOptions, SessionError};

/// Relative difference up to which results agree, unless another is asked for.
pub const TOLERANCE: f64 = 1e-3;

/// Digits that files carry.
const DIGITS: usize = 8;

/// Share of an observable's largest value below which differences count as relative to that share:
/// what is nearly nothing need not agree in its digits.
const NOTHING: f64 = 1e-6;

/// A number of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name<'a> {
    /// Row of a table, by its time's place; 0 where there is one time only.
    pub row: usize,
    /// Arm, by id.
    pub arm: &'a str,
    /// Observable, by id.
    pub quantity: &'a str,
}

/// Two numbers that should be the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Observable, by id.
    pub quantity: String,
    /// Arm, by id.
    pub arm: String,
    /// Model time.
    pub time: f64,
    /// What the file says; none: it was not finite, or the file does not have it.
    pub was: Option<f64>,
    /// What came out now.
    pub is: Option<f64>,
    /// Difference over the size; infinite where one is missing.
    pub relative: f64,
}

/// How two sets of numbers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In all eight digits.
    Identical,
    /// Within the tolerance.
    Agrees,
    /// Beyond it.
    Differs,
}

/// What a comparison found.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The verdict.
    pub verdict: Verdict,
    /// Numbers compared.
    pub compared: usize,
    /// Numbers that are not the same in all digits.
    pub different: usize,
    /// Largest relative difference.
    pub largest: f64,
    /// Tolerance of the verdict.
    pub tolerance: f64,
    /// The pairs that differ most, worst first; where none differs, the first few.
    pub worst: Vec<Pair>,
}

/// What must be run to compare a file with.
#[derive(Debug, Clone)]
pub struct Task {
    /// What the file says.
    pub told: Provenance,
    /// Its scenario, with the models at hand.
    pub scenario: Scenario,
    /// Arms that it was made of.
    pub arms: Vec<usize>,
    /// What differs before anything is run: model, version; one line each.
    pub differences: Vec<String>,
    /// Times of the rows to compare, and their numbers.
    rows: Vec<Results>,
}

impl Task {
    /// Whether the file tells rows over time, and not only the last one.
    pub fn told_rows(&self) -> bool {
        self.rows.len() > 1
    }

    /// Reads off a file what to run.
    ///
    /// # Errors
    /// A file without results, a model or arms that are not at hand.
    pub fn of(path: &Path, found: &Reopened, library: &Library) -> Result<Self, SessionError> {
        let nothing = |why: String| SessionError::NoProvenance {
            path: path.to_owned(),
            why: format!(
                "{why}\n  help: `warmfront run` and `warmfront record` write files with results"
            ),
        };
        let told = found.provenance.clone();
        let told = told.ok_or_else(|| {
            nothing(format!(
                "the {} holds no results to compare with",
                found.how
            ))
        })?;
        let scenario = found.scenario(library, "reproduced")?;
        let arms = told.arms.iter().map(|id| scenario.arm(id));
        let arms = arms.collect::<Result<Vec<_>, _>>()?;
        let rows = match table(path, &scenario)? {
            Some(rows) => rows,
            None => Vec::from_iter(told.results.clone()),
        };
        if rows.is_empty() || arms.is_empty() {
            return Err(nothing(format!(
                "the {} tells no results that one run could give again; if a sweep or a screen made it, the same `warmfront sweep` command with another `--out` repeats it",
                found.how
            )));
        }
        let end = scenario.time.duration;
        if let Some(late) = rows
            .iter()
            .find(|r| r.time.is_nan() || r.time > end * (1.0 + 1e-9))
        {
            return Err(nothing(format!(
                "it tells results at time {}, and its scenario ends at {end}",
                late.time
            )));
        }
        let differences = found.differences(&scenario);
        Ok(Self {
            told,
            scenario,
            arms,
            differences,
            rows,
        })
    }

    /// Model time up to which it must be run.
    pub fn until(&self) -> f64 {
        self.rows.last().map_or(0.0, |r| r.time)
    }

    /// Runs the arms up to the time of the results, or until `cancel` is set; see [`Task::reached`].
    ///
    /// # Errors
    /// As [`Run::new`].
    pub fn run(
        &self,
        gpu: &Gpu,
        files: Files,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(&Progress),
    ) -> Result<Run, SessionError> {
        let options = RunOptions::default();
        let mut run = Run::new(gpu, files, self.scenario.clone(), &self.arms, options)?;
        let until = self.until();
        let near = self.near();
        let enough = AtomicBool::new(until <= near);
        run.run(&enough, &mut |p| {
            progress(&Progress {
                duration: until.min(p.duration),
                ..*p
            });
            if p.time >= until - near || cancel.load(Ordering::Relaxed) {
                enough.store(true, Ordering::Relaxed);
            }
        });
        Ok(run)
    }

    /// Whether a run of this task came as far as the results; what failed behind them does not matter.
    pub fn reached(&self, record: &Record) -> bool {
        record.time >= self.until() - self.near()
    }

    fn near(&self) -> f64 {
        1e-6 * self.scenario.time.step.min(self.scenario.time.duration)
    }

    /// Compares every number of the file with a new record.
    pub fn compare(&self, record: &Record, tolerance: f64) -> Comparison {
        let near = self.near();
        let mut is = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            // Rows rise in time.
            let at = record.rows.partition_point(|r| r.time < row.time - near);
            let found = record.rows.get(at).filter(|r| r.time <= row.time + near);
            let now = Provenance::new(&record.scenario, &record.arms, "", found);
            is.push(now.results.unwrap_or(Results {
                time: row.time,
                arms: BTreeMap::new(),
            }));
        }
        compare(&self.rows, &is, tolerance)
    }
}

/// All rows of a table of ours, by time; none where the file is no table.
fn table(path: &Path, scenario: &Scenario) -> Result<Option<Vec<Results>>, SessionError> {
    let is_table = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    if !is_table {
        return Ok(None);
    }
    let wrong = |line: u64, what: &str| SessionError::NoProvenance {
        path: path.to_owned(),
        why: format!("line {line}: {what}"),
    };
    let mut csv = csv::Reader::from_path(path).map_err(|e| wrong(1, &e.to_string()))?;
    let head: Vec<String> = csv
        .headers()
        .map_err(|e| wrong(1, &e.to_string()))?
        .iter()
        .map(str::to_owned)
        .collect();
    if head != ["time_days", "arm", "quantity", "unit", "value"] {
        return Err(wrong(
            1,
            "these are not the columns of `timeseries.csv` (time_days, arm, quantity, unit, value)",
        ));
    }
    let per_day = scenario.model.units_per_day();
    let mut rows: Vec<Results> = Vec::new();
    for record in csv.records() {
        let record =
            record.map_err(|e| wrong(e.position().map_or(0, |p| p.line()), &e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |i: usize| record.get(i).unwrap_or_default();
        let number = |i: usize| -> Result<f64, SessionError> {
            let text = cell(i);
            text.parse()
                .map_err(|_| wrong(line, &format!("`{text}` is no number")))
        };
        let (time, value) = (number(0)? * per_day, number(4)?);
        if rows.last().is_none_or(|r| r.time != time) {
            if rows.last().is_some_and(|r| r.time > time) || !time.is_finite() {
                return Err(wrong(line, "times must rise"));
            }
            rows.push(Results {
                time,
                arms: BTreeMap::new(),
            });
        }
        if let Some(row) = rows.last_mut() {
            let arm = row.arms.entry(cell(1).to_owned()).or_default();
            if value.is_finite() {
                arm.insert(cell(2).to_owned(), value);
            }
        }
    }
    Ok(Some(rows))
}

/// Compares rows, which belong together by their order.
pub fn compare(was: &[Results], is: &[Results], tolerance: f64) -> Comparison {
    // Size of each observable over all rows and arms.
    let mut sizes: BTreeMap<&str, f64> = BTreeMap::new();
    for row in was {
        for (quantity, value) in row.arms.values().flatten() {
            let size = sizes.entry(quantity).or_default();
            *size = size.max(value.abs());
        }
    }
    let value = |row: &Results, name: &Name<'_>| -> Option<f64> {
        row.arms.get(name.arm)?.get(name.quantity).copied()
    };
    let mut pairs: Vec<Pair> = Vec::new();
    for (i, (was, is)) in was.iter().zip(is).enumerate() {
        let mut names: Vec<Name<'_>> = Vec::new();
        for side in [was, is] {
            for (arm, quantities) in &side.arms {
                names.extend(quantities.keys().map(|quantity| Name {
                    row: i,
                    arm,
                    quantity,
                }));
            }
        }
        names.sort_unstable();
        names.dedup();
        for name in names {
            let (a, b) = (value(was, &name), value(is, &name));
            let size = sizes.get(name.quantity).copied().unwrap_or(0.0);
            pairs.push(Pair {
                quantity: name.quantity.to_owned(),
                arm: name.arm.to_owned(),
                time: was.time,
                was: a,
                is: b,
                relative: relative(a, b, size),
            });
        }
    }
    let compared = pairs.len();
    let different = pairs.iter().filter(|p| p.relative > 0.0).count();
    // A stable sort keeps the order of the file among equals.
    pairs.sort_by(|a, b| b.relative.total_cmp(&a.relative));
    let largest = pairs.first().map_or(0.0, |p| p.relative);
    pairs.truncate(WORST);
    Comparison {
        verdict: match largest {
            0.0 => Verdict::Identical,
            r if r <= tolerance => Verdict::Agrees,
            _ => Verdict::Differs,
        },
        compared,
        different,
        largest,
        tolerance,
        worst: pairs,
    }
}

/// Pairs that are shown.
const WORST: usize = 10;

fn relative(was: Option<f64>, is: Option<f64>, size: f64) -> f64 {
    match (was, is) {
        (None, None) => 0.0,
        (Some(a), Some(b)) => {
            let (a, b) = (rounded(a, DIGITS), rounded(b, DIGITS));
            if a == b {
                return 0.0;
            }
            (a - b).abs() / a.abs().max(b.abs()).max(NOTHING * size)
        }
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests;
