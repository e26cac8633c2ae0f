//! Outcomes along one axis: lines with a band, the spread over start maps, one panel under the other.
//!
//! Bands are tints of the page, drawn before all lines. Lines differ in colour, dash and marker.

use warmfront_view::number::{log_labels, log_ticks, nice_ticks, tick_labels};
use warmfront_view::svg::{Anchor, Drawing, Rect, Type};
use warmfront_view::text::wrap;
use warmfront_view::{
    Dash, Figure, LegendEntry, LegendMark, Marker, Rgb, Style, ViewError, arm_colour,
};

use super::super::stats::Mean;

const MARGIN: f32 = 24.0;
const BODY: f32 = 11.5;
const SMALL: f32 = 10.5;

/// One line.
pub(super) struct Line {
    pub(super) label: String,
    /// Which of the colours, dashes and markers.
    pub(super) nth: usize,
    /// By value of the axis.
    pub(super) points: Vec<Option<Mean>>,
}

/// One quantity.
pub(super) struct Panel {
    pub(super) title: String,
    /// A level to compare with.
    pub(super) reference: Option<f64>,
    pub(super) lines: Vec<Line>,
}

/// The figure.
pub(super) struct Lines {
    pub(super) title: String,
    pub(super) subtitle: String,
    pub(super) x_label: String,
    pub(super) x: Vec<f64>,
    pub(super) log_x: bool,
    /// Where the scenario itself stands.
    pub(super) mark: Option<f64>,
    pub(super) panels: Vec<Panel>,
    pub(super) caption: String,
    pub(super) footer: String,
}

/// From values to pixels.
struct Scale {
    limits: [f64; 2],
    log: bool,
    pixels: [f32; 2],
}

impl Scale {
    fn at(&self, v: f64) -> f32 {
        let ([low, high], [from, to]) = (self.limits, self.pixels);
        let t = match self.log {
            true => (v / low).ln() / (high / low).ln(),
            false => (v - low) / (high - low),
        };
        from + t as f32 * (to - from)
    }
}

