//! How long a film will be, and about how large its file.

use warmfront_model::Scenario;

use super::sink::gif::pictures_per_frame;
use super::{FilmSpec, Format, Timing};
use crate::SessionError;

/// Bytes per pixel and frame of films of the tumour model with the default page, as measured at 1920x1080;
/// a rule of thumb for all others.
const MP4: f64 = 0.004;
const GIF: f64 = 0.09;
const PNG: f64 = 0.3;
/// Quality steps that halve an MP4.
const HALVES: f64 = 6.0;

/// See the [module](self).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Frames in the file.
    pub frames: u64,
    /// Duration, seconds.
    pub seconds: f64,
    /// Bytes, within a factor of two or three.
    pub bytes: f64,
}

impl Estimate {
    /// Of a film of a scenario.
    ///
    /// # Errors
    /// As [`Timing::of`].
    pub fn of(spec: &FilmSpec, scenario: &Scenario) -> Result<Self, SessionError> {
        let timing = Timing::of(spec, scenario)?;
        let pixels = f64::from(spec.size[0]) * f64::from(spec.size[1]);
        let quality = f64::from(super::QUALITY) - f64::from(spec.target.quality);
        // A frame that stands still costs next to nothing.
        let (each, frames) = match spec.target.format {
            Format::Mp4 => (MP4 * (quality / HALVES).exp2(), timing.moving),
            Format::Gif => (GIF, timing.moving),
            Format::Pngs => (PNG, timing.frames()),
        };
        let bytes = each * pixels * frames as f64;
        let most = spec
            .target
            .most_bytes
            .filter(|_| spec.target.format == Format::Gif);
        let pictures = match spec.target.format {
            Format::Gif => pictures_per_frame(spec.fps),
            _ => 1,
        };
        Ok(Self {
            frames: timing.frames().div_ceil(pictures),
            seconds: timing.frames() as f64 / f64::from(spec.fps),
            bytes: most.map_or(bytes, |m| bytes.min(m as f64)),
        })
    }
}
