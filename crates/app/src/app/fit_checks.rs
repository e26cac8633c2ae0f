//! What may be wrong with one frame of the window: texts that are cut, controls that cover one another.

use eframe::egui::epaint::{ClippedShape, Shape, TextShape};
use eframe::egui::{Context, Rect};

use super::SMALLEST;

/// A text may stick out of its clip by so much, points: the blank edge of its last letter.
const EDGE: f32 = 1.0;
/// Controls may touch, points: the handle between two panels reaches so far into both.
const TOUCH: f32 = 2.0;

/// Texts of a frame that are not whole from left to right: shortened with `…`, or cut at an edge.
/// A row of tabs that is too long scrolls: `tabs` are their titles.
pub(super) fn cut_texts(shapes: &[ClippedShape], tabs: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for clipped in shapes {
        each_text(&clipped.shape, &mut |text| {
            let rect = bounds(text);
            let said = text.galley.text().trim();
            let seen = rect.intersect(clipped.clip_rect);
            let scrolled = !(seen.width() > EDGE && seen.height() > EDGE);
            if said.is_empty() || scrolled || tabs.contains(&said) {
                return;
            }
            // Texts on the tissue are shortened by the canvas itself.
            let dots = said.ends_with('…') && !said.ends_with(" …");
            if text.galley.elided || dots {
                faults.push(format!("`{said}` is shortened"));
            }
            let clip = clipped.clip_rect.expand(EDGE);
            if rect.left() < clip.left() || rect.right() > clip.right() {
                let (at, room) = (rect.x_range(), clipped.clip_rect.x_range());
                faults.push(format!("`{said}` at {at:?} is cut at {room:?}"));
            }
        });
    }
    faults
}

/// Texts whose upper or lower part is cut although nothing can be scrolled there. `scrolls`: the panels whose
/// content can.
pub(super) fn texts_cut_across(shapes: &[ClippedShape], scrolls: &[Rect]) -> Vec<String> {
    let mut faults = Vec::new();
    for clipped in shapes {
        let clip = clipped.clip_rect;
        if scrolls.iter().any(|s| s.expand(EDGE).contains_rect(clip)) {
            continue;
        }
        each_text(&clipped.shape, &mut |text| {
            let rect = bounds(text);
            let said = text.galley.text().trim();
            let seen = rect.intersect(clip);
            if said.is_empty() || !(seen.width() > EDGE && seen.height() > EDGE) {
                return;
            }
            if rect.top() < clip.top() - EDGE || rect.bottom() > clip.bottom() + EDGE {
                let (at, room) = (rect.y_range(), clip.y_range());
                faults.push(format!("`{said}` at {at:?} is cut at {room:?}"));
            }
        });
    }
    faults
}

/// Texts that are too small to be read on a projector.
pub(super) fn small_texts(shapes: &[ClippedShape]) -> Vec<String> {
    let mut faults = Vec::new();
    for clipped in shapes {
        each_text(&clipped.shape, &mut |text| {
            let sections = text.galley.job.sections.iter();
            let size = sections
                .map(|s| s.format.font_id.size)
                .fold(f32::INFINITY, f32::min);
            let said = text.galley.text().trim();
            if !said.is_empty() && size < SMALLEST {
                faults.push(format!("`{said}` has {size} points"));
            }
        });
    }
    faults
}

// Where a text stands; the name of a vertical axis is turned.
fn bounds(text: &TextShape) -> Rect {
    match text.angle {
        0.0 => text.galley.rect.translate(text.pos.to_vec2()),
        _ => text.visual_bounding_rect(),
    }
}

fn each_text(shape: &Shape, see: &mut impl FnMut(&TextShape)) {
    match shape {
        Shape::Vec(all) => all.iter().for_each(|s| each_text(s, see)),
        Shape::Text(text) => see(text),
        _ => {}
    }
}

/// Controls of a frame that cover a part of one another. One that lies wholly inside another is part of it.
pub(super) fn overlaps(ctx: &Context) -> Vec<String> {
    let mut faults = Vec::new();
    ctx.viewport(|viewport| {
        let widgets = &viewport.prev_pass.widgets;
        for (_, all) in widgets.layers() {
            let clicks: Vec<_> = all
                .iter()
                .filter(|w| w.sense.senses_click() && w.interact_rect.is_positive())
                .collect();
            for (i, a) in clicks.iter().enumerate() {
                for b in &clicks[i + 1..] {
                    let common = a.interact_rect.intersect(b.interact_rect);
                    if !(common.width() > TOUCH && common.height() > TOUCH) {
                        continue;
                    }
                    let inside = |x: Rect, y: Rect| y.expand(TOUCH).contains_rect(x);
                    if inside(a.interact_rect, b.interact_rect)
                        || inside(b.interact_rect, a.interact_rect)
                    {
                        continue;
                    }
                    let name = |id| match widgets.info(id) {
                        Some(info) => {
                            format!("{:?} `{}`", info.role, info.label.as_deref().unwrap_or(""))
                        }
                        None => "a control without a name".to_owned(),
                    };
                    faults.push(format!(
                        "{} at {:?} and {} at {:?} overlap",
                        name(a.id),
                        a.interact_rect,
                        name(b.id),
                        b.interact_rect
                    ));
                }
            }
        }
    });
    faults
}
