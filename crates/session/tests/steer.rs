//! What users do to a running simulation: taken back, done again, gone back in, repeated headless.

use std::sync::atomic::AtomicBool;

use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Action, Library, Overrides, Regimen, Scenario, Source};
use warmfront_session::{Change, Row, Run, RunOptions, Steered};

type Test = Result<(), Box<dyn std::error::Error>>;

fn scenario(days: f64) -> Result<Scenario, Box<dyn std::error::Error>> {
    let small = Overrides {
        grid: Some([12, 12, 1]),
        days: Some(days),
        ..Overrides::default()
    };
    Ok(Library::embedded().scenario("inflamed")?.with(&small)?)
}

fn steered(gpu: &Gpu, days: f64) -> Result<Steered, Box<dyn std::error::Error>> {
    let budget = 64 << 20;
    Ok(Steered::new(
        gpu,
        Files::embedded(),
        scenario(days)?,
        budget,
    )?)
}

fn headless(gpu: &Gpu, scenario: Scenario) -> Result<Row, Box<dyn std::error::Error>> {
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let files = Files::embedded();
    let mut run = Run::new(gpu, files, scenario, &arms, RunOptions::default())?;
    let record = run.run(&AtomicBool::new(false), &mut |_| {});
    Ok(record.rows.last().cloned().ok_or("no row")?)
}

fn bits(row: &Row) -> Vec<u64> {
    row.values.iter().flatten().map(|v| v.to_bits()).collect()
}

fn dab(amount: f64) -> Action {
    Action::Brush {
        field: 0,
        centre: [900.0, 900.0, 0.0],
        radius: 200.0,
        amount,
    }
}

fn until(steered: &mut Steered, time: f64) -> Test {
    while steered.time() < time - 1e-9 && steered.tick()?.is_some() {}
    Ok(())
}

#[test]
fn everything_that_can_be_done_is_repeated_headless_to_the_same_bits() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut s = steered(&gpu, 6.0)?;
    until(&mut s, 1.0)?;
    // Day 1 has a dose: it was given before the slider moved.
    s.change(Change::Dose(1, 2.0))?;
    s.change(Change::Dose(1, 2.5))?;
    s.change(Change::Set(3, s.settings().parameters[0][3] * 1.1))?;
    until(&mut s, 2.0)?;
    s.dab(dab(0.2))?;
    s.dab(dab(0.1))?;
    s.end_stroke();
    s.change(Change::Switch(2, false))?;
    until(&mut s, 3.0)?;
    s.change(Change::Hold(0, Some(50.0)))?;
    let regimen = Regimen::steady(30.0, 0.25, 0.5);
    s.change(Change::Regimen(1, None, regimen))?;
    // One arm has another rhythm than the rest.
    let last_arm = s.scenario().arms.len() - 1;
    let rare = Regimen::steady(90.0, 0.125, 1.0);
    s.change(Change::Regimen(1, Some(last_arm), rare.clone()))?;
    assert_eq!(s.settings().regimens[last_arm][1], rare);
    assert_ne!(s.settings().regimens[0][1], rare);
    until(&mut s, 4.0)?;
    s.change(Change::Hold(0, None))?;
    s.change(Change::Switch(2, true))?;
    // Some of it is taken back.
    assert!(s.undo()?);
    until(&mut s, 6.0)?;
    assert!(s.tick()?.is_none());
    let last = bits(&s.live().row()?);

    let played = s.played();
    assert_eq!(last, bits(&headless(&gpu, played.clone())?));
    // And from a file.
    let text = played.to_toml();
    let read = Library::embedded().scenario_from_text(Source::new("played.toml", text))?;
    assert_eq!(last, bits(&headless(&gpu, read)?));
    Ok(())
}

