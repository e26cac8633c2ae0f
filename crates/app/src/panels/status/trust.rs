//! How far numbers can be trusted.
//!
//! Five numbers, each with a limit for good and one for fair. The badge is as bad as the worst of them.
//!
//! A start is not smooth: what begins at zero rises faster than the first steps follow. Three of the numbers are the
//! worst or the mean of the last ticks, so they tell of the start for a while; until then they are said to settle,
//! not to be fair or poor.

use eframe::egui::{Color32, Painter, Pos2, Shape, Stroke, vec2};
use warmfront_view::number::format_number;

use crate::state::{ALLOWED_ERROR, Health};
use crate::worker::REMEMBERED_TICKS;

/// Ticks in which a start is rough, at most.
const ROUGH: u64 = 10;

/// Ticks until the rough ones are no longer among the last ones.
const SETTLING: u64 = ROUGH + REMEMBERED_TICKS as u64;

/// Share of a field's turnover that a tick may make or lose beyond its processes.
const ALLOWED_IMBALANCE: f64 = 0.01;

/// How far, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    Waiting,
    Good,
    /// Beyond the limit for good, because of the start.
    Settling,
    Fair,
    Poor,
    Lost,
}

/// One number with its limit.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) value: String,
    pub(super) limit: String,
    pub(super) help: &'static str,
    pub(super) trust: Trust,
}

/// All numbers.
pub(super) fn checks(health: &Health, tolerance: f64) -> Vec<Check> {
    let percent = |v: f64| format!("{} %", format_number(100.0 * v));
    let below = |v: f64, good: f64, fair: f64| match v {
        v if !v.is_finite() => Trust::Lost,
        v if v <= good => Trust::Good,
        v if v <= fair => Trust::Fair,
        _ => Trust::Poor,
    };
    let starts = health.ticks <= SETTLING;
    let settling = |trust: Trust| match trust {
        Trust::Fair | Trust::Poor if starts => Trust::Settling,
        trust => trust,
    };
    let margin = match health.step_margin {
        m if m.is_nan() => Trust::Lost,
        m if m >= 1.0 || m == 0.0 => Trust::Good,
        m if m >= 0.1 => Trust::Fair,
        _ => Trust::Poor,
    };
    let smallest = match health.smallest {
        s if !s.is_finite() => Trust::Lost,
        s if s >= -1e-6 => Trust::Good,
        _ => Trust::Poor,
    };
    let error = below(health.time_error, ALLOWED_ERROR, 5.0 * ALLOWED_ERROR);
    let balance = below(health.mass_residual, ALLOWED_IMBALANCE, ALLOWED_ERROR);
    vec![
        Check {
            name: "Linear solves",
            meaning: "Largest error that a linear solve left in a field, relative to the change of the field \
                      in a stage of a tick.",
            value: format_number(health.residual),
            limit: format!("at most {}", format_number(2.0 * tolerance)),
            help: "Ask for more cycles of the solver in the scenario's numerics, or a shorter step.",
            // A solve ends at the first cycle below the tolerance, give or take rounding.
            trust: below(health.residual, 2.0 * tolerance, 10.0 * tolerance),
        },
        Check {
            name: "Mass balance",
            meaning: "What a tick made or lost beyond its processes and its walls, relative to the turnover of \
                      the field; mean over all ticks, worst field.",
            value: percent(health.mass_residual),
            limit: format!("at most {}", percent(ALLOWED_IMBALANCE)),
            help: "Take a shorter step, or ask for more fixed-point iterations (`picard`) in the scenario's \
                   numerics: rates are taken at a first guess of each stage.",
            trust: settling(balance),
        },
        Check {
            name: "Smallest value",
            meaning: "Of any field, relative to its scale. Nothing here can be negative.",
            value: format_number(health.smallest),
            limit: "not below 0".to_owned(),
            help: "Take a shorter step.",
            trust: smallest,
        },
        Check {
            name: "Step margin",
            meaning: "Allowed over estimated error of a step; worst field of the last ticks.",
            value: format_number(health.step_margin),
            limit: "at least 1".to_owned(),
            help: "Steps are longer than the scenario's tolerance allows. Take a shorter step.",
            trust: settling(margin),
        },
        Check {
            name: "Error of a step",
            meaning: "Estimated relative error of one step: of the time scheme, and what the linear solves and \
                      rates at a first guess leave; worst field of the last ticks. \
                      Fields that follow a dose have the largest; it does not add up.",
            value: percent(health.time_error),
            limit: format!("at most {}", percent(ALLOWED_ERROR)),
            help: "Compare with a run at half the step before you rely on single numbers.",
            trust: settling(error),
        },
    ]
}

/// The worst of all.
pub(super) fn worst(health: &Health, checks: &[Check]) -> Trust {
    if health.ticks == 0 {
        return Trust::Waiting;
    }
    let all = checks.iter().map(|c| c.trust);
    all.max().unwrap_or(Trust::Waiting)
}

