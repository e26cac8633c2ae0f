//! What the brush paints: field, radius, strength; and what the pointer does on the tissue.

use eframe::egui::{self, ComboBox, Key, Slider, Ui};
use warmfront_model::{FieldKind, Model, Scenario};
use warmfront_session::{length_unit, micrometres_per_length};

use super::{Desk, heading, quantity};
use crate::canvas::Tool;
use crate::state::Snapshot;

/// Strength at first, as a part of the field's colour range.
const STRENGTH: f64 = 0.5;

/// Field, size and strength of the brush.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Index of the field in the model; none: the first that changes.
    pub field: Option<usize>,
    /// Radius, length unit of the model; none: a sixteenth of the tissue.
    pub radius: Option<f64>,
    /// Amount at the centre, as a part of the upper end of the field's colour range; none: one half.
    pub strength: Option<f64>,
}

impl State {
    /// The field that is painted.
    pub fn field(&self, model: &Model) -> Option<usize> {
        let chosen = self.field.filter(|f| *f < model.fields.len());
        chosen.or_else(|| order(model).first().copied())
    }

    /// Radius, length unit of the model; within what suits the tissue.
    pub fn radius(&self, scenario: &Scenario) -> f64 {
        let [least, most] = radii(scenario);
        self.radius.unwrap_or(most / 8.0).clamp(least, most)
    }

    /// Radius times `factor`.
    pub fn resize(&mut self, scenario: &Scenario, factor: f64) {
        let [least, most] = radii(scenario);
        let wanted = self.radius(scenario) * factor;
        if wanted.is_finite() {
            self.radius = Some(wanted.clamp(least, most));
        }
    }

    /// Amount at the centre, unit of the field.
    pub fn amount(&self, model: &Model) -> f64 {
        let field = self.field(model).and_then(|f| model.fields.get(f));
        let full = field.map_or(1.0, |f| f.display[1]);
        self.strength.unwrap_or(STRENGTH) * full
    }
}

/// Smallest and largest radius: an edge of a cell, half of the tissue.
fn radii(scenario: &Scenario) -> [f64; 2] {
    let (edges, extent) = (scenario.grid.spacing, scenario.grid.extent());
    let least = edges[0].min(edges[1]).max(f64::MIN_POSITIVE);
    [least, (0.5 * extent[0].min(extent[1])).max(least)]
}

/// Fields that change first, then the fixed ones.
fn order(model: &Model) -> Vec<usize> {
    let mut order: Vec<usize> = (0..model.fields.len()).collect();
    order.sort_by_key(|f| model.fields[*f].kind == FieldKind::Static);
    order
}

/// The tools: name, key, what it does.
const TOOLS: [(Tool, &str, &str); 4] = [
    (
        Tool::Move,
        "Move",
        "Drag: move the tissue. Double click: all of it.",
    ),
    (
        Tool::Brush,
        "Brush",
        "Drag: add. Right button: remove. Ctrl and wheel: size. Key: B",
    ),
    (
        Tool::Line,
        "Line",
        "Drag from A to B: values along the line in the panel Profile.",
    ),
    (
        Tool::Why,
        "Why here?",
        "Click a place: every process there in the panel Why. Key: Y",
    ),
];

/// The panel.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    ui.horizontal_wrapped(|ui| {
        for (tool, name, hint) in TOOLS {
            let button = ui.selectable_label(desk.tool == tool, name);
            if button.on_hover_text(hint).clicked() {
                desk.tool = tool;
            }
        }
    });
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let model = &*scenario.model;
    let Some(mut field) = desk.brush.field(model) else {
        ui.weak("This model has no fields.");
        return;
    };
    ui.add_space(4.0);
    ui.label(heading("Brush"));
    let label = ui.label("Paints");
    let combo = ComboBox::from_id_salt("brush field")
        .width((ui.available_width() - 8.0).max(80.0))
        .truncate()
        .height(420.0)
        .selected_text(&model.fields[field].label)
        .show_ui(ui, |ui| {
            let mut fixed = false;
            for f in order(model) {
                let is_fixed = model.fields[f].kind == FieldKind::Static;
                if is_fixed && !fixed {
                    ui.separator();
                }
                fixed = is_fixed;
                ui.selectable_value(&mut field, f, &model.fields[f].label);
            }
        });
    combo.response.labelled_by(label.id);
    if desk.brush.field(model) != Some(field) {
        desk.brush.field = Some(field);
    }
    radius(ui, &scenario, &mut desk.brush);
    strength(ui, model, &mut desk.brush, field);
    ui.weak(
        "Every arm gets the same dabs. Drag on the tissue to add, with the right button to remove.",
    );
}

