//! `<arm>/fields_0003.vti` and `<arm>/fields.pvd`: fields as VTK ImageData, for ParaView and VTK.
//!
//! # Theory
//! A value of a simulation is the mean over a cell, so the fields are *cell data*: the extent counts
//! the corners of the cells, the origin is the corner of the domain, and cell `i` reaches from `i h` to
//! `(i + 1) h` micrometres. As point data the same numbers would lie half a cell off. In 2D there is one
//! layer of cells with its thickness.
//!
//! # Practice
//! One file per snapshot holds every field, appended as raw bytes behind the XML, in blocks that zlib
//! packed. Field data carry the time in days and the [`Provenance`], as a text. The collection
//! `fields.pvd` lists the files with their times; as it has no field data, a processing instruction
//! carries its provenance.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use crate::provenance::KEY;
use crate::record::Record;
use crate::spool::Spool;
use crate::{Provenance, SessionError};

/// Bytes of a block before it is packed.
const BLOCK: usize = 1 << 20;

/// Bytes at the start of a file in which the provenance must stand.
const HEAD: u64 = 64 << 20;

/// Most bytes of a text that are unpacked.
const MOST_TEXT: u64 = 256 << 20;

/// Digits of an offset that is filled in later.
const DIGITS: usize = 20;

/// Writes snapshot `index` of one arm of the batch. Besides the packed field it holds one field of one
/// snapshot in memory.
///
/// # Errors
/// [`SessionError::Disk`].
pub(crate) fn image(
    record: &Record,
    spool: &Spool,
    (arm, index): (usize, usize),
    provenance: &str,
    out: &mut (impl Write + Seek),
) -> Result<(), SessionError> {
    let model = &record.scenario.model;
    let [nx, ny, nz] = record.scenario.grid.cells;
    let [hx, hy, hz] = super::spacing_um(record);
    let day = super::days(model, &spool.times[index..=index])[0];
    let extent = format!("0 {nx} 0 {ny} 0 {nz}");
    let mut head = format!(
        "<?xml version=\"1.0\"?>\n\
         <VTKFile type=\"ImageData\" version=\"1.0\" byte_order=\"LittleEndian\" \
         header_type=\"UInt64\" compressor=\"vtkZLibDataCompressor\">\n\
         <ImageData WholeExtent=\"{extent}\" Origin=\"0 0 0\" Spacing=\"{hx} {hy} {hz}\" \
         Direction=\"1 0 0 0 1 0 0 0 1\">\n\
         <FieldData>\n\
         <DataArray type=\"Float64\" Name=\"TimeValue\" NumberOfTuples=\"1\" format=\"ascii\">\
         {day}</DataArray>\n\
         <Array type=\"String\" Name=\"{KEY}\" NumberOfTuples=\"1\" format=\"binary\">{}</Array>\n\
         </FieldData>\n\
         <Piece Extent=\"{extent}\">\n<PointData/>\n<CellData>\n",
        text(provenance)
    );
    let mut places = Vec::new();
    for f in &model.fields {
        head.push_str(&format!(
            "<DataArray type=\"Float32\" Name=\"{}\" format=\"appended\" offset=\"",
            escaped(&f.id)
        ));
        places.push(head.len() as u64);
        head.push_str(&"0".repeat(DIGITS));
        head.push_str(&format!(
            "\">\n<InformationKey name=\"UNITS_LABEL\" location=\"vtkDataArray\">{}\
             </InformationKey>\n</DataArray>\n",
            escaped(&f.unit)
        ));
    }
    head.push_str("</CellData>\n</Piece>\n</ImageData>\n<AppendedData encoding=\"raw\">\n_");
    let error = |e: io::Error| SessionError::disk("write", Path::new("fields.vti"), &e);
    out.write_all(head.as_bytes()).map_err(error)?;
    let (mut values, mut offset) = (Vec::new(), 0_u64);
    for (field, place) in places.iter().enumerate() {
        spool.read(arm, field, index, &mut values)?;
        let packed = pack(values.len() * 4, |block, bytes| {
            let from = block * (BLOCK / 4);
            let to = (from + BLOCK / 4).min(values.len());
            bytes.extend(values[from..to].iter().flat_map(|v| v.to_le_bytes()));
        });
        let mut append = || -> io::Result<()> {
            out.seek(SeekFrom::Start(*place))?;
            write!(out, "{offset:0width$}", width = DIGITS)?;
            out.seek(SeekFrom::End(0))?;
            out.write_all(&packed.header)?;
            out.write_all(&packed.data)
        };
        append().map_err(error)?;
        offset += (packed.header.len() + packed.data.len()) as u64;
    }
    out.write_all(b"\n</AppendedData>\n</VTKFile>\n")
        .map_err(error)
}

/// Writes the collection of an arm: each file with its time in days.
///
/// # Errors
/// [`SessionError::Disk`].
pub(crate) fn collection(
    days: &[f64],
    provenance: &str,
    out: &mut impl Write,
) -> Result<(), SessionError> {
    let mut text = format!(
        "<?xml version=\"1.0\"?>\n<?{KEY} {}?>\n\
         <VTKFile type=\"Collection\" version=\"1.0\" byte_order=\"LittleEndian\">\n<Collection>\n",
        // Nothing in it may close the instruction.
        provenance.replace('>', "\\u003e")
    );
    for (index, day) in days.iter().enumerate() {
        text.push_str(&format!(
            "<DataSet timestep=\"{day}\" group=\"\" part=\"0\" file=\"{}\"/>\n",
            name(index)
        ));
    }
    text.push_str("</Collection>\n</VTKFile>\n");
    out.write_all(text.as_bytes())
        .map_err(|e| SessionError::disk("write", Path::new("fields.pvd"), &e))
}

