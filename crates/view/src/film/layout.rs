//! Finds a place for everything on a page.
//!
//! Lengths are units: as many pixels as make text of figures legible in a film of this size. The panes get as
//! much room as there is. So every number of columns is tried, with the key under the panes and beside them;
//! the largest panes win, and what is left over goes to the plots and the time line.

mod needs;

use needs::{even, key_height};

use super::timeline::{self, Who};
use super::{Arrangement, Key, Page, Parts};
use crate::legend::{LegendEntry, LegendMark};
use crate::style::{Theme, size};
use crate::svg::{Rect, Type};
use crate::text::{wrap, wrap_even};

/// Pixels per unit in a film of 1280 x 720: the body text of figures becomes 15.6 pixels high.
const SCALE: f32 = 1.36;
/// Text shrinks with the film, but not below the first of these parts of its size at 1280 x 720 that has room.
const LEAST: [f32; 3] = [0.65, 0.57, 0.5];
/// Around the page, between parts, between panes.
const MARGIN: f32 = 14.0;
const GAP: f32 = 11.0;
const BETWEEN: f32 = 6.0;
/// Most room that the clock keeps.
const CLOCK: f32 = 236.0;
/// Column beside the panes: least and most width.
const SIDE: [f32; 2] = [196.0, 440.0];
/// Least width where that column holds the time line of several arms.
const SIDE_LINE: f32 = 268.0;
/// Between plots.
const PLOT_GAP: f32 = 24.0;
/// Least width and height of a plot.
const PLOT: [f32; 2] = [168.0, 122.0];
/// Width of a time line relative to plots in the same row.
const LINE: f32 = 1.4;
/// What stands beside the panes is enlarged as far as it has room.
const LARGER: [f32; 6] = [1.5, 1.4, 1.3, 1.2, 1.1, 1.0];
/// Least width and height of a pane on which something is written.
const PANE: [f32; 2] = [84.0, 62.0];
/// Height of a colour bar with its numbers, and of the line with its name.
pub(super) const BAR: f32 = 33.0;
pub(super) const BAR_NAME: f32 = 18.0;

impl Page {
    /// The key of the film that needs most room: the longest legend, or a colour bar.
    fn roomiest(&self) -> &Key {
        let rows = |key: &Key| match key {
            Key::Channels(entries) => entries.len(),
            Key::Bar { .. } => 2,
        };
        let mut best = &self.key;
        for other in &self.others {
            if rows(other) > rows(best) {
                best = other;
            }
        }
        best
    }
}

/// Where things stand, in units; panes in pixels.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Pixels per unit.
    pub scale: f32,
    /// Width and height of a pane, pixels.
    pub pane: [u32; 2],
    /// Upper left corners of the panes, pixels.
    pub panes: Vec<[u32; 2]>,
    /// All panes together.
    pub block: Rect,
    /// Title and clock.
    pub header: Option<Rect>,
    /// Size and lines of the title.
    pub title: (f32, Vec<String>),
    /// The key under the panes.
    pub key: Option<Rect>,
    /// Key and time line beside the panes.
    pub side: Option<Side>,
    /// Names of the lines of the plots.
    pub series: Option<Rect>,
    /// The plots.
    pub plots: Vec<Rect>,
    /// Doses under the panes.
    pub timeline: Option<Rect>,
    /// Doses on panes.
    pub insets: Vec<(usize, Rect)>,
    /// Closing lines.
    pub credit: Option<(Rect, Vec<String>)>,
}

/// A column beside the panes, in units that are `larger` times those of the page.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub larger: f32,
    pub key: Option<Rect>,
    pub timeline: Option<Rect>,
}

/// What a page wants besides panes.
struct Wants<'a> {
    page: &'a Page,
    theme: Theme,
    scale: f32,
    key: bool,
    plots: usize,
    timeline: bool,
    inset: bool,
}

/// One way to place the panes.
#[derive(Debug, Clone, Copy)]
struct Choice {
    columns: u32,
    side: bool,
    pane: [u32; 2],
}