fn radius(ui: &mut Ui, scenario: &Scenario, brush: &mut State) {
    let factor = micrometres_per_length(&scenario.model).unwrap_or(1.0);
    let unit = length_unit(&scenario.model);
    let [least, most] = radii(scenario).map(|r| r * factor);
    let mut value = brush.radius(scenario) * factor;
    let label = ui.label(format!("Radius: {}", unit.format(value)));
    let range = least..=most;
    let slider = Slider::new(&mut value, range)
        .custom_parser(crate::numbers::typed)
        .logarithmic(true);
    let response = wide(ui, slider).labelled_by(label.id);
    let reset = wants_reset(ui, &response);
    if reset {
        brush.radius = None;
    } else if response.changed() {
        brush.radius = Some(value / factor);
    }
    response.on_hover_text("Ctrl and wheel on the tissue. Double-click or Backspace: back.");
}

fn strength(ui: &mut Ui, model: &Model, brush: &mut State, field: usize) {
    let amount = quantity(brush.amount(model), &model.fields[field].unit);
    let mut percent = 100.0 * brush.strength.unwrap_or(STRENGTH);
    let label = ui.label(format!("Strength: {amount} at the centre"));
    let slider = Slider::new(&mut percent, 1.0..=100.0)
        .custom_parser(crate::numbers::typed)
        .step_by(1.0);
    let response = wide(ui, slider).labelled_by(label.id);
    let reset = wants_reset(ui, &response);
    if reset {
        brush.strength = None;
    } else if response.changed() {
        brush.strength = Some(percent / 100.0);
    }
    response.on_hover_text(
        "Percent of the upper end of the field's colour range. Double-click or Backspace: back.",
    );
}

/// A slider as wide as the panel.
fn wide(ui: &mut Ui, slider: Slider<'_>) -> egui::Response {
    ui.scope(|ui| {
        ui.spacing_mut().slider_width = (ui.available_width() - 8.0).max(60.0);
        ui.add(slider.show_value(false))
    })
    .inner
}

fn wants_reset(ui: &Ui, response: &egui::Response) -> bool {
    let key = ui.input(|i| i.key_pressed(Key::Backspace) || i.key_pressed(Key::Delete));
    response.double_clicked() || (key && response.has_focus())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;

    use eframe::egui::accesskit::Role;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;
    use warmfront_model::Library;

    use super::*;
    use crate::app::WarmfrontApp;
    use crate::state::Shared;

    #[test]
    fn field_size_strength_and_tool_are_chosen() {
        let library = Library::embedded();
        let scenario = Arc::new(library.scenario("inflamed").expect("it is valid"));
        let snapshot = Snapshot {
            scenario: Some(Arc::clone(&scenario)),
            ..Snapshot::default()
        };
        let (sender, _commands) = sync_channel(8);
        let app = WarmfrontApp::new(Shared::default(), sender, Vec::new());
        let mut harness = Harness::builder()
            .with_size([300.0, 600.0])
            .with_max_steps(40)
            .build_ui_state(
                |ui, app: &mut WarmfrontApp| super::ui(ui, &snapshot, &mut app.desk),
                app,
            );
        harness.run();
        for (tool, name, _) in TOOLS {
            harness.get_by_role_and_label(Role::Button, name).click();
            harness.run();
            assert_eq!(harness.state().desk.tool, tool);
        }
        let model = &scenario.model;
        let last = *order(model).last().expect("there are fields");
        assert_eq!(model.fields[last].kind, FieldKind::Static);
        harness
            .get_by_role_and_label(Role::ComboBox, "Paints")
            .click();
        harness.run();
        harness.get_by_label(&model.fields[2].label).click();
        harness.run();
        assert_eq!(harness.state().desk.brush.field(model), Some(2));
        let strength = format!("Strength: {} at the centre", {
            quantity(0.5 * model.fields[2].display[1], &model.fields[2].unit)
        });
        let slider = harness.get_by_role_and_label(Role::Slider, &strength);
        slider.set_value_accesskit(100.0);
        harness.run();
        let amount = harness.state().desk.brush.amount(model);
        assert_eq!(amount, model.fields[2].display[1]);
    }

    #[test]
    fn the_radius_suits_the_tissue() {
        let scenario = Library::embedded()
            .scenario("inflamed")
            .expect("it is valid");
        let mut brush = State::default();
        let [least, most] = radii(&scenario);
        let first = brush.radius(&scenario);
        assert!(least < first && first < most);
        brush.resize(&scenario, 2.0);
        assert_eq!(brush.radius(&scenario), 2.0 * first);
        brush.resize(&scenario, f64::NAN);
        brush.resize(&scenario, 1e9);
        assert_eq!(brush.radius(&scenario), most);
        brush.resize(&scenario, 0.0);
        assert_eq!(brush.radius(&scenario), least);
    }
}
