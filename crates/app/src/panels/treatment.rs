//! One large slider per drug, with what the drug does beneath it.

use eframe::egui::{self, Key, PointerButton, Slider, Ui};
use warmfront_model::{Model, Regimen, Scenario, counted, plain};
use warmfront_session::{pretty_unit, unit_meaning};

use super::plots::present_row;
use super::related::related_observables;
use super::{Desk, colour, heading, quantity, regimen, time_units};
use crate::command::Command;
use crate::numbers::number;
use crate::state::Snapshot;

/// Largest multiple of the standard dose.
pub const MOST: f64 = 3.0;
/// Multiples move in these steps.
const STEP: f64 = 0.05;
/// Read-outs per drug.
const READ_OUTS: usize = 4;

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
    let label = ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(egui::vec2(12.0, 12.0), egui::Sense::hover());
        ui.painter().rect_filled(rect, 3.0, colour(d.colour));
        ui.label(heading(&d.label)).on_hover_text(&d.cite)
    });
    let label = label.inner.id;
    let held = desk.outbox.hold(snapshot, drug);
    mode(ui, snapshot, scenario, desk, drug, held);
    match held {
        Some(level) => hold_ui(ui, scenario, desk, drug, level, label),
        None => dose_ui(ui, snapshot, scenario, desk, drug, label),
    }
    read_outs(ui, snapshot, scenario, desk, drug);
    ui.collapsing("Regimen", |ui| {
        if held.is_some() {
            ui.weak("While the level is held, doses do not change it.");
        }
        regimen::ui(ui, snapshot, desk, drug);
    });
}

/// Doses, or a level that is held.
fn mode(
    ui: &mut Ui,
    snapshot: &Snapshot,
    scenario: &Scenario,
    desk: &mut Desk,
    drug: usize,
    held: Option<f64>,
) {
    let d = &scenario.model.drugs[drug];
    let place = &scenario.model.compartments[d.measured_in].label;
    ui.horizontal(|ui| {
        let dose = ui.selectable_label(held.is_none(), "Dose");
        let dose = dose.on_hover_text("Doses as the regimen says, times a number");
        if named(dose, &format!("Dose: {}", d.label)).clicked() && held.is_some() {
            desk.outbox.send(Command::Hold { drug, level: None });
        }
        let hold = ui.selectable_label(held.is_some(), "Hold level");
        let hold = hold.on_hover_text(format!("{place} is kept at one level; it acts at once"));
        if named(hold, &format!("Hold level: {}", d.label)).clicked() && held.is_none() {
            let level = Some(first_level(snapshot, scenario, desk, drug));
            desk.outbox.send(Command::Hold { drug, level });
        }
    });
}

fn named(response: egui::Response, text: &str) -> egui::Response {
    let named = |node: &mut egui::accesskit::Node| node.set_label(text);
    response.ctx.accesskit_node_builder(response.id, named);
    response
}

/// Level at which holding begins: the present one where it is shown and not next to nothing, else the
/// compartment's typical level.
fn first_level(snapshot: &Snapshot, scenario: &Scenario, desk: &Desk, drug: usize) -> f64 {
    let model = &scenario.model;
    let place = &model.compartments[model.drugs[drug].measured_in];
    let name = format!("g.{}", place.id);
    let mut observables = model.observables.iter();
    let level = observables
        .position(|o| o.expression.text.trim() == name && o.unit == place.unit)
        .and_then(|o| {
            let row = present_row(snapshot, scenario)?;
            row.values.get(arm_of(scenario, desk, drug))?.get(o)
        })
        .copied()
        .filter(|v| *v > 0.02 * place.scale && *v <= MOST * place.scale);
    significant(level.unwrap_or(place.scale))
}

