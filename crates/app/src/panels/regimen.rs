//! When a drug is given: a small time line that can be dragged, and its numbers.
//!
//! What is being changed is a draft. It is sent when the pointer is lifted or a number is entered; a draft
//! that makes no sense stays where it is, in red, and is not sent.

mod strip;

use eframe::egui::{self, DragValue, Response, Ui};
use warmfront_model::{Regimen, Scenario};
use warmfront_session::pretty_unit;

use super::{Desk, time_units};
use crate::command::Command;
use crate::state::Snapshot;

/// Most doses within one run that the editor gives.
const MOST_DOSES: f64 = 5000.0;

/// What the panel remembers.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// By drug: the regimen as it is being changed.
    drafts: Vec<Option<Regimen>>,
    /// The scenario that the drafts belong to.
    scenario: String,
}

/// What the user did to the draft in this frame.
#[derive(Debug, Clone, Copy, Default)]
struct Edit {
    changed: bool,
    /// The pointer was lifted, or a number entered.
    done: bool,
}

impl Edit {
    fn add(&mut self, response: &Response) {
        self.changed |= response.changed();
        let dragged = response.dragged() || response.is_pointer_button_down_on();
        self.done |= response.drag_stopped() || (response.changed() && !dragged);
    }
}

/// The editor of one drug.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk, drug: usize) {
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let Some(present) = desk.outbox.regimen(snapshot, drug) else {
        return;
    };
    let state = &mut desk.regimen;
    if state.scenario != snapshot.name {
        *state = State::default();
        state.scenario.clone_from(&snapshot.name);
    }
    state.drafts.resize(scenario.model.drugs.len(), None);
    let mut draft = state.drafts[drug]
        .clone()
        .unwrap_or_else(|| present.clone());

    let mut edit = Edit::default();
    strip::ui(ui, snapshot, &scenario, drug, &mut draft, &mut edit);
    numbers(ui, &scenario, drug, &mut draft, &mut edit);

    let wrong = problem(&draft, &scenario);
    if let Some(text) = &wrong {
        ui.colored_label(ui.visuals().error_fg_color, format!("Not applied: {text}"));
    }
    let standard = &scenario.regimens[drug];
    let away = draft != *standard;
    let mut send = edit.done && wrong.is_none() && draft != present;
    ui.horizontal_wrapped(|ui| {
        let reset = ui.add_enabled(away, egui::Button::new("Standard regimen").small());
        if reset.on_hover_text("As the scenario has it").clicked() {
            draft = standard.clone();
            send = draft != present;
            edit.changed = true;
            edit.done = true;
        }
        if snapshot.time > 0.0 {
            ui.weak("Changes apply from now on.");
        }
    });

    let state = &mut desk.regimen;
    if edit.changed {
        state.drafts[drug] = Some(draft.clone());
    }
    let good = problem(&draft, &scenario).is_none();
    if send && good {
        desk.outbox.send(Command::Regimen {
            drug,
            regimen: draft,
        });
    }
    // A draft that was sent is the outbox's; one that is being dragged, or wrong, stays.
    if edit.done && good {
        desk.regimen.drafts[drug] = None;
    }
}

/// Why a regimen cannot be given, in words.
fn problem(regimen: &Regimen, scenario: &Scenario) -> Option<String> {
    if let Err(e) = regimen.check() {
        let text = e.to_string();
        return Some(text.trim_start_matches("regimen: ").to_owned());
    }
    if scenario.time.duration / regimen.every > MOST_DOSES {
        return Some(format!(
            "`every` gives more than {MOST_DOSES} doses in this run; take a longer time between doses"
        ));
    }
    if regimen.on.is_some_and(|on| on < regimen.every * 1e-3) {
        return Some("`on` is too short for the time between doses".to_owned());
    }
    None
}

fn numbers(ui: &mut Ui, scenario: &Scenario, drug: usize, draft: &mut Regimen, edit: &mut Edit) {
    let model = &scenario.model;
    let d = &model.drugs[drug];
    let time = format!(" {}", time_units(model));
    let speed = step(scenario) * 0.25;
    let typed = |ui: &mut Ui, edit: &mut Edit, text: &str, value: &mut f64, unit: &str, speed| {
        let label = ui.label(text);
        let value = DragValue::new(value)
            .speed(speed)
            .max_decimals(3)
            .update_while_editing(false)
            .suffix(unit);
        edit.add(&ui.add(value).labelled_by(label.id));
        ui.end_row();
    };
    egui::Grid::new("numbers").num_columns(2).show(ui, |ui| {
        let unit = format!(" {}", pretty_unit(&d.unit));
        let fine = (d.regimen.dose * 0.01).max(1e-6);
        typed(ui, edit, "Dose", &mut draft.dose, &unit, fine);
        typed(ui, edit, "Every", &mut draft.every, &time, speed);
        typed(ui, edit, "First dose at", &mut draft.start, &time, speed);

        let mut limited = draft.doses.is_some();
        let box_ = ui.checkbox(&mut limited, "Number of doses");
        edit.add(&box_.on_hover_text("Off: until the end"));
        if limited {
            let given = draft.times(scenario.time.duration).len();
            let mut count = draft.doses.unwrap_or(given.max(1) as u32);
            let value = DragValue::new(&mut count)
                .range(1..=100_000)
                .speed(0.1)
                .update_while_editing(false);
            let value = ui.add(value);
            name(&value, "Doses");
            edit.add(&value);
            draft.doses = Some(count);
        } else {
            draft.doses = None;
            ui.weak("unlimited");
        }
        ui.end_row();

        let mut pauses = draft.on.is_some();
        edit.add(&ui.checkbox(&mut pauses, "Pauses"));
        if pauses && draft.on.is_none() {
            let cycle = (scenario.time.duration * 0.5 / draft.every)
                .round()
                .max(2.0);
            draft.on = Some((0.75 * cycle).round() * draft.every);
            draft.off = cycle * draft.every - draft.on.unwrap_or(0.0);
        } else if !pauses {
            draft.on = None;
            draft.off = 0.0;
            ui.weak("none");
        }
        ui.end_row();
        if let Some(on) = &mut draft.on {
            typed(ui, edit, "Given for", on, &time, speed);
            typed(ui, edit, "then not for", &mut draft.off, &time, speed);
        }
    });
}

fn name(response: &Response, text: &str) {
    response
        .ctx
        .accesskit_node_builder(response.id, |node| node.set_label(text));
}

/// Times snap to this when dragged: half a day in four weeks.
fn step(scenario: &Scenario) -> f64 {
    warmfront_view::number::round_down_125(scenario.time.duration / 56.0).max(f64::MIN_POSITIVE)
}
