//! What the thread shows to the window after each change.

use std::sync::Arc;
use std::time::Instant;

use warmfront_engine::Probe;
use warmfront_model::Scenario;
use warmfront_session::Steered;

use super::{AVERAGE, Failed, Worker};
use crate::state::{ALLOWED_ERROR, Derived, Display, Health, Inspected, Mark, Snapshot, Timeline};

/// Ticks that the time of a tick and the error of a step are judged by.
pub(crate) const REMEMBERED_TICKS: usize = 10;

/// Places along a profile line.
const LINE_POINTS: usize = 128;

/// Drops rows after a time: they belong to a branch that was left.
pub(super) fn forget_rows(snapshot: &mut Snapshot, time: f64) {
    let kept = snapshot.rows.partition_point(|r| r.time <= time + 1e-9);
    if kept < snapshot.rows.len() {
        Arc::make_mut(&mut snapshot.rows).truncate(kept);
    }
}

impl Worker {
    // A new simulation: everything that does not change while it runs.
    pub(super) fn present(&mut self, note: Option<String>) -> Result<(), Failed> {
        let Some(run) = &self.run else {
            return Ok(());
        };
        let simulation = run.live().simulation();
        let layout = simulation.state_layout();
        let name = &self.wanted;
        // Behind the fields stands one derived map per arm.
        let bytes = layout.bytes() + u64::from(layout.block) * u64::from(layout.arms) * 4;
        let most = self.start.gpu.report.largest_buffer();
        if bytes > most {
            let mb = |bytes: u64| bytes as f64 / 1e6;
            let text = format!(
                "`{name}` can run here, but not be drawn: its state has {:.0} MB, and a shader on this adapter sees {:.0} MB\n  help: `warmfront run {name}` runs it without a window; a coarser grid can be drawn",
                mb(bytes),
                mb(most)
            );
            return Err(text.into());
        }
        let buffer = self
            .start
            .gpu
            .device
            .create_buffer(&wgpu::BufferDescriptor {
                label: Some("display"),
                size: bytes,
                usage: wgpu::BufferUsages::COPY_DST
                    | wgpu::BufferUsages::COPY_SRC
                    | wgpu::BufferUsages::STORAGE,
                mapped_at_creation: false,
            });
        let display = Display {
            buffer: buffer.clone(),
            layout,
        };
        let memory = simulation.memory().total;
        let scenario = Arc::new(run.scenario().clone());
        self.display = Some(buffer);
        let clock = self.clock();
        self.start.shared.update(|s| {
            clock(s);
            s.name.clone_from(name);
            s.scenario = Some(scenario);
            s.display = Some(display);
            s.derived = None;
            s.inspected = Arc::default();
            s.note = note;
            s.fault = None;
            s.health = Health {
                memory,
                ..Health::default()
            };
        });
        Ok(())
    }

    // Clock, settings, history: cheap, without the device.
    pub(super) fn publish_clock(&self) {
        let clock = self.clock();
        self.start.shared.update(clock);
    }

    // What `publish_clock` writes, gathered before the snapshot is locked.
    fn clock(&self) -> impl FnOnce(&mut Snapshot) {
        let (playing, speed) = (self.playing, self.speed);
        let run = self.run.as_ref().map(Self::state_of);
        move |s| {
            s.playing = playing;
            s.speed = speed;
            if let Some(write) = run {
                write(s);
            }
        }
    }

    fn state_of(run: &Steered) -> impl FnOnce(&mut Snapshot) + use<> {
        let [undo, redo] = run.undoable().map(|l| l.map(str::to_owned));
        let timeline = Timeline {
            kept: Arc::new(run.history().times()),
            newest: run.newest_time(),
            scrubbed: run.scrubbed(),
            bytes: run.history().bytes(),
            undo,
            redo,
        };
        let marks = Arc::new(marks(run));
        let given = Arc::new(run.given());
        let settings = run.settings().clone();
        let (time, finished) = (run.time(), run.live().finished());
        move |s| {
            s.time = time;
            s.finished = finished;
            s.timeline = timeline;
            s.marks = marks;
            s.given = given;
            s.multiples = settings.multiples;
            s.holds = settings.holds;
            s.regimens = settings.regimens;
            s.off = settings.off;
            if *s.parameters != settings.parameters {
                s.parameters = Arc::new(settings.parameters);
            }
        }
    }

