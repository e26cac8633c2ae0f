//! The scenarios of the library.

use eframe::egui::{CollapsingHeader, RichText, Ui};

use super::Desk;
use crate::command::Command;
use crate::state::Snapshot;

/// One button per scenario, with what it is and what to expect.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Desk {
        gallery, outbox, ..
    } = desk;
    CollapsingHeader::new("Scenarios")
        .default_open(true)
        .show(ui, |ui| {
            for (i, entry) in gallery.iter().enumerate() {
                let present = entry.name == snapshot.name;
                let button = ui.selectable_label(present, RichText::new(&entry.label).strong());
                if button.on_hover_text(&entry.description).clicked() {
                    outbox.send(Command::Load(entry.name.clone()));
                }
                if present {
                    ui.label(RichText::new(entry.description.trim()).small());
                }
                let open = CollapsingHeader::new(RichText::new("Expected, and caveat").small())
                    .id_salt((i, &entry.name))
                    .default_open(false);
                open.show(ui, |ui| {
                    if !present {
                        ui.label(RichText::new(entry.description.trim()).small());
                    }
                    for (title, text) in [("Expected", &entry.expected), ("Caveat", &entry.caveat)]
                    {
                        if !text.trim().is_empty() {
                            let text = format!("{title}: {}", text.trim());
                            ui.label(RichText::new(text).small());
                        }
                    }
                });
            }
        });
}
