//! The burden at the end against the dose of one drug, without and with the drugs that the scenario
//! combines it with, and what independent effects would give.
//!
//! # Theory
//! All doses are arms of one batch from the same start. The outcome is the burden over that of the arm
//! without any drug. Bliss independence expects of the combination the product of what each part leaves
//! (see [`crate::Effects`]).

use warmfront_model::{Action, Arm, LARGEST_DOSE, Regimen, Scenario, counted, plain};
use warmfront_view::{Dash, DoseCurve, DoseResponse, Figure, Marker, arm_colour};

use super::Sheet;
use crate::SessionError;
use crate::export::{first_sentence, subtitle, title};
use crate::record::Record;
use crate::units::{clock, number, pretty_unit};

/// Most doses of one series.
const MOST: usize = 32;

/// The doses of a figure.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseSeries {
    /// The drug.
    pub drug: usize,
    /// Multiples of its regimen's dose; 0 is always among them.
    pub multiples: Vec<f64>,
}

impl DoseSeries {
    fn sorted(&self) -> Vec<f64> {
        let mut all = self.multiples.clone();
        all.push(0.0);
        all.sort_by(f64::total_cmp);
        all.dedup();
        all
    }

    /// Multiples of the other drugs in the first arm that combines them with this one; none without
    /// such an arm.
    /// Doses of the other drugs in the first arm that combines them with this one, if any, and regimens of
    /// that arm; else those of the first arm with this drug, else the scenario's.
    fn partner(&self, scenario: &Scenario) -> (Option<Vec<f64>>, Vec<Option<Regimen>>) {
        let others = |arm: &Arm| {
            let mut doses = arm.doses.clone();
            doses[self.drug] = 0.0;
            doses
        };
        let given = || scenario.arms.iter().filter(|a| a.doses[self.drug] > 0.0);
        let combined = given().find(|a| others(a).iter().any(|m| *m > 0.0));
        let regimens = combined.or(given().next()).map(|a| a.regimens.clone());
        let none = || vec![None; scenario.model.drugs.len()];
        (combined.map(others), regimens.unwrap_or_else(none))
    }

    /// The same scenario with one arm per dose, without and with the other drugs.
    pub(super) fn plan(
        &self,
        mut scenario: Scenario,
    ) -> Result<(Scenario, Vec<usize>), SessionError> {
        let wrong = |what: String, help: &str| SessionError::Film {
            what,
            help: help.to_owned(),
        };
        if let Some(m) = self
            .multiples
            .iter()
            .find(|m| !(0.0..=LARGEST_DOSE).contains(*m))
        {
            let help =
                format!("multiples of the regimen's dose from 0 to {LARGEST_DOSE} are allowed");
            return Err(wrong(format!("a dose of {} ×", plain(*m)), &help));
        }
        let doses = self.sorted();
        if doses.len() < 2 || doses.len() > MOST {
            return Err(wrong(
                format!("{} above 0", counted(doses.len() - 1, "dose")),
                "1 to 31 are allowed, as in --doses 0,0.25,0.5,1,2,4",
            ));
        }
        let drug = scenario.model.drugs[self.drug].clone();
        let (partner, regimens) = self.partner(&scenario);
        let own = regimens[self.drug].as_ref();
        let regimen = own.unwrap_or(&scenario.regimens[self.drug]);
        if regimen.dose <= 0.0 || regimen.times(scenario.time.duration).is_empty() {
            return Err(wrong(
                format!("the regimen of `{}` gives no dose before the end", drug.id),
                "change its `dose` or `start` in the scenario, or run longer with --days",
            ));
        }
        let partial = |e: &&warmfront_model::Event| {
            e.arms.is_some() && !matches!(e.action, Action::Caption { .. })
        };
        if let Some(event) = scenario.events.iter().find(partial) {
            return Err(wrong(
                format!(
                    "the event at time {} concerns some arms only, and a dose-response figure has arms of its own",
                    plain(event.time)
                ),
                "remove it, or let it concern all arms",
            ));
        }
        let parameters = scenario.parameters.clone();
        let mut arms = Vec::new();
        for other in std::iter::once(None).chain(partner.map(Some)) {
            for multiple in &doses {
                let mut given = other
                    .clone()
                    .unwrap_or_else(|| vec![0.0; scenario.model.drugs.len()]);
                given[self.drug] = *multiple;
                let label = match (*multiple, &other) {
                    (0.0, None) => "Control".to_owned(),
                    (0.0, Some(others)) => self.names(&scenario, others),
                    (m, None) => format!("{} {} ×", drug.label, number(m)),
                    (m, Some(others)) => {
                        let names = self.names(&scenario, others);
                        format!("{} {} × + {names}", drug.label, number(m))
                    }
                };
                arms.push(Arm {
                    id: match &other {
                        None => format!("dose_{}", arms.len()),
                        Some(_) => format!("both_{}", arms.len() - doses.len()),
                    },
                    label,
                    doses: given,
                    parameters: parameters.clone(),
                    regimens: regimens.clone(),
                });
            }
        }
        for event in &mut scenario.events {
            event.arms = None;
        }
        let all = (0..arms.len()).collect();
        scenario.arms = arms;
        Ok((scenario, all))
    }

