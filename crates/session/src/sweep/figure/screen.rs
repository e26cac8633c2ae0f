//! A screen: the most influential parameters as bars, the strongest first.

use warmfront_model::counted;
use warmfront_view::{Bar, BarFigure, BarPanel, Style};

use super::super::sensitivity::Screened;
use super::{Drawn, lower, rounded};
use crate::units::{cells, clock, number};
/// Rows of a screen's figure.
const MOST_ROWS: usize = 20;

/// The most influential parameters of a screen, for its first outcome.
pub(in crate::sweep) fn sensitivity(screened: &Screened<'_>) -> Option<Drawn> {
    let plan = screened.plan;
    let m = screened.measures.first()?;
    let top: Vec<usize> = m.ranked().into_iter().take(MOST_ROWS).collect();
    let bar = |i: &usize| {
        let f = &m.factors[*i];
        Bar {
            value: Some(f.mu_star),
            range: None,
            text: format!(
                "{} (sigma {})",
                number(rounded(f.mu_star)),
                number(crate::units::rounded(f.sigma, 2))
            ),
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
    let share = number(rounded(100.0 * plan.spread));
    let figure = BarFigure {
        title: format!(
            "{}: what {} hangs on",
            plan.base.label,
            lower_first(&m.label)
        ),
        subtitle: format!(
            "Morris screen of {}, ±{share} % each, {}; {} at {}, {}, one seed",
            counted(plan.inputs.len(), "parameter"),
            counted(plan.screen.order.len(), "trajectory"),
            plan.base.model.label,
            clock(&plan.base.model, plan.base.time.duration),
            cells(&plan.base.grid)
        ),
        rows: rows.collect(),
        panels: vec![
            BarPanel {
                title: "Influence (mu*)".to_owned(),
                note: format!(
                    "mean absolute change over ±{share} %; sigma: interaction or curvature, not an error"
                ),
                log: false,
                reference: 0.0,
                reference_label: String::new(),
                colours: [[0, 114, 178], [0, 114, 178]],
                bars: top.iter().map(bar).collect(),
            },
            BarPanel {
                title: "Direction (mu)".to_owned(),
                note: format!("mean change when the parameter rises from −{share} % to +{share} %"),
                log: false,
                reference: 0.0,
                reference_label: String::new(),
                colours: [[0, 158, 115], [213, 94, 0]],
                bars: top.iter().map(mean).collect(),
            },
        ],
        panel_width: 340.0,
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
pub(in crate::sweep) fn confidence(confidence: warmfront_model::Confidence) -> &'static str {
    use warmfront_model::Confidence::{Assumed, Derived, Fitted, Measured, Tuned};
    match confidence {
        Measured => "measured",
        Fitted => "fitted",
        Derived => "derived",
        Assumed => "assumed",
        Tuned => "tuned",
    }
}
