//! A finished figure: SVG text, and the same as pixels at any scale.
//!
//! SVG is the one description; pixels are made from it by `resvg` with the embedded fonts only.
//! So the figure in a paper and the picture on a slide cannot differ. SVG files hold the shapes of
//! letters instead of letters: many programs have neither the fonts nor a way to embed them.

use image::RgbaImage;
use resvg::{tiny_skia, usvg};

use crate::colour::hex;
use crate::error::{Result, ViewError};
use crate::png::{encode_png, encode_png_at};
use crate::raster::LARGEST_SIDE;
use crate::style::{Theme, size};
use crate::svg::{Anchor, Drawing, Rect, TextBox, Type, escape};
use crate::text::{FAMILY, options, wrap};

/// XML namespace of the entries in `<metadata>`.
const NAMESPACE: &str = "urn:warmfront:metadata";

/// Space around a figure, in pixels at scale 1.
pub(crate) const MARGIN: f32 = 24.0;

/// A figure of fixed size in pixels at scale 1.
#[derive(Clone, Debug)]
pub struct Figure {
    width: f32,
    height: f32,
    title: String,
    page: String,
    drawing: Drawing,
}

impl Figure {
    /// Closes a drawing. `title` is what a screen reader says.
    ///
    /// # Errors
    /// [`ViewError::Pixels`] if the size is not drawable.
    pub fn new(
        width: f32,
        height: f32,
        title: &str,
        theme: &Theme,
        drawing: Drawing,
    ) -> Result<Self> {
        let figure = Self {
            width: width.ceil(),
            height: height.ceil(),
            title: title.to_owned(),
            page: hex(theme.page),
            drawing,
        };
        figure.pixels(1.0)?;
        Ok(figure)
    }

    /// Width and height in pixels at scale 1.
    pub fn size(&self) -> (f32, f32) {
        (self.width, self.height)
    }

    /// Every text with its box, in pixels at scale 1.
    pub fn texts(&self) -> &[TextBox] {
        self.drawing.texts()
    }

    /// Height over width.
    pub fn aspect(&self) -> f32 {
        self.height / self.width
    }

    /// What a screen reader says.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The figure as an SVG 1.1 file that looks the same in every program. `metadata` are
    /// `(key, text)` pairs kept in `<metadata>`; `millimetres` is the width on paper, 96 pixels per
    /// inch if there is none.
    ///
    /// # Errors
    /// [`ViewError::Draw`] for text that cannot be drawn.
    pub fn svg(&self, metadata: &[(&str, &str)], millimetres: Option<f64>) -> Result<String> {
        let size = match millimetres {
            Some(mm) => {
                let high = mm * f64::from(self.aspect());
                [format!("{mm:.2}mm"), format!("{high:.2}mm")]
            }
            None => [self.width, self.height].map(|v| v.to_string()),
        };
        Ok(self.document(&size, metadata, &self.drawing.outlined()?))
    }

    /// The figure as SVG text with letters as text in the embedded fonts.
    pub(crate) fn lettered(&self) -> String {
        let size = [self.width, self.height].map(|v| v.to_string());
        self.document(&size, &[], self.drawing.body())
    }

    fn document(&self, size: &[String; 2], metadata: &[(&str, &str)], body: &str) -> String {
        let (w, h) = (self.width, self.height);
        let mut notes = String::new();
        for (key, text) in metadata {
            notes.push_str(&format!(
                "<entry xmlns=\"{NAMESPACE}\" key=\"{}\">{}</entry>\n",
                escape(key),
                escape(text)
            ));
        }
        if !notes.is_empty() {
            notes = format!("<metadata>\n{notes}</metadata>\n");
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             width=\"{}\" height=\"{}\" viewBox=\"0 0 {w} {h}\" font-family=\"{FAMILY}\">\n\
             <title>{}</title>\n{notes}<rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>\n{body}</svg>\n",
            size[0],
            size[1],
            escape(&self.title),
            self.page,
        )
    }

    /// The figure as pixels; `scale` 2 gives twice the width and height.
    ///
    /// # Errors
    /// [`ViewError::Pixels`] for an impossible size, [`ViewError::Draw`] if rendering fails.
    pub fn image(&self, scale: f32) -> Result<RgbaImage> {
        let (width, height) = self.pixels(scale)?;
        rasterise(&self.lettered(), width, height)
    }

    /// The figure as a PNG file with metadata.
    ///
    /// # Errors
    /// As [`Figure::image`] and [`encode_png`].
    pub fn png(&self, scale: f32, metadata: &[(&str, &str)]) -> Result<Vec<u8>> {
        encode_png(&self.image(scale)?, metadata)
    }

