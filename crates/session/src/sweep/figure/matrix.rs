//! A dose matrix: burden and excess by dose as heat maps, the burden as a surface, and isoboles.

use warmfront_view::{Figure, HeatMark, IsoboleLevel, Isobologram, Marker, Style, ViewError};

use super::super::dose::{Measured, Synergy, signed};
use super::super::outcome::Results;
use super::super::plan::Plan;
use super::shown::{Shown, by_point};
use super::{Drawn, SIZE, rounded, subtitle, title};
use crate::export::first_sentence;
use crate::synergy::picture::isobole_caption;
use crate::synergy::{Isobole, Metric, Reason, isoboles};
use crate::units::number;
/// Most isoboles of a figure.
const MOST_LEVELS: usize = 4;

/// Distances of effects whose isoboles may be drawn; the smaller ones where the larger find none.
const STEPS: [f64; 3] = [0.05, 0.02, 0.01];

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
            plan.point_labels(at)
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
        let strongest = summary.strongest();
        let values = |grid: &crate::synergy::Grid<crate::synergy::Value>| {
            let column = |c: &Vec<crate::synergy::Value>| c.iter().map(|v| v.ok()).collect();
            grid.iter().map(column).collect()
        };
        let shown = Shown {
            title: title(plan, &format!("{label} excess by dose")),
            values: values(&m.excess),
            label: format!("{label} excess effect, share of the control (positive: synergy)"),
            caption: caption(m, synergy.seeds) + &Reason::sentence(&m.excess),
            marks: vec![HeatMark {
                cell: strongest.cell,
                label: format!(
                    "{}: {} at {}",
                    summary.strongest_words(),
                    signed(strongest.excess),
                    strongest.place(&synergy.matrix)
                ),
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

/// Isoboles of effects that both drugs reach alone, so that each has an additive line; without such effects
/// those that the pair reaches. Lines below the smallest doses are left out: they are straight by
/// construction.
fn drawn_isoboles(synergy: &Synergy) -> Vec<Isobole> {
    let most = |effects: &mut dyn Iterator<Item = f64>| effects.fold(0.0_f64, f64::max);
    let alone = [0, 1].map(|drug| most(&mut synergy.matrix.single(drug).into_iter()));
    let pair = most(&mut synergy.matrix.effects().iter().flatten().copied());
    for step in STEPS {
        for top in [alone[0].min(alone[1]), pair] {
            let count = ((top / step).ceil() as usize).saturating_sub(1);
            let levels: Vec<f64> = (1..=count).map(|k| k as f64 * step).collect();
            let mut found = isoboles(&synergy.matrix, &levels);
            found.retain(|i| !i.is_below_smallest_dose(&synergy.matrix));
            if !found.is_empty() {
                return spread(found);
            }
        }
    }
    Vec::new()
}

/// As many as fit into a figure, at even distances up to the last.
fn spread(all: Vec<Isobole>) -> Vec<Isobole> {
    let count = all.len();
    let kept = |i: usize| (1..=MOST_LEVELS).any(|k| (k * count).div_ceil(MOST_LEVELS) == i + 1);
    let each = all.into_iter().enumerate().filter(|(i, _)| kept(*i));
    each.map(|(_, isobole)| isobole).collect()
}

fn isobologram(plan: &Plan, synergy: &Synergy) -> Option<Result<Figure, ViewError>> {
    let found = drawn_isoboles(synergy);
    if found.is_empty() {
        return None;
    }
    let mut words = isobole_caption(&found, &synergy.matrix);
    let loewe = synergy
        .measured
        .iter()
        .find(|m| matches!(m.metric, Metric::Loewe(_)));
    if let Some(m) = loewe.filter(|m| m.summary.is_some()) {
        words.push_str(&format!(" {}", caption(m, synergy.seeds)));
    }
    words.push_str(" Between doses, lines are interpolated: in the logarithm of the dose, below the smallest one in the dose.");
    let levels = found.into_iter().map(|l| IsoboleLevel {
        label: format!("{:.0} % effect", 100.0 * l.level),
        lines: l.lines,
        additive: l.additive,
    });
    let figure = Isobologram {
        title: title(plan, "dose pairs of equal effect"),
        subtitle: subtitle(plan),
        x_label: plan.axes[0].title(&plan.base.model),
        y_label: plan.axes[1].title(&plan.base.model),
        levels: levels.collect(),
        limits: None,
        caption: words,
        footer: first_sentence(&plan.base.model.caveat),
        style: Style::Print,
        size: SIZE,
    };
    Some(figure.figure())
}