#[test]
fn undo_and_redo() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut s = steered(&gpu, 6.0)?;
    assert!(!s.undo()? && !s.redo()?);
    until(&mut s, 1.0)?;
    let untouched = s.live().simulation().field(0, 0)?;
    s.change(Change::Dose(0, 0.5))?;
    s.change(Change::Dose(0, 0.25))?;
    s.dab(dab(0.3))?;
    s.dab(dab(0.3))?;
    let painted = s.live().simulation().field(0, 0)?;
    assert!(painted != untouched);
    assert!(s.undo()?, "a stroke under way is ended");
    assert_eq!(s.live().simulation().field(0, 0)?, untouched);
    assert_eq!(s.undoable().map(|l| l.is_some()), [true, true]);
    // One drag of a slider is one step.
    assert!(s.undo()?);
    assert_eq!(s.settings().multiples, [1.0, 1.0]);
    assert!(!s.undo()?);
    assert!(s.redo()? && s.redo()? && !s.redo()?);
    assert_eq!(s.settings().multiples[0], 0.25);
    assert_eq!(s.live().simulation().field(0, 0)?, painted);
    // After a stroke and some days, undo goes back to the moment before it.
    until(&mut s, 3.0)?;
    assert!(s.undo()?);
    assert_eq!((s.time(), s.newest_time()), (1.0, 1.0));
    assert_eq!(s.live().simulation().field(0, 0)?, untouched);
    assert_eq!(s.played().events.len(), scenario(6.0)?.events.len() + 2);
    // A new change leaves nothing to do again.
    s.change(Change::Set(0, s.settings().parameters[0][0] * 1.01))?;
    assert!(!s.redo()?);
    // What is not allowed changes nothing.
    let before = s.settings().clone();
    assert!(s.change(Change::Set(0, f64::NAN)).is_err());
    assert!(s.change(Change::Dose(0, -1.0)).is_err());
    assert!(s.change(Change::Hold(0, Some(f64::INFINITY))).is_err());
    assert_eq!(*s.settings(), before);
    Ok(())
}

#[test]
fn going_back_and_on_is_a_new_branch() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut s = steered(&gpu, 6.0)?;
    until(&mut s, 2.0)?;
    s.change(Change::Dose(0, 3.0))?;
    until(&mut s, 4.0)?;
    let newest = bits(&s.live().row()?);
    s.scrub(1.02)?;
    assert!(s.scrubbed());
    assert!((s.time() - 1.0).abs() < 0.2, "{}", s.time());
    assert_eq!(s.settings().multiples[0], 1.0);
    // Looking changes nothing.
    assert_eq!(s.newest_time(), 4.0);
    s.to_newest()?;
    assert_eq!((s.time(), bits(&s.live().row()?)), (4.0, newest.clone()));
    s.scrub(9.0)?;
    assert!(!s.scrubbed(), "the newest is nearest");
    // Going on forgets.
    s.scrub(1.0)?;
    until(&mut s, 4.0)?;
    assert!(!s.scrubbed());
    assert_eq!(s.played().events.len(), scenario(6.0)?.events.len());
    assert_eq!(s.undoable(), [None, None]);
    until(&mut s, 6.0)?;
    let untouched = bits(&headless(&gpu, scenario(6.0)?)?);
    assert_eq!(bits(&s.live().row()?), untouched);
    // Budget: the first and the last moment stay.
    let [bytes, _] = s.history().bytes();
    let count = s.history().times().len();
    assert!(count > 8);
    s.set_budget(bytes / 2);
    assert!(s.history().bytes()[0] <= bytes / 2);
    let times = s.history().times();
    assert_eq!((times[0], times[times.len() - 1]), (0.0, 6.0));
    Ok(())
}

