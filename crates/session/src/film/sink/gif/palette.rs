//! 255 colours for a whole film, and the best mixture of two of them for every colour.
//!
//! # Theory
//! One palette for all frames keeps what stands still exactly still. It is made from frames of the whole
//! film, so colours that appear late have their place. Colours that fill areas (page, text) are taken as
//! they are; the others come from Wu's method (X. Wu, Graphics Gems II, 1991) on a histogram whose counts
//! are replaced by their square roots, so that small marks count, improved by a few steps of Lloyd's
//! algorithm.
//!
//! # Practice
//! A colour between two of the palette is shown as an ordered pattern of both (Bayer's 8 × 8 matrix). The
//! pattern is fixed to the picture: it does not crawl. Colours near to one of the palette get no pattern,
//! so text and flat areas stay crisp.

use image::RgbaImage;
use quantette::deps::palette::Srgb;
use quantette::wu::{BinnerU8x3, WuU8x3};
use quantette::{PaletteCounts, PaletteSize};

/// Most colours; one more place says "as before".
pub(super) const COLOURS: usize = 255;
/// Bits of a channel in the histogram.
const BITS: u32 = 6;
/// Most colours that are taken as they are.
const EXACT: usize = 32;
/// One in so many pixels makes an area.
const AREA: u32 = 3000;
/// Steps of Lloyd's algorithm.
const STEPS: usize = 4;
/// Square of the distance, in levels, up to which a colour counts as met.
const NEAR: i32 = 6;
/// Pixels of a frame that the histogram takes.
const SAMPLES: usize = 400_000;

/// Colours of one cell of the histogram.
#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: u32,
    sum: [u64; 3],
    /// The most frequent colour, by majority vote.
    chosen: [u8; 3],
    votes: u32,
}

/// How often colours occur.
pub(super) struct Histogram {
    bins: Vec<Bin>,
    total: u32,
}

impl Histogram {
    /// Without colours.
    pub(super) fn new() -> Self {
        Self {
            bins: vec![Bin::default(); 1 << (3 * BITS)],
            total: 0,
        }
    }

    /// Counts a frame.
    pub(super) fn add(&mut self, frame: &RgbaImage) {
        let pixels = frame.as_raw().len() / 4;
        let stride = pixels.div_ceil(SAMPLES).max(1);
        // An odd stride visits all columns.
        let stride = if stride == 1 { 1 } else { stride | 1 };
        for p in frame.as_raw().chunks_exact(4).step_by(stride) {
            let colour = [p[0], p[1], p[2]];
            let cell = colour
                .iter()
                .fold(0, |cell, c| cell << BITS | usize::from(c >> (8 - BITS)));
            let bin = &mut self.bins[cell];
            bin.count += 1;
            for (sum, c) in bin.sum.iter_mut().zip(colour) {
                *sum += u64::from(c);
            }
            if bin.votes == 0 {
                bin.chosen = colour;
            }
            if bin.chosen == colour {
                bin.votes += 1;
            } else {
                bin.votes -= 1;
            }
            self.total += 1;
        }
    }

    /// The palette.
    pub(super) fn palette(&self) -> Palette {
        let mut areas: Vec<&Bin> = self
            .bins
            .iter()
            .filter(|b| b.votes > self.total / AREA)
            .collect();
        areas.sort_by_key(|b| (std::cmp::Reverse(b.votes), b.chosen));
        let mut colours: Vec<[u8; 3]> = areas.iter().take(EXACT).map(|b| b.chosen).collect();
        let fixed = colours.len();
        let rest: Vec<([u8; 3], u32)> = self
            .bins
            .iter()
            .filter(|b| b.count > 0)
            .map(|b| {
                let mean = b.sum.map(|s| (s / u64::from(b.count)) as u8);
                (mean, f64::from(b.count).sqrt().ceil() as u32)
            })
            .collect();
        let (means, weights): (Vec<[u8; 3]>, Vec<u32>) = rest.iter().copied().unzip();
        let size = PaletteSize::from_usize_clamped(COLOURS - fixed);
        let wu = PaletteCounts::new(means.into_iter().map(Srgb::from).collect(), weights)
            .ok()
            .and_then(|counts| {
                WuU8x3::run_palette_counts(&counts, BinnerU8x3::<32, 64, 32>::new())
            });
        if let Some(wu) = wu {
            colours.extend(wu.palette(size).into_vec().into_iter().map(<[u8; 3]>::from));
        }
        for _ in 0..STEPS {
            improve(&mut colours, fixed, &rest);
        }
        Palette::new(colours)
    }
}

/// Moves every colour after the first `fixed` to the middle of what it stands for.
fn improve(colours: &mut [[u8; 3]], fixed: usize, points: &[([u8; 3], u32)]) {
    let mut sums = vec![([0u64; 3], 0u64); colours.len()];
    for (point, weight) in points {
        let (sum, count) = &mut sums[nearest(colours, point.map(i32::from)).0];
        for (s, c) in sum.iter_mut().zip(point) {
            *s += u64::from(*c) * u64::from(*weight);
        }
        *count += u64::from(*weight);
    }
    for (colour, (sum, count)) in colours.iter_mut().zip(sums).skip(fixed) {
        if count > 0 {
            *colour = sum.map(|s| ((s + count / 2) / count) as u8);
        }
    }
}

/// Square of the distance; the eye sees green best and blue least.
fn distance(a: [i32; 3], b: [i32; 3]) -> i32 {
    let [r, g, b] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    (3 * r * r + 4 * g * g + 2 * b * b) / 3
}

