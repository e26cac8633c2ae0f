//! When a drug is given: a small time line that can be dragged, and its numbers.
//!
//! What is being changed is a draft. It is sent when the pointer is lifted or a number is entered; a draft
//! that makes no sense stays where it is, in red, and is not sent. Where arms have regimens of their own, one
//! arm is chosen and changed; else all are.

mod strip;

use eframe::egui::{self, Response, Ui};
use warmfront_model::{Loading, Regimen, Scenario};
use warmfront_session::pretty_unit;

use super::plots::data::given;
use super::{Desk, time_units};
use crate::command::Command;
use crate::numbers::number;
use crate::state::Snapshot;

/// Most doses within one run that the editor gives.
const MOST_DOSES: f64 = 5000.0;

/// What the panel remembers.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// By drug: the regimen as it is being changed.
    drafts: Vec<Option<Regimen>>,
    /// By drug: the arm that is shown where arms differ.
    arms: Vec<usize>,
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

/// Arms that get a drug, all where none does.
fn treated(scenario: &Scenario, drug: usize) -> Vec<usize> {
    let all = 0..scenario.arms.len();
    let gets = |a: &usize| scenario.arms[*a].doses[drug] > 0.0;
    let given: Vec<usize> = all.clone().filter(gets).collect();
    if given.is_empty() {
        all.collect()
    } else {
        given
    }
}

/// The arm whose regimen of a drug is shown, and whether it stands for all arms.
pub fn shown(snapshot: &Snapshot, desk: &Desk, scenario: &Scenario, drug: usize) -> (usize, bool) {
    let treated = treated(scenario, drug);
    let first = treated.first().copied().unwrap_or(0);
    let common = desk.outbox.regimen(snapshot, first, drug);
    let differs = |a: &usize| desk.outbox.regimen(snapshot, *a, drug) != common;
    let own = scenario.arms.iter().any(|a| a.regimens[drug].is_some());
    if !own && !treated.iter().any(differs) {
        return (first, true);
    }
    let chosen = desk.regimen.arms.get(drug).copied();
    let chosen = chosen.filter(|a| treated.contains(a));
    (chosen.unwrap_or(first), false)
}

/// Which arm is shown.
fn choice(ui: &mut Ui, scenario: &Scenario, desk: &mut Desk, drug: usize, arm: usize) {
    let mut chosen = arm;
    ui.horizontal(|ui| {
        let label = ui.label("Arm");
        let name = |a: usize| scenario.arms[a].label.clone();
        let list = egui::ComboBox::from_id_salt("arm")
            .selected_text(name(arm))
            .width(ui.available_width().min(220.0))
            .show_ui(ui, |ui| {
                for a in treated(scenario, drug) {
                    ui.selectable_value(&mut chosen, a, name(a));
                }
            });
        list.response.labelled_by(label.id);
    });
    if chosen != arm {
        desk.regimen.arms[drug] = chosen;
        desk.regimen.drafts[drug] = None;
    }
}

/// The editor of one drug.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk, drug: usize) {
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let state = &mut desk.regimen;
    if state.scenario != snapshot.name {
        *state = State::default();
        state.scenario.clone_from(&snapshot.name);
    }
    state.drafts.resize(scenario.model.drugs.len(), None);
    state.arms.resize(scenario.model.drugs.len(), usize::MAX);
    let (arm, all) = shown(snapshot, desk, &scenario, drug);
    if !all {
        choice(ui, &scenario, desk, drug, arm);
    }
    let (arm, all) = shown(snapshot, desk, &scenario, drug);
    let Some(present) = desk.outbox.regimen(snapshot, arm, drug) else {
        return;
    };
    let mut draft = desk.regimen.drafts[drug]
        .clone()
        .unwrap_or_else(|| present.clone());

    let mut edit = Edit::default();
    let arms = if all {
        treated(&scenario, drug)
    } else {
        vec![arm]
    };
    let before = given(snapshot, &scenario, arms.into_iter(), drug);
    let times = strip::Times {
        now: snapshot.time,
        before,
        multiple: snapshot.multiples.get(drug).copied().unwrap_or(1.0),
    };
    strip::ui(ui, &times, &scenario, drug, &mut draft, &mut edit);
    numbers(ui, &scenario, drug, &mut draft, &mut edit);

    let wrong = problem(&draft, &scenario, drug);
    if let Some(text) = &wrong {
        ui.colored_label(ui.visuals().error_fg_color, format!("Not applied: {text}"));
    }
    let standard = scenario.regimen(arm, drug);
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
    let good = problem(&draft, &scenario, drug).is_none();
    if send && good {
        desk.outbox.send(Command::Regimen {
            drug,
            arm: (!all).then_some(arm),
            regimen: draft,
        });
    }
    // A draft that was sent is the outbox's; one that is being dragged, or wrong, stays.
    if edit.done && good {
        desk.regimen.drafts[drug] = None;
    }
}

/// Why a regimen cannot be given, in words.
fn problem(regimen: &Regimen, scenario: &Scenario, drug: usize) -> Option<String> {
    let standard = scenario.model.drugs[drug].regimen.dose;
    let checked = regimen
        .check()
        .and_then(|()| regimen.check_size(standard, 1.0));
    if let Err(e) = checked {
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
        let value = number(value)
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
            edit.add(&counted(ui, "Doses", &mut count));
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
            let mut limited = draft.cycles.is_some();
            let box_ = ui.checkbox(&mut limited, "Number of cycles");
            edit.add(&box_.on_hover_text("Off: until the end"));
            if limited {
                let mut count = draft.cycles.unwrap_or(1);
                edit.add(&counted(ui, "Cycles", &mut count));
                draft.cycles = Some(count);
            } else {
                draft.cycles = None;
                ui.weak("unlimited");
            }
            ui.end_row();
        } else {
            draft.cycles = None;
        }

        let mut ends = draft.until.is_some();
        edit.add(&ui.checkbox(&mut ends, "Ends"));
        if ends {
            let until = draft.until.get_or_insert(scenario.time.duration);
            ui.end_row();
            typed(ui, edit, "No dose from", until, &time, speed);
        } else {
            draft.until = None;
            ui.weak("never");
            ui.end_row();
        }

        let mut loaded = draft.loading.is_some();
        edit.add(&ui.checkbox(&mut loaded, "Loading doses"));
        if !loaded {
            draft.loading = None;
            ui.weak("none");
            ui.end_row();
            return;
        }
        let (dose, every) = (draft.dose, draft.every);
        let loading = draft.loading.get_or_insert(Loading {
            dose: 2.0 * dose,
            doses: 1,
            every: None,
        });
        edit.add(&counted(ui, "Loading count", &mut loading.doses));
        ui.end_row();
        typed(ui, edit, "Loading dose", &mut loading.dose, &unit, fine);
        let mut interval = loading.every.unwrap_or(every);
        typed(ui, edit, "Loading every", &mut interval, &time, speed);
        if interval != every || loading.every.is_some() {
            loading.every = Some(interval);
        }
    });
}

/// A whole number from 1 on.
fn counted(ui: &mut Ui, label: &str, count: &mut u32) -> Response {
    let value = number(count)
        .range(1..=100_000)
        .speed(0.1)
        .update_while_editing(false);
    let value = ui.add(value);
    name(&value, label);
    value
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
