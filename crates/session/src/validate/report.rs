//! What came of each target: a table, JSON, and a Markdown page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use warmfront_model::validation::{
    Expected, Goal, Measure, Picture, Point, Role, Shows, Validation,
};
use warmfront_model::{counted, plain};
use warmfront_view::number::format_number;

use super::measure::Measuring;
use super::{Plan, Seen};
use crate::units::pretty_unit;

/// What a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Inside what is accepted.
    Pass,
    /// Outside, and the file says so.
    KnownMiss,
    /// Outside because the two are not the same thing; the file says why.
    Flagged,
    /// Outside, and nobody knew.
    Miss,
}

impl Verdict {
    /// The verdict in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::KnownMiss => "miss (known)",
            Self::Flagged => "flagged",
            Self::Miss => "MISS",
        }
    }
}

/// One target and what came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Index of the target.
    pub target: usize,
    /// The numbers, one per point of a curve, or why there are none.
    pub found: Result<Vec<f64>, String>,
    /// Verdict.
    pub verdict: Verdict,
}

/// Everything that came out.
#[derive(Debug)]
pub struct Report<'a> {
    /// What the model is held to.
    pub validation: &'a Validation,
    /// What was seen of the cases.
    pub seen: BTreeMap<usize, Seen>,
    /// By target, in file order.
    pub findings: Vec<Finding>,
    /// The adapter that computed it.
    pub adapter: String,
}

impl<'a> Report<'a> {
    pub(super) fn new(plan: &Plan<'a>, seen: BTreeMap<usize, Seen>, adapter: &str) -> Self {
        let validation = plan.validation;
        let measuring = Measuring {
            validation,
            seen: &seen,
        };
        let each = plan.targets.iter().map(|&target| {
            let goal = &validation.targets[target];
            let found = numbers(&measuring, goal);
            let verdict = verdict(goal, &found);
            Finding {
                target,
                found,
                verdict,
            }
        });
        let findings = each.collect();
        Self {
            validation,
            findings,
            seen,
            adapter: adapter.to_owned(),
        }
    }

    /// Whether nothing was missed that the file does not know of.
    pub fn pass(&self) -> bool {
        self.findings.iter().all(|f| f.verdict != Verdict::Miss)
    }

    /// Ids of the targets that were missed and nobody knew.
    pub fn missed(&self) -> Vec<&str> {
        let missed = self.findings.iter().filter(|f| f.verdict == Verdict::Miss);
        missed.map(|f| self.goal(f).id.as_str()).collect()
    }

    /// Wall time of all cases, seconds.
    pub fn seconds(&self) -> f64 {
        self.seen.values().map(|s| s.seconds).sum()
    }

