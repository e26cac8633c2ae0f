//! What stands on the tissue: names of arms, clock, scale bar, marks of the tools.

use std::sync::Arc;

use eframe::egui;
use egui::{Align2, Color32, FontId, Pos2, Rect, Stroke, vec2};
use warmfront_model::{Action, Scenario};
use warmfront_session::{length_unit, micrometres_per_length};
use warmfront_view::number::scale_bar_length;
use warmfront_view::{Rgb, arm_colour};

use super::View;
use super::slice::Slice;
use super::wipe::Place;
use crate::panels::{self, Desk};
use crate::state::Snapshot;

/// Behind text, so that it is legible on every picture.
pub(super) const PLATE: Color32 = Color32::from_black_alpha(205);
/// Size of text on a plate, points.
const PLATE_TEXT: f32 = 13.0;
/// Distance of text from the edge of a pane, points.
pub(super) const MARGIN: f32 = 8.0;
/// A pane narrower than this is small, points.
const SMALL: f32 = 130.0;
/// Less room than this shows no name, points.
const LEAST_NAME: f32 = 30.0;
/// Height of the names at the upper edge with a label below them, points.
const HEAD: f32 = 70.0;
/// Height of the name of an arm at the upper edge, points.
pub(super) const NAME: f32 = 30.0;
/// Distance of a caption from the lower edge, points.
const CAPTION: f32 = 44.0;
/// Of a place where something went wrong.
const ALARM: Color32 = Color32::from_rgb(255, 80, 60);

pub(super) fn rgb([r, g, b]: Rgb) -> Color32 {
    Color32::from_rgb(r, g, b)
}

pub(super) fn font(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Width of a line of text on a plate, points.
fn width(painter: &egui::Painter, text: &str) -> f32 {
    let galley = painter.layout_no_wrap(text.to_owned(), font(PLATE_TEXT), Color32::WHITE);
    galley.size().x
}

/// A line of text on a plate; its rectangle.
fn plate(painter: &egui::Painter, at: Pos2, anchor: Align2, text: &str, colour: Color32) -> Rect {
    let galley = painter.layout_no_wrap(text.to_owned(), font(PLATE_TEXT), colour);
    on_plate(painter, anchor.anchor_size(at, galley.size()), galley)
}

fn on_plate(painter: &egui::Painter, rect: Rect, galley: Arc<egui::Galley>) -> Rect {
    painter.rect_filled(rect.expand2(vec2(4.0, 2.0)), 3.0, PLATE);
    painter.galley(rect.min, galley, Color32::WHITE);
    rect
}

/// A sentence in the middle of an empty area: the first of these that has room there, else the last.
pub(super) fn message(ui: &egui::Ui, area: Rect, texts: &[&str]) {
    let painter = ui.painter().with_clip_rect(area);
    let colour = ui.visuals().text_color();
    let room = (area.width() - 4.0 * MARGIN).max(40.0);
    let lay = |text: &&str| painter.layout((*text).to_owned(), font(15.0), colour, room);
    let mut galleys = texts.iter().map(lay);
    let fits = galleys.find(|g| g.size().y <= area.height());
    let Some(galley) = fits.or_else(|| texts.last().map(lay)) else {
        return;
    };
    let rect = Align2::CENTER_CENTER.anchor_size(area.center(), galley.size());
    painter.galley(rect.min, galley, colour);
}

/// Name of an arm, and what its burden has come to, as long as there is room; the longest first.
pub(super) fn titles(snapshot: &Snapshot, scenario: &Scenario, arm: usize) -> Vec<String> {
    let label = scenario.arms.get(arm).map_or("", |a| a.label.as_str());
    let share = panels::effects::of_control(snapshot, scenario, arm);
    let mut titles = Vec::new();
    if let Some(share) = share {
        titles.push(format!("{label}: {share}"));
        let number = share.split_inclusive('%').next().unwrap_or(&share);
        titles.push(format!("{label}: {number}"));
    }
    titles.push(label.to_owned());
    titles
}

/// Frame of a pane, and the name of its arm at the left or at the right; none where an edge leaves no room.
pub(super) fn name(painter: &egui::Painter, place: &Place, titles: &[String], right: bool) {
    let (rect, clip) = (place.rect, place.clip);
    let colour = rgb(arm_colour(place.arm, true));
    let stroke = Stroke::new(1.0, colour);
    painter.rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Inside);
    let margin = margin(clip.width());
    let room = clip.width() - 2.0 * margin;
    if room < LEAST_NAME {
        return;
    }
    let fits = |title: &&String| width(painter, title) <= room;
    let (corner, anchor) = match right {
        false => (clip.left_top() + vec2(margin, margin), Align2::LEFT_TOP),
        true => (clip.right_top() + vec2(-margin, margin), Align2::RIGHT_TOP),
    };
    match titles.iter().find(fits) {
        Some(name) => plate(painter, corner, anchor, name, colour),
        None => {
            let name = titles.last().map_or("", String::as_str);
            let galley = in_lines(painter, name, room, colour);
            on_plate(painter, anchor.anchor_size(corner, galley.size()), galley)
        }
    };
}

