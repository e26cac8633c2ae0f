//! Many systems, a batch at a time: dose grids, counterfactuals, screens.
//!
//! # Theory
//! A small grid leaves a large GPU idle; systems of the same grid that advance in the same dispatches fill
//! it. The arms of one scenario are such systems. A study is a list of scenarios (one for each seed, for
//! example) whose arms are the cases. The bits of a case depend neither on its batch nor on the order
//! (at a fixed step), so a study can be cut into batches, stopped and taken up again.
//!
//! # Practice
//! [`Study::run`] goes through all cases. Each finished batch is written to a [`Store`], if there is one; the
//! same study opened on the same store runs only what is missing. A case that fails numerically is a
//! result like others: it is found by running its batch case by case, and its message is kept.

mod place;
mod store;

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use warmfront_engine::{AdapterReport, Files, Gpu};
use warmfront_model::{Scenario, fingerprint};

pub use place::{Place, until};
pub use store::{Kept, Store};

use crate::record::{Finish, Row};
use crate::run::{Run, RunOptions};
use crate::{ErrorKind, SessionError};

/// Cells of one batch on the processor: beyond it nothing is gained, and a stop loses more.
const CELLS_ON_PROCESSOR: u64 = 1 << 15;

/// Cells of one batch on a GPU: enough to fill the largest.
const CELLS_ON_GPU: u64 = 1 << 21;

/// Cases that a study may have.
pub const MOST_CASES: usize = 100_000;

/// Cases to run. See the [module](self).
#[derive(Debug, Clone)]
pub struct Study {
    /// The cases are the arms of these scenarios, all of one model.
    pub groups: Vec<Scenario>,
    /// Arms of a batch; none: as many as fill the device.
    pub batch: Option<usize>,
}

/// Which case: an arm of one of the scenarios.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Case {
    /// Index into [`Study::groups`].
    pub group: usize,
    /// Index into the arms of that scenario.
    pub arm: usize,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which.
    pub case: Case,
    /// Times of the rows, model time.
    pub times: Vec<f64>,
    /// `[row][observable]`, in the observable's unit. What is not a number is missing.
    pub values: Vec<Vec<Option<f64>>>,
    /// Why there are no more rows; none: it came to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Outcome {
    /// An observable at the last row at or before `time` (with a tolerance for rounding).
    pub fn at(&self, observable: usize, time: f64) -> Option<f64> {
        let near = 1e-9 * time.abs().max(1.0);
        let row = self.times.iter().rposition(|t| *t <= time + near)?;
        // What failed earlier says nothing about this time.
        if self.failure.is_some() && self.times[row] < time - near {
            return None;
        }
        *self.values.get(row)?.get(observable)?
    }

    /// An observable at the end; none for a case that failed.
    pub fn last(&self, observable: usize) -> Option<f64> {
        if self.failure.is_some() {
            return None;
        }
        *self.values.last()?.get(observable)?
    }
}

/// How far a study is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StudyProgress {
    /// Cases that are done, those of an earlier run among them.
    pub done: usize,
    /// Cases in all.
    pub cases: usize,
    /// Cases that are running.
    pub running: usize,
    /// Share of the running batch that is done, 0..1.
    pub share: f64,
    /// Wall time since the start.
    pub wall: Duration,
}

/// What a study gave.
#[derive(Debug)]
pub struct Outcomes {
    /// By case, in the order of groups and arms; a cancelled study has fewer.
    pub outcomes: Vec<Outcome>,
    /// Cases that were read from the store instead of run.
    pub taken_up: usize,
    /// Whether every case was run.
    pub complete: bool,
    /// Arms of the largest batch.
    pub batch: usize,
    /// Wall time of the runs, seconds.
    pub seconds: f64,
}

impl Outcomes {
    /// The outcome of a case, if it was run.
    pub fn get(&self, case: Case) -> Option<&Outcome> {
        let found = self.outcomes.binary_search_by_key(&case, |o| o.case);
        found.ok().map(|i| &self.outcomes[i])
    }
}

impl Study {
    /// All cases, in order.
    pub fn cases(&self) -> Vec<Case> {
        let each = self.groups.iter().enumerate();
        each.flat_map(|(group, s)| (0..s.arms.len()).map(move |arm| Case { group, arm }))
            .collect()
    }

    /// Whether an outcome that was read may be one of this study: every row is whole, times rise, and the last
    /// is at the end unless the case failed.
    fn could_be(&self, outcome: &Outcome) -> bool {
        let Some(scenario) = self.groups.get(outcome.case.group) else {
            return false;
        };
        let observables = scenario.model.observables.len();
        let end = scenario.time.duration;
        let reached = outcome
            .times
            .last()
            .is_some_and(|t| (t - end).abs() <= 1e-9 * end);
        outcome.case.arm < scenario.arms.len()
            && outcome.values.len() == outcome.times.len()
            && outcome.values.iter().all(|row| row.len() == observables)
            && outcome.times.is_sorted_by(|a, b| a < b)
            && (reached || outcome.failure.is_some())
    }

    /// A name for everything that the numbers depend on but the adapter.
    pub fn fingerprint(&self) -> String {
        let texts: Vec<String> = self
            .groups
            .iter()
            .flat_map(|s| [s.model.hash.clone(), s.to_toml()])
            .collect();
        let mut parts: Vec<&str> = texts.iter().map(String::as_str).collect();
        parts.push(crate::export::VERSION);
        fingerprint(&parts)
    }

