//! What the worker shows to the window.

use std::sync::{Arc, Mutex};

use warmfront_engine::StateLayout;
use warmfront_model::Scenario;
use warmfront_session::Row;

/// The state of all arms on the device, as the last tick left it.
#[derive(Debug, Clone)]
pub struct Display {
    /// Only whole states are copied here.
    pub buffer: wgpu::Buffer,
    /// Where a field of an arm stands in it.
    pub layout: StateLayout,
}

/// A change of dose that the user made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// Model time.
    pub time: f64,
    /// Drug of the model.
    pub drug: usize,
    /// New multiple of its dose.
    pub multiple: f64,
}

/// What the solver says of itself, for the status bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    /// Accepted ticks since the start.
    pub ticks: u64,
    /// Ticks per second of wall time, over the last second or so.
    pub ticks_per_second: f64,
    /// Days (model time units) per second, likewise.
    pub time_per_second: f64,
    /// Largest relative residual of any linear solve.
    pub residual: f64,
    /// Smallest value of any field relative to its scale.
    pub smallest: f64,
    /// Ticks taken back.
    pub rejected: u64,
    /// Device memory of the simulation, bytes.
    pub memory: u64,
}

/// All that there is to show. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// The scenario that runs; none while the first is set up.
    pub scenario: Option<Arc<Scenario>>,
    /// Library name of the scenario.
    pub name: String,
    /// The tissue.
    pub display: Option<Display>,
    /// By field of the model: its largest value in any arm so far.
    pub largest: Vec<f64>,
    /// Present model time.
    pub time: f64,
    /// Whether the clock runs.
    pub playing: bool,
    /// The end of the scenario is reached.
    pub finished: bool,
    /// Wished model time units per second.
    pub speed: f64,
    /// Time series so far, all arms, oldest first.
    pub rows: Arc<Vec<Row>>,
    /// Present multiple of each drug.
    pub multiples: Vec<f64>,
    /// What the user changed.
    pub marks: Vec<Mark>,
    /// Numbers of trust and speed.
    pub health: Health,
    /// Adapter, and that it is software where it is.
    pub adapter: String,
    /// Said once: a smaller grid on a software adapter.
    pub note: Option<String>,
    /// What went wrong, in full sentences; the simulation stands still then.
    pub error: Option<String>,
}

/// The newest [`Snapshot`], shared between the worker and the window.
#[derive(Debug, Clone, Default)]
pub struct Shared(Arc<Mutex<Snapshot>>);

impl Shared {
    /// A copy of the newest snapshot.
    pub fn get(&self) -> Snapshot {
        // A poisoned lock holds the last whole snapshot all the same.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Changes it in place.
    pub fn update(&self, change: impl FnOnce(&mut Snapshot)) {
        change(
            &mut self
                .0
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        );
    }
}
