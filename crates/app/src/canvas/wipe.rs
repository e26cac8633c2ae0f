//! Where the panes lie, and the wipe: two arms in one pane with an edge between them that can be dragged.
//!
//! Both halves of a wipe are drawn over the whole pane and cut at the edge, so that moving the edge draws
//! nothing again.

use eframe::egui;
use egui::{ComboBox, Rect, Sense, Slider, Ui};
use warmfront_model::Scenario;

use super::legend::ROW;
use super::slice::Slice;
use super::{Canvas, GAP, overlay, view};

/// A pane of this frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub slot: usize,
    pub arm: usize,
    pub rect: Rect,
    /// The part of `rect` that is its own.
    pub clip: Rect,
}

impl Canvas {
    /// Arms left and right of the edge, of `arms`.
    pub fn wipe_pair(&self, arms: usize) -> [usize; 2] {
        let last = arms.saturating_sub(1);
        let [left, right] = self.wipe_arms;
        [left.unwrap_or(0).min(last), right.unwrap_or(last).min(last)]
    }

    pub(super) fn places(
        &self,
        area: Rect,
        panes: &[usize],
        arms: usize,
        slice: &Slice,
        pixels_per_point: f32,
    ) -> Vec<Place> {
        let rects = |count| view::layout(area, count, slice.extent, GAP, pixels_per_point);
        if self.wipe && arms > 0 {
            let Some(rect) = rects(1).pop() else {
                return Vec::new();
            };
            let edge = wipe_edge(rect, self.wipe_at);
            let clips = [rect.with_max_x(edge), rect.with_min_x(edge)];
            let halves = self.wipe_pair(arms).into_iter().zip(clips).enumerate();
            return halves
                .map(|(slot, (arm, clip))| Place {
                    slot,
                    arm,
                    rect,
                    clip,
                })
                .collect();
        }
        let shown: Vec<usize> = panes.iter().copied().filter(|&a| a < arms).collect();
        let placed = shown.iter().zip(rects(shown.len())).enumerate();
        placed
            .map(|(slot, (&arm, rect))| Place {
                slot,
                arm,
                rect,
                clip: rect,
            })
            .collect()
    }

    /// Dragging of the edge of a wipe.
    pub(super) fn edge(&mut self, ui: &Ui, places: &[Place]) {
        let (true, Some(place)) = (self.wipe, places.first()) else {
            return;
        };
        let x = wipe_edge(place.rect, self.wipe_at);
        let handle = Rect::from_x_y_ranges(x - 5.0..=x + 5.0, place.rect.y_range());
        let response = ui.interact(handle, ui.scope_id().with("edge"), Sense::drag());
        if response.dragged()
            && let Some(at) = response.interact_pointer_pos()
        {
            let along = (at.x - place.rect.left()) / place.rect.width().max(1.0);
            self.wipe_at = along.clamp(0.0, 1.0);
        }
        response.on_hover_and_drag_cursor(egui::CursorIcon::ResizeHorizontal);
    }

    pub(super) fn draw_edge(&self, ui: &Ui, places: &[Place]) {
        if let (true, Some(place)) = (self.wipe, places.first()) {
            let x = wipe_edge(place.rect, self.wipe_at);
            let painter = ui.painter().with_clip_rect(place.rect);
            for (width, colour) in [(4.0, overlay::PLATE), (1.5, egui::Color32::WHITE)] {
                painter.vline(x, place.rect.y_range(), egui::Stroke::new(width, colour));
            }
            let at = egui::pos2(x, place.rect.center().y);
            painter.circle_filled(at, 5.0, egui::Color32::WHITE);
        }
    }
}

fn wipe_edge(rect: Rect, at: f32) -> f32 {
    rect.left() + rect.width() * at.clamp(0.0, 1.0)
}

