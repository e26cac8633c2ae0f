//! Which assumption carries the conclusion: a screen of parameters, all arms at every point.
//!
//! # Theory
//! Each parameter goes from `value × (1 − spread)` to `value × (1 + spread)`, as far as its range allows,
//! and the screen of [`super::morris`] measures what that does to the outcome of each treated arm and to
//! the Bliss excess of each combination. A conclusion (more, about or less than additive) that holds at
//! all sampled points does not hang on one assumption; where it changes in a single move, the parameter
//! that was moved carries it.
//!
//! # Practice
//! One seed, so that nothing but the parameters differs. Point 0 is the scenario as it is; arm `a` of
//! point `p` is arm `p × arms + a` of the only group.

use warmfront_model::{Confidence, Error, Model, Scenario, plain};

use super::morris::{Factor, Screen};
use super::plan::{check_cases, compared, keep, prepared};
use crate::SessionError;
use crate::effect::{Additivity, Effects};
use crate::study::{Case, Outcomes, Study};
use crate::units::{number, rounded};

/// Fewest and most trajectories: the standard deviation needs two.
pub const TRAJECTORIES: [u32; 2] = [2, 1000];

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenSpec {
    /// Parameters that vary: indices into the model's list.
    pub parameters: Vec<usize>,
    /// Trajectories.
    pub trajectories: u32,
    /// Relative change up and down, above 0 and at most 1.
    pub spread: f64,
    /// Arms at every point: indices into the scenario's list.
    pub arms: Vec<usize>,
    /// Day of the outcome; none: the end.
    pub day: Option<f64>,
    /// Index of the observable; none: the model's burden.
    pub observable: Option<usize>,
}

impl ScreenSpec {
    /// The parameters to vary: those named, those of a group, or all that are no more than assumptions.
    ///
    /// # Errors
    /// Unknown names, with the nearest.
    pub fn choose(
        model: &Model,
        names: &[String],
        group: Option<&str>,
    ) -> Result<Vec<usize>, Error> {
        if !names.is_empty() {
            let find = |n: &String| model.parameter(n.trim());
            let found: Result<Vec<usize>, Error> = names.iter().map(find).collect();
            let mut found = found.map_err(|e| e.inside("in --parameters"))?;
            found.sort_unstable();
            found.dedup();
            return Ok(found);
        }
        let all = model.parameters.iter().enumerate();
        let chosen: Vec<usize> = match group {
            Some(group) => all
                .filter(|(_, p)| p.group == group)
                .map(|(i, _)| i)
                .collect(),
            None => {
                let weak = [Confidence::Assumed, Confidence::Tuned];
                let weak = all.filter(|(_, p)| weak.contains(&p.confidence));
                weak.map(|(i, _)| i).collect()
            }
        };
        if let (Some(group), []) = (group, chosen.as_slice()) {
            let mut groups: Vec<&str> = Vec::new();
            for p in &model.parameters {
                if !groups.contains(&p.group.as_str()) {
                    groups.push(&p.group);
                }
            }
            let e = Error::unknown("group of parameters", group, groups);
            return Err(e.inside("in --group"));
        }
        Ok(chosen)
    }
}

/// A parameter that varies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Input {
    /// Index into the model's parameters.
    pub parameter: usize,
    /// Value in the scenario.
    pub value: f64,
    /// Lowest and highest value.
    pub limits: [f64; 2],
}

impl Input {
    /// The value at a place 0..1.
    fn at(&self, place: f64) -> f64 {
        let [low, high] = self.limits;
        (low + place * (high - low)).clamp(low, high)
    }
}

/// The cases of a screen. See the [module](self).
#[derive(Debug, Clone)]
pub struct ScreenPlan {
    /// The scenario with its own arms.
    pub base: Scenario,
    /// What varies.
    pub inputs: Vec<Input>,
    /// The points but the first.
    pub screen: Screen,
    /// Relative change up and down.
    pub spread: f64,
    /// Observable compared between arms.
    pub observable: usize,
    /// How the arms of a point are compared; none without a control.
    pub effects: Option<Effects>,
    /// What was left out without being asked for.
    pub notes: Vec<String>,
    /// The cases.
    pub study: Study,
}