#[test]
fn a_restart_keeps_the_settings() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut s = steered(&gpu, 3.0)?;
    until(&mut s, 1.0)?;
    s.change(Change::Dose(1, 0.5))?;
    s.change(Change::Switch(1, false))?;
    s.change(Change::Hold(0, Some(20.0)))?;
    s.restart(&gpu, Files::embedded())?;
    assert_eq!(s.time(), 0.0);
    assert_eq!(s.settings().multiples[1], 0.5);
    until(&mut s, 3.0)?;
    assert_eq!(bits(&s.live().row()?), bits(&headless(&gpu, s.played())?));
    // A parameter that shapes the start needs a new start.
    s.change(Change::Set(0, s.settings().parameters[0][0] * 1.02))?;
    s.restart(&gpu, Files::embedded())?;
    until(&mut s, 3.0)?;
    assert_eq!(bits(&s.live().row()?), bits(&headless(&gpu, s.played())?));
    Ok(())
}

#[test]
fn a_drug_that_was_turned_off_comes_back_and_a_released_level_stays() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut s = steered(&gpu, 4.0)?;
    s.change(Change::Dose(1, 0.0))?;
    s.restart(&gpu, Files::embedded())?;
    assert_eq!(s.settings().multiples[1], 0.0);
    until(&mut s, 1.0)?;
    s.change(Change::Dose(1, 3.0))?;
    // Held and let go at one time: the level is there all the same.
    s.change(Change::Hold(0, Some(90.0)))?;
    s.change(Change::Hold(0, None))?;
    until(&mut s, 4.0)?;
    let last = bits(&s.live().row()?);
    assert_eq!(last, bits(&headless(&gpu, s.played())?));
    // The file that comes of it knows the multiples of its arms.
    let opened = Steered::new(&gpu, Files::embedded(), s.played(), 64 << 20)?;
    assert_eq!(opened.settings().multiples[1], 0.0);
    assert_ne!(last, bits(&headless(&gpu, scenario(4.0)?)?));
    Ok(())
}

#[test]
fn a_drug_that_no_arm_gets_at_first_can_be_given() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut alone = scenario(3.0)?;
    for arm in &mut alone.arms {
        arm.doses = vec![0.0; 2];
    }
    let mut s = Steered::new(&gpu, Files::embedded(), alone, 64 << 20)?;
    until(&mut s, 1.0)?;
    s.change(Change::Dose(1, 2.0))?;
    until(&mut s, 3.0)?;
    let mek = s.scenario().model.drugs[1].measured_in;
    assert!(s.live().simulation().compartments(0)?[mek] > 0.0);
    assert_eq!(bits(&s.live().row()?), bits(&headless(&gpu, s.played())?));
    Ok(())
}

#[test]
fn undo_moves_nothing_but_what_was_moved() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut with_event = scenario(4.0)?;
    let value = with_event.parameters[3] * 1.2;
    with_event.events.push(warmfront_model::Event {
        time: 2.0,
        arms: None,
        after_doses: false,
        action: Action::Set {
            parameters: vec![(3, value)],
        },
        place: Default::default(),
    });
    let mut s = Steered::new(&gpu, Files::embedded(), with_event, 64 << 20)?;
    until(&mut s, 1.0)?;
    s.change(Change::Dose(0, 2.0))?;
    until(&mut s, 3.0)?;
    assert_eq!(s.settings().parameters[0][3], value);
    assert!(s.undo()?);
    assert_eq!(s.settings().multiples[0], 1.0);
    assert_eq!(s.settings().parameters[0][3], value, "the file's own event");
    // Nothing is forgotten for nothing.
    s.scrub(1.0)?;
    assert!(s.scrubbed());
    s.change(Change::Dose(0, 1.0))?;
    assert!(!s.undo()?);
    assert!(s.scrubbed() && s.newest_time() == 3.0);
    // What no clinic gives is refused in time.
    let regimen = Regimen {
        dose: 1.0,
        start: 0.0,
        every: 1e-12,
        on: Some(1e-300),
        off: 1e300,
        ..Regimen::default()
    };
    assert!(s.change(Change::Regimen(1, None, regimen)).is_err());
    assert!(s.change(Change::Dose(1, 3e38)).is_err());
    Ok(())
}