/// What the pointer and screen readers find in a pane.
pub(super) fn sense(
    ui: &Ui,
    scenario: &Scenario,
    places: &[Place],
    place: &Place,
    wipe: bool,
) -> egui::Response {
    let name = |arm: usize| scenario.arms.get(arm).map_or("", |a| a.label.as_str());
    let id = ui.scope_id().with(("tissue", place.slot));
    let response = ui.interact(place.rect, id, Sense::click_and_drag());
    response.widget_info(|| {
        let text = match (wipe, places) {
            (true, [left, right]) => {
                format!("Tissue: {} and {}", name(left.arm), name(right.arm))
            }
            _ => format!("Tissue: {}", name(place.arm)),
        };
        egui::WidgetInfo::labeled(egui::Role::Image, true, text)
    });
    response
}

/// Width of the choice of an arm with its title, and of the place of the edge, points.
const CHOICE: f32 = 166.0;
const EDGE: f32 = 170.0;

// Rows of controls: both arms and the edge in one, the arms above the edge, or each by itself.
fn rows(width: f32) -> usize {
    match width {
        w if w >= 2.0 * CHOICE + EDGE => 1,
        w if w >= 2.0 * CHOICE => 2,
        _ => 3,
    }
}

/// Height of the controls, points.
pub(super) fn height(width: f32) -> f32 {
    rows(width) as f32 * ROW
}

/// The arms left and right of the edge, and where it stands.
pub(super) fn controls(canvas: &mut Canvas, ui: &mut Ui, scenario: &Scenario) {
    ui.spacing_mut().item_spacing.y = 2.0;
    match rows(ui.available_width()) {
        1 => {
            ui.horizontal(|ui| {
                choice(canvas, ui, scenario, 0);
                choice(canvas, ui, scenario, 1);
                place_of_edge(canvas, ui);
            });
        }
        2 => {
            ui.horizontal(|ui| {
                choice(canvas, ui, scenario, 0);
                choice(canvas, ui, scenario, 1);
            });
            ui.horizontal(|ui| place_of_edge(canvas, ui));
        }
        _ => {
            for side in 0..2 {
                ui.horizontal(|ui| choice(canvas, ui, scenario, side));
            }
            ui.horizontal(|ui| place_of_edge(canvas, ui));
        }
    }
}

// Which arm stands left (0) or right (1) of the edge.
fn choice(canvas: &mut Canvas, ui: &mut Ui, scenario: &Scenario, side: usize) {
    let text = ["Left", "Right"][side];
    let chosen = canvas.wipe_pair(scenario.arms.len());
    let label = ui.label(text);
    let name = |arm: usize| scenario.arms.get(arm).map_or("", |a| a.label.as_str());
    let combo = ComboBox::from_id_salt(text)
        .width((CHOICE - 46.0).min(ui.available_width()))
        .truncate()
        .selected_text(name(chosen[side]))
        .show_ui(ui, |ui| {
            for arm in 0..scenario.arms.len() {
                let item = ui.selectable_label(arm == chosen[side], name(arm));
                if item.clicked() {
                    canvas.wipe_arms[side] = Some(arm);
                }
            }
        });
    let response = combo.response.labelled_by(label.id);
    response.on_hover_text(name(chosen[side]));
}

fn place_of_edge(canvas: &mut Canvas, ui: &mut Ui) {
    let label = ui.label("Edge");
    let room = ui.available_width();
    // The number beside the slider takes the rest.
    ui.spacing_mut().slider_width = (room - 60.0).clamp(40.0, 160.0);
    let mut percent = 100.0 * canvas.wipe_at;
    let slider = Slider::new(&mut percent, 0.0..=100.0)
        .custom_parser(crate::numbers::typed)
        .step_by(1.0)
        .suffix(" %");
    let slider = ui.add(slider).labelled_by(label.id);
    let slider = slider.on_hover_text("Or drag the edge in the picture.");
    if slider.changed() {
        canvas.wipe_at = 0.01 * percent;
    }
}