    // A row for the plots and the numbers for the status bar.
    pub(super) fn publish_row(&mut self) -> Result<(), Failed> {
        let Some(run) = &self.run else {
            return Ok(());
        };
        let row = run.live().row()?;
        let scrubbed = run.scrubbed();
        let simulation = run.live().simulation();
        let d = simulation.diagnostics();
        let now = Instant::now();
        self.history.push((now, d.ticks, simulation.time()));
        self.history
            .retain(|(at, ..)| now.duration_since(*at) < AVERAGE);
        let rate = |value: fn(&(Instant, u64, f64)) -> f64| match self.history.as_slice() {
            [first, .., last] => {
                let span = last.0.duration_since(first.0).as_secs_f64();
                ((value(last) - value(first)) / span.max(1e-9)).max(0.0)
            }
            _ => 0.0,
        };
        let (ticks_per_second, time_per_second) = (rate(|h| h.1 as f64), rate(|h| h.2));
        let model = &run.scenario().model;
        let mut residual = 0.0f64;
        let mut mass_residual = 0.0f64;
        let mut smallest = f64::INFINITY;
        for (field, f) in model.fields.iter().zip(&d.fields) {
            residual = residual.max(f.residual);
            mass_residual = mass_residual.max(f.mass_residual / d.ticks.max(1) as f64);
            smallest = smallest.min(f.smallest / field.scale);
        }
        let count = self.ticks.len().max(1) as f64;
        let tick_milliseconds = self.ticks.iter().map(|t| t.0).sum::<f64>() / count;
        let time_error = self.ticks.iter().map(|t| t.1).fold(0.0, f64::max);
        let largest = d.fields.iter().map(|f| f.largest).collect();
        self.start.shared.update(|s| {
            let rows = Arc::make_mut(&mut s.rows);
            match rows.last_mut() {
                _ if scrubbed => {}
                Some(last) if last.time == row.time => *last = row,
                Some(last) if last.time > row.time => {}
                _ => rows.push(row),
            }
            s.largest = largest;
            let health = &mut s.health;
            health.ticks = d.ticks;
            health.rejected = d.rejected;
            health.residual = residual;
            health.mass_residual = mass_residual;
            health.smallest = if smallest.is_finite() { smallest } else { 0.0 };
            health.ticks_per_second = ticks_per_second;
            health.time_per_second = time_per_second;
            health.tick_milliseconds = tick_milliseconds;
            health.time_error = time_error;
            health.step_margin = ALLOWED_ERROR / time_error.max(1e-12);
        });
        self.publish_clock();
        Ok(())
    }

    // Everything: the state for the canvas, the derived map, values at places, a row, the clock.
    pub(super) fn publish(&mut self) -> Result<(), Failed> {
        let (Some(run), Some(buffer)) = (&self.run, &self.display) else {
            self.publish_clock();
            return Ok(());
        };
        run.live().simulation().copy_state(buffer);
        self.publish_derived()?;
        self.publish_values()?;
        self.publish_row()?;
        self.start.shared.update(|s| s.version += 1);
        Ok(())
    }

    pub(super) fn publish_inspected(&mut self) -> Result<(), Failed> {
        self.publish_values()?;
        self.start.shared.update(|s| s.version += 1);
        Ok(())
    }

    fn looking(&mut self) -> Result<bool, Failed> {
        let Some(run) = &self.run else {
            return Ok(false);
        };
        if self.probe.is_none() {
            let simulation = run.live().simulation();
            self.probe = Some(Probe::new(simulation, &run.scenario().model)?);
        }
        Ok(true)
    }

