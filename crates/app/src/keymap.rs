//! The one table of commands: menus, keys, the palette and the list of keys are drawn from it.
//!
//! An [`Entry`] says what a command is called, which keys it has, and what it comes to in the present
//! state of the window; nothing, where it is of no use now.

mod table;

use eframe::egui::{Event, Key};

use crate::canvas::Canvas;
use crate::command::Command;
use crate::panels::Desk;
use crate::state::Snapshot;
use crate::store::Saved;
pub use table::TABLE;

/// Menus, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Scenarios and files.
    File,
    /// What was done.
    Edit,
    /// What is seen.
    View,
    /// The clock.
    Simulation,
    /// How it works.
    Help,
}

impl Group {
    /// All, in the order of the menus.
    pub const ALL: [Self; 5] = [
        Self::File,
        Self::Edit,
        Self::View,
        Self::Simulation,
        Self::Help,
    ];

    /// What the menu says.
    pub fn title(self) -> &'static str {
        match self {
            Self::File => "File",
            Self::Edit => "Edit",
            Self::View => "View",
            Self::Simulation => "Simulation",
            Self::Help => "Help",
        }
    }
}

/// Where the window stands.
pub struct At<'a> {
    /// The simulation.
    pub snapshot: &'a Snapshot,
    /// What the user chose.
    pub desk: &'a Desk,
    /// The picture.
    pub canvas: &'a Canvas,
    /// Settings.
    pub saved: &'a Saved,
    /// The palette is open.
    pub palette: bool,
    /// The settings are open.
    pub settings: bool,
    /// The window has the whole screen.
    pub fullscreen: bool,
}

/// A key, alone or with Ctrl (Command on a Mac) and Shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shortcut {
    /// With Ctrl.
    pub ctrl: bool,
    /// With Shift; without Ctrl it does not matter.
    pub shift: bool,
    /// The key.
    pub key: Key,
    /// The sign that it types. It counts as well: keyboards differ in where it is.
    pub sign: &'static str,
}

