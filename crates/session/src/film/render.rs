//! States become frames: interpolated between ticks, painted, put on the page.
//!
//! Frames lie closer than ticks. Between two ticks every value is interpolated linearly, which keeps what
//! sums to a whole and never goes below zero; the ticks, and with them the numbers, are those of a run
//! without a film. Where something happens abruptly, the states before and after it are both there.

use std::ops::ControlFlow;
use std::sync::Arc;

use image::{Rgba, RgbaImage};
use warmfront_engine::PlaneSet;
use warmfront_model::{Action, Channel, FieldKind, Local, Outline, Scenario};
use warmfront_view::film::{Frame, Sheet};
use warmfront_view::tissue::{self, Lens, Light, Painter, Subject};
use warmfront_view::{Colormap, GROUND};

use super::camera::Track;
use super::page::{axes, clock, page, plotted};
use super::scale::{Scale, local_of};
use super::{Camera, FilmSpec, Look, Panes, Timing, nuclei_per_length, texture_seed};
use crate::{Row, SessionError};

/// Width of the edge of a wipe, pixels at 720 rows.
const EDGE: f32 = 2.0;

/// A state on its way from the simulation.
pub(super) struct State {
    /// The quantities of [`Renderer::wanted`].
    pub planes: PlaneSet,
    /// Something happened just before it, at the same time.
    pub changed: bool,
    /// By field: largest value so far.
    pub largest: Vec<f64>,
    /// Rows of the time series since the state before.
    pub rows: Vec<Row>,
}

/// A frame, and how often it is repeated.
pub(super) type Shot = (Arc<RgbaImage>, u64);

/// See the [module](self).
pub(super) struct Renderer<'a> {
    spec: &'a FilmSpec,
    scenario: &'a Scenario,
    timing: Timing,
    track: Track,
    /// Quantities that the looks need.
    wanted: Vec<Local>,
    /// Arms of the batch.
    arms: Vec<usize>,
    scenes: Vec<Scene>,
    rows: Vec<Row>,
    before: Option<State>,
    next: u64,
}

// One look: its page, its painter, its colours.
struct Scene {
    look: Look,
    sheet: Sheet,
    painter: Painter,
    scale: Option<Scale>,
    /// Of a composite.
    channels: Vec<Channel>,
    /// The line around cells.
    outline: Option<Outline>,
    /// Cells to which a single quantity belongs, with one over their typical size.
    carriers: Vec<(usize, f32)>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(
        spec: &'a FilmSpec,
        scenario: &'a Scenario,
        timing: Timing,
    ) -> Result<Self, SessionError> {
        let model = &*scenario.model;
        let track = Track::new(spec, scenario);
        let [across, up] = axes(scenario, spec.camera.axis);
        let cells = [across, up].map(|i| scenario.grid.cells[i]);
        let lattice = match nuclei_per_length(model).filter(|_| spec.texture) {
            Some(per) => [across, up].map(|i| (scenario.grid.spacing[i] * per) as f32),
            None => [0.0; 2],
        };
        let mut wanted: Vec<Local> = Vec::new();
        let mut scenes = Vec::new();
        let looks = track.looks();
        for &look in &looks {
            let channels: Vec<Channel> = match look {
                Look::View(v) => spec.channels(model, v).cloned().collect(),
                Look::Field(_) | Look::Local(_) => Vec::new(),
            };
            let fields: Vec<usize> = channels.iter().map(|c| c.field).collect();
            let outline = model.outline_beside(&fields).filter(|_| spec.parts.outline);
            let carriers = local_of(look).map(|local| model.carriers_by_scale(local));
            let carriers = carriers.unwrap_or_default();
            let behind = outline.iter().flat_map(|o| &o.of);
            let behind = behind.chain(carriers.iter().map(|(field, _)| field));
            let behind = fields.iter().chain(behind).map(|f| Local::Field(*f));
            let of_look = local_of(look).into_iter().chain(behind);
            for local in of_look {
                if !wanted.contains(&local) {
                    wanted.push(local);
                }
            }
            let scale = local_of(look).map(|local| Scale::of(spec, look, local, model));
            let sheet = page(spec, scenario, look, &looks, timing.span)?.compose()?;
            let painter = Painter::new(cells, sheet.pane(), lattice);
            scenes.push(Scene {
                look,
                sheet,
                painter,
                scale: scale.transpose()?,
                outline: outline.cloned(),
                carriers,
                channels,
            });
        }
        Ok(Self {
            spec,
            scenario,
            timing,
            track,
            wanted,
            arms: spec.panes.arms(),
            scenes,
            rows: Vec::new(),
            before: None,
            next: 0,
        })
    }

