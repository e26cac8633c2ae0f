//! V16: observed order in time, everything switched on.

use std::f64::consts::PI;

use warmfront_engine::{EngineError, Gpu};
use warmfront_model::{Scheme, TransportScheme};

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

fn run(gpu: &Gpu, scheme: Scheme, steps: u32) -> Result<End, EngineError> {
    let mesh = Mesh::uniform([24, 20, 1], 0.2);
    let dt = 1.0 / f64::from(steps);
    let mut scenario = all_terms_model("").on(mesh, dt)?;
    scenario.numerics.scheme = scheme;
    scenario.numerics.transport = TransportScheme::Limited;
    let mut simulation = start(gpu, &scenario)?;
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

/// V16. Errors against a run at a sixteenth of the step.
pub(super) fn all_terms(gpu: &Gpu, report: &mut Report) -> Outcome {
    for (scheme, name, order, coarse) in [
        (Scheme::Sdirk2, "SDIRK2", 1.9, 8_u32),
        (Scheme::BackwardEuler, "backward Euler", 0.95, 8),
    ] {
        let truth = run(gpu, Scheme::Sdirk2, 16 * coarse)?;
        let ends = [run(gpu, scheme, coarse)?, run(gpu, scheme, 2 * coarse)?];
        for (f, field) in ["cells n", "substance c", "settled m"].iter().enumerate() {
            let [a, b] = [0, 1].map(|i| rms(&ends[i].fields[f], &truth.fields[f]));
            report.at_least(
                format!("{name}, {field}: order, dt = 1/8 to 1/16"),
                order,
                (a / b).log2(),
                "order of the scheme: diffusion, hindrance, chemotaxis, crowding, growth, conversion and exchange at once",
            );
            if scheme == Scheme::Sdirk2 {
                report.at_most(
                    format!("{name}, {field}: error at dt = 1/16"),
                    1e-3,
                    b,
                    "a thousandth of the field",
                );
            }
        }
        let [a, b] = [0, 1].map(|i| (ends[i].drug - truth.drug).abs());
        report.at_least(
            format!("{name}, compartment: order, dt = 1/8 to 1/16"),
            order,
            (a / b).log2(),
            "order of the scheme",
        );
    }
    Ok(())
}
