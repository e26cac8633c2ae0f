//! One run: a batch of arms driven through the schedule.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use warmfront_engine::{Files, Gpu, Simulation};
use warmfront_model::{Place, Scenario};

use crate::SessionError;
use crate::events::Treatment;
use crate::export::Formats;
use crate::record::{Finish, Norms, Record, Row, Timing, middle_plane, strange_values};
use crate::schedule::{MOST_ROWS, Schedule, Stop};
use crate::soundness::Lookout;
use crate::spool::Spool;

/// Most times its typical size that a value may be.
const MOST: f64 = 1e9;

/// What a run keeps beside the time series.
#[derive(Debug, Clone, Default)]
pub struct RunOptions {
    /// Keep planes of the fields at the snapshots, for figures, and the norms.
    pub snapshots: bool,
    /// Folder for whole fields on their way to files; none: they are not kept.
    pub spool: Option<PathBuf>,
    /// The files that whole fields become; none of them: they are not kept.
    pub formats: Formats,
    /// Warn of what the equations or the cells cannot carry.
    pub lookout: bool,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Model time.
    pub time: f64,
    /// Planned end.
    pub duration: f64,
    /// Accepted ticks.
    pub ticks: u64,
    /// Wall time since the first tick.
    pub wall: Duration,
}

/// Sees every state of a run while it goes on: films are made of them.
pub trait Watch {
    /// A state: at the end of a tick, or (`changed`) just after something happened to it at the same time.
    /// The first is that at the start. `Break` ends the run.
    ///
    /// # Errors
    /// What ends the run as an error of its own would.
    fn see(
        &mut self,
        simulation: &Simulation,
        record: &Record,
        changed: bool,
    ) -> Result<ControlFlow<()>, SessionError>;
}

struct Nobody;

impl Watch for Nobody {
    fn see(
        &mut self,
        _: &Simulation,
        _: &Record,
        _: bool,
    ) -> Result<ControlFlow<()>, SessionError> {
        Ok(ControlFlow::Continue(()))
    }
}

/// A batch of arms of a scenario, ready to go.
pub struct Run {
    simulation: Simulation,
    schedule: Schedule,
    treatment: Treatment,
    record: Record,
    options: RunOptions,
    spool: Option<Spool>,
    // Snapshots of the whole run.
    planned: usize,
    // Time of the latest snapshot.
    snapshot: Option<f64>,
    // Observables that were warned of.
    strange: Vec<bool>,
    lookout: Option<Lookout>,
}

impl Run {
    /// As [`Simulation::without_causes`].
    pub fn without_causes(&mut self) {
        self.simulation.without_causes();
    }

    /// Allocates the arms `arms` (indices into the scenario's list, at least one) on a device.
    ///
    /// # Errors
    /// What the engine finds wrong with the model or the grid; a field that starts negative or not
    /// finite; too many rows.
    pub fn new(
        gpu: &Gpu,
        files: Files,
        scenario: Scenario,
        arms: &[usize],
        options: RunOptions,
    ) -> Result<Self, SessionError> {
        let start = Instant::now();
        let schedule = Schedule::of(&scenario)?;
        let simulation = Simulation::new(gpu, files, &scenario, arms)?;
        check_start(&simulation, &scenario, arms)?;
        let treatment = Treatment::new(&scenario, arms);
        let lookout = match options.lookout {
            true => Some(Lookout::new(&scenario)),
            false => None,
        };
        let planned = schedule.stops.iter().filter(|s| s.snapshot).count();
        let record = Record {
            arms: arms.to_vec(),
            rows: Vec::new(),
            snapshots: Vec::new(),
            taken: 0,
            plane_ranges: Vec::new(),
            norms: Vec::new(),
            time: 0.0,
            diagnostics: simulation.diagnostics().clone(),
            memory: simulation.memory(),
            adapter: gpu.report.clone(),
            timing: Timing {
                setup: start.elapsed().as_secs_f64(),
                run: 0.0,
            },
            finish: Finish::Unfinished,
            stopped_by: None,
            warnings: crate::warnings(&scenario, arms),
            scenario,
        };
        let cells = record.scenario.grid.cells;
        let fields = record.scenario.model.fields.len();
        let folder = options.spool.clone().filter(|_| options.formats.any());
        Ok(Self {
            strange: vec![false; record.scenario.model.observables.len()],
            simulation,
            schedule,
            treatment,
            lookout,
            record,
            spool: folder.map(|f| Spool::new(f, cells, arms.len(), fields)),
            options,
            planned,
            snapshot: None,
        })
    }

