//! One parameter: its name and how sure it is, its slider, and the value to type over.

use eframe::egui::{
    self, Align, Color32, Key, Layout, RichText, Sense, Stroke, TextEdit, Ui, vec2,
};
use warmfront_model::{Confidence, Parameter, Scenario};
use warmfront_session::{pretty_unit, unit_meaning};
use warmfront_view::number::format_number;

use super::track::{Track, Wish};
use super::{Numbers, short};
use crate::app::SMALLEST;
use crate::command::Command;
use crate::numbers;
use crate::panels::outbox::same;
use crate::panels::{Desk, quantity};

/// Width of the typed value, points.
const TYPED: f32 = 72.0;
/// Width of the unit.
const UNIT: f32 = 62.0;
/// Rows this far outside the panel are drawn all the same, so that Tab reaches them.
const MARGIN: f32 = 160.0;

/// Draws the row of parameter `p`, or leaves its room free where it is out of sight.
pub(super) fn ui(ui: &mut Ui, desk: &mut Desk, scenario: &Scenario, p: usize, numbers: &Numbers) {
    let parameter = &scenario.model.parameters[p];
    let known = desk.parameters.heights.get(p).copied().unwrap_or(0.0);
    let top = ui.cursor().min;
    let room = egui::Rect::from_min_size(top, vec2(ui.available_width(), known));
    let near = ui.clip_rect().expand(MARGIN).intersects(room);
    if known > 0.0 && !near && !desk.parameters.typed.contains_key(&p) {
        ui.allocate_space(room.size());
        return;
    }
    // Named by the parameter alone, so that nothing above can take the focus away from a row.
    let id = egui::Id::unique(("parameter", p));
    let drawn = ui.scope_builder(egui::UiBuilder::new().scope_id(id), |ui| {
        ui.vertical(|ui| draw(ui, desk, scenario, parameter, p, numbers));
    });
    let heights = &mut desk.parameters.heights;
    if heights.len() <= p {
        heights.resize(p + 1, 0.0);
    }
    heights[p] = drawn.response.rect.height();
}

fn draw(
    ui: &mut Ui,
    desk: &mut Desk,
    scenario: &Scenario,
    parameter: &Parameter,
    p: usize,
    numbers: &Numbers,
) {
    let changed = numbers.changed();
    let mut wish = None;
    ui.horizontal(|ui| {
        confidence_mark(ui, parameter);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if changed && reset_button(ui, parameter, numbers) {
                wish = Some(Wish::Default);
            }
            if !parameter.symbol.is_empty() {
                ui.label(RichText::new(&parameter.symbol).monospace().size(SMALLEST));
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let mut text = RichText::new(&parameter.label);
                if changed {
                    text = text.color(changed_colour(ui)).strong();
                }
                let label = ui.add(egui::Label::new(text).wrap().sense(Sense::hover()));
                label.on_hover_ui(|ui| about(ui, parameter));
            });
        });
    });
    let mut typed_wish = None;
    ui.horizontal(|ui| {
        let width =
            (ui.available_width() - TYPED - UNIT - 2.0 * ui.spacing().item_spacing.x).max(60.0);
        let track = Track {
            label: &parameter.label,
            value: numbers.value,
            default: numbers.default,
            range: parameter.range,
            log: parameter.log,
        };
        let slid = ui.allocate_ui(vec2(width, 24.0), |ui| track.ui(ui)).inner;
        slid.0.on_hover_ui(|ui| range_text(ui, parameter, numbers));
        wish = wish.or(slid.1);
        typed_wish = typed(ui, desk, parameter, p, numbers);
        let unit = pretty_unit(&parameter.unit);
        ui.add(egui::Label::new(RichText::new(&unit).small()).truncate())
            .on_hover_text(match unit_meaning(&parameter.unit) {
                Some(meaning) => format!("{unit}. {meaning}"),
                None => unit,
            });
    });
    let value = match wish {
        Some(Wish::Value(value)) => Some(value),
        Some(Wish::Default) if numbers.common_default() => Some(numbers.default),
        // One value cannot bring arms back that begin with different ones.
        Some(Wish::Default) | None => None,
    };
    if value.is_some() {
        desk.parameters.typed.remove(&p);
    }
    if let Some(value) = value.or(typed_wish)
        && value.is_finite()
        && (!same(value, numbers.value) || numbers.arms_differ())
    {
        desk.outbox.send(Command::Set {
            parameter: p,
            value,
        });
    }
    notes(ui, desk, scenario, parameter, p, numbers);
    ui.add_space(2.0);
}

