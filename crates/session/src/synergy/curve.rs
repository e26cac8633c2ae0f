//! Log-logistic dose-response curves and their fit.
//!
//! # Theory
//! `f(d) = base + (emax − base) dʰ / (ec50ʰ + dʰ)`, the curve of Hill (1910, J Physiol 40:iv), also
//! called four-parameter log-logistic. Slope and ec50 are fitted as logarithms, so they stay positive.
//!
//! # Practice
//! Least squares from several starts: for a coarse set of slopes and doses of half effect the best
//! `emax` is known in closed form; the best few of these are refined.

use super::Reason;
use super::solver::{Vector, least_squares};

/// Slopes that are tried and allowed.
const SLOPES: [f64; 5] = [0.4, 0.8, 1.5, 3.0, 6.0];
const SLOPE_BOUNDS: [f64; 2] = [0.05, 30.0];
/// How far outside the doses the half effect may lie.
const BEYOND: f64 = 1e3;
/// Starts that are refined.
const REFINED: usize = 4;

/// The effect at dose 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Base {
    /// It is known; 0 for a drug alone, by the definition of the effect.
    Fixed(f64),
    /// It is a fourth parameter.
    Free,
}

/// A log-logistic curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hill {
    /// Effect at dose 0.
    pub base: f64,
    /// Effect at endless dose; after a fit at most the ceiling, for a burden 1, as none is below 0.
    pub emax: f64,
    /// Hill slope.
    pub slope: f64,
    /// Dose of half effect.
    pub ec50: f64,
}

impl Hill {
    /// Effect of a dose.
    pub fn effect(&self, dose: f64) -> f64 {
        self.base + (self.emax - self.base) * self.share(dose)
    }

    /// Dose of an effect strictly between base and emax.
    pub fn dose(&self, effect: f64) -> Option<f64> {
        let ratio = (effect - self.base) / (self.emax - effect);
        let dose = self.ec50 * ratio.powf(1.0 / self.slope);
        (ratio > 0.0 && dose.is_finite()).then_some(dose)
    }

    fn share(&self, dose: f64) -> f64 {
        if dose <= 0.0 {
            return 0.0;
        }
        1.0 / (1.0 + (self.slope * (self.ec50 / dose).ln()).exp())
    }

    /// The curve of least squares through effects on a burden at doses.
    ///
    /// # Errors
    /// [`Reason::TooFewDoses`] below three doses above 0, or four values in all for a free base;
    /// [`Reason::NoFit`] if no start settles.
    pub fn fit(doses: &[f64], effects: &[f64], base: Base) -> Result<Self, Reason> {
        Self::fit_below(1.0, doses, effects, base)
    }

