//! Time series of all arms: the burden, and a quantity to choose.

use eframe::egui::{self, ComboBox, Stroke, Ui, Vec2b};
use egui_plot::{HoverPosition, Line, LineStyle, Plot, PlotPoints, VLine};
use warmfront_model::{Scenario, plain};
use warmfront_session::{pretty_unit, time_axis};
use warmfront_view::number::format_number;

use super::{Desk, clock, colour, colour_of_arm, is_whole};
use crate::state::{Mark, Snapshot};

/// Most points of a line; more are not seen.
const MOST_POINTS: usize = 1500;
/// Height of a plot, points.
const HEIGHT: f32 = 165.0;

/// Both plots and what they share.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let model = &scenario.model;
    let order = quantities(&scenario);
    let first = model.burden.or(order.first().copied());
    if let Some(observable) = first {
        ui.horizontal(|ui| {
            ui.strong(&model.observables[observable].label);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.checkbox(&mut desk.logarithmic, "Logarithmic");
            });
        });
        plot(ui, snapshot, &scenario, desk, observable, true);
    }
    let others: Vec<usize> = order.into_iter().filter(|o| Some(*o) != first).collect();
    let chosen = desk.quantity.filter(|o| others.contains(o));
    let Some(mut chosen) = chosen.or(others.first().copied()) else {
        return;
    };
    ui.add_space(4.0);
    ComboBox::from_label("Quantity")
        .selected_text(&model.observables[chosen].label)
        .width((ui.available_width() - 80.0).max(80.0))
        .show_ui(ui, |ui| {
            for o in others {
                let label = &model.observables[o].label;
                if ui.selectable_value(&mut chosen, o, label).clicked() {
                    desk.quantity = Some(o);
                }
            }
        });
    plot(ui, snapshot, &scenario, desk, chosen, false);
}

/// Observables to choose from: those of the standard figure first, by its panels, then the rest.
fn quantities(scenario: &Scenario) -> Vec<usize> {
    let observables = &scenario.model.observables;
    let mut order: Vec<usize> = (0..observables.len()).collect();
    order.sort_by_key(|o| observables[*o].plot.is_none());
    order
}

fn plot(
    ui: &mut Ui,
    snapshot: &Snapshot,
    scenario: &Scenario,
    desk: &Desk,
    observable: usize,
    legend: bool,
) {
    let o = &scenario.model.observables[observable];
    let unit = pretty_unit(&o.unit);
    let logarithmic = desk.logarithmic;
    let value = move |y: f64| if logarithmic { 10_f64.powf(y) } else { y };
    let hover_unit = unit.clone();
    let hover = |position: &HoverPosition<'_>| match position {
        HoverPosition::NearDataPoint {
            plot_name,
            position,
            ..
        } => Some(format!(
            "{plot_name}\n{}\n{} {hover_unit}",
            clock(scenario, position.x),
            format_number(value(position.y))
        )),
        HoverPosition::Elsewhere { .. } => None,
    };
    let y_label = if unit.is_empty() { "1" } else { &unit };
    let mut plot = Plot::new(("series", legend))
        .height(HEIGHT)
        .width(ui.available_width())
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(Vec2b::FALSE)
        .auto_bounds(Vec2b::TRUE)
        .show_crosshair(false)
        .include_x(0.0)
        .include_x(scenario.time.duration)
        .x_axis_label(time_axis(&scenario.model))
        .y_axis_label(y_label)
        .y_axis_min_width(36.0)
        .y_axis_formatter(move |mark, _| format_number(value(mark.value)))
        .label_formatter(hover);
    if !logarithmic {
        plot = plot.include_y(0.0);
    }
    let lines = (0..scenario.arms.len())
        .map(|arm| line(snapshot, scenario, desk, observable, arm))
        .collect::<Vec<_>>();
    let marks = marks(snapshot, scenario);
    plot.show(ui, |plot| {
        for mark in marks {
            plot.vline(mark);
        }
        for line in lines {
            plot.line(line);
        }
    });
    // Beside the curves, never on them.
    if legend {
        ui.horizontal_wrapped(|ui| {
            for (arm, a) in scenario.arms.iter().enumerate() {
                let text = format!("{} {}", SAMPLES[arm % 4], a.label);
                ui.colored_label(colour_of_arm(arm, desk.dark), text);
            }
        });
    }
}

