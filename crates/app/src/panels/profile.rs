//! Values along a line across the tissue, for all arms.

use eframe::egui::{ComboBox, Ui, Vec2b};
use egui_plot::{HoverPosition, Line, Plot, PlotPoints};
use warmfront_model::{Local, Model, Scenario};
use warmfront_session::{length_unit, micrometres_per_length, pretty_unit};
use warmfront_view::number::{LengthUnit, format_number};

use super::plots::chart::{spacer, x_axis, y_axis};
use super::plots::{arm_names, dash};
use super::{Desk, colour_of_arm};
use crate::canvas::Tool;
use crate::state::{Inspected, Snapshot};

/// Room to the right of the plot for the last number of its axis, points.
const HALF_A_LABEL: f32 = 16.0;
/// Height of the plot, points.
const HEIGHT: f32 = 220.0;

/// What the panel remembers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// The quantity drawn; none: the first that is on the tissue.
    pub quantity: Option<Local>,
    /// Quantities on the tissue now; the canvas writes it.
    pub shown: Vec<Local>,
}

impl State {
    /// The quantity drawn.
    pub fn quantity(&self, model: &Model) -> Option<Local> {
        let known = model.locals();
        let chosen = self.quantity.into_iter().chain(self.shown.first().copied());
        let mut chosen = chosen.filter(|q| known.contains(q));
        chosen.next().or(known.first().copied())
    }
}

/// The panel.
pub fn ui(ui: &mut Ui, snapshot: &Snapshot, desk: &mut Desk) {
    let Some(scenario) = snapshot.scenario.clone() else {
        return;
    };
    let model = &*scenario.model;
    let Some(quantity) = desk.profile.quantity(model) else {
        return;
    };
    let label = ui.label("Quantity along the line");
    let combo = ComboBox::from_id_salt("profile quantity")
        .width((ui.available_width() - 8.0).max(80.0))
        .wrap()
        .height(420.0)
        .selected_text(model.local_label(quantity))
        .show_ui(ui, |ui| choices(ui, model, quantity, &mut desk.profile));
    combo.response.labelled_by(label.id);
    ui.add_space(4.0);

    let inspected = &snapshot.inspected;
    let Some(_) = desk.inspect.line else {
        ui.label("Draw a line on the tissue: choose the tool and drag from A to B.");
        if desk.tool != Tool::Line && ui.button("Line tool").clicked() {
            desk.tool = Tool::Line;
        }
        return;
    };
    if inspected.line.is_empty() {
        ui.weak("The line is being evaluated …");
        return;
    }
    // Numbers only name what they are of: the line that was evaluated last.
    let late = inspected.wanted.line != desk.inspect.line;
    plot(ui, &scenario, desk, inspected, quantity);
    arm_names(ui, &scenario, desk.dark);
    ui.horizontal(|ui| {
        if ui.button("Remove line").clicked() {
            desk.inspect.line = None;
        }
        if late {
            ui.weak("The line moved; its values follow.");
        }
    });
}

fn choices(ui: &mut Ui, model: &Model, chosen: Local, state: &mut State) {
    let locals = model.locals();
    let item = |ui: &mut Ui, local: Local, state: &mut State| {
        let label = model.local_label(local);
        if ui.selectable_label(local == chosen, label).clicked() {
            state.quantity = Some(local);
        }
    };
    let follow = ui.selectable_label(state.quantity.is_none(), "As on the tissue");
    if follow.clicked() {
        state.quantity = None;
    }
    let shown: Vec<Local> = state.shown.clone();
    for local in shown.iter().filter(|l| locals.contains(l)) {
        item(ui, *local, state);
    }
    ui.separator();
    for local in locals.into_iter().filter(|l| !shown.contains(l)) {
        item(ui, local, state);
    }
}

/// One curve: distances in the unit of the axis, values.
fn points(inspected: &Inspected, arm: usize, row: usize, factor: f64) -> Vec<[f64; 2]> {
    let values = inspected.line.get(arm).into_iter().flatten();
    let values = values.map(|at| at.get(row).map_or(f64::NAN, |v| f64::from(*v)));
    let distances = inspected.distance.iter().map(|d| d * factor);
    let points = distances.zip(values).map(|(d, v)| [d, v]);
    points.filter(|p| p.iter().all(|v| v.is_finite())).collect()
}