/// A command.
pub struct Entry {
    /// Name for tests and for memory.
    pub id: &'static str,
    /// What menus say.
    pub title: &'static str,
    /// Its menu.
    pub group: Group,
    /// Its keys; menus show the first.
    pub keys: &'static [Shortcut],
    /// Repeats while the key is held down.
    pub repeats: bool,
    /// Listed in menus; else it has a control of its own in sight.
    pub listed: bool,
    /// Whether it is on, for what is either on or off.
    pub on: Option<fn(&At<'_>) -> bool>,
    /// What it comes to now; none: of no use now.
    pub what: fn(&At<'_>) -> Option<Command>,
}

const fn key(key: Key) -> Shortcut {
    sign(key, "")
}

const fn sign(key: Key, sign: &'static str) -> Shortcut {
    Shortcut {
        ctrl: false,
        shift: false,
        key,
        sign,
    }
}

const fn ctrl(key: Key) -> Shortcut {
    Shortcut {
        ctrl: true,
        shift: false,
        key,
        sign: "",
    }
}

const fn ctrl_shift(key: Key) -> Shortcut {
    Shortcut {
        ctrl: true,
        shift: true,
        key,
        sign: "",
    }
}

impl Shortcut {
    /// As menus show it: `Ctrl+Shift+Z`.
    pub fn text(&self) -> String {
        let key = match self.sign {
            "" => self.key.symbol_or_name(),
            sign => sign,
        };
        let ctrl = if cfg!(target_os = "macos") {
            "Cmd+"
        } else {
            "Ctrl+"
        };
        let shift = if self.shift { "Shift+" } else { "" };
        format!("{}{shift}{key}", if self.ctrl { ctrl } else { "" })
    }

    fn fits(&self, event: &Event) -> bool {
        match event {
            Event::Text(text) => !self.sign.is_empty() && !self.ctrl && text == self.sign,
            Event::Key {
                key,
                pressed: true,
                modifiers,
                ..
            } => {
                let ctrl = modifiers.ctrl || modifiers.command;
                // Plus and minus need Shift on some keyboards.
                let shift = modifiers.shift == self.shift
                    || !self.ctrl
                    || matches!(self.key, Key::Plus | Key::Minus | Key::Equals);
                *key == self.key && ctrl == self.ctrl && !modifiers.alt && shift
            }
            _ => false,
        }
    }
}

const fn entry(
    group: Group,
    id: &'static str,
    title: &'static str,
    keys: &'static [Shortcut],
    what: fn(&At<'_>) -> Option<Command>,
) -> Entry {
    Entry {
        id,
        title,
        group,
        keys,
        repeats: false,
        listed: true,
        on: None,
        what,
    }
}

impl Entry {
    const fn on(mut self, on: fn(&At<'_>) -> bool) -> Self {
        self.on = Some(on);
        self
    }

    const fn repeats(mut self) -> Self {
        self.repeats = true;
        self
    }

    const fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    /// The first key as menus show it; empty without one.
    pub fn shortcut(&self) -> String {
        self.keys.first().map(Shortcut::text).unwrap_or_default()
    }
}

/// An entry by its name.
pub fn find(id: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|e| e.id == id)
}

/// Entries whose keys were pressed, each once. While text is written only keys with Ctrl that mean
/// nothing there count. A key that is held down counts only where repeating makes sense.
pub fn pressed(events: &[Event], writing: bool) -> Vec<&'static Entry> {
    let held = events
        .iter()
        .any(|e| matches!(e, Event::Key { repeat: true, .. }));
    let in_text = |s: &Shortcut| matches!(s.key, Key::Z | Key::Y | Key::C | Key::V);
    let fits = |entry: &Entry| {
        let mut keys = entry.keys.iter();
        keys.any(|s| {
            let free = !writing || (s.ctrl && !in_text(s));
            free && events.iter().any(|e| s.fits(e))
        })
    };
    let entries = TABLE.iter().filter(|e| e.repeats || !held);
    entries.filter(|e| fits(e)).collect()
}

#[cfg(test)]
mod tests {
    use eframe::egui::Modifiers;

    use super::*;

    #[test]
    fn every_name_and_every_key_is_given_once() {
        let mut names: Vec<&str> = TABLE.iter().map(|e| e.id).collect();
        names.sort_unstable();
        let mut keys: Vec<String> = TABLE
            .iter()
            .flat_map(|e| e.keys.iter().map(Shortcut::text))
            .collect();
        keys.sort_unstable();
        for list in [names, keys.iter().map(String::as_str).collect()] {
            let mut once = list.clone();
            once.dedup();
            assert_eq!(once, list);
        }
    }

    #[test]
    fn every_entry_has_a_title_and_groups_stand_together() {
        let groups: Vec<Group> = TABLE.iter().map(|e| e.group).collect();
        let mut once = groups.clone();
        once.dedup();
        assert_eq!(once, Group::ALL);
        assert!(TABLE.iter().all(|e| !e.title.is_empty()));
    }

    fn press(key: Key, modifiers: Modifiers) -> Event {
        Event::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers,
        }
    }

    #[test]
    fn keys_in_a_text_stay_with_the_text() {
        let ids = |events: &[Event], writing| {
            let found = pressed(events, writing);
            found.iter().map(|e| e.id).collect::<Vec<_>>()
        };
        let control = Modifiers::COMMAND | Modifiers::CTRL;
        let r = [press(Key::R, Modifiers::NONE)];
        assert_eq!(ids(&r, false), ["restart"]);
        assert!(ids(&r, true).is_empty());
        let z = [press(Key::Z, control)];
        assert_eq!(ids(&z, false), ["undo"]);
        assert!(ids(&z, true).is_empty());
        let z = [press(Key::Z, control | Modifiers::SHIFT)];
        assert_eq!(ids(&z, false), ["redo"]);
        assert_eq!(ids(&[press(Key::K, control)], true), ["palette"]);
        let comma = [press(Key::Comma, Modifiers::NONE), Event::Text(",".into())];
        assert_eq!(ids(&comma, false), ["back"]);
        assert_eq!(ids(&[press(Key::Comma, control)], false), ["settings"]);
    }
}
