//! The legend of a composite: the names of its channels, each of which can be switched off.
//!
//! A switched-off channel keeps its place in the legend, with an empty square, so that it can be switched on
//! again. Fields are remembered, not places in a list: what is hidden in one view is hidden in the others.

use eframe::egui;
use egui::{Color32, Rect, Response, Sense, Stroke, StrokeKind, Ui, UiBuilder, vec2};
use warmfront_model::{Channel, Model, Outline};

use super::overlay::{font, rgb};
use super::{Canvas, Look};

/// Height of a line of names, points.
pub(super) const LINE: f32 = 20.0;
/// Side of the square of a colour, points.
const SQUARE: f32 = 12.0;
/// From the left edge of a square to its name, points.
const NAME: f32 = 18.0;
/// Space between two entries, points.
const SPACE: f32 = 16.0;

impl Canvas {
    /// The channels of a view that are switched on.
    pub fn shown_channels<'m>(
        &'m self,
        model: &'m Model,
        view: usize,
    ) -> impl Iterator<Item = &'m Channel> {
        all(model, view).filter(|c| !self.hidden.contains(&c.field))
    }

    /// The line around cells that belongs to the look; none: the model declares none, or the look shows those cells
    /// itself.
    pub fn line_of<'m>(&self, model: &'m Model) -> Option<&'m Outline> {
        let shown: Vec<usize> = match self.look {
            Look::Composite(view) => self.shown_channels(model, view).map(|c| c.field).collect(),
            Look::Field(_) | Look::Derived(_) => Vec::new(),
        };
        model.outline_beside(&shown)
    }

    /// Switches a field of composites on or off.
    pub fn show_channel(&mut self, field: usize, on: bool) {
        match on {
            true => self.hidden.remove(&field),
            false => self.hidden.insert(field),
        };
    }

    // Shows one channel of a view alone; all of them if it is alone already.
    fn show_alone(&mut self, model: &Model, view: usize, field: usize) {
        let alone = self.shown_channels(model, view).all(|c| c.field == field);
        for channel in all(model, view) {
            self.show_channel(channel.field, alone || channel.field == field);
        }
    }
}

fn all(model: &Model, view: usize) -> impl Iterator<Item = &Channel> {
    model.views.get(view).into_iter().flat_map(|v| &v.channels)
}

/// An entry of the legend, and where it stands in the strip.
struct Entry {
    at: egui::Vec2,
    width: f32,
    field: usize,
    colour: Color32,
}

// The channels of a composite in lines no wider than `width`.
fn entries(ui: &Ui, width: f32, model: &Model, view: usize) -> Vec<Entry> {
    let mut next = vec2(0.0, 0.0);
    let mut entries = Vec::new();
    for channel in all(model, view) {
        let label = model.fields[channel.field].label.clone();
        let name = ui
            .painter()
            .layout_no_wrap(label, font(13.0), Color32::WHITE);
        let takes = NAME + name.size().x;
        if next.x > 0.0 && next.x + takes > width {
            next = vec2(0.0, next.y + LINE);
        }
        entries.push(Entry {
            at: next,
            width: takes,
            field: channel.field,
            colour: rgb(channel.colour),
        });
        next.x += takes + SPACE;
    }
    entries
}

/// Height of the names of all channels.
pub(super) fn height(ui: &Ui, width: f32, model: &Model, view: usize) -> f32 {
    let last = entries(ui, width, model, view).last().map(|s| s.at.y);
    last.unwrap_or(0.0) + LINE
}

/// The entries side by side.
pub(super) fn show(canvas: &mut Canvas, ui: &mut Ui, strip: Rect, model: &Model, view: usize) {
    for entry in entries(ui, strip.width(), model, view) {
        let rect = Rect::from_min_size(strip.left_top() + entry.at, vec2(entry.width, LINE));
        let mut row = ui.new_child(UiBuilder::new().id_salt(entry.field).max_rect(rect));
        show_entry(canvas, &mut row, rect, model, view, &entry);
    }
}

/// The entries behind a button, where they would take the room of the tissue.
pub(super) fn menu(canvas: &mut Canvas, ui: &mut Ui, model: &Model, view: usize) {
    ui.menu_button("Legend ▾", |ui| {
        for entry in entries(ui, f32::INFINITY, model, view) {
            let (rect, _) = ui.allocate_exact_size(vec2(entry.width, LINE), Sense::hover());
            ui.push_id(entry.field, |ui| {
                show_entry(canvas, ui, rect, model, view, &entry);
            });
        }
    });
}

fn show_entry(
    canvas: &mut Canvas,
    ui: &mut Ui,
    rect: Rect,
    model: &Model,
    view: usize,
    entry: &Entry,
) {
    let on = !canvas.hidden.contains(&entry.field);
    let label = &model.fields[entry.field].label;
    let response = ui.interact(rect, ui.scope_id().with("channel"), Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::selected(egui::Role::CheckBox, ui.is_enabled(), on, label)
    });
    paint(ui, rect, &response, label, (entry.colour, on));
    if response.clicked() {
        match ui.input(|i| i.modifiers.shift) {
            true => canvas.show_alone(model, view, entry.field),
            false => canvas.show_channel(entry.field, !on),
        }
    }
    let does = if on { "Hides" } else { "Shows" };
    response.on_hover_text(format!(
        "{does} this channel. With Shift: shows it alone, and all again."
    ));
}

fn paint(ui: &Ui, rect: Rect, response: &Response, label: &str, (colour, on): (Color32, bool)) {
    let visuals = ui.visuals();
    let ink = match (on, response.hovered() || response.has_focus()) {
        (_, true) => visuals.strong_text_color(),
        (true, false) => visuals.text_color(),
        (false, false) => visuals.weak_text_color(),
    };
    let corner = rect.left_top() + vec2(0.0, 0.5 * (LINE - SQUARE));
    let square = Rect::from_min_size(corner, vec2(SQUARE, SQUARE));
    match on {
        true => {
            // A light colour has an edge on a light page, too.
            let edge = Stroke::new(1.0, visuals.weak_text_color());
            ui.painter()
                .rect(square, 2.0, colour, edge, StrokeKind::Inside)
        }
        false => {
            let line = Stroke::new(1.5, colour);
            ui.painter()
                .rect_stroke(square, 2.0, line, StrokeKind::Inside)
        }
    };
    let name = ui
        .painter()
        .layout_no_wrap(label.to_owned(), font(13.0), ink);
    let at = rect.left_center() + vec2(NAME, -0.5 * name.size().y);
    ui.painter().galley(at, name, ink);
}
