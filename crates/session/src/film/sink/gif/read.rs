//! Finds the provenance in a GIF: a comment before or between its pictures.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;

use crate::SessionError;
use crate::provenance::Provenance;

/// Longest comment that is read, bytes.
const MOST: usize = 64 << 20;

/// The provenance of a GIF, if it has one.
///
/// # Errors
/// [`SessionError::Disk`], and [`SessionError::NoProvenance`] for one that cannot be understood.
pub(crate) fn provenance_of(path: &Path) -> Result<Option<Provenance>, SessionError> {
    let found = File::open(path).and_then(|file| comment(&mut BufReader::new(file)));
    let found = match found {
        // A file that ends early has no more comments.
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => None,
        other => other.map_err(|e| SessionError::disk("read", path, &e))?,
    };
    found
        .map(|text| Provenance::from_json(&text, path))
        .transpose()
}

/// The first comment that looks like JSON.
fn comment(file: &mut BufReader<File>) -> io::Result<Option<String>> {
    let mut header = [0; 13];
    file.read_exact(&mut header)?;
    if !header.starts_with(b"GIF8") {
        return Ok(None);
    }
    skip(file, colours(header[10]))?;
    loop {
        match byte(file)? {
            // An extension.
            0x21 => {
                let comment = byte(file)? == 0xfe;
                let text = blocks(file, comment)?;
                if comment && text.trim_ascii_start().starts_with(b"{") {
                    return Ok(String::from_utf8(text).ok());
                }
            }
            // A picture.
            0x2c => {
                let mut picture = [0; 9];
                file.read_exact(&mut picture)?;
                skip(file, colours(picture[8]) + 1)?;
                blocks(file, false)?;
            }
            _ => return Ok(None),
        }
    }
}

/// Bytes of the table of colours that these flags announce.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

fn byte(file: &mut BufReader<File>) -> io::Result<u8> {
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte[0])
}

fn skip(file: &mut BufReader<File>, mut n: usize) -> io::Result<()> {
    while n > 0 {
        let there = file.fill_buf()?.len().min(n);
        if there == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.consume(there);
        n -= there;
    }
    Ok(())
}

/// Goes to the end of a row of blocks, and gives what is in them if it is wanted.
fn blocks(file: &mut BufReader<File>, wanted: bool) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let length = usize::from(byte(file)?);
        if length == 0 {
            return Ok(all);
        }
        if wanted && all.len() < MOST {
            let start = all.len();
            all.resize(start + length, 0);
            file.read_exact(&mut all[start..])?;
        } else {
            skip(file, length)?;
        }
    }
}
