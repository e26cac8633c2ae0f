//! The row on top: menus, arms, and what the picture shows.

use eframe::egui::{self, Button, ComboBox, RichText, Ui};
use warmfront_model::{Local, Model, Scenario, plain};
use warmfront_session::pretty_unit;

use crate::canvas::{Canvas, Look};
use crate::command::{Command, WindowCommand};
use crate::keymap::{At, Entry, Group, TABLE, find};
use crate::layout::PANELS;
use crate::panels::{Desk, colour_of_arm};

/// The menus; what was chosen.
pub(super) fn menus(ui: &mut Ui, at: &At<'_>, recent: &[std::path::PathBuf]) -> Vec<Command> {
    let mut chosen = Vec::new();
    for group in Group::ALL {
        ui.menu_button(group.title(), |ui| {
            ui.set_min_width(230.0);
            for entry in TABLE.iter().filter(|e| e.group == group && e.listed) {
                item(ui, entry, at, &mut chosen);
            }
            match group {
                Group::File if !recent.is_empty() => {
                    ui.separator();
                    ui.weak("Recent files");
                    for path in recent {
                        let name = path.file_name().unwrap_or(path.as_os_str());
                        let button = ui.button(name.to_string_lossy());
                        if button.on_hover_text(path.display().to_string()).clicked() {
                            chosen.push(Command::Open(path.clone()));
                        }
                    }
                }
                Group::View => {
                    ui.separator();
                    ui.weak("Panels");
                    for panel in PANELS {
                        let button = ui.button(panel.title());
                        button.widget_info(|| {
                            let label = format!("Panel: {}", panel.title());
                            egui::WidgetInfo::labeled(egui::Role::Button, true, label)
                        });
                        if button.clicked() {
                            let tab = WindowCommand::Tab(panel.tab());
                            chosen.push(Command::Window(tab));
                        }
                    }
                }
                _ => {}
            }
        });
    }
    chosen
}

fn item(ui: &mut Ui, entry: &Entry, at: &At<'_>, chosen: &mut Vec<Command>) {
    let command = (entry.what)(at);
    let on = entry.on.is_some_and(|on| on(at));
    let mut button = Button::new(entry.title).selected(on);
    let shortcut = entry.shortcut();
    if !shortcut.is_empty() {
        button = button.shortcut_text(shortcut.clone());
    }
    let response = ui.add_enabled(command.is_some(), button);
    response.widget_info(|| {
        let there = command.is_some();
        let label = format!("{} {shortcut}", entry.title);
        egui::WidgetInfo::selected(egui::Role::Button, there, on, label.trim())
    });
    if response.clicked() {
        chosen.extend(command);
        ui.close();
    }
}

/// Arms, look, texture, difference, wipe, plane.
pub(super) fn looks(
    ui: &mut Ui,
    at: &At<'_>,
    scenario: &Scenario,
    canvas: &Canvas,
    desk: &Desk,
) -> Vec<Command> {
    let mut chosen = Vec::new();
    let mut window = |command| chosen.push(Command::Window(command));
    if scenario.arms.len() > 1 {
        let all = ui.selectable_label(desk.shown.is_none(), "All arms");
        if all.on_hover_text("Key: 0").clicked() {
            window(WindowCommand::Arm(None));
        }
        for (i, arm) in scenario.arms.iter().enumerate() {
            let text = RichText::new(&arm.label).color(colour_of_arm(i, desk.dark));
            let button = ui.selectable_label(desk.shown == Some(i), text);
            let hover = match i {
                0..9 => format!("Shows this arm alone. Key: {}", i + 1),
                _ => "Shows this arm alone.".to_owned(),
            };
            if button.on_hover_text(hover).clicked() {
                window(WindowCommand::Arm(Some(i)));
            }
        }
        ui.separator();
    }
    if let Some(look) = look_box(ui, canvas.look, &scenario.model) {
        window(WindowCommand::Look(look));
    }
    if matches!(canvas.look, Look::Composite(_)) {
        let mut texture = canvas.texture;
        let hover = "A pattern like cell nuclei. It is drawn, not computed.";
        if ui
            .checkbox(&mut texture, "Texture")
            .on_hover_text(hover)
            .changed()
        {
            window(WindowCommand::Texture(texture));
        }
    }
    chosen.extend(outline(ui, canvas, &scenario.model));
    if scenario.arms.len() > 1 {
        let first = &scenario.arms[0].label;
        let switches = [
            (
                "difference",
                "Difference",
                format!("Every arm minus “{first}”, for a single field or quantity. Key: D"),
            ),
            (
                "wipe",
                "Wipe",
                "Two arms in one picture with a movable edge between them. Key: W".to_owned(),
            ),
        ];
        for (id, title, hover) in switches {
            let Some(entry) = find(id) else { continue };
            let command = (entry.what)(at);
            let mut on = entry.on.is_some_and(|on| on(at));
            let shown = egui::Checkbox::new(&mut on, title);
            let response = ui
                .add_enabled(command.is_some(), shown)
                .on_hover_text(&hover)
                .on_disabled_hover_text("Choose a single field or quantity as the look first.");
            if response.changed() {
                chosen.extend(command);
            }
        }
    }
    chosen
}

