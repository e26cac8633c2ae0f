//! How much room the parts of a page need.

use super::super::timeline::{self, Who};
use super::super::{Key, Page};
use super::{
    BAR, BAR_NAME, BETWEEN, Choice, GAP, LARGER, LINE, PANE, PLOT, PLOT_GAP, SIDE, SIDE_LINE,
    Wants, series,
};
use crate::legend::{LegendEntry, legend};
use crate::style::{Theme, size};
use crate::svg::{Drawing, Rect};
use crate::text::width;

pub(super) fn legend_height(theme: &Theme, entries: &[LegendEntry], width: f32) -> f32 {
    legend(&mut Drawing::default(), theme, [0.0, 0.0], width, entries)
}

pub(super) fn key_height(page: &Page, theme: &Theme, width: f32, side: bool) -> f32 {
    match page.roomiest() {
        Key::Channels(entries) if side => entries
            .chunks(1)
            .map(|e| legend_height(theme, e, width))
            .sum(),
        Key::Channels(entries) => legend_height(theme, entries, width),
        Key::Bar { .. } if side => BAR_NAME + BAR,
        Key::Bar { .. } => BAR,
    }
}

// Narrowest room in which legend entries need no more rows, so that rows are about equally long.
pub(super) fn even(theme: &Theme, entries: &[LegendEntry], room: f32) -> f32 {
    let high = legend_height(theme, entries, room);
    let fits = |w: f32| legend_height(theme, entries, w) <= high && widest(entries) <= w;
    let (mut low, mut best) = (0.0, room);
    for _ in 0..9 {
        let middle = f32::midpoint(low, best);
        if fits(middle) {
            best = middle;
        } else {
            low = middle;
        }
    }
    best
}

// Widest entry of a legend of swatches.
pub(super) fn widest(entries: &[LegendEntry]) -> f32 {
    let wide = entries.iter().map(|e| width(&e.label, size::BODY, false));
    wide.fold(0.0, f32::max) + 19.0
}

