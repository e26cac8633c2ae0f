//! Time stepping: which stages a tick has, and how its error is estimated.
//!
//! The default is Alexander's two-stage SDIRK (*SIAM J. Numer. Anal.* 14, 1006, 1977):
//! γ = 1 − 1/√2, stage 1 at t + γΔt, stage 2 at t + Δt; second order, L-stable, stiffly accurate.
//! Both stages solve (1/(γΔt) + L − ∇·D∇ + ∇·u) c = known/(γΔt) + G, with known = cₙ for stage 1 and
//! cₙ + (1−γ)/γ · (c₁ − cₙ) for stage 2.
//!
//! With the slopes kₙ (the last tick's end), k₁ and k₂ the three-point quadrature at 0, γ, 1 is third
//! order; its difference to the scheme estimates the local error:
//! e = Δt [ w₀ kₙ + (w₁ − (1−γ)) k₁ + (w₂ − γ) k₂ ], w₁ = 1/(6γ(1−γ)), w₂ = ½ − γ w₁, w₀ = 1 − w₁ − w₂.

use warmfront_model::Scheme;
use warmfront_shaders::constants;

use crate::shared::StepData;

/// Diagonal coefficient of the two-stage SDIRK.
pub const GAMMA: f64 = 1.0 - std::f64::consts::FRAC_1_SQRT_2;

/// Smallest error that an adaptive step is chosen for, as a share of the wanted one.
const LEAST_ERROR: f64 = 0.01;

/// How far the estimated relative error `error` of a tick is from the wanted one, `tolerance`, when the next
/// step is chosen: `tolerance` means that the step was right.
///
/// An error that is small against the field may still be large against its `change` (relative to the
/// field's size, as the error): near an unstable state a field changes slowly at first, and an error of the size
/// of that change decides what comes of it. Where a smooth solution changes by its own size, a scheme of second order
/// with a local error τ errs by about τ^(2/3) of the change, so that share is asked for everywhere, down to
/// errors of 1 % of τ.
pub(crate) fn step_measure(error: f64, change: f64, tolerance: f64) -> f64 {
    let asked = tolerance.powf(2.0 / 3.0) * change + LEAST_ERROR * tolerance;
    error.max(tolerance * error / asked.max(f64::MIN_POSITIVE))
}

/// What one tick is to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub scheme: Scheme,
    pub time: f64,
    pub dt: f64,
    /// Whether the slope buffer belongs to the present state.
    pub slope: bool,
    /// Whether the guess is the accepted present state.
    pub accept: bool,
    /// Whether that state changed from outside, so that the exchange is measured first.
    pub fresh: bool,
    pub tolerance: f64,
    pub substeps: u32,
    pub limited: bool,
}

impl Plan {
    /// Weight of the implicit part: γΔt.
    pub fn gamma_dt(&self) -> f64 {
        match self.scheme {
            Scheme::Sdirk2 => GAMMA * self.dt,
            Scheme::BackwardEuler | Scheme::Explicit => self.dt,
        }
    }

    pub fn stages(&self) -> usize {
        match self.scheme {
            Scheme::Sdirk2 => 2,
            Scheme::BackwardEuler | Scheme::Explicit => 1,
        }
    }

    /// Weight of stage 1 in what stage 2 starts from.
    fn carry(&self) -> f64 {
        match self.scheme {
            Scheme::Sdirk2 => (1.0 - GAMMA) / GAMMA,
            Scheme::BackwardEuler | Scheme::Explicit => 0.0,
        }
    }

    /// Error at the end of the tick from the errors that the linear solver left in its stages
    /// (`left` by stage, from 0): the second stage carries on what the first one lacks.
    pub fn left_over(&self, left: impl Fn(usize) -> f64) -> f64 {
        match self.stages() {
            2 => self.carry() * left(0) + left(1),
            _ => left(0),
        }
    }

    /// What a tick made or lost beyond its rates, over its turnover, from (imbalance, turnover) per time
    /// of each stage, from 0.
    pub fn imbalance(&self, balance: impl Fn(usize) -> [f64; 2]) -> f64 {
        let [imbalance, turnover] = match self.stages() {
            2 => {
                let (one, two) = (balance(0), balance(1));
                [0, 1].map(|k| (1.0 - GAMMA) * one[k] + GAMMA * two[k])
            }
            _ => balance(0),
        };
        imbalance / turnover.max(1e-30)
    }

