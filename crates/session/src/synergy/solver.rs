//! Nonlinear least squares with bounds, for curves of a few parameters.
//!
//! # Theory
//! Levenberg–Marquardt (Marquardt 1963, J Soc Ind Appl Math 11:431): the step solves
//! `(JᵀJ + λ diag JᵀJ) δ = −Jᵀr`; λ falls after a step that helps and rises after one that does not. A
//! parameter at a bound with a gradient that points outward is held for the step; others are cut at
//! their bounds.

/// Parameters of a problem; those with equal bounds are fixed.
pub(super) const PARAMETERS: usize = 4;

/// One value for each parameter.
pub(super) type Vector = [f64; PARAMETERS];

const MOST_STEPS: usize = 2000;
/// A gain in the sum of squares below this share of it, or below this square of an effect, is none.
const NO_GAIN: [f64; 2] = [1e-13, 1e-25];

/// Least squares of `points` residuals. `residual(p, k)` gives residual k and its derivatives. Returns
/// the parameters and the sum of squares; none if the iteration does not settle.
pub(super) fn least_squares(
    start: Vector,
    bounds: [[f64; 2]; PARAMETERS],
    points: usize,
    residual: impl Fn(&Vector, usize) -> (f64, Vector),
) -> Option<(Vector, f64)> {
    let inside =
        |p: Vector| -> Vector { std::array::from_fn(|k| p[k].clamp(bounds[k][0], bounds[k][1])) };
    let cost = |p: &Vector| (0..points).map(|k| residual(p, k).0.powi(2)).sum::<f64>();
    let mut p = inside(start);
    let mut best = cost(&p);
    let mut lambda = 1e-3;
    let mut idle = 0;
    for _ in 0..MOST_STEPS {
        let mut gradient = [0.0; PARAMETERS];
        let mut normal = [[0.0; PARAMETERS]; PARAMETERS];
        for k in 0..points {
            let (r, d) = residual(&p, k);
            for a in 0..PARAMETERS {
                gradient[a] += d[a] * r;
                for b in 0..PARAMETERS {
                    normal[a][b] += d[a] * d[b];
                }
            }
        }
        let held: [bool; PARAMETERS] = std::array::from_fn(|k| {
            let [low, high] = bounds[k];
            low == high
                || normal[k][k] <= f64::MIN_POSITIVE
                || (p[k] <= low && gradient[k] > 0.0)
                || (p[k] >= high && gradient[k] < 0.0)
        });
        loop {
            // A step that cannot be solved for is as bad as one that does not help.
            let step = solve(&normal, &gradient, &held, lambda);
            let next = step.map_or(p, |s| inside(std::array::from_fn(|k| p[k] - s[k])));
            let found = cost(&next);
            let moved =
                (0..PARAMETERS).any(|k| (next[k] - p[k]).abs() > 1e-14 * (1.0 + p[k].abs()));
            if step.is_some() && !moved {
                return best.is_finite().then_some((p, best));
            }
            if found < best {
                let gain = best - found;
                (p, best) = (next, found);
                let none = gain <= NO_GAIN[0] * best + NO_GAIN[1];
                idle = if none { idle + 1 } else { 0 };
                if idle == 3 {
                    return Some((p, best));
                }
                lambda = (lambda * 0.2_f64).max(1e-12);
                break;
            }
            lambda *= 4.0;
            if lambda > 1e14 {
                return best.is_finite().then_some((p, best));
            }
        }
    }
    None
}

/// Solves the damped normal equations by elimination with pivots; held parameters get no step.
fn solve(
    normal: &[Vector; PARAMETERS],
    gradient: &Vector,
    held: &[bool; PARAMETERS],
    lambda: f64,
) -> Option<Vector> {
    let mut a = [[0.0; PARAMETERS + 1]; PARAMETERS];
    for i in 0..PARAMETERS {
        if held[i] {
            a[i][i] = 1.0;
            continue;
        }
        for j in 0..PARAMETERS {
            if !held[j] {
                a[i][j] = normal[i][j];
            }
        }
        a[i][i] += lambda * normal[i][i];
        a[i][PARAMETERS] = gradient[i];
    }
    for column in 0..PARAMETERS {
        let size = |row: &usize| a[*row][column].abs();
        let pivot = (column..PARAMETERS).max_by(|x, y| size(x).total_cmp(&size(y)))?;
        a.swap(column, pivot);
        let top = a[column];
        if top[column] == 0.0 || !top[column].is_finite() {
            return None;
        }
        for row in a.iter_mut().skip(column + 1) {
            let factor = row[column] / top[column];
            for (v, t) in row.iter_mut().zip(top) {
                *v -= factor * t;
            }
        }
    }
    let mut x = [0.0; PARAMETERS];
    for i in (0..PARAMETERS).rev() {
        let known: f64 = (i + 1..PARAMETERS).map(|j| a[i][j] * x[j]).sum();
        x[i] = (a[i][PARAMETERS] - known) / a[i][i];
    }
    x.iter().all(|v| v.is_finite()).then_some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: [f64; 2] = [-1e9, 1e9];

    #[test]
    fn a_straight_line_is_found_as_by_the_textbook() {
        // Anscombe's first quartet (1973, Am Stat 27:17): y = 3.0001 + 0.5001 x, residual SS 13.763.
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [
            8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68,
        ];
        let fixed = [0.0, 0.0];
        let found = least_squares([0.0; 4], [FREE, FREE, fixed, fixed], 11, |p, k| {
            (p[0] + p[1] * x[k] - y[k], [1.0, x[k], 0.0, 0.0])
        });
        let (p, cost) = found.expect("it settles");
        assert!(
            (p[0] - 3.0001).abs() < 1e-4 && (p[1] - 0.5001).abs() < 1e-4,
            "{p:?}"
        );
        assert!((cost - 13.7627).abs() < 1e-4, "{cost}");
    }

    #[test]
    fn bounds_hold() {
        let found = least_squares([0.5, 0.0, 0.0, 0.0], [[0.0, 1.0]; 4], 1, |p, _| {
            (p[0] - 3.0, [1.0, 0.0, 0.0, 0.0])
        });
        assert_eq!(found.expect("it settles").0[0], 1.0);
    }

    #[test]
    fn rosenbrock_s_valley_is_followed_to_its_end() {
        // Rosenbrock 1960, Comput J 3:175: minimum 0 at (1, 1).
        let bounds = [FREE, FREE, [0.0, 0.0], [0.0, 0.0]];
        let found = least_squares([-1.2, 1.0, 0.0, 0.0], bounds, 2, |p, k| match k {
            0 => (10.0 * (p[1] - p[0] * p[0]), [-20.0 * p[0], 10.0, 0.0, 0.0]),
            _ => (1.0 - p[0], [-1.0, 0.0, 0.0, 0.0]),
        });
        let (p, cost) = found.expect("it settles");
        assert!((p[0] - 1.0).abs() < 1e-7 && (p[1] - 1.0).abs() < 1e-7 && cost < 1e-14);
    }
}
