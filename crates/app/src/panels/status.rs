//! What the solver says of itself, and errors in full.

mod trust;

use eframe::egui::{self, Frame, Grid, ProgressBar, RichText, ScrollArea, Stroke, Ui};
use warmfront_engine::Compiling;
use warmfront_model::{Scenario, counted};
use warmfront_view::number::format_number;

use super::{Desk, time_units};
use crate::state::{Fault, Snapshot};
use trust::Trust;

/// Said always, quietly.
pub const QUIET_LINE: &str = "Teaches mechanisms. Not for clinical use.";

/// Part of the height that an error may take; the picture stays in sight.
const ERROR_HEIGHT: f32 = 0.5;

// Processes that the user switched off hold for the whole tissue and all arms: that is said all the time.
fn switched_off(ui: &mut Ui, snapshot: &Snapshot, scenario: &Scenario) {
    let processes = scenario.model.processes.iter().zip(&scenario.off);
    let off: Vec<&str> = processes
        .zip(&snapshot.off)
        .filter(|((_, file), now)| **now && !**file)
        .map(|((p, _), _)| p.label.as_str())
        .collect();
    if off.is_empty() {
        return;
    }
    let text = format!("{} off", counted(off.len(), "process"));
    let text = RichText::new(text).color(ui.visuals().warn_fg_color);
    let hover = format!("In the whole tissue and all arms:\n{}", off.join("\n"));
    ui.label(text).on_hover_text(hover);
    ui.separator();
}

/// What is done before the first picture, in the middle of the room.
pub fn setting_up(ui: &mut Ui, snapshot: &Snapshot) {
    ui.vertical_centered(|ui| {
        ui.add_space(0.4 * ui.available_height());
        ui.label("Setting up the simulation …");
        if let Some(compiling) = snapshot.compiling {
            compiling_bar(ui, compiling, 0.5 * ui.available_width());
        }
    });
}

fn compiling_bar(ui: &mut Ui, compiling: Compiling, width: f32) {
    let share = compiling.done as f32 / compiling.of.max(1) as f32;
    let bar = ProgressBar::new(share).desired_width(width).text(format!(
        "Compiling shaders: {} of {}",
        compiling.done, compiling.of
    ));
    ui.add(bar);
    ui.weak("The next start is faster.");
}

/// The status line.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, _desk: &Desk) {
    ui.horizontal_wrapped(|ui| {
        let health = &snapshot.health;
        if let Some(scenario) = &snapshot.scenario {
            if let Some(compiling) = snapshot.compiling {
                // Another simulation is about to take the place of the present one.
                compiling_bar(ui, compiling, 200.0);
                ui.separator();
            }
            badge(ui, snapshot, scenario.numerics.tolerance);
            ui.separator();
            let cells = scenario.grid.cells.iter().filter(|n| **n > 1);
            let cells: Vec<String> = cells.map(u32::to_string).collect();
            let arms = scenario.arms.len();
            let arms = counted(arms, "arm");
            ui.label(format!("{} cells × {arms}", cells.join(" × ")));
            ui.separator();
            switched_off(ui, snapshot, scenario);
            ui.label(format!(
                "{} ticks/s, {} {}/s",
                format_number(health.ticks_per_second),
                format_number(health.time_per_second),
                time_units(&scenario.model)
            ));
            ui.separator();
            if health.tick_milliseconds > 0.0 {
                let tick = format!("{} ms/tick", format_number(health.tick_milliseconds));
                ui.label(tick)
                    .on_hover_text("Wall time of one tick of all arms");
                ui.separator();
            }
            ui.label(format!("{} MB", format_number(health.memory as f64 / 1e6)))
                .on_hover_text("Device memory of the simulation");
            ui.separator();
        }
        if !snapshot.adapter.is_empty() {
            ui.label(&snapshot.adapter).on_hover_text("What computes");
            ui.separator();
        }
        ui.weak(QUIET_LINE);
    });
    if let Some(note) = &snapshot.note {
        ui.label(RichText::new(format!("Note: {note}")).small());
    }
}

