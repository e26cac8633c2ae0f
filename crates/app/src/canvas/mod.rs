//! The tissue on screen: one pane per arm, drawn from the simulation's memory.
//!
//! # Theory
//! A view is a point of the tissue and a magnification, shared by all panes, so that arms are compared
//! at the same place. Lengths are equal along both axes on screen, whatever the cells are. Colours are
//! those of [`warmfront_view::raster`]: a map through a fixed range, or light added in linear RGB.
//!
//! # Practice
//! [`register`] once, then [`Canvas::ui`] every frame. Wheel and pinch zoom to the cursor, dragging
//! moves, a double click shows everything again.

mod overlay;
mod paint;
#[cfg(test)]
mod tests;
mod view;

use eframe::egui;
use warmfront_model::{FieldKind, Model, Scenario};
use warmfront_session::{colormap_name, micrometres_per_length};
use warmfront_view::raster::Range;
use warmfront_view::{Colormap, EYE, GROUND, colour};

use crate::state::{Display, Snapshot};
use paint::{ChannelUniform, MOST_CHANNELS, Pane, Uniform};

pub use paint::{CanvasError, register};
pub use view::View;

/// Distance between nuclei, µm: about the diameter of a tumour cell.
const NUCLEUS: f64 = 14.0;
/// Space between panes, points.
const GAP: f32 = 6.0;

/// What the panes show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Index of the model's views: fields added as light.
    Composite(usize),
    /// Index of the model's fields, through a colour map.
    Field(usize),
}

impl Look {
    /// The same look if the model has it; else its first view, else its first field.
    pub fn within(self, model: &Model) -> Self {
        match self {
            Self::Composite(i) if i < model.views.len() => self,
            Self::Field(i) if i < model.fields.len() => self,
            _ if model.views.is_empty() => Self::Field(0),
            _ => Self::Composite(0),
        }
    }
}

/// The centre of the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Canvas {
    /// What is shown.
    pub look: Look,
    /// Part of the tissue on screen.
    pub view: View,
    /// Grain like nuclei on composites: a drawing aid, it shows no cell that the model has.
    pub texture: bool,
    /// Logarithmic colour scale of single fields, over four decades where the range begins at 0.
    pub log: bool,
    /// Plane along z; none: the middle one.
    pub plane: Option<u32>,
}

impl Default for Canvas {
    fn default() -> Self {
        Self {
            look: Look::Composite(0),
            view: View::default(),
            texture: true,
            log: false,
            plane: None,
        }
    }
}

impl Canvas {
    /// Draws the arms `panes` (indices of the scenario's arms) and one legend into all of the space
    /// that is left.
    pub fn ui(&mut self, ui: &mut egui::Ui, snapshot: &Snapshot, panes: &[usize]) {
        let area = ui.available_rect_before_wrap();
        ui.allocate_rect(area, egui::Sense::hover());
        let (Some(scenario), Some(display)) = (&snapshot.scenario, &snapshot.display) else {
            let said = snapshot.error.as_deref();
            let text = said.unwrap_or("The tissue is being set up.");
            overlay::message(ui, area, text);
            return;
        };
        let model = &*scenario.model;
        self.look = self.look.within(model);
        let arms: Vec<usize> = panes
            .iter()
            .copied()
            .filter(|&a| a < display.layout.arms as usize)
            .collect();
        let extent = [0, 1].map(|i| scenario.grid.extent()[i] as f32);
        let legend = overlay::legend_height(ui, model, self.look);
        let above = area.with_max_y((area.bottom() - legend - GAP).max(area.top()));
        let rects = view::layout(above, arms.len(), extent, GAP, ui.pixels_per_point());
        for (slot, (&arm, &rect)) in arms.iter().zip(&rects).enumerate() {
            let name = scenario.arms.get(arm).map_or("", |a| a.label.as_str());
            let id = ui.scope_id().with(("tissue", slot));
            let response = ui.interact(rect, id, egui::Sense::click_and_drag());
            response.widget_info(|| {
                let text = format!("Tissue: {name}");
                egui::WidgetInfo::labeled(egui::Role::Image, true, text)
            });
            self.steer(ui, &response);
            let uniform = self.uniform(scenario, display, &snapshot.largest, arm, rect);
            let shape = Pane {
                slot,
                state: display.buffer.clone(),
                uniform,
                colours: map_of(model, self.look).rgba_table(),
            };
            ui.painter().with_clip_rect(rect).add(shape.shape(rect));
            let here = response
                .hover_pos()
                .map(|p| self.view.place(rect, extent, p));
            overlay::pane(ui, rect, scenario, &self.view, (arm, name), here);
            if slot == 0 {
                overlay::clock(ui, rect, scenario, snapshot.time);
            }
        }
        let bottom = rects.iter().map(|r| r.bottom()).fold(above.top(), f32::max);
        let left = rects.iter().map(|r| r.left()).fold(area.right(), f32::min);
        let right = rects.iter().map(|r| r.right()).fold(left, f32::max);
        let strip = egui::Rect::from_min_max(
            egui::pos2(left, bottom + GAP),
            egui::pos2(right, area.bottom()),
        );
        overlay::legend(ui, strip, model, self.look, || {
            range_of(model, self.look, self.log)
        });
    }