/// What the lines of [`dash`] look like in text.
const SAMPLES: [&str; 4] = ["———", "- - -", "·····", "— —"];

fn line<'a>(
    snapshot: &Snapshot,
    scenario: &Scenario,
    desk: &Desk,
    observable: usize,
    arm: usize,
) -> Line<'a> {
    let stride = snapshot.rows.len().div_ceil(MOST_POINTS).max(1);
    let last = snapshot.rows.len().saturating_sub(1);
    let rows = snapshot.rows.iter().enumerate();
    let points: Vec<[f64; 2]> = rows
        .filter(|(i, row)| (i % stride == 0 || *i == last) && is_whole(row, scenario))
        .map(|(_, row)| {
            let y = row.values[arm][observable];
            [row.time, if desk.logarithmic { y.log10() } else { y }]
        })
        .filter(|point| point.iter().all(|v| v.is_finite()))
        .collect();
    let alone = desk.shown.is_none_or(|shown| shown == arm);
    let ink = colour_of_arm(arm, desk.dark);
    Line::new(scenario.arms[arm].label.clone(), PlotPoints::new(points))
        .color(if alone { ink } else { ink.gamma_multiply(0.45) })
        .width(if alone { 2.0 } else { 1.2 })
        .style(dash(arm))
}

/// Arms differ in more than their colour. (Figures have dash-dot, which this plot library has not.)
fn dash(arm: usize) -> LineStyle {
    [
        LineStyle::Solid,
        LineStyle::Dashed { length: 6.0 },
        LineStyle::Dotted { spacing: 4.0 },
        LineStyle::Dashed { length: 14.0 },
    ][arm % 4]
}

/// Doses so far as faint lines, changes by the user as strong ones.
fn marks(snapshot: &Snapshot, scenario: &Scenario) -> Vec<VLine> {
    let mut lines = Vec::new();
    if !snapshot.time.is_finite() {
        return lines;
    }
    let near = 0.01 * scenario.time.duration;
    for (drug, d) in scenario.model.drugs.iter().enumerate() {
        let ink = colour(d.colour);
        let given = scenario
            .arms
            .iter()
            .any(|a| a.doses.get(drug).is_some_and(|m| *m > 0.0));
        if given {
            let mut until = f64::NEG_INFINITY;
            for time in scenario.regimens[drug].times(snapshot.time.min(scenario.time.duration)) {
                // Doses closer than a line's width would be a block of colour.
                if time - until >= near {
                    until = time;
                    let stroke = Stroke::new(1.0, ink.gamma_multiply(0.45));
                    // Without a name, so that the legend keeps to the arms; the colour is the drug's.
                    lines.push(VLine::new("", time).stroke(stroke).allow_hover(false));
                }
            }
        }
        for mark in settled(&snapshot.marks, drug, near) {
            let name = format!(
                "{}: {} ×",
                d.label,
                plain((mark.multiple * 100.0).round() / 100.0)
            );
            let line = VLine::new(name, mark.time).stroke(Stroke::new(2.0, ink));
            lines.push(line.style(LineStyle::dashed_dense()).allow_hover(false));
        }
    }
    lines
}

/// Changes of one drug's dose; of those closer than `near` only the last: where a drag ended.
fn settled(marks: &[Mark], drug: usize, near: f64) -> Vec<Mark> {
    let mut kept: Vec<Mark> = Vec::new();
    for mark in marks
        .iter()
        .filter(|m| m.drug == drug && m.time.is_finite())
    {
        match kept.last_mut() {
            Some(last) if mark.time - last.time < near => *last = *mark,
            _ => kept.push(*mark),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drag_leaves_one_mark() {
        let mark = |time, multiple| Mark {
            time,
            drug: 0,
            multiple,
        };
        let marks = [
            mark(1.0, 1.1),
            mark(1.01, 1.5),
            mark(1.02, 2.0),
            mark(9.0, 0.0),
        ];
        let kept = settled(&marks, 0, 0.28);
        assert_eq!(kept, [mark(1.02, 2.0), mark(9.0, 0.0)]);
        assert!(settled(&marks, 1, 0.28).is_empty());
    }
}
