//! Heat maps of dose matrices: one cell for each pair of doses, its number printed where it fits.
//!
//! Doses stand at even distances, as categories: 0 has no place on a logarithmic axis, and the doses
//! of a matrix are not evenly spaced. Drug 1 is on the x axis, drug 2 on the y axis; dose 0 of both is
//! in the lower left corner.

use crate::colormap::{Colormap, ColormapKind};
use crate::colour::{Rgb, luminance};
use crate::error::{Result, ViewError};
use crate::figure::{Figure, MARGIN, footer, heading};
use crate::legend::{LegendEntry, LegendMark, Marker, colour_bar, legend};
use crate::number::format_number;
use crate::raster::Range;
use crate::style::{Style, Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::wrap;

/// Most lines of a caption.
const CAPTION: usize = 5;

/// The doses along one side of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct DoseSide {
    /// Name of the drug.
    pub label: String,
    /// Unit of the doses; may be empty.
    pub unit: String,
    /// Doses, rising.
    pub doses: Vec<f64>,
}

impl DoseSide {
    /// Name and unit.
    pub(crate) fn title(&self) -> String {
        match self.unit.trim() {
            "" => self.label.clone(),
            unit => format!("{} ({unit})", self.label),
        }
    }

    /// Doses in words.
    pub(crate) fn words(&self) -> Vec<String> {
        self.doses.iter().map(|d| format_number(*d)).collect()
    }

    pub(crate) fn check(&self) -> Result<()> {
        let rising = self.doses.windows(2).all(|w| w[0] < w[1]);
        if (2..=64).contains(&self.doses.len()) && rising {
            Ok(())
        } else {
            Err(ViewError::Figure(format!(
                "`{}` needs 2 to 64 doses that rise",
                self.label
            )))
        }
    }
}

/// Colours of values.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueColours {
    /// Amounts, from the first to the last colour of a sequential map.
    Amount(Range, Colormap),
    /// Differences, with 0 in the middle of a diverging map; `None` takes the largest value.
    Difference(Option<f64>, Colormap),
}

impl ValueColours {
    /// The range and the map for some values.
    ///
    /// # Errors
    /// A range or a map that does not fit.
    pub(crate) fn scale(&self, values: &[Vec<Option<f64>>]) -> Result<(Range, &Colormap)> {
        let (range, map) = match self {
            Self::Amount(range, map) => (*range, map),
            Self::Difference(limit, map) => {
                if map.kind != ColormapKind::Diverging {
                    return Err(ViewError::Figure(format!(
                        "`{}` is no diverging colour map; differences need one, e.g. balance",
                        map.name
                    )));
                }
                let found = values.iter().flatten().flatten().filter(|v| v.is_finite());
                let largest = found.fold(0.0_f64, |m, v| m.max(v.abs()));
                let limit = limit.unwrap_or(largest).max(1e-6) as f32;
                (Range::linear(-limit, limit), map)
            }
        };
        range.check()?;
        Ok((range, map))
    }

    /// Whether numbers carry a sign.
    pub(crate) fn signed(&self) -> bool {
        matches!(self, Self::Difference(..))
    }
}

/// A cell that is pointed at.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMark {
    /// Index of the dose of drug 1 and of drug 2.
    pub cell: [usize; 2],
    /// What it is.
    pub label: String,
    /// Sign in the upper left corner of the cell, and in the legend.
    pub marker: Marker,
}

/// The figure.
#[derive(Clone, Debug)]
pub struct HeatMap {
    /// What is to be seen.
    pub title: String,
    /// One line below it; may be empty.
    pub subtitle: String,
    /// Drug 1, along x.
    pub x: DoseSide,
    /// Drug 2, along y.
    pub y: DoseSide,
    /// `values[i][j]` at dose i of drug 1 and dose j of drug 2; none where there is no number.
    pub values: Vec<Vec<Option<f64>>>,
    /// What the values are, with their unit: the words at the colour bar.
    pub value_label: String,
    /// Colours of the values.
    pub colours: ValueColours,
    /// Cells that are pointed at.
    pub marks: Vec<HeatMark>,
    /// The line under the map that says the result; may be empty.
    pub caption: String,
    /// Closing line; may be empty.
    pub footer: String,
    /// Page.
    pub style: Style,
    /// Width and height of the figure, pixels at scale 1.
    pub size: [f32; 2],
}

