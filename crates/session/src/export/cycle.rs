//! The cycle of a model in every arm: `cycle.csv`, `cycle.png`, and the account in `summary.json`.
//!
//! # Theory
//! A `[[cycle]]` of a model is a list of steps that feed each other; each is measured by an observable. A
//! step is told at the end of the run and as a mean over the run, each also as a ratio to its own value at
//! the start and to that of the control. Arms are compared by their means: a value at the end depends on the
//! hours since the last dose. The gain of the loop is the product of mean over start for all steps but the
//! first, which the last step feeds: below 1 the cycle has slowed.
//!
//! Rates are of the whole tissue, not for each unit of burden. An arm that leaves little burden has little
//! left to turn over, so the mean burden relative to the control stands beside the steps.
//!
//! # Practice
//! The start is the first row in which the rate is a number. A rate that is 0 there has no ratio. The step
//! with the smallest ratio of means to the control lags most, that with the largest gains most.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};
use warmfront_view::{Dash, Figure, PlotFigure, PlotPanel, Result, Series, arm_colour};

use super::csvw::{column, sheet, time_words};
use super::{STYLE, subtitle, title};
use crate::record::Record;
use crate::units::{clock, pretty_unit, rounded, time_axis};
use crate::{Provenance, SessionError};

/// Largest ratio of values that a linear axis shows well.
const LINEAR: f64 = 30.0;

/// Ratios this near to 1 count as no change.
const ABOUT: f64 = 0.02;

/// One step in one arm.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StepRate {
    /// At the end, in the observable's unit.
    pub end: Option<f64>,
    /// Mean over the time in which it is a number (trapezoids between rows).
    pub mean: Option<f64>,
    /// `end` over the value at the start.
    pub to_start: Option<f64>,
    /// `end` over that of the control at the same time.
    pub to_control: Option<f64>,
    /// `mean` over the value at the start.
    pub mean_to_start: Option<f64>,
    /// `mean` over that of the control.
    pub mean_to_control: Option<f64>,
}

/// The cycle in one arm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ArmCycle {
    /// One for each step of the model's cycle.
    pub steps: Vec<StepRate>,
    /// log10 of the product of `mean_to_start` over all steps but the first.
    pub loop_gain: Option<f64>,
    /// Mean burden over that of the control; none for the control and for a model without a burden.
    pub burden: Option<f64>,
    /// The step whose mean lags most against the control.
    pub lags: Option<usize>,
    /// The step whose mean gains most against the control.
    pub gains: Option<usize>,
    /// All this in a few sentences.
    pub words: String,
}

/// The cycle of each arm of the batch; empty for a model without one, or without rows.
pub fn cycle(record: &Record) -> Vec<ArmCycle> {
    let model = &record.scenario.model;
    let (Some(last), false) = (record.rows.last(), model.cycle.is_empty()) else {
        return Vec::new();
    };
    let control = record.effects().map(|e| e.control);
    let at_end = |arm: usize, o: usize| number(last.values[arm][o]);
    let labels: Vec<&str> = model.cycle.iter().map(|s| s.label.as_str()).collect();
    (0..record.arms.len())
        .map(|arm| {
            let reference = control.filter(|c| *c != arm);
            let step = |o: usize| {
                let mut rate = StepRate::of(&series(record, arm, o));
                if let Some(c) = reference {
                    let other = StepRate::of(&series(record, c, o));
                    rate.to_control = rate.end.zip(at_end(c, o)).and_then(|(a, b)| ratio(a, b));
                    let means = rate.mean.zip(other.mean);
                    rate.mean_to_control = means.and_then(|(a, b)| ratio(a, b));
                }
                rate
            };
            let steps = model.cycle.iter().map(|s| step(s.rate)).collect();
            let burden = model.burden.and_then(|b| step(b).mean_to_control);
            ArmCycle::of(steps, &labels, burden, &span(record))
        })
        .collect()
}

/// The time that the means are over: `day 0 to day 28`.
pub fn span(record: &Record) -> String {
    let model = &record.scenario.model;
    let (first, last) = (record.rows.first(), record.rows.last());
    let [from, to] = [first, last].map(|r| clock(model, r.map_or(0.0, |r| r.time)));
    format!("{from} to {to}")
}

