//! A page with everything in its place: what never changes is pixels already, the rest is drawn per frame.

use image::RgbaImage;
use resvg::tiny_skia::PixmapMut;

use super::layout::{self, Layout};
use super::piece::{Ground, Piece, copy};
use super::plot::{Pen, Plot};
use super::timeline::Cursor;
use super::{Frame, Page};
use crate::error::{Result, ViewError};
use crate::legend::scale_bar;
use crate::style::{Theme, size};
use crate::svg::{Anchor, Drawing, Rect, TextBox, Type};
use crate::text::{shorten, wrap, wrap_even};

/// Height at the lower edge of a pane that the scale bar takes.
const SCALE_BAR: f32 = 34.0;
/// Lines of a caption.
const MOST_LINES: usize = 3;

/// A page with everything in its place and drawn that never changes.
///
/// Frames are drawn in order of time: the axes of plots grow with what they show and never shrink.
pub struct Sheet {
    pub(super) page: Page,
    pub(super) theme: Theme,
    pub(super) layout: Layout,
    pub(super) base: Piece,
    /// Over the panes.
    pub(super) overlays: Vec<Piece>,
    /// Lower edge of the names on the panes, units under the upper edge of a pane.
    pub(super) names: f32,
    pub(super) cursors: Vec<Cursor>,
    pub(super) plots: Vec<(Plot, Option<Piece>)>,
    pub(super) clock: Option<(String, Piece)>,
    pub(super) bar: Option<(f64, Option<Piece>)>,
    pub(super) caption: Option<(String, Piece)>,
}

impl Sheet {
    /// Width and height of a pane's picture, pixels.
    pub fn pane(&self) -> [u32; 2] {
        self.layout.pane
    }

    /// Upper left corners of the panes, pixels.
    pub fn corners(&self) -> &[[u32; 2]] {
        &self.layout.panes
    }

    /// Every text of the frame drawn last, with its box in pixels.
    pub fn texts(&self) -> Vec<TextBox> {
        let plots = self.plots.iter().filter_map(|(_, piece)| piece.as_ref());
        let clock = self.clock.iter().map(|(_, piece)| piece);
        let bar = self.bar.iter().filter_map(|(_, piece)| piece.as_ref());
        let caption = self.caption.iter().map(|(_, piece)| piece);
        let pieces = std::iter::once(&self.base).chain(&self.overlays);
        let pieces = pieces.chain(plots).chain(clock).chain(bar).chain(caption);
        pieces.flat_map(|p| p.texts.iter().cloned()).collect()
    }

    /// Draws a frame.
    ///
    /// # Errors
    /// [`ViewError::Film`] for panes of another number or size than [`Sheet::pane`].
    pub fn draw(&mut self, frame: &Frame) -> Result<RgbaImage> {
        self.check(frame)?;
        let mut picture = self.base.image.clone();
        for (pane, at) in frame.panes.iter().zip(&self.layout.panes) {
            copy(&mut picture, pane, *at);
        }
        self.draw_plots(&mut picture, frame)?;
        for overlay in &self.overlays {
            overlay.over(&mut picture);
        }
        for c in self.cursors.iter().filter(|_| frame.time.is_finite()) {
            let [low, high] = self.page.time;
            let t = ((frame.time - low) / (high - low)).clamp(0.0, 1.0) as f32;
            let at = c.x[0] + t * (c.x[1] - c.x[0]);
            let ink = self.theme.ink;
            if let Some(mut pen) = pen(&mut picture, self.layout.scale) {
                pen.line([c.x[0], c.y[1]], [at, c.y[1]], ink, 2.4);
                pen.line([at, c.y[0]], [at, c.y[1]], ink, 1.4);
                pen.disc([at, c.y[1]], 3.2, ink);
            }
        }
        self.draw_bar(&mut picture, frame)?;
        self.draw_clock(&mut picture, &frame.clock)?;
        self.draw_caption(&mut picture, frame.caption.as_deref())?;
        Ok(picture)
    }

