//! Did it help, and did the drugs help each other?
//!
//! # Theory
//! The outcome of an arm is its burden at the end relative to the control, `r`; its effect is
//! `1 − r`. Two references say what a combination would do if its drugs did not influence each
//! other: Bliss independence (Bliss 1939, Ann Appl Biol 26:585) multiplies what is left,
//! `r = r₁ r₂`; the highest single agent (HSA) takes the better drug alone, `r = min(r₁, r₂)`. The
//! excess is the reference's `r` minus the one found: positive when the combination did more. Of an
//! observable of which more is better all signs turn: the effect is `r − 1`, the better drug has the
//! larger `r`.
//!
//! # Practice
//! Arms are recognised by their doses, not by their names. The control gets no drug; a single gets
//! one drug at the multiple, and by the regimen, that the combination uses: arms that differ in the order
//! of their drugs or in pauses are not compared. All must share the scenario's parameters. An event that applies to some arms only makes arms differ in more than their drugs; then there is
//! no verdict on combinations.

use warmfront_model::{Better, Scenario};

use crate::record::Row;
use crate::synergy::Metric;

/// How a combination stands against a reference. What that is called depends on the reference:
/// [`Metric::words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Excess above [`Standing::ABOUT`].
    More,
    /// Between that and its negative.
    About,
    /// Below the negative.
    Less,
}

impl Standing {
    /// Excess of either sign, as a share of the control's burden, that counts as none.
    pub const ABOUT: f64 = 0.02;

    /// The standing of an excess.
    pub fn of(excess: f64) -> Self {
        match excess {
            e if e > Self::ABOUT => Self::More,
            e if e < -Self::ABOUT => Self::Less,
            _ => Self::About,
        }
    }

    /// Excess up to which a difference counts as slight.
    pub const SLIGHT: f64 = 0.05;

    /// Whether an excess counts, but as slight.
    pub fn is_slight(excess: f64) -> bool {
        Self::of(excess) != Self::About && excess.abs() <= Self::SLIGHT
    }
}

/// What one combination did beyond its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Combination {
    /// Arm of the batch.
    pub arm: usize,
    /// Arms of the batch with one of its drugs each.
    pub singles: Vec<usize>,
    /// Relative burden under Bliss independence.
    pub bliss: f64,
    /// How much better the relative burden found is than `bliss`: for a burden `bliss` minus it.
    pub bliss_excess: f64,
    /// Relative burden of the better single.
    pub best: f64,
    /// How much better the relative burden found is than that of the better single.
    pub hsa_excess: f64,
    /// What is better.
    pub better: Better,
}

impl Combination {
    /// The Bliss excess in words, e.g. `Bliss synergy`.
    pub fn words(&self) -> &'static str {
        Metric::Bliss.words(self.bliss_excess)
    }
}

/// Outcomes at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Effects {
    /// Model time.
    pub time: f64,
    /// Arm of the batch without drugs.
    pub control: usize,
    /// Burden of each arm of the batch, in the observable's unit.
    pub burden: Vec<f64>,
    /// Burden over the control's.
    pub relative: Vec<f64>,
    /// Combinations whose singles were run too.
    pub combinations: Vec<Combination>,
}

impl Effects {
    /// Compares the arms `arms` (indices into the scenario's list) at one row. None without a
    /// burden observable, without a control in the batch, or when its burden is 0.
    pub fn of(scenario: &Scenario, arms: &[usize], row: &Row) -> Option<Self> {
        let observable = scenario.model.burden?;
        // Without a known direction there is no verdict on combinations.
        let better = scenario.model.better(observable).ok();
        let comparable = |arm: &usize| scenario.arms[*arm].parameters == scenario.parameters;
        let drugs = |arm: usize| -> Vec<usize> {
            let doses = &scenario.arms[arm].doses;
            (0..doses.len()).filter(|d| doses[*d] > 0.0).collect()
        };
        let control = arms
            .iter()
            .position(|a| comparable(a) && drugs(*a).is_empty())?;
        let burden: Vec<f64> = row.values.iter().map(|v| v[observable]).collect();
        let reference = burden[control];
        if !(reference > 0.0 && reference.is_finite()) {
            return None;
        }
        let relative: Vec<f64> = burden.iter().map(|b| b / reference).collect();
        let mut effects = Self {
            time: row.time,
            control,
            burden,
            relative,
            combinations: Vec::new(),
        };
        let partial = scenario
            .events
            .iter()
            .any(|e| e.arms.is_some() && !e.action.is_for_the_eye());
        let Some(better) = better.filter(|_| !partial) else {
            return Some(effects);
        };
        for (arm, &index) in arms.iter().enumerate() {
            let given = drugs(index);
            if given.len() < 2 || !comparable(&index) {
                continue;
            }
            let single = |drug: usize| {
                arms.iter().position(|a| {
                    let same = scenario.arms[*a].doses[drug] == scenario.arms[index].doses[drug]
                        && scenario.regimen(*a, drug) == scenario.regimen(index, drug);
                    comparable(a) && drugs(*a) == [drug] && same
                })
            };
            let singles: Option<Vec<usize>> = given.iter().map(|&d| single(d)).collect();
            if let Some(singles) = singles {
                effects
                    .combinations
                    .push(effects.combination(arm, singles, better));
            }
        }
        Some(effects)
    }

