//! `<arm>/fields.npz`: one array `[time, z, y, x]` per field, for numpy.

use std::io::{Seek, Write};
use std::path::Path;

use npyz::WriterBuilder as _;
use zip::write::SimpleFileOptions;

use crate::SessionError;
use crate::record::Record;
use crate::spool::Spool;
use crate::units::micrometres_per_length;

/// Writes the snapshots of one arm of the batch: per field id a 32-bit array `[time, z, y, x]` in
/// the field's unit, and the 64-bit arrays `time_days` `[time]` and `spacing_um` `[3]` (x, y, z).
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
        member(&mut npz, name)?;
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
    npz.finish().map_err(|e| failed(&e))?;
    Ok(())
}

fn failed(error: &dyn std::fmt::Display) -> SessionError {
    let e = std::io::Error::other(error.to_string());
    SessionError::disk("write", Path::new("fields.npz"), &e)
}