impl ScreenPlan {
    /// Plans a screen of a scenario; its seed also chooses the trajectories.
    ///
    /// # Errors
    /// What cannot be screened, and why.
    pub fn new(
        scenario: Scenario,
        spec: &ScreenSpec,
        batch: Option<usize>,
    ) -> Result<Self, SessionError> {
        let [least, most] = TRAJECTORIES;
        if !(least..=most).contains(&spec.trajectories) {
            let e = Error::new(format!("{} trajectories", spec.trajectories))
                .help(format!("{least} to {most} are allowed"));
            return Err(e.inside("in --trajectories").into());
        }
        if !(spec.spread > 0.0 && spec.spread <= 1.0) {
            let e = Error::new(format!("a spread of {}", plain(spec.spread))).help(
                "above 0 and at most 1 is allowed; 0.25 goes from 0.75 to 1.25 of each value",
            );
            return Err(e.inside("in --spread").into());
        }
        let (mut base, observable) = prepared(scenario, spec.day, spec.observable)?;
        keep(&mut base, &spec.arms)?;
        let (inputs, mut notes) = inputs(&base, &spec.parameters, spec.spread)?;
        let effects = compared(&base);
        if effects.is_none() {
            notes.push(
                "there is no arm without drugs to compare with; outcomes are absolute".to_owned(),
            );
        }
        let screen = Screen::new(inputs.len(), spec.trajectories as usize, base.seed);
        check_cases((screen.points.len() + 1).saturating_mul(base.arms.len()))?;
        let group = cases(&base, &inputs, &screen);
        Ok(Self {
            base,
            inputs,
            screen,
            spread: spec.spread,
            observable,
            effects,
            notes,
            study: Study {
                groups: vec![group],
                batch,
            },
        })
    }
}

/// What varies and how far; what cannot vary is noted.
fn inputs(
    base: &Scenario,
    parameters: &[usize],
    spread: f64,
) -> Result<(Vec<Input>, Vec<String>), Error> {
    let (mut inputs, mut zero, mut notes) = (Vec::new(), Vec::new(), Vec::new());
    for &parameter in parameters {
        let p = &base.model.parameters[parameter];
        let value = base.parameters[parameter];
        let mut limits = [value * (1.0 - spread), value * (1.0 + spread)];
        limits.sort_by(f64::total_cmp);
        let limits = limits.map(|v| v.clamp(p.range[0], p.range[1]));
        if limits[0] >= limits[1] {
            zero.push(p.id.as_str());
            continue;
        }
        if base.arms.iter().any(|a| a.parameters[parameter] != value) {
            notes.push(format!(
                "an arm has its own `{}`, which the screen replaces",
                p.id
            ));
        }
        inputs.push(Input {
            parameter,
            value,
            limits,
        });
    }
    if inputs.is_empty() {
        return Err(
            Error::new("no parameter to vary: each is 0 or none was chosen")
                .help("name some that are not 0 with --parameters, or a group with --group"),
        );
    }
    if !zero.is_empty() {
        notes.push(format!(
            "left out, because their value is 0: {}",
            zero.join(", ")
        ));
    }
    Ok((inputs, notes))
}

