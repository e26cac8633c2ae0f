//! What the cases found: an aligned table, JSON and Markdown.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::rc::Rc;

use serde_json::{Value, json};

use super::CASES;
use super::bench::Used;
use warmfront_model::counted;

/// What a row asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// This number, give or take.
    Near {
        /// The number.
        value: f64,
        /// Largest distance from it.
        tolerance: f64,
    },
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
    /// A text that contains this.
    Says(String),
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// A number.
    Number(f64),
    /// A message.
    Text(String),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Identifier of the case.
    pub case: &'static str,
    /// What was compared; the same on every machine.
    pub what: String,
    /// What was asked for.
    pub expected: Expected,
    /// What came out.
    pub found: Found,
    /// Numerics of the simulations behind it, where there are any: what differs from the default.
    pub numerics: String,
    /// Where the expected value or the tolerance comes from.
    pub why: &'static str,
}

impl Row {
    /// Whether what came out is what was asked for. A number that is not finite never is.
    pub fn pass(&self) -> bool {
        match (&self.expected, &self.found) {
            (Expected::Near { value, tolerance }, Found::Number(x)) => {
                (x - value).abs() <= *tolerance
            }
            (Expected::AtMost(limit), Found::Number(x)) => x <= limit && x.is_finite(),
            (Expected::AtLeast(limit), Found::Number(x)) => x >= limit && x.is_finite(),
            (Expected::Says(part), Found::Text(text)) => text.contains(part.as_str()),
            _ => false,
        }
    }

    // Expected, found, tolerance.
    fn cells(&self) -> [String; 3] {
        let expected = match &self.expected {
            Expected::Near { value, .. } => number(*value),
            Expected::AtMost(limit) => format!("<= {}", number(*limit)),
            Expected::AtLeast(limit) => format!(">= {}", number(*limit)),
            Expected::Says(part) => format!("says \"{part}\""),
        };
        let found = match &self.found {
            Found::Number(x) => number(*x),
            Found::Text(_) if self.pass() => "it does".to_owned(),
            Found::Text(text) => format!("\"{}\"", text.chars().take(100).collect::<String>()),
        };
        let tolerance = match self.expected {
            Expected::Near { tolerance, .. } => number(tolerance),
            _ => String::new(),
        };
        [expected, found, tolerance]
    }
}

/// Rows of one case or of several.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    case: &'static str,
    /// In the order of the cases.
    pub rows: Vec<Row>,
    /// Time it took.
    pub seconds: f64,
    // Shared with the bench of the case.
    used: Rc<RefCell<Used>>,
}

impl Report {
    /// An empty report; its rows will belong to `case` and tell the numerics that are noted in `used`.
    pub(super) fn new(case: &'static str, used: Rc<RefCell<Used>>) -> Self {
        Self {
            case,
            used,
            ..Self::default()
        }
    }

    /// Whether every row passes.
    pub fn pass(&self) -> bool {
        self.rows.iter().all(Row::pass)
    }

    /// Adds the rows of another report.
    pub fn extend(&mut self, other: Report) {
        self.seconds += other.seconds;
        self.rows.extend(other.rows);
    }

    fn push(&mut self, what: String, expected: Expected, found: Found, why: &'static str) {
        self.rows.push(Row {
            case: self.case,
            what,
            expected,
            found,
            numerics: self.used.borrow_mut().take(),
            why,
        });
    }

    pub(super) fn near(
        &mut self,
        what: impl Into<String>,
        value: f64,
        found: f64,
        tolerance: f64,
        why: &'static str,
    ) {
        let expected = Expected::Near { value, tolerance };
        self.push(what.into(), expected, Found::Number(found), why);
    }

    pub(super) fn at_most(
        &mut self,
        what: impl Into<String>,
        limit: f64,
        found: f64,
        why: &'static str,
    ) {
        self.push(
            what.into(),
            Expected::AtMost(limit),
            Found::Number(found),
            why,
        );
    }

    pub(super) fn at_least(
        &mut self,
        what: impl Into<String>,
        limit: f64,
        found: f64,
        why: &'static str,
    ) {
        self.push(
            what.into(),
            Expected::AtLeast(limit),
            Found::Number(found),
            why,
        );
    }

    pub(super) fn says(
        &mut self,
        what: impl Into<String>,
        part: &str,
        found: &str,
        why: &'static str,
    ) {
        let found = found.lines().next().unwrap_or_default().to_owned();
        self.push(
            what.into(),
            Expected::Says(part.to_owned()),
            Found::Text(found),
            why,
        );
    }

