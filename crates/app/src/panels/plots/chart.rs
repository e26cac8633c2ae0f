//! One small plot: all arms, dose marks, the moment shown; a click goes to that moment.

use eframe::egui::{self, Rangef, Stroke, Ui, Vec2b};
use egui_plot::{
    AxisHints, GridInput, GridMark, HoverPosition, Line, LineStyle, Plot, PlotPoints, VLine,
};
use warmfront_model::Scenario;
use warmfront_session::time_axis;
use warmfront_view::number::{format_number, nice_ticks};

use super::data;
use crate::panels::{Desk, colour, colour_of_arm};
use crate::state::Snapshot;

/// Labels of an axis, about.
const TICKS: usize = 4;
/// Points between the labels of a vertical axis from which they are shown, faintly and wholly. Plots are
/// low, and an axis without numbers is none.
const APART_Y: Rangef = Rangef {
    min: 6.0,
    max: 12.0,
};
/// The same for a horizontal axis.
const APART_X: Rangef = Rangef {
    min: 20.0,
    max: 40.0,
};

/// What all plots of a frame have in common.
pub struct Page<'a> {
    /// Newest snapshot.
    pub snapshot: &'a Snapshot,
    /// Its scenario.
    pub scenario: &'a Scenario,
    /// By drug: times of doses so far.
    pub doses: &'a [Vec<f64>],
    /// Width and height of a plot, points.
    pub size: [f32; 2],
}

/// Draws one observable; the model time that was clicked or dragged to, if any.
pub fn chart(ui: &mut Ui, page: &Page<'_>, desk: &Desk, observable: usize) -> Option<f64> {
    let Page {
        snapshot, scenario, ..
    } = *page;
    let o = &scenario.model.observables[observable];
    let logarithmic = desk.logarithmic;
    let value = move |y: f64| if logarithmic { 10_f64.powf(y) } else { y };
    let hover = |position: &HoverPosition<'_>| {
        let (HoverPosition::NearDataPoint { position, .. } | HoverPosition::Elsewhere { position }) =
            position;
        data::values_text(snapshot, scenario, observable, position.x)
    };
    let mut plot = Plot::new(("series", observable))
        .width(page.size[0])
        .height(page.size[1])
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_drag(false)
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false)
        .allow_axis_zoom_drag(Vec2b::FALSE)
        .auto_bounds(Vec2b::TRUE)
        .show_crosshair(true)
        .show_y(false)
        // One vertical line through all plots.
        .link_cursor(egui::Id::unique("plots"), Vec2b::new(true, false))
        .include_x(0.0)
        .include_x(scenario.time.duration)
        .x_grid_spacer(spacer)
        .y_grid_spacer(spacer)
        .custom_x_axes(vec![x_axis(time_axis(&scenario.model))])
        .custom_y_axes(vec![y_axis(value)])
        .label_formatter(hover);
    if !logarithmic {
        plot = plot.include_y(0.0);
    }
    let arms = 0..scenario.arms.len();
    let lines: Vec<Line<'_>> = arms.map(|arm| line(page, desk, observable, arm)).collect();
    let marks = marks(page, desk.dark);
    let shown = plot.show(ui, |plot| {
        for mark in marks {
            plot.vline(mark);
        }
        for line in lines {
            plot.line(line);
        }
    });
    let response = shown.response;
    response.widget_info(|| {
        let text = format!("Plot: {}", o.label);
        egui::WidgetInfo::labeled(egui::Role::Image, true, text)
    });
    let pointer = response.interact_pointer_pos()?;
    let wanted = response.clicked() || response.dragged();
    let time = shown.transform.value_from_position(pointer).x;
    (wanted && time.is_finite()).then(|| time.clamp(0.0, snapshot.timeline.newest.max(0.0)))
}

/// A horizontal axis that has numbers at any width.
pub fn x_axis(label: String) -> AxisHints<'static> {
    AxisHints::new_x()
        .label(label)
        .label_spacing(APART_X)
        .formatter(|mark, _| format_number(mark.value))
}

/// A vertical axis that has numbers at any height; `value` of a place on it.
pub fn y_axis(value: impl Fn(f64) -> f64 + 'static) -> AxisHints<'static> {
    AxisHints::new_y()
        .min_thickness(36.0)
        .label_spacing(APART_Y)
        .formatter(move |mark, _| format_number(value(mark.value)))
}

/// A few labels at any size: the plot's own grid has a line per power of ten.
pub fn spacer(input: GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let ticks = nice_ticks(low, high, TICKS);
    let step = match ticks.as_slice() {
        [a, b, ..] => b - a,
        _ => high - low,
    };
    let mark = |value: f64| GridMark {
        value,
        step_size: step,
    };
    ticks.into_iter().map(mark).collect()
}

fn line<'a>(page: &Page<'_>, desk: &Desk, observable: usize, arm: usize) -> Line<'a> {
    let Page {
        snapshot, scenario, ..
    } = *page;
    let points = data::points(snapshot, scenario, observable, arm, desk.logarithmic);
    let alone = desk.shown.is_none_or(|shown| shown == arm);
    let ink = colour_of_arm(arm, desk.dark);
    Line::new(scenario.arms[arm].label.clone(), PlotPoints::new(points))
        .color(if alone { ink } else { ink.gamma_multiply(0.45) })
        .width(if alone { 2.0 } else { 1.2 })
        .style(dash(arm))
        .allow_hover(false)
}

/// Arms differ in more than their colour; the strokes are those of figures ([`warmfront_view::Dash::nth`]).
pub fn dash(arm: usize) -> LineStyle {
    [
        LineStyle::Solid,
        LineStyle::Dashed { length: 6.0 },
        LineStyle::Dotted { spacing: 4.0 },
        LineStyle::Dashed { length: 14.0 },
    ][arm % 4]
}

/// Doses so far as faint lines, changes by the user as strong ones, then the moment shown.
fn marks(page: &Page<'_>, dark: bool) -> Vec<VLine> {
    let Page {
        snapshot, scenario, ..
    } = *page;
    let mut lines = Vec::new();
    // Without names, as nothing but the arms is a line of its own.
    let mut add = |time: f64, stroke: Stroke, style: LineStyle| {
        let line = VLine::new("", time).stroke(stroke).style(style);
        lines.push(line.allow_hover(false));
    };
    let near = 0.01 * scenario.time.duration;
    for (drug, times) in page.doses.iter().enumerate() {
        let ink = colour(scenario.model.drugs[drug].colour);
        let stroke = Stroke::new(1.0, ink.gamma_multiply(0.35));
        for time in data::apart(times, near) {
            add(time, stroke, LineStyle::Solid);
        }
        for mark in data::settled(&snapshot.marks, Some(drug), near) {
            add(mark.time, Stroke::new(2.0, ink), LineStyle::dashed_dense());
        }
    }
    if snapshot.timeline.scrubbed && snapshot.time.is_finite() {
        let ink = egui::Color32::from_gray(if dark { 235 } else { 20 });
        add(snapshot.time, Stroke::new(1.5, ink), LineStyle::Solid);
    }
    lines
}
