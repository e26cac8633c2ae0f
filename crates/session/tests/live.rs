//! A live run gives what a headless one gives, and what was done to it can be repeated.

use std::sync::atomic::AtomicBool;

use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Action, Library, Overrides, Scenario};
use warmfront_session::{Live, Row, Run, RunOptions};

type Test = Result<(), Box<dyn std::error::Error>>;

// The default scenario of the model with several drugs, small and short.
fn scenario(days: f64) -> Result<Scenario, Box<dyn std::error::Error>> {
    let library = Library::embedded();
    let name = library
        .models()
        .into_iter()
        .find(|m| library.model(m).is_ok_and(|m| m.drugs.len() > 1));
    let small = Overrides {
        grid: Some([12, 12, 1]),
        days: Some(days),
        ..Overrides::default()
    };
    Ok(library.scenario(&name.unwrap_or_default())?.with(&small)?)
}

fn headless(gpu: &Gpu, scenario: Scenario) -> Result<Row, Box<dyn std::error::Error>> {
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let mut run = Run::new(
        gpu,
        Files::embedded(),
        scenario,
        &arms,
        RunOptions::default(),
    )?;
    let record = run.run(&AtomicBool::new(false), &mut |_| {});
    Ok(record.rows.last().cloned().ok_or("no row")?)
}

fn bits(row: &Row) -> Vec<u64> {
    row.values.iter().flatten().map(|v| v.to_bits()).collect()
}

#[test]
fn untouched_it_is_the_headless_run() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let scenario = scenario(2.0)?;
    let mut live = Live::new(&gpu, Files::embedded(), scenario.clone())?;
    while live.tick()?.is_some() {}
    assert!(live.finished());
    assert_eq!(live.simulation().time(), 2.0);
    assert_eq!(bits(&live.row()?), bits(&headless(&gpu, scenario)?));
    Ok(())
}

#[test]
fn what_was_done_can_be_repeated() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let scenario = scenario(3.0)?;
    let combined = scenario.arms.len() - 1;
    let mut live = Live::new(&gpu, Files::embedded(), scenario)?;
    let mut ticks = 0;
    while live.tick()?.is_some() {
        ticks += 1;
        if ticks == 2 {
            let multiple = 0.0;
            live.act(Action::Dose { drug: 0, multiple }, Some(vec![combined]))?;
        }
        if ticks == 5 {
            live.act(
                Action::Brush {
                    field: 0,
                    centre: [900.0, 900.0, 0.0],
                    radius: 200.0,
                    amount: 0.3,
                },
                None,
            )?;
        }
    }
    let played = live.played();
    assert_eq!(played.events.len(), 2);
    assert_eq!(bits(&live.row()?), bits(&headless(&gpu, played)?));
    Ok(())
}
