//! What stands on and under the tissue: names of arms, clock, scale bar, position, legend.

use eframe::egui;
use egui::{Align2, Color32, FontId, Pos2, Rect, Stroke, pos2, vec2};
use warmfront_model::{Model, Scenario};
use warmfront_session::{length_unit, micrometres_per_length, pretty_unit};
use warmfront_view::number::{log_labels, log_ticks, nice_ticks, scale_bar_length, tick_labels};
use warmfront_view::raster::Range;
use warmfront_view::{Rgb, arm_colour};

use super::{Look, View, map_of};
use crate::panels;

/// Behind text, so that it is legible on every picture.
const PLATE: Color32 = Color32::from_black_alpha(150);
/// Distance of text from the edge of a pane, points.
const MARGIN: f32 = 8.0;
/// Steps of the colour bar.
const BAR: usize = 64;

fn rgb([r, g, b]: Rgb) -> Color32 {
    Color32::from_rgb(r, g, b)
}

fn font(size: f32) -> FontId {
    FontId::proportional(size)
}

/// A line of text on a plate; its rectangle.
fn plate(painter: &egui::Painter, at: Pos2, anchor: Align2, text: &str, colour: Color32) -> Rect {
    let galley = painter.layout_no_wrap(text.to_owned(), font(13.0), colour);
    let rect = anchor.anchor_size(at, galley.size());
    painter.rect_filled(rect.expand2(vec2(4.0, 2.0)), 3.0, PLATE);
    painter.galley(rect.min, galley, colour);
    rect
}

/// A sentence in the middle of an empty canvas.
pub(super) fn message(ui: &egui::Ui, area: Rect, text: &str) {
    let painter = ui.painter();
    let colour = ui.visuals().text_color();
    let room = (area.width() - 4.0 * MARGIN).max(40.0);
    let galley = painter.layout(text.to_owned(), font(15.0), colour, room);
    let rect = Align2::CENTER_CENTER.anchor_size(area.center(), galley.size());
    painter.galley(rect.min, galley, colour);
}

/// Name of the arm, scale bar, and the position `here` (model length units).
pub(super) fn pane(
    ui: &egui::Ui,
    rect: Rect,
    scenario: &Scenario,
    view: &View,
    (arm, name): (usize, &str),
    here: Option<[f32; 2]>,
) {
    let painter = ui.painter().with_clip_rect(rect);
    let model = &*scenario.model;
    let factor = micrometres_per_length(model).unwrap_or(1.0);
    let unit = length_unit(model);
    let colour = rgb(arm_colour(arm, true));
    let corner = rect.left_top() + vec2(MARGIN, MARGIN);
    plate(&painter, corner, Align2::LEFT_TOP, name, colour);
    painter.rect_stroke(
        rect,
        0.0,
        Stroke::new(1.0, colour),
        egui::StrokeKind::Inside,
    );

    let shown = scenario.grid.extent()[0] * factor / f64::from(view.zoom);
    let length = scale_bar_length(shown);
    let width = rect.width() * (length / shown) as f32;
    let end = rect.right_bottom() - vec2(MARGIN, MARGIN);
    let text_at = end - vec2(0.5 * width, 5.0);
    let text = unit.format(length);
    plate(
        &painter,
        text_at,
        Align2::CENTER_BOTTOM,
        &text,
        Color32::WHITE,
    );
    for (thickness, colour) in [(5.0, PLATE), (3.0, Color32::WHITE)] {
        painter.line_segment(
            [end - vec2(width, 0.0), end],
            Stroke::new(thickness, colour),
        );
    }

    if let Some([x, y]) = here {
        let at = |v: f32| unit.format(f64::from(v.max(0.0)) * factor);
        let text = format!("x {}, y {}", at(x), at(y));
        let corner = rect.left_bottom() + vec2(MARGIN, -MARGIN);
        plate(&painter, corner, Align2::LEFT_BOTTOM, &text, Color32::WHITE);
    }
}

