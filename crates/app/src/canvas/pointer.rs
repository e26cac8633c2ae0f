//! What the pointer does on the tissue.
//!
//! The wheel zooms to the cursor and the middle button moves, whatever the tool; a pinch, or control and the
//! wheel, does so too, but sizes the brush where that is the tool. Dabs of the brush
//! lie half a radius apart along the path, and leave one per frame, so that a fast pointer floods nobody.

use std::collections::VecDeque;

use eframe::egui;
use egui::{PointerButton, Response, Ui};
use warmfront_model::Scenario;

use super::slice::Slice;
use super::{Canvas, Tool, View};
use crate::command::{Command, WindowCommand};
use crate::panels::{Desk, Tab};

/// A drag shorter than this is a click, points.
const STILL: f32 = 3.0;

/// A stroke of the brush on its way to the simulation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stroke {
    /// Pane where it is painted.
    slot: usize,
    field: usize,
    radius: f64,
    amount: f64,
    /// Last dab put into the queue, on the plane.
    last: [f32; 2],
    queue: VecDeque<[f64; 3]>,
    lifted: bool,
}

impl Stroke {
    /// Queues dabs up to `to`.
    fn reach(&mut self, to: [f32; 2], slice: &Slice) {
        let spacing = (0.5 * self.radius) as f32;
        loop {
            let d = [to[0] - self.last[0], to[1] - self.last[1]];
            let distance = d[0].hypot(d[1]);
            if distance.is_nan() || distance < spacing || spacing <= 0.0 {
                return;
            }
            let part = spacing / distance;
            self.last = [0, 1].map(|i| self.last[i] + part * d[i]);
            self.queue.push_back(slice.lift(self.last));
        }
    }

    fn dab(&self, centre: [f64; 3]) -> Command {
        Command::Brush {
            field: self.field,
            centre,
            radius: self.radius,
            amount: self.amount,
        }
    }
}

/// A pane under the pointer.
pub(super) struct Under<'a> {
    pub scenario: &'a Scenario,
    pub slice: &'a Slice,
    pub slot: usize,
}

/// Wheel, pinch, drag, clicks.
pub(super) fn steer(
    canvas: &mut Canvas,
    ui: &Ui,
    response: &Response,
    under: &Under<'_>,
    desk: &mut Desk,
) {
    let rect = response.rect;
    wheel(canvas, ui, response, under, desk);
    let moves = match desk.tool {
        Tool::Move => response.dragged(),
        _ => response.dragged_by(PointerButton::Middle),
    };
    if moves {
        canvas.view.drag(rect, response.drag_delta());
    }
    let here = response
        .interact_pointer_pos()
        .map(|at| canvas.view.place(rect, under.slice.extent, at));
    match desk.tool {
        Tool::Move => {
            if response.double_clicked() {
                canvas.view = View::default();
            }
        }
        Tool::Brush => brush(canvas, ui, response, under, desk, here),
        Tool::Line => line(canvas, ui, response, under, desk, here),
        Tool::Why => {
            if response.clicked() {
                desk.inspect.pinned = here.map(|h| under.slice.lift(h));
                desk.window.push(WindowCommand::Tab(Tab::Why));
            } else if response.secondary_clicked() {
                desk.inspect.pinned = None;
            }
        }
    }
}

fn wheel(canvas: &mut Canvas, ui: &Ui, response: &Response, under: &Under<'_>, desk: &mut Desk) {
    let Some(cursor) = response.hover_pos() else {
        return;
    };
    let (scroll, mut zoom) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
    // Control and wheel, or a pinch.
    if desk.tool == Tool::Brush && zoom != 1.0 {
        desk.brush.resize(under.scenario, f64::from(zoom));
        zoom = 1.0;
    }
    let factor = (scroll * 0.004).exp() * zoom;
    if factor != 1.0 {
        canvas.view.zoom_at(response.rect, cursor, factor);
    }
}

fn brush(
    canvas: &mut Canvas,
    ui: &Ui,
    response: &Response,
    under: &Under<'_>,
    desk: &mut Desk,
    here: Option<[f32; 2]>,
) {
    let [primary, secondary] = ui.input(|i| {
        [PointerButton::Primary, PointerButton::Secondary].map(|b| i.pointer.button_down(b))
    });
    let down = response.is_pointer_button_down_on() && (primary || secondary);
    let (true, Some(here)) = (down, here) else {
        if let Some(stroke) = &mut canvas.stroke
            && stroke.slot == under.slot
        {
            stroke.lifted = true;
        }
        return;
    };
    if let Some(stroke) = &mut canvas.stroke {
        if stroke.slot == under.slot && !stroke.lifted {
            stroke.reach(here, under.slice);
            return;
        }
        // The one before is still on its way.
        finish(canvas, desk);
    }
    let Some(field) = desk.brush.field(&under.scenario.model) else {
        return;
    };
    let amount = desk.brush.amount(&under.scenario.model);
    canvas.stroke = Some(Stroke {
        slot: under.slot,
        field,
        radius: desk.brush.radius(under.scenario),
        amount: if primary { amount } else { -amount },
        last: here,
        queue: VecDeque::from([under.slice.lift(here)]),
        lifted: false,
    });
}

fn finish(canvas: &mut Canvas, desk: &mut Desk) {
    if let Some(stroke) = canvas.stroke.take() {
        for centre in &stroke.queue {
            desk.outbox.send(stroke.dab(*centre));
        }
        desk.outbox.send(Command::StrokeEnd);
    }
}

/// Once a frame: sends the next dab, and the end of the stroke after its last one.
pub(super) fn paint(canvas: &mut Canvas, ui: &Ui, desk: &mut Desk) {
    let Some(stroke) = &mut canvas.stroke else {
        return;
    };
    if desk.tool != Tool::Brush {
        stroke.lifted = true;
    }
    if let Some(centre) = stroke.queue.pop_front() {
        desk.outbox.send(stroke.dab(centre));
    }
    if !stroke.queue.is_empty() {
        ui.request_repaint();
    } else if stroke.lifted {
        finish(canvas, desk);
    }
}

fn line(
    canvas: &mut Canvas,
    ui: &Ui,
    response: &Response,
    under: &Under<'_>,
    desk: &mut Desk,
    here: Option<[f32; 2]>,
) {
    let primary = ui.input(|i| i.pointer.button_down(PointerButton::Primary));
    let (true, Some(here)) = (response.is_pointer_button_down_on() && primary, here) else {
        if canvas.line_from.is_some_and(|(slot, _)| slot == under.slot) {
            canvas.line_from = None;
        }
        return;
    };
    let (_, from) = *canvas.line_from.get_or_insert((under.slot, here));
    let d = [here[0] - from[0], here[1] - from[1]];
    let seen = d[0].hypot(d[1]) * canvas.view.scale(response.rect, under.slice.extent);
    desk.inspect.line = (seen >= STILL).then(|| [from, here].map(|p| under.slice.lift(p)));
    if desk.inspect.line.is_some() {
        desk.window.push(WindowCommand::Tab(Tab::Profile));
    }
}

/// Drops places that this tissue does not have.
pub(super) fn forget_outside(scenario: &Scenario, desk: &mut Desk) {
    let extent = scenario.grid.extent();
    let inside = |p: &[f64; 3]| (0..3).all(|i| (0.0..=extent[i]).contains(&p[i]));
    let wanted = &mut desk.inspect;
    wanted.pinned = wanted.pinned.filter(inside);
    wanted.line = wanted.line.filter(|ends| ends.iter().all(inside));
}
