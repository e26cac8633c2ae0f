//! The card beside the pointer: where it is, and what is there.

use eframe::egui;
use egui::{Color32, Pos2, Rect, pos2, vec2};
use warmfront_model::{Local, Model, Scenario};
use warmfront_session::{length_unit, micrometres_per_length};

use super::overlay::{AXES, PLATE, font};
use super::scale::local_of;
use super::{Look, Slice};
use crate::command::Inspect;
use crate::panels::quantity;
use crate::state::Inspected;

/// Distance of the card from the pointer, points.
const AWAY: f32 = 16.0;
/// Height of a line.
const LINE: f32 = 17.0;

/// The quantities that a look shows.
pub(super) fn shown(model: &Model, look: Look) -> Vec<Local> {
    match (look, local_of(look)) {
        (_, Some(local)) => vec![local],
        (Look::Composite(view), _) => {
            let channels = model.views.get(view).map_or(&[][..], |v| &v.channels);
            channels.iter().map(|c| Local::Field(c.field)).collect()
        }
        _ => Vec::new(),
    }
}

/// Lines of the card: position first, then label and value. Values of another place are not shown.
pub(super) fn lines(
    scenario: &Scenario,
    slice: &Slice,
    look: Look,
    wanted: &Inspect,
    inspected: &Inspected,
    arm: usize,
) -> Vec<[String; 2]> {
    let Some(position) = wanted.hover else {
        return Vec::new();
    };
    let model = &*scenario.model;
    let factor = micrometres_per_length(model).unwrap_or(1.0);
    let unit = length_unit(model);
    let axes: &[usize] = match scenario.grid.is_3d() {
        true => &[0, 1, 2],
        false => &slice.axes,
    };
    let at = |axis: &usize| format!("{} {}", AXES[*axis], unit.format(position[*axis] * factor));
    let place = axes.iter().map(at).collect::<Vec<_>>().join(", ");
    let mut lines = vec![[place, String::new()]];
    let fresh = inspected.wanted.hover == wanted.hover;
    let locals = model.locals();
    let values = inspected
        .hover
        .get(arm)
        .filter(|v| fresh && v.len() == locals.len());
    for local in shown(model, look) {
        let value = values.and_then(|v| {
            let row = locals.iter().position(|l| *l == local)?;
            v.get(row)
        });
        let text = value.map_or("…".to_owned(), |v| {
            quantity(f64::from(*v), &model.local_unit(local))
        });
        lines.push([model.local_label(local), text]);
    }
    lines
}

/// Draws the card beside the pointer, in the first of `rooms` (a pane, all panes, all that is left) where it is
/// neither under the pointer nor over one of the `names`.
pub(super) fn card(
    ui: &egui::Ui,
    rooms: [Rect; 3],
    names: &[Rect],
    pointer: Pos2,
    lines: &[[String; 2]],
) {
    if lines.is_empty() {
        return;
    }
    let painter = ui.painter().with_clip_rect(rooms[2]);
    let ink = Color32::WHITE;
    let galley = |text: &String, colour| painter.layout_no_wrap(text.clone(), font(12.5), colour);
    let rows: Vec<_> = lines
        .iter()
        .map(|[a, b]| (galley(a, Color32::from_gray(215)), galley(b, ink)))
        .collect();
    let values = rows.iter().skip(1);
    let left = values.clone().map(|r| r.0.size().x).fold(0.0, f32::max);
    let right = values.map(|r| r.1.size().x).fold(0.0, f32::max);
    let width = (left + 12.0 + right).max(rows[0].0.size().x) + 14.0;
    let size = vec2(width, LINE * rows.len() as f32 + 10.0);
    let fits = |rect: &Rect, room: Rect| {
        let free = names.iter().all(|name| !name.intersects(*rect));
        free && !rect.expand(4.0).contains(pointer) && room.contains_rect(*rect)
    };
    let here = place(rooms[0], pointer, size);
    let rect = match fits(&here, rooms[0]) {
        true => here,
        false => {
            let around = around(pointer, size);
            let free = around.into_iter().find(|r| fits(r, rooms[1]));
            free.unwrap_or_else(|| place(rooms[2], pointer, size))
        }
    };
    painter.rect_filled(rect, 4.0, PLATE.gamma_multiply(1.2));
    for (i, (a, b)) in rows.into_iter().enumerate() {
        let y = rect.top() + 5.0 + LINE * i as f32;
        let from = rect.right() - 7.0 - b.size().x;
        painter.galley(pos2(rect.left() + 7.0, y), a, ink);
        painter.galley(pos2(from, y), b, ink);
    }
}

/// Where a card may stand beside the pointer.
fn around(pointer: Pos2, size: egui::Vec2) -> [Rect; 8] {
    let (after, before) = (
        pointer + vec2(AWAY, AWAY),
        pointer - vec2(AWAY, AWAY) - size,
    );
    let middle = pointer - 0.5 * size;
    [
        pos2(after.x, after.y),
        pos2(before.x, after.y),
        pos2(after.x, before.y),
        pos2(before.x, before.y),
        pos2(after.x, middle.y),
        pos2(before.x, middle.y),
        pos2(middle.x, after.y),
        pos2(middle.x, before.y),
    ]
    .map(|at| Rect::from_min_size(at, size))
}

/// Right of and below the pointer, or left and above where there is no room.
fn place(room: Rect, pointer: Pos2, size: egui::Vec2) -> Rect {
    let along = |at: f32, size: f32, low: f32, high: f32| {
        let after = at + AWAY;
        let before = at - AWAY - size;
        match after + size <= high || before < low {
            true => after,
            false => before,
        }
    };
    let x = along(pointer.x, size.x, room.left(), room.right());
    let y = along(pointer.y, size.y, room.top(), room.bottom());
    let most = room.max - size;
    // Where it fits on neither side, it may be pushed along one axis, so long as the other keeps it away.
    let x = x.min(most.x).max(room.left());
    let pushed = x < pointer.x + AWAY && x + size.x > pointer.x - AWAY;
    let y = if pushed {
        y
    } else {
        y.min(most.y).max(room.top())
    };
    Rect::from_min_size(pos2(x, y), size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_place_beside_the_pointer_keeps_off_it() {
        let (pointer, size) = (pos2(300.0, 200.0), vec2(180.0, 120.0));
        for card in around(pointer, size) {
            assert!(!card.expand(4.0).contains(pointer), "{card:?}");
            assert!(card.distance_to_pos(pointer) < 2.0 * AWAY, "{card:?}");
        }
    }

    #[test]
    fn the_card_is_inside_and_never_under_the_pointer() {
        let room = Rect::from_min_size(pos2(100.0, 50.0), vec2(400.0, 300.0));
        let size = vec2(180.0, 120.0);
        for i in 0..=20 {
            for j in 0..=20 {
                let step = vec2(i as f32 * 20.0, j as f32 * 15.0);
                let pointer = room.min + step;
                let card = place(room, pointer, size);
                assert!(
                    room.expand(0.1).contains_rect(card),
                    "{pointer:?}: {card:?}"
                );
                assert!(!card.contains(pointer), "{pointer:?}: {card:?}");
            }
        }
    }
}
