//! The model's cycle as a ring: each step lit by how fast it turns in one arm.
//!
//! The light of a step is its rate in the chosen arm over the largest rate of all arms now. The list beside
//! the ring says the same in numbers. A treatment that leaves few tumour cells also leaves few that are killed:
//! so rates are compared per counted cell (the rate over the burden of its arm) or per tissue, as one chooses;
//! what hovers over a step tells both.

use std::f32::consts::{PI, TAU};

use eframe::egui::{
    Align2, Button, Color32, ComboBox, FontId, Pos2, Rect, RichText, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo, lerp, vec2,
};
use warmfront_model::{CycleStep, Local, Model, Scenario};
use warmfront_session::Row;

use super::Desk;
use super::plots::present_row;
use crate::canvas::Look;
use crate::command::WindowCommand;
use crate::state::Snapshot;

/// Edge of the ring's square, points.
const SIDE: f32 = 128.0;

/// The ring; nothing for a model without a cycle.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let model = &scenario.model;
    let steps = &model.cycle;
    if steps.is_empty() {
        ui.weak("This model has no cycle.");
        return;
    }
    let last = scenario.arms.len() - 1;
    let mut arm = desk.cycle_arm.unwrap_or(desk.arm(&scenario)).min(last);
    let cells = per_cell(model);
    ui.horizontal_wrapped(|ui| {
        let combo = ComboBox::from_id_salt("arm of the cycle")
            .selected_text(&scenario.arms[arm].label)
            .show_ui(ui, |ui| {
                for (i, a) in scenario.arms.iter().enumerate() {
                    if ui.selectable_value(&mut arm, i, &a.label).clicked() {
                        desk.cycle_arm = Some(i);
                    }
                }
            });
        combo.response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ComboBox, true, "Arm");
            info.current_text_value = Some(scenario.arms[arm].label.clone());
            info
        });
        let hover = format!("Arm that the ring shows. {}", largest(&scenario));
        combo.response.on_hover_text(hover);
        let Some(cells) = &cells else { return };
        ui.spacing_mut().button_padding.x = 4.0;
        ui.spacing_mut().item_spacing.x = 2.0;
        for (on, text) in [(true, cells.as_str()), (false, PER_TISSUE)] {
            let switch = ui.selectable_label(desk.cycle_per_cell == on, text);
            if switch.on_hover_text(why_per_cell(model)).clicked() {
                desk.cycle_per_cell = on;
            }
        }
    });
    let row = present_row(snapshot, &scenario);
    let per_cell = desk.cycle_per_cell && cells.is_some();
    let told = Told {
        model,
        row,
        arm,
        cells,
        several: scenario.arms.len() > 1,
    };
    let light: Vec<Option<f32>> = steps.iter().map(|s| told.light(s, per_cell)).collect();
    let mut clicked = None;
    let chosen = desk.cycle_step.filter(|i| *i < steps.len());
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::hover());
        clicked = ring(ui, rect, &told, &light, chosen);
        ui.vertical(|ui| {
            ui.set_max_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.spacing_mut().button_padding = vec2(3.0, 0.0);
            ui.spacing_mut().interact_size.y = 15.0;
            for (i, (step, light)) in steps.iter().zip(&light).enumerate() {
                let text = format!("{} {}: {}", i + 1, step.label, percent(*light));
                let text = RichText::new(text).small();
                let button = Button::selectable(chosen == Some(i), text).wrap();
                let response = ui.add(button).on_hover_ui(|ui| told.explain(ui, step));
                if response.clicked() {
                    clicked = Some(i);
                }
            }
        });
    });
    ui.label(RichText::new(largest(&scenario)).small().weak());
    if let Some(step) = clicked {
        let same = chosen == Some(step);
        desk.cycle_step = (!same).then_some(step);
        let local = Local::Observable(steps[step].rate);
        if !same && model.locals().contains(&local) {
            desk.window.push(WindowCommand::Look(Look::Derived(local)));
        }
    }
    if let Some(step) = desk.cycle_step.and_then(|i| steps.get(i)) {
        ui.separator();
        told.explain(ui, step);
    }
}

