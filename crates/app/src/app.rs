//! The window's content: the tissue in the middle, panels around it, and keys.
//!
//! [`WarmfrontApp::show`] draws one frame from the newest snapshot into any `egui::Ui`, so that tests drive
//! it without a window. Everything that changes the simulation leaves as a [`Command`].

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use eframe::egui::{
    self, CentralPanel, ComboBox, Context, Event, FontData, FontFamily, Key, Panel, ScrollArea, Ui,
};
use warmfront_model::{Model, Scenario};

use crate::canvas::{Canvas, Look};
use crate::command::Command;
pub use crate::panels::GalleryEntry;
use crate::panels::{
    Desk, Outbox, colour_of_arm, cycle, effects, gallery, plots, status, transport, treatment,
};
use crate::speed::next_speed;
use crate::state::{Shared, Snapshot};

/// Longest time between two frames.
const IDLE: Duration = Duration::from_millis(100);

/// Keys and what they do, as the help lists them.
pub const KEYS: [(&str, &str); 9] = [
    ("Space", "play or pause"),
    (".", "one step while paused"),
    ("R", "restart with the present doses"),
    ("[ and ]", "slower, faster"),
    ("1 to 9", "show one arm"),
    ("0", "show all arms"),
    ("H", "hide or show the side panels"),
    ("Backspace", "the dose under the pointer back to 1 ×"),
    ("?", "this list"),
];

/// The app.
pub struct WarmfrontApp {
    shared: Shared,
    /// The tissue, and how it is looked at.
    pub canvas: Canvas,
    /// What the user chose, and the way out for commands.
    pub desk: Desk,
    /// The model that the choices were made for.
    chosen_for: Option<String>,
    prepared: bool,
}

impl WarmfrontApp {
    /// An app that shows `shared` and sends to `commands`; dark at first.
    pub fn new(shared: Shared, commands: SyncSender<Command>, gallery: Vec<GalleryEntry>) -> Self {
        Self {
            shared,
            canvas: Canvas::default(),
            desk: Desk {
                outbox: Outbox::new(commands),
                gallery,
                shown: None,
                quantity: None,
                logarithmic: false,
                cycle_arm: None,
                dark: true,
                help: false,
                sides: true,
            },
            chosen_for: None,
            prepared: false,
        }
    }

    /// Draws one frame.
    pub fn show(&mut self, ui: &mut Ui) {
        if !self.prepared {
            prepare(ui.ctx());
            self.prepared = true;
        }
        ui.ctx().set_theme(if self.desk.dark {
            egui::Theme::Dark
        } else {
            egui::Theme::Light
        });
        let snapshot = self.shared.get();
        self.suit(&snapshot);
        let now = ui.input(|i| i.time);
        self.desk.outbox.settle(&snapshot, now);
        self.keys(ui, &snapshot);

        Panel::bottom("transport").show(ui, |ui| {
            ui.add_space(4.0);
            transport::ui(ui, &snapshot, &mut self.desk);
            status::ui(ui, &snapshot, &self.desk);
            ui.add_space(2.0);
        });
        if self.desk.sides {
            Panel::left("treatment").default_size(300.0).show(ui, |ui| {
                ScrollArea::vertical().show(ui, |ui| {
                    treatment::ui(ui, &snapshot, &mut self.desk);
                    gallery::ui(ui, &snapshot, &mut self.desk);
                });
            });
            Panel::right("plots").default_size(330.0).show(ui, |ui| {
                ScrollArea::vertical().show(ui, |ui| {
                    plots::ui(ui, &snapshot, &mut self.desk);
                    ui.separator();
                    effects::ui(ui, &snapshot, &self.desk);
                    ui.separator();
                    cycle::ui(ui, &snapshot, &mut self.desk);
                });
            });
        }
        CentralPanel::default().show(ui, |ui| self.centre(ui, &snapshot));
        self.help(ui.ctx());

        self.desk.outbox.flush();
        // The simulation wakes the window when there is news; this is for wishes that lapse.
        // The worker asks for a frame when it has news; this is for what waits for it.
        if snapshot.scenario.is_none() || self.desk.outbox.waits() {
            ui.ctx().request_repaint_after(IDLE);
        }
    }

