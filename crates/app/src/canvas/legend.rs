//! The strip under the tissue: colours and what they mean, and the controls of the colour scale.

use eframe::egui;
use egui::{Align2, ComboBox, Rect, Stroke, Ui, UiBuilder, pos2, vec2};
use warmfront_model::{Scenario, plain};
use warmfront_session::pretty_unit;
use warmfront_view::NO_CELLS;
use warmfront_view::number::{log_labels, log_ticks, nice_ticks, tick_labels};

use super::channels;
use super::overlay::{font, rgb};
use super::scale::{Scale, Scales, local_of};
use super::{Canvas, Look, RangeMode, wipe};
use crate::app::SMALLEST;
use crate::numbers::number;

/// Steps of the colour bar.
const BAR: usize = 64;
/// Height of a colour bar with title and ticks, points.
const BLOCK: f32 = 48.0;
/// Height of a title of one line in it.
const TITLE: f32 = 19.0;
/// Most lines of a title.
const MOST_TITLE: usize = 4;
/// Height of a row of controls.
pub(super) const ROW: f32 = 26.0;
/// Lines of names that are shown under the tissue.
const MOST_LINES: f32 = 4.0;
/// Width that the controls of the scale take beside the bars.
const CONTROLS: f32 = 168.0;
/// What the grey of a map means, in more words and in fewer, and the space before it, points.
const NOTES: [&str; 2] = ["no such cells", "none"];
const NOTE_SPACE: f32 = 14.0;
/// Widest colour bar.
const WIDEST: f32 = 360.0;

/// What the strip shows.
pub(super) struct Legend<'a> {
    pub scenario: &'a Scenario,
    /// Of a single quantity.
    pub scales: Option<&'a Scales>,
    /// Whether panes show the quantity itself, and its difference to the first arm.
    pub shown: [bool; 2],
}

/// Height that the strip needs in an area, points.
pub(super) fn height(canvas: &Canvas, ui: &Ui, scenario: &Scenario, area: Rect) -> f32 {
    let width = area.width();
    let wipe = if canvas.wipe {
        wipe::height(width)
    } else {
        0.0
    };
    let model = &scenario.model;
    wipe + match canvas.look {
        Look::Composite(view) => match channels::height(ui, width, model, view) {
            height if height > MOST_LINES * channels::LINE => ROW,
            height => height,
        },
        Look::Field(_) | Look::Derived(_) => {
            let bars = BLOCK + titles_height(canvas, ui, scenario, width) - TITLE;
            match beside(width) {
                true => bars.max(2.0 * ROW),
                false => bars + 2.0 * ROW,
            }
        }
    }
}

/// Whether the strip needs no more than `height` in an area, without hiding names that `height` has room
/// for.
pub(super) fn fits(canvas: &Canvas, ui: &Ui, scenario: &Scenario, area: Rect, height: f32) -> bool {
    let names = match canvas.look {
        Look::Composite(view) if height > ROW => {
            channels::height(ui, area.width(), &scenario.model, view)
        }
        _ => 0.0,
    };
    names.max(self::height(canvas, ui, scenario, area)) <= height
}

// Width of the bars beside or above the controls.
fn bars_width(width: f32) -> f32 {
    match beside(width) {
        true => width - CONTROLS - 14.0,
        false => width,
    }
}

// Height of the titles of all bars that the look may show.
fn titles_height(canvas: &Canvas, ui: &Ui, scenario: &Scenario, width: f32) -> f32 {
    let Some(local) = local_of(canvas.look) else {
        return TITLE;
    };
    let model = &scenario.model;
    let (label, unit) = (
        model.local_label(local),
        pretty_unit(&model.local_unit(local)),
    );
    let bars = bars_width(width);
    let mut titles = vec![(label.clone(), bars)];
    if canvas.difference {
        let minus = minus(scenario);
        let half = 0.5 * bars - 8.0;
        titles.push((format!("{label}, {minus}"), bars));
        titles.extend([(label, half), (minus, half)]);
    }
    let height = |(text, room): &(String, f32)| title(ui, text, &unit, *room).size().y;
    let highest = titles.iter().map(height).fold(0.0, f32::max);
    (highest + 3.0).max(TITLE)
}

// What the first arm is in the title of a difference.
fn minus(scenario: &Scenario) -> String {
    let first = scenario.arms.first();
    first.map_or_else(String::new, |a| format!("minus {}", a.label))
}

// A title with its unit, in at most so many lines.
fn title(ui: &Ui, text: &str, unit: &str, room: f32) -> std::sync::Arc<egui::Galley> {
    let ink = ui.visuals().text_color();
    let text = match unit {
        "" => text.to_owned(),
        unit => format!("{text} ({unit})"),
    };
    let mut job = egui::text::LayoutJob::simple(text, font(13.0), ink, room);
    job.wrap.max_rows = MOST_TITLE;
    ui.painter().layout_job(job)
}

