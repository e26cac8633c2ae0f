//! Arms at every point: outcomes along one axis as lines, over two axes as maps of one arm.

use warmfront_model::{counted, plain};
use warmfront_view::{Figure, ViewError};

use super::super::Varied;
use super::super::outcome::Results;
use super::lines::{Line, Lines, Panel};
use super::shown::{Shown, by_point};
use super::{Drawn, lower, rounded, subtitle, title};
use crate::export::first_sentence;
use crate::synergy::{LEAST_SEEDS, signed};
use crate::units::{number, pretty_unit};

/// What a Bliss excess is, beside its colours or its axis.
const BLISS_EXCESS: &str = "Bliss excess, share of the control (above 0: Bliss synergy)";

/// The arm a map is about: the first combination, or the last arm that is not the control.
fn main_arm(results: &Results<'_>) -> usize {
    let control = results.plan.effects.as_ref().map(|e| e.control);
    let last = (0..results.plan.arms.len())
        .rev()
        .find(|a| Some(*a) != control);
    results.combination_arm(0).or(last).unwrap_or(0)
}

pub(super) fn map_of_arms(results: &Results<'_>) -> Vec<Drawn> {
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
            label: BLISS_EXCESS.to_owned(),
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
    let missing = match values.iter().flatten().any(Option::is_none) {
        true => " n/a: a case failed, or its control has no burden.",
        false => "",
    };
    let text =
        ends.map(|[low, high]| format!("{what}from {} to {}.{missing}", word(low), word(high)));
    let text = text.unwrap_or_default();
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

/// Outcomes along one axis.
pub(super) fn along(results: &Results<'_>) -> Result<Figure, ViewError> {
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
    if let Some(control) = plan
        .effects
        .as_ref()
        .map(|e| e.control)
        .filter(|_| relative)
    {
        let label = &plan.arm_labels[control];
        panels.push(Panel {
            title: format!("{} of {label} itself ({unit})", o.label).replace(" ()", ""),
            reference: None,
            lines: vec![Line {
                label: label.clone(),
                nth: control,
                points: points().map(|p| results.mean_burden(p, control)).collect(),
            }],
        });
    }
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
            title: BLISS_EXCESS.to_owned(),
            reference: Some(0.0),
            lines: bliss,
        });
    }
    let bands = match plan.seeds.len() {
        n if n >= LEAST_SEEDS => {
            format!(" Bands: spread of the mean over {n} start maps (bootstrap).")
        }
        n => format!(" {}: too few for a spread.", counted(n, "start map")),
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
