//! What keys do, and the list of them.

use eframe::egui::{self, Context, Event, Key, Ui};

use super::WarmfrontApp;
use crate::canvas::Tool;
use crate::command::Command;
use crate::keymap::{self, Group, TABLE};
use crate::panels::status;
use crate::state::Snapshot;

impl WarmfrontApp {
    pub(super) fn keys(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        let writing = ui.ctx().text_edit_focused() || self.palette.open;
        // Space presses the control that has the focus, if one has.
        let focused = ui.ctx().memory(|m| m.focused().is_some());
        let events = ui.input(|i| i.events.clone());
        for entry in keymap::pressed(&events, writing) {
            if focused && entry.id == "play" {
                continue;
            }
            if let Some(command) = (entry.what)(&self.at(snapshot)) {
                self.command(command);
            }
        }
        if writing {
            return;
        }
        for event in events {
            match event {
                Event::Paste(text) if !text.trim().is_empty() => {
                    self.desk.outbox.send(Command::OpenText(text));
                }
                Event::Key {
                    key: Key::Escape,
                    pressed: true,
                    ..
                } => {
                    if !(self.desk.help || self.settings || self.desk.film.open) {
                        self.desk.tool = Tool::Move;
                    }
                    self.desk.help = false;
                    self.settings = false;
                }
                _ => {}
            }
        }
    }
}

pub(super) fn keys_window(ctx: &Context, open: &mut bool) {
    egui::Window::new("Keyboard")
        .open(open)
        .collapsible(false)
        .resizable(false)
        .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
        .show(ctx, |ui| {
            ui.columns(2, |columns| {
                for (i, ui) in columns.iter_mut().enumerate() {
                    ui.set_min_width(250.0);
                    for group in Group::ALL {
                        let right = matches!(group, Group::Simulation | Group::Help | Group::File);
                        if right != (i == 1) {
                            continue;
                        }
                        ui.strong(group.title());
                        egui::Grid::new(group.title())
                            .num_columns(2)
                            .show(ui, |ui| {
                                for entry in TABLE.iter().filter(|e| e.group == group) {
                                    if entry.keys.is_empty() {
                                        continue;
                                    }
                                    let keys = entry.keys.iter().map(|k| k.text());
                                    ui.monospace(keys.collect::<Vec<_>>().join(", "));
                                    ui.label(entry.title);
                                    ui.end_row();
                                }
                            });
                        ui.add_space(6.0);
                    }
                }
            });
            ui.label(
                "On a slider: arrows move it; Backspace or a double click goes back to the start.",
            );
            ui.weak(status::QUIET_LINE);
        });
}
