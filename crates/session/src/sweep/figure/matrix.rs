//! A dose matrix: burden and excess by dose as heat maps, the burden as a surface, and isoboles.

use warmfront_model::Better;
use warmfront_view::{Figure, HeatMark, IsoboleLevel, Isobologram, Marker, Style, ViewError};

use super::super::dose::{Measured, Synergy};
use super::super::outcome::Results;
use super::super::plan::Plan;
use super::shown::{Shown, by_point};
use super::{Drawn, SIZE, lower, rounded, subtitle, title};
use crate::effect::Standing;
use crate::export::{first_sentence, one_line};
use crate::synergy::picture::isobole_caption;
use crate::synergy::{Grid, Isobole, Metric, Reason, SHAM_SHORT, Value, capital, isoboles, signed};
use crate::units::number;
/// Most isoboles of a figure.
const MOST_LEVELS: usize = 4;

/// Distances of effects whose isoboles may be drawn; the smaller ones where the larger find none.
const STEPS: [f64; 3] = [0.05, 0.02, 0.01];

/// The compared observable inside a sentence.
fn observable(plan: &Plan) -> String {
    lower(&plan.base.model.observables[plan.observable].label)
}

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
    let (word, best) = match plan.base.model.better(plan.observable) {
        Ok(Better::More) => ("Largest", all.max_by(|a, b| a.1.total_cmp(&b.1))),
        _ => ("Smallest", all.min_by(|a, b| a.1.total_cmp(&b.1))),
    };
    let mut caption = best.map_or_else(String::new, |(at, v)| {
        format!(
            "{word}: {} of the control at {}. {bliss}",
            number(rounded(v)),
            plan.point_labels(at)
        )
    });
    if values.iter().flatten().any(Option::is_none) {
        let why = why_missing(results).unwrap_or("there is no value".to_owned());
        caption.push_str(&format!(" Empty (n/a): {why}."));
    }
    Shown {
        title: title(plan, &format!("{} by dose", observable(plan))),
        values,
        label: burden_label(plan),
        caption,
        marks: Vec::new(),
        differs: false,
    }
}

/// Why the first of the pairs that could not be computed could not.
fn why_missing(results: &Results<'_>) -> Option<String> {
    let mut each = (0..results.plan.points()).filter_map(|p| results.why_missing(p, 0));
    each.next().map(one_line)
}

/// `Bliss synergy: mean excess +0.12 (…).`
fn caption(m: &Measured, seeds: usize) -> String {
    format!("{}: mean excess {}.", capital(&m.verdict()), m.words(seeds))
}

/// Why cells are empty: each reason once, and what stopped a case.
fn reasons(results: &Results<'_>, m: &Measured) -> String {
    let mut text = Reason::sentence(&m.excess);
    if m.reasons().contains(&Reason::Missing)
        && let Some(why) = why_missing(results)
    {
        text.push_str(&format!(" It was stopped: {why}."));
    }
    text
}

/// What the sham experiment says of a number other than Loewe's.
fn sham(m: &Measured) -> String {
    match m.metric {
        Metric::Loewe(_) => String::new(),
        _ => format!(" {SHAM_SHORT}"),
    }
}

pub(super) fn dose_matrix(results: &Results<'_>, synergy: Option<&Synergy>) -> Vec<Drawn> {
    let plan = results.plan;
    let bliss = synergy.map(Synergy::headline).unwrap_or_default();
    let mut drawn = vec![(
        "heat_map_burden".to_owned(),
        format!(
            "{} of every dose pair, relative to no treatment",
            observable(plan)
        ),
        burden_shown(results, &bliss).heat_map(plan),
    )];
    let Some(synergy) = synergy else {
        return drawn;
    };
    for m in &synergy.measured {
        let label = m.metric.label();
        let Some(summary) = &m.summary else { continue };
        let strongest = summary.strongest();
        let values = |grid: &Grid<Value>| {
            let column = |c: &Vec<Value>| c.iter().map(|v| v.ok()).collect();
            grid.iter().map(column).collect()
        };
        let shown = Shown {
            title: title(plan, &format!("{label} excess by dose")),
            values: values(&m.excess),
            label: format!(
                "{label} excess, share of the control (above 0: {})",
                m.metric.standing_words(Standing::More, false)
            ),
            caption: caption(m, synergy.seeds) + &reasons(results, m) + &sham(m),
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
    let what = format!("{} as a surface over both doses", observable(plan));
    surface.title = title(plan, &what);
    drawn.push(("surface".to_owned(), what, surface.surface(plan)));
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
    let most = |effects: &[Value]| effects.iter().flatten().fold(0.0_f64, |a, b| a.max(*b));
    let alone = [0, 1].map(|drug| most(&synergy.matrix.single(drug)));
    let all = synergy.matrix.effects().concat();
    let pair = most(&all);
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
    words.push_str(" Between doses, lines are interpolated in the logarithm of the dose, below the smallest one in the dose.");
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
