//! Play, pause, step, restart, speed and the clock.

use eframe::egui::{ProgressBar, Ui};
use warmfront_model::{Scenario, plain};

use super::{Desk, clock, time_units};
use crate::command::Command;
use crate::speed::speeds;
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
    fn the_clock_shows_the_end() {
        let scenario = Library::embedded()
            .scenario("inflamed")
            .expect("it is valid");
        assert_eq!(time_text(&scenario, 12.345), "day 12.3 of 28");
    }
}
