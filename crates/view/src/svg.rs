//! A figure under construction: shapes, pictures and text as SVG, with the box of every text kept.
//!
//! Lengths are pixels at scale 1; y points down. Boxes let a figure prove that no text covers
//! another one.

use std::fmt::Write as _;
use std::ops::Range;

use base64::Engine as _;
use image::RgbaImage;
use image::imageops::FilterType;

use crate::colour::{Rgb, hex};
use crate::error::Result;
use crate::png::encode_png;
use crate::text;

/// An axis-parallel rectangle; `y` is its upper edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub w: f32,
    /// Height.
    pub h: f32,
}

impl Rect {
    /// Left edge, upper edge, width, height.
    pub const fn new(x: f32, y: f32, w: f32, h: f32) -> Self {
        Self { x, y, w, h }
    }

    /// Right edge.
    pub fn right(&self) -> f32 {
        self.x + self.w
    }

    /// Lower edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.h
    }

    /// Whether the insides of two rectangles meet.
    pub fn overlaps(&self, other: &Self) -> bool {
        let slack = 0.01;
        self.x + slack < other.right()
            && other.x + slack < self.right()
            && self.y + slack < other.bottom()
            && other.y + slack < self.bottom()
    }
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct TextBox {
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub area: Rect,
}

/// Which end of the text is at its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The left end.
    Start,
    /// The middle.
    Middle,
    /// The right end.
    End,
}

/// How a text looks.
#[derive(Clone, Copy, Debug)]
pub struct Type {
    /// Font size in pixels.
    pub size: f32,
    /// Bold face.
    pub bold: bool,
    /// Colour of the letters.
    pub colour: Rgb,
    /// Which end is at the position.
    pub anchor: Anchor,
    /// Outline for text over a picture.
    pub halo: Option<Rgb>,
}

impl Type {
    /// Regular text that starts at its position.
    pub const fn new(size: f32, colour: Rgb) -> Self {
        Self {
            size,
            bold: false,
            colour,
            anchor: Anchor::Start,
            halo: None,
        }
    }

    /// The same in bold.
    pub const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    /// The same with another anchor.
    pub const fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    /// The same with an outline.
    pub const fn halo(self, colour: Rgb) -> Self {
        Self {
            halo: Some(colour),
            ..self
        }
    }

    /// Distance from one baseline to the next.
    pub fn line(&self) -> f32 {
        self.size * 1.3
    }

    /// Width of `text`.
    pub fn width(&self, text: &str) -> f32 {
        text::width(text, self.size, self.bold)
    }
}

/// SVG elements in drawing order, and the texts among them.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    body: String,
    texts: Vec<TextBox>,
    // Where the element of each text is in `body`.
    elements: Vec<Range<usize>>,
}

impl Drawing {
    /// A filled rectangle.
    pub fn rect(&mut self, r: Rect, fill: Rgb) {
        self.push(format_args!(
            r#"<rect x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}" fill="{}"/>"#,
            r.x,
            r.y,
            r.w,
            r.h,
            hex(fill)
        ));
    }

    /// The outline of a rectangle, one pixel wide, just outside it.
    pub fn frame(&mut self, r: Rect, stroke: Rgb) {
        self.push(format_args!(
            r#"<rect x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}" fill="none" stroke="{}"/>"#,
            r.x - 0.5,
            r.y - 0.5,
            r.w + 1.0,
            r.h + 1.0,
            hex(stroke)
        ));
    }