/// File name of a snapshot.
pub(crate) fn name(index: usize) -> String {
    format!("fields_{index:04}.vti")
}

/// Data in VTK's packed form.
struct Packed {
    /// Count of blocks, size of a block and of the last one if it is shorter, packed size of each.
    header: Vec<u8>,
    /// The packed blocks.
    data: Vec<u8>,
}

/// Packs `size` bytes; `fill` appends those of a block.
fn pack(size: usize, fill: impl Fn(usize, &mut Vec<u8>)) -> Packed {
    let count = size.div_ceil(BLOCK);
    let mut header = vec![count as u64, BLOCK as u64, (size % BLOCK) as u64];
    let (mut data, mut bytes) = (Vec::new(), Vec::new());
    for block in 0..count {
        bytes.clear();
        fill(block, &mut bytes);
        let before = data.len();
        let mut zlib = ZlibEncoder::new(std::mem::take(&mut data), Compression::new(4));
        // A vector takes everything.
        let written = zlib.write_all(&bytes);
        debug_assert!(written.is_ok());
        data = zlib.finish().unwrap_or_default();
        header.push((data.len() - before.min(data.len())) as u64);
    }
    Packed {
        header: header.iter().flat_map(|n| n.to_le_bytes()).collect(),
        data,
    }
}

/// A text as the content of a binary `Array` in the file itself: ends with a zero, packed, base64.
fn text(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0);
    let packed = pack(bytes.len(), |block, out| {
        let from = block * BLOCK;
        out.extend(&bytes[from..(from + BLOCK).min(bytes.len())]);
    });
    BASE64_STANDARD.encode(packed.header) + &BASE64_STANDARD.encode(packed.data)
}

/// The inverse of [`text`].
fn text_of(content: &str) -> Option<String> {
    let content = content.trim();
    let decode = |s: &str| BASE64_STANDARD.decode(s).ok();
    // The count of blocks says how long the header is, and both parts are padded to whole groups.
    let length = |bytes: usize| bytes.div_ceil(3) * 4;
    let first = decode(content.get(..length(24))?)?;
    let word = |bytes: &[u8], i: usize| -> Option<usize> {
        let bytes = bytes.get(8 * i..8 * i + 8)?;
        let word = u64::from_le_bytes(bytes.try_into().ok()?);
        usize::try_from(word).ok()
    };
    let count = word(&first, 0)?;
    let end = count
        .checked_add(3)?
        .checked_mul(8)?
        .div_ceil(3)
        .checked_mul(4)?;
    let header = decode(content.get(..end)?)?;
    let data = decode(content.get(end..)?)?;
    let mut out = Vec::new();
    let mut at = 0_usize;
    for block in 0..count {
        let to = at.checked_add(word(&header, 3 + block)?)?;
        let left = MOST_TEXT.saturating_sub(out.len() as u64);
        ZlibDecoder::new(data.get(at..to)?)
            .take(left)
            .read_to_end(&mut out)
            .ok()?;
        at = to;
    }
    let used = out.iter().position(|b| *b == 0).unwrap_or(out.len());
    out.truncate(used);
    String::from_utf8(out).ok()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Where a `.vti` or `.pvd` file comes from; none where it does not say.
///
/// # Errors
/// A file that cannot be read, or says something that is no provenance.
pub(crate) fn provenance_of(path: &Path) -> Result<Option<Provenance>, SessionError> {
    let mut head = Vec::new();
    let read = |head: &mut Vec<u8>| -> io::Result<usize> {
        BufReader::new(File::open(path)?)
            .take(HEAD)
            .read_to_end(head)
    };
    read(&mut head).map_err(|e| SessionError::disk("read", path, &e))?;
    // Bytes that are no text follow the XML.
    let end = find(&head, "<AppendedData").unwrap_or(head.len());
    let head = String::from_utf8_lossy(&head[..end]);
    let json = if let Some((_, rest)) = head.split_once(&format!("<?{KEY} ")) {
        rest.split_once("?>").map(|(json, _)| json.to_owned())
    } else if let Some((_, rest)) = head.split_once(&format!("Name=\"{KEY}\"")) {
        let content = rest.split_once('>').map(|(_, r)| r);
        let content = content.and_then(|r| r.split_once('<')).map(|(c, _)| c);
        content.and_then(text_of)
    } else {
        return Ok(None);
    };
    let json = json.ok_or_else(|| SessionError::NoProvenance {
        path: path.to_owned(),
        why: "what it says about its origin is cut off or damaged".to_owned(),
    })?;
    Provenance::from_json(&json, path).map(Some)
}

fn find(bytes: &[u8], what: &str) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back_whole_or_not_at_all() {
        let long = "ρ ".repeat(BLOCK);
        for t in ["", "a", "{\"x\": \"<&\"}", &long] {
            let packed = text(t);
            assert_eq!(text_of(&packed).as_deref(), Some(t));
            for cut in [0, 10, 32, 36, packed.len() - 4] {
                assert_eq!(text_of(&packed[..cut]), None, "{cut}");
            }
        }
        let absurd = BASE64_STANDARD.encode([255; 48]);
        assert_eq!(text_of(&absurd), None);
    }

    #[test]
    fn a_file_that_says_nothing_or_nonsense() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("x.vti");
        std::fs::write(&path, "<VTKFile/>")?;
        assert!(provenance_of(&path)?.is_none());
        for text in [
            "<?warmfront {",
            "<?warmfront {}?>",
            "Name=\"warmfront\"",
            "<Array Name=\"warmfront\">AAAA</Array>",
        ] {
            std::fs::write(&path, text)?;
            assert!(provenance_of(&path).is_err(), "{text}");
        }
        Ok(())
    }
}
