//! Isobolograms: dose pairs of equal effect, beside the straight lines that additive doses would give.
//!
//! Axes are linear, as only there an additive line is straight. A measured line below its straight
//! line needs less of both drugs: synergy.

use crate::axis::Axis;
use crate::colour::{Rgb, arm_colour};
use crate::error::{Result, ViewError};
use crate::figure::{Figure, MARGIN, footer, heading};
use crate::legend::{Dash, LegendEntry, LegendMark, Marker, legend};
use crate::style::{Style, Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::wrap;

/// Most lines of a caption.
const CAPTION: usize = 6;

/// Air beyond the largest dose shown, as a share of it.
const AIR: f64 = 0.08;

/// One effect.
#[derive(Clone, Debug, PartialEq)]
pub struct IsoboleLevel {
    /// Its name, e.g. `50 % effect`.
    pub label: String,
    /// Measured lines of `[dose 1, dose 2]`.
    pub lines: Vec<Vec<[f64; 2]>>,
    /// Ends of the additive line: dose of drug 1 alone, dose of drug 2 alone. None if one of them does
    /// not reach the effect.
    pub additive: Option<[f64; 2]>,
}

/// The figure.
#[derive(Clone, Debug)]
pub struct Isobologram {
    /// What is to be seen.
    pub title: String,
    /// One line below it; may be empty.
    pub subtitle: String,
    /// Drug 1 with its unit, along x.
    pub x_label: String,
    /// Drug 2 with its unit, along y.
    pub y_label: String,
    /// The effects.
    pub levels: Vec<IsoboleLevel>,
    /// Largest doses shown; none: as far as any line goes, so that every line ends where it was measured.
    pub limits: Option<[f64; 2]>,
    /// The line that says the result; may be empty.
    pub caption: String,
    /// Closing line; may be empty.
    pub footer: String,
    /// Page.
    pub style: Style,
    /// Width and height of the figure, pixels at scale 1.
    pub size: [f32; 2],
}

impl Isobologram {
    /// Composes the figure.
    ///
    /// # Errors
    /// [`ViewError::Figure`] without any line, for a size out of bounds or too small for the words.
    pub fn figure(&self) -> Result<Figure> {
        let error = |text: &str| Err(ViewError::Figure(text.to_owned()));
        let [width, height] = self.size;
        if !((320.0..=4000.0).contains(&width) && (300.0..=4000.0).contains(&height)) {
            return error("an isobologram is 320 to 4000 by 300 to 4000 pixels");
        }
        let Some(limits) = self.limits.or_else(|| self.found_limits()) else {
            return error("no dose pair has any of the effects of the isobologram");
        };
        if !limits.iter().all(|v| (1e-100..1e100).contains(v)) {
            return error("the largest doses of an isobologram must be above 0");
        }
        let theme = self.style.theme();
        let room = width - 2.0 * MARGIN;
        let mut d = Drawing::default();
        let top = heading(&mut d, &theme, width, &self.title, &self.subtitle);
        let dark = self.style.is_dark();
        let mut entries = Vec::new();
        for (k, level) in self.levels.iter().enumerate() {
            entries.push(LegendEntry {
                label: level.label.clone(),
                mark: LegendMark::Dose(colour(k, dark), marker(k)),
            });
        }
        if self.levels.iter().any(|l| l.additive.is_some()) {
            entries.push(LegendEntry {
                label: "additive (Loewe), same colours".to_owned(),
                mark: LegendMark::Line(theme.muted, Dash::Dashed),
            });
        }
        let top = legend(&mut d, &theme, [MARGIN, top], room, &entries) + 6.0;
        let tall = self.words(&mut Drawing::default(), &theme, 0.0);
        let area = Rect::new(MARGIN, top, room, height - tall - 6.0 - top);
        if area.h < 140.0 {
            return error("the words leave no room for the isobologram; make the figure higher");
        }
        self.draw(&mut d, &theme, area, limits);
        self.words(&mut d, &theme, height - tall);
        Figure::new(width, height, &self.title, &theme, d)
    }

    fn words(&self, d: &mut Drawing, theme: &Theme, top: f32) -> f32 {
        let kind = Type::new(size::BODY, theme.ink);
        let [width, _] = self.size;
        let lines = wrap(
            &self.caption,
            kind.size,
            false,
            width - 2.0 * MARGIN,
            CAPTION,
        );
        let y = d.lines(MARGIN, top, &lines, kind);
        footer(d, theme, width, y, &self.footer)
    }

    fn found_limits(&self) -> Option<[f64; 2]> {
        let larger = |a: Option<[f64; 2]>, b: &[f64; 2]| {
            let [x, y] = a.unwrap_or([0.0; 2]);
            Some([x.max(b[0]), y.max(b[1])])
        };
        let lines = || self.levels.iter().flat_map(|l| l.lines.iter().flatten());
        let additive = self.levels.iter().filter_map(|l| l.additive.as_ref());
        let found = additive.chain(lines()).fold(None, larger)?;
        Some(found.map(|v| if v > 0.0 { v * (1.0 + AIR) } else { 1.0 }))
    }

    fn draw(&self, d: &mut Drawing, theme: &Theme, area: Rect, [x_high, y_high]: [f64; 2]) {
        let note = Type::new(size::BODY, theme.muted);
        let tick = Type::new(size::SMALL, theme.ink);
        let title = wrap(&self.y_label, note.size, false, area.w, 1);
        let top = d.lines(area.x, area.y, &title, note) + 8.0;
        let bottom = area.bottom() - note.line() - tick.line() - 8.0;
        let axis = |high: f64, from: f32, to: f32| Axis {
            low: 0.0,
            high,
            log: false,
            weeks: false,
            from,
            to,
        };
        let y = axis(y_high, bottom, top);
        let y_ticks = y.ticks((((bottom - top) / 40.0) as usize).clamp(2, 8));
        let y_words = y.labels(&y_ticks);
        let gutter = y_words.iter().map(|l| tick.width(l)).fold(16.0, f32::max) + 9.0;
        let x = axis(x_high, area.x + gutter, area.right() - 8.0);
        let x_ticks = x.ticks((((x.to - x.from) / 70.0) as usize).clamp(2, 9));
        let x_words = x.labels(&x_ticks);
        for (value, word) in y_ticks.iter().zip(&y_words) {
            let at = y.at(*value);
            d.line([x.from, at], [x.to, at], theme.line, 1.0);
            d.text(
                x.from - 6.0,
                at + tick.size * 0.36,
                word,
                tick.anchor(Anchor::End),
            );
        }
        for (value, word) in x_ticks.iter().zip(&x_words) {
            let at = x.at(*value);
            d.line([at, top], [at, bottom], theme.line, 1.0);
            let half = tick.width(word) / 2.0;
            let middle = at.min(area.right() - half);
            d.text(
                middle,
                bottom + 5.0 + tick.size,
                word,
                tick.anchor(Anchor::Middle),
            );
        }
        d.polyline(
            &[[x.from, top], [x.from, bottom], [x.to, bottom]],
            theme.muted,
            1.0,
            "",
        );
        let title = wrap(&self.x_label, note.size, false, x.to - x.from, 1);
        let middle = f32::midpoint(x.from, x.to);
        let baseline = bottom + 8.0 + tick.line();
        d.lines(middle, baseline, &title, note.anchor(Anchor::Middle));
        let place = |p: [f64; 2]| [x.at(p[0]), y.at(p[1])];
        let dark = self.style.is_dark();
        for (k, level) in self.levels.iter().enumerate() {
            let paint = colour(k, dark);
            if let Some([a, b]) = level.additive
                && let Some(ends) = clipped([a, 0.0], [0.0, b], [x_high, y_high])
            {
                d.polyline(&ends.map(place), paint, 1.6, Dash::Dashed.pattern());
            }
            for line in &level.lines {
                for pair in line.windows(2) {
                    if let Some(ends) = clipped(pair[0], pair[1], [x_high, y_high]) {
                        d.polyline(&ends.map(place), paint, 2.4, "");
                    }
                }
                for p in line.iter().filter(|p| p[0] <= x_high && p[1] <= y_high) {
                    marker(k).draw(d, place(*p), [5.0, 5.0], paint);
                }
            }
        }
    }
}

/// Colours from blue on: black is for text.
fn colour(level: usize, dark: bool) -> Rgb {
    arm_colour([6, 4, 3, 5, 1, 2][level % 6], dark)
}

fn marker(level: usize) -> Marker {
    [Marker::Disc, Marker::Diamond, Marker::Triangle][level % 3]
}

/// The part of a line inside `0..=limits` (Liang & Barsky 1984, ACM Trans Graph 3:1).
fn clipped(a: [f64; 2], b: [f64; 2], limits: [f64; 2]) -> Option<[[f64; 2]; 2]> {
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for k in 0..2 {
        let span = b[k] - a[k];
        for (towards, room) in [(-span, a[k]), (span, limits[k] - a[k])] {
            if towards == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if towards < 0.0 {
                from = from.max(room / towards);
            } else {
                to = to.min(room / towards);
            }
        }
    }
    let at = |t: f64| std::array::from_fn(|k| a[k] + (b[k] - a[k]) * t);
    (from < to).then(|| [at(from), at(to)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_the_frame() {
        let cut = |a, b| clipped(a, b, [2.0, 1.0]);
        assert_eq!(cut([0.5, 0.5], [1.0, 1.0]), Some([[0.5, 0.5], [1.0, 1.0]]));
        assert_eq!(cut([0.0, 0.5], [4.0, 0.5]), Some([[0.0, 0.5], [2.0, 0.5]]));
        assert_eq!(cut([0.0, 2.0], [2.0, 0.0]), Some([[1.0, 1.0], [2.0, 0.0]]));
        assert_eq!(cut([3.0, 0.0], [3.0, 1.0]), None);
        assert_eq!(cut([0.0, 1.5], [1.0, 2.0]), None);
    }
}
