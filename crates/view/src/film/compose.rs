//! From a page to a sheet: everything gets its place, and what never changes is drawn.

use super::layout::{self, BAR, BAR_NAME, Layout, MOST_PLOTS};
use super::piece::{Ground, Piece};
use super::plot::Plot;
use super::sheet::Sheet;
use super::timeline::{self, Who};
use super::{Key, Page};
use crate::colour::{Rgb, luminance};
use crate::error::{Result, ViewError};
use crate::legend::{colour_bar, legend};
use crate::raster::LARGEST_SIDE;
use crate::style::{Theme, size};
use crate::svg::{Drawing, Rect, Type};
use crate::text::{fit, shorten, width, wrap_even};

/// Distance of names from the edges of a pane.
const INSET: f32 = 7.0;

impl Page {
    /// Finds a place for everything and draws what never changes.
    ///
    /// # Errors
    /// [`ViewError::Pixels`] for a size that cannot be drawn, [`ViewError::Film`] for one that has no room
    /// for the panes (with the smallest size of this shape that has), for no panes, an impossible tissue or
    /// span of time, [`ViewError::Range`] for limits of the colour bar that cannot be used.
    pub fn compose(self) -> Result<Sheet> {
        check(&self)?;
        let theme = self.style.theme();
        let Some(layout) = layout::arrange(&self) else {
            return Err(no_room(&self));
        };
        let mut d = Drawing::default();
        let unit = |v: u32| v as f32 / layout.scale;
        let pane = |at: [u32; 2]| {
            Rect::new(
                unit(at[0]),
                unit(at[1]),
                unit(layout.pane[0]),
                unit(layout.pane[1]),
            )
        };
        for &at in &layout.panes {
            d.frame(pane(at), theme.line);
        }
        write_around(&mut d, &theme, &self, &layout)?;
        let mut cursors = Vec::new();
        if let Some(area) = layout.timeline {
            cursors.push(timeline::draw(&mut d, &theme, &self, Who::All, area));
        }
        let (scale, size) = (layout.scale, self.size);
        let whole = Rect::new(0.0, 0.0, unit(size[0]), unit(size[1]));
        let mut base = Piece::new(&d, whole, Some(Ground::solid(theme.page)), scale, size)?;
        if let Some(side) = &layout.side {
            let mut d = Drawing::default();
            if let Some(area) = side.key {
                write_key(&mut d, &theme, &self, area, true)?;
            }
            if let Some(area) = side.timeline {
                let cursor = timeline::draw(&mut d, &theme, &self, Who::All, area);
                cursors.push(cursor.scaled(side.larger));
            }
            // From the panes to the edge of the page.
            let right = layout.block.right() / side.larger;
            let (w, h) = (whole.w / side.larger, whole.h / side.larger);
            let area = Rect::new(right, 0.0, w - right, h);
            let piece = Piece::new(&d, area, None, scale * side.larger, size)?;
            piece.over(&mut base.image);
            base.texts.extend(piece.texts);
        }

        let mut overlays = Vec::new();
        let mut names = 0.0_f32;
        if self.parts.labels {
            for (head, &at) in self.panes.iter().zip(&layout.panes) {
                let area = pane(at);
                if let Some((chip, bottom)) = chip(&head.label, head.colour, area, scale, size)? {
                    overlays.push(chip);
                    names = names.max(bottom);
                }
            }
        }
        for &(i, area) in &layout.insets {
            let mut d = Drawing::default();
            let inner = Rect::new(area.x + 8.0, area.y + 6.0, area.w - 16.0, area.h - 10.0);
            cursors.push(timeline::draw(&mut d, &theme, &self, Who::Pane(i), inner));
            let ground = Ground {
                colour: theme.page,
                opacity: 0.9,
                radius: 4.0,
                edge: None,
            };
            overlays.push(Piece::new(&d, area, Some(ground), scale, size)?);
        }
        let plots = layout
            .plots
            .iter()
            .map(|area| (Plot::new(&self, *area), None));
        Ok(Sheet {
            theme,
            base,
            overlays,
            names,
            cursors,
            plots: plots.collect(),
            clock: None,
            bar: None,
            caption: None,
            layout,
            page: self,
        })
    }
}

fn check(page: &Page) -> Result<()> {
    let [width, height] = page.size;
    if width == 0 || height == 0 || width.max(height) > LARGEST_SIDE {
        return Err(ViewError::Pixels {
            width,
            height,
            limit: LARGEST_SIDE,
        });
    }
    if page.panes.is_empty() {
        return Err(ViewError::Film("a film needs at least one pane".to_owned()));
    }
    let [w, h] = page.extent;
    if !(w > 0.0 && h > 0.0 && w.is_finite() && h.is_finite()) {
        return Err(ViewError::Film(format!(
            "a tissue of {w} x {h}; both must be above 0 and finite"
        )));
    }
    let [from, to] = page.time;
    if !(from < to && from.abs() < 1e150 && to.abs() < 1e150) {
        return Err(ViewError::Film(format!(
            "a film from {from} to {to}; its end must come after its start"
        )));
    }
    match &page.key {
        Key::Bar { range, .. } => range.check(),
        Key::Channels(_) => Ok(()),
    }
}

