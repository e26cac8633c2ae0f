//! What the arms came to, relative to the control, in plain words.

use eframe::egui::{RichText, Ui};
use warmfront_model::Scenario;
use warmfront_session::{Combination, Effects};

use super::{Desk, clock, colour_of_arm, last_row};
use crate::state::Snapshot;

/// Relative burdens, and Bliss and HSA for combinations.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &Desk) {
    let Some(scenario) = &snapshot.scenario else {
        return;
    };
    if scenario.arms.len() < 2 {
        return;
    }
    ui.strong("Relative to the control");
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let effects = last_row(snapshot, scenario).and_then(|row| Effects::of(scenario, &arms, row));
    let Some(effects) = effects else {
        ui.weak("Nothing to compare yet.");
        return;
    };
    for (arm, relative) in effects.relative.iter().enumerate() {
        if arm == effects.control {
            continue;
        }
        let label = &scenario.arms[arm].label;
        let text = format!(
            "{label}: {} of {}",
            percent(*relative),
            control(scenario, &effects)
        );
        ui.label(RichText::new(text).color(colour_of_arm(arm, desk.dark)));
    }
    for combination in &effects.combinations {
        if effects.relative[combination.arm].is_finite() && combination.bliss.is_finite() {
            ui.label(words(scenario, &effects, combination));
        }
    }
    ui.weak(format!("At {}.", clock(scenario, effects.time)));
}

fn control<'a>(scenario: &'a Scenario, effects: &Effects) -> &'a str {
    &scenario.arms[effects.control].label
}

fn words(scenario: &Scenario, effects: &Effects, c: &Combination) -> String {
    let label = &scenario.arms[c.arm].label;
    let found = effects.relative[c.arm];
    let best = found + c.hsa_excess;
    let against = match c.hsa_excess {
        e if e > 0.005 => format!("{} less is left than that", points(e)),
        e if e < -0.005 => format!("{} more is left than that", points(e)),
        _ => "no difference".to_owned(),
    };
    format!(
        "{label}: {}. If the drugs acted independently, {} would be left (Bliss); {} is. \
         The best single drug leaves {} (HSA): {against}.",
        c.additivity.words(),
        percent(c.bliss),
        percent(found),
        percent(best),
    )
}

fn percent(share: f64) -> String {
    if share.is_finite() {
        format!("{:.0} %", 100.0 * share)
    } else {
        "n/a".to_owned()
    }
}

fn points(share: f64) -> String {
    format!("{:.0} points", 100.0 * share.abs())
}
