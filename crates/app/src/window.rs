//! The real window: one device for the tissue, its picture and the panels.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use eframe::egui;
use eframe::egui_wgpu::{WgpuConfiguration, WgpuSetup, WgpuSetupCreateNew};
use warmfront_engine::{Files, Gpu};
use warmfront_model::Library;

use crate::app::{GalleryEntry, WarmfrontApp};
use crate::canvas;
use crate::command::Command;
use crate::state::Shared;
use crate::worker::{self, Start};

/// What the window needs.
pub struct Options {
    /// Shaders.
    pub files: Files,
    /// Models and scenarios.
    pub library: Library,
    /// First scenario, or a model.
    pub scenario: String,
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
        ..eframe::NativeOptions::default()
    };
    let create = move |context: &eframe::CreationContext<'_>| create(context, options);
    eframe::run_native("Warmfront", native, Box::new(create))
        .map_err(|e| WindowError(e.to_string()))
}

type Failed = Box<dyn std::error::Error + Send + Sync>;

fn create(
    context: &eframe::CreationContext<'_>,
    options: Options,
) -> Result<Box<dyn eframe::App>, Failed> {
    let state = context
        .wgpu_render_state
        .as_ref()
        .ok_or("the window has no wgpu device")?;
    let gpu = Gpu::on(&state.adapter, state.device.clone(), state.queue.clone())?.in_pieces();
    canvas::register(state)?;
    let software = gpu.report.software;
    let gallery = gallery(&options.library, &options.scenario);
    let shared = Shared::default();
    let egui = context.egui_ctx.clone();
    let commands = worker::spawn(Start {
        gpu,
        files: options.files,
        library: options.library,
        scenario: options.scenario,
        shared: shared.clone(),
        wake: Box::new(move || egui.request_repaint()),
    });
    let mut app = WarmfrontApp::new(shared, commands.clone(), gallery);
    // Nuclei cost a processor more than the tissue itself.
    app.canvas.texture = !software;
    Ok(Box::new(Window { app, commands }))
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
}

impl eframe::App for Window {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.app.show(ui);
    }

    fn on_exit(&mut self) {
        // A full queue ends with its sender.
        let _ = self.commands.try_send(Command::Quit);
    }
}