/// The slider of the level that is held.
fn hold_ui(
    ui: &mut Ui,
    scenario: &Scenario,
    desk: &mut Desk,
    drug: usize,
    before: f64,
    label: egui::Id,
) {
    let d = &scenario.model.drugs[drug];
    let place = &scenario.model.compartments[d.measured_in];
    let most = MOST * place.scale;
    let unit = pretty_unit(&place.unit);
    let mut level = before;
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 26.0;
        let value = number(&mut level)
            .range(0.0..=most)
            .speed(0.005 * most)
            .max_decimals(4)
            .update_while_editing(false)
            .suffix(format!(" {unit}"));
        ui.add(value).labelled_by(label);
        ui.add(egui::Label::new(format!("{}, held", place.label)).truncate());
    });
    let slider = wide_slider(ui, &mut level, most, STEP * place.scale, label);
    let slider = slider.on_hover_text(format!(
        "Level of {}. Double-click or Backspace: back to {}.",
        place.label,
        quantity(place.scale, &place.unit)
    ));
    ui.weak(format!("0 to {}", quantity(most, &place.unit)));
    if wants_reset(ui, &slider) {
        level = place.scale;
    }
    if level != before && level.is_finite() {
        let level = Some(significant(level.clamp(0.0, most)));
        desk.outbox.send(Command::Hold { drug, level });
    }
}

/// The slider of the multiple of the standard dose.
fn dose_ui(
    ui: &mut Ui,
    snapshot: &Snapshot,
    scenario: &Scenario,
    desk: &mut Desk,
    drug: usize,
    label: egui::Id,
) {
    let d = &scenario.model.drugs[drug];
    let before = desk.outbox.multiple(snapshot, drug);
    let mut multiple = before;
    let (arm, all) = regimen::shown(snapshot, desk, scenario, drug);
    let regimen = desk.outbox.regimen(snapshot, arm, drug);
    let regimen = regimen.as_ref().unwrap_or(&scenario.regimens[drug]);
    let mut text = dose_text(&scenario.model, regimen, &d.unit, multiple);
    if !all {
        text = format!("{text} ({})", scenario.arms[arm].label);
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 26.0;
        let value = number(&mut multiple)
            .range(0.0..=MOST)
            .speed(0.01)
            .max_decimals(2)
            .update_while_editing(false)
            .suffix(" ×");
        ui.add(value).labelled_by(label);
        ui.add(egui::Label::new(text).wrap());
    });
    let slider = wide_slider(ui, &mut multiple, MOST, STEP, label)
        .on_hover_text("Multiple of the standard dose. Double-click or Backspace: back to 1 ×.");
    let reset = ui.horizontal_wrapped(|ui| {
        ui.weak(format!("0 to {} × standard dose", plain(MOST)));
        ui.small_button("Reset to 1 ×").clicked()
    });
    if reset.inner || wants_reset(ui, &slider) {
        multiple = 1.0;
    }
    if multiple != before && multiple.is_finite() {
        // The slider's steps leave digits of rounding behind.
        let multiple = (multiple.clamp(0.0, MOST) * 1e4).round() / 1e4;
        desk.outbox.send(Command::Dose { drug, multiple });
    }
}

fn wide_slider(
    ui: &mut Ui,
    value: &mut f64,
    most: f64,
    step: f64,
    label: egui::Id,
) -> egui::Response {
    // A slider rounds what it shows to its steps; a typed value in between must stay.
    let mut shown = *value;
    let slider = ui.scope(|ui| {
        let width = ui.available_width();
        let spacing = ui.spacing_mut();
        spacing.slider_width = width;
        spacing.interact_size.y = 28.0;
        spacing.slider_rail_height = 10.0;
        let slider = Slider::new(&mut shown, 0.0..=most)
            .custom_parser(crate::numbers::typed)
            .step_by(step)
            .show_value(false)
            .trailing_fill(true);
        ui.add(slider).labelled_by(label)
    });
    let at_rest = (*value / step).round() * step;
    if (shown - at_rest).abs() > 0.5 * step {
        *value = shown;
    }
    slider.inner
}

/// Double click on a slider, or Backspace over it or with the focus on it.
fn wants_reset(ui: &Ui, slider: &egui::Response) -> bool {
    let (double, backspace) = ui.input(|i| {
        // A third click must not undo the second.
        let (p, button) = (&i.pointer, PointerButton::Primary);
        let double = p.button_double_clicked(button) || p.button_triple_clicked(button);
        (double, i.key_pressed(Key::Backspace))
    });
    let writing = ui.ctx().text_edit_focused();
    let here = slider.contains_pointer();
    (here && double) || (backspace && !writing && (here || slider.has_focus()))
}