/// The nearest colour and its distance.
fn nearest(colours: &[[u8; 3]], colour: [i32; 3]) -> (usize, i32) {
    let distances = colours.iter().map(|c| distance(c.map(i32::from), colour));
    distances
        .enumerate()
        .min_by_key(|(_, d)| *d)
        .unwrap_or((0, i32::MAX))
}

/// Thresholds 0 to 63 of Bayer's 8 × 8 matrix.
const fn bayer() -> [[u8; 8]; 8] {
    let mut matrix = [[0; 8]; 8];
    let mut y = 0;
    while y < 8 {
        let mut x = 0;
        while x < 8 {
            let (mut value, mut bit) = (0, 0);
            while bit < 3 {
                let (p, q) = (x >> bit & 1, y >> bit & 1);
                value |= ((p ^ q) << 1 | q) << (4 - 2 * bit);
                bit += 1;
            }
            matrix[y][x] = value as u8;
            x += 1;
        }
        y += 1;
    }
    matrix
}

const BAYER: [[u8; 8]; 8] = bayer();

/// Colours of a film.
pub(super) struct Palette {
    colours: Vec<[u8; 3]>,
    /// By colour with 7 bits per channel: bit 31 set, share of the second colour in 64ths, second, first.
    mixtures: Vec<u32>,
}

impl Palette {
    fn new(colours: Vec<[u8; 3]>) -> Self {
        Self {
            colours,
            mixtures: vec![0; 1 << 21],
        }
    }

    /// Red, green, blue of all colours.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.colours.concat()
    }

    /// The colour that stands for `colour` at a pixel.
    pub(super) fn index(&mut self, colour: [u8; 3], x: usize, y: usize) -> u8 {
        let key = colour
            .iter()
            .fold(0, |key, c| key << 7 | usize::from(c >> 1));
        let mut mixture = self.mixtures[key];
        if mixture == 0 {
            mixture = self.mix(colour);
            self.mixtures[key] = mixture;
        }
        let share = mixture >> 16 & 0x7f;
        if u32::from(BAYER[y % 8][x % 8]) < share {
            (mixture >> 8) as u8
        } else {
            mixture as u8
        }
    }

    /// The best mixture of two colours: near on average, and of colours that are not far apart.
    fn mix(&self, colour: [u8; 3]) -> u32 {
        let colour = colour.map(i32::from);
        let (first, away) = nearest(&self.colours, colour);
        let plain = 1 << 31 | first as u32;
        if away <= NEAR {
            return plain;
        }
        let a = self.colours[first].map(i32::from);
        let mut best = (away as f32, plain);
        for (second, b) in self.colours.iter().enumerate() {
            let b = b.map(i32::from);
            let length = distance(a, b) as f32;
            // A pattern of colours that are further apart than the error is worth is noise.
            if second == first || length > 20.0 * away as f32 {
                continue;
            }
            let along = (distance(colour, a) as f32 + length - distance(colour, b) as f32) / 2.0;
            let share = (along / length).clamp(0.0, 0.5);
            let error = distance(colour, a) as f32 - 2.0 * share * along + share * share * length;
            let cost = error + 0.15 * share * (1.0 - share) * length;
            if cost < best.0 {
                let steps = (share * 64.0).round() as u32;
                best = (
                    cost,
                    1 << 31 | steps << 16 | (second as u32) << 8 | first as u32,
                );
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    #[test]
    fn bayer_holds_every_threshold_once() {
        let mut all: Vec<u8> = BAYER.concat();
        all.sort_unstable();
        assert_eq!(all, (0..64).collect::<Vec<u8>>());
    }

    #[test]
    fn flat_colours_are_exact_and_gradients_are_right_on_average() {
        let (w, h) = (256, 64);
        let picture = RgbaImage::from_fn(w, h, |x, y| match y {
            0..8 => Rgba([11, 14, 20, 255]),
            8..12 => Rgba([230, 237, 243, 255]),
            _ => Rgba([x as u8, (x / 2) as u8 + y as u8, 255 - x as u8, 255]),
        });
        let mut histogram = Histogram::new();
        histogram.add(&picture);
        let mut palette = histogram.palette();
        assert!(palette.colours.len() <= COLOURS);
        let colours = palette.colours.clone();
        let mut worst: f64 = 0.0;
        for y in [0, 9] {
            let [r, g, b, _] = picture.get_pixel(5, y).0;
            let got = palette.index([r, g, b], 5, y as usize);
            assert_eq!(colours[usize::from(got)], [r, g, b]);
        }
        // Means over 8 × 8 pixels.
        for (bx, by) in (0..w / 8).flat_map(|x| (2..h / 8).map(move |y| (x, y))) {
            let mut sums = [[0f64; 3]; 2];
            for (x, y) in (0..8).flat_map(|x| (0..8).map(move |y| (8 * bx + x, 8 * by + y))) {
                let [r, g, b, _] = picture.get_pixel(x, y).0;
                let got = colours[usize::from(palette.index([r, g, b], x as usize, y as usize))];
                for c in 0..3 {
                    sums[0][c] += f64::from([r, g, b][c]);
                    sums[1][c] += f64::from(got[c]);
                }
            }
            for (meant, got) in sums[0].iter().zip(sums[1]) {
                worst = worst.max((meant - got).abs() / 64.0);
            }
        }
        assert!(worst < 4.0, "{worst}");
    }
}
