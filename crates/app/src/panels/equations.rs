//! The model as written: every equation with its processes, their rates and sources.
//!
//! Everything here is read from the model; nothing is written a second time. A process can be switched off
//! where it stands.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    self, CollapsingHeader, Color32, Response, RichText, ScrollArea, TextStyle, Ui,
};
use warmfront_model::{Model, Target, counted};
use warmfront_session::pretty_unit;

use super::parameters::search_box;
use super::{Desk, quantity};
use crate::command::Command;
use crate::state::Snapshot;

/// Size of small text in fixed width, points.
const SMALL: f32 = 11.0;

mod form;
mod symbols;
#[cfg(test)]
mod tests;

pub use form::{Equation, Part};
pub use symbols::{Name, pretty};

/// What the panel remembers.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Words to look for.
    pub search: String,
    /// The model's files are on disk and watched: a change is taken up at once.
    pub watched: bool,
    /// Put together once for each model.
    equations: Vec<Equation>,
    /// The model that they belong to.
    model: String,
}

/// The panel.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Some(scenario) = snapshot.scenario.clone() else {
        ui.weak("The equations come with the scenario.");
        return;
    };
    let model = &*scenario.model;
    if desk.equations.model != model.hash {
        desk.equations.model.clone_from(&model.hash);
        desk.equations.equations = all(model);
    }
    about(ui, model, desk.equations.watched);
    search_box(
        ui,
        &mut desk.equations.search,
        "Search equations",
        "quantity, process, source",
    );
    let words = desk.equations.search.to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    let narrowed = !words.is_empty();
    // Taken out for the time of drawing: switches need the rest of the desk.
    let equations = std::mem::take(&mut desk.equations.equations);
    ScrollArea::vertical()
        .id_salt("equations")
        .auto_shrink([false, true])
        .show(ui, |ui| {
            let mut any = false;
            for title in ["Fields", "Compartments"] {
                let fields = title == "Fields";
                let here = equations.iter().filter(|e| {
                    matches!(e.target, Target::Field(_)) == fields && found(model, e, &words)
                });
                let mut here = here.peekable();
                if here.peek().is_none() {
                    continue;
                }
                any = true;
                ui.strong(title);
                for equation in here {
                    let id = ui.scope_id().with(("equation", equation.target));
                    ui.scope_builder(egui::UiBuilder::new().scope_id(id), |ui| {
                        entry(ui, snapshot, desk, model, equation, narrowed);
                    });
                }
                if !fields {
                    ui.weak(RichText::new("⟨…⟩ is the mean over the tissue.").small());
                }
            }
            any |= auxiliaries(ui, model, &words);
            if !any {
                ui.weak("No equation has these words.");
            }
        });
    desk.equations.equations = equations;
}

fn all(model: &Model) -> Vec<Equation> {
    let fields = (0..model.fields.len()).map(|i| Equation::of_field(model, i));
    let compartments = (0..model.compartments.len()).map(|i| Equation::of_compartment(model, i));
    fields.chain(compartments).collect()
}

/// Title, contents and place of the model.
fn about(ui: &mut Ui, model: &Model, watched: bool) {
    ui.strong(&model.label)
        .on_hover_text(model.description.trim());
    let text = format!("{} · {}", model.source.path, model.hash);
    let files = ui.weak(RichText::new(text).small());
    files.on_hover_text("Where the model was read from, and the fingerprint of its text.");
    if watched {
        let text = "Edit the files: a valid change counts at once, an invalid one is named and \
                    changes nothing.";
        ui.label(RichText::new(text).small());
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 3.0;
        let small = |text: &str| RichText::new(text).small();
        ui.label(small(
            "This model cannot be edited while it runs. Copy its folder to",
        ));
        ui.label(small("DIR/models").code());
        ui.label(small("and start with"));
        ui.label(small("--assets DIR").code());
        ui.label(small(
            "Every saved change of the files counts at once then.",
        ));
    });
}

