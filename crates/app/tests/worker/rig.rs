//! The thread with everything around it, and waiting for what it shows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use warmfront_app::command::Command;
use warmfront_app::state::{Shared, Snapshot};
use warmfront_app::worker::{Start, spawn};
use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::Library;
/// Longer than anything here takes on a slow processor; a test that hangs fails by it.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Rig {
    pub gpu: Gpu,
    pub shared: Shared,
    commands: SyncSender<Command>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        // A thread that panicked has said so.
        let _ = self.commands.send(Command::Quit);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Rig {
    pub fn new(scenario: &str) -> Self {
        Self::with(Library::embedded(), None, scenario)
    }

    pub fn leaving(folder: &Path) -> Self {
        let mut start = start(Library::embedded(), None, "inflamed");
        start.autosave = Some(folder.join("sessions"));
        Self::of(start)
    }

    pub fn with(library: Library, folder: Option<PathBuf>, scenario: &str) -> Self {
        Self::of(start(library, folder, scenario))
    }

    pub fn of(start: Start) -> Self {
        let (gpu, shared) = (start.gpu.clone(), start.shared.clone());
        let (commands, thread) = spawn(start);
        Self {
            gpu,
            shared,
            commands,
            thread: Some(thread),
        }
    }

    pub fn send(&self, command: Command) {
        self.commands.send(command).expect("the thread lives");
    }

    /// The first snapshot of which `is` holds.
    pub fn wait(&self, what: &str, is: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let start = Instant::now();
        loop {
            let snapshot = self.shared.get();
            if is(&snapshot) {
                return snapshot;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "waited in vain for: {what}; {:?}",
                snapshot.fault
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn column(snapshot: &Snapshot, observable: &str, arm: usize) -> f64 {
        let scenario = snapshot.scenario.as_ref().expect("it is there");
        let found = scenario.model.observables.iter();
        let o = found.map(|o| o.id.as_str()).position(|id| id == observable);
        let row = snapshot.rows.last().expect("a row");
        row.values[arm][o.expect("the model has it")]
    }
}

pub fn start(library: Library, folder: Option<PathBuf>, scenario: &str) -> Start {
    let gpu = Gpu::new(&GpuOptions::default()).expect("an adapter");
    Start {
        gpu: gpu.in_pieces(),
        files: Files::embedded(),
        library,
        folder,
        scenario: scenario.to_owned(),
        session: None,
        autosave: None,
        shared: Shared::default(),
        wake: Arc::new(|| {}),
    }
}

pub fn temporary(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("warmfront-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    folder
}
