//! V18: what one V-cycle achieves.
//!
//! The problem is (1/Δt + L − ∇·D m ∇) c = c₀/Δt + L from a random start c₀. A run that is allowed only
//! so many cycles, at a tolerance that nothing reaches, fails and reports its last residual. A first
//! tick solves twice, so n cycles allowed are 2 n cycles done: the residuals of one and of n allowed
//! cycles give the mean reduction of cycles 3 to 2 n, with n as large as rounding lets it be.

use warmfront_engine::EngineError;
use warmfront_model::{Scheme, Wall};

use super::bench::Bench;
use super::tools::{Mesh, Toy, put, start, ticks, uniform};
use super::{Outcome, Report};

// Largest ratio of a residual to the allowed one that is not an error.
const ACCEPTED: f64 = 10.0;
// A failed tick is repeated with half the step so often; the last attempt is the one that reports.
const HALVINGS: i32 = 12;
// A step so long that 1/Δt is nothing.
const UNLIMITED: f64 = 1e12;

struct Medium {
    loss: Vec<f64>,
    hindrance: Vec<f64>,
}

// Residual over the allowed one after `2 cycles` cycles; none where the solve succeeds.
fn residual(
    bench: &Bench<'_>,
    mesh: Mesh,
    medium: &Medium,
    step: f64,
    cycles: u32,
) -> Result<Option<f64>, EngineError> {
    let mapped = medium.hindrance.iter().any(|&m| m != 1.0);
    let rest = if mapped {
        "diffusion = \"1.0\"\nhindrance = \"s.m\""
    } else {
        "diffusion = \"1.0\""
    };
    let toy = Toy::new()
        .field("c", rest)
        .map("m")
        .map("loss")
        .makes("supply", "s.loss", "c")
        .converts("lose", "s.loss", "c", "");
    let longest = step * 2f64.powi(HALVINGS);
    let mut scenario = toy.tight(mesh, longest)?;
    debug_assert!(scenario.model.fields[0].boundary.x_low == Wall::NoFlux);
    scenario.numerics.scheme = Scheme::BackwardEuler;
    scenario.numerics.tolerance = 1e-30;
    scenario.numerics.max_cycles = cycles;
    let random: Vec<f64> = (0..mesh.len() as u32)
        .map(|i| 1.0 + 2.0 * uniform(11, i))
        .collect();
    let mut simulation = start(bench, &scenario)?;
    put(&mut simulation, 0, &random)?;
    put(&mut simulation, 1, &medium.hindrance)?;
    put(&mut simulation, 2, &medium.loss)?;
    match ticks(&mut simulation, 1, longest) {
        Err(EngineError::NotSolved { ratio, .. }) => Ok(Some(f64::from(ratio))),
        Err(e) => Err(e),
        Ok(()) => Ok(None),
    }
}

// Mean reduction of the residual by one cycle, from the third cycle on.
fn reduction(
    bench: &Bench<'_>,
    mesh: Mesh,
    medium: &Medium,
    step: f64,
) -> Result<f64, EngineError> {
    let first = residual(bench, mesh, medium, step, 1)?.unwrap_or(ACCEPTED);
    let mut found = (ACCEPTED / first).sqrt();
    for cycles in 2..=6 {
        // What is near the rounding error says nothing.
        match residual(bench, mesh, medium, step, cycles)? {
            Some(last) if last > 2.0 * ACCEPTED || cycles == 2 => {
                found = (last / first).powf(0.5 / f64::from(cycles - 1));
            }
            _ => break,
        }
    }
    Ok(found)
}