// Small panes have narrow margins.
fn margin(width: f32) -> f32 {
    if width < SMALL { 0.5 * MARGIN } else { MARGIN }
}

/// A name in at most two lines between words, dots where even that is cut.
fn in_lines(painter: &egui::Painter, name: &str, room: f32, colour: Color32) -> Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple(name.to_owned(), font(PLATE_TEXT), colour, room);
    job.wrap.max_rows = 2;
    painter.layout_job(job)
}

/// Whether the clock has room beside the name of an arm in the same pane.
pub(super) fn clock_fits(
    painter: &egui::Painter,
    rect: Rect,
    scenario: &Scenario,
    time: f64,
    titles: &[String],
) -> bool {
    let name = titles.last().map_or(0.0, |t| width(painter, t));
    let clock = width(painter, &panels::clock(scenario, time));
    name + clock + 4.0 * MARGIN <= rect.width()
}

/// Length that is seen at a glance, at the lower right.
pub(super) fn scale_bar(
    painter: &egui::Painter,
    rect: Rect,
    scenario: &Scenario,
    slice: &Slice,
    view: &View,
) {
    let factor = micrometres_per_length(&scenario.model).unwrap_or(1.0);
    let shown = f64::from(slice.extent[0]) * factor / f64::from(view.zoom);
    let length = scale_bar_length(shown);
    let width = rect.width() * (length / shown) as f32;
    let end = rect.right_bottom() - vec2(MARGIN, MARGIN);
    let at = end - vec2(0.5 * width, 5.0);
    let text = length_unit(&scenario.model).format(length);
    // A short bar at the edge of a small pane has a text that is longer.
    let inside = end.x - 0.5 * self::width(painter, &text);
    let at = Pos2::new(at.x.min(inside), at.y);
    plate(painter, at, Align2::CENTER_BOTTOM, &text, Color32::WHITE);
    for (thickness, colour) in [(5.0, PLATE), (3.0, Color32::WHITE)] {
        let stroke = Stroke::new(thickness, colour);
        painter.line_segment([end - vec2(width, 0.0), end], stroke);
    }
}

/// Model time, at the upper right; at the lower left where that place is taken.
pub(super) fn clock(
    painter: &egui::Painter,
    rect: Rect,
    scenario: &Scenario,
    time: f64,
    below: bool,
) {
    let text = panels::clock(scenario, time);
    let (corner, anchor) = match below {
        false => (rect.right_top() + vec2(-MARGIN, MARGIN), Align2::RIGHT_TOP),
        // Above the depth, which only 3D has.
        true => {
            let up = if scenario.grid.is_3d() { 22.0 } else { 0.0 };
            let corner = rect.left_bottom() + vec2(MARGIN, -MARGIN - up);
            (corner, Align2::LEFT_BOTTOM)
        }
    };
    plate(painter, corner, anchor, &text, Color32::WHITE);
}

/// Which plane of a 3D tissue is shown, at the lower left.
pub(super) fn depth(painter: &egui::Painter, rect: Rect, scenario: &Scenario, slice: &Slice) {
    if !scenario.grid.is_3d() {
        return;
    }
    let factor = micrometres_per_length(&scenario.model).unwrap_or(1.0);
    let at = length_unit(&scenario.model).format(slice.depth * factor);
    let text = format!("{} = {at}", AXES[slice.normal]);
    let corner = rect.left_bottom() + vec2(MARGIN, -MARGIN);
    plate(painter, corner, Align2::LEFT_BOTTOM, &text, Color32::WHITE);
}

/// The caption at a model time: of the recording that goes on, else of the scenario.
pub(super) fn said(desk: &Desk, scenario: &Scenario, time: f64) -> Option<String> {
    let events = scenario.events.iter().rev().filter(|e| e.time <= time);
    let of_file = events.filter_map(|e| match &e.action {
        Action::Caption { text } => Some(text.as_str()),
        _ => None,
    });
    let text = desk
        .film
        .caption_at(time)
        .or_else(|| of_file.take(1).next());
    text.map(str::trim)
        .filter(|t| !t.is_empty())
        .map(str::to_owned)
}

