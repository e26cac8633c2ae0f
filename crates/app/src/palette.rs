//! Everything by its name: commands, scenarios, looks, parameters.
//!
//! A text fits where its letters occur in the same order; letters in a row and at the start of words
//! count for more.

use eframe::egui::{self, Align2, Context, Key, RichText, ScrollArea, TextEdit};
use warmfront_model::Scenario;

use crate::canvas::Look;
use crate::command::{Command, WindowCommand};
use crate::keymap::{At, Entry, TABLE};
use crate::layout::{PANELS, title};
use crate::panels::GalleryEntry;

/// Most entries shown.
const MOST: usize = 60;

/// What an entry does.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Sends it.
    Command(Command),
    /// Shows a parameter, by its index in the model.
    Parameter(usize),
}

/// A line of the palette.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What it is called.
    pub title: String,
    /// What kind of thing it is.
    pub kind: &'static str,
    /// Its key, or nothing.
    pub shortcut: String,
    /// What it does.
    pub wish: Wish,
}

/// The palette.
#[derive(Debug, Default)]
pub struct Palette {
    /// It is shown.
    pub open: bool,
    text: String,
    chosen: usize,
    fresh: bool,
}

impl Palette {
    /// Opens or closes it, empty.
    pub fn set(&mut self, open: bool) {
        *self = Self {
            open,
            fresh: true,
            ..Self::default()
        };
    }

    /// Draws it, where it is open; what was chosen.
    pub fn ui(&mut self, ctx: &Context, items: impl FnOnce() -> Vec<Item>) -> Option<Wish> {
        if !self.open {
            return None;
        }
        let (up, down, enter, escape) = ctx.input_mut(|i| {
            let none = egui::Modifiers::NONE;
            (
                i.consume_key(none, Key::ArrowUp),
                i.consume_key(none, Key::ArrowDown),
                i.consume_key(none, Key::Enter),
                i.consume_key(none, Key::Escape),
            )
        });
        let found = search(&self.text, items());
        self.chosen = self.chosen.min(found.len().saturating_sub(1));
        if down && self.chosen + 1 < found.len() {
            self.chosen += 1;
        }
        self.chosen = self.chosen.saturating_sub(usize::from(up));
        let mut done = enter
            .then(|| found.get(self.chosen).map(|i| i.wish.clone()))
            .flatten();
        let moved = up || down;
        let shown = egui::Window::new("Find a command")
            .anchor(Align2::CENTER_TOP, [0.0, 90.0])
            .collapsible(false)
            .resizable(false)
            .fixed_size([460.0, 380.0])
            .show(ctx, |ui| {
                let field = TextEdit::singleline(&mut self.text)
                    .hint_text("Command, scenario, look or parameter")
                    .desired_width(f32::INFINITY);
                let field = ui.add(field);
                field.widget_info(|| {
                    let mut info = egui::WidgetInfo::text_edit(
                        true,
                        &self.text,
                        &self.text,
                        "Command, scenario, look or parameter",
                    );
                    info.label = Some("Find a command".to_owned());
                    info
                });
                field.request_focus();
                if field.changed() {
                    self.chosen = 0;
                }
                if found.is_empty() {
                    ui.weak("Nothing has these letters in this order.");
                }
                ScrollArea::vertical()
                    .auto_shrink([false; 2])
                    .show(ui, |ui| {
                        for (i, item) in found.iter().enumerate() {
                            let text = RichText::new(&item.title);
                            let button = egui::Button::selectable(i == self.chosen, text)
                                .min_size(egui::vec2(ui.available_width(), 20.0))
                                .shortcut_text(match item.shortcut.as_str() {
                                    "" => item.kind.to_owned(),
                                    key => format!("{}   {key}", item.kind),
                                });
                            let response = ui.add(button);
                            response.widget_info(|| {
                                egui::WidgetInfo::selected(
                                    egui::Role::Button,
                                    true,
                                    i == self.chosen,
                                    format!("{}: {}", item.kind, item.title),
                                )
                            });
                            if i == self.chosen && (moved || self.fresh) {
                                response.scroll_to_me(None);
                            }
                            if response.clicked() {
                                done = Some(item.wish.clone());
                            }
                        }
                    });
            });
        // A click beside it closes it; the one that opened it does not.
        let inside = shown.is_some_and(|w| {
            ctx.input(|i| i.pointer.interact_pos())
                .is_none_or(|p| w.response.rect.contains(p))
        });
        let beside = !self.fresh && !inside && ctx.input(|i| i.pointer.any_pressed());
        self.fresh = false;
        if done.is_some() || escape || beside {
            self.open = false;
        }
        done
    }
}

