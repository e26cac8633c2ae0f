//! V18: what one V-cycle achieves.
//!
//! The problem is (L − ∇·D m ∇) c = L, whose solution is 1. The start is random in 0..2, so the first
//! residual is known; a run that is allowed only so many cycles, at a tolerance that nothing reaches,
//! fails and reports its last residual. Their ratio gives the mean reduction of one cycle.

use warmfront_engine::{EngineError, Gpu};
use warmfront_model::{Scheme, Wall};

use super::tools::{Mesh, Toy, put, start, ticks, uniform};
use super::{Outcome, Report};

// A residual that the engine calls solved, relative to the diagonal (`judge_residual.wgsl`).
const ROUNDING: f64 = 1.5e-7;
// Largest ratio of a residual to the allowed one that is not an error.
const ACCEPTED: f64 = 10.0;

struct Medium {
    loss: Vec<f64>,
    hindrance: Vec<f64>,
}

// Norms of the residual of `c` and of the diagonal times 1, for D = 1, closed walls, arithmetic means.
fn norms(mesh: Mesh, medium: &Medium, c: &[f64]) -> [f64; 2] {
    let cells = mesh.cells.map(|n| n as usize);
    let strides = [1, cells[0], cells[0] * cells[1]];
    let (mut residual, mut whole) = (0.0, 0.0);
    for (i, here) in c.iter().enumerate() {
        let place = mesh.place(i);
        let mut diagonal = medium.loss[i];
        let mut sum = medium.loss[i] * (1.0 - here);
        for axis in 0..3 {
            let h2 = mesh.spacing[axis].powi(2);
            let mut face = |j: usize| {
                let open = 0.5 * (medium.hindrance[i] + medium.hindrance[j]) / h2;
                diagonal += open;
                sum += open * (c[j] - here);
            };
            if place[axis] > 0 {
                face(i - strides[axis]);
            }
            if place[axis] + 1 < cells[axis] {
                face(i + strides[axis]);
            }
        }
        residual += sum * sum;
        whole += diagonal * diagonal;
    }
    [residual.sqrt(), whole.sqrt()]
}

// Mean reduction per cycle over the first `2 cycles` cycles (a first tick solves twice).
fn reduction(gpu: &Gpu, mesh: Mesh, medium: &Medium, cycles: u32) -> Result<f64, EngineError> {
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
    // So long that halving it after a failure changes nothing.
    let step = 1e15;
    let mut scenario = toy.on(mesh, step)?;
    debug_assert!(scenario.model.fields[0].boundary.x_low == Wall::NoFlux);
    scenario.numerics.scheme = Scheme::BackwardEuler;
    scenario.numerics.tolerance = 1e-30;
    scenario.numerics.max_cycles = cycles;
    let random: Vec<f64> = (0..mesh.len() as u32)
        .map(|i| 2.0 * uniform(11, i))
        .collect();
    let mut simulation = start(gpu, &scenario)?;
    put(&mut simulation, 0, &random)?;
    put(&mut simulation, 1, &medium.hindrance)?;
    put(&mut simulation, 2, &medium.loss)?;
    let ratio = match ticks(&mut simulation, 1, step) {
        Err(EngineError::NotSolved { ratio, .. }) => f64::from(ratio),
        Err(e) => return Err(e),
        // Solved already, or nearly: the bound is all one knows.
        Ok(()) => ACCEPTED,
    };
    let [first, whole] = norms(mesh, medium, &random);
    Ok((ratio * ROUNDING * whole / first).powf(0.5 / f64::from(cycles)))
}

/// V18. Closed boxes of any size, loss of the order of (π/L)² so that the whole hierarchy is needed.
pub(super) fn cycles(gpu: &Gpu, report: &mut Report) -> Outcome {
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
    let why =
        "two Chebyshev sweeps before and after damp what the coarse grid cannot see by five each";
    for (name, mesh) in boxes {
        let ones = vec![1.0; mesh.len()];
        let small = 10.0 / mesh.size(0).powi(2);
        let jump = mesh.fill(|x| {
            let far: f64 = x[0] - 0.4 * mesh.size(0);
            if far.abs() < 0.2 * mesh.size(0) {
                100.0 * small
            } else {
                small
            }
        });
        for (kind, loss) in [
            ("constant", vec![small; mesh.len()]),
            ("loss jumps by 100", jump),
        ] {
            let medium = Medium {
                loss,
                hindrance: ones.clone(),
            };
            let found = reduction(gpu, mesh, &medium, 2)?;
            report.at_most(
                format!("{name}, {kind}: residual after a cycle over before"),
                0.15,
                found,
                why,
            );
        }
    }
    // Sharp interfaces in the diffusion itself: known to be slower, so the bound is only that it works.
    let mesh = Mesh::uniform([64, 64, 1], 1.0);
    let medium = Medium {
        loss: vec![10.0 / mesh.size(0).powi(2); mesh.len()],
        hindrance: mesh.fill(|x| {
            if (x[0] - 30.0).powi(2) + (x[1] - 33.0).powi(2) < 200.0 {
                1.0 / 30.0
            } else {
                1.0
            }
        }),
    };
    let found = reduction(gpu, mesh, &medium, 4)?;
    report.at_most("2D 64 x 64, diffusion jumps by 30: residual after a cycle over before", 0.5, found, "coefficients are averaged, not the operator: slower across sharp interfaces at an unlimited step");
    Ok(())
}
