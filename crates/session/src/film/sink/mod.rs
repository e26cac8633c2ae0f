//! Frames become a file. One file here per format.
//!
//! A sink checks its target before anything is computed, writes under a temporary name beside it, and
//! gives the file its name when it is whole. A sink that is dropped with frames in it but without
//! [`Sink::finish`] leaves what it has under the temporary name: an MP4 that plays, or numbered pictures.

mod ffmpeg;
pub(crate) mod gif;
pub(crate) mod mp4;
mod pngs;
mod target;
#[cfg(test)]
mod tests;

use image::RgbaImage;
use warmfront_view::raster::LARGEST_SIDE;

use super::spec::{Encoder, Format, Target};
use crate::SessionError;
use crate::provenance::Provenance;

/// Frames per second that any format takes.
const FPS: std::ops::RangeInclusive<u32> = 1..=120;

/// Takes frames in their order and makes a file of them.
///
/// The file grows under a temporary name beside its target. After an error from [`Sink::frame`],
/// [`Sink::finish`] still makes a file of the frames before it.
pub trait Sink: Send {
    /// Adds a frame, which has the size that the sink was opened with.
    ///
    /// # Errors
    /// A full disk, an encoder that gives up.
    fn frame(&mut self, frame: &RgbaImage) -> Result<(), SessionError>;

    /// Bytes written so far.
    fn bytes(&self) -> u64;

    /// Completes the file and gives it its name. Without any frame nothing is left.
    ///
    /// # Errors
    /// A file that cannot be completed; what it says tells where the unfinished one is.
    fn finish(self: Box<Self>, provenance: &Provenance) -> Result<Finished, SessionError>;
}

/// A finished film.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finished {
    /// Frames in it.
    pub frames: u64,
    /// Its frames per second, on average; a GIF may have fewer than were asked for.
    pub rate: f64,
    /// Bytes of the file or files.
    pub bytes: u64,
    /// What was changed to make it fit, in words.
    pub notes: Vec<String>,
}

/// Whether a format can hold such a film, without a look at the disk.
///
/// # Errors
/// [`SessionError::Film`].
pub fn check(target: &Target, size: [u32; 2], fps: u32) -> Result<(), SessionError> {
    if !FPS.contains(&fps) {
        return Err(SessionError::Film {
            what: format!("a film cannot have {fps} frames per second"),
            help: format!(
                "{} to {} are possible; 24, 25, 30, 50 and 60 play everywhere",
                FPS.start(),
                FPS.end()
            ),
        });
    }
    if size.contains(&0) || size.iter().any(|s| *s > LARGEST_SIDE) {
        return Err(SessionError::Film {
            what: format!("a film cannot have {} × {} pixels", size[0], size[1]),
            help: format!("a side has 1 to {LARGEST_SIDE} pixels; try 1920 × 1080"),
        });
    }
    match (target.format, &target.encoder) {
        (Format::Mp4, Encoder::OpenH264) => mp4::check_limits(size),
        (Format::Gif, _) => gif::check_limits(size),
        (Format::Mp4, Encoder::Ffmpeg(_)) | (Format::Pngs, _) => Ok(()),
    }
}

/// Opens the file of a film: `size` in pixels, `fps` frames per second, `frames` in all. What is wrong with
/// the target is found here, before anything is computed.
///
/// # Errors
/// [`SessionError::Film`] for sizes and rates that the format cannot hold, [`SessionError::FileExists`],
/// [`SessionError::Disk`], [`SessionError::Encoder`].
pub fn open(
    target: &Target,
    size: [u32; 2],
    fps: u32,
    frames: u64,
    provenance: &Provenance,
) -> Result<Box<dyn Sink>, SessionError> {
    check(target, size, fps)?;
    Ok(match (target.format, &target.encoder) {
        (Format::Mp4, Encoder::OpenH264) => {
            Box::new(mp4::Mp4Film::open(target, size, fps, frames, provenance)?)
        }
        (Format::Mp4, Encoder::Ffmpeg(codec)) => {
            Box::new(ffmpeg::Ffmpeg::open(target, codec, size, fps, provenance)?)
        }
        (Format::Gif, _) => Box::new(gif::GifFilm::open(target, size, fps, provenance)?),
        (Format::Pngs, _) => Box::new(pngs::Pngs::open(target, size, fps, frames, provenance)?),
    })
}

/// Refuses a frame of another size.
fn check_size(frame: &RgbaImage, size: [u32; 2]) -> Result<(), SessionError> {
    if frame.dimensions() == (size[0], size[1]) {
        return Ok(());
    }
    let (width, height) = frame.dimensions();
    Err(SessionError::Film {
        what: format!(
            "a frame of {width} × {height} pixels in a film of {} × {}",
            size[0], size[1]
        ),
        help: "all frames of a film have the same size".to_owned(),
    })
}