/// Names of the lines of all plots, each once.
pub(super) fn series(page: &Page) -> Vec<LegendEntry> {
    let mut entries: Vec<LegendEntry> = Vec::new();
    let plots = page.plots.iter().take(MOST_PLOTS);
    for (label, colour, dash) in plots.flat_map(|p| &p.series) {
        let entry = LegendEntry {
            label: label.clone(),
            mark: LegendMark::Line(*colour, *dash),
        };
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}

/// More plots are left out.
pub(super) const MOST_PLOTS: usize = 3;

/// Places everything; none where there is no room.
pub(super) fn arrange(page: &Page) -> Option<Layout> {
    let [w, h] = page.size.map(|v| v as f32);
    let unit = (w / 1280.0).min(h / 720.0);
    // On a tall page larger text costs the panes nothing.
    let tall = unit * (h / w).sqrt().clamp(1.0, 1.4);
    let least = LEAST.map(|least| unit.max(least));
    let units = [tall.max(LEAST[0])].into_iter().chain(least);
    // Text keeps its size when parts are switched off, so that their room goes to the panes.
    let whole = Page {
        parts: Parts::default(),
        ..page.clone()
    };
    let fits = |unit: &f32| arrange_at(&whole, SCALE * unit).is_some();
    let kept = units.clone().find(fits);
    let known = kept.and_then(|unit| arrange_at(page, SCALE * unit));
    let mut units = units;
    known.or_else(|| units.find_map(|unit| arrange_at(page, SCALE * unit)))
}

fn arrange_at(page: &Page, scale: f32) -> Option<Layout> {
    let [w, h] = page.size.map(|v| v as f32);
    let [w, h] = [w / scale, h / scale];
    let parts = &page.parts;
    let theme = page.style.theme();
    let timeline = timeline::wanted(page);
    let inset = timeline && page.arrangement == Arrangement::Doses;
    let plots = match page.arrangement {
        Arrangement::Plots => page.plots.len().min(MOST_PLOTS),
        Arrangement::Panes | Arrangement::Doses => 0,
    };
    let empty = matches!(page.roomiest(), Key::Channels(entries) if entries.is_empty());
    let wants = Wants {
        page,
        theme,
        scale,
        key: parts.legend && !empty,
        plots,
        timeline: timeline && !inset,
        inset,
    };
    let titled = parts.title && !page.title.trim().is_empty();
    let credited = parts.credit && !page.credit.trim().is_empty();
    let bare = !(titled || parts.clock || credited || wants.key || plots > 0 || wants.timeline);
    let margin = if bare { 0.0 } else { MARGIN };
    let room = w - 2.0 * margin;
    let mut top = margin;
    let title = match titled {
        true => title(
            &page.title,
            room - if parts.clock { clock(room) + 12.0 } else { 0.0 },
        ),
        false => (0.0, Vec::new()),
    };
    let header = (titled || parts.clock).then(|| {
        let high = (title.0 * 1.3 * title.1.len() as f32).max(size::TITLE * 1.3);
        let area = Rect::new(margin, margin - 5.0, room, high);
        top = area.bottom() + 5.0;
        area
    });
    let mut bottom = h - margin;
    let credit = credited.then(|| {
        let lines = wrap_even(&page.credit, size::SMALL, false, room, 2);
        let high = lines.len() as f32 * size::SMALL * 1.3;
        let area = Rect::new(margin, h - 0.6 * margin - high, room, high);
        bottom = area.y - 6.0;
        (area, lines)
    });
    let body = Rect::new(margin, top, room, bottom - top);
    let choice = wants.best(body)?;
    let mut layout = wants.place(body, choice)?;
    (layout.header, layout.title, layout.credit) = (header, title, credit);
    Some(layout)
}

/// Room of the clock in a line of this width.
pub(super) fn clock(room: f32) -> f32 {
    CLOCK.min(0.36 * room)
}

// On one line if it fits, else smaller on two.
fn title(text: &str, room: f32) -> (f32, Vec<String>) {
    let one = wrap(text, size::TITLE, true, room, 1);
    if one.iter().all(|l| !l.ends_with('…')) {
        return (size::TITLE, one);
    }
    let small = size::TITLE * 0.78;
    (small, wrap_even(text, small, true, room, 2))
}

impl Wants<'_> {
    fn place(&self, body: Rect, choice: Choice) -> Option<Layout> {
        let Choice {
            columns,
            side,
            pane,
        } = choice;
        let mut block = self.block(body, columns, pane);
        let mut spare = (body.h - block.h - self.under(body.w, side)).max(0.0);
        let (larger, side_width) = self.larger(body.w - GAP - block.w, block.h);
        let across = block.w + if side { GAP + side_width } else { 0.0 };
        block.x = body.x + (body.w - across) / 2.0;

        // Plots grow first, then the time line; the rest is shared above and below.
        let mut strip = 0.0;
        let mut rows = Vec::new();
        let names = match self.plots {
            0 => 0.0,
            _ => self.series_height(body.w),
        };
        if self.plots > 0 {
            let key = match self.key && !side {
                true => GAP + key_height(self.page, &self.theme, body.w, false),
                false => 0.0,
            };
            let most = self.under(body.w, side) - key - GAP - names + spare;
            (rows, strip) = self.strip(body.w, most);
            spare -= strip - (most - spare);
        }
        let under_line = self.beside_timeline() && !side;
        let line_width = block.w.max(body.w.min(560.0));
        let mut line_height = 0.0;
        if under_line {
            let [least, most] =
                timeline::heights(self.page, &self.theme, Who::All, body.w.min(560.0));
            line_height = most.min(least + spare);
            spare -= line_height - least;
        }
        block.y = body.y + (spare.max(0.0) / 2.0).floor();
        let pixel = |v: f32| (v * self.scale).round() as u32;
        let (x0, y0) = (pixel(block.x), pixel(block.y));
        let gap = pixel(BETWEEN);
        let panes = (0..self.page.panes.len() as u32).map(|i| {
            let (column, row) = (i % columns, i / columns);
            [x0 + column * (pane[0] + gap), y0 + row * (pane[1] + gap)]
        });
        let panes: Vec<[u32; 2]> = panes.collect();
        (block.x, block.y) = (x0 as f32 / self.scale, y0 as f32 / self.scale);

        let mut key = None;
        let mut line = None;
        let mut y = block.bottom();
        let mut beside = None;
        if side {
            let (x, top) = ((block.right() + GAP) / larger, block.y / larger);
            let w = side_width / larger;
            let high = match self.key {
                true => key_height(self.page, &self.theme, w, true),
                false => 0.0,
            };
            let line = self.beside_timeline().then(|| {
                let from = top + high + if self.key { 16.0 } else { 0.0 };
                let [least, most] = timeline::heights(self.page, &self.theme, Who::All, w);
                let room = body.bottom() / larger - from;
                Rect::new(x, from, w, most.min(room).max(least))
            });
            beside = Some(Side {
                larger,
                key: self.key.then_some(Rect::new(x, top, w, high)),
                timeline: line,
            });
        } else if self.key {
            let high = key_height(self.page, &self.theme, body.w, false);
            // Under the panes if that needs no more lines than the whole page.
            let narrow = key_height(self.page, &self.theme, block.w, false) <= high;
            let (x, mut w) = if narrow {
                (block.x, block.w)
            } else {
                (body.x, body.w)
            };
            if let Key::Channels(entries) = self.page.roomiest() {
                w = even(&self.theme, entries, w);
            }
            let area = Rect::new(x, y + GAP, w, high);
            key = Some(area);
            y = area.bottom();
        }
        if under_line {
            let x = body.x + (body.w - line_width) / 2.0;
            line = Some(Rect::new(x, y + GAP, line_width, line_height));
        }
        let mut series = None;
        let mut plots = Vec::new();
        if self.plots > 0 {
            let top = y + GAP;
            series = (names > 0.0).then(|| Rect::new(body.x, top, body.w, names));
            plots = rows;
            for p in &mut plots {
                p.x += body.x;
                p.y += top + names;
            }
            debug_assert!(
                plots
                    .iter()
                    .all(|p| p.bottom() <= top + names + strip + 0.1)
            );
            line = if self.timeline { plots.pop() } else { None };
        }
        Some(Layout {
            scale: self.scale,
            pane,
            insets: match self.inset {
                true => self.insets(&panes, pane)?,
                false => Vec::new(),
            },
            panes,
            block,
            side: beside,
            header: None,
            title: (0.0, Vec::new()),
            key,
            series,
            plots,
            timeline: line,
            credit: None,
        })
    }
}

/// Width of a text at title size, for the clock.
pub(super) fn clock_type(theme: &Theme) -> Type {
    Type::new(size::TITLE, theme.ink).bold()
}
