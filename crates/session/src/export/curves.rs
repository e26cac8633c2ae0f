//! `burden.png` and `timeseries.png`: observables over time.
//!
//! With several arms each observable has a panel and each arm a line; with one arm the observables
//! that the model groups share a panel. The burden comes first.

use warmfront_view::{Dash, DoseTrack, Figure, PlotFigure, PlotPanel, Result, Series, arm_colour};

use super::{footer, subtitle, title, treatment};
use crate::figure::Sheet;
use crate::record::Record;
use crate::units::{pretty_unit, time_axis};

/// Space between panels, pixels.
const GUTTER: f32 = 26.0;
/// Narrowest panel that has room for its axes, pixels.
const NARROWEST: f32 = 185.0;

/// The burden of every arm in one large panel; none for a model without a burden.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn burden_figure(record: &Record) -> Result<Option<Figure>> {
    burden_on(record, Sheet::default())
}

pub(crate) fn burden_on(record: &Record, sheet: Sheet) -> Result<Option<Figure>> {
    let Some(burden) = record.scenario.model.burden else {
        return Ok(None);
    };
    let mut panel = arms_panel(record, burden, sheet);
    panel.doses = doses(record);
    // Narrow enough that daily doses are marks only, without lines across the plot.
    let model = &record.scenario.model;
    let mut foot = super::first_sentence(&model.caveat);
    if let Some(unit) = defining(&model.caveat, &pretty_unit(&model.observables[burden].unit)) {
        foot.push(' ');
        foot.push_str(&unit);
    }
    let size = match sheet.panel(1, GUTTER) {
        Some(w) => [w, (0.62 * w).clamp(230.0, 520.0)],
        None => [520.0, 330.0],
    };
    figure(record, vec![panel], 1, size, foot, sheet).map(Some)
}

/// The sentence of a caveat that says what a unit is (`… ρ = 2e5 cells/mm³ …`), unless it is the first.
pub(super) fn defining(caveat: &str, unit: &str) -> Option<String> {
    if unit.is_empty() {
        return None;
    }
    let text = super::one_line(caveat);
    let sentences = text.split_inclusive(". ").skip(1);
    let found = sentences
        .map(str::trim)
        .find(|s| s.contains(&format!("{unit} =")));
    found.map(str::to_owned)
}

/// Every observable that the model plots; all of them if it plots none. None without observables.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn curves_figure(record: &Record) -> Result<Option<Figure>> {
    curves_on(record, Sheet::default())
}

pub(crate) fn curves_on(record: &Record, sheet: Sheet) -> Result<Option<Figure>> {
    let panels = if record.arms.len() > 1 {
        let order = groups(record).into_iter().flat_map(|(_, list)| list);
        order.map(|o| arms_panel(record, o, sheet)).collect()
    } else {
        let groups = groups(record).into_iter();
        // Every series of the figure looks different, as one legend may have to name them all.
        let mut before = 0;
        groups
            .map(|(name, list)| {
                before += list.len();
                group_panel(record, &name, &list, before - list.len(), sheet)
            })
            .collect::<Vec<_>>()
    };
    if panels.is_empty() {
        return Ok(None);
    }
    let mut panels = panels;
    let doses = doses(record);
    for panel in &mut panels {
        panel.doses.clone_from(&doses);
    }
    let (columns, size) = layout(panels.len(), record.arms.len() == 1, sheet);
    let mut foot = footer(record);
    if ends_early(record) {
        foot.push_str(" A curve with a gap, or that ends early, is a mean with nothing left to average over there.");
    }
    figure(record, panels, columns, size, foot, sheet).map(Some)
}

/// Whether an observable that is plotted has values at first and none at the end.
fn ends_early(record: &Record) -> bool {
    let (Some(first), Some(last)) = (record.rows.first(), record.rows.last()) else {
        return false;
    };
    let mut shown = groups(record).into_iter().flat_map(|(_, list)| list);
    shown.any(|o| {
        (0..record.arms.len())
            .any(|arm| first.values[arm][o].is_finite() && !last.values[arm][o].is_finite())
    })
}

/// Panels side by side and the size of one.
fn layout(panels: usize, one_arm: bool, sheet: Sheet) -> (usize, [f32; 2]) {
    let columns = match panels {
        1 => 1,
        _ if one_arm => 2,
        2 | 4 => 2,
        3 | 5..=9 => 3,
        _ => 4,
    };
    // On paper as many as stay legible.
    let fit = |n: &usize| sheet.panel(*n, GUTTER).is_some_and(|w| w >= NARROWEST);
    let on_paper = (1..=columns).rev().find(fit).unwrap_or(1);
    match sheet.panel(on_paper, GUTTER) {
        Some(w) => (on_paper, [w, (0.72 * w).clamp(150.0, 420.0)]),
        None if columns < 3 => (columns, [480.0, 270.0]),
        None => (columns, [330.0, 240.0]),
    }
}

