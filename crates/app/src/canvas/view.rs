//! Which part of the tissue is on screen, and where the panes lie.

use eframe::egui;
use egui::emath::GuiRounding as _;

/// Largest magnification.
const CLOSEST: f32 = 64.0;

/// A magnification about a point, the same in every pane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// 1 shows the whole tissue; at most 64.
    pub zoom: f32,
    /// Middle of a pane as fractions of the tissue, x to the right, y upwards.
    pub centre: [f32; 2],
}

impl Default for View {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            centre: [0.5, 0.5],
        }
    }
}

impl View {
    /// A magnification about a point, as far as the edges allow; what is no number counts for nothing.
    pub fn new(zoom: f32, centre: [f32; 2]) -> Self {
        let whole = Self::default();
        let or = |value: f32, other: f32| if value.is_finite() { value } else { other };
        let mut view = Self {
            zoom: or(zoom, whole.zoom).clamp(1.0, CLOSEST),
            centre: [or(centre[0], 0.5), or(centre[1], 0.5)],
        };
        view.keep_inside();
        view
    }

    /// Upper left corner of a pane as fractions of the tissue, y upwards.
    pub fn upper_left(&self) -> [f32; 2] {
        let half = 0.5 / self.zoom;
        [self.centre[0] - half, self.centre[1] + half]
    }

    // Fractions of the tissue at a point of a pane.
    fn fractions(&self, rect: egui::Rect, at: egui::Pos2) -> [f32; 2] {
        let [left, top] = self.upper_left();
        let across = (at - rect.min) / rect.size().max(egui::Vec2::splat(1e-3));
        [left + across.x / self.zoom, top - across.y / self.zoom]
    }

    /// Position in the tissue, in the unit of `extent`, at a point of a pane.
    pub fn place(&self, rect: egui::Rect, extent: [f32; 2], at: egui::Pos2) -> [f32; 2] {
        let [x, y] = self.fractions(rect, at);
        [x * extent[0], y * extent[1]]
    }

    /// Point of a pane where a position in the tissue is drawn; the inverse of [`View::place`].
    pub fn at(&self, rect: egui::Rect, extent: [f32; 2], place: [f32; 2]) -> egui::Pos2 {
        let [left, top] = self.upper_left();
        let across = egui::vec2(place[0] / extent[0] - left, top - place[1] / extent[1]);
        rect.min + across * self.zoom * rect.size()
    }

    /// Points on screen per unit of `extent`.
    pub fn scale(&self, rect: egui::Rect, extent: [f32; 2]) -> f32 {
        rect.width() * self.zoom / extent[0]
    }

    /// Magnifies by `factor`; what is under the cursor stays there, as far as the edges allow.
    pub fn zoom_at(&mut self, rect: egui::Rect, cursor: egui::Pos2, factor: f32) {
        let before = self.fractions(rect, cursor);
        let wanted = self.zoom * factor;
        if wanted.is_finite() {
            self.zoom = wanted.clamp(1.0, CLOSEST);
        }
        let after = self.fractions(rect, cursor);
        for i in 0..2 {
            self.centre[i] += before[i] - after[i];
        }
        self.keep_inside();
    }

    /// Moves the tissue with the pointer.
    pub fn drag(&mut self, rect: egui::Rect, by: egui::Vec2) {
        let by = by / rect.size().max(egui::Vec2::splat(1e-3)) / self.zoom;
        self.centre[0] -= by.x;
        self.centre[1] += by.y;
        self.keep_inside();
    }

    // A pane shows nothing beyond the edges of the tissue.
    fn keep_inside(&mut self) {
        let half = 0.5 / self.zoom;
        self.centre = self.centre.map(|c| c.clamp(half, 1.0 - half));
    }
}

/// Four panes stand two by two unless another arrangement makes them larger by more than this factor.
const WORTH: f32 = 1.1;

