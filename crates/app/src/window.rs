//! The real window: one device for the tissue, its picture and the panels.
//!
//! # A lost device
//! The library that draws does not survive it: it panics somewhere between two of its calls, and dropping
//! what it holds may panic again. So nothing is dropped. From the frame that sees the loss, or from the hook
//! of the panic if that comes first, the simulation's thread is ended, and another process goes on with
//! what it leaves ([`Remains`]).

use std::panic::{self, PanicHookInfo};
use std::path::PathBuf;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use eframe::egui;
use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use warmfront_engine::{Files, Gpu};
use warmfront_model::Library;

use crate::app::{GalleryEntry, Measure, Script, WarmfrontApp, ground};
use crate::canvas;
use crate::command::Command;
use crate::homes::{self, Use};
use crate::screen;
use crate::state::Shared;
use crate::store::Store;
use crate::thumbnails::Thumbnails;
use crate::worker::{self, Start};

/// The libraries that draw, as they stand in the places of their panics: the first has no other reason for
/// one than a lost device, the others have.
const DRAWING: &str = "egui-wgpu";
const DEVICE: &str = "wgpu";

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
    /// Wishes of a script that were refused or failed; each was told on standard error when it happened.
    #[error("{0}")]
    Unmet(String),
    /// A report that cannot be written.
    #[error("the report {path} cannot be written: {why}", path = .0.display(), why = .1)]
    Report(PathBuf, std::io::Error),
}

/// What another process needs to go on where a device was lost.
#[derive(Debug, Default)]
pub struct Remains {
    /// A session as [`Options::resume`] reads it; none: nothing had run yet.
    pub session: Option<String>,
    /// What is left of the script, from now on.
    pub script: Option<String>,
}

/// Goes on in another process, and gives its exit code if this one is still there then.
pub type GoOn = Box<dyn Fn(Remains) -> u8 + Send + Sync>;

/// Opens the window and runs until it is closed. If its device is lost, `go_on` gets what is left, and this
/// process ends with the code that it gives.
///
/// # Errors
/// [`WindowError`].
pub fn run(options: Options, go_on: GoOn) -> Result<(), WindowError> {
    let started = Instant::now();
    let script = options.script.as_deref().map(Script::read).transpose();
    let script = script.map_err(WindowError::Script)?;
    let leaving = Arc::new(Leaving {
        shared: Shared::default(),
        inner: Mutex::default(),
        started,
        go_on,
    });
    let hook = LossHook::set(leaving.clone());
    let opened = open(options, Opening { started, script }, &leaving);
    drop(hook);
    opened?;
    match leaving.inner().and_then(|i| lock(&i).trouble.take()) {
        Some(trouble) => Err(trouble),
        None => Ok(()),
    }
}

/// Picture of the window in lists of windows.
const ICON: &[u8] = include_bytes!("../../../assets/package/icons/128.png");

/// What the window begins with.
struct Opening {
    started: Instant,
    script: Option<Script>,
}

fn open(options: Options, opening: Opening, leaving: &Arc<Leaving>) -> Result<(), WindowError> {
    let setup = WgpuSetupCreateNew {
        device_descriptor: Arc::new(Gpu::descriptor),
        ..WgpuSetupCreateNew::without_display_handle()
    };
    let icon = eframe::icon_data::from_png_bytes(ICON).unwrap_or_default();
    let native = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Warmfront")
            .with_app_id("warmfront")
            .with_icon(icon)
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
    let leaving = leaving.clone();
    let create = move |context: &eframe::CreationContext<'_>| {
        let inner = create(context, options, opening, leaving.shared.clone())?;
        let inner = Arc::new(Mutex::new(inner));
        *lock(&leaving.inner) = Some(inner.clone());
        Ok(Box::new(Window { inner, leaving }) as Box<dyn eframe::App>)
    };
    eframe::run_native("Warmfront", native, Box::new(create))
        .map_err(|e| WindowError::NotOpened(screen::why(&e)))
}

// What is behind a lock, even if its holder panicked: what a window leaves is better than nothing.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The way out when the device is lost. See the [module](self).
struct Leaving {
    shared: Shared,
    /// The window, once there is one.
    inner: Mutex<Option<Arc<Mutex<Inner>>>>,
    started: Instant,
    go_on: GoOn,
}

impl Leaving {
    fn inner(&self) -> Option<Arc<Mutex<Inner>>> {
        lock(&self.inner).clone()
    }

    /// Ends this process and lets another one go on; comes back only if the window is in the middle of a
    /// change, or not there yet.
    fn now(&self) {
        let Some(window) = self.inner() else { return };
        let Ok(mut inner) = window.try_lock() else {
            return;
        };
        inner.end(true);
        let left = self.shared.get().left;
        let elapsed = self.started.elapsed().as_secs_f64();
        let code = (self.go_on)(Remains {
            session: left.map(|l| l.to_string()),
            script: inner.app.script.take().map(|s| s.rest(elapsed)),
        });
        std::process::exit(code.into());
    }
}

