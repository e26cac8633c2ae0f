//! The real window: one device for the tissue, its picture and the panels.

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use eframe::egui;
use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use warmfront_engine::{Files, Gpu};
use warmfront_model::Library;

use crate::app::{GalleryEntry, Measure, Script, WarmfrontApp, ground};
use crate::canvas;
use crate::command::Command;
use crate::state::Shared;
use crate::store::Store;
use crate::thumbnails::Thumbnails;
use crate::worker::{self, Start};

/// The library that draws, as it stands in the places of its panics.
const DRAWING: &str = "egui-wgpu";

/// What the window needs.
#[derive(Clone)]
pub struct Options {
    /// Shaders.
    pub files: Files,
    /// Models and scenarios.
    pub library: Library,
    /// Folder of the models where they are on disk: it is watched.
    pub folder: Option<PathBuf>,
    /// First scenario, or a model.
    pub scenario: String,
    /// Goes on with this session instead: what a lost device left ([`Remains::session`]).
    pub resume: Option<PathBuf>,
    /// Commands that come by themselves, one JSON object per line (see [`Script`]); the window closes
    /// after the last. With a script nothing is remembered from one start to the next.
    pub script: Option<PathBuf>,
    /// Measures for so many seconds twice how smooth the window is while the simulation runs as fast as it
    /// can, and closes; the report has the result.
    pub measure: Option<f64>,
    /// Where to write, at the end, how fast the window was (see [`Report`](crate::app::Report)).
    pub report: Option<PathBuf>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    /// No display, no device, or a device that cannot run the kernels.
    #[error(
        "the window could not be opened: {0}\n  help: `warmfront doctor` shows the adapters; `warmfront run` works without a window"
    )]
    NotOpened(String),
    /// A script that cannot be read.
    #[error("{0}")]
    Script(String),
    /// A report that cannot be written.
    #[error("the report {path} cannot be written: {why}", path = .0.display(), why = .1)]
    Report(PathBuf, std::io::Error),
}

/// How a window ended.
#[derive(Debug)]
pub enum Ended {
    /// It was closed.
    Closed,
    /// Its device was lost. A window cannot go on in the same process: its event loop is gone with it.
    Lost(Remains),
}

/// What another process needs to go on where a device was lost.
#[derive(Debug, Default)]
pub struct Remains {
    /// A session as [`Options::resume`] reads it; none: nothing had run yet.
    pub session: Option<String>,
    /// What is left of the script, from now on.
    pub script: Option<String>,
}

/// Opens the window and runs until it is closed, or until its device is lost.
///
/// # Errors
/// [`WindowError`].
pub fn run(options: Options) -> Result<Ended, WindowError> {
    let started = Instant::now();
    let script = options.script.as_deref().map(Script::read).transpose();
    let script = script.map_err(WindowError::Script)?;
    let shared = Shared::default();
    let rest = Arc::new(Mutex::new(Rest::default()));
    let opening = Opening { started, script };
    let lost = open(options, opening, &shared, &rest)?;
    let rest = rest.lock().map(|mut r| std::mem::take(&mut *r));
    let rest = rest.unwrap_or_default();
    if let Some(trouble) = rest.trouble {
        return Err(trouble);
    }
    if !lost {
        return Ok(Ended::Closed);
    }
    let left = shared.get().left;
    let elapsed = started.elapsed().as_secs_f64();
    Ok(Ended::Lost(Remains {
        session: left.map(|l| l.to_string()),
        script: rest.script.map(|s| s.rest(elapsed)),
    }))
}

/// What the window begins with.
struct Opening {
    started: Instant,
    script: Option<Script>,
}

/// What a window leaves when it closes.
#[derive(Default)]
struct Rest {
    script: Option<Script>,
    trouble: Option<WindowError>,
}

// Whether the device was lost.
fn open(
    options: Options,
    opening: Opening,
    shared: &Shared,
    rest: &Arc<Mutex<Rest>>,
) -> Result<bool, WindowError> {
    let setup = WgpuSetupCreateNew {
        device_descriptor: Arc::new(Gpu::descriptor),
        ..WgpuSetupCreateNew::without_display_handle()
    };
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Warmfront")
            .with_app_id("warmfront")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([800.0, 560.0]),
        wgpu_options: WgpuConfiguration {
            wgpu_setup: WgpuSetup::CreateNew(setup),
            ..WgpuConfiguration::default()
        },
        // There are no gradients to hide steps in, and a processor that draws pays for it at every pixel.
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    let (shared_here, shared) = (shared.clone(), shared.clone());
    let rest = rest.clone();
    let create = move |context: &eframe::CreationContext<'_>| {
        let mut window = create(context, options, opening, shared)?;
        window.rest = rest;
        Ok(Box::new(window) as Box<dyn eframe::App>)
    };
    let run = || eframe::run_native("Warmfront", native, Box::new(create));
    match unless_lost(run) {
        Some(ended) => {
            ended.map_err(|e| WindowError::NotOpened(e.to_string()))?;
            Ok(shared_here.get().lost)
        }
        None => Ok(true),
    }
}

