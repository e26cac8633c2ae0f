//! V25: fronts between two stable states.

use super::bench::Bench;
use super::tools::{Mesh, get, mean, put, shipped, start, ticks};
use super::{Outcome, Report};

struct Arm {
    threshold: f64,
    diffusion: f64,
}

impl Arm {
    // Nagumo's front u = 1 / (1 + exp(z / √(2 D))), z = x − x0 − √(D/2) (1 − 2a) t, is exact (McKean 1970).
    fn speed(&self) -> f64 {
        (0.5 * self.diffusion).sqrt() * (1.0 - 2.0 * self.threshold)
    }

    fn start(&self, x: f64) -> f64 {
        1.0 / (1.0 + (x / (2.0 * self.diffusion).sqrt()).exp())
    }
}

/// V25. The shipped model of a population with an Allee effect: its fronts advance where the threshold is
/// below one half and retreat where it is above; their speed scales with √D.
pub(super) fn nagumo(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([128, 8, 1], 0.5);
    let fronts =
        [(0.25, 1.0), (0.6, 1.0), (0.25, 2.0), (0.75, 2.0)].map(|(threshold, diffusion)| Arm {
            threshold,
            diffusion,
        });
    let mut scenario = shipped("allee_front", mesh)?;
    let [a, d] = ["threshold", "diffusion"].map(|id| scenario.model.parameter(id));
    let (a, d) = (a?, d?);
    let first = scenario.arms[0].clone();
    scenario.arms = fronts
        .iter()
        .enumerate()
        .map(|(i, front)| {
            let mut arm = first.clone();
            arm.id = format!("front_{i}");
            arm.parameters[a] = front.threshold;
            arm.parameters[d] = front.diffusion;
            arm
        })
        .collect();
    let dt = scenario.time.step;
    let mut simulation = start(bench, &scenario)?;
    for (arm, front) in fronts.iter().enumerate() {
        let values = mesh.fill(|x| front.start(x[0] - 0.5 * mesh.size(0)));
        let values = super::tools::single(&values);
        simulation.set_field(arm, 0, &values)?;
    }
    // A front moves as far as the amount grows.
    let mut amounts = [[0.0; 2]; 4];
    let steps = (10.0 / dt).round() as u32;
    for moment in 0..2 {
        ticks(&mut simulation, steps, dt)?;
        for (arm, amounts) in amounts.iter_mut().enumerate() {
            amounts[moment] = mean(&get(&simulation, arm, 0)?) * mesh.size(0);
        }
    }
    for (front, [before, after]) in fronts.iter().zip(amounts) {
        let expected = front.speed();
        report.near(
            format!(
                "threshold {}, D = {}: speed sqrt(D/2) (1 - 2 a)",
                front.threshold, front.diffusion
            ),
            expected,
            (after - before) / (f64::from(steps) * dt),
            0.01 * expected.abs(),
            "1 %: the cells make it 0.3 % at 12 cells a front",
        );
    }
    Ok(())
}

/// V30. Without space the same model is an ordinary differential equation whose threshold is an unstable
/// state: what starts just above it grows to 1, what starts just below it dies out.
pub(super) fn threshold(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([16, 8, 1], 0.5);
    let scenario = shipped("allee_front", mesh)?;
    let a = scenario.arms[0].parameters[scenario.model.parameter("threshold")?];
    let dt = scenario.time.step;
    let law = |[u]: [f64; 1]| [u * (1.0 - u) * (u - a)];
    for (name, from) in [("above", a + 3e-4), ("below", a - 3e-4)] {
        let mut simulation = start(bench, &scenario)?;
        put(&mut simulation, 0, &vec![from; mesh.len()])?;
        // The device holds f32: what it starts from is not exactly what was meant.
        let mut exact = [get(&simulation, 0, 0)?[0]];
        for time in [20, 40, 60, 80] {
            ticks(&mut simulation, (20.0 / dt).round() as u32, dt)?;
            exact = super::tools::runge_kutta(law, exact, 20.0, 4000);
            let found = get(&simulation, 0, 0)?[37];
            report.near(
                format!("from 0.0003 {name} the threshold {a}, well mixed: value at t = {time}"),
                exact[0],
                found,
                0.005,
                "growth by e^(0.19 t) multiplies the rounding of f32 at the start",
            );
        }
    }
    Ok(())
}
