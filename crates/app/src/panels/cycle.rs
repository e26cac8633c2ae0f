//! The model's cycle as a ring: each step lit by how fast it turns in one arm.
//!
//! The light of a step is its rate in the chosen arm over the largest rate of all arms now. The list beside
//! the ring says the same in numbers.

use std::f32::consts::{PI, TAU};

use eframe::egui::{
    Align2, Color32, ComboBox, FontId, Pos2, Rect, RichText, Sense, Stroke, Ui, Vec2, lerp, vec2,
};
use warmfront_model::{CycleStep, Scenario};
use warmfront_session::Row;

use super::{Desk, last_row};
use crate::state::Snapshot;

/// Edge of the ring's square, points.
const SIDE: f32 = 128.0;

/// The ring; nothing for a model without a cycle.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let steps = &scenario.model.cycle;
    if steps.is_empty() {
        return;
    }
    let last = scenario.arms.len() - 1;
    let mut arm = desk.cycle_arm.unwrap_or(desk.arm(&scenario)).min(last);
    ui.strong("Cycle");
    ComboBox::from_label("Arm of the cycle")
        .selected_text(&scenario.arms[arm].label)
        .show_ui(ui, |ui| {
            for (i, a) in scenario.arms.iter().enumerate() {
                if ui.selectable_value(&mut arm, i, &a.label).clicked() {
                    desk.cycle_arm = Some(i);
                }
            }
        });
    let row = last_row(snapshot, &scenario);
    let light: Vec<Option<f32>> = steps.iter().map(|s| light(row, s.rate, arm)).collect();
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::hover());
        ring(ui, rect, steps, &light);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 1.0;
            for (i, (step, light)) in steps.iter().zip(&light).enumerate() {
                let text = format!("{} {}: {}", i + 1, step.label, percent(*light));
                let label = ui.label(RichText::new(text).small());
                label.on_hover_ui(|ui| explain(ui, step));
            }
        });
    });
    ui.weak(RichText::new(largest(&scenario)).small());
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

fn ring(ui: &mut Ui, rect: Rect, steps: &[CycleStep], light: &[Option<f32>]) {
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
        painter.circle(centre, node, fill, Stroke::new(1.0 + l, edge));
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
        let response = ui.interact(area, ui.scope_id().with(("step", i)), Sense::hover());
        response.on_hover_ui(|ui| explain(ui, step));
    }
}

fn explain(ui: &mut Ui, step: &CycleStep) {
    ui.set_max_width(360.0);
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