impl Wants<'_> {
    pub(super) fn best(&self, body: Rect) -> Option<Choice> {
        let count = self.page.panes.len() as u32;
        let columns = match self.page.columns {
            Some(c) => c.clamp(1, count)..=c.clamp(1, count),
            None => 1..=count,
        };
        let mut best: Option<Choice> = None;
        for columns in columns {
            for side in [false, true] {
                let Some(pane) = self.pane(body, columns, side) else {
                    continue;
                };
                // Beside the panes there is a gap where the page is wide, so it must be worth it.
                let worth = if side { 1.02 } else { 1.0 };
                if best.is_none_or(|b| f64::from(pane[0]) > worth * f64::from(b.pane[0])) {
                    best = Some(Choice {
                        columns,
                        side,
                        pane,
                    });
                }
            }
        }
        best
    }

    // Largest pane in whole pixels.
    pub(super) fn pane(&self, body: Rect, columns: u32, side: bool) -> Option<[u32; 2]> {
        if side && !(self.key || self.beside_timeline()) {
            return None;
        }
        let rows = (self.page.panes.len() as u32).div_ceil(columns);
        let width = body.w - if side { GAP + self.side_least() } else { 0.0 };
        let height = body.h - self.under(body.w, side);
        let each = |room: f32, n: u32| (room - BETWEEN * (n - 1) as f32) / n as f32;
        let [ex, ey] = self.page.extent;
        let fit = f64::from(each(width, columns)) / ex;
        let fit = fit.min(f64::from(each(height, rows)) / ey) * f64::from(self.scale);
        let pane = [ex, ey].map(|e| (e * fit).floor().clamp(0.0, 1e5) as u32);
        let parts = &self.page.parts;
        let written = parts.labels || parts.scale_bar || parts.captions || self.inset;
        let least = if written { PANE } else { [8.0, 8.0] };
        let fits = (0..2).all(|i| pane[i] as f32 >= least[i] * self.scale);
        let size = pane.map(|v| v as f32 / self.scale);
        if !fits || (self.inset && self.inset_sizes(size).is_none()) {
            return None;
        }
        let high = self
            .block(body, columns, pane)
            .h
            .max(body.h - self.under(body.w, side));
        (!side || self.beside(self.side_least()) <= high).then_some(pane)
    }

    // Least width of the column beside the panes.
    fn side_least(&self) -> f32 {
        match self.beside_timeline() && self.page.panes.len() > 1 {
            true => SIDE_LINE,
            false => SIDE[0],
        }
    }

    pub(super) fn beside_timeline(&self) -> bool {
        self.timeline && self.plots == 0
    }

    // Height of the column beside the panes.
    pub(super) fn beside(&self, width: f32) -> f32 {
        let key = match self.key {
            true => key_height(self.page, &self.theme, width, true),
            false => 0.0,
        };
        let line = match self.beside_timeline() {
            true => timeline::heights(self.page, &self.theme, Who::All, width)[0],
            false => 0.0,
        };
        key + line + if key > 0.0 && line > 0.0 { 16.0 } else { 0.0 }
    }

    // Least height of all that stands under the panes, with gaps.
    pub(super) fn under(&self, width: f32, side: bool) -> f32 {
        let mut high = 0.0;
        if self.key && !side {
            high += GAP + key_height(self.page, &self.theme, width, false);
        }
        if self.plots > 0 {
            let panels = self.panels();
            let fits = |c: &usize| self.panel_widths(width, *c)[0] >= PLOT[0];
            let columns = (1..=panels).rev().find(fits).unwrap_or(1);
            let rows = panels.div_ceil(columns) as f32;
            let mut least = PLOT[1];
            if self.timeline {
                let [_, wide] = self.panel_widths(width, columns);
                least = least.max(timeline::heights(self.page, &self.theme, Who::All, wide)[0]);
            }
            high += GAP + rows * least + (rows - 1.0) * GAP + self.series_height(width);
        } else if self.timeline && !side {
            high += GAP + timeline::heights(self.page, &self.theme, Who::All, width.min(560.0))[0];
        }
        high
    }

    // Plots, and the time line among them.
    pub(super) fn panels(&self) -> usize {
        self.plots + usize::from(self.timeline)
    }

    pub(super) fn series_height(&self, width: f32) -> f32 {
        let entries = match self.page.parts.legend {
            true => series(self.page),
            false => Vec::new(),
        };
        let high = legend_height(&self.theme, &entries, width);
        high + if high > 0.0 { 3.0 } else { 0.0 }
    }

    pub(super) fn block(&self, body: Rect, columns: u32, pane: [u32; 2]) -> Rect {
        let rows = (self.page.panes.len() as u32).div_ceil(columns);
        let side = |n: u32, size: u32| n as f32 * (size as f32 / self.scale + BETWEEN) - BETWEEN;
        Rect::new(body.x, body.y, side(columns, pane[0]), side(rows, pane[1]))
    }

    // Sizes of the insets by pane, where there are any; none where one would cover too much.
    pub(super) fn inset_sizes(&self, [w, h]: [f32; 2]) -> Option<Vec<(usize, [f32; 2])>> {
        let count = self.page.panes.len();
        let wide = match count {
            1 => (0.62 * w).max(190.0).min(w - 14.0),
            _ => w - 14.0,
        };
        let wide = wide.min(430.0);
        let dosed = (0..count).filter(|&i| timeline::given_to(self.page, i));
        let sizes = dosed.map(|i| {
            let inner = wide - 16.0;
            let high = timeline::heights(self.page, &self.theme, Who::Pane(i), inner);
            let [least, most] = high.map(|h| h + 10.0);
            // Names above, the scale bar, and some tissue remain.
            let room = (h - PANE[1] - 10.0).min(0.55 * h);
            (wide >= 130.0 && least <= room).then(|| (i, [wide, most.min(room)]))
        });
        sizes.collect()
    }

    pub(super) fn insets(
        &self,
        corners: &[[u32; 2]],
        pane: [u32; 2],
    ) -> Option<Vec<(usize, Rect)>> {
        let unit = |v: u32| v as f32 / self.scale;
        let size = pane.map(unit);
        let place = |(i, [w, h]): (usize, [f32; 2])| {
            let [x, y] = corners.get(i)?.map(unit);
            let (right, bottom) = (x + size[0] - 7.0, y + size[1] - 7.0);
            Some((i, Rect::new(right - w, bottom - h, w, h)))
        };
        self.inset_sizes(size)?.into_iter().map(place).collect()
    }

    // How much what stands beside the panes is enlarged, and its width.
    pub(super) fn larger(&self, room: f32, height: f32) -> (f32, f32) {
        let fits = |f: &f32| {
            room / f >= self.side_least() && f * self.beside(room.min(SIDE[1] * f) / f) <= height
        };
        let larger = LARGER.into_iter().find(fits).unwrap_or(1.0);
        let natural = match (self.page.roomiest(), self.beside_timeline()) {
            (Key::Channels(entries), false) => widest(entries) + 8.0,
            (Key::Bar { .. }, false) => 300.0,
            (_, true) => SIDE[1],
        };
        (larger, (natural * larger).min(room))
    }

    // Plots and time line in as many rows as suit their shape, in at most this height; and the height used.
    pub(super) fn strip(&self, width: f32, most: f32) -> (Vec<Rect>, f32) {
        let panels = self.panels();
        let mut best: Option<(f32, usize, f32)> = None;
        for columns in 1..=panels {
            let rows = panels.div_ceil(columns);
            let [w, line] = self.panel_widths(width, columns);
            let h = (most - (rows - 1) as f32 * GAP) / rows as f32;
            let fits = w >= PLOT[0] && h >= PLOT[1] - 0.1 && self.line_fits([line, h]);
            let h = h.min(w / 1.2);
            // The rows beyond the last one are wasted.
            let waste = (rows * columns - panels) as f32 * 0.15;
            let odd = (w / h / 1.75).ln().abs() + waste + if fits { 0.0 } else { 100.0 };
            if best.is_none_or(|(o, ..)| odd < o) {
                best = Some((odd, columns, h));
            }
        }
        let Some((_, columns, h)) = best else {
            return (Vec::new(), 0.0);
        };
        let [w, line] = self.panel_widths(width, columns);
        let place = |i: usize| {
            let (column, row) = ((i % columns) as f32, (i / columns) as f32);
            let last = self.timeline && i + 1 == panels;
            let wide = if last { line } else { w };
            Rect::new(column * (w + PLOT_GAP), row * (h + GAP), wide, h)
        };
        let rows = panels.div_ceil(columns) as f32;
        let used = rows * (h + GAP) - GAP;
        ((0..panels).map(place).collect(), used)
    }

    pub(super) fn line_fits(&self, [w, h]: [f32; 2]) -> bool {
        let least = || timeline::heights(self.page, &self.theme, Who::All, w)[0];
        !self.timeline || least() <= h + 0.1
    }

    // Width of a plot, and of the time line, with so many panels side by side.
    pub(super) fn panel_widths(&self, width: f32, columns: usize) -> [f32; 2] {
        let room = width - PLOT_GAP * (columns - 1) as f32;
        if self.timeline && columns == self.panels() && columns > 1 {
            let plot = room / (columns as f32 - 1.0 + LINE);
            return [plot, LINE * plot];
        }
        [room / columns as f32; 2]
    }
}
