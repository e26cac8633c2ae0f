//! The montage: arms in rows, days in columns, then single fields with their colour bars.
//!
//! All rows share one colour scale per field and one length scale, so that arms can be compared by
//! eye. Sizes come from measured text: rows and heads grow with what they hold.

use image::RgbaImage;

use crate::colormap::Colormap;
use crate::colour::Rgb;
use crate::error::{Result, ViewError};
use crate::figure::{Figure, MARGIN, empty_panel, footer, heading};
use crate::legend::{
    DoseTrack, LegendEntry, colour_bar, legend, page_scale_bar, scale_bar, scale_bar_fits,
};
use crate::number::{LengthUnit, format_number};
use crate::raster::{Range, fade, field_image};
use crate::style::{Style, Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::{wrap, wrap_even};

/// Width of the row heads.
const HEAD_ROOM: f32 = 158.0;
/// Space between pictures.
const GAP: f32 = 6.0;
/// Space between the composites and the fields.
const BLOCK_GAP: f32 = 26.0;

/// One plane of a field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldSlice {
    /// `width * height` values, x fastest, row 0 at low y.
    pub values: Vec<f32>,
    /// Cells in x.
    pub width: u32,
    /// Cells in y.
    pub height: u32,
}

/// One field, shown for every arm at one time with one colour scale.
#[derive(Clone, Debug)]
pub struct FieldColumn {
    /// Name of the field.
    pub label: String,
    /// Its unit, written at the colour bar.
    pub unit: String,
    /// Limits of the colour scale.
    pub range: Range,
    /// The colour map.
    pub map: Colormap,
    /// One plane per row of the montage; `None` where it was not recorded.
    pub slices: Vec<Option<FieldSlice>>,
    /// Per row the cells to which the field belongs, in units of their typical size: it fades where there are none.
    /// Empty: it is a property of the place.
    pub cells: Vec<Vec<f32>>,
}

/// What the colours of a field mean.
#[derive(Clone, Debug)]
pub struct ColourKey {
    /// Limits of the colour scale.
    pub range: Range,
    /// The colour map.
    pub map: Colormap,
    /// Unit, written at the colour bar.
    pub unit: String,
}

/// One arm.
#[derive(Clone, Debug)]
pub struct MontageRow {
    /// Name of the arm.
    pub label: String,
    /// One line on its outcome, e.g. `burden 0.51 × control`; may be empty.
    pub note: String,
    /// Its colour, the same as in plots.
    pub colour: Rgb,
    /// One composite per column head; `None` where it was not recorded.
    pub pictures: Vec<Option<RgbaImage>>,
    /// Doses of this arm; may be empty.
    pub doses: Vec<DoseTrack>,
}

/// Arms by days, and fields.
#[derive(Clone, Debug)]
pub struct Montage {
    /// What is to be seen.
    pub title: String,
    /// One line below it; may be empty.
    pub subtitle: String,
    /// Head over the composites, e.g. `virtual stain`; may be empty.
    pub composite_head: String,
    /// Heads of the composite columns, e.g. `day 14`.
    pub column_heads: Vec<String>,
    /// Head over the fields, e.g. `fields on day 28`; may be empty.
    pub field_head: String,
    /// The arms.
    pub rows: Vec<MontageRow>,
    /// The fields.
    pub fields: Vec<FieldColumn>,
    /// Channels of the composites.
    pub channels: Vec<LegendEntry>,
    /// The colours of the pictures over time, where they show one field.
    pub colours: Option<ColourKey>,
    /// Width and height of the tissue shown, in `length_unit`.
    pub extent: [f64; 2],
    /// Unit of `extent` on the scale bar.
    pub length_unit: LengthUnit,
    /// Length of the dose time line in the row heads, in `time_unit`.
    pub duration: f64,
    /// Short unit of dose times, e.g. `d`; may be empty.
    pub time_unit: String,
    /// Closing line; may be empty.
    pub footer: String,
    /// Light or dark page.
    pub style: Style,
    /// Longer side of a picture, in pixels at scale 1; 150 is a good choice.
    pub panel: f32,
    /// Interpolate between cells; otherwise cells are sharp squares.
    pub smooth: bool,
}

/// Sizes that follow from the content.
struct Layout {
    picture: [f32; 2],
    column: f32,
    composites: f32,
    fields: f32,
    width: f32,
}

impl Montage {
    /// Composes the figure.
    ///
    /// # Errors
    /// [`ViewError::Figure`] if the numbers of heads, pictures and rows do not agree, and what
    /// [`field_image`] returns.
    pub fn figure(&self) -> Result<Figure> {
        self.check()?;
        let theme = self.style.theme();
        let layout = self.layout();
        let mut d = Drawing::default();
        let mut y = heading(&mut d, &theme, layout.width, &self.title, &self.subtitle);
        y = self.heads(&mut d, &theme, &layout, y);
        for (index, row) in self.rows.iter().enumerate() {
            y = self.row(&mut d, &theme, &layout, y, index, row)? + GAP;
        }
        y = self.keys(&mut d, &theme, &layout, y + 4.0)?;
        let height = footer(&mut d, &theme, layout.width, y, &self.footer);
        Figure::new(layout.width, height, &self.title, &theme, d)
    }

