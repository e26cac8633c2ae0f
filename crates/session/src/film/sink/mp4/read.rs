//! Finds the provenance in an MP4 file.
//!
//! Only headers and the tables are read, so large films cost no more than small ones. Boxes are taken as
//! they come: a length that makes no sense ends the search. Matroska, which ffmpeg may be asked for, has its
//! texts near the beginning too; there the JSON is looked for as such.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::SessionError;
use crate::provenance::Provenance;

/// What a Matroska file begins with (RFC 8794, EBML).
const EBML: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
/// Bytes of a Matroska file that are looked through.
const HEAD: u64 = 4 << 20;
/// What the JSON of a provenance begins with.
const BEGINNING: &[u8] = b"{\"warmfront\":";

/// Longest tables that are read, bytes: of 10 million frames.
const MOST: u64 = 128 << 20;

/// The provenance of an MP4, QuickTime or Matroska file, if it has one.
///
/// # Errors
/// [`SessionError::Disk`], and [`SessionError::NoProvenance`] for one that cannot be understood.
pub(crate) fn provenance_of(path: &Path) -> Result<Option<Provenance>, SessionError> {
    let read = || -> io::Result<Option<String>> {
        let mut file = File::open(path)?;
        let mut start = Vec::new();
        file.by_ref().take(4).read_to_end(&mut start)?;
        if start == EBML {
            file.by_ref().take(HEAD).read_to_end(&mut start)?;
            return Ok(json_in(&start));
        }
        Ok(tables(&mut file)?.as_deref().and_then(comment))
    };
    let comment = read().map_err(|e| SessionError::disk("read", path, &e))?;
    comment
        .filter(|text| text.trim_start().starts_with('{'))
        .map(|text| Provenance::from_json(&text, path))
        .transpose()
}

/// The body of the first `moov`.
fn tables(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut at = 0u64;
    while at.saturating_add(8) <= length {
        file.seek(SeekFrom::Start(at))?;
        let mut header = [0; 16];
        let n = if length - at < 16 { 8 } else { 16 };
        file.read_exact(&mut header[..n])?;
        let Some((kind, start, size)) = header_of(&header, length - at) else {
            return Ok(None);
        };
        if kind == *b"moov" {
            let body = size - start;
            if body > MOST {
                return Ok(None);
            }
            file.seek(SeekFrom::Start(at + start))?;
            let mut bytes = Vec::new();
            file.take(body).read_to_end(&mut bytes)?;
            return Ok(Some(bytes));
        }
        at += size;
    }
    Ok(None)
}

/// Kind, bytes of the header and bytes of the whole box, if they fit into `room`.
fn header_of(header: &[u8], room: u64) -> Option<([u8; 4], u64, u64)> {
    let short = u32::from_be_bytes(header.get(..4)?.try_into().ok()?);
    let kind = header.get(4..8)?.try_into().ok()?;
    let (start, size) = match short {
        0 => (8, room),
        1 => (16, u64::from_be_bytes(header.get(8..16)?.try_into().ok()?)),
        n => (8, u64::from(n)),
    };
    (start <= size && size <= room).then_some((kind, start, size))
}

/// The body of the first box of a kind.
fn child<'a>(mut bytes: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    loop {
        let (found, start, size) = header_of(bytes, bytes.len() as u64)?;
        let (whole, rest) = bytes.split_at(size as usize);
        if found == *kind {
            return whole.get(start as usize..);
        }
        bytes = rest;
    }
}

/// The comment in the body of `moov`.
fn comment(moov: &[u8]) -> Option<String> {
    let udta = child(moov, b"udta")?;
    let bytes = match child(udta, b"\xa9cmt") {
        // QuickTime: length, language, text.
        Some(text) => text.get(4..)?,
        None => {
            // Four bytes of version and flags come first.
            let meta = child(udta, b"meta")?.get(4..)?;
            let item = child(child(meta, b"ilst")?, b"\xa9cmt")?;
            child(item, b"data")?.get(8..)?
        }
    };
    String::from_utf8(bytes.to_vec()).ok()
}

/// The first JSON of a provenance among other bytes.
fn json_in(bytes: &[u8]) -> Option<String> {
    let at = bytes
        .windows(BEGINNING.len())
        .position(|w| w == BEGINNING)?;
    let mut values = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<Provenance>();
    values.next()?.ok().map(|told| told.to_json())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::film::sink::open;
    use crate::film::sink::tests::{Tested, picture, provenance, target};
    use crate::film::spec::Format;

    #[test]
    fn garbled_files_are_no_reason_to_panic() -> Tested {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("a.mp4");
        let told = provenance();
        let mut film = open(&target(&path, Format::Mp4), [64, 48], 10, 3, &told)?;
        for i in 0..3 {
            film.frame(&picture(i, [64, 48]))?;
        }
        film.finish(&told)?;
        let file = std::fs::read(&path)?;
        let mut state = 1u64;
        let mut random = |n: usize| {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (state >> 33) as usize % n
        };
        for round in 0..600 {
            let mut garbled = file[..if round % 3 == 0 {
                random(file.len())
            } else {
                file.len()
            }]
                .to_vec();
            for _ in 0..random(6) {
                if !garbled.is_empty() {
                    // Mostly in the boxes at the front.
                    let at =
                        random(
                            garbled
                                .len()
                                .min(if round % 2 == 0 { 900 } else { usize::MAX }),
                        );
                    garbled[at] = random(256) as u8;
                }
            }
            std::fs::write(&path, &garbled)?;
            let _ = provenance_of(&path);
        }
        std::fs::write(&path, "")?;
        assert_eq!(provenance_of(&path)?, None);
        Ok(())
    }

    #[test]
    fn films_of_other_programs() -> Tested {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("a");
        let told = provenance();
        let json = told.to_json();
        let boxed = |kind: &[u8; 4], body: &[u8]| {
            let mut all = (body.len() as u32 + 8).to_be_bytes().to_vec();
            all.extend(kind);
            all.extend(body);
            all
        };
        // QuickTime keeps texts in `udta` itself, behind their length and language.
        let mut text = (json.len() as u16).to_be_bytes().to_vec();
        text.extend([0x55, 0xc4]);
        text.extend(json.as_bytes());
        let moov = boxed(b"moov", &boxed(b"udta", &boxed(b"\xa9cmt", &text)));
        std::fs::write(&path, [boxed(b"mdat", b"pictures"), moov].concat())?;
        assert_eq!(provenance_of(&path)?, Some(told.clone()));
        // Matroska: anything around it.
        let matroska = [b"\x1a\x45\xdf\xa3 COMMENT ", json.as_bytes(), b"\xff\x00"].concat();
        std::fs::write(&path, &matroska)?;
        assert_eq!(provenance_of(&path)?, Some(told));
        std::fs::write(&path, &matroska[..matroska.len() - 9])?;
        assert_eq!(provenance_of(&path)?, None);
        // Somebody else's comment.
        let note = boxed(
            b"moov",
            &boxed(b"udta", &boxed(b"\xa9cmt", b"\0\x05\0\0hello")),
        );
        std::fs::write(&path, note)?;
        assert_eq!(provenance_of(&path)?, None);
        Ok(())
    }
}
