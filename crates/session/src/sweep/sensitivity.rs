//! Which assumption carries the conclusion: a screen of parameters, all arms at every point.
//!
//! # Theory
//! Each parameter goes from `value × (1 − spread)` to `value × (1 + spread)`, as far as its range allows,
//! and the screen of [`super::morris`] measures what that does to the outcome of each treated arm and to
//! the Bliss excess of each combination. A conclusion (Bliss synergy, independence or antagonism) that holds at
//! all sampled points does not hang on one assumption; where it changes in a single move, the parameter
//! that was moved carries it.
//!
//! # Practice
//! One seed, so that nothing but the parameters differs. Point 0 is the scenario as it is; arm `a` of
//! point `p` is arm `p × arms + a` of the only group.
mod screened;
#[cfg(test)]
mod tests;

use warmfront_model::{Confidence, Error, Model, Scenario, counted, plain};

use super::morris::Screen;
use super::plan::{check_cases, compared, keep, no_direction, prepared};
use crate::SessionError;
use crate::effect::Effects;
use crate::study::Study;

pub use screened::{Measure, Robustness, Screened};

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
            let e = Error::new(counted(spec.trajectories, "trajectory"))
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
        notes.extend(no_direction(&base, observable));
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
            Error::new(match parameters {
                [] => format!(
                    "no parameter of `{}` is assumed or tuned, so none is varied unless it is named",
                    base.model.id
                ),
                _ => "none of these parameters can be moved: each is 0 or its range is one value".to_owned(),
            })
            .help("name parameters with --parameters, or a group of them with --group (see `list parameters`)"),
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