    fn check(&self) -> Result<()> {
        let error = |text: String| Err(ViewError::Figure(text));
        if self.rows.is_empty() || self.column_heads.is_empty() && self.fields.is_empty() {
            return error("a montage needs at least one row and one column".to_owned());
        }
        for row in &self.rows {
            if row.pictures.len() != self.column_heads.len() {
                return error(format!(
                    "row `{}` has {} pictures for {} column heads",
                    row.label,
                    row.pictures.len(),
                    self.column_heads.len()
                ));
            }
        }
        for field in &self.fields {
            if field.slices.len() != self.rows.len() {
                return error(format!(
                    "field `{}` has {} planes for {} rows",
                    field.label,
                    field.slices.len(),
                    self.rows.len()
                ));
            }
        }
        let [w, h] = self.extent;
        if !(w > 0.0 && h > 0.0 && w.is_finite() && h.is_finite()) {
            return error(format!(
                "the tissue measures {w} x {h}; both must be above 0"
            ));
        }
        if !(40.0..=2000.0).contains(&self.panel) {
            return error(format!(
                "panel size {}; allowed are 40 to 2000 pixels",
                self.panel
            ));
        }
        Ok(())
    }

    fn layout(&self) -> Layout {
        let aspect = (self.extent[0] / self.extent[1]) as f32;
        let picture = if aspect >= 1.0 {
            [self.panel, (self.panel / aspect).max(12.0)]
        } else {
            [(self.panel * aspect).max(12.0), self.panel]
        };
        let column = picture[0].max(92.0);
        let composites = MARGIN + HEAD_ROOM + 12.0;
        let block = |n: usize| (n as f32 * (column + GAP) - GAP).max(0.0);
        let between = if self.column_heads.is_empty() || self.fields.is_empty() {
            0.0
        } else {
            BLOCK_GAP
        };
        let fields = composites + block(self.column_heads.len()) + between;
        let width = fields + block(self.fields.len()) + MARGIN;
        Layout {
            picture,
            column,
            composites,
            fields,
            width: width.max(460.0),
        }
    }

    fn heads(&self, d: &mut Drawing, theme: &Theme, layout: &Layout, top: f32) -> f32 {
        let group = Type::new(size::BODY, theme.muted);
        let (days, fields) = (self.column_heads.len(), self.fields.len());
        let mut y = top;
        let mut lower = top;
        for (x, n, text) in [
            (layout.composites, days, &self.composite_head),
            (layout.fields, fields, &self.field_head),
        ] {
            if n == 0 || text.is_empty() {
                continue;
            }
            let wide = n as f32 * (layout.column + GAP) - GAP;
            let lines = wrap(text, group.size, false, wide, 2);
            lower = lower.max(d.lines(x, top, &lines, group) + 3.0);
        }
        if lower > top {
            for (x, n) in [(layout.composites, days), (layout.fields, fields)] {
                if n > 0 {
                    let right = x + n as f32 * (layout.column + GAP) - GAP;
                    d.line([x, lower], [right, lower], theme.line, 1.0);
                }
            }
            y = lower + 5.0;
        }
        let kind = Type::new(size::HEAD, theme.ink)
            .bold()
            .anchor(Anchor::Middle);
        let heads: Vec<(f32, Vec<String>)> = self
            .column_heads
            .iter()
            .enumerate()
            .map(|(i, head)| (self.column_x(layout, layout.composites, i), head))
            .chain(
                self.fields
                    .iter()
                    .enumerate()
                    .map(|(i, field)| (self.column_x(layout, layout.fields, i), &field.label)),
            )
            .map(|(x, head)| (x, wrap_even(head, kind.size, true, layout.column, 3)))
            .collect();
        let most = heads
            .iter()
            .map(|(_, lines)| lines.len())
            .max()
            .unwrap_or(0);
        for (x, lines) in heads {
            let down = (most - lines.len()) as f32 * kind.line();
            d.lines(x + layout.column / 2.0, y + down, &lines, kind);
        }
        y + most as f32 * kind.line() + 4.0
    }

    fn column_x(&self, layout: &Layout, start: f32, index: usize) -> f32 {
        start + index as f32 * (layout.column + GAP)
    }

