//! The colour of a place where several fields are shown together.
//!
//! # Theory
//! Every field covers a share of a pixel, from 0 to 1: its value relative to its full value, raised to the power
//! [`EYE`]. What no field covers is the ground, so with shares `a` the fields together cover
//! `1 - (1 - a1)(1 - a2)...`. The colour of the covered part is the mean of the fields' colours in linear RGB,
//! weighted by the fourth power of their shares. So
//! - a single field at its full value has exactly the colour that the legend shows;
//! - where several fields meet, the one that covers most gives the hue, so that legend colours can be found again
//!   instead of adding up to white;
//! - a picture is never brighter than its brightest colour.
//!
//! # Practice
//! [`Mix::add`] for every field, then [`Mix::over`] the ground. `shaders/view/tissue.wgsl` does the same on the
//! device; a test compares both.

/// Exponent between a value relative to its full value and the share that it covers: shares rise faster than
/// values, as the eye's answer to light rises more slowly, so that faint values stay dark and half of the full
/// value looks about half as bright.
pub const EYE: f32 = 1.7;

/// Below this sum of weights no colour can be told, and the fields cover less than a millionth.
const LEAST_WEIGHT: f32 = 1e-24;

/// Fields added so far to one pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mix {
    /// Share of the pixel that no field covers.
    bare: f32,
    /// Sum of the weights.
    weight: f32,
    /// Weighted sum of colours, linear RGB.
    colour: [f32; 3],
}

impl Mix {
    /// No field yet.
    pub(crate) const EMPTY: Self = Self {
        bare: 1.0,
        weight: 0.0,
        colour: [0.0; 3],
    };

    /// Adds a field that covers `share` (0 to 1) in a colour (linear RGB).
    #[inline]
    pub(crate) fn add(&mut self, share: f32, [r, g, b]: [f32; 3]) {
        let weight = share.powi(4);
        self.bare *= 1.0 - share;
        self.weight += weight;
        self.colour[0] += weight * r;
        self.colour[1] += weight * g;
        self.colour[2] += weight * b;
    }

    /// Linear RGB over a ground.
    #[inline]
    pub(crate) fn over(&self, ground: [f32; 3]) -> [f32; 3] {
        if self.weight < LEAST_WEIGHT {
            return ground;
        }
        let covered = (1.0 - self.bare) / self.weight;
        [0, 1, 2].map(|k| self.bare * ground[k] + covered * self.colour[k])
    }
}

/// Share that a value covers, relative to its full value.
pub(crate) fn share(value: f32, full: f32) -> f32 {
    (value / full).clamp(0.0, 1.0).powf(EYE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [f32; 3] = [1.0, 0.0, 0.0];
    const GREEN: [f32; 3] = [0.0, 0.5, 0.0];
    const GROUND: [f32; 3] = [0.002, 0.002, 0.003];

    fn mixed(parts: &[(f32, [f32; 3])]) -> [f32; 3] {
        let mut mix = Mix::EMPTY;
        for (share, colour) in parts {
            mix.add(*share, *colour);
        }
        mix.over(GROUND)
    }

    #[test]
    fn a_field_alone_has_its_colour_and_nothing_has_the_grounds() {
        assert_eq!(mixed(&[(1.0, GREEN)]), GREEN);
        assert_eq!(mixed(&[(0.0, RED), (1.0, GREEN)]), GREEN);
        assert_eq!(mixed(&[]), GROUND);
        assert_eq!(mixed(&[(0.0, RED), (1e-12, GREEN)]), GROUND);
    }

    #[test]
    fn the_field_that_covers_most_gives_the_hue() {
        let [r, g, _] = mixed(&[(0.3, RED), (0.6, GREEN)]);
        assert!(g > 4.0 * r, "{r} {g}");
        // In any order.
        let [r2, g2, _] = mixed(&[(0.6, GREEN), (0.3, RED)]);
        assert!((r - r2).abs() < 1e-6 && (g - g2).abs() < 1e-6);
        // Equal shares give the mean, and never more than the brightest colour.
        let both = mixed(&[(1.0, RED), (1.0, GREEN)]);
        assert_eq!(both, [0.5, 0.25, 0.0]);
    }

    #[test]
    fn shares_rise_with_values() {
        assert_eq!(
            [0.0, 9.0, 18.0, -3.0].map(|v| share(v, 9.0)),
            [0.0, 1.0, 1.0, 0.0]
        );
        assert!((share(4.5, 9.0) - 0.3078).abs() < 1e-3);
    }
}
