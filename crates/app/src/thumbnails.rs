//! Small pictures of the scenarios, rendered from the models themselves.
//!
//! A picture shows the state at the start on a coarse grid: the model's first view, or its first field
//! where it has none. All of it happens on a thread; a scenario that cannot be read has no picture.

use std::sync::mpsc::{Receiver, sync_channel};

use eframe::egui::{ColorImage, Context, TextureOptions};
use image::RgbaImage;
use warmfront_model::{Library, Model, Overrides, Scenario, View};
use warmfront_session::colormap_name;
use warmfront_view::raster::full_light;
use warmfront_view::{Channel, Colormap, GROUND, Range, composite, field_image};

use crate::panels::gallery;

/// Pictures on their way to the gallery.
#[derive(Debug)]
pub struct Thumbnails {
    receiver: Option<Receiver<(String, ColorImage)>>,
}

impl Thumbnails {
    /// Begins to make the pictures of `names`, in this order.
    pub fn start(ctx: &Context, library: Library, names: Vec<String>) -> Self {
        let (sender, receiver) = sync_channel(4);
        let ctx = ctx.clone();
        let work = move || {
            for name in names {
                let picture = library.scenario(&name).ok().and_then(|s| picture(&s));
                let Some(picture) = picture else { continue };
                if sender.send((name, picture)).is_err() {
                    return;
                }
                ctx.request_repaint();
            }
        };
        let thread = std::thread::Builder::new().name("thumbnails".to_owned());
        let receiver = thread.spawn(work).is_ok().then_some(receiver);
        Self { receiver }
    }

    /// Hands what is ready to the gallery.
    pub fn take(&mut self, ctx: &Context, gallery: &mut gallery::State) {
        let Some(receiver) = &self.receiver else {
            return;
        };
        loop {
            match receiver.try_recv() {
                Ok((name, image)) => {
                    let texture = ctx.load_texture(&name, image, TextureOptions::LINEAR);
                    gallery.set_picture(name, texture);
                }
                Err(std::sync::mpsc::TryRecvError::Empty) => return,
                Err(std::sync::mpsc::TryRecvError::Disconnected) => {
                    self.receiver = None;
                    return;
                }
            }
        }
    }
}

/// The middle plane of a scenario at its start.
pub fn picture(scenario: &Scenario) -> Option<ColorImage> {
    let small = scenario.clone().with(&Overrides {
        small: true,
        ..Overrides::default()
    });
    let scenario = small.ok()?;
    let plane = Plane::of(&scenario)?;
    let model = &*scenario.model;
    let image = match model.views.first() {
        Some(view) => {
            let image = plane.composite(view)?;
            // A start that is nearly uniform shows its pattern in colours of its own range.
            let uniform = image.pixels().all(|p| p == image.get_pixel(0, 0));
            let mut fields = view.channels.iter().map(|c| c.field);
            let pattern = fields.find_map(|f| plane.field(model, f, plane.ends(f)?));
            pattern.filter(|_| uniform).unwrap_or(image)
        }
        None => {
            let field = plane.maps.iter().position(Option::is_some).unwrap_or(0);
            let display = model.fields.get(field)?.display.map(|v| v as f32);
            plane.field(model, field, display)?
        }
    };
    let size = [image.width() as usize, image.height() as usize];
    Some(ColorImage::from_rgba_unmultiplied(size, image.as_raw()))
}

/// The middle plane of the fields at the start.
struct Plane {
    maps: Vec<Option<Vec<f32>>>,
    width: u32,
    height: u32,
}

impl Plane {
    fn of(scenario: &Scenario) -> Option<Self> {
        let [width, height, depth] = scenario.grid.cells;
        let cells = (width * height) as usize;
        let from = cells * (depth / 2) as usize;
        let middle = |map: Option<Vec<f32>>| Some(map?.get(from..from + cells)?.to_vec());
        let maps = scenario.initial_fields().ok()?;
        Some(Self {
            maps: maps.into_iter().map(middle).collect(),
            width,
            height,
        })
    }

    fn values(&self, field: usize) -> Vec<f32> {
        let found = self.maps.get(field).cloned().flatten();
        found.unwrap_or_else(|| vec![0.0; (self.width * self.height) as usize])
    }

    // Lowest and highest value of a field that is not uniform.
    fn ends(&self, field: usize) -> Option<[f32; 2]> {
        let values = self.maps.get(field)?.as_ref()?;
        let low = values.iter().copied().reduce(f32::min)?;
        let high = values.iter().copied().reduce(f32::max)?;
        (high > low).then_some([low, high])
    }

    fn composite(&self, view: &View) -> Option<RgbaImage> {
        let planes: Vec<Vec<f32>> = view.channels.iter().map(|c| self.values(c.field)).collect();
        let channel = |(c, values)| {
            let c: &warmfront_model::Channel = c;
            let values: &Vec<f32> = values;
            let largest = values.iter().copied().map(f64::from).reduce(f64::max);
            Channel {
                values,
                colour: c.colour,
                full: full_light(c.full, largest),
            }
        };
        let channels: Vec<Channel<'_>> = view.channels.iter().zip(&planes).map(channel).collect();
        composite(&channels, self.width, self.height, GROUND).ok()
    }

    fn field(&self, model: &Model, field: usize, [low, high]: [f32; 2]) -> Option<RgbaImage> {
        let colours = Colormap::named(colormap_name(model.fields.get(field)?.kind)).ok()?;
        let range = Range::linear(low, high);
        field_image(
            &self.values(field),
            self.width,
            self.height,
            range,
            &colours,
        )
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_has_a_picture_that_shows_something() {
        let library = Library::embedded();
        for id in library.models() {
            let model = library.model(&id).expect("it is valid");
            for name in library.scenarios(&model) {
                let name = format!("{id}/{name}");
                let scenario = library.scenario(&name).expect("it is valid");
                let image = picture(&scenario).expect("it can be drawn");
                assert!(image.size.iter().all(|n| (1..=64).contains(n)), "{name}");
                let first = image.pixels[0];
                assert!(image.pixels.iter().any(|p| *p != first), "{name} is flat");
            }
        }
    }
}
