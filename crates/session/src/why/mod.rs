//! Why an arm ended as it did: each link of the model is taken away in turn, and everything is run again.
//!
//! # Theory
//! A `[[counterfactual]]` of a model names a link: parameters that take another value without it, or
//! processes that do not take place. With the link gone, every arm has another burden `V'`, the control
//! `V_c'` among them, so an arm is compared with its own control. What an arm does is its log-reduction
//!
//! ```text
//! L = ln(V_c / V)
//! ```
//!
//! and the share of it that a link carries is `(L − L') / L`: 1 if nothing is left without the link,
//! negative if the arm would do more without it. Shares of several links do not add up to 1, because links
//! work through each other.
//!
//! What a combination does beyond its parts is the Bliss excess `Π Vᵢ/V_c − V₁₂/V_c` (Bliss 1939, Ann Appl
//! Biol 26:585) and the fold `Π (Vᵢ/V_c) / (V₁₂/V_c)`, for two drugs `V₁ V₂ / (V_c V₁₂)`: the same null,
//! but without the ceiling that a small burden puts on a difference.
//!
//! # Practice
//! [`Question::new`] makes one scenario for each link and seed; its [`Study`] runs them, and
//! [`Question::answer`] reads the outcomes. The scenarios have the stops of the original, so the arms
//! without a change are those of a plain run, bit by bit. A link that is not at work in a scenario is not
//! run. Parameters act from the start, also where an event sets them later.
mod answer;
mod compared;
mod export;
mod figure;
mod reading;
#[cfg(test)]
mod tests;
mod without;

use warmfront_model::{Error, Scenario, counted};

use self::compared::Compared;
use self::without::{changes, parts, without};
use crate::SessionError;
use crate::study::{Case, Outcomes, Study};

pub use answer::{Answer, Link, Measured, Spread};
pub use export::{Origin, json, write};
pub use figure::figure;
pub use reading::percent;

/// Log-reductions below this are no effect that could be shared out.
pub const LEAST: f64 = 0.05;

/// Most replicates of one question.
pub const MOST_REPLICATES: usize = 1000;

/// A scenario and the links that are taken away from it.
#[derive(Debug, Clone)]
pub struct Question {
    /// The scenario as it is.
    pub scenario: Scenario,
    /// Links that are asked about: indices into the model's counterfactuals.
    pub links: Vec<usize>,
    /// Whether each of them is at work in this scenario.
    pub at_work: Vec<bool>,
    /// Seeds, the scenario's first.
    pub seeds: Vec<u32>,
    /// What has to be run: for each seed the scenario, then each link that is at work.
    pub study: Study,
}

impl Question {
    /// Asks about the links `only` of a scenario's model, all of them where it is empty, with as many seeds
    /// as `replicates`, at least one, from the scenario's on.
    ///
    /// # Errors
    /// A model without counterfactuals or without a burden; a scenario without a control or without a
    /// treated arm; too many replicates.
    pub fn new(
        scenario: &Scenario,
        only: &[usize],
        replicates: usize,
    ) -> Result<Self, SessionError> {
        let model = &scenario.model;
        if model.counterfactuals.is_empty() {
            let what = format!("model `{}` has no link that could be taken away", model.id);
            return Err(Error::new(what)
                .help("add [[counterfactual]] tables to its model.toml")
                .into());
        }
        if !(1..=MOST_REPLICATES).contains(&replicates) {
            let e = Error::new(counted(replicates, "replicate"))
                .help(format!("1 to {MOST_REPLICATES} are allowed"));
            return Err(e.inside("in --replicates").into());
        }
        if model.burden.is_none() {
            return Err(
                Error::new(format!("model `{}` names no burden to compare", model.id))
                    .help("name an observable: `burden = \"…\"` in [model]")
                    .into(),
            );
        }
        let all: Vec<usize> = (0..scenario.arms.len()).collect();
        let even = vec![1.0; all.len()];
        if Compared::of(scenario, &even).is_none() {
            let what = format!(
                "scenario `{}` has no control arm beside a treated one, so no effect can be shared out",
                scenario.id
            );
            return Err(Error::new(what)
                .help("a control gets no drug and has the scenario's parameters")
                .into());
        }
        let links: Vec<usize> = match only {
            [] => (0..model.counterfactuals.len()).collect(),
            _ => (0..model.counterfactuals.len())
                .filter(|i| only.contains(i))
                .collect(),
        };
        let at_work: Vec<bool> = links
            .iter()
            .map(|&l| changes(scenario, &model.counterfactuals[l]))
            .collect();
        let seeds: Vec<u32> = (0..replicates as u32)
            .map(|i| scenario.seed.wrapping_add(i))
            .collect();
        let mut groups = Vec::new();
        for &seed in &seeds {
            let mut here = scenario.clone();
            here.seed = seed;
            groups.push(here.clone());
            for (&link, _) in links.iter().zip(&at_work).filter(|(_, on)| **on) {
                groups.push(without(&here, &model.counterfactuals[link]));
            }
        }
        Ok(Self {
            scenario: scenario.clone(),
            links,
            at_work,
            seeds,
            study: Study {
                groups,
                batch: None,
            },
        })
    }

