//! V20: arms do not touch each other.

use warmfront_engine::{EngineError, Files, Simulation};
use warmfront_model::{Library, Overrides, Scenario};

use super::bench::Bench;
use super::{Outcome, Report};

// One day with the doses of the given arms; every arm of the scenario restarts the ladder at the
// times of all doses, whether it gets one or not.
fn run(
    bench: &Bench<'_>,
    scenario: &Scenario,
    arms: &[usize],
) -> Result<Vec<Vec<Vec<f32>>>, EngineError> {
    bench.note(scenario);
    let mut simulation = Simulation::new(bench, Files::embedded(), scenario, arms)?;
    let end = scenario.time.duration;
    let mut times: Vec<f64> = Vec::new();
    for arm in 0..scenario.arms.len() {
        for drug in 0..scenario.model.drugs.len() {
            times.extend(scenario.doses(arm, drug).iter().map(|d| d.0));
        }
    }
    times.sort_by(f64::total_cmp);
    times.dedup();
    for time in times {
        simulation.advance(time)?;
        simulation.restart();
        for (here, &arm) in arms.iter().enumerate() {
            for drug in 0..scenario.model.drugs.len() {
                let due = scenario.doses(arm, drug).into_iter().find(|d| d.0 == time);
                if let Some((_, amount)) = due {
                    simulation.dose(here, drug, amount);
                }
            }
        }
    }
    simulation.advance(end)?;
    let fields = scenario.model.fields.len();
    (0..arms.len())
        .map(|arm| (0..fields).map(|f| simulation.field(arm, f)).collect())
        .collect()
}

fn differing(a: &[Vec<f32>], b: &[Vec<f32>]) -> f64 {
    let each = a.iter().zip(b).map(|(x, y)| {
        x.iter()
            .zip(y)
            .filter(|(x, y)| x.to_bits() != y.to_bits())
            .count()
    });
    each.sum::<usize>() as f64
}

/// V20. The default scenario, 32 × 32 cells, one day: all arms in one batch, then each alone, then
/// the batch again.
pub(super) fn same_bits(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let library = Library::embedded();
    let name = library
        .models()
        .into_iter()
        .find(|m| library.model(m).is_ok_and(|m| m.drugs.len() > 1));
    let overrides = Overrides {
        grid: Some([32, 32, 1]),
        days: Some(1.0),
        ..Overrides::default()
    };
    let scenario = library
        .scenario(&name.unwrap_or_default())?
        .with(overrides)?;
    let all: Vec<usize> = (0..scenario.arms.len()).collect();
    let together = run(bench, &scenario, &all)?;
    for arm in all.iter().copied() {
        let alone = run(bench, &scenario, &[arm])?;
        report.at_most(
            format!(
                "arm {} alone and among {}: values that differ",
                scenario.arms[arm].label,
                all.len()
            ),
            0.0,
            differing(&alone[0], &together[arm]),
            "the same operations in the same order",
        );
    }
    let again = run(bench, &scenario, &all)?;
    let total: f64 = again
        .iter()
        .zip(&together)
        .map(|(a, b)| differing(a, b))
        .sum();
    report.at_most(
        "the same run again: values that differ",
        0.0,
        total,
        "nothing depends on the clock",
    );
    Ok(())
}
