//! Figures of sweeps and screens. Each says its number in the caption.

mod lines;

use warmfront_model::plain;
use warmfront_view::{
    Bar, BarFigure, BarPanel, Colormap, DoseSide, Figure, HeatMap, HeatMark, IsoboleLevel,
    Isobologram, Marker, Range, Style, Surface, ValueColours, ViewError,
};

use self::lines::{Line, Lines, Panel};
use super::dose::{Measured, Synergy, signed};
use super::outcome::Results;
use super::plan::{Kind, Plan};
use super::sensitivity::Screened;
use super::{Axis, Varied};
use crate::export::first_sentence;
use crate::synergy::{Metric, isoboles};
use crate::units::{clock, number, pretty_unit};

/// Name of a file without its ending, what it shows, and the figure.
pub(super) type Drawn = (String, String, Result<Figure, ViewError>);

/// Size of figures of a matrix, pixels at scale 1.
const SIZE: [f32; 2] = [800.0, 640.0];

/// Most isoboles of a figure.
const MOST_LEVELS: usize = 4;

/// Distance of effects whose isoboles may be drawn.
const LEVEL: f64 = 0.05;

/// Rows of a screen's figure.
const MOST_ROWS: usize = 20;

/// `Inflamed · Tumour …`
fn title(plan: &Plan, what: &str) -> String {
    format!("{}: {what}", plan.base.label)
}

/// Day, grid and seeds in one line.
fn subtitle(plan: &Plan) -> String {
    let [nx, ny, nz] = plan.base.grid.cells;
    let cells = match nz {
        1 => format!("{nx} × {ny}"),
        _ => format!("{nx} × {ny} × {nz}"),
    };
    let at = clock(&plan.base.model, plan.base.time.duration);
    format!(
        "{} · {at}, {cells} cells, {}",
        plan.base.model.label,
        seeds(plan.seeds.len())
    )
}

fn seeds(count: usize) -> String {
    match count {
        1 => "1 seed".to_owned(),
        n => format!("{n} seeds"),
    }
}

fn side(plan: &Plan, axis: &Axis) -> DoseSide {
    let model = &plan.base.model;
    DoseSide {
        label: axis.label(model).to_owned(),
        unit: match axis.varied {
            Varied::Drug(_) => format!("{} per dose", pretty_unit(axis.unit(model)))
                .trim()
                .to_owned(),
            Varied::Parameter(_) => pretty_unit(axis.unit(model)),
        },
        doses: axis
            .amounts(&plan.base)
            .unwrap_or_else(|| axis.values.clone()),
    }
}

/// Amounts from 0 to the largest.
fn amounts(values: &[Vec<Option<f64>>]) -> Result<ValueColours, ViewError> {
    let all = values.iter().flatten().flatten();
    let most = all.fold(0.0_f64, |m, v| m.max(*v));
    let range = Range::linear(0.0, if most > 0.0 { most as f32 } else { 1.0 });
    Ok(ValueColours::Amount(range, Colormap::named("viridis")?))
}

fn differences() -> Result<ValueColours, ViewError> {
    Ok(ValueColours::Difference(None, Colormap::named("balance")?))
}

/// `[x][y]` of something by point.
fn by_point(plan: &Plan, at: impl Fn(usize) -> Option<f64>) -> Vec<Vec<Option<f64>>> {
    let [nx, ny] = plan.shape();
    let column = |x: usize| (0..ny).map(|y| at(y * nx + x)).collect();
    (0..nx).map(column).collect()
}

/// What a heat map shows.
struct Shown {
    title: String,
    values: Vec<Vec<Option<f64>>>,
    label: String,
    caption: String,
    marks: Vec<HeatMark>,
    differs: bool,
}

impl Shown {
    fn colours(&self) -> Result<ValueColours, ViewError> {
        if self.differs {
            differences()
        } else {
            amounts(&self.values)
        }
    }

    fn heat_map(self, plan: &Plan) -> Result<Figure, ViewError> {
        HeatMap {
            colours: self.colours()?,
            title: self.title,
            subtitle: subtitle(plan),
            x: side(plan, &plan.axes[0]),
            y: side(plan, &plan.axes[1]),
            values: self.values,
            value_label: self.label,
            marks: self.marks,
            caption: self.caption,
            footer: first_sentence(&plan.base.model.caveat),
            style: Style::Print,
            size: SIZE,
        }
        .figure()
    }

    fn surface(self, plan: &Plan) -> Result<Figure, ViewError> {
        Surface {
            colours: self.colours()?,
            title: self.title,
            subtitle: subtitle(plan),
            x: side(plan, &plan.axes[0]),
            y: side(plan, &plan.axes[1]),
            values: self.values,
            value_label: self.label,
            caption: self.caption,
            footer: first_sentence(&plan.base.model.caveat),
            style: Style::Print,
            size: SIZE,
        }
        .figure()
    }
}