/// Checks values against doses and the size of a figure of a matrix.
pub(crate) fn check_matrix(
    sides: [&DoseSide; 2],
    values: &[Vec<Option<f64>>],
    [w, h]: [f32; 2],
) -> Result<()> {
    sides[0].check()?;
    sides[1].check()?;
    let [n, m] = sides.map(|s| s.doses.len());
    if values.len() != n || values.iter().any(|row| row.len() != m) {
        return Err(ViewError::Figure(format!(
            "{n} doses of `{}` and {m} of `{}` need {n} rows of {m} values",
            sides[0].label, sides[1].label
        )));
    }
    if (320.0..=4000.0).contains(&w) && (300.0..=4000.0).contains(&h) {
        Ok(())
    } else {
        Err(ViewError::Figure(
            "a figure of a dose matrix is 320 to 4000 by 300 to 4000 pixels".to_owned(),
        ))
    }
}

/// Colour bar with its words, then the caption and the closing line, at the lower end of a figure that
/// is `full` high. Returns the upper edge of all that. Drawn last, so that the height is known first:
/// the first call with a scratch drawing measures.
pub(crate) fn foot(
    d: &mut Drawing,
    theme: &Theme,
    [width, top]: [f32; 2],
    (range, map, label): (Range, &Colormap, &str),
    [caption, closing]: [&str; 2],
) -> Result<f32> {
    let room = width - 2.0 * MARGIN;
    let wide = room.min(360.0);
    let bar = Rect::new(MARGIN + (room - wide) / 2.0, top, wide, 11.0);
    let mut y = colour_bar(d, theme, bar, range, map, label)? + 2.0;
    if !caption.is_empty() {
        let kind = Type::new(size::BODY, theme.ink);
        y = d.lines(
            MARGIN,
            y + 2.0,
            &wrap(caption, kind.size, false, room, CAPTION),
            kind,
        );
    }
    Ok(footer(d, theme, width, y, closing))
}

impl HeatMap {
    /// Composes the figure.
    ///
    /// # Errors
    /// [`ViewError::Figure`] for values that do not fit the doses, a mark outside, a size out of bounds
    /// or too small for the words; a range that is not usable.
    pub fn figure(&self) -> Result<Figure> {
        check_matrix([&self.x, &self.y], &self.values, self.size)?;
        let (n, m) = (self.x.doses.len(), self.y.doses.len());
        if self.marks.iter().any(|k| k.cell[0] >= n || k.cell[1] >= m) {
            let text = "a mark is outside of the dose matrix";
            return Err(ViewError::Figure(text.to_owned()));
        }
        let (range, map) = self.colours.scale(&self.values)?;
        let theme = self.style.theme();
        let [width, height] = self.size;
        let mut d = Drawing::default();
        let mut top = heading(&mut d, &theme, width, &self.title, &self.subtitle);
        let entries: Vec<LegendEntry> = self
            .marks
            .iter()
            .map(|mark| LegendEntry {
                label: mark.label.clone(),
                mark: LegendMark::Dose(theme.ink, mark.marker),
            })
            .collect();
        let room = width - 2.0 * MARGIN;
        top = legend(&mut d, &theme, [MARGIN, top], room, &entries) + 6.0;
        let words = [self.caption.as_str(), self.footer.as_str()];
        let bar = (range, map, self.value_label.as_str());
        let tall = foot(&mut Drawing::default(), &theme, [width, 0.0], bar, words)?;
        let area = Rect::new(MARGIN, top, room, height - tall - 10.0 - top);
        if area.h < 120.0 {
            let text = "the words leave no room for the dose matrix; make the figure higher";
            return Err(ViewError::Figure(text.to_owned()));
        }
        self.draw_cells(&mut d, &theme, area, (range, map));
        foot(&mut d, &theme, [width, height - tall], bar, words)?;
        Figure::new(width, height, &self.title, &theme, d)
    }