/// What is to be said beneath the slider: an entry that cannot be taken, the value before, arms that
/// differ.
fn notes(
    ui: &mut Ui,
    desk: &Desk,
    scenario: &Scenario,
    parameter: &Parameter,
    p: usize,
    numbers: &Numbers,
) {
    if let Some(Err(message)) = desk.parameters.typed.get(&p).map(|t| read(parameter, t)) {
        let red = ui.visuals().error_fg_color;
        ui.label(RichText::new(message).color(red).small());
    }
    if numbers.changed() && !same(numbers.value, numbers.default) {
        let was = format!("was {}", quantity(numbers.default, &parameter.unit));
        ui.label(RichText::new(was).color(changed_colour(ui)).small());
    }
    if numbers.arms_differ() {
        let text = ui.label(RichText::new("differs between arms").small().italics());
        text.on_hover_ui(|ui| {
            for (arm, value) in scenario.arms.iter().zip(&numbers.arms) {
                ui.label(format!(
                    "{}: {}",
                    arm.label,
                    quantity(*value, &parameter.unit)
                ));
            }
        });
    }
}

fn reset_button(ui: &mut Ui, parameter: &Parameter, numbers: &Numbers) -> bool {
    let button = ui.add_enabled(numbers.common_default(), egui::Button::new("⟲").small());
    let name = format!("Reset {}", parameter.label);
    button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let text = format!("Back to {}", quantity(numbers.default, &parameter.unit));
    let other = "The arms begin with different values: “Reset all” brings each back to its own.";
    button
        .on_hover_text(text)
        .on_disabled_hover_text(other)
        .clicked()
}

/// The value as text. An entry is taken when the field is left or Enter is pressed, if it is valid; if not,
/// it stays. Escape drops it.
fn typed(
    ui: &mut Ui,
    desk: &mut Desk,
    parameter: &Parameter,
    p: usize,
    numbers: &Numbers,
) -> Option<f64> {
    let state = &mut desk.parameters;
    let before = state.typed.get(&p).cloned();
    let mut text = before.unwrap_or_else(|| short(numbers.value));
    let bad = state.typed.contains_key(&p) && read(parameter, &text).is_err();
    let colour = bad.then(|| ui.visuals().error_fg_color);
    let edit = TextEdit::singleline(&mut text)
        .desired_width(TYPED - 8.0)
        .text_color_opt(colour)
        .align(egui::Align2::RIGHT_CENTER);
    let response = ui.add(edit);
    let name = format!("{}, {}", parameter.label, pretty_unit(&parameter.unit));
    let name = name.trim_end_matches([',', ' ']).to_owned();
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
    if bad {
        let stroke = Stroke::new(1.5, ui.visuals().error_fg_color);
        let around = response.rect;
        ui.painter()
            .rect_stroke(around, 2.0, stroke, egui::StrokeKind::Outside);
    }
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.changed() {
        state.typed.insert(p, text.clone());
    }
    if !response.lost_focus() {
        return None;
    }
    if ui.input(|i| i.key_pressed(Key::Escape)) {
        state.typed.remove(&p);
        return None;
    }
    let entry = state.typed.get(&p)?;
    let value = read(parameter, entry).ok()?;
    state.typed.remove(&p);
    Some(value)
}

