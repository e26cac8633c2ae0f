//! One panel at a time, driven through its accessibility tree.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, OutputCommand, Ui, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use warmfront_model::{Library, Model};

use crate::app::{WarmfrontApp, prepare};
use crate::command::Command;
use crate::panels::Desk;
use crate::state::{Shared, Snapshot};

/// What a panel draws.
pub(in crate::panels) struct Case {
    pub(in crate::panels) snapshot: Snapshot,
    pub(in crate::panels) desk: Desk,
}

/// A panel of the width of a side panel, and what it sends.
pub(in crate::panels) struct Bench {
    pub(in crate::panels) harness: Harness<'static, Case>,
    commands: Receiver<Command>,
}

/// The snapshot of a scenario of the library that nothing was done to.
pub(in crate::panels) fn untouched(name: &str) -> Snapshot {
    let scenario = Library::embedded().scenario(name).expect("it is valid");
    let parameters = scenario.arms.iter().map(|a| a.parameters.clone()).collect();
    Snapshot {
        parameters: Arc::new(parameters),
        off: scenario.off.clone(),
        scenario: Some(Arc::new(scenario)),
        ..Snapshot::default()
    }
}

impl Bench {
    pub(in crate::panels) fn new(
        snapshot: Snapshot,
        panel: fn(&mut Ui, &Snapshot, &mut Desk),
    ) -> Self {
        let (sender, commands) = sync_channel(64);
        let desk = WarmfrontApp::new(Shared::default(), sender, Vec::new()).desk;
        let harness = Harness::builder()
            .with_size(vec2(330.0, 700.0))
            .with_context_setup(prepare)
            .with_step_dt(0.02)
            .build_ui_state(
                move |ui, case: &mut Case| {
                    let now = ui.input(|i| i.time);
                    case.desk.outbox.settle(&case.snapshot, now);
                    panel(ui, &case.snapshot, &mut case.desk);
                },
                Case { snapshot, desk },
            );
        let mut bench = Self { harness, commands };
        bench.harness.run();
        bench
    }

    pub(in crate::panels) fn model(&self) -> Arc<Model> {
        let scenario = self.harness.state().snapshot.scenario.as_ref();
        scenario.expect("a scenario").model.clone()
    }

    /// Runs until nothing moves; the commands sent until then, which the snapshot now follows.
    pub(in crate::panels) fn sent(&mut self) -> Vec<Command> {
        self.harness.run();
        let sent: Vec<Command> = self.commands.try_iter().collect();
        let snapshot = &mut self.harness.state_mut().snapshot;
        for command in &sent {
            match command {
                Command::Set { parameter, value } => {
                    let arms = Arc::make_mut(&mut snapshot.parameters);
                    arms.iter_mut().for_each(|arm| arm[*parameter] = *value);
                }
                Command::Switch { process, on } => snapshot.off[*process] = !on,
                Command::ResetParameters => {
                    let arms = &snapshot.scenario.as_ref().expect("a scenario").arms;
                    let arms = arms.iter().map(|a| a.parameters.clone()).collect();
                    snapshot.parameters = Arc::new(arms);
                }
                _ => {}
            }
        }
        self.harness.run();
        sent
    }

    pub(in crate::panels) fn click(&mut self, role: Role, label: &str) -> Vec<Command> {
        self.harness.get_by_role_and_label(role, label).click();
        self.sent()
    }

    pub(in crate::panels) fn key(&mut self, key: Key) -> Vec<Command> {
        self.harness.key_press(key);
        self.sent()
    }

    pub(in crate::panels) fn says(&self, text: &str) -> bool {
        self.harness
            .query_all_by_label_contains(text)
            .next()
            .is_some()
    }

    /// Replaces what stands in a text field, without leaving it.
    pub(in crate::panels) fn write(&mut self, label: &str, text: &str) -> Vec<Command> {
        let centre = {
            let node = self.harness.get_by_role_and_label(Role::TextInput, label);
            node.rect().center()
        };
        self.harness.drag_at(centre);
        self.harness.drop_at(centre);
        self.harness.run();
        self.harness
            .key_combination_modifiers(Modifiers::COMMAND, &[Key::A]);
        self.harness.event(Event::Text(text.to_owned()));
        self.sent()
    }
}

