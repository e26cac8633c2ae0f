//! The doses of a regimen on a line, with handles.

use eframe::egui::{self, Color32, Id, Pos2, Rect, Sense, Stroke, Ui, pos2, vec2};
use warmfront_model::{Regimen, Scenario, counted, plain};

use super::{Edit, step};
use crate::app::SMALLEST;
use crate::panels::{clock, colour, time_units};

/// Height of the strip, points.
const HEIGHT: f32 = 66.0;
/// Radius of a handle, points.
const RADIUS: f32 = 5.5;
/// Room at both ends, points.
const MARGIN: f32 = 8.0;

/// What a handle moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Handle {
    /// The first dose.
    Start,
    /// The second dose.
    Interval,
    /// The last dose.
    Stop,
    /// End of the dosing part of the first cycle.
    On,
    /// End of the first cycle.
    Cycle,
}

impl Handle {
    fn label(self) -> &'static str {
        match self {
            Self::Start => "First dose",
            Self::Interval => "Time between doses",
            Self::Stop => "Last dose",
            Self::On => "End of dosing in a cycle",
            Self::Cycle => "End of a cycle",
        }
    }

    // Height within the strip: handles of one row never cover those of another.
    fn height(self) -> f32 {
        match self {
            Self::On | Self::Cycle => 8.0,
            Self::Interval => 21.0,
            Self::Start | Self::Stop => 45.0,
        }
    }
}

/// Times to places.
struct Axis {
    rect: Rect,
    duration: f64,
}

impl Axis {
    fn x(&self, time: f64) -> f32 {
        let share = (time / self.duration).clamp(0.0, 1.0) as f32;
        self.rect.left() + MARGIN + share * (self.rect.width() - 2.0 * MARGIN)
    }

    fn time(&self, x: f32) -> f64 {
        let width = (self.rect.width() - 2.0 * MARGIN).max(1.0);
        f64::from((x - self.rect.left() - MARGIN) / width).clamp(0.0, 1.0) * self.duration
    }
}

/// What the strip shows beside the draft, model time.
pub(super) struct Times {
    /// The present.
    pub now: f64,
    /// Doses given so far, rising.
    pub before: Vec<f64>,
    /// Multiple of the dose that is given from now on.
    pub multiple: f64,
}