    fn publish_derived(&mut self) -> Result<(), Failed> {
        let model = self.run.as_ref().map(|r| r.scenario().model.clone());
        let known = |local| model.as_ref().is_some_and(|m| m.locals().contains(&local));
        let wanted = self.derived.filter(|l| known(*l));
        let Some(local) = wanted.filter(|_| self.display.is_some()) else {
            self.start.shared.update(|s| s.derived = None);
            return Ok(());
        };
        self.looking()?;
        if let (Some(run), Some(probe), Some(buffer)) = (&self.run, &self.probe, &self.display) {
            let range = probe.map(run.live().simulation(), local, buffer)?;
            let derived = Derived {
                local,
                range: range.unwrap_or([0.0, 0.0]),
            };
            self.start.shared.update(|s| s.derived = Some(derived));
        }
        Ok(())
    }

    fn publish_values(&mut self) -> Result<(), Failed> {
        let wanted = self.inspect.clone();
        let nothing = wanted.hover.is_none() && wanted.pinned.is_none() && wanted.line.is_none();
        if nothing || !self.looking()? {
            let inspected = Inspected {
                wanted,
                ..Inspected::default()
            };
            self.start
                .shared
                .update(|s| s.inspected = Arc::new(inspected));
            return Ok(());
        }
        let (Some(run), Some(probe)) = (&self.run, &self.probe) else {
            return Ok(());
        };
        let scenario = run.scenario();
        let arms = scenario.arms.len();
        let mut places: Vec<[f64; 3]> = Vec::new();
        places.extend(wanted.hover);
        places.extend(wanted.pinned);
        let mut distance = Vec::new();
        if let Some([from, to]) = wanted.line {
            let length = (0..3)
                .map(|i| (to[i] - from[i]).powi(2))
                .sum::<f64>()
                .sqrt();
            for k in 0..LINE_POINTS {
                let t = k as f64 / (LINE_POINTS - 1) as f64;
                places.push(std::array::from_fn(|i| from[i] + t * (to[i] - from[i])));
                distance.push(t * length);
            }
        }
        let points: Vec<(usize, [u32; 3])> = (0..arms)
            .flat_map(|arm| places.iter().map(move |p| (arm, *p)))
            .map(|(arm, place)| (arm, cell_of(scenario, place)))
            .collect();
        let values = probe.at(run.live().simulation(), &points)?;
        let mut inspected = Inspected {
            distance,
            ..Inspected::default()
        };
        for mut of_arm in values.chunks(places.len().max(1)).map(<[_]>::to_vec) {
            let mut rest = of_arm.drain(..);
            if wanted.hover.is_some() {
                inspected.hover.extend(rest.next());
            }
            if wanted.pinned.is_some() {
                inspected.pinned.extend(rest.next());
            }
            if wanted.line.is_some() {
                inspected.line.push(rest.collect());
            }
        }
        inspected.wanted = wanted;
        self.start
            .shared
            .update(|s| s.inspected = Arc::new(inspected));
        Ok(())
    }
}

fn cell_of(scenario: &Scenario, place: [f64; 3]) -> [u32; 3] {
    let grid = &scenario.grid;
    std::array::from_fn(|i| {
        let cell = (place[i] / grid.spacing[i]).floor();
        // A number that is none goes to the first cell.
        (cell.max(0.0) as u32).min(grid.cells[i] - 1)
    })
}

// What was done; what was done at one time in several arms, or with several dabs, is one mark.
fn marks(run: &Steered) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for event in run.live().done() {
        let (text, drug) = run.describe(event);
        let mark = Mark {
            time: event.time,
            text,
            drug,
        };
        let mut now = marks.iter().rev().take_while(|m| m.time == mark.time);
        if !now.any(|m| *m == mark) {
            marks.push(mark);
        }
    }
    marks
}
