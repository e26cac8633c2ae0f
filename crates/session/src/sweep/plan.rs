//! Which cases a sweep runs, and where each stands.
//!
//! # Theory
//! With two drugs on the axes the sweep is a dose matrix: each pair of doses is one arm, every other drug
//! is left out, and dose 0 of both drugs is there, because the references need each drug alone and no drug
//! at all. Otherwise every point of the grid has all arms of the scenario; a drug's multiple is changed in
//! the arms that get it, a parameter in all of them.
//!
//! # Practice
//! A replicate is a scenario with another seed, so a sweep is a [`Study`] with one group for each seed;
//! arm `a` of point `p` is arm `p × arms + a` of the group. Point `p` has x index `p mod nx` and y index
//! `p / nx`.

use std::sync::Arc;

use warmfront_model::{Arm, Error, Overrides, Scenario, counted};

use super::axis::{Axis, Varied};
use crate::SessionError;
use crate::effect::Effects;
use crate::record::Row;
use crate::study::{MOST_CASES, Study, until};
use crate::synergy::LEAST_SEEDS;
use crate::units::{number, pretty_unit};

/// Multiples of a dose matrix unless axes are asked for.
const MULTIPLES: [f64; 5] = [0.0, 0.25, 0.5, 1.0, 2.0];

/// Most replicates.
pub const MOST_REPLICATES: u32 = 1000;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepSpec {
    /// Along the columns; none: the drugs that the arms get, as a dose matrix.
    pub x: Option<Axis>,
    /// Along the rows.
    pub y: Option<Axis>,
    /// Arms at every point, where the sweep is no dose matrix: indices into the scenario's list.
    pub arms: Vec<usize>,
    /// Seeds: the scenario's, and those that follow.
    pub replicates: u32,
    /// Day of the outcome; none: the end. The runs end there.
    pub day: Option<f64>,
    /// Index of the observable compared between arms; none: the model's burden.
    pub observable: Option<usize>,
}

/// What the grid is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every pair of doses of two drugs, one arm each.
    DoseMatrix,
    /// All arms at every point.
    Arms,
}

/// The cases of a sweep and their order. See the [module](self).
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the grid is made of.
    pub kind: Kind,
    /// The scenario with its own arms, ending on the day of the outcome; its burden is the observable.
    pub base: Scenario,
    /// One or two: x, then y.
    pub axes: Vec<Axis>,
    /// Arms at every point, as identifiers; one, `pair`, in a dose matrix.
    pub arms: Vec<String>,
    /// Their names.
    pub arm_labels: Vec<String>,
    /// Seed of each group.
    pub seeds: Vec<u32>,
    /// Observable compared between arms.
    pub observable: usize,
    /// How the arms of a point are compared; none without a control, and in a dose matrix.
    pub effects: Option<Effects>,
    /// What was changed or left out without being asked for.
    pub notes: Vec<String>,
    /// The cases.
    pub study: Study,
}

impl Plan {
    /// Values along x, and along y: 1 without a second axis.
    pub fn shape(&self) -> [usize; 2] {
        let count = |i: usize| self.axes.get(i).map_or(1, |a| a.values.len());
        [count(0), count(1)]
    }

    /// Points of the grid.
    pub fn points(&self) -> usize {
        self.shape().iter().product()
    }

