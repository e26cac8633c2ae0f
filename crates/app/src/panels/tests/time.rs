//! The time line, undo, and what plots do when they are clicked.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, vec2};
use egui_kittest::kittest::Queryable as _;

use super::{Window, scenario, snapshot};
use crate::command::Command;
use crate::panels::{effects, plots, transport};

fn transport() -> Window {
    Window::panel(snapshot(), vec2(1280.0, 80.0), transport::ui)
}

fn plots() -> Window {
    Window::panel(snapshot(), vec2(330.0, 2200.0), plots::ui)
}

fn times(sent: &[Command]) -> Vec<f64> {
    let times = sent.iter().map(|c| match c {
        Command::Scrub(time) => *time,
        other => panic!("{other:?}"),
    });
    times.collect()
}

#[test]
fn the_time_line_goes_back_and_not_ahead() {
    let mut w = transport();
    let rect = w
        .harness
        .get_by_role_and_label(Role::Slider, "Time line")
        .rect();
    let at = |share: f32| rect.left_center() + vec2(6.0 + share * (rect.width() - 12.0), 0.0);
    w.harness.drag_at(at(0.5));
    w.harness.run();
    w.harness.hover_at(at(0.25));
    w.harness.run();
    w.harness.drop_at(at(0.25));
    let sent = times(&w.sent());
    let last = *sent.last().expect("it was moved");
    assert!((last - 7.0).abs() < 1e-3, "{sent:?}");
    // Nothing is ahead of the newest moment.
    w.harness.drag_at(at(0.95));
    w.harness.run();
    w.harness.drop_at(at(0.95));
    assert_eq!(times(&w.sent()).last(), Some(&19.5));

    w.harness
        .get_by_role_and_label(Role::Slider, "Time line")
        .focus();
    w.harness.run();
    assert_eq!(w.key(Key::ArrowLeft), [Command::Scrub(19.0)]);
    assert_eq!(w.key(Key::ArrowRight), []);
    assert_eq!(w.key(Key::Home), [Command::Scrub(0.0)]);
    w.harness
        .get_by_role_and_label(Role::Slider, "Time line")
        .set_value_accesskit(3.0);
    assert_eq!(w.sent(), [Command::Scrub(3.0)]);
}

#[test]
fn an_older_moment_is_said_and_left() {
    let mut w = transport();
    assert!(w.harness.query_by_label("Newest").is_none());
    w.shared.update(|s| {
        s.time = 7.5;
        s.timeline.scrubbed = true;
    });
    w.harness.run();
    let text = "Showing day 7.5 of 19.5; play goes on from here as a new branch.";
    assert!(w.harness.query_by_label(text).is_some());
    assert_eq!(w.click("Newest"), [Command::Newest]);
}

#[test]
fn undo_and_redo_wait_for_something_to_do() {
    let mut w = transport();
    for (label, command) in [("Undo", Command::Undo), ("Redo", Command::Redo)] {
        assert_eq!(w.click(label), []);
        w.shared.update(|s| {
            let what = Some("twice the dose".to_owned());
            match command {
                Command::Undo => s.timeline.undo = what,
                _ => s.timeline.redo = what,
            }
        });
        w.harness.run();
        assert_eq!(w.click(label), [command]);
    }
}

#[test]
fn a_click_in_a_plot_goes_to_that_moment() {
    let mut w = plots();
    let scenario = scenario();
    let burden = scenario.model.burden.expect("it has one");
    let label = format!("Plot: {}", scenario.model.observables[burden].label);
    let rect = w.harness.get_by_label(&label).rect();
    w.harness.drag_at(rect.center());
    w.harness.run();
    w.harness.drop_at(rect.center());
    let sent = times(&w.sent());
    assert!(!sent.is_empty());
    for time in sent {
        assert!((10.0..18.0).contains(&time), "{time}");
    }
}

#[test]
fn quantities_are_chosen_in_a_menu() {
    let mut w = plots();
    let model = scenario().model;
    let count = |w: &Window| w.harness.query_all_by_label_contains("Plot: ").count();
    assert_eq!(count(&w), 10);
    assert_eq!(w.click("Quantities ▾"), []);
    assert_eq!(w.click("Burden only"), []);
    w.key(Key::Escape);
    assert_eq!(count(&w), 1);
    let burden = model.burden.expect("it has one");
    let chosen = [model.observables[burden].id.clone()];
    assert_eq!(
        w.harness.state().desk.plots.chosen.as_deref(),
        Some(&chosen[..])
    );
}

#[test]
fn plots_and_words_take_strange_numbers() {
    let mut odd = snapshot();
    odd.time = f64::NAN;
    odd.timeline.newest = f64::NAN;
    odd.timeline.scrubbed = true;
    odd.holds = vec![Some(f64::NAN)];
    odd.regimens.clear();
    odd.given = Arc::new(vec![vec![vec![f64::NAN]]]);
    for row in Arc::make_mut(&mut odd.rows) {
        row.values.iter_mut().flatten().for_each(|v| *v = f64::NAN);
    }
    let mut w = Window::panel(odd, vec2(1200.0, 900.0), |ui, s, desk| {
        transport::ui(ui, s, desk);
        plots::ui(ui, s, desk);
        effects::ui(ui, s, desk);
    });
    w.harness.state_mut().desk.logarithmic = true;
    assert_eq!(w.sent(), []);
}
