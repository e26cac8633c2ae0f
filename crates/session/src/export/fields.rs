//! `<arm>/fields.npz`: one array `[time, z, y, x]` per field, for numpy, and where they come from.
//!
//! Beside the arrays stand scalars (0 dimensions) that say how to make them again:
//! `numpy.load("fields.npz")["scenario"].item()` is the whole scenario as TOML.

use std::io::{Seek, Write};
use std::path::Path;

use npyz::WriterBuilder as _;
use warmfront_model::Model;
use zip::write::SimpleFileOptions;

use crate::SessionError;
use crate::record::Record;
use crate::spool::Spool;
use crate::units::micrometres_per_length;

/// Writes the snapshots of one arm of the batch: per field id a 32-bit array `[time, z, y, x]` in
/// the field's unit; the 64-bit arrays `time_days` `[time]` and `spacing_um` `[3]` (x, y, z); the
/// texts `scenario`, `arm`, `model_hash`, `version`, `adapter` and the number `seed`. A name that a
/// field has already gets an underscore behind it.
/// Without compression, as `numpy.savez` does it. Times and spacing are the model's own numbers
/// where its units are no clock time and no length.
pub(crate) fn fields(
    record: &Record,
    spool: &Spool,
    arm: usize,
    out: impl Write + Seek,
) -> Result<(), SessionError> {
    let model = &record.scenario.model;
    let grid = &record.scenario.grid;
    let [nx, ny, nz] = grid.cells.map(u64::from);
    let times: Vec<f64> = spool
        .times
        .iter()
        .map(|t| t / model.units_per_day())
        .collect();
    let count = times.len() as u64;
    let total = count * nx * ny * nz;
    let mut npz = zip::ZipWriter::new(out);
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .large_file(4 * total > 3 << 30);
    let member = |npz: &mut zip::ZipWriter<_>, name: &str| {
        npz.start_file(format!("{name}.npy"), options)
            .map_err(|e| failed(&e))
    };
    for (field, f) in model.fields.iter().enumerate() {
        member(&mut npz, &f.id)?;
        let mut array = npyz::WriteOptions::<f32>::new()
            .default_dtype()
            .shape(&[count, nz, ny, nx])
            .writer(&mut npz)
            .begin_nd()
            .map_err(|e| failed(&e))?;
        let mut left = total as usize;
        spool.read(arm, field, &mut |values| {
            // What a snapshot that was not finished left behind is not counted.
            let values = &values[..values.len().min(left)];
            left -= values.len();
            array.extend(values.iter().copied()).map_err(|e| failed(&e))
        })?;
        array.finish().map_err(|e| failed(&e))?;
    }
    let factor = micrometres_per_length(model).unwrap_or(1.0);
    let spacing = grid.spacing.map(|h| h * factor);
    for (name, values) in [("time_days", times.as_slice()), ("spacing_um", &spacing)] {
        member(&mut npz, &free(model, name))?;
        let mut array = npyz::WriteOptions::<f64>::new()
            .default_dtype()
            .shape(&[values.len() as u64])
            .writer(&mut npz)
            .begin_nd()
            .map_err(|e| failed(&e))?;
        array
            .extend(values.iter().copied())
            .map_err(|e| failed(&e))?;
        array.finish().map_err(|e| failed(&e))?;
    }
    let scenario = record.scenario.to_toml();
    for (name, text) in [
        ("scenario", scenario.as_str()),
        ("arm", &record.arm(arm).id),
        ("model_hash", &model.hash),
        ("version", super::VERSION),
        ("adapter", &record.adapter.name),
    ] {
        member(&mut npz, &free(model, name))?;
        npz.write_all(&text_npy(text)).map_err(|e| failed(&e))?;
    }
    member(&mut npz, &free(model, "seed"))?;
    let seed = i64::from(record.scenario.seed).to_le_bytes();
    let number = scalar_npy("<i8", &seed);
    npz.write_all(&number).map_err(|e| failed(&e))?;
    npz.finish().map_err(|e| failed(&e))?;
    Ok(())
}

/// A name that no field of the model has.
fn free(model: &Model, name: &str) -> String {
    let mut name = name.to_owned();
    while model.fields.iter().any(|f| f.id == name) {
        name.push('_');
    }
    name
}

/// A text as a numpy array without dimensions, four bytes a character.
fn text_npy(text: &str) -> Vec<u8> {
    let data: Vec<u8> = text
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    // numpy has no text of length 0.
    let length = (data.len() / 4).max(1);
    scalar_npy(&format!("<U{length}"), &data)
}

/// An `.npy` file (version 1.0) of one value.
fn scalar_npy(descr: &str, data: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (), }}");
    // Ten bytes come before the header; data start at a multiple of 64.
    while (header.len() + 11) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let mut npy = b"\x93NUMPY\x01\x00".to_vec();
    npy.extend((header.len() as u16).to_le_bytes());
    npy.extend(header.as_bytes());
    npy.extend(data);
    if data.is_empty() {
        npy.extend([0; 4]);
    }
    npy
}

fn failed(error: &dyn std::fmt::Display) -> SessionError {
    let e = std::io::Error::other(error.to_string());
    SessionError::disk("write", Path::new("fields.npz"), &e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_numbers_are_arrays_without_dimensions() {
        let open = |npy: &[u8]| {
            let file = npyz::NpyFile::new(std::io::Cursor::new(npy)).expect("an array");
            (file.shape().to_vec(), file.dtype().descr())
        };
        let text = text_npy("ρ = 1");
        assert_eq!(open(&text), (vec![], "'<U5'".to_owned()));
        assert_eq!(text.len() % 64, 20);
        assert_eq!(text[text.len() - 20..][..4], 0x3c1_u32.to_le_bytes());
        assert_eq!(text_npy("").len(), 64 * 2 + 4);
        let number = scalar_npy("<i8", &7_i64.to_le_bytes());
        assert_eq!(open(&number), (vec![], "'<i8'".to_owned()));
        assert_eq!(number[number.len() - 8..], 7_i64.to_le_bytes());
    }
}