    /// What was seen so far.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The simulation, to look at.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// The error that ended the run, if one did; it is told once.
    pub fn take_failure(&mut self) -> Option<SessionError> {
        match std::mem::replace(&mut self.record.finish, Finish::Unfinished) {
            Finish::Failed(e) => Some(e),
            other => {
                self.record.finish = other;
                None
            }
        }
    }

    /// Adds a line to what the summary warns of.
    pub fn warn(&mut self, text: impl Into<String>) {
        self.record.warnings.push(text.into());
    }

    /// Says what it was that set `cancel`, for the summary's `status`; without it: the user.
    pub fn stopped_by(&mut self, words: impl Into<String>) {
        self.record.stopped_by = Some(words.into());
    }

    /// The files that whole fields become.
    pub(crate) fn formats(&self) -> Formats {
        self.options.formats
    }

    pub(crate) fn spool(&self) -> Option<&Spool> {
        self.spool.as_ref()
    }

    /// Runs to the end, to an error, or until `cancel` is set; then the present tick is finished and
    /// the state at its end recorded. How it ended is in the record.
    pub fn run(&mut self, cancel: &AtomicBool, progress: &mut dyn FnMut(&Progress)) -> &Record {
        self.run_watched(cancel, progress, &mut Nobody)
    }

    /// As [`Run::run`], with somebody who sees every state. A run that the watcher ends counts as cancelled.
    pub fn run_watched(
        &mut self,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(&Progress),
        watch: &mut dyn Watch,
    ) -> &Record {
        let start = Instant::now();
        self.record.finish = match self.drive(cancel, start, progress, watch) {
            Ok(true) => Finish::Complete,
            Ok(false) => Finish::Cancelled,
            Err(e) => Finish::Failed(e),
        };
        self.record.timing.run += start.elapsed().as_secs_f64();
        self.record.time = self.simulation.time();
        self.record.diagnostics = self.simulation.diagnostics().clone();
        &self.record
    }

