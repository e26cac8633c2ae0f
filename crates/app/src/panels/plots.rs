//! Time series of all arms: the quantities to choose from as a grid of small plots.

pub(super) mod chart;
pub mod data;

use eframe::egui::{self, Context, RichText, ScrollArea, Ui};
use warmfront_model::{Model, Scenario, plain};
use warmfront_session::{pretty_unit, unit_meaning};
use warmfront_view::number::format_number;

use super::{Desk, colour_of_arm, parameters};
use crate::command::Command;
use crate::export::{Curves, Exporter, Format, Wanted};
use crate::state::{News, Snapshot};
use chart::{Page, chart};

pub use chart::dash;
pub use data::present_row;

/// What the panel remembers.
#[derive(Debug, Default)]
pub struct State {
    /// Identifiers of the observables shown; none: the burden and what the model plots.
    pub chosen: Option<Vec<String>>,
    /// What exports came to, to be shown once and taken away.
    pub news: Vec<News>,
    /// Writes files.
    pub exporter: Exporter,
}

/// Most plots at a time.
const MOST_PLOTS: usize = 10;
/// Height of a plot, points.
const HEIGHT: f32 = 150.0;
/// Least width of a plot, points.
const WIDTH: f32 = 260.0;
/// What the lines of [`dash`] look like in text.
const SAMPLES: [&str; 4] = ["———", "- - -", "·····", "— —"];

/// Names of the arms in their colours, with samples of their lines.
pub(super) fn arm_names(ui: &mut Ui, scenario: &Scenario, dark: bool) {
    ui.horizontal_wrapped(|ui| {
        for (arm, a) in scenario.arms.iter().enumerate() {
            let text = format!("{} {}", SAMPLES[arm % 4], a.label);
            // A name goes to the next line whole.
            let text = RichText::new(text).color(colour_of_arm(arm, dark));
            ui.add(egui::Label::new(text).extend());
        }
    });
}

/// The panel.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    answers(ui.ctx(), snapshot, desk);
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let model = &scenario.model;
    if model.observables.is_empty() {
        ui.weak("This model has nothing to plot.");
        return;
    }
    let mut shown = shown(model, desk.plots.chosen.as_deref());
    ui.horizontal_wrapped(|ui| {
        ui.menu_button("Quantities ▾", |ui| {
            choice(ui, model, &mut shown, &mut desk.plots.chosen);
        })
        .response
        .on_hover_text(format!("What is plotted: up to {MOST_PLOTS} at a time"));
        ui.menu_button("Export all ▾", |ui| {
            if let Some(format) = formats(ui) {
                export(ui.ctx(), snapshot, desk, &shown, format);
            }
        })
        .response
        .on_hover_text("All plots that are shown, in one file");
        ui.checkbox(&mut desk.logarithmic, "Logarithmic");
    });
    // Beside the curves, never on them.
    arm_names(ui, &scenario, desk.dark);
    if shown.is_empty() {
        ui.weak("Choose quantities above.");
        return;
    }
    let doses = data::doses(snapshot, &scenario);
    let gap = ui.spacing().item_spacing.x;
    let width = ui.available_width();
    let columns = ((width + gap) / (WIDTH + gap)).floor().max(1.0);
    let page = Page {
        snapshot,
        scenario: &scenario,
        doses: &doses,
        size: [((width + gap) / columns - gap).max(80.0), HEIGHT],
    };
    for row in shown.chunks(columns as usize) {
        ui.horizontal_top(|ui| {
            for &observable in row {
                ui.vertical(|ui| one(ui, &page, desk, observable));
            }
        });
    }
}

/// Collects what exports came to and asks for a path where no dialog can; once a frame, whether the plots
/// are on screen or not.
pub fn answers(ctx: &Context, snapshot: &Snapshot, desk: &mut Desk) {
    let State { exporter, news, .. } = &mut desk.plots;
    exporter.ui(ctx, news, |wanted| curves(snapshot, wanted));
}

/// Asks for a file and writes the plots that are chosen; for a key or the palette.
pub fn export_shown(ctx: &Context, snapshot: &Snapshot, desk: &mut Desk, format: Format) {
    if let Some(scenario) = &snapshot.scenario {
        let shown = shown(&scenario.model, desk.plots.chosen.as_deref());
        export(ctx, snapshot, desk, &shown, format);
    }
}

/// Title with the unit and the file menu, then the plot.
fn one(ui: &mut Ui, page: &Page<'_>, desk: &mut Desk, observable: usize) {
    let o = &page.scenario.model.observables[observable];
    ui.set_width(page.size[0]);
    ui.horizontal(|ui| {
        let menu = egui::vec2(22.0, ui.spacing().interact_size.y);
        let room = (page.size[0] - menu.x - ui.spacing().item_spacing.x).max(20.0);
        let unit = pretty_unit(&o.unit);
        let title = match unit.as_str() {
            "" => o.label.clone(),
            unit => format!("{} ({unit})", o.label),
        };
        let title_size = egui::vec2(room, menu.y);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(title_size, layout, |ui| {
            ui.set_min_width(room);
            let label = ui.add(egui::Label::new(RichText::new(&title).strong()).truncate());
            if let Some(meaning) = unit_meaning(&o.unit) {
                label.on_hover_text(format!("{title}\n{meaning}"));
            }
        });
        let button = ui.menu_button("⋯", |ui| {
            if let Some(format) = formats(ui) {
                export(ui.ctx(), page.snapshot, desk, &[observable], format);
            }
        });
        let name = format!("Export {}", o.label);
        let named = || egui::WidgetInfo::labeled(egui::Role::Button, true, &name);
        button.response.widget_info(named);
        button.response.on_hover_text(&name);
    });
    let (rect, visible) = {
        let corner = ui.cursor().min;
        let rect = egui::Rect::from_min_size(corner, page.size.into());
        (rect, ui.is_rect_visible(rect))
    };
    if !visible {
        // Lines that are scrolled away need not be drawn.
        ui.allocate_rect(rect, egui::Sense::hover());
    } else if let Some(time) = chart(ui, page, desk, observable) {
        desk.outbox.send(Command::Scrub(time));
    }
}

