//! Initial maps from images: PNG and TIFF, one channel for each field.
//!
//! # Theory
//! A pixel of a whole-number type counts as its share of the largest number of that type (255, 65535),
//! one of a floating-point type as it is. Stretched to another grid, a cell gets the mean of what it
//! covers where pixels are smaller than cells, and what lies between the nearest pixels where they are
//! larger, on each axis.
//!
//! # Practice
//! Channels of a PNG are red, green, blue, alpha (grey fills the first three). A TIFF may have any
//! number of channels, interleaved or in planes, and pages: ImageJ and OME keep each channel on a page.

use std::io::Cursor;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult};

use crate::error::Error;
use crate::number::plain;
use crate::raster::shown;
use crate::scenario::Grid;

/// Numbers of an image, pixels times channels: 8192 × 8192 in four channels, a gigabyte.
const MOST_NUMBERS: u64 = 1 << 28;

/// Where a PNG file tells its kind of colours, and the kind that has a palette (PNG specification, 11.2.1).
const PNG_COLOUR_TYPE: usize = 25;
const PNG_PALETTE: u8 = 3;

/// Largest number of channels of an image.
const MOST_CHANNELS: usize = 64;

/// Largest relative difference between the sides' ratio of an image and of the domain it is stretched over.
const SAME_RATIO: f64 = 0.01;

/// What happens when an image has another size than the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fit {
    /// It is refused.
    #[default]
    Exact,
    /// It is resampled over the domain.
    Stretch,
}

impl Fit {
    /// All, as they are written.
    pub(crate) const NAMES: [(&str, Self); 2] =
        [("exact", Self::Exact), ("stretch", Self::Stretch)];

    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        Self::NAMES[self as usize].0
    }
}

/// An image, or a page of one.
#[derive(Clone)]
pub struct ImageMap {
    /// Name as given, for messages.
    pub name: Arc<str>,
    /// The file itself.
    pub file: Arc<[u8]>,
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// Page, from 0.
    pub page: u32,
    /// Values of each channel, row by row.
    pub channels: Arc<[Vec<f32>]>,
}

/// The same page of the same file, whatever its name: read back from inside a scenario it has none.
impl PartialEq for ImageMap {
    fn eq(&self, other: &Self) -> bool {
        self.page == other.page && self.file == other.file
    }
}

impl std::fmt::Debug for ImageMap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [width, height] = self.size;
        write!(f, "{} ({width} × {height}, page {})", self.name, self.page)
    }
}

