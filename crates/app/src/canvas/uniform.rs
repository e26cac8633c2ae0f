//! From what is looked at to what the shader needs.

use eframe::egui;
use warmfront_model::{FieldKind, MOST_CARRIERS, Model, Scenario};
use warmfront_session::film::{nuclei_per_length, texture_seed};
use warmfront_view::raster::{Range, full_light};
use warmfront_view::{EYE, GROUND, colour};

use super::scale::local_of;
use super::slice::Slice;
use super::{Canvas, Look, View};
use crate::state::{Display, Snapshot};

/// Channels that a pane can add; [`Uniform`] and the shader agree on it.
pub(super) const MOST_CHANNELS: usize = 8;

/// Width of the line around cells, points.
const LINE: f32 = 1.5;
/// A thinner line would break up, pixels.
const THINNEST: f32 = 0.7;

/// A field of a pane, as the shader reads it.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct ChannelUniform {
    /// Linear RGB.
    pub colour: [f32; 3],
    /// The full value.
    pub full: f32,
    /// First value of the plane.
    pub start: u32,
    /// Seed of its texture; 0: none.
    pub seed: u32,
    /// First value of the plane that is subtracted.
    pub minus: u32,
    /// 1: `minus` counts.
    pub differs: u32,
}

/// A field of cells as part of a sum, as the shader reads it.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct CellsUniform {
    /// First value of the plane.
    pub start: u32,
    /// The same of the arm that is subtracted, or again of the arm shown.
    pub minus: u32,
    /// What a value is multiplied with.
    pub weight: f32,
    pub spare: u32,
}

/// A pane, as the shader reads it.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, PartialEq, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct Uniform {
    /// Cells from the lower left corner of the tissue to the upper left corner of the pane.
    pub corner: [f32; 2],
    /// Cells per pixel.
    pub step: [f32; 2],
    /// Cells across and up.
    pub cells: [u32; 2],
    /// Values from cell to cell across and up.
    pub stride: [u32; 2],
    /// Nuclei per cell edge; 0: no texture.
    pub lattice: [f32; 2],
    /// Limits of the colour scale.
    pub range: [f32; 2],
    /// Linear RGB where no field is.
    pub ground: [f32; 4],
    /// Channels that count.
    pub count: u32,
    pub logarithmic: u32,
    /// Exponent from relative value to the share that it covers.
    pub eye: f32,
    /// 1: the channels together; 0: a map of channel 0.
    pub composite: u32,
    /// Sum of `outline` on the line around cells, and the width of that line in pixels.
    pub edge: [f32; 2],
    /// Fields of `outline` that count; 0: no line.
    pub outlined: u32,
    /// Fields of `carriers` that count; 0: a property of the place.
    pub carried: u32,
    pub channels: [ChannelUniform; MOST_CHANNELS],
    pub outline: [CellsUniform; MOST_CARRIERS],
    /// Cells to which the quantity of a map belongs.
    pub carriers: [CellsUniform; MOST_CARRIERS],
}

/// One pane.
pub(super) struct Subject<'a> {
    pub scenario: &'a Scenario,
    pub display: &'a Display,
    pub slice: Slice,
    /// The arm shown.
    pub arm: usize,
    /// The arm that is subtracted.
    pub minus: Option<usize>,
    /// Of a single quantity.
    pub range: Range,
    /// Pixels.
    pub size: [u32; 2],
    /// Width of the line around cells, in these pixels; 0: no line.
    pub line: f32,
}

/// Size of a rectangle in pixels.
pub(super) fn pixels(rect: egui::Rect, pixels_per_point: f32) -> [u32; 2] {
    let size = rect.size() * pixels_per_point;
    [size.x, size.y].map(|v| v.round().max(1.0) as u32)
}

/// Points of a pane that is stretched afterwards: two per cell on screen, at most `size`.
pub(super) fn spared(size: [u32; 2], slice: &Slice, view: &View) -> [u32; 2] {
    [0, 1].map(|i| {
        let cells = slice.cells[i] as f32 / view.zoom;
        size[i].min((2.0 * cells).ceil().max(2.0) as u32)
    })
}

/// Width of the line around cells in a picture of `size` pixels that is stretched to `shown` ones.
pub(super) fn line(size: [u32; 2], shown: [u32; 2], pixels_per_point: f32) -> f32 {
    let stretch = shown[0] as f32 / size[0] as f32;
    (LINE * pixels_per_point / stretch).max(THINNEST)
}