    // Wheel, pinch, drag, double click.
    fn steer(&mut self, ui: &egui::Ui, response: &egui::Response) {
        let rect = response.rect;
        if response.double_clicked() {
            self.view = View::default();
            return;
        }
        if response.dragged() {
            self.view.drag(rect, response.drag_delta());
        }
        if let Some(cursor) = response.hover_pos() {
            let (scroll, pinch) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
            let factor = (scroll * 0.004).exp() * pinch;
            if factor != 1.0 {
                self.view.zoom_at(rect, cursor, factor);
            }
        }
    }

    /// What the shader needs for one arm in `rect` (points).
    fn uniform(
        &self,
        scenario: &Scenario,
        display: &Display,
        largest: &[f64],
        arm: usize,
        rect: egui::Rect,
    ) -> Uniform {
        let model = &*scenario.model;
        let cells = [0, 1].map(|i| display.layout.cells[i]);
        let plane = self.plane.unwrap_or(display.layout.cells[2] / 2);
        let plane =
            plane.min(display.layout.cells[2].saturating_sub(1)) * display.layout.pitch * cells[1];
        let [left, top] = self.view.upper_left();
        let span = 1.0 / self.view.zoom;
        let mut uniform = Uniform {
            origin: [rect.left(), rect.top()],
            corner: [left * cells[0] as f32, top * cells[1] as f32],
            step: [
                cells[0] as f32 * span / rect.width().max(1.0),
                cells[1] as f32 * span / rect.height().max(1.0),
            ],
            cells,
            pitch: display.layout.pitch,
            eye: EYE,
            ground: linear(GROUND),
            ..Uniform::default()
        };
        let start = |field: usize| {
            let place = display.layout.place.get(field).copied().unwrap_or(0);
            (place * display.layout.arms + arm as u32) * display.layout.block + plane
        };
        match self.look {
            Look::Field(field) => {
                let range = range_of(model, self.look, self.log);
                uniform.range = [range.low, range.high];
                uniform.logarithmic = u32::from(range.log);
                uniform.channels[0].start = start(field);
            }
            Look::Composite(view) => {
                let shown = model.views.get(view).map_or(&[][..], |v| &v.channels);
                uniform.count = shown.len().min(MOST_CHANNELS) as u32;
                if let (true, Some(um)) = (self.texture, micrometres_per_length(model)) {
                    let edges = scenario.grid.spacing;
                    uniform.lattice = [0, 1].map(|i| (edges[i] * um / NUCLEUS) as f32);
                }
                for (c, channel) in uniform.channels.iter_mut().zip(shown) {
                    let [r, g, b, _] = linear(channel.colour);
                    // Molecules are smooth; only cells have nuclei.
                    let grainy = model.fields[channel.field].kind == FieldKind::Cell;
                    let seed = scenario.seed.wrapping_mul(64) | (channel.field as u32 + 1);
                    *c = ChannelUniform {
                        light: [r, g, b],
                        full: full_light(channel.full, largest.get(channel.field)),
                        start: start(channel.field),
                        seed: if grainy { seed } else { 0 },
                        ..ChannelUniform::default()
                    };
                }
            }
        }
        uniform
    }
}

// Value of full light: the model's, or, once a field has exceeded that, the next step above the largest
// value so far. Steps of a quarter keep the picture from changing with every tick; it never goes back.
fn full_light(full: f64, largest: Option<&f64>) -> f32 {
    let most = largest.copied().filter(|v| v.is_finite()).unwrap_or(full);
    let steps = (most / full).ln() / 1.25_f64.ln();
    (full * 1.25_f64.powf(steps.ceil().clamp(0.0, 200.0))) as f32
}

fn linear(c: colour::Rgb) -> [f32; 4] {
    let [r, g, b] = c.map(colour::to_linear);
    [r, g, b, 1.0]
}

/// Colour scale of a field: its display range in the model.
fn range_of(model: &Model, look: Look, log: bool) -> Range {
    let field = match look {
        Look::Field(i) => model.fields.get(i),
        Look::Composite(_) => None,
    };
    let [low, high] = field.map_or([0.0, 1.0], |f| f.display.map(|v| v as f32));
    let high = if high > low { high } else { low + 1.0 };
    if log && high > 0.0 {
        let low = if low > 0.0 { low } else { high * 1e-4 };
        Range::log(low, high)
    } else {
        Range::linear(low, high)
    }
}

/// Colour map of a look, as in exported figures.
fn map_of(model: &Model, look: Look) -> Colormap {
    let kind = match look {
        Look::Field(i) => model.fields.get(i).map(|f| f.kind),
        Look::Composite(_) => None,
    };
    let name = colormap_name(kind.unwrap_or(FieldKind::Cell));
    Colormap::named(name).expect("the maps of figures are part of the program")
}
