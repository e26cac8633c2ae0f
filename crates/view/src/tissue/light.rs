//! Tables between values, light and bytes, so that no pixel needs a power or an exponential.

use std::sync::LazyLock;

use crate::colour::from_linear;
use crate::raster::EYE;

/// Entries per unit of value relative to full light.
pub(super) const PER_FULL: f32 = 2048.0;
/// Relative values beyond give more light than is ever shown, also where texture takes most of it.
const MOST: usize = (2.7 * PER_FULL) as usize;
/// Entries of the table from light to bytes; the darkest steps of sRGB are a fifteenth of its first ones.
const BYTES: usize = 1 << 15;
/// Where light begins to bend.
const KNEE: f32 = 0.7;
/// Entries per unit of light above the knee.
const PER_LIGHT: f32 = 1024.0;
/// Beyond, the exponentials are calculated.
const BRIGHT: usize = 8 * 1024;

/// Light of a value relative to full light, by `PER_FULL` steps.
pub(super) static EYES: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let light = |i| (i as f32 / PER_FULL).powf(EYE);
    (0..=MOST).map(light).collect()
});

static SRGB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let byte = |i| from_linear(i as f32 / (BYTES - 1) as f32);
    (0..BYTES).map(byte).collect()
});

static CLIP: LazyLock<Vec<[f32; 2]>> = LazyLock::new(|| {
    let pair = |i| clip(KNEE + i as f32 / PER_LIGHT);
    (0..BRIGHT).map(pair).collect()
});

// What light of this peak is multiplied with, and what is added to it.
fn clip(peak: f32) -> [f32; 2] {
    let clipped = KNEE + (1.0 - KNEE) * (1.0 - (-(peak - KNEE) / (1.0 - KNEE)).exp());
    let bleach = 0.25 * (1.0 - (-(peak - KNEE)).exp());
    [clipped / peak * (1.0 - bleach), clipped * bleach]
}

/// Turns a row of light into opaque pixels: a soft clip that keeps the hue, then sRGB.
pub(super) fn finish(light: &[[f32; 3]], pixels: &mut [u8]) {
    let (srgb, table) = (&SRGB[..], &CLIP[..]);
    let scale = (BYTES - 1) as f32;
    for (l, p) in light.iter().zip(pixels.chunks_exact_mut(4)) {
        let [mut r, mut g, mut b] = *l;
        let peak = r.max(g).max(b);
        if peak > KNEE {
            let i = ((peak - KNEE) * PER_LIGHT + 0.5) as usize;
            let [factor, sum] = match table.get(i) {
                Some(pair) => *pair,
                None => clip(peak),
            };
            r = r * factor + sum;
            g = g * factor + sum;
            b = b * factor + sum;
        }
        p[0] = srgb[((r * scale + 0.5) as usize).min(BYTES - 1)];
        p[1] = srgb[((g * scale + 0.5) as usize).min(BYTES - 1)];
        p[2] = srgb[((b * scale + 0.5) as usize).min(BYTES - 1)];
        p[3] = 255;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_within_a_byte() {
        let mut row = [[0.0_f32; 3]];
        let mut pixel = [0_u8; 4];
        for i in 0..4000 {
            let l = (i as f32 / 1000.0).powi(3) * 0.2;
            row[0] = [l, 0.5 * l, 0.1 * l];
            finish(&row, &mut pixel);
            let [factor, sum] = if l > KNEE { clip(l) } else { [1.0, 0.0] };
            for k in 0..3 {
                let wanted = from_linear(row[0][k] * factor + sum);
                assert!(pixel[k].abs_diff(wanted) <= 1, "{l} {k}");
            }
        }
    }
}
