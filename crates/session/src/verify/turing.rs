//! V10: growth rates of small waves.

use std::f64::consts::PI;

use warmfront_engine::Gpu;
use warmfront_model::{Library, Overrides};

use super::tools::{Mesh, get, grid_rate, put, start, ticks};
use super::{Outcome, Report};

/// V10. Schnakenberg's kinetics (the shipped model) at u = 1, v = 0.9, γ = 1000, d = 10: a small
/// wave grows or decays with the larger eigenvalue of γJ − diag(1, d) κ².
pub(super) fn growth_rates(gpu: &Gpu, report: &mut Report) -> Outcome {
    let n = 64;
    let mesh = Mesh::uniform([n, 8, 1], 1.0 / f64::from(n));
    let gamma = 1000.0;
    let jacobian = [[0.8, 1.0], [-1.8, -1.0]];
    let dt = 2.5e-4;
    for mode in [4.0, 5.0, 6.0, 7.0, 8.0] {
        let kappa = mode * PI;
        let damping = grid_rate(1.0, kappa, mesh.spacing[0]);
        let a = gamma * jacobian[0][0] - damping;
        let d = gamma * jacobian[1][1] - 10.0 * damping;
        let bc = gamma * gamma * jacobian[0][1] * jacobian[1][0];
        let root = (0.25 * (a - d).powi(2) + bc).sqrt();
        let rate = 0.5 * (a + d) + root;
        // Eigenvector (1, w): a + γ J01 w = rate.
        let w = (rate - a) / (gamma * jacobian[0][1]);
        let overrides = Overrides {
            grid: Some([n, n, 1]),
            step: Some(dt),
            ..Overrides::default()
        };
        let mut scenario = Library::embedded().scenario("spots")?.with(overrides)?;
        scenario.grid.cells = mesh.cells;
        scenario.grid.spacing = mesh.spacing;
        scenario.initial.fill(None);
        scenario.numerics.first_step = 1.0;
        scenario.numerics.tolerance = 1e-6;
        scenario.numerics.max_cycles = 32;
        let mut simulation = start(gpu, &scenario)?;
        let wave = mesh.fill(|x| (kappa * x[0]).cos());
        let small = 2e-3;
        put(
            &mut simulation,
            0,
            &wave.iter().map(|c| 1.0 + small * c).collect::<Vec<_>>(),
        )?;
        put(
            &mut simulation,
            1,
            &wave.iter().map(|c| 0.9 + small * w * c).collect::<Vec<_>>(),
        )?;
        let size = |values: Vec<f64>| {
            let sum: f64 = values.iter().zip(&wave).map(|(v, c)| v * c).sum();
            2.0 * sum / mesh.len() as f64
        };
        let steps = 40;
        ticks(&mut simulation, 10, dt)?;
        let first = size(get(&simulation, 0, 0)?);
        ticks(&mut simulation, steps, dt)?;
        let second = size(get(&simulation, 0, 0)?);
        let found = (second / first).ln() / (f64::from(steps) * dt);
        report.near(
            format!("mode {mode} on 64 cells: growth rate"),
            rate,
            found,
            0.02 * rate.abs().max(20.0),
            "2 % (of at least 20): time error of second order and the wave's own nonlinearity",
        );
    }
    Ok(())
}