    /// Whether the end was reached.
    fn drive(
        &mut self,
        cancel: &AtomicBool,
        start: Instant,
        progress: &mut dyn FnMut(&Progress),
        watch: &mut dyn Watch,
    ) -> Result<bool, SessionError> {
        let stops = std::mem::take(&mut self.schedule.stops);
        let duration = self.record.scenario.time.duration;
        let near = 1e-9 * self.record.scenario.time.step.min(duration);
        let last = stops.len().saturating_sub(1);
        for (i, stop) in stops.iter().enumerate() {
            while self.simulation.time() < stop.time - near {
                if cancel.load(Ordering::Relaxed) {
                    self.stop_here()?;
                    return Ok(false);
                }
                let tick = self.simulation.tick(stop.time)?;
                self.check_range()?;
                let rows = self.record.rows.len() as f64;
                let on_the_way = tick.time < stop.time - near;
                if self.record.scenario.time.record_steps && on_the_way && rows < MOST_ROWS {
                    self.push_row(tick.time)?;
                }
                progress(&Progress {
                    time: tick.time,
                    duration,
                    ticks: self.simulation.diagnostics().ticks,
                    wall: start.elapsed(),
                });
                if on_the_way && watch.see(&self.simulation, &self.record, false)?.is_break() {
                    return Ok(false);
                }
            }
            self.record_stop(stop)?;
            if i > 0 && watch.see(&self.simulation, &self.record, false)?.is_break() {
                return Ok(false);
            }
            if i < last {
                let scenario = &self.record.scenario;
                self.treatment.apply(&mut self.simulation, scenario, stop)?;
            }
            let changed = i == 0 || i < last && stop.restarts();
            if changed && watch.see(&self.simulation, &self.record, true)?.is_break() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Values that no longer mean anything end the run, even while they are finite.
    fn check_range(&self) -> Result<(), SessionError> {
        let fields = &self.record.scenario.model.fields;
        for (f, d) in fields.iter().zip(&self.simulation.diagnostics().fields) {
            if d.largest > MOST * f.scale {
                return Err(SessionError::OutOfRange {
                    field: f.id.clone(),
                    value: d.largest,
                    unit: f.unit.clone(),
                    scale: f.scale,
                    times: MOST,
                    time: self.simulation.time(),
                });
            }
        }
        Ok(())
    }

    /// Records what a stop asks for.
    fn record_stop(&mut self, stop: &Stop) -> Result<(), SessionError> {
        if stop.record {
            self.push_row(stop.time)?;
        }
        if stop.snapshot {
            self.push_snapshot(stop.time)?;
        }
        Ok(())
    }

    /// A row and a snapshot of the present state, unless there are some.
    fn stop_here(&mut self) -> Result<(), SessionError> {
        let now = self.simulation.time();
        if self.record.rows.last().is_none_or(|r| r.time < now) {
            self.push_row(now)?;
        }
        if self.snapshot.is_none_or(|t| t < now) {
            self.push_snapshot(now)?;
        }
        Ok(())
    }

    fn push_row(&mut self, time: f64) -> Result<(), SessionError> {
        let values = self.simulation.observe()?;
        let row = Row { time, values };
        let observables = &self.record.scenario.model.observables;
        let warnings = strange_values(observables, &row, &mut self.strange);
        self.record.warnings.extend(warnings);
        if let Some(lookout) = &mut self.lookout {
            let record = &mut self.record;
            let seen = lookout.look(&self.simulation, &record.scenario, &record.arms)?;
            record.warnings.extend(seen);
        }
        self.record.rows.push(row);
        Ok(())
    }

    fn push_snapshot(&mut self, time: f64) -> Result<(), SessionError> {
        if !self.options.snapshots && self.spool.is_none() {
            return Ok(());
        }
        let scenario = &self.record.scenario;
        let cells = scenario.grid.cells;
        let fields = scenario.model.fields.len();
        let arms = self.record.arms.len();
        let mut planes: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        let mut norms = vec![Vec::with_capacity(fields); arms];
        for field in 0..fields {
            for (arm, norms) in norms.iter_mut().enumerate() {
                let values = self.simulation.field(arm, field)?;
                if let Some(spool) = &mut self.spool {
                    spool.push(arm, field, &values)?;
                }
                norms.push(Norms::of(&values));
                if self.options.snapshots {
                    let slices = planes.entry(field).or_default();
                    slices.push(middle_plane(&values, cells));
                }
            }
        }
        if let Some(spool) = &mut self.spool {
            spool.take(time);
        }
        self.snapshot = Some(time);
        self.record.norms = norms;
        if self.options.snapshots {
            self.record.keep(time, planes, self.planned);
        }
        Ok(())
    }
}

/// Start values that the device made from the model's own `initial`: a bad one would later look as if
/// the rates had made it. Maps of the scenario were checked when they were made.
fn check_start(
    simulation: &Simulation,
    scenario: &Scenario,
    arms: &[usize],
) -> Result<(), SessionError> {
    let model = &scenario.model;
    for (i, field) in model.fields.iter().enumerate() {
        let (Some(expression), None) = (&field.initial, &scenario.initial[i]) else {
            continue;
        };
        for (arm, &index) in arms.iter().enumerate() {
            let values = simulation.field(arm, i)?;
            let bad = |v: &f32| !v.is_finite() || *v < 0.0;
            let Some(cell) = values.iter().position(bad) else {
                continue;
            };
            let mut error = scenario.bad_start(i, cell, f64::from(values[cell]));
            if scenario.arms.len() > 1 {
                let arm = &scenario.arms[index].id;
                error.what = format!("{} (arm `{arm}`)", error.what);
            }
            let place = Place {
                file: expression.file.clone(),
                line: expression.line,
                column: 1,
            };
            let help = format!("its `initial` there is `{}`", expression.text.trim());
            return Err(error.at(place).help(help).into());
        }
    }
    Ok(())
}
