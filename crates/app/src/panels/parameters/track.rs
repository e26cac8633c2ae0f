//! A slider on a number line that shows where its default is.
//!
//! # Theory
//! The line is linear, or counts decades where the model says so. The triangle beneath it marks the
//! scenario's value, so that a glance tells how far one has gone.
//!
//! # Practice
//! Dragging sets the value under the pointer. Arrow keys take one step (a fiftieth of the line), with Shift
//! a tenth of that; Home and End go to the ends; Backspace, Delete and a double click ask for the
//! default. Keys go to the track that has the focus, or to the one under the pointer while nothing has it.

use eframe::egui::{
    Align2, EventFilter, FontId, Key, Rect, Response, Sense, Shape, Stroke, Ui, WidgetInfo,
    accesskit::{Action, ActionData},
    lerp, pos2, remap_clamp, vec2,
};
use warmfront_view::number::format_number;

use crate::app::SMALLEST;

/// Height of the track, points: the line, and the room for the numbers at its ends.
const HEIGHT: f32 = 24.0;
/// Distance of the line from the upper edge.
const LINE: f32 = 8.0;
/// Radius of the handle.
const HANDLE: f32 = 6.0;
/// Arrow keys cut the line into this many steps.
const STEPS: f64 = 50.0;

/// See the [module](self).
#[derive(Debug, Clone, Copy)]
pub struct Track<'a> {
    /// Name for screen readers.
    pub label: &'a str,
    /// Where the handle stands.
    pub value: f64,
    /// Value of the mark.
    pub default: f64,
    /// Ends.
    pub range: [f64; 2],
    /// Counts decades; both ends are positive then.
    pub log: bool,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wish {
    /// A value inside the range.
    Value(f64),
    /// Back to the default.
    Default,
}

