//! The simulation's thread, driven by commands as the window does, on a real device.

mod files;
mod film;
mod rig;

use warmfront_app::command::{Command, Inspect};
use warmfront_app::state::News;
use warmfront_engine::{Gpu, GpuOptions};
use warmfront_model::{Library, Local, Scenario};
use warmfront_session::Row;

use crate::rig::{Rig, start, temporary};
// The arm that gets a drug and no other.
fn only_arm_with(scenario: &Scenario, drug: usize) -> usize {
    let found = scenario.arms.iter().position(|a| {
        let given = a.doses.iter().filter(|m| **m > 0.0).count();
        a.doses[drug] > 0.0 && given == 1
    });
    found.expect("an arm with this drug only")
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
        panic!("the wait was for a refusal: {:?}", said.news);
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
    let mut start = crate::rig::start(Library::embedded(), None, "inflamed");
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

/// Everything that a script can be refused by the simulation's thread is told with its line, and none is lost,
/// however close together they come.
#[test]
fn a_script_is_told_of_every_refusal_with_its_line() {
    let rig = Rig::new("inflamed");
    rig.wait("a simulation", |s| s.display.is_some());
    let small = r#"{"record": {"path": "a.mp4", "size": [320, 240]}}"#;
    let small: Command = serde_json::from_str(small).expect("it is a command");
    let (drug, multiple) = (77, 1.0);
    let refused = [
        (1, Command::Save("/proc/no.toml".into())),
        (2, Command::Dose { drug, multiple }),
        (3, Command::Undo),
        (4, Command::Redo),
        (5, Command::Speed(-1.0)),
        (6, small),
        (7, Command::CancelFilm),
        (8, Command::Open("/proc/none.toml".into())),
        (9, Command::OpenText("label = ".to_owned())),
        (10, Command::Recover(true)),
        (11, Command::Load("inflammed".to_owned())),
    ];
    let send = |line, command| {
        rig.send(Command::Scripted {
            line,
            command: Box::new(command),
        });
    };
    send(12, Command::Play(false));
    for (line, command) in &refused {
        send(*line, command.clone());
    }
    send(13, Command::Restart);
    let told = rig.wait("the last line", |s| s.answers.lines.contains(&13));
    let lines: Vec<_> = told.answers.refused.iter().map(|r| r.line).collect();
    let wanted: Vec<_> = refused.iter().map(|(line, _)| Some(*line)).collect();
    assert_eq!(lines, wanted, "{:?}", told.answers.refused);
    assert_eq!(told.answers.lines.len(), 13);
    assert!(told.answers.refused[10].why.contains("inflamed"));
}