fn figure(
    record: &Record,
    panels: Vec<PlotPanel>,
    columns: usize,
    panel: [f32; 2],
    footer: String,
    sheet: Sheet,
) -> Result<Figure> {
    PlotFigure {
        title: title(record),
        subtitle: subtitle(record),
        panels,
        columns,
        panel,
        footer,
        style: sheet.style,
    }
    .figure()
}

/// Observables by the panel that the model puts them in, the burden's first.
fn groups(record: &Record) -> Vec<(String, Vec<usize>)> {
    let model = &record.scenario.model;
    let none_plotted = model.observables.iter().all(|o| o.plot.is_none());
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (i, o) in model.observables.iter().enumerate() {
        let name = match &o.plot {
            Some(name) => name.clone(),
            None if none_plotted => o.label.clone(),
            None => continue,
        };
        match groups.iter_mut().find(|(n, _)| *n == name) {
            Some((_, list)) => list.push(i),
            None => groups.push((name, vec![i])),
        }
    }
    groups.sort_by_key(|(_, list)| !model.burden.is_some_and(|b| list.contains(&b)));
    groups
}

/// Doses of all arms: each drug once where all arms that get it do so at the same times, else once for
/// each of the different courses, with the arms that follow it.
fn doses(record: &Record) -> Vec<DoseTrack> {
    let mut courses: Vec<(DoseTrack, Vec<&str>)> = Vec::new();
    for arm in 0..record.arms.len() {
        for track in treatment::dose_tracks(record, arm) {
            match courses.iter_mut().find(|(t, _)| *t == track) {
                Some((_, arms)) => arms.push(record.label(arm)),
                None => courses.push((track, vec![record.label(arm)])),
            }
        }
    }
    // Drug by drug, in the order in which they first appear.
    let drugs: Vec<String> = courses.iter().map(|(t, _)| t.label.clone()).collect();
    courses.sort_by_key(|(t, _)| drugs.iter().position(|d| *d == t.label));
    let of = |drug: &String| drugs.iter().filter(|d| *d == drug).count();
    let told = |(mut track, arms): (DoseTrack, Vec<&str>)| {
        if of(&track.label) > 1 {
            let more = if arms.len() > 1 { " and others" } else { "" };
            track.label = format!("{}: {}{more}", track.label, arms[0]);
        }
        track
    };
    courses.into_iter().map(told).collect()
}

fn points(record: &Record, arm: usize, observable: usize) -> Vec<[f64; 2]> {
    let rows = record.rows.iter();
    rows.map(|r| [r.time, r.values[arm][observable]]).collect()
}

/// One observable, one line per arm.
fn arms_panel(record: &Record, observable: usize, sheet: Sheet) -> PlotPanel {
    let o = &record.scenario.model.observables[observable];
    let series = (0..record.arms.len()).map(|arm| Series {
        label: record.label(arm).to_owned(),
        colour: arm_colour(record.arms[arm], sheet.style.is_dark()),
        dash: Dash::nth(record.arms[arm]),
        points: points(record, arm, observable),
    });
    panel(record, o.label.clone(), &o.unit, series.collect())
}

/// Observables of the only arm that share a panel.
fn group_panel(
    record: &Record,
    name: &str,
    list: &[usize],
    before: usize,
    sheet: Sheet,
) -> PlotPanel {
    let observables = &record.scenario.model.observables;
    let series = list.iter().enumerate().map(|(i, &o)| Series {
        label: observables[o].label.clone(),
        colour: arm_colour(before + i, sheet.style.is_dark()),
        dash: Dash::nth(before + i),
        points: points(record, 0, o),
    });
    let unit = list.first().map_or("", |&o| &observables[o].unit);
    panel(record, name.to_owned(), unit, series.collect())
}

fn panel(record: &Record, title: String, unit: &str, series: Vec<Series>) -> PlotPanel {
    let model = &record.scenario.model;
    let end = record.time;
    PlotPanel {
        title,
        x_label: time_axis(model),
        y_label: pretty_unit(unit),
        log_y: false,
        weeks: model.clock_unit().is_day(),
        x_range: (end > 0.0).then_some([0.0, end]),
        y_range: None,
        series,
        doses: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_burden_explains_its_unit() {
        let caveat =
            "Never for advice. Tuned. Densities are in ρ = 2e5 cells/mm³,\nclose-packed. More.";
        let sentence = "Densities are in ρ = 2e5 cells/mm³, close-packed.";
        assert_eq!(defining(caveat, "ρ").as_deref(), Some(sentence));
        assert_eq!(defining(caveat, "nM"), None);
        assert_eq!(defining(caveat, ""), None);
    }
}