    /// The same, with the effect at endless dose at most `ceiling`, or the largest effect found.
    pub(super) fn fit_below(
        ceiling: f64,
        doses: &[f64],
        effects: &[f64],
        base: Base,
    ) -> Result<Self, Reason> {
        let positive: Vec<f64> = doses.iter().copied().filter(|d| *d > 0.0).collect();
        if positive.len() < 3 || (base == Base::Free && doses.len() < 4) {
            return Err(Reason::TooFewDoses);
        }
        let extreme = |of: fn(f64, f64) -> f64| effects.iter().copied().fold(0.0, of);
        let (lowest, highest) = (extreme(f64::min), extreme(f64::max));
        let emax_bounds = [lowest - 0.5, highest.max(ceiling)];
        let (base_start, base_bounds) = match base {
            Base::Fixed(v) => (v, [v, v]),
            Base::Free => (effects[0], [lowest - 0.5, highest.max(ceiling)]),
        };
        let smallest = positive.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = positive.iter().copied().fold(0.0, f64::max);
        let bounds = [
            emax_bounds,
            SLOPE_BOUNDS.map(f64::ln),
            [(smallest / BEYOND).ln(), (largest * BEYOND).ln()],
            base_bounds,
        ];
        let points = || doses.iter().zip(effects);
        let mut starts: Vec<(f64, Vector)> = Vec::new();
        for slope in SLOPES {
            for &ec50 in &positive {
                let mut curve = Self {
                    base: base_start,
                    emax: base_start,
                    slope,
                    ec50,
                };
                let (above, weight) = points().fold((0.0, 0.0), |(a, w), (d, f)| {
                    let s = curve.share(*d);
                    (a + s * (f - base_start), w + s * s)
                });
                let emax = base_start + above / weight;
                curve.emax = emax.clamp(emax_bounds[0], emax_bounds[1]);
                let cost = points().map(|(d, f)| (curve.effect(*d) - f).powi(2)).sum();
                starts.push((cost, [curve.emax, slope.ln(), ec50.ln(), base_start]));
            }
        }
        starts.sort_by(|a, b| a.0.total_cmp(&b.0));
        let refined = starts.iter().take(REFINED).filter_map(|(_, start)| {
            least_squares(*start, bounds, doses.len(), |p, k| {
                let curve = Self::of(p);
                let s = curve.share(doses[k]);
                let span = (curve.emax - curve.base) * s * (1.0 - s);
                let x = match s {
                    0.0 => 0.0,
                    _ => curve.slope * (doses[k] / curve.ec50).ln(),
                };
                let derivatives = [s, span * x, -span * curve.slope, 1.0 - s];
                (curve.effect(doses[k]) - effects[k], derivatives)
            })
        });
        refined
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(p, _)| Self::of(&p))
            .ok_or(Reason::NoFit)
    }

    fn of(p: &Vector) -> Self {
        Self {
            emax: p[0],
            slope: p[1].exp(),
            ec50: p[2].exp(),
            base: p[3],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOSES: [f64; 6] = [0.0, 0.1, 0.3, 1.0, 3.0, 10.0];

    #[test]
    fn an_exact_curve_is_found_again() {
        for (emax, slope, ec50) in [
            (0.9, 1.3, 1.1),
            (0.3, 4.0, 0.2),
            (1.0, 0.5, 5.0),
            (-0.4, 1.0, 1.0),
        ] {
            let curve = Hill {
                base: 0.0,
                emax,
                slope,
                ec50,
            };
            let effects = DOSES.map(|d| curve.effect(d));
            for base in [Base::Fixed(0.0), Base::Free] {
                let found = Hill::fit(&DOSES, &effects, base).expect("it fits");
                for (a, b) in [
                    (found.base, 0.0),
                    (found.emax, emax),
                    (found.slope, slope),
                    (found.ec50, ec50),
                ] {
                    assert!(
                        (a - b).abs() < 1e-6 * (1.0 + b.abs()),
                        "{found:?} {curve:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn half_the_effect_is_at_ec50_and_doses_are_found_again() {
        let curve = Hill {
            base: 0.1,
            emax: 0.9,
            slope: 2.0,
            ec50: 3.0,
        };
        assert!((curve.effect(3.0) - 0.5).abs() < 1e-15);
        assert!((curve.effect(6.0) - (0.1 + 0.8 * 0.8)).abs() < 1e-15); // 2² / (1 + 2²)
        assert_eq!(curve.effect(0.0), 0.1);
        assert!((curve.dose(curve.effect(6.0)).expect("inside") - 6.0).abs() < 1e-12);
        for f in [0.1, 0.05, 0.9, 1.0, f64::NAN] {
            assert_eq!(curve.dose(f), None);
        }
    }

    #[test]
    fn odd_data_give_values_or_reasons() {
        let fit = |e: &[f64]| Hill::fit(&DOSES[..e.len()], e, Base::Fixed(0.0));
        assert_eq!(fit(&[0.0, 0.2, 0.4]), Err(Reason::TooFewDoses));
        for effects in [
            [0.0; 6],
            [0.0, 0.9, 0.9, 0.9, 0.9, 0.9],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.7],
            [0.0, 0.5, -0.5, 0.5, -0.5, 0.5],
            [0.0, -0.1, -0.2, -0.4, -0.6, -3.0],
        ] {
            let curve = fit(&effects).expect("some curve");
            let worst = DOSES.map(|d| curve.effect(d).abs());
            assert!(worst.iter().all(|v| v.is_finite()), "{effects:?} {curve:?}");
        }
    }
}
