//! The one error type: where, what, and what to do about it.
//!
//! Every message names what was found and what is allowed. Where a name is unknown, the nearest
//! valid one is offered. `Display` gives `file:line: what`, then `help: …` on its own line.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::model::Source;
use crate::text::spelt;

/// A position in a file that a person wrote. Both numbers count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// File as shown to people.
    pub file: Arc<str>,
    /// Line, from 1; 0 when the place is no text file (a command-line option).
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// Where something was written, if it was. Carried for messages only, so any two are equal: the same
/// scenario is the same wherever it was written.
#[derive(Debug, Clone, Default)]
pub struct Written(pub Option<Place>);

impl PartialEq for Written {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Written {
    /// The error at this place, unless it has one.
    pub(crate) fn locate(&self, error: Error) -> Error {
        match &self.0 {
            Some(place) => error.at(place.clone()),
            None => error,
        }
    }
}

/// What is wrong with a model, a scenario or an override.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// Where, when it is known.
    pub place: Option<Place>,
    /// What was found and what was expected, without a final full stop.
    pub what: String,
    /// What to do: the nearest valid name, the allowed values.
    pub help: Option<String>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) if place.line == 0 => write!(f, "{}: ", place.file)?,
            Some(place) => write!(f, "{}:{}: ", place.file, place.line)?,
            None => {}
        }
        f.write_str(&self.what)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// An error without a place or help.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            place: None,
            what: what.into(),
            help: None,
        }
    }

    /// The same error with advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error at a place; a place that is already known is kept.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// The same error inside something that is no file, for example `--set`.
    #[must_use]
    pub fn inside(self, name: &str) -> Self {
        self.at(Place {
            file: name.into(),
            line: 0,
            column: 0,
        })
    }

    /// ``unknown KIND `NAME` `` with the nearest candidate and the list of all.
    pub fn unknown<'a>(
        kind: &str,
        name: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let candidates: Vec<&str> = candidates.into_iter().collect();
        Self {
            place: None,
            what: format!("unknown {kind} `{}`", spelt(name)),
            help: Some(suggest(name, &candidates)),
        }
    }
}

/// The candidate most like `name`, if any is like it at all.
pub(crate) fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let score = |c: &str| {
        let edit = strsim::normalized_damerau_levenshtein(&lower, &c.to_lowercase());
        // A name written in part (`kill` for `kill_rate_max`) is a likely slip too.
        let part = lower.len() >= 3 && c.len() >= 3 && (c.contains(&*lower) || lower.contains(c));
        if part { edit.max(0.6) } else { edit }
    };
    candidates
        .iter()
        .map(|c| (score(c), *c))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(s, _)| *s >= 0.5)
        .map(|(_, c)| c)
}

/// Advice for an unknown name: the nearest candidate, then all of them while they are few.
pub(crate) fn suggest(name: &str, candidates: &[&str]) -> String {
    const SHOWN: usize = 16;
    let near = nearest(name, candidates).map(|c| format!("did you mean `{c}`?"));
    let list = match candidates.len() {
        0 => Some("there are none here".to_owned()),
        n if n <= SHOWN => Some(format!("allowed: {}", candidates.join(", "))),
        n if near.is_none() => Some(format!(
            "allowed: {}, … ({n} in all)",
            candidates[..SHOWN].join(", ")
        )),
        _ => None,
    };
    [near, list]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

impl Source {
    /// Place of a byte offset.
    pub(crate) fn place(&self, span: Range<usize>) -> Place {
        let mut start = span.start.min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.text[..start];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Place {
            file: self.path.clone(),
            line: count(before.matches('\n').count()) + 1,
            column: count(before[line_start..].chars().count()) + 1,
        }
    }

    /// The `[table]` header that a byte offset stands under, for messages.
    fn table(&self, start: usize) -> Option<&str> {
        let place = self.place(start..start);
        self.text
            .lines()
            .take(place.line as usize)
            .filter(|l| l.starts_with('['))
            .last()
            .map(|l| l.split('#').next().unwrap_or(l).trim())
    }

    /// A parse error of this text in the project's own words.
    pub(crate) fn parse_error(&self, error: &toml::de::Error) -> Error {
        let span = error.span().unwrap_or(0..0);
        let message = error.message();
        let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
        let within = self
            .table(span.start)
            .map(|t| format!(" in {t}"))
            .unwrap_or_default();
        let known = |kind: &str| {
            let name = quoted.first().copied().unwrap_or_default();
            let mut e = Error::unknown(kind, name, quoted.iter().skip(1).copied());
            e.what.push_str(&within);
            e
        };
        let e = if message.starts_with("unknown field") {
            known("key")
        } else if message.starts_with("unknown variant") {
            known("value")
        } else if let Some(name) = message
            .strip_prefix("missing field `")
            .and_then(|r| r.strip_suffix('`'))
        {
            Error::new(format!("the key `{name}` is missing{within}"))
                .help(format!("add a line `{name} = …`"))
        } else if let Some(rest) = message.strip_prefix("invalid type: ") {
            let (found, wanted) = rest.split_once(", expected ").unwrap_or((rest, "another"));
            Error::new(format!("wrong type: found {found}{within}"))
                .help(format!("expected {}", plain_type(wanted)))
        } else if let Some(rest) = message.strip_prefix("invalid value: ") {
            let (found, wanted) = rest.split_once(", expected ").unwrap_or((rest, "another"));
            Error::new(format!("wrong value: found {found}{within}"))
                .help(format!("expected {}", plain_type(wanted)))
        } else if let Some(rest) = message.strip_prefix("invalid length ") {
            Error::new(format!("wrong number of values: {rest}{within}"))
        } else if let Some(e) = self.misfit_in_toml(span.clone()) {
            e
        } else {
            Error::new(format!("{}{within}", message.trim().replace('\n', ", ")))
        };
        e.at(self.place(span))
    }
}

/// Names of Rust types in words that fit a data file.
fn plain_type(wanted: &str) -> String {
    match wanted {
        "f64" => "a number".to_owned(),
        "u32" => format!("a whole number from 0 to {}", u32::MAX),
        "usize" | "u64" => "a whole number, 0 or more".to_owned(),
        "a string" => "text in quotes".to_owned(),
        "a sequence" => "a list in [ ]".to_owned(),
        "a boolean" => "true or false".to_owned(),
        w if w.starts_with("struct ") => "a table of keys".to_owned(),
        "a map" => "a table of keys".to_owned(),
        w => w.to_owned(),
    }
}

/// A count as `u32`, saturated.
pub(crate) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
