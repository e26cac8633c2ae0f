//! A scenario without a link: whether that changes anything, and what is left.

use warmfront_model::{Action, Counterfactual, Model, Scenario, Switchable};

/// Whether taking a link away changes anything in a scenario.
pub(super) fn changes(scenario: &Scenario, link: &Counterfactual) -> bool {
    let set = link.parameters.iter().any(|&(p, value)| {
        let by_event = scenario.events.iter().any(|e| match &e.action {
            Action::Set { parameters } => parameters.iter().any(|&(q, v)| q == p && v != value),
            _ => false,
        });
        by_event || scenario.arms.iter().any(|a| a.parameters[p] != value)
    });
    let on = |what: &Switchable| match *what {
        Switchable::Process(i) => !scenario.off[i],
        Switchable::Transport(i) => !scenario.off_transports[i],
    };
    let switched = |what: &Switchable| {
        let by_event = |a: &Action| matches!(a, Action::Switch { what: w, on: true } if w == what);
        on(what) || scenario.events.iter().any(|e| by_event(&e.action))
    };
    set || link.off.iter().any(switched)
}

/// The other links of a model that a link contains, as far as none of them contains another, and whether
/// they make up all of it.
pub(super) fn parts(model: &Model, link: &Counterfactual) -> (Vec<usize>, bool) {
    let all = &model.counterfactuals;
    let within = |small: &Counterfactual, large: &Counterfactual| {
        let fewer =
            small.parameters.len() + small.off.len() < large.parameters.len() + large.off.len();
        fewer
            && small
                .parameters
                .iter()
                .all(|p| large.parameters.contains(p))
            && small.off.iter().all(|w| large.off.contains(w))
    };
    let inside = |i: &usize| within(&all[*i], link);
    let mut parts: Vec<usize> = (0..all.len()).filter(inside).collect();
    let inner: Vec<usize> = parts.clone();
    parts.retain(|i| !inner.iter().any(|j| within(&all[*i], &all[*j])));
    let in_part = |has: &dyn Fn(&Counterfactual) -> bool| parts.iter().any(|i| has(&all[*i]));
    let whole = link
        .parameters
        .iter()
        .all(|p| in_part(&|c| c.parameters.contains(p)))
        && link.off.iter().all(|w| in_part(&|c| c.off.contains(w)));
    (parts, whole)
}

/// The scenario without a link. Its events keep their times, so that it stops where the other does.
pub(super) fn without(scenario: &Scenario, link: &Counterfactual) -> Scenario {
    let mut changed = scenario.clone();
    for &(p, value) in &link.parameters {
        changed.parameters[p] = value;
        for arm in &mut changed.arms {
            arm.parameters[p] = value;
        }
    }
    for what in &link.off {
        match *what {
            Switchable::Process(i) => changed.off[i] = true,
            Switchable::Transport(i) => changed.off_transports[i] = true,
        }
    }
    for event in &mut changed.events {
        match &mut event.action {
            Action::Set { parameters } => {
                for (p, v) in parameters {
                    if let Some((_, value)) = link.parameters.iter().find(|(q, _)| q == p) {
                        *v = *value;
                    }
                }
            }
            Action::Switch { what, on } if link.off.contains(what) => *on = false,
            _ => {}
        }
    }
    changed
}
