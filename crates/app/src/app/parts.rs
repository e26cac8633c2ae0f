//! The parts of a frame: the row on top, the panels around the picture, what lies above it.

use eframe::egui::{self, CentralPanel, Context, Frame, Margin, Panel, Ui};

use super::keys::keys_window;
use super::{WarmfrontApp, bar};
use crate::canvas::Canvas;
use crate::command::{Command, WindowCommand};
use crate::hints;
use crate::palette::{self, Wish};
use crate::panels::{Desk, Tab, status};
use crate::settings;
use crate::state::Snapshot;
use crate::store::Saved;

impl WarmfrontApp {
    // Menus, arms and looks, and an offer to go on where an interrupted session ended.
    pub(super) fn top(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        let shown = Panel::top("menus").show(ui, |ui| {
            let mut chosen = Vec::new();
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                chosen = bar::menus(ui, &self.at(snapshot), &self.saved.recent);
                ui.separator();
                if let Some(scenario) = &snapshot.scenario {
                    let at = self.at(snapshot);
                    let looks = bar::looks(ui, &at, scenario, &self.canvas, &self.desk);
                    chosen.extend(looks);
                    self.canvas.plane_controls(ui, scenario);
                }
                chosen.extend(bar::theme(ui, self.desk.dark));
            });
            chosen
        });
        for command in shown.inner {
            self.command(command);
        }
        let Some(left) = &snapshot.recoverable else {
            return;
        };
        Panel::top("recover")
            .frame(Frame::side_top_panel(ui.style()).fill(ui.visuals().extreme_bg_color))
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    ui.strong("A session was interrupted.");
                    ui.label(left);
                    if ui.button("Restore").clicked() {
                        self.desk.outbox.send(Command::Recover(true));
                    }
                    if ui.button("Discard").clicked() {
                        self.desk.outbox.send(Command::Recover(false));
                    }
                });
            });
    }

    // The panels and the picture; the space that they take.
    pub(super) fn middle(&mut self, ui: &mut Ui, snapshot: &Snapshot) -> egui::Rect {
        let Self {
            canvas,
            desk,
            saved,
            ..
        } = self;
        let shown = CentralPanel::default()
            .frame(Frame::central_panel(ui.style()).inner_margin(Margin::same(2)))
            .show(ui, |ui| {
                let Saved {
                    layout, dismissed, ..
                } = saved;
                let mut draw = |ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk| {
                    tissue(ui, snapshot, desk, canvas, dismissed);
                };
                if desk.sides {
                    layout.ui(ui, snapshot, desk, &mut draw);
                } else {
                    draw(ui, snapshot, desk);
                }
            });
        shown.response.rect
    }

    pub(super) fn overlays(&mut self, ctx: &Context, snapshot: &Snapshot) {
        let mut palette = std::mem::take(&mut self.palette);
        let wish = palette.ui(ctx, || {
            palette::items(&self.at(snapshot), &self.desk.gallery)
        });
        self.palette = palette;
        match wish {
            None => {}
            Some(Wish::Command(command)) => self.command(command),
            Some(Wish::Parameter(parameter)) => {
                if let Some(scenario) = &snapshot.scenario {
                    let id = &scenario.model.parameters[parameter].id;
                    self.desk.parameters.search.clone_from(id);
                }
                let tab = WindowCommand::Tab(Tab::Parameters);
                self.desk.window.push(tab);
            }
        }
        keys_window(ctx, &mut self.desk.help);
        let mut open = self.settings;
        settings::ui(ctx, &mut open, &mut self.saved, snapshot, &mut self.desk);
        self.settings = open;
    }
}

// The picture, and above it what must not be missed.
fn tissue(
    ui: &mut Ui,
    snapshot: &Snapshot,
    desk: &mut Desk,
    canvas: &mut Canvas,
    dismissed: &mut Vec<String>,
) {
    status::error(ui, snapshot, desk);
    let Some(scenario) = snapshot.scenario.clone() else {
        if snapshot.fault.is_none() {
            status::setting_up(ui, snapshot);
        }
        return;
    };
    hints::ui(ui, dismissed);
    let all: Vec<usize> = (0..scenario.arms.len()).collect();
    let panes = desk.shown.map_or(all, |arm| vec![arm]);
    canvas.ui(ui, snapshot, desk, &panes);
}
