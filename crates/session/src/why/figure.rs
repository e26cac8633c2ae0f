//! `why.png`: the share that each link carries, and what is left of the synergy without it.
//!
//! Colours mean something else in each panel, so each panel says what they mean. Bars of the synergy start
//! at 1, where drugs act independently; the first row is the synergy with every link.

use warmfront_view::{Bar, BarFigure, BarPanel, Figure, Rgb, Style};

use super::compared::log_reduction;
use super::reading::{few, part, percent};
use super::{Answer, LEAST, Link, Spread};
use crate::SessionError;
use crate::export::first_sentence;
use crate::units::{cells, clock};
use warmfront_model::Scenario;

/// Above and below the reference (of what a panel shows) (Okabe and Ito's blue and vermilion).
const COLOURS: [Rgb; 2] = [[0x00, 0x72, 0xb2], [0xd5, 0x5e, 0x00]];

/// Bars of every link, the largest share first.
///
/// # Errors
/// A figure that cannot be drawn.
pub fn figure(scenario: &Scenario, answer: &Answer) -> Result<Figure, SessionError> {
    let mut rows = order(answer);
    if answer.fold(0).is_some() {
        rows.insert(0, 0);
    }
    let focus = &answer.arms[answer.focus].1;
    let whole = answer.relative(0, answer.focus).map(|s| s.mean);
    let shared = log_reduction(whole).is_some_and(|l| l.abs() >= LEAST);
    let several = answer.seeds.len() > 1;
    let range = |s: &Spread, f: &dyn Fn(f64) -> f64| several.then(|| [f(s.low), f(s.high)]);
    let bars = |value: &dyn Fn(usize) -> Bar| rows.iter().map(|&r| value(r)).collect();
    let absent = |link: &Link| Bar {
        text: match (link.at_work, &link.failure) {
            (false, _) => "not at work here".to_owned(),
            (true, Some(_)) => "the run failed".to_owned(),
            (true, None) => "no value".to_owned(),
        },
        ..Bar::default()
    };
    let first = if shared {
        let bar = |row: usize| match answer.share(row, answer.focus) {
            Some(s) => Bar {
                value: Some(100.0 * s.mean),
                range: range(&s, &|v| 100.0 * v),
                text: percent(s.mean),
            },
            None if row == 0 => Bar {
                text: whole.map_or(String::new(), |w| {
                    format!("leaves {} of the control", part(w))
                }),
                ..Bar::default()
            },
            None => absent(&answer.links[row]),
        };
        BarPanel {
            title: format!("Share that the link carries, {focus}"),
            note: "% of the log-reduction; blue: the link helps, orange: it works against"
                .to_owned(),
            log: false,
            reference: 0.0,
            reference_label: String::new(),
            colours: COLOURS,
            bars: bars(&bar),
        }
    } else {
        relative_panel(answer, &rows, focus, &absent)
    };
    let second = match answer.fold(0) {
        Some(_) => {
            let bar = |row: usize| match answer.fold(row) {
                Some(s) => Bar {
                    value: Some(s.mean),
                    range: range(&s, &|v| v),
                    text: few(s.mean),
                },
                None => absent(&answer.links[row]),
            };
            Some(BarPanel {
                title: "Bliss synergy without the link".to_owned(),
                note: "fold V1·V2/(Vc·V12), log scale; blue: Bliss synergy (less is left than \
                       independent drugs would leave), orange: Bliss antagonism"
                    .to_owned(),
                log: true,
                reference: 1.0,
                reference_label: "1: independent".to_owned(),
                colours: COLOURS,
                bars: bars(&bar),
            })
        }
        // Without parts to compare with, what is left of the burden says most.
        None if shared => Some(relative_panel(answer, &rows, focus, &absent)),
        None => None,
    };
    let at = clock(&scenario.model, answer.time);
    let seeds = match answer.seeds.len() {
        1 => String::new(),
        n => format!(" Mean of {n} seeds, whiskers from lowest to highest."),
    };
    let figure = BarFigure {
        title: format!("Why: {} · {}", scenario.label, scenario.model.label),
        subtitle: format!(
            "Each link of the model taken away in turn, all arms run again, burden at {at}, {}.{seeds}",
            cells(&scenario.grid)
        ),
        rows: rows
            .iter()
            .map(|&r| answer.links[r].label.clone())
            .collect(),
        panels: [Some(first), second].into_iter().flatten().collect(),
        panel_width: 330.0,
        footer: first_sentence(&scenario.model.caveat),
        style: Style::Print,
    };
    Ok(figure.figure()?)
}

/// Burden left by the arm, relative to its control, without each link.
fn relative_panel(
    answer: &Answer,
    rows: &[usize],
    focus: &str,
    absent: &dyn Fn(&Link) -> Bar,
) -> BarPanel {
    let several = answer.seeds.len() > 1;
    let bar = |row: usize| match answer.relative(row, answer.focus) {
        Some(s) if s.low > 0.0 => Bar {
            value: Some(s.mean),
            range: several.then_some([s.low, s.high]),
            text: part(s.mean),
        },
        _ => absent(&answer.links[row]),
    };
    let whole = answer.relative(0, answer.focus).map_or(1.0, |s| s.mean);
    BarPanel {
        title: "Burden without the link".to_owned(),
        note: format!(
            "{focus}, relative to its control; log scale; blue: more is left without the link, orange: less"
        ),
        log: true,
        reference: whole,
        reference_label: format!("with every link: {}", part(whole)),
        // More burden without it: the link helps.
        colours: COLOURS,
        bars: rows.iter().map(|&r| bar(r)).collect(),
    }
}

/// Rows of the links, largest share first; what has none comes last.
pub(super) fn order(answer: &Answer) -> Vec<usize> {
    let key = |row: &usize| {
        let rest = answer.relative(*row, answer.focus).map(|s| s.mean);
        let share = answer.share(*row, answer.focus).map(|s| s.mean);
        share.or(rest).unwrap_or(f64::NEG_INFINITY)
    };
    let mut rows: Vec<usize> = (1..answer.links.len()).collect();
    rows.sort_by(|a, b| key(b).total_cmp(&key(a)));
    rows
}