    fn combination(&self, arm: usize, singles: Vec<usize>, better: Better) -> Combination {
        let found = self.relative[arm];
        let alone = || singles.iter().map(|&s| self.relative[s]);
        let bliss: f64 = alone().product();
        let best = alone().reduce(|a, b| better.best(a, b)).unwrap_or(f64::NAN);
        Combination {
            arm,
            bliss,
            bliss_excess: better.gain(bliss, found),
            best,
            hsa_excess: better.gain(best, found),
            better,
            singles,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use warmfront_model::Library;

    fn effects(arms: &[usize], burden: &[f64]) -> Option<Effects> {
        effects_of(&inflamed(), arms, burden)
    }

    fn inflamed() -> Scenario {
        let scenario = Library::embedded().scenario("inflamed");
        scenario.expect("the default scenario is valid")
    }

    fn effects_of(scenario: &Scenario, arms: &[usize], burden: &[f64]) -> Option<Effects> {
        let observable = scenario.model.burden.expect("it has a burden");
        let values = burden.iter().map(|b| {
            let mut v = vec![0.0; scenario.model.observables.len()];
            v[observable] = *b;
            v
        });
        let row = Row {
            time: 28.0,
            values: values.collect(),
        };
        Effects::of(scenario, arms, &row)
    }

    #[test]
    fn bliss_multiplies_what_is_left() {
        let e = effects(&[0, 1, 2, 3], &[2.0, 1.0, 1.2, 0.2]).expect("a control");
        assert_eq!(e.relative, [1.0, 0.5, 0.6, 0.1]);
        let c = &e.combinations[0];
        assert_eq!((c.arm, c.singles.len()), (3, 2));
        assert!((c.bliss - 0.3).abs() < 1e-12 && (c.bliss_excess - 0.2).abs() < 1e-12);
        assert!((c.hsa_excess - 0.4).abs() < 1e-12);
        assert_eq!(c.words(), "Bliss synergy");
    }

    #[test]
    fn the_verdict_names_its_reference() {
        let verdict = |combo| {
            let e = effects(&[0, 1, 2, 3], &[1.0, 0.5, 0.6, combo]).expect("a control");
            e.combinations[0].words()
        };
        assert_eq!(verdict(0.29), "Bliss independence");
        assert_eq!(verdict(0.34), "slight Bliss antagonism");
        assert_eq!(verdict(0.5), "Bliss antagonism");
        assert_eq!(verdict(0.27), "slight Bliss synergy");
        assert_eq!(verdict(0.1), "Bliss synergy");
    }

    #[test]
    fn more_is_better_where_the_model_says_so() {
        let of = |better| {
            let mut scenario = inflamed();
            let mut model = (*scenario.model).clone();
            let observable = model.burden.expect("it has a burden");
            model.observables[observable].better = better;
            scenario.model = std::sync::Arc::new(model);
            effects_of(&scenario, &[0, 1, 2, 3], &[1.0, 2.0, 3.0, 8.0]).expect("a control")
        };
        // Independence multiplies 2 and 3; 8 is 2 above that, and 5 above the better drug.
        let more = of(Some(Better::More));
        let c = &more.combinations[0];
        assert_eq!((c.bliss, c.bliss_excess), (6.0, 2.0));
        assert_eq!(
            (c.best, c.hsa_excess, c.words()),
            (3.0, 5.0, "Bliss synergy")
        );
        let less = of(Some(Better::Less));
        let c = &less.combinations[0];
        assert_eq!((c.bliss_excess, c.hsa_excess), (-2.0, -6.0));
        assert_eq!(c.words(), "Bliss antagonism");
        assert!(of(None).combinations.is_empty());
    }

    #[test]
    fn missing_arms_give_no_verdict() {
        assert!(effects(&[1, 3], &[1.0, 0.5]).is_none());
        let e = effects(&[0, 3], &[1.0, 0.5]).expect("a control");
        assert!(e.combinations.is_empty());
        assert!(effects(&[0], &[0.0]).is_none());
    }

    #[test]
    fn arms_with_different_regimens_are_not_compared() {
        let mut scenario = inflamed();
        let all = [1.0, 0.5, 0.6, 0.1];
        let mut later = scenario.regimens[1].clone();
        later.start = 7.0;
        scenario.arms[3].regimens[1] = Some(later.clone());
        let count = |s: &Scenario| {
            let e = effects_of(s, &[0, 1, 2, 3], &all).expect("a control");
            e.combinations.len()
        };
        assert_eq!(count(&scenario), 0);
        // The single with the same delay is the one to compare with.
        scenario.arms[1].regimens[1] = Some(later);
        assert_eq!(count(&scenario), 1);
    }
}
