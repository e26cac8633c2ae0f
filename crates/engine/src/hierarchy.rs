//! The grid and its coarser copies, and the tables of the finite-volume operator on each.
//!
//! Every level halves the axes that are not much coarser than the finest one (so that strongly
//! anisotropic grids coarsen along the fine axes first); an odd axis leaves a last cell of its own
//! width. Coefficients are exact for these widths, so any size converges at the same rate.

use warmfront_model::{Boundary, Grid, Wall};

use crate::shared::LevelData;

/// One level: cells per axis and the width of each.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    pub cells: [usize; 3],
    pub widths: [Vec<f64>; 3],
    pub data: LevelData,
    /// First entry along x, y, z in the grid tables of the interpolation from the next coarser level.
    pub interpolation: [u32; 3],
}

impl Level {
    /// Threads of one system in kernels that walk down rows.
    pub fn walkers(&self) -> u32 {
        self.data.columns * self.data.chunks * self.data.nz
    }
}

/// Which walls a group of fields has; fields with equal signatures share tables.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Signature {
    periodic: [bool; 3],
    fixed: [[bool; 2]; 3],
}

impl Signature {
    fn of(b: &Boundary) -> Self {
        let walls = [
            [b.x_low, b.x_high],
            [b.y_low, b.y_high],
            [b.z_low, b.z_high],
        ];
        Self {
            periodic: walls.map(|w| w[0] == Wall::Periodic),
            fixed: walls.map(|w| w.map(|w| matches!(w, Wall::Fixed(_)))),
        }
    }
}

/// All levels with their tables, ready to upload.
#[derive(Debug)]
pub(crate) struct Hierarchy {
    pub levels: Vec<Level>,
    /// By field: boundary signature.
    pub signatures: Vec<u32>,
    /// Constant tables, one stretch per signature each. First the coefficients of the second differences (see
    /// `lib/stencil.wgsl`), then for the interpolation from coarser levels the weight towards the adjacent coarse
    /// cell and the share in the own one: along x two entries per four cells, along y and z
    /// (weight, share, 0, 0) per cell.
    pub tables: Vec<[f32; 4]>,
    /// Entries of the interpolation from one signature to the next.
    pub interpolation_stride: u32,
    /// Whether some field wraps around along x.
    pub wraps_x: bool,
}

/// `vec4f` per row.
pub(crate) fn columns(nx: usize) -> usize {
    nx.div_ceil(4)
}

fn halve(widths: &[f64]) -> Vec<f64> {
    widths.chunks(2).map(|pair| pair.iter().sum()).collect()
}

fn shapes(grid: &Grid) -> Vec<[Vec<f64>; 3]> {
    let mut now = [0, 1, 2].map(|a| vec![grid.spacing[a]; grid.cells[a] as usize]);
    let mut all = vec![now.clone()];
    while now.iter().any(|w| w.len() > 1) {
        // x is always halved with the finest axis: rows are packed by four.
        let finest = (0..3)
            .filter(|&a| now[a].len() > 1)
            .map(|a| now[a][0])
            .fold(f64::INFINITY, f64::min);
        let next = [0, 1, 2].map(|a| {
            let w = &now[a];
            if w.len() > 1 && (a == 0 || w[0] < 1.9 * finest) {
                halve(w)
            } else {
                w.clone()
            }
        });
        all.push(next.clone());
        now = next;
    }
    all
}

// (low, high, diagonal, 1/width) of each cell of one axis.
fn axis_metric(widths: &[f64], s: Signature, axis: usize) -> Vec<[f64; 4]> {
    let n = widths.len();
    let link = |a: usize, b: usize| 0.5 * (widths[a] + widths[b]);
    (0..n)
        .map(|i| {
            let w = widths[i];
            let wall = 2.0 / (w * w);
            let wraps = s.periodic[axis] && n > 1;
            let low = match i {
                0 if wraps => 1.0 / (w * link(0, n - 1)),
                0 => 0.0,
                _ => 1.0 / (w * link(i - 1, i)),
            };
            let high = match i + 1 {
                end if end == n && wraps => 1.0 / (w * link(n - 1, 0)),
                end if end == n => 0.0,
                next => 1.0 / (w * link(i, next)),
            };
            let low_wall = if i == 0 && s.fixed[axis][0] {
                wall
            } else {
                0.0
            };
            let high_wall = if i + 1 == n && s.fixed[axis][1] {
                wall
            } else {
                0.0
            };
            [low, high, low + high + low_wall + high_wall, 1.0 / w]
        })
        .collect()
}

