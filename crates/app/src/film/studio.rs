//! Makes films beside the simulation: a thread and a device of its own, one film at a time.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Scenario, counted};
use warmfront_session::film::{FilmProgress, FilmReport, FilmSpec, make};
use warmfront_session::{Finish, SessionError, clock, file_size};

use crate::state::{News, Shared};

/// How often the window is asked for a frame that shows progress.
const TOLD: Duration = Duration::from_millis(250);
/// How long a closing window waits for a film to be finished.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the window is shown of films.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filming {
    /// The film that is being made.
    pub making: Option<Making>,
    /// Orders that were answered: begun or refused.
    pub orders: u64,
    /// How the last film ended, with a rising number.
    pub ended: Option<(u64, News)>,
}

/// A film that is being made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Making {
    /// Its file.
    pub path: PathBuf,
    /// How far it is.
    pub progress: FilmProgress,
    /// It was cancelled, and is being finished.
    pub cancelled: bool,
}

/// See the [module](self).
pub struct Studio {
    shared: Shared,
    wake: Arc<dyn Fn() + Send + Sync>,
    running: Option<Running>,
}

struct Running {
    cancel: Arc<AtomicBool>,
    path: PathBuf,
    // Of the script that asked for it.
    line: Option<usize>,
    thread: JoinHandle<()>,
}

impl Studio {
    /// An idle one.
    pub fn new(shared: Shared, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self {
            shared,
            wake,
            running: None,
        }
    }

    /// Whether another film may begin.
    ///
    /// # Errors
    /// In words: one is being made.
    pub fn is_free(&self) -> Result<(), String> {
        match self.running.as_ref().filter(|r| !r.thread.is_finished()) {
            None => Ok(()),
            Some(running) => Err(format!(
                "One film at a time: {} is being made. Wait for it, or cancel it.",
                running.path.display()
            )),
        }
    }

    /// Begins a film on a device of the adapter with this name; `line`: of the script that asked for it.
    ///
    /// # Errors
    /// In words: another one is being made, or there is no thread.
    pub fn start(
        &mut self,
        adapter: &str,
        files: Files,
        scenario: Scenario,
        spec: FilmSpec,
        line: Option<usize>,
    ) -> Result<(), String> {
        self.is_free()?;
        let cancel = Arc::new(AtomicBool::new(false));
        let path = spec.target.path.clone();
        let begun = Making {
            path: path.clone(),
            ..Making::default()
        };
        self.shared.update(|s| s.film.making = Some(begun));
        let (shared, wake, flag) = (self.shared.clone(), self.wake.clone(), cancel.clone());
        let options = GpuOptions {
            adapter: Some(adapter.to_owned()),
        };
        let work = move || {
            let told = Told {
                shared: &shared,
                wake: &*wake,
            };
            let report = told.make(&options, files, &scenario, &spec, &flag);
            let news = match report {
                Ok(report) => ended(&report, &spec, &scenario),
                Err(e) => News::Refused(format!("There is no film: {e}")),
            };
            shared.update(|s| {
                if let News::Refused(why) = &news {
                    s.refuse(line, why);
                }
                let number = s.film.ended.as_ref().map_or(0, |(n, _)| *n) + 1;
                s.film.making = None;
                s.film.ended = Some((number, news));
            });
            wake();
        };
        let thread = std::thread::Builder::new().name("film".to_owned());
        match thread.spawn(work) {
            Ok(thread) => {
                self.running = Some(Running {
                    cancel,
                    path,
                    line,
                    thread,
                });
                Ok(())
            }
            Err(e) => {
                self.shared.update(|s| s.film.making = None);
                Err(format!(
                    "There is no film: no thread could be started ({e})."
                ))
            }
        }
    }

    /// Ends the film with the frames that it has.
    pub fn cancel(&self) {
        if let Some(running) = &self.running {
            running.cancel.store(true, Ordering::Relaxed);
            self.shared.update(|s| {
                if let Some(making) = &mut s.film.making {
                    making.cancelled = true;
                }
            });
        }
    }

    /// The window closes: cancels, and waits for the file to be finished, but not for long. What is not
    /// finished then stays beside its target, as far as it goes.
    pub fn end(&mut self) {
        let Some(running) = &self.running else {
            return;
        };
        if !(running.thread.is_finished() || running.cancel.load(Ordering::Relaxed)) {
            let path = running.path.display();
            let why =
                format!("The film {path} was cut short: the window closed before it was made.");
            let line = running.line;
            self.shared.update(|s| s.refuse(line, &why));
        }
        self.cancel();
        let Some(running) = self.running.take() else {
            return;
        };
        let begun = Instant::now();
        while !running.thread.is_finished() {
            if begun.elapsed() > PATIENCE {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // A thread that panicked has said so.
        let _ = running.thread.join();
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        self.end();
    }
}

struct Told<'a> {
    shared: &'a Shared,
    wake: &'a (dyn Fn() + Send + Sync),
}

impl Told<'_> {
    fn make(
        &self,
        options: &GpuOptions,
        files: Files,
        scenario: &Scenario,
        spec: &FilmSpec,
        cancel: &AtomicBool,
    ) -> Result<FilmReport, SessionError> {
        let gpu = Gpu::new(options)?;
        let mut last: Option<Instant> = None;
        make(&gpu, files, scenario, spec, cancel, &mut |progress| {
            self.shared.update(|s| {
                if let Some(making) = &mut s.film.making {
                    making.progress = *progress;
                }
            });
            if progress.finishing || last.is_none_or(|l| l.elapsed() >= TOLD) {
                last = Some(Instant::now());
                (self.wake)();
            }
        })
    }
}

// How a film ended, in words.
fn ended(report: &FilmReport, spec: &FilmSpec, scenario: &Scenario) -> News {
    let path = std::path::absolute(&spec.target.path);
    let path = path.as_ref().unwrap_or(&spec.target.path).display();
    let there = match &report.file {
        Some(file) => format!(
            "{path} has the first {} of {}, up to {}.",
            file.frames,
            counted(report.planned, "frame"),
            clock(&scenario.model, (report.time * 100.0).round() / 100.0)
        ),
        None => "No frame was finished, and nothing was written.".to_owned(),
    };
    match (&report.finish, &report.file) {
        (Finish::Complete, Some(file)) => {
            let mut text = format!(
                "The film is in {path}: {}, {:.1} s, {}; made in {:.0} s.",
                counted(file.frames, "frame"),
                report.seconds(),
                file_size(file.bytes as f64),
                report.wall.as_secs_f64().ceil()
            );
            for note in &file.notes {
                text.push_str(&format!(" {note}."));
            }
            News::Done(text)
        }
        (Finish::Complete, None) | (Finish::Unfinished, _) => {
            News::Refused(format!("The film ended early. {there}"))
        }
        (Finish::Cancelled, _) => News::Done(format!("The film was cancelled. {there}")),
        (Finish::Failed(e), _) => News::Refused(format!("The film failed: {e}\n{there}")),
    }
}
