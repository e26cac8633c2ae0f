//! From a scenario to a file: the simulation, the drawing and the encoding each on their own thread, with
//! short queues between them.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use warmfront_engine::{Files, Gpu, Planes, ProbeError, Simulation};
use warmfront_model::Scenario;

use super::camera::Track;
use super::render::{Renderer, Shot, State, plane};
use super::sink::{self, Finished, Sink};
use super::{FilmSpec, Timing};
use crate::provenance::Provenance;
use crate::record::{Finish, Record};
use crate::run::{Run, RunOptions, Watch};
use crate::{Row, SessionError};

/// States, and frames, that may wait in a queue. More would not make it faster.
const QUEUE: usize = 2;
/// How often progress is told.
const TOLD: Duration = Duration::from_millis(100);

/// How far a film is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FilmProgress {
    /// Frames in the file.
    pub frames: u64,
    /// Frames that it will have.
    pub planned: u64,
    /// Bytes so far.
    pub bytes: u64,
    /// Model time that the simulation has reached.
    pub time: f64,
    /// Since the start.
    pub wall: Duration,
    /// All frames are made; the file is being completed, which takes a GIF some time.
    pub finishing: bool,
}

impl FilmProgress {
    /// Time left, judged by the time used.
    pub fn left(&self) -> Option<Duration> {
        let done = self.frames as f64 / self.planned.max(1) as f64;
        (done > 0.0).then(|| self.wall.mul_f64((1.0 - done).max(0.0) / done))
    }
}

/// What became of a film.
#[derive(Debug)]
pub struct FilmReport {
    /// The file; none: there is no frame in it, and it was removed.
    pub file: Option<Finished>,
    /// Frames that were made; a GIF that had to become smaller holds fewer, for the same time.
    pub made: u64,
    /// Frames that were planned.
    pub planned: u64,
    /// Frames per second.
    pub fps: u32,
    /// How it ended.
    pub finish: Finish,
    /// Where it comes from, as in the file.
    pub provenance: Provenance,
    /// Ticks of the simulation.
    pub ticks: u64,
    /// Wall time of everything, and of the ticks among it.
    pub wall: Duration,
    /// Wall time in which the simulation did not wait for anybody.
    pub simulating: Duration,
    /// Model time of the last frame.
    pub time: f64,
    /// What is allowed but was probably not meant.
    pub warnings: Vec<String>,
}

impl FilmReport {
    /// Frames in the file and its frames per second, which for a GIF may be fewer than were made.
    pub fn in_file(&self) -> (u64, f64) {
        match &self.file {
            Some(file) => (file.frames, file.rate),
            None => (0, self.fps.into()),
        }
    }

    /// Duration of the film, seconds.
    pub fn seconds(&self) -> f64 {
        self.made as f64 / f64::from(self.fps)
    }
}

// What the threads tell each other besides frames.
#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    frames: AtomicU64,
    bytes: AtomicU64,
    time: AtomicU64,
    waited: AtomicU64,
}