/// A text over the lower part of the panes.
pub(super) fn caption(ui: &egui::Ui, places: &[Place], text: &str) {
    let Some(all) = places.iter().map(|p| p.rect).reduce(Rect::union) else {
        return;
    };
    let painter = ui.painter().with_clip_rect(all);
    let room = (0.8 * all.width()).max(40.0);
    let galley = painter.layout(text.to_owned(), font(15.0), Color32::WHITE, room);
    // Above the scale bar and the depth.
    let at = all.center_bottom() - vec2(0.0, CAPTION);
    let rect = Align2::CENTER_BOTTOM.anchor_size(at, galley.size());
    painter.rect_filled(rect.expand2(vec2(10.0, 6.0)), 4.0, PLATE);
    painter.galley(rect.min, galley, Color32::WHITE);
    let id = ui.scope_id().with("caption");
    let response = ui.interact(rect, id, egui::Sense::empty());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, text));
}

/// Names of the axes.
pub(super) const AXES: [&str; 3] = ["x", "y", "z"];

/// Where things are drawn in a pane.
pub(super) struct Ground<'a> {
    pub painter: &'a egui::Painter,
    pub rect: Rect,
    pub view: &'a View,
    pub slice: &'a Slice,
}

impl Ground<'_> {
    fn at(&self, position: [f64; 3]) -> Pos2 {
        let extent = self.slice.extent;
        self.view.at(self.rect, extent, self.slice.flat(position))
    }

    // Light on dark, so that it is seen on every picture.
    fn strokes(width: f32, colour: Color32) -> [Stroke; 2] {
        [Stroke::new(width + 2.5, PLATE), Stroke::new(width, colour)]
    }

    /// The brush.
    pub fn circle(&self, centre: [f64; 3], radius: f64) {
        let radius = radius as f32 * self.view.scale(self.rect, self.slice.extent);
        for stroke in Self::strokes(1.5, Color32::WHITE) {
            self.painter.circle_stroke(self.at(centre), radius, stroke);
        }
    }

    /// A line from A to B.
    pub fn line(&self, ends: [[f64; 3]; 2]) {
        let ends = ends.map(|e| self.at(e));
        for stroke in Self::strokes(2.0, Color32::WHITE) {
            self.painter.line_segment(ends, stroke);
        }
        let along = (ends[1] - ends[0]).normalized();
        for (end, name, away) in [(ends[0], "A", -along), (ends[1], "B", along)] {
            self.painter.circle_filled(end, 4.0, Color32::WHITE);
            let at = self.rect.shrink(10.0).clamp(end + 14.0 * away);
            plate(
                self.painter,
                at,
                Align2::CENTER_CENTER,
                name,
                Color32::WHITE,
            );
        }
    }

    /// A place that is explained.
    pub fn cross(&self, position: [f64; 3], text: &str) {
        let at = self.at(position);
        for stroke in Self::strokes(1.5, Color32::WHITE) {
            for d in [vec2(1.0, 0.0), vec2(0.0, 1.0)] {
                for sign in [-1.0, 1.0] {
                    let from = at + 4.0 * sign * d;
                    self.painter
                        .line_segment([from, from + 9.0 * sign * d], stroke);
                }
            }
        }
        self.label(at, 14.0, text, Color32::WHITE);
    }

    /// A place where something went wrong.
    pub fn alarm(&self, position: [f64; 3], text: &str) {
        let at = self.at(position);
        for stroke in Self::strokes(2.5, ALARM) {
            self.painter.circle_stroke(at, 14.0, stroke);
        }
        self.label(at, 19.0, text, ALARM);
    }

    // Above a point and beside it, where there is room in the pane: a line through the point stays in sight.
    fn label(&self, at: Pos2, away: f32, text: &str, colour: Color32) {
        let right = at.x <= self.rect.center().x;
        let above = at.y > self.rect.top() + HEAD;
        let (x, y) = (away * if right { 0.5 } else { -0.5 }, away + 4.0);
        let (d, anchor) = match (right, above) {
            (true, true) => (vec2(x, -y), Align2::LEFT_BOTTOM),
            (false, true) => (vec2(x, -y), Align2::RIGHT_BOTTOM),
            (true, false) => (vec2(x, y), Align2::LEFT_TOP),
            (false, false) => (vec2(x, y), Align2::RIGHT_TOP),
        };
        plate(self.painter, at + d, anchor, text, colour);
    }
}
