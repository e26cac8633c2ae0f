//! Plots under the panes: axes that are drawn once, curves that grow with time.
//!
//! A film is made in one pass, so nobody knows how far a curve will rise. The axis starts at what is there and
//! grows in steps of 1, 2 and 5; it never shrinks, so that a later frame is read like an earlier one.

use resvg::tiny_skia::{
    Color, FillRule, LineCap, LineJoin, Paint, PathBuilder, PixmapMut, Stroke, StrokeDash,
    Transform,
};

use super::layout::MOST_PLOTS;
use super::{Page, PlotHead};
use crate::axis::Axis;
use crate::colour::Rgb;
use crate::legend::Dash;
use crate::style::{Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::{fit, shorten, width};

/// Room for the numbers left of a plot.
const GUTTER: f32 = 44.0;
/// Height of the title, of the numbers under the axis, of the name of the axis.
const HEAD: f32 = 20.0;
/// Height of a line of its own for the unit.
const UNIT: f32 = 15.0;
const FOOT: f32 = 34.0;

/// One plot with its place and its present limits.
#[derive(Debug, Clone)]
pub(super) struct Plot {
    pub area: Rect,
    pub range: [f64; 2],
    /// Height of title and unit.
    head: f32,
    time: [f64; 2],
    weeks: bool,
}

impl Plot {
    pub(super) fn new(page: &Page, area: Rect) -> Self {
        // All plots of a page alike, so that their axes line up.
        let wide = |p: &PlotHead| {
            let title = width(&p.title, size::HEAD, true);
            title + 8.0 + width(&p.unit, size::BODY, false) > area.w
        };
        let two_lines = page.plots.iter().take(MOST_PLOTS).any(wide);
        Self {
            area,
            range: [0.0, 0.0],
            head: HEAD + if two_lines { UNIT } else { 0.0 },
            time: page.time,
            weeks: page.time_unit == "d",
        }
    }

    fn x(&self) -> Axis {
        Axis {
            low: self.time[0],
            high: self.time[1],
            log: false,
            weeks: self.weeks,
            from: self.area.x + GUTTER,
            to: self.area.right() - 8.0,
        }
    }

    fn y(&self) -> Axis {
        Axis {
            low: self.range[0],
            high: if self.range[1] > self.range[0] {
                self.range[1]
            } else {
                self.range[0] + 1.0
            },
            log: false,
            weeks: false,
            from: self.area.bottom() - FOOT,
            to: self.area.y + self.head + 4.0,
        }
    }

    /// Widens the limits to hold these curves; whether they changed.
    pub(super) fn grow(&mut self, curves: &[Vec<[f64; 2]>]) -> bool {
        let before = self.range;
        let values = curves.iter().flatten().map(|p| p[1]);
        for v in values.filter(|v| v.abs() < 1e150) {
            if v > self.range[1] {
                self.range[1] = above(v);
            } else if v < self.range[0] {
                self.range[0] = -above(-v);
            }
        }
        self.range != before
    }

    /// Axes, numbers and names.
    pub(super) fn draw(&self, d: &mut Drawing, theme: &Theme, head: &PlotHead, time_label: &str) {
        let area = self.area;
        let note = Type::new(size::BODY, theme.muted);
        let base = area.y + size::HEAD * 0.95;
        let (title, size) = fit(&head.title, size::HEAD, true, area.w);
        let kind = Type::new(size, theme.ink).bold();
        d.text(area.x, base, &title, kind);
        let (left, base) = match self.head > HEAD {
            true => (area.x, base + UNIT),
            false => (area.x + kind.width(&title) + 8.0, base),
        };
        let unit = shorten(&head.unit, note.size, false, area.right() - left);
        d.text(left, base, &unit, note);
        let (x, y) = (self.x(), self.y());
        let tick = Type::new(size::SMALL, theme.ink);
        let ticks = y.ticks((((y.from - y.to) / 30.0) as usize).clamp(2, 6));
        for (value, label) in ticks.iter().zip(y.labels(&ticks)) {
            let at = y.at(*value);
            d.line([x.from, at], [x.to, at], theme.line, 1.0);
            let label = shorten(&label, tick.size, false, GUTTER - 6.0);
            d.text(
                x.from - 6.0,
                at + tick.size * 0.36,
                &label,
                tick.anchor(Anchor::End),
            );
        }
        time_axis(d, theme, &x, y.from);
        let name = shorten(time_label, note.size, false, area.w - GUTTER);
        d.text(
            (x.from + x.to) / 2.0,
            area.bottom() - 3.0,
            &name,
            note.anchor(Anchor::Middle),
        );
    }

    /// The present time and the curves up to it, onto a frame of `scale` pixels per unit.
    pub(super) fn curves(
        &self,
        pen: &mut Pen<'_>,
        theme: &Theme,
        head: &PlotHead,
        curves: &[Vec<[f64; 2]>],
        now: f64,
    ) {
        let (x, y) = (self.x(), self.y());
        if now.is_finite() {
            let at = x.at(now.clamp(x.low, x.high));
            pen.line([at, y.to], [at, y.from], theme.muted, 1.0);
        }
        let count = head.series.len();
        for (i, ((_, colour, dash), points)) in head.series.iter().zip(curves).enumerate() {
            // Earlier lines are a little wider, so that one below another is still seen.
            let wide = (2.0 + 0.25 * (count - 1 - i) as f32).min(3.0);
            let mut run: Vec<[f32; 2]> = Vec::new();
            for p in points {
                let usable = p[0] >= x.low && p[0] <= x.high && p[1].abs() < 1e150;
                if !usable {
                    pen.curve(&std::mem::take(&mut run), *colour, wide, *dash);
                    continue;
                }
                run.push([x.at(p[0]), y.at(p[1])]);
            }
            pen.curve(&run, *colour, wide, *dash);
            if let Some(end) = run.last() {
                pen.disc(*end, wide + 0.9, *colour);
            }
        }
    }
}

/// The least of 1, 2, 5 times a power of ten that is not below `v` and leaves a little air.
fn above(v: f64) -> f64 {
    let wanted = v * 1.02;
    let power = 10_f64.powi(wanted.log10().floor() as i32);
    let steps = [1.0, 2.0, 5.0, 10.0].map(|m| m * power);
    steps.into_iter().find(|s| *s >= wanted).unwrap_or(wanted)
}

/// An axis of time with ticks and numbers that never touch.
pub(super) fn time_axis(d: &mut Drawing, theme: &Theme, x: &Axis, y: f32) {
    let tick = Type::new(size::SMALL, theme.ink);
    d.line([x.from, y], [x.to, y], theme.muted, 1.0);
    let most = (((x.to - x.from) / 50.0) as usize).clamp(1, 10);
    for target in (1..=most).rev() {
        let ticks = x.ticks(target);
        let labels = x.labels(&ticks);
        let ends = |i: usize| {
            let half = tick.width(&labels[i]) / 2.0;
            [x.at(ticks[i]) - half, x.at(ticks[i]) + half]
        };
        let clear = (1..ticks.len()).all(|i| ends(i - 1)[1] + 8.0 < ends(i)[0]);
        if !clear && target > 1 {
            continue;
        }
        for (value, label) in ticks.iter().zip(&labels) {
            let at = x.at(*value);
            d.line([at, y], [at, y + 4.0], theme.muted, 1.0);
            d.text(at, y + 6.0 + tick.size, label, tick.anchor(Anchor::Middle));
            if !clear {
                break;
            }
        }
        return;
    }
}

/// Draws lines onto an opaque frame, in units.
pub(super) struct Pen<'a> {
    pub pixels: PixmapMut<'a>,
    pub scale: f32,
}