    /// Lines through points; `dash` is an SVG dash pattern or empty. Fewer than two points draw
    /// nothing.
    pub fn polyline(&mut self, points: &[[f32; 2]], stroke: Rgb, width: f32, dash: &str) {
        if points.len() < 2 {
            return;
        }
        let mut list = String::with_capacity(points.len() * 14);
        for [x, y] in points {
            let _ = write!(list, "{x:.2},{y:.2} ");
        }
        let dash = if dash.is_empty() {
            String::new()
        } else {
            format!(r#" stroke-dasharray="{dash}""#)
        };
        self.push(format_args!(
            r#"<polyline points="{}" fill="none" stroke="{}" stroke-width="{width}" stroke-linejoin="round"{dash}/>"#,
            list.trim_end(), hex(stroke)
        ));
    }

    /// A straight line.
    pub fn line(&mut self, from: [f32; 2], to: [f32; 2], stroke: Rgb, width: f32) {
        self.polyline(&[from, to], stroke, width, "");
    }

    /// A filled polygon.
    pub fn polygon(&mut self, points: &[[f32; 2]], fill: Rgb) {
        let list: Vec<String> = points
            .iter()
            .map(|[x, y]| format!("{x:.2},{y:.2}"))
            .collect();
        self.push(format_args!(
            r#"<polygon points="{}" fill="{}"/>"#,
            list.join(" "),
            hex(fill)
        ));
    }

    /// A filled circle.
    pub fn circle(&mut self, [x, y]: [f32; 2], radius: f32, fill: Rgb) {
        self.push(format_args!(
            r#"<circle cx="{x:.2}" cy="{y:.2}" r="{radius:.2}" fill="{}"/>"#,
            hex(fill)
        ));
    }

    /// One line of text with its baseline at `y`. Empty text draws nothing.
    pub fn text(&mut self, x: f32, y: f32, text: &str, kind: Type) {
        if text.trim().is_empty() {
            return;
        }
        let width = kind.width(text);
        let (anchor, left) = match kind.anchor {
            Anchor::Start => ("start", x),
            Anchor::Middle => ("middle", x - width / 2.0),
            Anchor::End => ("end", x - width),
        };
        let bold = if kind.bold {
            r#" font-weight="bold""#
        } else {
            ""
        };
        let halo = kind.halo.map_or(String::new(), |c| {
            format!(
                r#" stroke="{}" stroke-width="{:.2}" stroke-linejoin="round" paint-order="stroke""#,
                hex(c),
                kind.size * 0.24
            )
        });
        let start = self.body.len();
        self.push(format_args!(
            r#"<text x="{x:.2}" y="{y:.2}" font-size="{}" fill="{}" text-anchor="{anchor}"{bold}{halo}>{}</text>"#,
            kind.size, hex(kind.colour), escape(text)
        ));
        self.elements.push(start..self.body.len());
        // Box of letters: 0.76 em above the baseline (capitals), 0.24 em below (descenders).
        let area = Rect::new(left, y - 0.76 * kind.size, width, kind.size);
        self.texts.push(TextBox {
            text: text.to_owned(),
            area,
        });
    }

    /// Lines of text below each other, the first box starting at `top`. Returns the lower edge.
    pub fn lines(&mut self, x: f32, top: f32, lines: &[String], kind: Type) -> f32 {
        for (i, line) in lines.iter().enumerate() {
            self.text(
                x,
                top + kind.size * 0.95 + kind.line() * i as f32,
                line,
                kind,
            );
        }
        top + kind.line() * lines.len() as f32
    }

    /// A picture that fills `r`. Smooth pictures are interpolated when enlarged; others keep their
    /// cells as sharp squares. A picture much finer than the page is averaged down first.
    ///
    /// # Errors
    /// If the picture cannot be encoded.
    pub fn picture(&mut self, r: Rect, image: &RgbaImage, smooth: bool) -> Result<()> {
        // Four times the size on the page keeps detail at 300 dots per inch and more.
        let (most_w, most_h) = (
            (r.w * 4.0).ceil().max(1.0) as u32,
            (r.h * 4.0).ceil().max(1.0) as u32,
        );
        let bytes = if image.width() > most_w * 3 / 2 || image.height() > most_h * 3 / 2 {
            let (w, h) = (image.width().min(most_w), image.height().min(most_h));
            encode_png(
                &image::imageops::resize(image, w, h, FilterType::Triangle),
                &[],
            )?
        } else if smooth && image.width() < most_w / 2 && image.width() > 1 && image.height() > 1 {
            // Not every program interpolates, and those that do differ: coarse pictures are made fine here.
            let (w, h) = (most_w / 2, most_h / 2);
            encode_png(
                &image::imageops::resize(image, w, h, FilterType::CatmullRom),
                &[],
            )?
        } else {
            encode_png(image, &[])?
        };
        let data = base64::engine::general_purpose::STANDARD.encode(bytes);
        let style = if smooth {
            ""
        } else {
            r#" style="image-rendering:pixelated""#
        };
        self.push(format_args!(
            r#"<image x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}" preserveAspectRatio="none"{style} xlink:href="data:image/png;base64,{data}"/>"#,
            r.x, r.y, r.w, r.h
        ));
        Ok(())
    }

    /// The elements as SVG text.
    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    /// The elements as SVG text, with the shapes of letters in place of letters, so that no program
    /// needs the fonts. What a text says becomes the label of its group.
    ///
    /// # Errors
    /// A text that cannot be drawn.
    pub(crate) fn outlined(&self) -> Result<String> {
        let mut out = String::with_capacity(2 * self.body.len());
        let mut done = 0;
        for (element, text) in self.elements.iter().zip(&self.texts) {
            out.push_str(&self.body[done..element.start]);
            let shapes = text::outlines(&self.body[element.clone()])?;
            let label = escape(&text.text);
            let _ = writeln!(out, r#"<g role="img" aria-label="{label}">{shapes}</g>"#);
            done = element.end;
        }
        out.push_str(&self.body[done..]);
        Ok(out)
    }

    /// Every text with its box.
    pub fn texts(&self) -> &[TextBox] {
        &self.texts
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.body, "{element}");
    }
}

/// Text made safe for XML: the five named characters are escaped, characters that XML 1.0 forbids
/// are left out.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' | '\t' => safe.push(c),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_follow_the_anchor() {
        let mut d = Drawing::default();
        let kind = Type::new(10.0, [0, 0, 0]);
        d.text(100.0, 50.0, "abc", kind);
        d.text(100.0, 50.0, "abc", kind.anchor(Anchor::End));
        d.text(100.0, 50.0, "  ", kind);
        let [a, b] = d.texts() else {
            panic!("two texts")
        };
        assert!((a.area.x - 100.0).abs() < 1e-3 && (b.area.right() - 100.0).abs() < 1e-3);
        assert!(!a.area.overlaps(&b.area));
        assert!(a.area.overlaps(&a.area));
    }

    #[test]
    fn markup_in_text_is_harmless() {
        assert_eq!(escape("<a & \"b\"\u{0}>"), "&lt;a &amp; &quot;b&quot;&gt;");
    }
}
