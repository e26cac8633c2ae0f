//! How much random seeds matter: percentile bootstrap of the excess.
//!
//! # Theory
//! Seeds are drawn with replacement, as many as there are, and the metric is computed from the mean
//! effects of the draw; 2.5 and 97.5 % of many such draws bound the spread (Efron 1979, Ann Stat 7:1). A
//! seed is drawn as a whole matrix, so what its dose pairs have in common stays together.
//!
//! With many seeds this is a 95 % interval of the mean. With few it is narrower: over 5 seeds it holds the
//! true mean in about 84 of 100 cases. So it is called what it is, the spread over start maps, with the
//! number of seeds beside it.
//!
//! # Practice
//! Draw number k depends on the option's seed and k alone, so results repeat on any machine. 5 seeds are
//! the least, 10 and more are better.

use warmfront_model::philox4x32;

use super::summary::{defined, mean};
use super::{Grid, Matrix, Metric, Reason};
use crate::effect::Standing;

/// Fewest seeds that say anything of a spread.
pub const LEAST_SEEDS: usize = 5;
/// Share of draws in which a pair must have an excess to get a spread.
const OFTEN: f64 = 0.95;

/// Limits of a spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// 2.5 % of the draws are below.
    pub low: f64,
    /// 2.5 % of the draws are above.
    pub high: f64,
}

/// The standing of a mean excess, if the spread allows one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The whole spread says the same.
    Certain(Standing),
    /// The spread crosses a threshold, above 0 or below it.
    Uncertain,
}

impl Verdict {
    /// Of a spread.
    pub fn of(interval: Interval) -> Self {
        let [low, high] = [interval.low, interval.high].map(Standing::of);
        if low == high {
            Self::Certain(low)
        } else {
            Self::Uncertain
        }
    }

    /// The verdict on a metric's mean in words.
    pub fn words(self, metric: Metric, mean: f64) -> &'static str {
        match self {
            Self::Certain(standing) => metric.standing_words(standing, Standing::is_slight(mean)),
            Self::Uncertain => metric.uncertain(),
        }
    }
}

/// How to draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootstrapOptions {
    /// Number of draws.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u32,
}

impl Default for BootstrapOptions {
    fn default() -> Self {
        Self {
            draws: 1000,
            seed: 1,
        }
    }
}

/// How far the seeds of the start map move an excess.
#[derive(Debug, Clone, PartialEq)]
pub struct Bootstrap {
    /// Of the mean excess.
    pub mean: Interval,
    /// Of each pair; none where it has an excess in too few draws, or under too few seeds.
    pub pairs: Grid<Option<Interval>>,
    /// The mean in words.
    pub verdict: Verdict,
    /// Random seeds behind it.
    pub seeds: usize,
}

/// Spread of a metric from the replicates of a matrix.
///
/// # Errors
/// [`Reason::TooFewSeeds`] below 5; the reason of the metric if it has no number at all.
pub fn bootstrap(
    matrix: &Matrix,
    metric: Metric,
    options: BootstrapOptions,
) -> Result<Bootstrap, Reason> {
    let seeds = matrix.replicates().len();
    if seeds < LEAST_SEEDS {
        return Err(Reason::TooFewSeeds);
    }
    let found = metric.excess(matrix);
    // Means compare like with like: only pairs that have an excess in the full data.
    let mut means = Vec::new();
    let mut values: Grid<Vec<f64>> = matrix.map(|_, _| Vec::new());
    for draw in 0..options.draws {
        let Some(sample) = matrix.resampled(&drawn(options.seed, draw, seeds)) else {
            continue;
        };
        let mut excess = metric.excess(&sample);
        for (i, row) in excess.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().enumerate() {
                match (&found[i][j], &value) {
                    (Ok(_), Ok(v)) => values[i][j].push(*v),
                    (Err(reason), _) => *value = Err(*reason),
                    _ => {}
                }
            }
        }
        means.extend(mean(&defined(&excess)));
    }
    let none = || {
        let reasons = found.iter().skip(1).flat_map(|row| row.iter().skip(1));
        reasons
            .filter_map(|v| v.err())
            .next()
            .unwrap_or(Reason::NoFit)
    };
    let mean = interval(&mut means, 1).ok_or_else(none)?;
    let least = (OFTEN * options.draws as f64).ceil() as usize;
    Ok(Bootstrap {
        mean,
        pairs: values
            .into_iter()
            .enumerate()
            .map(|(i, row)| {
                let each = row.into_iter().enumerate();
                each.map(|(j, mut v)| match matrix.seeds(i, j) {
                    LEAST_SEEDS.. => interval(&mut v, least),
                    _ => None,
                })
                .collect()
            })
            .collect(),
        verdict: Verdict::of(mean),
        seeds,
    })
}

/// Seeds of one draw.
fn drawn(seed: u32, draw: usize, seeds: usize) -> Vec<usize> {
    (0..seeds)
        .map(|k| {
            let word = philox4x32([draw as u32, (k / 4) as u32, 0, 0], [seed, 0x5EED])[k % 4];
            ((u64::from(word) * seeds as u64) >> 32) as usize
        })
        .collect()
}

