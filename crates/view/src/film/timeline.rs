//! The time line of the doses: a row per drug, or per arm and drug, over a common axis of time.

use super::plot::time_axis;
use super::{Page, PaneHead};
use crate::axis::Axis;
use crate::colour::Rgb;
use crate::legend::{DoseTrack, LegendEntry, LegendMark, legend};
use crate::style::{Theme, size};
use crate::svg::{Anchor, Drawing, Rect, Type};
use crate::text::{shorten, wrap};

/// Height of a row of marks: least, and where there is room.
const ROW: [f32; 2] = [12.0, 19.0];
/// More rows than this are merged, one per arm.
const MOST_ROWS: usize = 9;
/// Height of the title.
const TITLE: f32 = 19.0;
/// Height of the axis under the rows.
const AXIS: f32 = 20.0;

/// Rows that belong together under one name.
struct Group<'a> {
    label: &'a str,
    colour: Option<Rgb>,
    /// By row, the drugs on it.
    rows: Vec<Vec<&'a DoseTrack>>,
}

fn given(track: &DoseTrack) -> bool {
    !track.times.is_empty()
}

/// Whether anything is given to anyone.
pub(super) fn wanted(page: &Page) -> bool {
    page.parts.doses && page.panes.iter().any(|p| p.doses.iter().any(given))
}

/// Whose doses a time line shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Who {
    /// All panes'.
    All,
    /// One pane's.
    Pane(usize),
}

/// Whether anything is given to one arm.
pub(super) fn given_to(page: &Page, pane: usize) -> bool {
    let pane = page.panes.get(pane);
    page.parts.doses && pane.is_some_and(|p| p.doses.iter().any(given))
}

fn groups(page: &Page, who: Who) -> Vec<Group<'_>> {
    let alone = match (who, &page.panes[..]) {
        (Who::Pane(i), panes) => panes.get(i),
        (Who::All, [pane]) => Some(pane),
        (Who::All, _) => None,
    };
    if let Some(pane) = alone {
        let tracks = pane.doses.iter().filter(|t| given(t));
        return tracks
            .map(|t| Group {
                label: &t.label,
                colour: None,
                rows: vec![vec![t]],
            })
            .collect();
    }
    let rows = |p: &PaneHead| p.doses.iter().filter(|t| given(t)).count().max(1);
    let merged = page.panes.iter().map(rows).sum::<usize>() > MOST_ROWS;
    page.panes
        .iter()
        .map(|p| {
            let mut rows = Vec::new();
            let tracks: Vec<&DoseTrack> = p.doses.iter().filter(|t| given(t)).collect();
            if merged || tracks.is_empty() {
                rows.push(tracks);
            } else {
                rows.extend(tracks.into_iter().map(|t| vec![t]));
            }
            Group {
                label: &p.label,
                colour: Some(p.colour),
                rows,
            }
        })
        .collect()
}

/// The drugs, each once; none where rows carry their names.
fn drugs(page: &Page, who: Who) -> Vec<LegendEntry> {
    let mut entries: Vec<LegendEntry> = Vec::new();
    let tracks = page.panes.iter().flat_map(|p| &p.doses);
    let named = who != Who::All || page.panes.len() == 1;
    for t in tracks.filter(|t| !named && given(t)) {
        let entry = LegendEntry {
            label: t.label.clone(),
            mark: LegendMark::Dose(t.colour, t.marker),
        };
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    entries
}

/// Least height, and the height that it takes where there is room, at a width.
pub(super) fn heights(page: &Page, theme: &Theme, who: Who, width: f32) -> [f32; 2] {
    let rows: usize = groups(page, who).iter().map(|g| g.rows.len()).sum();
    let names = legend(
        &mut Drawing::default(),
        theme,
        [0.0, 0.0],
        width,
        &drugs(page, who),
    );
    let around = TITLE + AXIS + names + if names > 0.0 { 4.0 } else { 0.0 };
    ROW.map(|row| around + rows as f32 * row)
}

/// Where the present time is marked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor {
    /// Left and right ends of the axis of time.
    pub x: [f32; 2],
    /// Its upper and lower end.
    pub y: [f32; 2],
}

impl Cursor {
    /// In units that are a part of these.
    pub(super) fn scaled(self, factor: f32) -> Self {
        Self {
            x: self.x.map(|v| v * factor),
            y: self.y.map(|v| v * factor),
        }
    }
}

/// Draws the time line into `area`.
pub(super) fn draw(d: &mut Drawing, theme: &Theme, page: &Page, who: Who, area: Rect) -> Cursor {
    let groups = groups(page, who);
    let drugs = drugs(page, who);
    let names = legend(&mut Drawing::default(), theme, [0.0, 0.0], area.w, &drugs);
    let count: usize = groups.iter().map(|g| g.rows.len()).sum();
    let head = Type::new(size::HEAD, theme.ink).bold();
    let note = Type::new(size::BODY, theme.muted);
    d.text(area.x, area.y + head.size * 0.95, "Doses", head);
    let room = area.w - head.width("Doses") - 14.0;
    let axis_name = shorten(&page.time_label, note.size, false, room);
    d.text(
        area.right(),
        area.y + head.size * 0.95,
        &axis_name,
        note.anchor(Anchor::End),
    );
    let top = area.y + TITLE;
    let below = AXIS + names + if names > 0.0 { 4.0 } else { 0.0 };
    let row = ((area.bottom() - top - below) / count.max(1) as f32).min(ROW[1]);
    let chip = if drugs.is_empty() { 0.0 } else { 12.0 };
    let room = 0.5 * area.w - chip - 10.0;
    // On as many lines as its rows have room for.
    let name = |g: &Group<'_>, kind: &Type| {
        let most = (g.rows.len() as f32 * row / kind.line() + 0.05) as usize;
        wrap(g.label, kind.size, false, room, most.max(1))
    };
    let body = Type::new(size::BODY, theme.ink);
    let cut = |g: &Group<'_>| name(g, &body).iter().any(|l| l.ends_with('…'));
    let small = row < size::BODY + 1.0 || groups.iter().any(cut);
    let label = Type::new(if small { size::SMALL } else { size::BODY }, theme.ink);
    let lines = groups.iter().flat_map(|g| name(g, &label));
    let widest = lines.map(|l| label.width(&l)).fold(0.0, f32::max);
    let gutter = widest + chip + 10.0;
    let x = Axis {
        low: page.time[0],
        high: page.time[1],
        log: false,
        weeks: page.time_unit == "d",
        from: area.x + gutter,
        to: area.right() - 6.0,
    };
    let mut y = top;
    for group in &groups {
        let high = group.rows.len() as f32 * row;
        let middle = y + high / 2.0;
        if let Some(colour) = group.colour {
            d.rect(Rect::new(area.x, middle - 4.0, 8.0, 8.0), colour);
        }
        let name = name(group, &label);
        let first = middle - 0.5 * label.line() * name.len().saturating_sub(1) as f32;
        for (i, line) in name.iter().enumerate() {
            let base = first + label.line() * i as f32 + label.size * 0.36;
            d.text(area.x + chip, base, line, label);
        }
        for tracks in &group.rows {
            let at = y + row / 2.0;
            d.line([x.from, at], [x.to, at], theme.line, 1.0);
            for track in tracks {
                track.draw(d, at, [x.from, x.to], |t| x.at(t));
            }
            y += row;
        }
    }
    time_axis(d, theme, &x, y);
    legend(d, theme, [area.x, y + AXIS + 4.0], area.w, &drugs);
    Cursor {
        x: [x.from, x.to],
        y: [top, y],
    }
}
