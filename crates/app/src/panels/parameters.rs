//! Every parameter of the model: searchable, grouped, live.
//!
//! A change counts from now on, in every arm. What the scenario began with stays marked on each slider.
//! A typed value outside the range stays where it was typed, in red, and goes nowhere.

use std::collections::BTreeMap;

use eframe::egui::{self, CollapsingHeader, RichText, ScrollArea, TextEdit, Ui};
use warmfront_model::{Parameter, Scenario, plain};
use warmfront_session::pretty_unit;

use super::Desk;
use super::outbox::{Outbox, same};
use crate::command::Command;
use crate::state::Snapshot;

mod row;
#[cfg(test)]
pub(super) mod tests;
mod track;

/// What the panel remembers.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Words to look for.
    pub search: String,
    /// Only those that differ from the scenario.
    pub only_changed: bool,
    /// Typed values that are not taken yet, or cannot be, by parameter.
    typed: BTreeMap<usize, String>,
    /// Height of each row when it was last drawn.
    heights: Vec<f32>,
    /// The model that the above belongs to.
    model: String,
}

impl State {
    /// Looks for these words among all parameters.
    pub fn search_for(&mut self, words: &str) {
        words.clone_into(&mut self.search);
        self.only_changed = false;
    }
}

/// The panel.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Some(scenario) = snapshot.scenario.clone() else {
        ui.weak("The parameters come with the scenario.");
        return;
    };
    let parameters = &scenario.model.parameters;
    let arm = desk.arm(&scenario);
    if desk.parameters.model != scenario.model.hash {
        desk.parameters = State {
            search: std::mem::take(&mut desk.parameters.search),
            model: scenario.model.hash.clone(),
            ..State::default()
        };
    }
    let numbers: Vec<Numbers> = (0..parameters.len())
        .map(|p| Numbers::of(snapshot, &scenario, &desk.outbox, arm, p))
        .collect();
    head(ui, desk, parameters, &numbers);
    let shown = shown(&desk.parameters, parameters, &numbers);
    if shown.is_empty() {
        ui.weak(if parameters.is_empty() {
            "This model has no parameters."
        } else if desk.parameters.search.trim().is_empty() {
            "Nothing differs from the scenario."
        } else {
            "Nothing has these words in its name, symbol, group or unit."
        });
        return;
    }
    let narrowed = desk.parameters.only_changed || !desk.parameters.search.trim().is_empty();
    ScrollArea::vertical()
        .id_salt("parameters")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            for (group, members) in &shown {
                let changed = members.iter().filter(|p| numbers[**p].changed()).count();
                let mut title = format!("{group} ({})", members.len());
                if changed > 0 {
                    title = format!("{title}, {changed} changed");
                }
                // Opened by a search, a group is closed again when the search ends.
                CollapsingHeader::new(title)
                    .id_salt((group, narrowed))
                    .default_open(narrowed)
                    .show(ui, |ui| {
                        for &p in members {
                            row::ui(ui, desk, &scenario, p, &numbers[p]);
                        }
                    });
            }
        });
}

/// The values of one parameter.
#[derive(Debug, Clone, PartialEq)]
struct Numbers {
    /// In the arm that is spoken of, present or wished.
    value: f64,
    /// What the scenario gives that arm.
    default: f64,
    /// By arm, present or wished.
    arms: Vec<f64>,
    /// By arm, the scenario's.
    defaults: Vec<f64>,
}

impl Numbers {
    fn of(snapshot: &Snapshot, scenario: &Scenario, outbox: &Outbox, arm: usize, p: usize) -> Self {
        Self::with(scenario, arm, p, |a| outbox.parameter(snapshot, a, p))
    }

    fn with(
        scenario: &Scenario,
        arm: usize,
        p: usize,
        present: impl Fn(usize) -> Option<f64>,
    ) -> Self {
        let arms = 0..scenario.arms.len();
        let defaults: Vec<f64> = arms.clone().map(|a| default(scenario, a, p)).collect();
        let arms: Vec<f64> = arms.map(|a| present(a).unwrap_or(defaults[a])).collect();
        Self {
            value: arms.get(arm).copied().unwrap_or(f64::NAN),
            default: defaults.get(arm).copied().unwrap_or(f64::NAN),
            arms,
            defaults,
        }
    }

    fn changed(&self) -> bool {
        !self
            .arms
            .iter()
            .zip(&self.defaults)
            .all(|(a, b)| same(*a, *b))
    }

    fn arms_differ(&self) -> bool {
        self.arms.iter().any(|v| !same(*v, self.arms[0]))
    }

    /// Whether one value brings every arm back to the scenario's.
    fn common_default(&self) -> bool {
        self.defaults.iter().all(|v| same(*v, self.default))
    }
}

/// What the scenario gives an arm.
fn default(scenario: &Scenario, arm: usize, parameter: usize) -> f64 {
    let arm = scenario
        .arms
        .get(arm)
        .map_or(&scenario.parameters, |a| &a.parameters);
    let value = arm.get(parameter).or(scenario.parameters.get(parameter));
    value.copied().unwrap_or(f64::NAN)
}