/// Reads an entry, with or without its unit.
///
/// # Errors
/// What was found and what is allowed.
pub(super) fn read(parameter: &Parameter, entry: &str) -> Result<f64, String> {
    let unit = pretty_unit(&parameter.unit);
    let mut text = entry.trim();
    for unit in [parameter.unit.as_str(), unit.as_str()] {
        // The unit `1` is the last digit of many numbers.
        if unit != "1" {
            text = text.strip_suffix(unit).unwrap_or(text).trim_end();
        }
    }
    let [low, high] = parameter.range.map(short);
    let allowed = format!("{low} to {high} {unit}");
    let allowed = allowed.trim_end();
    match numbers::typed(text) {
        Some(value) if parameter.check(value).is_ok() => Ok(value),
        Some(value) => Err(format!("{} is out of range: {allowed}", short(value))),
        None if text.is_empty() => Err(format!("A number is needed: {allowed}")),
        None => Err(format!(
            "“{}” is no number; allowed: {allowed}",
            entry.trim()
        )),
    }
}

fn range_text(ui: &mut Ui, parameter: &Parameter, numbers: &Numbers) {
    let [low, high] = parameter.range.map(format_number);
    let unit = pretty_unit(&parameter.unit);
    ui.label(format!("{low} to {high} {unit}").trim_end());
    ui.label(format!(
        "Scenario (▲): {}",
        quantity(numbers.default, &parameter.unit)
    ));
    ui.weak("Arrow keys, Home, End; double-click or Backspace: the scenario's value.");
}

/// Name, symbol, source and how sure it is.
pub(super) fn about(ui: &mut Ui, parameter: &Parameter) {
    ui.set_max_width(340.0);
    ui.strong(&parameter.label);
    ui.label(RichText::new(format!("p.{}", parameter.id)).monospace());
    ui.label(confidence_text(parameter.confidence));
    crate::panels::equations::source(ui, &parameter.cite);
}

fn confidence_text(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Measured => "Measured.",
        Confidence::Fitted => "From a published model's fit.",
        Confidence::Derived => "Worked out from measured numbers.",
        Confidence::Assumed => "Assumed: nobody measured it.",
        Confidence::Tuned => "Assumed, then tuned until the model behaved as reported.",
    }
}

/// Filled: rests on data; hollow: assumed; hollow with a dot: assumed and tuned.
fn confidence_mark(ui: &mut Ui, parameter: &Parameter) {
    let response = mark(ui, parameter.confidence);
    let text = confidence_text(parameter.confidence);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, text));
    response.on_hover_ui(|ui| about(ui, parameter));
}

/// What the marks before the names mean.
pub(super) fn key(ui: &mut Ui) {
    ui.horizontal_wrapped(|ui| {
        for (confidence, text) in [
            (Confidence::Measured, "measured or published"),
            (Confidence::Assumed, "assumed"),
            (Confidence::Tuned, "tuned"),
        ] {
            mark(ui, confidence);
            ui.add(egui::Label::new(RichText::new(text).small()).extend());
        }
    });
}

fn mark(ui: &mut Ui, confidence: Confidence) -> egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
    let ink = ui.visuals().text_color();
    let painter = ui.painter();
    match confidence {
        Confidence::Measured | Confidence::Fitted | Confidence::Derived => {
            painter.circle_filled(rect.center(), 3.5, ink);
        }
        Confidence::Assumed | Confidence::Tuned => {
            painter.circle_stroke(rect.center(), 4.0, Stroke::new(1.2, ink));
        }
    }
    if confidence == Confidence::Tuned {
        painter.circle_filled(rect.center(), 1.5, ink);
    }
    response
}

/// Colour of what differs from the scenario; beside words always.
fn changed_colour(ui: &Ui) -> Color32 {
    if ui.visuals().dark_mode {
        Color32::from_rgb(86, 180, 233)
    } else {
        Color32::from_rgb(0, 92, 150)
    }
}
