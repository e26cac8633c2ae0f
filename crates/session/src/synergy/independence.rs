//! Null models that need the dose pair and its two singles only: Bliss, HSA, fold.

use super::{Grid, Matrix, Reason, Value};

/// Bliss excess `f12 − (f1 + f2 − f1 f2)`: what is left of the burden multiplies if the drugs act
/// independently. Source: Bliss 1939, Ann Appl Biol 26:585.
///
/// It is at most `(1 − f1)(1 − f2)`, so effects near 1 leave little room for an excess.
pub fn bliss_excess(matrix: &Matrix) -> Grid<Value> {
    excess(matrix, |f1, f2| f1 + f2 - f1 * f2)
}

/// HSA excess `f12 − max(f1, f2)`, over the highest single agent. Source: Berenbaum 1989, Pharmacol
/// Rev 41:93.
pub fn hsa_excess(matrix: &Matrix) -> Grid<Value> {
    excess(matrix, f64::max)
}

/// Fold `V1 V2 / (V_control V12)`: how many times less is left than under Bliss independence. Above 1
/// is synergy. The same null as Bliss without its ceiling; [`Reason::NothingLeft`] where V12 is 0.
pub fn fold(matrix: &Matrix) -> Grid<Value> {
    let f = matrix.effects();
    matrix.map(|i, j| {
        let left = 1.0 - f[i][j];
        if left > 0.0 {
            Ok((1.0 - f[i][0]) * (1.0 - f[0][j]) / left)
        } else {
            Err(Reason::NothingLeft)
        }
    })
}

fn excess(matrix: &Matrix, null: impl Fn(f64, f64) -> f64) -> Grid<Value> {
    let f = matrix.effects();
    matrix.map(|i, j| match (i, j) {
        (0, _) | (_, 0) => Ok(0.0),
        _ => Ok(f[i][j] - null(f[i][0], f[0][j])),
    })
}
