//! Isoboles: dose pairs with the same effect.
//!
//! # Theory
//! If doses add up (Loewe), an isobole is the straight line between the two single doses of that effect
//! (Loewe 1953, Arzneimittelforschung 3:285). Below the line less is needed than expected: synergy.
//!
//! # Practice
//! Marching squares on the grid of doses (Lorensen & Cline 1987, in two dimensions). Where a line
//! crosses from one dose to the next it is placed as [`super::Inverse::Interpolated`] does, so isoboles
//! end where the straight lines end, unless the curve of a drug alone falls somewhere: the isobole follows
//! the effects as they were found, the straight line the nearest curve that rises
//! ([`super::SingleDrug::is_pooled`]). Beside a pair without an effect a line stops.

use std::collections::BTreeMap;

use super::inverse::{Inverse, SingleDrug};
use super::{Grid, Matrix, Value};

/// Lines of one effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Isobole {
    /// The effect.
    pub level: f64,
    /// Measured lines, each a list of `[dose 1, dose 2]`.
    pub lines: Vec<Vec<[f64; 2]>>,
    /// Ends of the additive line: the dose of drug 1 alone and of drug 2 alone. None if one drug alone
    /// does not reach the effect.
    pub additive: Option<[f64; 2]>,
    /// For each drug: whether it never has the effect alone.
    pub beyond: [bool; 2],
}

impl Isobole {
    /// Whether no point of the lines has both doses at or above the smallest ones that were given. The lines
    /// are then a guess between 0 and a dose, and say nothing.
    pub fn is_below_smallest_dose(&self, matrix: &Matrix) -> bool {
        let least = matrix.drugs().each_ref().map(|d| d.values[1]);
        let mut points = self.lines.iter().flatten();
        !points.any(|p| p[0] >= least[0] && p[1] >= least[1])
    }
}

/// Isoboles at the levels, each above 0.
pub fn isoboles(matrix: &Matrix, levels: &[f64]) -> Vec<Isobole> {
    let alone = [0, 1].map(|drug| SingleDrug::of(matrix, drug, Inverse::Interpolated));
    let of = |&level: &f64| {
        let doses = [0, 1].map(|drug| match &alone[drug] {
            Ok(curve) => curve.dose(level),
            Err(_) => f64::INFINITY,
        });
        let place = |[u, v]: [f64; 2]| [matrix.drugs()[0].at(u), matrix.drugs()[1].at(v)];
        let lines = contours(matrix.effects(), level)
            .into_iter()
            .map(|line| line.into_iter().map(place).collect());
        Isobole {
            level,
            lines: lines.collect(),
            additive: doses
                .iter()
                .all(|d| d.is_finite() && *d > 0.0)
                .then_some(doses),
            beyond: doses.map(f64::is_infinite),
        }
    };
    levels.iter().map(of).collect()
}

/// An edge between neighbours of the grid: from `(i, j)` to the next i, or to the next j.
type Edge = (usize, usize, bool);

