//! Outlines of shapes: a radius that depends on the direction.
//!
//! # Theory
//! The outline in the unit direction n lies at `R · (1 + Σ lobes + roughness · g(n)) + fingers`.
//! g is a random function with mean 0, variance 1 and the covariance exp(−d²/(2 s²)) over the chord
//! d between two points of the circle or sphere of radius R. It is a sum of waves with random normal
//! wave vectors (Rahimi and Recht 2007, random Fourier features), the same formula in 2D and 3D.
//! A finger is a Gaussian bump of the radius.
//!
//! # Practice
//! The lobed distance ρ = r / (outline/R) makes every formula of a disc one of an irregular disc.

use std::f64::consts::TAU;

use crate::curves::{dot, norm};
use crate::noise::{Draws, Stream};
use crate::scenario::Grid;
use crate::scenario_schema::OutlineFile;

/// Waves of a rough outline.
const WAVES: usize = 64;

/// Smallest share of the radius that an outline has anywhere.
const SMALLEST: f64 = 0.2;

/// An outline around a centre.
#[derive(Debug, Clone)]
pub(crate) struct Outline<'a> {
    pub(crate) centre: [f64; 3],
    /// 2 or 3.
    pub(crate) axes: usize,
    /// Mean radius, length unit.
    pub(crate) radius: f64,
    lobes: &'a [[f64; 3]],
    roughness: f64,
    /// Wave vector over the unit direction, and phase.
    waves: Vec<([f64; 3], f64)>,
    /// Direction, share of the radius, sigma as chord of the unit circle.
    fingers: Vec<([f64; 3], f64, f64)>,
}

impl<'a> Outline<'a> {
    /// `radius` in length units.
    pub(crate) fn new(
        grid: &Grid,
        seed: u32,
        centre: Option<&[f64]>,
        radius: f64,
        lobes: &'a [[f64; 3]],
        file: Option<&OutlineFile>,
    ) -> Self {
        let extent = grid.extent();
        let fraction = |i: usize| centre.and_then(|c| c.get(i)).copied().unwrap_or(0.5);
        let axes = if grid.is_3d() { 3 } else { 2 };
        let mut outline = Self {
            centre: std::array::from_fn(|i| extent[i] * fraction(i)),
            axes,
            radius,
            lobes,
            roughness: 0.0,
            waves: Vec::new(),
            fingers: Vec::new(),
        };
        let Some(file) = file.filter(|_| radius > 0.0) else {
            return outline;
        };
        if file.roughness > 0.0 {
            outline.roughness = file.roughness;
            let draw = |i: usize| {
                let mut draws = Draws::new(seed, file.seed, Stream::Outline, i as u64);
                let wave = [(); 3].map(|()| draws.normal() * radius / file.scale);
                (wave, TAU * draws.unit())
            };
            outline.waves = (0..WAVES).map(draw).collect();
        }
        let finger = |i: u32| {
            let item = u64::from(i) + WAVES as u64;
            let mut draws = Draws::new(seed, file.seed, Stream::Outline, item);
            let direction = draws.direction(axes);
            let length = file.finger_length * draws.between(0.5, 1.0);
            (direction, length / radius, file.finger_width / radius)
        };
        outline.fingers = (0..file.fingers).map(finger).collect();
        outline
    }

    /// Outline over mean radius in a unit direction.
    pub(crate) fn factor(&self, n: [f64; 3]) -> f64 {
        let phi = n[1].atan2(n[0]);
        let lobe = |[a, k, start]: &[f64; 3]| a * (k * phi + start).cos();
        let mut factor = 1.0 + self.lobes.iter().map(lobe).sum::<f64>();
        if !self.waves.is_empty() {
            let waves = self
                .waves
                .iter()
                .map(|(k, phase)| (dot(*k, n) + phase).cos());
            let g = waves.sum::<f64>() * (2.0 / WAVES as f64).sqrt();
            factor += self.roughness * g;
        }
        for (direction, length, width) in &self.fingers {
            // Square of the chord between two unit vectors.
            let d2 = 2.0 - 2.0 * dot(*direction, n);
            factor += length * (-d2 / (2.0 * width * width)).exp();
        }
        if self.waves.is_empty() && self.fingers.is_empty() {
            factor
        } else {
            factor.max(SMALLEST)
        }
    }

    /// The lobed distance ρ of a place from the centre: the plain one over [`Self::factor`].
    pub(crate) fn distance(&self, at: [f64; 3]) -> f64 {
        let mut d: [f64; 3] = std::array::from_fn(|i| at[i] - self.centre[i]);
        if self.axes == 2 {
            d[2] = 0.0;
        }
        let r = norm(d);
        let n = if r > 0.0 {
            d.map(|x| x / r)
        } else {
            [1.0, 0.0, 0.0]
        };
        r / self.factor(n)
    }

    /// The place on the outline in a unit direction, moved outwards by `by`.
    pub(crate) fn at(&self, n: [f64; 3], by: f64) -> [f64; 3] {
        let r = self.radius * self.factor(n) + by;
        std::array::from_fn(|i| self.centre[i] + r * n[i])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean, variance and covariance of the rough outline over many seeds, against its formula.
    #[test]
    fn a_rough_outline_has_the_covariance_of_its_formula() {
        let flat = Grid {
            cells: [8, 8, 1],
            spacing: [100.0; 3],
        };
        let deep = Grid {
            cells: [8, 8, 8],
            spacing: [100.0; 3],
        };
        let file = OutlineFile {
            roughness: 0.1,
            scale: 50.0,
            ..OutlineFile::default()
        };
        for grid in [flat, deep] {
            let (mut mean, mut variance, mut mixed) = (0.0, 0.0, 0.0);
            let runs = 4000;
            // Two directions whose chord on the circle of radius 200 is 50.
            let angle = 2.0 * (50.0_f64 / 400.0).asin();
            let (a, b) = ([1.0, 0.0, 0.0], [angle.cos(), angle.sin(), 0.0]);
            for seed in 0..runs {
                let outline = Outline::new(&grid, seed, None, 200.0, &[], Some(&file));
                let (p, q) = (outline.factor(a) - 1.0, outline.factor(b) - 1.0);
                mean += p;
                variance += p * p;
                mixed += p * q;
            }
            let n = f64::from(runs);
            assert!((mean / n).abs() < 0.005);
            assert!((variance / n / 0.01 - 1.0).abs() < 0.08, "{}", variance / n);
            assert!(
                (mixed / variance - (-0.5_f64).exp()).abs() < 0.04,
                "{}",
                mixed / variance
            );
        }
    }

    #[test]
    fn a_finger_is_as_long_as_it_says_and_only_there() {
        let grid = Grid {
            cells: [8, 8, 1],
            spacing: [100.0; 3],
        };
        let file = OutlineFile {
            fingers: 1,
            finger_length: 80.0,
            finger_width: 10.0,
            ..OutlineFile::default()
        };
        let outline = Outline::new(&grid, 3, None, 200.0, &[], Some(&file));
        let radius = |i: u32| {
            let angle = TAU * f64::from(i) / 1000.0;
            200.0 * outline.factor([angle.cos(), angle.sin(), 0.0])
        };
        let all: Vec<f64> = (0..1000).map(radius).collect();
        let longest = all.iter().copied().fold(0.0, f64::max) - 200.0;
        assert!((39.0..=80.0).contains(&longest), "{longest}");
        let smooth = all.iter().filter(|r| (**r - 200.0).abs() < 0.1).count();
        // Six sigma of ten on a circle of 1257.
        assert!(smooth > 900, "{smooth}");
    }
}
