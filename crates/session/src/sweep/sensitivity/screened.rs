//! What came of a screen: each outcome at all points, what every parameter does to it, and whether the
//! conclusion holds.

use warmfront_model::counted;

use super::super::morris::{Factor, Screen};
use super::ScreenPlan;
use crate::effect::Standing;
use crate::study::{Case, Outcomes};
use crate::synergy::{Metric, signed};
use crate::units::{number, rounded};
/// One outcome at all points, and what each parameter does to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// `relative_burden`, `bliss_excess`, or `burden` without a control.
    pub kind: &'static str,
    /// Arm, as an index.
    pub arm: usize,
    /// In words.
    pub label: String,
    /// With the scenario as it is.
    pub base: Option<f64>,
    /// At each point of the screen.
    pub values: Vec<Option<f64>>,
    /// By input.
    pub factors: Vec<Factor>,
}

impl Measure {
    /// Inputs, the most influential first.
    pub fn ranked(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.factors.len()).collect();
        order.sort_by(|a, b| {
            self.factors[*b]
                .mu_star
                .total_cmp(&self.factors[*a].mu_star)
        });
        order
    }
}

/// Whether a conclusion holds, and what it hangs on.
#[derive(Debug, Clone, PartialEq)]
pub struct Robustness {
    /// Index of the measure: a Bliss excess.
    pub measure: usize,
    /// The conclusion with the scenario as it is.
    pub verdict: Standing,
    /// Points with an outcome that keep the verdict.
    pub kept: usize,
    /// Points with an outcome whose excess has the same sign.
    pub same_sign: usize,
    /// Points with an outcome.
    pub of: usize,
    /// Inputs of which a single move changed the verdict, and how often; the most influential first.
    pub flips: Vec<(usize, usize)>,
}

impl Robustness {
    /// The conclusion in words that name the reference.
    pub fn words(&self) -> &'static str {
        Metric::Bliss.standing_words(self.verdict, false)
    }
}

/// What came of a screen.
#[derive(Debug)]
pub struct Screened<'a> {
    /// Which cases.
    pub plan: &'a ScreenPlan,
    /// All outcomes, Bliss excesses first.
    pub measures: Vec<Measure>,
    /// One for each Bliss excess.
    pub robustness: Vec<Robustness>,
    /// Cases that failed: which, and why.
    pub failures: Vec<String>,
}

impl<'a> Screened<'a> {
    /// Evaluates the outcomes of a plan.
    pub fn new(plan: &'a ScreenPlan, outcomes: &Outcomes) -> Self {
        let n = plan.base.arms.len();
        let burden = |p: usize, a: usize| {
            let case = Case {
                group: 0,
                arm: p * n + a,
            };
            outcomes.get(case)?.last(plan.observable)
        };
        let relative = |p: usize, a: usize| {
            let control = burden(p, plan.effects.as_ref()?.control)?;
            (control > 0.0).then_some(burden(p, a)? / control)
        };
        let measure = |kind, arm: usize, label: String, at: &dyn Fn(usize) -> Option<f64>| {
            let values: Vec<Option<f64>> = (1..=plan.screen.points.len()).map(at).collect();
            Measure {
                kind,
                arm,
                label,
                base: at(0),
                factors: plan.screen.factors(&values),
                values,
            }
        };
        let mut measures = Vec::new();
        let arms = &plan.base.arms;
        let name = &plan.base.model.observables[plan.observable].label;
        match &plan.effects {
            Some(e) => {
                for c in &e.combinations {
                    let bliss = |p: usize| {
                        let parts = c.singles.iter().map(|s| relative(p, *s));
                        let expected: Option<f64> = parts.product();
                        Some(c.better.gain(expected?, relative(p, c.arm)?))
                    };
                    let label = format!("Bliss excess of {}", arms[c.arm].label);
                    measures.push(measure("bliss_excess", c.arm, label, &bliss));
                }
                for a in (0..n).filter(|a| *a != e.control) {
                    let label = format!("{name} of {}, relative to control", arms[a].label);
                    measures.push(measure("relative_burden", a, label, &|p| relative(p, a)));
                }
                if n == 1 {
                    let label = format!("{name} of {}", arms[0].label);
                    measures.push(measure("burden", 0, label, &|p| burden(p, 0)));
                }
            }
            None => {
                for (a, arm) in arms.iter().enumerate() {
                    let label = format!("{name} of {}", arm.label);
                    measures.push(measure("burden", a, label, &|p| burden(p, a)));
                }
            }
        }
        let robustness = measures
            .iter()
            .enumerate()
            .filter(|(_, m)| m.kind == "bliss_excess");
        let robustness = robustness
            .filter_map(|(i, m)| robust(i, m, &plan.screen))
            .collect();
        let failed = outcomes.outcomes.iter().filter_map(|o| {
            let why = o.failure.as_ref()?.lines().next()?;
            let arm = &plan.study.groups[0].arms[o.case.arm];
            Some(format!("{} failed and is left out: {why}", arm.label))
        });
        Self {
            failures: failed.collect(),
            plan,
            measures,
            robustness,
        }
    }