const PER_TISSUE: &str = "per tissue";

// `per` and one of what the burden counts.
fn per_cell(model: &Model) -> Option<String> {
    let of = model.burden_of.as_ref()?;
    Some(format!("per {of}"))
}

fn why_per_cell(model: &Model) -> String {
    let cell = model.burden_of.as_deref().unwrap_or_default();
    format!(
        "Where a treatment leaves few cells, little happens in the tissue as a whole, however fast it goes for each \
         {cell}. Per {cell}, the rate is divided by the burden of its arm; steps that are no rate of the tissue stay \
         as they are."
    )
}

fn largest(scenario: &Scenario) -> &'static str {
    if scenario.arms.len() > 1 {
        "Share of the largest rate of any arm now."
    } else {
        "Lit where the step turns at all; one arm has nothing to compare with."
    }
}

/// What is told of the steps in one arm.
struct Told<'a> {
    model: &'a Model,
    row: Option<&'a Row>,
    arm: usize,
    /// `per` and one of what the burden counts.
    cells: Option<String>,
    several: bool,
}

impl Told<'_> {
    // The rate of a step in every arm; none: there is no number yet.
    fn rates(&self, step: &CycleStep, per_cell: bool) -> Option<Vec<f64>> {
        let burden = self.model.burden_behind(step.rate).filter(|_| per_cell);
        let of_arm = |values: &Vec<f64>| {
            let rate = values[step.rate];
            match burden.map(|b| values[b]) {
                Some(burden) if burden > 0.0 => rate / burden,
                Some(_) => f64::NAN,
                None => rate,
            }
        };
        Some(self.row?.values.iter().map(of_arm).collect())
    }

    fn light(&self, step: &CycleStep, per_cell: bool) -> Option<f32> {
        light(&self.rates(step, per_cell)?, self.arm)
    }

    /// What a step is, and its rates now.
    fn explain(&self, ui: &mut Ui, step: &CycleStep) {
        ui.set_max_width(ui.available_width().clamp(160.0, 360.0));
        ui.strong(&step.label);
        ui.label(step.explanation.trim());
        let divided = self.model.burden_behind(step.rate).is_some();
        let bases = [(false, Some(PER_TISSUE)), (true, self.cells.as_deref())];
        for (per_cell, basis) in bases {
            let Some(basis) = basis.filter(|_| divided || !per_cell) else {
                continue;
            };
            let Some(rates) = self.rates(step, per_cell) else {
                continue;
            };
            let unit = match per_cell {
                true => format!("1/{}", self.model.time_unit),
                false => self.model.observables[step.rate].unit.clone(),
            };
            let mut text = format!("Now {}", super::quantity(rates[self.arm], &unit));
            if divided {
                text.push_str(&format!(" {basis}"));
            }
            if self.several {
                let share = percent(light(&rates, self.arm));
                text.push_str(&format!(", {share} of the largest arm"));
            }
            ui.label(text);
        }
        if !step.cite.trim().is_empty() {
            ui.weak(step.cite.trim());
        }
    }
}

/// Rate in one arm over the largest of all arms, 0..1; none without a number.
fn light(rates: &[f64], arm: usize) -> Option<f32> {
    let here = rates[arm];
    let all = rates.iter().copied();
    let largest = all.filter(|v| v.is_finite()).fold(0.0, f64::max);
    if !here.is_finite() {
        return None;
    }
    let share = if largest > 0.0 { here / largest } else { 0.0 };
    Some(share.clamp(0.0, 1.0) as f32)
}

fn percent(light: Option<f32>) -> String {
    light.map_or("n/a".to_owned(), |l| format!("{:.0} %", 100.0 * l))
}

