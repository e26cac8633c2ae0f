//! One large slider per drug, with what the drug does beneath it.

use eframe::egui::{self, DragValue, Key, PointerButton, Slider, Ui};
use warmfront_model::{Model, Regimen, Scenario, plain};

use super::related::related_observables;
use super::{Desk, colour, heading, last_row, quantity, time_units};
use crate::command::Command;
use crate::state::Snapshot;

/// Largest multiple of the standard dose.
pub const MOST: f64 = 3.0;
/// Multiples move in these steps.
const STEP: f64 = 0.05;
/// Read-outs per drug.
const READ_OUTS: usize = 3;

/// The panel.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    for drug in 0..scenario.model.drugs.len() {
        ui.push_id(drug, |ui| drug_ui(ui, snapshot, &scenario, desk, drug));
        ui.separator();
    }
    if scenario.model.drugs.is_empty() {
        ui.weak("This model has no drugs.");
    }
}

fn drug_ui(ui: &mut Ui, snapshot: &Snapshot, scenario: &Scenario, desk: &mut Desk, drug: usize) {
    let d = &scenario.model.drugs[drug];
    let regimen = &scenario.regimens[drug];
    let before = desk.outbox.multiple(snapshot, drug);
    let mut multiple = before;
    let label = ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 3.0, colour(d.colour));
        ui.label(heading(&d.label)).on_hover_text(&d.cite)
    });
    let label = label.inner.id;

    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 26.0;
        let value = DragValue::new(&mut multiple)
            .range(0.0..=MOST)
            .speed(0.01)
            .max_decimals(2)
            .update_while_editing(false)
            .suffix(" ×");
        ui.add(value).labelled_by(label);
        ui.label(dose_text(&scenario.model, regimen, &d.unit, multiple));
    });
    let slider = ui.scope(|ui| {
        let width = ui.available_width();
        let spacing = ui.spacing_mut();
        spacing.slider_width = width;
        spacing.interact_size.y = 28.0;
        spacing.slider_rail_height = 10.0;
        let slider = Slider::new(&mut multiple, 0.0..=MOST)
            .step_by(STEP)
            .show_value(false)
            .trailing_fill(true);
        ui.add(slider).labelled_by(label)
    });
    let slider = slider
        .inner
        .on_hover_text("Multiple of the standard dose. Double-click or Backspace: back to 1 ×.");
    let reset = ui.horizontal(|ui| {
        ui.weak(format!("0 to {} × standard dose", plain(MOST)));
        ui.small_button("Reset to 1 ×").clicked()
    });

    let (double, backspace) = ui.input(|i| {
        // A third click must not undo the second.
        let (p, button) = (&i.pointer, PointerButton::Primary);
        let double = p.button_double_clicked(button) || p.button_triple_clicked(button);
        (double, i.key_pressed(Key::Backspace))
    });
    let writing = ui.ctx().text_edit_focused();
    let here = slider.contains_pointer();
    if reset.inner || (here && double) || (backspace && !writing && (here || slider.has_focus())) {
        multiple = 1.0;
    }
    if multiple != before && multiple.is_finite() {
        // The slider's steps leave digits of rounding behind.
        let multiple = (multiple.clamp(0.0, MOST) * 1e4).round() / 1e4;
        desk.outbox.send(Command::Dose { drug, multiple });
    }
    read_outs(ui, snapshot, scenario, desk, drug);
}

fn read_outs(ui: &mut Ui, snapshot: &Snapshot, scenario: &Scenario, desk: &Desk, drug: usize) {
    let model = &scenario.model;
    // An arm that gets the drug tells more about it than one that does not.
    let gets = |arm: &usize| {
        scenario.arms[*arm]
            .doses
            .get(drug)
            .is_some_and(|m| *m > 0.0)
    };
    let last = (0..scenario.arms.len()).rev().find(gets);
    let arm = desk
        .shown
        .or(last)
        .unwrap_or(0)
        .min(scenario.arms.len() - 1);
    let row = last_row(snapshot, scenario);
    ui.weak(format!("In arm “{}” now", scenario.arms[arm].label));
    egui::Grid::new("read-outs").num_columns(2).show(ui, |ui| {
        for o in related_observables(model, drug, READ_OUTS) {
            let observable = &model.observables[o];
            ui.label(&observable.label);
            let value = row.map_or(f64::NAN, |r| r.values[arm][o]);
            ui.strong(quantity(value, &observable.unit));
            ui.end_row();
        }
    });
}

/// What a multiple means: `= 120 mg, every day, days 1–21 of 28`.
fn dose_text(model: &Model, regimen: &Regimen, unit: &str, multiple: f64) -> String {
    if multiple == 0.0 {
        return "= no drug".to_owned();
    }
    let amount = quantity((regimen.dose * multiple * 1e4).round() / 1e4, unit);
    format!("= {amount}, {}", rhythm(model, regimen))
}

/// When a regimen gives doses, in words.
fn rhythm(model: &Model, regimen: &Regimen) -> String {
    let unit = time_units(model);
    let first = warmfront_session::clock(model, regimen.start);
    if regimen.doses == Some(1) {
        return format!("once, at {first}");
    }
    let every = match (regimen.every, unit.as_str()) {
        (1.0, "days") => "every day".to_owned(),
        (every, unit) => format!("every {} {unit}", plain(every)),
    };
    match regimen.on {
        Some(on) if unit == "days" => {
            let cycle = plain(on + regimen.off);
            format!("{every}, days 1–{} of {cycle}", plain(on))
        }
        Some(on) => format!(
            "{every}, {} {unit} on, {} off",
            plain(on),
            plain(regimen.off)
        ),
        None => every,
    }
}

#[cfg(test)]
mod tests {
    use warmfront_model::Library;

    use super::*;

    #[test]
    fn doses_read_like_a_prescription() {
        let model = Library::embedded().model("tumour").expect("it is valid");
        let text = |r: &Regimen, multiple| dose_text(&model, r, "mg", multiple);
        let mut regimen = Regimen {
            dose: 60.0,
            start: 0.0,
            every: 1.0,
            on: Some(21.0),
            off: 7.0,
            doses: None,
        };
        let twice = text(&regimen, 2.0);
        assert_eq!(twice, "= 120 mg, every day, days 1–21 of 28");
        regimen.on = None;
        regimen.every = 21.0;
        assert_eq!(text(&regimen, 0.5), "= 30 mg, every 21 days");
        assert_eq!(text(&regimen, 0.0), "= no drug");
    }
}
