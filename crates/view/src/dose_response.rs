//! Dose-response curves: an outcome against the dose, on a logarithmic axis with dose 0 set apart.
//!
//! Below each dose stands the multiple of the regimen and the amount that it means. A break in the
//! axis separates 0, which has no logarithm, from the smallest dose.

use crate::axis::{Axis, drawable, y_limits};
use crate::colour::Rgb;
use crate::error::{Result, ViewError};
use crate::figure::{Figure, MARGIN, footer, heading};
use crate::legend::{Dash, LegendEntry, LegendMark, Marker, legend};
use crate::number::format_number;
use crate::plot::{PlotPanel, Series};
use crate::style::{Style, Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::wrap;

/// Room for dose 0 at the left of the axis, pixels.
const ZERO_ROOM: f32 = 58.0;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct DoseCurve {
    /// Its name.
    pub label: String,
    /// Its colour.
    pub colour: Rgb,
    /// Its dash pattern.
    pub dash: Dash,
    /// Marks at its points; none for an expectation.
    pub marker: Option<Marker>,
    /// `[multiple, outcome]`, rising in the multiple.
    pub points: Vec<[f64; 2]>,
}

/// The figure.
#[derive(Clone, Debug)]
pub struct DoseResponse {
    /// What is to be seen.
    pub title: String,
    /// One line below it; may be empty.
    pub subtitle: String,
    /// What the y axis shows.
    pub y_label: String,
    /// What the x axis shows.
    pub x_label: String,
    /// Amount of one dose at multiple 1.
    pub amount: f64,
    /// Unit of amounts.
    pub unit: String,
    /// The lines.
    pub curves: Vec<DoseCurve>,
    /// Closing line; may be empty.
    pub footer: String,
    /// Page.
    pub style: Style,
    /// Width and height of the panel with its titles, pixels at scale 1.
    pub panel: [f32; 2],
}

/// The dose axis in pixels.
struct DoseAxis {
    zero: Option<f32>,
    low: f64,
    high: f64,
    from: f32,
    to: f32,
}

impl DoseAxis {
    fn at(&self, dose: f64) -> f32 {
        if dose <= 0.0 {
            self.zero.unwrap_or(self.from)
        } else if self.high > self.low {
            let t = (dose / self.low).ln() / (self.high / self.low).ln();
            self.from + t as f32 * (self.to - self.from)
        } else {
            (self.from + self.to) / 2.0
        }
    }
}

impl DoseResponse {
    /// Composes the figure.
    ///
    /// # Errors
    /// [`ViewError::Figure`] without any dose above 0, or for a panel size out of bounds.
    pub fn figure(&self) -> Result<Figure> {
        let doses = self.doses();
        let error = |text: &str| Err(ViewError::Figure(text.to_owned()));
        if !doses.iter().any(|d| *d > 0.0) {
            return error("a dose-response curve needs a dose above 0");
        }
        let [w, h] = self.panel;
        if !((240.0..=4000.0).contains(&w) && (200.0..=4000.0).contains(&h)) {
            return error(
                "the panel of a dose-response curve is 240 to 4000 by 200 to 4000 pixels",
            );
        }
        let theme = self.style.theme();
        let width = w + 2.0 * MARGIN;
        let mut d = Drawing::default();
        let y = heading(&mut d, &theme, width, &self.title, &self.subtitle);
        let entries: Vec<LegendEntry> = self
            .curves
            .iter()
            .map(|c| LegendEntry {
                label: c.label.clone(),
                mark: LegendMark::Line(c.colour, c.dash),
            })
            .collect();
        let y = legend(&mut d, &theme, [MARGIN, y], w, &entries) + 8.0;
        self.draw_panel(&mut d, &theme, Rect::new(MARGIN, y, w, h), &doses);
        let height = footer(&mut d, &theme, width, y + h + 8.0, &self.footer);
        Figure::new(width, height, &self.title, &theme, d)
    }

    /// Doses of all curves, rising.
    fn doses(&self) -> Vec<f64> {
        let points = self.curves.iter().flat_map(|c| &c.points);
        let mut doses: Vec<f64> = points
            .map(|p| p[0])
            .filter(|d| drawable(*d, false) && *d >= 0.0)
            .collect();
        doses.sort_by(f64::total_cmp);
        doses.dedup();
        doses
    }

    fn draw_panel(&self, d: &mut Drawing, theme: &Theme, area: Rect, doses: &[f64]) {
        let note = Type::new(size::BODY, theme.muted);
        let tick = Type::new(size::SMALL, theme.ink);
        let lines = wrap(&self.y_label, note.size, false, area.w, 2);
        let top = d.lines(area.x, area.y, &lines, note) + 8.0;
        let title = wrap(&self.x_label, note.size, false, area.w, 2);
        let bottom = area.bottom() - note.line() * title.len() as f32 - 2.0 * tick.line() - 10.0;
        let y = self.value_axis(top, bottom);
        let ticks = y.ticks((((bottom - top) / 34.0) as usize).clamp(2, 8));
        let labels = y.labels(&ticks);
        let gutter = labels.iter().map(|l| tick.width(l)).fold(16.0, f32::max) + 9.0;
        let left = area.x + gutter;
        let right = area.right() - 22.0;
        for (value, label) in ticks.iter().zip(&labels) {
            let at = y.at(*value);
            d.line([left, at], [right, at], theme.line, 1.0);
            let end = tick.anchor(Anchor::End);
            d.text(left - 6.0, at + tick.size * 0.36, label, end);
        }
        if y.low < 1.0 && y.high > 1.0 {
            d.polyline(
                &[[left, y.at(1.0)], [right, y.at(1.0)]],
                theme.muted,
                1.0,
                "2 3",
            );
        }
        let has_zero = doses.first() == Some(&0.0);
        let positive: Vec<f64> = doses.iter().copied().filter(|v| *v > 0.0).collect();
        let x = DoseAxis {
            zero: has_zero.then_some(left + 18.0),
            low: positive.first().copied().unwrap_or(1.0),
            high: positive.last().copied().unwrap_or(1.0),
            from: left + if has_zero { ZERO_ROOM + 14.0 } else { 20.0 },
            to: right - 8.0,
        };
        self.dose_axis(d, theme, &x, doses, [left, right, bottom]);
        let middle = title_middle(&title, note, left, area);
        let centred = note.anchor(Anchor::Middle);
        d.lines(middle, bottom + 2.0 * tick.line() + 10.0, &title, centred);
        for curve in &self.curves {
            draw_curve(d, curve, &x, &y);
        }
    }

    fn value_axis(&self, top: f32, bottom: f32) -> Axis {
        let series = self.curves.iter().map(|c| Series {
            label: String::new(),
            colour: c.colour,
            dash: c.dash,
            points: c.points.clone(),
        });
        let [low, high] = y_limits(&PlotPanel {
            series: series.collect(),
            ..PlotPanel::default()
        });
        Axis {
            low,
            high,
            log: false,
            weeks: false,
            from: bottom,
            to: top,
        }
    }

    /// The axis with its break, and as many doses named as have room; 0 and the largest always are.
    fn dose_axis(
        &self,
        d: &mut Drawing,
        theme: &Theme,
        x: &DoseAxis,
        doses: &[f64],
        [left, right, bottom]: [f32; 3],
    ) {
        let tick = Type::new(size::SMALL, theme.ink).anchor(Anchor::Middle);
        let below = Type::new(size::SMALL, theme.muted).anchor(Anchor::Middle);
        match x.zero {
            Some(_) => {
                let gap = left + ZERO_ROOM - 12.0;
                d.line([left, bottom], [gap - 3.0, bottom], theme.muted, 1.0);
                d.line([gap + 3.0, bottom], [right, bottom], theme.muted, 1.0);
                for at in [gap - 3.0, gap + 3.0] {
                    let slash = [[at - 2.5, bottom + 5.0], [at + 2.5, bottom - 5.0]];
                    d.polyline(&slash, theme.muted, 1.0, "");
                }
            }
            None => d.line([left, bottom], [right, bottom], theme.muted, 1.0),
        }
        let words = |dose: f64| {
            let amount = format!("{} {}", format_number(dose * self.amount), self.unit);
            let multiple = match dose {
                0.0 => "0".to_owned(),
                _ => format!("{} ×", format_number(dose)),
            };
            [multiple, amount.trim_end().to_owned()]
        };
        let half = |dose: f64| {
            let [a, b] = words(dose);
            tick.width(&a).max(tick.width(&b)) / 2.0
        };
        let clear = |a: f64, b: f64| (x.at(a) - x.at(b)).abs() > half(a) + half(b) + 8.0;
        let mut named: Vec<f64> = Vec::new();
        let first_and_last = doses.first().into_iter().chain(doses.last());
        for &dose in first_and_last.chain(doses) {
            if named.iter().all(|n| clear(*n, dose)) {
                named.push(dose);
            }
        }
        for &dose in doses {
            let at = x.at(dose);
            d.line([at, bottom], [at, bottom + 4.0], theme.muted, 1.0);
            if named.contains(&dose) {
                let [multiple, amount] = words(dose);
                d.text(at, bottom + 6.0 + tick.size, &multiple, tick);
                d.text(at, bottom + 6.0 + tick.size + tick.line(), &amount, below);
            }
        }
    }
}

/// Where a centred title stands: under the axis, as far as it stays on the page.
fn title_middle(title: &[String], kind: Type, left: f32, area: Rect) -> f32 {
    let half = title.iter().map(|l| kind.width(l)).fold(0.0, f32::max) / 2.0;
    ((left + area.right()) / 2.0)
        .min(area.right() - half)
        .max(area.x + half)
}

/// Lines between doses; none from 0 to the smallest dose, where the axis is broken, but for a dotted one.
fn draw_curve(d: &mut Drawing, curve: &DoseCurve, x: &DoseAxis, y: &Axis) {
    let usable = |p: &&[f64; 2]| p[0].is_finite() && p[0] >= 0.0 && y.usable(p[1]);
    let place = |p: &[f64; 2]| [x.at(p[0]), y.at(p[1])];
    let (zero, rest): (Vec<_>, Vec<_>) = curve
        .points
        .iter()
        .filter(usable)
        .partition(|p| p[0] <= 0.0);
    let line: Vec<[f32; 2]> = rest.into_iter().map(place).collect();
    d.polyline(&line, curve.colour, 2.2, curve.dash.pattern());
    if let (Some(a), Some(b)) = (zero.first(), line.first()) {
        d.polyline(&[place(a), *b], curve.colour, 1.2, "1.5 3.5");
    }
    if let Some(marker) = curve.marker {
        for p in curve.points.iter().filter(usable) {
            marker.draw(d, place(p), [4.6, 4.6], curve.colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(points: Vec<[f64; 2]>) -> DoseResponse {
        DoseResponse {
            title: "Drug".to_owned(),
            subtitle: String::new(),
            y_label: "burden relative to control".to_owned(),
            x_label: "dose of the drug".to_owned(),
            amount: 60.0,
            unit: "mg".to_owned(),
            curves: vec![DoseCurve {
                label: "alone".to_owned(),
                colour: [0, 90, 200],
                dash: Dash::Solid,
                marker: Some(Marker::Disc),
                points,
            }],
            footer: String::new(),
            style: Style::Print,
            panel: [420.0, 300.0],
        }
    }

    #[test]
    fn doses_are_named_without_touching() -> Result<()> {
        let many = (0..40).map(|i| [f64::from(i) * 0.1, 1.0 / f64::from(i + 1)]);
        for points in [
            many.collect::<Vec<_>>(),
            vec![[0.0, 1.0], [1.0, 0.4]],
            vec![[0.25, 1.0], [0.5, 0.9], [4.0, f64::NAN]],
            vec![[1e-9, 0.1], [1e9, 3.0]],
        ] {
            let figure = response(points).figure()?;
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
        let figure = response(vec![[0.0, 1.0], [0.5, 0.8], [1.0, 0.4]]).figure()?;
        let texts: Vec<&str> = figure.texts().iter().map(|t| t.text.as_str()).collect();
        for text in ["0", "0 mg", "0.5 ×", "30 mg", "60 mg"] {
            assert!(texts.contains(&text), "{text}: {texts:?}");
        }
        assert!(response(vec![[0.0, 1.0]]).figure().is_err());
        Ok(())
    }
}
