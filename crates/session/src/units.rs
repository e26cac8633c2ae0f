//! Units for people: the model's own, written as in a paper.

use warmfront_model::{FieldKind, Grid, Model};
use warmfront_view::number::LengthUnit;

/// Micrometres in one length unit of the model; none for a length without a unit.
pub fn micrometres_per_length(model: &Model) -> Option<f64> {
    warmfront_model::micrometres(&model.length_unit)
}

/// The unit of lengths in pictures: micrometres where the model's unit is a length, else its own name.
pub fn length_unit(model: &Model) -> LengthUnit {
    match (micrometres_per_length(model), model.length_unit.trim()) {
        (Some(_), _) => LengthUnit::Micrometres,
        (None, "1" | "") => LengthUnit::Named("length units".to_owned()),
        (None, unit) => LengthUnit::Named(pretty_unit(unit)),
    }
}

/// `64 × 64 cells`
pub fn cells(grid: &Grid) -> String {
    match grid.cells {
        [nx, ny, 1] => format!("{nx} × {ny} cells"),
        [nx, ny, nz] => format!("{nx} × {ny} × {nz} cells"),
    }
}

/// A model time with the model's unit: `day 14`, `0.25 min`, `t = 2500`.
pub fn clock(model: &Model, time: f64) -> String {
    let number = number(time);
    match model.time_unit.as_str() {
        _ if model.clock_unit().is_day() => format!("day {number}"),
        "1" => format!("t = {number}"),
        unit => format!("{number} {unit}"),
    }
}

/// A duration with the model's unit: `28 days`, `1 min`, `10000 time units`.
pub fn span(model: &Model, time: f64) -> String {
    let number = number(time);
    match model.time_unit.as_str() {
        _ if model.clock_unit().is_day() && time == 1.0 => "1 day".to_owned(),
        _ if model.clock_unit().is_day() => format!("{number} days"),
        "1" => format!("{number} time units"),
        unit => format!("{number} {unit}"),
    }
}

/// The unit behind a number of time where there is little room: `d`, `min`; empty for pure numbers.
pub(crate) fn short_time_unit(model: &Model) -> String {
    match model.time_unit.as_str() {
        _ if model.clock_unit().is_day() => "d".to_owned(),
        "1" => String::new(),
        unit => unit.to_owned(),
    }
}

/// The time axis of a plot.
pub fn time_axis(model: &Model) -> String {
    match model.time_unit.as_str() {
        _ if model.clock_unit().is_day() => "time (days)".to_owned(),
        "1" => "time".to_owned(),
        unit => format!("time ({unit})"),
    }
}

/// Colour map of a field shown alone, in figures and on screen, by what the field is.
pub fn colormap_name(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Cell | FieldKind::Internal => "viridis",
        FieldKind::Molecule => "magma",
        FieldKind::Drug => "cividis",
        FieldKind::Static => "grey",
    }
}

/// What a unit means that is no common knowledge.
pub fn unit_meaning(unit: &str) -> Option<&'static str> {
    let has = |word: &str| {
        let mut words = unit.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|w| w == word)
    };
    has("rho")
        .then_some("ρ is the density of cells as a share of closely packed tissue: 1 is full.")
}

/// A unit as printed: `um^2/min` becomes `µm²/min`; `1` becomes nothing.
pub fn pretty_unit(unit: &str) -> String {
    if unit == "1" {
        return String::new();
    }
    let mut text = unit
        .replace("^2", "²")
        .replace("^3", "³")
        .replace("^-1", "⁻¹");
    for (plain, sign) in [("um", "µm"), ("ug", "µg"), ("uM", "µM"), ("rho", "ρ")] {
        text = replace_word(&text, plain, sign);
    }
    text
}

// Only whole words: the `um` of `umol` stays.
fn replace_word(text: &str, plain: &str, sign: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(plain) {
        let (before, after) = (&rest[..at], &rest[at + plain.len()..]);
        let alone = !before.ends_with(char::is_alphanumeric)
            && !after.starts_with(|c: char| c.is_ascii_alphanumeric());
        out.push_str(before);
        out.push_str(if alone { sign } else { plain });
        rest = after;
    }
    out + rest
}

/// The size of a file: `8.1 MB`, `3 kB`.
pub fn file_size(bytes: f64) -> String {
    match bytes {
        b if b >= 1e9 => format!("{:.1} GB", b / 1e9),
        b if b >= 1e6 => format!("{:.1} MB", b / 1e6),
        b => format!("{:.0} kB", (b / 1e3).max(1.0)),
    }
}

/// At most six significant digits, without needless zeros.
pub(crate) fn number(value: f64) -> String {
    rounded(value, 6).to_string()
}

/// `value` to `digits` significant digits.
pub(crate) fn rounded(value: f64, digits: usize) -> f64 {
    let text = format!("{value:.*e}", digits.saturating_sub(1));
    text.parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_read_like_a_paper() {
        assert_eq!(pretty_unit("um^2/min"), "µm²/min");
        assert_eq!(pretty_unit("cells/mm^3"), "cells/mm³");
        assert_eq!(pretty_unit("rho/day"), "ρ/day");
        assert_eq!(pretty_unit("umol"), "umol");
        assert_eq!(pretty_unit("1"), "");
    }

    #[test]
    fn numbers_lose_noise_only() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(10_000.0), "10000");
        assert_eq!(rounded(f64::from(0.1_f32), 7), 0.1);
        assert!(rounded(f64::NAN, 7).is_nan());
    }
}