    /// Name of an input.
    pub fn label(&self, input: usize) -> &str {
        &self.plan.base.model.parameters[self.plan.inputs[input].parameter].label
    }

    /// The answer in a few sentences: does the conclusion hold, and what does it hang on.
    pub fn words(&self) -> Vec<String> {
        let each = self.robustness.iter().map(|r| {
            let m = &self.measures[r.measure];
            let top = m.ranked();
            let share = number(rounded(100.0 * self.plan.spread, 3));
            let mut text = format!(
                "{}: {} ({}). {} of {} (each parameter within ±{share} %) keep this verdict, {} keep the sign.",
                m.label,
                r.words(),
                m.base.map_or("n/a".to_owned(), signed),
                r.kept,
                counted(r.of, "sampled point"),
                r.same_sign,
            );
            if r.flips.is_empty() {
                text.push_str(&match self.plan.inputs.len() {
                    1 => format!(" The one parameter that was moved (±{share} %) did not change the verdict"),
                    n => format!(" None of the {n} parameters that were moved (±{share} % each, one at a time) changed the verdict"),
                });
                let moved = |i: &&usize| m.factors[**i].mu_star > 0.0;
                if let Some(first) = top.first().filter(moved) {
                    let f = &m.factors[*first];
                    text.push_str(&format!(
                        "; {} moves it most (mu* {} over ±{share} %)",
                        self.named(*first),
                        number(rounded(f.mu_star, 3))
                    ));
                }
                text.push('.');
            } else {
                let names: Vec<String> = r.flips.iter().take(3).map(|(i, n)| {
                    let times = if *n == 1 { "once".to_owned() } else { format!("{n} times") };
                    format!("{} ({times})", self.named(*i))
                }).collect();
                text.push_str(&format!(
                    " It is carried by assumptions that changed the verdict when moved alone: {}.",
                    names.join(", ")
                ));
            }
            text
        });
        each.collect()
    }

    fn named(&self, input: usize) -> String {
        let p = &self.plan.base.model.parameters[self.plan.inputs[input].parameter];
        format!("{} (`{}`)", p.label, p.id)
    }
}

fn robust(measure: usize, m: &Measure, screen: &Screen) -> Option<Robustness> {
    let base = m.base?;
    let verdict = Standing::of(base);
    let found: Vec<f64> = m.values.iter().flatten().copied().collect();
    let mut count = vec![0; m.factors.len()];
    for (input, before, after) in screen.moves() {
        if let (Some(a), Some(b)) = (m.values[before], m.values[after])
            && Standing::of(a) != Standing::of(b)
        {
            count[input] += 1;
        }
    }
    let flips = m.ranked().into_iter().map(|i| (i, count[i]));
    Some(Robustness {
        measure,
        verdict,
        kept: found
            .iter()
            .filter(|v| Standing::of(**v) == verdict)
            .count(),
        same_sign: found.iter().filter(|v| (**v > 0.0) == (base > 0.0)).count(),
        of: found.len(),
        flips: flips.filter(|(_, n)| *n > 0).collect(),
    })
}