    /// The figure as a PNG file for paper: `millimetres` wide at `dpi` pixels per inch, which the
    /// file says.
    ///
    /// # Errors
    /// As [`Figure::png`].
    pub fn png_on_paper(
        &self,
        millimetres: f64,
        dpi: f64,
        metadata: &[(&str, &str)],
    ) -> Result<Vec<u8>> {
        let scale = millimetres / 25.4 * dpi / f64::from(self.width);
        encode_png_at(&self.image(scale as f32)?, metadata, dpi)
    }

    fn pixels(&self, scale: f32) -> Result<(u32, u32)> {
        let side = |v: f32| (v * scale).round().clamp(0.0, 1e9) as u32; // NaN becomes 0
        let (width, height) = (side(self.width), side(self.height));
        if (1..=LARGEST_SIDE).contains(&width) && (1..=LARGEST_SIDE).contains(&height) {
            Ok((width, height))
        } else {
            Err(ViewError::Pixels {
                width,
                height,
                limit: LARGEST_SIDE,
            })
        }
    }
}

/// The `(key, text)` pairs that [`Figure::svg`] was given; none in a file of another program.
///
/// # Errors
/// [`ViewError::Draw`] for what is no XML.
pub fn read_svg_text(svg: &str) -> Result<Vec<(String, String)>> {
    let document =
        usvg::roxmltree::Document::parse(svg).map_err(|e| ViewError::Draw(e.to_string()))?;
    let entries = document
        .descendants()
        .filter(|n| n.has_tag_name((NAMESPACE, "entry")));
    let pairs = entries.filter_map(|n| {
        let text: String = n.children().filter_map(|c| c.text()).collect();
        Some((n.attribute("key")?.to_owned(), text))
    });
    Ok(pairs.collect())
}

/// Draws SVG text, stretched to `width * height` pixels, with the embedded fonts only.
///
/// # Errors
/// [`ViewError::Draw`] if the text is no SVG, [`ViewError::Pixels`] for an impossible size.
pub fn rasterise(svg: &str, width: u32, height: u32) -> Result<RgbaImage> {
    let tree = usvg::Tree::from_str(svg, &options()).map_err(|e| ViewError::Draw(e.to_string()))?;
    let bad_size = ViewError::Pixels {
        width,
        height,
        limit: LARGEST_SIDE,
    };
    if width > LARGEST_SIDE || height > LARGEST_SIDE {
        return Err(bad_size);
    }
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or(bad_size)?;
    let transform = tiny_skia::Transform::from_scale(
        width as f32 / tree.size().width(),
        height as f32 / tree.size().height(),
    );
    resvg::render(&tree, transform, &mut pixels.as_mut());
    let straight: Vec<u8> = pixels
        .pixels()
        .iter()
        .flat_map(|p| {
            let c = p.demultiply();
            [c.red(), c.green(), c.blue(), c.alpha()]
        })
        .collect();
    RgbaImage::from_raw(width, height, straight)
        .ok_or_else(|| ViewError::Draw("the renderer returned too few pixels".to_owned()))
}

/// Title and subtitle from the upper left; returns the lower edge.
pub(crate) fn heading(
    d: &mut Drawing,
    theme: &Theme,
    width: f32,
    title: &str,
    subtitle: &str,
) -> f32 {
    let room = width - 2.0 * MARGIN;
    let kind = Type::new(size::TITLE, theme.ink).bold();
    let mut y = d.lines(
        MARGIN,
        MARGIN - 4.0,
        &wrap(title, kind.size, true, room, 2),
        kind,
    );
    let kind = Type::new(size::SUBTITLE, theme.muted);
    y = d.lines(
        MARGIN,
        y + 1.0,
        &wrap(subtitle, kind.size, false, room, 3),
        kind,
    );
    y + 10.0
}

/// A small closing line; returns the height of the whole figure.
pub(crate) fn footer(d: &mut Drawing, theme: &Theme, width: f32, top: f32, text: &str) -> f32 {
    let kind = Type::new(size::SMALL, theme.muted);
    let lines = whole_sentences(text, kind, width - 2.0 * MARGIN);
    if lines.is_empty() {
        return top + MARGIN - 6.0;
    }
    d.line(
        [MARGIN, top + 8.0],
        [width - MARGIN, top + 8.0],
        theme.line,
        1.0,
    );
    d.lines(MARGIN, top + 14.0, &lines, kind) + MARGIN - 10.0
}

/// At most three lines: the sentences that fit, or the beginning of the first.
fn whole_sentences(text: &str, kind: Type, room: f32) -> Vec<String> {
    let mut kept = text.trim_end();
    loop {
        let lines = wrap(kept, kind.size, false, room, 3);
        if !lines.iter().any(|l| l.ends_with('…')) {
            return lines;
        }
        match kept.trim_end_matches('.').rfind(". ") {
            Some(end) => kept = &kept[..=end],
            None => return lines,
        }
    }
}

