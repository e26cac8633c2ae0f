//! `<arm>/fields.zarr`: all fields of an arm as one image of a Zarr v3 group, for xarray and napari.
//!
//! # Theory
//! The OME-NGFF 0.5 specification wants one image per group, with axes in the order time, channel,
//! space, and the name of each axis as the name of a dimension of the array. So the fields are channels
//! of one array `fields` `[t, c, z, y, x]`, 32-bit. Its scale and translation put the centre of cell `i`
//! at `(i + 1/2) h` micrometres, as the pixel of an image stands for its centre. A scale cannot say that
//! times are unevenly spread; then it holds their mean distance, and the array `t` the true times.
//!
//! Arrays named like the dimensions are coordinates, by which xarray labels everything:
//! `xarray.open_zarr("fields.zarr").fields.sel(c="ifng")` is a field `[t, z, y, x]`, and
//! `.fields.to_dataset("c")` has a variable per field.
//!
//! # Practice
//! A chunk holds one field on at most 64³ cells (in 2D 512²), packed by gzip, so one field of a long run
//! is read without touching the others. It holds one time, or as many as make 1 MiB: small fields would
//! otherwise be thousands of tiny files. A chunk that is missing reads as NaN. The root
//! carries the [`Provenance`] as the attribute `warmfront`, and a copy of the metadata of all arrays.
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use warmfront_model::Model;
use zarrs::array::codec::GzipCodec;
use zarrs::array::{Array, ArrayBuilder, ArrayMetadataOptions, data_type};

use crate::export::ZARR_METADATA;
use crate::record::Record;
use crate::spool::Spool;
use crate::units::micrometres_per_length;
use crate::{Provenance, SessionError};

pub(crate) use store::Files;

/// Name of the array.
const FIELDS: &str = "fields";

/// Names of its axes.
const AXES: [&str; 5] = ["t", "c", "z", "y", "x"];

/// Longest side of a chunk in 3D, cells.
const SIDE_3D: u32 = 64;

/// Longest side of a chunk in 2D, cells.
const SIDE_2D: u32 = 512;

/// Values in a chunk that more than one time fills: 1 MiB.
const CHUNK: usize = 1 << 18;

/// Strength of gzip: float data gain little above it, and time is lost.
const LEVEL: u32 = 4;

pub(crate) type Failed = Box<dyn Error + Send + Sync>;

/// Writes the snapshots of one arm of the batch into a folder, in pieces of one field.
///
/// # Errors
/// [`SessionError::Disk`].
pub(crate) fn write(
    record: &Record,
    spool: &Spool,
    arm: usize,
    folder: &Path,
) -> Result<(), SessionError> {
    let store = Arc::new(Files::new(folder));
    fill(record, spool, arm, &store).map_err(|e| match e.downcast::<SessionError>() {
        Ok(e) => *e,
        Err(e) => SessionError::disk("write", Path::new("fields.zarr"), &store.reason(e.as_ref())),
    })
}

