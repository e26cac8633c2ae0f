//! Play, pause, step, restart, undo, speed, the clock, and the time line that goes back.

mod timeline;

use eframe::egui::{Button, Label, RichText, Ui};
use warmfront_model::{Scenario, plain};

use super::{Desk, clock, time_units};
use crate::command::Command;
use crate::film::strip;
use crate::speed::speeds;
use crate::state::Snapshot;
use timeline::timeline;

/// The controls, and the time line under them.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    ui.horizontal_wrapped(|ui| {
        run(ui, snapshot, desk);
        ui.separator();
        history(ui, snapshot, desk);
        ui.separator();
        strip::record(ui, snapshot, &mut desk.film, &mut desk.window);
        let Some(scenario) = snapshot.scenario.clone() else {
            return;
        };
        ui.separator();
        speed(ui, snapshot, desk, &scenario);
        ui.separator();
        if snapshot.timeline.scrubbed {
            scrubbed(ui, snapshot, desk, &scenario);
        } else {
            let mut text = time_text(&scenario, snapshot.time);
            if snapshot.finished {
                text.push_str(": the end. Restart, or go back on the time line.");
            }
            ui.label(text);
        }
    });
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    if let Some(time) = timeline(ui, snapshot, &scenario) {
        desk.outbox.send(Command::Scrub(time));
    }
}

fn run(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let playing = desk.outbox.playing(snapshot);
    let there = snapshot.scenario.is_some() && snapshot.fault.is_none();
    let ended = snapshot.finished && !snapshot.timeline.scrubbed;
    ui.add_enabled_ui(there, |ui| {
        let word = if playing && !ended { "Pause" } else { "Play" };
        let button = ui.add_enabled(!ended, Button::new(word));
        let button = button
            .on_hover_text("Space")
            .on_disabled_hover_text("The run has ended: restart it, or go back on the time line.");
        if button.clicked() {
            desk.outbox.send(Command::Play(!playing));
        }
        ui.add_enabled_ui(!playing && !ended, |ui| {
            let button = ui.button("Step");
            if button.on_hover_text("One tick. Key: .").clicked() {
                desk.outbox.send(Command::Step);
            }
        });
    });
    let restart = ui.button("Restart");
    let what = "From the start, with the present doses and parameters. Key: R";
    if restart.on_hover_text(what).clicked() {
        desk.outbox.send(Command::Restart);
    }
}

fn history(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let timeline = &snapshot.timeline;
    for (label, what, key, command) in [
        ("Undo", &timeline.undo, "Ctrl+Z", Command::Undo),
        ("Redo", &timeline.redo, "Ctrl+Shift+Z", Command::Redo),
    ] {
        let button = ui.add_enabled(what.is_some(), Button::new(label));
        let text = what.as_deref().unwrap_or_default();
        let button = button
            .on_hover_text(format!("{text} ({key})"))
            .on_disabled_hover_text(format!("There is nothing to {}.", label.to_lowercase()));
        if button.clicked() {
            desk.outbox.send(command);
        }
    }
}

fn speed(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk, scenario: &Scenario) {
    ui.label("Speed");
    let present = desk.outbox.speed(snapshot);
    for speed in speeds(scenario) {
        let button = ui.selectable_label(present == speed, speed_text(speed));
        if button.on_hover_text("Slower: [   Faster: ]").clicked() && present != speed {
            desk.outbox.send(Command::Speed(speed));
        }
    }
    ui.label(format!("{} per second", time_units(&scenario.model)));
}

// In the place of the clock, so that nothing moves.
fn scrubbed(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk, scenario: &Scenario) {
    let newest = ui.button("Newest");
    let what = format!("Back to {}", clock(scenario, snapshot.timeline.newest));
    if newest.on_hover_text(what).clicked() {
        desk.outbox.send(Command::Newest);
    }
    let text = scrubbed_text(scenario, snapshot);
    let ink = ui.visuals().warn_fg_color;
    let label = Label::new(RichText::new(&text).color(ink)).wrap();
    ui.add(label);
}

/// `Showing day 7.5 of 12; play goes on from here as a new branch.`
fn scrubbed_text(scenario: &Scenario, snapshot: &Snapshot) -> String {
    // The same words without the name of the unit before the second number.
    let newest = clock(scenario, snapshot.timeline.newest);
    let number = newest.trim_start_matches("day ").trim_start_matches("t = ");
    format!(
        "Showing {} of {number}; play goes on from here as a new branch.",
        clock(scenario, snapshot.time)
    )
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
        let mut snapshot = Snapshot {
            time: 7.5,
            ..Snapshot::default()
        };
        snapshot.timeline.newest = 12.0;
        let text = "Showing day 7.5 of 12; play goes on from here as a new branch.";
        assert_eq!(scrubbed_text(&scenario, &snapshot), text);
    }
}