    /// Plans a sweep of a scenario. `batch`: arms that run together; none: as many as fill the device.
    ///
    /// # Errors
    /// What cannot be swept, and why.
    pub fn new(
        scenario: Scenario,
        spec: &SweepSpec,
        batch: Option<usize>,
    ) -> Result<Self, SessionError> {
        let (axes, kind) = axes(&scenario, spec)?;
        let (mut base, observable) = prepared(scenario, spec.day, spec.observable)?;
        let model = base.model.clone();
        if kind == Kind::DoseMatrix {
            let better = model.better(observable);
            better.map_err(|e| e.inside("in --observable"))?;
        }
        let seeds = seeds(base.seed, spec.replicates)?;
        let mut plan = Self {
            kind,
            axes,
            arms: vec!["pair".to_owned()],
            arm_labels: vec!["Dose pair".to_owned()],
            seeds,
            observable,
            effects: None,
            notes: Vec::new(),
            study: Study {
                groups: Vec::new(),
                batch,
            },
            base: base.clone(),
        };
        for axis in &mut plan.axes {
            if let Varied::Drug(d) = axis.varied {
                given(&base, d)?;
                if kind == Kind::DoseMatrix && axis.with_zero() {
                    let id = &model.drugs[d].id;
                    plan.notes.push(format!(
                        "dose 0 of `{id}` is added: each drug alone is the reference"
                    ));
                }
            }
        }
        let arms = match kind {
            Kind::DoseMatrix => {
                if spec.arms.len() < base.arms.len() {
                    let e =
                        Error::new("a dose matrix makes its own arms, one for each pair of doses")
                            .help("leave out --arm, or sweep one drug with --x alone");
                    return Err(e.inside("in --arm").into());
                }
                plan.for_all_arms(&mut base)?;
                plan.dose_pairs(&base)
            }
            Kind::Arms => {
                keep(&mut base, &spec.arms)?;
                plan.base = base.clone();
                plan.arms = base.arms.iter().map(|a| a.id.clone()).collect();
                plan.arm_labels = base.arms.iter().map(|a| a.label.clone()).collect();
                plan.effects = compared(&base);
                plan.check_arms(&base)?;
                plan.notes.extend(no_direction(&base, observable));
                plan.all_arms(&mut base)
            }
        };
        let cases = arms.len().saturating_mul(plan.seeds.len());
        check_cases(cases)?;
        base.arms = arms;
        plan.study.groups = plan
            .seeds
            .iter()
            .map(|seed| with_seed(&base, *seed))
            .collect();
        Ok(plan)
    }

    /// One arm for each pair of doses.
    fn dose_pairs(&self, base: &Scenario) -> Vec<Arm> {
        let [nx, ny] = self.shape();
        let at = |i: usize| (i % nx, i / nx);
        let each = (0..nx * ny).map(at).map(|(x, y)| {
            let mut arm = base.arms[0].clone();
            arm.id = format!("x{x}_y{y}");
            arm.label = self.point_words([x, y]);
            arm.doses.fill(0.0);
            arm.regimens.fill(None);
            arm.parameters.clone_from(&base.parameters);
            self.vary(&mut arm, [x, y], true);
            arm
        });
        each.collect()
    }

    /// All arms of the scenario at each point; events that name arms name these.
    fn all_arms(&self, base: &mut Scenario) -> Vec<Arm> {
        let [nx, ny] = self.shape();
        let n = base.arms.len();
        for event in &mut base.events {
            if let Some(arms) = &mut event.arms {
                let each = (0..nx * ny).flat_map(|p| arms.iter().map(move |a| p * n + a));
                *arms = each.collect();
            }
        }
        let mut all = Vec::with_capacity(nx * ny * n);
        for y in 0..ny {
            for x in 0..nx {
                for arm in &base.arms {
                    let mut arm = arm.clone();
                    arm.id = format!("x{x}_y{y}_{}", arm.id);
                    arm.label = format!("{}, {}", arm.label, self.point_words([x, y]));
                    self.vary(&mut arm, [x, y], false);
                    all.push(arm);
                }
            }
        }
        all
    }

    fn vary(&self, arm: &mut Arm, at: [usize; 2], every_arm: bool) {
        for (axis, i) in self.axes.iter().zip(at) {
            match axis.varied {
                Varied::Drug(d) if every_arm || arm.doses[d] > 0.0 => arm.doses[d] = axis.values[i],
                Varied::Drug(_) => {}
                Varied::Parameter(p) => arm.parameters[p] = axis.values[i],
            }
        }
    }

    /// `mek 0.5 ×, pdl1 1 ×`
    pub fn point_words(&self, at: [usize; 2]) -> String {
        let model = &self.base.model;
        let each = self.axes.iter().zip(at).map(|(a, i)| a.words(model, i));
        each.collect::<Vec<_>>().join(", ")
    }

