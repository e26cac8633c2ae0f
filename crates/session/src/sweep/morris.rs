//! The screen of Morris: which of many inputs matter, from a few runs each.
//!
//! # Theory
//! Every input is scaled to 0..1 and takes one of `p` levels. A trajectory begins at a random point and
//! moves each input once, by Δ = p / (2 (p − 1)), in random order and direction. Each move gives an
//! elementary effect `(f(after) − f(before)) / ±Δ`: the change of the outcome over the whole range of this
//! input, if it were linear (Morris 1991, Technometrics 33:161). Over the trajectories, `mu` is the mean
//! effect, `mu_star` the mean of its absolute value, which does not cancel (Campolongo 2007, Environ
//! Model Softw 22:1509), and `sigma` the standard deviation: large where the effect depends on the other
//! inputs or is not linear.
//!
//! # Practice
//! [`Screen::new`] gives the points, in order; [`Screen::factors`] takes the outcomes at these points.

use warmfront_model::philox4x32;

/// Levels of each input.
pub const LEVELS: u32 = 4;

/// Key of the random numbers of screens.
const KEY: u32 = 0x6d6f_7272;

/// Points of a screen, on the scale 0..1. See the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// `[trajectory × (inputs + 1)][input]`
    pub points: Vec<Vec<f64>>,
    /// `[trajectory][move]`: the input that is moved.
    pub order: Vec<Vec<usize>>,
}

/// What a screen says of one input.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Factor {
    /// Mean elementary effect.
    pub mu: f64,
    /// Mean absolute elementary effect.
    pub mu_star: f64,
    /// Standard deviation of the elementary effects (n − 1 in the denominator); 0 with one.
    pub sigma: f64,
    /// Moves with both outcomes.
    pub moves: usize,
    /// Moves whose effect was above 0.
    pub rising: usize,
    /// Moves whose effect was below 0.
    pub falling: usize,
}

impl Factor {
    /// Direction in one sign: `+`, `-`, or `±` where moves disagree; `0` where nothing changed.
    pub fn sign(&self) -> &'static str {
        match (self.rising, self.falling) {
            (0, 0) => "0",
            (_, 0) => "+",
            (0, _) => "-",
            _ => "±",
        }
    }
}

impl Screen {
    /// Random trajectories, the same for the same seed.
    pub fn new(inputs: usize, trajectories: usize, seed: u32) -> Self {
        let mut screen = Self {
            points: Vec::new(),
            order: Vec::new(),
        };
        let delta = Self::delta();
        for t in 0..trajectories {
            let word =
                |i: usize, what: u32| philox4x32([t as u32, i as u32, what, 0], [seed, KEY])[0];
            let below =
                |i: usize, what: u32, n: u32| (u64::from(word(i, what)) * u64::from(n)) >> 32;
            let rises: Vec<bool> = (0..inputs).map(|i| below(i, 0, 2) == 0).collect();
            let mut point: Vec<f64> = (0..inputs)
                .map(|i| {
                    // The lower of the two levels that this input takes.
                    let low = below(i, 1, LEVELS / 2) as f64 / f64::from(LEVELS - 1);
                    if rises[i] { low } else { low + delta }
                })
                .collect();
            let mut order: Vec<usize> = (0..inputs).collect();
            for i in (1..inputs).rev() {
                order.swap(i, below(i, 2, i as u32 + 1) as usize);
            }
            screen.points.push(point.clone());
            for &input in &order {
                point[input] += if rises[input] { delta } else { -delta };
                screen.points.push(point.clone());
            }
            screen.order.push(order);
        }
        screen
    }

    /// Length of a move.
    pub fn delta() -> f64 {
        f64::from(LEVELS) / (2.0 * f64::from(LEVELS - 1))
    }

    /// Each move: input, index of the point before and of the point after.
    pub fn moves(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let each = self.order.iter().enumerate();
        each.flat_map(|(t, order)| {
            let first = t * (order.len() + 1);
            let moves = order.iter().enumerate();
            moves.map(move |(i, input)| (*input, first + i, first + i + 1))
        })
    }

    /// The factors of all inputs, from the outcome at each point. Moves from or to a missing outcome
    /// do not count.
    pub fn factors(&self, outcome: &[Option<f64>]) -> Vec<Factor> {
        let inputs = self.order.first().map_or(0, Vec::len);
        let mut effects = vec![Vec::new(); inputs];
        for (input, before, after) in self.moves() {
            if let (Some(a), Some(b)) = (outcome[before], outcome[after]) {
                let step = self.points[after][input] - self.points[before][input];
                effects[input].push((b - a) / step);
            }
        }
        effects.iter().map(|e| factor(e)).collect()
    }
}