/// V18. Closed boxes of any size, loss of the order of (π/L)² so that the whole hierarchy is needed.
pub(super) fn cycles(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let boxes = [
        ("2D 64 x 64", Mesh::uniform([64, 64, 1], 1.0)),
        ("2D 63 x 57", Mesh::uniform([63, 57, 1], 1.0)),
        ("2D 125 x 95", Mesh::uniform([125, 95, 1], 1.0)),
        (
            "2D 64 x 64, cells 1 x 2",
            Mesh {
                cells: [64, 64, 1],
                spacing: [1.0, 2.0, 1.0],
            },
        ),
        ("3D 24 x 20 x 16", Mesh::uniform([24, 20, 16], 1.0)),
        ("3D 33 x 16 x 16", Mesh::uniform([33, 16, 16], 1.0)),
    ];
    let why = "three Chebyshev sweeps a cycle damp what the coarse grid cannot see by ten";
    for (name, mesh) in boxes {
        let small = 10.0 / mesh.size(0).powi(2);
        // In three dimensions these grids are so coarse that the larger loss ends within a cell of the
        // jump, which no coarser grid can show.
        let steep = if mesh.cells[2] == 1 { 0.15 } else { 0.3 };
        for (kind, bound, loss) in [
            ("constant", 0.15, vec![small; mesh.len()]),
            ("loss 1 to 100 D/size²", 0.15, loss_jumps(mesh, 1.0)),
            ("loss 10 to 1000 D/size²", steep, loss_jumps(mesh, 10.0)),
        ] {
            let medium = Medium {
                loss,
                hindrance: vec![1.0; mesh.len()],
            };
            let found = reduction(bench, mesh, &medium, UNLIMITED)?;
            report.at_most(
                format!("{name}, {kind}: residual after a cycle over before"),
                bound,
                found,
                why,
            );
        }
    }
    jumps(bench, report)
}

// A hundredfold loss in a band; `low`: the rest, in D/size².
fn loss_jumps(mesh: Mesh, low: f64) -> Vec<f64> {
    let small = low / mesh.size(0).powi(2);
    mesh.fill(|x| {
        if (x[0] - 0.4 * mesh.size(0)).abs() < 0.2 * mesh.size(0) {
            100.0 * small
        } else {
            small
        }
    })
}

// Diffusion falls to a thirtieth across sharp interfaces, loss rises from 10 to 1000 D/size².
fn jumps(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let boxes = [
        ("2D 64 x 64", Mesh::uniform([64, 64, 1], 1.0)),
        ("2D 125 x 95", Mesh::uniform([125, 95, 1], 1.0)),
        ("3D 24 x 20 x 16", Mesh::uniform([24, 20, 16], 1.0)),
        ("3D 33 x 32 x 32", Mesh::uniform([33, 32, 32], 1.0)),
    ];
    for (name, mesh) in boxes {
        let ball = |x: [f64; 3], at: [f64; 3], radius: f64| {
            let axes = if mesh.cells[2] == 1 { 2 } else { 3 };
            let square: f64 = (0..axes)
                .map(|a| (x[a] - at[a] * mesh.size(a)).powi(2))
                .sum();
            square < (radius * mesh.size(0)).powi(2)
        };
        let several: Vec<([f64; 3], f64)> = (0..12)
            .map(|i| {
                let at = [0, 1, 2].map(|a| uniform(5, 4 * i + a));
                (at, 0.06 + 0.1 * uniform(5, 4 * i + 3))
            })
            .collect();
        let blocks = |x: [f64; 3]| {
            let [i, j, k] = x.map(|v| (v / 7.0) as u32);
            uniform(7, (k * 64 + j) * 64 + i) < 0.5
        };
        let solid = mesh.cells[2] > 1;
        let bounds = if solid { [0.25, 0.45] } else { [0.15, 0.25] };
        type Inside<'a> = &'a dyn Fn([f64; 3]) -> bool;
        let media: [(&str, f64, Inside<'_>); 3] = [
            ("a slow ball", bounds[0], &|x| {
                ball(x, [0.47, 0.52, 0.45], 0.22)
            }),
            ("slow balls", bounds[0], &|x| {
                several.iter().any(|&(at, r)| ball(x, at, r))
            }),
            ("random blocks of 7 cells", bounds[1], &blocks),
        ];
        for (kind, bound, slow) in media {
            let medium = Medium {
                loss: loss_jumps(mesh, 10.0),
                hindrance: mesh.fill(|x| if slow(x) { 1.0 / 30.0 } else { 1.0 }),
            };
            for (length, step) in [("100 h²/D", 100.0), ("unlimited", UNLIMITED)] {
                let found = reduction(bench, mesh, &medium, step)?;
                report.at_most(
                    format!("{name}, diffusion jumps by 30 ({kind}), step {length}: residual after a cycle over before"),
                    bound,
                    found,
                    "coefficients are averaged, not the operator: corners at every few cells cost most, and in 3D the loss (see above)",
                );
            }
        }
    }
    Ok(())
}