    /// Drops choices that a new scenario does not have.
    fn suit(&mut self, snapshot: &Snapshot) {
        let Some(scenario) = &snapshot.scenario else {
            return;
        };
        let model = &scenario.model;
        let arms = scenario.arms.len();
        self.desk.shown = self.desk.shown.filter(|a| *a < arms);
        self.desk.cycle_arm = self.desk.cycle_arm.filter(|a| *a < arms);
        if self.chosen_for.as_deref() != Some(&model.id) {
            self.desk.quantity = None;
            self.canvas.look = Look::Composite(0);
        }
        self.canvas.look = self.canvas.look.within(model);
        self.chosen_for = Some(model.id.clone());
    }

    fn centre(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        status::error(ui, snapshot, &self.desk);
        let Some(scenario) = snapshot.scenario.clone() else {
            if snapshot.error.is_none() {
                ui.centered_and_justified(|ui| ui.label("Setting up the simulation …"));
            }
            return;
        };
        ui.horizontal_wrapped(|ui| self.looks(ui, &scenario));
        let all: Vec<usize> = (0..scenario.arms.len()).collect();
        let panes = self.desk.shown.map_or(all, |arm| vec![arm]);
        self.canvas.ui(ui, snapshot, &panes);
    }

    /// The row above the tissue: arms, look, texture, theme, help.
    fn looks(&mut self, ui: &mut Ui, scenario: &Scenario) {
        let desk = &mut self.desk;
        if scenario.arms.len() > 1 {
            if ui
                .selectable_label(desk.shown.is_none(), "All arms")
                .clicked()
            {
                desk.shown = None;
            }
            for (i, arm) in scenario.arms.iter().enumerate() {
                let text = egui::RichText::new(&arm.label).color(colour_of_arm(i, desk.dark));
                let button = ui.selectable_label(desk.shown == Some(i), text);
                if button.on_hover_text(format!("Key: {}", i + 1)).clicked() {
                    desk.shown = Some(i);
                }
            }
            ui.separator();
        }
        look_box(ui, &mut self.canvas.look, &scenario.model);
        if matches!(self.canvas.look, Look::Composite(_)) {
            ui.checkbox(&mut self.canvas.texture, "Texture")
                .on_hover_text("A pattern like cell nuclei. It is drawn, not computed.");
        } else {
            ui.checkbox(&mut self.canvas.log, "Logarithmic colours");
        }
        let planes = scenario.grid.cells[2];
        if planes > 1 {
            let mut plane = self.canvas.plane.unwrap_or(planes / 2).min(planes - 1);
            let slider = egui::Slider::new(&mut plane, 0..=planes - 1).text("Plane");
            if ui.add(slider).changed() {
                self.canvas.plane = Some(plane);
            }
        }
        let theme = if desk.dark { "Light" } else { "Dark" };
        if ui
            .button(theme)
            .on_hover_text("Colours of the window")
            .clicked()
        {
            desk.dark = !desk.dark;
        }
        if ui.button("Keys").on_hover_text("List of keys: ?").clicked() {
            desk.help = !desk.help;
        }
    }

    fn help(&mut self, ctx: &Context) {
        let mut open = self.desk.help;
        egui::Window::new("Keyboard")
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .anchor(egui::Align2::CENTER_CENTER, [0.0, 0.0])
            .show(ctx, |ui| {
                egui::Grid::new("keys").num_columns(2).show(ui, |ui| {
                    for (key, what) in KEYS {
                        ui.strong(key);
                        ui.label(what);
                        ui.end_row();
                    }
                });
                ui.weak(status::QUIET_LINE);
            });
        self.desk.help = open;
    }

    fn keys(&mut self, ui: &mut Ui, snapshot: &Snapshot) {
        if ui.ctx().text_edit_focused() {
            return;
        }
        // Space presses the control that has the focus, if one has.
        let focused = ui.ctx().memory(|m| m.focused().is_some());
        let mut wishes = ui.input(|i| wishes(&i.events));
        wishes.retain(|wish| !(focused && *wish == Wish::Play));
        let desk = &mut self.desk;
        let scenario = snapshot.scenario.as_deref();
        for wish in wishes {
            match (wish, scenario) {
                (Wish::Help, _) => desk.help = !desk.help,
                (Wish::Close, _) => desk.help = false,
                (Wish::Sides, _) => desk.sides = !desk.sides,
                (Wish::Restart, _) => desk.outbox.send(Command::Restart),
                (_, None) => {}
                (Wish::Play, Some(_)) => {
                    let on = !desk.outbox.playing(snapshot);
                    desk.outbox.send(Command::Play(on));
                }
                (Wish::Step, Some(_)) => {
                    if !desk.outbox.playing(snapshot) {
                        desk.outbox.send(Command::Step);
                    }
                }
                (Wish::Speed { faster }, Some(scenario)) => {
                    let present = desk.outbox.speed(snapshot);
                    let next = next_speed(scenario, present, faster);
                    if next != present {
                        desk.outbox.send(Command::Speed(next));
                    }
                }
                (Wish::Arm(0), Some(_)) => desk.shown = None,
                (Wish::Arm(n), Some(scenario)) => {
                    if n <= scenario.arms.len() {
                        desk.shown = Some(n - 1);
                    }
                }
            }
        }
    }
}

