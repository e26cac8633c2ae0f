//! The line around cells, over any picture: where the density of the cells has a given value.
//!
//! The distance of a pixel from the line is that of a plane which has the pixel's value and slope. So the line has
//! the same width everywhere, whatever the slope, and needs no search for contours. It is white with a dark seam,
//! which is seen on every colour.

use super::sampling::Sampling;

/// What sets the line off: its colour, its width beyond the line in pixels, its strength.
const HALO: f32 = 13.0;
const HALO_WIDTH: f32 = 1.2;
const HALO_STRENGTH: f32 = 0.65;
/// Slopes below count as this: the pixel is far from any line.
const LEAST_SLOPE: f32 = 1e-12;

/// A line around cells.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'a> {
    /// Density of the cells, as [`super::Light::values`].
    pub values: &'a [f32],
    /// Density on the line.
    pub at: f32,
    /// Width of the line, pixels.
    pub width: f32,
}

/// Draws the line over the pixels of a picture. `wide` samples one more pixel on every side; values are finite.
pub(super) fn draw(
    pixels: &mut [u8],
    wide: &Sampling,
    values: &[f32],
    cells: usize,
    outline: &Outline<'_>,
) {
    let width = wide.across.len();
    let mut row = Vec::new();
    let mut lines = [(); 3].map(|()| vec![0.0; width]);
    for (k, line) in lines.iter_mut().skip(1).enumerate() {
        wide.line(line, &mut row, values, cells, k, 1.0);
    }
    for (y, target) in pixels.chunks_exact_mut(4 * (width - 2)).enumerate() {
        lines.rotate_left(1);
        wide.line(&mut lines[2], &mut row, values, cells, y + 2, 1.0);
        let [above, here, below] = &lines;
        for (x, p) in target.chunks_exact_mut(4).enumerate() {
            let across = here[x + 2] - here[x];
            let up = above[x + 1] - below[x + 1];
            let slope = (0.5 * across.hypot(up)).max(LEAST_SLOPE);
            let distance = (here[x + 1] - outline.at).abs() / slope;
            let reach = 0.5 * outline.width + 0.5 - distance;
            if reach + HALO_WIDTH <= 0.0 {
                continue;
            }
            let dark = HALO_STRENGTH * (reach + HALO_WIDTH).clamp(0.0, 1.0);
            let light = reach.clamp(0.0, 1.0);
            for v in &mut p[..3] {
                let under = f32::from(*v);
                let seam = under + dark * (HALO - under);
                *v = (seam + light * (255.0 - seam)).round() as u8;
            }
        }
    }
}
