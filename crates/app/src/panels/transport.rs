//! Play, pause, step, restart, speed and the clock.

use eframe::egui::{ProgressBar, Ui};
use warmfront_model::{Model, Scenario, plain};
use warmfront_view::number::round_down_125;

use super::{Desk, clock, time_units};
use crate::command::Command;
use crate::state::Snapshot;

/// The row of controls.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    ui.horizontal(|ui| {
        let playing = desk.outbox.playing(snapshot);
        let there = snapshot.scenario.is_some() && snapshot.error.is_none();
        ui.add_enabled_ui(there, |ui| {
            let button = ui.button(if playing { "Pause" } else { "Play" });
            if button.on_hover_text("Space").clicked() {
                desk.outbox.send(Command::Play(!playing));
            }
            ui.add_enabled_ui(!playing && !snapshot.finished, |ui| {
                if ui
                    .button("Step")
                    .on_hover_text("One tick. Key: .")
                    .clicked()
                {
                    desk.outbox.send(Command::Step);
                }
            });
        });
        let restart = ui.button("Restart");
        if restart
            .on_hover_text("From the start, with the present doses. Key: R")
            .clicked()
        {
            desk.outbox.send(Command::Restart);
        }
        let Some(scenario) = snapshot.scenario.clone() else {
            return;
        };
        ui.separator();
        ui.label("Speed");
        let present = desk.outbox.speed(snapshot);
        for speed in speeds(&scenario) {
            let button = ui.selectable_label(present == speed, speed_text(speed));
            if button.on_hover_text("Slower: [   Faster: ]").clicked() && present != speed {
                desk.outbox.send(Command::Speed(speed));
            }
        }
        ui.label(format!("{} per second", time_units(&scenario.model)));
        ui.separator();
        let duration = scenario.time.duration;
        let share = (snapshot.time / duration).clamp(0.0, 1.0);
        let share = if share.is_finite() { share as f32 } else { 0.0 };
        let mut text = time_text(&scenario, snapshot.time);
        if snapshot.finished {
            text.push_str(" (end)");
        }
        ui.label(&text);
        let bar = ProgressBar::new(share).desired_width(ui.available_width().max(40.0));
        ui.add(bar.desired_height(12.0));
    });
}

/// Speeds offered, model time units per second, slowest first; the last is as fast as possible.
pub fn speeds(scenario: &Scenario) -> [f64; 6] {
    // A model in days has the speeds of its clinic; any other takes as long to watch as 28 days.
    let base = if in_days(&scenario.model) {
        1.0
    } else {
        round_down_125(scenario.time.duration / 28.0).max(f64::MIN_POSITIVE)
    };
    [0.25, 0.5, 1.0, 2.0, 4.0, f64::INFINITY].map(|s| s * base)
}

/// The next slower or faster speed offered.
pub fn next_speed(scenario: &Scenario, present: f64, faster: bool) -> f64 {
    let speeds = speeds(scenario);
    let next = if faster {
        speeds.into_iter().find(|s| *s > present)
    } else {
        speeds.into_iter().rev().find(|s| *s < present)
    };
    next.unwrap_or(if faster { speeds[5] } else { speeds[0] })
}

fn in_days(model: &Model) -> bool {
    matches!(model.time_unit.as_str(), "d" | "day" | "days")
}

fn speed_text(speed: f64) -> String {
    if speed.is_finite() {
        plain(speed)
    } else {
        "max".to_owned()
    }
}

/// `day 12.3 of 28`.
fn time_text(scenario: &Scenario, time: f64) -> String {
    let end = plain(scenario.time.duration);
    format!("{} of {end}", clock(scenario, time))
}

#[cfg(test)]
mod tests {
    use warmfront_model::Library;

    use super::*;

    #[test]
    fn the_clock_and_the_speeds_suit_the_model() {
        let library = Library::embedded();
        let mut scenario = library.scenario("inflamed").expect("it is valid");
        assert_eq!(time_text(&scenario, 12.345), "day 12.3 of 28");
        assert_eq!(next_speed(&scenario, 1.0, true), 2.0);
        assert_eq!(next_speed(&scenario, 4.0, true), f64::INFINITY);
        assert_eq!(next_speed(&scenario, f64::INFINITY, false), 4.0);
        assert_eq!(next_speed(&scenario, 0.25, false), 0.25);
        scenario = library.scenario("gray_scott").expect("it is valid");
        assert!(speeds(&scenario)[0] > 1.0);
        assert!(speeds(&scenario)[5].is_infinite());
    }
}