// The library that draws panics where a lost device gives it no memory. None: it did; that is no defect of
// ours to report, and the window is opened anew. Any other panic goes its way.
fn unless_lost<T>(run: impl FnOnce() -> T) -> Option<T> {
    let drawing = Arc::new(AtomicBool::new(false));
    let (noted, before) = (drawing.clone(), Arc::new(panic::take_hook()));
    let said = before.clone();
    panic::set_hook(Box::new(move |info| {
        if info.location().is_some_and(|l| l.file().contains(DRAWING)) {
            noted.store(true, Ordering::Relaxed);
        } else {
            said(info);
        }
    }));
    let ended = panic::catch_unwind(AssertUnwindSafe(run));
    drop(panic::take_hook());
    panic::set_hook(Box::new(move |info| before(info)));
    match ended {
        Ok(value) => Some(value),
        Err(_) if drawing.load(Ordering::Relaxed) => None,
        Err(other) => panic::resume_unwind(other),
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn create(
    context: &eframe::CreationContext<'_>,
    options: Options,
    opening: Opening,
    shared: Shared,
) -> Result<Window, Failed> {
    let state = context
        .wgpu_render_state
        .as_ref()
        .ok_or("the window has no wgpu device")?;
    let gpu = Gpu::on(&state.adapter, state.device.clone(), state.queue.clone())?.in_pieces();
    canvas::register(state)?;
    let software = gpu.report.software;
    let gallery = gallery(&options.library, &options.scenario);
    let library = options.library.clone();
    let watched = options.folder.is_some();
    // A run without hands leaves nothing behind.
    let by_itself = options.script.is_some() || options.measure.is_some();
    let autosave = (!by_itself).then(autosave_folder).flatten();
    let egui = context.egui_ctx.clone();
    let (commands, thread) = worker::spawn(Start {
        gpu,
        files: options.files,
        library: options.library,
        folder: options.folder,
        scenario: options.scenario,
        session: options.resume,
        autosave,
        shared: shared.clone(),
        wake: Arc::new(move || egui.request_repaint()),
    });
    let names = gallery.iter().map(|g| g.name.clone()).collect();
    let mut app = WarmfrontApp::new(shared, commands.clone(), gallery);
    app.illustrate(Thumbnails::start(&context.egui_ctx, library, names));
    if !by_itself {
        let (store, saved, trouble) = Store::of_user();
        app.remember(&context.egui_ctx, store, saved, trouble);
    }
    // Nuclei cost a processor several times what the rest of the picture does; they can be switched on.
    app.canvas.texture = !software;
    app.canvas.sparing = software;
    app.desk.equations.watched = watched;
    if let Some(seconds) = options.measure {
        app.measure = Some(Measure::new(seconds));
        app.desk.outbox.send(Command::Speed(f64::INFINITY));
    }
    app.started(opening.started);
    app.script = opening.script;
    Ok(Window {
        app,
        commands,
        rest: Arc::default(),
        thread: Some(thread),
        report: options.report,
    })
}

// Where an interrupted session leaves what was done; none where the user has no folders.
fn autosave_folder() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "warmfront")?;
    Some(
        dirs.state_dir()
            .unwrap_or(dirs.data_local_dir())
            .join("autosave"),
    )
}

/// Every scenario of every model that can be read; those of the model `first` come first.
pub fn gallery(library: &Library, first: &str) -> Vec<GalleryEntry> {
    let mut models = library.models();
    models.sort_by_key(|id| id != first);
    let models = models.iter().filter_map(|id| library.model(id).ok());
    let names = models.flat_map(|m| library.scenarios(&m));
    names
        .filter_map(|name| {
            let scenario = library.scenario(&name).ok()?;
            Some(GalleryEntry {
                name,
                label: scenario.label,
                description: scenario.description,
                expected: scenario.expected,
                caveat: scenario.caveat,
            })
        })
        .collect()
}

struct Window {
    app: WarmfrontApp,
    commands: SyncSender<Command>,
    rest: Arc<Mutex<Rest>>,
    thread: Option<JoinHandle<()>>,
    report: Option<PathBuf>,
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.app.show(ui);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        ground(visuals.dark_mode).to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        self.end();
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.end();
    }
}

impl Window {
    fn end(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.app.keep();
        let mut rest = Rest {
            script: self.app.script.take(),
            trouble: None,
        };
        if let Some(path) = &self.report {
            let text = match self.app.smoothness() {
                Some(measured) => serde_json::to_string_pretty(&measured),
                None => serde_json::to_string_pretty(&self.app.report()),
            }
            .unwrap_or_default();
            if let Err(e) = std::fs::write(path, text) {
                rest.trouble = Some(WindowError::Report(path.clone(), e));
            }
        }
        if let Ok(mut left) = self.rest.lock() {
            *left = rest;
        }
        // The thread takes commands between two ticks, so neither waits long; one that panicked is gone.
        let waiting = self.app.desk.outbox.take_waiting();
        for command in waiting.into_iter().chain([Command::Quit]) {
            let _ = self.commands.send(command);
        }
        let _ = thread.join();
    }
}
