//! Pictures become Y′CbCr for H.264.
//!
//! # Theory
//! Recommendation ITU-R BT.709-6, items 3.2 to 3.4, with the 8-bit limited range of item 5.2:
//! `Y = 16 + 219 Y′`, `Cb = 128 + 224 (B′ − Y′) / 1.8556`, `Cr = 128 + 224 (R′ − Y′) / 1.5748` with
//! `Y′ = 0.2126 R′ + 0.7152 G′ + 0.0722 B′` and R′, G′, B′ from 0 to 1. One chroma sample stands for
//! 2 × 2 pixels and is taken from their mean.
//!
//! # Practice
//! All three are fractions of whole numbers, so they are rounded exactly (half up) in whole numbers: the
//! same on every machine. An odd side is continued by its last row or column.

use image::RgbaImage;
use openh264::formats::YUVSource;

/// A frame in planes of 8 bits, 4:2:0.
pub(super) struct Yuv {
    width: usize,
    height: usize,
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
}

/// Luma times 10000 × 255.
fn luma([r, g, b]: [u32; 3]) -> u32 {
    2126 * r + 7152 * g + 722 * b
}

/// `round(16 + 219 s / (10000 × 255))`.
fn luma_level(s: u32) -> u8 {
    ((219 * s + 16 * 2_550_000 + 1_275_000) / 2_550_000) as u8
}

/// `round(128 + 224 (c − Y′) / scale)` of a sum over four pixels: `difference` is 10000 times the sum of the
/// colour minus that of the luma, `half` is `scale × 4 × 255 × 10000 / 32`, an odd whole number × ½.
fn chroma_level(difference: i32, whole: i32) -> u8 {
    ((28 * difference + 257 * whole) / (2 * whole)) as u8
}

/// 1.8556 × 4 × 255 × 10000 / 16.
const BLUE: i32 = 1_182_945;
/// 1.5748 × 4 × 255 × 10000 / 16.
const RED: i32 = 1_003_935;

impl Yuv {
    /// Room for a picture of `size` pixels, each side made even.
    pub(super) fn new([width, height]: [u32; 2]) -> Self {
        let (width, height) = (
            width.next_multiple_of(2) as usize,
            height.next_multiple_of(2) as usize,
        );
        Self {
            width,
            height,
            y: vec![0; width * height],
            u: vec![0; width * height / 4],
            v: vec![0; width * height / 4],
        }
    }

    /// Converts a picture, which is opaque.
    pub(super) fn fill(&mut self, picture: &RgbaImage) {
        let (columns, rows) = (picture.width() as usize, picture.height() as usize);
        let bytes = picture.as_raw().as_slice();
        let row = |y: usize| {
            let start = y.min(rows - 1) * columns * 4;
            &bytes[start..start + columns * 4]
        };
        let half = self.width / 2;
        for pair in 0..self.height / 2 {
            let (above, below) = (row(2 * pair), row(2 * pair + 1));
            let luma_rows = &mut self.y[2 * pair * self.width..][..2 * self.width];
            let (luma_above, luma_below) = luma_rows.split_at_mut(self.width);
            let blues = &mut self.u[pair * half..][..half];
            let reds = &mut self.v[pair * half..][..half];
            for column in 0..half {
                let left = 8 * column;
                // The second column of an odd width is the first one again.
                let right = if left + 4 < 4 * columns {
                    left + 4
                } else {
                    left
                };
                let at = |row: &[u8], i: usize| {
                    [
                        u32::from(row[i]),
                        u32::from(row[i + 1]),
                        u32::from(row[i + 2]),
                    ]
                };
                let pixels = [
                    at(above, left),
                    at(above, right),
                    at(below, left),
                    at(below, right),
                ];
                let lumas = pixels.map(luma);
                luma_above[2 * column] = luma_level(lumas[0]);
                luma_above[2 * column + 1] = luma_level(lumas[1]);
                luma_below[2 * column] = luma_level(lumas[2]);
                luma_below[2 * column + 1] = luma_level(lumas[3]);
                let sum = (lumas[0] + lumas[1] + lumas[2] + lumas[3]) as i32;
                let colour = |c: usize| {
                    (pixels[0][c] + pixels[1][c] + pixels[2][c] + pixels[3][c]) as i32 * 10_000
                };
                blues[column] = chroma_level(colour(2) - sum, BLUE);
                reds[column] = chroma_level(colour(0) - sum, RED);
            }
        }
    }
}

impl YUVSource for Yuv {
    fn dimensions(&self) -> (usize, usize) {
        (self.width, self.height)
    }
    fn strides(&self) -> (usize, usize, usize) {
        (self.width, self.width / 2, self.width / 2)
    }
    fn y(&self) -> &[u8] {
        &self.y
    }
    fn u(&self) -> &[u8] {
        &self.u
    }
    fn v(&self) -> &[u8] {
        &self.v
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    fn flat(rgb: [u8; 3], size: [u32; 2]) -> Yuv {
        let [r, g, b] = rgb;
        let mut yuv = Yuv::new(size);
        yuv.fill(&RgbaImage::from_pixel(
            size[0],
            size[1],
            Rgba([r, g, b, 255]),
        ));
        yuv
    }

    #[test]
    fn known_colours() {
        // 75 % and 100 % colour bars: SMPTE RP 219-1 and BT.709 give these levels.
        for (rgb, yuv) in [
            ([0, 0, 0], [16, 128, 128]),
            ([255, 255, 255], [235, 128, 128]),
            ([255, 0, 0], [63, 102, 240]),
            ([0, 255, 0], [173, 42, 26]),
            ([0, 0, 255], [32, 240, 118]),
            ([191, 191, 0], [168, 44, 136]),
            ([128, 128, 128], [126, 128, 128]),
        ] {
            let got = flat(rgb, [2, 2]);
            assert_eq!([got.y[0], got.u[0], got.v[0]], yuv, "{rgb:?}");
        }
    }

    #[test]
    fn every_colour_is_rounded_as_the_formula_says() {
        for r in (0..=255).step_by(5) {
            for g in (0..=255).step_by(3) {
                for b in (0..=255).step_by(15) {
                    let got = flat([r, g, b], [2, 2]);
                    let [r, g, b] = [r, g, b].map(|c| f64::from(c) / 255.0);
                    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
                    let want = [
                        16.0 + 219.0 * y,
                        128.0 + 224.0 * (b - y) / 1.8556,
                        128.0 + 224.0 * (r - y) / 1.5748,
                    ];
                    for (got, want) in [got.y[0], got.u[0], got.v[0]].iter().zip(want) {
                        assert!((f64::from(*got) - want).abs() < 0.5 + 1e-9, "{want}");
                    }
                }
            }
        }
    }

    #[test]
    fn chroma_is_the_mean_of_four_and_odd_sides_are_continued() {
        let mut picture = RgbaImage::from_pixel(3, 3, Rgba([0, 0, 0, 255]));
        picture.put_pixel(0, 0, Rgba([255, 0, 0, 255]));
        picture.put_pixel(2, 2, Rgba([255, 255, 255, 255]));
        let mut yuv = Yuv::new([3, 3]);
        yuv.fill(&picture);
        assert_eq!(yuv.dimensions(), (4, 4));
        // A quarter of red: 128 + 112 / 4.
        assert_eq!((yuv.v[0], yuv.v[1]), (156, 128));
        assert_eq!(yuv.y[2 * 4 + 2..2 * 4 + 4], [235, 235]);
        assert_eq!(yuv.y[3 * 4 + 2..], [235, 235]);
        assert_eq!(yuv.y[2 * 4 + 1], 16);
    }
}