    /// The target of a finding.
    pub fn goal(&self, finding: &Finding) -> &'a Goal {
        &self.validation.targets[finding.target]
    }

    fn count(&self, verdict: Verdict) -> usize {
        self.findings
            .iter()
            .filter(|f| f.verdict == verdict)
            .count()
    }

    /// Tests of the model by published numbers that did not go in: met, and all.
    pub fn tests(&self) -> [usize; 2] {
        let own = || {
            let tests = |f: &&Finding| self.goal(f).role == Some(Role::Test);
            self.findings.iter().filter(tests)
        };
        let met = own().filter(|f| f.verdict == Verdict::Pass).count();
        [met, own().count()]
    }

    /// `23 of 27 targets met, 2 missed as known, 1 flagged, 1 missed unexpectedly; published numbers that did not
    /// go in and could be missed: 0 of 1 met`
    pub fn sentence(&self) -> String {
        let [met, all] = self.tests();
        format!(
            "{} of {} targets met, {} missed as known, {} flagged, {} missed unexpectedly; published numbers that did not go in and could be missed: {}",
            self.count(Verdict::Pass),
            self.findings.len(),
            self.count(Verdict::KnownMiss),
            self.count(Verdict::Flagged),
            self.count(Verdict::Miss),
            match all {
                0 => "none among them".to_owned(),
                _ => format!("{met} of {all} met"),
            }
        )
    }

    /// For people at a terminal: one line per target, and below it what a miss needs.
    pub fn table(&self) -> String {
        let mut lines =
            vec![["#", "target", "accepted", "simulated", "", "evidence"].map(str::to_owned)];
        for f in &self.findings {
            let g = self.goal(f);
            lines.push([
                g.number.clone(),
                g.label.clone(),
                accepted(g),
                briefly(g, f),
                f.verdict.words().to_owned(),
                evidence(g),
            ]);
        }
        let wide: [usize; 6] = std::array::from_fn(|c| {
            lines
                .iter()
                .map(|l| l[c].chars().count())
                .max()
                .unwrap_or(0)
        });
        let mut text = String::new();
        for (i, line) in lines.iter().enumerate() {
            let mut row = String::new();
            for (cell, w) in line.iter().zip(wide) {
                let pad = w.saturating_sub(cell.chars().count());
                let _ = write!(row, "{cell}{}  ", " ".repeat(pad));
            }
            let _ = writeln!(text, "{}", row.trim_end());
            let Some(f) = i.checked_sub(1).map(|i| &self.findings[i]) else {
                continue;
            };
            if f.verdict != Verdict::Pass {
                let g = self.goal(f);
                if !g.needs.is_empty() {
                    let _ = writeln!(text, "     needs: {}", g.needs);
                }
            }
        }
        let _ = writeln!(
            text,
            "\n{}; {} in {:.0} s",
            self.sentence(),
            counted(self.seen.len(), "run"),
            self.seconds()
        );
        text
    }

    /// For machines.
    pub fn json(&self) -> Value {
        let targets: Vec<Value> = self.findings.iter().map(|f| self.finding_json(f)).collect();
        let cases: Vec<Value> = self
            .seen
            .iter()
            .map(|(case, seen)| {
                let case = &self.validation.cases[*case];
                json!({ "id": case.id, "title": case.title, "seconds": seen.seconds, "failure": seen.failure })
            })
            .collect();
        json!({
            "model": self.validation.model.id, "pass": self.pass(), "adapter": self.adapter,
            "seconds": self.seconds(), "tests": { "met": self.tests()[0], "all": self.tests()[1] },
            "targets": targets, "cases": cases,
        })
    }

    fn finding_json(&self, f: &Finding) -> Value {
        let g = self.goal(f);
        let (found, why) = match &f.found {
            Ok(values) if g.points.is_empty() => (json!(values.first()), Value::Null),
            Ok(values) => {
                let points = g.points.iter().zip(values);
                let each = points.map(|(p, v)| {
                    json!({ "x": p.x, "found": v, "low": p.accepted.low, "high": p.accepted.high })
                });
                (Value::Array(each.collect()), Value::Null)
            }
            Err(why) => (Value::Null, json!(why)),
        };
        json!({
            "id": g.id, "number": g.number, "group": g.group, "label": g.label, "quantity": g.quantity,
            "unit": g.unit, "published": g.value, "low": g.accepted.low, "high": g.accepted.high,
            "tolerance": g.tolerance, "source": g.source, "evidence": g.evidence.words(), "role": g.role.map(Role::words),
            "found": found, "failure": why, "verdict": f.verdict.words(), "needs": g.needs, "note": g.note,
        })
    }

    /// Whether everything that a picture shows was run.
    pub(super) fn drawn(&self, picture: &Picture) -> bool {
        match picture.shows {
            Shows::Curve(t) => {
                let found = self.findings.iter().find(|f| f.target == t);
                found.is_some_and(|f| f.found.is_ok())
            }
            Shows::Time { case, .. } => {
                let seen = self.seen.get(&case);
                seen.is_some_and(|s| s.failure.is_none())
            }
        }
    }
}

fn numbers(measuring: &Measuring<'_>, goal: &Goal) -> Result<Vec<f64>, String> {
    if goal.points.is_empty() {
        return Ok(vec![measuring.measure(&goal.measure)?]);
    }
    let each = goal.points.iter().map(|p| {
        measuring.measure(&Measure {
            arm: p.arm,
            ..goal.measure.clone()
        })
    });
    each.collect()
}