fn look_box(ui: &mut Ui, look: &mut Look, model: &Model) {
    let text = match *look {
        Look::Composite(i) => model.views.get(i).map(|v| v.label.as_str()),
        Look::Field(i) => model.fields.get(i).map(|f| f.label.as_str()),
    };
    ComboBox::from_label("Look")
        .selected_text(text.unwrap_or_default())
        .width(190.0)
        .height(420.0)
        .show_ui(ui, |ui| {
            for (i, view) in model.views.iter().enumerate() {
                let chosen = matches!(*look, Look::Composite(j) if i == j);
                if ui.selectable_label(chosen, &view.label).clicked() {
                    *look = Look::Composite(i);
                }
            }
            ui.separator();
            for (i, field) in model.fields.iter().enumerate() {
                let chosen = matches!(*look, Look::Field(j) if i == j);
                if ui.selectable_label(chosen, &field.label).clicked() {
                    *look = Look::Field(i);
                }
            }
        });
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Play,
    Step,
    Restart,
    Speed { faster: bool },
    Arm(usize),
    Help,
    Close,
    Sides,
}

/// Wishes of one frame, each once. Signs count as text, as they need other keys on other keyboards, and as
/// keys; a key that is held down repeats steps and speeds only.
fn wishes(events: &[Event]) -> Vec<Wish> {
    let held = events
        .iter()
        .any(|e| matches!(e, Event::Key { repeat: true, .. }));
    let mut found = Vec::new();
    for event in events {
        let wish = match event {
            Event::Text(text) => match text.as_str() {
                "." => Some(Wish::Step),
                "[" => Some(Wish::Speed { faster: false }),
                "]" => Some(Wish::Speed { faster: true }),
                "?" => Some(Wish::Help),
                _ => None,
            },
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } if !modifiers.ctrl && !modifiers.alt && !modifiers.command => of_key(*key),
            _ => None,
        };
        let repeats = matches!(wish, Some(Wish::Step | Wish::Speed { .. }));
        found.extend(wish.filter(|w| (!held || repeats) && !found.contains(w)));
    }
    found
}

fn of_key(key: Key) -> Option<Wish> {
    let digits = [
        Key::Num0,
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
        Key::Num7,
        Key::Num8,
        Key::Num9,
    ];
    match key {
        Key::Space => Some(Wish::Play),
        Key::R => Some(Wish::Restart),
        Key::H => Some(Wish::Sides),
        Key::Escape => Some(Wish::Close),
        Key::Period => Some(Wish::Step),
        Key::OpenBracket => Some(Wish::Speed { faster: false }),
        Key::CloseBracket => Some(Wish::Speed { faster: true }),
        Key::Questionmark => Some(Wish::Help),
        _ => digits.iter().position(|d| *d == key).map(Wish::Arm),
    }
}

/// Fonts and text sizes; the app does it before its first frame.
pub fn prepare(ctx: &Context) {
    let mut fonts = egui::FontDefinitions::default();
    // For units and symbols that the default fonts lack: ρ, µ, superscripts, arrows.
    let dejavu = include_bytes!("../../../assets/fonts/DejaVuSans.ttf");
    let name = "DejaVu Sans".to_owned();
    let data = FontData::from_static(dejavu);
    fonts.font_data.insert(name.clone(), Arc::new(data));
    for family in [FontFamily::Proportional, FontFamily::Monospace] {
        fonts.families.entry(family).or_default().push(name.clone());
    }
    ctx.set_fonts(fonts);
    ctx.all_styles_mut(|style| {
        let sizes = [
            (egui::TextStyle::Small, 11.0),
            (egui::TextStyle::Body, 13.5),
        ];
        for (text, size) in sizes {
            if let Some(font) = style.text_styles.get_mut(&text) {
                font.size = size;
            }
        }
    });
}
