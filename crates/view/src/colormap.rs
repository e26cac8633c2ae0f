//! Colour maps: from a number in 0..1 to a colour.
//!
//! A map is one CSV file in `assets/colormaps`: comment lines `# key: value` (source, licence, kind,
//! colour_vision_safe), the line `r,g,b`, then 256 rows of 0..255. Adding a map means adding a file.
//! The files are embedded; [`Colormap::parse`] reads one from anywhere else.
//! Values between two rows are interpolated, as a linearly filtered texture does on the GPU.

use std::borrow::Cow;

use rust_embed::RustEmbed;

use crate::colour::{NOT_A_NUMBER, Rgb};
use crate::error::{Result, ViewError};

/// Rows of a colour map.
pub const ROWS: usize = 256;

/// The embedded files of `assets/colormaps`.
#[derive(RustEmbed)]
#[folder = "../../assets/colormaps"]
struct Files;

/// What a map is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColormapKind {
    /// Lightness rises from low to high: amounts.
    Sequential,
    /// Light in the middle, dark at both ends: differences about zero.
    Diverging,
}

/// 256 colours from low to high.
#[derive(Clone, Debug, PartialEq)]
pub struct Colormap {
    /// File stem, e.g. `viridis`.
    pub name: String,
    /// What it is made for.
    pub kind: ColormapKind,
    /// Perceptually ordered and readable with the common kinds of colour blindness.
    pub colour_vision_safe: bool,
    /// Where the colours come from.
    pub source: String,
    /// The licence of the file.
    pub licence: String,
    /// The colours, low first; always [`ROWS`] of them.
    pub colours: Vec<Rgb>,
}

/// Names of the embedded maps, sorted.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> = Files::iter()
        .filter_map(|f| f.strip_suffix(".csv").map(str::to_owned))
        .collect();
    names.sort();
    names
}

impl Colormap {
    /// The embedded map with this name.
    ///
    /// # Errors
    /// [`ViewError::UnknownColormap`] with the nearest name.
    pub fn named(name: &str) -> Result<Self> {
        let file = format!("{name}.csv");
        let Some(data) = Files::get(&file) else {
            let known = names();
            let nearest = known
                .iter()
                .min_by_key(|k| strsim::damerau_levenshtein(k, &name.to_lowercase()))
                .cloned()
                .unwrap_or_default();
            return Err(ViewError::UnknownColormap {
                found: name.to_owned(),
                nearest,
                known: known.join(", "),
            });
        };
        let text: Cow<'_, str> = String::from_utf8_lossy(&data.data);
        Self::parse(name, &file, &text)
    }

    /// Reads the text of a colour-map file. `file` is used in messages only.
    ///
    /// # Errors
    /// [`ViewError::ColormapFile`] with the line that does not fit.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Self> {
        let error = |line: usize, found: String, expected: &str| ViewError::ColormapFile {
            file: file.to_owned(),
            line,
            found,
            expected: expected.to_owned(),
        };
        let mut map = Self {
            name: name.to_owned(),
            kind: ColormapKind::Sequential,
            colour_vision_safe: false,
            source: String::new(),
            licence: String::new(),
            colours: Vec::with_capacity(ROWS),
        };
        let mut last = 0;
        for (i, row) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            last = i + 1;
            let row = row.trim();
            if let Some(comment) = row.strip_prefix('#') {
                let (key, value) = comment.split_once(':').unwrap_or((comment, ""));
                let value = value.trim();
                match key.trim() {
                    "source" => value.clone_into(&mut map.source),
                    "licence" => value.clone_into(&mut map.licence),
                    "colour_vision_safe" => map.colour_vision_safe = value == "true",
                    "kind" => {
                        map.kind = match value {
                            "sequential" => ColormapKind::Sequential,
                            "diverging" => ColormapKind::Diverging,
                            other => {
                                return Err(error(
                                    last,
                                    format!("kind `{other}`"),
                                    "`sequential` or `diverging`",
                                ));
                            }
                        };
                    }
                    _ => {}
                }
            } else if !row.is_empty() && row != "r,g,b" {
                map.colours.push(parse_row(row).ok_or_else(|| {
                    error(
                        last,
                        format!("`{row}`"),
                        "three whole numbers r,g,b from 0 to 255",
                    )
                })?);
            }
        }
        if map.colours.len() != ROWS {
            return Err(error(
                last,
                format!("{} colours", map.colours.len()),
                "256 colours",
            ));
        }
        Ok(map)
    }

    /// Colour at `t`: 0 is the first row, 1 the last; clamped outside. NaN and infinity give
    /// [`NOT_A_NUMBER`].
    pub fn colour(&self, t: f32) -> Rgb {
        if !t.is_finite() {
            return NOT_A_NUMBER;
        }
        let last = self.colours.len() - 1;
        let x = t.clamp(0.0, 1.0) * last as f32;
        let i = (x as usize).min(last.saturating_sub(1));
        let f = x - i as f32;
        let (a, b) = (self.colours[i], self.colours[(i + 1).min(last)]);
        std::array::from_fn(|k| (f32::from(a[k]) * (1.0 - f) + f32::from(b[k]) * f).round() as u8)
    }

    /// The rows as RGBA bytes (`256 * 4`), ready for a texture.
    pub fn rgba_table(&self) -> Vec<u8> {
        self.colours
            .iter()
            .flat_map(|c| [c[0], c[1], c[2], 255])
            .collect()
    }
}