fn found(model: &Model, equation: &Equation, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let mut text = match equation.target {
        Target::Field(i) => {
            let f = &model.fields[i];
            format!("{} {} {} {}", f.label, f.id, f.symbol, f.cite)
        }
        Target::Compartment(i) => {
            let c = &model.compartments[i];
            format!("{} {} {} {}", c.label, c.id, c.symbol, c.cite)
        }
    };
    for part in &equation.parts {
        let p = &model.processes[part.process];
        for more in [&p.label, &p.id, &p.rate.text, &p.cite] {
            text.push(' ');
            text.push_str(more);
        }
    }
    let text = text.to_lowercase();
    words.iter().all(|w| text.contains(w))
}

/// One equation with its processes.
fn entry(
    ui: &mut Ui,
    snapshot: &Snapshot,
    desk: &mut Desk,
    model: &Model,
    equation: &Equation,
    open: bool,
) {
    let (label, unit, cite) = match equation.target {
        Target::Field(i) => {
            let f = &model.fields[i];
            (&f.label, &f.unit, &f.cite)
        }
        Target::Compartment(i) => {
            let c = &model.compartments[i];
            (&c.label, &c.unit, &c.cite)
        }
    };
    ui.add_space(4.0);
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(label).strong());
        ui.weak(pretty_unit(unit));
    })
    .response
    .on_hover_text(cite.trim());
    let off = |process: usize| !desk.outbox.switched_on(snapshot, process);
    show(ui, model, equation, off);
    if equation.parts.is_empty() {
        return;
    }
    let count = counted(equation.parts.len(), "process");
    CollapsingHeader::new(RichText::new(count).small())
        .id_salt(("processes", open))
        .default_open(open)
        .show(ui, |ui| {
            for part in &equation.parts {
                process(ui, snapshot, desk, model, part);
            }
        });
}

/// The equation itself, in fixed width, its terms in words; those that are off are struck through.
pub fn show(ui: &mut Ui, model: &Model, equation: &Equation, off: impl Fn(usize) -> bool) {
    let font = TextStyle::Monospace.resolve(ui.style());
    let plain = TextFormat::simple(font.clone(), ui.visuals().text_color());
    let mut job = LayoutJob::default();
    if equation.is_given(model) {
        let symbol = equation
            .left
            .trim_start_matches('∂')
            .trim_end_matches("/∂t");
        job.append(&format!("{symbol}(x) is a given map"), 0.0, plain);
        ui.label(job);
        return;
    }
    job.append(&format!("{} =", equation.left), 0.0, plain.clone());
    let terms = equation.terms(model);
    if terms.is_empty() {
        job.append(" 0", 0.0, plain.clone());
    }
    for (k, (gain, text, process)) in terms.into_iter().enumerate() {
        let sign = match (k, gain) {
            (0, true) => " ",
            (_, true) => " + ",
            (_, false) => " − ",
        };
        let mut ink = TextFormat::simple(font.clone(), sign_colour(ui, gain));
        job.append(sign, 0.0, ink.clone());
        if process.is_none() {
            ink.color = ui.visuals().text_color();
        }
        if process.is_some_and(&off) {
            ink.color = ui.visuals().weak_text_color();
            ink.strikethrough = egui::Stroke::new(1.0, ink.color);
        }
        job.append(&text, 0.0, ink);
    }
    let lines = equation.where_lines.iter();
    for line in lines {
        job.append(&format!("\n  {line}"), 0.0, plain.clone());
    }
    let label = ui.label(job);
    if !equation.names.is_empty() {
        label.on_hover_ui(|ui| legend(ui, model, &equation.names));
    }
}

/// What a symbol stands for, a line each.
pub fn legend(ui: &mut Ui, model: &Model, names: &[Name]) {
    ui.set_max_width(380.0);
    for name in names {
        let text = match *name {
            Name::Parameter(i) => {
                let p = &model.parameters[i];
                format!(
                    "{}: {}, {}",
                    name.symbol(model),
                    p.label,
                    quantity(p.value, &p.unit)
                )
            }
            _ => format!("{}: {}", name.symbol(model), name.label(model)),
        };
        ui.label(RichText::new(text).small());
    }
}

