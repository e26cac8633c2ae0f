//! The scenarios of the library as cards, and files.

use std::collections::HashMap;
use std::path::PathBuf;

use eframe::egui::{
    self, CollapsingHeader, Color32, Frame, Image, Margin, RichText, Sense, Stroke, TextEdit,
    TextureHandle, Ui, vec2,
};

use super::{Desk, GalleryEntry};
use crate::command::{Command, WindowCommand};
use crate::state::Snapshot;

/// Edge of a picture, points.
const EDGE: f32 = 56.0;
/// Recent files shown.
const RECENT: usize = 5;

/// What the panel remembers.
#[derive(Clone, Default)]
pub struct State {
    /// Words to look for.
    pub search: String,
    pictures: HashMap<String, TextureHandle>,
    recent: Vec<PathBuf>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("search", &self.search)
            .field("pictures", &self.pictures.len())
            .field("recent", &self.recent)
            .finish()
    }
}

impl State {
    /// The picture of a scenario.
    pub fn set_picture(&mut self, name: String, picture: TextureHandle) {
        self.pictures.insert(name, picture);
    }

    /// Files opened last, the newest first.
    pub fn set_recent(&mut self, recent: &[PathBuf]) {
        if self.recent != recent {
            self.recent = recent.to_vec();
        }
    }
}

/// The panel.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Desk {
        gallery,
        outbox,
        window,
        gallery_state: state,
        ..
    } = desk;
    ui.horizontal(|ui| {
        if ui
            .button("Open file …")
            .on_hover_text("Ctrl+O, or drop a file on the window")
            .clicked()
        {
            window.push(WindowCommand::OpenDialog);
        }
        let field = TextEdit::singleline(&mut state.search)
            .hint_text("Search")
            .desired_width((ui.available_width() - 8.0).max(60.0));
        let text = ui.add(field);
        text.widget_info(|| {
            let mut info = egui::WidgetInfo::text_edit(true, "", &state.search, "Search");
            info.label = Some("Search scenarios".to_owned());
            info
        });
    });
    let mut found: Vec<&GalleryEntry> = gallery.iter().filter(|e| fits(e, &state.search)).collect();
    // What is called so comes before what only speaks of it.
    found.sort_by_key(|e| !is_called(e, &state.search));
    if found.is_empty() {
        ui.weak("No scenario has these words.");
    }
    for entry in found {
        let present = is_present(entry, &snapshot.name);
        if card(ui, entry, present, state.pictures.get(&entry.name)) {
            outbox.send(Command::Load(entry.name.clone()));
        }
    }
    if !state.recent.is_empty() {
        ui.add_space(4.0);
        ui.strong("Recent files");
        for path in state.recent.iter().take(RECENT) {
            let name = path.file_name().unwrap_or(path.as_os_str());
            let button = ui.link(name.to_string_lossy());
            if button.on_hover_text(path.display().to_string()).clicked() {
                outbox.send(Command::Open(path.clone()));
            }
        }
    }
}

// The library names a scenario with its model; a running one has its bare name.
fn is_present(entry: &GalleryEntry, name: &str) -> bool {
    let bare = |n: &str| n.rsplit('/').next().unwrap_or_default().to_owned();
    !name.is_empty() && (entry.name == name || bare(&entry.name) == bare(name))
}

/// Whether every word occurs in an entry's names.
fn is_called(entry: &GalleryEntry, search: &str) -> bool {
    let names = format!("{} {}", entry.name, entry.label).to_lowercase();
    let search = search.to_lowercase();
    search.split_whitespace().all(|word| names.contains(word))
}

/// Whether every word occurs somewhere in an entry.
fn fits(entry: &GalleryEntry, search: &str) -> bool {
    let all = [
        &entry.name,
        &entry.label,
        &entry.description,
        &entry.expected,
    ];
    let text = all.map(|t| t.to_lowercase()).join(" ");
    let search = search.to_lowercase();
    search.split_whitespace().all(|word| text.contains(word))
}

/// One scenario; whether it was clicked.
fn card(ui: &mut Ui, entry: &GalleryEntry, present: bool, picture: Option<&TextureHandle>) -> bool {
    let mut clicked = false;
    let stroke = if present {
        Stroke::new(2.0, ui.visuals().selection.bg_fill)
    } else {
        ui.visuals().widgets.noninteractive.bg_stroke
    };
    Frame::group(ui.style())
        .inner_margin(Margin::same(4))
        .stroke(stroke)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal_top(|ui| {
                clicked |= thumbnail(ui, entry, picture);
                ui.vertical(|ui| {
                    let title = RichText::new(&entry.label).strong();
                    let button = egui::Button::selectable(present, title).wrap();
                    clicked |= ui.add(button).on_hover_text("Runs this scenario").clicked();
                    let first = entry.description.split_inclusive(". ").next();
                    let what = first.unwrap_or_default().trim();
                    ui.label(RichText::new(what).small());
                });
            });
            let header = RichText::new("More, and what to expect").small();
            CollapsingHeader::new(header)
                .id_salt(&entry.name)
                .default_open(false)
                .show(ui, |ui| {
                    for (title, text) in [
                        ("", &entry.description),
                        ("Expected: ", &entry.expected),
                        ("Caveat: ", &entry.caveat),
                    ] {
                        if !text.trim().is_empty() {
                            let text = format!("{title}{}", text.trim());
                            ui.label(RichText::new(text).small());
                        }
                    }
                });
        });
    clicked
}

fn thumbnail(ui: &mut Ui, entry: &GalleryEntry, picture: Option<&TextureHandle>) -> bool {
    let size = vec2(EDGE, EDGE);
    let response = match picture {
        Some(texture) => {
            let image = Image::new((texture.id(), size)).sense(Sense::click());
            ui.add(
                image
                    .corner_radius(3.0)
                    .alt_text(format!("Picture of {}", entry.label)),
            )
        }
        None => {
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            ui.painter().rect_filled(rect, 3.0, Color32::from_gray(40));
            response
        }
    };
    response.on_hover_text(entry.description.trim()).clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_occur() {
        let entry = GalleryEntry {
            name: "tumour/cold".to_owned(),
            label: "Cold tumour".to_owned(),
            description: "Few T cells.".to_owned(),
            ..GalleryEntry::default()
        };
        for (search, found) in [("", true), ("cells COLD", true), ("cold hot", false)] {
            assert_eq!(fits(&entry, search), found, "{search}");
        }
        assert!(is_present(&entry, "cold") && is_present(&entry, "tumour/cold"));
        assert!(!is_present(&entry, "") && !is_present(&entry, "hot"));
    }
}