// How far each fine centre stands from its coarse centre towards the coarse neighbour it leans to.
fn axis_interpolation(fine: &[f64], coarse: &[f64], s: Signature, axis: usize) -> Vec<f32> {
    if fine.len() == coarse.len() {
        return vec![0.0; fine.len()];
    }
    let n = coarse.len();
    (0..fine.len())
        .map(|i| {
            let parent = i / 2;
            let alone = 2 * parent + 1 >= fine.len();
            if alone {
                return 0.0;
            }
            let upper = i % 2 == 1;
            let at_wall = if upper { parent + 1 == n } else { parent == 0 };
            let wraps = s.periodic[axis] && n > 1;
            // Distance from the coarse centre to this cell's centre.
            let offset = 0.5 * (coarse[parent] - fine[i]);
            if at_wall && !wraps {
                // A fixed wall holds the correction at 0, half a coarse cell away; elsewhere it is flat.
                return 0.0;
            }
            let neighbour = if upper {
                (parent + 1) % n
            } else {
                (parent + n - 1) % n
            };
            (offset / (0.5 * (coarse[parent] + coarse[neighbour]))) as f32
        })
        .collect()
}

// Share of each fine cell in its coarse cell's width.
fn axis_shares(fine: &[f64], coarse: &[f64]) -> Vec<f32> {
    if fine.len() == coarse.len() {
        return vec![1.0; fine.len()];
    }
    (0..fine.len())
        .map(|i| (fine[i] / coarse[i / 2]) as f32)
        .collect()
}

impl Hierarchy {
    pub fn new(grid: &Grid, boundaries: &[Boundary], arms: u32) -> Self {
        let mut kinds: Vec<Signature> = Vec::new();
        let signatures = boundaries
            .iter()
            .map(|b| {
                let s = Signature::of(b);
                let i = kinds.iter().position(|k| *k == s).unwrap_or_else(|| {
                    kinds.push(s);
                    kinds.len() - 1
                });
                i as u32
            })
            .collect();
        let shapes = shapes(grid);
        let wraps_x = boundaries.iter().any(|b| b.x_low == Wall::Periodic);
        let mut levels: Vec<Level> = Vec::new();
        let mut next = 0u32;
        let mut next_interpolation = 0u32;
        for (l, widths) in shapes.iter().enumerate() {
            let cells = [0, 1, 2].map(|a| widths[a].len());
            let wide = columns(cells[0]) as u32;
            let march = match cells[1] {
                64.. => 8,
                16.. => 4,
                _ => 1,
            };
            let metric_x = next;
            let metric_y = metric_x + 4 * wide;
            let metric_z = metric_y + cells[1] as u32;
            next = metric_z + cells[2] as u32;
            let interpolation = [
                next_interpolation,
                next_interpolation + 2 * wide,
                next_interpolation + 2 * wide + cells[1] as u32,
            ];
            if l + 1 < shapes.len() {
                next_interpolation += 2 * wide + (cells[1] + cells[2]) as u32;
            }
            levels.push(Level {
                cells,
                widths: widths.clone(),
                interpolation,
                data: LevelData {
                    nx: cells[0] as u32,
                    ny: cells[1] as u32,
                    nz: cells[2] as u32,
                    columns: wide,
                    block: wide * (cells[1] * cells[2]) as u32,
                    march,
                    chunks: (cells[1] as u32).div_ceil(march),
                    deeper: 0,
                    metric_x,
                    metric_y,
                    metric_z,
                    metric_stride: 0,
                    arms,
                    single: u32::from(cells == [1, 1, 1]),
                    padding_0: 0,
                    padding_1: 0,
                },
            });
        }
        for level in &mut levels {
            level.data.metric_stride = next;
        }
        let kinds_or_default = if kinds.is_empty() {
            vec![Signature::of(&Boundary::default())]
        } else {
            kinds
        };
        let mut metric = Vec::new();
        let mut interpolation = Vec::new();
        for s in kinds_or_default {
            for (l, level) in levels.iter().enumerate() {
                push_metric(&mut metric, level, s);
                if let Some(coarse) = levels.get(l + 1) {
                    push_interpolation(&mut interpolation, level, coarse, s);
                }
            }
        }
        let first = metric.len() as u32;
        for level in &mut levels {
            level.interpolation = level.interpolation.map(|entry| first + entry);
        }
        metric.append(&mut interpolation);
        Self {
            levels,
            signatures,
            tables: metric,
            interpolation_stride: next_interpolation,
            wraps_x,
        }
    }
}

