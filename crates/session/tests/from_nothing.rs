//! Fields that are empty before their first gain are solved like others.

use std::sync::atomic::AtomicBool;

use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Library, Overrides, Scenario};
use warmfront_session::{Finish, Run, RunOptions, SessionError};

/// The default scenario on a small grid, with every field empty but the first.
fn scenario(tolerance: f64) -> Result<Scenario, SessionError> {
    let overrides = Overrides {
        days: Some(1.0),
        grid: Some([24, 24, 1]),
        ..Overrides::default()
    };
    let mut scenario = Library::embedded().scenario("inflamed")?.with(overrides)?;
    let fields = scenario.model.fields.clone();
    for id in ["mature_dc", "dead_cells"] {
        let field = fields.iter().position(|f| f.id == id);
        scenario.initial[field.expect("a field of the model")] = None;
    }
    scenario.numerics.tolerance = tolerance;
    Ok(scenario)
}

fn last(scenario: Scenario) -> Result<Vec<Vec<f64>>, SessionError> {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let options = RunOptions::default();
    let mut run = Run::new(&gpu, Files::embedded(), scenario, &arms, options)?;
    let never = AtomicBool::new(false);
    let record = run.run(&never, &mut |_| {});
    assert!(
        matches!(record.finish, Finish::Complete),
        "{:?}",
        record.finish
    );
    Ok(record
        .rows
        .last()
        .map(|r| r.values.clone())
        .unwrap_or_default())
}

#[test]
fn what_is_made_from_nothing_is_solved() -> Result<(), SessionError> {
    let scenario = self::scenario(3e-3)?;
    let observable = scenario
        .model
        .observables
        .iter()
        .position(|o| o.id == "mature_dc");
    let observable = observable.expect("an observable of the model");
    let (loose, tight) = (last(scenario)?, last(self::scenario(1e-5)?)?);
    for (loose, tight) in loose.iter().zip(&tight) {
        let (a, b) = (loose[observable], tight[observable]);
        // A relative residual of 3e-3 in each of a few solves.
        assert!(a > 0.0 && (a / b - 1.0).abs() < 5e-3, "{a:e} {b:e}");
    }
    Ok(())
}