    fn draw_cells(
        &self,
        d: &mut Drawing,
        theme: &Theme,
        area: Rect,
        (range, map): (Range, &Colormap),
    ) {
        let note = Type::new(size::BODY, theme.muted);
        let tick = Type::new(size::SMALL, theme.ink);
        let (columns, rows) = (self.x.doses.len(), self.y.doses.len());
        let title = wrap(&self.y.title(), note.size, false, area.w, 1);
        let top = d.lines(area.x, area.y, &title, note) + 4.0;
        let (x_words, y_words) = (self.x.words(), self.y.words());
        let gutter = y_words.iter().map(|l| tick.width(l)).fold(16.0, f32::max) + 8.0;
        let bottom = area.bottom() - tick.line() - note.line() - 8.0;
        let left = area.x + gutter;
        let cell = [
            (area.right() - left) / columns as f32,
            (bottom - top) / rows as f32,
        ];
        let place = |i: usize, j: usize| {
            Rect::new(
                left + cell[0] * i as f32,
                bottom - cell[1] * (j + 1) as f32,
                cell[0],
                cell[1],
            )
        };
        for (i, row) in self.values.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                let r = place(i, j);
                let inner = Rect::new(r.x + 0.75, r.y + 0.75, r.w - 1.5, r.h - 1.5);
                let shown = value.filter(|v| v.is_finite());
                let fill = shown.map_or(theme.empty, |v| map.colour(range.position(v as f32)));
                d.rect(inner, fill);
                if shown.is_none() {
                    crossed(d, theme, inner);
                }
                let marked = self.marks.iter().any(|k| k.cell == [i, j]);
                self.draw_value(d, theme, inner, (shown, fill, marked));
            }
        }
        for (k, mark) in self.marks.iter().enumerate() {
            let [i, j] = mark.cell;
            let r = place(i, j);
            let fill = self.values[i][j]
                .filter(|v| v.is_finite())
                .map_or(theme.empty, |v| map.colour(range.position(v as f32)));
            let ink = ink_on(fill);
            let before = self.marks[..k].iter().filter(|m| m.cell == mark.cell);
            let x = r.x + 11.0 + 13.0 * before.count() as f32;
            let corners = [
                [r.x, r.y],
                [r.right(), r.y],
                [r.right(), r.bottom()],
                [r.x, r.bottom()],
                [r.x, r.y],
            ];
            // A light seam keeps the frame apart from dark colours.
            d.polyline(&corners, theme.page, 5.0, "");
            d.polyline(&corners, theme.ink, 2.2, "");
            let half = 4.5_f32.min(r.w / 6.0).min(r.h / 6.0);
            mark.marker.draw(
                d,
                [x.min(r.right() - half), r.y + 10.0_f32.min(r.h / 3.0)],
                [half; 2],
                ink,
            );
        }
        let centred = tick.anchor(Anchor::Middle);
        for i in named(&x_words, tick, cell[0]) {
            let x = left + cell[0] * (i as f32 + 0.5);
            d.text(x, bottom + 4.0 + tick.size, &x_words[i], centred);
        }
        let every = (tick.line() / cell[1]).ceil().max(1.0) as usize;
        for j in (0..rows).step_by(every) {
            let y = bottom - cell[1] * (j as f32 + 0.5) + tick.size * 0.36;
            d.text(left - 6.0, y, &y_words[j], tick.anchor(Anchor::End));
        }
        let title = wrap(&self.x.title(), note.size, false, area.right() - left, 1);
        let middle = f32::midpoint(left, area.right());
        let baseline = bottom + 6.0 + tick.line();
        d.lines(middle, baseline, &title, note.anchor(Anchor::Middle));
    }

    /// The number in a cell, if it fits; in a marked cell below the sign.
    fn draw_value(
        &self,
        d: &mut Drawing,
        theme: &Theme,
        cell: Rect,
        (value, fill, marked): (Option<f64>, Rgb, bool),
    ) {
        let (text, colour) = match value {
            Some(v) => (self.number(v), ink_on(fill)),
            None => ("n/a".to_owned(), theme.muted),
        };
        let kind = Type::new(size::BODY, colour).anchor(Anchor::Middle);
        let sign = if marked { 14.0 } else { 0.0 };
        if kind.width(&text) + 6.0 <= cell.w && kind.size + 4.0 + sign <= cell.h {
            let middle = cell.y + f32::midpoint(sign, cell.h) + kind.size * 0.36;
            d.text(cell.x + cell.w / 2.0, middle, &text, kind);
        }
    }

    fn number(&self, v: f64) -> String {
        if !self.colours.signed() {
            return format_number(v);
        }
        // Differences are compared with each other, so all have the same decimals.
        match format!("{v:+.2}").as_str() {
            "-0.00" | "+0.00" => "0".to_owned(),
            text => text.replace('-', "−"),
        }
    }
}

/// The corners of a cell without a number: strokes that no colour of a map has, around the words.
fn crossed(d: &mut Drawing, theme: &Theme, cell: Rect) {
    let reach = [0.25 * cell.w, 0.25 * cell.h];
    for [x, sign_x] in [[cell.x, 1.0], [cell.right(), -1.0]] {
        for [y, sign_y] in [[cell.y, 1.0], [cell.bottom(), -1.0]] {
            let to = [x + sign_x * reach[0], y + sign_y * reach[1]];
            d.line([x, y], to, theme.muted, 1.0);
        }
    }
}

/// As many words as fit side by side at even distances: all, or every second, and so on.
fn named(words: &[String], kind: Type, step: f32) -> Vec<usize> {
    let widest = words.iter().map(|w| kind.width(w)).fold(0.0, f32::max);
    let every = ((widest + 6.0) / step).ceil().max(1.0) as usize;
    (0..words.len()).step_by(every).collect()
}

/// Black or white, whichever has more contrast (WCAG 2).
pub(crate) fn ink_on(fill: Rgb) -> Rgb {
    if luminance(fill) > 0.179 {
        [16, 18, 23]
    } else {
        [255, 255, 255]
    }
}
