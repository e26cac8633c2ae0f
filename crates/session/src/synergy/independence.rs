//! Null models that need the dose pair and its two singles only: Bliss, HSA, fold.

use warmfront_model::Better;

use super::{Grid, Matrix, Reason, Value};

/// Bliss excess `f12 − (f1 + f2 − f1 f2)`: what is left of the burden multiplies if the drugs act
/// independently. Source: Bliss 1939, Ann Appl Biol 26:585.
///
/// It is at most `(1 − f1)(1 − f2)`, so effects near 1 leave little room for an excess.
pub fn bliss_excess(matrix: &Matrix) -> Grid<Value> {
    excess(matrix, |f1, f2| matrix.independent(f1, f2))
}

/// HSA excess `f12 − max(f1, f2)`, over the highest single agent. Source: Berenbaum 1989, Pharmacol
/// Rev 41:93.
pub fn hsa_excess(matrix: &Matrix) -> Grid<Value> {
    excess(matrix, f64::max)
}

/// Fold `V1 V2 / (V_control V12)`: how many times less is left than under Bliss independence. Above 1
/// is synergy. The same null as Bliss without its ceiling; [`Reason::NothingLeft`] where V12 is 0. Of an
/// observable of which more is better it is the inverse, so that above 1 is synergy there too.
pub fn fold(matrix: &Matrix) -> Grid<Value> {
    let f = matrix.effects();
    matrix.map(|i, j| {
        let left = matrix.left(f[i][j]?);
        let [f1, f2] = alone(matrix, i, j)?;
        let expected = matrix.left(f1) * matrix.left(f2);
        let (above, below) = match matrix.better() {
            Better::Less => (expected, left),
            Better::More => (left, expected),
        };
        match below > 0.0 {
            true => Ok(above / below),
            false => Err(Reason::NothingLeft),
        }
    })
}

/// Effects of the two drugs alone at the doses of a pair.
fn alone(matrix: &Matrix, i: usize, j: usize) -> Result<[f64; 2], Reason> {
    let f = matrix.effects();
    match (f[i][0], f[0][j]) {
        (Ok(f1), Ok(f2)) => Ok([f1, f2]),
        _ => Err(Reason::SingleMissing),
    }
}

/// Effect of every pair if its drugs acted independently (Bliss).
pub fn bliss_effect(matrix: &Matrix) -> Grid<Value> {
    matrix.map(|i, j| alone(matrix, i, j).map(|[f1, f2]| matrix.independent(f1, f2)))
}

fn excess(matrix: &Matrix, null: impl Fn(f64, f64) -> f64) -> Grid<Value> {
    let f = matrix.effects();
    matrix.map(|i, j| {
        let found = f[i][j]?;
        if i == 0 || j == 0 {
            return Ok(0.0);
        }
        let [f1, f2] = alone(matrix, i, j)?;
        Ok(found - null(f1, f2))
    })
}
