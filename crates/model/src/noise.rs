//! Random numbers that depend on *where*, not on *when*.
//!
//! # Theory
//! Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3")
//! turns a key and a counter into four random words by ten rounds of multiplication. There is no
//! state, so any cell can be drawn alone, in any order, on any machine, with the same result.
//!
//! # Practice
//! The key is (seed, field index), the counter (cell index, stream). Normal numbers come from the
//! Box–Muller transform of two words.

use std::f64::consts::TAU;

use crate::error::Error;
use crate::number::plain;
use crate::scenario::Grid;

/// Four random words for a key and a counter: Philox4x32 with ten rounds.
pub fn philox4x32(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let a = u64::from(counter[0]) * 0xD251_1F53;
        let b = u64::from(counter[2]) * 0xCD9E_8D57;
        counter = [
            high(b) ^ counter[1] ^ key[0],
            low(b),
            high(a) ^ counter[3] ^ key[1],
            low(a),
        ];
        key = [
            key[0].wrapping_add(0x9E37_79B9),
            key[1].wrapping_add(0xBB67_AE85),
        ];
    }
    counter
}

fn high(x: u64) -> u32 {
    (x >> 32) as u32
}

fn low(x: u64) -> u32 {
    (x & 0xFFFF_FFFF) as u32
}

/// What a random number is for; keeps the numbers of different uses apart.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    /// Noise on a map.
    Noise = 0,
    /// Places and strengths of vessels.
    Vessels = 1,
    /// Irregular outlines.
    Outline = 2,
    /// Junctions and vessels of a network.
    Network = 3,
    /// Bundles of fibres, and their gaps.
    Fibres = 4,
    /// Satellites.
    Nests = 5,
    /// Noise with a correlation length.
    Smooth = 6,
}

/// Numbers of one item, drawn one after another: `seed`, a number of the shape, what for, item.
#[derive(Debug, Clone)]
pub(crate) struct Draws {
    key: [u32; 2],
    counter: [u32; 4],
    words: [u32; 4],
    used: usize,
}

impl Draws {
    /// Starts at the first number of an item.
    pub(crate) fn new(seed: u32, shape: u32, stream: Stream, item: u64) -> Self {
        // The first bit of the key's second word keeps these apart from the noise of fields.
        Self {
            key: [seed, shape | 0x8000_0000],
            counter: [low(item), high(item), stream as u32, 0],
            words: [0; 4],
            used: 4,
        }
    }

    /// The next number in (0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        if self.used == 4 {
            self.words = philox4x32(self.counter, self.key);
            self.counter[3] = self.counter[3].wrapping_add(1);
            self.used = 0;
        }
        self.used += 1;
        unit(self.words[self.used - 1])
    }

    /// The next number between two.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// The next standard normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.unit().ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }

    /// The next direction, uniform over the circle (2 axes) or the sphere (3).
    pub(crate) fn direction(&mut self, axes: usize) -> [f64; 3] {
        if axes == 2 {
            let angle = TAU * self.unit();
            return [angle.cos(), angle.sin(), 0.0];
        }
        let (z, angle) = (self.between(-1.0, 1.0), TAU * self.unit());
        let r = (1.0 - z * z).sqrt();
        [r * angle.cos(), r * angle.sin(), z]
    }
}

/// Four words for item `index` of `field`.
pub(crate) fn draw(seed: u32, field: usize, index: u64, stream: Stream) -> [u32; 4] {
    let key = [seed, low(field as u64)];
    philox4x32([low(index), high(index), stream as u32, 0], key)
}

/// A word as a number in (0, 1).
pub(crate) fn unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// Two independent standard normal numbers for a cell of a field.
pub fn gaussian_pair(seed: u32, field: usize, cell: u64) -> [f64; 2] {
    normal_pair(draw(seed, field, cell, Stream::Noise))
}

fn normal_pair(w: [u32; 4]) -> [f64; 2] {
    let radius = (-2.0 * unit(w[0]).ln()).sqrt();
    let angle = TAU * unit(w[1]);
    [radius * angle.cos(), radius * angle.sin()]
}

/// Nodes of smooth noise per correlation length, and nodes on either side that a place feels.
const NODES: f64 = 2.0;
const REACH: i64 = 8;

/// Most nodes that smooth noise may have for each cell of the grid.
const MOST_NODES: f64 = 64.0;

/// Two independent smooth random maps on a grid, x fastest: at every place a standard normal number, and two
/// places at distance r have the correlation exp(−r²/(2 length²)). Numbers drawn at the nodes of a lattice,
/// whose spacing follows from the length alone, are added up with Gaussian weights, so that the maps are the
/// same on any grid.
///
/// # Errors
/// A length so short beside the cells that the lattice would not fit into memory.
pub(crate) fn smooth_pair(
    grid: &Grid,
    seed: u32,
    field: usize,
    length: f64,
) -> Result<[Vec<f64>; 2], Error> {
    let spacing = length / NODES;
    let axes = if grid.is_3d() { 3 } else { 2 };
    let extent = grid.extent();
    // Nodes along each axis, the first at −REACH.
    let nodes: [f64; 3] = std::array::from_fn(|a| {
        if a < axes {
            (extent[a] / spacing).ceil() + 2.0 * REACH as f64 + 1.0
        } else {
            1.0
        }
    });
    if nodes.iter().product::<f64>() > MOST_NODES * grid.len() as f64 + 1e4 {
        return Err(Error::new(format!(
            "`correlation` is {}, far below the cells of {}",
            plain(length),
            plain(grid.spacing[0])
        ))
        .help(
            "give a length of a cell at least, or leave it out: then every cell has its own number",
        ));
    }
    let mut shape = nodes.map(|n| n as usize);
    let mut maps = [Vec::new(), Vec::new()];
    for index in 0..shape.iter().product::<usize>() as u64 {
        let [nx, ny] = [shape[0] as u64, shape[1] as u64];
        let at = [index % nx, index / nx % ny, index / (nx * ny)];
        // 21 bits for each: the number of a node does not depend on how many there are.
        let node = at[0] | at[1] << 21 | at[2] << 42;
        let pair = normal_pair(draw(seed, field, node, Stream::Smooth));
        for (map, value) in maps.iter_mut().zip(pair) {
            map.push(value);
        }
    }
    for axis in 0..axes {
        for map in &mut maps {
            *map = weigh(map, shape, axis, grid, spacing);
        }
        shape[axis] = grid.cells[axis] as usize;
    }
    Ok(maps)
}