impl ImageMap {
    /// Decodes a page of a PNG or TIFF file of 8 or 16 bits per channel, or floating-point numbers.
    ///
    /// # Errors
    /// Damaged, truncated or unsupported files, pages that are not there, values that are not finite.
    pub(crate) fn read(name: &str, bytes: Arc<[u8]>, page: u32) -> Result<Self, Error> {
        let label = shown(name);
        let is_tiff = matches!(
            bytes.get(..4),
            Some(b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+")
        );
        let decoded = if is_tiff {
            decode_tiff(&bytes, page)
        } else if page > 0 {
            return Err(Error::new(format!(
                "image {label} has one page, so `image_page` {page} is not there"
            ))
            .help("pages count from 0; only a TIFF file has several"));
        } else {
            decode(&bytes)
        };
        let (size, channels) = decoded.map_err(|why| {
            Error::new(format!("image {label}: {why}"))
                .help("a whole PNG or TIFF file is needed: grey, RGB or separate channels, of 8 or 16 bits or floating-point numbers")
        })?;
        for (c, values) in channels.iter().enumerate() {
            if let Some(i) = values.iter().position(|v| !v.is_finite()) {
                let (x, y) = (i % size[0] as usize, i / size[0] as usize);
                return Err(Error::new(format!(
                    "image {label}: the value at pixel [{x}, {y}] of channel {c} is {}, which is not finite",
                    values[i]
                )));
            }
        }
        Ok(Self {
            name: label,
            file: bytes,
            size,
            page,
            channels: channels.into(),
        })
    }

    /// Adds `scale ×` a channel to a map of this grid; in 3D the same in every layer.
    pub(crate) fn add(
        &self,
        grid: &Grid,
        channel: u32,
        scale: f64,
        fit: Fit,
        map: &mut [f64],
    ) -> Result<(), Error> {
        let Some(values) = self.channels.get(channel as usize) else {
            return Err(Error::new(format!(
                "image {} has {}, so `image_channel` {channel} is not there",
                self.name,
                count_of(self.channels.len())
            ))
            .help("channels count from 0; channels that are pages of a TIFF file: `image_page`"));
        };
        let [nx, ny, _] = grid.cells;
        let [width, height] = self.size;
        if self.size == [nx, ny] {
            let values: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            upright(map, &values, nx as usize, scale);
            return Ok(());
        }
        if fit == Fit::Exact {
            return Err(Error::new(format!(
                "image {} has {width} × {height} pixels, but the grid has {nx} × {ny} cells",
                self.name
            ))
            .help("resize the image, change `grid.cells`, or write image_fit = \"stretch\""));
        }
        let extent = grid.extent();
        let (of_image, of_domain) = (f64::from(width) / f64::from(height), extent[0] / extent[1]);
        if (of_image / of_domain - 1.0).abs() > SAME_RATIO {
            return Err(Error::new(format!(
                "image {} has {width} × {height} pixels, sides as {} : 1, but the domain's are as {} : 1",
                self.name,
                plain((1000.0 * of_image).round() / 1000.0),
                plain((1000.0 * of_domain).round() / 1000.0)
            ))
            .help("crop the image, or change `grid.cells` or `grid.spacing`; at most 1 % of difference is allowed"));
        }
        let rows = resampled(
            values,
            width as usize,
            nx as usize,
            height as usize,
            ny as usize,
        );
        upright(map, &rows, nx as usize, scale);
        Ok(())
    }

    /// The file as a `data:` URL.
    pub(crate) fn to_inline(&self) -> String {
        format!("data:image/*;base64,{}", BASE64.encode(&self.file))
    }
}

type Decoded = Result<([u32; 2], Vec<Vec<f32>>), String>;

/// Refuses an image before its pixels take memory.
fn check_size(width: u32, height: u32, channels: usize) -> Result<(), String> {
    let pixels = u64::from(width) * u64::from(height);
    match pixels.saturating_mul(channels as u64) <= MOST_NUMBERS {
        true => Ok(()),
        false => Err(format!(
            "{width} × {height} pixels of {channels} channels are too many: at most {MOST_NUMBERS} numbers are read"
        )),
    }
}

/// PNG, by its content.
fn decode(bytes: &[u8]) -> Decoded {
    let open = || {
        let reader = image::ImageReader::new(Cursor::new(bytes)).with_guessed_format();
        reader.map_err(|e| e.to_string())
    };
    let (width, height) = open()?.into_dimensions().map_err(|e| e.to_string())?;
    check_size(width, height, 4)?;
    if bytes.get(PNG_COLOUR_TYPE) == Some(&PNG_PALETTE) {
        return Err(
            "its colours are numbers of a palette; save it as grey, RGB or separate channels"
                .to_owned(),
        );
    }
    let decoded = open()?.decode().map_err(|e| e.to_string())?;
    let size = [decoded.width(), decoded.height()];
    // What the file does not hold is not there: no green in grey, no alpha in RGB.
    let count = match (decoded.color().has_color(), decoded.color().has_alpha()) {
        (false, false) => 1,
        (true, false) => 3,
        (_, true) => 4,
    };
    let pixels = decoded.into_rgba32f();
    let channel = |c: usize| pixels.pixels().map(|p| p.0[c]).collect();
    Ok((size, (0..count).map(channel).collect()))
}

fn decode_tiff(bytes: &[u8], page: u32) -> Decoded {
    let text = |e: tiff::TiffError| e.to_string();
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(text)?;
    for at in 0..page {
        if !decoder.more_images() {
            return Err(format!(
                "`image_page` {page} is not there: it has {} pages",
                at + 1
            ));
        }
        decoder.next_image().map_err(text)?;
    }
    let (width, height) = decoder.dimensions().map_err(text)?;
    let color = decoder.colortype().map_err(text)?;
    let count = usize::from(color.num_samples());
    check_size(width, height, count)?;
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
    let bits = color.bit_depth();
    let mut result = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut result).map_err(text)?;
    let full = ((1_u64 << bits.min(32)) - 1) as f32;
    let numbers: Vec<f32> = match result {
        DecodingResult::U8(v) if bits == 8 => v.iter().map(|v| f32::from(*v) / full).collect(),
        DecodingResult::U16(v) if bits == 16 => v.iter().map(|v| f32::from(*v) / full).collect(),
        DecodingResult::U32(v) if bits == 32 => v.iter().map(|v| *v as f32 / full).collect(),
        DecodingResult::F16(v) => v.iter().map(|v| v.to_f32()).collect(),
        DecodingResult::F32(v) => v,
        DecodingResult::F64(v) => v.iter().map(|v| *v as f32).collect(),
        _ => {
            return Err(format!(
                "{bits} bits of this kind are not read; save it with 8, 16 or 32 bits"
            ));
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
    // Alpha is the fourth channel, as in a PNG.
    if let ColorType::GrayA(_) = color {
        let alpha = channels.remove(1);
        channels.push(channels[0].clone());
        channels.push(channels[0].clone());
        channels.push(alpha);
    }
    Ok(([width, height], channels))
}

/// Channels in words.
pub(crate) fn count_of(channels: usize) -> String {
    match channels {
        1 => "channel 0 only".to_owned(),
        n => format!("channels 0 to {}", n - 1),
    }
}

/// Adds `scale ×` an image of the grid's size to every layer of a map. The first row of an image is its upper
/// edge, and y rises upwards in every picture of the tissue, so it comes to the largest y.
fn upright(map: &mut [f64], values: &[f64], nx: usize, scale: f64) {
    for layer in map.chunks_mut(values.len().max(1)) {
        let rows = layer.chunks_mut(nx).zip(values.chunks(nx).rev());
        for (row, seen) in rows {
            row.iter_mut().zip(seen).for_each(|(m, v)| *m += scale * v);
        }
    }
}

/// Weights of pixels for one cell of an axis with `from` pixels and `to` cells.
fn weights(cell: usize, from: usize, to: usize) -> Vec<(usize, f64)> {
    let ratio = from as f64 / to as f64;
    if ratio > 1.0 {
        let (low, high) = (cell as f64 * ratio, (cell + 1) as f64 * ratio);
        let last = (high.ceil() as usize).min(from);
        let share = |i: usize| (high.min((i + 1) as f64) - low.max(i as f64)).max(0.0) / ratio;
        return (low as usize..last).map(|i| (i, share(i))).collect();
    }
    let at = ((cell as f64 + 0.5) * ratio - 0.5).clamp(0.0, (from - 1) as f64);
    let i = (at as usize).min(from - 1);
    let rest = at - i as f64;
    vec![(i, 1.0 - rest), ((i + 1).min(from - 1), rest)]
}

/// Rows of a channel at another size.
fn resampled(values: &[f32], width: usize, nx: usize, height: usize, ny: usize) -> Vec<f64> {
    let columns: Vec<_> = (0..nx).map(|i| weights(i, width, nx)).collect();
    let mut out = Vec::with_capacity(nx * ny);
    for j in 0..ny {
        let rows = weights(j, height, ny);
        for column in &columns {
            let cell = rows.iter().map(|(y, v)| {
                let row = column
                    .iter()
                    .map(|(x, w)| w * f64::from(values[x + width * y]));
                v * row.sum::<f64>()
            });
            out.push(cell.sum());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_of_an_image_is_the_upper_edge_in_every_layer() {
        let mut map = vec![1.0; 8];
        upright(&mut map, &[1.0, 2.0, 3.0, 4.0], 2, 10.0);
        assert_eq!(map, [31.0, 41.0, 11.0, 21.0, 31.0, 41.0, 11.0, 21.0]);
    }

    #[test]
    fn an_image_is_refused_before_it_takes_memory() {
        assert!(check_size(8192, 8192, 4).is_ok());
        let e = check_size(40_000, 40_000, 4).expect_err("too large");
        assert!(e.contains("40000 × 40000 pixels of 4 channels are too many"));
        assert!(check_size(u32::MAX, u32::MAX, usize::from(u16::MAX)).is_err());
    }
}
