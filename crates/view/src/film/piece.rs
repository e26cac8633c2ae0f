//! Pieces of a page: a drawing made pixels, and how it is laid over a frame.

use image::RgbaImage;

use crate::colour::{Rgb, hex};
use crate::error::Result;
use crate::figure::rasterise;
use crate::svg::{Drawing, Rect, TextBox};
use crate::text::FAMILY;

/// What lies under a piece.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground {
    pub colour: Rgb,
    /// 1: nothing shines through.
    pub opacity: f32,
    /// Of its corners, units.
    pub radius: f32,
    /// A thin line around it.
    pub edge: Option<Rgb>,
}

impl Ground {
    /// A ground that hides everything, to the very corners.
    pub(super) const fn solid(colour: Rgb) -> Self {
        Self {
            colour,
            opacity: 1.0,
            radius: 0.0,
            edge: None,
        }
    }
}

/// A part of a page as pixels.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Upper left corner, pixels.
    pub at: [u32; 2],
    pub image: RgbaImage,
    /// Texts on it, in pixels.
    pub texts: Vec<TextBox>,
}

impl Piece {
    /// Draws what lies in `area`, in units of `scale` pixels; `limit` is the size of the page in pixels.
    pub(super) fn new(
        drawing: &Drawing,
        area: Rect,
        ground: Option<Ground>,
        scale: f32,
        limit: [u32; 2],
    ) -> Result<Self> {
        let low = |v: f32, most: u32| ((v * scale).floor().max(0.0) as u32).min(most - 1);
        let high = |v: f32, from: u32, most: u32| {
            ((v * scale).ceil().max(0.0) as u32).clamp(from + 1, most)
        };
        let [x, y] = [low(area.x, limit[0]), low(area.y, limit[1])];
        let w = high(area.right(), x, limit[0]) - x;
        let h = high(area.bottom(), y, limit[1]) - y;
        let unit = |v: u32| v as f32 / scale;
        let under = ground.map_or(String::new(), |g| {
            // A solid ground fills its pixels to the edge.
            let (r, edge) = match g.edge {
                // Inside the area.
                Some(c) => (
                    Rect::new(area.x + 0.5, area.y + 0.5, area.w - 1.0, area.h - 1.0),
                    format!(r#" stroke="{}""#, hex(c)),
                ),
                None if g.radius > 0.0 => (area, String::new()),
                None => (
                    Rect::new(unit(x), unit(y), unit(w), unit(h)),
                    String::new(),
                ),
            };
            format!(
                r#"<rect x="{}" y="{}" width="{}" height="{}" rx="{}" fill="{}" fill-opacity="{}"{edge}/>"#,
                r.x, r.y, r.w, r.h, g.radius, hex(g.colour), g.opacity
            )
        });
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             width=\"{0}\" height=\"{1}\" viewBox=\"{2} {3} {0} {1}\" font-family=\"{FAMILY}\">{under}{4}</svg>",
            unit(w),
            unit(h),
            unit(x),
            unit(y),
            drawing.body()
        );
        Ok(Self {
            at: [x, y],
            image: rasterise(&svg, w, h)?,
            texts: drawing.texts().iter().map(|t| pixels(t, scale)).collect(),
        })
    }

    /// Lays the piece over a frame.
    pub(super) fn over(&self, frame: &mut RgbaImage) {
        rows(frame, &self.image, self.at, |under, over| {
            for (u, o) in under.chunks_exact_mut(4).zip(over.chunks_exact(4)) {
                let a = u32::from(o[3]);
                if a == 255 {
                    u.copy_from_slice(o);
                } else if a > 0 {
                    for k in 0..3 {
                        let sum = u32::from(o[k]) * a + u32::from(u[k]) * (255 - a);
                        u[k] = ((sum + 127) / 255) as u8;
                    }
                }
            }
        });
    }

    /// Lays a piece without gaps over a frame.
    pub(super) fn replace(&self, frame: &mut RgbaImage) {
        copy(frame, &self.image, self.at);
    }
}

fn pixels(text: &TextBox, scale: f32) -> TextBox {
    let Rect { x, y, w, h } = text.area;
    TextBox {
        text: text.text.clone(),
        area: Rect::new(x * scale, y * scale, w * scale, h * scale),
    }
}

/// Copies a picture into a frame.
pub(super) fn copy(frame: &mut RgbaImage, picture: &RgbaImage, at: [u32; 2]) {
    rows(frame, picture, at, |under, over| {
        under.copy_from_slice(over)
    });
}

// By row, the bytes of the frame and those of the picture over them.
fn rows(
    frame: &mut RgbaImage,
    picture: &RgbaImage,
    [x, y]: [u32; 2],
    lay: impl Fn(&mut [u8], &[u8]),
) {
    let (width, height) = frame.dimensions();
    let wide = picture.width().min(width.saturating_sub(x)) as usize * 4;
    if wide == 0 {
        return;
    }
    let pitch = width as usize * 4;
    let source = picture.as_raw().chunks_exact(picture.width() as usize * 4);
    let target = frame.chunks_exact_mut(pitch);
    let target = target.take(height as usize).skip(y as usize);
    let from = x as usize * 4;
    for (under, over) in target.zip(source) {
        lay(&mut under[from..from + wide], &over[..wide]);
    }
}
