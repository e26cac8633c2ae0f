//! Curves in the tissue: meandering polylines, drawn with a Gaussian cross-section.
//!
//! # Theory
//! A curve from p to q of length ℓ is `p + (q − p) t + ℓ w Σ_k a_k sin(kπt)/k · n`, k = 1..4, with
//! normal numbers a_k and n across; its ends stay where they are. A cell at the distance d from it
//! gets exp(−d²/(2σ²)). Where curves meet the largest value counts, so a junction is no brighter
//! than its vessels.
//!
//! # Practice
//! A curve that is thinner than a cell is drawn as wide as one and lower by the ratio of the
//! cross-sections, so that its integral, and with it the mean of the map, does not depend on the grid.

use std::f64::consts::PI;

use crate::noise::Draws;
use crate::scenario::Grid;

/// Waves of a meander.
const WAVES: usize = 4;

/// Half-width, in sigmas, of what is drawn.
const REACH: f64 = 4.0;

/// Smallest sigma that is drawn, in cell edges.
const THINNEST: f64 = 0.6;

/// A polyline and the sigma of its cross-section, length unit.
#[derive(Debug, Clone)]
pub(crate) struct Curve {
    pub(crate) points: Vec<[f64; 3]>,
    pub(crate) sigma: f64,
}

impl Curve {
    /// Length along the polyline.
    #[cfg(test)]
    pub(crate) fn length(&self) -> f64 {
        self.points
            .windows(2)
            .map(|p| norm(minus(p[1], p[0])))
            .sum()
    }
}

pub(crate) fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| a[i] - b[i])
}

/// `a + f b`
pub(crate) fn along(a: [f64; 3], f: f64, b: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| a[i] + f * b[i])
}

pub(crate) fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    (0..3).map(|i| a[i] * b[i]).sum()
}

pub(crate) fn norm(a: [f64; 3]) -> f64 {
    dot(a, a).sqrt()
}

/// Unit vector across `d`: any of the plane in 2D, `turn` chooses in 3D.
pub(crate) fn across(d: [f64; 3], axes: usize, turn: [f64; 3]) -> [f64; 3] {
    if axes == 2 {
        let length = norm(d).max(f64::MIN_POSITIVE);
        return [-d[1] / length, d[0] / length, 0.0];
    }
    let n = along(turn, -dot(turn, d) / dot(d, d).max(f64::MIN_POSITIVE), d);
    let length = norm(n);
    if length > 1e-9 {
        n.map(|x| x / length)
    } else {
        [0.0; 3]
    }
}

/// A meander from `p` to `q`; `wander` is its sideways size as a share of the distance. Only the
/// first `part` of it is kept.
pub(crate) fn meander(
    p: [f64; 3],
    q: [f64; 3],
    axes: usize,
    wander: f64,
    part: f64,
    step: f64,
    draws: &mut Draws,
) -> Vec<[f64; 3]> {
    let d = minus(q, p);
    let length = norm(d);
    let turn = draws.direction(3);
    let first = across(d, axes, turn);
    let second = if axes == 3 {
        let e = d.map(|x| x / length.max(f64::MIN_POSITIVE));
        [
            e[1] * first[2] - e[2] * first[1],
            e[2] * first[0] - e[0] * first[2],
            e[0] * first[1] - e[1] * first[0],
        ]
    } else {
        [0.0; 3]
    };
    let sizes: [[f64; 2]; WAVES] = std::array::from_fn(|_| [draws.normal(), draws.normal()]);
    let pieces = ((part * length / step).ceil() as usize).clamp(4, 400);
    (0..=pieces)
        .map(|i| {
            let t = part * i as f64 / pieces as f64;
            let side = |c: usize| -> f64 {
                let wave = |(k, a): (usize, &[f64; 2])| {
                    let k = (k + 1) as f64;
                    a[c] * (k * PI * t).sin() / k
                };
                wander * length * sizes.iter().enumerate().map(wave).sum::<f64>()
            };
            along(along(along(p, t, d), side(0), first), side(1), second)
        })
        .collect()
}