// A dot and a word; a click tells the numbers behind them.
fn badge(ui: &mut Ui, snapshot: &Snapshot, tolerance: f64) {
    let health = &snapshot.health;
    let checks = trust::checks(health, tolerance);
    let worst = trust::worst(health, &checks);
    let text = format!("Solver {}", worst.word());
    let response = ui.add(egui::Button::new(format!("     {text}")).small());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &text));
    let centre = response.rect.left_center() + egui::vec2(11.0, 0.0);
    worst.paint(ui.painter(), centre);
    let response = response.on_hover_text(trust::reason(health, &checks));
    egui::Popup::menu(&response)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| {
            ui.set_max_width(460.0);
            ui.strong(format!("The solver's numbers are {}", worst.word()));
            Grid::new("trust")
                .num_columns(4)
                .striped(true)
                .show(ui, |ui| {
                    for check in &checks {
                        let (dot, _) =
                            ui.allocate_exact_size(egui::vec2(14.0, 14.0), egui::Sense::hover());
                        check.trust.paint(ui.painter(), dot.center());
                        ui.label(check.name).on_hover_text(check.meaning);
                        ui.monospace(&check.value);
                        ui.weak(&check.limit);
                        ui.end_row();
                    }
                });
            if checks.iter().any(|c| c.trust == Trust::Settling) {
                ui.label(trust::settles());
            }
            for check in checks.iter().filter(|c| c.trust > Trust::Settling) {
                ui.label(format!("{}: {}", check.name, check.help));
            }
            if health.rejected > 0 {
                ui.weak(format!(
                    "Ticks taken back and tried again: {}.",
                    health.rejected
                ));
            }
            ui.weak(format!("After {}.", counted(health.ticks, "tick")));
        });
}

/// What went wrong, framed, above the picture.
pub fn error(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let gone = "The simulation has ended unexpectedly. Close the window and start again.";
    let closed = desk.outbox.is_closed().then(|| Fault {
        message: gone.to_owned(),
        ..Fault::default()
    });
    let Some(fault) = snapshot.fault.clone().or(closed) else {
        return;
    };
    let red = ui.visuals().error_fg_color;
    let most = (ERROR_HEIGHT * ui.available_height()).max(60.0);
    let mut chosen = None;
    Frame::group(ui.style())
        .stroke(Stroke::new(2.0, red))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.label(RichText::new("Error").color(red).strong());
            ScrollArea::vertical()
                .id_salt("error")
                .max_height(most)
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    // Lines that point into a file stand below each other.
                    if fault.message.contains('\n') {
                        ui.monospace(&fault.message);
                    } else {
                        ui.label(&fault.message);
                    }
                    if let Some(place) = place(snapshot, &fault) {
                        ui.label(place);
                    }
                });
            ui.horizontal_wrapped(|ui| {
                for remedy in &fault.remedies {
                    if ui.button(&remedy.label).clicked() {
                        chosen = Some(remedy.command.clone());
                    }
                }
                let copy = ui.button("Copy message").on_hover_text("To the clipboard");
                if copy.clicked() {
                    ui.ctx().copy_text(fault.message.clone());
                }
            });
        });
    match chosen {
        Some(crate::command::Command::Window(command)) => desk.window.push(command),
        Some(command) => desk.outbox.send(command),
        None => {}
    }
}

/// `It began in “Combination” at x = 120 µm, y = 40 µm.`
fn place(snapshot: &Snapshot, fault: &Fault) -> Option<String> {
    let (arm, position) = fault.place?;
    let scenario = snapshot.scenario.as_ref()?;
    let label = &scenario.arms.get(arm)?.label;
    let model = &scenario.model;
    let used = if scenario.grid.cells[2] > 1 { 3 } else { 2 };
    let parts: Vec<String> = ["x", "y", "z"]
        .iter()
        .zip(position)
        .take(used)
        .map(|(axis, at)| format!("{axis} = {}", super::quantity(at, &model.length_unit)))
        .collect();
    Some(format!("It began in “{label}” at {}.", parts.join(", ")))
}