fn factor(effects: &[f64]) -> Factor {
    let n = effects.len();
    if n == 0 {
        return Factor::default();
    }
    let mean =
        |values: &dyn Fn(f64) -> f64| effects.iter().map(|e| values(*e)).sum::<f64>() / n as f64;
    let mu = mean(&|e| e);
    let square = mean(&|e| (e - mu).powi(2));
    Factor {
        mu,
        mu_star: mean(&f64::abs),
        sigma: (square * n as f64 / n.saturating_sub(1).max(1) as f64).sqrt(),
        moves: n,
        rising: effects.iter().filter(|e| **e > 0.0).count(),
        falling: effects.iter().filter(|e| **e < 0.0).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_input_moves_at_a_time() {
        let screen = Screen::new(7, 9, 3);
        assert_eq!(screen.points.len(), 9 * 8);
        let mut moved = [0; 7];
        for (input, before, after) in screen.moves() {
            let (a, b) = (&screen.points[before], &screen.points[after]);
            for i in 0..7 {
                let step = (a[i] - b[i]).abs();
                let wanted = if i == input { Screen::delta() } else { 0.0 };
                assert!((step - wanted).abs() < 1e-12);
            }
            moved[input] += 1;
        }
        assert_eq!(moved, [9; 7]);
        // Only the four levels, and all of them.
        let mut levels: Vec<i64> = screen
            .points
            .iter()
            .flatten()
            .map(|v| (v * 3e6).round() as i64)
            .collect();
        levels.sort_unstable();
        levels.dedup();
        assert_eq!(levels, [0, 1_000_000, 2_000_000, 3_000_000]);
        assert_eq!(screen, Screen::new(7, 9, 3));
        assert_ne!(screen, Screen::new(7, 9, 4));
    }

    #[test]
    fn a_linear_outcome_is_found_exactly() {
        let screen = Screen::new(4, 5, 1);
        let slope = [3.0, -2.0, 0.0, 0.5];
        let f = |x: &Vec<f64>| Some(7.0 + x.iter().zip(slope).map(|(x, s)| x * s).sum::<f64>());
        let outcome: Vec<Option<f64>> = screen.points.iter().map(f).collect();
        for (factor, slope) in screen.factors(&outcome).iter().zip(slope) {
            assert!((factor.mu - slope).abs() < 1e-12, "{factor:?}");
            assert!((factor.mu_star - slope.abs()).abs() < 1e-12 && factor.sigma < 1e-12);
        }
        let signs: Vec<_> = screen.factors(&outcome).iter().map(Factor::sign).collect();
        assert_eq!((signs[0], signs[1], signs[3]), ("+", "-", "+"));
        // Missing outcomes take two moves each.
        let mut holes = outcome;
        holes[1] = None;
        let moves: usize = screen.factors(&holes).iter().map(|f| f.moves).sum();
        assert_eq!(moves, 4 * 5 - 2);
    }

    /// Sobol's g function (Saltelli 2008, Global Sensitivity Analysis, p. 123) against all moves of the
    /// grid, added up one by one.
    #[test]
    fn a_bent_outcome_agrees_with_every_move_of_the_grid() {
        let a = [0.0, 1.0, 4.5];
        let g = |x: &[f64]| -> f64 {
            x.iter()
                .zip(a)
                .map(|(x, a)| ((4.0 * x - 2.0).abs() + a) / (1.0 + a))
                .product()
        };
        let level = |i: usize| i as f64 / 3.0;
        let delta = Screen::delta();
        for input in 0..3 {
            let mut all = Vec::new();
            for i in 0..4 {
                for j in 0..4 {
                    for low in 0..2 {
                        let mut x = [level(i), level(j), level(i)];
                        x[(input + 1) % 3] = level(i);
                        x[(input + 2) % 3] = level(j);
                        x[input] = level(low);
                        let before = g(&x);
                        x[input] += delta;
                        all.push((g(&x) - before) / delta);
                    }
                }
            }
            let n = all.len() as f64;
            let mu = all.iter().sum::<f64>() / n;
            let mu_star = all.iter().map(|e| e.abs()).sum::<f64>() / n;
            let sigma = (all.iter().map(|e| (e - mu).powi(2)).sum::<f64>() / n).sqrt();
            let screen = Screen::new(3, 4000, 5);
            let outcome: Vec<Option<f64>> = screen.points.iter().map(|x| Some(g(x))).collect();
            let found = screen.factors(&outcome)[input];
            // 4000 trajectories know a mean to sigma / 63.
            let near = 4.0 * sigma / 63.0;
            assert!((found.mu - mu).abs() < near, "{input}: {found:?} {mu}");
            assert!(
                (found.mu_star - mu_star).abs() < near,
                "{input}: {found:?} {mu_star}"
            );
            assert!(
                (found.sigma / sigma - 1.0).abs() < 0.05,
                "{input}: {found:?} {sigma}"
            );
        }
    }
}
