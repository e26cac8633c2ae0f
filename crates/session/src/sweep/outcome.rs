//! What a sweep gave: numbers by seed, point and arm, and what they say relative to the control.

use std::collections::BTreeMap;

use crate::study::{Case, Outcomes};

use super::plan::{Kind, Plan};
use super::stats::Mean;

/// Outcomes of a finished plan.
#[derive(Debug)]
pub struct Results<'a> {
    /// Which cases.
    pub plan: &'a Plan,
    /// `[seed][point][arm][observable]`; what failed is missing.
    values: Vec<Vec<Vec<Vec<Option<f64>>>>>,
    /// Why a case failed, by seed, point and arm.
    reasons: BTreeMap<[usize; 3], String>,
    /// Cases that failed: which, and why.
    pub failures: Vec<String>,
}

impl<'a> Results<'a> {
    /// Puts outcomes in their places.
    pub fn new(plan: &'a Plan, outcomes: &Outcomes) -> Self {
        let arms = plan.arms.len();
        let observables = plan.base.model.observables.len();
        let of = |case: Case| -> Vec<Option<f64>> {
            let found = outcomes.get(case);
            let each = (0..observables).map(|o| found.and_then(|c| c.last(o)));
            each.collect()
        };
        let values = (0..plan.seeds.len()).map(|group| {
            let point = |p: usize| {
                (0..arms)
                    .map(|a| {
                        of(Case {
                            group,
                            arm: p * arms + a,
                        })
                    })
                    .collect()
            };
            (0..plan.points()).map(point).collect()
        });
        let reasons = outcomes.outcomes.iter().filter_map(|o| {
            let why = o.failure.as_ref()?.lines().next()?.trim();
            let place = [o.case.group, o.case.arm / arms, o.case.arm % arms];
            Some((place, why.to_owned()))
        });
        let failed = outcomes.outcomes.iter().filter_map(|o| {
            let arm = &plan.study.groups[o.case.group].arms[o.case.arm];
            let seed = plan.seeds[o.case.group];
            let why = o.failure.as_ref()?.lines().next()?;
            Some(format!(
                "{} (seed {seed}) failed and is left out: {why}",
                arm.label
            ))
        });
        Self {
            plan,
            values: values.collect(),
            reasons: reasons.collect(),
            failures: failed.collect(),
        }
    }

    /// An observable.
    pub fn value(&self, seed: usize, point: usize, arm: usize, observable: usize) -> Option<f64> {
        self.values[seed][point][arm][observable]
    }

    /// Why a point of an arm has no value under some seed.
    pub fn why_missing(&self, point: usize, arm: usize) -> Option<&str> {
        let seeds = 0..self.plan.seeds.len();
        let mut each = seeds.filter_map(|s| self.reasons.get(&[s, point, arm]));
        each.next().map(String::as_str)
    }

    /// The observable that is compared.
    pub fn burden(&self, seed: usize, point: usize, arm: usize) -> Option<f64> {
        self.value(seed, point, arm, self.plan.observable)
    }

    /// The same over the control's: that of the same point, in a dose matrix that without drugs.
    pub fn relative(&self, seed: usize, point: usize, arm: usize) -> Option<f64> {
        let control = match (self.plan.kind, &self.plan.effects) {
            (Kind::DoseMatrix, _) => self.burden(seed, 0, 0)?,
            (Kind::Arms, Some(e)) => self.burden(seed, point, e.control)?,
            (Kind::Arms, None) => return None,
        };
        (control > 0.0).then_some(self.burden(seed, point, arm)? / control)
    }

    /// Relative burden over the seeds.
    pub fn mean_relative(&self, point: usize, arm: usize) -> Option<Mean> {
        Mean::of((0..self.plan.seeds.len()).map(|s| self.relative(s, point, arm)))
    }

    /// The compared observable over the seeds.
    pub fn mean_burden(&self, point: usize, arm: usize) -> Option<Mean> {
        Mean::of((0..self.plan.seeds.len()).map(|s| self.burden(s, point, arm)))
    }

    /// Combinations among the arms, by their index into [`crate::Effects::combinations`]; none in a dose matrix.
    pub fn combinations(&self) -> usize {
        self.plan
            .effects
            .as_ref()
            .map_or(0, |e| e.combinations.len())
    }

    /// Arm of a combination.
    pub fn combination_arm(&self, combination: usize) -> Option<usize> {
        let e = self.plan.effects.as_ref()?;
        e.combinations.get(combination).map(|c| c.arm)
    }

    /// Bliss excess of a combination: how much better it is than what its parts leave, multiplied.
    pub fn bliss(&self, seed: usize, point: usize, combination: usize) -> Option<f64> {
        let c = self.plan.effects.as_ref()?.combinations.get(combination)?;
        let mut expected = 1.0;
        for single in &c.singles {
            expected *= self.relative(seed, point, *single)?;
        }
        Some(c.better.gain(expected, self.relative(seed, point, c.arm)?))
    }

    /// Bliss excess over the seeds.
    pub fn mean_bliss(&self, point: usize, combination: usize) -> Option<Mean> {
        Mean::of((0..self.plan.seeds.len()).map(|s| self.bliss(s, point, combination)))
    }

    /// The compared observable of a dose matrix under each seed, `[x][y]`.
    pub fn matrices(&self) -> Vec<Vec<Vec<Option<f64>>>> {
        let [nx, ny] = self.plan.shape();
        let matrix = |seed: usize| -> Vec<Vec<Option<f64>>> {
            let column = |x: usize| (0..ny).map(|y| self.burden(seed, y * nx + x, 0)).collect();
            (0..nx).map(column).collect()
        };
        (0..self.plan.seeds.len()).map(matrix).collect()
    }
}