fn number(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

fn ratio(value: f64, reference: f64) -> Option<f64> {
    (reference > 0.0).then(|| value / reference)
}

/// Times and values of an observable, as far as it is a number.
fn series(record: &Record, arm: usize, observable: usize) -> Vec<[f64; 2]> {
    let rows = record.rows.iter();
    rows.map(|r| [r.time, r.values[arm][observable]])
        .filter(|p| p[1].is_finite())
        .collect()
}

impl StepRate {
    /// Of `[time, rate]`, rising in time, all finite. The ratios to the control are left open.
    fn of(points: &[[f64; 2]]) -> Self {
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return Self::default();
        };
        let span = last[0] - first[0];
        let area: f64 = points
            .windows(2)
            .map(|w| (w[1][0] - w[0][0]) * (w[0][1] + w[1][1]) / 2.0)
            .sum();
        let mean = if span > 0.0 { area / span } else { last[1] };
        Self {
            end: Some(last[1]),
            mean: Some(mean),
            to_start: ratio(last[1], first[1]),
            mean_to_start: ratio(mean, first[1]),
            ..Self::default()
        }
    }
}

impl ArmCycle {
    fn of(steps: Vec<StepRate>, labels: &[&str], burden: Option<f64>, span: &str) -> Self {
        let logs = steps.iter().skip(1).map(|s| {
            let log = s.mean_to_start?.log10();
            log.is_finite().then_some(log)
        });
        let loop_gain: Option<f64> = match steps.len() {
            0 | 1 => None,
            _ => logs.sum(),
        };
        let compared = steps
            .iter()
            .enumerate()
            .filter_map(|(i, s)| Some((i, s.mean_to_control?)));
        let mut compared: Vec<(usize, f64)> = compared.collect();
        compared.sort_by(|a, b| a.1.total_cmp(&b.1));
        let (lags, gains) = (compared.first().copied(), compared.last().copied());
        let mut words = String::new();
        if let (Some((low, least)), Some((high, most))) = (lags, gains) {
            let name = |i: usize| labels[i];
            let lagging = format!("{} lags most ({})", name(low), times(least));
            let gaining = format!("{} gains most ({})", name(high), times(most));
            let what = match (least < 1.0 - ABOUT, most > 1.0 + ABOUT) {
                (true, true) => format!("{lagging}, {gaining}"),
                (true, false) => format!("{lagging}; no step gains"),
                (false, true) => format!("{gaining}; no step lags"),
                (false, false) => "every step is as in the control".to_owned(),
            };
            words = format!("Mean rates over {span} against the control: {what}.");
            if let Some(burden) = burden {
                words.push_str(&format!(
                    " Rates are of the whole tissue; the mean burden is {} that of the control.",
                    times(burden)
                ));
            }
        }
        Self {
            steps,
            loop_gain,
            burden,
            lags: lags.filter(|l| l.1 < 1.0 - ABOUT).map(|l| l.0),
            gains: gains.filter(|g| g.1 > 1.0 + ABOUT).map(|g| g.0),
            words,
        }
    }
}

/// A factor in few digits: `0.12 ×`, `3.4 ×`, `120 ×`.
fn times(factor: f64) -> String {
    format!("{} ×", rounded(factor, 2))
}

/// Writes `time_days, arm, step, quantity, unit, rate, relative_to_start`, sorted by time, then arm, then
/// step. A ratio that does not exist is an empty cell.
pub(super) fn table(record: &Record, out: impl Write) -> std::result::Result<(), SessionError> {
    let model = &record.scenario.model;
    let per_day = model.units_per_day();
    let start = |arm: usize, o: usize| series(record, arm, o).first().map(|p| p[1]);
    let starts: Vec<Vec<Option<f64>>> = (0..record.arms.len())
        .map(|arm| model.cycle.iter().map(|s| start(arm, s.rate)).collect())
        .collect();
    let mut csv = csv::Writer::from_writer(out);
    let mut write = || -> csv::Result<()> {
        csv.write_record(COLUMNS)?;
        for row in &record.rows {
            let time = rounded(row.time / per_day, 12).to_string();
            for (arm, values) in row.values.iter().enumerate() {
                let id = &record.arm(arm).id;
                for (i, step) in model.cycle.iter().enumerate() {
                    let o = &model.observables[step.rate];
                    let value = values[step.rate];
                    let relative = starts[arm][i]
                        .and_then(|s| ratio(value, s))
                        .filter(|r| r.is_finite())
                        .map(|r| rounded(r, 8).to_string());
                    let value = rounded(value, 8).to_string();
                    let relative = relative.unwrap_or_default();
                    csv.write_record([&time, id, &step.id, &o.id, &o.unit, &value, &relative])?;
                }
            }
        }
        csv.flush()?;
        Ok(())
    };
    write().map_err(|e| {
        let e = std::io::Error::other(e.to_string());
        SessionError::disk("write", Path::new("cycle.csv"), &e)
    })
}