// The switch of the line around cells, where the picture may have one.
fn outline(ui: &mut Ui, canvas: &Canvas, model: &Model) -> Option<Command> {
    let outline = canvas.line_of(model)?;
    let mut on = canvas.outline;
    let unit = outline.of.first().map(|f| model.fields[*f].unit.as_str());
    let hover = format!(
        "{}: a line where the density of its cells is {} {}.",
        outline.label,
        plain(outline.at),
        pretty_unit(unit.unwrap_or_default())
    );
    let switch = ui.checkbox(&mut on, "Outline").on_hover_text(hover);
    let changed = switch.changed();
    changed.then_some(Command::Window(WindowCommand::Outline(on)))
}

/// The other colours.
pub(super) fn theme(ui: &mut Ui, dark: bool) -> Option<Command> {
    let button = ui.button(if dark { "Light" } else { "Dark" });
    let clicked = button.on_hover_text("Colours of the window").clicked();
    clicked.then_some(Command::Window(WindowCommand::Dark(!dark)))
}

/// What a look is called.
pub(super) fn look_label(look: Look, model: &Model) -> String {
    match look {
        Look::Composite(i) => model.views.get(i).map(|v| v.label.clone()),
        Look::Field(i) => model.fields.get(i).map(|f| f.label.clone()),
        Look::Derived(local) if model.locals().contains(&local) => Some(model.local_label(local)),
        Look::Derived(_) => None,
    }
    .unwrap_or_default()
}

/// What a box of choices takes beside the name of the present one, points.
const ARROW: f32 = 56.0;

fn look_box(ui: &mut Ui, look: Look, model: &Model) -> Option<Look> {
    let mut chosen = None;
    // A long name takes the next row instead of being cut.
    let font = egui::TextStyle::Button.resolve(ui.style());
    let ink = ui.visuals().text_color();
    let name = look_label(look, model);
    let name = ui.painter().layout_no_wrap(name, font, ink);
    if name.size().x + ARROW > ui.available_size_before_wrap().x {
        ui.end_row();
    }
    let shown = ComboBox::from_id_salt("look")
        .selected_text(look_label(look, model))
        .width(150.0)
        .height(480.0)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .show_ui(ui, |ui| {
            for (i, view) in model.views.iter().enumerate() {
                let this = Look::Composite(i);
                if ui.selectable_label(look == this, &view.label).clicked() {
                    chosen = Some(this);
                }
            }
            ui.separator();
            for (i, field) in model.fields.iter().enumerate() {
                let this = Look::Field(i);
                if ui.selectable_label(look == this, &field.label).clicked() {
                    chosen = Some(this);
                }
            }
            ui.separator();
            for (title, of_group) in GROUPS {
                let locals = model.locals();
                let members: Vec<Local> = locals.into_iter().filter(of_group).collect();
                if members.is_empty() {
                    continue;
                }
                egui::CollapsingHeader::new(title).show(ui, |ui| {
                    for local in members {
                        let this = Look::Derived(local);
                        let text = model.local_label(local);
                        if ui.selectable_label(look == this, text).clicked() {
                            chosen = Some(this);
                        }
                    }
                });
            }
            if chosen.is_some() {
                ui.close();
            }
        });
    shown.response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::ComboBox, true, "Look");
        info.current_text_value = Some(look_label(look, model));
        info
    });
    shown.response.on_hover_text("Look: what the picture shows");
    chosen
}

type OfGroup = fn(&Local) -> bool;

/// Quantities that are no fields.
const GROUPS: [(&str, OfGroup); 4] = [
    ("Auxiliary quantities", |l| matches!(l, Local::Auxiliary(_))),
    ("Observables, before averaging", |l| {
        matches!(l, Local::Observable(_))
    }),
    ("Processes", |l| matches!(l, Local::Term(_))),
    ("Movement", |l| matches!(l, Local::Transport(_))),
];