    fn names(&self, scenario: &Scenario, others: &[f64]) -> String {
        let given = scenario.model.drugs.iter().zip(others);
        let names: Vec<String> = given
            .filter(|(_, m)| **m > 0.0)
            .map(|(d, m)| match *m {
                1.0 => d.label.clone(),
                m => format!("{} {} ×", d.label, number(m)),
            })
            .collect();
        names.join(" + ")
    }

    /// Draws the outcome of a run of the planned arms.
    pub(super) fn figure(&self, record: &Record, sheet: Sheet) -> Result<Figure, SessionError> {
        let scenario = &record.scenario;
        let model = &scenario.model;
        let nothing = |what: &str| SessionError::Film {
            what: what.to_owned(),
            help: "run longer, or choose another --kind".to_owned(),
        };
        let effects = record.effects().ok_or_else(|| {
            nothing("the control has no burden, so there is nothing to compare with")
        })?;
        let drug = &model.drugs[self.drug];
        let doses = self.sorted();
        let dark = sheet.style.is_dark();
        let part = |from: usize| -> Vec<[f64; 2]> {
            let outcome = effects.relative.iter().skip(from);
            doses.iter().zip(outcome).map(|(d, r)| [*d, *r]).collect()
        };
        let alone = part(0);
        let mut curves = vec![DoseCurve {
            label: format!("{} alone", drug.label),
            colour: arm_colour(6, dark),
            dash: Dash::Solid,
            marker: Some(Marker::Disc),
            points: alone.clone(),
        }];
        if let Some(arm) = scenario.arms.get(doses.len()) {
            let mut others = arm.doses.clone();
            others[self.drug] = 0.0;
            let names = self.names(scenario, &others);
            let both = part(doses.len());
            let left = both.first().map_or(f64::NAN, |p| p[1]);
            curves.push(DoseCurve {
                label: format!("with {names}"),
                colour: arm_colour(4, dark),
                dash: Dash::Solid,
                marker: Some(Marker::Diamond),
                points: both,
            });
            curves.push(DoseCurve {
                label: "expected of independent effects (Bliss)".to_owned(),
                colour: arm_colour(4, dark),
                dash: Dash::Dashed,
                marker: None,
                points: alone.iter().map(|[d, r]| [*d, r * left]).collect(),
            });
        }
        let burden = model
            .burden
            .map_or("burden", |b| &model.observables[b].label);
        let size = sheet.panel(1, 0.0).unwrap_or(520.0);
        let figure = DoseResponse {
            title: title(record),
            subtitle: subtitle(record),
            y_label: format!(
                "{} on {}, relative to no treatment",
                burden,
                clock(model, effects.time)
            ),
            x_label: format!(
                "dose of {}: multiple of the regimen, and amount of one dose",
                drug.label
            ),
            amount: scenario.regimen(0, self.drug).dose,
            unit: pretty_unit(&drug.unit),
            curves,
            footer: first_sentence(&model.caveat),
            style: sheet.style,
            panel: [size, (0.62 * size).clamp(260.0, 520.0)],
        };
        Ok(figure.figure()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use warmfront_model::Library;

    fn scenario() -> Scenario {
        let library = Library::embedded();
        library.scenario("inflamed").expect("it is valid")
    }

    #[test]
    fn every_dose_is_an_arm_without_and_with_the_partner() -> Result<(), SessionError> {
        let series = DoseSeries {
            drug: scenario().model.drug("mek")?,
            multiples: vec![1.0, 0.25, 1.0],
        };
        let (planned, arms) = series.plan(scenario())?;
        let other = planned.model.drug("pdl1")?;
        let given: Vec<[f64; 2]> = planned
            .arms
            .iter()
            .map(|a| [a.doses[series.drug], a.doses[other]])
            .collect();
        let expected = [
            [0.0, 0.0],
            [0.25, 0.0],
            [1.0, 0.0],
            [0.0, 1.0],
            [0.25, 1.0],
            [1.0, 1.0],
        ];
        assert_eq!((given.as_slice(), arms.len()), (&expected[..], 6));
        assert_eq!(planned.arms[5].label, "MEK inhibitor 1 × + PD-L1 inhibitor");
        // It can be written and read again.
        let source = warmfront_model::Source::new("dose.toml", planned.to_toml());
        let again = Library::embedded().scenario_from_text(source)?;
        assert_eq!(again.arms, planned.arms);
        Ok(())
    }

    #[test]
    fn impossible_doses_say_what_is_allowed() {
        let plan = |multiples: Vec<f64>| {
            let series = DoseSeries { drug: 0, multiples };
            series.plan(scenario()).expect_err("refused").to_string()
        };
        assert!(plan(vec![-1.0]).contains("from 0 to"));
        assert!(plan(vec![f64::NAN]).contains("from 0 to"));
        assert!(plan(vec![0.0]).contains("0 doses above 0"));
        assert!(plan((0..40).map(f64::from).collect()).contains("1 to 31"));
    }
}
