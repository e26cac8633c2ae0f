//! What the arms came to, relative to the control, in plain words.

use eframe::egui::{Grid, RichText, Ui};
use warmfront_model::Scenario;
use warmfront_session::synergy::SHAM;
use warmfront_session::{Combination, Effects, Standing};

use super::plots::present_row;
use super::{Desk, clock, colour_of_arm, quantity};
use crate::state::Snapshot;

/// A difference that is read as none, as a share of the control's burden.
const SMALL: f64 = 0.005;

/// The burden of every arm, and Bliss and HSA for combinations.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &Desk) {
    let Some(scenario) = &snapshot.scenario else {
        return;
    };
    if scenario.arms.len() < 2 {
        return;
    }
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let effects = present_row(snapshot, scenario).and_then(|row| Effects::of(scenario, &arms, row));
    let Some(effects) = effects else {
        ui.weak("Nothing to compare yet.");
        return;
    };
    for combination in &effects.combinations {
        if effects.relative[combination.arm].is_finite() && combination.bliss.is_finite() {
            verdict(ui, scenario, &effects, combination);
            ui.add_space(2.0);
        }
    }
    table(ui, scenario, &effects, desk.dark);
}

/// The burden of an arm as it is said in its pane: `72 % of control`; none for the control itself and
/// before there is a burden.
pub fn of_control(snapshot: &Snapshot, scenario: &Scenario, arm: usize) -> Option<String> {
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let effects = Effects::of(scenario, &arms, present_row(snapshot, scenario)?)?;
    let share = effects.relative[arm];
    let control = scenario.arms[effects.control].label.to_lowercase();
    let said = arm != effects.control && share.is_finite();
    said.then(|| format!("{} of {control}", percent(share)))
}

fn table(ui: &mut Ui, scenario: &Scenario, effects: &Effects, dark: bool) {
    let burden = scenario
        .model
        .burden
        .map(|o| &scenario.model.observables[o]);
    let (label, unit) = burden.map_or(("Burden", ""), |o| (o.label.as_str(), o.unit.as_str()));
    Grid::new("effects")
        .num_columns(3)
        .striped(true)
        .show(ui, |ui| {
            ui.weak(format!("At {}", clock(scenario, effects.time)));
            ui.weak(label);
            ui.weak("of control");
            ui.end_row();
            for (arm, a) in scenario.arms.iter().enumerate() {
                ui.label(RichText::new(&a.label).color(colour_of_arm(arm, dark)));
                ui.label(quantity(effects.burden[arm], unit));
                ui.strong(percent(effects.relative[arm]));
                ui.end_row();
            }
        });
}

fn verdict(ui: &mut Ui, scenario: &Scenario, effects: &Effects, c: &Combination) {
    let label = &scenario.arms[c.arm].label;
    let sign = match Standing::of(c.bliss_excess) {
        Standing::More => "▲",
        Standing::About => "=",
        Standing::Less => "▼",
    };
    let text = format!("{sign} {label}: {}", c.words());
    ui.label(RichText::new(text).strong());
    let meaning = format!(
        "Bliss: drugs that act independently multiply what each leaves. \
         HSA, highest single agent: the better drug alone. {SHAM}"
    );
    ui.label(words(effects, c)).on_hover_text(meaning);
}

/// Bliss and HSA with numbers.
fn words(effects: &Effects, c: &Combination) -> String {
    let found = effects.relative[c.arm];
    let difference = |expected: f64| match expected - found {
        e if e > SMALL => format!("{} less", points(e)),
        e if e < -SMALL => format!("{} more", points(e)),
        _ => "no difference".to_owned(),
    };
    format!(
        "{} is left. Independent drugs would leave {} (Bliss): {}. \
         The better drug alone leaves {} (HSA): {}.",
        percent(found),
        percent(c.bliss),
        difference(c.bliss),
        percent(c.best),
        difference(c.best),
    )
}

fn percent(share: f64) -> String {
    match 100.0 * share {
        p if !p.is_finite() => "n/a".to_owned(),
        p if p > 0.0 && p < 10.0 => format!("{p:.1} %"),
        p => format!("{p:.0} %"),
    }
}

fn points(share: f64) -> String {
    match 100.0 * share.abs() {
        p if p < 10.0 => format!("{p:.1} points"),
        p => format!("{p:.0} points"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use warmfront_model::Better;

    #[test]
    fn the_verdict_has_numbers() {
        let c = Combination {
            arm: 3,
            singles: vec![1, 2],
            bliss: 0.3,
            bliss_excess: 0.2,
            best: 0.5,
            hsa_excess: 0.4,
            better: Better::Less,
        };
        let effects = Effects {
            time: 28.0,
            control: 0,
            burden: vec![2.0, 1.0, 1.2, 0.2],
            relative: vec![1.0, 0.5, 0.6, 0.1],
            combinations: Vec::new(),
        };
        assert_eq!(
            words(&effects, &c),
            "10 % is left. Independent drugs would leave 30 % (Bliss): 20 points less. \
             The better drug alone leaves 50 % (HSA): 40 points less."
        );
        assert_eq!(percent(0.054), "5.4 %");
        assert_eq!(percent(f64::NAN), "n/a");
    }
}