    fn check(&self, frame: &Frame) -> Result<()> {
        let wanted = self.layout.pane;
        if frame.panes.len() != self.layout.panes.len() {
            return Err(ViewError::Film(format!(
                "a frame with {} panes on a page for {}",
                frame.panes.len(),
                self.layout.panes.len()
            )));
        }
        for (i, pane) in frame.panes.iter().enumerate() {
            let (w, h) = pane.dimensions();
            if [w, h] != wanted {
                return Err(ViewError::Film(format!(
                    "pane {} of a frame has {w} x {h} pixels; on this page a pane has {} x {}",
                    i + 1,
                    wanted[0],
                    wanted[1]
                )));
            }
        }
        Ok(())
    }

    fn draw_plots(&mut self, picture: &mut RgbaImage, frame: &Frame) -> Result<()> {
        let none = Vec::new();
        for (i, (plot, piece)) in self.plots.iter_mut().enumerate() {
            let Some(head) = self.page.plots.get(i) else {
                continue;
            };
            let curves = frame.curves.get(i).unwrap_or(&none);
            if plot.grow(curves) || piece.is_none() {
                let mut d = Drawing::default();
                plot.draw(&mut d, &self.theme, head, &self.page.time_label);
                let ground = Some(Ground::solid(self.theme.page));
                let drawn = Piece::new(&d, plot.area, ground, self.layout.scale, self.page.size)?;
                *piece = Some(drawn);
            }
            if let Some(piece) = piece {
                piece.replace(picture);
            }
            if let Some(mut pen) = pen(picture, self.layout.scale) {
                plot.curves(&mut pen, &self.theme, head, curves, frame.time);
            }
        }
        Ok(())
    }

    fn draw_bar(&mut self, picture: &mut RgbaImage, frame: &Frame) -> Result<()> {
        if !self.page.parts.scale_bar {
            return Ok(());
        }
        let zoom = match frame.zoom > 0.0 && frame.zoom.is_finite() {
            true => frame.zoom,
            false => 1.0,
        };
        if self.bar.as_ref().is_none_or(|(z, _)| *z != zoom) {
            let pane = self.first_pane();
            let mut d = Drawing::default();
            let extent = self.page.extent[0] / zoom;
            let drawn = scale_bar(&mut d, pane, extent, &self.page.length_unit);
            let area = Rect::new(pane.x, pane.bottom() - SCALE_BAR, pane.w, SCALE_BAR);
            let (scale, size) = (self.layout.scale, self.page.size);
            let piece = drawn.then(|| Piece::new(&d, area, None, scale, size));
            self.bar = Some((zoom, piece.transpose()?));
        }
        if let Some((_, Some(piece))) = &self.bar {
            piece.over(picture);
        }
        Ok(())
    }

    fn draw_clock(&mut self, picture: &mut RgbaImage, text: &str) -> Result<()> {
        let (Some(header), true) = (self.layout.header, self.page.parts.clock) else {
            return Ok(());
        };
        if self.clock.as_ref().is_none_or(|(t, _)| t != text) {
            let mut d = Drawing::default();
            let kind = layout::clock_type(&self.theme).anchor(Anchor::End);
            let room = layout::clock(header.w);
            let shown = shorten(text, kind.size, kind.bold, room - 4.0);
            d.text(header.right(), header.y + 0.95 * kind.size, &shown, kind);
            let area = Rect::new(header.right() - room, header.y, room + 2.0, header.h);
            let piece = Piece::new(&d, area, None, self.layout.scale, self.page.size)?;
            self.clock = Some((text.to_owned(), piece));
        }
        if let Some((_, piece)) = &self.clock {
            piece.over(picture);
        }
        Ok(())
    }

    fn draw_caption(&mut self, picture: &mut RgbaImage, text: Option<&str>) -> Result<()> {
        let shown = text.filter(|t| self.page.parts.captions && !t.trim().is_empty());
        let Some(text) = shown else {
            self.caption = None;
            return Ok(());
        };
        if self.caption.as_ref().is_none_or(|(t, _)| t != text) {
            self.caption = Some((text.to_owned(), self.caption(text)?));
        }
        if let Some((_, piece)) = &self.caption {
            piece.over(picture);
        }
        Ok(())
    }