// Draws the ring; the step that was clicked.
fn ring(
    ui: &mut Ui,
    rect: Rect,
    told: &Told<'_>,
    light: &[Option<f32>],
    chosen: Option<usize>,
) -> Option<usize> {
    let mut clicked = None;
    let visuals = ui.visuals();
    let (dim, ink) = (visuals.faint_bg_color, visuals.text_color());
    let edge = visuals.weak_text_color();
    let lit = Color32::from_rgb(230, 159, 0);
    let steps = &told.model.cycle;
    let count = steps.len();
    let node = (PI * 0.36 * SIDE / count as f32 * 0.72).min(16.0);
    let radius = 0.5 * SIDE - node - 2.0;
    // The first step on top, onwards clockwise.
    let angle = |i: f32| TAU * i / count as f32 - 0.5 * PI;
    let at = |a: f32| -> Pos2 { rect.center() + radius * vec2(a.cos(), a.sin()) };
    for i in 0..count {
        let gap = (node + 3.0) / radius;
        let (from, to) = (angle(i as f32) + gap, angle(i as f32 + 1.0) - gap);
        if to <= from {
            continue;
        }
        let arc: Vec<Pos2> = (0..=8)
            .map(|k| at(lerp(from..=to, k as f32 / 8.0)))
            .collect();
        let (tip, before) = (arc[8], arc[6]);
        ui.painter().line(arc, Stroke::new(1.5, edge));
        let back = (before - tip).normalized() * 5.0;
        for side in [back.rot90(), -back.rot90()] {
            let end = tip + back + 0.6 * side;
            ui.painter()
                .line_segment([tip, end], Stroke::new(1.5, edge));
        }
    }
    for (i, (step, light)) in steps.iter().zip(light).enumerate() {
        let centre = at(angle(i as f32));
        let l = light.unwrap_or(0.0);
        let fill = dim.lerp_to_gamma(lit, l);
        let painter = ui.painter();
        let width = if chosen == Some(i) { 3.0 } else { 1.0 + l };
        let line = if chosen == Some(i) { ink } else { edge };
        painter.circle(centre, node, fill, Stroke::new(width, line));
        let text = if l > 0.5 { Color32::BLACK } else { ink };
        let number = (i + 1).to_string();
        painter.text(
            centre,
            Align2::CENTER_CENTER,
            number,
            FontId::proportional(12.0),
            text,
        );
        let area = Rect::from_center_size(centre, Vec2::splat(2.0 * node));
        let response = ui.interact(area, ui.scope_id().with(("step", i)), Sense::click());
        response.widget_info(|| {
            let text = format!("Step {}: {}", i + 1, step.label);
            WidgetInfo::selected(Role::Button, true, chosen == Some(i), text)
        });
        if response.on_hover_ui(|ui| told.explain(ui, step)).clicked() {
            clicked = Some(i);
        }
    }
    clicked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_is_a_share_of_the_largest_arm() {
        let rates = [2.0, 4.0, f64::NAN, -1.0];
        let lights = [0, 1, 2, 3].map(|arm| light(&rates, arm));
        assert_eq!(lights, [Some(0.5), Some(1.0), None, Some(0.0)]);
        assert_eq!(light(&[0.0], 0), Some(0.0));
    }

    #[test]
    fn per_cell_the_arm_with_few_cells_is_not_the_slowest() {
        let model = warmfront_model::Library::embedded().model("tumour");
        let model = model.expect("it is valid");
        let burden = model.burden.expect("it has one");
        let divided = |s: &&CycleStep| model.burden_behind(s.rate).is_some();
        let step = model.cycle.iter().find(divided).expect("a rate of tissue");
        // The second arm has a tenth of the cells, which turn three times as fast.
        let mut values = vec![vec![0.0; model.observables.len()]; 2];
        for (arm, (cells, rate)) in [(0.2, 0.02), (0.02, 0.006)].into_iter().enumerate() {
            values[arm][burden] = cells;
            values[arm][step.rate] = rate;
        }
        let row = Row { time: 1.0, values };
        let told = Told {
            model: &model,
            row: Some(&row),
            arm: 1,
            cells: per_cell(&model),
            several: true,
        };
        let share = |per_cell| told.light(step, per_cell).expect("a number");
        assert!((share(false) - 0.3).abs() < 1e-6);
        assert!((share(true) - 1.0).abs() < 1e-6);
        // A mean per cell is not divided again.
        let mut means = model.cycle.iter().filter(|s| !divided(s));
        let mean = means.next().expect("a step that is no rate of tissue");
        assert_eq!(told.rates(mean, true), told.rates(mean, false));
    }
}