/// What the badge says when the pointer is on it: the worst number, its limit and what it measures.
pub(super) fn reason(health: &Health, checks: &[Check]) -> String {
    let worst = worst(health, checks);
    let found = checks.iter().find(|c| c.trust == worst);
    let Some(check) = found.filter(|_| worst > Trust::Good) else {
        return "How far the numbers can be trusted. Click for more.".to_owned();
    };
    let mut text = format!(
        "{}: {} ({}). {}",
        check.name, check.value, check.limit, check.meaning
    );
    if worst == Trust::Settling {
        text.push_str(&format!("\n{}", settles()));
    }
    text.push_str("\nClick for more.");
    text
}

/// Why a number is not judged yet.
pub(super) fn settles() -> String {
    format!(
        "A start is not smooth: what begins at zero rises faster than the first steps follow. This passes, and is \
         judged after {SETTLING} ticks."
    )
}

impl Trust {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Good => "good",
            Self::Settling => "settling",
            Self::Fair => "fair",
            Self::Poor => "poor",
            Self::Lost => "lost",
        }
    }

    fn colour(self) -> Color32 {
        match self {
            Self::Waiting => Color32::GRAY,
            Self::Good => Color32::from_rgb(0, 158, 115),
            Self::Settling => Color32::from_rgb(86, 180, 233),
            Self::Fair => Color32::from_rgb(230, 159, 0),
            Self::Poor | Self::Lost => Color32::from_rgb(213, 60, 40),
        }
    }

    // A ring, a disc, a ring with a disc, a triangle, a square: nobody needs the colour to tell them apart.
    pub(super) fn paint(self, painter: &Painter, centre: Pos2) {
        let (r, colour) = (5.0, self.colour());
        match self {
            Self::Waiting => {
                painter.circle_stroke(centre, r, Stroke::new(1.5, colour));
            }
            Self::Good => {
                painter.circle_filled(centre, r, colour);
            }
            Self::Settling => {
                painter.circle_stroke(centre, r, Stroke::new(1.5, colour));
                painter.circle_filled(centre, 0.5 * r, colour);
            }
            Self::Fair => {
                let corners = [vec2(0.0, -r), vec2(r, 0.8 * r), vec2(-r, 0.8 * r)];
                let corners = corners.map(|c| centre + c).to_vec();
                painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
            }
            Self::Poor | Self::Lost => {
                let rect = eframe::egui::Rect::from_center_size(centre, vec2(1.8 * r, 1.8 * r));
                painter.rect_filled(rect, 0.0, colour);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(change: impl Fn(&mut Health)) -> &'static str {
        let mut health = Health {
            ticks: 100,
            residual: 1e-4,
            step_margin: 3.0,
            ..Health::default()
        };
        change(&mut health);
        worst(&health, &checks(&health, 1e-3)).word()
    }

    #[test]
    fn the_badge_is_as_bad_as_the_worst_number() {
        assert_eq!(word(|_| {}), "good");
        assert_eq!(word(|h| h.ticks = 0), "waiting");
        assert_eq!(word(|h| h.residual = 5e-3), "fair");
        assert_eq!(word(|h| h.residual = 1.0), "poor");
        assert_eq!(word(|h| h.residual = f64::NAN), "lost");
        assert_eq!(word(|h| h.mass_residual = 0.02), "fair");
        assert_eq!(word(|h| h.mass_residual = 0.1), "poor");
        assert_eq!(word(|h| h.smallest = -1e-3), "poor");
        assert_eq!(word(|h| h.step_margin = 0.5), "fair");
        assert_eq!(word(|h| h.step_margin = 0.01), "poor");
        assert_eq!(word(|h| h.time_error = 0.1), "fair");
        assert_eq!(word(|h| h.time_error = 0.5), "poor");
        let early = |h: &mut Health| {
            h.ticks = 12;
            h.step_margin = 0.01;
        };
        assert_eq!(word(early), "settling");
        // A start excuses no solve that failed, and no value below zero.
        let failed = |h: &mut Health| {
            early(h);
            h.residual = 1.0;
        };
        assert_eq!(word(failed), "poor");
        assert_eq!(
            word(|h| (h.ticks, h.step_margin) = (SETTLING + 1, 0.01)),
            "poor"
        );
    }

    #[test]
    fn the_badge_says_what_is_measured_and_that_it_settles() {
        let health = Health {
            ticks: 12,
            step_margin: 0.01,
            ..Health::default()
        };
        let text = reason(&health, &checks(&health, 1e-3));
        assert!(text.contains("Step margin: 0.01 (at least 1)"), "{text}");
        assert!(text.contains("judged after 20 ticks"), "{text}");
    }
}
