//! The simulation's own thread: it ticks, obeys commands and publishes; it never touches the window.

mod autosave;
mod faults;
mod files;
mod obey;
mod publish;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::Watcher as _;
use warmfront_engine::{Files, Gpu, Probe};
use warmfront_model::{Library, Local, Overrides, Scenario, Source, visible};
use warmfront_session::{Lookout, Steered, data_warnings};

use crate::command::{Command, Inspect};
use crate::film::Studio;
use crate::speed::first_speed;
use crate::state::{News, Shared};
use autosave::Autosave;
pub(crate) use obey::lacks;
pub(crate) use publish::REMEMBERED_TICKS;

/// Cells along an axis above which a software adapter takes the small grid.
const SOFTWARE_EDGE: u32 = 64;

/// Least time between frames that a running clock asks for on a software adapter.
const SOFTWARE_FRAME: Duration = Duration::from_millis(200);

/// Commands that may wait; the window never blocks on a full queue.
const QUEUE: usize = 64;

/// A clock that is this far behind goes on from where it is instead of catching up.
const PATIENCE: f64 = 0.5;

/// Bytes that kept moments may take until the user says otherwise.
pub const HISTORY_BUDGET: u64 = 256 << 20;

/// How often what was done is kept off the device and on disk, against the loss of either.
const SAFE_EVERY: Duration = Duration::from_secs(5);

/// How often the disk is looked at, for files that changed.
const WATCH_EVERY: Duration = Duration::from_millis(250);

/// What goes wrong between two ticks; shown as it stands.
pub(crate) type Failed = Box<dyn std::error::Error>;

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
    /// Folder of the models where they are on disk: it is watched.
    pub folder: Option<PathBuf>,
    /// First scenario, or a model.
    pub scenario: String,
    /// A file with what a lost device left ([`crate::state::Snapshot::left`]), to go on with instead of the
    /// first scenario: everything is done again up to its moment.
    pub session: Option<PathBuf>,
    /// Folder for what an interrupted session leaves; none: nothing is left.
    pub autosave: Option<PathBuf>,
    /// Where to publish.
    pub shared: Shared,
    /// Asks the window for a new frame.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// Starts the thread; it ends with [`Command::Quit`] or when the sender is dropped. A program that ends
/// joins it first: a driver must not be taken down while it works.
pub fn spawn(start: Start) -> (SyncSender<Command>, JoinHandle<()>) {
    let (sender, receiver) = std::sync::mpsc::sync_channel(QUEUE);
    #[expect(
        clippy::disallowed_methods,
        reason = "the one thread beside the window; it ends with the sender"
    )]
    let thread = std::thread::spawn(move || Worker::new(start).run(&receiver));
    (sender, thread)
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

pub(crate) struct Worker {
    start: Start,
    run: Option<Steered>,
    // Warns of what the equations or the cells of the run cannot carry.
    lookout: Option<Lookout>,
    // The scenario that was asked for last, as it is found again.
    wanted: String,
    // Its text, where it came as text.
    text: Option<Source>,
    // Copy of the state that the window draws, and the derived map behind it.
    display: Option<wgpu::Buffer>,
    probe: Option<Probe>,
    derived: Option<Local>,
    inspect: Inspect,
    playing: bool,
    speed: f64,
    budget: u64,
    // Runs without a pace until this model time, to where a session was.
    catch_up: Option<f64>,
    // Wall time and model time from which the pace is counted.
    paced_from: (Instant, f64),
    // When the window was last asked for a frame.
    woken: Instant,
    // Wall time, ticks, model time, for rates.
    history: Vec<(Instant, u64, f64)>,
    // Wall milliseconds and estimated error of the last ticks.
    ticks: Vec<(f64, f64)>,
    // Numbers of news and answers.
    said: u64,
    // The line of the script that is being obeyed.
    line: Option<usize>,
    kept_safe: Instant,
    watcher: Option<notify::RecommendedWatcher>,
    changed: Receiver<()>,
    autosave: Autosave,
    studio: Studio,
}