/// Whether the controls stand beside the bars.
fn beside(width: f32) -> bool {
    width >= 2.2 * CONTROLS
}

/// Draws the strip.
pub(super) fn show(canvas: &mut Canvas, ui: &mut Ui, mut strip: Rect, legend: &Legend<'_>) {
    if canvas.wipe {
        let height = wipe::height(strip.width());
        let rows = strip.with_max_y(strip.top() + height);
        let mut rows = ui.new_child(UiBuilder::new().id_salt("wipe").max_rect(rows));
        wipe::controls(canvas, &mut rows, legend.scenario);
        strip.min.y += height;
    }
    let model = &*legend.scenario.model;
    let Some(scales) = legend.scales else {
        if let Look::Composite(view) = canvas.look {
            if channels::height(ui, strip.width(), model, view) > MOST_LINES * channels::LINE {
                let mut row = ui.new_child(UiBuilder::new().id_salt("legend").max_rect(strip));
                channels::menu(canvas, &mut row, model, view);
            } else {
                channels::show(canvas, ui, strip, model, view);
            }
        }
        return;
    };
    let titles = titles_height(canvas, ui, legend.scenario, strip.width());
    let (bars, controls) = if beside(strip.width()) {
        let edge = strip.right() - CONTROLS;
        (strip.with_max_x(edge - 14.0), strip.with_min_x(edge))
    } else {
        let edge = strip.top() + BLOCK + titles - TITLE;
        (strip.with_max_y(edge), strip.with_min_y(edge))
    };
    let minus = minus(legend.scenario);
    let (plain, apart) = (&scales.plain, &scales.difference);
    match legend.shown {
        [true, true] => {
            let middle = bars.center().x;
            bar(
                ui,
                bars.with_max_x(middle - 8.0),
                plain,
                &plain.label,
                titles,
            );
            bar(ui, bars.with_min_x(middle + 8.0), apart, &minus, titles);
        }
        [false, true] => {
            let title = format!("{}, {minus}", apart.label);
            bar(ui, bars, apart, &title, titles);
        }
        [_, false] => bar(ui, bars, plain, &plain.label, titles),
    }
    let mut child = ui.new_child(UiBuilder::new().id_salt("scale").max_rect(controls));
    scale_controls(canvas, &mut child, scales, legend.shown);
}

// What the grey of places without cells means, in as many words as there is room for.
fn no_cells(ui: &Ui, at: egui::Pos2, room: f32) {
    let ink = ui.visuals().text_color();
    let note = |text: &&str| {
        ui.painter()
            .layout_no_wrap((*text).to_owned(), font(13.0), ink)
    };
    let mut notes = NOTES.iter().map(note);
    let Some(note) = notes.find(|n| NOTE_SPACE + 16.0 + n.size().x <= room) else {
        return;
    };
    let at = at + vec2(NOTE_SPACE, 0.0);
    let square = Rect::from_min_size(at + vec2(0.0, 2.0), vec2(12.0, 12.0));
    ui.painter().rect_filled(square, 2.0, rgb(NO_CELLS));
    let line = Stroke::new(1.0, ui.visuals().weak_text_color());
    ui.painter()
        .rect_stroke(square, 2.0, line, egui::StrokeKind::Inside);
    let whole = Rect::from_min_size(at, vec2(16.0 + note.size().x, note.size().y));
    let id = ui.scope_id().with(("no cells", at.x as i32));
    ui.interact(whole, id, egui::Sense::hover())
        .on_hover_text("Grey: hardly any of the cells that this quantity belongs to are here.");
    ui.painter().galley(at + vec2(16.0, 0.0), note, ink);
}

