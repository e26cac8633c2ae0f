//! V22: patterns that everyone knows.

use super::bench::Bench;
use super::tools::{Mesh, arms, get, put, shipped, start, ticks};
use super::{Outcome, Report};

// Number of connected patches above `level` on a torus, and the share of cells in them.
fn patches(values: &[f64], mesh: Mesh, level: f64) -> (usize, f64) {
    let [nx, ny, _] = mesh.cells.map(|n| n as usize);
    let mut seen = vec![false; values.len()];
    let mut count = 0;
    for from in 0..values.len() {
        if seen[from] || values[from] < level {
            continue;
        }
        count += 1;
        let mut stack = vec![from];
        seen[from] = true;
        while let Some(cell) = stack.pop() {
            let (x, y) = (cell % nx, cell / nx);
            let around = [
                ((x + 1) % nx, y),
                ((x + nx - 1) % nx, y),
                (x, (y + 1) % ny),
                (x, (y + ny - 1) % ny),
            ];
            for next in around.map(|(x, y)| y * nx + x) {
                if !seen[next] && values[next] >= level {
                    seen[next] = true;
                    stack.push(next);
                }
            }
        }
    }
    let covered = values.iter().filter(|v| **v >= level).count();
    (count, covered as f64 / values.len() as f64)
}

/// V22. Gray and Scott's reaction with three kill rates, one start: labyrinth, separate spots, nothing.
pub(super) fn gray_scott(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([64, 64, 1], 2.5 / 128.0);
    let mut scenario = shipped("labyrinth", mesh)?;
    // Ten of the model's steps at once, or this would take most of a minute.
    let dt = 10.0 * scenario.time.step;
    scenario.time.step = dt;
    arms(&mut scenario, "kill", &[0.060, 0.0649, 0.075])?;
    let mut simulation = start(bench, &scenario)?;
    // Four unequal squares of activator.
    let squares = [(12, 14, 6), (40, 20, 5), (25, 45, 7), (52, 50, 4)];
    let place = |x: [f64; 3]| x.map(|v| (v / mesh.spacing[0]) as i32);
    let inside = |x: [f64; 3]| {
        let [i, j, _] = place(x);
        squares
            .iter()
            .any(|&(a, b, r)| (i - a).abs() <= r && (j - b).abs() <= r)
    };
    put(
        &mut simulation,
        0,
        &mesh.fill(|x| if inside(x) { 0.5 } else { 1.0 }),
    )?;
    put(
        &mut simulation,
        1,
        &mesh.fill(|x| if inside(x) { 0.25 } else { 0.0 }),
    )?;
    ticks(&mut simulation, 500, dt)?;
    let count: Vec<(usize, f64)> = (0..3)
        .map(|arm| get(&simulation, arm, 1).map(|v| patches(&v, mesh, 0.15)))
        .collect::<Result<_, _>>()?;
    report.at_least(
        "kill 0.060, labyrinth: share of cells above 0.15",
        0.3,
        count[0].1,
        "stripes fill the plane",
    );
    report.at_most(
        "kill 0.060, labyrinth: connected patches",
        12.0,
        count[0].0 as f64,
        "stripes join",
    );
    report.at_least(
        "kill 0.0649, spots: connected patches",
        8.0,
        count[1].0 as f64,
        "four squares have divided",
    );
    report.at_most(
        "kill 0.0649, spots: share of cells above 0.15",
        0.3,
        count[1].1,
        "spots stay apart",
    );
    report.at_most(
        "kill 0.075, extinction: share of cells above 0.15",
        0.0,
        count[2].1,
        "the autocatalyst dies out",
    );
    Ok(())
}