    /// Arms that one batch of a scenario has on an adapter.
    pub fn batch_of(&self, scenario: &Scenario, adapter: &AdapterReport) -> usize {
        let cells = if adapter.software {
            CELLS_ON_PROCESSOR
        } else {
            CELLS_ON_GPU
        };
        let most = (cells / scenario.grid.len().max(1) as u64).max(1) as usize;
        self.batch
            .unwrap_or(most)
            .clamp(1, scenario.arms.len().max(1))
    }

    /// Runs the cases that the store does not hold yet, to the end or until `cancel` is set. A batch that
    /// is cancelled is lost; those before it are in the store.
    ///
    /// # Errors
    /// [`SessionError`] of the device, the disk or the input; a case that fails numerically is no error.
    pub fn run(
        &self,
        gpu: &Gpu,
        files: &Files,
        mut store: Option<&mut Store>,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(&StudyProgress),
    ) -> Result<Outcomes, SessionError> {
        let explained = Cell::new(false);
        let start = Instant::now();
        let cases = self.cases();
        let mut outcomes = store.as_ref().map_or_else(Vec::new, |s| s.held().to_vec());
        outcomes.retain(|o| cases.binary_search(&o.case).is_ok());
        let taken_up = outcomes.len();
        let mut largest = 0;
        for (group, scenario) in self.groups.iter().enumerate() {
            let held = |arm: &usize| outcomes.iter().any(|o| o.case == Case { group, arm: *arm });
            let left: Vec<usize> = (0..scenario.arms.len()).filter(|a| !held(a)).collect();
            for arms in left.chunks(self.batch_of(scenario, &gpu.report)) {
                let mut tell = |share: f64, done: usize| {
                    progress(&StudyProgress {
                        done,
                        cases: cases.len(),
                        running: arms.len(),
                        share,
                        wall: start.elapsed(),
                    });
                };
                let done = outcomes.len();
                tell(0.0, done);
                let batch = Batch {
                    gpu,
                    files,
                    scenario,
                    group,
                    cancel,
                    explained: &explained,
                };
                let found = batch.run(arms, &mut |share| tell(share, done))?;
                let Some(found) = found else {
                    outcomes.sort_by_key(|o| o.case);
                    return Ok(Outcomes {
                        outcomes,
                        taken_up,
                        complete: false,
                        batch: largest,
                        seconds: start.elapsed().as_secs_f64(),
                    });
                };
                if let Some(store) = store.as_deref_mut() {
                    store.add(&found)?;
                }
                largest = largest.max(arms.len());
                outcomes.extend(found);
                tell(1.0, outcomes.len());
            }
        }
        outcomes.sort_by_key(|o| o.case);
        Ok(Outcomes {
            complete: outcomes.len() == cases.len(),
            outcomes,
            taken_up,
            batch: largest,
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}

/// Arms of one scenario that run together.
struct Batch<'a> {
    gpu: &'a Gpu,
    files: &'a Files,
    scenario: &'a Scenario,
    group: usize,
    cancel: &'a AtomicBool,
    // Whether the process behind a failure was told already: once is enough for a study.
    explained: &'a Cell<bool>,
}

impl Batch<'_> {
    /// The outcomes of these arms; none: cancelled.
    fn run(
        &self,
        arms: &[usize],
        progress: &mut dyn FnMut(f64),
    ) -> Result<Option<Vec<Outcome>>, SessionError> {
        if self.cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let options = RunOptions::default();
        let mut run = Run::new(
            self.gpu,
            self.files.clone(),
            self.scenario.clone(),
            arms,
            options,
        )?;
        if arms.len() > 1 || self.explained.get() {
            run.without_causes();
        }
        run.run(self.cancel, &mut |p| progress(p.time / p.duration));
        let failure = match (run.take_failure(), &run.record().finish) {
            (Some(e), _) => Some(e),
            (None, Finish::Cancelled) => return Ok(None),
            (None, _) => None,
        };
        let Some(error) = failure else {
            let rows = &run.record().rows;
            let each = arms.iter().enumerate();
            return Ok(Some(
                each.map(|(i, &arm)| self.outcome(arm, i, rows, None))
                    .collect(),
            ));
        };
        if error.kind() != ErrorKind::Numerical {
            return Err(error);
        }
        if let [arm] = arms {
            self.explained.set(true);
            let rows = &run.record().rows;
            return Ok(Some(vec![self.outcome(
                *arm,
                0,
                rows,
                Some(error.to_string()),
            )]));
        }
        // One of them spoiled it for the others.
        drop(run);
        let mut all = Vec::new();
        for arm in arms {
            match self.run(std::slice::from_ref(arm), progress)? {
                Some(one) => all.extend(one),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    fn outcome(&self, arm: usize, index: usize, rows: &[Row], failure: Option<String>) -> Outcome {
        let finite = |v: &f64| v.is_finite().then_some(*v);
        Outcome {
            case: Case {
                group: self.group,
                arm,
            },
            times: rows.iter().map(|r| r.time).collect(),
            values: rows
                .iter()
                .map(|r| r.values[index].iter().map(finite).collect())
                .collect(),
            failure,
        }
    }
}

#[cfg(test)]
mod tests;
