//! V1, V2, V6: linear diffusion, where every answer is known.

use std::f64::consts::PI;

use warmfront_model::{Scenario, Scheme};

use super::bench::Bench;
use super::tools::{Mesh, Toy, arms, get, grid_rate, height, mean, put, sdirk2, start, ticks};
use super::{Outcome, Report};

const LENGTH: f64 = 500.0;
const DIFFUSION: f64 = 1e5;

fn heat(mesh: Mesh, step: f64) -> Result<Scenario, warmfront_engine::EngineError> {
    Toy::new()
        .field("c", "diffusion = \"1e5\"")
        .tight(mesh, step)
}

// Amplitude of the mode cos(π x / L), and the mean, after `n` steps.
fn amplitude(
    bench: &Bench<'_>,
    scheme: Scheme,
    h: f64,
    dt: f64,
    n: u32,
) -> Result<[f64; 2], warmfront_engine::EngineError> {
    let mesh = Mesh::uniform([(LENGTH / h) as u32, 8, 1], h);
    let mut scenario = heat(mesh, dt)?;
    scenario.numerics.scheme = scheme;
    let mut simulation = start(bench, &scenario)?;
    let wave = mesh.fill(|x| (PI * x[0] / LENGTH).cos());
    let from: Vec<f64> = wave.iter().map(|w| 1.0 + w).collect();
    put(&mut simulation, 0, &from)?;
    ticks(&mut simulation, n, dt)?;
    let values = get(&simulation, 0, 0)?;
    let projected: f64 = values.iter().zip(&wave).map(|(v, w)| v * w).sum();
    Ok([2.0 * projected / values.len() as f64, mean(&values)])
}

/// V1. BioFVM's first convergence test: D = 1e5 µm²/min, 1 + cos(πx/500), t = 1 min.
pub(super) fn cosine_mode(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let kappa = PI / LENGTH;
    for (h, tolerance, why) in [
        (
            20.0,
            1e-5,
            "relative to u = 1: a solve stops at f32 rounding of the diagonal, which is 10 times 1/dt",
        ),
        (
            10.0,
            2e-5,
            "relative to u = 1: a solve stops at f32 rounding of the diagonal, which is 40 times 1/dt",
        ),
    ] {
        let rate = grid_rate(DIFFUSION, kappa, h);
        let exact = (-DIFFUSION * kappa * kappa).exp();
        let [found, level] = amplitude(bench, Scheme::Sdirk2, h, 0.01, 100)?;
        let expected = sdirk2(-rate * 0.01).powi(100);
        report.near(
            format!("SDIRK2, h = {h}, dt = 0.01: amplitude at t = 1"),
            expected,
            found,
            tolerance,
            why,
        );
        report.near(
            format!("SDIRK2, h = {h}: mean"),
            1.0,
            level,
            1e-5,
            "pure diffusion keeps the amount",
        );
        let limit = if h > 15.0 { 6e-3 } else { 2.5e-3 };
        report.at_most(
            format!("SDIRK2, h = {h}: relative error of the amplitude against the equation"),
            limit,
            (found / exact - 1.0).abs(),
            "space discretisation 0.53 % (h = 20) or 0.13 % (h = 10), plus rounding of a small amplitude",
        );
        let [found, _] = amplitude(bench, Scheme::BackwardEuler, h, 0.01, 100)?;
        let expected = (1.0 + rate * 0.01).powi(-100);
        report.near(
            format!("backward Euler, h = {h}, dt = 0.01: amplitude at t = 1"),
            expected,
            found,
            tolerance,
            why,
        );
    }
    let why = "rounding in f32, relative to u = 1";
    let rate = grid_rate(DIFFUSION, kappa, 20.0);
    let [found, _] = amplitude(bench, Scheme::Explicit, 20.0, 0.0005, 200)?;
    let expected = (1.0 - rate * 0.0005).powi(200);
    report.near(
        "explicit, h = 20, dt = 0.0005: amplitude at t = 0.1",
        expected,
        found,
        1e-5,
        why,
    );
    for dt in [1.0, 100.0] {
        let [found, _] = amplitude(bench, Scheme::Sdirk2, 20.0, dt, 1)?;
        let expected = sdirk2(-rate * dt);
        report.near(
            format!("SDIRK2, h = 20, one step of {dt}: amplitude"),
            expected,
            found,
            1e-5,
            why,
        );
    }

    // An oblique mode in 3D on cells of three different edges: rates add up.
    let mesh = Mesh {
        cells: [20, 12, 10],
        spacing: [10.0, 20.0, 25.0],
    };
    let mut simulation = start(bench, &heat(mesh, 0.02)?)?;
    let modes = [2.0, 1.0, 3.0];
    let waves: [f64; 3] = std::array::from_fn(|a| PI * modes[a] / mesh.size(a));
    let wave = mesh.fill(|x| (0..3).map(|a| (waves[a] * x[a]).cos()).product());
    let from: Vec<f64> = wave.iter().map(|w| 1.0 + w).collect();
    put(&mut simulation, 0, &from)?;
    ticks(&mut simulation, 3, 0.02)?;
    let values = get(&simulation, 0, 0)?;
    let projected: f64 = values.iter().zip(&wave).map(|(v, w)| v * w).sum();
    let found = 8.0 * projected / values.len() as f64;
    let rate: f64 = (0..3)
        .map(|a| grid_rate(DIFFUSION, waves[a], mesh.spacing[a]))
        .sum();
    let expected = sdirk2(-rate * 0.02).powi(3);
    report.near(
        "SDIRK2 in 3D, cells 10 x 20 x 25, mode (2, 1, 3), three steps",
        expected,
        found,
        1e-5,
        why,
    );

    // As a user gets it.
    let mesh = Mesh::uniform([25, 8, 1], 20.0);
    let scenario = Toy::new()
        .field("c", "diffusion = \"1e5\"")
        .on(mesh, 0.01)?;
    let mut simulation = start(bench, &scenario)?;
    let wave = mesh.fill(|x| (kappa * x[0]).cos());
    let from: Vec<f64> = wave.iter().map(|w| 1.0 + w).collect();
    put(&mut simulation, 0, &from)?;
    ticks(&mut simulation, 40, 0.01)?;
    let exact = (-0.4 * DIFFUSION * kappa * kappa).exp();
    let found = height(&get(&simulation, 0, 0)?, &wave);
    report.near(
        "h = 20, dt = 0.01: amplitude at t = 0.4 against the equation",
        exact,
        found,
        0.01 * exact,
        "1 %: the space discretisation makes it 0.2 %",
    );
    Ok(())
}