/// Title with unit, colours, ticks. Titles of all bars take `titles` points.
fn bar(ui: &Ui, area: Rect, scale: &Scale, text: &str, titles: f32) {
    let ink = ui.visuals().text_color();
    let painter = ui.painter();
    let galley = title(ui, text, &scale.unit, area.width());
    if galley.elided {
        let rect = Rect::from_min_size(area.left_top(), galley.size());
        let id = ui.scope_id().with(("title", text));
        ui.interact(rect, id, egui::Sense::hover())
            .on_hover_text(text);
    }
    if scale.fades {
        let last = galley.rows.last().map_or(0.0, |r| r.rect().right());
        let down = (galley.rows.len().max(1) - 1) as f32 * galley.size().y
            / galley.rows.len().max(1) as f32;
        no_cells(ui, area.left_top() + vec2(last, down), area.width() - last);
    }
    painter.galley(area.left_top(), galley, ink);
    let Some(range) = scale.range else {
        let at = area.left_top() + vec2(0.0, titles + 1.0);
        painter.text(at, Align2::LEFT_TOP, "being computed …", font(12.0), ink);
        return;
    };
    let width = area.width().min(WIDEST);
    let bar = Rect::from_min_size(area.left_top() + vec2(0.0, titles), vec2(width, 10.0));
    let x = |t: f32| bar.left() + bar.width() * t;
    for i in 0..BAR {
        let (a, b) = (i as f32 / BAR as f32, (i + 1) as f32 / BAR as f32);
        let piece = Rect::from_x_y_ranges(x(a)..=x(b), bar.y_range());
        let colour = scale.map.colours.colour(0.5 * (a + b));
        painter.rect_filled(piece, 0.0, rgb(colour));
    }
    painter.rect_stroke(bar, 0.0, Stroke::new(1.0, ink), egui::StrokeKind::Outside);
    let (low, high) = (f64::from(range.low), f64::from(range.high));
    let most = ((width / 55.0) as usize).clamp(2, 5);
    let (ticks, labels) = if range.log {
        let ticks = log_ticks(low, high, most);
        let labels = log_labels(&ticks);
        (ticks, labels)
    } else {
        let ticks = nice_ticks(low, high, most);
        let labels = tick_labels(&ticks);
        (ticks, labels)
    };
    let mut free = f32::NEG_INFINITY;
    for (tick, label) in ticks.iter().zip(labels) {
        let at = pos2(x(range.position(*tick as f32)), bar.bottom());
        painter.line_segment([at, at + vec2(0.0, 3.0)], Stroke::new(1.0, ink));
        let galley = painter.layout_no_wrap(label, font(SMALLEST), ink);
        let half = 0.5 * galley.size().x;
        let most_left = (area.right() - 2.0 * half).max(area.left());
        let left = (at.x - half).clamp(area.left(), most_left);
        // A label that would touch the one before is left out; its mark stays.
        if left >= free {
            free = left + 2.0 * half + 4.0;
            painter.galley(pos2(left, bar.bottom() + 3.0), galley, ink);
        }
    }
}

fn scale_controls(canvas: &mut Canvas, ui: &mut Ui, scales: &Scales, shown: [bool; 2]) {
    ui.spacing_mut().item_spacing = vec2(6.0, 2.0);
    ui.horizontal(|ui| {
        let label = ui.label("Range");
        let text = |mode: RangeMode| match mode {
            RangeMode::Model => "model",
            RangeMode::Auto => "automatic",
            RangeMode::Fixed(_) => "fixed",
        };
        let present = scales.plain.range;
        let ends = present.map_or([0.0, 1.0], |r| [r.low, r.high].map(short));
        let fixed = match canvas.range {
            fixed @ RangeMode::Fixed(_) => fixed,
            _ => RangeMode::Fixed(ends),
        };
        let combo = ComboBox::from_id_salt("range")
            .width(84.0)
            .selected_text(text(canvas.range))
            .show_ui(ui, |ui| {
                let hints = [
                    "The range that the model gives, the same in every run.",
                    "Follows the values of all arms in steps of 1, 2, 5.",
                    "Chosen by hand.",
                ];
                for (mode, hint) in [RangeMode::Model, RangeMode::Auto, fixed]
                    .into_iter()
                    .zip(hints)
                {
                    let item = ui.selectable_label(text(canvas.range) == text(mode), text(mode));
                    if item.on_hover_text(hint).clicked() {
                        canvas.range = mode;
                    }
                }
            });
        let combo = combo.response.labelled_by(label.id);
        combo.on_hover_text("Range of the colours; the same in all panes.");
    });
    ui.horizontal(|ui| {
        let sign = !shown[0] || scales.plain.range.is_some_and(|r| r.low < 0.0);
        ui.add_enabled(!sign, egui::Checkbox::new(&mut canvas.log, "log"))
            .on_hover_text("Logarithmic colours: equal ratios are equally far apart.")
            .on_disabled_hover_text("Values below 0 have no logarithm.");
        let RangeMode::Fixed(ends) = &mut canvas.range else {
            return;
        };
        let wrong = ends[0] >= ends[1];
        if wrong {
            ui.visuals_mut().override_text_color = Some(ui.visuals().error_fg_color);
        }
        let speed = 0.01 * (ends[1] - ends[0]).abs().max(1e-9);
        for (end, name) in ends
            .iter_mut()
            .zip(["Lowest colour at", "Highest colour at"])
        {
            let value = number(end)
                .speed(speed)
                .update_while_editing(false)
                .custom_formatter(|v, _| plain(v));
            let response = ui.add_sized([48.0, 20.0], value);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::SpinButton, true, name));
            response.on_hover_text(match wrong {
                true => "The highest colour must stand above the lowest one.",
                false => name,
            });
        }
    });
}

/// A number of four significant digits.
fn short(value: f32) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(f64::from(value))
}
