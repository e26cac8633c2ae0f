//! `[initial.<field>]` of one file put on top of what the files below it said.

use toml::Spanned;

use crate::error::{Error, Place, Written};
use crate::initial::Initial;
use crate::model::Model;
use crate::picture::{Fit, ImageMap};
use crate::raster::{ArrayMap, inline};
use crate::scenario_build::found;
use crate::scenario_merge::Layer;
use crate::scenario_schema::InitialFile;
use crate::shape_rules;

/// Merges key by key. Shapes, an array or an image replace whichever of these was there.
pub(crate) fn merge_initial(
    target: &mut Initial,
    model: &Model,
    file: &InitialFile,
    layer: &Layer,
    place: &Place,
) -> Result<(), Error> {
    let source = &layer.source;
    let number = |v: &Option<Spanned<f64>>, target: &mut f64, key: &str| {
        if let Some(v) = v {
            *target = source.finite(v, &format!("`{key}`"))?;
        }
        Ok(())
    };
    // An array or an image says everything: nothing is left of the file that this one extends.
    if file.array.is_some() || file.image.is_some() {
        *target = Initial::default();
    }
    if file.shapes.is_some() {
        let none = Initial::default();
        target.image_channel = none.image_channel;
        target.image_page = none.image_page;
        target.image_fit = none.image_fit;
        target.image_scale = none.image_scale;
    }
    number(&file.constant, &mut target.constant, "constant")?;
    number(&file.image_scale, &mut target.image_scale, "image_scale")?;
    for (v, target, key) in [
        (&file.noise, &mut target.noise, "noise"),
        (&file.noise_add, &mut target.noise_add, "noise_add"),
    ] {
        if let Some(v) = v {
            *target = source.not_negative(v, &format!("`{key}`"))?;
        }
    }
    if let Some(length) = &file.correlation {
        target.correlation = Some(source.positive(length, "`correlation`")?);
    }
    if let Some(name) = &file.parameter {
        target.parameter = Some(found(source, name, |n| model.parameter(n))?);
    }
    // A file that gives the map another way replaces the way of the file it extends.
    if file.shapes.is_some() || file.array.is_some() || file.image.is_some() {
        target.shapes.clear();
        target.array = None;
        target.image = None;
        target.minus = None;
        let file_name = file.array.as_ref().or(file.image.as_ref());
        target.file_place = Written(file_name.map(|name| source.place(name.span())));
    }
    for shape in file.shapes.iter().flatten() {
        shape_rules::check(shape.get_ref()).map_err(|e| e.at(source.place(shape.span())))?;
        target.shapes.push(shape.get_ref().clone());
    }
    if let Some(clip) = &file.clip {
        target.clip = Some(source.range(clip, "`clip`", true)?);
    }
    if let Some(mean) = &file.mean {
        target.mean = Some(source.finite(mean, "`mean`")?);
    }
    if let Some(name) = &file.array {
        let read = || -> Result<ArrayMap, Error> {
            let text = name.get_ref();
            if let Some(bytes) = inline(text) {
                return ArrayMap::read(text, None, &bytes?);
            }
            let (path, key) = match text.rsplit_once(".npz:") {
                Some((stem, key)) => (format!("{stem}.npz"), Some(key)),
                None if text.ends_with(".npz") => {
                    return Err(ArrayMap::needs_key(text, &layer.folder.read(text)?));
                }
                None => (text.clone(), None),
            };
            ArrayMap::read(&path, key, &layer.folder.read(&path)?)
        };
        target.array = Some(read().map_err(|e| e.at(source.place(name.span())))?);
    }
    if let Some(minus) = &file.minus {
        target.minus = Some(found(source, minus, |n| model.field(n))?);
    }
    if let Some(page) = &file.image_page {
        target.image_page = *page.get_ref();
    }
    let page = target.image_page;
    if let Some(name) = &file.image {
        let read = || -> Result<ImageMap, Error> {
            let text = name.get_ref();
            let bytes = match inline(text) {
                Some(bytes) => bytes?,
                None => layer.folder.read(text)?,
            };
            ImageMap::read(text, bytes.into(), page)
        };
        target.image = Some(read().map_err(|e| e.at(source.place(name.span())))?);
    } else if let (Some(image), Some(written)) = (&target.image, &file.image_page) {
        // Another page of the image of the file that this one extends.
        let read = ImageMap::read(&image.name, image.file.clone(), page);
        target.image = Some(read.map_err(|e| e.at(source.place(written.span())))?);
    }
    if let Some(channel) = &file.image_channel {
        target.image_channel = *channel.get_ref();
    }
    // What a file states without need, as a written scenario does, is no mistake.
    let scale = file.image_scale.as_ref().filter(|v| *v.get_ref() != 1.0);
    let page = file.image_page.as_ref().filter(|v| *v.get_ref() != 0);
    let channel = file.image_channel.as_ref().filter(|v| *v.get_ref() != 0);
    let alone = [
        ("image_scale", scale.map(Spanned::span)),
        ("image_page", page.map(Spanned::span)),
        ("image_channel", channel.map(Spanned::span)),
    ];
    let mut alone = alone
        .into_iter()
        .filter_map(|(key, span)| Some((key, span?)));
    if let (None, Some((key, span))) = (&target.image, alone.next()) {
        return Err(Error::new(format!("`{key}` without an `image`"))
            .help("name a PNG or TIFF file: image = \"map.png\"")
            .at(source.place(span)));
    }
    if let (None, Some(fit)) = (&target.image, &file.image_fit)
        && fit.get_ref() != Fit::Exact.name()
    {
        return Err(Error::new("`image_fit` without an `image`")
            .help("name a PNG or TIFF file: image = \"map.png\"")
            .at(source.place(fit.span())));
    }
    if let Some(fit) = &file.image_fit {
        let mut known = Fit::NAMES.iter();
        target.image_fit = match known.find(|(name, _)| name == fit.get_ref()) {
            Some((_, fit)) => *fit,
            None => {
                let names = Fit::NAMES.iter().map(|(name, _)| *name);
                return Err(
                    Error::unknown("image_fit", fit.get_ref(), names).at(source.place(fit.span()))
                );
            }
        };
    }
    if let (Some(image), Some(channel)) = (&target.image, &file.image_channel)
        && *channel.get_ref() as usize >= image.channels.len()
    {
        return Err(Error::new(format!(
            "`image_channel` is {}, but image {} has {}",
            channel.get_ref(),
            image.name,
            crate::picture::count_of(image.channels.len())
        ))
        .help("0 red or grey, 1 green, 2 blue, 3 alpha; a TIFF may have more, and pages (`image_page`)")
        .at(source.place(channel.span())));
    }
    target.place = Written(Some(place.clone()));
    Ok(())
}