const SEARCH: &str = "Search parameters";

/// A parameter with a unit, and the name of its text field.
fn some(model: &Model) -> (usize, String) {
    let fit = |p: &warmfront_model::Parameter| p.log && p.unit != "1" && p.value < p.range[1] / 2.0;
    let p = model.parameters.iter().position(fit).expect("there is one");
    let unit = warmfront_session::pretty_unit(&model.parameters[p].unit);
    (p, format!("{}, {unit}", model.parameters[p].label))
}

fn searched() -> (Bench, usize, String) {
    let mut bench = Bench::new(untouched("inflamed"), super::ui);
    let (p, field) = some(&bench.model());
    let id = bench.model().parameters[p].id.clone();
    assert_eq!(bench.write(SEARCH, &id), []);
    (bench, p, field)
}

#[test]
fn search_finds_by_name_and_symbol_and_opens_groups() {
    let mut b = Bench::new(untouched("inflamed"), super::ui);
    assert_eq!(b.harness.query_all_by_role(Role::Slider).count(), 0);
    let model = b.model();
    let p = &model.parameters[some(&model).0];
    for words in [p.label.to_uppercase(), p.symbol.clone(), p.id.clone()] {
        assert_eq!(b.write(SEARCH, &words), []);
        let found = b.harness.query_by_role_and_label(Role::Slider, &p.label);
        assert!(found.is_some(), "{words}");
    }
    assert_eq!(b.write(SEARCH, "no such thing"), []);
    assert!(b.says("Nothing has these words"));
    assert_eq!(b.click(Role::Button, "Clear the search"), []);
    assert_eq!(b.harness.query_all_by_role(Role::Slider).count(), 0);
    assert!(b.says(&p.group));
}

#[test]
fn the_slider_obeys_keys_and_goes_back_to_the_scenario() {
    let (mut b, p, _) = searched();
    let parameter = b.model().parameters[p].clone();
    let start = b.harness.state().snapshot.parameters[0][p];
    let set = |value| Command::Set {
        parameter: p,
        value,
    };
    b.harness
        .get_by_role_and_label(Role::Slider, &parameter.label)
        .focus();
    assert_eq!(b.sent(), []);
    assert_eq!(b.key(Key::End), [set(parameter.range[1])]);
    assert!(b.says("was "), "what changed is told");
    assert_eq!(b.key(Key::Home), [set(parameter.range[0])]);
    let up = b.key(Key::ArrowRight);
    let above =
        |c: &Command| matches!(c, Command::Set { value, .. } if *value > parameter.range[0]);
    assert!(up.len() == 1 && above(&up[0]), "{up:?}");
    assert_eq!(b.key(Key::Backspace), [set(start)]);
    assert_eq!(b.key(Key::Backspace), [], "nothing is left to reset");

    let rect = b
        .harness
        .get_by_role_and_label(Role::Slider, &parameter.label)
        .rect();
    let right = rect.right_top() + vec2(-20.0, 8.0);
    b.harness.drag_at(right);
    b.harness.run();
    b.harness.drop_at(right);
    let dragged = b.sent();
    let large = |c: &Command| matches!(c, Command::Set { value, .. } if *value > start);
    assert!(
        !dragged.is_empty() && dragged.iter().all(large),
        "{dragged:?}"
    );
    for _ in 0..2 {
        b.harness.drag_at(right);
        b.harness.drop_at(right);
    }
    assert_eq!(b.sent().last(), Some(&set(start)));
    let wished = b
        .harness
        .get_by_role_and_label(Role::Slider, &parameter.label);
    wished.set_value_accesskit(parameter.range[1]);
    assert_eq!(b.sent(), [set(parameter.range[1])]);
    let reset = format!("Reset {}", parameter.label);
    assert_eq!(b.click(Role::Button, &reset), [set(start)]);
}

