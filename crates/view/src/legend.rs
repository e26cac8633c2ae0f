//! What makes a picture readable: colour bars, scale bars, legends and dose marks.
//!
//! Colour never codes alone: a series has a dash pattern and a drug has a marker shape besides.

use image::RgbaImage;

use crate::colormap::Colormap;
use crate::colour::Rgb;
use crate::error::Result;
use crate::number::{
    LengthUnit, log_labels, log_ticks, nice_ticks, power_labels, scale_bar_length, tick_labels,
};
use crate::raster::Range;
use crate::style::{Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::{shorten, width, wrap};

/// Dash pattern of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dash {
    /// Unbroken.
    #[default]
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// Dash, dot.
    DashDot,
    /// Very long dashes.
    LongDash,
    /// Dash, dot, dot.
    DashDotDot,
}

impl Dash {
    /// Pattern number `index`, in turn.
    pub fn nth(index: usize) -> Self {
        [
            Self::Solid,
            Self::Dashed,
            Self::Dotted,
            Self::LongDash,
            Self::DashDot,
            Self::DashDotDot,
        ][index % 6]
    }

    /// The pattern as an SVG `stroke-dasharray`; empty for a solid line.
    pub const fn pattern(self) -> &'static str {
        match self {
            Self::Solid => "",
            Self::Dashed => "5 3",
            Self::Dotted => "2 2.5",
            Self::DashDot => "8 3 2 3",
            Self::LongDash => "15 3",
            Self::DashDotDot => "8 3 2 2.5 2 3",
        }
    }
}

/// Shape of a dose mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// Triangle, point down.
    #[default]
    Triangle,
    /// Square on its corner.
    Diamond,
    /// Disc.
    Disc,
    /// Upright bar: for doses that are close together.
    Bar,
}

impl Marker {
    /// Shape number `index`, in turn.
    pub fn nth(index: usize) -> Self {
        [Self::Triangle, Self::Diamond, Self::Disc, Self::Bar][index % 4]
    }

    /// Draws the mark about a centre; `half` is half its width and half its height.
    pub fn draw(self, d: &mut Drawing, [x, y]: [f32; 2], half: [f32; 2], colour: Rgb) {
        let [w, h] = half;
        match self {
            Self::Triangle => d.polygon(&[[x - w, y - h], [x + w, y - h], [x, y + h]], colour),
            Self::Diamond => d.polygon(&[[x, y - h], [x + w, y], [x, y + h], [x - w, y]], colour),
            Self::Disc => d.circle([x, y], w.min(h) * 0.9, colour),
            Self::Bar => d.rect(Rect::new(x - w * 0.3, y - h, w * 0.6, 2.0 * h), colour),
        }
    }
}

/// When one drug is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DoseTrack {
    /// Name of the drug.
    pub label: String,
    /// Colour of its marks.
    pub colour: Rgb,
    /// Shape of its marks.
    pub marker: Marker,
    /// Times of the doses, in the unit of the time axis.
    pub times: Vec<f64>,
}

impl DoseTrack {
    /// Draws the marks in a row at height `y`; `at` gives the x of a time and `span` the x limits.
    /// Marks that would touch become narrower.
    pub(crate) fn draw(&self, d: &mut Drawing, y: f32, span: [f32; 2], at: impl Fn(f64) -> f32) {
        let mut xs: Vec<f32> = self
            .times
            .iter()
            .map(|&t| at(t))
            .filter(|x| *x >= span[0] - 0.5 && *x <= span[1] + 0.5)
            .collect();
        xs.sort_by(f32::total_cmp);
        let gap = xs
            .windows(2)
            .map(|w| w[1] - w[0])
            .fold(f32::INFINITY, f32::min);
        let half = (gap / 2.0 - 0.7).clamp(1.0, 4.0);
        let mut last = f32::NEG_INFINITY;
        for x in xs {
            // Marks nearer than two pixels would only paint a block.
            if x - last >= 2.0 {
                self.marker.draw(d, [x, y], [half, 4.0], self.colour);
                last = x;
            }
        }
    }
}

/// The sign in front of a legend's words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LegendMark {
    /// A square of colour: a channel of a composite.
    Swatch(Rgb),
    /// A piece of line: a series.
    Line(Rgb, Dash),
    /// A dose mark: a drug.
    Dose(Rgb, Marker),
}

/// One line of a legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendEntry {
    /// The words.
    pub label: String,
    /// The sign.
    pub mark: LegendMark,
}

impl LegendEntry {
    /// A channel of a composite.
    pub fn swatch(label: impl Into<String>, colour: Rgb) -> Self {
        Self {
            label: label.into(),
            mark: LegendMark::Swatch(colour),
        }
    }
}