    fn row(
        &self,
        d: &mut Drawing,
        theme: &Theme,
        layout: &Layout,
        top: f32,
        index: usize,
        row: &MontageRow,
    ) -> Result<f32> {
        let [w, h] = layout.picture;
        let inset = (layout.column - w) / 2.0;
        let text_bottom = self.row_head(d, theme, top, row);
        let bottom = text_bottom.max(top + h);
        d.rect(Rect::new(MARGIN, top, 5.0, bottom - top), row.colour);
        for (i, picture) in row.pictures.iter().enumerate() {
            let area = Rect::new(
                self.column_x(layout, layout.composites, i) + inset,
                top,
                w,
                h,
            );
            self.panel(d, theme, area, picture.as_ref(), index == 0 && i == 0)?;
        }
        for (i, field) in self.fields.iter().enumerate() {
            let area = Rect::new(self.column_x(layout, layout.fields, i) + inset, top, w, h);
            let picture = match &field.slices[index] {
                Some(s) => {
                    let (range, map) = (field.range, &field.map);
                    let mut image = field_image(&s.values, s.width, s.height, range, map)?;
                    if let Some(cells) = field.cells.get(index) {
                        fade(&mut image, cells)?;
                    }
                    Some(image)
                }
                None => None,
            };
            let scale = index == 0 && i == 0 && self.column_heads.is_empty();
            self.panel(d, theme, area, picture.as_ref(), scale)?;
        }
        Ok(bottom)
    }

    /// One picture, or a note that there is none.
    fn panel(
        &self,
        d: &mut Drawing,
        theme: &Theme,
        area: Rect,
        picture: Option<&RgbaImage>,
        scale: bool,
    ) -> Result<()> {
        match picture {
            Some(picture) => d.picture(area, picture, self.smooth)?,
            None => empty_panel(d, theme, area, "not recorded"),
        }
        if scale {
            scale_bar(d, area, self.extent[0], &self.length_unit);
        }
        Ok(())
    }

    /// Label, note and dose time line; returns the lower edge.
    fn row_head(&self, d: &mut Drawing, theme: &Theme, top: f32, row: &MontageRow) -> f32 {
        let (left, room) = (MARGIN + 14.0, HEAD_ROOM - 14.0);
        let kind = Type::new(size::HEAD, theme.ink).bold();
        let mut y = d.lines(
            left,
            top + 1.0,
            &wrap(&row.label, kind.size, true, room, 3),
            kind,
        );
        let kind = Type::new(size::BODY, theme.muted);
        y = d.lines(
            left,
            y + 2.0,
            &wrap(&row.note, kind.size, false, room, 3),
            kind,
        );
        let tracks: Vec<&DoseTrack> = row.doses.iter().filter(|t| !t.times.is_empty()).collect();
        if tracks.is_empty() || self.duration.is_nan() || self.duration <= 0.0 {
            return y;
        }
        let small = Type::new(size::SMALL, theme.muted);
        let (from, to) = (left + 5.0, left + room - 12.0);
        let at = |time: f64| from + (time / self.duration) as f32 * (to - from);
        y += 5.0;
        for track in tracks {
            let label = wrap(&track.label, small.size, false, room, 1);
            y = d.lines(left, y, &label, small) + 6.0;
            d.line([from, y], [to, y], theme.line, 1.0);
            track.draw(d, y, [from, to], at);
            y += 7.0;
        }
        d.text(from, y + small.size, "0", small.anchor(Anchor::Middle));
        let end = format!("{} {}", format_number(self.duration), self.time_unit);
        d.text(
            left + room,
            y + small.size,
            end.trim_end(),
            small.anchor(Anchor::End),
        );
        y + small.line() + 2.0
    }

    /// Channel legend below the composites, colour bars below the fields, and the scale bar if the
    /// pictures are too small to hold it. Returns the lower edge.
    fn keys(&self, d: &mut Drawing, theme: &Theme, layout: &Layout, top: f32) -> Result<f32> {
        let mut bottom = top;
        let mut bars = top;
        if !scale_bar_fits(layout.picture, self.extent[0], &self.length_unit) {
            let corner = [layout.composites, top];
            let (wide, unit) = (layout.picture[0], &self.length_unit);
            bottom = page_scale_bar(d, theme, corner, wide, self.extent[0], unit);
            bars = bottom + 4.0;
        }
        let days = self.column_heads.len() as f32;
        if days > 0.0 {
            let room = days * (layout.column + GAP) - GAP;
            bottom = legend(d, theme, [layout.composites, bottom], room, &self.channels);
            if let Some(key) = &self.colours {
                let wide = room.min(260.0) - 8.0;
                let bar = Rect::new(layout.composites + 1.0, bottom + 4.0, wide, 10.0);
                bottom = colour_bar(d, theme, bar, key.range, &key.map, &key.unit)?;
            }
        }
        for (i, field) in self.fields.iter().enumerate() {
            let x = self.column_x(layout, layout.fields, i);
            let bar = Rect::new(x + 1.0, bars + 2.0, layout.column - 8.0, 10.0);
            bottom = bottom.max(colour_bar(
                d,
                theme,
                bar,
                field.range,
                &field.map,
                &field.unit,
            )?);
        }
        Ok(bottom + 6.0)
    }
}
