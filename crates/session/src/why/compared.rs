//! Which arms are compared, and what their burdens say: relative burden, share, Bliss excess and fold.

use warmfront_model::Scenario;

use super::{LEAST, Measured};
use crate::effect::Effects;
use crate::record::Row;
/// Which arms are compared with which.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Compared {
    pub(super) control: usize,
    pub(super) focus: usize,
    pub(super) singles: Vec<usize>,
}

impl Compared {
    /// The last combination whose parts are there, else the treated arm with the smallest burden.
    pub(super) fn of(scenario: &Scenario, burden: &[f64]) -> Option<Self> {
        let observable = scenario.model.burden?;
        let values = burden.iter().map(|b| {
            let mut row = vec![0.0; scenario.model.observables.len()];
            row[observable] = *b;
            row
        });
        let row = Row {
            time: 0.0,
            values: values.collect(),
        };
        let all: Vec<usize> = (0..scenario.arms.len()).collect();
        let effects = Effects::of(scenario, &all, &row)?;
        if let Some(c) = effects.combinations.last() {
            return Some(Self {
                control: effects.control,
                focus: c.arm,
                singles: c.singles.clone(),
            });
        }
        let others = all.into_iter().filter(|a| *a != effects.control);
        let focus = others.min_by(|a, b| burden[*a].total_cmp(&burden[*b]))?;
        Some(Self {
            control: effects.control,
            focus,
            singles: Vec::new(),
        })
    }

    /// Everything that the burdens of one group say; `base` is what they were with the link.
    pub(super) fn measure(&self, burden: &[Option<f64>], base: Option<&Measured>) -> Measured {
        let control = burden[self.control].filter(|v| *v > 0.0);
        let relative: Vec<Option<f64>> = burden
            .iter()
            .map(|v| Some((*v)? / control?).filter(|r| r.is_finite()))
            .collect();
        let share = |arm: usize| -> Option<f64> {
            let with = log_reduction(base?.relative[arm])?;
            let without = log_reduction(relative[arm])?;
            (arm != self.control && with.abs() >= LEAST).then(|| (with - without) / with)
        };
        let shares = (0..burden.len()).map(share).collect();
        let found = relative[self.focus];
        let independent: Option<f64> = match self.singles.as_slice() {
            [] => None,
            singles => singles.iter().map(|s| relative[*s]).product(),
        };
        let pair = independent.zip(found);
        Measured {
            share: shares,
            bliss: pair.map(|(expected, found)| expected - found),
            fold: pair
                .filter(|p| p.0 > 0.0 && p.1 > 0.0)
                .map(|(expected, found)| expected / found),
            burden: burden.to_vec(),
            relative,
        }
    }
}

/// `ln(V_c / V)` of a burden relative to its control; none where nothing is left.
pub(super) fn log_reduction(relative: Option<f64>) -> Option<f64> {
    relative.map(|r| -r.ln()).filter(|l| l.is_finite())
}