/// Observables shown, in the model's order with the burden first.
fn shown(model: &Model, chosen: Option<&[String]>) -> Vec<usize> {
    let mut shown: Vec<usize> = (0..model.observables.len()).collect();
    let none_plotted = model.observables.iter().all(|o| o.plot.is_none());
    shown.retain(|&i| {
        let o = &model.observables[i];
        match chosen {
            Some(chosen) => chosen.contains(&o.id),
            None => o.plot.is_some() || none_plotted || model.burden == Some(i),
        }
    });
    shown.sort_by_key(|o| Some(*o) != model.burden);
    shown.truncate(MOST_PLOTS);
    shown
}

/// Check boxes for all observables, those of the standard figure first.
fn choice(ui: &mut Ui, model: &Model, shown: &mut Vec<usize>, chosen: &mut Option<Vec<String>>) {
    if ui.button("Standard selection").clicked() {
        *chosen = None;
        *shown = self::shown(model, None);
    }
    if ui.button("Burden only").clicked() {
        *shown = model.burden.into_iter().collect();
        *chosen = Some(ids(model, shown));
    }
    ui.separator();
    let mut order: Vec<usize> = (0..model.observables.len()).collect();
    order.sort_by_key(|o| {
        (
            Some(*o) != model.burden,
            model.observables[*o].plot.is_none(),
        )
    });
    ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        for o in order {
            let mut on = shown.contains(&o);
            let room = on || shown.len() < MOST_PLOTS;
            let label = &model.observables[o].label;
            let check = ui.add_enabled(room, egui::Checkbox::new(&mut on, label));
            let full = format!("{MOST_PLOTS} plots are shown; take one away first");
            if check.on_disabled_hover_text(full).changed() {
                shown.retain(|s| *s != o);
                if on {
                    shown.push(o);
                }
                *chosen = Some(ids(model, shown));
            }
        }
    });
    shown.sort_by_key(|o| (Some(*o) != model.burden, *o));
}

fn ids(model: &Model, shown: &[usize]) -> Vec<String> {
    let ids = shown.iter().map(|o| model.observables[*o].id.clone());
    ids.collect()
}

fn formats(ui: &mut Ui) -> Option<Format> {
    let mut wanted = None;
    for format in Format::ALL {
        if ui.button(format!("{} …", format.label())).clicked() {
            wanted = Some(format);
        }
    }
    wanted
}

fn export(
    ctx: &Context,
    snapshot: &Snapshot,
    desk: &mut Desk,
    observables: &[usize],
    format: Format,
) {
    let Some(scenario) = &snapshot.scenario else {
        return;
    };
    let mut wanted = Wanted {
        scenario: scenario.id.clone(),
        name: String::new(),
        observables: observables.to_vec(),
        logarithmic: desk.logarithmic,
        format,
    };
    let curves = curves(snapshot, &wanted);
    wanted.name = curves.map(|c| c.name(format)).unwrap_or_default();
    desk.plots.exporter.export(ctx, wanted);
}

// The present curves; none if another scenario runs.
fn curves(snapshot: &Snapshot, wanted: &Wanted) -> Option<Curves> {
    let scenario = snapshot.scenario.as_ref();
    let scenario = scenario.filter(|s| s.id == wanted.scenario)?;
    Some(Curves {
        scenario: scenario.clone(),
        // The snapshot also says what kind it is.
        adapter: snapshot.adapter.trim_end_matches(", software").to_owned(),
        rows: snapshot.rows.clone(),
        doses: data::doses(snapshot, scenario),
        observables: wanted.observables.clone(),
        logarithmic: wanted.logarithmic,
        changes: changes(snapshot, scenario),
    })
}

/// What was changed by hand and holds now, in words: doses, levels, processes, parameters.
pub fn changes(snapshot: &Snapshot, scenario: &Scenario) -> Vec<String> {
    let model = &scenario.model;
    let mut changes = Vec::new();
    for (i, drug) in model.drugs.iter().enumerate() {
        let multiple = snapshot.multiples.get(i).copied().unwrap_or(1.0);
        if let Some(level) = snapshot.holds.get(i).copied().flatten() {
            changes.push(format!("{} held at {}", drug.label, format_number(level)));
        } else if multiple != 1.0 {
            changes.push(format!("{} {} ×", drug.label, plain(multiple)));
        }
    }
    let processes = model.processes.iter().zip(&scenario.off);
    for ((process, file), now) in processes.zip(&snapshot.off) {
        if now != file {
            let word = if *now { "off" } else { "on" };
            changes.push(format!("{} {word}", process.label));
        }
    }
    changes.extend(parameters::changes(snapshot, scenario));
    changes
}

#[cfg(test)]
mod tests {
    use warmfront_model::Library;

    use super::*;

    #[test]
    fn the_burden_comes_first_and_ten_are_enough() {
        let library = Library::embedded();
        let model = library.model("tumour").expect("it is valid");
        let standard = shown(&model, None);
        assert_eq!(standard.len(), MOST_PLOTS);
        assert_eq!(Some(standard[0]), model.burden);
        let some = ids(&model, &standard[3..5]);
        assert_eq!(shown(&model, Some(&some)), standard[3..5]);
        // What another model does not have is left out.
        assert!(shown(&model, Some(&["nothing".to_owned()])).is_empty());
    }
}