fn push_metric(metric: &mut Vec<[f32; 4]>, level: &Level, s: Signature) {
    let x = axis_metric(&level.widths[0], s, 0);
    for column in 0..columns(x.len()) {
        for part in 0..4 {
            let lane = |l: usize| match x.get(4 * column + l) {
                Some(cell) => cell[part] as f32,
                None if part == 3 => 1.0,
                None => 0.0,
            };
            metric.push([lane(0), lane(1), lane(2), lane(3)]);
        }
    }
    for axis in [1, 2] {
        let cells = axis_metric(&level.widths[axis], s, axis);
        metric.extend(cells.iter().map(|c| c.map(|v| v as f32)));
    }
}

fn push_interpolation(table: &mut Vec<[f32; 4]>, fine: &Level, coarse: &Level, s: Signature) {
    let x = axis_interpolation(&fine.widths[0], &coarse.widths[0], s, 0);
    for column in 0..columns(x.len()) {
        let lane = |l: usize| x.get(4 * column + l).copied().unwrap_or(0.0);
        table.push([lane(0), lane(1), lane(2), lane(3)]);
        let w = axis_shares(&fine.widths[0], &coarse.widths[0]);
        let lane = |l: usize| w.get(4 * column + l).copied().unwrap_or(0.0);
        table.push([lane(0), lane(1), lane(2), lane(3)]);
    }
    for axis in [1, 2] {
        let t = axis_interpolation(&fine.widths[axis], &coarse.widths[axis], s, axis);
        let w = axis_shares(&fine.widths[axis], &coarse.widths[axis]);
        table.extend(t.iter().zip(w).map(|(&t, w)| [t, w, 0.0, 0.0]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(cells: [u32; 3], spacing: [f64; 3]) -> Grid {
        Grid { cells, spacing }
    }

    #[test]
    fn any_size_coarsens_to_one_cell() {
        for cells in [[250, 190, 1], [96, 80, 50], [33, 57, 1], [8, 8, 8]] {
            let h = Hierarchy::new(&grid(cells, [1.0; 3]), &[Boundary::default()], 1);
            let last = h.levels.last().expect("there is at least one level");
            assert_eq!(last.cells, [1, 1, 1]);
            for level in &h.levels {
                for (widths, n) in level.widths.iter().zip(cells) {
                    let total: f64 = widths.iter().sum();
                    assert!((total - f64::from(n)).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn coarse_axes_wait_for_the_fine_ones() {
        let h = Hierarchy::new(
            &grid([32, 32, 16], [5.0, 5.0, 20.0]),
            &[Boundary::default()],
            1,
        );
        assert_eq!(h.levels[1].cells, [16, 16, 16]);
        assert_eq!(h.levels[2].cells, [8, 8, 16]);
        assert_eq!(h.levels[3].cells, [4, 4, 8]);
    }

    #[test]
    fn no_flux_rows_sum_to_zero() {
        let h = Hierarchy::new(
            &grid([9, 10, 1], [2.0, 1.0, 1.0]),
            &[Boundary::default()],
            1,
        );
        let s = Signature::of(&Boundary::default());
        for level in &h.levels {
            for axis in 0..3 {
                for [low, high, diagonal, _] in axis_metric(&level.widths[axis], s, axis) {
                    assert!((low + high - diagonal).abs() < 1e-12);
                }
            }
        }
    }
}
