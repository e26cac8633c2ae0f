//! `validate`: a model against the published numbers that its `validation.toml` lists.
//!
//! # Theory
//! Calibration is a claim about sources: which number was aimed at, where it stands, how far off is still
//! accepted, and what came out. Three outcomes matter. *Met*. *Missed and known*: the file says so and what it
//! would take. *Missed and not known*: something changed, and that is an error. A number that went into the
//! model as a parameter is marked as input; it tests nothing but the plumbing.
//!
//! # Practice
//! [`Plan::new`] chooses targets and the cases that they need, [`Plan::run`] runs every case once, all its arms
//! as one batch, and gives a [`Report`]: a table, JSON, a Markdown page, pictures.

mod measure;
mod page;
mod picture;
mod report;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use warmfront_engine::{Files, Gpu};
use warmfront_model::validation::{Case, Measure, Reduction, Validation};

use crate::SessionError;
use crate::record::{Finish, Row};
use crate::run::{Run, RunOptions};

pub use page::{roles, told};
pub use picture::pictures;
pub use report::{Finding, Report, Verdict, evidence};

/// Targets to look at and the cases that they need.
#[derive(Debug, Clone)]
pub struct Plan<'a> {
    /// Everything that the model is held to.
    pub validation: &'a Validation,
    /// Chosen targets, in file order.
    pub targets: Vec<usize>,
    /// Their cases, in file order.
    pub cases: Vec<usize>,
}

/// What was seen of a case.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The time series, by arm of the batch.
    pub rows: Vec<Row>,
    /// Fields at the end, by arm of the batch and field; those that targets need.
    pub fields: BTreeMap<(usize, usize), Vec<f32>>,
    /// Lowest value of any field before clipping, relative to its typical size.
    pub lowest: f64,
    /// Wall time, seconds.
    pub seconds: f64,
    /// Why it did not come to its end.
    pub failure: Option<String>,
}

impl<'a> Plan<'a> {
    /// Targets by id (none: all); `quick` leaves out those that need a long run.
    ///
    /// # Errors
    /// An unknown target, with the nearest one.
    pub fn new(
        validation: &'a Validation,
        ids: &[String],
        quick: bool,
    ) -> Result<Self, SessionError> {
        let mut targets: Vec<usize> = (0..validation.targets.len()).collect();
        if !ids.is_empty() {
            let each = ids.iter().map(|id| validation.target(id));
            targets = each.collect::<Result<_, _>>()?;
            targets.sort_unstable();
            targets.dedup();
        }
        targets.retain(|t| !quick || validation.fast(*t));
        let mut cases: Vec<usize> = targets
            .iter()
            .flat_map(|t| validation.cases_of(*t))
            .collect();
        cases.sort_unstable();
        cases.dedup();
        Ok(Self {
            validation,
            targets,
            cases,
        })
    }

    /// Runs the cases, and compares. `tell` is called before each case with its number among those of the
    /// plan, from 0. A cancelled plan reports the targets whose cases were all done by then.
    ///
    /// # Errors
    /// Of the device, or of the input; a case that fails numerically is a finding.
    pub fn run(
        &self,
        gpu: &Gpu,
        files: &Files,
        cancel: &AtomicBool,
        tell: &mut dyn FnMut(usize, &Case),
    ) -> Result<Report<'a>, SessionError> {
        let mut seen = BTreeMap::new();
        for (i, &case) in self.cases.iter().enumerate() {
            tell(i, &self.validation.cases[case]);
            match self.run_case(case, gpu, files, cancel)? {
                Some(found) => seen.insert(case, found),
                None => {
                    let mut done = self.clone();
                    let whole = |c: &usize| seen.contains_key(c);
                    done.targets
                        .retain(|t| self.validation.cases_of(*t).iter().all(whole));
                    return Ok(Report::new(&done, seen, &gpu.report.name));
                }
            };
        }
        Ok(Report::new(self, seen, &gpu.report.name))
    }

    fn run_case(
        &self,
        index: usize,
        gpu: &Gpu,
        files: &Files,
        cancel: &AtomicBool,
    ) -> Result<Option<Seen>, SessionError> {
        let start = Instant::now();
        let case = &self.validation.cases[index];
        let scenario = case.scenario.clone();
        let mut run = Run::new(
            gpu,
            files.clone(),
            scenario,
            &case.arms,
            RunOptions::default(),
        )?;
        run.run(cancel, &mut |_| {});
        let failure = match (run.take_failure(), &run.record().finish) {
            (Some(e), _) if e.kind() == crate::ErrorKind::Numerical => Some(e),
            (Some(e), _) => return Err(e),
            (None, Finish::Cancelled) => return Ok(None),
            (None, _) => None,
        };
        if cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let mut fields = BTreeMap::new();
        for (arm, field) in self.fields_of(index) {
            let Some(place) = case.arms.iter().position(|a| *a == arm) else {
                continue;
            };
            fields.insert((place, field), run.simulation().field(place, field)?);
        }
        let model = &self.validation.model;
        let account = &run.record().diagnostics.fields;
        let each = model.fields.iter().zip(account);
        let lowest = each
            .filter(|(_, d)| d.smallest.is_finite())
            .map(|(f, d)| d.smallest / f.scale)
            .fold(f64::INFINITY, f64::min);
        Ok(Some(Seen {
            rows: run.record().rows.clone(),
            fields,
            lowest,
            seconds: start.elapsed().as_secs_f64(),
            failure: failure.map(|e| e.to_string()),
        }))
    }

    /// Arms of the scenario and fields that targets look at when a case has ended.
    fn fields_of(&self, case: usize) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        let mut look = |m: &Measure| match m.reduce {
            Reduction::DecayLength => all.push((m.arm, m.field)),
            Reduction::BitDifferences => {
                let fields = 0..self.validation.model.fields.len();
                all.extend(m.arms.iter().flat_map(|a| fields.clone().map(|f| (*a, f))));
            }
            _ => {}
        };
        for target in &self.targets {
            let mut measure = Some(&self.validation.targets[*target].measure);
            while let Some(m) = measure {
                if m.case == case {
                    look(m);
                }
                measure = m.over.as_deref();
            }
        }
        all
    }
}
