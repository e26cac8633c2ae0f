//! "Why here?": every process of a field at a chosen place, as signed bars beside its equation.
//!
//! The bars are the terms of the equation as the device evaluates them in that cell, so they add up to the
//! net rate. While the pointer is over the bars their order stands still.

use eframe::egui::{
    self, CollapsingHeader, ComboBox, Grid, Rect, RichText, TextWrapMode, Ui, pos2, vec2,
};
use warmfront_model::{FieldKind, Local, Model, Scenario};
use warmfront_session::{micrometres_per_length, pretty_unit};
use warmfront_view::number::format_number;

use super::equations::{self, Equation};
use super::{Desk, colour_of_arm, quantity};
use crate::canvas::{Look, Tool};
use crate::command::WindowCommand;
use crate::state::Snapshot;

mod balance;
mod bars;
#[cfg(test)]
mod tests;

pub use balance::{Balance, Bar};

/// What the panel remembers.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Field that is explained; none: the one on the canvas, else the model's first.
    pub field: Option<usize>,
    /// Arm that is explained; none: the one that all read-outs speak of.
    pub arm: Option<usize>,
    /// What the canvas shows; the window writes it.
    pub canvas: Option<Look>,
    /// Bars in sight, in the order drawn last; the rest are told together.
    order: Vec<Local>,
    /// Where they were drawn last.
    area: Option<Rect>,
    /// Model, field and arm that the order belongs to.
    order_of: (String, usize, usize),
}

/// The panel.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let model = &*scenario.model;
    let Some(pinned) = desk.inspect.pinned else {
        invitation(ui, desk);
        return;
    };
    place(ui, desk, &scenario, pinned);
    let Some(field) = field_of(&desk.why, model) else {
        ui.weak("No field of this model has an equation.");
        return;
    };
    let last = scenario.arms.len().saturating_sub(1);
    let arm = desk.why.arm.unwrap_or(desk.arm(&scenario)).min(last);
    choices(ui, desk, &scenario, field, arm);

    let inspected = &snapshot.inspected;
    let locals = model.locals();
    let ready = inspected.wanted.pinned == Some(pinned);
    let row = inspected.pinned.get(arm).filter(|_| ready);
    let balance = row.and_then(|row| Balance::of(model, &locals, row, field));
    let unit = model.local_unit(Local::Transport(field));
    match &balance {
        None => {
            ui.weak("Being computed …");
        }
        Some(balance) => {
            sum(ui, model, field, balance, &unit);
            let key = (model.hash.clone(), field, arm);
            bars::ui(ui, snapshot, desk, model, balance, &unit, key);
            arms(ui, snapshot, desk, &scenario, field, &locals);
        }
    }
    ui.separator();
    ui.strong("Equation");
    let equation = Equation::of_field(model, field);
    let off = |process: usize| !desk.outbox.switched_on(snapshot, process);
    equations::show(ui, model, &equation, off);
    equations::source(ui, &model.fields[field].cite);
}

/// What to do first.
fn invitation(ui: &mut Ui, desk: &mut Desk) {
    ui.label(
        "Choose the tool “Why here?” and click a place in the tissue to see what happens there.",
    );
    let chosen = desk.tool == Tool::Why;
    let button = ui.selectable_label(chosen, "Choose a place");
    if button
        .on_hover_text("The next click on the tissue asks.")
        .clicked()
    {
        desk.window.push(WindowCommand::Tool(Tool::Why));
    }
}

/// Where the values are from, with buttons to choose another place or none.
fn place(ui: &mut Ui, desk: &mut Desk, scenario: &Scenario, pinned: [f64; 3]) {
    let model = &scenario.model;
    let axes = if scenario.grid.is_3d() { 3 } else { 2 };
    let (factor, unit) = match micrometres_per_length(model) {
        Some(um) => (um, "µm".to_owned()),
        None => (1.0, pretty_unit(&model.length_unit)),
    };
    let numbers = pinned.iter().zip(["x", "y", "z"]).take(axes);
    let numbers: Vec<String> = numbers
        .map(|(v, axis)| format!("{axis} {}", format_number(v * factor)))
        .collect();
    ui.horizontal_wrapped(|ui| {
        ui.label(format!("At {} {unit}", numbers.join(", ")));
        let tool = ui.selectable_label(desk.tool == Tool::Why, "Another place");
        if tool
            .on_hover_text("The next click on the tissue asks.")
            .clicked()
        {
            desk.window.push(WindowCommand::Tool(Tool::Why));
        }
        if ui
            .button("Clear")
            .on_hover_text("No place is explained any more.")
            .clicked()
        {
            desk.inspect.pinned = None;
        }
    });
}

