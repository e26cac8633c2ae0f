//! The simulation's thread, driven by commands as the window does, on a real device.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use warmfront_app::canvas::Canvas;
use warmfront_app::command::{Command, Inspect};
use warmfront_app::film::{Order, Sight, When};
use warmfront_app::state::{News, Shared, Snapshot};
use warmfront_app::worker::{Start, spawn};
use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Library, Local, Scenario};
use warmfront_session::{Provenance, Row};
use warmfront_view::film::Part;

/// Longer than anything here takes on a slow processor; a test that hangs fails by it.
const PATIENCE: Duration = Duration::from_secs(120);

struct Rig {
    gpu: Gpu,
    shared: Shared,
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
    fn new(scenario: &str) -> Self {
        Self::with(Library::embedded(), None, scenario)
    }

    fn leaving(folder: &Path) -> Self {
        let mut start = start(Library::embedded(), None, "inflamed");
        start.autosave = Some(folder.join("sessions"));
        Self::of(start)
    }

    fn with(library: Library, folder: Option<PathBuf>, scenario: &str) -> Self {
        Self::of(start(library, folder, scenario))
    }

    fn of(start: Start) -> Self {
        let (gpu, shared) = (start.gpu.clone(), start.shared.clone());
        let (commands, thread) = spawn(start);
        Self {
            gpu,
            shared,
            commands,
            thread: Some(thread),
        }
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
                snapshot.fault
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

fn start(library: Library, folder: Option<PathBuf>, scenario: &str) -> Start {
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

// The arm that gets a drug and no other.
fn only_arm_with(scenario: &Scenario, drug: usize) -> usize {
    let found = scenario.arms.iter().position(|a| {
        let given = a.doses.iter().filter(|m| **m > 0.0).count();
        a.doses[drug] > 0.0 && given == 1
    });
    found.expect("an arm with this drug only")
}

fn temporary(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("warmfront-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("it is there").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("it can be copied");
        }
    }
}

#[test]
fn it_runs_steps_doses_and_restarts() {
    let rig = Rig::new("inflamed");
    rig.send(Command::Speed(f64::INFINITY));
    let running = rig.wait("a running clock", |s| s.time > 0.5);
    assert!(running.playing && running.fault.is_none());
    assert!(running.display.is_some() && running.rows.len() > 1);

    rig.send(Command::Play(false));
    let paused = rig.wait("a pause", |s| !s.playing);
    rig.send(Command::Step);
    let stepped = rig.wait("one step", |s| s.time > paused.time);
    assert!(!stepped.playing);

    // No drug from the start: the arm that gets it alone stays without.
    let scenario = stepped.scenario.expect("it is there");
    let alone = only_arm_with(&scenario, 1);
    assert!(Rig::column(&rig.shared.get(), "plasma_mek_inhibitor", alone) > 0.0);
    let dose = Command::Dose {
        drug: 1,
        multiple: 0.0,
    };
    rig.send(dose);
    let marked = rig.wait("a mark", |s| s.marks.len() == 1);
    assert_eq!(marked.multiples[1], 0.0);
    assert!(marked.marks[0].drug == Some(1) && marked.timeline.undo.is_some());
    rig.send(Command::Restart);
    rig.send(Command::Play(false));
    let again = rig.wait("the start", |s| s.time == 0.0 && s.rows.len() == 1);
    assert_eq!(again.multiples[1], 0.0, "doses outlive a restart");
    rig.send(Command::Play(true));
    let later = rig.wait("two days", |s| s.time > 2.0);
    assert_eq!(Rig::column(&later, "plasma_mek_inhibitor", alone), 0.0);
}

#[test]
fn every_control_reaches_the_simulation_and_is_taken_back() {
    let rig = Rig::new("inflamed");
    rig.send(Command::Play(false));
    let first = rig.wait("a pause", |s| {
        !s.playing && s.scenario.is_some() && s.time < 9.0
    });
    let scenario = first.scenario.clone().expect("it is there");
    let model = scenario.model.clone();
    let alone = only_arm_with(&scenario, 1);
    let (hold, level) = (
        Command::Hold {
            drug: 1,
            level: Some(0.125),
        },
        "plasma_mek_inhibitor",
    );
    rig.send(hold);
    rig.send(Command::Step);
    let held = rig.wait("a held level", |s| {
        s.holds.get(1) == Some(&Some(0.125)) && s.time > first.time
    });
    let unit = model
        .observables
        .iter()
        .find(|o| o.id == level)
        .expect("it has it");
    assert!(!unit.unit.is_empty());
    assert!(Rig::column(&held, level, alone) > 0.0);

    let value = first.parameters[0][0] * 1.05;
    rig.send(Command::Set {
        parameter: 0,
        value,
    });
    rig.wait("a parameter", |s| {
        s.parameters.iter().all(|arm| arm[0] == value)
    });
    rig.send(Command::Switch {
        process: 0,
        on: false,
    });
    rig.wait("a switch", |s| s.off[0]);
    let mut regimen = scenario.regimens[1].clone();
    regimen.every *= 2.0;
    let command = Command::Regimen {
        drug: 1,
        arm: None,
        regimen: regimen.clone(),
    };
    rig.send(command);
    rig.wait("a regimen", |s| {
        s.regimens.iter().all(|arm| arm[1] == regimen)
    });
    // Four changes, newest first.
    for count in (0..4).rev() {
        rig.send(Command::Undo);
        rig.wait("one step back", |s| {
            let undone = [
                s.regimens[0][1] == scenario.regimens[1],
                !s.off[0],
                s.parameters[0][0] == first.parameters[0][0],
                s.holds[1].is_none(),
            ];
            undone.iter().filter(|u| **u).count() == 4 - count
        });
    }
    rig.wait("nothing to undo", |s| s.timeline.undo.is_none());
    rig.send(Command::Redo);
    rig.wait("the hold again", |s| s.holds[1] == Some(0.125));

    // What is not allowed is refused, and everything goes on.
    let value = model.parameters[0].range[1] * 2.0 + 1.0;
    rig.send(Command::Set {
        parameter: 0,
        value,
    });
    let said = rig.wait("a refusal", |s| {
        matches!(s.news, Some((_, News::Refused(_))))
    });
    let Some((number, News::Refused(text))) = said.news else {
        return;
    };
    assert!(text.contains(&model.parameters[0].id), "{text}");
    rig.send(Command::Dose {
        drug: 77,
        multiple: 1.0,
    });
    rig.wait("another refusal", |s| {
        s.news.as_ref().is_some_and(|(n, _)| *n > number)
    });
    assert!(rig.shared.get().fault.is_none());
}

#[test]
fn a_brush_paints_every_arm_and_history_goes_back() {
    let rig = Rig::new("inflamed");
    rig.send(Command::Speed(f64::INFINITY));
    rig.wait("some days", |s| s.time > 2.0);
    rig.send(Command::Play(false));
    let paused = rig.wait("a pause", |s| !s.playing);
    let model = paused.scenario.clone().expect("it is there").model.clone();
    let at = [900.0, 900.0, 0.0];
    rig.send(Command::Inspect(Inspect {
        pinned: Some(at),
        hover: Some([100.0, 100.0, 0.0]),
        line: Some([[0.0, 900.0, 0.0], [1900.0, 900.0, 0.0]]),
    }));
    let looked = rig.wait("values", |s| s.inspected.pinned.len() == 4);
    let locals = model.locals();
    assert_eq!(looked.inspected.pinned[0].len(), locals.len());
    assert_eq!(
        looked.inspected.line[3].len(),
        looked.inspected.distance.len()
    );
    assert!(looked.inspected.hover[0] != looked.inspected.pinned[0]);
    let before: Vec<f32> = looked.inspected.pinned.iter().map(|a| a[0]).collect();
    for _ in 0..3 {
        rig.send(Command::Brush {
            field: 0,
            centre: at,
            radius: 150.0,
            amount: 0.1,
        });
    }
    rig.send(Command::StrokeEnd);
    let painted = rig.wait("paint", |s| s.timeline.undo.is_some());
    for (arm, was) in before.iter().enumerate() {
        let now = painted.inspected.pinned[arm][0];
        assert!((now - was - 0.3).abs() < 0.02, "{was} became {now}");
    }
    assert_eq!(painted.marks.len(), 1, "a stroke is one mark");

    // A derived map follows what is shown.
    let local = Local::Auxiliary(0);
    rig.send(Command::Derive(Some(local)));
    let derived = rig
        .wait("a map", |s| s.derived.is_some())
        .derived
        .expect("it is there");
    assert!(derived.local == local && derived.range[1] >= derived.range[0]);

    rig.send(Command::Scrub(1.0));
    let back = rig.wait("an older moment", |s| s.timeline.scrubbed);
    assert!((back.time - 1.0).abs() < 0.3 && back.timeline.newest == paused.time);
    assert_eq!(
        back.rows.len(),
        painted.rows.len(),
        "curves stay while one looks back"
    );
    rig.send(Command::Newest);
    rig.wait("the newest", |s| {
        !s.timeline.scrubbed && s.time == paused.time
    });
    rig.send(Command::Scrub(0.0));
    rig.wait("the start", |s| s.timeline.scrubbed);
    rig.send(Command::Step);
    let branch = rig.wait("a branch", |s| !s.timeline.scrubbed);
    assert!(branch.rows.len() <= 2 && branch.marks.is_empty());
    assert!(branch.timeline.undo.is_none());
}

#[test]
fn what_was_done_is_saved_shared_opened_and_recovered() {
    let folder = temporary("saved");
    let rig = Rig::leaving(&folder);
    rig.send(Command::Play(false));
    rig.wait("a pause", |s| !s.playing && s.scenario.is_some());
    rig.send(Command::Dose {
        drug: 0,
        multiple: 2.5,
    });
    rig.wait("a dose", |s| s.multiples.first() == Some(&2.5));
    let path = folder.join("mine.toml");
    rig.send(Command::Save(path.clone()));
    rig.wait("news", |s| matches!(s.news, Some((_, News::Done(_)))));
    let text = std::fs::read_to_string(&path).expect("it was written");
    assert!(text.contains("2.5"));
    rig.send(Command::Share);
    let shared = rig.wait("a text", |s| s.shared_text.is_some()).shared_text;
    let (_, packed) = shared.expect("it is there");
    assert!(packed.len() < text.len());
    // Into a folder that is none.
    rig.send(Command::Save(path.join("below.toml")));
    rig.wait("a refusal", |s| {
        matches!(s.news, Some((_, News::Refused(_))))
    });

    for command in [Command::Open(path), Command::OpenText(packed.to_string())] {
        let before = rig.shared.get().version;
        rig.send(command);
        rig.send(Command::Play(false));
        let opened = rig.wait("the same again", |s| {
            s.version > before && s.multiples[0] == 2.5
        });
        assert!(opened.name != "inflamed");
    }
    for command in [
        Command::Open(folder.join("nothing.toml")),
        Command::Open(folder.join("picture.xyz")),
        Command::OpenText("warmfront-1:AAAA".into()),
        Command::OpenText("label = ".into()),
    ] {
        let before = rig.shared.get().news.map_or(0, |(n, _)| n);
        rig.send(command);
        let said = rig.wait("a refusal", |s| {
            s.news.as_ref().is_some_and(|(n, _)| *n > before)
        });
        assert!(matches!(said.news, Some((_, News::Refused(_)))));
        assert!(said.fault.is_none() && said.scenario.is_some());
    }
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn a_picture_opens_the_simulation_that_made_it() {
    let folder = temporary("reopened");
    let rig = Rig::new("heat");
    rig.send(Command::Play(false));
    rig.wait("a pause", |s| !s.playing && s.scenario.is_some());
    let library = Library::embedded();
    let made = library.scenario("gray_scott").expect("it is valid");
    let changes = warmfront_model::Overrides {
        seed: Some(77),
        grid: Some([24, 16, 1]),
        ..Default::default()
    };
    let made = made.with(changes).expect("it is allowed");
    let texts = Provenance::new(&made, &[0], "an adapter", None).texts();
    let pairs = texts.each_ref().map(|(key, text)| (*key, text.as_str()));
    let blank = image::RgbaImage::new(2, 2);
    let png = warmfront_view::encode_png(&blank, &pairs).expect("a picture");
    // What counts is what is in it, not its name.
    let picture = folder.join("picture.dat");
    std::fs::write(&picture, png).expect("writable");
    rig.send(Command::Open(picture.clone()));
    rig.send(Command::Play(false));
    let opened = rig.wait("the same again", |s| {
        s.scenario.as_ref().is_some_and(|now| now.seed == 77)
    });
    let now = opened.scenario.expect("it is there");
    assert_eq!(
        (now.grid.cells, now.to_toml()),
        ([24, 16, 1], made.to_toml())
    );
    // The window may be started with it as well.
    drop(rig);
    let rig = Rig::new(&picture.display().to_string());
    rig.wait("the same at the start", |s| {
        s.scenario.as_ref().is_some_and(|now| now.seed == 77)
    });
    // A foreign one changes nothing.
    let foreign = warmfront_view::encode_png(&blank, &[]).expect("a picture");
    let path = folder.join("foreign.png");
    std::fs::write(&path, foreign).expect("writable");
    rig.send(Command::Open(path));
    let said = rig.wait(
        "a refusal",
        |s| matches!(&s.news, Some((_, News::Refused(why))) if why.contains("does not say which")),
    );
    assert!(said.fault.is_none() && said.scenario.is_some_and(|now| now.seed == 77));
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

// A small film of one arm.
fn small_film(scenario: &Scenario, path: &Path, seconds: f64) -> Order {
    Order {
        size: [240, 180],
        fps: 5,
        seconds: Some(seconds),
        without: Part::NAMED.map(|(_, part, _)| part).to_vec(),
        sight: Some(Sight::of(&Canvas::default(), Some(0), true, scenario)),
        ..Order::new(path.to_owned())
    }
}

fn film_ended(rig: &Rig, number: u64) -> News {
    let ended = rig.wait("the end of the film", |s| {
        s.film.ended.as_ref().is_some_and(|(n, _)| *n == number) && s.film.making.is_none()
    });
    ended.film.ended.expect("it was waited for").1
}

#[test]
fn what_was_done_becomes_a_film_and_a_cancelled_one_can_be_played() {
    let folder = temporary("film");
    let rig = Rig::new("gray_scott");
    rig.send(Command::Speed(f64::INFINITY));
    let running = rig.wait("a running clock", |s| s.time > 0.0 && s.scenario.is_some());
    let scenario = running.scenario.expect("it is there");
    rig.send(Command::Play(false));
    let centre = scenario.grid.extent().map(|e| 0.5 * e);
    rig.send(Command::Brush {
        field: 0,
        centre,
        radius: 0.1 * centre[0],
        amount: 0.1,
    });
    rig.send(Command::StrokeEnd);
    rig.send(Command::Step);
    let stroked = rig.wait("a stroke", |s| s.timeline.undo.is_some() && !s.playing);

    let path = folder.join("done.mp4");
    let mut order = small_film(&scenario, &path, 1.0);
    order.when = When::SoFar;
    rig.send(Command::Record(Box::new(order.clone())));
    let told = film_ended(&rig, 1);
    assert!(
        matches!(&told, News::Done(t) if t.contains("5 frames, 1.0 s")),
        "{told:?}"
    );
    let found = warmfront_session::reopen(&path).expect("it says where it comes from");
    assert!(
        found.scenario_text.contains("brush"),
        "{}",
        found.scenario_text
    );
    // What is there is kept, and said to be there.
    rig.send(Command::Record(Box::new(order.clone())));
    let told = film_ended(&rig, 2);
    assert!(
        matches!(&told, News::Refused(t) if t.contains("done.mp4")),
        "{told:?}"
    );
    // The mark of a recording lies after what is shown.
    order.when = When::From(stroked.time + 1e9);
    rig.send(Command::Record(Box::new(order.clone())));
    rig.wait(
        "a refusal",
        |s| matches!(&s.news, Some((_, News::Refused(t))) if t.contains("There is no film")),
    );

    let path = folder.join("cancelled.mp4");
    let long = small_film(&scenario, &path, 600.0);
    rig.send(Command::Record(Box::new(long.clone())));
    rig.wait("frames", |s| {
        s.film
            .making
            .as_ref()
            .is_some_and(|m| m.progress.frames > 2)
    });
    rig.send(Command::Record(Box::new(order)));
    rig.wait(
        "another refusal",
        |s| matches!(&s.news, Some((_, News::Refused(t))) if t.contains("One film at a time")),
    );
    rig.send(Command::CancelFilm);
    let told = film_ended(&rig, 3);
    assert!(
        matches!(&told, News::Done(t) if t.contains("of 3000 frames")),
        "{told:?}"
    );
    warmfront_session::reopen(&path).expect("it is whole");

    // A window that closes finishes what it has.
    let path = folder.join("closed.mp4");
    let mut last = long;
    last.path.clone_from(&path);
    rig.send(Command::Record(Box::new(last)));
    rig.wait("frames again", |s| {
        s.film
            .making
            .as_ref()
            .is_some_and(|m| m.progress.frames > 2)
    });
    drop(rig);
    warmfront_session::reopen(&path).expect("it is whole");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn a_model_is_edited_while_it_runs() {
    let folder = temporary("edited");
    let models = folder.join("models").join("heat");
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/models/heat"),
        &models,
    );
    let library = Library::folder(&folder);
    let rig = Rig::with(library, Some(folder.clone()), "heat");
    rig.send(Command::Speed(f64::INFINITY));
    rig.wait("a running clock", |s| s.time > 0.0);
    rig.send(Command::Play(false));
    let paused = rig.wait("a pause", |s| !s.playing);
    let file = models.join("model.toml");
    let text = std::fs::read_to_string(&file).expect("it is there");

    std::fs::write(&file, text.replace("[[field]]", "[[filed]]")).expect("it can be written");
    let said = rig.wait("a refusal", |s| {
        matches!(s.news, Some((_, News::Refused(_))))
    });
    let Some((_, News::Refused(why))) = said.news else {
        return;
    };
    assert!(
        why.contains("model.toml:") && why.contains("filed"),
        "{why}"
    );
    assert!(said.fault.is_none() && said.time == paused.time);

    let title = "A title that was changed";
    let old = format!(
        "label = \"{}\"",
        paused.scenario.expect("it is there").model.label
    );
    assert!(text.contains(&old));
    std::fs::write(
        &file,
        text.replacen(&old, &format!("label = \"{title}\""), 1),
    )
    .expect("it can");
    let changed = rig.wait("the change", |s| {
        s.scenario.as_ref().is_some_and(|s| s.model.label == title)
    });
    assert_eq!(changed.time, paused.time, "the moment is kept");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn what_a_lost_device_leaves_is_done_again_to_the_same_bits() {
    let rig = Rig::new("inflamed");
    rig.send(Command::Play(false));
    rig.wait("a pause", |s| !s.playing && s.scenario.is_some());
    rig.send(Command::Dose {
        drug: 1,
        multiple: 2.5,
    });
    rig.wait("a dose", |s| s.multiples.get(1) == Some(&2.5));
    rig.send(Command::Speed(f64::INFINITY));
    rig.send(Command::Play(true));
    let saved = rig.wait("something kept", |s| s.left.is_some() && s.time > 0.5);
    rig.gpu.device.destroy();
    let lost = rig.wait("the loss", |s| s.lost);
    let fault = lost.fault.expect("it is said");
    assert!(fault.message.contains("lost"), "{}", fault.message);
    // The thread lives, and obeys what needs no device.
    rig.send(Command::Speed(1.0));
    rig.wait("the wish", |s| s.speed == 1.0);

    let folder = temporary("lost");
    let session = folder.join("session.toml");
    let text = lost.left.expect("it was kept");
    std::fs::write(&session, &*text).expect("it can be written");
    let mut start = start(Library::embedded(), None, "inflamed");
    start.session = Some(session);
    let next = Rig::of(start);
    let resumed = next.wait("the moment", |s| s.time > 0.0 && !s.playing);
    assert!(resumed.time <= lost.time.max(saved.time) && resumed.multiples[1] == 2.5);
    let last = resumed.rows.last().expect("a row");
    let then = lost.rows.iter().find(|r| r.time == last.time);
    // As bits: a weighted mean without weights is NaN.
    let bits = |r: &Row| -> Vec<u64> { r.values.iter().flatten().map(|v| v.to_bits()).collect() };
    assert_eq!(Some(bits(last)), then.map(bits), "at the same time");
    next.send(Command::Step);
    next.wait("a step", |s| s.time > resumed.time);

    // A file that is no session is said, and the window lives.
    std::fs::write(folder.join("none.toml"), "label = 3").expect("it can be written");
    let mut start = crate::start(Library::embedded(), None, "inflamed");
    start.session = Some(folder.join("none.toml"));
    let wrong = Rig::of(start);
    let said = wrong.wait("a fault", |s| s.fault.is_some()).fault;
    assert!(said.is_some_and(|f| f.message.contains("no session") && !f.remedies.is_empty()));
    std::fs::remove_dir_all(&folder).expect("it is ours");
}

#[test]
fn a_wrong_name_is_shown_and_the_next_right_one_works() {
    let rig = Rig::new("inflmaed");
    let wrong = rig.wait("an error", |s| s.fault.is_some());
    let said = wrong.fault.unwrap_or_default().message;
    assert!(
        said.contains("inflmaed") && said.contains("inflamed"),
        "{said}"
    );
    assert!(!wrong.playing && wrong.scenario.is_none());
    rig.send(Command::Load("gaussian_spot".into()));
    let right = rig.wait("a scenario", |s| s.time > 0.0);
    assert!(right.fault.is_none() && right.name == "gaussian_spot");
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