/// Rectangles of `count` panes of a tissue of size `extent`, as large as fit into `area`, on whole
/// pixels. Three and four are two by two, unless others are clearly larger.
pub(super) fn layout(
    area: egui::Rect,
    count: usize,
    extent: [f32; 2],
    gap: f32,
    pixels_per_point: f32,
) -> Vec<egui::Rect> {
    let size_with = |columns: usize| {
        let rows = count.div_ceil(columns);
        let room = |full: f32, n: usize| ((full - gap * (n - 1) as f32) / n as f32).max(1.0);
        let scale =
            (room(area.width(), columns) / extent[0]).min(room(area.height(), rows) / extent[1]);
        egui::vec2(extent[0], extent[1]) * scale
    };
    if count == 0 {
        return Vec::new();
    }
    let width_with = |columns: usize| {
        let usual = matches!(count, 3 | 4) && columns == 2;
        size_with(columns).x * if usual { WORTH } else { 1.0 }
    };
    let columns = (1..=count)
        .max_by(|&a, &b| width_with(a).total_cmp(&width_with(b)))
        .unwrap_or(1);
    let rows = count.div_ceil(columns);
    let size = size_with(columns).floor().max(egui::Vec2::splat(1.0));
    let pitch = size + egui::Vec2::splat(gap);
    let width = pitch.x * columns as f32 - gap;
    // At the top, so that the legend follows; in the middle from left to right.
    let first = egui::pos2(area.center().x - 0.5 * width, area.top());
    debug_assert!(rows * columns >= count);
    (0..count)
        .map(|i| {
            let step = egui::vec2((i % columns) as f32, (i / columns) as f32);
            egui::Rect::from_min_size(first + pitch * step, size).round_to_pixels(pixels_per_point)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Rect, pos2, vec2};

    #[test]
    fn four_panes_are_two_by_two_and_square() {
        let area = Rect::from_min_size(pos2(300.0, 40.0), vec2(640.0, 600.0));
        let panes = layout(area, 4, [1920.0, 1920.0], 6.0, 1.0);
        assert_eq!(panes.len(), 4);
        for p in &panes {
            assert_eq!(p.width(), p.height());
            assert!(area.contains_rect(*p), "{p:?}");
        }
        assert!(panes[0].width() > 290.0);
        assert_eq!(panes[1].top(), panes[0].top());
        assert_eq!(panes[2].left(), panes[0].left());
        let two = layout(area, 2, [100.0, 400.0], 6.0, 1.0);
        assert!(
            two[1].left() > two[0].right(),
            "tall tissue stands side by side"
        );
        // A wide and low room has them side by side, where they are larger.
        let low = Rect::from_min_size(pos2(0.0, 0.0), vec2(850.0, 340.0));
        let row = layout(low, 4, [1920.0, 1920.0], 6.0, 1.0);
        assert!(row.iter().all(|p| p.top() == row[0].top()), "{row:?}");
        assert!(row[0].width() > 200.0);
        assert!(layout(area, 0, [1.0, 1.0], 6.0, 1.0).is_empty());
        assert_eq!(layout(Rect::ZERO, 3, [1.0, 1.0], 6.0, 1.0).len(), 3);
    }

    #[test]
    fn what_is_under_the_cursor_stays_there() {
        let rect = Rect::from_min_size(pos2(10.0, 20.0), vec2(400.0, 200.0));
        let (mut view, cursor) = (View::default(), pos2(210.0, 90.0));
        let before = view.place(rect, [2.0, 1.0], cursor);
        view.zoom_at(rect, cursor, 5.0);
        let after = view.place(rect, [2.0, 1.0], cursor);
        assert!((before[0] - after[0]).abs() < 1e-5 && (before[1] - after[1]).abs() < 1e-5);
        // Upwards on screen is upwards in the tissue.
        assert!(view.place(rect, [2.0, 1.0], pos2(210.0, 80.0))[1] > after[1]);
        view.drag(rect, vec2(40.0, 0.0));
        let moved = view.place(rect, [2.0, 1.0], cursor + vec2(40.0, 0.0));
        assert!((moved[0] - after[0]).abs() < 1e-5);
        let back = view.at(rect, [2.0, 1.0], after);
        assert!(
            (back - cursor - vec2(40.0, 0.0)).length() < 0.01,
            "{back:?}"
        );
        view.drag(rect, vec2(1e6, -1e6));
        view.zoom_at(rect, cursor, 1e-9);
        assert_eq!(view, View::default());
        view.zoom_at(rect, cursor, f32::NAN);
        assert_eq!(view, View::default());
        assert_eq!(View::new(f32::NAN, [9.0, -1.0]), View::default());
        assert_eq!(View::new(2.0, [0.0, 0.6]).centre, [0.25, 0.6]);
    }
}
