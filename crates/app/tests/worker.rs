//! The simulation's thread, driven by commands as the window does, on a real device.

use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use warmfront_app::command::Command;
use warmfront_app::state::{Shared, Snapshot};
use warmfront_app::worker::{Start, spawn};
use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::Library;

/// Longer than anything here takes on a slow processor; a test that hangs fails by it.
const PATIENCE: Duration = Duration::from_secs(120);

struct Rig {
    shared: Shared,
    commands: SyncSender<Command>,
}

impl Rig {
    fn new(scenario: &str) -> Self {
        let shared = Shared::default();
        let gpu = Gpu::new(&GpuOptions::default()).expect("an adapter");
        let commands = spawn(Start {
            gpu: gpu.in_pieces(),
            files: Files::embedded(),
            library: Library::embedded(),
            scenario: scenario.to_owned(),
            shared: shared.clone(),
            wake: Box::new(|| {}),
        });
        Self { shared, commands }
    }

    fn send(&self, command: Command) {
        self.commands.send(command).expect("the thread lives");
    }

    /// The first snapshot of which `is` holds.
    fn wait(&self, what: &str, is: impl Fn(&Snapshot) -> bool) -> Snapshot {
        let start = Instant::now();
        loop {
            let snapshot = self.shared.get();
            if is(&snapshot) {
                return snapshot;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "waited in vain for: {what}; {:?}",
                snapshot.error
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn column(snapshot: &Snapshot, observable: &str, arm: usize) -> f64 {
        let scenario = snapshot.scenario.as_ref().expect("it is there");
        let found = scenario.model.observables.iter();
        let o = found.map(|o| o.id.as_str()).position(|id| id == observable);
        let row = snapshot.rows.last().expect("a row");
        row.values[arm][o.expect("the model has it")]
    }
}

#[test]
fn it_runs_steps_doses_and_restarts() {
    let rig = Rig::new("inflamed");
    rig.send(Command::Speed(f64::INFINITY));
    let running = rig.wait("a running clock", |s| s.time > 0.5);
    assert!(running.playing && running.error.is_none());
    assert!(running.display.is_some() && running.rows.len() > 1);

    rig.send(Command::Play(false));
    let paused = rig.wait("a pause", |s| !s.playing);
    rig.send(Command::Step);
    let stepped = rig.wait("one step", |s| s.time > paused.time);
    assert!(!stepped.playing);

    // No drug from the start: the arm that gets it alone stays without.
    let scenario = stepped.scenario.expect("it is there");
    let drug = 1;
    let alone = scenario.arms.iter().position(|a| {
        let given = a.doses.iter().filter(|m| **m > 0.0).count();
        a.doses[drug] > 0.0 && given == 1
    });
    let alone = alone.expect("an arm with this drug only");
    assert!(Rig::column(&rig.shared.get(), "plasma_mek_inhibitor", alone) > 0.0);
    rig.send(Command::Dose {
        drug,
        multiple: 0.0,
    });
    let marked = rig.wait("a mark", |s| s.marks.len() == 1);
    assert_eq!(marked.multiples[drug], 0.0);
    rig.send(Command::Restart);
    rig.send(Command::Play(false));
    let again = rig.wait("the start", |s| s.time == 0.0 && s.rows.len() == 1);
    assert_eq!(again.multiples[drug], 0.0, "doses outlive a restart");
    rig.send(Command::Step);
    let first = rig.wait("the first step", |s| s.time > 0.0);
    // The first dose is given with the scenario's start, before anybody could refuse it.
    rig.send(Command::Play(true));
    let later = rig.wait("three days", |s| s.time > 3.0);
    let plasma = |s: &Snapshot| Rig::column(s, "plasma_mek_inhibitor", alone);
    assert!(plasma(&later) < plasma(&first), "no second dose");
}

#[test]
fn a_wrong_name_is_shown_and_the_next_right_one_works() {
    let rig = Rig::new("inflmaed");
    let wrong = rig.wait("an error", |s| s.error.is_some());
    let said = wrong.error.unwrap_or_default();
    assert!(
        said.contains("inflmaed") && said.contains("inflamed"),
        "{said}"
    );
    assert!(!wrong.playing && wrong.scenario.is_none());
    rig.send(Command::Load("gaussian_spot".into()));
    let right = rig.wait("a scenario", |s| s.time > 0.0);
    assert!(right.error.is_none() && right.name == "gaussian_spot");
}

#[test]
fn a_pattern_is_not_made_too_coarse_to_form() {
    let gpu = Gpu::new(&GpuOptions::default()).expect("an adapter");
    let rig = Rig::new("labyrinth");
    let there = rig.wait("a scenario", |s| s.scenario.is_some());
    let scenario = there.scenario.expect("it is there");
    assert!(!scenario.is_too_coarse());
    // A processor is told that it is slow.
    assert_eq!(there.note.is_some(), gpu.report.software);
    // A model that is not in days begins at a speed of its own.
    assert!(there.speed > 1.0);
}
