//! Small pictures of the scenarios, rendered from the models themselves.
//!
//! A picture shows the state at the start on a coarse grid: the model's first view, or its first field
//! where it has none. All of it happens on a thread; a scenario that cannot be read has no picture.

use std::sync::mpsc::{Receiver, sync_channel};

use eframe::egui::{ColorImage, Context, TextureOptions};
use warmfront_model::{Library, Overrides, Scenario};
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
    let model = &*scenario.model;
    let maps = scenario.initial_fields().ok()?;
    let [width, height, depth] = scenario.grid.cells;
    let cells = (width * height) as usize;
    let from = cells * (depth / 2) as usize;
    let plane = |field: usize| -> Vec<f32> {
        let map = maps.get(field).and_then(Option::as_ref);
        let found = map.and_then(|m| m.get(from..from + cells));
        found.map_or_else(|| vec![0.0; cells], <[f32]>::to_vec)
    };
    let image = match model.views.first() {
        Some(view) => {
            let planes: Vec<Vec<f32>> = view.channels.iter().map(|c| plane(c.field)).collect();
            let channels: Vec<Channel<'_>> = view
                .channels
                .iter()
                .zip(&planes)
                .map(|(c, values)| Channel {
                    values,
                    colour: c.colour,
                    full: full_light(
                        c.full,
                        values.iter().copied().map(f64::from).reduce(f64::max),
                    ),
                })
                .collect();
            composite(&channels, width, height, GROUND).ok()?
        }
        None => {
            let field = maps.iter().position(Option::is_some).unwrap_or(0);
            let f = model.fields.get(field)?;
            let [low, high] = f.display.map(|v| v as f32);
            let colours = Colormap::named(colormap_name(f.kind)).ok()?;
            field_image(
                &plane(field),
                width,
                height,
                Range::linear(low, high),
                &colours,
            )
            .ok()?
        }
    };
    let size = [image.width() as usize, image.height() as usize];
    Some(ColorImage::from_rgba_unmultiplied(size, image.as_raw()))
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
