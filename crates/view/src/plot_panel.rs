//! One panel of a plot: axes, ticks, lines, dose marks and names at the ends of lines.

use crate::axis::{Axis, x_limits, y_limits};
use crate::error::Result;
use crate::legend::DoseTrack;
use crate::plot::{PlotPanel, Series};
use crate::style::{Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::{fit, shorten, width, wrap};

/// Length of the line sample before a name at the end of a line.
const SAMPLE: f32 = 30.0;
/// Height of one row of dose marks.
const DOSE_ROW: f32 = 12.0;

/// Where a panel stands and what it keeps room for.
pub(crate) struct PanelLayout {
    pub area: Rect,
    pub dose_rows: usize,
    /// Room for names at the ends of lines; `None` if a legend names the lines.
    pub end_labels: Option<f32>,
}

/// Room that names at the ends of lines need, if they fit a panel of this size.
pub(crate) fn end_label_room(panel: &PlotPanel, [w, h]: [f32; 2]) -> Option<f32> {
    let widest = panel
        .series
        .iter()
        .map(|s| width(&s.label, size::BODY, false))
        .fold(0.0, f32::max);
    let room = widest + SAMPLE + 20.0;
    let lines = panel.series.len() as f32 * size::BODY * 1.35;
    (room <= 0.4 * w && lines <= 0.5 * h).then_some(room)
}

/// Draws a panel inside its area.
pub(crate) fn draw_panel(
    d: &mut Drawing,
    theme: &Theme,
    layout: &PanelLayout,
    panel: &PlotPanel,
) -> Result<()> {
    let area = layout.area;
    let head = Type::new(size::HEAD, theme.ink).bold();
    let note = Type::new(size::BODY, theme.muted);
    let (title, size) = fit(&panel.title, head.size, true, area.w);
    let mut top = area.y;
    top = d.lines(area.x, top, &[title], Type { size, ..head });
    top = d.lines(
        area.x,
        top,
        &wrap(&panel.y_label, note.size, false, area.w, 1),
        note,
    );
    let dose_top = top + 5.0;
    top = dose_top + layout.dose_rows as f32 * DOSE_ROW + 4.0;

    let tick = Type::new(size::SMALL, theme.ink);
    let bottom = area.bottom() - note.line() - tick.line() - 6.0;
    let [low, high] = y_limits(panel);
    let y = Axis {
        low,
        high,
        log: panel.log_y,
        weeks: false,
        from: bottom,
        to: top,
    };
    let target = (((bottom - top) / 34.0) as usize).clamp(2, 7);
    let y_ticks = y.ticks(target);
    let y_labels = y.labels(&y_ticks);
    let gutter = y_labels.iter().map(|l| tick.width(l)).fold(16.0, f32::max) + 9.0;
    let right = area.right() - layout.end_labels.unwrap_or(6.0);
    let [low, high] = x_limits(panel);
    let x = Axis {
        low,
        high,
        log: false,
        weeks: panel.weeks,
        from: area.x + gutter,
        to: right.max(area.x + gutter + 20.0),
    };

    for (value, label) in y_ticks.iter().zip(&y_labels) {
        let at = y.at(*value);
        d.line([x.from, at], [x.to, at], theme.line, 1.0);
        d.text(
            x.from - 6.0,
            at + tick.size * 0.36,
            label,
            tick.anchor(Anchor::End),
        );
    }
    x_axis(d, theme, &x, bottom, tick);
    let title = shorten(&panel.x_label, note.size, false, area.w - gutter);
    let middle = ((x.from + x.to) / 2.0)
        .min(area.right() - note.width(&title) / 2.0)
        .max(area.x + note.width(&title) / 2.0);
    d.text(
        middle,
        area.bottom() - 4.0,
        &title,
        note.anchor(Anchor::Middle),
    );

    let tags = dose_tags(&panel.doses);
    for (i, (track, tag)) in panel.doses.iter().zip(&tags).enumerate() {
        let row = dose_top + (i as f32 + 0.5) * DOSE_ROW;
        if !tag.is_empty() {
            let name = tick.anchor(Anchor::End);
            d.text(x.from - 8.0, row + tick.size * 0.36, tag, name);
        }
        let times: Vec<f64> = track
            .times
            .iter()
            .copied()
            .filter(|t| *t >= x.low && *t <= x.high)
            .collect();
        let close = times
            .windows(2)
            .any(|w| (x.at(w[1]) - x.at(w[0])).abs() < 14.0);
        for &t in times.iter().filter(|_| !close) {
            d.polyline(
                &[[x.at(t), row + 4.0], [x.at(t), bottom]],
                mix(track.colour, theme.page),
                1.0,
                "3 3",
            );
        }
        track.draw(d, row, [x.from, x.to], |t| x.at(t));
    }
    // Earlier lines are a little wider, so that one below another is still seen.
    let count = panel.series.len();
    for (i, series) in panel.series.iter().enumerate() {
        let stroke = (2.2 + 0.25 * (count - 1 - i) as f32).min(3.2);
        for piece in pieces(series, &x, &y) {
            d.polyline(&piece, series.colour, stroke, series.dash.pattern());
        }
    }
    if layout.end_labels.is_some() {
        end_labels(d, theme, panel, &x, &y);
    }
    if panel.series.iter().all(|s| pieces(s, &x, &y).is_empty()) {
        let kind = note.anchor(Anchor::Middle);
        d.text(
            (x.from + x.to) / 2.0,
            (top + bottom) / 2.0 + 10.0,
            "no data",
            kind.halo(theme.page),
        );
    }
    Ok(())
}

/// A letter for each row of doses whose marks look like those of another row; empty for the others.
pub(crate) fn dose_tags(doses: &[DoseTrack]) -> Vec<String> {
    let same = |a: &DoseTrack, b: &DoseTrack| (a.colour, a.marker) == (b.colour, b.marker);
    let mut letters = 'a'..='z';
    let tag = |track: &DoseTrack| match doses.iter().filter(|t| same(t, track)).count() {
        0 | 1 => String::new(),
        _ => letters.next().map(String::from).unwrap_or_default(),
    };
    doses.iter().map(tag).collect()
}

fn x_axis(d: &mut Drawing, theme: &Theme, x: &Axis, bottom: f32, tick: Type) {
    d.line([x.from, bottom], [x.to, bottom], theme.muted, 1.0);
    let mut target = (((x.to - x.from) / 55.0) as usize).clamp(2, 10);
    loop {
        let ticks = x.ticks(target);
        let labels = x.labels(&ticks);
        let place = |i: usize| {
            let half = tick.width(&labels[i]) / 2.0;
            (x.at(ticks[i]) - half, x.at(ticks[i]) + half)
        };
        let clear = (1..ticks.len()).all(|i| place(i - 1).1 + 8.0 < place(i).0);
        if clear || target <= 1 {
            for (value, label) in ticks.iter().zip(&labels) {
                let at = x.at(*value);
                d.line([at, bottom], [at, bottom + 4.0], theme.muted, 1.0);
                d.text(
                    at,
                    bottom + 6.0 + tick.size,
                    label,
                    tick.anchor(Anchor::Middle),
                );
            }
            return;
        }
        target -= 1;
    }
}

/// The runs of usable points in pixels, thinned where they fall on the same quarter pixel, clipped
/// to a little beyond the axes.
fn pieces(series: &Series, x: &Axis, y: &Axis) -> Vec<Vec<[f32; 2]>> {
    let (upper, lower) = (y.to.min(y.from), y.to.max(y.from));
    let mut all = Vec::new();
    let mut piece: Vec<[f32; 2]> = Vec::new();
    for &[px, py] in &series.points {
        if !(px.is_finite() && y.usable(py) && px >= x.low && px <= x.high) {
            all.push(std::mem::take(&mut piece));
            continue;
        }
        let p = [x.at(px), y.at(py).clamp(upper - 1.0, lower + 1.0)];
        let near = |q: &[f32; 2]| (p[0] - q[0]).abs() < 0.25 && (p[1] - q[1]).abs() < 0.25;
        if !piece.last().is_some_and(near) {
            piece.push(p);
        }
    }
    all.push(piece);
    all.retain(|p| p.len() >= 2);
    all
}

/// Names the lines at their right ends. Names are pushed apart until none touches; a thin leader
/// joins a name that had to move to its line.
fn end_labels(d: &mut Drawing, theme: &Theme, panel: &PlotPanel, x: &Axis, y: &Axis) {
    let kind = Type::new(size::BODY, theme.ink);
    let step = kind.size * 1.3;
    let mut ends: Vec<([f32; 2], &Series)> = panel
        .series
        .iter()
        .filter_map(|s| Some((*pieces(s, x, y).last()?.last()?, s)))
        .collect();
    ends.sort_by(|a, b| a.0[1].total_cmp(&b.0[1]));
    let wanted: Vec<f32> = ends.iter().map(|e| e.0[1]).collect();
    let placed = spread(&wanted, step, y.to.min(y.from), y.to.max(y.from));
    for (([end_x, end_y], series), at) in ends.into_iter().zip(placed) {
        let left = x.to + 10.0;
        d.line(
            [end_x + 1.0, end_y],
            [left - 1.0, at],
            mix(series.colour, theme.page),
            1.0,
        );
        d.polyline(
            &[[left, at], [left + SAMPLE, at]],
            series.colour,
            2.2,
            series.dash.pattern(),
        );
        d.text(
            left + SAMPLE + 4.0,
            at + kind.size * 0.36,
            &series.label,
            kind,
        );
    }
}

/// Positions near `wanted` (rising) that are at least `step` apart and inside `low..=high`, as far
/// as there is room.
fn spread(wanted: &[f32], step: f32, low: f32, high: f32) -> Vec<f32> {
    let mut placed = wanted.to_vec();
    for _ in 0..200 {
        let mut moved = 0.0_f32;
        for i in 1..placed.len() {
            let lack = step - (placed[i] - placed[i - 1]);
            if lack > 1e-3 {
                placed[i - 1] -= lack / 2.0;
                placed[i] += lack / 2.0;
                moved = moved.max(lack);
            }
        }
        if moved < 1e-2 {
            break;
        }
    }
    // Then make it exact: down from the upper limit, back up from the lower one.
    let mut floor = low;
    for p in &mut placed {
        *p = p.max(floor);
        floor = *p + step;
    }
    let mut ceiling = high;
    for p in placed.iter_mut().rev() {
        *p = p.min(ceiling);
        ceiling = *p - step;
    }
    placed
}

/// Halfway between a colour and the page.
fn mix(colour: [u8; 3], page: [u8; 3]) -> [u8; 3] {
    std::array::from_fn(|k| u8::midpoint(colour[k], page[k]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_spread_and_stay_inside() {
        let cases: [&[f32]; 4] = [
            &[10.0, 10.0, 10.0, 10.0],
            &[95.0, 96.0, 97.0],
            &[0.0, 50.0, 51.0, 100.0],
            &[3.0],
        ];
        for wanted in cases {
            let placed = spread(wanted, 15.0, 0.0, 100.0);
            assert!(
                placed.windows(2).all(|w| w[1] - w[0] >= 14.99),
                "{placed:?}"
            );
            assert!(
                placed.iter().all(|p| (0.0..=100.0).contains(p)),
                "{placed:?}"
            );
        }
        assert_eq!(spread(&[20.0, 60.0], 15.0, 0.0, 100.0), [20.0, 60.0]);
    }

    #[test]
    fn rows_of_doses_that_look_alike_have_letters() {
        let track = |label: &str, colour| DoseTrack {
            label: label.to_owned(),
            colour: [colour, 0, 0],
            ..DoseTrack::default()
        };
        let doses = [track("daily", 1), track("once", 2), track("pulsed", 1)];
        assert_eq!(dose_tags(&doses), ["a", "", "b"]);
        assert_eq!(dose_tags(&doses[..2]), ["", ""]);
    }
}
