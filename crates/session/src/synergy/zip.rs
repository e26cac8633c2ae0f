//! Zero interaction potency.
//!
//! # Theory
//! Each drug alone follows a log-logistic curve y1, y2. Without interaction the pair has the effect
//! `y1 + y2 − y1 y2`. What it has is estimated twice: along its row and along its column, each by a
//! log-logistic curve that starts at the fitted effect of the drug that is held. Their mean minus the
//! expectation is δ. Source: Yadav, Wennerberg, Aittokallio & Tang 2015, Comput Struct Biotechnol J
//! 13:504.
//!
//! # Practice
//! The published curves end at effect 1. Here the end is fitted too, to at most 1, as immune drugs
//! level off far below; so does the Python package `synergy`. The curves of single drugs start at 0 by
//! the definition of the effect; the package fits their start unless told not to.

use super::curve::{Base, Hill};
use super::{Grid, Matrix, Reason, Value};

/// Everything that was fitted for ZIP.
#[derive(Debug, Clone, PartialEq)]
pub struct Zip {
    /// Curves of the drugs alone.
    pub singles: [Hill; 2],
    /// Curve over the doses of drug 1 for each dose of drug 2.
    pub along_first: Vec<Result<Hill, Reason>>,
    /// Curve over the doses of drug 2 for each dose of drug 1.
    pub along_second: Vec<Result<Hill, Reason>>,
}

impl Zip {
    /// Fits a matrix. Both drugs need three doses above 0 with an effect; a row or column with a gap is
    /// fitted through the effects that it has.
    ///
    /// # Errors
    /// [`Reason`] of a failed fit of a drug alone.
    pub fn fit(matrix: &Matrix) -> Result<Self, Reason> {
        let [first, second] = matrix.drugs();
        let alone =
            |doses: &[f64], drug| matrix.curve(doses, &matrix.single(drug), Base::Fixed(0.0));
        let singles = [alone(&first.values, 0)?, alone(&second.values, 1)?];
        let f = matrix.effects();
        let column = |(j, held): (usize, &f64)| {
            let effects: Vec<Value> = f.iter().map(|row| row[j]).collect();
            let base = Base::Fixed(singles[1].effect(*held));
            matrix.curve(&first.values, &effects, base)
        };
        let row = |(i, held): (usize, &f64)| {
            let base = Base::Fixed(singles[0].effect(*held));
            matrix.curve(&second.values, &f[i], base)
        };
        Ok(Self {
            along_first: second.values.iter().enumerate().map(column).collect(),
            along_second: first.values.iter().enumerate().map(row).collect(),
            singles,
        })
    }

    /// δ of one pair.
    ///
    /// # Errors
    /// [`Reason`] of a failed fit of its row or column, or why the pair has no effect.
    pub fn delta(&self, matrix: &Matrix, i: usize, j: usize) -> Value {
        matrix.effects()[i][j]?;
        let (d1, d2) = (matrix.drugs()[0].values[i], matrix.drugs()[1].values[j]);
        let (y1, y2) = (self.singles[0].effect(d1), self.singles[1].effect(d2));
        let (a, b) = (self.along_first[j]?, self.along_second[i]?);
        Ok(f64::midpoint(a.effect(d1), b.effect(d2)) - matrix.independent(y1, y2))
    }
}

/// δ of every pair, as a share of the control's burden; 0 where a dose is 0. Positive is synergy.
pub fn zip_delta(matrix: &Matrix) -> Grid<Value> {
    let zip = Zip::fit(matrix);
    matrix.map(|i, j| match (i, j, &zip) {
        (0, _, _) | (_, 0, _) => matrix.effects()[i][j].map(|_| 0.0),
        (_, _, Ok(zip)) => zip.delta(matrix, i, j),
        (_, _, Err(reason)) => Err(*reason),
    })
}
