//! V9: directed movement.

use std::f64::consts::PI;

use warmfront_engine::EngineError;
use warmfront_model::TransportScheme;

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, mean, mean_error, put, start, ticks};
use super::{Outcome, Report};

// u = sin(πx) sends x0 to x: tan(πx/2) = tan(πx0/2) e^(πt); the density is n0(x0) dx0/dx.
fn carried(x: f64, t: f64) -> f64 {
    let g = (-PI * t).exp();
    let tangent = (0.5 * PI * x).tan();
    let from = 2.0 / PI * (g * tangent).atan();
    // d/dx of atan(g tan(πx/2)) * 2/π
    let stretch = g * (1.0 + tangent * tangent) / (1.0 + (g * tangent).powi(2));
    start_profile(from) * stretch
}

fn start_profile(x: f64) -> f64 {
    1.0 + 0.5 * (2.0 * PI * x).cos()
}

fn carry(bench: &Bench<'_>, transport: TransportScheme, n: u32) -> Result<f64, EngineError> {
    let mesh = Mesh::uniform([n, 8, 1], 1.0 / f64::from(n));
    let time = 0.2;
    let steps = n / 2;
    let dt = time / f64::from(steps);
    let toy = Toy::new()
        .field("n", "kind = \"cell\"")
        .map("phi")
        .drift("n", "s.phi");
    let mut scenario = toy.tight(mesh, dt)?;
    scenario.numerics.transport = transport;
    let mut simulation = start(bench, &scenario)?;
    put(&mut simulation, 0, &mesh.fill(|x| start_profile(x[0])))?;
    put(
        &mut simulation,
        1,
        &mesh.fill(|x| (1.0 - (PI * x[0]).cos()) / PI),
    )?;
    ticks(&mut simulation, steps, dt)?;
    let exact = mesh.fill(|x| carried(x[0], time));
    Ok(mean_error(&get(&simulation, 0, 0)?, &exact))
}

/// V9. Cells that climb what they make (Keller and Segel), below and above the mass 8π at which the
/// continuous equations collapse; then pure drift along known characteristics.
pub(super) fn aggregation(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([40, 40, 1], 0.25);
    let dt = 0.02;
    for (transport, name) in [
        (TransportScheme::Limited, "limited"),
        (TransportScheme::Upwind, "upwind"),
    ] {
        for (mass, fate) in [(0.6 * 8.0 * PI, "below"), (1.6 * 8.0 * PI, "above")] {
            let toy = Toy::new()
                .field("n", "kind = \"cell\"\ndiffusion = \"1.0\"")
                .field("c", "diffusion = \"1.0\"")
                .makes("secretion", "s.n", "c")
                .converts("decay", "1.0", "c", "")
                .drift("n", "s.c");
            let mut scenario = toy.on(mesh, dt)?;
            scenario.numerics.transport = transport;
            let mut simulation = start(bench, &scenario)?;
            let spot =
                mesh.fill(|x| mass / PI * (-((x[0] - 5.0).powi(2) + (x[1] - 5.0).powi(2))).exp());
            put(&mut simulation, 0, &spot)?;
            ticks(&mut simulation, 100, dt)?;
            let n = get(&simulation, 0, 0)?;
            let d = &simulation.diagnostics().fields[0];
            report.near(format!("aggregation, {name}, {fate} the critical mass: amount over the amount at the start"), 1.0, mean(&n) / mean(&spot), 1e-5, "conservation in f32");
            report.at_least(
                format!(
                    "aggregation, {name}, {fate} the critical mass: smallest value before clipping"
                ),
                -1e-6,
                d.smallest,
                "the contract",
            );
        }
    }
    for (transport, name, order) in [
        (TransportScheme::Limited, "limited", 1.7),
        (TransportScheme::Upwind, "upwind", 0.9),
    ] {
        let e = [carry(bench, transport, 64)?, carry(bench, transport, 128)?];
        report.at_least(
            format!("pure drift, {name}: order of the mean error, 64 to 128 cells"),
            order,
            (e[0] / e[1]).log2(),
            "two, less what a limiter loses at extrema; one for donor cells",
        );
        if transport == TransportScheme::Limited {
            report.at_most(
                "pure drift, limited: mean error on 128 cells",
                1e-3,
                e[1],
                "a thousandth of the density",
            );
        }
    }
    Ok(())
}