    /// The quantities whose planes it needs, in this order.
    pub(super) fn wanted(&self) -> &[Local] {
        &self.wanted
    }

    /// The way of the camera, for whoever asks for the planes.
    pub(super) fn track(&self) -> Track {
        self.track.clone()
    }

    /// Takes a state and hands out the frames up to it, in their order. `Break` when the film is complete
    /// or nobody wants more.
    pub(super) fn arrive(
        &mut self,
        state: State,
        mut emit: impl FnMut(Shot) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, SessionError> {
        self.rows.extend(state.rows.iter().cloned());
        let before = self.before.take().filter(|_| !state.changed);
        if let Some(before) = before {
            let [a, b] = [before.planes.time, state.planes.time];
            while self.next < self.timing.moving {
                let time = self.timing.time(self.next);
                if time > b + 1e-9 * (b - a) {
                    break;
                }
                let weight = ((time - a) / (b - a)).clamp(0.0, 1.0);
                let picture = Arc::new(self.draw(&before, &state, weight, time)?);
                let mut copies = 1;
                if self.next == 0 {
                    copies += self.timing.first;
                }
                self.next += 1;
                if self.next == self.timing.moving {
                    copies += self.timing.last;
                }
                if emit((picture, copies)).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        self.before = Some(state);
        Ok(if self.next < self.timing.moving {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    }

    fn draw(
        &mut self,
        before: &State,
        after: &State,
        weight: f64,
        time: f64,
    ) -> Result<RgbaImage, SessionError> {
        let (camera, look) = self.track.at(time);
        let model = &*self.scenario.model;
        let curves = plotted(model).into_iter().map(|o| {
            let arms = 0..self.arms.len();
            arms.map(|arm| curve(&self.rows, arm, o, time)).collect()
        });
        let mut frame = Frame {
            panes: Vec::new(),
            time,
            clock: clock(model, time, self.timing.span),
            caption: self.caption(time),
            zoom: camera.zoom,
            curves: curves.collect(),
        };
        let values = Between {
            before,
            after,
            weight: weight as f32,
            wanted: &self.wanted,
            arms: &self.arms,
        };
        let scene = self.scenes.iter_mut().find(|s| s.look == look);
        let Some(scene) = scene else {
            return Ok(RgbaImage::new(1, 1)); // Every look of the track has its scene.
        };
        frame.panes = match &self.spec.panes {
            Panes::Arms(arms) => {
                let each = arms.iter();
                each.map(|a| scene.paint(self.scenario, &values, camera, *a, None))
                    .collect::<Result<_, _>>()?
            }
            Panes::Difference { base, arms } => {
                let each = arms.iter();
                each.map(|a| scene.paint(self.scenario, &values, camera, *a, Some(*base)))
                    .collect::<Result<_, _>>()?
            }
            Panes::Wipe { left, right, at } => {
                let mut picture = scene.paint(self.scenario, &values, camera, *right, None)?;
                let other = scene.paint(self.scenario, &values, camera, *left, None)?;
                wipe(&mut picture, &other, *at);
                vec![picture]
            }
        };
        Ok(scene.sheet.draw(&frame)?)
    }

    // The text of the last caption event by then.
    fn caption(&self, time: f64) -> Option<String> {
        let events = self.scenario.events.iter().rev();
        let said = events
            .filter(|e| e.time <= time)
            .find_map(|e| match &e.action {
                Action::Caption { text } => Some(text.clone()),
                _ => None,
            });
        said.filter(|text| !text.trim().is_empty())
    }
}

/// The plane of cells that a camera looks at.
pub(super) fn plane(scenario: &Scenario, camera: Camera) -> u32 {
    let cells = scenario.grid.cells;
    let axis = if scenario.grid.is_3d() {
        camera.axis
    } else {
        2
    };
    let count = cells[axis.min(2)];
    ((camera.slice * f64::from(count)) as u32).min(count - 1)
}

// Values between two states.
struct Between<'a> {
    before: &'a State,
    after: &'a State,
    weight: f32,
    wanted: &'a [Local],
    arms: &'a [usize],
}

impl Between<'_> {
    // Of an arm of the scenario.
    fn of(&self, local: Local, arm: usize) -> Vec<f32> {
        let place = |list: &[usize]| list.iter().position(|a| *a == arm);
        let quantity = self.wanted.iter().position(|l| *l == local);
        let (Some(quantity), Some(arm)) = (quantity, place(self.arms)) else {
            return Vec::new(); // The painter says that it is the wrong number.
        };
        let a = &self.before.planes.values[quantity][arm];
        let b = &self.after.planes.values[quantity][arm];
        let w = self.weight;
        a.iter().zip(b).map(|(a, b)| a + w * (b - a)).collect()
    }
}

impl Between<'_> {
    // Sum of fields, each with its weight.
    fn sum(&self, parts: impl Iterator<Item = (usize, f32)>, arm: usize) -> Vec<f32> {
        let mut sum = Vec::new();
        for (field, weight) in parts {
            let plane = self.of(Local::Field(field), arm);
            sum.resize(plane.len(), 0.0);
            for (s, v) in sum.iter_mut().zip(plane) {
                *s += if v.is_finite() { weight * v } else { 0.0 };
            }
        }
        sum
    }

    // Value of full light: the model's, or the largest value so far where that is more, so that no channel is
    // blinded. It grows smoothly; in the window it grows in steps, as there is no film to flicker.
    fn full_light(&self, full: f64, field: usize) -> f32 {
        let largest = |s: &State| s.largest.get(field).copied().unwrap_or(0.0).max(full);
        let [a, b] = [largest(self.before), largest(self.after)];
        (a + f64::from(self.weight) * (b - a)) as f32
    }
}

impl Scene {
    fn paint(
        &mut self,
        scenario: &Scenario,
        values: &Between<'_>,
        camera: Camera,
        arm: usize,
        minus: Option<usize>,
    ) -> Result<RgbaImage, SessionError> {
        let lens = Lens {
            zoom: camera.zoom as f32,
            centre: camera.centre.map(|c| c as f32),
        };
        let outlined = self.outline.as_ref().map(|o| {
            let parts = o.of.iter().map(|f| (*f, 1.0));
            (values.sum(parts, arm), o.at as f32)
        });
        let outline = outlined.as_ref().map(|(values, at)| tissue::Outline {
            values,
            at: *at,
            width: self.painter.line(),
        });
        let outline = outline.as_ref();
        if let (Some(local), Some(scale)) = (local_of(self.look), &self.scale) {
            let plane = values.of(local, arm);
            let cells = (!self.carriers.is_empty()).then(|| {
                let sum = |arm| values.sum(self.carriers.iter().copied(), arm);
                match minus {
                    // A difference means something where both arms have these cells.
                    Some(m) => sum(arm).iter().zip(sum(m)).map(|(a, b)| a.min(b)).collect(),
                    None => sum(arm),
                }
            });
            let minus = minus.map(|m| values.of(local, m));
            let map: &Colormap = &scale.map;
            let subject = Subject::Map {
                values: &plane,
                minus: minus.as_deref(),
                range: scale.range,
                map,
                cells: cells.as_deref(),
            };
            return Ok(self.painter.paint(&lens, &subject, outline)?);
        }
        let model = &*scenario.model;
        let channels = &self.channels;
        let planes: Vec<Vec<f32>> = channels
            .iter()
            .map(|c| values.of(Local::Field(c.field), arm))
            .collect();
        let lights: Vec<Light<'_>> = channels
            .iter()
            .zip(&planes)
            .map(|(c, values_of)| {
                // Molecules are smooth; only cells have nuclei.
                let grainy = model.fields[c.field].kind == FieldKind::Cell;
                Light {
                    values: values_of,
                    colour: c.colour,
                    full: values.full_light(c.full, c.field),
                    seed: if grainy {
                        texture_seed(scenario, c.field)
                    } else {
                        0
                    },
                }
            })
            .collect();
        let subject = Subject::Lights {
            lights: &lights,
            ground: GROUND,
        };
        Ok(self.painter.paint(&lens, &subject, outline)?)
    }
}

// `other` to the left of the edge.
fn wipe(picture: &mut RgbaImage, other: &RgbaImage, at: f32) {
    let (width, height) = picture.dimensions();
    let edge = (at.clamp(0.0, 1.0) * width as f32).round() as u32;
    let half = (EDGE * height as f32 / 720.0 / 2.0).ceil().max(1.0) as u32;
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        if x.abs_diff(edge) < half {
            *pixel = Rgba([255; 4]);
        } else if x < edge {
            *pixel = *other.get_pixel(x, y);
        }
    }
}

// Points of a curve up to a time; the last lies between two rows.
fn curve(rows: &[Row], arm: usize, observable: usize, time: f64) -> Vec<[f64; 2]> {
    let value = |r: &Row| r.values[arm][observable];
    let passed = rows.partition_point(|r| r.time <= time);
    let mut points: Vec<[f64; 2]> = rows[..passed].iter().map(|r| [r.time, value(r)]).collect();
    if let (Some(last), Some(next)) = (rows[..passed].last(), rows.get(passed)) {
        let w = (time - last.time) / (next.time - last.time);
        points.push([time, value(last) + w * (value(next) - value(last))]);
    }
    points
}
