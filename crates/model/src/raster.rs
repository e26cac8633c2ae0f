//! Initial maps from files: numpy arrays. Images are read in `picture`.
//!
//! Both are read once, when the scenario is read, and carried with it. A scenario written out again
//! holds them inside (`data:…;base64,…`), so that one file is enough to repeat a run.

use std::io::{Cursor, Read};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use npyz::{DType, NpyFile, Order, WriterBuilder as _};

use crate::error::Error;
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
        let names: Result<Vec<_>, _> = archive.file_names().collect();
        let names = names.map_err(|e| damaged(&e))?;
        let keys: Vec<&str> = names
            .iter()
            .filter_map(|n| n.strip_suffix(".npy"))
            .collect();
        if !keys.contains(&key) {
            let mut e = Error::unknown("array", key, keys.iter().copied());
            e.what = format!("{} in {label}", e.what);
            return Err(e);
        }
        drop(names);
        let mut npy = Vec::new();
        archive
            .by_name(&format!("{key}.npy"))
            .map_err(|e| damaged(&e))?
            .read_to_end(&mut npy)
            .map_err(|e| damaged(&e))?;
        Self::read_npy(label.clone(), &npy)
    }

    fn read_npy(name: Arc<str>, bytes: &[u8]) -> Result<Self, Error> {
        let damaged = |e: &dyn std::fmt::Display| Error::new(format!("array {name}: {e}"));
        // Before the header is believed: its lengths must fit the bytes that are there.
        let count = header_count(bytes)
            .filter(|n| *n <= bytes.len() as u64)
            .ok_or_else(|| {
                damaged(&"truncated or damaged: its header does not fit its length")
                    .help("write the array again with numpy.save")
            })?;
        let file = NpyFile::new(Cursor::new(bytes)).map_err(|e| damaged(&e))?;
        let shape = file.shape().to_vec();
        let column_major = file.order() == Order::Fortran;
        let values = numbers(file).map_err(|e| damaged(&e))?;
        if values.len() as u64 != count {
            return Err(damaged(&format!(
                "truncated: {} numbers of {count}",
                values.len()
            )));
        }
        let values = if column_major {
            row_major(&values, &shape)
        } else {
            values
        };
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            return Err(damaged(&format!(
                "value {} (number {i}) is not finite",
                values[i]
            )));
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
            return Err(Error::new(format!(
                "array {} has the shape {:?}, but the grid needs {wanted}",
                self.name, self.shape
            ))
            .help("change `grid.cells`, or make the array anew"));
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

/// Product of the lengths in an `.npy` header; none when there is no such header or the product is
/// no number at all.
fn header_count(bytes: &[u8]) -> Option<u64> {
    let (start, length) = match bytes.get(..8)? {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _] => {
            let n: [u8; 2] = bytes.get(8..10)?.try_into().ok()?;
            (10_usize, usize::from(u16::from_le_bytes(n)))
        }
        [0x93, b'N', b'U', b'M', b'P', b'Y', _, _] => {
            let n: [u8; 4] = bytes.get(8..12)?.try_into().ok()?;
            (12, usize::try_from(u32::from_le_bytes(n)).ok()?)
        }
        _ => return None,
    };
    let header = bytes.get(start..start.checked_add(length)?)?;
    let text = String::from_utf8_lossy(header);
    let (_, shape) = text.split_once("'shape'")?;
    let (_, shape) = shape.split_once('(')?;
    let (shape, _) = shape.split_once(')')?;
    shape
        .split(',')
        .map(str::trim)
        .filter(|n| !n.is_empty())
        .try_fold(1_u64, |product, n| product.checked_mul(n.parse().ok()?))
}

/// The numbers of an array file of any plain type.
fn numbers(file: NpyFile<Cursor<&[u8]>>) -> std::io::Result<Vec<f64>> {
    let dtype = file.dtype();
    macro_rules! attempt {
        ($file:ident, $($t:ty),*) => {
            $(
                let $file = match $file.try_data::<$t>() {
                    Ok(data) => return data.map(|v| v.map(|v| v as f64)).collect(),
                    Err(file) => file,
                };
            )*
        };
    }
    attempt!(file, f64, f32, u8, u16, u32, u64, i8, i16, i32, i64);
    let flags = match file.try_data::<bool>() {
        Ok(data) => return data.map(|v| v.map(|v| f64::from(u8::from(v)))).collect(),
        Err(_) => match dtype {
            DType::Plain(t) => t.to_string(),
            _ => "a record".to_owned(),
        },
    };
    Err(std::io::Error::other(format!(
        "its type is {flags}, but real numbers are needed"
    )))
}

/// Column-major values in row-major order.
fn row_major(values: &[f64], shape: &[u64]) -> Vec<f64> {
    let shape: Vec<usize> = shape.iter().map(|n| *n as usize).collect();
    (0..values.len())
        .map(|i| {
            let (mut rest, mut from, mut stride) = (i, 0, values.len());
            for n in shape.iter().rev() {
                stride /= n;
                from += rest % n * stride;
                rest /= n;
            }
            values[from]
        })
        .collect()
}