/// Level lines in index coordinates.
fn contours(effects: &Grid<Value>, level: f64) -> Vec<Vec<[f64; 2]>> {
    let grid: Grid<f64> = effects
        .iter()
        .map(|row| row.iter().map(|v| v.unwrap_or(f64::NAN)).collect())
        .collect();
    let inside = |i: usize, j: usize| grid[i][j] >= level;
    let mut links: BTreeMap<Edge, Vec<Edge>> = BTreeMap::new();
    let rows = grid.len();
    let columns = grid.first().map_or(0, Vec::len);
    for i in 0..rows.saturating_sub(1) {
        for j in 0..columns.saturating_sub(1) {
            // Corners and edges in turn around the square.
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let edges: [Edge; 4] = [
                (i, j, true),
                (i + 1, j, false),
                (i, j + 1, true),
                (i, j, false),
            ];
            // Beside a pair without an effect no line can be placed.
            if corners.iter().any(|&(a, b)| effects[a][b].is_err()) {
                continue;
            }
            let side = corners.map(|(a, b)| inside(a, b));
            let crossed: Vec<usize> = (0..4).filter(|&k| side[k] != side[(k + 1) % 4]).collect();
            let mut link = |a: usize, b: usize| {
                links.entry(edges[a]).or_default().push(edges[b]);
                links.entry(edges[b]).or_default().push(edges[a]);
            };
            match crossed[..] {
                [a, b] => link(a, b),
                // A saddle: the mean decides which corners are joined.
                [..] if crossed.len() == 4 => {
                    let mean = corners.map(|(a, b)| grid[a][b]).iter().sum::<f64>() / 4.0;
                    if (mean >= level) == side[0] {
                        link(0, 1);
                        link(2, 3);
                    } else {
                        link(3, 0);
                        link(1, 2);
                    }
                }
                _ => {}
            }
        }
    }
    let place = |&(i, j, first): &Edge| {
        let (a, b) = (i + usize::from(first), j + usize::from(!first));
        let t = (level - grid[i][j]) / (grid[a][b] - grid[i][j]);
        let t = if first { [t, 0.0] } else { [0.0, t] };
        [i as f64 + t[0], j as f64 + t[1]]
    };
    let mut lines = Vec::new();
    // Open lines first, from their ends; then rings.
    while let Some(start) = links
        .iter()
        .find(|(_, next)| next.len() == 1)
        .or_else(|| links.iter().next())
        .map(|(edge, _)| *edge)
    {
        let mut line = vec![start];
        let mut at = start;
        while let Some(next) = links.get_mut(&at).and_then(Vec::pop) {
            if let Some(back) = links.get_mut(&next)
                && let Some(k) = back.iter().position(|e| *e == at)
            {
                back.swap_remove(k);
            }
            line.push(next);
            at = next;
        }
        links.retain(|_, next| !next.is_empty());
        if line.len() > 1 {
            lines.push(line.iter().map(place).collect());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synergy::Doses;

    fn grid(n: usize, f: impl Fn(f64, f64) -> f64) -> Grid<Value> {
        let row = |i: usize| (0..n).map(|j| Ok(f(i as f64, j as f64))).collect();
        (0..n).map(row).collect()
    }

    #[test]
    fn a_plane_has_straight_lines() {
        let lines = contours(&grid(5, |i, j| i + 2.0 * j), 3.5);
        assert_eq!(lines.len(), 1);
        for [u, v] in &lines[0] {
            assert!((u + 2.0 * v - 3.5).abs() < 1e-12);
        }
        let ends = [lines[0][0], lines[0][lines[0].len() - 1]];
        assert!(
            ends.contains(&[3.5, 0.0]) && ends.contains(&[0.0, 1.75]),
            "{ends:?}"
        );
    }

    #[test]
    fn rings_close_and_saddles_part() {
        let hill = |i: f64, j: f64| 10.0 - (i - 3.0).powi(2) - (j - 3.0).powi(2);
        let lines = contours(&grid(7, hill), 6.5);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].first(), lines[0].last());
        let saddle = vec![vec![Ok(1.0), Ok(0.0)], vec![Ok(0.0), Ok(1.0)]];
        for level in [0.4, 0.6] {
            let lines = contours(&saddle, level);
            assert_eq!(lines.len(), 2, "{lines:?}");
            assert!(lines.iter().all(|l| l.len() == 2));
        }
        assert!(contours(&saddle, 2.0).is_empty());
    }

    #[test]
    fn a_line_stops_beside_a_gap() {
        let mut plane = grid(5, |i, j| i + 2.0 * j);
        // The line i + 2 j = 4.5 crosses four squares; one of them loses a corner.
        let whole = contours(&plane, 4.5);
        plane[2][2] = Err(crate::synergy::Reason::Missing);
        let parts = contours(&plane, 4.5);
        assert_eq!((whole.len(), parts.len()), (1, 2));
        let all: Vec<[f64; 2]> = parts.concat();
        assert!(all.iter().all(|p| whole[0].contains(p)), "{all:?}");
        assert!(all.len() < whole[0].len());
    }

    #[test]
    fn isoboles_end_at_the_single_doses() {
        let doses = |values: &[f64]| Doses {
            name: String::new(),
            unit: String::new(),
            values: values.to_vec(),
        };
        let drugs = [doses(&[0.0, 0.1, 1.0, 10.0]), doses(&[0.0, 2.0, 20.0])];
        let effects = vec![
            vec![0.0, 0.2, 0.6],
            vec![0.1, 0.4, 0.8],
            vec![0.3, 0.6, 0.9],
            vec![0.7, 0.8, 0.95],
        ];
        let matrix = Matrix::from_effects(drugs, effects).expect("valid");
        let found = isoboles(&matrix, &[0.5, 0.65]);
        let additive = found[0].additive.expect("reached");
        // Halfway from 0.3 to 0.7 on the logarithm of 1 to 10; three quarters from 0.2 to 0.6.
        assert!((additive[0] - 10_f64.sqrt()).abs() < 1e-12);
        assert!((additive[1] - 2.0 * 10_f64.powf(0.75)).abs() < 1e-12);
        let line = &found[0].lines[0];
        let mut ends = [line[0], line[line.len() - 1]];
        ends.sort_by(|a, b| a[0].total_cmp(&b[0]));
        assert!((ends[0][1] - additive[1]).abs() < 1e-12 && ends[0][0] == 0.0);
        assert!((ends[1][0] - additive[0]).abs() < 1e-12 && ends[1][1] == 0.0);
        assert_eq!(found[1].additive, None);
        // 5 % is below the smallest dose of both drugs, 15 % of one; 45 % lies between pairs that were given.
        let low = isoboles(&matrix, &[0.05, 0.15, 0.45]);
        let below = low.iter().map(|i| i.is_below_smallest_dose(&matrix));
        assert_eq!(below.collect::<Vec<_>>(), [true, true, false]);
        assert_eq!(
            (found[0].beyond, found[1].beyond),
            ([false, false], [false, true])
        );
    }
}