fn interval(values: &mut [f64], least: usize) -> Option<Interval> {
    if values.len() < least.max(1) {
        return None;
    }
    values.sort_by(f64::total_cmp);
    Some(Interval {
        low: quantile(values, 0.025),
        high: quantile(values, 0.975),
    })
}

/// Quantile of sorted values, linear between neighbours (type 7 of Hyndman & Fan 1996, Am Stat 50:361).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let below = position as usize;
    let above = (below + 1).min(sorted.len() - 1);
    let t = position - below as f64;
    sorted[below] * (1.0 - t) + sorted[above] * t
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synergy::{Doses, SynergyError};
    use warmfront_model::{Better, gaussian_pair};

    fn replicates(seeds: usize, excess: f64, scatter: f64) -> Result<Matrix, SynergyError> {
        let drug = || Doses {
            name: String::new(),
            unit: String::new(),
            values: vec![0.0, 1.0],
        };
        let burden = |seed: usize| {
            let off = scatter * gaussian_pair(7, 0, seed as u64)[0];
            let pair = Some(0.4 - excess - off);
            vec![vec![Some(1.0), Some(0.8)], vec![Some(0.5), pair]]
        };
        let burdens: Vec<Grid<Option<f64>>> = (0..seeds).map(burden).collect();
        Matrix::from_replicates([drug(), drug()], Better::Less, &burdens)
    }

    #[test]
    fn quantiles_are_those_of_r() {
        // quantile(c(1, 2, 4, 8), c(0.025, 0.975)) in R: 1.075 and 7.7.
        let v = [1.0, 2.0, 4.0, 8.0];
        assert!((quantile(&v, 0.025) - 1.075).abs() < 1e-12);
        assert!((quantile(&v, 0.975) - 7.7).abs() < 1e-12);
    }

    #[test]
    fn the_interval_of_a_mean_has_the_width_of_its_standard_error() -> Result<(), SynergyError> {
        let n = 40;
        let matrix = replicates(n, 0.1, 0.03)?;
        let options = BootstrapOptions {
            draws: 4000,
            ..BootstrapOptions::default()
        };
        let b = bootstrap(&matrix, Metric::Bliss, options).expect("enough seeds");
        let pair = |f: &Grid<Option<f64>>| f[1][1].expect("every seed has it") - 0.6;
        let all: Vec<f64> = matrix.replicates().iter().map(pair).collect();
        let mean = all.iter().sum::<f64>() / n as f64;
        let variance = all.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
        let error = (variance / n as f64).sqrt();
        // The normal approximation, with the error of 4000 draws at the 2.5 % points (about 3 %).
        assert!(
            (b.mean.low - (mean - 1.96 * error)).abs() < 0.2 * error,
            "{b:?} {mean} {error}"
        );
        assert!(
            (b.mean.high - (mean + 1.96 * error)).abs() < 0.2 * error,
            "{b:?}"
        );
        assert_eq!(b.verdict, Verdict::Certain(Standing::More));
        assert_eq!(b.pairs[1][1], Some(b.mean));
        assert_eq!(
            b.pairs[0][1],
            Some(Interval {
                low: 0.0,
                high: 0.0
            })
        );
        let again = bootstrap(&matrix, Metric::Bliss, options);
        assert_eq!(again, Ok(b));
        Ok(())
    }

    #[test]
    fn an_interval_across_a_threshold_is_uncertain() -> Result<(), SynergyError> {
        let options = BootstrapOptions::default();
        let words = |excess: f64, scatter: f64| {
            let matrix = replicates(6, excess, scatter)?;
            let b = bootstrap(&matrix, Metric::Bliss, options).expect("enough seeds");
            Ok::<_, SynergyError>(b.verdict.words(Metric::Bliss, excess))
        };
        assert_eq!(words(0.02, 0.03)?, "uncertain against Bliss");
        assert_eq!(words(-0.02, 0.03)?, "uncertain against Bliss");
        assert_eq!(words(0.0, 0.001)?, "Bliss independence");
        assert_eq!(words(-0.1, 0.001)?, "Bliss antagonism");
        let few = replicates(4, 0.1, 0.01)?;
        assert_eq!(
            bootstrap(&few, Metric::Bliss, options),
            Err(Reason::TooFewSeeds)
        );
        let enough = replicates(5, 0.1, 0.01)?;
        assert_eq!(
            bootstrap(&enough, Metric::Zip, options),
            Err(Reason::TooFewDoses)
        );
        Ok(())
    }

    #[test]
    fn draws_are_even() {
        let mut count = [0_usize; 7];
        for draw in 0..10_000 {
            drawn(3, draw, 7).into_iter().for_each(|k| count[k] += 1);
        }
        // 10 000 expected of each, standard deviation 93.
        assert!(count.iter().all(|c| c.abs_diff(10_000) < 400), "{count:?}");
    }
}