    /// `MEK inhibitor 30 mg, PD-L1 inhibitor 1200 mg`: what axes of figures say.
    pub fn point_labels(&self, at: [usize; 2]) -> String {
        let model = &self.base.model;
        let each = self.axes.iter().zip(at).map(|(axis, i)| {
            let values = axis.amounts(&self.base);
            let value = values.as_ref().unwrap_or(&axis.values)[i];
            let unit = pretty_unit(axis.unit(model));
            let text = format!("{} {} {unit}", axis.label(model), number(value));
            text.trim_end().to_owned()
        });
        each.collect::<Vec<_>>().join(", ")
    }

    /// The arms of a dose matrix are new ones, so an event may not ask for old ones.
    fn for_all_arms(&mut self, base: &mut Scenario) -> Result<(), Error> {
        for event in &mut base.events {
            if event.arms.is_none() {
                continue;
            }
            if !event.action.is_for_the_eye() {
                return Err(Error::new(format!(
                    "the event at time {} concerns some arms only, and a dose matrix has arms of its own",
                    number(event.time)
                ))
                .help("remove it, let it concern all arms, or sweep one drug with --x alone"));
            }
            event.arms = None;
        }
        let own = |a: &Arm| a.regimens.iter().any(Option::is_some);
        if base.arms.iter().any(own) {
            self.notes.push(
                "every dose pair follows the scenario's regimens, not those of single arms"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// Whether the axes reach the arms, and whether something else undoes that.
    fn check_arms(&mut self, base: &Scenario) -> Result<(), Error> {
        let model = &base.model;
        for axis in &self.axes {
            let id = axis.id(model);
            match axis.varied {
                Varied::Drug(d) if base.arms.iter().all(|a| a.doses[d] == 0.0) => {
                    return Err(Error::new(format!("no arm of `{}` gets `{id}`", base.id))
                        .help("choose other arms with --arm, or put two drugs on the axes: that makes its own arms"));
                }
                Varied::Parameter(p) => {
                    let sets = |e: &&warmfront_model::Event| match &e.action {
                        warmfront_model::Action::Set { parameters } => {
                            parameters.iter().any(|(q, _)| *q == p)
                        }
                        _ => false,
                    };
                    if let Some(e) = base.events.iter().find(sets) {
                        self.notes.push(format!(
                            "the event at time {} sets `{id}`, so the swept value holds until then only",
                            number(e.time)
                        ));
                    }
                    let own = |a: &&Arm| a.parameters[p] != base.parameters[p];
                    if let Some(arm) = base.arms.iter().find(own) {
                        self.notes.push(format!(
                            "arm `{}` has its own `{id}`, which the sweep replaces",
                            arm.id
                        ));
                    }
                }
                Varied::Drug(_) => {}
            }
        }
        if self.effects.is_none() {
            self.notes.push(
                "there is no arm without drugs to compare with, so no relative burden is given"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

/// The axes that are meant, and what they make.
fn axes(scenario: &Scenario, spec: &SweepSpec) -> Result<(Vec<Axis>, Kind), Error> {
    let model = &scenario.model;
    let found = match (&spec.x, &spec.y) {
        (Some(x), Some(y)) => {
            if x.varied == y.varied {
                let id = x.id(model);
                return Err(Error::new(format!("`{id}` is on both axes"))
                    .help("put another drug or parameter on one of them")
                    .inside("in --y"));
            }
            vec![x.clone(), y.clone()]
        }
        (Some(x), None) => vec![x.clone()],
        (None, Some(_)) => {
            return Err(Error::new("a second axis without a first")
                .help("name the first with --x, or use --x instead of --y")
                .inside("in --y"));
        }
        (None, None) => default_axes(scenario)?,
    };
    let drugs = found.iter().filter(|a| matches!(a.varied, Varied::Drug(_)));
    let kind = if drugs.count() == 2 {
        Kind::DoseMatrix
    } else {
        Kind::Arms
    };
    Ok((found, kind))
}

/// The first two drugs that arms get.
fn default_axes(scenario: &Scenario) -> Result<Vec<Axis>, Error> {
    let given = |d: &usize| scenario.arms.iter().any(|a| a.doses[*d] > 0.0);
    let drugs = (0..scenario.model.drugs.len()).filter(given).take(2);
    let axes: Vec<Axis> = drugs
        .map(|d| Axis {
            varied: Varied::Drug(d),
            values: MULTIPLES.to_vec(),
            log: false,
        })
        .collect();
    if axes.is_empty() {
        return Err(
            Error::new(format!("no arm of `{}` gets a drug, so there is no axis to begin with", scenario.id))
                .help("name one with --x NAME=FROM:TO:COUNT, NAME a drug or a parameter (see `list parameters`)"),
        );
    }
    Ok(axes)
}

/// The scenario as it is swept: to the day of the outcome, with the observable as its burden.
pub(super) fn prepared(
    scenario: Scenario,
    day: Option<f64>,
    observable: Option<usize>,
) -> Result<(Scenario, usize), SessionError> {
    let model = scenario.model.clone();
    let mut base = until(scenario, day, "--days makes it longer")?;
    let Some(observable) = observable.or(model.burden) else {
        let all: Vec<&str> = model.observables.iter().map(|o| o.id.as_str()).collect();
        let e = Error::new(format!("the model `{}` has no burden to compare", model.id)).help(
            format!("name an observable with --observable: {}", all.join(", ")),
        );
        return Err(e.into());
    };
    if model.burden != Some(observable) {
        let mut other = (*model).clone();
        other.burden = Some(observable);
        base.model = Arc::new(other);
    }
    base.time.record_steps = false;
    Ok((base, observable))
}

/// A drug whose regimen gives something before the end.
fn given(scenario: &Scenario, drug: usize) -> Result<(), Error> {
    let (regimen, id) = (&scenario.regimens[drug], &scenario.model.drugs[drug].id);
    if regimen.dose > 0.0 && !regimen.times(scenario.time.duration).is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "the regimen of `{id}` gives no dose before the end"
    ))
    .help("change its `dose` or `start` in the scenario, or run longer with --days"))
}

pub(super) fn keep(base: &mut Scenario, arms: &[usize]) -> Result<(), Error> {
    let names = arms.iter().map(|a| base.arms[*a].id.clone()).collect();
    let overrides = Overrides {
        arms: Some(names),
        ..Overrides::default()
    };
    *base = base.clone().with(overrides)?;
    Ok(())
}

/// How the arms of a scenario would be compared; the numbers in it mean nothing.
pub(super) fn compared(base: &Scenario) -> Option<Effects> {
    let mut plain = base.clone();
    // An arm's own parameters are as much part of it as its drugs, but no reason not to compare.
    plain.parameters.clone_from(&base.arms[0].parameters);
    let row = Row {
        time: 0.0,
        values: vec![vec![1.0; base.model.observables.len()]; base.arms.len()],
    };
    let all: Vec<usize> = (0..base.arms.len()).collect();
    Effects::of(&plain, &all, &row)
}

/// That combinations are not compared with their parts, because nobody said what of the observable is
/// better.
pub(super) fn no_direction(base: &Scenario, observable: usize) -> Option<String> {
    let combined = |a: &Arm| a.doses.iter().filter(|m| **m > 0.0).count() > 1;
    let error = base.model.better(observable).err()?;
    base.arms
        .iter()
        .any(combined)
        .then(|| format!("no Bliss excess of combinations is given: {error}"))
}

fn seeds(first: u32, replicates: u32) -> Result<Vec<u32>, Error> {
    if !(1..=MOST_REPLICATES).contains(&replicates) {
        return Err(Error::new(counted(replicates, "replicate"))
            .help(format!(
                "1 to {MOST_REPLICATES} are allowed; a spread over start maps needs at least {LEAST_SEEDS}"
            ))
            .inside("in --replicates"));
    }
    Ok((0..replicates).map(|i| first.wrapping_add(i)).collect())
}

pub(super) fn check_cases(cases: usize) -> Result<(), Error> {
    if cases <= MOST_CASES {
        return Ok(());
    }
    Err(Error::new(format!(
        "{}; at most {MOST_CASES} are run",
        counted(cases, "case")
    ))
    .help("fewer values on an axis, fewer arms or fewer --replicates make fewer cases"))
}

pub(super) fn with_seed(base: &Scenario, seed: u32) -> Scenario {
    let mut scenario = base.clone();
    scenario.seed = seed;
    scenario
}
