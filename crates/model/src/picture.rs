//! Initial maps from images: PNG and TIFF, one channel for each field.
//!
//! # Theory
//! A pixel of a whole-number type counts as its share of the largest number of that type (255, 65535),
//! one of a floating-point type as it is. Stretched to another grid, a cell gets the mean of what it
//! covers where pixels are smaller than cells, and what lies between the nearest pixels where they are
//! larger, on each axis.
//!
//! Where an image is transparent nothing is seen, so there is no tissue: colours and grey count times alpha.
//!
//! # Practice
//! Channels of a PNG are red, green, blue, alpha (grey fills the first three). A TIFF may have any
//! number of channels, interleaved or in planes, and pages: ImageJ and OME keep each channel on a page.
//! An image comes out as its Exif or TIFF orientation wants it seen. What may not be meant, such as 12 bits
//! kept in 16, is told by [`ImageMap::warnings`]; the numbers are not changed by a guess.

use std::io::Cursor;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use image::{DynamicImage, ImageDecoder as _};

use crate::error::Error;
use crate::number::plain;
use crate::picture_tiff;
use crate::raster::shown;
use crate::scenario::Grid;

/// Numbers of an image, pixels times channels: 8192 × 8192 in four channels, a gigabyte.
const MOST_NUMBERS: u64 = 1 << 28;

/// Where a PNG file tells its kind of colours, and the kind that has a palette (PNG specification, 11.2.1).
const PNG_COLOUR_TYPE: usize = 25;
const PNG_PALETTE: u8 = 3;

