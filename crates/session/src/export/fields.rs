//! `<arm>/fields.npz`: one array `[time, z, y, x]` per field, for numpy, and where they come from.
//!
//! Beside the arrays stand scalars (0 dimensions) that say how to make them again:
//! `numpy.load("fields.npz")["scenario"].item()` is the whole scenario as TOML.

use std::io::{Read as _, Seek, SeekFrom, Write};
use std::path::Path;

use npyz::WriterBuilder as _;
use warmfront_model::Model;
use zip::write::SimpleFileOptions;

use crate::record::Record;
use crate::spool::Spool;
use crate::{Provenance, SessionError};

/// Name of the text with the [`Provenance`].
const PROVENANCE: &str = "provenance";

/// Most bytes of a text that are read back.
const MOST_TEXT: u64 = 256 << 20;

/// Writes the snapshots of one arm of the batch: per field id a 32-bit array `[time, z, y, x]` in
/// the field's unit; the 64-bit arrays `time_days` `[time]` and `spacing_um` `[3]` (x, y, z); the
/// texts `scenario`, `arm`, `model_hash`, `version`, `adapter`, `provenance` (JSON, all of these and
/// what came out) and the number `seed`. A name that a field has already gets an underscore behind it.
/// Without compression, as `numpy.savez` does it. Times and spacing are the model's own numbers
/// where its units are no clock time and no length.
pub(crate) fn fields(
    record: &Record,
    spool: &Spool,
    arm: usize,
    out: impl Write + Seek,
) -> Result<(), SessionError> {
    write(record, spool, arm, out)
        .map_err(|e| SessionError::disk("write", Path::new("fields.npz"), &e))
}

fn write(
    record: &Record,
    spool: &Spool,
    arm: usize,
    out: impl Write + Seek,
) -> std::io::Result<()> {
    let model = &record.scenario.model;
    let times = super::days(model, &spool.times);
    let large = 4 * (spool.len() as u64) * times.len() as u64 > 3 << 30;
    let mut npz = zip::ZipWriter::new(Given::new(out));
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Stored)
        .large_file(large);
    for (field, f) in model.fields.iter().enumerate() {
        npz.start_file(format!("{}.npy", f.id), options)?;
        spool.copy_npy(arm, field, &mut npz)?;
    }
    let spacing = super::spacing_um(record);
    for (name, values) in [("time_days", times.as_slice()), ("spacing_um", &spacing)] {
        npz.start_file(format!("{}.npy", free(model, name)), options)?;
        let mut array = npyz::WriteOptions::<f64>::new()
            .default_dtype()
            .shape(&[values.len() as u64])
            .writer(&mut npz)
            .begin_nd()?;
        array.extend(values.iter().copied())?;
        array.finish()?;
    }
    let scenario = record.scenario.to_toml();
    let provenance = Provenance::of(record).to_json();
    for (name, text) in [
        ("scenario", scenario.as_str()),
        ("arm", &record.arm(arm).id),
        ("model_hash", &model.hash),
        ("version", super::VERSION),
        ("adapter", &record.adapter.name),
        (PROVENANCE, &provenance),
    ] {
        npz.start_file(format!("{}.npy", free(model, name)), options)?;
        npz.write_all(&text_npy(text))?;
    }
    npz.start_file(format!("{}.npy", free(model, "seed")), options)?;
    let seed = i64::from(record.scenario.seed).to_le_bytes();
    npz.write_all(&scalar_npy("<i8", &seed))?;
    npz.finish()?;
    Ok(())
}

/// A file that seems to take everything after its first error: an archive that is dropped then closes
/// itself in peace, instead of complaining on the terminal.
struct Given<W> {
    out: W,
    failed: bool,
    /// Position, and the furthest so far.
    at: u64,
    end: u64,
}

impl<W> Given<W> {
    fn new(out: W) -> Self {
        Self {
            out,
            failed: false,
            at: 0,
            end: 0,
        }
    }
}

impl<W: Write> Write for Given<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = if self.failed {
            Ok(bytes.len())
        } else {
            self.out.write(bytes)
        };
        match &done {
            Ok(n) => {
                self.at += *n as u64;
                self.end = self.end.max(self.at);
            }
            Err(e) => self.failed = e.kind() != std::io::ErrorKind::Interrupted,
        }
        done
    }

    fn flush(&mut self) -> std::io::Result<()> {
        if self.failed {
            return Ok(());
        }
        let done = self.out.flush();
        self.failed = done.is_err();
        done
    }
}

impl<W: Seek> Seek for Given<W> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        if !self.failed {
            let done = self.out.seek(to);
            self.failed = done.is_err();
            self.at = *done.as_ref().unwrap_or(&self.at);
            return done;
        }
        self.at = match to {
            SeekFrom::Start(n) => n,
            SeekFrom::End(n) => self.end.saturating_add_signed(n),
            SeekFrom::Current(n) => self.at.saturating_add_signed(n),
        };
        Ok(self.at)
    }
}