struct Spot {
    mesh: Mesh,
    diffusion: f64,
    time: f64,
    within: f64,
}

impl Spot {
    // c(0) = exp(-r²/36); the solution is (t0/(t+t0))^(d/2) exp(-r²/(4D(t+t0))), t0 = 9/D.
    fn exact(&self, x: [f64; 3], t: f64) -> f64 {
        let t0 = 9.0 / self.diffusion;
        let axes = if self.mesh.cells[2] > 1 { 3 } else { 2 };
        let r2 = self.r2(x);
        (t0 / (t + t0)).powf(0.5 * f64::from(axes))
            * (-r2 / (4.0 * self.diffusion * (t + t0))).exp()
    }

    fn r2(&self, x: [f64; 3]) -> f64 {
        let axes = if self.mesh.cells[2] > 1 { 3 } else { 2 };
        (0..axes)
            .map(|a| (x[a] - 0.5 * self.mesh.size(a)).powi(2))
            .sum()
    }
}

/// V2. A Gaussian spreads as the heat kernel says; the gates are those of Spatial Model Editor.
pub(super) fn heat_kernel(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let flat = Mesh::uniform([100, 100, 1], 1.0);
    let solid = Mesh::uniform([40, 40, 40], 1.0);
    for (mesh, values, time, steps, within) in [
        (flat, vec![1.0, 3.0], 20.0, 40_u32, 16.0),
        (solid, vec![1.0], 4.0, 8, 12.0),
    ] {
        let step = time / f64::from(steps);
        let toy = Toy::new()
            .field("c", "diffusion = \"p.d\"")
            .parameter("d", 1.0);
        let mut scenario = toy.on(mesh, step)?;
        arms(&mut scenario, "d", &values)?;
        let mut simulation = start(bench, &scenario)?;
        let spots: Vec<Spot> = values
            .iter()
            .map(|&diffusion| Spot {
                mesh,
                diffusion,
                time,
                within,
            })
            .collect();
        let from = mesh.fill(|x| spots[0].exact(x, 0.0));
        put(&mut simulation, 0, &from)?;
        ticks(&mut simulation, steps, step)?;
        for (arm, spot) in spots.iter().enumerate() {
            let found = get(&simulation, arm, 0)?;
            let errors: Vec<f64> = (0..mesh.len())
                .map(|cell| (mesh.centre(cell), found[cell]))
                .filter(|(x, _)| spot.r2(*x) < spot.within * spot.within)
                .map(|(x, v)| (v / spot.exact(x, spot.time) - 1.0).abs())
                .collect();
            let name = format!(
                "{}D, D = {}",
                if mesh.cells[2] > 1 { 3 } else { 2 },
                spot.diffusion
            );
            let gate = "gate of Spatial Model Editor's test of the same spot";
            report.at_most(
                format!("{name}: largest relative error near the centre"),
                0.02,
                errors.iter().copied().fold(0.0, f64::max),
                gate,
            );
            report.at_most(
                format!("{name}: mean relative error near the centre"),
                0.003,
                mean(&errors),
                gate,
            );
            report.near(
                format!("{name}: amount over the amount at the start"),
                1.0,
                mean(&found) / mean(&from),
                1e-5,
                "conservation in f32",
            );
        }
    }
    Ok(())
}

/// V6. u_t = u_xx on 0..1 with u = 0 at both ends, from sin(πx): e^(−π² t) sin(πx).
pub(super) fn fixed_walls(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let n = 64;
    let h = 1.0 / f64::from(n);
    let mesh = Mesh::uniform([n, 8, 1], h);
    let toy = Toy::new().field(
        "c",
        "diffusion = \"1.0\"\nboundary = { x_low = { fixed = 0.0 }, x_high = { fixed = 0.0 } }",
    );
    let steps = 20;
    let dt = 0.1 / f64::from(steps);
    let wave = mesh.fill(|x| (PI * x[0]).sin());
    let run = |scenario: &Scenario| -> Result<f64, warmfront_engine::EngineError> {
        let mut simulation = start(bench, scenario)?;
        put(&mut simulation, 0, &wave)?;
        ticks(&mut simulation, steps, dt)?;
        Ok(height(&get(&simulation, 0, 0)?, &wave))
    };
    let amplitude = run(&toy.tight(mesh, dt)?)?;
    let expected = sdirk2(-grid_rate(1.0, PI, h) * dt).powi(steps as i32);
    report.near(
        "amplitude at t = 0.1 against the discrete answer",
        expected,
        amplitude,
        1e-5,
        "rounding of 20 f32 steps",
    );
    report.near(
        "amplitude at t = 0.1 against exp(-0.1 pi^2)",
        (-0.1 * PI * PI).exp(),
        run(&toy.on(mesh, dt)?)?,
        1e-3,
        "second order in h = 1/64 and dt = 0.005; the tightest gate of Chaste's test",
    );
    Ok(())
}
