//! What the numbers of a row say, as a sentence. Nothing here knows any link: the words follow the numbers.

use super::compared::log_reduction;
use super::{Answer, LEAST};
use crate::units::rounded;

/// Shares below this are nothing to speak of.
const LITTLE: f64 = 0.05;

/// Shares below this would be written as 0.
const NOTHING: f64 = 0.005;

/// Shares above this are most of it.
const MOST: f64 = 0.5;

/// Share of a single arm that is worth saying.
const SINGLE: f64 = 0.2;

/// Factor between folds that counts as a change of synergy.
const FOLDS: f64 = 1.2;

/// Change of the control that is worth saying.
const CONTROL: f64 = 0.05;

/// The sentence of a row.
pub(super) fn reading(answer: &Answer, row: usize) -> String {
    let link = &answer.links[row];
    if !link.at_work {
        return "not at work in this scenario".to_owned();
    }
    if let Some(failure) = &link.failure {
        return format!("could not be run: {}", failure.lines().next().unwrap_or(""));
    }
    let focus = answer.focus;
    let name = name(answer, focus);
    let (Some(whole), Some(rest)) = (answer.relative(0, focus), answer.relative(row, focus)) else {
        return "not run".to_owned();
    };
    let (whole, rest) = (whole.mean, rest.mean);
    let effect = log_reduction(Some(whole)).unwrap_or(f64::INFINITY);
    if row == 0 {
        return begin(answer, whole, effect, name);
    }
    let mut clauses = vec![match answer.share(row, focus).map(|s| s.mean) {
        _ if effect.abs() < LEAST => format!(
            "the {name} does nothing that could be shared out; without it {} of the control is left",
            part(rest)
        ),
        None => format!(
            "{} of the control is left instead of {}",
            part(rest),
            part(whole)
        ),
        Some(share) if effect < 0.0 => harm(share, name, whole, rest),
        Some(share) => help(share, name, whole, rest),
    }];
    clauses.extend(synergy(answer, row));
    clauses.extend(single(answer, row));
    if let (Some(a), Some(b)) = (
        answer.burden(0, answer.control),
        answer.burden(row, answer.control),
    ) {
        let change = b.mean / a.mean - 1.0;
        if change.abs() >= CONTROL {
            let mut clause = format!("the control itself changes by {}", signed(change));
            if let (Some(a), Some(b)) = (answer.burden(0, focus), answer.burden(row, focus)) {
                let own = signed(b.mean / a.mean - 1.0);
                clause.push_str(&format!(", so the burden of the {name} changes by {own}"));
            }
            clauses.push(clause);
        }
    }
    clauses.join("; ")
}

fn name(answer: &Answer, arm: usize) -> &str {
    let (id, label) = &answer.arms[arm];
    if label.is_empty() { id } else { label }
}

fn begin(answer: &Answer, whole: f64, effect: f64, name: &str) -> String {
    let what = match effect {
        e if e < -LEAST => "more than the control has",
        e if e < LEAST => "about what the control has",
        _ => "of the control",
    };
    let mut text = format!("the {name} leaves {} {what}", part(whole));
    if let Some(fold) = answer.fold(0) {
        let verdict = match fold.mean {
            f if f > 1.0 => "less than independent effects (Bliss) would leave",
            _ => "more than independent effects (Bliss) would leave",
        };
        text.push_str(&format!(
            ", {} times {verdict}",
            few(fold.mean.max(1.0 / fold.mean))
        ));
    }
    text
}

fn help(share: f64, name: &str, whole: f64, rest: f64) -> String {
    let left = left(whole, rest);
    match share {
        s if s >= MOST => format!(
            "{left}; it carries most of the log-reduction by the {name} ({})",
            percent(s)
        ),
        s if s >= LITTLE => format!(
            "{left}; it carries {} of the log-reduction by the {name}",
            percent(s)
        ),
        s if s.abs() < NOTHING => "changes nothing here".to_owned(),
        s if s > -LITTLE => format!(
            "changes little ({} of the log-reduction): {left}",
            percent(s)
        ),
        s if s <= -1.0 => format!("holds the {name} back: {left}"),
        s => format!(
            "works against the {name}: {left}, {} more log-reduction",
            percent(-s)
        ),
    }
}

fn harm(share: f64, name: &str, whole: f64, rest: f64) -> String {
    let left = left(whole, rest);
    match share {
        s if s >= LITTLE => format!("carries {} of the harm of the {name}: {left}", percent(s)),
        s if s.abs() < NOTHING => "changes nothing here".to_owned(),
        s if s > -LITTLE => format!("changes little of the harm: {left}"),
        _ => format!("holds the harm of the {name} down: {left}"),
    }
}

/// What happens to the relative burden.
fn left(whole: f64, rest: f64) -> String {
    let verb = if rest < whole { "falls" } else { "rises" };
    let by = match rest / whole - 1.0 {
        by if by.abs() < 0.005 || !by.is_finite() => String::new(),
        by if by > 1.0 => format!(" ({} times)", few(rest / whole)),
        by => format!(" ({})", signed(by)),
    };
    format!(
        "without it the burden {verb} from {} to {} of the control{by}",
        part(whole),
        part(rest)
    )
}

fn synergy(answer: &Answer, row: usize) -> Option<String> {
    let (with, without) = (answer.fold(0)?.mean, answer.fold(row)?.mean);
    let verb = match without / with {
        q if q <= 1.0 / FOLDS => "falls",
        q if q >= FOLDS => "rises",
        _ => return None,
    };
    let (with_it, without_it) = (few(with), few(without));
    Some(if with >= 1.0 {
        format!("the Bliss synergy {verb} from {with_it}-fold to {without_it}-fold")
    } else {
        format!("the fold {verb} from {with_it}, Bliss antagonism, to {without_it}")
    })
}

/// The part of the combination whose effect the link carries most.
fn single(answer: &Answer, row: usize) -> Option<String> {
    let shares = answer.singles.iter().filter_map(|&arm| {
        let share = answer.share(row, arm)?.mean;
        Some((arm, share))
    });
    let (arm, share) = shares.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let name = name(answer, arm);
    let both = [
        answer.relative(0, arm)?.mean,
        answer.relative(row, arm)?.mean,
    ];
    let [whole, rest] = both.map(part);
    let moves = format!("with the {name} alone the burden goes from {whole} to {rest}");
    match share {
        s if s >= SINGLE => Some(format!("{moves} ({} of its log-reduction)", percent(s))),
        s if s <= -SINGLE => Some(format!("{moves} ({} more log-reduction)", percent(-s))),
        _ => None,
    }
}

/// `34 %`, with a true minus and without a negative zero.
pub fn percent(share: f64) -> String {
    let whole = (100.0 * share).round() + 0.0;
    format!("{whole:.0} %").replace('-', "\u{2212}")
}

fn signed(change: f64) -> String {
    let sign = if change < 0.0 { '\u{2212}' } else { '+' };
    format!("{sign}{:.0} %", 100.0 * change.abs())
}

/// A share of the control: two decimals where that says something.
pub(super) fn part(value: f64) -> String {
    match value {
        v if v >= 0.0995 => format!("{v:.2}"),
        v => rounded(v, 2).to_string(),
    }
}

pub(super) fn few(value: f64) -> String {
    match value.abs() {
        v if v >= 10_000.0 => format!("{value:.1e}"),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