/// Makes a film of a scenario. Nothing is computed before the target is known to be fine. `cancel` ends it
/// with the frames made by then; so does any failure.
///
/// # Errors
/// What is wrong with the spec, the scenario or the target, before anything is made. Later failures are in
/// [`FilmReport::finish`].
pub fn make(
    gpu: &Gpu,
    files: Files,
    scenario: &Scenario,
    spec: &FilmSpec,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(&FilmProgress),
) -> Result<FilmReport, SessionError> {
    let start = Instant::now();
    spec.check(scenario)?;
    let timing = Timing::of(spec, scenario)?;
    let arms = spec.panes.arms();
    let adapter = &gpu.report.name;
    let origin = Provenance::new(scenario, &arms, adapter, None);
    let mut renderer = Renderer::new(spec, scenario, timing)?;
    let sink = sink::open(&spec.target, spec.size, spec.fps, timing.frames(), &origin)?;
    // Curves are drawn with every tick; that makes no tick different.
    let mut played = scenario.clone();
    played.time.record_steps = true;
    let options = RunOptions {
        lookout: true,
        ..RunOptions::default()
    };
    let mut run = Run::new(gpu, files, played, &arms, options)?;
    let planes = Planes::new(
        gpu,
        run.simulation(),
        &scenario.model,
        renderer.wanted(),
        spec.camera.axis,
    )
    .map_err(probe_error)?;

    let shared = Shared::default();
    let (to_renderer, states) = sync_channel::<State>(QUEUE);
    let (to_sink, shots) = sync_channel::<Shot>(QUEUE);
    let told = |shared: &Shared| FilmProgress {
        frames: shared.frames.load(Ordering::Relaxed),
        planned: timing.frames(),
        bytes: shared.bytes.load(Ordering::Relaxed),
        time: f64::from_bits(shared.time.load(Ordering::Relaxed)),
        wall: start.elapsed(),
        finishing: false,
    };
    let (drawn, encoded) = std::thread::scope(|scope| {
        let shared = &shared;
        let track = renderer.track();
        let run = &mut run;
        let simulating = scope.spawn(move || {
            let mut watch = Feeding {
                scenario,
                planes,
                track,
                coming: VecDeque::new(),
                rows: 0,
                end: timing.span[1],
                to: to_renderer,
                shared,
            };
            // `cancel` ends it from outside, the watch when no more frames are wanted.
            run.run_watched(cancel, &mut |_| {}, &mut watch);
            watch.drain()
        });
        let drawing = scope.spawn(move || draw(&mut renderer, states, to_sink, shared, cancel));
        let encoding = scope.spawn(move || encode(sink, shots, shared));
        while !(simulating.is_finished() && drawing.is_finished() && encoding.is_finished()) {
            progress(&told(shared));
            std::thread::sleep(TOLD);
        }
        let fed = simulating.join().unwrap_or_else(|_| panicked("simulation"));
        let drawn = drawing.join().unwrap_or_else(|_| panicked("drawing"));
        (fed.and(drawn), encoding.join().ok())
    });
    progress(&FilmProgress {
        finishing: true,
        ..told(&shared)
    });
    let record = run.record();
    let cancelled = cancel.load(Ordering::Relaxed);
    let (sink, encoded) = encoded.map_or((None, panicked("encoding")), |(s, e)| (Some(s), e));
    let frames = shared.frames.load(Ordering::Relaxed);
    let complete = frames == timing.frames();
    let reached = last_time(&timing, frames);
    let origin = Provenance::new(scenario, &arms, adapter, results(record, scenario, reached));
    let finished = sink.map(|s| s.finish(&origin)).transpose();
    let simulation_failed = match run.take_failure() {
        Some(e) => Err(e),
        None => Ok(()),
    };
    let outcome = simulation_failed.and(encoded).and(drawn);
    let (file, finish) = match (outcome, finished) {
        (Ok(()), Ok(file)) if complete => (file, Finish::Complete),
        (Ok(()), Ok(file)) if cancelled => (file, Finish::Cancelled),
        (Ok(()), Ok(file)) => (file, Finish::Unfinished),
        (Err(e), Ok(file)) => (file, Finish::Failed(e)),
        // The first error explains the second.
        (Err(e), Err(_)) | (Ok(()), Err(e)) => (None, Finish::Failed(e)),
    };
    let record = run.record();
    let waited = Duration::from_nanos(shared.waited.load(Ordering::Relaxed));
    Ok(FilmReport {
        file: file.filter(|f| f.frames > 0),
        made: frames,
        planned: timing.frames(),
        fps: spec.fps,
        finish,
        provenance: origin,
        ticks: record.diagnostics.ticks,
        wall: start.elapsed(),
        simulating: Duration::from_secs_f64(record.timing.run.max(0.0)).saturating_sub(waited),
        time: reached,
        warnings: record.warnings.clone(),
    })
}

fn panicked<T>(what: &'static str) -> Result<T, SessionError> {
    Err(SessionError::Encoder {
        encoder: what,
        reason: "its thread ended by itself; this is a defect of the program".to_owned(),
    })
}

fn probe_error(error: ProbeError) -> SessionError {
    match error {
        ProbeError::Engine(e) => e.into(),
        unknown @ ProbeError::Unknown(_) => SessionError::Film {
            what: unknown.to_string(),
            help: "choose a field".to_owned(),
        },
    }
}

