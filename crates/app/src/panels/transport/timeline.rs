//! The time line of a run: kept moments, what was done, and a cursor that can be moved back.

use eframe::egui::{self, Color32, EventFilter, Key, Response, Role, Sense, Stroke, Ui, pos2};
use warmfront_model::Scenario;

use crate::panels::plots::data;
use crate::panels::{clock, colour};
use crate::state::{Mark, Snapshot};

/// Height of the strip, points.
const HEIGHT: f32 = 26.0;
/// Distance at which the pointer is on a mark, points.
const REACH: f32 = 5.0;
/// Room at both ends for the cursor, points.
const MARGIN: f32 = 6.0;

/// Draws the line over all of the width that is left. A model time when the user moves the cursor.
pub fn timeline(ui: &mut Ui, snapshot: &Snapshot, scenario: &Scenario) -> Option<f64> {
    let size = egui::vec2(ui.available_width().max(80.0), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let line = Line {
        left: rect.left() + MARGIN,
        width: (rect.width() - 2.0 * MARGIN).max(1.0),
        duration: scenario.time.duration.max(f64::MIN_POSITIVE),
    };
    let newest = snapshot.timeline.newest.max(0.0);
    let present = if snapshot.time.is_finite() {
        snapshot.time
    } else {
        0.0
    };
    let wanted = keyboard(ui, snapshot, &response)
        .or_else(|| {
            let pointer = response.interact_pointer_pos()?;
            let moved = response.clicked() || response.dragged();
            moved.then(|| line.time(pointer.x))
        })
        .filter(|t| t.is_finite())
        .map(|t| t.clamp(0.0, newest));

    accessible(ui, &response, present, newest);
    let marks = settled(snapshot, scenario);
    paint(
        ui,
        rect,
        &line,
        snapshot,
        scenario,
        &marks,
        wanted.unwrap_or(present),
        &response,
    );
    hover(&response, &line, scenario, &marks, newest);
    wanted
}

/// Where times stand on screen.
struct Line {
    left: f32,
    width: f32,
    duration: f64,
}

impl Line {
    fn x(&self, time: f64) -> f32 {
        self.left + self.width * (time / self.duration).clamp(0.0, 1.0) as f32
    }

    fn time(&self, x: f32) -> f64 {
        f64::from(((x - self.left) / self.width).clamp(0.0, 1.0)) * self.duration
    }
}

// Arrows go from one kept moment to the next, Home and End to the first and the newest.
fn keyboard(ui: &Ui, snapshot: &Snapshot, response: &Response) -> Option<f64> {
    use egui::accesskit::{Action, ActionData};
    let asked = ui.input(|i| {
        let requests = i.accesskit_action_requests(response.id, Action::SetValue);
        let values = requests.filter_map(|r| match r.data {
            Some(ActionData::NumericValue(value)) => Some(value),
            _ => None,
        });
        values.last()
    });
    if asked.is_some() {
        return asked;
    }
    let asked = |action| ui.input(|i| i.num_accesskit_action_requests(response.id, action) > 0);
    let (mut back, mut on) = (asked(Action::Decrement), asked(Action::Increment));
    if response.has_focus() {
        let filter = EventFilter {
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|m| m.set_focus_lock_filter(response.id, filter));
        let (home, end) = ui.input(|i| (i.key_pressed(Key::Home), i.key_pressed(Key::End)));
        if home || end {
            return Some(if end { snapshot.timeline.newest } else { 0.0 });
        }
        back |= ui.input(|i| i.key_pressed(Key::ArrowLeft));
        on |= ui.input(|i| i.key_pressed(Key::ArrowRight));
    }
    let kept = &snapshot.timeline.kept;
    let near = 1e-9 * snapshot.timeline.newest.abs();
    if back {
        let before = kept.partition_point(|t| *t < snapshot.time - near);
        kept.get(before.checked_sub(1)?).copied()
    } else if on {
        let after = kept.partition_point(|t| *t <= snapshot.time + near);
        kept.get(after).copied()
    } else {
        None
    }
}

fn accessible(ui: &Ui, response: &Response, present: f64, newest: f64) {
    response.widget_info(|| egui::WidgetInfo::slider(true, present, "Time line"));
    ui.ctx().accesskit_node_builder(response.id, |node| {
        use egui::accesskit::Action;
        node.set_role(Role::Slider);
        node.set_min_numeric_value(0.0);
        node.set_max_numeric_value(newest);
        for action in [Action::SetValue, Action::Increment, Action::Decrement] {
            node.add_action(action);
        }
    });
}

/// Everything that was done, without the steps of a drag.
fn settled<'a>(snapshot: &'a Snapshot, scenario: &Scenario) -> Vec<&'a Mark> {
    let near = 0.004 * scenario.time.duration;
    let drugs = 0..scenario.model.drugs.len();
    let all = drugs.map(Some).chain([None]);
    all.flat_map(|drug| data::settled(&snapshot.marks, drug, near))
        .collect()
}

