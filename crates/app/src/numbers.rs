//! Boxes in which numbers are typed, as people write them.

use eframe::egui::{DragValue, emath::Numeric};

/// A box for a number, which takes a decimal comma as well as a point.
#[expect(
    clippy::disallowed_methods,
    reason = "all others come through here for the comma"
)]
pub fn number<N: Numeric>(value: &mut N) -> DragValue<'_> {
    DragValue::new(value).custom_parser(typed)
}

/// The number that was typed: `7.5`, `7,5`, `−7.5`, `1 200`, `1,200.5`.
pub fn typed(text: &str) -> Option<f64> {
    let mut text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    text = text.replace('\u{2212}', "-").replace(['\'', '_'], "");
    if text.contains('.') {
        text = text.replace(',', "");
    }
    let value: f64 = text.replacen(',', ".", 1).parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, value) in [
            ("7.5", Some(7.5)),
            ("7,5", Some(7.5)),
            (" 0,25 ", Some(0.25)),
            ("\u{2212}3", Some(-3.0)),
            ("1 200", Some(1200.0)),
            ("1\u{202f}200,5", Some(1200.5)),
            ("1,200.5", Some(1200.5)),
            ("1e-3", Some(1e-3)),
            ("1,2,3", None),
            ("", None),
            ("much", None),
            ("inf", None),
        ] {
            assert_eq!(typed(text), value, "{text}");
        }
    }
}