    // A box over the lower part of the panes, above the scale bar and the inset, under the names.
    fn caption(&self, text: &str) -> Result<Piece> {
        let block = self.layout.block;
        let kind = Type::new(size::HEAD, self.theme.ink)
            .bold()
            .anchor(Anchor::Middle);
        let room = (block.w - 36.0).clamp(40.0, 520.0);
        let lines = wrap_even(text, kind.size, true, room, MOST_LINES);
        let high = |count: usize| count as f32 * kind.line() + 10.0;
        let pane_height = self.layout.pane[1] as f32 / self.layout.scale;
        let mut tops: Vec<u32> = self.layout.panes.iter().map(|p| p[1]).collect();
        tops.dedup();
        let first = tops.first().copied();
        // Lowest row of panes first.
        let rows = tops.iter().rev().map(|&t| {
            let top = t as f32 / self.layout.scale;
            let scale_bar = first == Some(t) && self.page.parts.scale_bar;
            let mut bottom = top + pane_height - if scale_bar { SCALE_BAR + 2.0 } else { 10.0 };
            let insets = self.layout.insets.iter().map(|(_, area)| area);
            for inset in insets.filter(|a| a.y > top && a.bottom() < top + pane_height) {
                let above = if scale_bar {
                    self.bar_above(inset)
                } else {
                    0.0
                };
                bottom = bottom.min(inset.y - above - 6.0);
            }
            (bottom, bottom - top - self.names - 4.0)
        });
        let rows: Vec<(f32, f32)> = rows.collect();
        let fits = |count: usize| rows.iter().find(|(_, room)| high(count) <= *room);
        let (count, bottom) = (1..=lines.len())
            .rev()
            .find_map(|c| fits(c).map(|(b, _)| (c, *b)))
            .unwrap_or((1, rows.first().map_or(block.bottom(), |r| r.0)));
        let lines = match count == lines.len() {
            true => lines,
            false => wrap(text, kind.size, true, room, count),
        };
        let widest = lines.iter().map(|l| kind.width(l)).fold(0.0, f32::max);
        let middle = block.x + block.w / 2.0;
        let w = widest + 24.0;
        let area = Rect::new(middle - w / 2.0, bottom - high(count), w, high(count));
        let mut d = Drawing::default();
        d.lines(middle, area.y + 4.0, &lines, kind);
        let ground = Ground {
            colour: self.theme.page,
            opacity: 0.86,
            radius: 5.0,
            edge: None,
        };
        Piece::new(&d, area, Some(ground), self.layout.scale, self.page.size)
    }

    fn first_pane(&self) -> Rect {
        let unit = |v: u32| v as f32 / self.layout.scale;
        let [w, h] = self.layout.pane.map(unit);
        let [x, y] = self
            .layout
            .panes
            .first()
            .copied()
            .unwrap_or([0, 0])
            .map(unit);
        // The scale bar stands above an inset that needs its place.
        let inset = self.layout.insets.iter().find(|(i, _)| *i == 0);
        let lifted = inset.map_or(0.0, |(_, area)| match self.bar_above(area) > 0.0 {
            true => y + h - area.y,
            false => 0.0,
        });
        Rect::new(x, y, w, h - lifted)
    }

    // Height that the scale bar takes above an inset in the first pane; 0 where it stands beside it.
    fn bar_above(&self, inset: &Rect) -> f32 {
        let block = self.layout.block;
        let wide = self.layout.pane[0] as f32 / self.layout.scale;
        match inset.w > 0.7 * wide && inset.x < block.x + wide {
            true => SCALE_BAR,
            false => 0.0,
        }
    }
}

fn pen(picture: &mut RgbaImage, scale: f32) -> Option<Pen<'_>> {
    let (w, h) = picture.dimensions();
    let pixels = PixmapMut::from_bytes(&mut *picture, w, h)?;
    Some(Pen { pixels, scale })
}
