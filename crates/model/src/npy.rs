//! The `.npy` format of numpy: versions 1 to 3, both byte orders, all plain kinds of numbers.
//!
//! # Theory
//! A file is the magic number, a version, the length of a header, the header and the numbers. The header is
//! a Python dictionary: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`. numpy under Python 2
//! wrote lengths as `3L`. `descr` is a byte order (`<` little, `>` big, `|` none, `=` that of the writer), a
//! kind (`b` truth values, `i` and `u` whole numbers, `f` floating-point numbers) and the bytes of a number.
//!
//! # Practice
//! [`read`] gives the shape and the numbers in C order. Lengths are compared with the bytes that are there
//! before anything takes memory.

/// Bytes that every file begins with.
const MAGIC: &[u8] = b"\x93NUMPY";

/// What to do about a damaged file.
pub(crate) const AGAIN: &str = "write the array again with numpy.save";

/// An array as it is in a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Npy {
    /// Lengths, slowest axis first.
    pub(crate) shape: Vec<u64>,
    /// Numbers in C order.
    pub(crate) values: Vec<f64>,
}

/// Reads an array.
///
/// # Errors
/// Bytes that are no such file, kinds of numbers that are not real, lengths that do not fit.
pub(crate) fn read(bytes: &[u8]) -> Result<Npy, String> {
    let (header, data) = split(bytes)?;
    let descr = entry(&header, "descr")?;
    let order = entry(&header, "fortran_order")?;
    let shape = shape(entry(&header, "shape")?)?;
    let kind = kind(descr)?;
    let column_major = if order.starts_with("True") {
        true
    } else if order.starts_with("False") {
        false
    } else {
        return Err(format!(
            "damaged: `fortran_order` in its header is `{}`, not True or False",
            short(order)
        ));
    };
    let count = shape.iter().try_fold(1_u64, |n, l| n.checked_mul(*l));
    let needed = count.and_then(|n| n.checked_mul(kind.size as u64));
    if needed.is_none_or(|n| n > data.len() as u64) {
        return Err(format!(
            "truncated: its header promises the shape {shape:?} of {} bytes a number, but only {} bytes follow",
            kind.size,
            data.len()
        ));
    }
    let count = count.unwrap_or_default() as usize;
    let numbers = data.chunks_exact(kind.size).take(count);
    let values: Vec<f64> = numbers.map(|b| kind.number(b)).collect();
    let values = match column_major {
        true => row_major(&values, &shape),
        false => values,
    };
    Ok(Npy { shape, values })
}

/// Header and numbers of a file.
fn split(bytes: &[u8]) -> Result<(String, &[u8]), String> {
    if !bytes.starts_with(MAGIC) {
        let what = match bytes {
            [b'P', b'K', 3, 4, ..] => {
                "it is a zip archive (npz); name one of its arrays with `:KEY`"
            }
            [0x89, b'H', b'D', b'F', ..] => "it is an HDF5 file (.h5, or .mat of MATLAB 7.3)",
            _ => "it is no numpy file (.npy)",
        };
        return Err(what.to_owned());
    }
    let damaged = || "truncated or damaged: its header does not fit its length".to_owned();
    let version = *bytes.get(6).ok_or_else(damaged)?;
    let (start, length) = match version {
        1 => {
            let n = bytes.get(8..10).and_then(|n| n.try_into().ok());
            (10, u32::from(u16::from_le_bytes(n.ok_or_else(damaged)?)))
        }
        2 | 3 => {
            let n = bytes.get(8..12).and_then(|n| n.try_into().ok());
            (12, u32::from_le_bytes(n.ok_or_else(damaged)?))
        }
        n => {
            return Err(format!(
                "version {n} of the format is not read, only 1 to 3"
            ));
        }
    };
    let end = start + length as usize;
    let header = bytes.get(start..end).ok_or_else(damaged)?;
    // Versions 1 and 2 are Latin-1, version 3 is UTF-8; they differ in names of columns only.
    Ok((String::from_utf8_lossy(header).into_owned(), &bytes[end..]))
}

