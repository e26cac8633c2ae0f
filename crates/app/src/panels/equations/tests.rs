//! Search, switches, and the equations of every model.

use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use warmfront_model::{Library, Target};

use super::{Equation, all, turns};
use crate::command::Command;
use crate::panels::parameters::tests::{Bench, untouched};
use crate::state::Snapshot;

#[test]
fn every_term_of_the_model_stands_in_one_equation() {
    let library = Library::embedded();
    for name in library.models() {
        let model = library.model(&name).expect("it is valid");
        let equations = all(&model);
        let parts = equations.iter().flat_map(|e| &e.parts);
        let ends =
            |p: &warmfront_model::Process| p.produces.len() + usize::from(p.consumes.is_some());
        assert_eq!(
            parts.count(),
            model.processes.iter().map(ends).sum::<usize>()
        );
        for (i, field) in model.fields.iter().enumerate() {
            let equation = Equation::of_field(&model, i);
            let moves = field.diffusion.is_some() || field.transport.is_some();
            assert_eq!(moves, !equation.movement.is_empty(), "{}", field.id);
            assert!(equation.parts.iter().all(|p| !p.expression.contains("s.")));
        }
    }
}

#[test]
fn an_equation_reads_as_in_a_paper() {
    let model = Library::embedded().model("tumour").expect("it is valid");
    let moved = model.transports[0].moves[0];
    let e = Equation::of_field(&model, moved);
    let c = &model.fields[moved].symbol;
    assert_eq!(e.left, format!("∂{c}/∂t"));
    assert!(e.movement[0].starts_with("+ ∇·("), "{:?}", e.movement);
    assert_eq!(e.movement[1], format!("− ∇·({c} v)"));
    assert!(e.where_lines[0].starts_with("v = "), "{:?}", e.where_lines);
    let loss = e.parts.iter().find(|p| !p.gain).expect("a loss");
    assert!(
        loss.expression.ends_with(&format!("·{c}")),
        "{}",
        loss.expression
    );
    let drug = &model.drugs[0];
    let e = Equation::of_compartment(&model, drug.into);
    assert_eq!(e.doses, std::slice::from_ref(&drug.label));
    let crossing = model
        .processes
        .iter()
        .position(|p| p.spatial && matches!(p.consumes, Some(Target::Compartment(_))));
    let crossing = crossing.expect("there is one");
    let Some(Target::Compartment(from)) = model.processes[crossing].consumes else {
        unreachable!("just looked for");
    };
    let e = Equation::of_compartment(&model, from);
    let part = e
        .parts
        .iter()
        .find(|p| p.process == crossing)
        .expect("it is there");
    assert!(part.expression.starts_with('⟨') && !part.gain, "{part:?}");
    assert!(turns(&model, crossing).starts_with("uses up "));
}

#[test]
fn a_switch_switches_and_a_search_finds() {
    let mut b = Bench::new(untouched("inflamed"), super::ui);
    let model = b.model();
    assert!(b.says(&model.hash) && b.says("--assets DIR"));
    assert_eq!(b.harness.query_all_by_role(Role::CheckBox).count(), 0);
    // A process with one end has one switch.
    let alone = |p: &warmfront_model::Process| p.consumes.is_none() && p.produces.len() == 1;
    let process = model
        .processes
        .iter()
        .position(alone)
        .expect("there is one");
    let p = &model.processes[process];
    assert_eq!(b.write("Search equations", &p.id), []);
    let switch = |on| [Command::Switch { process, on }];
    assert_eq!(b.click(Role::CheckBox, &p.label), switch(false));
    assert_eq!(b.click(Role::CheckBox, &p.label), switch(true));
    assert_eq!(b.write("Search equations", "no such thing"), []);
    assert!(b.says("No equation has these words."));
    b.harness.state_mut().desk.equations.watched = true;
    assert_eq!(b.sent(), []);
    assert!(!b.says("--assets DIR"));
}

#[test]
fn every_model_is_drawn() {
    let _ = Bench::new(Snapshot::default(), super::ui);
    let library = Library::embedded();
    for model in library.models() {
        let scenario = library
            .model(&model)
            .expect("it is valid")
            .default_scenario
            .clone();
        let mut b = Bench::new(untouched(&format!("{model}/{scenario}")), super::ui);
        assert_eq!(b.sent(), []);
        assert!(b.says("∂"), "{model}");
    }
}
