//! Horizontal bars: what each of several things is worth, one panel beside the other.
//!
//! A row has its name at the left and a bar in every panel. Bars start at the panel's reference (0, or any
//! value of a logarithmic axis) and go to either side; the number stands behind the bar, so that nothing
//! depends on colour or on reading off an axis. A whisker shows the range where a value has one.

use crate::axis::{Axis, drawable};
use crate::colour::Rgb;
use crate::error::{Result, ViewError};
use crate::figure::{Figure, MARGIN, footer, heading};
use crate::number::{log_labels, log_ticks, nice_ticks, tick_labels};
use crate::style::{Style, Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::wrap;

/// Height of a row, pixels.
const ROW: f32 = 30.0;
/// Height of a bar, pixels.
const BAR: f32 = 15.0;
/// Widest column of names, pixels.
const NAMES: f32 = 250.0;
/// Space between panels, pixels.
const GUTTER: f32 = 30.0;
/// Space between a bar and its number, pixels.
const GAP: f32 = 6.0;

/// A value with its range and what is written behind the bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bar {
    /// Value; none: no bar, only the text.
    pub value: Option<f64>,
    /// Lowest and highest of several values; none: no whisker.
    pub range: Option<[f64; 2]>,
    /// The number as it is written.
    pub text: String,
}

/// One panel.
#[derive(Clone, Debug, PartialEq)]
pub struct BarPanel {
    /// What is shown.
    pub title: String,
    /// What the numbers are, with unit; up to two lines.
    pub note: String,
    /// Logarithmic axis.
    pub log: bool,
    /// Where bars start.
    pub reference: f64,
    /// What the reference is, written above its line; may be empty.
    pub reference_label: String,
    /// Colour of bars above and below the reference.
    pub colours: [Rgb; 2],
    /// One for each row.
    pub bars: Vec<Bar>,
}

/// The figure.
#[derive(Clone, Debug)]
pub struct BarFigure {
    /// What is to be seen.
    pub title: String,
    /// One line below it; may be empty.
    pub subtitle: String,
    /// Names of the rows, from above.
    pub rows: Vec<String>,
    /// Panels side by side.
    pub panels: Vec<BarPanel>,
    /// Width of a panel, pixels at scale 1.
    pub panel_width: f32,
    /// Closing line; may be empty.
    pub footer: String,
    /// Light or dark page.
    pub style: Style,
}

impl BarFigure {
    /// Composes the figure.
    ///
    /// # Errors
    /// [`ViewError::Figure`] without rows or panels, where a panel has another number of bars, or for a
    /// panel width out of bounds.
    pub fn figure(&self) -> Result<Figure> {
        let error = |text: String| Err(ViewError::Figure(text));
        if self.rows.is_empty() || self.panels.is_empty() {
            return error("bars need at least one row and one panel".to_owned());
        }
        if let Some(p) = self.panels.iter().find(|p| p.bars.len() != self.rows.len()) {
            let text = format!(
                "panel `{}`: {} bars for {} rows",
                p.title,
                p.bars.len(),
                self.rows.len()
            );
            return error(text);
        }
        if !(180.0..=4000.0).contains(&self.panel_width) {
            return error(format!(
                "panel width {}; allowed are 180 to 4000 pixels",
                self.panel_width
            ));
        }
        let theme = self.style.theme();
        let name = Type::new(size::BODY, theme.ink);
        let widest = self.rows.iter().map(|r| name.width(r)).fold(0.0, f32::max);
        let names = widest.min(NAMES) + 2.0;
        let count = self.panels.len() as f32;
        let width = 2.0 * MARGIN + names + count * (self.panel_width + GUTTER);
        let mut d = Drawing::default();
        let top = heading(&mut d, &theme, width, &self.title, &self.subtitle);
        let left = |i: usize| MARGIN + names + GUTTER + i as f32 * (self.panel_width + GUTTER);
        let heads = self.panels.iter().enumerate().map(|(i, p)| {
            let area = Rect::new(left(i), top, self.panel_width, 0.0);
            head(&mut d, &theme, p, area)
        });
        let rows_top = heads.fold(top, f32::max) + 22.0;
        let rows_bottom = rows_top + ROW * self.rows.len() as f32;
        for (i, row) in self.rows.iter().enumerate() {
            let middle = rows_top + (i as f32 + 0.5) * ROW;
            let lines = wrap(row, name.size, false, names, 2);
            let height = name.line() * lines.len() as f32;
            d.lines(MARGIN, middle - height / 2.0, &lines, name);
            d.line(
                [MARGIN, middle + ROW / 2.0],
                [width - MARGIN, middle + ROW / 2.0],
                theme.line,
                0.6,
            );
        }
        for (i, panel) in self.panels.iter().enumerate() {
            let h = rows_bottom - rows_top;
            let area = Rect::new(left(i), rows_top, self.panel_width, h);
            draw_panel(&mut d, &theme, panel, area);
        }
        let bottom = rows_bottom + 26.0;
        let height = footer(&mut d, &theme, width, bottom, &self.footer);
        Figure::new(width, height, &self.title, &theme, d)
    }
}

