//! The bars themselves: to the right what adds, to the left what takes away.

use super::balance::TINY;
use super::{
    Balance, Bar, CollapsingHeader, Desk, Equation, Local, Look, Model, Rect, RichText, Snapshot,
    TextWrapMode, Ui, WindowCommand, egui, equations, pos2, signed, vec2,
};

/// Room for the numbers beside a bar, points.
const NUMBERS: f32 = 150.0;
/// Height of a bar.
const HEIGHT: f32 = 16.0;

/// All bars of one place; `key` says when the order starts afresh.
pub(super) fn ui(
    ui: &mut Ui,
    snapshot: &Snapshot,
    desk: &mut Desk,
    model: &Model,
    balance: &Balance,
    unit: &str,
    key: (String, usize, usize),
) {
    if balance.bars.is_empty() {
        ui.weak("Nothing makes, uses up or moves this field.");
        return;
    }
    let pointed = desk
        .why
        .area
        .is_some_and(|area| ui.rect_contains_pointer(area));
    let is_off = |bar: &Bar, desk: &Desk| {
        bar.process
            .is_some_and(|p| !desk.outbox.switched_on(snapshot, p))
    };
    if !(pointed && desk.why.order_of == key) {
        // What is switched off stays in sight, so that it can be switched on again.
        let bars = balance.bars.iter();
        let large = bars.filter(|b| b.share >= TINY || b.rate.is_nan() || is_off(b, desk));
        desk.why.order = large.map(|b| b.local).collect();
        if desk.why.order.is_empty() {
            desk.why.order = balance.bars.iter().map(|b| b.local).collect();
        }
        desk.why.order_of = key.clone();
    }
    let order = desk.why.order.clone();
    let scale = balance.largest();
    let equation = Equation::of_field(model, key.1);
    let drawn = ui.scope(|ui| {
        for local in &order {
            if let Some(bar) = balance.bars.iter().find(|b| b.local == *local) {
                one(ui, snapshot, desk, model, &equation, bar, scale, unit);
            }
        }
        let rest: Vec<&Bar> = balance
            .bars
            .iter()
            .filter(|b| !order.contains(&b.local))
            .collect();
        if rest.is_empty() {
            return;
        }
        let total: f64 = rest.iter().map(|b| b.rate).sum();
        let title = format!("Others ({}): {}", rest.len(), signed(total, unit));
        CollapsingHeader::new(RichText::new(title).small())
            .id_salt("others")
            .show(ui, |ui| {
                for bar in rest {
                    one(ui, snapshot, desk, model, &equation, bar, scale, unit);
                }
            });
    });
    desk.why.area = Some(drawn.response.rect);
    ui.weak(RichText::new("Shares are of all gains and losses together.").small());
}

/// Name, switch, map button; beneath them the bar and its numbers.
#[expect(
    clippy::too_many_arguments,
    reason = "one row of a table, called in one place"
)]
fn one(
    ui: &mut Ui,
    snapshot: &Snapshot,
    desk: &mut Desk,
    model: &Model,
    equation: &Equation,
    bar: &Bar,
    scale: f64,
    unit: &str,
) {
    let name = match bar.process {
        Some(p) => model.processes[p].label.clone(),
        None => "Movement".to_owned(),
    };
    let id = egui::Id::unique(("why", bar.local));
    ui.scope_builder(egui::UiBuilder::new().scope_id(id), |ui| {
        ui.horizontal(|ui| {
            let right = egui::Layout::right_to_left(egui::Align::Center);
            ui.with_layout(right, |ui| {
                let map = ui.small_button("Map");
                let told = format!("Map of {name}");
                map.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &told));
                if map
                    .on_hover_text("Shows this rate in the whole tissue.")
                    .clicked()
                {
                    let look = Look::Derived(bar.local);
                    desk.window.push(WindowCommand::Look(look));
                }
                let left = egui::Layout::left_to_right(egui::Align::Center);
                ui.with_layout(left, |ui| {
                    ui.style_mut().wrap_mode = Some(TextWrapMode::Wrap);
                    match bar.process {
                        Some(p) => {
                            equations::switch(ui, snapshot, desk, model, p, &name)
                                .on_hover_ui(|ui| explain(ui, model, equation, bar));
                        }
                        None => {
                            // As far in as the names beside a switch.
                            ui.add_space(ui.spacing().icon_width + ui.spacing().icon_spacing);
                            ui.label(&name);
                        }
                    }
                });
            });
        });
        let off = bar
            .process
            .is_some_and(|p| !desk.outbox.switched_on(snapshot, p));
        let numbers = if off && bar.rate == 0.0 {
            "off".to_owned()
        } else {
            format!("{}  {:.1} %", signed(bar.rate, unit), 100.0 * bar.share)
        };
        let size = vec2(ui.available_width(), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
        let told = format!("{name}: {numbers}");
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Meter, true, &told));
        paint(ui, rect, bar.rate, scale, &numbers);
        response.on_hover_ui(|ui| explain(ui, model, equation, bar));
    });
}

fn paint(ui: &Ui, rect: Rect, rate: f64, scale: f64, numbers: &str) {
    let painter = ui.painter();
    let room = rect.with_max_x((rect.right() - NUMBERS).max(rect.left() + 40.0));
    let middle = room.center().x;
    let rail = ui.visuals().widgets.noninteractive.bg_stroke;
    painter.rect_filled(room, 2.0, ui.visuals().faint_bg_color);
    let share = if scale > 0.0 && rate.is_finite() {
        rate / scale
    } else {
        0.0
    };
    let end = middle + share.clamp(-1.0, 1.0) as f32 * 0.5 * room.width();
    let bar = Rect::from_min_max(
        pos2(middle.min(end), room.top() + 2.0),
        pos2(middle.max(end), room.bottom() - 2.0),
    );
    painter.rect_filled(bar, 1.0, equations::sign_colour(ui, rate > 0.0));
    painter.vline(middle, room.y_range(), rail);
    let font = egui::TextStyle::Small.resolve(ui.style());
    let at = rect.right_center();
    let ink = ui.visuals().text_color();
    painter.text(at, egui::Align2::RIGHT_CENTER, numbers, font, ink);
}

/// Term of the equation, what it turns into what, source.
fn explain(ui: &mut Ui, model: &Model, equation: &Equation, bar: &Bar) {
    ui.set_max_width(380.0);
    let Some(process) = bar.process else {
        ui.strong("Movement");
        for text in equation.movement.iter().chain(&equation.where_lines) {
            ui.label(RichText::new(text).monospace());
        }
        equations::legend(ui, model, &equation.names);
        return;
    };
    let p = &model.processes[process];
    ui.strong(&p.label);
    let gain = match bar.local {
        Local::Term(i) => model.terms().get(i).is_some_and(|t| t.product.is_some()),
        _ => true,
    };
    let part = equation
        .parts
        .iter()
        .find(|part| part.process == process && part.gain == gain);
    if let Some(part) = part {
        let sign = if part.gain { "+" } else { "−" };
        let text = format!("{sign} {}", part.expression);
        ui.label(RichText::new(text).monospace());
        equations::legend(ui, model, &part.names);
    }
    ui.label(equations::turns(model, process));
    equations::source(ui, &p.cite);
}
