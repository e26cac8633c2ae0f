//! A reference in double precision that shares nothing with the engine but the equations.
//!
//! Cells n and substance c: n_t = ∇·(D_n m ∇n) − ∇·(n u) + (r − n) n, c_t = ∇·(D_c ∇c) + n − λ c,
//! with m = 1/(1 + c) on faces as the mean of both cells, u = χ ∇c, donor-cell flux, closed walls.
//! Time: the classical fourth-order Runge–Kutta method, or one explicit Euler step.

use super::tools::{Mesh, Toy};

pub(super) const MOTILITY: f64 = 0.3;
pub(super) const DIFFUSION: f64 = 1.0;
pub(super) const TAXIS: f64 = 0.7;
pub(super) const GROWTH: f64 = 0.9;
pub(super) const DECAY: f64 = 1.5;

/// n and c at all cells.
pub(super) type State = [Vec<f64>; 2];

/// The same equations for the engine.
pub(super) fn toy() -> Toy {
    Toy::new()
        .field(
            "n",
            &format!(
                "kind = \"cell\"\ndiffusion = \"{MOTILITY:?}\"\nhindrance = \"1.0 / (1.0 + s.c)\""
            ),
        )
        .field("c", &format!("diffusion = \"{DIFFUSION:?}\""))
        .makes("growth", &format!("{GROWTH:?} * s.n"), "n")
        .converts("crowding", "s.n", "n", "")
        .makes("secretion", "s.n", "c")
        .converts("decay", &format!("{DECAY:?}"), "c", "")
        .drift("n", &format!("{TAXIS:?} * s.c"))
}

/// Right-hand side of both equations.
pub(super) fn slope(mesh: Mesh, [n, c]: &State) -> State {
    let cells = mesh.cells.map(|v| v as usize);
    let strides = [1, cells[0], cells[0] * cells[1]];
    let mut dn: Vec<f64> = n.iter().map(|n| (GROWTH - n) * n).collect();
    let mut dc: Vec<f64> = n.iter().zip(c).map(|(n, c)| n - DECAY * c).collect();
    for cell in 0..mesh.len() {
        let place = mesh.place(cell);
        for axis in 0..3 {
            if place[axis] + 1 == cells[axis] {
                continue;
            }
            let next = cell + strides[axis];
            let h = mesh.spacing[axis];
            let open = 0.5 * (1.0 / (1.0 + c[cell]) + 1.0 / (1.0 + c[next]));
            let speed = TAXIS * (c[next] - c[cell]) / h;
            let donor = if speed > 0.0 { n[cell] } else { n[next] };
            let flux_n = speed * donor - MOTILITY * open * (n[next] - n[cell]) / h;
            let flux_c = -DIFFUSION * (c[next] - c[cell]) / h;
            dn[cell] -= flux_n / h;
            dn[next] += flux_n / h;
            dc[cell] -= flux_c / h;
            dc[next] += flux_c / h;
        }
    }
    [dn, dc]
}

/// state + factor · slope
pub(super) fn plus(state: &State, slope: &State, factor: f64) -> State {
    std::array::from_fn(|f| {
        state[f]
            .iter()
            .zip(&slope[f])
            .map(|(s, k)| s + factor * k)
            .collect()
    })
}

/// Fourth-order Runge–Kutta to `time`.
pub(super) fn integrate(mesh: Mesh, mut state: State, time: f64, steps: u32) -> State {
    let dt = time / f64::from(steps);
    for _ in 0..steps {
        let k1 = slope(mesh, &state);
        let k2 = slope(mesh, &plus(&state, &k1, 0.5 * dt));
        let k3 = slope(mesh, &plus(&state, &k2, 0.5 * dt));
        let k4 = slope(mesh, &plus(&state, &k3, dt));
        for (k, weight) in [(k1, 1.0), (k2, 2.0), (k3, 2.0), (k4, 1.0)] {
            state = plus(&state, &k, weight * dt / 6.0);
        }
    }
    state
}