fn cases(base: &Scenario, inputs: &[Input], screen: &Screen) -> Scenario {
    let mut group = base.clone();
    let points = screen.points.len() + 1;
    let n = base.arms.len();
    for event in &mut group.events {
        if let Some(arms) = &mut event.arms {
            let each = (0..points).flat_map(|p| arms.iter().map(move |a| p * n + a));
            *arms = each.collect();
        }
    }
    group.arms.clear();
    for p in 0..points {
        for arm in &base.arms {
            let mut arm = arm.clone();
            arm.id = format!("p{p}_{}", arm.id);
            if let Some(places) = p.checked_sub(1).map(|i| &screen.points[i]) {
                arm.label = format!("{}, point {p}", arm.label);
                for (input, place) in inputs.iter().zip(places) {
                    arm.parameters[input.parameter] = input.at(*place);
                }
            }
            group.arms.push(arm);
        }
    }
    group
}

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
    pub verdict: Additivity,
    /// Points with an outcome that keep the verdict.
    pub kept: usize,
    /// Points with an outcome whose excess has the same sign.
    pub same_sign: usize,
    /// Points with an outcome.
    pub of: usize,
    /// Inputs of which a single move changed the verdict, and how often; the most influential first.
    pub flips: Vec<(usize, usize)>,
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
                        Some(expected? - relative(p, c.arm)?)
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
            let share = 100.0 * self.plan.spread;
            let mut text = format!(
                "{}: {} ({}). {} of {} sampled points (each parameter within ±{share:.0} %) keep this verdict, {} keep the sign.",
                m.label,
                r.verdict.words(),
                m.base.map_or("n/a".to_owned(), super::dose::signed),
                r.kept,
                r.of,
                r.same_sign,
            );
            if r.flips.is_empty() {
                text.push_str(" No single assumption carries it: none of the moves changed the verdict");
                if let Some(first) = top.first() {
                    let f = &m.factors[*first];
                    text.push_str(&format!(
                        "; {} moves it most (mu* {} over its whole range)",
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
    let verdict = Additivity::of(base);
    let found: Vec<f64> = m.values.iter().flatten().copied().collect();
    let mut count = vec![0; m.factors.len()];
    for (input, before, after) in screen.moves() {
        if let (Some(a), Some(b)) = (m.values[before], m.values[after])
            && Additivity::of(a) != Additivity::of(b)
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
            .filter(|v| Additivity::of(**v) == verdict)
            .count(),
        same_sign: found.iter().filter(|v| (**v > 0.0) == (base > 0.0)).count(),
        of: found.len(),
        flips: flips.filter(|(_, n)| *n > 0).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::Outcome;
    use warmfront_model::Library;

    fn scenario() -> Scenario {
        let library = Library::embedded();
        library.scenario("inflamed").expect("it is valid")
    }

    fn spec(names: &[&str]) -> ScreenSpec {
        let s = scenario();
        let names: Vec<String> = names.iter().map(|n| (*n).to_owned()).collect();
        ScreenSpec {
            parameters: ScreenSpec::choose(&s.model, &names, None).expect("they exist"),
            trajectories: 4,
            spread: 0.25,
            arms: (0..s.arms.len()).collect(),
            day: None,
            observable: None,
        }
    }

    #[test]
    fn limits_follow_the_spread_and_the_range() -> Result<(), SessionError> {
        let plan = ScreenPlan::new(scenario(), &spec(&["growth_rate_sensitive"]), None)?;
        let input = plan.inputs[0];
        assert!((input.limits[0] / input.value - 0.75).abs() < 1e-12);
        assert!((input.limits[1] / input.value - 1.25).abs() < 1e-12);
        // Four trajectories of one move, and the scenario as it is.
        assert_eq!(plan.study.groups[0].arms.len(), (4 * 2 + 1) * 4);
        let s = scenario();
        let all = ScreenSpec::choose(&s.model, &[], None)?;
        assert!(all.len() > 10);
        let plan = ScreenPlan::new(
            scenario(),
            &ScreenSpec {
                parameters: all,
                ..spec(&[])
            },
            None,
        )?;
        for input in &plan.inputs {
            let [low, high] = s.model.parameters[input.parameter].range;
            assert!(input.limits[0] >= low && input.limits[1] <= high && input.value != 0.0);
        }
        Ok(())
    }

    /// Made-up burdens: the control is 1, each single 0.5, and the combination leaves 0.25 minus ten times
    /// what the first parameter is away from its value.
    #[test]
    fn a_parameter_that_carries_the_verdict_is_found() -> Result<(), SessionError> {
        let plan = ScreenPlan::new(
            scenario(),
            &spec(&["growth_rate_sensitive", "packing_density"]),
            None,
        )?;
        let group = &plan.study.groups[0];
        let first = plan.inputs[0];
        let observables = group.model.observables.len();
        let outcomes = group.arms.iter().enumerate().map(|(arm, a)| {
            let away = a.parameters[first.parameter] / first.value - 1.0;
            let given = a.doses.iter().filter(|m| **m > 0.0).count();
            let burden = [1.0, 0.5, 0.25 - 0.5 * away][given];
            Outcome {
                case: Case { group: 0, arm },
                times: vec![1.0],
                values: vec![vec![Some(burden); observables]],
                failure: None,
            }
        });
        let outcomes = Outcomes {
            outcomes: outcomes.collect(),
            taken_up: 0,
            complete: true,
            batch: 1,
            seconds: 1.0,
        };
        let found = Screened::new(&plan, &outcomes);
        let bliss = &found.measures[0];
        assert_eq!((bliss.kind, bliss.base), ("bliss_excess", Some(0.0)));
        // From −25 % to +25 %: half a unit of `away`.
        assert!((bliss.factors[0].mu_star - 0.25).abs() < 1e-9 && bliss.factors[0].sigma < 1e-9);
        assert_eq!(bliss.factors[1].mu_star, 0.0);
        let r = &found.robustness[0];
        assert_eq!((r.verdict, r.of), (Additivity::About, 12));
        assert_eq!(r.flips, [(0, 4)]);
        let words = found.words().join(" ");
        assert!(
            words.contains("`growth_rate_sensitive`") && !words.contains("packing"),
            "{words}"
        );
        Ok(())
    }

    #[test]
    fn wrong_screens_say_what_is_allowed() {
        let refused = |change: &dyn Fn(&mut ScreenSpec)| {
            let mut s = spec(&["growth_rate_sensitive"]);
            change(&mut s);
            let e = ScreenPlan::new(scenario(), &s, None).expect_err("refused");
            e.to_string()
        };
        assert!(refused(&|s| s.trajectories = 1).contains("2 to 1000"));
        assert!(refused(&|s| s.spread = 0.0).contains("above 0"));
        assert!(refused(&|s| s.spread = f64::NAN).contains("above 0"));
        assert!(refused(&|s| s.parameters.clear()).contains("--parameters"));
        let model = scenario().model;
        let e =
            ScreenSpec::choose(&model, &["kil_rate_max".to_owned()], None).expect_err("unknown");
        assert!(
            e.to_string()
                .starts_with("in --parameters: unknown parameter")
        );
        let e = ScreenSpec::choose(&model, &[], Some("Kiling")).expect_err("unknown");
        assert!(
            e.to_string().starts_with("in --group: unknown group"),
            "{e}"
        );
    }
}
