//! The simulation's own thread: it ticks, obeys commands and publishes; it never touches the window.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::time::{Duration, Instant};

use warmfront_engine::{Files, Gpu};
use warmfront_model::{Action, Library, Overrides, Scenario};
use warmfront_session::Live;

use crate::command::Command;
use crate::speed::first_speed;
use crate::state::{Display, Health, Mark, Shared};

/// Cells along an axis above which a software adapter takes the small grid.
const SOFTWARE_EDGE: u32 = 64;

/// Least time between frames that a running clock asks for on a software adapter.
const SOFTWARE_FRAME: Duration = Duration::from_millis(200);

/// Commands that may wait; the window never blocks on a full queue.
const QUEUE: usize = 64;

/// A clock that is this far behind goes on from where it is instead of catching up.
const PATIENCE: f64 = 0.5;

/// What goes wrong between two ticks; shown as it stands.
type Failed = Box<dyn std::error::Error>;

/// How long rates of ticks are averaged over.
const AVERAGE: Duration = Duration::from_secs(2);

/// What the thread needs to start.
pub struct Start {
    /// The device that the window draws with, or one of its own.
    pub gpu: Gpu,
    /// Shaders.
    pub files: Files,
    /// Models and scenarios.
    pub library: Library,
    /// First scenario, or a model.
    pub scenario: String,
    /// Where to publish.
    pub shared: Shared,
    /// Asks the window for a new frame.
    pub wake: Box<dyn Fn() + Send>,
}

/// Starts the thread; it ends with [`Command::Quit`] or when the sender is dropped.
pub fn spawn(start: Start) -> SyncSender<Command> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(QUEUE);
    #[expect(
        clippy::disallowed_methods,
        reason = "the one thread beside the window; it ends with the sender"
    )]
    std::thread::spawn(move || Worker::new(start).run(&receiver));
    sender
}

/// A scenario at the small grid, and what to say of it; unchanged where that would be too coarse to mean
/// anything.
fn suited_to_software(scenario: Scenario) -> Result<(Scenario, Option<String>), Failed> {
    let [x, y, z] = scenario.grid.cells;
    if x.max(y).max(z) <= SOFTWARE_EDGE {
        return Ok((scenario, None));
    }
    let small = scenario.clone().with(&Overrides {
        small: true,
        ..Overrides::default()
    })?;
    if small.is_too_coarse() {
        let note = "No graphics card: slow here, but a coarser grid would not show the pattern.";
        return Ok((scenario, Some(note.to_owned())));
    }
    let [sx, sy, _] = small.grid.cells;
    let note = format!("No graphics card: {sx} × {sy} cells here instead of {x} × {y}.");
    Ok((small, Some(note)))
}

struct Worker {
    start: Start,
    live: Option<Live>,
    // The scenario that was asked for last.
    wanted: String,
    // Copy of the state that the window draws.
    display: Option<wgpu::Buffer>,
    playing: bool,
    speed: f64,
    multiples: Vec<f64>,
    // Wall time and model time from which the pace is counted.
    paced_from: (Instant, f64),
    // When the window was last asked for a frame.
    woken: Instant,
    // Wall time, ticks and model time, for rates.
    history: Vec<(Instant, u64, f64)>,
}

impl Worker {
    fn new(start: Start) -> Self {
        let adapter = &start.gpu.report;
        let kind = if adapter.software { ", software" } else { "" };
        let name = format!("{}{kind}", adapter.name);
        start.shared.update(|s| s.adapter = name);
        Self {
            start,
            live: None,
            wanted: String::new(),
            display: None,
            playing: true,
            speed: 1.0,
            multiples: Vec::new(),
            paced_from: (Instant::now(), 0.0),
            woken: Instant::now(),
            history: Vec::new(),
        }
    }

    // On a software adapter frames and ticks share the processor: the clock gets the larger part.
    fn wake(&mut self, always: bool) {
        let software = self.start.gpu.report.software;
        if always || !software || self.woken.elapsed() > SOFTWARE_FRAME {
            self.woken = Instant::now();
            (self.start.wake)();
        }
    }

