//! The real window: one device for the tissue, its picture and the panels.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
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
use crate::worker::{self, Left, Start};

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
    /// Commands that come by themselves, one JSON object per line (see [`Script`]); the window closes
    /// after the last. With a script nothing is remembered from one start to the next.
    pub script: Option<PathBuf>,
    /// Measures for so many seconds twice how smooth the window is while the simulation runs as fast as it
    /// can, and closes; the report has the result.
    pub measure: Option<f64>,
    /// Where to write, at the end, how fast the window was (see [`Report`](crate::app::Report)).
    pub report: Option<PathBuf>,
}

/// No window, no device, or a device that cannot run the kernels.
#[derive(Debug, thiserror::Error)]
#[error(
    "the window could not be opened: {0}\n  help: `warmfront doctor` shows the adapters; `warmfront run` works without a window"
)]
pub struct WindowError(String);

/// Opens the window and runs until it is closed.
///
/// # Errors
/// [`WindowError`].
pub fn run(options: Options) -> Result<(), WindowError> {
    let started = Instant::now();
    let script = options.script.as_deref().map(Script::read).transpose();
    let script = script.map_err(WindowError)?;
    let mut opening = Opening {
        started,
        script,
        resume: None,
    };
    // A window whose device was lost is opened anew, and goes on where it was.
    loop {
        let shared = Shared::default();
        open(&options, opening, &shared)?;
        let last = shared.get();
        if !last.lost {
            return Ok(());
        }
        opening = Opening {
            started: Instant::now(),
            script: None,
            resume: last.left.as_deref().cloned(),
        };
    }
}

/// What one opening of the window begins with.
struct Opening {
    started: Instant,
    script: Option<Script>,
    resume: Option<Left>,
}

fn open(options: &Options, opening: Opening, shared: &Shared) -> Result<(), WindowError> {
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
    let (options, shared) = (options.clone(), shared.clone());
    let create = move |context: &eframe::CreationContext<'_>| {
        let window = create(context, options, opening, shared)?;
        Ok(Box::new(window) as Box<dyn eframe::App>)
    };
    eframe::run_native("Warmfront", native, Box::new(create))
        .map_err(|e| WindowError(e.to_string()))
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
        resume: opening.resume,
        autosave,
        shared: shared.clone(),
        wake: Box::new(move || egui.request_repaint()),
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
        self.app.keep();
        if let Some(path) = &self.report {
            let text = match self.app.smoothness() {
                Some(measured) => serde_json::to_string_pretty(&measured),
                None => serde_json::to_string_pretty(&self.app.report()),
            }
            .unwrap_or_default();
            if let Err(e) = std::fs::write(path, text) {
                eprintln!("cannot write the report {}: {e}", path.display());
            }
        }
        // The thread takes commands between two ticks, so neither waits long; one that panicked is gone.
        let _ = self.commands.send(Command::Quit);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
