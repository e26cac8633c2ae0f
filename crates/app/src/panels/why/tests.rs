//! The panel with made-up values at the place.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use warmfront_model::Local;

use super::{State, field_of};
use crate::canvas::{Look, Tool};
use crate::command::{Command, Inspect, WindowCommand};
use crate::panels::parameters::tests::{Bench, untouched};
use crate::state::{Inspected, Snapshot};

const PLACE: [f64; 3] = [120.0, 340.0, 5.0];

/// Values that fall from term to term, so that the model's order is the order of size.
fn asked() -> Bench {
    let mut snapshot = untouched("inflamed");
    let scenario = snapshot.scenario.clone().expect("there is one");
    let count = scenario.model.locals().len();
    let row: Vec<f32> = (0..count).map(|i| 0.5_f32.powi(i as i32 % 17)).collect();
    snapshot.inspected = Arc::new(Inspected {
        wanted: Inspect {
            pinned: Some(PLACE),
            ..Inspect::default()
        },
        pinned: vec![row; scenario.arms.len()],
        ..Inspected::default()
    });
    let mut bench = Bench::new(snapshot, super::ui);
    bench.harness.state_mut().desk.inspect.pinned = Some(PLACE);
    assert_eq!(bench.sent(), []);
    bench
}

#[test]
fn without_a_place_it_says_what_to_do() {
    let mut b = Bench::new(untouched("inflamed"), super::ui);
    assert_eq!(b.click(Role::Button, "Choose a place"), []);
    let wished = &b.harness.state().desk.window;
    assert_eq!(*wished, [WindowCommand::Tool(Tool::Why)]);
    let _ = Bench::new(Snapshot::default(), super::ui);
}

#[test]
fn bars_stand_in_order_of_size_with_switch_and_map() {
    let mut b = asked();
    assert!(b.says("At x 120, y 340 µm") && b.says("Net rate +"));
    let meters: Vec<String> = b
        .harness
        .query_all_by_role(Role::Meter)
        .filter_map(|n| n.accesskit_node().label())
        .collect();
    let shares: Vec<f64> = meters
        .iter()
        .filter_map(|m| m.rsplit_once("  ")?.1.trim_end_matches(" %").parse().ok())
        .collect();
    assert!(
        shares.len() > 2 && shares.len() == meters.len(),
        "{meters:?}"
    );
    assert!(shares.is_sorted_by(|a, b| a >= b), "{shares:?}");
    assert!(
        (97.0..100.5).contains(&shares.iter().sum::<f64>()),
        "{shares:?}"
    );

    let model = b.model();
    let (name, _) = meters[0].split_once(": ").expect("a name and numbers");
    if name != "Movement" {
        let process = model.processes.iter().position(|p| p.label == name);
        let process = process.expect("it is a process");
        let switch = Command::Switch { process, on: false };
        assert_eq!(b.click(Role::CheckBox, name), [switch]);
    }
    assert_eq!(b.click(Role::Button, &format!("Map of {name}")), []);
    let wished = &b.harness.state().desk.window;
    assert!(
        matches!(wished[..], [WindowCommand::Look(Look::Derived(_))]),
        "{wished:?}"
    );
}

#[test]
fn another_arm_another_field_and_no_place() {
    let mut b = asked();
    let scenario = b
        .harness
        .state()
        .snapshot
        .scenario
        .clone()
        .expect("there is one");
    assert_eq!(b.click(Role::Button, &scenario.arms[1].label), []);
    assert_eq!(b.harness.state().desk.why.arm, Some(1));
    for field in 0..scenario.model.fields.len() {
        b.harness.state_mut().desk.why.field = Some(field);
        assert_eq!(b.sent(), []);
    }
    assert_eq!(b.click(Role::Button, "Clear"), []);
    assert_eq!(b.harness.state().desk.inspect.pinned, None);
}

#[test]
fn values_of_elsewhere_are_not_shown() {
    let mut b = asked();
    b.harness.state_mut().desk.inspect.pinned = Some([1.0, 2.0, 3.0]);
    assert_eq!(b.sent(), []);
    assert!(b.says("Being computed") && !b.says("Net rate"));
    let mut b = asked();
    let snapshot = &mut b.harness.state_mut().snapshot;
    let inspected = Arc::make_mut(&mut snapshot.inspected);
    inspected.pinned[3].truncate(4);
    assert_eq!(b.sent(), []);
    assert!(b.says("Being computed"));
    let lost = vec![f32::NAN; b.model().locals().len()];
    let inspected = &mut b.harness.state_mut().snapshot.inspected;
    Arc::make_mut(inspected).pinned[3] = lost;
    assert_eq!(b.sent(), []);
    assert!(b.says("is no number"));
}

#[test]
fn the_field_is_the_one_on_the_canvas() {
    let b = Bench::new(untouched("inflamed"), super::ui);
    let model = b.model();
    let mut state = State::default();
    assert_eq!(field_of(&state, &model), Some(0));
    state.canvas = Some(Look::Field(3));
    assert_eq!(field_of(&state, &model), Some(3));
    state.canvas = Some(Look::Derived(Local::Term(5)));
    assert_eq!(field_of(&state, &model), Some(model.terms()[5].field));
    state.field = Some(1);
    assert_eq!(field_of(&state, &model), Some(1));
    state.field = Some(999);
    state.canvas = Some(Look::Field(999));
    assert_eq!(field_of(&state, &model), Some(0));
}
