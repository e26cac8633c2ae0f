//! What the worker shows to the window.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use warmfront_engine::{Compiling, StateLayout};
use warmfront_model::{Local, Regimen, Scenario};
use warmfront_session::Row;

use crate::command::{Command, Inspect};
use crate::film::Filming;

/// The state of all arms on the device, as the last tick left it.
#[derive(Debug, Clone)]
pub struct Display {
    /// Only whole states are copied here: one block per field and arm, then one per arm for the derived
    /// map (place `layout.place.len()`).
    pub buffer: wgpu::Buffer,
    /// Where a field of an arm stands in it.
    pub layout: StateLayout,
}

/// Something that was done to the tissue, marked on the time axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Model time.
    pub time: f64,
    /// What it was, in a few words: `MEK inhibitor 2 ×`.
    pub text: String,
    /// Drug of the model, for its colour; none: not a dose.
    pub drug: Option<usize>,
}

/// Values of every [`Local`] at the places of [`Inspect`], in the order of `Model::locals`, as of the
/// moment shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inspected {
    /// What was asked for.
    pub wanted: Inspect,
    /// By arm, then local quantity; empty where nothing is hovered.
    pub hover: Vec<Vec<f32>>,
    /// By arm, then local quantity; empty where nothing is pinned.
    pub pinned: Vec<Vec<f32>>,
    /// Distance from the first end, length unit; one point after the other.
    pub distance: Vec<f64>,
    /// By arm, then point, then local quantity; empty without a line.
    pub line: Vec<Vec<Vec<f32>>>,
}

/// The map of one local quantity that stands behind the fields in [`Display::buffer`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Derived {
    /// Which.
    pub local: Local,
    /// Least and greatest finite value in any arm at the moment shown.
    pub range: [f32; 2],
}

/// Kept moments and what can be taken back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Timeline {
    /// Model times of the kept moments of this branch, rising.
    pub kept: Arc<Vec<f64>>,
    /// Time of the newest moment.
    pub newest: f64,
    /// The moment shown is an older one.
    pub scrubbed: bool,
    /// Bytes that the kept moments take, and may take.
    pub bytes: [u64; 2],
    /// What undo would take back, in words.
    pub undo: Option<String>,
    /// What redo would do again, in words.
    pub redo: Option<String>,
}

/// A way out of a fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedy {
    /// What the button says.
    pub label: String,
    /// What it does.
    pub command: Command,
}

/// What went wrong; the simulation stands still then.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Fault {
    /// In full sentences.
    pub message: String,
    /// Arm and position where it began, length unit.
    pub place: Option<(usize, [f64; 3])>,
    /// What can be done about it.
    pub remedies: Vec<Remedy>,
}

/// Estimated relative error of one step that is allowed.
pub const ALLOWED_ERROR: f64 = 0.05;

/// What the solver says of itself, for the status bar.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    /// Accepted ticks since the start.
    pub ticks: u64,
    /// Ticks per second of wall time, over the last second or so.
    pub ticks_per_second: f64,
    /// Days (model time units) per second, likewise.
    pub time_per_second: f64,
    /// Largest error that a linear solve left in a field, relative to the change of a stage.
    pub residual: f64,
    /// Smallest value of any field relative to its scale.
    pub smallest: f64,
    /// Ticks taken back.
    pub rejected: u64,
    /// Device memory of the simulation, bytes.
    pub memory: u64,
    /// Wall time of a tick, milliseconds, over the last second or so.
    pub tick_milliseconds: f64,
    /// What a tick makes or loses beyond its processes and its walls, relative to the turnover of the field; mean over all
    /// ticks, worst field.
    pub mass_residual: f64,
    /// Estimated relative error of one step, the worst field of the last ticks.
    pub time_error: f64,
    /// [`ALLOWED_ERROR`] over that; below 1 the step is too long.
    pub step_margin: f64,
}

/// A short message for a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Something was done.
    Done(String),
    /// Something that goes on, but that the user should know: numbers that may not mean what they seem to, work
    /// that cannot be kept safe.
    Warning(String),
    /// Something was refused, and why; everything else goes on.
    Refused(String),
}

/// Something that was refused, or that failed later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Line of the script that asked for it; none: no line is known.
    pub line: Option<usize>,
    /// Why, in words.
    pub why: String,
}

/// What the simulation's thread tells of the commands that it was sent. [`Snapshot::news`] holds the newest
/// message alone; here none is lost, for scripts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answers {
    /// Lines of the script ([`Command::Scripted`]) that were obeyed or refused.
    pub lines: Arc<BTreeSet<usize>>,
    /// Everything that was refused or failed, in the order in which it happened.
    pub refused: Arc<Vec<Refusal>>,
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
    /// Level at which each drug is held; none: it is not.
    pub holds: Vec<Option<f64>>,
    /// Present regimens by arm, then drug.
    pub regimens: Vec<Vec<Regimen>>,
    /// Present parameters by arm, in model order.
    pub parameters: Arc<Vec<Vec<f64>>>,
    /// Processes that are switched off.
    pub off: Vec<bool>,
    /// By arm, then drug: times of the doses given so far, rising; empty: as the regimens say.
    pub given: Arc<Vec<Vec<Vec<f64>>>>,
    /// What was done, in time order.
    pub marks: Arc<Vec<Mark>>,
    /// History, undo and redo.
    pub timeline: Timeline,
    /// Values at chosen places.
    pub inspected: Arc<Inspected>,
    /// The derived map that stands in the display buffer.
    pub derived: Option<Derived>,
    /// Raised whenever the display buffer or what stands in it changed.
    pub version: u64,
    /// Answer to [`Command::Share`]: the text, raised number.
    pub shared_text: Option<(u64, Arc<str>)>,
    /// Passing news (saved, reloaded, refused) with a rising number; the window shows each once.
    pub news: Option<(u64, News)>,
    /// What became of commands.
    pub answers: Answers,
    /// Films on their way.
    pub film: Filming,
    /// What an interrupted session left, in words; ask whether to take it up.
    pub recoverable: Option<String>,
    /// Numbers of trust and speed.
    pub health: Health,
    /// Adapter, and that it is software where it is.
    pub adapter: String,
    /// Said once: a smaller grid on a software adapter.
    pub note: Option<String>,
    /// How far a simulation is compiled that is being set up.
    pub compiling: Option<Compiling>,
    /// What went wrong.
    pub fault: Option<Fault>,
    /// The device is gone: the window is to be opened anew, with [`Snapshot::left`].
    pub lost: bool,
    /// The session as a file, a few seconds old at most while the clock runs: what another device can go on
    /// from.
    pub left: Option<Arc<str>>,
}

impl Snapshot {
    /// Keeps that something was refused or failed; `line`: of the script, where it is known.
    pub fn refuse(&mut self, line: Option<usize>, why: &str) {
        let why = why.to_owned();
        Arc::make_mut(&mut self.answers.refused).push(Refusal { line, why });
    }
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