fn fill(record: &Record, spool: &Spool, arm: usize, store: &Arc<Files>) -> Result<(), Failed> {
    let folder = &store.folder;
    let model = &record.scenario.model;
    let cells = record.scenario.grid.cells;
    let count = spool.times.len() as u64;
    let sides = chunk(cells);
    let [nx, ny, nz] = cells.map(u64::from);
    let [cx, cy, cz] = sides.map(u64::from);
    let together = times_in_chunk(spool.times.len(), sides);
    let array = ArrayBuilder::new(
        vec![count, model.fields.len() as u64, nz, ny, nx],
        vec![together as u64, 1, cz, cy, cx],
        data_type::float32(),
        f32::NAN,
    )
    .bytes_to_bytes_codecs(vec![Arc::new(GzipCodec::new(LEVEL)?)])
    .dimension_names(AXES.into())
    .attributes(object(json!({
        "long_name": "fields",
        "coordinates": "label unit",
    })))
    .build(store.clone(), &format!("/{FIELDS}"))?;
    save(&array)?;
    let mut values = Vec::new();
    let numbers: Vec<usize> = (0..spool.times.len()).collect();
    for field in 0..model.fields.len() {
        for (block, times) in numbers.chunks(together).enumerate() {
            let mut chunks: BTreeMap<[u32; 3], Vec<f32>> = BTreeMap::new();
            for &time in times {
                spool.read(arm, field, time, &mut values)?;
                for (at, piece) in pieces(&values, cells, sides) {
                    chunks.entry(at).or_default().extend(piece);
                }
            }
            for ([x, y, z], mut chunk) in chunks {
                chunk.resize(together * (cx * cy * cz) as usize, f32::NAN);
                let at = [block as u64, field as u64, z.into(), y.into(), x.into()];
                array.store_chunk(&at, chunk)?;
            }
        }
    }

    let days = super::days(model, &spool.times);
    let (time_unit, length_unit) = (time_unit(model), length_unit(model));
    coordinate(store, "t", days.clone(), "time", time_unit)?;
    let spacing = super::spacing_um(record);
    for (i, axis) in ["x", "y", "z"].into_iter().enumerate() {
        let centre = |k: u32| (f64::from(k) + 0.5) * spacing[i];
        let centres = (0..cells[i]).map(centre).collect();
        let name = format!("{axis}, centre of the cell");
        coordinate(store, axis, centres, &name, length_unit)?;
    }
    let fields = model.fields.iter();
    let each = |text: fn(&warmfront_model::Field) -> &String| {
        fields.clone().map(|f| text(f).clone()).collect::<Vec<_>>()
    };
    names(store, "c", "field", each(|f| &f.id))?;
    names(store, "label", "name of the field", each(|f| &f.label))?;
    names(store, "unit", "unit of the field", each(|f| &f.unit))?;

    // What xarray would otherwise gather from every array, with a warning.
    let mut arrays = Map::new();
    for name in [FIELDS, "t", "c", "z", "y", "x", "label", "unit"] {
        let text = std::fs::read_to_string(folder.join(name).join(ZARR_METADATA))?;
        arrays.insert(name.to_owned(), serde_json::from_str(&text)?);
    }
    let group = json!({
        "zarr_format": 3,
        "node_type": "group",
        "attributes": {
            "ome": image(record, spool, arm, &days, spacing),
            crate::provenance::KEY: Provenance::of(record),
        },
        "consolidated_metadata": { "kind": "inline", "must_understand": false, "metadata": arrays },
    });
    // Last: a folder without this is no group.
    let text = serde_json::to_string_pretty(&group)?;
    std::fs::write(folder.join(ZARR_METADATA), text)?;
    Ok(())
}

/// The OME-NGFF metadata.
fn image(record: &Record, spool: &Spool, arm: usize, days: &[f64], spacing: [f64; 3]) -> Value {
    let model = &record.scenario.model;
    let axis = |name: &str, kind: &str, unit: Option<&str>| {
        let mut axis = json!({ "name": name, "type": kind });
        if let Some(unit) = unit {
            axis["unit"] = json!(unit);
        }
        axis
    };
    let (time, length) = (time_unit(model), length_unit(model));
    let [hx, hy, hz] = spacing;
    let first = days.first().copied().unwrap_or(0.0);
    let span = days.last().copied().unwrap_or(0.0) - first;
    let between = span / days.len().saturating_sub(1).max(1) as f64;
    // A scale of 0 is no scale.
    let dt = if between > 0.0 { between } else { 1.0 };
    json!({
        "version": "0.5",
        "multiscales": [{
            "name": format!("{} · {}", record.scenario.label, record.label(arm)),
            "axes": [
                axis("t", "time", time),
                axis("c", "channel", None),
                axis("z", "space", length),
                axis("y", "space", length),
                axis("x", "space", length),
            ],
            "datasets": [{
                "path": FIELDS,
                "coordinateTransformations": [
                    { "type": "scale", "scale": [dt, 1.0, hz, hy, hx] },
                    {
                        "type": "translation",
                        "translation": [first, 0.0, 0.5 * hz, 0.5 * hy, 0.5 * hx],
                    },
                ],
            }],
        }],
        "omero": { "channels": channels(model, spool, arm) },
    })
}

/// How a viewer shows each field: those of the model's first view in its colours, the others hidden.
fn channels(model: &Model, spool: &Spool, arm: usize) -> Vec<Value> {
    let view = model.views.first();
    let each = model.fields.iter().enumerate().map(|(i, f)| {
        let shown = view.and_then(|v| v.channels.iter().find(|c| c.field == i));
        let [red, green, blue] = shown.map_or(f.colour, |c| c.colour);
        let [low, high] = spool.range(arm, i).map(f64::from);
        let [bottom, top] = f.display;
        let [low, high] = if low <= high {
            [low, high]
        } else {
            [bottom, top]
        };
        let start = if shown.is_some() { 0.0 } else { bottom };
        let full = shown.map_or(top, |c| c.full);
        // What stays far below the model's range would be black.
        let end = if high > start && high < 0.1 * full {
            high
        } else {
            full.max(high)
        };
        json!({
            "label": f.label,
            "color": format!("{red:02X}{green:02X}{blue:02X}"),
            "active": shown.is_some() || (view.is_none() && i == 0),
            "window": {
                "min": low.min(start),
                "max": high.max(end),
                "start": start,
                "end": end,
            },
        })
    });
    each.collect()
}