/// All figures of a sweep.
pub(super) fn sweep(results: &Results<'_>, synergy: Option<&Synergy>) -> Vec<Drawn> {
    let plan = results.plan;
    match (plan.kind, plan.axes.len()) {
        (Kind::DoseMatrix, _) => dose_matrix(results, synergy),
        (Kind::Arms, 1) => vec![(
            "sweep".to_owned(),
            "outcome of each arm along the axis".to_owned(),
            along(results),
        )],
        (Kind::Arms, _) => map_of_arms(results),
    }
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

fn rounded(v: f64) -> f64 {
    crate::units::rounded(v, 3)
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

fn dose_matrix(results: &Results<'_>, synergy: Option<&Synergy>) -> Vec<Drawn> {
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

/// The arm a map is about: the first combination, or the last arm that is not the control.
fn main_arm(results: &Results<'_>) -> usize {
    let control = results.plan.effects.as_ref().map(|e| e.control);
    let last = (0..results.plan.arms.len())
        .rev()
        .find(|a| Some(*a) != control);
    results.combination_arm(0).or(last).unwrap_or(0)
}

fn map_of_arms(results: &Results<'_>) -> Vec<Drawn> {
    let plan = results.plan;
    let arm = main_arm(results);
    let name = &plan.arm_labels[arm];
    let relative = by_point(plan, |p| results.mean_relative(p, arm).map(|m| m.mean));
    let o = &plan.base.model.observables[plan.observable];
    let compared = relative.iter().flatten().any(Option::is_some) && plan.arms.len() > 1;
    let (values, label) = match compared {
        true => (
            relative,
            format!("{} of {name}, relative to control", o.label),
        ),
        false => {
            let unit = pretty_unit(&o.unit);
            let label = format!("{} of {name} ({unit})", o.label).replace(" ()", "");
            (
                by_point(plan, |p| results.mean_burden(p, arm).map(|m| m.mean)),
                label,
            )
        }
    };
    let shown = Shown {
        title: title(plan, &format!("{} of {name}", o.label.to_lowercase())),
        caption: extent(&values, "", false),
        values,
        label,
        marks: Vec::new(),
        differs: false,
    };
    let mut drawn = vec![(
        "heat_map_burden".to_owned(),
        format!("outcome of {name} at every point"),
        shown.heat_map(plan),
    )];
    if let Some(arm) = results.combination_arm(0) {
        let values = by_point(plan, |p| results.mean_bliss(p, 0).map(|m| m.mean));
        let shown = Shown {
            title: title(plan, &format!("Bliss excess of {}", plan.arm_labels[arm])),
            caption: extent(&values, "Bliss excess ", true),
            values,
            label: "Bliss excess effect, share of the control (positive: synergy)".to_owned(),
            marks: Vec::new(),
            differs: true,
        };
        drawn.push((
            "heat_map_bliss".to_owned(),
            "Bliss excess at every point".to_owned(),
            shown.heat_map(plan),
        ));
    }
    drawn
}

/// `From 0.1 to 0.9.`
fn extent(values: &[Vec<Option<f64>>], what: &str, sign: bool) -> String {
    let all = values.iter().flatten().flatten();
    let ends = all.fold(None, |ends: Option<[f64; 2]>, v| {
        let [low, high] = ends.unwrap_or([*v; 2]);
        Some([low.min(*v), high.max(*v)])
    });
    let word = |v: f64| if sign { signed(v) } else { number(rounded(v)) };
    let text = ends.map(|[low, high]| format!("{what}from {} to {}.", word(low), word(high)));
    let text = text.unwrap_or_default();
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

/// Outcomes along one axis.
fn along(results: &Results<'_>) -> Result<Figure, ViewError> {
    let plan = results.plan;
    let model = &plan.base.model;
    let axis = &plan.axes[0];
    let o = &model.observables[plan.observable];
    let points = || 0..plan.points();
    let relative = plan.effects.is_some() && plan.arms.len() > 1;
    let arms = (0..plan.arms.len()).map(|a| Line {
        label: plan.arm_labels[a].clone(),
        nth: a,
        points: points()
            .map(|p| match relative {
                true => results.mean_relative(p, a),
                false => results.mean_burden(p, a),
            })
            .collect(),
    });
    let unit = pretty_unit(&o.unit);
    let mut panels = vec![Panel {
        title: match relative {
            true => format!("{}, relative to the control at the same value", o.label),
            false => format!("{} ({unit})", o.label).replace(" ()", ""),
        },
        reference: relative.then_some(1.0),
        lines: arms.collect(),
    }];
    let bliss: Vec<Line> = (0..results.combinations())
        .map(|c| {
            let arm = results.combination_arm(c).unwrap_or(0);
            Line {
                label: plan.arm_labels[arm].clone(),
                nth: arm,
                points: points().map(|p| results.mean_bliss(p, c)).collect(),
            }
        })
        .collect();
    let mut caption = String::new();
    if !bliss.is_empty() {
        let values: Vec<Vec<Option<f64>>> = bliss
            .iter()
            .map(|l| l.points.iter().map(|m| m.map(|m| m.mean)).collect())
            .collect();
        caption = extent(&values, "Bliss excess ", true);
        panels.push(Panel {
            title: "Bliss excess effect, share of the control (above 0: synergy)".to_owned(),
            reference: Some(0.0),
            lines: bliss,
        });
    }
    let bands = match plan.seeds.len() {
        n if n >= 5 => format!(" Bands: 95 % bootstrap interval of the mean over {n} seeds."),
        n => format!(" {}: too few for an interval.", seeds(n)),
    };
    caption.push_str(&bands);
    let (mark, x) = match axis.varied {
        Varied::Drug(_) => (None, axis.amounts(&plan.base).unwrap_or_default()),
        Varied::Parameter(p) => (Some(plan.base.parameters[p]), axis.values.clone()),
    };
    if let Some(own) = mark {
        caption.push_str(&format!(
            " Dotted upright: the scenario's own value, {}.",
            plain(own)
        ));
    }
    Lines {
        title: title(
            plan,
            &format!("outcome against {}", lower(axis.label(model))),
        ),
        subtitle: subtitle(plan),
        x_label: axis.title(model),
        x,
        log_x: axis.log,
        mark,
        panels,
        caption: caption.trim().to_owned(),
        footer: first_sentence(&model.caveat),
    }
    .figure()
}

/// A label inside a sentence: `MEK inhibitor` stays, `Kill rate` becomes `kill rate`.
fn lower(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.next()) {
        (Some(a), Some(b)) if b.is_lowercase() => {
            a.to_lowercase().chain(label.chars().skip(1)).collect()
        }
        _ => label.to_owned(),
    }
}

/// The most influential parameters of a screen, for its first outcome.
pub(super) fn sensitivity(screened: &Screened<'_>) -> Option<Drawn> {
    let plan = screened.plan;
    let m = screened.measures.first()?;
    let top: Vec<usize> = m.ranked().into_iter().take(MOST_ROWS).collect();
    let bar = |i: &usize| {
        let f = &m.factors[*i];
        Bar {
            value: Some(f.mu_star),
            range: (f.sigma > 0.0).then_some([(f.mu_star - f.sigma).max(0.0), f.mu_star + f.sigma]),
            text: number(rounded(f.mu_star)),
        }
    };
    let mean = |i: &usize| {
        let f = &m.factors[*i];
        Bar {
            value: Some(f.mu),
            range: None,
            text: signed_short(f.mu),
        }
    };
    let rows = top.iter().map(|i| {
        let p = &plan.base.model.parameters[plan.inputs[*i].parameter];
        format!("{} ({})", p.label, confidence(p.confidence))
    });
    let share = number(100.0 * plan.spread);
    let figure = BarFigure {
        title: format!("{}: what {} hangs on", plan.base.label, lower_first(&m.label)),
        subtitle: format!(
            "Morris screen of {} parameters, ±{share} % each, {} trajectories; {} at {}",
            plan.inputs.len(),
            plan.screen.order.len(),
            plan.base.model.label,
            clock(&plan.base.model, plan.base.time.duration)
        ),
        rows: rows.collect(),
        panels: vec![
            BarPanel {
                title: "Influence (mu*)".to_owned(),
                note: "mean absolute change over the parameter's whole range; whisker: ± sigma, interaction or curvature".to_owned(),
                log: false,
                reference: 0.0,
                reference_label: String::new(),
                colours: [[0, 114, 178], [0, 114, 178]],
                bars: top.iter().map(bar).collect(),
            },
            BarPanel {
                title: "Direction (mu)".to_owned(),
                note: "mean change when the parameter rises over its whole range".to_owned(),
                log: false,
                reference: 0.0,
                reference_label: String::new(),
                colours: [[0, 158, 115], [213, 94, 0]],
                bars: top.iter().map(mean).collect(),
            },
        ],
        panel_width: 300.0,
        footer: screened.words().first().cloned().unwrap_or_default(),
        style: Style::Print,
    };
    Some((
        "sensitivity".to_owned(),
        "the most influential parameters".to_owned(),
        figure.figure(),
    ))
}

fn signed_short(v: f64) -> String {
    let text = number(rounded(v));
    if v > 0.0 {
        format!("+{text}")
    } else {
        text.replace('-', "−")
    }
}

fn lower_first(label: &str) -> String {
    if label.starts_with("Bliss") {
        format!("the {label}")
    } else {
        lower(label)
    }
}

/// How sure a parameter is, in a word.
pub(super) fn confidence(confidence: warmfront_model::Confidence) -> &'static str {
    use warmfront_model::Confidence::{Assumed, Derived, Fitted, Measured, Tuned};
    match confidence {
        Measured => "measured",
        Fitted => "fitted",
        Derived => "derived",
        Assumed => "assumed",
        Tuned => "tuned",
    }
}
