//! Figures as PDF: one page of the figure's size, letters as text in embedded subsets of the fonts.
//!
//! Metadata are the document's information and the XMP packet, which PDF keeps uncompressed: title,
//! creator and, as keywords, one text of choice. [`read_pdf_keywords`] gives that text back.

use crate::error::{Result, ViewError};
use crate::figure::Figure;
#[cfg(feature = "pdf")]
use crate::text::options;

/// What the document says of itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct PdfInfo<'a> {
    /// Program that made it.
    pub creator: &'a str,
    /// One line on what it shows.
    pub subject: &'a str,
    /// Kept as the keywords; ASCII.
    pub keywords: &'a str,
}

impl Figure {
    /// The figure as a PDF file with a page `millimetres` wide.
    ///
    /// # Errors
    /// [`ViewError::NotBuilt`].
    #[cfg(not(feature = "pdf"))]
    pub fn pdf(&self, _millimetres: f64, _info: PdfInfo<'_>) -> Result<Vec<u8>> {
        Err(ViewError::NotBuilt {
            what: "figures as PDF",
            feature: "pdf",
        })
    }

    /// The figure as a PDF file with a page `millimetres` wide.
    ///
    /// # Errors
    /// [`ViewError::Draw`] if the page cannot be made.
    #[cfg(feature = "pdf")]
    pub fn pdf(&self, millimetres: f64, info: PdfInfo<'_>) -> Result<Vec<u8>> {
        use krilla::Document;
        use krilla::geom::Size;
        use krilla::metadata::Metadata;
        use krilla::page::PageSettings;
        use krilla_svg::{SurfaceExt as _, SvgSettings};
        use resvg::usvg;
        let failed = |e: &dyn std::fmt::Display| ViewError::Draw(e.to_string());
        let tree = usvg::Tree::from_str(&self.lettered(), &options()).map_err(|e| failed(&e))?;
        let wide = (millimetres / 25.4 * 72.0) as f32;
        let high = wide * self.aspect();
        let impossible = || {
            let what = format!("a page of {wide:.0} x {high:.0} points cannot be made");
            ViewError::Draw(what)
        };
        let mut document = Document::new();
        document.set_metadata(
            Metadata::new()
                .title(self.title().to_owned())
                .description(info.subject.to_owned())
                .creator(info.creator.to_owned())
                .producer(info.creator.to_owned())
                .language("en".to_owned())
                .keywords(vec![info.keywords.to_owned()]),
        );
        let settings = PageSettings::from_wh(wide, high).ok_or_else(impossible)?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let size = Size::from_wh(wide, high).ok_or_else(impossible)?;
        surface
            .draw_svg(&tree, size, SvgSettings::default())
            .ok_or_else(impossible)?;
        surface.finish();
        page.finish();
        document.finish().map_err(|e| failed(&format!("{e:?}")))
    }
}

/// The keywords of a PDF file as its XMP packet has them; none without such a packet.
pub fn read_pdf_keywords(bytes: &[u8]) -> Option<String> {
    let find = |from: usize, what: &[u8]| {
        let rest = bytes.get(from..)?;
        let at = rest.windows(what.len()).position(|w| w == what)?;
        Some(from + at)
    };
    let open = b"<pdf:Keywords>";
    let start = find(0, open)? + open.len();
    let end = find(start, b"</pdf:Keywords>")?;
    let text = std::str::from_utf8(&bytes[start..end]).ok()?;
    let xml = format!("<k>{text}</k>");
    let document = resvg::usvg::roxmltree::Document::parse(&xml).ok()?;
    let root = document.root_element();
    Some(root.children().filter_map(|c| c.text()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Style;
    use crate::svg::{Drawing, Type};

    #[test]
    fn fonts_are_embedded_and_keywords_come_back() -> Result<()> {
        let theme = Style::Print.theme();
        let mut d = Drawing::default();
        d.text(10.0, 30.0, "burden, µg", Type::new(20.0, theme.ink));
        let figure = Figure::new(200.0, 50.0, "a & b", &theme, d)?;
        let told = r#"{"a": "<b> & 'c' \\n"}"#;
        let info = PdfInfo {
            creator: "Warmfront 0",
            subject: "burden",
            keywords: told,
        };
        let bytes = figure.pdf(50.8, info)?;
        assert!(bytes.starts_with(b"%PDF-"));
        let has = |what: &[u8]| bytes.windows(what.len()).any(|w| w == what);
        assert!(has(b"/FontFile") && has(b"DejaVuSans") && has(b"/MediaBox"));
        // A subset: the whole font has 740 kB.
        assert!(bytes.len() < 60_000, "{} bytes", bytes.len());
        assert_eq!(read_pdf_keywords(&bytes).as_deref(), Some(told));
        assert_eq!(read_pdf_keywords(b"%PDF-1.7 nothing"), None);
        assert_eq!(
            read_pdf_keywords(b"<pdf:Keywords>&bad;</pdf:Keywords>"),
            None
        );
        Ok(())
    }
}
