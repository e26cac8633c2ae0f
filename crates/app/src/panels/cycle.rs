//! The model's cycle as a ring: each step lit by how fast it turns in one arm.
//!
//! The light of a step is its rate in the chosen arm over the largest rate of all arms now. The list beside
//! the ring says the same in numbers.

use std::f32::consts::{PI, TAU};

use eframe::egui::{
    Align2, Button, Color32, ComboBox, FontId, Pos2, Rect, RichText, Role, Sense, Stroke, Ui, Vec2,
    WidgetInfo, lerp, vec2,
};
use warmfront_model::{CycleStep, Local, Scenario};
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
    ui.horizontal(|ui| {
        let label = ui.label("Arm").on_hover_text(largest(&scenario));
        let combo = ComboBox::from_id_salt("arm of the cycle")
            .selected_text(&scenario.arms[arm].label)
            .show_ui(ui, |ui| {
                for (i, a) in scenario.arms.iter().enumerate() {
                    if ui.selectable_value(&mut arm, i, &a.label).clicked() {
                        desk.cycle_arm = Some(i);
                    }
                }
            });
        combo.response.labelled_by(label.id);
    });
    let row = present_row(snapshot, &scenario);
    let light: Vec<Option<f32>> = steps.iter().map(|s| light(row, s.rate, arm)).collect();
    let mut clicked = None;
    let chosen = desk.cycle_step.filter(|i| *i < steps.len());
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::hover());
        clicked = ring(ui, rect, steps, &light, chosen);
        ui.vertical(|ui| {
            ui.set_max_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.spacing_mut().button_padding = vec2(3.0, 0.0);
            ui.spacing_mut().interact_size.y = 15.0;
            for (i, (step, light)) in steps.iter().zip(&light).enumerate() {
                let text = format!("{} {}: {}", i + 1, step.label, percent(*light));
                let text = RichText::new(text).small();
                let button = Button::selectable(chosen == Some(i), text).wrap();
                let response = ui.add(button).on_hover_ui(|ui| explain(ui, step));
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
        explain(ui, step);
        let rate = &model.observables[step.rate];
        let value = row.map_or(f64::NAN, |r| r.values[arm][step.rate]);
        let now = super::quantity(value, &rate.unit);
        ui.label(format!("{} now: {now}", rate.label));
    }
}

fn largest(scenario: &Scenario) -> &'static str {
    if scenario.arms.len() > 1 {
        "Share of the largest rate of any arm now."
    } else {
        "Lit where the step turns at all; one arm has nothing to compare with."
    }
}

/// Rate in one arm over the largest of all arms, 0..1; none without a number.
fn light(row: Option<&Row>, observable: usize, arm: usize) -> Option<f32> {
    let values = &row?.values;
    let here = values[arm][observable];
    let all = values.iter().map(|v| v[observable]);
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
    steps: &[CycleStep],
    light: &[Option<f32>],
    chosen: Option<usize>,
) -> Option<usize> {
    let mut clicked = None;
    let visuals = ui.visuals();
    let (dim, ink) = (visuals.faint_bg_color, visuals.text_color());
    let edge = visuals.weak_text_color();
    let lit = Color32::from_rgb(230, 159, 0);
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
        if response.on_hover_ui(|ui| explain(ui, step)).clicked() {
            clicked = Some(i);
        }
    }
    clicked
}

fn explain(ui: &mut Ui, step: &CycleStep) {
    ui.set_max_width(ui.available_width().clamp(160.0, 360.0));
    ui.strong(&step.label);
    ui.label(step.explanation.trim());
    if !step.cite.trim().is_empty() {
        ui.weak(step.cite.trim());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn light_is_a_share_of_the_largest_arm() {
        let row = Row {
            time: 1.0,
            values: vec![vec![2.0], vec![4.0], vec![f64::NAN], vec![-1.0]],
        };
        let lights = [0, 1, 2, 3].map(|arm| light(Some(&row), 0, arm));
        assert_eq!(lights, [Some(0.5), Some(1.0), None, Some(0.0)]);
        assert_eq!(light(None, 0, 0), None);
        let still = Row {
            time: 0.0,
            values: vec![vec![0.0]],
        };
        assert_eq!(light(Some(&still), 0, 0), Some(0.0));
    }
}
