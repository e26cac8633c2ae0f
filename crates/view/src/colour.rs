//! sRGB colours, the categorical palette, and light.
//!
//! Colours are stored as 8-bit sRGB. Light adds up linearly, so whatever mixes colours goes through
//! [`to_linear`] and [`from_linear`] (IEC 61966-2-1).

use crate::error::{Result, ViewError};

/// An opaque sRGB colour, 8 bits a channel.
pub type Rgb = [u8; 3];

/// The colour of NaN and infinity: pure magenta, which is far from every colour of every map.
pub const NOT_A_NUMBER: Rgb = [255, 0, 255];

/// The colour of a map where there are none of the cells to which its quantity belongs: a dark grey, which no map
/// has.
pub const NO_CELLS: Rgb = [64, 64, 68];

/// The palette of Okabe and Ito (2008), safe for the common kinds of colour blindness, in the order
/// in which arms take it. Yellow is last: it is too faint for a line on white.
/// Source: <https://jfly.uni-koeln.de/color/>.
pub const OKABE_ITO: [Rgb; 8] = [
    [0, 0, 0],
    [230, 159, 0],
    [86, 180, 233],
    [0, 158, 115],
    [213, 94, 0],
    [204, 121, 167],
    [0, 114, 178],
    [240, 228, 66],
];

/// Colour of arm `index`: [`OKABE_ITO`] in turn; on a dark page black becomes light
/// grey, and the green and the dark blue become brighter.
pub fn arm_colour(index: usize, dark_page: bool) -> Rgb {
    match (index % OKABE_ITO.len(), dark_page) {
        (0, true) => [225, 225, 225],
        (3, true) => [20, 190, 140], // brighter, for thin lines on black
        (6, true) => [70, 150, 220], // the dark blue is hardly seen on black
        (i, _) => OKABE_ITO[i],
    }
}

/// Parses `#rrggbb`.
///
/// # Errors
/// [`ViewError::Colour`] for anything else.
pub fn parse_hex(text: &str) -> Result<Rgb> {
    let bad = || ViewError::Colour {
        found: text.to_owned(),
    };
    let digits = text.strip_prefix('#').ok_or_else(bad)?;
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(bad());
    }
    let value = u32::from_str_radix(digits, 16).map_err(|_| bad())?;
    let [_, r, g, b] = value.to_be_bytes();
    Ok([r, g, b])
}

/// Writes `#rrggbb`.
pub fn hex(c: Rgb) -> String {
    format!("#{:02x}{:02x}{:02x}", c[0], c[1], c[2])
}

/// 8-bit sRGB to linear light in 0..1.
pub fn to_linear(v: u8) -> f32 {
    let v = f32::from(v) / 255.0;
    if v <= 0.04045 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

/// Linear light to 8-bit sRGB; clamped to 0..1.
pub fn from_linear(v: f32) -> u8 {
    let v = v.clamp(0.0, 1.0);
    let s = if v <= 0.003_130_8 {
        v * 12.92
    } else {
        1.055 * v.powf(1.0 / 2.4) - 0.055
    };
    (s * 255.0).round() as u8
}

/// Relative luminance (WCAG 2) in 0..1.
pub fn luminance(c: Rgb) -> f32 {
    0.2126 * to_linear(c[0]) + 0.7152 * to_linear(c[1]) + 0.0722 * to_linear(c[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trip_and_error() -> Result<()> {
        assert_eq!(parse_hex("#E69f00")?, [230, 159, 0]);
        assert_eq!(hex([230, 159, 0]), "#e69f00");
        for bad in ["e69f00", "#e69f0", "#e69f0g", "#é69f0", ""] {
            let e = parse_hex(bad).expect_err("not a colour").to_string();
            assert!(e.contains("#rrggbb"), "{e}");
        }
        Ok(())
    }

    #[test]
    fn light_round_trips_every_byte() {
        assert!((0..=255).all(|v| from_linear(to_linear(v)) == v));
    }

    #[test]
    fn arms_are_seen_on_both_pages() {
        for i in 0..7 {
            assert!(luminance(arm_colour(i, false)) < 0.5, "arm {i} on white");
            assert!(luminance(arm_colour(i, true)) > 0.15, "arm {i} on black");
        }
    }
}