/// The map of all curves: in each cell the largest of their values, 0..1.
pub(crate) fn paint(curves: &[Curve], grid: &Grid) -> Vec<f64> {
    let mut map = vec![0.0_f64; grid.len()];
    let axes = if grid.is_3d() { 3 } else { 2 };
    let edge = grid.spacing[..axes].iter().copied().fold(0.0, f64::max);
    for curve in curves {
        let sigma = curve.sigma.max(THINNEST * edge);
        // A line in a plane keeps its integral across; in space across two axes.
        let height = (curve.sigma / sigma).powi(axes as i32 - 1);
        for pair in curve.points.windows(2) {
            paint_piece(pair[0], pair[1], sigma, height, grid, axes, &mut map);
        }
    }
    map
}

fn paint_piece(
    p: [f64; 3],
    q: [f64; 3],
    sigma: f64,
    height: f64,
    grid: &Grid,
    axes: usize,
    map: &mut [f64],
) {
    let reach = REACH * sigma;
    let mut window = [(0_usize, 1_usize); 3];
    for (a, range) in window.iter_mut().enumerate().take(axes) {
        let n = f64::from(grid.cells[a]);
        let (low, high) = (p[a].min(q[a]) - reach, p[a].max(q[a]) + reach);
        if high < 0.0 || low > n * grid.spacing[a] {
            return;
        }
        let cell = |x: f64| (x / grid.spacing[a]).clamp(0.0, n) as usize;
        *range = (cell(low), (cell(high) + 1).min(grid.cells[a] as usize));
    }
    let d = minus(q, p);
    let square = dot(d, d);
    let [nx, ny, _] = grid.cells.map(|n| n as usize);
    let centre = |a: usize, i: usize| (i as f64 + 0.5) * grid.spacing[a];
    for k in window[2].0..window[2].1 {
        for j in window[1].0..window[1].1 {
            for i in window[0].0..window[0].1 {
                let z = if axes == 3 { centre(2, k) } else { 0.0 };
                let to = minus([centre(0, i), centre(1, j), z], p);
                let t = if square > 0.0 {
                    (dot(to, d) / square).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let away = along(to, -t, d);
                let r2 = dot(away, away);
                if r2 < reach * reach {
                    let value = height * (-r2 / (2.0 * sigma * sigma)).exp();
                    let cell = &mut map[i + nx * (j + ny * k)];
                    *cell = cell.max(value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noise::Stream;

    fn grid(n: u32, h: f64) -> Grid {
        Grid {
            cells: [n, n, 1],
            spacing: [h, h, h],
        }
    }

    /// ∫ exp(−d²/(2σ²)) across a straight line is σ √(2π), at any grid, also one that is too coarse.
    #[test]
    fn a_straight_line_has_the_gaussian_integral() {
        let line = Curve {
            points: vec![[-100.0, 401.0, 0.0], [900.0, 401.0, 0.0]],
            sigma: 10.0,
        };
        let wanted = 10.0 * (2.0 * PI).sqrt() * 800.0;
        for n in [200, 80, 40, 20] {
            let g = grid(n, 800.0 / f64::from(n));
            let map = paint(std::slice::from_ref(&line), &g);
            let sum = map.iter().sum::<f64>() * g.spacing[0] * g.spacing[1];
            assert!(
                (sum / wanted - 1.0).abs() < 0.01,
                "{n} cells: {sum} of {wanted}"
            );
        }
    }

    #[test]
    fn a_meander_keeps_its_ends_and_gets_longer() {
        let make = |wander| Curve {
            points: meander(
                [0.0; 3],
                [100.0, 0.0, 0.0],
                2,
                wander,
                1.0,
                1.0,
                &mut Draws::new(1, 0, Stream::Network, 5),
            ),
            sigma: 1.0,
        };
        let straight = make(0.0);
        assert!((straight.length() - 100.0).abs() < 1e-9);
        let bent = make(0.2);
        assert!(bent.length() > 103.0, "{}", bent.length());
        assert!(norm(minus(bent.points[100], [100.0, 0.0, 0.0])) < 1e-9);
    }
}