/// Four significant digits: what a slider's steps leave behind them is rounding.
fn significant(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// The arm that read-outs of a drug speak of: the one shown alone, else the last that gets the drug.
fn arm_of(scenario: &Scenario, desk: &Desk, drug: usize) -> usize {
    // An arm that gets the drug tells more about it than one that does not.
    let gets = |arm: &usize| {
        let doses = &scenario.arms[*arm].doses;
        doses.get(drug).is_some_and(|m| *m > 0.0)
    };
    let last = (0..scenario.arms.len()).rev().find(gets);
    let most = scenario.arms.len().saturating_sub(1);
    desk.shown.or(last).unwrap_or(0).min(most)
}

fn read_outs(ui: &mut Ui, snapshot: &Snapshot, scenario: &Scenario, desk: &Desk, drug: usize) {
    let model = &scenario.model;
    let arm = arm_of(scenario, desk, drug);
    let row = present_row(snapshot, scenario);
    ui.weak(format!("In arm “{}” now", scenario.arms[arm].label));
    let outs = related_observables(model, drug, READ_OUTS).into_iter();
    let outs: Vec<(&str, String, &str)> = outs
        .map(|o| {
            let observable = &model.observables[o];
            let value = row.map_or(f64::NAN, |r| r.values[arm][o]);
            (
                observable.label.as_str(),
                quantity(value, &observable.unit),
                observable.unit.as_str(),
            )
        })
        .collect();
    // Numbers are never cut: where the panel is narrow the names wrap.
    let width = |text: &str| {
        let font = egui::TextStyle::Body.resolve(ui.style());
        let ink = ui.visuals().text_color();
        let galley = ui.painter().layout_no_wrap(text.to_owned(), font, ink);
        galley.size().x
    };
    let gap = ui.spacing().item_spacing.x;
    let numbers = outs.iter().map(|o| width(&o.1)).fold(0.0, f32::max) + gap;
    let names = outs.iter().map(|o| width(o.0)).fold(0.0, f32::max) + 1.0;
    let names = names.min((ui.available_width() - numbers - gap).max(40.0));
    for (name, number, unit) in outs {
        ui.horizontal_top(|ui| {
            ui.allocate_ui(egui::vec2(names, 0.0), |ui| {
                ui.set_width(names);
                ui.add(egui::Label::new(name).wrap());
            });
            let number = ui.strong(number);
            if let Some(meaning) = unit_meaning(unit) {
                number.on_hover_text(meaning);
            }
        });
    }
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
    let mut text = match regimen.on {
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
    };
    if let (Some(_), Some(n)) = (regimen.on, regimen.cycles) {
        text += &format!(", {}", counted(n, "cycle"));
    }
    if regimen.start > 0.0 {
        text += &format!(", from {first}");
    }
    if let Some(until) = regimen.until {
        text += &format!(", until {}", warmfront_session::clock(model, until));
    }
    if let Some(loading) = &regimen.loading {
        text = match loading.doses {
            1 => format!("{text}, after 1 loading dose"),
            n => format!("{text}, after {n} loading doses"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use warmfront_model::{Library, Loading};

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
            ..Regimen::default()
        };
        let twice = text(&regimen, 2.0);
        assert_eq!(twice, "= 120 mg, every day, days 1–21 of 28");
        regimen.on = None;
        regimen.every = 21.0;
        assert_eq!(text(&regimen, 0.5), "= 30 mg, every 21 days");
        assert_eq!(text(&regimen, 0.0), "= no drug");
        (regimen.start, regimen.until) = (7.0, Some(20.0));
        (regimen.on, regimen.off, regimen.every) = (Some(2.0), 5.0, 1.0);
        regimen.cycles = Some(2);
        regimen.loading = Some(Loading {
            dose: 120.0,
            doses: 1,
            every: None,
        });
        assert_eq!(
            text(&regimen, 1.0),
            "= 60 mg, every day, days 1–2 of 7, 2 cycles, from day 7, until day 20, after 1 loading dose"
        );
    }
}