/// Title and note of a panel; returns the lower edge.
fn head(d: &mut Drawing, theme: &Theme, panel: &BarPanel, area: Rect) -> f32 {
    let title = Type::new(size::HEAD, theme.ink).bold();
    let note = Type::new(size::BODY, theme.muted);
    let lines = wrap(&panel.title, title.size, true, area.w, 2);
    let y = d.lines(area.x, area.y, &lines, title);
    d.lines(
        area.x,
        y,
        &wrap(&panel.note, note.size, false, area.w, 2),
        note,
    )
}

/// The axis of a panel, with room for the numbers on both sides.
fn axis(panel: &BarPanel, area: Rect, number: Type) -> Axis {
    let mut low = panel.reference;
    let mut high = panel.reference;
    let ranges = panel.bars.iter().filter_map(|b| b.range).flatten();
    for v in panel.bars.iter().filter_map(|b| b.value).chain(ranges) {
        if drawable(v, panel.log) {
            (low, high) = (low.min(v), high.max(v));
        }
    }
    if low == high {
        (low, high) = match panel.log {
            true => (low / 2.0, high * 2.0),
            false => (low - 1.0, high + 1.0),
        };
    }
    let widest = |below: bool| {
        let here = panel
            .bars
            .iter()
            .filter(|b| b.value.is_some_and(|v| (v < panel.reference) == below));
        here.map(|b| number.width(&b.text) + GAP + 4.0)
            .fold(6.0, f32::max)
    };
    Axis {
        low,
        high,
        log: panel.log,
        weeks: false,
        from: area.x + widest(true),
        to: area.right() - widest(false),
    }
}

/// As many round values as have room for their labels.
fn clear_ticks(x: &Axis, kind: Type) -> Vec<(f64, String)> {
    for target in (1..=5).rev() {
        let ticks = match x.log {
            true => log_ticks(x.low, x.high, target),
            false => nice_ticks(x.low, x.high, target),
        };
        let labels = match x.log {
            true => log_labels(&ticks),
            false => tick_labels(&ticks),
        };
        let half = |i: usize| kind.width(&labels[i]) / 2.0;
        let clear = |i: usize| {
            let room = (x.at(ticks[i]) - x.at(ticks[i - 1])).abs();
            room > half(i - 1) + half(i) + 8.0
        };
        if (1..ticks.len()).all(clear) {
            return ticks.into_iter().zip(labels).collect();
        }
    }
    Vec::new()
}