/// Model time.
pub(super) fn clock(ui: &egui::Ui, rect: Rect, scenario: &Scenario, time: f64) {
    let text = panels::clock(scenario, time);
    let painter = ui.painter().with_clip_rect(rect);
    let corner = rect.right_top() + vec2(-MARGIN, MARGIN);
    plate(&painter, corner, Align2::RIGHT_TOP, &text, Color32::WHITE);
}

/// Height that [`legend`] needs, points.
pub(super) fn legend_height(ui: &egui::Ui, model: &Model, look: Look) -> f32 {
    match look {
        Look::Field(_) => 46.0,
        // About four labels fit into 600 points.
        Look::Composite(view) => {
            let count = model.views.get(view).map_or(0, |v| v.channels.len());
            let columns = (ui.available_width() / 160.0).max(1.0);
            20.0 * (count as f32 / columns).ceil().clamp(1.0, 4.0)
        }
    }
}

/// Swatches of a composite, or the colour bar of a field.
pub(super) fn legend(
    ui: &mut egui::Ui,
    strip: Rect,
    model: &Model,
    look: Look,
    range: impl FnOnce() -> Range,
) {
    match look {
        Look::Composite(view) => swatches(ui, strip, model, view),
        Look::Field(field) => colour_bar(ui, strip, model, field, &range()),
    }
}

fn swatches(ui: &mut egui::Ui, strip: Rect, model: &Model, view: usize) {
    let Some(view) = model.views.get(view) else {
        return;
    };
    let ink = ui.visuals().text_color();
    let painter = ui.painter();
    let mut at = strip.left_top();
    for channel in &view.channels {
        let label = model.fields[channel.field].label.clone();
        let galley = painter.layout_no_wrap(label, font(13.0), ink);
        let width = 18.0 + galley.size().x;
        if at.x > strip.left() && at.x + width > strip.right() {
            at = pos2(strip.left(), at.y + 20.0);
        }
        let swatch = Rect::from_min_size(at + vec2(0.0, 3.0), vec2(12.0, 12.0));
        painter.rect_filled(swatch, 2.0, rgb(channel.colour));
        painter.galley(at + vec2(18.0, 0.0), galley, ink);
        at.x += width + 16.0;
    }
}

fn colour_bar(ui: &mut egui::Ui, strip: Rect, model: &Model, field: usize, range: &Range) {
    let Some(f) = model.fields.get(field) else {
        return;
    };
    let ink = ui.visuals().text_color();
    let painter = ui.painter();
    let unit = pretty_unit(&f.unit);
    let title = if unit.is_empty() {
        f.label.clone()
    } else {
        format!("{} ({unit})", f.label)
    };
    painter.text(strip.left_top(), Align2::LEFT_TOP, title, font(13.0), ink);
    let width = strip.width().min(360.0);
    let bar = Rect::from_min_size(strip.left_top() + vec2(0.0, 19.0), vec2(width, 10.0));
    let map = map_of(model, Look::Field(field));
    let x = |t: f32| bar.left() + bar.width() * t;
    for i in 0..BAR {
        let (a, b) = (i as f32 / BAR as f32, (i + 1) as f32 / BAR as f32);
        let piece = Rect::from_x_y_ranges(x(a)..=x(b), bar.y_range());
        painter.rect_filled(piece, 0.0, rgb(map.colour(0.5 * (a + b))));
    }
    painter.rect_stroke(bar, 0.0, Stroke::new(1.0, ink), egui::StrokeKind::Outside);
    let (low, high) = (f64::from(range.low), f64::from(range.high));
    let (ticks, labels) = if range.log {
        let ticks = log_ticks(low, high, 5);
        let labels = log_labels(&ticks);
        (ticks, labels)
    } else {
        let ticks = nice_ticks(low, high, 5);
        let labels = tick_labels(&ticks);
        (ticks, labels)
    };
    for (tick, label) in ticks.iter().zip(labels) {
        let at = pos2(x(range.position(*tick as f32)), bar.bottom());
        painter.line_segment([at, at + vec2(0.0, 3.0)], Stroke::new(1.0, ink));
        let anchor = if at.x < bar.left() + 8.0 {
            Align2::LEFT_TOP
        } else {
            Align2::CENTER_TOP
        };
        painter.text(at + vec2(0.0, 3.0), anchor, label, font(11.0), ink);
    }
}
