//! Tables between values, shares and bytes, so that no pixel needs a power.

use std::sync::LazyLock;

use crate::colour::from_linear;
use crate::mix::EYE;

/// Entries per unit of value relative to full value.
pub(super) const PER_FULL: f32 = 2048.0;
/// Relative values beyond cover the whole pixel, also where texture takes most: it leaves at least 0.4.
const MOST: usize = (1.8 * PER_FULL) as usize;
/// Entries of the table from light to bytes; the darkest steps of sRGB are a fifteenth of its first ones.
const BYTES: usize = 1 << 15;

/// Share that a value covers before texture, by `PER_FULL` steps of the relative value.
pub(super) static SHARES: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let share = |i| (i as f32 / PER_FULL).powf(EYE);
    (0..=MOST).map(share).collect()
});

static SRGB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let byte = |i| from_linear(i as f32 / (BYTES - 1) as f32);
    (0..BYTES).map(byte).collect()
});

/// Turns a row of linear RGB between 0 and 1 into opaque pixels.
pub(super) fn finish(colours: impl Iterator<Item = [f32; 3]>, pixels: &mut [u8]) {
    let srgb = &SRGB[..];
    let scale = (BYTES - 1) as f32;
    for (colour, p) in colours.zip(pixels.chunks_exact_mut(4)) {
        let [r, g, b] = colour.map(|v| srgb[((v * scale + 0.5) as usize).min(BYTES - 1)]);
        p.copy_from_slice(&[r, g, b, 255]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_within_a_byte() {
        let mut pixel = [0_u8; 4];
        for i in 0..4000 {
            let l = (i as f32 / 4000.0).powi(3);
            let colour = [l, 0.5 * l, 0.1 * l];
            finish(std::iter::once(colour), &mut pixel);
            for k in 0..3 {
                let wanted = from_linear(colour[k]);
                assert!(pixel[k].abs_diff(wanted) <= 1, "{l} {k}");
            }
        }
    }
}