#[test]
fn a_typed_value_is_sent_once_and_a_wrong_one_stays_in_red() {
    let (mut b, p, field) = searched();
    let parameter = b.model().parameters[p].clone();
    let value = parameter.range[1] / 2.0;
    assert_eq!(b.write(&field, &format!("{value} {}", parameter.unit)), []);
    let set = Command::Set {
        parameter: p,
        value,
    };
    assert_eq!(b.key(Key::Enter), [set]);
    let half = value / 2.0;
    assert_eq!(b.write(&field, &half.to_string().replace('.', ",")), []);
    let set = Command::Set {
        parameter: p,
        value: half,
    };
    assert_eq!(b.key(Key::Enter), [set]);

    for (wrong, why) in [
        ("1e9", "out of range"),
        ("x", "is no number"),
        ("0,5,1", "is no number"),
    ] {
        assert_eq!(b.write(&field, wrong), []);
        assert_eq!(b.key(Key::Enter), [], "{wrong}");
        assert!(b.says(why), "{wrong}");
        let node = b.harness.get_by_role_and_label(Role::TextInput, &field);
        assert_eq!(node.value().as_deref(), Some(wrong), "it stays as typed");
    }
    assert_eq!(b.harness.state().snapshot.parameters[0][p], half);
    // The slider's next move replaces it.
    b.harness
        .get_by_role_and_label(Role::Slider, &parameter.label)
        .focus();
    b.harness.run();
    assert_eq!(b.key(Key::End).len(), 1);
    assert!(!b.says("is no number"));
    assert_eq!(b.write(&field, "7e9"), []);
    assert_eq!(b.key(Key::Escape), []);
    assert!(!b.says("out of range"));
}

#[test]
fn what_changed_is_listed_copied_and_reset() {
    let mut snapshot = untouched("inflamed");
    let model = snapshot
        .scenario
        .as_ref()
        .expect("there is one")
        .model
        .clone();
    let (p, _) = some(&model);
    let arms = Arc::make_mut(&mut snapshot.parameters);
    for arm in arms.iter_mut() {
        arm[p] = model.parameters[p].range[1];
    }
    // Another one in one arm only.
    arms[1][p + 1] = model.parameters[p + 1].range[1];
    let mut b = Bench::new(snapshot, super::ui);
    assert_eq!(b.click(Role::CheckBox, "Only changed"), []);
    assert_eq!(b.harness.query_all_by_role(Role::Slider).count(), 2);
    assert!(b.says("differs between arms"));
    b.harness.get_by_label("What changed (2)").click();
    assert_eq!(b.sent(), []);
    b.harness
        .get_by_role_and_label(Role::Button, "Copy")
        .click();
    b.harness.step();
    let commands = &b.harness.output().platform_output.commands;
    let copied = commands.iter().find_map(|c| match c {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap_or_default();
    assert!(
        copied.contains(&model.parameters[p].id) && copied.contains('→'),
        "{copied}"
    );
    assert_eq!(
        b.click(Role::Button, "Reset all"),
        [Command::ResetParameters]
    );
    assert!(b.says("Nothing differs from the scenario."));
}

#[test]
fn every_model_fits_and_nothing_is_no_panic() {
    let _ = Bench::new(Snapshot::default(), super::ui);
    let library = Library::embedded();
    for model in library.models() {
        let name = format!(
            "{model}/{}",
            library.model(&model).expect("valid").default_scenario
        );
        let mut snapshot = untouched(&name);
        let arms = Arc::make_mut(&mut snapshot.parameters);
        arms.iter_mut().flatten().for_each(|v| *v = f64::NAN);
        let mut b = Bench::new(snapshot, super::ui);
        assert_eq!(b.click(Role::CheckBox, "Only changed"), []);
        b.harness.state_mut().snapshot.parameters = Arc::default();
        assert_eq!(b.sent(), []);
    }
}