// Names the smallest size of the same shape that has room.
fn no_room(page: &Page) -> ViewError {
    let [w, h] = page.size.map(f64::from);
    let mut tried = page.clone();
    let mut factor: f64 = 1.0;
    let found = loop {
        factor *= 1.03;
        tried.size = [w, h].map(|v| ((v * factor / 2.0).ceil() * 2.0) as u32);
        if tried.size.iter().any(|v| *v > LARGEST_SIDE) {
            break None;
        }
        if layout::arrange(&tried).is_some() {
            break Some(tried.size);
        }
    };
    let count = page.panes.len();
    let panes = if count == 1 { "the pane" } else { "the panes" };
    let advice = match found {
        Some([w, h]) => format!("the smallest size of this shape is about {w} x {h}"),
        None => "no size of this shape has; choose another shape, other columns or fewer panes"
            .to_owned(),
    };
    ViewError::Film(format!(
        "a film of {w} x {h} pixels has no room for {panes} ({count}) and what is written around; {advice}; parts that are switched off make room"
    ))
}

fn write_around(d: &mut Drawing, theme: &Theme, page: &Page, layout: &Layout) -> Result<()> {
    if let Some(area) = layout.header {
        let (size, lines) = &layout.title;
        d.lines(area.x, area.y, lines, Type::new(*size, theme.ink).bold());
    }
    if let Some(area) = layout.key {
        write_key(d, theme, page, area, false)?;
    }
    if let Some(area) = layout.series {
        legend(d, theme, [area.x, area.y], area.w, &layout::series(page));
    }
    if let Some((area, lines)) = &layout.credit {
        d.lines(area.x, area.y, lines, Type::new(size::SMALL, theme.muted));
    }
    debug_assert!(layout.plots.len() <= MOST_PLOTS);
    Ok(())
}

fn write_key(d: &mut Drawing, theme: &Theme, page: &Page, area: Rect, side: bool) -> Result<()> {
    match &page.key {
        Key::Channels(entries) if side => {
            let mut y = area.y;
            for entry in entries.chunks(1) {
                y = legend(d, theme, [area.x, y], area.w, entry);
            }
        }
        Key::Channels(entries) => {
            legend(d, theme, [area.x, area.y], area.w, entries);
        }
        Key::Bar {
            label,
            unit,
            range,
            map,
        } => {
            let name = match unit.trim().is_empty() {
                true => label.clone(),
                false => format!("{label} ({unit})"),
            };
            let kind = Type::new(size::BODY, theme.ink).bold();
            let bar = if side {
                let (name, size) = name_with_unit(label, &name, kind.size, area.w);
                let kind = Type::new(size, theme.ink).bold();
                d.text(area.x, area.y + 0.95 * kind.size, &name, kind);
                let w = area.w.min(300.0);
                Rect::new(area.x + 1.0, area.y + BAR_NAME, w - 2.0, 12.0)
            } else {
                // Name and bar side by side.
                let (name, size) = name_with_unit(label, &name, kind.size, 0.6 * area.w);
                let kind = Type::new(size, theme.ink).bold();
                d.text(area.x, area.y + 6.0 + 0.36 * kind.size, &name, kind);
                let left = area.x + kind.width(&name) + 12.0;
                let w = (area.right() - left).min(360.0);
                Rect::new(left, area.y, w - 1.0, 12.0)
            };
            debug_assert!(bar.h < BAR);
            colour_bar(d, theme, bar, *range, map, "")?;
        }
    }
    Ok(())
}

// A name with its unit that fits: the name is cut before the unit is.
fn name_with_unit(label: &str, name: &str, size: f32, room: f32) -> (String, f32) {
    let (fitted, smaller) = fit(name, size, true, room);
    if fitted == name {
        return (fitted, smaller);
    }
    let unit = &name[label.len()..];
    let label = shorten(label, smaller, true, room - width(unit, smaller, true));
    (format!("{label}{unit}"), smaller)
}

// The name of an arm on its colour; and its lower edge below the upper edge of the pane.
fn chip(
    label: &str,
    colour: Rgb,
    pane: Rect,
    scale: f32,
    limit: [u32; 2],
) -> Result<Option<(Piece, f32)>> {
    let ink = match luminance(colour) > 0.18 {
        true => [12, 13, 16],
        false => [255, 255, 255],
    };
    let kind = Type::new(size::BODY, ink).bold();
    let most = if pane.h > 110.0 { 2 } else { 1 };
    let room = pane.w - 2.0 * INSET - 14.0;
    let lines = wrap_even(label, kind.size, true, room, most);
    if lines.is_empty() {
        return Ok(None);
    }
    let widest = lines.iter().map(|l| kind.width(l)).fold(0.0, f32::max);
    let area = Rect::new(
        pane.x + INSET,
        pane.y + INSET,
        widest + 14.0,
        lines.len() as f32 * kind.line() + 5.0,
    );
    let mut d = Drawing::default();
    d.lines(area.x + 7.0, area.y + 2.5, &lines, kind);
    let ground = Ground {
        colour,
        opacity: 1.0,
        radius: 3.5,
        // A dark chip on dark tissue.
        edge: (luminance(colour) < 0.05).then_some([150, 150, 150]),
    };
    let bottom = area.bottom() - pane.y;
    Ok(Some((
        Piece::new(&d, area, Some(ground), scale, limit)?,
        bottom,
    )))
}
