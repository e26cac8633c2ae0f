//! V23, V24: growth rates of small waves against the linearised equations on the same cells.

use std::f64::consts::PI;

use warmfront_engine::EngineError;
use warmfront_model::Scenario;

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, grid_rate, growth, height, put, shipped, start, ticks};
use super::{Outcome, Report};

// Smallest rate that counts: a rounding of f32 in each tick of 0.05 is worth 1e-3 to a wave of a thousandth, and a tick
// has several.
const FLOOR: f64 = 0.2;

const WHY: &str =
    "2 %, of at least 0.2: in f32 a wave of a thousandth resolves its rate to some 1e-3";

// A uniform state of two fields and a wave upon it.
struct Small {
    mesh: Mesh,
    mode: f64,
    state: [f64; 2],
    // Growth rate, and the second field's share in the wave.
    rate: f64,
    share: f64,
}

impl Small {
    fn new(mesh: Mesh, mode: f64, state: [f64; 2], matrix: impl Fn(f64) -> [[f64; 2]; 2]) -> Self {
        let kappa = mode * PI / mesh.size(0);
        // −∇² on a wave of the grid.
        let (rate, share) = growth(matrix(grid_rate(1.0, kappa, mesh.spacing[0])));
        Self {
            mesh,
            mode,
            state,
            rate,
            share,
        }
    }

    // Growth rate from `skip` ticks on, over `steps` ticks of the scenario's step.
    fn found(
        &self,
        bench: &Bench<'_>,
        scenario: &Scenario,
        skip: u32,
        steps: u32,
    ) -> Result<f64, EngineError> {
        let dt = scenario.time.step;
        let kappa = self.mode * PI / self.mesh.size(0);
        let wave = self.mesh.fill(|x| (kappa * x[0]).cos());
        let mut simulation = start(bench, scenario)?;
        for (field, (level, share)) in self.state.iter().zip([1.0, self.share]).enumerate() {
            let values: Vec<f64> = wave.iter().map(|w| level + 1e-3 * share * w).collect();
            put(&mut simulation, field, &values)?;
        }
        ticks(&mut simulation, skip, dt)?;
        let first = height(&get(&simulation, 0, 0)?, &wave);
        ticks(&mut simulation, steps, dt)?;
        let second = height(&get(&simulation, 0, 0)?, &wave);
        Ok((second / first).ln() / (f64::from(steps) * dt))
    }
}

/// V23. Cells that climb what they secrete (the shipped model): a wave k of the uniform state grows with the
/// larger root of ((−k² D_n, χ k²), (1, −1 − k² D_c)).
pub(super) fn keller_segel(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([64, 8, 1], 0.125);
    for (chi, mode) in [(3.0, 2.0), (3.0, 1.0), (3.0, 4.0), (1.1, 2.0)] {
        let mut scenario = shipped("aggregation", mesh)?;
        let p = scenario.model.parameter("chemotaxis")?;
        scenario.arms[0].parameters[p] = chi;
        let small = Small::new(mesh, mode, [1.0; 2], |k2| {
            [[-k2, chi * k2], [1.0, -1.0 - k2]]
        });
        let found = small.found(bench, &scenario, 10, 60)?;
        report.near(
            format!("Keller-Segel, chi = {chi}, mode {mode} of a box 8 long: growth rate"),
            small.rate,
            found,
            0.02 * small.rate.abs().max(FLOOR),
            WHY,
        );
    }
    Ok(())
}

/// V24. Gierer and Meinhardt's activator and inhibitor, a' = a²/h − a + a″, h' = a² − 1.5 h + 30 h″, at their
/// uniform state a = h = 1.5: a wave grows with the larger root of ((1 − k², −1), (3, −1.5 − 30 k²)).
pub(super) fn gierer_meinhardt(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([64, 8, 1], 10.0 / 64.0);
    let toy = Toy::new()
        .field("a", "diffusion = \"1.0\"")
        .field("h", "diffusion = \"30.0\"")
        .makes("self_activation", "s.a * s.a / max(s.h, 1e-6)", "a")
        .converts("decay_a", "1.0", "a", "")
        .makes("inhibitor", "s.a * s.a", "h")
        .converts("decay_h", "1.5", "h", "");
    for mode in [1.0, 2.0, 3.0, 4.0] {
        let scenario = toy.on(mesh, 0.05)?;
        let small = Small::new(mesh, mode, [1.5; 2], |k2| {
            [[1.0 - k2, -1.0], [3.0, -1.5 - 30.0 * k2]]
        });
        let found = small.found(bench, &scenario, 10, 60)?;
        report.near(
            format!("Gierer-Meinhardt, mode {mode} of a box 10 long: growth rate"),
            small.rate,
            found,
            0.02 * small.rate.abs().max(FLOOR),
            WHY,
        );
    }
    Ok(())
}

/// V26, first part. The shipped Brusselator with its own numbers: waves of Turing's kind grow with the larger
/// root of ((B − 1 − k², A²), (−B, −A² − d k²)).
pub(super) fn brusselator(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([64, 8, 1], 0.125);
    let scenario = shipped("turing_stripes", mesh)?;
    let value = |id: &str| -> Result<f64, EngineError> {
        Ok(scenario.arms[0].parameters[scenario.model.parameter(id)?])
    };
    let (a, b, d) = (value("a")?, value("b")?, value("diffusion_ratio")?);
    for mode in [2.0, 3.0, 4.0] {
        let small = Small::new(mesh, mode, [a, b / a], |k2| {
            [[b - 1.0 - k2, a * a], [-b, -a * a - d * k2]]
        });
        let steps = (1.0 / scenario.time.step).round() as u32;
        let found = small.found(bench, &scenario, steps / 2, steps)?;
        report.near(
            format!(
                "Brusselator, A = {a}, B = {b}, d = {d}, mode {mode} of a box 8 long: growth rate"
            ),
            small.rate,
            found,
            0.02 * small.rate.abs().max(0.5),
            "2 % (of at least 0.5)",
        );
    }
    Ok(())
}