type Hook = Arc<dyn Fn(&PanicHookInfo<'_>) + Send + Sync>;

/// Leaves where a panic of this thread shows that the device is lost; other panics go their way, and all do
/// once this is dropped.
struct LossHook(Hook);

impl LossHook {
    fn set(leaving: Arc<Leaving>) -> Self {
        let before: Hook = Arc::from(panic::take_hook());
        let (others, own) = (before.clone(), std::thread::current().id());
        panic::set_hook(Box::new(move |info| {
            let file = info.location().map_or("", |l| l.file());
            let lost =
                file.contains(DRAWING) || (file.contains(DEVICE) && leaving.shared.get().lost);
            if lost && std::thread::current().id() == own {
                leaving.now();
            }
            others(info);
        }));
        Self(before)
    }
}

impl Drop for LossHook {
    fn drop(&mut self) {
        // A hook cannot be changed while its thread panics; the process ends anyway then.
        if !std::thread::panicking() {
            let before = self.0.clone();
            panic::set_hook(Box::new(move |info| before(info)));
        }
    }
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn create(
    context: &eframe::CreationContext<'_>,
    options: Options,
    opening: Opening,
    shared: Shared,
) -> Result<Inner, Failed> {
    let state = context
        .wgpu_render_state
        .as_ref()
        .ok_or("the window has no wgpu device")?;
    let (told, egui) = (shared.clone(), context.egui_ctx.clone());
    let gpu = Gpu::on(&state.adapter, state.device.clone(), state.queue.clone())?
        .in_pieces()
        .telling(move |compiling| {
            told.update(|s| s.compiling = Some(compiling).filter(|c| c.done < c.of));
            egui.request_repaint();
        });
    canvas::register(state)?;
    let software = gpu.report.software;
    let gallery = gallery(&options.library, &options.scenario);
    let library = options.library.clone();
    let watched = options.folder.is_some();
    // A run without hands leaves nothing behind.
    let by_itself = options.script.is_some() || options.measure.is_some();
    let uses: &[Use] = if by_itself {
        &[Use::Shaders]
    } else {
        &Use::ALL
    };
    let lost = homes::lost(uses);
    let usable = |of: Use| !by_itself && lost.iter().all(|l| l.of != of);
    let autosave = usable(Use::Session)
        .then(|| Use::Session.folder())
        .flatten();
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
        let (mut store, saved, trouble) = Store::of_user();
        if !usable(Use::Settings) {
            store.keep_nothing();
        }
        app.remember(&context.egui_ctx, store, saved, trouble);
    }
    if let Some(text) = homes::message(&lost) {
        app.warn(text, 0.0);
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
    Ok(Inner {
        app,
        commands,
        thread: Some(thread),
        report: options.report,
        trouble: None,
    })
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
    inner: Arc<Mutex<Inner>>,
    leaving: Arc<Leaving>,
}

/// What the window shows, and the thread behind it.
struct Inner {
    app: WarmfrontApp,
    commands: SyncSender<Command>,
    thread: Option<JoinHandle<()>>,
    report: Option<PathBuf>,
    /// What went wrong at the end.
    trouble: Option<WindowError>,
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        lock(&self.inner).app.show(ui);
        if self.leaving.shared.get().lost {
            self.leaving.now();
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        ground(visuals.dark_mode).to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        lock(&self.inner).end(false);
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        lock(&self.inner).end(false);
    }
}

impl Inner {
    /// Keeps what is to be remembered, and ends the simulation's thread. `lost`: with the device, and another
    /// process goes on.
    fn end(&mut self, lost: bool) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        self.app.keep();
        // The thread takes commands between two ticks, so neither waits long; one that panicked is gone.
        let waiting = self.app.desk.outbox.take_waiting();
        for command in waiting.into_iter().chain([Command::Quit]) {
            let _ = self.commands.send(command);
        }
        let sound = thread.join().is_ok();
        self.app.close_script(sound, lost);
        self.trouble = self
            .app
            .script
            .as_ref()
            .and_then(Script::verdict)
            .map(WindowError::Unmet);
        if let Err(e) = self.write_report() {
            // What went wrong with the script was said line by line already.
            self.trouble = Some(e);
        }
    }

    fn write_report(&self) -> Result<(), WindowError> {
        let Some(path) = &self.report else {
            return Ok(());
        };
        let text = match self.app.smoothness() {
            Some(measured) => serde_json::to_string_pretty(&measured),
            None => serde_json::to_string_pretty(&self.app.report()),
        };
        let text = text.map_err(std::io::Error::from);
        text.and_then(|text| std::fs::write(path, text))
            .map_err(|e| WindowError::Report(path.clone(), e))
    }
}