impl Pen<'_> {
    pub(super) fn line(&mut self, from: [f32; 2], to: [f32; 2], colour: Rgb, width: f32) {
        self.curve(&[from, to], colour, width, Dash::Solid);
    }

    pub(super) fn curve(&mut self, points: &[[f32; 2]], colour: Rgb, width: f32, dash: Dash) {
        let s = self.scale;
        let mut path = PathBuilder::new();
        let mut last: Option<[f32; 2]> = None;
        for (i, p) in points.iter().enumerate() {
            let p = p.map(|v| v * s);
            let near = last.is_some_and(|l| (p[0] - l[0]).abs() + (p[1] - l[1]).abs() < 0.5);
            match last {
                None => path.move_to(p[0], p[1]),
                Some(_) if near && i + 1 < points.len() => continue,
                Some(_) => path.line_to(p[0], p[1]),
            }
            last = Some(p);
        }
        let Some(path) = path.finish() else { return };
        let lengths = dash.pattern().split_whitespace();
        let lengths: Vec<f32> = lengths
            .filter_map(|l| l.parse::<f32>().ok())
            .map(|l| l * s)
            .collect();
        let stroke = Stroke {
            width: width * s,
            line_join: LineJoin::Round,
            line_cap: LineCap::Butt,
            dash: StrokeDash::new(lengths, 0.0),
            ..Stroke::default()
        };
        self.pixels
            .stroke_path(&path, &ink(colour), &stroke, Transform::identity(), None);
    }

    pub(super) fn disc(&mut self, [x, y]: [f32; 2], radius: f32, colour: Rgb) {
        let s = self.scale;
        let Some(path) = PathBuilder::from_circle(x * s, y * s, radius * s) else {
            return;
        };
        let rule = FillRule::Winding;
        self.pixels
            .fill_path(&path, &ink(colour), rule, Transform::identity(), None);
    }
}

fn ink([r, g, b]: Rgb) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(r, g, b, 255));
    paint.anti_alias = true;
    paint
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_grow_in_round_steps_and_never_shrink() {
        let mut plot = Plot {
            area: Rect::new(0.0, 0.0, 200.0, 120.0),
            range: [0.0, 0.0],
            head: HEAD,
            time: [0.0, 10.0],
            weeks: false,
        };
        assert!(!plot.grow(&[vec![[0.0, 0.0], [1.0, f64::NAN]]]));
        assert!(plot.y().high > plot.y().low);
        assert!(plot.grow(&[vec![[0.0, 0.3]]]));
        assert_eq!(plot.range, [0.0, 0.5]);
        assert!(!plot.grow(&[vec![[1.0, 0.1]]]));
        assert!(plot.grow(&[vec![[1.0, 0.51], [2.0, -3.0]]]));
        assert_eq!(plot.range, [-5.0, 1.0]);
        assert_eq!(above(1.0), 2.0);
        assert_eq!(above(970.0), 1000.0);
    }
}