/// Numbers of bits that a camera or a mask uses of a larger type.
const USED_BITS: [u32; 8] = [1, 4, 8, 10, 12, 14, 16, 24];

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
    /// What else the file says.
    pub(crate) facts: Facts,
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
            picture_tiff::decode(&bytes, page)
        } else if page > 0 {
            return Err(Error::new(format!(
                "image {label} has one page, so `image_page` {page} is not there"
            ))
            .help("pages count from 0; only a TIFF file has several"));
        } else {
            decode(&bytes)
        };
        let Decoded {
            size,
            channels,
            facts,
        } = decoded.map_err(|why| {
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
            facts,
        })
    }

    /// What was read in a way that may not be meant, for a map that takes this channel times `scale`.
    pub(crate) fn warnings(&self, channel: u32, scale: f64) -> Vec<String> {
        let mut warnings = Vec::new();
        let is_alpha = channel as usize + 1 == self.channels.len() && channel > 0;
        if self.facts.transparent && !is_alpha {
            warnings.push(format!(
                "image {} has transparent pixels: they count as no tissue (its values are multiplied by its alpha); save it without transparency if that is not meant",
                self.name
            ));
        }
        warnings.extend(self.unused_range(channel, scale));
        warnings
    }

    /// A channel whose brightest pixel is far below the largest number of its type, as of 12 bits kept in
    /// 16 or of a mask of 0 and 1, unless the map makes up for it.
    fn unused_range(&self, channel: u32, scale: f64) -> Option<String> {
        let full = self.facts.full?;
        let share = f64::from(*self.facts.peaks.get(channel as usize)?);
        let peak = (share * full as f64).round() as u64;
        let most = USED_BITS
            .iter()
            .map(|bits| (1_u64 << bits) - 1)
            .find(|most| (1..=*most).contains(&peak))
            .filter(|most| most * 3 < full)?;
        let factor = full as f64 / most as f64;
        if scale >= 0.99 * factor {
            return None;
        }
        let kept = match most {
            1 => "a mask of 0 and 1".to_owned(),
            _ => format!("{} bits", (most + 1).ilog2()),
        };
        let bits = (full + 1).ilog2();
        Some(format!(
            "image {}: the brightest pixel of channel {channel} is {peak} of {full}, as in {kept} kept in {bits} bits; a pixel counts as its share of {full}, so the map stays at or below {}: if {most} is full brightness, make `image_scale` {} times as large ({full} / {most})",
            self.name,
            plain(rounded(share * scale)),
            plain(rounded(factor)),
        ))
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
            let turned = match self.facts.on_its_side {
                true => " (turned as its orientation says)",
                false => "",
            };
            return Err(Error::new(format!(
                "image {} has {width} × {height} pixels{turned}, but the grid has {nx} × {ny} cells",
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

/// What an image file says beside its values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// Largest number of its whole-number type; none for floating-point numbers.
    full: Option<u64>,
    /// Largest share of that number in each channel, as it is stored.
    peaks: Vec<f32>,
    /// Some pixels are transparent, and the colours count less there.
    transparent: bool,
    /// Its orientation makes columns of its rows.
    on_its_side: bool,
    /// Pages in the file.
    pub(crate) pages: u32,
}

/// A page of an image file.
pub(crate) struct Decoded {
    size: [u32; 2],
    channels: Vec<Vec<f32>>,
    pub(crate) facts: Facts,
}

impl Decoded {
    /// Channels as they are stored; `full` is the largest number of a whole-number type.
    pub(crate) fn new(size: [u32; 2], channels: Vec<Vec<f32>>, full: Option<u64>) -> Self {
        let peak = |c: &Vec<f32>| c.iter().copied().fold(0.0, f32::max);
        let facts = Facts {
            full,
            peaks: channels.iter().map(peak).collect(),
            transparent: false,
            on_its_side: false,
            pages: 1,
        };
        Self {
            size,
            channels,
            facts,
        }
    }

    /// The same where the last channel is alpha: what is transparent is not seen, so it is no tissue, and
    /// the other channels are multiplied by alpha.
    pub(crate) fn without_transparent(mut self) -> Self {
        let Some((alpha, colours)) = self.channels.split_last_mut() else {
            return self;
        };
        self.facts.transparent = alpha.iter().any(|a| *a < 1.0);
        if self.facts.transparent {
            for colour in colours {
                for (value, a) in colour.iter_mut().zip(&*alpha) {
                    *value *= a.clamp(0.0, 1.0);
                }
            }
        }
        self
    }

    /// The same as its writer wants it seen: `orientation` counts as in TIFF 6.0 and Exif, and `tag` names
    /// where it stands.
    pub(crate) fn turned(mut self, orientation: u16, tag: &str) -> Result<Self, String> {
        // Some programs write 0 for an orientation that they do not know.
        match orientation {
            0 | 1 => return Ok(self),
            2..=8 => {}
            _ => return Err(format!("{tag} is {orientation}, but 1 to 8 are defined")),
        }
        let [width, height] = self.size.map(|n| n as usize);
        // Which side of the file's picture is the left one, and which is the upper one.
        let sideways = orientation >= 5;
        let from_right = matches!(orientation, 2 | 3 | 7 | 8);
        let from_below = matches!(orientation, 3 | 4 | 6 | 7);
        let (columns, rows) = match sideways {
            true => (height, width),
            false => (width, height),
        };
        for channel in &mut self.channels {
            let mut seen = Vec::with_capacity(channel.len());
            for row in 0..rows {
                for column in 0..columns {
                    let (x, y) = match sideways {
                        true => (row, column),
                        false => (column, row),
                    };
                    let x = if from_right { width - 1 - x } else { x };
                    let y = if from_below { height - 1 - y } else { y };
                    seen.push(channel[x + width * y]);
                }
            }
            *channel = seen;
        }
        if sideways {
            self.size.reverse();
            self.facts.on_its_side = true;
        }
        Ok(self)
    }
}

/// Refuses an image before its pixels take memory.
pub(crate) fn check_size(width: u32, height: u32, channels: usize) -> Result<(), String> {
    let pixels = u64::from(width) * u64::from(height);
    match pixels.saturating_mul(channels as u64) <= MOST_NUMBERS {
        true => Ok(()),
        false => Err(format!(
            "{width} × {height} pixels of {channels} channels are too many: at most {MOST_NUMBERS} numbers are read"
        )),
    }
}

/// PNG, by its content.
fn decode(bytes: &[u8]) -> Result<Decoded, String> {
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
    let mut decoder = open()?.into_decoder().map_err(|e| e.to_string())?;
    let orientation = decoder.orientation().map_err(|e| e.to_string())?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(|e| e.to_string())?;
    let size = [decoded.width(), decoded.height()];
    let color = decoded.color();
    // What the file does not hold is not there: no green in grey, no alpha in RGB.
    let count = match (color.has_color(), color.has_alpha()) {
        (false, false) => 1,
        (true, false) => 3,
        (_, true) => 4,
    };
    let full = match color.bits_per_pixel() / u16::from(color.channel_count()) {
        bits @ (8 | 16) => Some((1 << bits) - 1),
        _ => None,
    };
    let pixels = decoded.into_rgba32f();
    let channel = |c: usize| pixels.pixels().map(|p| p.0[c]).collect();
    let channels = (0..count).map(channel).collect();
    let decoded = Decoded::new(size, channels, full);
    let decoded = match color.has_alpha() {
        true => decoded.without_transparent(),
        false => decoded,
    };
    decoded.turned(orientation.to_exif().into(), "the Exif orientation")
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

/// Four significant digits; a whole number as it is.
fn rounded(value: f64) -> f64 {
    if value.fract() == 0.0 {
        return value;
    }
    let digits = 10_f64.powf(3.0 - value.abs().max(1e-300).log10().floor());
    (value * digits).round() / digits
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