/// All entries for the present state.
pub fn items(at: &At<'_>, gallery: &[GalleryEntry]) -> Vec<Item> {
    let mut all: Vec<Item> = TABLE.iter().filter_map(|e| of_entry(e, at)).collect();
    all.extend(PANELS.iter().map(|p| Item {
        title: title(p.tab()).to_owned(),
        kind: "Panel",
        shortcut: String::new(),
        wish: Wish::Command(Command::Window(WindowCommand::Tab(p.tab()))),
    }));
    all.extend(gallery.iter().map(|g| Item {
        title: g.label.clone(),
        kind: "Scenario",
        shortcut: String::new(),
        wish: Wish::Command(Command::Load(g.name.clone())),
    }));
    if let Some(scenario) = &at.snapshot.scenario {
        all.extend(looks(scenario));
        let parameters = scenario.model.parameters.iter().enumerate();
        all.extend(parameters.map(|(i, p)| Item {
            title: format!("{} ({})", p.label, p.id),
            kind: "Parameter",
            shortcut: String::new(),
            wish: Wish::Parameter(i),
        }));
    }
    all
}

fn of_entry(entry: &Entry, at: &At<'_>) -> Option<Item> {
    if entry.id == "palette" {
        return None;
    }
    let command = (entry.what)(at)?;
    // An arm is called as the scenario calls it.
    let title = match (&command, &at.snapshot.scenario) {
        (Command::Window(WindowCommand::Arm(Some(arm))), Some(s)) => s.arms[*arm].label.clone(),
        _ => entry.title.to_owned(),
    };
    Some(Item {
        title,
        kind: entry.group.title(),
        shortcut: entry.shortcut(),
        wish: Wish::Command(command),
    })
}

fn looks(scenario: &Scenario) -> Vec<Item> {
    let model = &scenario.model;
    let views = model.views.iter().enumerate();
    let views = views.map(|(i, v)| (Look::Composite(i), v.label.clone()));
    let locals = model.locals().into_iter().map(|local| {
        let look = match local {
            warmfront_model::Local::Field(i) => Look::Field(i),
            other => Look::Derived(other),
        };
        (look, model.local_label(local))
    });
    views
        .chain(locals)
        .map(|(look, title)| Item {
            title,
            kind: "Look",
            shortcut: String::new(),
            wish: Wish::Command(Command::Window(WindowCommand::Look(look))),
        })
        .collect()
}

/// The entries that fit, the best first; all for an empty text.
pub fn search(text: &str, items: Vec<Item>) -> Vec<Item> {
    let mut found: Vec<(i32, Item)> = items
        .into_iter()
        .filter_map(|item| Some((score(text, &item.title)?, item)))
        .collect();
    found.sort_by_key(|(score, _)| -score);
    found.truncate(MOST);
    found.into_iter().map(|(_, item)| item).collect()
}

/// How well a text fits a title; none: not at all.
fn score(text: &str, title: &str) -> Option<i32> {
    let title: Vec<char> = title.to_lowercase().chars().collect();
    let mut from = 0;
    let mut total = 0;
    let mut last = None;
    for letter in text.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let starts = |i: usize| i == 0 || !title[i - 1].is_alphanumeric();
        let next = last.map(|l: usize| l + 1);
        let hits = (from..title.len()).filter(|&i| title[i] == letter);
        // The letter next to the last one, else the start of a word, else the first.
        let rank = |i: usize| match i {
            i if Some(i) == next => 3,
            i if starts(i) => 2,
            _ => 0,
        };
        let best = hits.max_by_key(|&i| (rank(i), std::cmp::Reverse(i)))?;
        total += 4 * rank(best) + i32::from(best == 0);
        last = Some(best);
        from = best + 1;
    }
    // Nothing typed: the order of the list.
    if last.is_none() {
        return Some(0);
    }
    Some(total * 8 - title.len() as i32 / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(title: &str) -> Item {
        Item {
            title: title.to_owned(),
            kind: "View",
            shortcut: String::new(),
            wish: Wish::Parameter(0),
        }
    }

    #[test]
    fn letters_in_order_fit_and_words_fit_best() {
        let items = ["Restart", "Reset layout", "Larger", "Reset all parameters"].map(item);
        let titles = |text: &str| -> Vec<String> {
            let found = search(text, items.to_vec());
            found.into_iter().map(|i| i.title).collect()
        };
        assert_eq!(titles("rl")[0], "Reset layout");
        assert_eq!(titles("resta")[0], "Restart");
        assert_eq!(titles("RESET P")[0], "Reset all parameters");
        assert_eq!(titles("").len(), 4);
        assert!(titles("xyz").is_empty());
        // A letter may not be taken so early or late that the rest no longer fits.
        assert_eq!(titles("larger"), ["Larger"]);
    }
}
