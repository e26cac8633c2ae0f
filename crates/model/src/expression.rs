//! Which names an expression may use.
//!
//! Expressions are WGSL and are compiled later. What can be checked without a compiler is checked
//! here, because the messages are better: the quantities behind `s.`, `p.`, `a.`, `g.` and `r.`
//! must exist, and each kind of expression may use only some of these.

use std::ops::Range;

use toml::Spanned;

use crate::error::{Error, count};
use crate::model::{Expression, Source};
use crate::number::plain;
use crate::schema::Coefficient;
use crate::text::misfit_in_wgsl;

/// Longest expression, bytes: the shader compiler's parser recurses.
const LONGEST: usize = 10_000;

/// Deepest nesting of brackets, for the same reason.
const DEEPEST: usize = 100;

/// Identifiers behind each letter, as far as an expression may use them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Scope<'a> {
    /// `s.`: fields.
    pub fields: Option<&'a [String]>,
    /// `p.`: parameters.
    pub parameters: Option<&'a [String]>,
    /// `a.`: auxiliaries.
    pub auxiliaries: Option<&'a [String]>,
    /// `g.`: compartments.
    pub compartments: Option<&'a [String]>,
    /// `r.`: process totals.
    pub processes: Option<&'a [String]>,
    /// `x`: the position.
    pub position: bool,
}

const LETTERS: [(&str, &str); 6] = [
    ("s", "field"),
    ("p", "parameter"),
    ("a", "auxiliary"),
    ("g", "compartment"),
    ("r", "process"),
    ("x", "position"),
];

impl Scope<'_> {
    fn names(&self, letter: &str) -> Option<&[String]> {
        match letter {
            "s" => self.fields,
            "p" => self.parameters,
            "a" => self.auxiliaries,
            "g" => self.compartments,
            "r" => self.processes,
            "x" if self.position => Some(&[]),
            _ => None,
        }
    }

    /// Checks every free name of `text`; `what` names the expression in messages. The error comes
    /// with the byte range in `text`.
    fn check(&self, text: &str, what: &str) -> Result<(), (Range<usize>, Error)> {
        let words = words(text);
        for (i, (span, word)) in words.iter().enumerate() {
            let after_dot = text[..span.start].trim_end().ends_with('.');
            let Some((_, kind)) = LETTERS.iter().find(|(l, _)| l == word) else {
                continue;
            };
            if after_dot {
                continue;
            }
            let Some(names) = self.names(word) else {
                let allowed: Vec<_> = LETTERS
                    .iter()
                    .filter(|(l, _)| self.names(l).is_some())
                    .map(|(l, k)| format!("`{l}` ({k})"))
                    .collect();
                let e = Error::new(format!("{what} may not use `{word}` ({kind})"))
                    .help(format!("it may use {}", allowed.join(", ")));
                return Err((span.clone(), e));
            };
            let Some((member, name)) = words.get(i + 1) else {
                continue;
            };
            let dotted = text[span.end..member.start].trim() == ".";
            if dotted && *word != "x" && !names.iter().any(|n| n == name) {
                let e = Error::unknown(kind, name, names.iter().map(String::as_str));
                return Err((member.clone(), e));
            }
        }
        Ok(())
    }
}

/// Identifiers of a WGSL text with their byte ranges; numbers and comments are skipped.
fn words(text: &str) -> Vec<(Range<usize>, &str)> {
    let bytes = text.as_bytes();
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let mut found = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        let start = i;
        if text[i..].starts_with("//") {
            i += text[i..].find('\n').unwrap_or(text.len() - i);
        } else if bytes[i].is_ascii_digit() {
            // A number runs on through its point, exponent and suffix: `1.5e-3f`.
            while i < bytes.len() && (is_word(bytes[i]) || bytes[i] == b'.') {
                i += 1;
            }
        } else if is_word(bytes[i]) {
            while i < bytes.len() && is_word(bytes[i]) {
                i += 1;
            }
            found.push((start..i, &text[start..i]));
        } else {
            i += 1;
            while !text.is_char_boundary(i) {
                i += 1;
            }
        }
    }
    found
}

/// A WGSL text with spaces where comments stand, of the same length.
fn without_comments(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else {
            bare.push(next);
            rest = &rest[next.len_utf8()..];
            continue;
        };
        let blank = |b: u8| if b == b'\n' { '\n' } else { ' ' };
        bare.extend(rest[..length].bytes().map(blank));
        rest = &rest[length..];
    }
    bare
}

// Bytes of the block comment that `text` starts with; these may be nested.
fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        let here = &text.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
        } else {
            at += 1;
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// What a WGSL text uses of a struct that it sees under one letter.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uses {
    /// Members that it names, in the order of the text.
    pub members: Vec<String>,
    /// Whether it uses the struct as a whole, say as the argument of a function: then any member may count.
    pub whole: bool,
}