#[expect(
    clippy::too_many_arguments,
    reason = "one caller, all of them parts of one picture"
)]
fn paint(
    ui: &Ui,
    rect: egui::Rect,
    line: &Line,
    snapshot: &Snapshot,
    scenario: &Scenario,
    marks: &[&Mark],
    cursor: f64,
    response: &Response,
) {
    let visuals = ui.visuals();
    let painter = ui.painter();
    let rail = |from: f32, to: f32| {
        egui::Rect::from_min_max(
            pos2(from, rect.center().y - 3.0),
            pos2(to, rect.center().y + 3.0),
        )
    };
    let x = |time| line.x(time);
    let all = rail(line.left, line.left + line.width);
    painter.rect_filled(all, 3.0, visuals.extreme_bg_color);
    let edge = Stroke::new(1.0, visuals.widgets.noninteractive.bg_stroke.color);
    painter.rect_stroke(all, 3.0, edge, egui::StrokeKind::Outside);
    // What has been computed, then what is shown of it.
    let newest = x(snapshot.timeline.newest.max(0.0));
    let faint = visuals.weak_text_color().gamma_multiply(0.6);
    painter.rect_filled(rail(line.left, newest), 3.0, faint);
    let strong = visuals.selection.bg_fill;
    painter.rect_filled(rail(line.left, x(cursor)), 3.0, strong);

    // One stroke per point of the screen is enough.
    let mut before = f32::NEG_INFINITY;
    for time in snapshot.timeline.kept.iter().filter(|t| t.is_finite()) {
        let at = x(*time);
        if at - before >= 2.0 {
            before = at;
            let ends = rect.bottom() - 5.0..=rect.bottom() - 1.0;
            painter.vline(at, ends, Stroke::new(1.0, visuals.weak_text_color()));
        }
    }
    for mark in marks {
        let ink = ink(mark, scenario, visuals.text_color());
        let at = x(mark.time);
        painter.vline(
            at,
            rect.top() + 1.0..=rect.center().y + 3.0,
            Stroke::new(2.0, ink),
        );
        painter.circle_filled(pos2(at, rect.top() + 3.5), 3.0, ink);
    }
    let style = ui.style().interact(response);
    let radius = if response.hovered() || response.has_focus() {
        7.0
    } else {
        6.0
    };
    let centre = pos2(x(cursor), rect.center().y);
    painter.circle(
        centre,
        radius,
        style.bg_fill,
        Stroke::new(2.0, visuals.text_color()),
    );
    if response.has_focus() {
        let focus = visuals.selection.stroke;
        painter.rect_stroke(rect.shrink(0.5), 3.0, focus, egui::StrokeKind::Inside);
    }
}

fn ink(mark: &Mark, scenario: &Scenario, neutral: Color32) -> Color32 {
    let drug = mark.drug.and_then(|d| scenario.model.drugs.get(d));
    drug.map_or(neutral, |d| colour(d.colour))
}

// What was done where the pointer is, else the time there.
fn hover(response: &Response, line: &Line, scenario: &Scenario, marks: &[&Mark], newest: f64) {
    let Some(pointer) = response.hover_pos() else {
        return;
    };
    let here = marks
        .iter()
        .filter(|m| (line.x(m.time) - pointer.x).abs() <= REACH);
    let mut lines: Vec<String> = here
        .map(|m| format!("{}: {}", clock(scenario, m.time), m.text))
        .collect();
    if lines.is_empty() {
        let time = line.time(pointer.x);
        let at = clock(scenario, time);
        lines.push(if time <= newest {
            format!("Go to {at}")
        } else {
            format!("{at}: not computed yet")
        });
    }
    response.clone().on_hover_text_at_pointer(lines.join("\n"));
}