/// What follows a key of the header.
fn entry<'a>(header: &'a str, key: &str) -> Result<&'a str, String> {
    ['\'', '"']
        .iter()
        .find_map(|q| header.split_once(&format!("{q}{key}{q}")))
        .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
        .map(str::trim_start)
        .ok_or_else(|| format!("damaged: its header has no `{key}`"))
}

/// The lengths of `(3, 4)`, also of `(3L, 4L)`.
fn shape(text: &str) -> Result<Vec<u64>, String> {
    let damaged = || format!("damaged: its header has the shape `{}`", short(text));
    let inner = text.strip_prefix('(').ok_or_else(damaged)?;
    let (inner, _) = inner.split_once(')').ok_or_else(damaged)?;
    let lengths = inner.split(',').map(str::trim).filter(|n| !n.is_empty());
    lengths
        .map(|n| {
            n.trim_end_matches(['L', 'l'])
                .parse()
                .map_err(|_| damaged())
        })
        .collect()
}

/// The beginning of a text, for messages.
fn short(text: &str) -> String {
    text.chars().take(30).collect()
}

/// A kind of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind {
    letter: u8,
    size: usize,
    big_endian: bool,
}

impl Kind {
    /// One number.
    fn number(self, bytes: &[u8]) -> f64 {
        let mut wide = [0_u8; 8];
        for (to, i) in wide.iter_mut().zip(0..self.size) {
            let from = if self.big_endian {
                self.size - 1 - i
            } else {
                i
            };
            *to = bytes[from];
        }
        let whole = u64::from_le_bytes(wide);
        match (self.letter, self.size) {
            (b'f', 2) => half(whole as u16),
            (b'f', 4) => f64::from(f32::from_bits(whole as u32)),
            (b'f', _) => f64::from_bits(whole),
            (b'i', size) => {
                // The sign is the highest bit of the number's own size.
                let unused = 64 - 8 * size as u32;
                ((whole << unused) as i64 >> unused) as f64
            }
            (b'b', _) => f64::from(u8::from(whole != 0)),
            _ => whole as f64,
        }
    }
}

/// A floating-point number of 16 bits (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    sign * match (exponent, bits & 0x3ff) {
        (0x1f, 0) => f64::INFINITY,
        (0x1f, _) => f64::NAN,
        (0, _) => fraction * 2_f64.powi(-24),
        _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    }
}