    /// Numbers of stage 1 or 2 (`stage`), or of the measurement before a first tick (0).
    pub fn step(&self, stage: usize) -> StepData {
        let dt = self.dt;
        let gamma_dt = self.gamma_dt();
        let w1 = 1.0 / (6.0 * GAMMA * (1.0 - GAMMA));
        let w2 = 0.5 - GAMMA * w1;
        let w0 = 1.0 - w1 - w2;
        let last = stage == self.stages();
        let (weights, carry) = match self.scheme {
            Scheme::Sdirk2 => {
                let carry = if stage == 2 { self.carry() } else { 0.0 };
                let weights = if self.slope {
                    [w0, w1 - (1.0 - GAMMA), w2 - GAMMA]
                } else {
                    // No slope at the start: the difference to the first-order result.
                    [0.0, -GAMMA, GAMMA]
                };
                (weights, carry)
            }
            Scheme::BackwardEuler => {
                let weights = if self.slope {
                    [-0.5, 0.0, 0.5]
                } else {
                    [0.0; 3]
                };
                (weights, 0.0)
            }
            Scheme::Explicit => ([0.0; 3], 0.0),
        };
        let extrapolate = match stage {
            2 => 1.0 / GAMMA,
            _ if self.slope && self.scheme != Scheme::Explicit => gamma_dt,
            _ => 0.0,
        };
        let explicit = self.scheme == Scheme::Explicit;
        StepData {
            shift: if explicit {
                0.0
            } else {
                (1.0 / gamma_dt) as f32
            },
            carry: carry as f32,
            dt: dt as f32,
            gamma_dt: gamma_dt as f32,
            extrapolate: extrapolate as f32,
            accept: u32::from(self.accept),
            tolerance: self.tolerance as f32,
            weight_now: (weights[0] * dt) as f32,
            weight_one: (weights[1] * dt) as f32,
            weight_two: (weights[2] * dt) as f32,
            span: (if last { dt } else { gamma_dt }) as f32,
            substeps: self.substeps,
            stage: match stage {
                0 => constants::STAGE_MEASURE,
                _ if explicit => constants::STAGE_EXPLICIT,
                s => s as u32,
            },
            limited: u32::from(self.limited),
            padding_0: 0,
            padding_1: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // y' = -y + cos t, integrated with the scheme's own formulas in f64.
    fn integrate(scheme: Scheme, steps: usize) -> (f64, f64) {
        let dt = 2.0 / steps as f64;
        let mut y = 1.0;
        let mut slope: Option<f64> = None;
        let mut estimated: f64 = 0.0;
        for n in 0..steps {
            let t = n as f64 * dt;
            let plan = Plan {
                scheme,
                time: t,
                dt,
                slope: slope.is_some(),
                accept: true,
                fresh: false,
                tolerance: 1e-3,
                substeps: 1,
                limited: true,
            };
            let a = plan.gamma_dt();
            let solve = |known: f64, t: f64| (known + a * t.cos()) / (1.0 + a);
            let (one, end) = match scheme {
                Scheme::Sdirk2 => {
                    let one = solve(y, t + a);
                    let known = y + (1.0 - GAMMA) / GAMMA * (one - y);
                    (one, (solve(known, t + dt), known))
                }
                _ => (y, (solve(y, t + dt), y)),
            };
            let k1 = (one - y) / a;
            let k2 = (end.0 - end.1) / a;
            if let Some(k0) = slope {
                let s = plan.step(plan.stages());
                let e: f64 = f64::from(s.weight_now) * k0
                    + f64::from(s.weight_one) * k1
                    + f64::from(s.weight_two) * k2;
                estimated = estimated.max(e.abs());
            }
            slope = Some(k2);
            y = end.0;
        }
        // y = (cos t + sin t)/2 + e^-t / 2
        let exact = 0.5 * (2f64.cos() + 2f64.sin()) + 0.5 * (-2f64).exp();
        ((y - exact).abs(), estimated)
    }

    #[test]
    fn orders_of_the_formulas() {
        for (scheme, order) in [(Scheme::Sdirk2, 2.0), (Scheme::BackwardEuler, 1.0)] {
            let (coarse, e_coarse) = integrate(scheme, 40);
            let (fine, e_fine) = integrate(scheme, 80);
            let observed = (coarse / fine).log2();
            assert!((observed - order).abs() < 0.1, "{scheme:?}: {observed}");
            // The local error is one order higher.
            let local = (e_coarse / e_fine).log2();
            assert!((local - order - 1.0).abs() < 0.25, "{scheme:?}: {local}");
        }
    }
}
