//! TIFF files: pages, the planes that ImageJ keeps behind one directory, and alpha.
//!
//! # Theory
//! A TIFF file is a chain of directories, one for each page. ImageJ writes a stack as one directory: its
//! description says `images=N`, and the planes follow each other in the file, uncompressed. A reader that
//! knows only directories sees the first plane.
//!
//! # Practice
//! [`decode`] gives a page with its channels as they are stored, and what the file says of itself.

use std::borrow::Cow;
use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::{CompressionMethod, PhotometricInterpretation, Tag};

use crate::picture::{Decoded, check_size};

/// Largest number of channels of an image.
const MOST_CHANNELS: usize = 64;

/// More pages are not counted.
const MOST_PAGES: u32 = 65_536;

type Tiff<'a> = Decoder<Cursor<&'a [u8]>>;

/// What the tag `ExtraSamples` says of the first channel beyond the colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extra {
    /// No alpha.
    Plain,
    /// Alpha that the colours are multiplied by already (1).
    Associated,
    /// Alpha by itself (2).
    Alone,
}

fn text(e: tiff::TiffError) -> String {
    e.to_string()
}

fn open(bytes: &[u8]) -> Result<Tiff<'_>, String> {
    Decoder::new(Cursor::new(bytes)).map_err(text)
}

/// A page of a TIFF file.
pub(crate) fn decode(bytes: &[u8], page: u32) -> Result<Decoded, String> {
    let mut decoder = open(bytes)?;
    let planes = planes_of_imagej(&mut decoder)?;
    if let Some(planes) = planes
        && !decoder.more_images()
    {
        if page >= planes {
            return Err(format!(
                "`image_page` {page} is not there: ImageJ says that it has {planes} planes"
            ));
        }
        let moved = match page {
            0 => Cow::Borrowed(bytes),
            _ => Cow::Owned(in_front(&mut decoder, bytes, page)?),
        };
        let mut decoded = of_directory(&mut open(&moved)?)?;
        decoded.facts.pages = planes;
        return Ok(decoded);
    }
    for at in 0..page {
        if !decoder.more_images() {
            return Err(format!(
                "`image_page` {page} is not there: it has {}",
                match at {
                    0 => "one page".to_owned(),
                    _ => format!("{} pages", at + 1),
                }
            ));
        }
        decoder.next_image().map_err(text)?;
    }
    let mut decoded = of_directory(&mut decoder)?;
    decoded.facts.pages = page + 1;
    while decoded.facts.pages < MOST_PAGES && decoder.more_images() && decoder.next_image().is_ok()
    {
        decoded.facts.pages += 1;
    }
    Ok(decoded)
}

/// Number of planes behind the first directory, if ImageJ says that there are several.
fn planes_of_imagej(decoder: &mut Tiff<'_>) -> Result<Option<u32>, String> {
    let described = decoder.find_tag(Tag::ImageDescription).map_err(text)?;
    // A description that is no text is none of ImageJ.
    let described = described.and_then(|v| v.into_string().ok());
    Ok(described
        .filter(|d| d.starts_with("ImageJ="))
        .and_then(|d| {
            let count = d.lines().find_map(|l| l.strip_prefix("images="))?;
            count.trim().parse().ok()
        })
        .filter(|n| *n > 1))
}

/// The file with another plane of an ImageJ stack where its first one stands.
fn in_front(decoder: &mut Tiff<'_>, bytes: &[u8], page: u32) -> Result<Vec<u8>, String> {
    let compression = decoder
        .find_tag_unsigned::<u16>(Tag::Compression)
        .map_err(text)?;
    if compression.is_some_and(|c| c != CompressionMethod::None.to_u16()) {
        return Err(format!(
            "ImageJ says that its planes lie behind one directory, but they are compressed, so plane {page} cannot be found; save the stack again in ImageJ (File, Save As, Tiff)"
        ));
    }
    let starts = decoder.get_tag_u64_vec(Tag::StripOffsets).map_err(text)?;
    let lengths = decoder
        .get_tag_u64_vec(Tag::StripByteCounts)
        .map_err(text)?;
    let (width, height) = decoder.dimensions().map_err(text)?;
    let color = decoder.colortype().map_err(text)?;
    let bits = u64::from(color.bit_depth()) * u64::from(color.num_samples());
    let plane = (u64::from(width) * bits).div_ceil(8) * u64::from(height);
    let follows = |i: usize| starts[i + 1] == starts[i] + lengths[i];
    let whole = starts.len() == lengths.len()
        && !starts.is_empty()
        && (0..starts.len() - 1).all(follows)
        && lengths.iter().sum::<u64>() >= plane;
    if !whole {
        return Err(format!(
            "ImageJ says that its planes lie behind one directory, but the first one is not in one piece, so plane {page} cannot be found; save the stack again in ImageJ (File, Save As, Tiff)"
        ));
    }
    let range = |n: u64| {
        let start = plane.checked_mul(n)?.checked_add(starts[0])?;
        let end = start.checked_add(plane)?;
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        (range.end <= bytes.len()).then_some(range)
    };
    let (Some(first), Some(wanted)) = (range(0), range(page.into())) else {
        return Err(format!(
            "ImageJ says that plane {page} is there, but the file ends before it: it was cut short"
        ));
    };
    let mut moved = bytes.to_vec();
    moved.copy_within(wanted, first.start);
    Ok(moved)
}