    /// Number of the study's group for a seed and a row of the table; none for a link that is not run.
    pub fn group(&self, seed: usize, row: usize) -> Option<usize> {
        let each = 1 + self.at_work.iter().filter(|on| **on).count();
        let within = match row {
            0 => 0,
            row if self.at_work[row - 1] => {
                1 + self.at_work[..row - 1].iter().filter(|on| **on).count()
            }
            _ => return None,
        };
        Some(seed * each + within)
    }

    /// Burden of every arm at a time, for a seed and a row of the table.
    fn burdens(&self, found: &Outcomes, group: usize, time: f64) -> Vec<Option<f64>> {
        let Some(burden) = self.scenario.model.burden else {
            return Vec::new();
        };
        let arms = 0..self.scenario.arms.len();
        arms.map(|arm| found.get(Case { group, arm })?.at(burden, time))
            .collect()
    }

    /// Reads the outcomes at a model time.
    ///
    /// # Errors
    /// Where the scenario without any change did not come that far.
    pub fn answer(&self, found: &Outcomes, time: f64) -> Result<Answer, SessionError> {
        let model = &self.scenario.model;
        let burdens = |seed, row| {
            let group = self.group(seed, row)?;
            Some(self.burdens(found, group, time))
        };
        let whole: Option<Vec<Vec<f64>>> = (0..self.seeds.len())
            .map(|seed| burdens(seed, 0)?.into_iter().collect())
            .collect();
        let compared = whole
            .as_ref()
            .and_then(|w| Compared::of(&self.scenario, w.first()?));
        let (Some(whole), Some(compared)) = (whole, compared) else {
            let first = found.outcomes.iter().find_map(|o| o.failure.clone());
            return Err(SessionError::NoOutcome {
                scenario: self.scenario.id.clone(),
                why: first.unwrap_or_else(|| "the control has no burden left".to_owned()),
            });
        };
        let base: Vec<Measured> = whole
            .iter()
            .map(|b| compared.measure(&b.iter().copied().map(Some).collect::<Vec<_>>(), None))
            .collect();
        let nothing = Link {
            id: String::new(),
            label: "Nothing taken away".to_owned(),
            contains: Vec::new(),
            together: false,
            explanation: String::new(),
            cite: String::new(),
            at_work: true,
            measured: base.clone(),
            failure: None,
            reading: String::new(),
        };
        let mut links = vec![nothing];
        for (i, (&link, &at_work)) in self.links.iter().zip(&self.at_work).enumerate() {
            let c = &model.counterfactuals[link];
            let measured = base.iter().enumerate().filter_map(|(seed, base)| {
                let burden = burdens(seed, i + 1)?;
                Some(compared.measure(&burden, Some(base)))
            });
            let groups: Vec<usize> = (0..self.seeds.len())
                .filter_map(|s| self.group(s, i + 1))
                .collect();
            let mut failures = found.outcomes.iter().filter_map(|o| {
                let ours = groups.contains(&o.case.group);
                o.failure.clone().filter(|_| ours)
            });
            let (contains, together) = parts(model, c);
            let id = |i: &usize| model.counterfactuals[*i].id.clone();
            links.push(Link {
                id: c.id.clone(),
                label: c.label.clone(),
                contains: contains.iter().map(id).collect(),
                together,
                explanation: c.explanation.clone(),
                cite: c.cite.clone(),
                at_work,
                measured: measured.collect(),
                failure: failures.next(),
                reading: String::new(),
            });
        }
        let arms = self.scenario.arms.iter();
        let mut answer = Answer {
            time,
            arms: arms.map(|a| (a.id.clone(), a.label.clone())).collect(),
            seeds: self.seeds.clone(),
            control: compared.control,
            focus: compared.focus,
            singles: compared.singles,
            links,
        };
        for row in 0..answer.links.len() {
            answer.links[row].reading = reading::reading(&answer, row);
        }
        Ok(answer)
    }
}
