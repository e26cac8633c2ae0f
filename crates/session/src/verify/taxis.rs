//! V21: nonlinear diffusion, which the engine sees as drift down a field's own gradient.

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, mean, mean_error, put, start, ticks};
use super::{Outcome, Report};

// n_t = ∇·(n ∇n) is u_τ = Δu² with τ = t/2; in the plane its similarity solution is
// τ^(-1/2) max(C − r²/(16 τ^(1/2)), 0).
fn profile(r2: f64, t: f64) -> f64 {
    let tau = 0.5 * t;
    (0.5 - r2 / (16.0 * tau.sqrt())).max(0.0) / tau.sqrt()
}

/// V21. Barenblatt's profile spreads with a sharp edge from t = 2 to t = 8.
pub(super) fn barenblatt(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mut errors = Vec::new();
    for n in [32_u32, 64] {
        let mesh = Mesh::uniform([n, n, 1], 10.0 / f64::from(n));
        let r2 = |x: [f64; 3]| (x[0] - 5.0).powi(2) + (x[1] - 5.0).powi(2);
        let steps = 2 * n;
        let dt = 6.0 / f64::from(steps);
        let toy = Toy::new().field("n", "kind = \"cell\"").drift("n", "-s.n");
        let mut simulation = start(bench, &toy.on(mesh, dt)?)?;
        let from = mesh.fill(|x| profile(r2(x), 2.0));
        put(&mut simulation, 0, &from)?;
        ticks(&mut simulation, steps, dt)?;
        let found = get(&simulation, 0, 0)?;
        let exact = mesh.fill(|x| profile(r2(x), 8.0));
        errors.push(mean_error(&found, &exact) / mean(&exact));
        if n == 64 {
            let d = &simulation.diagnostics().fields[0];
            report.near(
                "amount over the amount at the start",
                1.0,
                mean(&found) / mean(&from),
                1e-5,
                "the contract; amounts of what only moves are kept to 2e-6",
            );
            report.at_least(
                "smallest value before clipping",
                -1e-6,
                d.smallest,
                "the contract",
            );
        }
    }
    report.at_most(
        "mean error on 64 x 64, relative to the mean",
        0.02,
        errors[1],
        "the edge is a kink: its cells carry the error",
    );
    report.at_least(
        "order of the mean error, 32 to 64 cells",
        1.0,
        (errors[0] / errors[1]).log2(),
        "first order at least: the solution has a kink",
    );
    Ok(())
}
