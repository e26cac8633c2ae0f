//! Which doses an arm gets, with events counted in: the marks of the figures.

use warmfront_model::{Action, Scenario};
use warmfront_view::{DoseTrack, Marker};

use crate::record::Record;

/// One track per drug that arm `arm` of the batch gets before the record's end; times in model
/// units.
pub(crate) fn dose_tracks(record: &Record, arm: usize) -> Vec<DoseTrack> {
    tracks(&record.scenario, record.arms[arm], record.time)
}

/// One track per drug that an arm gets up to `until`; times in model units.
pub(crate) fn tracks(scenario: &Scenario, arm: usize, until: f64) -> Vec<DoseTrack> {
    let mut tracks = Vec::new();
    for (drug, d) in scenario.model.drugs.iter().enumerate() {
        let times = dose_times(scenario, arm, drug, until);
        if !times.is_empty() {
            tracks.push(DoseTrack {
                label: d.label.clone(),
                colour: d.colour,
                marker: Marker::nth(drug),
                times,
            });
        }
    }
    tracks
}

/// Times up to `until` at which an arm gets a drug, rising.
pub(crate) fn dose_times(scenario: &Scenario, arm: usize, drug: usize, until: f64) -> Vec<f64> {
    // Changes of the multiple that concern this arm, in time order.
    let mut changes = vec![(f64::NEG_INFINITY, scenario.arms[arm].doses[drug], false)];
    let mut times = Vec::new();
    for event in &scenario.events {
        if !event.concerns(arm) {
            continue;
        }
        match event.action {
            Action::Dose { drug: d, multiple } if d == drug => {
                changes.push((event.time, multiple, event.after_doses));
            }
            Action::Bolus { drug: d, amount } if d == drug && amount > 0.0 => {
                times.push(event.time);
            }
            _ => {}
        }
    }
    let near = scenario.time.near();
    let multiple = |t: f64| {
        let holds = |(from, _, after): &&(f64, f64, bool)| {
            if *after {
                *from < t - near
            } else {
                *from <= t + near
            }
        };
        changes.iter().rev().find(holds).map_or(0.0, |(_, m, _)| *m)
    };
    let regular = scenario.regular_doses(arm, drug).into_iter();
    let given = regular.filter(|(t, amount)| amount * multiple(*t) > 0.0);
    times.extend(given.map(|(t, _)| t));
    times.retain(|t| *t <= until + near);
    times.sort_by(f64::total_cmp);
    times
}
