//! Means of replicates and how sure they are.
//!
//! The spread of a mean over start maps is the percentile bootstrap (Efron 1979, Ann Stat 7:1): means of
//! samples drawn with replacement, cut at 2.5 % and 97.5 %. It is no 95 % interval of the mean where seeds
//! are few (see [`crate::synergy`]). The draws are counted, not drawn in turn, so the same numbers always
//! give the same spread.

use warmfront_model::philox4x32;

use crate::synergy::LEAST_SEEDS;

/// Samples drawn.
const SAMPLES: u32 = 2000;

/// A mean with its spread over start maps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Lower and upper end of the spread; none with fewer than five replicates.
    pub spread: Option<[f64; 2]>,
    /// Replicates.
    pub count: usize,
}

impl Mean {
    /// Of the values that there are; none without any.
    pub fn of(values: impl IntoIterator<Item = Option<f64>>) -> Option<Self> {
        let found: Vec<f64> = values.into_iter().flatten().collect();
        let count = found.len();
        (count > 0).then(|| Self {
            mean: found.iter().sum::<f64>() / count as f64,
            spread: spread(&found),
            count,
        })
    }
}

fn spread(values: &[f64]) -> Option<[f64; 2]> {
    let n = values.len();
    if n < LEAST_SEEDS {
        return None;
    }
    let mut means: Vec<f64> = (0..SAMPLES)
        .map(|sample| {
            let draw = |i: usize| {
                let block = philox4x32([sample, (i / 4) as u32, 0, 0], [0x626f_6f74, n as u32]);
                values[((u64::from(block[i % 4]) * n as u64) >> 32) as usize]
            };
            (0..n).map(draw).sum::<f64>() / n as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    Some([quantile(&means, 0.025), quantile(&means, 0.975)])
}

/// Linear interpolation between the order statistics of sorted values, as numpy does.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let at = q * (sorted.len() - 1) as f64;
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    sorted[low] + (at - at.floor()) * (sorted[high] - sorted[low])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_many_is_the_normal_one() {
        // Even numbers of −1 and 1: standard deviation 1, standard error 0.1.
        let values = (0..100).map(|i| Some(if i % 2 == 0 { 1.0 } else { -1.0 }));
        let m = Mean::of(values).expect("values");
        let [low, high] = m.spread.expect("a spread");
        assert_eq!((m.mean, m.count), (0.0, 100));
        // ± 1.96 standard errors; 2000 samples know the quantile to a few per cent.
        assert!(
            (low + 0.196).abs() < 0.025 && (high - 0.196).abs() < 0.025,
            "{low} {high}"
        );
    }

    #[test]
    fn few_and_missing_values() {
        assert_eq!(Mean::of([None, None]), None);
        let one = Mean::of([None, Some(3.0)]).expect("one");
        assert_eq!((one.mean, one.spread, one.count), (3.0, None, 1));
        let same = Mean::of([Some(0.5); 5]).expect("five");
        assert_eq!(same.spread, Some([0.5, 0.5]));
        let sorted = [0.0, 1.0, 2.0, 3.0, 4.0];
        assert_eq!(
            (quantile(&sorted, 0.5), quantile(&sorted, 0.875)),
            (2.0, 3.5)
        );
    }
}