fn verdict(goal: &Goal, found: &Result<Vec<f64>, String>) -> Verdict {
    let inside = match found {
        Ok(values) if goal.points.is_empty() => values.iter().all(|v| goal.accepted.holds(*v)),
        Ok(values) => goal
            .points
            .iter()
            .zip(values)
            .all(|(p, v)| p.accepted.holds(*v)),
        Err(_) => return Verdict::Miss,
    };
    match (inside, goal.expected) {
        (true, _) => Verdict::Pass,
        (false, Expected::Met) => Verdict::Miss,
        (false, Expected::Miss) => Verdict::KnownMiss,
        (false, Expected::Flag) => Verdict::Flagged,
    }
}

/// How sure a number is, and what it means that it is met: `measured; input`.
pub fn evidence(g: &Goal) -> String {
    let words = g.evidence.words();
    match g.role {
        Some(role) => format!("{words}; {}", role.words()),
        None => words.to_owned(),
    }
}

/// `85 µg/mL ± 20 %`, `0.4 to 0.65`
pub(super) fn accepted(g: &Goal) -> String {
    let unit = pretty_unit(&g.unit);
    let with = |text: &str| format!("{text} {unit}").trim_end().to_owned();
    if !g.points.is_empty() {
        let bounded = g.points.iter().filter(|p| p.accepted.bounds());
        if g.tolerance.starts_with('±') {
            let count = bounded.count();
            return format!("{}, each {}", counted(count, "point"), g.tolerance);
        }
        let against = g.against.as_ref().map_or("", |(_, u)| u);
        let each = bounded.map(|p| {
            let range = match (p.accepted.low, p.accepted.high) {
                (Some(l), Some(h)) => format!("{} to {}", short(l), short(h)),
                (Some(l), None) => format!("≥ {}", short(l)),
                (_, h) => format!("≤ {}", short(h.unwrap_or_default())),
            };
            let at = format!("{} {}", plain(p.x), pretty_unit(against));
            format!("{} at {}", with(&range), at.trim_end())
        });
        let each: Vec<String> = each.collect();
        return match each.as_slice() {
            [first, .., last] => format!("{first} … {last}"),
            few => few.concat(),
        };
    }
    let named = |v: f64| with(&short(v));
    match g.value {
        Some(v) if g.tolerance.contains(" to ") || g.tolerance.starts_with("at ") => {
            format!("{} (published {})", with(&g.tolerance), named(v))
        }
        Some(v) if g.tolerance.starts_with('±') => format!("{} {}", named(v), g.tolerance),
        Some(v) => format!("{}, {}", named(v), g.tolerance),
        None => with(&g.tolerance),
    }
}

/// The same where there is little room: the ends of a curve.
fn briefly(g: &Goal, f: &Finding) -> String {
    match f.found.as_deref() {
        Ok([first, _, .., last]) => {
            let x = |p: Option<&Point>| p.map_or(String::new(), |p| plain(p.x));
            let text = format!(
                "{}: {} … {}: {} {}",
                x(g.points.first()),
                short(*first),
                x(g.points.last()),
                short(*last),
                pretty_unit(&g.unit)
            );
            text.trim_end().to_owned()
        }
        _ => simulated(g, f),
    }
}

/// The numbers that came out, with the unit; of a curve `level: value` pairs.
pub(super) fn simulated(g: &Goal, f: &Finding) -> String {
    match &f.found {
        Ok(values) if values.len() > 1 => {
            let pairs = g.points.iter().zip(values);
            let each: Vec<String> = pairs
                .map(|(p, v)| format!("{}: {}", plain(p.x), short(*v)))
                .collect();
            let unit = pretty_unit(&g.unit);
            let text = format!("{} {unit}", each.join(", "));
            let levels = g.against.as_ref().map_or("", |(_, u)| u);
            match pretty_unit(levels) {
                none if none.is_empty() => text.trim_end().to_owned(),
                levels => format!("{} (levels in {levels})", text.trim_end()),
            }
        }
        Ok(values) => {
            let each: Vec<String> = values.iter().map(|v| short(*v)).collect();
            let text = format!("{} {}", each.join(", "), pretty_unit(&g.unit));
            text.trim_end().to_owned()
        }
        Err(why) => why.clone(),
    }
}

fn short(v: f64) -> String {
    format_number(v)
}