/// The kind of numbers that `descr` names.
fn kind(descr: &str) -> Result<Kind, String> {
    let quoted = ['\'', '"'].iter().find_map(|q| {
        let (inner, _) = descr.strip_prefix(*q)?.split_once(*q)?;
        Some(inner)
    });
    let Some(name) = quoted else {
        let what = match descr.starts_with('[') {
            true => "records with named columns".to_owned(),
            false => format!("`{}`", short(descr)),
        };
        return Err(format!("its type is {what}, but real numbers are needed"));
    };
    let order = name.chars().next().filter(|c| "<>|=".contains(*c));
    let plain = match order {
        Some(_) => &name[1..],
        None => name,
    };
    let size: Option<usize> = plain.get(1..).and_then(|n| n.parse().ok());
    let letter = plain.bytes().next().unwrap_or_default();
    let size = match (letter, size) {
        (b'?', None) => Some(1),
        (_, size) => size,
    };
    let letter = if letter == b'?' { b'b' } else { letter };
    match (letter, size) {
        (b'f', Some(size @ (2 | 4 | 8)))
        | (b'i' | b'u', Some(size @ (1 | 2 | 4 | 8)))
        | (b'b', Some(size @ 1)) => Ok(Kind {
            letter,
            size,
            big_endian: order == Some('>'),
        }),
        _ => {
            let what = match letter {
                b'c' => "complex numbers",
                b'f' => "floating-point numbers of more than 64 bits",
                b'O' => "Python objects",
                b'U' | b'S' | b'a' => "text",
                b'M' | b'm' => "times",
                b'V' => "raw bytes",
                _ => "of an unknown kind",
            };
            Err(format!(
                "its type is {} ({what}), but real numbers are needed",
                short(name)
            ))
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend([version, 0]);
        match version {
            1 => out.extend((header.len() as u16).to_le_bytes()),
            _ => out.extend((header.len() as u32).to_le_bytes()),
        }
        out.extend(header.as_bytes());
        out.extend(data);
        out
    }

    fn header(descr: &str, fortran: &str, shape: &str) -> String {
        format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n")
    }

    #[test]
    fn every_kind_of_number_is_read_in_both_byte_orders() {
        for (descr, data, value) in [
            ("<f2", &[0x00, 0x3e][..], 1.5),
            (">f2", &[0xc0, 0x00], -2.0),
            ("<f2", &[0x01, 0x00], 2_f64.powi(-24)),
            ("<f2", &[0xff, 0x7b], 65504.0),
            (">f4", &[0x3f, 0xc0, 0, 0], 1.5),
            ("<f8", &[0, 0, 0, 0, 0, 0, 0xf8, 0x3f], 1.5),
            (">f8", &[0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 1.5),
            ("|i1", &[0xfe], -2.0),
            (">i2", &[0xff, 0xfe], -2.0),
            ("<i4", &[0xfe, 0xff, 0xff, 0xff], -2.0),
            (
                ">i8",
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe],
                -2.0,
            ),
            ("|u1", &[0xfe], 254.0),
            (">u2", &[1, 2], 258.0),
            ("<u8", &[0, 1, 0, 0, 0, 0, 0, 0], 256.0),
            ("|b1", &[1], 1.0),
            ("=f4", &[0, 0, 0xc0, 0x3f], 1.5),
        ] {
            for version in 1..=3 {
                let bytes = file(version, &header(descr, "False", "(1,)"), data);
                let npy = read(&bytes).unwrap_or_else(|e| panic!("{descr}: {e}"));
                assert_eq!((npy.shape, npy.values), (vec![1], vec![value]), "{descr}");
            }
        }
    }

    #[test]
    fn lengths_of_python_2_and_columns_first_are_read() {
        let bytes = file(1, &header("|u1", "True", "(2L, 3L)"), &[1, 2, 3, 4, 5, 6]);
        let npy = read(&bytes).expect("an array");
        assert_eq!(npy.shape, [2, 3]);
        assert_eq!(npy.values, [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]);
    }

    #[test]
    fn the_true_reason_is_told() {
        let told = |bytes: &[u8]| read(bytes).expect_err("no array");
        for (descr, words) in [
            ("<c16", "its type is <c16 (complex numbers)"),
            ("<f16", "floating-point numbers of more than 64 bits"),
            ("|O", "Python objects"),
            ("<U8", "text"),
            ("<x7", "of an unknown kind"),
        ] {
            let e = told(&file(1, &header(descr, "False", "(1,)"), &[0; 32]));
            assert!(
                e.contains(words) && e.contains("real numbers are needed"),
                "{e}"
            );
        }
        let records = "{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,), }";
        assert!(told(&file(1, records, &[0; 8])).contains("records with named columns"));
        for (shape, words) in [
            ("(2, 2)", "truncated: its header promises the shape [2, 2]"),
            ("(4294967296, 4294967296)", "truncated"),
            ("(-1,)", "its header has the shape `(-1,)"),
            ("3", "its header has the shape `3"),
        ] {
            let e = told(&file(1, &header("|u1", "False", shape), &[0; 3]));
            assert!(e.contains(words), "{shape}: {e}");
        }
        assert!(told(&file(1, &header("|u1", "No", "(1,)"), &[0])).contains("`fortran_order`"));
        assert!(told(&file(1, "{}", &[0])).contains("has no `descr`"));
        assert!(told(&file(4, "{}", &[0])).contains("version 4"));
        assert!(told(b"\x93NUMPY\x01\0\xff\xff{}").contains("does not fit its length"));
        assert!(told(b"\x93NUM").contains("no numpy file"));
        assert!(told(b"PK\x03\x04").contains("npz"));
    }
}
