//! Units of time and length that mean something to the program: their spellings and sizes.
//!
//! `time_unit` is one of these, since `--days` and every column of days depend on it. `length_unit` may be
//! anything: one that is not here is shown by its name, and has no scale in micrometres.

use crate::error::Error;

/// A unit of time.
#[derive(Debug, PartialEq)]
pub struct TimeUnit {
    /// How it is written in output.
    pub symbol: &'static str,
    /// How else an author may write it, in small letters.
    spellings: &'static [&'static str],
    /// How many of it one day has; none for a pure number.
    pub per_day: Option<f64>,
}

/// All of them. A month is a twelfth of a year, a year has 365.25 days.
pub static TIME_UNITS: &[TimeUnit] = &[
    unit("1", &["dimensionless", "none"], None),
    unit(
        "ms",
        &["msec", "millisecond", "milliseconds"],
        Some(86_400_000.0),
    ),
    unit("s", &["sec", "secs", "second", "seconds"], Some(86_400.0)),
    unit("min", &["mins", "minute", "minutes"], Some(1440.0)),
    unit("h", &["hr", "hrs", "hour", "hours"], Some(24.0)),
    unit("day", &["d", "days"], Some(1.0)),
    unit("week", &["w", "wk", "wks", "weeks"], Some(1.0 / 7.0)),
    unit("month", &["mo", "months"], Some(12.0 / 365.25)),
    unit("year", &["y", "yr", "yrs", "years"], Some(1.0 / 365.25)),
];

const fn unit(
    symbol: &'static str,
    spellings: &'static [&'static str],
    per_day: Option<f64>,
) -> TimeUnit {
    TimeUnit {
        symbol,
        spellings,
        per_day,
    }
}

impl TimeUnit {
    /// The unit with a spelling; large and small letters are the same.
    ///
    /// # Errors
    /// A spelling that is not known, with those that are.
    pub fn of(text: &str) -> Result<&'static Self, Error> {
        let small = text.trim().to_lowercase();
        let all = |u: &&TimeUnit| u.symbol == small || u.spellings.contains(&&*small);
        TIME_UNITS.iter().find(all).ok_or_else(|| {
            let spellings = TIME_UNITS
                .iter()
                .flat_map(|u| std::iter::once(u.symbol).chain(u.spellings.iter().copied()));
            let names: Vec<&str> = spellings.collect();
            let near = crate::error::nearest(&small, &names);
            let near = near.map_or(String::new(), |n| format!("did you mean `{n}`? "));
            Error::new(format!("unknown unit of time `{text}`"))
                .help(format!("{near}allowed: {}", names.join(", ")))
        })
    }

    /// Whether it is a day.
    pub fn is_day(&self) -> bool {
        self.per_day == Some(1.0)
    }
}

/// Micrometres in a unit of length; none for one that is not known.
pub fn micrometres(length_unit: &str) -> Option<f64> {
    match length_unit.trim().to_lowercase().as_str() {
        "nm" | "nanometre" | "nanometres" | "nanometer" | "nanometers" => Some(1e-3),
        // The micro sign and the Greek letter look alike.
        "um" | "\u{b5}m" | "\u{3bc}m" | "micron" | "microns" | "micrometre" | "micrometres"
        | "micrometer" | "micrometers" => Some(1.0),
        "mm" | "millimetre" | "millimetres" | "millimeter" | "millimeters" => Some(1e3),
        "cm" | "centimetre" | "centimetres" | "centimeter" | "centimeters" => Some(1e4),
        "m" | "metre" | "metres" | "meter" | "meters" => Some(1e6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_unit_of_time_are_one_unit() {
        for (symbol, texts) in [
            ("h", &["h", "hr", "Hours", "HOUR", " hrs "][..]),
            ("min", &["min", "Minutes"]),
            ("s", &["s", "sec", "seconds"]),
            ("day", &["d", "day", "Days"]),
            ("week", &["week", "wk"]),
            ("1", &["1", "dimensionless"]),
        ] {
            for text in texts {
                assert_eq!(TimeUnit::of(text).map(|u| u.symbol), Ok(symbol), "{text}");
            }
        }
        // No spelling stands twice.
        let all: Vec<&str> = TIME_UNITS
            .iter()
            .flat_map(|u| std::iter::once(u.symbol).chain(u.spellings.iter().copied()))
            .collect();
        let once: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len());
    }

    #[test]
    fn an_unknown_unit_of_time_lists_the_spellings() {
        let e = TimeUnit::of("huors").expect_err("no such unit").to_string();
        assert!(e.contains("unknown unit of time `huors`"), "{e}");
        assert!(e.contains("did you mean `hours`?"), "{e}");
        assert!(e.contains("weeks") && e.contains("dimensionless"), "{e}");
        for text in ["m", "fortnight", "", "2 h"] {
            assert!(TimeUnit::of(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_length_has_one_size_however_it_is_spelled() {
        for text in ["um", "µm", "μm", "Micron", "micrometers"] {
            assert_eq!(micrometres(text), Some(1.0), "{text}");
        }
        assert_eq!(micrometres("mm"), Some(1e3));
        assert_eq!(micrometres("1"), None);
        assert_eq!(micrometres("cell"), None);
    }
}
