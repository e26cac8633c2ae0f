//! V29: drift towards and away from walls that are held at a value.

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, mean, put, start, ticks};
use super::{Outcome, Report};

const SPEED: f64 = 5.0;

/// V29. c″ = ±5 c′ on a unit length between a wall at 1 and one at 0: c = (1 − e^(±5 (x−1))) / (1 − e^(∓5)), along
/// each axis in 2D and 3D.
pub(super) fn held_walls(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    // Mean of (e^5 − e^(5x)) / (e^5 − 1): the wind blows from the wall at 1 to that at 0.
    let exact = |speed: f64| {
        let e = speed.exp();
        e / (e - 1.0) - 1.0 / speed
    };
    for (solid, axis) in [(false, 0), (false, 1), (true, 1), (true, 2)] {
        let name = ["x", "y", "z"][axis];
        for (from, wind) in [
            ("low", SPEED),
            ("high", SPEED),
            ("low", -SPEED),
            ("high", -SPEED),
        ] {
            let (low, high) = if from == "low" {
                (1.0, 0.0)
            } else {
                (0.0, 1.0)
            };
            let mut cells = [8, 8, if solid { 8 } else { 1 }];
            let n = if solid { 16 } else { 32 };
            cells[axis] = n;
            let mesh = Mesh::uniform(cells, 1.0 / f64::from(n));
            let walls = format!(
                "diffusion = \"1.0\"\nboundary = {{ {name}_low = {{ fixed = {low:?} }}, {name}_high = {{ fixed = {high:?} }} }}"
            );
            let toy = Toy::new()
                .field("c", &walls)
                .map("ramp")
                .drift("c", &format!("{wind:?} * s.ramp"));
            let mut simulation = start(bench, &toy.on(mesh, 0.1)?)?;
            // Maps hold no negative value; the slope alone counts.
            put(&mut simulation, 1, &mesh.fill(|x| x[axis]))?;
            ticks(&mut simulation, 20, 0.1)?;
            // Along the wind, as seen from the wall at 1.
            let along = if from == "low" { wind } else { -wind };
            let dimensions = if solid { 3 } else { 2 };
            report.near(
                format!("{dimensions}D, wall at 1 on the {from} side of {name}, drift {wind}: steady mean"),
                exact(along),
                mean(&get(&simulation, 0, 0)?),
                if solid { 0.02 } else { 0.008 },
                "1 % on 32 cells, more on 16: second order with a boundary layer of a fifth",
            );
        }
    }
    Ok(())
}
