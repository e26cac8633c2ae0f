//! Which dose of one drug has a given effect.

use super::curve::{Base, Hill};
use super::matrix::Doses;
use super::{Matrix, Reason, Value};

/// How single-drug curves are read.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Inverse {
    /// Between the measured doses, no effect beyond the measured ones. A curve that falls somewhere is
    /// first made monotone by the nearest rising one (isotonic regression by pooling neighbours:
    /// Barlow, Bartholomew, Bremner & Brunk 1972). Between doses the effect is linear in the logarithm
    /// of the dose, below the smallest dose linear in the dose.
    #[default]
    Interpolated,
    /// On a fitted log-logistic curve, up to its plateau, which may lie beyond the measured effects.
    Fitted(Base),
}

/// A change of the effects by pooling that is worth saying.
const POOLED: f64 = 1e-6;

/// The curve of one drug.
#[derive(Debug, Clone, PartialEq)]
pub enum SingleDrug {
    /// Doses, and effects that do not fall.
    Measured(Doses, Vec<f64>),
    /// A log-logistic curve.
    Fitted(Hill),
}

impl SingleDrug {
    /// The curve of drug 0 or 1.
    ///
    /// # Errors
    /// [`Reason`] of a failed fit.
    pub fn of(matrix: &Matrix, drug: usize, inverse: Inverse) -> Result<Self, Reason> {
        let doses = &matrix.drugs()[drug];
        let effects = matrix.single(drug);
        match inverse {
            Inverse::Interpolated => {
                let (values, measured) = measured(doses, &effects);
                if measured.is_empty() {
                    return Err(Reason::SingleMissing);
                }
                let mut rising = vec![0.0];
                rising.extend(pooled(&measured));
                let doses = Doses {
                    values,
                    ..doses.clone()
                };
                Ok(Self::Measured(doses, rising))
            }
            Inverse::Fitted(base) => {
                let curve = matrix.curve(&doses.values, &effects, base);
                curve.map(Self::Fitted)
            }
        }
    }

    /// Whether the curve of drug 0 or 1 falls somewhere, so that [`Inverse::Interpolated`] reads another
    /// one than was measured.
    pub fn is_pooled(matrix: &Matrix, drug: usize) -> bool {
        let (_, measured) = measured(&matrix.drugs()[drug], &matrix.single(drug));
        let far = |(a, b): (&f64, f64)| (a - b).abs() > POOLED;
        measured.iter().zip(pooled(&measured)).any(far)
    }

    /// Least effect that any dose can have; no dose has less.
    pub fn least(&self) -> f64 {
        match self {
            Self::Measured(..) => 0.0,
            Self::Fitted(curve) => curve.base,
        }
    }

    /// Largest effect: the last of the measured curve, the plateau of a fitted one.
    pub fn most(&self) -> f64 {
        match self {
            Self::Measured(_, effects) => effects.last().copied().unwrap_or(0.0),
            Self::Fitted(curve) => curve.emax,
        }
    }

    /// Smallest dose with this effect; infinite where none has it.
    pub fn dose(&self, effect: f64) -> f64 {
        if effect <= self.least() {
            return 0.0;
        }
        match self {
            Self::Measured(doses, effects) => match effects.iter().position(|f| *f >= effect) {
                None => f64::INFINITY,
                Some(0) => 0.0,
                Some(k) => {
                    let t = (effect - effects[k - 1]) / (effects[k] - effects[k - 1]);
                    doses.at((k - 1) as f64 + t)
                }
            },
            Self::Fitted(curve) => curve.dose(effect).unwrap_or(f64::INFINITY),
        }
    }
}

/// The doses with an effect, 0 among them, and the effects above dose 0.
fn measured(doses: &Doses, effects: &[Value]) -> (Vec<f64>, Vec<f64>) {
    let mut values = vec![0.0];
    let mut found = Vec::new();
    for (dose, effect) in doses.values.iter().zip(effects).skip(1) {
        if let Ok(effect) = effect {
            values.push(*dose);
            found.push(*effect);
        }
    }
    (values, found)
}

/// Effects as the nearest sequence that does not fall, from 0 up.
fn pooled(effects: &[f64]) -> Vec<f64> {
    isotonic(effects).into_iter().map(|f| f.max(0.0)).collect()
}

/// The sequence that does not fall and is nearest in the sum of squares.
fn isotonic(values: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for &value in values {
        blocks.push((value, 1));
        while let [.., (a, n), (b, m)] = blocks[..] {
            if a <= b {
                break;
            }
            let mean = (a * n as f64 + b * m as f64) / (n + m) as f64;
            blocks.truncate(blocks.len() - 2);
            blocks.push((mean, n + m));
        }
    }
    blocks
        .into_iter()
        .flat_map(|(v, n)| std::iter::repeat_n(v, n))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pooling_gives_the_nearest_rising_sequence() {
        assert_eq!(isotonic(&[1.0, 3.0, 2.0, 4.0]), [1.0, 2.5, 2.5, 4.0]);
        assert_eq!(isotonic(&[3.0, 2.0, 1.0]), [2.0, 2.0, 2.0]);
        assert_eq!(isotonic(&[0.1, 0.2]), [0.1, 0.2]);
    }

    #[test]
    fn measured_curves_are_read_between_doses_and_not_beyond() {
        let doses = Doses {
            name: String::new(),
            unit: String::new(),
            values: vec![0.0, 1.0, 100.0],
        };
        let curve = SingleDrug::Measured(doses, vec![0.0, 0.2, 0.6]);
        assert!((curve.dose(0.1) - 0.5).abs() < 1e-12);
        assert_eq!(curve.dose(0.2), 1.0);
        assert!((curve.dose(0.4) - 10.0).abs() < 1e-12);
        assert_eq!(curve.dose(0.6), 100.0);
        assert_eq!((curve.dose(0.61), curve.dose(-1.0)), (f64::INFINITY, 0.0));
    }
}
