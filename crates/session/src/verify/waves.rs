//! V4: fronts.

use warmfront_engine::EngineError;

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, largest_error, put, start, ticks};
use super::{Outcome, Report};

fn fisher_model() -> Toy {
    Toy::new()
        .field("u", "diffusion = \"1.0\"")
        .makes("growth", "s.u", "u")
        .converts("crowding", "s.u", "u", "")
}

const START: f64 = -32.0;
const SPAN: f64 = 76.8;

// Ablowitz and Zeppetella's wave for D = r = 1, speed 5/√6.
fn wave(x: f64, t: f64) -> f64 {
    let z = x - 5.0 * t / 6f64.sqrt();
    (1.0 + (z / 6f64.sqrt()).exp()).powi(-2)
}

// The same equation on one row of cells, explicit fourth-order Runge-Kutta in double precision.
fn line_reference(u: &mut [f64], h: f64, time: f64) {
    let slope = |u: &[f64]| -> Vec<f64> {
        let last = u.len() - 1;
        let each = (0..u.len()).map(|i| {
            let (low, high) = (u[i.saturating_sub(1)], u[(i + 1).min(last)]);
            (low - 2.0 * u[i] + high) / (h * h) + u[i] * (1.0 - u[i])
        });
        each.collect()
    };
    let steps = (time / (0.2 * h * h)).ceil();
    let dt = time / steps;
    for _ in 0..steps as u32 {
        let at = |k: &[f64], f: f64| -> Vec<f64> {
            u.iter().zip(k).map(|(u, k)| u + f * dt * k).collect()
        };
        let k1 = slope(u);
        let k2 = slope(&at(&k1, 0.5));
        let k3 = slope(&at(&k2, 0.5));
        let k4 = slope(&at(&k3, 1.0));
        for (i, u) in u.iter_mut().enumerate() {
            *u += dt / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]);
        }
    }
}

// Where the first row falls through `level`, interpolated.
fn front(u: &[f64], mesh: Mesh, level: f64) -> f64 {
    let row = &u[..mesh.cells[0] as usize];
    let i = row
        .iter()
        .rposition(|&v| v >= level)
        .unwrap_or(0)
        .min(row.len() - 2);
    let part = (row[i] - level) / (row[i] - row[i + 1]);
    mesh.centre(i)[0] + part * mesh.spacing[0]
}

fn exact_wave(bench: &Bench<'_>, n: u32, dt: f64) -> Result<(f64, f64), EngineError> {
    let h = SPAN / f64::from(n);
    let mesh = Mesh::uniform([n, 8, 1], h);
    let mut simulation = start(bench, &fisher_model().tight(mesh, dt)?)?;
    let at = |t: f64| mesh.fill(|x| wave(START + x[0], t));
    put(&mut simulation, 0, &at(0.0))?;
    ticks(&mut simulation, (5.0 / dt).round() as u32, dt)?;
    let middle = front(&get(&simulation, 0, 0)?, mesh, 0.25);
    ticks(&mut simulation, (5.0 / dt).round() as u32, dt)?;
    let end = front(&get(&simulation, 0, 0)?, mesh, 0.25);
    let error = largest_error(&get(&simulation, 0, 0)?, &at(10.0));
    Ok((error, (end - middle) / 5.0))
}

/// V4. The exact wave with D = r = 1, t = 10; then a step, whose front must approach 2√(rD).
pub(super) fn fisher(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let runs = [(96, 0.2), (192, 0.1), (384, 0.05)]
        .iter()
        .map(|&(n, dt)| exact_wave(bench, n, dt))
        .collect::<Result<Vec<_>, _>>()?;
    let why = "space and time are refined together; both are second order";
    report.at_least(
        "exact wave: order of the largest error, h = 0.8 to 0.4",
        1.9,
        (runs[0].0 / runs[1].0).log2(),
        why,
    );
    report.at_least(
        "exact wave: order of the largest error, h = 0.4 to 0.2",
        1.9,
        (runs[1].0 / runs[2].0).log2(),
        why,
    );
    report.at_most(
        "exact wave: largest error at h = 0.2, t = 10",
        1.046e-2,
        runs[2].0,
        "what an explicit second-order code reaches with 125 times as many steps",
    );
    let speed = 5.0 / 6f64.sqrt();
    report.near(
        "exact wave: speed 5 / sqrt 6 at h = 0.2",
        speed,
        runs[2].1,
        0.01 * speed,
        "1 %",
    );

    let mesh = Mesh::uniform([320, 8, 1], 0.25);
    let step = mesh.fill(|x| if x[0] < 5.0 { 1.0 } else { 0.0 });
    let dt = 0.1;
    let mut simulation = start(bench, &fisher_model().on(mesh, dt)?)?;
    put(&mut simulation, 0, &step)?;
    ticks(&mut simulation, 150, dt)?;
    let first = front(&get(&simulation, 0, 0)?, mesh, 0.5);
    ticks(&mut simulation, 150, dt)?;
    let second = front(&get(&simulation, 0, 0)?, mesh, 0.5);
    let found = (second - first) / 15.0;

    let mut row = step[..320].to_vec();
    line_reference(&mut row, mesh.spacing[0], 15.0);
    let first = front(&row, mesh, 0.5);
    line_reference(&mut row, mesh.spacing[0], 15.0);
    let expected = (front(&row, mesh, 0.5) - first) / 15.0;
    report.near(
        "front from a step: mean speed from t = 15 to 30 against a double-precision run",
        expected,
        found,
        0.002 * expected,
        "0.2 %: time error at dt = 0.1",
    );
    // Bramson's law x(t) = 2t - (3/2) ln t + const + O(1/sqrt t) (recalled, not re-read).
    let corrected = found + 1.5 * 2f64.ln() / 15.0;
    report.near(
        "front from a step: the same with 3/(2t) added, against 2 sqrt(r D)",
        2.0,
        corrected,
        0.02,
        "1 %",
    );
    Ok(())
}
