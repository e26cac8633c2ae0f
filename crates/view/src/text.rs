//! Fonts and the width of text.
//!
//! Figures use DejaVu Sans, regular and bold, embedded, so that a figure looks the same on every
//! machine; fonts of the system are never looked at. Widths are sums of the advance widths of the
//! same font tables that the renderer reads. Kerning is left out; it mostly makes text narrower.

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Path, PathSegment};
use resvg::usvg::{self, fontdb};
use rust_embed::RustEmbed;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

use crate::error::{Result, ViewError};

/// The family that figures name; Verdana has nearly the same widths where SVG is shown elsewhere.
pub const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// The embedded files of `assets/fonts`.
#[derive(RustEmbed)]
#[folder = "../../assets/fonts"]
struct Files;

struct Face {
    bytes: Vec<u8>,
    ascii: [f32; 128],
}

impl Face {
    fn load(file: &str) -> Self {
        let bytes = Files::get(file)
            .map(|f| f.data.into_owned())
            .unwrap_or_default();
        let mut face = Self {
            bytes,
            ascii: [0.0; 128],
        };
        face.ascii = std::array::from_fn(|i| face.measure([i as u8 as char].into_iter()));
        face
    }

    /// Sum of advance widths in em; 1 em for a character that the font lacks.
    fn measure(&self, text: impl Iterator<Item = char>) -> f32 {
        let Ok(font) = FontRef::new(&self.bytes) else {
            return text.count() as f32;
        };
        let map = font.charmap();
        let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
        text.map(|c| {
            map.map(c)
                .and_then(|g| metrics.advance_width(g))
                .unwrap_or(1.0)
        })
        .sum()
    }

    fn width(&self, text: &str) -> f32 {
        let plain: f32 = text
            .bytes()
            .filter(u8::is_ascii)
            .map(|b| self.ascii[usize::from(b)])
            .sum();
        if text.is_ascii() {
            plain
        } else {
            plain + self.measure(text.chars().filter(|c| !c.is_ascii()))
        }
    }
}

static REGULAR: LazyLock<Face> = LazyLock::new(|| Face::load("DejaVuSans.ttf"));
static BOLD: LazyLock<Face> = LazyLock::new(|| Face::load("DejaVuSans-Bold.ttf"));

/// The embedded fonts as the renderer wants them.
pub(crate) static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    for file in Files::iter().filter(|f| f.ends_with(".ttf")) {
        if let Some(font) = Files::get(&file) {
            database.load_font_data(font.data.into_owned());
        }
    }
    database.set_sans_serif_family("DejaVu Sans");
    Arc::new(database)
});

/// Width of one line of text in pixels at font size `size`.
pub fn width(text: &str, size: f32, bold: bool) -> f32 {
    size * if bold {
        BOLD.width(text)
    } else {
        REGULAR.width(text)
    }
}

/// The first letter of a text that the fonts lack: a box would stand in its place.
pub fn missing_letter(text: &str) -> Option<char> {
    let font = FontRef::new(&REGULAR.bytes).ok()?;
    let map = font.charmap();
    let drawn = |c: &char| !c.is_whitespace() && !c.is_control();
    text.chars().filter(drawn).find(|c| map.map(*c).is_none())
}

/// The shapes of the letters of an SVG `<text>` element as `<path>` elements: outlines first, then
/// fills, as the renderer draws them.
///
/// # Errors
/// [`ViewError::Draw`] for what is no SVG.
pub(crate) fn outlines(element: &str) -> Result<String> {
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\" font-family=\"{FAMILY}\">{element}</svg>"
    );
    let tree =
        usvg::Tree::from_str(&svg, &options()).map_err(|e| ViewError::Draw(e.to_string()))?;
    let mut out = String::new();
    shapes(tree.root(), &mut out);
    Ok(out)
}

/// How SVG is read: with the embedded fonts only.
pub(crate) fn options() -> usvg::Options<'static> {
    usvg::Options {
        fontdb: DATABASE.clone(),
        font_family: "DejaVu Sans".to_owned(),
        ..usvg::Options::default()
    }
}

fn shapes(group: &usvg::Group, out: &mut String) {
    for node in group.children() {
        match node {
            usvg::Node::Group(group) => shapes(group, out),
            usvg::Node::Text(text) => shapes(text.flattened(), out),
            usvg::Node::Path(path) => {
                let Some(data) = path.data().clone().transform(path.abs_transform()) else {
                    continue;
                };
                let data = path_data(&data);
                let colour = |paint: &usvg::Paint| match paint {
                    usvg::Paint::Color(c) => format!("#{:02x}{:02x}{:02x}", c.red, c.green, c.blue),
                    _ => "none".to_owned(),
                };
                if let Some(stroke) = path.stroke() {
                    let _ = write!(
                        out,
                        r#"<path d="{data}" fill="none" stroke="{}" stroke-width="{:.2}" stroke-linejoin="round"/>"#,
                        colour(stroke.paint()),
                        stroke.width().get()
                    );
                }
                if let Some(fill) = path.fill() {
                    let fill = colour(fill.paint());
                    let _ = write!(out, r#"<path d="{data}" fill="{fill}"/>"#);
                }
            }
            usvg::Node::Image(_) => {}
        }
    }
}

/// A path in hundredths of a pixel, each point relative to the one before: short, without drift.
fn path_data(path: &Path) -> String {
    let mut out = String::new();
    let mut pen = [0_i64; 2];
    let mut start = pen;
    let mut draw = |letter: char, points: &[resvg::tiny_skia::Point], pen: &mut [i64; 2]| {
        out.push(letter);
        let mut end = *pen;
        for (i, p) in points.iter().enumerate() {
            end = [p.x, p.y].map(|v| (f64::from(v) * 100.0).round() as i64);
            let gap = if i == 0 { "" } else { " " };
            let _ = write!(
                out,
                "{gap}{} {}",
                (end[0] - pen[0]) as f64 / 100.0,
                (end[1] - pen[1]) as f64 / 100.0
            );
        }
        *pen = end;
    };
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(p) => {
                draw('m', &[p], &mut pen);
                start = pen;
            }
            PathSegment::LineTo(p) => draw('l', &[p], &mut pen),
            PathSegment::QuadTo(a, p) => draw('q', &[a, p], &mut pen),
            PathSegment::CubicTo(a, b, p) => draw('c', &[a, b, p], &mut pen),
            PathSegment::Close => {
                draw('z', &[], &mut pen);
                pen = start;
            }
        }
    }
    out
}