impl Lines {
    /// Composes the figure, 720 pixels wide.
    pub(super) fn figure(&self) -> Result<Figure, ViewError> {
        let theme = Style::Print.theme();
        let (width, room) = (720.0, 720.0 - 2.0 * MARGIN);
        let mut d = Drawing::default();
        let bold = Type::new(19.0, theme.ink).bold();
        let mut y = d.lines(
            MARGIN,
            MARGIN - 4.0,
            &wrap(&self.title, bold.size, true, room, 2),
            bold,
        );
        let small = Type::new(13.0, theme.muted);
        y = d.lines(
            MARGIN,
            y + 1.0,
            &wrap(&self.subtitle, small.size, false, room, 3),
            small,
        ) + 10.0;
        let mut entries: Vec<LegendEntry> = Vec::new();
        for line in self.panels.iter().flat_map(|p| &p.lines) {
            let entry = LegendEntry {
                label: line.label.clone(),
                mark: LegendMark::Line(arm_colour(line.nth, false), Dash::nth(line.nth)),
            };
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        y = warmfront_view::legend::legend(&mut d, &theme, [MARGIN, y], room, &entries) + 8.0;
        let tick = Type::new(SMALL, theme.ink);
        // The panels share the left end of their axes.
        let words = self.panels.iter().flat_map(|p| ticks(value_limits(p)).1);
        let gutter = words.map(|w| tick.width(&w)).fold(16.0, f32::max) + 9.0;
        for (i, panel) in self.panels.iter().enumerate() {
            let high = if i == 0 { 290.0 } else { 210.0 };
            self.draw(&mut d, panel, Rect::new(MARGIN, y, room, high), gutter);
            y += high + 16.0;
        }
        let caption = Type::new(BODY, theme.ink);
        y = d.lines(
            MARGIN,
            y,
            &wrap(&self.caption, BODY, false, room, 4),
            caption,
        ) + 4.0;
        let note = Type::new(SMALL, theme.muted);
        y = d.lines(MARGIN, y, &wrap(&self.footer, SMALL, false, room, 3), note);
        Figure::new(width, y + MARGIN - 6.0, &self.title, &theme, d)
    }

    fn draw(&self, d: &mut Drawing, panel: &Panel, area: Rect, gutter: f32) {
        let theme = Style::Print.theme();
        let title = Type::new(BODY, theme.muted);
        let tick = Type::new(SMALL, theme.ink);
        let top = d.lines(
            area.x,
            area.y,
            &wrap(&panel.title, BODY, false, area.w, 2),
            title,
        ) + 8.0;
        let bottom = area.bottom() - title.line() - tick.line() - 8.0;
        let limits = value_limits(panel);
        let (ticks, words) = ticks(limits);
        let (left, right) = (area.x + gutter, area.right() - 14.0);
        let y = Scale {
            limits,
            log: false,
            pixels: [bottom, top],
        };
        let x = self.x_scale([left + 10.0, right - 10.0]);
        for (value, word) in ticks.iter().zip(&words) {
            let at = y.at(*value);
            d.line([left, at], [right, at], theme.line, 1.0);
            d.text(
                left - 6.0,
                at + SMALL * 0.36,
                word,
                tick.anchor(Anchor::End),
            );
        }
        if let Some(level) = panel.reference {
            d.polyline(
                &[[left, y.at(level)], [right, y.at(level)]],
                theme.muted,
                1.0,
                "2 3",
            );
        }
        d.line([left, bottom], [right, bottom], theme.muted, 1.0);
        let x_ticks = match x.log {
            true => log_ticks(x.limits[0], x.limits[1], 7),
            false => nice_ticks(x.limits[0], x.limits[1], 7),
        };
        let x_words = if x.log {
            log_labels(&x_ticks)
        } else {
            tick_labels(&x_ticks)
        };
        let mut free = area.x;
        for (value, word) in x_ticks.iter().zip(&x_words) {
            let at = x.at(*value);
            d.line([at, bottom], [at, bottom + 4.0], theme.muted, 1.0);
            let half = tick.width(word) / 2.0;
            if at - half > free && at + half <= area.right() {
                d.text(at, bottom + 6.0 + SMALL, word, tick.anchor(Anchor::Middle));
                free = at + half + 8.0;
            }
        }
        let label = title.anchor(Anchor::Middle);
        let x_title = wrap(&self.x_label, BODY, false, right - left, 1);
        d.lines(
            (left + right) / 2.0,
            bottom + tick.line() + 8.0,
            &x_title,
            label,
        );
        if let Some(own) = self
            .mark
            .filter(|m| (x.limits[0]..=x.limits[1]).contains(m))
        {
            let at = x.at(own);
            d.polyline(&[[at, top], [at, bottom]], theme.muted, 1.0, "1 3");
        }
        for line in &panel.lines {
            self.band(d, line, &x, &y);
        }
        for line in &panel.lines {
            let colour = arm_colour(line.nth, false);
            let place = |(v, m): (&f64, &Option<Mean>)| Some([x.at(*v), y.at(m.as_ref()?.mean)]);
            let all: Vec<Option<[f32; 2]>> = self.x.iter().zip(&line.points).map(place).collect();
            for piece in all.split(Option::is_none) {
                let piece: Vec<[f32; 2]> = piece.iter().flatten().copied().collect();
                d.polyline(&piece, colour, 2.2, Dash::nth(line.nth).pattern());
            }
            for point in all.iter().flatten() {
                Marker::nth(line.nth).draw(d, *point, [4.0, 4.0], colour);
            }
        }
    }

    fn band(&self, d: &mut Drawing, line: &Line, x: &Scale, y: &Scale) {
        let tint: Rgb = arm_colour(line.nth, false).map(|c| 255 - (255 - c) / 5);
        let ends = self.x.iter().zip(&line.points).filter_map(|(v, m)| {
            let [low, high] = m.as_ref()?.spread?;
            Some((x.at(*v), y.at(low), y.at(high)))
        });
        let ends: Vec<(f32, f32, f32)> = ends.collect();
        if ends.len() < 2 {
            return;
        }
        let up = ends.iter().map(|(x, low, _)| [*x, *low]);
        let down = ends.iter().rev().map(|(x, _, high)| [*x, *high]);
        d.polygon(&up.chain(down).collect::<Vec<_>>(), tint);
    }

    fn x_scale(&self, pixels: [f32; 2]) -> Scale {
        let (low, high) = (self.x.first().copied(), self.x.last().copied());
        let limits = [low.unwrap_or(0.0), high.unwrap_or(1.0)];
        Scale {
            limits,
            log: self.log_x && limits[0] > 0.0,
            pixels,
        }
    }
}

/// Round values between limits, and their words.
fn ticks([low, high]: [f64; 2]) -> (Vec<f64>, Vec<String>) {
    let ticks = nice_ticks(low, high, 5);
    let words = tick_labels(&ticks);
    (ticks, words)
}

/// Limits of the values with a little air; 0 is inside unless the values vary little.
fn value_limits(panel: &Panel) -> [f64; 2] {
    let means = panel.lines.iter().flat_map(|l| l.points.iter().flatten());
    let ends = means.flat_map(|m| {
        let [low, high] = m.spread.unwrap_or([m.mean; 2]);
        [low, high, m.mean]
    });
    let all = ends.chain(panel.reference).filter(|v| v.is_finite());
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| {
        (a.min(v), b.max(v))
    });
    if low > high {
        return [0.0, 1.0];
    }
    let span = if high > low {
        high - low
    } else {
        high.abs().max(1.0)
    };
    let floor = if low >= 0.0 && low < 0.6 * high.max(1e-300) {
        0.0
    } else {
        low - 0.08 * span
    };
    [floor, high + 0.08 * span]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(v: f64) -> Option<Mean> {
        Some(Mean {
            mean: v,
            spread: Some([v - 0.05, v + 0.05]),
            count: 5,
        })
    }

    #[test]
    fn words_do_not_touch_and_stay_on_the_page() -> Result<(), ViewError> {
        for (x, log_x) in [
            (vec![0.0, 1.0, 2.0], false),
            (vec![0.001, 1.0, 1000.0], true),
        ] {
            let line = |nth: usize| Line {
                label: format!("Arm {nth}"),
                nth,
                points: vec![mean(1.0), None, mean(-12345.0 * nth as f64)],
            };
            let panel = |n: usize| Panel {
                title: "Burden, relative to the control at the same value".to_owned(),
                reference: Some(1.0),
                lines: (0..n).map(line).collect(),
            };
            let figure = Lines {
                title: "A title".to_owned(),
                subtitle: "A subtitle".to_owned(),
                x_label: "dose (mg)".to_owned(),
                x,
                log_x,
                mark: Some(1.0),
                panels: vec![panel(4), panel(1)],
                caption: "A caption that says a number.".to_owned(),
                footer: "A closing line.".to_owned(),
            }
            .figure()?;
            let (w, h) = figure.size();
            for (i, a) in figure.texts().iter().enumerate() {
                assert!(
                    a.area.x >= 0.0 && a.area.right() <= w && a.area.bottom() <= h,
                    "{a:?}"
                );
                let later = &figure.texts()[i + 1..];
                assert!(later.iter().all(|b| !a.area.overlaps(&b.area)), "{a:?}");
            }
        }
        Ok(())
    }
}