fn uses(text: &str, letter: &str) -> Uses {
    let bare = without_comments(text);
    let words = words(&bare);
    let mut uses = Uses::default();
    for (i, (at, word)) in words.iter().enumerate() {
        if *word != letter || bare[..at.start].trim_end().ends_with('.') {
            continue;
        }
        let next = words.get(i + 1);
        match next.filter(|(name, _)| bare[at.end..name.start].trim() == ".") {
            Some((_, name)) => uses.members.push((*name).to_owned()),
            None => uses.whole = true,
        }
    }
    uses
}

impl Expression {
    /// What it uses of the struct `letter`: `s` state, `a` auxiliaries, `p` parameters, `g` compartments.
    /// Decided on tokens: spaces, line ends and comments do not matter.
    pub fn uses(&self, letter: &str) -> Uses {
        uses(&self.text, letter)
    }
}

impl Source {
    /// A checked expression; `what` names it in messages, for example ``the rate of `growth` ``.
    pub(crate) fn expression(
        &self,
        text: &Spanned<String>,
        scope: &Scope<'_>,
        what: &str,
    ) -> Result<Expression, Error> {
        let span = text.span();
        let text = text.get_ref();
        let place = self.place(span.clone());
        if text.trim().is_empty() {
            return Err(Error::new(format!("{what} is empty"))
                .help("write a WGSL expression, for example `p.rate * s.tumour`")
                .at(place));
        }
        if text.len() > LONGEST {
            return Err(Error::new(format!(
                "{what} has {} letters; at most {LONGEST} are allowed",
                text.len()
            ))
            .help("put parts of it into functions.wgsl or into auxiliaries")
            .at(place));
        }
        let depth = nesting(text);
        if depth > DEEPEST {
            return Err(Error::new(format!(
                "{what} has brackets nested {depth} deep; at most {DEEPEST} are allowed"
            ))
            .help("take needless brackets away, or put parts of it into functions.wgsl or into auxiliaries")
            .at(place));
        }
        if let Some((at, mut e)) = misfit_in_wgsl(text) {
            e.what = format!("{} ({what})", e.what);
            // Where the text stands in the file without escapes, the character has a place of its own.
            let raw = self.text.get(span.clone()).unwrap_or_default();
            return Err(match raw.find(text.as_str()) {
                Some(start) => self.misplaced(span.start + start + at, e),
                None => e.at(place),
            });
        }
        let raw = self.text.get(span).unwrap_or_default();
        // Text in triple quotes may start on the line below them.
        let below = ["\"\"\"", "'''"].iter().any(|q| {
            raw.strip_prefix(q)
                .is_some_and(|r| r.starts_with('\n') || r.starts_with("\r\n"))
        });
        let line = place.line + u32::from(below);
        scope.check(text, what).map_err(|(at, mut e)| {
            let mut place = place.clone();
            let breaks = text[..at.start].matches('\n').count();
            place.line = line + count(breaks);
            e.what = format!("{} in {what}: `{}`", e.what, shortened(text));
            e.at(place)
        })?;
        Ok(Expression {
            text: text.clone(),
            file: self.path.clone(),
            line,
        })
    }

    /// A checked expression, or a number as WGSL text.
    pub(crate) fn number_or_expression(
        &self,
        value: &Spanned<Coefficient>,
        scope: &Scope<'_>,
        what: &str,
    ) -> Result<Expression, Error> {
        match value.get_ref() {
            Coefficient::Expression(text) => {
                self.expression(&Spanned::new(value.span(), text.clone()), scope, what)
            }
            Coefficient::Number(n) if n.is_finite() => Ok(Expression {
                text: format!("{n:?}"),
                file: self.path.clone(),
                line: self.place(value.span()).line,
            }),
            Coefficient::Number(n) => Err(Error::new(format!(
                "{what} is {}, not a finite number",
                plain(*n)
            ))
            .at(self.place(value.span()))),
        }
    }
}

/// Most brackets that are open at once, comments left out.
fn nesting(text: &str) -> usize {
    let (mut open, mut most) = (0_usize, 0);
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or_default();
        for b in code.bytes() {
            match b {
                b'(' | b'[' | b'{' => open += 1,
                b')' | b']' | b'}' => open = open.saturating_sub(1),
                _ => {}
            }
            most = most.max(open);
        }
    }
    most
}

fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn names_behind_letters_must_exist() {
        let (s, p) = (names(&["tumour"]), names(&["growth_rate"]));
        let scope = Scope {
            fields: Some(&s),
            parameters: Some(&p),
            ..Scope::default()
        };
        for good in [
            "p.growth_rate * s.tumour",
            "hill(s.tumour, 1.5e-3) * f(s, p)",
            "s . tumour // a.b is a comment",
            "1.0",
            "max(0.0, log2(s.tumour))",
        ] {
            assert!(scope.check(good, "x").is_ok(), "{good}");
        }
        let (span, e) = scope
            .check("2.0 * p.growht_rate", "x")
            .expect_err("misspelt");
        assert_eq!(span, 8..19);
        assert!(e.to_string().contains("did you mean `growth_rate`?"), "{e}");
        let (_, e) = scope.check("f(s, a)", "the rate").expect_err("no a here");
        assert!(e.to_string().contains("may not use `a`"), "{e}");
    }
}
