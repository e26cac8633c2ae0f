//! V10: growth rates of small waves.

use std::f64::consts::PI;

use super::bench::Bench;
use super::tools::{Mesh, get, grid_rate, growth, height, put, shipped, start, ticks};
use super::{Outcome, Report};

/// V10. Schnakenberg's kinetics (the shipped model) at u = 1, v = 0.9, γ = 1000, d = 10: a small
/// wave grows or decays with the larger eigenvalue of γJ − diag(1, d) κ².
pub(super) fn growth_rates(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let n = 64;
    let mesh = Mesh::uniform([n, 8, 1], 1.0 / f64::from(n));
    let gamma = 1000.0;
    let jacobian = [[0.8, 1.0], [-1.8, -1.0]];
    for mode in [4.0, 5.0, 6.0, 7.0, 8.0] {
        let kappa = mode * PI;
        let damping = grid_rate(1.0, kappa, mesh.spacing[0]);
        let a = gamma * jacobian[0][0] - damping;
        let d = gamma * jacobian[1][1] - 10.0 * damping;
        let (b, c) = (gamma * jacobian[0][1], gamma * jacobian[1][0]);
        // Eigenvector (1, w).
        let (rate, w) = growth([[a, b], [c, d]]);
        let scenario = shipped("spots", mesh)?;
        let dt = scenario.time.step;
        let mut simulation = start(bench, &scenario)?;
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
        let steps = 20;
        ticks(&mut simulation, 5, dt)?;
        let first = height(&get(&simulation, 0, 0)?, &wave);
        ticks(&mut simulation, steps, dt)?;
        let second = height(&get(&simulation, 0, 0)?, &wave);
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