/// Parameters that the search and the filter let through, by group, both in model order.
fn shown<'a>(
    state: &State,
    parameters: &'a [Parameter],
    numbers: &[Numbers],
) -> Vec<(&'a str, Vec<usize>)> {
    let search = state.search.to_lowercase();
    let words: Vec<&str> = search.split_whitespace().collect();
    let mut groups: Vec<(&str, Vec<usize>)> = Vec::new();
    for (i, p) in parameters.iter().enumerate() {
        let through = matches(p, &words) && (!state.only_changed || numbers[i].changed());
        // What was typed and not taken must not slip out of sight unsaid.
        if !through {
            continue;
        }
        match groups.iter_mut().find(|(group, _)| *group == p.group) {
            Some((_, members)) => members.push(i),
            None => groups.push((&p.group, vec![i])),
        }
    }
    groups
}

fn matches(p: &Parameter, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let unit = pretty_unit(&p.unit);
    let all = [&p.label, &p.id, &p.symbol, &p.group, &p.unit, &unit].map(|t| t.to_lowercase());
    words
        .iter()
        .all(|w| all.iter().any(|text| text.contains(w)))
}

/// Search, filter, and what changed.
fn head(ui: &mut Ui, desk: &mut Desk, parameters: &[Parameter], numbers: &[Numbers]) {
    let changed: Vec<usize> = (0..parameters.len())
        .filter(|p| numbers[*p].changed())
        .collect();
    let state = &mut desk.parameters;
    search_box(
        ui,
        &mut state.search,
        "Search parameters",
        "name, symbol, group, unit",
    );
    ui.horizontal_wrapped(|ui| {
        ui.checkbox(&mut state.only_changed, "Only changed")
            .on_hover_text("Only parameters that differ from the scenario.");
        let reset = egui::Button::new("Reset all");
        let reset = ui.add_enabled(!changed.is_empty(), reset);
        let reset =
            reset.on_hover_text("Every parameter back to the scenario's value, from now on.");
        if reset.clicked() {
            state.typed.clear();
            desk.outbox.send(Command::ResetParameters);
        }
    });
    let title = match changed.len() {
        0 => "Nothing changed".to_owned(),
        n => format!("What changed ({n})"),
    };
    row::key(ui);
    CollapsingHeader::new(title)
        .id_salt("what changed")
        .show(ui, |ui| {
            if changed.is_empty() {
                ui.weak("All parameters are the scenario's.");
                return;
            }
            let lines: Vec<String> = changed
                .iter()
                .map(|p| difference(&parameters[*p], &numbers[*p]))
                .collect();
            for line in &lines {
                ui.label(RichText::new(line).small());
            }
            let copy = ui.button("Copy").on_hover_text("This list as text.");
            if copy.clicked() {
                ui.ctx().copy_text(lines.join("\n"));
            }
        });
    ui.separator();
}

/// Parameters that differ from the scenario's, one line each.
pub fn changes(snapshot: &Snapshot, scenario: &Scenario) -> Vec<String> {
    let parameters = scenario.model.parameters.iter().enumerate();
    let lines = parameters.filter_map(|(p, parameter)| {
        let present = |a: usize| snapshot.parameters.get(a)?.get(p).copied();
        let numbers = Numbers::with(scenario, 0, p, present);
        numbers.changed().then(|| difference(parameter, &numbers))
    });
    lines.collect()
}

/// One line of "what changed".
fn difference(p: &Parameter, numbers: &Numbers) -> String {
    let unit = pretty_unit(&p.unit);
    let list = |values: &[f64]| {
        let first = values.first().copied().unwrap_or(f64::NAN);
        if values.iter().all(|v| same(*v, first)) {
            short(first)
        } else {
            let each: Vec<String> = values.iter().map(|v| short(*v)).collect();
            format!("[{}]", each.join(", "))
        }
    };
    let (old, new) = (list(&numbers.defaults), list(&numbers.arms));
    format!("{} ({}): {old} → {new} {unit}", p.label, p.id)
        .trim_end()
        .to_owned()
}

/// A line to search in, with a button that clears it. Its name is `label`.
pub(super) fn search_box(ui: &mut Ui, text: &mut String, label: &str, hint: &str) {
    ui.horizontal(|ui| {
        ui.label("Search");
        let width = (ui.available_width() - 34.0).max(60.0);
        // Where the hint would be cut, the pointer tells what can be searched.
        let font = egui::TextStyle::Body.resolve(ui.style());
        let ink = ui.visuals().text_color();
        let whole = ui.painter().layout_no_wrap(hint.to_owned(), font, ink);
        let fits = whole.size().x + 12.0 <= width;
        let edit = TextEdit::singleline(text)
            .desired_width(width)
            .hint_text(if fits { hint } else { "" });
        let edit = ui.add(edit).on_hover_text(format!("{label}: {hint}"));
        ui.ctx()
            .accesskit_node_builder(edit.id, |node| node.set_label(label));
        let clear = ui.add_enabled(!text.is_empty(), egui::Button::new("✖"));
        clear.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Button, true, "Clear the search")
        });
        if clear.on_hover_text("Clear the search").clicked() {
            text.clear();
            edit.request_focus();
        }
    });
}

/// A value to be typed over: six significant digits at most.
fn short(value: f64) -> String {
    if !value.is_finite() {
        return plain(value);
    }
    let rounded = format!("{value:.5e}").parse();
    plain(rounded.unwrap_or(value))
}
