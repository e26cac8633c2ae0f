//! Numbers as people read them: round ticks, round lengths, short labels.
//!
//! Round means 1, 2 or 5 times a power of ten. Minus is U+2212 and powers are written with raised
//! digits, so that labels need no markup.

/// Largest of 1, 2, 5 times a power of ten that is not above `x` (`x > 0`, finite).
pub fn round_down_125(x: f64) -> f64 {
    if !x.is_finite() || x <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powi(x.log10().floor() as i32);
    let mantissa = x / power * (1.0 + 1e-9);
    power
        * [10.0, 5.0, 2.0]
            .into_iter()
            .find(|&m| mantissa >= m)
            .unwrap_or(1.0)
}

/// Round step that cuts `span` into about `target` pieces, never more than 1.5 times as many.
pub fn nice_step(span: f64, target: usize) -> f64 {
    let raw = span.abs() / target.max(1) as f64;
    let below = round_down_125(raw);
    // The next member of 1, 2, 5, 10 if it is nearer in ratio.
    let above = [2.0, 2.5, 5.0]
        .into_iter()
        .map(|f| below * f)
        .find(|&s| (round_down_125(s) / s - 1.0).abs() < 1e-6)
        .unwrap_or(below * 2.0);
    if raw * raw > below * above {
        above
    } else {
        below
    }
}

/// Multiples of a round step inside `low..=high`; about `target` of them. Empty if not finite or
/// `low >= high`.
pub fn nice_ticks(low: f64, high: f64, target: usize) -> Vec<f64> {
    if !(low.is_finite() && high.is_finite() && low < high && (high - low).is_finite()) {
        return Vec::new();
    }
    let step = nice_step(high - low, target);
    let slack = 1e-6;
    let first = (low / step - slack).ceil();
    let count = ((high / step + slack).floor() - first) as usize;
    (0..=count.min(1000))
        .map(|i| (first + i as f64) * step + 0.0)
        .collect()
}

/// Ticks of a logarithmic axis inside `low..=high` (`0 < low < high`): decades, every n-th decade if
/// there are more than `target`, and 1-2-5 if there are fewer than three.
pub fn log_ticks(low: f64, high: f64, target: usize) -> Vec<f64> {
    if !(low > 0.0 && high.is_finite() && low < high) {
        return Vec::new();
    }
    let inside = |v: &f64| *v >= low * (1.0 - 1e-6) && *v <= high * (1.0 + 1e-6);
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let decades: Vec<i32> = (first..=last)
        .filter(|&e| inside(&10_f64.powi(e)))
        .collect();
    if decades.len() >= 3 {
        let stride = decades.len().div_ceil(target.max(1)) as i32;
        return decades
            .iter()
            .filter(|&&e| e % stride == 0)
            .map(|&e| 10_f64.powi(e))
            .collect();
    }
    let fine: Vec<f64> = (first..=last)
        .flat_map(|e| [1.0, 2.0, 5.0].map(|m| m * 10_f64.powi(e)))
        .filter(inside)
        .collect();
    if fine.len() >= 2 {
        fine
    } else {
        nice_ticks(low, high, target)
    }
}

/// Labels for ticks, all with the same number of decimals; raised powers of ten where plain digits
/// would be long.
pub fn tick_labels(ticks: &[f64]) -> Vec<String> {
    let largest = ticks.iter().fold(0.0_f64, |m, t| m.max(t.abs()));
    let smallest = ticks
        .iter()
        .map(|t| t.abs())
        .filter(|&t| t > 0.0)
        .fold(f64::INFINITY, f64::min);
    let spread = largest / smallest > 999.0;
    if !(1e-2..1e5).contains(&largest) || spread {
        return ticks.iter().map(|&t| format_number(t)).collect();
    }
    let decimals = (0..6_usize)
        .find(|&d| {
            let p = 10_f64.powi(d as i32);
            ticks
                .iter()
                .all(|t| (t * p - (t * p).round()).abs() < 1e-6 * (t * p).abs().max(1.0))
        })
        .unwrap_or(3);
    ticks
        .iter()
        .map(|t| minus(format!("{t:.decimals$}")))
        .collect()
}

/// Three significant digits, without needless zeros; raised powers of ten below 0.001 and from
/// 100 000.
pub fn format_number(v: f64) -> String {
    if v.is_nan() {
        return "n/a".to_owned();
    }
    if v.is_infinite() {
        return if v > 0.0 { "∞" } else { "−∞" }.to_owned();
    }
    if v == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{v:.2e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-3..5).contains(&exponent) {
        let decimals = (2 - exponent).max(0) as usize;
        return minus(trim_zeros(&format!("{v:.decimals$}")));
    }
    let mantissa = trim_zeros(mantissa);
    let power = format!("10{}", raised(exponent));
    match mantissa.as_str() {
        "1" => power,
        "-1" => format!("−{power}"),
        _ => format!("{}×{power}", minus(mantissa)),
    }
}

/// A length for a scale bar: the round number nearest to a fifth of `extent`.
pub fn scale_bar_length(extent: f64) -> f64 {
    nice_step(extent, 5)
}

/// What the lengths of a picture are in.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LengthUnit {
    /// Micrometres, written as nm, µm, mm or cm.
    #[default]
    Micrometres,
    /// Anything else, written as it is: `length units`, `ly`.
    Named(String),
}

impl LengthUnit {
    /// A length with its unit.
    pub fn format(&self, length: f64) -> String {
        match self {
            Self::Micrometres => format_length(length),
            Self::Named(unit) => format!("{} {unit}", format_number(length)),
        }
    }
}