// Model time of the last of so many frames.
fn last_time(timing: &Timing, frames: u64) -> f64 {
    match frames.saturating_sub(timing.first) {
        0 => timing.span[0],
        moving => timing.time(moving.min(timing.moving) - 1),
    }
}

// The last row of the scenario's own up to a time: others depend on the ticks.
fn results<'a>(record: &'a Record, scenario: &Scenario, until: f64) -> Option<&'a Row> {
    let time = &scenario.time;
    let near = time.near();
    let own = |r: &&Row| {
        let count = (r.time / time.record_every).round();
        let regular = (r.time - count * time.record_every).abs() < near;
        regular || r.time > time.duration - near
    };
    let mut past = record.rows.iter().rev();
    past.find(|r| r.time <= until + near && own(r))
}

// Watches the run and sends what the renderer needs.
struct Feeding<'a> {
    scenario: &'a Scenario,
    planes: Planes,
    track: Track,
    // What goes with planes that were asked for.
    coming: VecDeque<Coming>,
    // Rows sent so far.
    rows: usize,
    end: f64,
    to: SyncSender<State>,
    shared: &'a Shared,
}

struct Coming {
    changed: bool,
    largest: Vec<f64>,
    rows: Vec<Row>,
}

impl Feeding<'_> {
    fn send(&mut self, planes: warmfront_engine::PlaneSet) -> ControlFlow<()> {
        let Some(coming) = self.coming.pop_front() else {
            return ControlFlow::Break(());
        };
        let state = State {
            planes,
            changed: coming.changed,
            largest: coming.largest,
            rows: coming.rows,
        };
        let waiting = Instant::now();
        let sent = self.to.send(state);
        let waited = waiting.elapsed().as_nanos() as u64;
        self.shared.waited.fetch_add(waited, Ordering::Relaxed);
        match sent {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    // What is still on its way when the run has ended.
    fn drain(mut self) -> Result<(), SessionError> {
        while let Some(set) = self.planes.take(true)? {
            if self.send(set).is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl Watch for Feeding<'_> {
    fn see(
        &mut self,
        simulation: &Simulation,
        record: &Record,
        changed: bool,
    ) -> Result<ControlFlow<()>, SessionError> {
        let time = simulation.time();
        self.shared.time.store(time.to_bits(), Ordering::Relaxed);
        if self.shared.stop.load(Ordering::Relaxed) {
            return Ok(ControlFlow::Break(()));
        }
        let index = plane(self.scenario, self.track.at(time).0);
        let fields = simulation.diagnostics().fields.iter();
        self.coming.push_back(Coming {
            changed,
            largest: fields.map(|f| f.largest).collect(),
            rows: record.rows[self.rows..].to_vec(),
        });
        self.rows = record.rows.len();
        let oldest = self
            .planes
            .request(simulation, index)
            .map_err(probe_error)?;
        if let Some(set) = oldest
            && self.send(set).is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
        while let Some(set) = self.planes.take(false)? {
            if self.send(set).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        let past = !changed && time >= self.end - 1e-9;
        Ok(if past {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    }
}

fn draw(
    renderer: &mut Renderer<'_>,
    states: Receiver<State>,
    to: SyncSender<Shot>,
    shared: &Shared,
    cancel: &AtomicBool,
) -> Result<(), SessionError> {
    let emit = |shot: Shot| {
        if cancel.load(Ordering::Relaxed) || to.send(shot).is_err() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let drawn = (|| {
        for state in states {
            if renderer.arrive(state, emit)?.is_break() {
                break;
            }
        }
        Ok(())
    })();
    shared.stop.store(true, Ordering::Relaxed);
    drawn
}

fn encode(
    mut sink: Box<dyn Sink>,
    shots: Receiver<Shot>,
    shared: &Shared,
) -> (Box<dyn Sink>, Result<(), SessionError>) {
    for (picture, copies) in shots {
        for _ in 0..copies {
            if let Err(e) = sink.frame(&picture) {
                shared.stop.store(true, Ordering::Relaxed);
                return (sink, Err(e));
            }
            shared.frames.fetch_add(1, Ordering::Relaxed);
            shared.bytes.store(sink.bytes(), Ordering::Relaxed);
        }
    }
    (sink, Ok(()))
}
