//! The plane through the tissue that is on screen.
//!
//! In 2D there is one. In 3D it stands at right angles to one axis; the other two lie across and up.

use eframe::egui;
use egui::Ui;
use warmfront_model::Scenario;

use super::{Canvas, overlay};
use crate::state::Display;

/// A plane of cells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slice {
    /// Axes that lie across and up on screen.
    pub axes: [usize; 2],
    /// The axis at right angles to the plane.
    pub normal: usize,
    /// Which plane along that axis.
    pub index: u32,
    /// Cells across and up.
    pub cells: [u32; 2],
    /// Edges of a cell across and up, length unit.
    pub edges: [f64; 2],
    /// Size across and up, length unit.
    pub extent: [f32; 2],
    /// Centre of the plane along the normal axis, length unit.
    pub depth: f64,
    /// Values from cell to cell across and up.
    pub stride: [u32; 2],
    /// First value of the plane within a block.
    pub first: u32,
}

impl Slice {
    /// Plane `index` (none: the middle one) at right angles to axis `normal`; z where there is one plane
    /// only.
    pub fn new(scenario: &Scenario, display: &Display, normal: usize, index: Option<u32>) -> Self {
        let cells = display.layout.cells;
        let normal = if cells[2] > 1 { normal.min(2) } else { 2 };
        let axes = [[1, 2], [0, 2], [0, 1]][normal];
        let pitch = display.layout.pitch;
        let strides = [1, pitch, pitch * cells[1]];
        let index = index.unwrap_or(cells[normal] / 2);
        let index = index.min(cells[normal].saturating_sub(1));
        let (spacing, extent) = (scenario.grid.spacing, scenario.grid.extent());
        Self {
            axes,
            normal,
            index,
            cells: axes.map(|i| cells[i]),
            edges: axes.map(|i| spacing[i]),
            extent: axes.map(|i| extent[i] as f32),
            depth: (f64::from(index) + 0.5) * spacing[normal],
            stride: axes.map(|i| strides[i]),
            first: index * strides[normal],
        }
    }

    /// Position in the tissue of a point of the plane; points beyond the edge are drawn to it.
    pub fn lift(&self, place: [f32; 2]) -> [f64; 3] {
        let mut position = [self.depth; 3];
        for (i, axis) in self.axes.into_iter().enumerate() {
            position[axis] = f64::from(place[i].clamp(0.0, self.extent[i]));
        }
        position
    }

    /// Where a position of the tissue is seen on the plane.
    pub fn flat(&self, position: [f64; 3]) -> [f32; 2] {
        self.axes.map(|axis| position[axis] as f32)
    }

    /// Whether a position lies on the plane, within one cell.
    pub fn holds(&self, position: [f64; 3], spacing: [f64; 3]) -> bool {
        (position[self.normal] - self.depth).abs() <= spacing[self.normal]
    }
}

impl Canvas {
    /// Axis and plane of a 3D tissue; nothing in 2D.
    pub fn plane_controls(&mut self, ui: &mut Ui, scenario: &Scenario) {
        if !scenario.grid.is_3d() {
            return;
        }
        let label = ui.label("Plane");
        let combo = egui::ComboBox::from_id_salt("axis")
            .width(44.0)
            .selected_text(overlay::AXES[self.axis.min(2)])
            .show_ui(ui, |ui| {
                for (axis, name) in overlay::AXES.into_iter().enumerate() {
                    if ui.selectable_label(axis == self.axis, name).clicked() {
                        (self.axis, self.plane) = (axis, None);
                    }
                }
            });
        let combo = combo.response.labelled_by(label.id);
        combo.on_hover_text("Axis at right angles to the plane.");
        let planes = scenario.grid.cells[self.axis.min(2)].max(1);
        let mut plane = self.plane.unwrap_or(planes / 2).min(planes - 1);
        let slider =
            egui::Slider::new(&mut plane, 0..=planes - 1).custom_parser(crate::numbers::typed);
        let slider = ui.add(slider).labelled_by(label.id);
        if slider.on_hover_text("Which plane of cells.").changed() {
            self.plane = Some(plane);
        }
    }
}