    /// Lines for people: one per row, columns aligned, failures marked.
    pub fn table(&self) -> String {
        let lines: Vec<[String; 6]> = self
            .rows
            .iter()
            .map(|r| {
                let [expected, found, tolerance] = r.cells();
                let verdict = if r.pass() { "ok" } else { "FAILED" };
                [
                    r.case.to_owned(),
                    r.what.clone(),
                    expected,
                    found,
                    tolerance,
                    verdict.to_owned(),
                ]
            })
            .collect();
        let head = ["case", "what", "expected", "found", "tolerance", ""].map(str::to_owned);
        let all: Vec<[String; 6]> = std::iter::once(head).chain(lines).collect();
        let wide: [usize; 6] = std::array::from_fn(|c| {
            all.iter()
                .map(|l| l[c].chars().count())
                .max()
                .unwrap_or(0)
                .min(76)
        });
        let mut text = String::new();
        for line in &all {
            let mut row = String::new();
            for (cell, w) in line.iter().zip(wide) {
                let pad = w.saturating_sub(cell.chars().count());
                let _ = write!(row, "{cell}{}  ", " ".repeat(pad));
            }
            let _ = writeln!(text, "{}", row.trim_end());
        }
        let failed = self.rows.iter().filter(|r| !r.pass()).count();
        let _ = writeln!(
            text,
            "\n{} of {} passed in {:.1} s",
            self.rows.len() - failed,
            counted(self.rows.len(), "check"),
            self.seconds
        );
        text
    }

    /// For machines.
    pub fn json(&self, adapter: &str) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|r| {
                let [_, found, _] = r.cells();
                let found = match r.found {
                    Found::Number(x) if x.is_finite() => json!(x),
                    _ => json!(found),
                };
                let expected = match &r.expected {
                    Expected::Near { value, tolerance } => {
                        json!({ "near": value, "tolerance": tolerance })
                    }
                    Expected::AtMost(limit) => json!({ "at_most": limit }),
                    Expected::AtLeast(limit) => json!({ "at_least": limit }),
                    Expected::Says(part) => json!({ "says": part }),
                };
                json!({
                    "case": r.case, "what": r.what, "expected": expected, "found": found,
                    "numerics": r.numerics, "why": r.why, "pass": r.pass(),
                })
            })
            .collect();
        json!({ "pass": self.pass(), "adapter": adapter, "seconds": self.seconds, "rows": rows })
    }

    /// A page of tables, one per case.
    pub fn markdown(&self, adapter: &str) -> String {
        let mut text = format!(
            "# Verification\n\n\
             What the engine computes against answers that are known.\n\
             `warmfront verify --markdown` wrote this page, on {adapter}.\n\
             On another adapter the last digits differ; the list of checks does not.\n\n\
             The column *Numerics* says with which `[numerics]` a number was had: `default` are those of a scenario\n\
             that says nothing of them, otherwise what differs is named. It is empty where nothing is simulated.\n"
        );
        for case in CASES {
            let mut rows = self.rows.iter().filter(|r| r.case == case.id).peekable();
            if rows.peek().is_none() {
                continue;
            }
            let _ = write!(
                text,
                "\n## {} {}\n\n| What | Expected | Found | Tolerance | Pass | Numerics | Why this bound |\n|---|---|---|---|---|---|---|\n",
                case.id, case.title
            );
            for r in rows {
                let [expected, found, tolerance] = r.cells();
                let pass = if r.pass() { "yes" } else { "NO" };
                let _ = writeln!(
                    text,
                    "| {} | {expected} | {found} | {tolerance} | {pass} | {} | {} |",
                    r.what, r.numerics, r.why
                );
            }
        }
        text
    }
}

// Six significant digits; powers of ten outside 1e-3..1e6.
fn number(x: f64) -> String {
    let size = x.abs();
    if x == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e6).contains(&size) {
        let text = format!("{x:.4e}");
        return match text.split_once('e') {
            Some((m, e)) if m.contains('.') => {
                format!("{}e{e}", m.trim_end_matches('0').trim_end_matches('.'))
            }
            _ => text,
        };
    }
    let places = (5 - size.log10().floor() as i32).clamp(0, 9) as usize;
    let text = format!("{x:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let all = [
            0.0,
            1.0,
            90483.74,
            1e-5,
            0.0192963,
            1.5e-7,
            2.0412414523,
            -0.25,
        ];
        let texts = all.map(number);
        assert_eq!(
            texts,
            [
                "0",
                "1",
                "90483.7",
                "1e-5",
                "0.0192963",
                "1.5e-7",
                "2.04124",
                "-0.25"
            ]
        );
    }

    #[test]
    fn a_number_that_is_not_finite_never_passes() {
        let mut report = Report::new("V1", Rc::default());
        report.near("a", 1.0, f64::NAN, 1.0, "");
        report.at_most("b", 1.0, f64::NEG_INFINITY, "");
        report.at_least("c", 1.0, f64::NAN, "");
        assert!(report.rows.iter().all(|r| !r.pass()));
        report.at_most("d", 1.0, 0.5, "");
        assert!(report.rows[3].pass());
        let page = report.markdown("x");
        assert_eq!(page.matches("| NO |").count(), 3);
    }
}
