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
