//! Numbers in messages: short, however large or small they are.

/// A number as a person would type it: plain digits, or scientific form where these would run long
/// (from 10¹⁶ on and below 10⁻⁵), so that `1e300` does not fill a page with zeros.
pub fn plain(value: f64) -> String {
    // `Debug` changes to scientific form by itself and marks whole numbers with `.0`.
    let text = format!("{value:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Several numbers in brackets.
pub(crate) fn plain_list(values: &[f64]) -> String {
    let each: Vec<String> = values.iter().map(|v| plain(*v)).collect();
    format!("[{}]", each.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_fills_a_page() {
        for (value, text) in [
            (3.0, "3"),
            (-0.25, "-0.25"),
            (3e6, "3000000"),
            (1e300, "1e300"),
            (-2.5e-9, "-2.5e-9"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(plain(value), text);
        }
        assert_eq!(plain_list(&[1.0, 1e20]), "[1, 1e20]");
    }
}
