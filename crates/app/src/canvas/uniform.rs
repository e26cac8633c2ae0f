//! From what is looked at to what the shader needs.

use eframe::egui;
use warmfront_model::{FieldKind, Scenario};
use warmfront_session::film::{nuclei_per_length, texture_seed};
use warmfront_view::raster::{Range, full_light};
use warmfront_view::{EYE, GROUND, colour};

use super::slice::Slice;
use super::{Canvas, Look, View};
use crate::state::{Display, Snapshot};

/// Channels that a pane can add; [`Uniform`] and the shader agree on it.
pub(super) const MOST_CHANNELS: usize = 8;

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
    pub channels: [ChannelUniform; MOST_CHANNELS],
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
    uniform
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
