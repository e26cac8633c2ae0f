//! Numbers in messages: short, however large or small they are.

/// A number as a person would type it: plain digits, or scientific form where these would run long
/// (from 10¹⁶ on and below 10⁻⁵), so that `1e300` does not fill a page with zeros.
pub fn plain(value: f64) -> String {
    // `Debug` changes to scientific form by itself and marks whole numbers with `.0`.
    let text = format!("{value:?}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// A count with its noun: `1 seed`, `5 seeds`. The noun is given in the singular and may
/// have words before it (`dose pair`).
pub fn counted(count: impl TryInto<u128>, noun: &str) -> String {
    let count = count.try_into().unwrap_or(u128::MAX);
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {}", plural(noun)),
    }
}

/// The plural of an English noun, as far as the messages need it.
fn plural(noun: &str) -> String {
    let vowel = |c: char| "aeiou".contains(c);
    match noun {
        n if n.ends_with("is") => format!("{}es", &n[..n.len() - 2]),
        n if n.ends_with('y') && !n.chars().rev().nth(1).is_some_and(vowel) => {
            format!("{}ies", &n[..n.len() - 1])
        }
        n if ["s", "x", "ch", "sh"].iter().any(|e| n.ends_with(e)) => format!("{n}es"),
        n => format!("{n}s"),
    }
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
    fn one_thing_is_said_in_the_singular() {
        for (noun, [one, several]) in [
            ("seed", ["1 seed", "3 seeds"]),
            ("dose pair", ["1 dose pair", "3 dose pairs"]),
            ("process", ["1 process", "3 processes"]),
            ("trajectory", ["1 trajectory", "3 trajectories"]),
            ("day", ["1 day", "3 days"]),
            ("axis", ["1 axis", "3 axes"]),
        ] {
            assert_eq!([counted(1, noun), counted(3, noun)], [one, several]);
        }
        assert_eq!(counted(0, "frame"), "0 frames");
    }

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