fn draw_panel(d: &mut Drawing, theme: &Theme, panel: &BarPanel, area: Rect) {
    let number = Type::new(size::BODY, theme.ink);
    let tick = Type::new(size::SMALL, theme.muted).anchor(Anchor::Middle);
    let x = axis(panel, area, number);
    for (value, label) in clear_ticks(&x, tick) {
        let at = x.at(value);
        d.line([at, area.y], [at, area.bottom()], theme.line, 0.6);
        d.text(at, area.bottom() + 6.0 + tick.size, &label, tick);
    }
    let zero = x.at(panel.reference);
    for (i, bar) in panel.bars.iter().enumerate() {
        let middle = area.y + (i as f32 + 0.5) * ROW;
        let baseline = middle + number.size * 0.36;
        let Some(value) = bar.value.filter(|v| x.usable(*v)) else {
            let muted = Type::new(size::BODY, theme.muted).halo(theme.page);
            // Beside the line, on the side that has more room.
            let (at, anchor) = match area.right() - zero >= zero - area.x {
                true => (zero + GAP, Anchor::Start),
                false => (zero - GAP, Anchor::End),
            };
            d.text(at, baseline, &bar.text, muted.anchor(anchor));
            continue;
        };
        let at = x.at(value);
        let below = value < panel.reference;
        let colour = panel.colours[usize::from(below)];
        let (from, to) = (zero.min(at), zero.max(at));
        d.rect(
            Rect::new(from, middle - BAR / 2.0, (to - from).max(1.0), BAR),
            colour,
        );
        let mut edge = at;
        if let Some([low, high]) = bar.range.filter(|r| r.iter().all(|v| x.usable(*v))) {
            let (a, b) = (x.at(low), x.at(high));
            d.line([a, middle], [b, middle], theme.ink, 1.2);
            for end in [a, b] {
                d.line([end, middle - 4.0], [end, middle + 4.0], theme.ink, 1.2);
            }
            edge = if below { edge.min(a) } else { edge.max(b) };
        }
        let (place, anchor) = match below {
            true => (edge - GAP, Anchor::End),
            false => (edge + GAP, Anchor::Start),
        };
        d.text(
            place,
            baseline,
            &bar.text,
            number.anchor(anchor).halo(theme.page),
        );
    }
    d.line([zero, area.y - 4.0], [zero, area.bottom()], theme.ink, 1.2);
    let half = tick.width(&panel.reference_label) / 2.0;
    let at = zero.clamp(area.x + half, (area.right() - half).max(area.x + half));
    d.text(at, area.y - 9.0, &panel.reference_label, tick);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(values: &[Option<f64>]) -> Vec<Bar> {
        let each = values.iter().map(|v| Bar {
            value: *v,
            range: v.map(|v| [0.9 * v, 1.2 * v]),
            text: v.map_or("none".to_owned(), |v| format!("{v:.2}")),
        });
        each.collect()
    }

    fn figure(values: &[Option<f64>], reference: f64) -> BarFigure {
        let panel = |log, reference| BarPanel {
            title: "Share of the effect".to_owned(),
            note: "percent".to_owned(),
            log,
            reference,
            reference_label: "nothing taken away".to_owned(),
            colours: [[0, 114, 178], [213, 94, 0]],
            bars: bars(values),
        };
        BarFigure {
            title: "Why".to_owned(),
            subtitle: String::new(),
            rows: values
                .iter()
                .enumerate()
                .map(|(i, _)| format!("A link with a rather long name, number {i}"))
                .collect(),
            panels: vec![panel(false, 0.0), panel(true, reference)],
            panel_width: 300.0,
            footer: String::new(),
            style: Style::Print,
        }
    }

    #[test]
    fn no_text_covers_another_and_none_leaves_the_page() -> Result<()> {
        for values in [
            vec![Some(67.0), Some(3.0), Some(0.01), None],
            vec![Some(1e-4), Some(1e4)],
            vec![None, None],
            vec![Some(32.0)],
            vec![Some(f64::NAN), Some(f64::INFINITY), Some(2.0)],
        ] {
            let figure = figure(&values, 32.0).figure()?;
            let (w, h) = figure.size();
            for (i, a) in figure.texts().iter().enumerate() {
                let inside = a.area.x >= 0.0 && a.area.right() <= w && a.area.bottom() <= h;
                assert!(inside, "{values:?} {a:?} {w} x {h}");
                let later = &figure.texts()[i + 1..];
                assert!(
                    later.iter().all(|b| !a.area.overlaps(&b.area)),
                    "{values:?} {a:?}"
                );
            }
        }
        Ok(())
    }

    #[test]
    fn bars_without_rows_are_refused() {
        assert!(figure(&[], 1.0).figure().is_err());
        let mut odd = figure(&[Some(1.0)], 1.0);
        odd.panels[1].bars.clear();
        assert!(odd.figure().is_err());
    }
}
