//! V3, V7: steady states, reached in one step.

use warmfront_engine::EngineError;
use warmfront_model::Scheme;

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, largest_error, put, start, ticks};
use super::{Outcome, Report};

const UPTAKE: f64 = 10.0;
const DIFFUSION: f64 = 1e5;
const OUTSIDE: f64 = 38.0;
const WIDTH: f64 = 800.0;

// One huge step from an empty slab.
fn slab(bench: &Bench<'_>, h: f64, scheme: Scheme) -> Result<(Mesh, Vec<f64>), EngineError> {
    let mesh = Mesh::uniform([(WIDTH / h) as u32, 8, 1], h);
    let step = 1e8;
    let mut scenario = slab_model().tight(mesh, step)?;
    scenario.numerics.scheme = scheme;
    let mut simulation = start(bench, &scenario)?;
    ticks(&mut simulation, 1, step)?;
    Ok((mesh, get(&simulation, 0, 0)?))
}

fn slab_model() -> Toy {
    Toy::new()
        .field(
            "c",
            "diffusion = \"1e5\"\nscale = 38.0\nboundary = { x_low = { fixed = 38.0 }, x_high = { fixed = 38.0 } }",
        )
        .converts("uptake", "10.0", "c", "")
}

/// V3. Oxygen at 38 mmHg on both sides of a slab of 800 µm, D = 1e5 µm²/min, uptake 10/min: the
/// penetration length is 100 µm and the centre holds 38/cosh 4.
///
/// The grid's own answer is A cosh(κ(x − L/2)) with 2(cosh κh − 1) = λh²/D, and a wall half a cell
/// away makes A = 38 / (cosh(κL/2) cosh(κh/2)).
pub(super) fn penetration(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let length = (DIFFUSION / UPTAKE).sqrt();
    let mut errors = Vec::new();
    for h in [40.0, 20.0, 10.0] {
        for scheme in [Scheme::Sdirk2, Scheme::BackwardEuler] {
            let (mesh, found) = slab(bench, h, scheme)?;
            let kappa = (1.0 + 0.5 * UPTAKE * h * h / DIFFUSION).acosh() / h;
            let height = OUTSIDE / ((0.5 * kappa * WIDTH).cosh() * (0.5 * kappa * h).cosh());
            let discrete = mesh.fill(|x| height * (kappa * (x[0] - 0.5 * WIDTH)).cosh());
            let name = if scheme == Scheme::Sdirk2 {
                "SDIRK2"
            } else {
                "backward Euler"
            };
            report.at_most(
                format!("{name}, h = {h}, one step of 1e8 min: largest error against the grid's answer, mmHg"),
                1e-3 * OUTSIDE / 10.0,
                largest_error(&found, &discrete),
                "1e-4 of the wall's value: the solver stops at f32 rounding of the diagonal, 4D/h^2 = 400 times the uptake at h = 10",
            );
            if scheme == Scheme::Sdirk2 {
                let exact = mesh.fill(|x| {
                    OUTSIDE * ((x[0] - 0.5 * WIDTH) / length).cosh() / (0.5 * WIDTH / length).cosh()
                });
                errors.push(super::tools::rms(&found, &exact));
                if h == 10.0 {
                    let middle = mesh.len() / 2;
                    let beside = mesh.centre(middle)[0] - 0.5 * WIDTH;
                    let centre = found[middle] / (kappa * beside).cosh();
                    report.near("h = 10: value at the centre, mmHg, against 38 / cosh 4", 1.391_522, centre, 0.005, "0.17 % at h = 10 from the stencil and -0.13 % from the wall, both second order");
                }
            }
        }
    }
    let why = "second order";
    report.at_least(
        "order in space, h = 40 to 20",
        1.9,
        (errors[0] / errors[1]).log2(),
        why,
    );
    report.at_least(
        "order in space, h = 20 to 10",
        1.9,
        (errors[1] / errors[2]).log2(),
        why,
    );

    // As a user gets it.
    let h = 10.0;
    let mesh = Mesh::uniform([(WIDTH / h) as u32, 8, 1], h);
    let mut simulation = start(bench, &slab_model().on(mesh, 0.1)?)?;
    ticks(&mut simulation, 20, 0.1)?;
    let found = get(&simulation, 0, 0)?;
    let exact = mesh
        .fill(|x| OUTSIDE * ((x[0] - 0.5 * WIDTH) / length).cosh() / (0.5 * WIDTH / length).cosh());
    report.at_most(
        "h = 10, 20 steps of 0.1 min from empty: largest error against cosh, mmHg",
        0.01 * OUTSIDE,
        largest_error(&found, &exact),
        "1 % of the wall's value",
    );
    Ok(())
}

/// V7. Without loss, a steady state between two fixed walls is a straight line on any grid.
pub(super) fn lines(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([16, 8, 1], 1.0 / 16.0);
    for (name, low, high) in [("x", 0.0, 1.0), ("3x", 0.0, 3.0), ("2 - 2x", 2.0, 0.0)] {
        let walls = format!(
            "diffusion = \"1.0\"\nboundary = {{ x_low = {{ fixed = {low:?} }}, x_high = {{ fixed = {high:?} }} }}"
        );
        let mut simulation = start(bench, &Toy::new().field("c", &walls).tight(mesh, 1e8)?)?;
        ticks(&mut simulation, 1, 1e8)?;
        let found = get(&simulation, 0, 0)?;
        let exact = mesh.fill(|x| low + (high - low) * x[0]);
        report.at_most(
            format!("{name} on 16 cells: largest error"),
            3e-5 * f64::max(low, high),
            largest_error(&found, &exact),
            "rounding 1.5e-7 of the diagonal, times the grid's condition number 4 * 16^2 / pi^2 = 104",
        );
    }
    // As a user gets it: in steps of half the time that diffusion takes to cross.
    let walls =
        "diffusion = \"1.0\"\nboundary = { x_low = { fixed = 0.0 }, x_high = { fixed = 1.0 } }";
    let mut simulation = start(bench, &Toy::new().field("c", walls).on(mesh, 0.5)?)?;
    ticks(&mut simulation, 10, 0.5)?;
    report.at_most(
        "x on 16 cells, 10 steps of 0.5 from empty: largest error",
        1e-3,
        largest_error(&get(&simulation, 0, 0)?, &mesh.fill(|x| x[0])),
        "a thousandth of the wall's value",
    );
    // The same along y and z, where rows and planes are walked differently.
    let mesh = Mesh::uniform([8, 12, 10], 0.1);
    for (axis, name) in [(1, "y"), (2, "z")] {
        let walls = format!(
            "diffusion = \"1.0\"\nboundary = {{ {name}_low = {{ fixed = 0.0 }}, {name}_high = {{ fixed = 1.0 }} }}"
        );
        let mut simulation = start(bench, &Toy::new().field("c", &walls).tight(mesh, 1e8)?)?;
        put(&mut simulation, 0, &vec![0.5; mesh.len()])?;
        ticks(&mut simulation, 1, 1e8)?;
        let found = get(&simulation, 0, 0)?;
        let exact = mesh.fill(|x| x[axis] / mesh.size(axis));
        report.at_most(
            format!("{name} in 3D: largest error"),
            3e-5,
            largest_error(&found, &exact),
            "as above",
        );
    }
    Ok(())
}