/// The field to explain.
fn field_of(state: &State, model: &Model) -> Option<usize> {
    let has_equation = |i: &usize| {
        let field = model.fields.get(*i);
        field.is_some_and(|f| f.kind != FieldKind::Static)
    };
    let shown = match state.canvas {
        Some(Look::Field(i)) => Some(i),
        Some(Look::Derived(Local::Term(i))) => model.terms().get(i).map(|t| t.field),
        Some(Look::Derived(Local::Transport(i))) => Some(i),
        _ => None,
    };
    let first = (0..model.fields.len()).find(has_equation);
    let wished = state.field.filter(has_equation);
    wished.or(shown.filter(has_equation)).or(first)
}

fn choices(ui: &mut Ui, desk: &mut Desk, scenario: &Scenario, field: usize, arm: usize) {
    let model = &scenario.model;
    let width = (ui.available_width() - 60.0).max(120.0);
    let fields = ComboBox::from_label("Field")
        .selected_text(&model.fields[field].label)
        .width(width)
        .wrap();
    fields.show_ui(ui, |ui| {
        for (i, f) in model.fields.iter().enumerate() {
            if f.kind != FieldKind::Static && ui.selectable_label(i == field, &f.label).clicked() {
                desk.why.field = Some(i);
            }
        }
    });
    if scenario.arms.len() < 2 {
        return;
    }
    let arms = ComboBox::from_label("Arm")
        .selected_text(&scenario.arms[arm].label)
        .width(width)
        .wrap();
    arms.show_ui(ui, |ui| {
        for (i, a) in scenario.arms.iter().enumerate() {
            if ui.selectable_label(i == arm, &a.label).clicked() {
                desk.why.arm = Some(i);
            }
        }
    });
}

/// The value and where it is going.
fn sum(ui: &mut Ui, model: &Model, field: usize, balance: &Balance, unit: &str) {
    let f = &model.fields[field];
    let words = match balance.net {
        net if net.is_nan() => "",
        net if net > 0.0 => ", rising",
        net if net < 0.0 => ", falling",
        _ => ", standing still",
    };
    ui.label(RichText::new(format!("{}: {}", f.label, quantity(balance.value, &f.unit))).strong());
    ui.label(format!("Net rate {}{words}", signed(balance.net, unit)));
    if balance.net.is_nan() {
        let text = "A rate here is no number; it stands first in the list.";
        ui.label(RichText::new(text).color(ui.visuals().error_fg_color));
    }
}

/// The same place in every arm: four small numbers.
fn arms(
    ui: &mut Ui,
    snapshot: &Snapshot,
    desk: &mut Desk,
    scenario: &Scenario,
    field: usize,
    locals: &[Local],
) {
    let model = &scenario.model;
    if scenario.arms.len() < 2 {
        return;
    }
    let unit = model.local_unit(Local::Transport(field));
    ui.add_space(4.0);
    ui.strong("The same place in every arm");
    let table = Grid::new("why in every arm")
        .num_columns(3)
        .spacing([10.0, 2.0]);
    table.show(ui, |ui| {
        for (i, arm) in scenario.arms.iter().enumerate() {
            let row = snapshot.inspected.pinned.get(i);
            let balance = row.and_then(|row| Balance::of(model, locals, row, field));
            let (value, net) = balance.map_or((f64::NAN, f64::NAN), |b| (b.value, b.net));
            let name = ui.horizontal(|ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(9.0, 9.0), egui::Sense::hover());
                ui.painter()
                    .rect_filled(rect, 2.0, colour_of_arm(i, desk.dark));
                ui.small_button(&arm.label)
            });
            let name = name.inner.on_hover_text("Explain this arm.");
            if name.clicked() {
                desk.why.arm = Some(i);
            }
            let number = quantity(value, &model.fields[field].unit);
            ui.label(RichText::new(number).small());
            ui.label(RichText::new(signed(net, &unit)).small());
            ui.end_row();
        }
    });
}

/// A rate with its sign and unit.
fn signed(rate: f64, unit: &str) -> String {
    let sign = if rate > 0.0 { "+" } else { "" };
    format!("{sign}{}", quantity(rate, unit))
}