const COLUMNS: [&str; 7] = [
    "time_days",
    "arm",
    "step",
    "quantity",
    "unit",
    "rate",
    "relative_to_start",
];

/// The metadata of `cycle.csv`.
pub(super) fn metadata(record: &Record) -> Value {
    let scenario = &record.scenario;
    let model = &scenario.model;
    let arms: Vec<Value> = (0..record.arms.len())
        .map(|i| json!({ "arm": record.arm(i).id, "label": record.label(i) }))
        .collect();
    let steps: Vec<Value> = model
        .cycle
        .iter()
        .map(|s| json!({ "step": s.id, "label": s.label, "explanation": super::one_line(&s.explanation) }))
        .collect();
    let mut relative = column(
        COLUMNS[6],
        "double",
        "Rate over its first value that is a number; empty where that is 0 or there is no rate.",
    );
    relative["required"] = false.into();
    let columns = json!([
        column(COLUMNS[0], "double", &time_words(model)),
        column(
            COLUMNS[1],
            "string",
            "Treatment arm, by id; the notes give its name."
        ),
        column(
            COLUMNS[2],
            "string",
            "Step of the cycle, by id; the notes give its name."
        ),
        column(
            COLUMNS[3],
            "string",
            "Observable that measures the step, by id."
        ),
        column(
            COLUMNS[4],
            "string",
            "Unit of the rate; 1 stands for a pure number."
        ),
        column(COLUMNS[5], "double", "Rate, to eight significant digits."),
        relative,
    ]);
    sheet(
        "cycle.csv",
        &format!("{} · {}: the cycle", scenario.label, model.label),
        &super::one_line(&model.caveat),
        &columns,
        &COLUMNS[..3],
        &json!([
            { "arms": arms },
            { "steps": steps },
            { crate::provenance::KEY: Provenance::of(record) },
        ]),
    )
}

/// One panel for each step, one line for each arm; none for a model without a cycle.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn cycle_figure(record: &Record) -> Result<Option<Figure>> {
    let model = &record.scenario.model;
    if model.cycle.is_empty() {
        return Ok(None);
    }
    let panels: Vec<PlotPanel> = model
        .cycle
        .iter()
        .enumerate()
        .map(|(i, step)| {
            let o = &model.observables[step.rate];
            let series: Vec<Series> = (0..record.arms.len())
                .map(|arm| Series {
                    label: record.label(arm).to_owned(),
                    colour: arm_colour(record.arms[arm], STYLE.is_dark()),
                    dash: Dash::nth(record.arms[arm]),
                    points: series(record, arm, step.rate),
                })
                .collect();
            let log_y = wants_decades(&series);
            let scale = if log_y { ", log scale" } else { "" };
            let unit = match o.unit.as_str() {
                "1" => "no unit".to_owned(),
                unit => pretty_unit(unit),
            };
            PlotPanel {
                title: format!("{}. {}", i + 1, step.label),
                x_label: time_axis(model),
                y_label: format!("{unit}{scale}"),
                log_y,
                weeks: model.clock_unit().is_day(),
                x_range: (record.time > 0.0).then_some([0.0, record.time]),
                y_range: None,
                series,
                doses: Vec::new(),
            }
        })
        .collect();
    let mut footer = super::first_sentence(&model.caveat);
    let units = model
        .cycle
        .iter()
        .map(|s| pretty_unit(&model.observables[s.rate].unit));
    let mut units: Vec<String> = units
        .filter_map(|u| u.split('/').next().map(str::to_owned))
        .collect();
    units.dedup();
    for sentence in units
        .iter()
        .filter_map(|u| super::curves::defining(&model.caveat, u))
    {
        if !footer.contains(&sentence) {
            footer = format!("{footer} {sentence}");
        }
    }
    let figure = PlotFigure {
        title: title(record),
        subtitle: format!(
            "The steps of the cycle, over the whole tissue and not per unit of burden. {}",
            subtitle(record)
        ),
        columns: panels.len().min(4),
        panels,
        panel: [300.0, 215.0],
        footer,
        style: STYLE,
    };
    figure.figure().map(Some)
}

/// Whether the values of all lines are positive and span more than a linear axis shows.
fn wants_decades(series: &[Series]) -> bool {
    let values = || series.iter().flat_map(|s| &s.points).map(|p| p[1]);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0, f64::max);
    low > 0.0 && high / low > LINEAR
}

#[cfg(test)]
mod tests;
