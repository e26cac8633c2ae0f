//! V11: nothing in the engine prefers a direction.

use warmfront_engine::EngineError;

use super::bench::Bench;
use super::time_order::{all_terms_model, smooth_start};
use super::tools::{Mesh, get, largest_error, put, start, ticks};
use super::{Outcome, Report};

type Fields = Vec<Vec<f64>>;

fn run(
    bench: &Bench<'_>,
    boundary: &str,
    mesh: Mesh,
    from: &[Vec<f64>],
) -> Result<Fields, EngineError> {
    let dt = 0.1;
    let mut simulation = start(bench, &all_terms_model(boundary).tight(mesh, dt)?)?;
    for (field, values) in from.iter().enumerate() {
        put(&mut simulation, field, values)?;
    }
    ticks(&mut simulation, 10, dt)?;
    (0..3).map(|f| get(&simulation, 0, f)).collect()
}

// The map whose cell `to(place)` is the old cell at `place`.
fn moved(
    values: &[f64],
    from: Mesh,
    target: Mesh,
    to: impl Fn([usize; 3]) -> [usize; 3],
) -> Vec<f64> {
    let mut result = vec![0.0; values.len()];
    for (cell, v) in values.iter().enumerate() {
        let [x, y, z] = to(from.place(cell));
        let [nx, ny, _] = target.cells.map(|n| n as usize);
        result[(z * ny + y) * nx + x] = *v;
    }
    result
}

fn worst(a: &Fields, b: &Fields) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| largest_error(x, y))
        .fold(0.0, f64::max)
}

/// V11. The model with all terms, 22 × 17 cells of unequal edges, ten steps.
pub(super) fn invariances(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh {
        cells: [22, 17, 1],
        spacing: [0.2, 0.25, 0.2],
    };
    let turned = Mesh {
        cells: [17, 22, 1],
        spacing: [0.25, 0.2, 0.2],
    };
    let from = smooth_start(mesh);
    let all = |target: Mesh,
               to: &dyn Fn([usize; 3]) -> [usize; 3],
               fields: &[Vec<f64>]|
     -> Fields { fields.iter().map(|v| moved(v, mesh, target, to)).collect() };
    let plain = run(bench, "", mesh, &from)?;
    let why = "the order of sums differs, and solves stop at 1e-6";
    let transpose = |p: [usize; 3]| [p[1], p[0], p[2]];
    let other = run(bench, "", turned, &all(turned, &transpose, &from))?;
    report.at_most(
        "transposed start, transposed end: largest difference",
        2e-6,
        worst(&other, &all(turned, &transpose, &plain)),
        why,
    );
    for (name, to) in [
        (
            "mirrored in x",
            (|p| [21 - p[0], p[1], p[2]]) as fn([usize; 3]) -> [usize; 3],
        ),
        ("mirrored in y", |p| [p[0], 16 - p[1], p[2]]),
    ] {
        let other = run(bench, "", mesh, &all(mesh, &to, &from))?;
        report.at_most(
            format!("{name}: largest difference"),
            2e-6,
            worst(&other, &all(mesh, &to, &plain)),
            why,
        );
    }
    let around = "boundary = \"periodic\"";
    let plain = run(bench, around, mesh, &from)?;
    let shift = |p: [usize; 3]| [(p[0] + 5) % 22, (p[1] + 3) % 17, p[2]];
    let other = run(bench, around, mesh, &all(mesh, &shift, &from))?;
    report.at_most(
        "periodic, shifted by 5 and 3 cells: largest difference",
        2e-6,
        worst(&other, &all(mesh, &shift, &plain)),
        "coarse grids lie elsewhere, so solves stop at other remainders of 1e-6",
    );
    Ok(())
}
