//! Loewe additivity: one drug as a dilution of the other.
//!
//! # Theory
//! Let `D1(f)` and `D2(f)` be the doses that have effect f alone. Doses d1 and d2 together are additive
//! if `d1 / D1(f) + d2 / D2(f) = 1` with f their joint effect (Loewe & Muischnek 1926, Arch Exp Pathol
//! Pharmakol 114:313; Berenbaum 1989, Pharmacol Rev 41:93).
//!
//! # Practice
//! The combination index puts the effect found into the sum: below 1 is synergy. The expected effect
//! solves the equation for f. Neither exists where one drug alone never has that effect: then a dose
//! of it cannot be traded, and saying "synergy" would only restate that the drugs differ in strength.

use super::inverse::{Inverse, SingleDrug};
use super::{Grid, Matrix, Reason, Value};

/// Combination index `d1 / D1(f12) + d2 / D2(f12)` of every pair; 1 where a dose is 0.
///
/// [`Reason::BeyondSingle`] where f12 exceeds what either drug reaches alone, [`Reason::NoEffect`]
/// where f12 is not above 0.
pub fn combination_index(matrix: &Matrix, inverse: Inverse) -> Grid<Value> {
    let curves = curves(matrix, inverse);
    matrix.map(|i, j| {
        let f = matrix.effects()[i][j]?;
        if i == 0 || j == 0 {
            return Ok(1.0);
        }
        let [a, b] = curves.as_ref().map_err(|reason| *reason)?;
        if f <= a.least().max(b.least()) {
            return Err(Reason::NoEffect);
        }
        let index = [(a, i, 0), (b, j, 1)]
            .map(|(curve, k, drug)| (matrix.drugs()[drug].values[k], curve.dose(f)));
        if index.iter().any(|(_, alone)| alone.is_infinite()) {
            return Err(Reason::BeyondSingle);
        }
        if index.iter().any(|(_, alone)| *alone <= 0.0) {
            return Err(Reason::NoEffect);
        }
        Ok(index.iter().map(|(dose, alone)| dose / alone).sum())
    })
}

/// Effect of every pair if it were additive; the drug's own effect where the other dose is 0.
///
/// [`Reason::BeyondSingle`] where one drug alone exceeds what the other reaches at any dose.
pub fn loewe_effect(matrix: &Matrix, inverse: Inverse) -> Grid<Value> {
    let curves = curves(matrix, inverse);
    matrix.map(|i, j| {
        let f = matrix.effects();
        if i == 0 || j == 0 {
            return f[i][j];
        }
        let [a, b] = curves.as_ref().map_err(|reason| *reason)?;
        let doses = [matrix.drugs()[0].values[i], matrix.drugs()[1].values[j]];
        additive(a, b, doses)
    })
}

/// Excess over the additive effect, `f12 − f_Loewe`; 0 where a dose is 0.
pub fn loewe_excess(matrix: &Matrix, inverse: Inverse) -> Grid<Value> {
    let expected = loewe_effect(matrix, inverse);
    matrix.map(|i, j| {
        let found = matrix.effects()[i][j]?;
        match (i, j) {
            (0, _) | (_, 0) => Ok(0.0),
            _ => expected[i][j].map(|e| found - e),
        }
    })
}

fn curves(matrix: &Matrix, inverse: Inverse) -> Result<[SingleDrug; 2], Reason> {
    Ok([
        SingleDrug::of(matrix, 0, inverse)?,
        SingleDrug::of(matrix, 1, inverse)?,
    ])
}

/// Solves `d1 / D1(f) + d2 / D2(f) = 1` by bisection: the sum falls as f rises.
fn additive(a: &SingleDrug, b: &SingleDrug, [d1, d2]: [f64; 2]) -> Value {
    let sum = |f: f64| d1 / a.dose(f) + d2 / b.dose(f);
    let mut low = a.least().max(b.least());
    let mut high = a.most().min(b.most());
    if high <= low {
        return Err(Reason::NoEffect);
    }
    if sum(high) > 1.0 + 1e-9 {
        return Err(Reason::BeyondSingle);
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if sum(middle) > 1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synergy::{Base, Doses, Hill};

    fn drug(values: &[f64]) -> Doses {
        Doses {
            name: String::new(),
            unit: String::new(),
            values: values.to_vec(),
        }
    }

    /// One drug in two bottles, the second twice as strong.
    fn sham(doses: &[f64]) -> Matrix {
        let curve = Hill {
            base: 0.0,
            emax: 0.85,
            slope: 1.7,
            ec50: 2.0,
        };
        let half: Vec<f64> = doses.iter().map(|d| d / 2.0).collect();
        let row = |a: &f64| half.iter().map(|b| curve.effect(a + 2.0 * b)).collect();
        let effects = doses.iter().map(row).collect();
        Matrix::from_effects([drug(doses), drug(&half)], effects).expect("valid")
    }

    #[test]
    fn a_drug_with_itself_is_additive() {
        let fitted = Inverse::Fitted(Base::Free);
        let matrix = sham(&[0.0, 0.2, 0.5, 1.0, 2.0, 5.0]);
        for row in combination_index(&matrix, fitted) {
            for index in row {
                assert!((index.expect("reached") - 1.0).abs() < 1e-6, "{index:?}");
            }
        }
        for value in loewe_excess(&matrix, fitted).into_iter().flatten() {
            assert!(value.expect("reached").abs() < 1e-7, "{value:?}");
        }
        // On the measured curve it is exact where the sum of the doses was measured too.
        let matrix = sham(&[0.0, 1.0, 2.0, 3.0, 4.0]);
        let index = combination_index(&matrix, Inverse::Interpolated);
        for (i, j) in [(1, 1), (1, 2), (2, 2), (3, 1)] {
            assert!((index[i][j].expect("reached") - 1.0).abs() < 1e-12);
        }
        assert_eq!(index[4][4], Err(Reason::BeyondSingle));
    }

    #[test]
    fn linear_drugs_add_their_effects() {
        // With f1 = 0.1 d1 and f2 = 0.2 d2 below the smallest dose, additive effects are sums.
        let (a, b) = (drug(&[0.0, 5.0]), drug(&[0.0, 4.0]));
        let curves = [
            SingleDrug::Measured(a, vec![0.0, 0.5]),
            SingleDrug::Measured(b, vec![0.0, 0.8]),
        ];
        let found = additive(&curves[0], &curves[1], [2.0, 1.0]);
        assert!((found.expect("reached") - 0.4).abs() < 1e-12);
        let beyond = additive(&curves[0], &curves[1], [4.0, 1.0]);
        assert_eq!(beyond, Err(Reason::BeyondSingle));
    }
}