impl Track<'_> {
    /// Draws it over all of the width that is left.
    pub fn ui(self, ui: &mut Ui) -> (Response, Option<Wish>) {
        let size = vec2(ui.available_width().max(40.0), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::slider(ui.is_enabled(), self.value, self.label));
        let step = (self.range[1] - self.range[0]) / STEPS;
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_min_numeric_value(self.range[0]);
            node.set_max_numeric_value(self.range[1]);
            if !self.log {
                node.set_numeric_value_step(step);
            }
            node.add_action(Action::SetValue);
            node.add_action(Action::Increment);
            node.add_action(Action::Decrement);
        });
        if response.gained_focus() {
            response.scroll_to_me(None);
        }
        let ends = [rect.left() + HANDLE, rect.right() - HANDLE];
        let wish = self.keys(ui, &response).or_else(|| {
            let at = response.interact_pointer_pos()?;
            let held =
                response.is_pointer_button_down_on() && ui.input(|i| i.pointer.primary_down());
            let share = f64::from(remap_clamp(at.x, ends[0]..=ends[1], 0.0..=1.0));
            held.then(|| Wish::Value(self.value_at(share)))
        });
        // A third click must not undo the second.
        let wish = if response.double_clicked() || response.triple_clicked() {
            Some(Wish::Default)
        } else {
            wish
        };
        if ui.is_rect_visible(rect) {
            self.paint(ui, rect, &response);
        }
        (response, wish)
    }

    fn keys(&self, ui: &Ui, response: &Response) -> Option<Wish> {
        let id = response.id;
        let asked = ui.input(|i| {
            let set = i.accesskit_action_requests(id, Action::SetValue);
            let set = set.filter_map(|request| match request.data {
                Some(ActionData::NumericValue(value)) => Some(value),
                _ => None,
            });
            let up = i.num_accesskit_action_requests(id, Action::Increment) as f64;
            let down = i.num_accesskit_action_requests(id, Action::Decrement) as f64;
            (set.last(), up - down)
        });
        if let (Some(value), _) = asked {
            return Some(Wish::Value(value.clamp(self.range[0], self.range[1])));
        }
        if asked.1 != 0.0 {
            return Some(Wish::Value(self.stepped(asked.1)));
        }
        let focused = response.has_focus();
        if focused {
            let filter = EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                ..EventFilter::default()
            };
            ui.memory_mut(|m| m.set_focus_lock_filter(id, filter));
        }
        let nothing = ui.memory(|m| m.focused().is_none());
        let pointed = response.contains_pointer();
        if !(focused || pointed && nothing) {
            return None;
        }
        ui.input(|i| {
            let presses =
                |up: Key, down: Key| i.num_presses(up) as f64 - i.num_presses(down) as f64;
            let steps = presses(Key::ArrowRight, Key::ArrowLeft)
                + presses(Key::ArrowUp, Key::ArrowDown)
                + 10.0 * presses(Key::PageUp, Key::PageDown);
            let fine = if i.modifiers.shift { 0.1 } else { 1.0 };
            if i.key_pressed(Key::Backspace) || i.key_pressed(Key::Delete) {
                Some(Wish::Default)
            } else if i.key_pressed(Key::Home) {
                Some(Wish::Value(self.range[0]))
            } else if i.key_pressed(Key::End) {
                Some(Wish::Value(self.range[1]))
            } else if steps != 0.0 {
                Some(Wish::Value(self.stepped(steps * fine)))
            } else {
                None
            }
        })
    }

    /// The value that many steps on.
    fn stepped(&self, steps: f64) -> f64 {
        self.value_at((self.share(self.value) + steps / STEPS).clamp(0.0, 1.0))
    }

    /// Place of a value on the line, 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let [low, high] = self.range;
        let share = if self.log {
            (value / low).ln() / (high / low).ln()
        } else {
            (value - low) / (high - low)
        };
        if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// Value at a place of the line, without the digits that nobody aimed at.
    fn value_at(&self, share: f64) -> f64 {
        let [low, high] = self.range;
        if share <= 0.0 {
            return low;
        }
        if share >= 1.0 {
            return high;
        }
        let value = if self.log {
            low * (high / low).powf(share)
        } else {
            lerp(low..=high, share)
        };
        // A thousandth of the span, or of the value where that counts.
        let unit = if self.log { value } else { high - low };
        let digit = 10_f64.powf(unit.abs().log10().floor() - 3.0);
        let rounded = (value / digit).round();
        let rounded = if digit < 1.0 {
            rounded / (1.0 / digit).round()
        } else {
            rounded * digit
        };
        rounded.clamp(low, high)
    }

    fn paint(&self, ui: &Ui, rect: Rect, response: &Response) {
        let visuals = ui.style().interact(response);
        let weak = ui.visuals().weak_text_color();
        let painter = ui.painter();
        let y = rect.top() + LINE;
        let (left, right) = (rect.left() + HANDLE, rect.right() - HANDLE);
        let at = |value: f64| lerp(left..=right, self.share(value) as f32);
        let line = Rect::from_min_max(pos2(left, y - 2.0), pos2(right, y + 2.0));
        painter.rect_filled(line, 2.0, ui.visuals().widgets.inactive.bg_fill);
        let (x, mark) = (at(self.value), at(self.default));
        let between = Rect::from_min_max(pos2(x.min(mark), y - 2.0), pos2(x.max(mark), y + 2.0));
        painter.rect_filled(between, 2.0, ui.visuals().selection.bg_fill);
        let triangle = [vec2(0.0, 3.0), vec2(4.0, 10.0), vec2(-4.0, 10.0)];
        let triangle = triangle.map(|v| pos2(mark, y) + v).to_vec();
        painter.add(Shape::convex_polygon(triangle, weak, Stroke::NONE));
        let stroke = if response.has_focus() {
            Stroke::new(2.0, ui.visuals().selection.stroke.color)
        } else {
            visuals.fg_stroke
        };
        painter.circle(pos2(x, y), HANDLE, visuals.bg_fill, stroke);
        if response.hovered() || response.has_focus() || response.dragged() {
            let font = FontId::proportional(SMALLEST);
            let ends = [
                (rect.left(), Align2::LEFT_BOTTOM, self.range[0]),
                (rect.right(), Align2::RIGHT_BOTTOM, self.range[1]),
            ];
            for (x, align, value) in ends {
                let text = format_number(value);
                painter.text(
                    pos2(x, rect.bottom() + 1.0),
                    align,
                    text,
                    font.clone(),
                    weak,
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_values_match_on_both_scales() {
        for (range, log) in [
            ([0.0, 5.0], false),
            ([1e-4, 10.0], true),
            ([-2.0, 3.0], false),
        ] {
            let track = Track {
                label: "",
                value: range[1],
                default: range[0],
                range,
                log,
            };
            assert_eq!(track.value_at(0.0), range[0]);
            assert_eq!(track.value_at(1.0), range[1]);
            for share in [0.1, 0.37, 0.5, 0.9] {
                let value = track.value_at(share);
                assert!(
                    (track.share(value) - share).abs() < 2e-3,
                    "{range:?} {share}"
                );
            }
            assert_eq!(track.stepped(99.0), range[1]);
        }
        let track = Track {
            label: "",
            value: 0.3,
            default: 0.3,
            range: [0.0, 1.0],
            log: false,
        };
        assert_eq!(track.stepped(1.0), 0.32);
        assert_eq!(track.share(f64::NAN), 0.0);
    }
}
