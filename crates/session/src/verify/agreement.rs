//! V12: the device against the reference, one step and a run, and the schemes against each other.

use warmfront_engine::EngineError;
use warmfront_model::{Scheme, TransportScheme};

use super::bench::Bench;
use super::reference::{State, integrate, plus, slope, toy};
use super::tools::{Mesh, get, largest_error, put, start, ticks, uniform};
use super::{Outcome, Report};

fn device(
    bench: &Bench<'_>,
    mesh: Mesh,
    from: &State,
    scheme: Scheme,
    dt: f64,
    steps: u32,
) -> Result<State, EngineError> {
    // One explicit step has to be one; the default begins with a quarter of it.
    let mut scenario = match scheme {
        Scheme::Explicit => toy().tight(mesh, dt)?,
        _ => toy().on(mesh, dt)?,
    };
    scenario.numerics.scheme = scheme;
    // The reference's drift.
    scenario.numerics.transport = TransportScheme::Upwind;
    let mut simulation = start(bench, &scenario)?;
    put(&mut simulation, 0, &from[0])?;
    put(&mut simulation, 1, &from[1])?;
    ticks(&mut simulation, steps, dt)?;
    Ok([get(&simulation, 0, 0)?, get(&simulation, 0, 1)?])
}

fn worst(a: &State, b: &State) -> f64 {
    f64::max(largest_error(&a[0], &b[0]), largest_error(&a[1], &b[1]))
}

/// V12. Rough random fields, so that every coefficient of every face counts.
pub(super) fn against_reference(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    for (name, mesh) in [
        (
            "2D, 13 x 11",
            Mesh {
                cells: [13, 11, 1],
                spacing: [0.5, 0.4, 1.0],
            },
        ),
        (
            "3D, 9 x 10 x 8",
            Mesh {
                cells: [9, 10, 8],
                spacing: [0.5, 0.4, 0.6],
            },
        ),
    ] {
        let random = |seed: u32| {
            (0..mesh.len() as u32)
                .map(|i| 0.2 + f64::from(uniform(seed, i) as f32))
                .collect()
        };
        let from: State = [random(1), random(2)];
        let dt = 0.001;
        let one = device(bench, mesh, &from, Scheme::Explicit, dt, 1)?;
        let expected = plus(&from, &slope(mesh, &from), dt);
        report.at_most(
            format!("{name}: one explicit step, largest difference"),
            1e-6,
            worst(&one, &expected),
            "a few roundings of f32 at values near 1",
        );

        let time = 0.2;
        let truth = integrate(mesh, from.clone(), time, 400);
        let run = device(bench, mesh, &from, Scheme::Sdirk2, time / 40.0, 40)?;
        report.at_most(
            format!("{name}: SDIRK2, 40 steps to t = 0.2, largest difference"),
            5e-4,
            worst(&run, &truth),
            "the f32 run gate of Spatial Model Editor; the time error is second order",
        );
        let explicit = device(bench, mesh, &from, Scheme::Explicit, time / 400.0, 400)?;
        report.at_most(
            format!("{name}: explicit, 400 steps to t = 0.2, largest difference"),
            2e-3,
            worst(&explicit, &truth),
            "first order at dt = 5e-4",
        );
        let fine = device(bench, mesh, &from, Scheme::BackwardEuler, time / 400.0, 400)?;
        report.at_most(
            format!("{name}: backward Euler and explicit differ at t = 0.2 by"),
            4e-3,
            worst(&fine, &explicit),
            "twice the first-order error, of opposite signs",
        );
    }
    Ok(())
}