/// A process of an equation: its switch, its term, what it turns into what, its source.
fn process(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk, model: &Model, part: &Part) {
    let p = &model.processes[part.process];
    ui.horizontal_top(|ui| {
        let sign = if part.gain { "+" } else { "−" };
        let ink = sign_colour(ui, part.gain);
        ui.label(RichText::new(sign).monospace().strong().color(ink));
        switch(ui, snapshot, desk, model, part.process, &p.label);
    });
    ui.indent(("process", part.process, part.gain), |ui| {
        let rate = ui.label(RichText::new(&part.expression).monospace().size(SMALL));
        rate.on_hover_ui(|ui| {
            legend(ui, model, &part.names);
            let place = format!("{}, line {}", p.rate.file, p.rate.line);
            ui.weak(RichText::new(place).small());
        });
        let turns = turns(model, part.process);
        if !turns.is_empty() {
            ui.label(RichText::new(turns).small());
        }
        source(ui, &p.cite);
    });
}

/// A box that switches a process, and its name `text`, which only explains; gives the name.
pub fn switch(
    ui: &mut Ui,
    snapshot: &Snapshot,
    desk: &mut Desk,
    model: &Model,
    process: usize,
    text: &str,
) -> Response {
    let mut on = desk.outbox.switched_on(snapshot, process);
    let hover = format!(
        "{}: {}. Click: {} in every arm, from now on.",
        model.processes[process].label,
        if on { "takes place" } else { "switched off" },
        if on {
            "switch it off"
        } else {
            "let it take place"
        },
    );
    let mut switch = ui.add(egui::Checkbox::without_text(&mut on));
    switch.widget_info(|| egui::WidgetInfo::selected(egui::Role::CheckBox, true, on, text));
    switch = switch.on_hover_text(hover);
    if switch.clicked() {
        desk.outbox.send(Command::Switch { process, on });
    }
    ui.add(egui::Label::new(text).sense(egui::Sense::hover()))
}

/// `uses up Effector CD8+ T cells, makes Exhausted CD8+ T cells`.
pub fn turns(model: &Model, process: usize) -> String {
    let label = |target: Target| match target {
        Target::Field(i) => model.fields[i].label.as_str(),
        Target::Compartment(i) => model.compartments[i].label.as_str(),
    };
    let p = &model.processes[process];
    let made: Vec<&str> = p
        .produces
        .iter()
        .map(|(target, _)| label(*target))
        .collect();
    let used = p
        .consumes
        .map(|target| format!("uses up {}", label(target)));
    let made = (!made.is_empty()).then(|| format!("makes {}", made.join(", ")));
    let both: Vec<String> = used.into_iter().chain(made).collect();
    both.join(", ")
}

/// Algebraic quantities with their formulas; whether there are any to show.
fn auxiliaries(ui: &mut Ui, model: &Model, words: &[&str]) -> bool {
    let through = |a: &&warmfront_model::Auxiliary| {
        let text = format!("{} {} {} {}", a.label, a.id, a.expression.text, a.cite).to_lowercase();
        words.iter().all(|w| text.contains(w))
    };
    let found: Vec<_> = model.auxiliaries.iter().filter(through).collect();
    if found.is_empty() {
        return false;
    }
    ui.add_space(6.0);
    CollapsingHeader::new(format!("Auxiliary quantities ({})", found.len()))
        .id_salt(("auxiliaries", words.is_empty()))
        .default_open(!words.is_empty())
        .show(ui, |ui| {
            for a in found {
                let (text, names) = pretty(model, &a.expression.text);
                ui.label(&a.label).on_hover_text(a.cite.trim());
                let formula = RichText::new(format!("{} = {text}", a.id))
                    .monospace()
                    .size(SMALL);
                ui.label(formula)
                    .on_hover_ui(|ui| legend(ui, model, &names));
            }
            if !model.functions.text.trim().is_empty() {
                let text = format!("Functions: {}", model.functions.path);
                ui.weak(RichText::new(text).small());
            }
        });
    true
}

/// A citation, small; nothing for none.
pub fn source(ui: &mut Ui, cite: &str) {
    let cite = cite.trim();
    if !cite.is_empty() {
        ui.label(RichText::new(cite).small().italics());
    }
}

/// Colour of what adds and of what takes away; beside the sign always.
pub fn sign_colour(ui: &Ui, gain: bool) -> Color32 {
    match (gain, ui.visuals().dark_mode) {
        (true, true) => Color32::from_rgb(86, 180, 233),
        (true, false) => Color32::from_rgb(0, 92, 150),
        (false, true) => Color32::from_rgb(235, 135, 60),
        (false, false) => Color32::from_rgb(176, 70, 0),
    }
}
