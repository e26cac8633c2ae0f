//! Texture like cell nuclei: discs of uneven size, shape and brightness around jittered lattice points, fixed
//! in the tissue.
//!
//! The shader asks for every pixel which of nine discs covers it. Here every disc is drawn once, over the few
//! pixels that it may reach; the brightest wins, so that the order does not matter.

use super::sampling::Sampling;

/// Mean of the texture over a plane, so that on average it leaves faint values as they are.
const MEAN_NUCLEUS: f32 = 0.292;
/// Steps of brightness between 0 and 1.
const STEPS: f32 = 65_535.0;
/// No disc reaches further from the middle of its lattice square, in lattice squares: the longest half axis
/// 1.1 * 0.48 * 1.5 and the jitter of 0.25 on either axis.
const REACH: f32 = 1.05;

/// What multiplies the share that a field covers, by pixel.
#[derive(Debug, Clone)]
pub(super) struct Nuclei {
    /// Brightness by pixel, row by row, in steps.
    pub steps: Vec<u16>,
    /// Factor where the brightness is 0.
    pub base: f32,
    /// Change of the factor per step.
    pub slope: f32,
}

/// How strongly texture shows: discs smaller than two pixels would only flicker.
pub(super) fn strength(lattice: [f32; 2], step: [f32; 2]) -> f32 {
    if lattice[0] <= 0.0 {
        return 0.0;
    }
    let pixels = 1.0 / (lattice[0] * step[0]).max(lattice[1] * step[1]).max(1e-6);
    0.6 * smoothstep(4.0, 9.0, pixels)
}

impl Nuclei {
    /// Draws the texture of one seed.
    pub(super) fn new(sampling: &Sampling, lattice: [f32; 2], seed: u32) -> Self {
        let strength = strength(lattice, sampling.step);
        let (across, down) = (&sampling.across, &sampling.down);
        let xs: Vec<f32> = across.iter().map(|t| t.place * lattice[0]).collect();
        let ys: Vec<f32> = down.iter().map(|t| t.place * lattice[1]).collect();
        let mut steps = vec![0_u16; xs.len() * ys.len()];
        let (Some(left), Some(right)) = (xs.first(), xs.last()) else {
            return Self::plain();
        };
        let (Some(top), Some(bottom)) = (ys.first(), ys.last()) else {
            return Self::plain();
        };
        let (dx, dy) = (sampling.step[0] * lattice[0], sampling.step[1] * lattice[1]);
        for j in bottom.floor() as i32 - 1..=top.floor() as i32 + 1 {
            for i in left.floor() as i32 - 1..=right.floor() as i32 + 1 {
                let disc = Disc::at([i, j], seed);
                let reach = |from: f32, at: f32, pitch: f32, count: usize| {
                    let low = ((at - REACH - from) / pitch).floor().max(0.0) as usize;
                    let high = ((at + REACH - from) / pitch).ceil() + 1.0;
                    low.min(count)..(high.max(0.0) as usize).min(count)
                };
                let columns = reach(*left, i as f32 + 0.5, dx, xs.len());
                // Rows run downwards.
                for y in reach(-top, -(j as f32 + 0.5), dy, ys.len()) {
                    let row = y * xs.len();
                    for x in columns.clone() {
                        let found = disc.brightness(xs[x], ys[y]);
                        if found > 0.0 {
                            let cell = &mut steps[row + x];
                            *cell = (*cell).max((found * STEPS + 0.5) as u16);
                        }
                    }
                }
            }
        }
        Self {
            steps,
            base: 1.0 - strength,
            slope: strength / (MEAN_NUCLEUS * STEPS),
        }
    }

    fn plain() -> Self {
        Self {
            steps: Vec::new(),
            base: 1.0,
            slope: 0.0,
        }
    }
}

struct Disc {
    middle: [f32; 2],
    cos: f32,
    sin: f32,
    // Along and across its long axis, one over the half axis.
    scale: [f32; 2],
    light: f32,
}

impl Disc {
    fn at(site: [i32; 2], seed: u32) -> Self {
        let h = hash([site[0] as u32, site[1] as u32, seed]);
        let g = hash([h[2], h[1], seed.wrapping_add(1)]);
        let r = h.map(unit);
        let q = g.map(unit);
        let (sin, cos) = (std::f32::consts::TAU * r[2]).sin_cos();
        let long = 1.0 + 0.5 * q[0];
        let radius = 0.34 + 0.14 * q[1];
        Self {
            middle: [0, 1].map(|k| site[k] as f32 + 0.5 + 0.5 * (r[k] - 0.5)),
            cos,
            sin,
            scale: [1.0 / (long * radius), long / radius],
            light: 0.6 + 0.4 * q[2],
        }
    }

    fn brightness(&self, x: f32, y: f32) -> f32 {
        let (dx, dy) = (x - self.middle[0], y - self.middle[1]);
        let along = (dx * self.cos + dy * self.sin) * self.scale[0];
        let across = (dy * self.cos - dx * self.sin) * self.scale[1];
        let square = along * along + across * across;
        if square >= 1.21 {
            return 0.0;
        }
        if square <= 0.3025 {
            return self.light;
        }
        self.light * (1.0 - smoothstep(0.55, 1.1, square.sqrt()))
    }
}

fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 / 16_777_216.0
}

fn smoothstep(low: f32, high: f32, v: f32) -> f32 {
    let t = ((v - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// pcg3d: M. Jarzynski and M. Olano, J. Comput. Graph. Tech. 9(3), 2020.
fn hash(key: [u32; 3]) -> [u32; 3] {
    let [mut x, mut y, mut z] = key.map(|k| k.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let mix = |x: &mut u32, y: &mut u32, z: &mut u32| {
        *x = x.wrapping_add(y.wrapping_mul(*z));
        *y = y.wrapping_add(z.wrapping_mul(*x));
        *z = z.wrapping_add(x.wrapping_mul(*y));
    };
    mix(&mut x, &mut y, &mut z);
    x ^= x >> 16;
    y ^= y >> 16;
    z ^= z >> 16;
    mix(&mut x, &mut y, &mut z);
    [x, y, z]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_is_one_and_seeds_differ() {
        let sampling = Sampling::new([40, 40], [400, 400], [0.0, 40.0], [0.1, 0.1]);
        let one = Nuclei::new(&sampling, [1.0, 1.0], 11);
        let two = Nuclei::new(&sampling, [1.0, 1.0], 12);
        assert_ne!(one.steps, two.steps);
        let factor = |n: &Nuclei| {
            let sum: f64 = n.steps.iter().map(|&s| f64::from(s)).sum();
            f64::from(n.base) + f64::from(n.slope) * sum / n.steps.len() as f64
        };
        assert!((factor(&one) - 1.0).abs() < 0.05, "{}", factor(&one));
        assert_eq!(strength([0.0, 0.0], [0.1, 0.1]), 0.0);
        assert!((strength([1.0, 1.0], [0.1, 0.1]) - 0.6).abs() < 1e-6);
    }
}