/// Legend entries side by side from the upper left corner, broken into rows of at most `room`
/// pixels. Returns the lower edge.
pub fn legend(
    d: &mut Drawing,
    theme: &Theme,
    [left, top]: [f32; 2],
    room: f32,
    entries: &[LegendEntry],
) -> f32 {
    let kind = Type::new(size::BODY, theme.ink);
    let line = kind.line() + 4.0;
    let (mut x, mut y) = (left, top);
    for entry in entries {
        let sign = match entry.mark {
            LegendMark::Swatch(_) => 12.0,
            LegendMark::Line(..) => 30.0,
            LegendMark::Dose(..) => 9.0,
        };
        let label = shorten(&entry.label, kind.size, false, room - sign - 6.0);
        let wide = sign + 6.0 + kind.width(&label);
        if x > left && x + wide > left + room {
            (x, y) = (left, y + line);
        }
        let middle = y + line / 2.0;
        match entry.mark {
            LegendMark::Swatch(colour) => {
                let square = Rect::new(x + 0.5, middle - 6.0, 11.0, 11.0);
                d.rect(square, colour);
                d.frame(square, theme.muted);
            }
            LegendMark::Line(colour, dash) => {
                d.polyline(
                    &[[x, middle], [x + sign, middle]],
                    colour,
                    2.4,
                    dash.pattern(),
                );
            }
            LegendMark::Dose(colour, marker) => {
                marker.draw(d, [x + 4.5, middle], [4.5, 4.5], colour)
            }
        }
        d.text(x + sign + 6.0, middle + kind.size * 0.36, &label, kind);
        x += wide + 18.0;
    }
    if entries.is_empty() { top } else { y + line }
}

/// A horizontal colour bar that fills `bar`, with ticks and the unit below it. Returns the lower
/// edge. Labels stay between the ends of the bar and never touch each other.
///
/// # Errors
/// If the range is not usable.
pub fn colour_bar(
    d: &mut Drawing,
    theme: &Theme,
    bar: Rect,
    range: Range,
    map: &Colormap,
    unit: &str,
) -> Result<f32> {
    range.check()?;
    let strip = RgbaImage::from_fn(256, 1, |x, _| {
        let [r, g, b] = map.colour(x as f32 / 255.0);
        image::Rgba([r, g, b, 255])
    });
    d.picture(bar, &strip, true)?;
    d.frame(bar, theme.muted);
    let kind = Type::new(size::SMALL, theme.ink);
    let baseline = bar.bottom() + 5.0 + kind.size;
    for (value, label, left) in bar_ticks(range, bar, kind) {
        let x = bar.x + bar.w * range.position(value as f32);
        d.line([x, bar.bottom()], [x, bar.bottom() + 4.0], theme.muted, 1.0);
        d.text(left, baseline, &label, kind);
    }
    let kind = Type::new(size::SMALL, theme.muted).anchor(Anchor::Middle);
    let unit = wrap(unit, kind.size, false, bar.w, 2);
    Ok(d.lines(bar.x + bar.w / 2.0, baseline + 4.0, &unit, kind))
}

/// As many ticks as have room: value, label, left edge of the label.
fn bar_ticks(range: Range, bar: Rect, kind: Type) -> Vec<(f64, String, f32)> {
    let (low, high) = (f64::from(range.low), f64::from(range.high));
    let place = |ticks: &[f64], labels: Vec<String>| -> Vec<(f64, String, f32)> {
        let labelled = ticks.iter().zip(labels).map(|(&value, label)| {
            let wide = kind.width(&label);
            let middle = bar.x + bar.w * range.position(value as f32);
            let left = (middle - wide / 2.0).min(bar.right() - wide).max(bar.x);
            (value, label, left)
        });
        labelled.collect()
    };
    let right = |(_, label, left): &(f64, String, f32)| left + kind.width(label);
    let fits = |ticks: &Vec<(f64, String, f32)>| {
        ticks.len() >= 2
            && ticks.iter().all(|t| right(t) <= bar.right() + 0.5)
            && ticks.windows(2).all(|w| right(&w[0]) + 7.0 <= w[1].2)
    };
    for target in (1..=5).rev() {
        let tried = if range.log {
            let ticks = log_ticks(low, high, target);
            [
                place(&ticks, log_labels(&ticks)),
                place(&ticks, power_labels(&ticks)),
            ]
        } else {
            let ticks = nice_ticks(low, high, target);
            [place(&ticks, tick_labels(&ticks)), Vec::new()]
        };
        if let Some(ticks) = tried.into_iter().find(fits) {
            return ticks;
        }
    }
    // Too narrow for round numbers: the limits, if they fit.
    Some(place(&[low, high], log_labels(&[low, high])))
        .filter(fits)
        .unwrap_or_default()
}