fn plot(ui: &mut Ui, scenario: &Scenario, desk: &Desk, inspected: &Inspected, quantity: Local) {
    let model = &*scenario.model;
    let Some(row) = model.locals().iter().position(|l| *l == quantity) else {
        return;
    };
    let factor = micrometres_per_length(model).unwrap_or(1.0);
    let unit = pretty_unit(&model.local_unit(quantity));
    let length = length_unit(model);
    let x_unit = match &length {
        LengthUnit::Micrometres => "µm".to_owned(),
        LengthUnit::Named(name) => name.clone(),
    };
    let (hover_unit, hover_length) = (unit.clone(), length);
    let hover = move |position: &HoverPosition<'_>| match position {
        HoverPosition::NearDataPoint {
            plot_name,
            position,
            ..
        } => Some(format!(
            "{plot_name}\n{} from A\n{} {hover_unit}",
            hover_length.format(position.x),
            format_number(position.y)
        )),
        HoverPosition::Elsewhere { .. } => None,
    };
    let y_label = if unit.is_empty() { "1" } else { &unit };
    let plot = Plot::new("profile")
        .height(HEIGHT)
        .width(ui.available_width() - HALF_A_LABEL)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(Vec2b::FALSE)
        .auto_bounds(Vec2b::TRUE)
        .show_crosshair(false)
        .include_x(0.0)
        .include_y(0.0)
        .x_grid_spacer(spacer)
        .y_grid_spacer(spacer)
        .custom_x_axes(vec![x_axis(format!("distance from A ({x_unit})"))])
        .custom_y_axes(vec![y_axis(|y| y).label(y_label.to_owned())])
        .label_formatter(hover);
    let lines: Vec<Line<'_>> = scenario
        .arms
        .iter()
        .enumerate()
        .map(|(arm, a)| {
            let alone = desk.shown.is_none_or(|shown| shown == arm);
            let ink = colour_of_arm(arm, desk.dark);
            let points = points(inspected, arm, row, factor);
            Line::new(a.label.clone(), PlotPoints::new(points))
                .color(if alone { ink } else { ink.gamma_multiply(0.45) })
                .width(if alone { 2.0 } else { 1.2 })
                .style(dash(arm))
        })
        .collect();
    plot.show(ui, |plot| {
        for line in lines {
            plot.line(line);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;

    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;
    use warmfront_model::Library;

    use super::*;
    use crate::app::WarmfrontApp;
    use crate::command::Inspect;
    use crate::state::Shared;

    #[test]
    fn a_line_has_a_curve_per_arm() {
        let scenario = Library::embedded()
            .scenario("inflamed")
            .expect("it is valid");
        let locals = scenario.model.locals();
        let line = Some([[0.0, 5.0, 0.0], [30.0, 5.0, 0.0]]);
        let point = |arm: usize, k: usize| vec![(arm * 10 + k) as f32; locals.len()];
        let arm = |arm: usize| (0..4).map(|k| point(arm, k)).collect::<Vec<_>>();
        let inspected = Inspected {
            wanted: Inspect {
                line,
                ..Inspect::default()
            },
            distance: vec![0.0, 10.0, 20.0, 30.0],
            line: (0..scenario.arms.len()).map(arm).collect(),
            ..Inspected::default()
        };
        assert_eq!(points(&inspected, 1, 0, 0.5)[3], [15.0, 13.0]);
        assert!(points(&inspected, 9, 0, 1.0).is_empty());
        let snapshot = Snapshot {
            inspected: Arc::new(inspected),
            scenario: Some(Arc::new(scenario.clone())),
            ..Snapshot::default()
        };
        let (sender, _commands) = sync_channel(8);
        let app = WarmfrontApp::new(Shared::default(), sender, Vec::new());
        let mut harness = Harness::builder().with_max_steps(40).build_ui_state(
            |ui, app: &mut WarmfrontApp| super::ui(ui, &snapshot, &mut app.desk),
            app,
        );
        harness.run();
        harness.get_by_label("Line tool").click();
        harness.run();
        assert_eq!(harness.state().desk.tool, Tool::Line);
        harness.state_mut().desk.inspect.line = line;
        harness.state_mut().desk.profile.shown = vec![Local::Field(2)];
        harness.run();
        let model = &scenario.model;
        let quantity = harness.state().desk.profile.quantity(model);
        assert_eq!(quantity, Some(Local::Field(2)));
        for arm in &scenario.arms {
            assert!(harness.query_by_label_contains(&arm.label).is_some());
        }
        harness.get_by_label("Remove line").click();
        harness.run();
        assert_eq!(harness.state().desk.inspect.line, None);
    }
}