impl Worker {
    fn new(start: Start) -> Self {
        let adapter = &start.gpu.report;
        let kind = if adapter.software { ", software" } else { "" };
        let name = format!("{}{kind}", adapter.name);
        let (autosave, recoverable) = Autosave::new(start.autosave.clone());
        start.shared.update(|s| {
            s.adapter = name;
            s.recoverable = recoverable;
        });
        let (sender, changed) = std::sync::mpsc::sync_channel(1);
        let watcher = start.folder.as_ref().and_then(|folder| {
            let tell = move |event: notify::Result<notify::Event>| {
                let written = event.is_ok_and(|e| !e.kind.is_access());
                if written {
                    // A message that waits says the same.
                    let _ = sender.try_send(());
                }
            };
            let mut watcher = notify::recommended_watcher(tell).ok()?;
            watcher
                .watch(folder, notify::RecursiveMode::Recursive)
                .ok()?;
            Some(watcher)
        });
        let studio = Studio::new(start.shared.clone(), start.wake.clone());
        Self {
            start,
            run: None,
            lookout: None,
            wanted: String::new(),
            text: None,
            display: None,
            probe: None,
            derived: None,
            inspect: Inspect::default(),
            playing: true,
            speed: 1.0,
            budget: HISTORY_BUDGET,
            catch_up: None,
            paced_from: (Instant::now(), 0.0),
            woken: Instant::now(),
            history: Vec::new(),
            ticks: Vec::new(),
            said: 0,
            line: None,
            kept_safe: Instant::now(),
            watcher,
            changed,
            autosave,
            studio,
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
        match self.start.session.take() {
            Some(path) => self.attempt(|w| w.take_up(&path)),
            None => {
                let first = self.start.scenario.clone();
                self.attempt(|w| w.load(&first));
            }
        }
        loop {
            let next = if self.is_running() {
                match commands.try_recv() {
                    Ok(c) => Some(c),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => break,
                }
            } else if self.watcher.is_some() {
                match commands.recv_timeout(WATCH_EVERY) {
                    Ok(c) => Some(c),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            } else {
                match commands.recv() {
                    Ok(c) => Some(c),
                    Err(_) => break,
                }
            };
            match next {
                Some(Command::Quit) => break,
                Some(command) => self.attempt(|w| w.obey(command)),
                None if self.is_running() => match self.early() {
                    Some(wait) => match commands.recv_timeout(wait) {
                        Ok(Command::Quit) | Err(RecvTimeoutError::Disconnected) => break,
                        Ok(command) => self.attempt(|w| w.obey(command)),
                        Err(RecvTimeoutError::Timeout) => {}
                    },
                    None => self.attempt(Self::tick),
                },
                None => {}
            }
            if self.changed.try_recv().is_ok() {
                // Editors write a file in several steps.
                std::thread::sleep(WATCH_EVERY);
                while self.changed.try_recv().is_ok() {}
                self.attempt(|w| w.obey(Command::Reload));
            }
        }
        self.autosave.remove();
        self.studio.end();
    }

    fn is_running(&self) -> bool {
        let left = |run: &Steered| !run.live().finished();
        self.playing && self.run.as_ref().is_some_and(left)
    }

    // How long to wait until the model may go on at the wished speed.
    fn early(&mut self) -> Option<Duration> {
        let run = self.run.as_ref()?;
        if !self.speed.is_finite() || self.catch_up.is_some() {
            return None;
        }
        let (wall, time) = self.paced_from;
        let due = (run.time() - time) / self.speed;
        let wait = due - wall.elapsed().as_secs_f64();
        if wait < -PATIENCE {
            self.paced_from = (Instant::now(), run.time());
        }
        (wait > 1e-3).then(|| Duration::from_secs_f64(wait.min(0.25)))
    }

    fn pace_from_here(&mut self) {
        let time = self.run.as_ref().map_or(0.0, Steered::time);
        self.paced_from = (Instant::now(), time);
        self.history.clear();
    }

    // An error is shown; the simulation stands still, the window lives on.
    fn attempt(&mut self, action: impl FnOnce(&mut Self) -> Result<(), Failed>) {
        if let Err(e) = action(self) {
            self.fail(&*e);
        }
        let running = self.is_running();
        self.wake(!running);
    }

    // Says something in passing.
    fn say(&mut self, news: News) {
        self.said += 1;
        let (said, line) = (self.said, self.line);
        self.start.shared.update(|s| {
            if let News::Refused(why) = &news {
                s.refuse(line, why);
            }
            s.news = Some((said, news));
        });
    }

    fn tick(&mut self) -> Result<(), Failed> {
        let Some(run) = &mut self.run else {
            return Ok(());
        };
        if run.scrubbed() {
            // A new branch: what was recorded later is no longer so.
            let time = run.time();
            self.start.shared.update(|s| publish::forget_rows(s, time));
        }
        let begun = Instant::now();
        let error = run.tick()?.map_or(0.0, |t| t.error);
        let milliseconds = 1e3 * begun.elapsed().as_secs_f64();
        self.ticks.push((milliseconds, error));
        let surplus = self.ticks.len().saturating_sub(publish::REMEMBERED_TICKS);
        self.ticks.drain(..surplus);
        let time = run.time();
        if self.catch_up.is_some_and(|until| time >= until - 1e-9) {
            self.catch_up = None;
            self.playing = false;
            self.pace_from_here();
        }
        if self.catch_up.is_some() {
            // Only the curves on the way; the picture at the end.
            return self.publish_row();
        }
        self.look_out()?;
        self.publish()?;
        self.keep_safe();
        Ok(())
    }

    fn look_out(&mut self) -> Result<(), Failed> {
        let (Some(run), Some(lookout)) = (&self.run, &mut self.lookout) else {
            return Ok(());
        };
        let scenario = run.scenario();
        let arms: Vec<usize> = (0..scenario.arms.len()).collect();
        let warnings = lookout.look(run.live().simulation(), scenario, &arms)?;
        if !warnings.is_empty() {
            self.say(News::Warning(warnings.join("\n")));
        }
        Ok(())
    }

    // What was done, for the case that the device or the program goes.
    fn keep_safe(&mut self) {
        if self.kept_safe.elapsed() >= SAFE_EVERY {
            self.keep_safe_now();
        }
    }

    fn keep_safe_now(&mut self) {
        self.kept_safe = Instant::now();
        if let Some(run) = &self.run {
            let text: Arc<str> = autosave::to_text(run).into();
            let lost = (!run.live().done().is_empty())
                .then(|| self.autosave.save(&text))
                .flatten();
            self.start.shared.update(|s| s.left = Some(text));
            if let Some(text) = lost {
                eprintln!("warning: {text}");
                self.say(News::Warning(text));
            }
        }
    }

    // A note with what may not be meant in the data of the present scenario.
    fn with_data_warnings(&self, note: Option<String>) -> Option<String> {
        let told = self.run.as_ref().map(|r| data_warnings(r.scenario()));
        let all: Vec<String> = note
            .into_iter()
            .chain(told.into_iter().flatten())
            .map(|line| visible(&line).into_owned())
            .collect();
        (!all.is_empty()).then(|| all.join(" "))
    }

    // Another simulation takes the place of the present one.
    fn put(&mut self, run: Steered, name: &str, note: Option<String>) -> Result<(), Failed> {
        let before = self.start.shared.get().name;
        if before != name {
            self.speed = first_speed(run.scenario());
        }
        name.clone_into(&mut self.wanted);
        self.lookout = Some(Lookout::later(run.scenario()));
        self.run = Some(run);
        self.probe = None;
        self.display = None;
        self.ticks.clear();
        self.playing = true;
        self.catch_up = None;
        let note = self.with_data_warnings(note);
        self.present(note)?;
        self.pace_from_here();
        self.publish()
    }
}
