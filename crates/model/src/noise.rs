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
    let w = draw(seed, field, cell, Stream::Noise);
    let radius = (-2.0 * unit(w[0]).ln()).sqrt();
    let angle = TAU * unit(w[1]);
    [radius * angle.cos(), radius * angle.sin()]
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
}
