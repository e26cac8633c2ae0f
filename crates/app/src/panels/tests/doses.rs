//! Doses, held levels and regimens.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Key, Modifiers, Pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use warmfront_model::Regimen;

use super::{Window, scenario, snapshot};
use crate::command::Command;
use crate::panels::{regimen, treatment};

fn treatment() -> Window {
    Window::panel(snapshot(), vec2(300.0, 900.0), treatment::ui)
}

fn regimen(drug: usize) -> Window {
    let panel =
        move |ui: &mut eframe::egui::Ui, s: &_, desk: &mut _| regimen::ui(ui, s, desk, drug);
    Window::panel(snapshot(), vec2(290.0, 500.0), panel)
}

fn drag(w: &mut Window, from: Pos2, to: Pos2) -> Vec<Command> {
    w.harness.drag_at(from);
    w.harness.run();
    w.harness.hover_at(from + 0.5 * (to - from));
    w.harness.run();
    w.harness.hover_at(to);
    w.harness.run();
    let before: Vec<Command> = w.commands.try_iter().collect();
    assert_eq!(before, [], "nothing is sent before the pointer is lifted");
    w.harness.drop_at(to);
    w.sent()
}

#[test]
fn a_level_is_held_moved_and_let_go() {
    let mut w = treatment();
    let scenario = scenario();
    for (drug, d) in scenario.model.drugs.iter().enumerate() {
        let place = &scenario.model.compartments[d.measured_in];
        let sent = w.click(&format!("Hold level: {}", d.label));
        let [
            Command::Hold {
                drug: held,
                level: Some(level),
            },
        ] = sent[..]
        else {
            panic!("{sent:?}");
        };
        assert_eq!(held, drug);
        assert!(level > 0.0 && level <= 3.0 * place.scale, "{level}");
        let slider = |w: &Window| {
            w.harness
                .get_by_role_and_label(Role::Slider, &d.label)
                .rect()
        };
        let wanted = 2.0 * place.scale;
        w.harness
            .get_by_role_and_label(Role::Slider, &d.label)
            .set_value_accesskit(wanted);
        let hold = |level| Command::Hold { drug, level };
        assert_eq!(w.sent(), [hold(Some(wanted))]);
        w.harness.hover_at(slider(&w).center());
        assert_eq!(w.sent(), []);
        assert_eq!(w.key(Key::Backspace), [hold(Some(place.scale))]);
        let sent = w.click(&format!("Dose: {}", d.label));
        assert_eq!(sent, [hold(None)]);
        assert_eq!(w.click(&format!("Dose: {}", d.label)), []);
    }
}

#[test]
fn a_regimen_is_sent_when_the_pointer_is_lifted() {
    let drug = 1;
    let standard = scenario().regimens[drug].clone();
    let mut w = regimen(drug);
    let at = |w: &Window, label: &str| {
        let handle = w.harness.get_by_role_and_label(Role::Slider, label);
        handle.rect().center()
    };
    // The strip spans the run, less a margin at both ends.
    let day = (at(&w, "Last dose").x - at(&w, "First dose").x) / 28.0;
    let to = at(&w, "First dose") + vec2(3.0 * day, 0.0);
    let from = at(&w, "First dose");
    let later = Regimen {
        start: 3.0,
        ..standard.clone()
    };
    let sent = |regimen: &Regimen| {
        let regimen = regimen.clone();
        [Command::Regimen {
            drug,
            arm: None,
            regimen,
        }]
    };
    assert_eq!(drag(&mut w, from, to), sent(&later));
    let from = at(&w, "Time between doses");
    let to = from + vec2(day, 0.0);
    let slower = Regimen {
        every: 2.0,
        ..later
    };
    assert_eq!(drag(&mut w, from, to), sent(&slower));
    assert_eq!(w.click("Standard regimen"), sent(&standard));
    assert!(w.harness.query_by_label_contains("from now on").is_some());
}

#[test]
fn a_regimen_without_sense_is_red_and_stays_here() {
    let drug = 0;
    let standard = scenario().regimens[drug].clone();
    let mut w = regimen(drug);
    let typed = |w: &mut Window, label: &str, text: &str| {
        let field = w.harness.get_by_role_and_label(Role::SpinButton, label);
        let centre = field.rect().center();
        w.harness.drag_at(centre);
        w.harness.drop_at(centre);
        w.harness.run();
        let all = [Key::A];
        w.harness
            .key_combination_modifiers(Modifiers::COMMAND, &all);
        w.harness.event(Event::Text(text.to_owned()));
        w.key(Key::Enter)
    };
    assert_eq!(typed(&mut w, "Every", "-2"), []);
    assert!(w.harness.query_by_label_contains("Not applied").is_some());
    let sent = typed(&mut w, "Every", "7");
    let weekly = Regimen {
        every: 7.0,
        ..standard
    };
    assert_eq!(
        sent,
        [Command::Regimen {
            drug,
            arm: None,
            regimen: weekly
        }]
    );
    assert!(w.harness.query_by_label_contains("Not applied").is_none());
}

#[test]
fn a_typed_value_between_the_slider_s_steps_stays() {
    let mut between = snapshot();
    between.multiples = vec![0.123, 1.0];
    between.holds[1] = Some(0.0123);
    let mut w = Window::panel(between, vec2(300.0, 900.0), treatment::ui);
    assert_eq!(w.sent(), []);
    assert!(w.commands.try_iter().next().is_none());
}

#[test]
fn arms_with_regimens_of_their_own_are_changed_one_by_one() {
    let drug = 1;
    let mut s = snapshot();
    let mut scenario = scenario();
    scenario.arms[3].regimens[drug] = Some(Regimen::steady(30.0, 7.0, 2.0));
    s.regimens[3][drug] = Regimen::steady(30.0, 7.0, 2.0);
    s.scenario = Some(std::sync::Arc::new(scenario.clone()));
    let panel =
        move |ui: &mut eframe::egui::Ui, s: &_, desk: &mut _| regimen::ui(ui, s, desk, drug);
    let mut w = Window::panel(s, vec2(290.0, 900.0), panel);
    let first = &scenario.arms[1].label;
    w.harness
        .get_by_role_and_label(Role::ComboBox, "Arm")
        .click();
    w.harness.run();
    assert_eq!(w.click(&scenario.arms[3].label), []);
    assert!(w.harness.query_by_value(&scenario.arms[3].label).is_some());
    assert!(w.harness.query_by_value(first).is_none());
    let ticked = |w: &mut Window, label: &str| {
        let found = w.harness.get_by_role_and_label(Role::CheckBox, label);
        found.click();
        w.sent()
    };
    let sent = ticked(&mut w, "Loading doses");
    let [
        Command::Regimen {
            drug: 1,
            arm: Some(3),
            regimen,
        },
    ] = &sent[..]
    else {
        panic!("{sent:?}");
    };
    let loading = regimen.loading.as_ref().map(|l| (l.dose, l.doses, l.every));
    assert_eq!((regimen.start, loading), (7.0, Some((60.0, 1, None))));
    let ends = ticked(&mut w, "Ends");
    let [Command::Regimen { regimen, .. }] = &ends[..] else {
        panic!("{ends:?}");
    };
    assert_eq!(regimen.until, Some(28.0));
}
