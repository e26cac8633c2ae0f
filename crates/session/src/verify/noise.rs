//! V13: the noise of initial maps. Computed on the processor; no device is involved.

use warmfront_model::gaussian_pair;

use super::bench::Bench;
use super::tools::mean;
use super::{Outcome, Report};

fn draw(seed: u32, field: usize, n: u64) -> Vec<f64> {
    (0..n)
        .map(|cell| gaussian_pair(seed, field, cell)[0])
        .collect()
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / a.len() as f64
}

/// V13. A quarter of a million standard normal numbers; the bounds are four standard errors.
pub(super) fn statistics(_: &Bench<'_>, report: &mut Report) -> Outcome {
    let n = 1 << 18;
    let root = f64::from(n).sqrt();
    let why = "four standard errors of 2^18 numbers";
    let a = draw(1, 0, n as u64);
    let b = draw(2, 0, n as u64);
    let c = draw(1, 1, n as u64);
    let fourth: f64 = a.iter().map(|x| x.powi(4)).sum::<f64>() / a.len() as f64;
    report.near("mean", 0.0, mean(&a), 4.0 / root, why);
    report.near(
        "variance",
        1.0,
        product(&a, &a),
        4.0 * 2f64.sqrt() / root,
        why,
    );
    report.near("fourth moment", 3.0, fourth, 4.0 * 96f64.sqrt() / root, why);
    report.near(
        "correlation of neighbours in x",
        0.0,
        product(&a[1..], &a[..a.len() - 1]),
        4.0 / root,
        why,
    );
    report.near(
        "correlation of neighbours in y, rows of 512",
        0.0,
        product(&a[512..], &a[..a.len() - 512]),
        4.0 / root,
        why,
    );
    report.near(
        "correlation between seeds",
        0.0,
        product(&a, &b),
        4.0 / root,
        why,
    );
    report.near(
        "correlation between fields",
        0.0,
        product(&a, &c),
        4.0 / root,
        why,
    );
    let again = draw(1, 0, n as u64);
    let differing = a
        .iter()
        .zip(&again)
        .filter(|(x, y)| x.to_bits() != y.to_bits())
        .count();
    report.at_most(
        "same seed again: numbers that differ",
        0.0,
        differing as f64,
        "counter-based: no state",
    );
    Ok(())
}