/// A length with its unit: nm, µm, mm or cm.
pub fn format_length(um: f64) -> String {
    let (value, unit) = match um.abs() {
        v if v >= 1e4 => (um / 1e4, "cm"),
        v if v >= 1e3 => (um / 1e3, "mm"),
        v if v >= 1.0 || v == 0.0 => (um, "µm"),
        _ => (um * 1e3, "nm"),
    };
    format!("{} {unit}", format_number(value))
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

fn minus(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().any(|b| (b'1'..=b'9').contains(&b)) => format!("−{rest}"),
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// Labels of a logarithmic axis: each as short as it can be, `0.01`, `1`, `200`.
pub fn log_labels(ticks: &[f64]) -> Vec<String> {
    ticks.iter().map(|&t| format_number(t)).collect()
}

/// Labels of a logarithmic axis as powers of ten where the tick is one, for little room.
pub fn power_labels(ticks: &[f64]) -> Vec<String> {
    let label = |&t: &f64| {
        let exponent = t.log10().round();
        if !(0.0..2.0).contains(&exponent) && (t / 10_f64.powf(exponent) - 1.0).abs() < 1e-9 {
            format!("10{}", raised(exponent as i32))
        } else {
            format_number(t)
        }
    };
    ticks.iter().map(label).collect()
}

/// Ticks on whole weeks for an axis in days that spans 2 to 60 weeks; else as [`nice_ticks`].
pub fn week_ticks(low: f64, high: f64, target: usize) -> Vec<f64> {
    let weeks = (high - low) / 7.0;
    if !(2.0..=60.0).contains(&weeks) {
        return nice_ticks(low, high, target);
    }
    let stride = [1.0, 2.0, 4.0, 8.0, 12.0, 26.0]
        .into_iter()
        .find(|s| weeks / s <= target.max(1) as f64 + 0.01)
        .unwrap_or(26.0)
        * 7.0;
    let first = (low / stride - 1e-6).ceil() as i64;
    let last = (high / stride + 1e-6).floor() as i64;
    (first..=last).map(|i| i as f64 * stride).collect()
}

fn raised(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    exponent
        .to_string()
        .chars()
        .map(|c| c.to_digit(10).map_or('⁻', |d| DIGITS[d as usize]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_ticks_are_round() {
        assert_eq!(nice_ticks(0.0, 28.0, 5), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]);
        assert_eq!(nice_ticks(-1.0, 1.0, 4), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(
            tick_labels(&nice_ticks(0.0, 0.3, 3)),
            ["0.0", "0.1", "0.2", "0.3"]
        );
        assert!(nice_ticks(1.0, 1.0, 5).is_empty() && nice_ticks(f64::NAN, 1.0, 5).is_empty());
        for k in -40..40 {
            for span in [1.0, 1.3, 2.7, 4.4, 7.7] {
                let n = nice_ticks(0.0, span * 10_f64.powi(k), 5).len();
                assert!((3..=8).contains(&n), "{n} ticks for {span}e{k}");
            }
        }
    }

    #[test]
    fn log_axes() {
        assert_eq!(log_ticks(0.01, 100.0, 6), [0.01, 0.1, 1.0, 10.0, 100.0]);
        assert_eq!(log_ticks(1.0, 10.0, 6), [1.0, 2.0, 5.0, 10.0]);
        assert!(log_ticks(1e-12, 1e12, 5).len() <= 6);
        assert!(log_ticks(2.1, 2.9, 4).len() >= 2);
        assert!(log_ticks(0.0, 1.0, 4).is_empty());
        assert_eq!(tick_labels(&log_ticks(1e-4, 1.0, 5))[0], "10⁻⁴");
    }

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (0.5126, "0.513"),
            (12.0, "12"),
            (-3.25, "−3.25"),
            (99_999.0, "10⁵"),
            (1234.4, "1234"),
            (4.7e-12, "4.7×10⁻¹²"),
            (-1e6, "−10⁶"),
            (0.001, "0.001"),
            (0.9999, "1"),
            (f64::NAN, "n/a"),
        ];
        for (value, text) in cases {
            assert_eq!(format_number(value), text);
        }
        assert_eq!(tick_labels(&[-0.5, 0.0, 0.5]), ["−0.5", "0.0", "0.5"]);
        assert_eq!(tick_labels(&[0.0, 20_000.0]), ["0", "20000"]);
    }

    #[test]
    fn weeks_and_powers() {
        assert_eq!(week_ticks(0.0, 28.0, 6), [0.0, 7.0, 14.0, 21.0, 28.0]);
        assert_eq!(week_ticks(0.0, 28.0, 2), [0.0, 14.0, 28.0]);
        assert_eq!(week_ticks(0.0, 5.0, 5), nice_ticks(0.0, 5.0, 5));
        assert_eq!(
            power_labels(&[1e-3, 0.02, 0.1, 1.0, 100.0]),
            ["10⁻³", "0.02", "10⁻¹", "1", "10²"]
        );
    }

    #[test]
    fn scale_bars() {
        assert_eq!(scale_bar_length(2560.0), 500.0);
        assert_eq!(scale_bar_length(1000.0), 200.0);
        assert_eq!(format_length(500.0), "500 µm");
        assert_eq!(format_length(2000.0), "2 mm");
        for e in 1..200 {
            let extent = 37.0 * f64::from(e);
            let part = scale_bar_length(extent) / extent;
            assert!((0.12..0.33).contains(&part), "{part} of {extent}");
        }
    }
}