/// Shortens text to `room` pixels with an ellipsis at its end.
pub fn shorten(text: &str, size: f32, bold: bool, room: f32) -> String {
    if width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut best = String::new();
    for c in text.chars() {
        kept.push(c);
        let tried = format!("{}…", kept.trim_end());
        if width(&tried, size, bold) > room {
            break;
        }
        best = tried;
    }
    best
}

/// Text in one line of at most `room` pixels, and its size: written smaller, down to two thirds, before it
/// is cut.
pub fn fit(text: &str, size: f32, bold: bool, room: f32) -> (String, f32) {
    let fits = room / width(text, size, bold).max(1.0);
    // A hair less, as widths do not shrink exactly.
    let size = size * (0.995 * fits).clamp(0.66, 1.0);
    (shorten(text, size, bold, room), size)
}

/// Breaks text at spaces into lines of at most `room` pixels. What does not fit into `most` lines,
/// or a word that is wider than a line, ends in an ellipsis.
pub fn wrap(text: &str, size: f32, bold: bool, room: f32, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if line.is_empty() || width(&longer, size, bold) <= room {
            line = longer;
        } else if lines.len() + 1 < most {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            line = longer;
            for rest in words.by_ref() {
                line = format!("{line} {rest}");
            }
        }
    }
    if !line.is_empty() && most > 0 {
        lines.push(line);
    }
    lines
        .into_iter()
        .map(|l| shorten(&l, size, bold, room))
        .collect()
}

/// As [`wrap`], with lines of nearly equal length: the narrowest room that needs no more lines.
pub fn wrap_even(text: &str, size: f32, bold: bool, room: f32, most: usize) -> Vec<String> {
    let widest = wrap(text, size, bold, room, most);
    if widest.len() < 2 || widest.iter().any(|line| line.ends_with('…')) {
        return widest;
    }
    let (mut low, mut high) = (0.0, room);
    let mut best = widest;
    for _ in 0..8 {
        let middle = f32::midpoint(low, high);
        let tried = wrap(text, size, bold, middle, most);
        if tried.len() > best.len() || tried.iter().any(|line| line.ends_with('…')) {
            low = middle;
        } else {
            (best, high) = (tried, middle);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_are_embedded_and_measured() {
        assert_eq!(DATABASE.faces().count(), 2);
        // DejaVu Sans: digits are 1303 / 2048 em wide.
        assert!((width("0", 100.0, false) - 63.623).abs() < 0.01);
        assert!(width("MEK inhibitor", 12.0, true) > width("MEK inhibitor", 12.0, false));
        assert!((width("µ", 1.0, false) - width("u", 1.0, false)).abs() < 0.1);
        for face in [&*REGULAR, &*BOLD] {
            let map = FontRef::new(&face.bytes).expect("a font").charmap();
            for c in "µγ²⁻⁹×−…▼◆●∞α→≤".chars() {
                assert!(map.map(c).is_some(), "{c} is not in the font");
            }
        }
    }

    #[test]
    fn letters_become_shapes_where_they_stand() -> Result<()> {
        let plain = r##"<text x="20" y="30" font-size="10" fill="#102030">µl</text>"##;
        let shapes = outlines(plain)?;
        assert!(
            shapes.starts_with("<path d=\"m2") && shapes.contains("#102030"),
            "{shapes}"
        );
        assert_eq!(shapes.matches("<path").count(), 1);
        let halo = plain.replace(
            "fill=",
            r##"stroke="#ffffff" stroke-width="2" paint-order="stroke" fill="##,
        );
        let shapes = outlines(&halo)?;
        let (outer, inner) = (shapes.find("#ffffff"), shapes.find("#102030"));
        assert!(outer.is_some() && outer < inner, "{shapes}");
        Ok(())
    }

    #[test]
    fn wrapping_keeps_to_the_room() {
        let text = "PD-L1 inhibitor plus MEK inhibitor, concurrent from day 7";
        for room in [40.0, 80.0, 120.0, 500.0] {
            for most in 1..5 {
                let lines = wrap(text, 12.0, false, room, most);
                assert!(lines.len() <= most);
                assert!(
                    lines.iter().all(|l| width(l, 12.0, false) <= room),
                    "{lines:?}"
                );
            }
        }
        assert_eq!(wrap(text, 12.0, false, 1000.0, 2), [text]);
        assert_eq!(wrap(text, 12.0, false, 160.0, 9).join(" "), text);
        assert!(wrap("", 12.0, false, 100.0, 2).is_empty());
        let even = wrap_even("Effector CD8 T cells", 12.0, true, 125.0, 3);
        assert_eq!(even, ["Effector", "CD8 T cells"]);
    }
}