// Along one axis, from the nodes to the cells' centres; weights have the sum of squares 1.
fn weigh(map: &[f64], shape: [usize; 3], axis: usize, grid: &Grid, spacing: f64) -> Vec<f64> {
    let cells = grid.cells[axis] as usize;
    let inner: usize = shape[..axis].iter().product();
    let outer: usize = shape[axis + 1..].iter().product();
    let mut out = vec![0.0; inner * cells * outer];
    for i in 0..cells {
        let place = (i as f64 + 0.5) * grid.spacing[axis] / spacing;
        let nearest = place.round() as i64;
        // exp(−r²/length²): its product with itself, shifted, has the correlation of the map.
        let weight = |k: i64| (-((place - (nearest + k) as f64) / NODES).powi(2)).exp();
        let norm = (-REACH..=REACH)
            .map(|k| weight(k).powi(2))
            .sum::<f64>()
            .sqrt();
        for k in -REACH..=REACH {
            let w = weight(k) / norm;
            let node = ((nearest + k + REACH) as usize).min(shape[axis] - 1);
            for o in 0..outer {
                let from = (o * shape[axis] + node) * inner;
                let to = (o * cells + i) * inner;
                for (out, value) in out[to..to + inner].iter_mut().zip(&map[from..from + inner]) {
                    *out += w * value;
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers published with Random123 (`kat_vectors`, philox4x32 10).
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(
            philox4x32([0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32(
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    #[test]
    fn noise_is_standard_normal_and_fields_differ() {
        let n = 20_000;
        let all: Vec<[f64; 2]> = (0..n).map(|i| gaussian_pair(7, 2, i)).collect();
        let mean = all.iter().map(|x| x[0]).sum::<f64>() / n as f64;
        let variance = all.iter().map(|x| x[0] * x[0]).sum::<f64>() / n as f64;
        let mixed = all.iter().map(|x| x[0] * x[1]).sum::<f64>() / n as f64;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.04, "{variance}");
        assert!(mixed.abs() < 0.03, "{mixed}");
        assert_ne!(gaussian_pair(7, 2, 0), gaussian_pair(7, 3, 0));
        assert_ne!(gaussian_pair(7, 2, 0), gaussian_pair(8, 2, 0));
    }

    fn square(cells: u32, spacing: f64) -> Grid {
        Grid {
            cells: [cells, cells, 1],
            spacing: [spacing; 3],
        }
    }

    #[test]
    fn smooth_noise_is_the_same_on_any_grid() -> Result<(), Error> {
        let [coarse, _] = smooth_pair(&square(20, 9.0), 7, 2, 60.0)?;
        // Every third cell of the finer grid has the centre of a cell of the coarse one.
        let [fine, _] = smooth_pair(&square(60, 3.0), 7, 2, 60.0)?;
        for y in 0..20 {
            for x in 0..20 {
                let (a, b) = (coarse[20 * y + x], fine[60 * (3 * y + 1) + 3 * x + 1]);
                assert!((a - b).abs() < 1e-9, "{x} {y}: {a} {b}");
            }
        }
        Ok(())
    }

    #[test]
    fn smooth_noise_has_its_variance_and_its_length() -> Result<(), Error> {
        let (n, length) = (240, 40.0);
        let (mut square_sum, mut at_length, mut mixed, mut count) = (0.0, 0.0, 0.0, 0.0);
        for seed in 0..8 {
            let [a, b] = smooth_pair(&square(n, 10.0), seed, 0, length)?;
            let n = n as usize;
            for y in 0..n {
                for x in 0..n - 4 {
                    square_sum += a[n * y + x].powi(2);
                    at_length += a[n * y + x] * a[n * y + x + 4];
                    mixed += a[n * y + x] * b[n * y + x];
                    count += 1.0;
                }
            }
        }
        let (variance, correlation) = (square_sum / count, at_length / square_sum);
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
        assert!(
            (correlation - (-0.5_f64).exp()).abs() < 0.04,
            "{correlation}"
        );
        assert!((mixed / count).abs() < 0.05, "{}", mixed / count);
        Ok(())
    }

    #[test]
    fn smooth_noise_in_three_dimensions_has_its_variance() -> Result<(), Error> {
        let grid = Grid {
            cells: [40, 36, 30],
            spacing: [10.0, 10.0, 20.0],
        };
        let (mut sum, mut count) = (0.0, 0.0);
        for seed in 0..8 {
            let [a, _] = smooth_pair(&grid, seed, 0, 30.0)?;
            assert_eq!(a.len(), grid.len());
            sum += a.iter().map(|v| v * v).sum::<f64>();
            count += a.len() as f64;
        }
        assert!((sum / count - 1.0).abs() < 0.06, "{}", sum / count);
        let e = smooth_pair(&grid, 1, 0, 0.1).expect_err("far too short");
        assert!(e.to_string().contains("`correlation` is 0.1"), "{e}");
        Ok(())
    }
}