/// Draws a scale bar in the lower left corner of a picture that shows a length of `extent` over its
/// width: white with a dark outline, so that it is seen on any picture. Returns false, and draws
/// nothing, where the picture is too small for it.
pub fn scale_bar(d: &mut Drawing, picture: Rect, extent: f64, unit: &LengthUnit) -> bool {
    let length = scale_bar_length(extent);
    if !scale_bar_fits([picture.w, picture.h], extent, unit) {
        return false;
    }
    let (white, black) = ([255, 255, 255], [10, 10, 12]);
    let label = unit.format(length);
    let wide = (length / extent) as f32 * picture.w;
    let bar = Rect::new(picture.x + 8.0, picture.bottom() - 11.0, wide, 4.0);
    d.rect(
        Rect::new(bar.x - 1.2, bar.y - 1.2, bar.w + 2.4, bar.h + 2.4),
        black,
    );
    d.rect(bar, white);
    let kind = Type::new(size::SMALL, white).bold().halo(black);
    let left = if kind.width(&label) > wide {
        bar.x
    } else {
        bar.x + (wide - kind.width(&label)) / 2.0
    };
    d.text(left, bar.y - 5.0, &label, kind);
    true
}

/// Whether a picture of this width and height has room for a scale bar inside.
pub fn scale_bar_fits([w, h]: [f32; 2], extent: f64, unit: &LengthUnit) -> bool {
    let label = unit.format(scale_bar_length(extent));
    h >= 36.0 && w >= width(&label, size::SMALL, true) + 16.0
}

/// Draws a scale bar on the page for pictures that are `picture` pixels wide and too small to hold
/// one. Returns the lower edge.
pub fn page_scale_bar(
    d: &mut Drawing,
    theme: &Theme,
    [left, top]: [f32; 2],
    picture: f32,
    extent: f64,
    unit: &LengthUnit,
) -> f32 {
    let length = scale_bar_length(extent);
    let wide = (length / extent) as f32 * picture;
    let kind = Type::new(size::BODY, theme.ink);
    d.rect(Rect::new(left, top + 7.0, wide, 4.0), theme.ink);
    d.text(
        left + wide + 6.0,
        top + 9.0 + kind.size * 0.36,
        &unit.format(length),
        kind,
    );
    top + kind.line() + 4.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Style;

    #[test]
    fn bar_labels_never_touch_and_stay_inside() -> Result<()> {
        let map = Colormap::named("viridis")?;
        let theme = Style::Print.theme();
        let ranges = [
            Range::linear(0.0, 1.0),
            Range::linear(-0.5, 0.5),
            Range::linear(0.0, 1.7e-6),
            Range::linear(0.0, 160.0),
            Range::log(1e-4, 1e2),
            Range::log(2.0, 9.0),
            Range::linear(99_990.0, 100_010.0),
            Range::log(3.0, 3.1),
        ];
        for range in ranges {
            for wide in [84.0, 120.0, 200.0, 400.0] {
                let mut d = Drawing::default();
                let bar = Rect::new(10.0, 10.0, wide, 10.0);
                colour_bar(&mut d, &theme, bar, range, &map, "nmol/L")?;
                let texts = d.texts();
                assert!(texts.len() >= 3, "{range:?} {wide}: {texts:?}");
                for (i, a) in texts.iter().enumerate() {
                    assert!(
                        a.area.x >= 9.0 && a.area.right() <= bar.right() + 1.0,
                        "{a:?}"
                    );
                    assert!(
                        texts[i + 1..].iter().all(|b| !a.area.overlaps(&b.area)),
                        "{range:?}"
                    );
                }
            }
        }
        Ok(())
    }

    #[test]
    fn legends_break_into_rows() {
        let theme = Style::Dark.theme();
        let entries: Vec<LegendEntry> = (0..9)
            .map(|i| LegendEntry::swatch("long label ".repeat(i + 1), [9, 9, 9]))
            .collect();
        let mut d = Drawing::default();
        let bottom = legend(&mut d, &theme, [5.0, 5.0], 240.0, &entries);
        assert!(bottom > 100.0);
        let texts = d.texts();
        for (i, a) in texts.iter().enumerate() {
            assert!(a.area.right() <= 245.5);
            assert!(texts[i + 1..].iter().all(|b| !a.area.overlaps(&b.area)));
        }
    }
}