/// The page that the decoder stands at.
fn of_directory(decoder: &mut Tiff<'_>) -> Result<Decoded, String> {
    let (width, height) = decoder.dimensions().map_err(text)?;
    let color = decoder.colortype().map_err(text)?;
    let count = usize::from(color.num_samples());
    check_size(width, height, count)?;
    check_kind(decoder, color)?;
    let orientation = decoder
        .find_tag_unsigned::<u16>(Tag::Orientation)
        .map_err(text)?
        .unwrap_or(1);
    let extra = extra_samples(decoder, color)?;
    let bits = color.bit_depth();
    let mut result = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut result).map_err(text)?;
    let full = (1_u64 << bits.min(32)) - 1;
    let most = full as f32;
    let mut whole = true;
    let numbers: Vec<f32> = match result {
        DecodingResult::U8(v) if bits == 8 => v.iter().map(|v| f32::from(*v) / most).collect(),
        DecodingResult::U16(v) if bits == 16 => v.iter().map(|v| f32::from(*v) / most).collect(),
        DecodingResult::U32(v) if bits == 32 => v.iter().map(|v| *v as f32 / most).collect(),
        other => {
            whole = false;
            match other {
                DecodingResult::F16(v) => v.iter().map(|v| v.to_f32()).collect(),
                DecodingResult::F32(v) => v,
                DecodingResult::F64(v) => v.iter().map(|v| *v as f32).collect(),
                other => return Err(unread(&other, bits)),
            }
        }
    };
    let pixels = width as usize * height as usize;
    if numbers.len() != pixels * count {
        return Err(format!(
            "{} numbers for {count} channels of {pixels} pixels",
            numbers.len()
        ));
    }
    let channel = |c: usize| match layout.planes > 1 {
        true => numbers[c * pixels..(c + 1) * pixels].to_vec(),
        false => numbers.iter().skip(c).step_by(count).copied().collect(),
    };
    let mut channels: Vec<Vec<f32>> = (0..count).map(channel).collect();
    let full = whole.then_some(full);
    // Alpha is the fourth channel, as in a PNG.
    if extra != Extra::Plain && count == 2 {
        let grey = channels[0].clone();
        channels.splice(1..1, [grey.clone(), grey]);
    }
    let decoded = Decoded::new([width, height], channels, full);
    let decoded = match extra {
        Extra::Alone => decoded.without_transparent(),
        _ => decoded,
    };
    decoded.turned(orientation, "the TIFF tag Orientation")
}

/// Refuses what is no grey, no RGB and no separate channels.
fn check_kind(decoder: &mut Tiff<'_>, color: ColorType) -> Result<(), String> {
    let count = usize::from(color.num_samples());
    if let ColorType::Palette(_)
    | ColorType::CMYK(_)
    | ColorType::CMYKA(_)
    | ColorType::YCbCr(_)
    | ColorType::Lab(_) = color
    {
        return Err(format!(
            "its colours are {color:?}; save it as grey, RGB or separate channels"
        ));
    }
    if !(1..=MOST_CHANNELS).contains(&count) {
        return Err(format!(
            "{count} channels are too many, at most {MOST_CHANNELS} are allowed"
        ));
    }
    let photometric = decoder
        .find_tag_unsigned::<u16>(Tag::PhotometricInterpretation)
        .map_err(text)?;
    if count > 1 && photometric == Some(PhotometricInterpretation::WhiteIsZero.to_u16()) {
        return Err(format!(
            "its tag PhotometricInterpretation is WhiteIsZero (0 is white) for {count} channels; save it with BlackIsZero"
        ));
    }
    Ok(())
}

/// What the channel after the colours is.
fn extra_samples(decoder: &mut Tiff<'_>, color: ColorType) -> Result<Extra, String> {
    let colours = match color {
        ColorType::RGB(_) | ColorType::RGBA(_) => 3,
        _ => 1,
    };
    let extra = decoder
        .find_tag_unsigned_vec::<u16>(Tag::ExtraSamples)
        .map_err(text)?;
    let first = extra.and_then(|e| e.first().copied());
    Ok(match first {
        _ if usize::from(color.num_samples()) != colours + 1 => Extra::Plain,
        Some(1) => Extra::Associated,
        Some(2) => Extra::Alone,
        _ => Extra::Plain,
    })
}

/// Why numbers of a kind are not read.
fn unread(result: &DecodingResult, bits: u8) -> String {
    let kind = match result {
        DecodingResult::I8(_)
        | DecodingResult::I16(_)
        | DecodingResult::I32(_)
        | DecodingResult::I64(_) => "signed whole numbers",
        _ => "whole numbers",
    };
    format!(
        "its pixels are {kind} of {bits} bits, which are not read; save it with 8, 16 or 32 bits without sign, or as floating-point numbers"
    )
}
