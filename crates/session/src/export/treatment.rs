//! Which doses an arm gets, with events counted in: the marks of the figures.

use warmfront_model::Action;
use warmfront_view::{DoseTrack, Marker};

use crate::record::Record;

/// One track per drug that arm `arm` of the batch gets before the record's end; times in model
/// units.
pub(crate) fn dose_tracks(record: &Record, arm: usize) -> Vec<DoseTrack> {
    let scenario = &record.scenario;
    let index = record.arms[arm];
    let mut tracks = Vec::new();
    for (drug, d) in scenario.model.drugs.iter().enumerate() {
        let regimen = &scenario.regimens[drug];
        // Changes of the multiple that concern this arm, in time order.
        let mut changes = vec![(f64::NEG_INFINITY, scenario.arms[index].doses[drug])];
        let mut times = Vec::new();
        for event in &scenario.events {
            if event.arms.as_ref().is_some_and(|a| !a.contains(&index)) {
                continue;
            }
            match event.action {
                Action::Dose { drug: d, multiple } if d == drug => {
                    changes.push((event.time, multiple));
                }
                Action::Bolus { drug: d, amount } if d == drug && amount > 0.0 => {
                    times.push(event.time);
                }
                _ => {}
            }
        }
        let multiple = |t: f64| {
            let last = changes.iter().rev().find(|(from, _)| *from <= t);
            last.map_or(0.0, |(_, m)| *m)
        };
        let regular = regimen.times(scenario.time.duration).into_iter();
        times.extend(regular.filter(|t| regimen.dose * multiple(*t) > 0.0));
        times.retain(|t| *t <= record.time);
        times.sort_by(f64::total_cmp);
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