/// Unit of times as OME-NGFF spells it; none where the model's unit is no clock time.
fn time_unit(model: &Model) -> Option<&'static str> {
    model.is_clock_time().then_some("day")
}

/// Unit of lengths as OME-NGFF spells it; none where the model's unit is no length.
fn length_unit(model: &Model) -> Option<&'static str> {
    micrometres_per_length(model).map(|_| "micrometer")
}

/// Sides of a chunk along x, y and z: as equal as can be, so that the last is not mostly padding.
fn chunk(cells: [u32; 3]) -> [u32; 3] {
    let most = if cells[2] > 1 { SIDE_3D } else { SIDE_2D };
    cells.map(|n| n.div_ceil(n.div_ceil(most).max(1)).max(1))
}

/// Times in a chunk with such sides: as many as fit, but all alike.
fn times_in_chunk(count: usize, sides: [u32; 3]) -> usize {
    let cells: usize = sides.iter().map(|n| *n as usize).product();
    let most = (CHUNK / cells.max(1)).max(1);
    count.div_ceil(count.div_ceil(most).max(1)).max(1)
}

/// The chunks of a field (x fastest) with their place along x, y and z. What lies outside is NaN.
fn pieces(
    values: &[f32],
    cells: [u32; 3],
    sides: [u32; 3],
) -> impl Iterator<Item = ([u32; 3], Vec<f32>)> {
    let count: [u32; 3] = std::array::from_fn(|i| cells[i].div_ceil(sides[i]));
    let [nx, ny, _] = cells.map(|n| n as usize);
    (0..count.iter().product::<u32>()).map(move |i| {
        let at = [
            i % count[0],
            i / count[0] % count[1],
            i / count[0] / count[1],
        ];
        let from: [u32; 3] = std::array::from_fn(|i| at[i] * sides[i]);
        let width = sides[0].min(cells[0] - from[0]) as usize;
        let mut piece = vec![f32::NAN; sides.iter().map(|n| *n as usize).product()];
        let mut rows = piece.chunks_exact_mut(sides[0] as usize);
        for z in from[2]..from[2] + sides[2] {
            for y in from[1]..from[1] + sides[1] {
                let Some(row) = rows.next() else { break };
                if z < cells[2] && y < cells[1] {
                    let start = (z as usize * ny + y as usize) * nx + from[0] as usize;
                    row[..width].copy_from_slice(&values[start..start + width]);
                }
            }
        }
        (at, piece)
    })
}

/// Writes the array of a coordinate.
fn coordinate(
    store: &Arc<Files>,
    axis: &str,
    values: Vec<f64>,
    name: &str,
    unit: Option<&str>,
) -> Result<(), Failed> {
    let count = values.len() as u64;
    let array = ArrayBuilder::new(vec![count], vec![count], data_type::float64(), f64::NAN)
        .dimension_names([axis].into())
        .attributes(object(json!({
            "long_name": name,
            "units": unit.unwrap_or("1"),
        })))
        .build(store.clone(), &format!("/{axis}"))?;
    save(&array)?;
    array.store_chunk(&[0], values)?;
    Ok(())
}

/// Writes an array of texts along the channels.
fn names(store: &Arc<Files>, array: &str, name: &str, values: Vec<String>) -> Result<(), Failed> {
    let count = values.len() as u64;
    let array = ArrayBuilder::new(vec![count], vec![count], data_type::string(), "")
        .dimension_names(["c"].into())
        .attributes(object(json!({ "long_name": name })))
        .build(store.clone(), &format!("/{array}"))?;
    save(&array)?;
    array.store_chunk(&[0], values)?;
    Ok(())
}

/// Writes the metadata of an array, without remarks of the library.
pub(crate) fn save(array: &Array<Files>) -> Result<(), Failed> {
    let options = ArrayMetadataOptions::default().with_include_zarrs_metadata(false);
    array.store_metadata_opt(&options)?;
    Ok(())
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