/// A figure that only says something: used for an empty panel.
pub(crate) fn empty_panel(d: &mut Drawing, theme: &Theme, r: Rect, text: &str) {
    d.rect(r, theme.empty);
    let kind = Type::new(size::SMALL, theme.muted).anchor(Anchor::Middle);
    let lines = wrap(text, kind.size, false, r.w - 8.0, 2);
    let top = r.y + (r.h - kind.line() * lines.len() as f32) / 2.0;
    d.lines(r.x + r.w / 2.0, top, &lines, kind);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Style;

    fn small(text: &str) -> Result<Figure> {
        let theme = Style::Print.theme();
        let mut d = Drawing::default();
        d.text(10.0, 30.0, text, Type::new(20.0, theme.ink));
        Figure::new(200.0, 50.0, "a & b", &theme, d)
    }

    #[test]
    fn pixels_follow_the_scale_and_text_is_drawn() -> Result<()> {
        let figure = small("day 14 <µm>")?;
        let one = figure.image(1.0)?;
        let two = figure.image(2.0)?;
        assert_eq!(
            (one.width(), one.height(), two.width(), two.height()),
            (200, 50, 400, 100)
        );
        let dark = |i: &RgbaImage| i.pixels().filter(|p| p.0[0] < 128).count();
        assert!(dark(&one) > 200 && dark(&two) > 3 * dark(&one));
        assert_eq!(one.get_pixel(0, 0).0, [255; 4]);
        Ok(())
    }

    #[test]
    fn measured_text_is_as_wide_as_drawn_text() -> Result<()> {
        for text in ["MEK inhibitor", "IFN-γ 10⁻³ µm", "WAVAT"] {
            let figure = small(text)?;
            let image = figure.image(1.0)?;
            let inked = |x: &u32| (0..50).any(|y| image.get_pixel(*x, y).0[0] < 200);
            let left = (0..200).find(inked).unwrap_or(0) as f32;
            let right = (0..200).rev().find(inked).unwrap_or(0) as f32 + 1.0;
            let area = figure.texts()[0].area;
            assert!(
                left >= area.x - 1.0 && right <= area.right() + 1.0,
                "{text}: {right} {area:?}"
            );
            assert!(
                right > area.right() - 0.08 * area.w - 3.0,
                "{text}: {right} {area:?}"
            );
        }
        Ok(())
    }

    #[test]
    fn svg_needs_no_fonts_and_keeps_metadata() -> Result<()> {
        let figure = small("µg of x & y")?;
        let pairs = [("scenario", "a < b & \"c\" µ\n[x]")];
        let svg = figure.svg(&pairs, Some(90.0))?;
        assert!(!svg.contains("<text") && svg.contains("aria-label=\"µg of x &amp; y\""));
        assert!(svg.contains("width=\"90.00mm\" height=\"22.50mm\""));
        let back = read_svg_text(&svg)?;
        assert_eq!(back, [("scenario".to_owned(), pairs[0].1.to_owned())]);
        assert!(read_svg_text("<svg").is_err());
        // The shapes are where the letters were.
        let (a, b) = (rasterise(&svg, 400, 100)?, figure.image(2.0)?);
        let off = a.pixels().zip(b.pixels());
        let off = off
            .map(|(a, b)| f64::from(a.0[0].abs_diff(b.0[0])))
            .sum::<f64>();
        // Edges of letters may fall on the other side of a hundredth of a pixel.
        assert!(off / (400.0 * 100.0) < 0.3, "{off}");
        Ok(())
    }

    #[test]
    fn a_closing_line_ends_with_a_sentence() {
        let kind = Type::new(10.0, [0; 3]);
        let text = "One is here. Two is there. Three is a very long one that has no room.";
        let lines = whole_sentences(text, kind, 80.0);
        assert_eq!(lines.join(" "), "One is here. Two is there.");
        assert!(whole_sentences("word ".repeat(60).as_str(), kind, 80.0)[2].ends_with('…'));
        assert!(whole_sentences("", kind, 80.0).is_empty());
    }

    #[test]
    fn impossible_sizes_are_errors() -> Result<()> {
        let theme = Style::Print.theme();
        for (w, h) in [(0.0, 9.0), (f32::NAN, 9.0), (9.0, 1e9)] {
            assert!(Figure::new(w, h, "", &theme, Drawing::default()).is_err());
        }
        assert!(small("x")?.image(1000.0).is_err());
        assert!(rasterise("<svg", 5, 5).is_err());
        Ok(())
    }
}
