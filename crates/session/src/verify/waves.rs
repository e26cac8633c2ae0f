//! V4: fronts.

use std::f64::consts::PI;

use warmfront_engine::{EngineError, Gpu, Simulation};

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

// Where the first row falls through `level`, interpolated.
fn front(simulation: &Simulation, mesh: Mesh, level: f64) -> Result<f64, EngineError> {
    let u = get(simulation, 0, 0)?;
    let row = &u[..mesh.cells[0] as usize];
    let i = row
        .iter()
        .rposition(|&v| v >= level)
        .unwrap_or(0)
        .min(row.len() - 2);
    let part = (row[i] - level) / (row[i] - row[i + 1]);
    Ok(mesh.centre(i)[0] + part * mesh.spacing[0])
}

fn exact_wave(gpu: &Gpu, n: u32, dt: f64) -> Result<(f64, f64), EngineError> {
    let h = SPAN / f64::from(n);
    let mesh = Mesh::uniform([n, 8, 1], h);
    let mut simulation = start(gpu, &fisher_model().on(mesh, dt)?)?;
    let at = |t: f64| mesh.fill(|x| wave(START + x[0], t));
    put(&mut simulation, 0, &at(0.0))?;
    ticks(&mut simulation, (5.0 / dt).round() as u32, dt)?;
    let middle = front(&simulation, mesh, 0.25)?;
    ticks(&mut simulation, (5.0 / dt).round() as u32, dt)?;
    let end = front(&simulation, mesh, 0.25)?;
    let error = largest_error(&get(&simulation, 0, 0)?, &at(10.0));
    Ok((error, (end - middle) / 5.0))
}

/// V4. The exact wave with D = r = 1, t = 10; then a step, whose front must approach 2√(rD).
pub(super) fn fisher(gpu: &Gpu, report: &mut Report) -> Outcome {
    let runs = [(96, 0.2), (192, 0.1), (384, 0.05)]
        .iter()
        .map(|&(n, dt)| exact_wave(gpu, n, dt))
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

    // Bramson's law with the next term of Ebert and van Saarloos 2000, Physica D 146:1 (recalled):
    // x(t) = 2t - (3/2) ln t + const - 3 sqrt(pi / t).
    let mesh = Mesh::uniform([320, 8, 1], 0.25);
    let dt = 0.1;
    let mut simulation = start(gpu, &fisher_model().on(mesh, dt)?)?;
    put(
        &mut simulation,
        0,
        &mesh.fill(|x| if x[0] < 5.0 { 1.0 } else { 0.0 }),
    )?;
    ticks(&mut simulation, 150, dt)?;
    let first = front(&simulation, mesh, 0.5)?;
    ticks(&mut simulation, 150, dt)?;
    let second = front(&simulation, mesh, 0.5)?;
    let slow = |t: f64| -1.5 * t.ln() - 3.0 * (PI / t).sqrt();
    let found = (second - first - (slow(30.0) - slow(15.0))) / 15.0;
    report.near(
        "front from a step: speed 2 sqrt(r D), corrected for its slow approach",
        2.0,
        found,
        0.02,
        "1 %; the grid adds h^2/12 = 0.5 % at most",
    );
    Ok(())
}
