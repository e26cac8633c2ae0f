//! V16: observed order in time, everything switched on.

use std::f64::consts::PI;

use warmfront_engine::EngineError;
use warmfront_model::{Scenario, Scheme, TransportScheme};

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, put, rms, start, ticks};
use super::{Outcome, Report};

/// Cells `n` that wander, climb `c`, crowd, divide and settle into `m`; a substance `c` that they
/// make, that decays, and that a compartment exchanges.
pub(super) fn all_terms_model(boundary: &str) -> Toy {
    Toy::new()
        .field(
            "n",
            &format!("diffusion = \"0.2\"\nhindrance = \"1.0 / (1.0 + s.n)\"\n{boundary}"),
        )
        .field("c", &format!("diffusion = \"1.0\"\n{boundary}"))
        .field("m", "")
        .compartment("drug", 1.0)
        .makes("division", "0.8 * s.n", "n")
        .converts("crowding", "0.8 * s.n", "n", "")
        .converts("settling", "0.3 * s.c", "n", "m = 1.0")
        .converts("release", "0.2", "m", "")
        .makes("secretion", "s.n", "c")
        .converts("decay", "1.0 + 0.5 * g.drug", "c", "")
        .makes("infusion", "0.4 * g.drug", "c")
        .converts("uptake", "0.3 * s.n", "c", "drug = 0.5")
        .converts("clearance", "0.7", "drug", "")
        .drift("n", "0.5 * s.c / (1.0 + s.c) - 0.1 * s.n")
}

/// A smooth start of `n` and `c`, without symmetry.
pub(super) fn smooth_start(mesh: Mesh) -> [Vec<f64>; 2] {
    let wave = |x: [f64; 3], i: f64, j: f64| {
        (PI * i * x[0] / mesh.size(0)).cos() * (PI * j * x[1] / mesh.size(1)).cos()
    };
    [
        mesh.fill(|x| 0.5 + 0.2 * wave(x, 1.0, 2.0) + 0.1 * wave(x, 3.0, 1.0)),
        mesh.fill(|x| 0.4 + 0.2 * wave(x, 2.0, 1.0) + 0.1 * wave(x, 1.0, 1.0)),
    ]
}

struct End {
    fields: Vec<Vec<f64>>,
    drug: f64,
}

fn mesh() -> Mesh {
    Mesh::uniform([24, 20, 1], 0.2)
}

fn run(bench: &Bench<'_>, scheme: Scheme, time: f64, steps: u32) -> Result<End, EngineError> {
    let mut scenario = all_terms_model("").tight(mesh(), time / f64::from(steps))?;
    scenario.numerics.scheme = scheme;
    scenario.numerics.transport = TransportScheme::Limited;
    run_of(bench, &scenario, steps)
}

fn run_of(bench: &Bench<'_>, scenario: &Scenario, steps: u32) -> Result<End, EngineError> {
    let (mesh, dt) = (mesh(), scenario.time.step);
    let mut simulation = start(bench, scenario)?;
    for (field, values) in smooth_start(mesh).iter().enumerate() {
        put(&mut simulation, field, values)?;
    }
    ticks(&mut simulation, steps, dt)?;
    Ok(End {
        fields: (0..3)
            .map(|f| get(&simulation, 0, f))
            .collect::<Result<_, _>>()?,
        drug: f64::from(simulation.compartments(0)?[0]),
    })
}

/// V16. Errors of all fields together against a run at a sixteenth of the step.
pub(super) fn all_terms(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    for (scheme, name, order, time) in [
        (Scheme::Sdirk2, "SDIRK2", 1.9, 4.0),
        (Scheme::BackwardEuler, "backward Euler", 0.95, 1.0),
    ] {
        let steps = 16;
        let truth = run(bench, Scheme::Sdirk2, time, 16 * steps)?;
        let ends = [
            run(bench, scheme, time, steps)?,
            run(bench, scheme, time, 2 * steps)?,
        ];
        let error = |end: &End| -> f64 {
            let squares = end
                .fields
                .iter()
                .zip(&truth.fields)
                .map(|(a, b)| rms(a, b).powi(2));
            squares.sum::<f64>().sqrt()
        };
        let [a, b] = [0, 1].map(|i| error(&ends[i]));
        report.at_least(
            format!("{name}, all fields, {steps} to {} steps to t = {time}: order", 2 * steps),
            order,
            (a / b).log2(),
            "order of the scheme: diffusion, hindrance, chemotaxis, crowding, growth, conversion, exchange at once",
        );
        report.at_most(
            format!("{name}, all fields, {} steps: error", 2 * steps),
            if order > 1.0 { 1e-3 } else { 1e-2 },
            b,
            "of fields of order 1",
        );
        if scheme == Scheme::Sdirk2 {
            let plain = all_terms_model("").on(mesh(), time / f64::from(2 * steps))?;
            report.at_most(
                format!("as a user gets it, all fields, {} steps: error", 2 * steps),
                2e-3,
                error(&run_of(bench, &plain, 2 * steps)?),
                "of fields of order 1",
            );
            // With more steps the error is soon as small as the rounding of f32.
            let few = steps / 4;
            let drug = |steps| {
                Ok::<_, EngineError>((run(bench, scheme, time, steps)?.drug - truth.drug).abs())
            };
            let [a, b] = [drug(few)?, drug(2 * few)?];
            report.at_least(
                format!("{name}, compartment, {few} to {} steps: order", 2 * few),
                order,
                (a / b).log2(),
                "exchange with the tissue keeps the order",
            );
        }
    }
    Ok(())
}