/// Where the arrays of an `.npz` file come from; none where it does not say.
///
/// # Errors
/// A file that cannot be read, is no archive, or says something that is no provenance.
pub(crate) fn provenance_of(path: &Path) -> Result<Option<Provenance>, SessionError> {
    let file = std::fs::File::open(path).map_err(|e| SessionError::disk("read", path, &e))?;
    let refused = |why: String| SessionError::NoProvenance {
        path: path.to_owned(),
        why,
    };
    let mut npz = zip::ZipArchive::new(std::io::BufReader::new(file))
        .map_err(|e| refused(format!("it is no whole .npz archive ({e})")))?;
    // A field may have the name; then the text stands behind underscores.
    let is_it = |name: &String| {
        name.strip_suffix(".npy")
            .and_then(|n| n.strip_prefix(PROVENANCE))
            .is_some_and(|rest| rest.bytes().all(|b| b == b'_'))
    };
    let names = npz.file_names().filter_map(Result::ok);
    let names = names.map(std::borrow::Cow::into_owned).filter(is_it);
    let Some(name) = names.max_by_key(String::len) else {
        return Ok(None);
    };
    let member = npz
        .by_name(&name)
        .map_err(|e| refused(format!("`{name}` in it cannot be read ({e})")))?;
    let mut npy = Vec::new();
    member
        .take(MOST_TEXT)
        .read_to_end(&mut npy)
        .map_err(|e| refused(format!("`{name}` in it cannot be read ({e})")))?;
    let text = npy_text(&npy)
        .ok_or_else(|| refused(format!("`{name}` in it is not one text, as it should be")))?;
    Provenance::from_json(&text, path).map(Some)
}

/// The text of an `.npy` file without dimensions.
fn npy_text(npy: &[u8]) -> Option<String> {
    let file = npyz::NpyFile::new(npy).ok()?;
    let descr = file.dtype().descr();
    let length: usize = descr.trim_matches('\'').strip_prefix("<U")?.parse().ok()?;
    if !file.shape().is_empty() {
        return None;
    }
    let data = npy.get(npy.len().checked_sub(length.checked_mul(4)?)?..)?;
    let codes = data
        .chunks_exact(4)
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    // What is short of its length is filled with zeros.
    let used = codes.take_while(|c| *c != 0);
    used.map(char::from_u32).collect()
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
        assert_eq!(npy_text(&text).as_deref(), Some("ρ = 1"));
        assert_eq!(npy_text(&text_npy("")).as_deref(), Some(""));
        assert_eq!(npy_text(&text[..70]), None);
        let number = scalar_npy("<i8", &7_i64.to_le_bytes());
        assert_eq!(open(&number), (vec![], "'<i8'".to_owned()));
        assert_eq!(number[number.len() - 8..], 7_i64.to_le_bytes());
        assert_eq!(npy_text(&number), None);
    }

    #[test]
    fn an_archive_on_a_full_disk_ends_in_peace() -> Result<(), Box<dyn std::error::Error>> {
        // Room for a header, for the start of the data, for all but the directory at the end.
        for room in [3, 60, 1000, 1200, 2130] {
            let mut bytes = vec![0; room];
            let mut zip = zip::ZipWriter::new(Given::new(std::io::Cursor::new(&mut bytes[..])));
            let mut write = || -> std::io::Result<()> {
                for name in ["a", "b"] {
                    let options = SimpleFileOptions::default();
                    zip.start_file(
                        name,
                        options.compression_method(zip::CompressionMethod::Stored),
                    )?;
                    zip.write_all(&[7; 1000])?;
                }
                Ok(())
            };
            let done = write();
            assert!(done.is_err() || zip.finish().is_err(), "{room}");
        }
        Ok(())
    }

    #[test]
    fn an_archive_that_says_nothing_or_nonsense() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("x.npz");
        std::fs::write(&path, b"PK\x03\x04 nothing")?;
        let e = provenance_of(&path).expect_err("no archive").to_string();
        assert!(e.contains("x.npz") && e.contains("archive"), "{e}");
        let write = |name: &str, npy: &[u8]| -> Result<(), Box<dyn std::error::Error>> {
            let mut zip = zip::ZipWriter::new(std::fs::File::create(&path)?);
            zip.start_file(name, SimpleFileOptions::default())?;
            zip.write_all(npy)?;
            zip.finish()?;
            Ok(())
        };
        write("u.npy", &text_npy("{}"))?;
        assert!(provenance_of(&path)?.is_none());
        write("provenance.npy", &scalar_npy("<i8", &[0; 8]))?;
        assert!(provenance_of(&path).is_err());
        write("provenance_.npy", &text_npy("{}"))?;
        assert!(provenance_of(&path).is_err());
        Ok(())
    }
}