/// Draws the strip and moves what is dragged.
pub(super) fn ui(
    ui: &mut Ui,
    times: &Times,
    scenario: &Scenario,
    drug: usize,
    draft: &mut Regimen,
    edit: &mut Edit,
) {
    let size = vec2(ui.available_width().max(120.0), HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let axis = Axis {
        rect,
        duration: scenario.time.duration.max(f64::MIN_POSITIVE),
    };
    paint(ui, &axis, times, scenario, drug, draft);
    let ink = colour(scenario.model.drugs[drug].colour);
    for handle in handles(draft) {
        let Some(time) = time_of(handle, draft, axis.duration) else {
            continue;
        };
        let centre = pos2(axis.x(time), rect.top() + handle.height());
        let id: Id = ui.scope_id().with(("handle", handle as u8));
        let area = Rect::from_center_size(centre, vec2(2.0 * RADIUS + 4.0, 2.0 * RADIUS + 2.0));
        // The numbers below serve the keyboard.
        let response = ui.interact(area, id, Sense::DRAG);
        let text = format!(
            "{}: {}",
            handle.label(),
            value_text(handle, draft, scenario)
        );
        response
            .widget_info(|| egui::WidgetInfo::labeled(egui::Role::Slider, true, handle.label()));
        if response.dragged()
            && let Some(pointer) = response.interact_pointer_pos()
        {
            let before = draft.clone();
            drag(
                handle,
                draft,
                axis.time(pointer.x),
                step(scenario),
                axis.duration,
            );
            edit.changed |= before != *draft;
        }
        edit.done |= response.drag_stopped();
        let hot = response.hovered() || response.dragged();
        knob(ui, handle, centre, ink, hot);
        response
            .on_hover_cursor(egui::CursorIcon::ResizeHorizontal)
            .on_hover_text(text);
    }
}

fn handles(draft: &Regimen) -> Vec<Handle> {
    let mut handles = vec![Handle::Start, Handle::Stop];
    if draft.doses != Some(1) {
        handles.push(Handle::Interval);
    }
    if draft.on.is_some() {
        handles.extend([Handle::On, Handle::Cycle]);
    }
    handles
}

/// Where a handle stands, model time.
fn time_of(handle: Handle, draft: &Regimen, duration: f64) -> Option<f64> {
    let time = match handle {
        Handle::Start => draft.start,
        Handle::Interval => draft.maintenance() + draft.every,
        // Without a last dose it waits at the end.
        Handle::Stop if draft.doses.is_none() => duration,
        Handle::Stop => *draft.times(duration).last().unwrap_or(&draft.start),
        Handle::On => draft.maintenance() + draft.on?,
        Handle::Cycle => draft.maintenance() + draft.on? + draft.off,
    };
    time.is_finite().then_some(time)
}

/// Moves a handle to `time`.
fn drag(handle: Handle, draft: &mut Regimen, time: f64, step: f64, duration: f64) {
    let snapped = |t: f64| {
        let steps = (t / step).round();
        // Dividing by a whole number leaves no digits of rounding behind.
        if step < 1.0 {
            steps / (1.0 / step).round()
        } else {
            steps * step
        }
    };
    match handle {
        Handle::Start => draft.start = snapped(time).clamp(0.0, duration),
        Handle::Interval => {
            // A course that takes the interval of maintenance moves with it.
            let own = draft.loading.as_ref().filter(|l| l.every.is_none());
            let intervals = 1.0 + own.map_or(0.0, |l| f64::from(l.doses));
            let from = if own.is_some() {
                draft.start
            } else {
                draft.maintenance()
            };
            draft.every = snapped((time - from) / intervals).max(step);
        }
        Handle::Stop => {
            let mut unlimited = draft.clone();
            unlimited.doses = None;
            let all = unlimited.times(duration);
            // Nearest dose; beyond the last one there is no limit.
            let before = all.iter().filter(|t| **t <= time + 0.5 * draft.every);
            let count = before.count().max(1);
            let past =
                time >= duration - 0.25 * step || count == all.len() && time > all[count - 1];
            draft.doses = (!past).then_some(count as u32);
        }
        Handle::On => {
            if let Some(on) = draft.on {
                let end = on + draft.off;
                let on = snapped(time - draft.maintenance()).max(step);
                draft.on = Some(on);
                // The cycle keeps its length where it can.
                draft.off = snapped((end - on).max(0.0));
            }
        }
        Handle::Cycle => {
            if let Some(on) = draft.on {
                draft.off = snapped((time - draft.maintenance() - on).max(0.0));
            }
        }
    }
}

fn value_text(handle: Handle, draft: &Regimen, scenario: &Scenario) -> String {
    let unit = time_units(&scenario.model);
    match handle {
        Handle::Start => clock(scenario, draft.start),
        Handle::Interval => format!("{} {unit}", plain(draft.every)),
        Handle::Stop => match draft.doses {
            Some(n) => counted(n, "dose"),
            None => "no last dose".to_owned(),
        },
        Handle::On => format!("{} {unit} with doses", plain(draft.on.unwrap_or(0.0))),
        Handle::Cycle => format!("then {} {unit} without", plain(draft.off)),
    }
}

fn knob(ui: &Ui, handle: Handle, centre: Pos2, ink: Color32, hot: bool) {
    let painter = ui.painter();
    let radius = if hot { RADIUS + 1.0 } else { RADIUS };
    let edge = Stroke::new(1.5, ui.visuals().text_color());
    let triangle = |sign: f32| {
        let corner = |x: f32, y: f32| pos2(centre.x + sign * x * radius, centre.y + y * radius);
        let corners = vec![corner(-0.8, -1.0), corner(0.9, 0.0), corner(-0.8, 1.0)];
        egui::Shape::convex_polygon(corners, ink, edge)
    };
    match handle {
        Handle::Start => {
            painter.add(triangle(1.0));
        }
        Handle::Stop => {
            painter.add(triangle(-1.0));
        }
        Handle::Interval => {
            painter.circle(centre, radius, ink, edge);
        }
        Handle::On | Handle::Cycle => {
            let square = Rect::from_center_size(centre, vec2(1.6 * radius, 1.6 * radius));
            painter.rect(square, 1.0, ink, edge, egui::StrokeKind::Middle);
        }
    }
}

/// The line, cycles, doses and the present time.
fn paint(ui: &Ui, axis: &Axis, times: &Times, scenario: &Scenario, drug: usize, draft: &Regimen) {
    let painter = ui.painter_at(axis.rect);
    let visuals = ui.visuals();
    let rect = axis.rect;
    let ink = colour(scenario.model.drugs[drug].colour);
    let past = visuals.weak_text_color();
    let line = rect.top() + 38.0;
    let (begin, end) = (axis.x(0.0), axis.x(axis.duration));
    let weak = Stroke::new(1.0, past);
    if let Some(on) = draft.on {
        shade(&painter, axis, draft, on, ink);
    }
    painter.hline(begin..=end, line, weak);
    let now = if times.now.is_finite() {
        times.now
    } else {
        0.0
    };
    // What was given stands, whatever the plan is now.
    let ahead = draft.times(axis.duration).into_iter().filter(|t| *t >= now);
    let doses = times.before.iter().map(|t| (*t, past, 14.0));
    // Doses are as high as they are large; of none a foot is left, so that the plan stays in sight.
    let high = (14.0 * times.multiple.clamp(0.0, 1.5) as f32).max(2.0);
    let mut last = f32::NEG_INFINITY;
    for (time, ink, high) in doses.chain(ahead.map(|t| (t, ink, high))) {
        let x = axis.x(time);
        if x - last >= 2.0 {
            last = x;
            painter.vline(x, line - high..=line, Stroke::new(1.5, ink));
        }
    }
    if times.multiple == 0.0 {
        let at = pos2(axis.x(axis.duration), line - 5.0);
        let font = egui::FontId::proportional(SMALLEST);
        let text = "0 ×: none is given";
        let ink = visuals.warn_fg_color;
        painter.text(at, egui::Align2::RIGHT_BOTTOM, text, font, ink);
    }
    let x = axis.x(now);
    let strong = Stroke::new(1.5, visuals.text_color());
    painter.vline(x, rect.top() + 2.0..=line + 4.0, strong);
    let font = egui::FontId::proportional(SMALLEST);
    let bottom = rect.bottom();
    let text = |x: f32, align, text: String| {
        painter.text(pos2(x, bottom), align, text, font.clone(), past);
    };
    text(
        begin - MARGIN,
        egui::Align2::LEFT_BOTTOM,
        clock(scenario, 0.0),
    );
    let last = clock(scenario, axis.duration);
    text(end + MARGIN, egui::Align2::RIGHT_BOTTOM, last);
    if (0.2..0.8).contains(&(now / axis.duration)) {
        text(x, egui::Align2::CENTER_BOTTOM, "now".to_owned());
    }
}

/// The dosing parts of the cycles.
fn shade(painter: &egui::Painter, axis: &Axis, draft: &Regimen, on: f64, ink: Color32) {
    let cycle = on + draft.off;
    // Cycles that are too short to see, or wrong, are not drawn.
    if !(cycle > axis.duration / 200.0 && on > 0.0 && draft.start.is_finite()) {
        return;
    }
    let top = axis.rect.top() + 3.0;
    let mut from = draft.maintenance();
    let end = axis.duration.min(draft.until.unwrap_or(f64::INFINITY));
    for _ in 0..draft.cycles.unwrap_or(u32::MAX) {
        if from >= end {
            break;
        }
        let area = Rect::from_min_max(pos2(axis.x(from), top), pos2(axis.x(from + on), top + 10.0));
        painter.rect_filled(area, 2.0, ink.gamma_multiply(0.3));
        from += cycle;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daily() -> Regimen {
        Regimen {
            dose: 60.0,
            start: 0.0,
            every: 1.0,
            on: Some(21.0),
            off: 7.0,
            ..Regimen::default()
        }
    }

    #[test]
    fn handles_move_what_they_name() {
        let mut r = daily();
        drag(Handle::Start, &mut r, 2.1, 0.5, 28.0);
        drag(Handle::Interval, &mut r, 5.1, 0.5, 28.0);
        assert_eq!((r.start, r.every), (2.0, 3.0));
        drag(Handle::Interval, &mut r, 0.0, 0.5, 28.0);
        assert_eq!(r.every, 0.5);
        let mut r = daily();
        drag(Handle::On, &mut r, 14.1, 0.5, 28.0);
        assert_eq!((r.on, r.off), (Some(14.0), 14.0));
        drag(Handle::Cycle, &mut r, 21.0, 0.5, 28.0);
        assert_eq!((r.on, r.off), (Some(14.0), 7.0));
        assert_eq!(time_of(Handle::Cycle, &r, 28.0), Some(21.0));
    }

    #[test]
    fn the_last_dose_is_counted() {
        let mut r = daily();
        drag(Handle::Stop, &mut r, 4.2, 0.5, 28.0);
        assert_eq!(r.doses, Some(5));
        assert_eq!(time_of(Handle::Stop, &r, 28.0), Some(4.0));
        drag(Handle::Stop, &mut r, 28.0, 0.5, 28.0);
        assert_eq!(r.doses, None);
        drag(Handle::Stop, &mut r, 0.0, 0.5, 28.0);
        assert_eq!(r.doses, Some(1));
        assert!(!handles(&r).contains(&Handle::Interval));
        assert_eq!(r.times(28.0), [0.0]);
        // Nothing within the run.
        r.start = 40.0;
        drag(Handle::Stop, &mut r, 4.0, 0.5, 28.0);
    }
}