    fn run(mut self, commands: &Receiver<Command>) {
        let first = self.start.scenario.clone();
        self.attempt(|w| w.load(&first));
        loop {
            let next = if self.is_running() {
                match commands.try_recv() {
                    Ok(c) => Some(c),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return,
                }
            } else {
                match commands.recv() {
                    Ok(c) => Some(c),
                    Err(_) => return,
                }
            };
            match next {
                Some(Command::Quit) => return,
                Some(command) => self.attempt(|w| w.obey(command)),
                None => {
                    if let Some(wait) = self.early() {
                        match commands.recv_timeout(wait) {
                            Ok(Command::Quit) | Err(RecvTimeoutError::Disconnected) => return,
                            Ok(command) => self.attempt(|w| w.obey(command)),
                            Err(RecvTimeoutError::Timeout) => {}
                        }
                    } else {
                        self.attempt(Self::tick);
                    }
                }
            }
        }
    }

    fn is_running(&self) -> bool {
        self.playing && self.live.as_ref().is_some_and(|l| !l.finished())
    }

    // How long to wait until the model may go on at the wished speed.
    fn early(&mut self) -> Option<Duration> {
        let live = self.live.as_ref()?;
        if !self.speed.is_finite() {
            return None;
        }
        let (wall, time) = self.paced_from;
        let due = (live.simulation().time() - time) / self.speed;
        let wait = due - wall.elapsed().as_secs_f64();
        if wait < -PATIENCE {
            self.paced_from = (Instant::now(), live.simulation().time());
        }
        (wait > 1e-3).then(|| Duration::from_secs_f64(wait.min(0.25)))
    }

    fn pace_from_here(&mut self) {
        let time = self.live.as_ref().map_or(0.0, |l| l.simulation().time());
        self.paced_from = (Instant::now(), time);
        self.history.clear();
    }

    // An error is shown; the simulation stands still, the window lives on.
    fn attempt(&mut self, action: impl FnOnce(&mut Self) -> Result<(), Failed>) {
        if let Err(e) = action(self) {
            self.playing = false;
            self.start.shared.update(|s| {
                s.error = Some(e.to_string());
                s.playing = false;
            });
        }
        let running = self.is_running();
        self.wake(!running);
    }

    fn obey(&mut self, command: Command) -> Result<(), Failed> {
        match command {
            Command::Play(on) => {
                self.playing = on;
                self.pace_from_here();
                self.publish_clock();
            }
            Command::Step => {
                self.playing = false;
                self.tick()?;
            }
            Command::Restart => {
                let name = self.wanted.clone();
                let multiples = self.multiples.clone();
                self.load(&name)?;
                for (drug, multiple) in multiples.into_iter().enumerate() {
                    if (multiple - 1.0).abs() > 1e-9 {
                        self.dose(drug, multiple)?;
                    }
                }
            }
            Command::Speed(speed) => {
                self.speed = speed.max(1e-3);
                self.pace_from_here();
                self.publish_clock();
            }
            Command::Dose { drug, multiple } => self.dose(drug, multiple)?,
            Command::Load(name) => self.load(&name)?,
            Command::Quit => {}
        }
        Ok(())
    }

    fn load(&mut self, name: &str) -> Result<(), Failed> {
        name.clone_into(&mut self.wanted);
        let scenario = self.start.library.scenario(name)?;
        let (scenario, note) = if self.start.gpu.report.software {
            suited_to_software(scenario)?
        } else {
            (scenario, None)
        };
        // The old one goes first: two may not fit.
        self.live = None;
        self.display = None;
        self.start.shared.update(|s| s.display = None);
        let live = Live::new(&self.start.gpu, self.start.files.clone(), scenario)?;
        let layout = live.simulation().state_layout();
        let most = self.start.gpu.report.largest_buffer();
        if layout.bytes() > most {
            let mb = |bytes: u64| bytes as f64 / 1e6;
            let text = format!(
                "`{name}` can run here, but not be drawn: its state has {:.0} MB, and a shader on this adapter sees {:.0} MB\n  help: `warmfront run {name}` runs it without a window; a coarser grid can be drawn",
                mb(layout.bytes()),
                mb(most)
            );
            return Err(text.into());
        }
        // Another scenario begins at its own speed; the same one again keeps what was chosen.
        if self.start.shared.get().name != live.scenario().id {
            self.speed = first_speed(live.scenario());
        }
        let buffer = self
            .start
            .gpu
            .device
            .create_buffer(&wgpu::BufferDescriptor {
                label: Some("display"),
                size: layout.bytes(),
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::STORAGE,
                mapped_at_creation: false,
            });
        self.multiples = vec![1.0; live.scenario().model.drugs.len()];
        let display = Display {
            buffer: buffer.clone(),
            layout,
        };
        let memory = live.simulation().memory().total;
        self.start.shared.update(|s| {
            s.scenario = Some(Arc::new(live.scenario().clone()));
            s.name.clone_from(&live.scenario().id);
            s.display = Some(display);
            s.rows = Arc::default();
            s.marks.clear();
            s.multiples.clone_from(&self.multiples);
            s.note = note;
            s.error = None;
            s.health = Health {
                memory,
                ..Health::default()
            };
        });
        self.live = Some(live);
        self.display = Some(buffer);
        self.playing = true;
        self.pace_from_here();
        self.publish()
    }