/// Uniform of one pane.
pub(super) fn of(canvas: &Canvas, snapshot: &Snapshot, subject: &Subject<'_>) -> Uniform {
    let Subject {
        scenario, slice, ..
    } = subject;
    let model = &*scenario.model;
    let mut uniform = Uniform {
        stride: slice.stride,
        ground: linear(GROUND),
        eye: EYE,
        ..view(&canvas.view, slice.cells, subject.size)
    };
    let layout = &subject.display.layout;
    let start = |place: usize, arm: usize| {
        (place as u32 * layout.arms + arm as u32) * layout.block + slice.first
    };
    let place_of = |field: usize| layout.place.get(field).copied().unwrap_or(0) as usize;
    let single = |uniform: &mut Uniform, place: usize| {
        uniform.range = [subject.range.low, subject.range.high];
        uniform.logarithmic = u32::from(subject.range.log);
        let channel = &mut uniform.channels[0];
        channel.start = start(place, subject.arm);
        if let Some(minus) = subject.minus {
            channel.minus = start(place, minus);
            channel.differs = 1;
        }
    };
    match canvas.look {
        Look::Derived(_) => single(&mut uniform, layout.place.len()),
        Look::Field(field) => single(&mut uniform, place_of(field)),
        Look::Composite(view) => {
            uniform.composite = 1;
            if let (true, Some(per)) = (canvas.texture, nuclei_per_length(model)) {
                uniform.lattice = slice.edges.map(|edge| (edge * per) as f32);
            }
            for (c, channel) in uniform
                .channels
                .iter_mut()
                .zip(canvas.shown_channels(model, view))
            {
                uniform.count += 1;
                let [r, g, b, _] = linear(channel.colour);
                // Molecules are smooth; only cells have nuclei.
                let grainy = model.fields[channel.field].kind == FieldKind::Cell;
                *c = ChannelUniform {
                    colour: [r, g, b],
                    full: full_light(channel.full, snapshot.largest.get(channel.field).copied()),
                    start: start(place_of(channel.field), subject.arm),
                    seed: if grainy {
                        texture_seed(scenario, channel.field)
                    } else {
                        0
                    },
                    ..ChannelUniform::default()
                };
            }
        }
    }
    cells(&mut uniform, canvas, model, subject, start);
    uniform
}

// The line around cells, and the cells to which a single quantity belongs.
fn cells(
    uniform: &mut Uniform,
    canvas: &Canvas,
    model: &Model,
    subject: &Subject<'_>,
    start: impl Fn(usize, usize) -> u32,
) {
    let place = &subject.display.layout.place;
    let part = |field: usize, weight: f32, minus: usize| {
        let place = place.get(field).copied().unwrap_or(0) as usize;
        CellsUniform {
            start: start(place, subject.arm),
            minus: start(place, minus),
            weight,
            spare: 0,
        }
    };
    if let Some(outline) = canvas.line_of(model).filter(|_| subject.line > 0.0) {
        uniform.edge = [outline.at as f32, subject.line];
        uniform.outlined = outline.of.len() as u32;
        for (cells, field) in uniform.outline.iter_mut().zip(&outline.of) {
            *cells = part(*field, 1.0, subject.arm);
        }
    }
    if let Some(local) = local_of(canvas.look) {
        let carriers = model.carriers_by_scale(local);
        uniform.carried = carriers.len() as u32;
        for (cells, (field, weight)) in uniform.carriers.iter_mut().zip(carriers) {
            *cells = part(field, weight, subject.minus.unwrap_or(subject.arm));
        }
    }
}

fn view(view: &View, cells: [u32; 2], size: [u32; 2]) -> Uniform {
    let upper_left = view.upper_left();
    let along = |i: usize| cells[i] as f32;
    Uniform {
        corner: [0, 1].map(|i| upper_left[i] * along(i)),
        step: [0, 1].map(|i| along(i) / (view.zoom * size[i] as f32)),
        cells,
        ..Uniform::default()
    }
}

/// Linear RGB of a colour.
pub(super) fn linear(c: colour::Rgb) -> [f32; 4] {
    let [r, g, b] = c.map(colour::to_linear);
    [r, g, b, 1.0]
}
