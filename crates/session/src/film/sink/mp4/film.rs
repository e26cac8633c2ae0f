//! The film inside the program: H.264 in MP4.
//!
//! Frames of odd width or height are continued by their last column or row, since H.264 in its common
//! form knows even sizes only; a note says so. A film that is dropped before it was finished stays,
//! playable, as `.NAME.partial`.

use std::fs::File;

use image::RgbaImage;

use super::container::Mp4;
use super::h264::{self, H264};
use super::moov::{Head, Texts};
use crate::SessionError;
use crate::film::sink::target::Place;
use crate::film::sink::{Finished, Sink, check_size};
use crate::film::spec::Target;
use crate::provenance::Provenance;

/// See the [module](self).
pub(in crate::film::sink) struct Mp4Film {
    place: Place,
    size: [u32; 2],
    h264: H264,
    mp4: Mp4<File>,
    texts: Texts,
    rate: f64,
    notes: Vec<String>,
    finished: bool,
}

/// Refuses sizes that the encoder does not know.
pub(in crate::film::sink) fn check_limits(size: [u32; 2]) -> Result<(), SessionError> {
    let (long, short) = (size[0].max(size[1]), size[0].min(size[1]));
    let [most, least] = h264::MOST;
    if short >= h264::LEAST && long <= most && short <= least {
        return Ok(());
    }
    Err(SessionError::Film {
        what: format!("a film of {} × {} pixels cannot be MP4", size[0], size[1]),
        help: format!(
            "{0} × {0} to {most} × {least} or {least} × {most} is possible; numbered pictures and \
             `ffmpeg` take larger ones",
            h264::LEAST
        ),
    })
}

impl Mp4Film {
    /// Begins a film.
    ///
    /// # Errors
    /// As of [`open`](crate::film::sink::open).
    pub(in crate::film::sink) fn open(
        target: &Target,
        size: [u32; 2],
        fps: u32,
        frames: u64,
        provenance: &Provenance,
    ) -> Result<Self, SessionError> {
        check_limits(size)?;
        let place = Place::file(&target.path, target.force)?;
        let h264 = H264::new(size, fps, target.quality)?;
        let texts = Texts::new(provenance);
        let head = Head {
            size: h264.size(),
            fps,
            key_interval: H264::key_interval(fps),
            sets: None,
            texts: texts.clone(),
        };
        let mut notes = Vec::new();
        notes.extend(even_note(size, h264.size()));
        if target.quality < h264::BEST {
            notes.push(format!(
                "quality {} was encoded as {}, the best that the encoder knows",
                target.quality,
                h264::BEST
            ));
        }
        let file = place.create()?;
        let mp4 = Mp4::new(file, head, frames).map_err(|e| {
            place.discard();
            place.error(&e)
        })?;
        Ok(Self {
            place,
            size,
            h264,
            mp4,
            texts,
            rate: fps.into(),
            notes,
            finished: false,
        })
    }
}

/// Says that a size was made even.
pub(in crate::film::sink) fn even_note(size: [u32; 2], even: [u32; 2]) -> Option<String> {
    (size != even).then(|| {
        format!(
            "H.264 needs even sizes: {} × {} became {} × {}, the last pixels shown twice",
            size[0], size[1], even[0], even[1]
        )
    })
}

impl Sink for Mp4Film {
    fn frame(&mut self, frame: &RgbaImage) -> Result<(), SessionError> {
        check_size(frame, self.size)?;
        let sample = self.h264.encode(frame)?;
        if let Some(sets) = self.h264.parameter_sets() {
            self.mp4.parameters(sets);
        }
        self.mp4.push(&sample).map_err(|e| self.place.error(&e))
    }

    fn bytes(&self) -> u64 {
        self.mp4.length()
    }

    fn finish(mut self: Box<Self>, provenance: &Provenance) -> Result<Finished, SessionError> {
        if self.mp4.frames() == 0 {
            return Ok(Finished::default()); // dropping it removes the file
        }
        let done = self.mp4.finish(Texts::new(provenance));
        self.finished = true;
        let bytes = done.map_err(|e| self.place.unfinished(&e))?;
        self.place.finish()?;
        Ok(Finished {
            frames: self.mp4.frames(),
            rate: self.rate,
            bytes,
            notes: std::mem::take(&mut self.notes),
        })
    }
}

impl Drop for Mp4Film {
    fn drop(&mut self) {
        if self.mp4.frames() == 0 {
            self.place.discard();
        } else if !self.finished {
            // What can be saved is saved; there is nobody to tell.
            let _ = self.mp4.finish(self.texts.clone());
        }
    }
}
