//! Rules for the parts of `model.toml`: identifiers, texts, numbers, colours, walls.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use crate::error::Error;
use crate::identifier;
use crate::model::Source;
use crate::number::{plain, plain_list};
use crate::schema::{Boundary, Wall};

/// Identifiers of one kind, with where each was first given.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<String, Range<usize>>);

impl Names {
    /// Checks an identifier and that it is new.
    pub(crate) fn add(
        &mut self,
        source: &Source,
        kind: &str,
        id: &Spanned<String>,
    ) -> Result<(), Error> {
        let place = || source.place(id.span());
        identifier::check(id.get_ref()).map_err(|mut e| {
            e.what = format!("{kind}: {}", e.what);
            e.at(place())
        })?;
        match self.0.insert(id.get_ref().clone(), id.span()) {
            None => Ok(()),
            Some(first) => Err(Error::new(format!(
                "duplicate {kind} `{}`: the first is on line {}",
                id.get_ref(),
                source.place(first).line
            ))
            .help("give each one its own `id`")
            .at(place())),
        }
    }
}

impl Source {
    /// An error when a text that people need is blank.
    pub(crate) fn not_blank(
        &self,
        text: &str,
        span: Range<usize>,
        what: &str,
        help: &str,
    ) -> Result<(), Error> {
        if text.trim().is_empty() {
            return Err(Error::new(format!("{what} is empty"))
                .help(help)
                .at(self.place(span)));
        }
        Ok(())
    }

    /// The mandatory citation.
    pub(crate) fn citation(&self, cite: &Spanned<String>, what: &str) -> Result<String, Error> {
        self.not_blank(
            cite.get_ref(),
            cite.span(),
            &format!("`cite` of {what}"),
            "name the source; \"assumed\" is allowed and shown",
        )?;
        Ok(cite.get_ref().clone())
    }

    /// The mandatory unit.
    pub(crate) fn unit(&self, unit: &str, span: Range<usize>, what: &str) -> Result<String, Error> {
        let help = "write the unit, or \"1\" for a pure number";
        self.not_blank(unit, span, &format!("`unit` of {what}"), help)?;
        Ok(unit.to_owned())
    }

    /// A number that is finite and > 0.
    pub(crate) fn positive(&self, value: &Spanned<f64>, what: &str) -> Result<f64, Error> {
        let v = *value.get_ref();
        if v.is_finite() && v > 0.0 {
            return Ok(v);
        }
        Err(Error::new(format!(
            "{what} is {}, which is not a finite number > 0",
            plain(v)
        ))
        .at(self.place(value.span())))
    }

    /// A number that is finite.
    pub(crate) fn finite(&self, value: &Spanned<f64>, what: &str) -> Result<f64, Error> {
        let v = *value.get_ref();
        if v.is_finite() {
            return Ok(v);
        }
        Err(Error::new(format!(
            "{what} is {}, which is not a finite number",
            plain(v)
        ))
        .at(self.place(value.span())))
    }

    /// A number that is finite and ≥ 0.
    pub(crate) fn not_negative(&self, value: &Spanned<f64>, what: &str) -> Result<f64, Error> {
        let v = *value.get_ref();
        if v.is_finite() && v >= 0.0 {
            return Ok(v);
        }
        Err(Error::new(format!(
            "{what} is {}, which is not a finite number ≥ 0",
            plain(v)
        ))
        .at(self.place(value.span())))
    }

    /// A pair low < high of finite numbers; `equal` allows low = high.
    pub(crate) fn range(
        &self,
        range: &Spanned<[f64; 2]>,
        what: &str,
        equal: bool,
    ) -> Result<[f64; 2], Error> {
        let [low, high] = *range.get_ref();
        let place = self.place(range.span());
        if !(low.is_finite() && high.is_finite()) {
            return Err(Error::new(format!(
                "{what} is {}: not finite numbers",
                plain_list(&[low, high])
            ))
            .at(place));
        }
        if low > high {
            return Err(
                Error::new(format!("{what} is reversed: {}", plain_list(&[low, high])))
                    .help(format!("write {}", plain_list(&[high, low])))
                    .at(place),
            );
        }
        if low == high && !equal {
            return Err(
                Error::new(format!("{what} is empty: {}", plain_list(&[low, high])))
                    .help("the second number must be larger")
                    .at(place),
            );
        }
        Ok([low, high])
    }

    /// `#rrggbb` as red, green, blue.
    pub(crate) fn colour(&self, text: &Spanned<String>) -> Result<[u8; 3], Error> {
        let t = text.get_ref();
        let byte = |i: usize| u8::from_str_radix(t.get(i..i + 2)?, 16).ok();
        let hex =
            t.len() == 7 && t.starts_with('#') && t[1..].bytes().all(|b| b.is_ascii_hexdigit());
        match (byte(1), byte(3), byte(5)) {
            (Some(r), Some(g), Some(b)) if hex => Ok([r, g, b]),
            _ => Err(Error::new(format!("`{t}` is not a colour"))
                .help("write #rrggbb with hexadecimal digits, for example \"#0072b2\"")
                .at(self.place(text.span()))),
        }
    }

    /// Walls that make sense: periodic on both sides or neither, fixed values finite.
    pub(crate) fn boundary(
        &self,
        boundary: Option<&Spanned<Boundary>>,
        field: &str,
    ) -> Result<Boundary, Error> {
        let Some(boundary) = boundary else {
            return Ok(Boundary::default());
        };
        let place = || self.place(boundary.span());
        for (axis, walls) in ["x", "y", "z"].iter().zip(boundary.get_ref().axes()) {
            let periodic = walls.map(|w| w == Wall::Periodic);
            if periodic[0] != periodic[1] {
                return Err(Error::new(format!(
                    "`boundary` of `{field}` is periodic on one {axis} wall only"
                ))
                .help(format!("write `{axis} = \"periodic\"` for both walls"))
                .at(place()));
            }
            for wall in walls {
                if let Wall::Fixed(v) = wall
                    && !(v.is_finite() && v >= 0.0)
                {
                    return Err(Error::new(format!(
                        "`boundary` of `{field}` is fixed at {}, which is not a finite number ≥ 0",
                        plain(v)
                    ))
                    .at(place()));
                }
            }
        }
        Ok(*boundary.get_ref())
    }
}
