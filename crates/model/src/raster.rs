//! Initial maps from files: numpy arrays. Images are read in `picture`.
//!
//! Both are read once, when the scenario is read, and carried with it. A scenario written out again
//! holds them inside (`data:…;base64,…`), so that one file is enough to repeat a run.

use std::io::{Cursor, Read};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use npyz::WriterBuilder as _;

use crate::error::{Error, suggest};
use crate::npy;
use crate::scenario::Grid;

/// An array of numbers, x fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrayMap {
    /// Name as given, for messages.
    pub name: Arc<str>,
    /// Lengths as in the file: (y, x) or (z, y, x).
    pub shape: Vec<u64>,
    /// Values in C order.
    pub values: Arc<[f64]>,
}

/// The bytes of a `data:` URL; none when `text` is no such URL.
pub(crate) fn inline(text: &str) -> Option<Result<Vec<u8>, Error>> {
    let rest = text.strip_prefix("data:")?;
    Some(match rest.split_once(";base64,") {
        Some((_, data)) => BASE64
            .decode(data.trim())
            .map_err(|e| Error::new(format!("inline data is damaged: {e}"))),
        None => Err(Error::new("inline data has no `;base64,` part")),
    })
}

/// Short form of a name for messages: inline data is not printed.
pub(crate) fn shown(name: &str) -> Arc<str> {
    if name.starts_with("data:") {
        "inline data".into()
    } else {
        name.into()
    }
}

impl ArrayMap {
    /// Reads `.npy` bytes, or the member `key` of `.npz` bytes.
    ///
    /// # Errors
    /// Damaged files, unknown keys, types that are not numbers, values that are not finite.
    pub(crate) fn read(name: &str, key: Option<&str>, bytes: &[u8]) -> Result<Self, Error> {
        let label = shown(name);
        let damaged = |e: &dyn std::fmt::Display| Error::new(format!("array {label}: {e}"));
        let Some(key) = key else {
            return Self::read_npy(label.clone(), bytes);
        };
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
        let keys = keys_of(&archive).map_err(|e| damaged(&e))?;
        let known: Vec<&str> = keys.iter().map(String::as_str).collect();
        if !known.contains(&key) {
            let mut e = Error::unknown("array", key, known);
            e.what = format!("{} in {label}", e.what);
            return Err(e);
        }
        let mut npy = Vec::new();
        archive
            .by_name(&format!("{key}.npy"))
            .map_err(|e| damaged(&e))?
            .read_to_end(&mut npy)
            .map_err(|e| damaged(&e))?;
        Self::read_npy(label.clone(), &npy)
    }

    /// What to write after the name of an `.npz` file to take one of its arrays.
    ///
    /// # Errors
    /// Always: which keys there are, or that the file is no archive.
    pub(crate) fn needs_key(name: &str, bytes: &[u8]) -> Error {
        let label = shown(name);
        let keys = zip::ZipArchive::new(Cursor::new(bytes))
            .map_err(|e| e.to_string())
            .and_then(|archive| keys_of(&archive).map_err(|e| e.to_string()));
        match keys {
            Err(e) => Error::new(format!("array {label}: {e}")),
            Ok(keys) if keys.is_empty() => Error::new(format!("array {label} holds no array")),
            Ok(keys) => {
                let list: Vec<&str> = keys.iter().map(String::as_str).collect();
                Error::new(format!("array {label} needs a key")).help(format!(
                    "write \"{name}:{}\"; {}",
                    keys[0],
                    suggest("", &list)
                ))
            }
        }
    }

    fn read_npy(name: Arc<str>, bytes: &[u8]) -> Result<Self, Error> {
        let damaged = |e: String| Error::new(format!("array {name}: {e}"));
        let npy::Npy { shape, values } =
            npy::read(bytes).map_err(|e| damaged(e).help(npy::AGAIN))?;
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            let wrong = values.iter().filter(|v| !v.is_finite()).count();
            let others = match wrong {
                1 => String::new(),
                n => format!(" ({n} numbers of {} are not finite)", values.len()),
            };
            let at = index(i, &shape);
            return Err(damaged(format!(
                "the value at index {at:?} is {}, which is not finite{others}",
                values[i]
            ))
            .help("fill the gaps before the array is saved; numpy.nan_to_num writes 0 for NaN"));
        }
        Ok(Self {
            name,
            shape,
            values: values.into(),
        })
    }

    /// Adds the array to a map of this grid.
    pub(crate) fn add(&self, grid: &Grid, map: &mut [f64]) -> Result<(), Error> {
        let [nx, ny, nz] = grid.cells.map(u64::from);
        let fits = self.shape == [nz, ny, nx] || (nz == 1 && self.shape == [ny, nx]);
        if !fits {
            let wanted = if nz == 1 {
                format!("[{ny}, {nx}] (y, x)")
            } else {
                format!("[{nz}, {ny}, {nx}] (z, y, x)")
            };
            let mut turned = self.shape.clone();
            turned.reverse();
            let help = match turned == [nz, ny, nx] || (nz == 1 && turned == [ny, nx]) {
                true => "its axes are the other way round: save `array.T`",
                false => "change `grid.cells`, or make the array anew",
            };
            return Err(Error::new(format!(
                "array {} has the shape {:?}, but the grid needs {wanted}",
                self.name, self.shape
            ))
            .help(help));
        }
        for (m, v) in map.iter_mut().zip(self.values.iter()) {
            *m += v;
        }
        Ok(())
    }

    /// The array as a `data:` URL of an `.npy` file with 64-bit numbers.
    ///
    /// # Errors
    /// None in practice: writing to memory does not fail.
    pub(crate) fn to_inline(&self) -> std::io::Result<String> {
        let mut bytes = Vec::new();
        let mut writer = npyz::WriteOptions::new()
            .default_dtype()
            .shape(&self.shape)
            .writer(&mut bytes)
            .begin_nd()?;
        writer.extend(self.values.iter().copied())?;
        writer.finish()?;
        Ok(format!(
            "data:application/x-npy;base64,{}",
            BASE64.encode(bytes)
        ))
    }
}

/// Names of the arrays in an archive.
fn keys_of<R: Read + std::io::Seek>(
    archive: &zip::ZipArchive<R>,
) -> Result<Vec<String>, zip::result::ZipError> {
    let names: Result<Vec<_>, _> = archive.file_names().collect();
    let keys = names?
        .iter()
        .filter_map(|n| n.strip_suffix(".npy").map(str::to_owned))
        .collect();
    Ok(keys)
}

/// Index of a number in an array of this shape, slowest axis first.
fn index(number: usize, shape: &[u64]) -> Vec<u64> {
    let mut rest = number as u64;
    let mut at: Vec<u64> = Vec::new();
    for n in shape.iter().rev() {
        at.push(rest % n.max(&1));
        rest /= n.max(&1);
    }
    at.reverse();
    at
}