fn parse_row(row: &str) -> Option<Rgb> {
    let mut parts = row.split(',').map(|p| p.trim().parse::<u8>());
    let rgb = [
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    ];
    parts.next().is_none().then_some(rgb)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::luminance;

    #[test]
    fn every_file_reads_and_states_its_origin() -> Result<()> {
        let names = names();
        for needed in ["viridis", "magma", "inferno", "cividis", "balance", "grey"] {
            assert!(names.iter().any(|n| n == needed), "{needed} is missing");
        }
        for name in names {
            let map = Colormap::named(&name)?;
            assert_eq!(map.colours.len(), ROWS);
            assert!(!map.source.is_empty() && !map.licence.is_empty(), "{name}");
            assert_eq!(map.rgba_table().len(), ROWS * 4);
        }
        Ok(())
    }

    #[test]
    fn known_colours() -> Result<()> {
        let viridis = Colormap::named("viridis")?;
        assert_eq!(viridis.colour(0.0), [68, 1, 84]);
        assert_eq!(viridis.colour(1.0), [253, 231, 37]);
        assert_eq!(viridis.colour(128.0 / 255.0), [33, 145, 140]);
        assert_eq!(viridis.colour(-3.0), viridis.colour(0.0));
        assert_eq!(viridis.colour(7.0), viridis.colour(1.0));
        assert_eq!(Colormap::named("grey")?.colour(0.0), [0, 0, 0]);
        assert_eq!(Colormap::named("magma")?.colour(1.0), [252, 253, 191]);
        let middle = Colormap::named("balance")?.colour(0.5);
        assert!(middle.iter().all(|&v| v >= 248), "{middle:?}");
        Ok(())
    }

    #[test]
    fn safe_maps_are_ordered_by_lightness() -> Result<()> {
        for name in names() {
            let map = Colormap::named(&name)?;
            let light: Vec<f32> = map.colours.iter().map(|&c| luminance(c)).collect();
            let rising = |l: &[f32]| l.windows(2).all(|w| w[1] >= w[0] - 0.004);
            let falling = |l: &[f32]| l.windows(2).all(|w| w[1] <= w[0] + 0.004);
            match map.kind {
                ColormapKind::Sequential => assert!(rising(&light), "{name}"),
                ColormapKind::Diverging => {
                    assert!(rising(&light[..128]) && falling(&light[128..]), "{name}");
                    assert!((light[0] - light[255]).abs() < 0.05, "{name} ends differ");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn nan_has_a_colour_of_its_own() -> Result<()> {
        for name in names() {
            let map = Colormap::named(&name)?;
            assert_eq!(map.colour(f32::NAN), NOT_A_NUMBER);
            let near = map.colours.iter().map(|c| {
                c.iter()
                    .zip(NOT_A_NUMBER)
                    .map(|(&a, b)| u32::from(a.abs_diff(b)))
                    .sum::<u32>()
            });
            assert!(
                near.min().unwrap_or(0) > 100,
                "{name} comes close to the colour of NaN"
            );
        }
        Ok(())
    }

    #[test]
    fn errors_teach() {
        let e = Colormap::named("viridi").expect_err("misspelt").to_string();
        assert!(e.contains("did you mean `viridis`"), "{e}");
        let e = Colormap::parse("m", "m.csv", "# kind: x\n")
            .expect_err("kind")
            .to_string();
        assert!(e.starts_with("m.csv:1"), "{e}");
        let e = Colormap::parse("m", "m.csv", "r,g,b\n1,2\n")
            .expect_err("row")
            .to_string();
        assert!(e.starts_with("m.csv:2"), "{e}");
        let e = Colormap::parse("m", "m.csv", "r,g,b\n1,2,3\n")
            .expect_err("rows")
            .to_string();
        assert!(e.contains("1 colours"), "{e}");
    }
}
