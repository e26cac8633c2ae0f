//! A dose matrix: burden and excess by dose as heat maps, the burden as a surface, and isoboles.

use warmfront_view::{Figure, HeatMark, IsoboleLevel, Isobologram, Marker, Style, ViewError};

use super::super::dose::{Measured, Synergy, signed};
use super::super::outcome::Results;
use super::super::plan::Plan;
use super::shown::{Shown, by_point};
use super::{Drawn, SIZE, rounded, subtitle, title};
use crate::export::first_sentence;
use crate::synergy::{Metric, isoboles};
use crate::units::number;
/// Most isoboles of a figure.
const MOST_LEVELS: usize = 4;

/// Distance of effects whose isoboles may be drawn.
const LEVEL: f64 = 0.05;

fn burden_label(plan: &Plan) -> String {
    let o = &plan.base.model.observables[plan.observable];
    format!("{}, relative to no treatment", o.label)
}

fn burden_shown(results: &Results<'_>, bliss: &str) -> Shown {
    let plan = results.plan;
    let values = by_point(plan, |p| results.mean_relative(p, 0).map(|m| m.mean));
    let all = values.iter().enumerate().flat_map(|(x, column)| {
        column
            .iter()
            .enumerate()
            .filter_map(move |(y, v)| Some(([x, y], (*v)?)))
    });
    let least = all.min_by(|a, b| a.1.total_cmp(&b.1));
    let caption = least.map_or_else(String::new, |(at, v)| {
        format!(
            "Smallest: {} of the control at {}. {bliss}",
            number(rounded(v)),
            plan.point_words(at)
        )
    });
    Shown {
        title: title(plan, "burden by dose"),
        values,
        label: burden_label(plan),
        caption,
        marks: Vec::new(),
        differs: false,
    }
}

/// `Mean Bliss excess +0.12 (…): more than additive.`
fn caption(m: &Measured, seeds: usize) -> String {
    format!(
        "Mean {} excess {}: {}.",
        m.metric.label(),
        m.words(seeds),
        m.verdict()
    )
}

pub(super) fn dose_matrix(results: &Results<'_>, synergy: Option<&Synergy>) -> Vec<Drawn> {
    let plan = results.plan;
    let bliss = synergy.and_then(|s| s.bliss().map(|m| caption(m, s.seeds)));
    let bliss = bliss.unwrap_or_default();
    let mut drawn = vec![(
        "heat_map_burden".to_owned(),
        "burden of every dose pair, relative to no treatment".to_owned(),
        burden_shown(results, &bliss).heat_map(plan),
    )];
    let Some(synergy) = synergy else {
        return drawn;
    };
    for m in &synergy.measured {
        let label = m.metric.label();
        let Some(summary) = &m.summary else { continue };
        let values = |grid: &crate::synergy::Grid<crate::synergy::Value>| {
            let column = |c: &Vec<crate::synergy::Value>| c.iter().map(|v| v.ok()).collect();
            grid.iter().map(column).collect()
        };
        let shown = Shown {
            title: title(plan, &format!("{label} excess by dose")),
            values: values(&m.excess),
            label: format!("{label} excess effect, share of the control (positive: synergy)"),
            caption: caption(m, synergy.seeds),
            marks: vec![HeatMark {
                cell: summary.largest.cell,
                label: format!("largest: {}", signed(summary.largest.excess)),
                marker: Marker::nth(0),
            }],
            differs: true,
        };
        drawn.push((
            format!("heat_map_{}", label.to_lowercase()),
            format!("{label} excess of every dose pair"),
            shown.heat_map(plan),
        ));
    }
    let mut surface = burden_shown(results, &bliss);
    surface.title = title(plan, "burden as a surface over both doses");
    drawn.push((
        "surface".to_owned(),
        "burden as a surface over both doses".to_owned(),
        surface.surface(plan),
    ));
    if let Some(figure) = isobologram(plan, synergy) {
        drawn.push((
            "isoboles".to_owned(),
            "dose pairs of equal effect".to_owned(),
            figure,
        ));
    }
    drawn
}

/// Effects that both drugs reach alone, so that each has an additive line; without such effects those that
/// the pair reaches.
fn levels(synergy: &Synergy) -> Vec<f64> {
    let most = |effects: &mut dyn Iterator<Item = f64>| effects.fold(0.0_f64, f64::max);
    let alone = [0, 1].map(|drug| most(&mut synergy.matrix.single(drug).into_iter()));
    let pair = most(&mut synergy.matrix.effects().iter().flatten().copied());
    let both = alone[0].min(alone[1]);
    let top = if both > LEVEL { both } else { pair };
    let count = ((top / LEVEL).ceil() as usize).saturating_sub(1);
    let mut steps: Vec<usize> = (1..=MOST_LEVELS)
        .map(|k| (k * count).div_ceil(MOST_LEVELS))
        .collect();
    steps.dedup();
    steps.retain(|k| *k > 0);
    steps.into_iter().map(|k| k as f64 * LEVEL).collect()
}

fn isobologram(plan: &Plan, synergy: &Synergy) -> Option<Result<Figure, ViewError>> {
    let levels: Vec<IsoboleLevel> = isoboles(&synergy.matrix, &levels(synergy))
        .into_iter()
        .filter(|l| !l.lines.is_empty())
        .map(|l| IsoboleLevel {
            label: format!("{:.0} % effect", 100.0 * l.level),
            lines: l.lines,
            additive: l.additive,
        })
        .collect();
    if levels.is_empty() {
        return None;
    }
    let loewe = synergy
        .measured
        .iter()
        .find(|m| matches!(m.metric, Metric::Loewe(_)));
    let caption = match loewe.filter(|m| m.summary.is_some()) {
        Some(m) => format!(
            "A line below its dashed one needs less of both drugs. {}",
            caption(m, synergy.seeds)
        ),
        None => {
            "A line below its dashed one needs less of both drugs than additive doses.".to_owned()
        }
    };
    let figure = Isobologram {
        title: title(plan, "dose pairs of equal effect"),
        subtitle: subtitle(plan),
        x_label: plan.axes[0].title(&plan.base.model),
        y_label: plan.axes[1].title(&plan.base.model),
        levels,
        limits: None,
        caption,
        footer: first_sentence(&plan.base.model.caveat),
        style: Style::Print,
        size: SIZE,
    };
    Some(figure.figure())
}