    fn dose(&mut self, drug: usize, multiple: f64) -> Result<(), Failed> {
        let Some(live) = &mut self.live else {
            return Ok(());
        };
        let arms: Vec<(usize, f64)> = live
            .scenario()
            .arms
            .iter()
            .enumerate()
            .map(|(i, arm)| (i, arm.doses.get(drug).copied().unwrap_or(0.0)))
            .filter(|(_, dose)| *dose > 0.0)
            .collect();
        for (arm, dose) in arms {
            let multiple = dose * multiple;
            live.act(Action::Dose { drug, multiple }, Some(vec![arm]))?;
        }
        if let Some(m) = self.multiples.get_mut(drug) {
            *m = multiple;
        }
        let time = live.simulation().time();
        self.start.shared.update(|s| {
            s.multiples.clone_from(&self.multiples);
            // Dragging a slider at one time is one mark.
            s.marks.retain(|m| m.drug != drug || m.time < time);
            s.marks.push(Mark {
                time,
                drug,
                multiple,
            });
        });
        Ok(())
    }

    fn tick(&mut self) -> Result<(), Failed> {
        if let Some(live) = &mut self.live {
            live.tick()?;
        }
        self.publish()
    }

    fn publish_clock(&self) {
        self.start.shared.update(|s| {
            s.playing = self.playing;
            s.speed = self.speed;
        });
    }

    // The state for the canvas, a row for the plots, the numbers for the status bar.
    fn publish(&mut self) -> Result<(), Failed> {
        let (Some(live), Some(buffer)) = (&self.live, &self.display) else {
            return Ok(());
        };
        let simulation = live.simulation();
        simulation.copy_state(buffer);
        let row = live.row()?;
        let d = simulation.diagnostics();
        let now = Instant::now();
        self.history.push((now, d.ticks, simulation.time()));
        self.history
            .retain(|(at, ..)| now.duration_since(*at) < AVERAGE);
        let rate = |value: fn(&(Instant, u64, f64)) -> f64| match self.history.as_slice() {
            [first, .., last] => {
                let span = last.0.duration_since(first.0).as_secs_f64();
                (value(last) - value(first)) / span.max(1e-9)
            }
            _ => 0.0,
        };
        let (ticks_per_second, time_per_second) = (rate(|h| h.1 as f64), rate(|h| h.2));
        let model = &live.scenario().model;
        let mut residual = 0.0f64;
        let mut smallest = f64::INFINITY;
        for (field, f) in model.fields.iter().zip(&d.fields) {
            residual = residual.max(f.residual);
            smallest = smallest.min(f.smallest / field.scale);
        }
        let finished = live.finished();
        let time = simulation.time();
        let largest = d.fields.iter().map(|f| f.largest).collect();
        self.start.shared.update(|s| {
            s.time = time;
            let rows = Arc::make_mut(&mut s.rows);
            if rows.last().is_none_or(|last| last.time < row.time) {
                rows.push(row);
            }
            s.finished = finished;
            s.largest = largest;
            s.playing = self.playing;
            s.speed = self.speed;
            s.health.ticks = d.ticks;
            s.health.rejected = d.rejected;
            s.health.residual = residual;
            s.health.smallest = if smallest.is_finite() { smallest } else { 0.0 };
            s.health.ticks_per_second = ticks_per_second;
            s.health.time_per_second = time_per_second;
        });
        Ok(())
    }
}
