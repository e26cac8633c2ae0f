//! The page of a film, from scenario and model.

use warmfront_model::{Model, Scenario};
use warmfront_view::film::{Key, Page, PaneHead, PlotHead};
use warmfront_view::{Dash, LegendEntry, arm_colour};

use super::scale::{Scale, local_of};
use super::{FilmSpec, Look, Panes};
use crate::SessionError;
use crate::export::{VERSION, first_sentence, treatment};
use crate::units::{length_unit, micrometres_per_length, pretty_unit, short_time_unit, time_axis};

/// Most plots under the panes.
const PLOTS: usize = 3;

/// Observables that a film plots: the burden, then the first of every other plot of the model.
pub(super) fn plotted(model: &Model) -> Vec<usize> {
    let mut seen: Vec<&str> = Vec::new();
    let mut list: Vec<usize> = model.burden.into_iter().collect();
    if let Some(name) = model
        .burden
        .and_then(|b| model.observables[b].plot.as_deref())
    {
        seen.push(name);
    }
    for (i, o) in model.observables.iter().enumerate() {
        if let Some(name) = o.plot.as_deref().filter(|n| !seen.contains(n)) {
            seen.push(name);
            list.push(i);
        }
    }
    list.truncate(PLOTS);
    list
}

/// The page while the film shows `look`, one of its `looks`.
pub(super) fn page(
    spec: &FilmSpec,
    scenario: &Scenario,
    look: Look,
    looks: &[Look],
    span: [f64; 2],
) -> Result<Page, SessionError> {
    let model = &*scenario.model;
    let dark = spec.style.is_dark();
    let head = |arm: usize| PaneHead {
        label: label(scenario, arm),
        colour: arm_colour(arm, dark),
        doses: treatment::tracks(scenario, arm, span[1]),
    };
    let panes = match &spec.panes {
        Panes::Arms(arms) => arms.iter().map(|a| head(*a)).collect(),
        Panes::Difference { base, arms } => arms
            .iter()
            .map(|a| PaneHead {
                label: format!("{} − {}", label(scenario, *a), label(scenario, *base)),
                ..head(*a)
            })
            .collect(),
        Panes::Wipe { left, right, .. } => vec![PaneHead {
            label: format!("{} | {}", label(scenario, *left), label(scenario, *right)),
            ..head(*right)
        }],
    };
    let others = looks.iter().filter(|l| **l != look);
    let others = others
        .map(|l| key(spec, *l, model))
        .collect::<Result<_, _>>()?;
    let plots = plotted(model).into_iter().map(|o| {
        let o = &model.observables[o];
        let series = spec.panes.arms().into_iter().map(|arm| {
            let dash = Dash::nth(arm);
            (label(scenario, arm), arm_colour(arm, dark), dash)
        });
        PlotHead {
            title: o.label.clone(),
            unit: pretty_unit(&o.unit),
            series: series.collect(),
        }
    });
    let factor = micrometres_per_length(model).unwrap_or(1.0);
    let [across, up] = axes(scenario, spec.camera.axis);
    let extent = scenario.grid.extent();
    Ok(Page {
        size: spec.size,
        style: spec.style,
        parts: spec.parts,
        arrangement: spec.arrangement,
        columns: spec.columns,
        title: spec.title.clone().unwrap_or_else(|| scenario.label.clone()),
        panes,
        extent: [extent[across] * factor, extent[up] * factor],
        length_unit: length_unit(model),
        key: key(spec, look, model)?,
        others,
        plots: plots.collect(),
        // A film of one moment shows it within the whole run.
        time: if span[0] < span[1] {
            span
        } else {
            [0.0, scenario.time.duration]
        },
        time_label: time_axis(model),
        time_unit: short_time_unit(model),
        credit: format!(
            "Warmfront {VERSION} · {} · {}",
            model.label,
            first_sentence(&model.caveat)
        ),
    })
}

// What the colours of a look mean.
fn key(spec: &FilmSpec, look: Look, model: &Model) -> Result<Key, SessionError> {
    Ok(match (look, local_of(look)) {
        (_, Some(local)) => {
            let scale = Scale::of(spec, look, local, model)?;
            Key::Bar {
                label: scale.label,
                unit: scale.unit,
                range: scale.range,
                map: Box::new(scale.map),
            }
        }
        (Look::View(view), None) => {
            let channels = spec.channels(model, view);
            let entry = |c: &warmfront_model::Channel| {
                LegendEntry::swatch(model.fields[c.field].label.clone(), c.colour)
            };
            Key::Channels(channels.map(entry).collect())
        }
        (_, None) => Key::Channels(Vec::new()),
    })
}

/// Axes that lie across and up in a plane at right angles to `normal`; in 2D x and y.
pub(super) fn axes(scenario: &Scenario, normal: usize) -> [usize; 2] {
    match normal {
        0 if scenario.grid.is_3d() => [1, 2],
        1 if scenario.grid.is_3d() => [0, 2],
        _ => [0, 1],
    }
}

/// Model time of a frame in words, with as many digits for all frames of a film.
pub(super) fn clock(model: &Model, time: f64, span: [f64; 2]) -> String {
    let digits = match span[1] - span[0] {
        s if s >= 5.0 => 1,
        s if s >= 0.5 => 2,
        _ => 3,
    };
    let text = format!("{time:.digits$}");
    match model.time_unit.as_str() {
        _ if model.clock_unit().is_day() => format!("day {text}"),
        "1" => format!("t = {text}"),
        unit => format!("{text} {unit}"),
    }
}

fn label(scenario: &Scenario, arm: usize) -> String {
    let own = &scenario.arms[arm];
    if own.id == warmfront_model::SINGLE_ARM {
        scenario.label.clone()
    } else {
        own.label.clone()
    }
}
