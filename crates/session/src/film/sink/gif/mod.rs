//! Looped GIF with a good palette and, if asked for, a bound on its size.
//!
//! Frames first go to the disk as PNG, into a folder beside the target: the palette must know all of them,
//! and a bound on the size may take several attempts. So memory is bounded, and a killed recording leaves
//! its frames as pictures. On a full disk every frame is removed as soon as it is in the GIF, which needs
//! less room than they do (room for the first one is kept free); should it not suffice, the GIF ends early and the other frames stay.

mod encode;
mod palette;
mod read;

use std::fs::File;
use std::io;
use std::path::PathBuf;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _, RgbaImage};

use self::encode::{Outcome, Plan, encode};
use self::palette::{Histogram, Palette};
use super::pngs::write_whole;
use super::target::Place;
use super::{Finished, Sink, check_size};
use crate::SessionError;
use crate::film::spec::Target;
use crate::provenance::Provenance;
use warmfront_model::plain;

pub(crate) use read::provenance_of;

/// Most frames per second that viewers keep up with.
const FASTEST: u32 = 50;
/// Longest side and most pixels.
const MOST_SIDE: u32 = 8192;
const MOST_PIXELS: u64 = 4096 * 4096;
/// Room for texts and tables of colours, bytes.
const ROOM: usize = 64 << 10;
/// Frames that the palette is made from.
const SAMPLES: u64 = 32;
/// Shortest side that a smaller version may have.
const LEAST: f64 = 64.0;
/// Attempts to meet a bound: every how many pictures, and the share of the size.
const ATTEMPTS: [(u64, f64); 10] = [
    (1, 1.0),
    (2, 1.0),
    (2, 0.75),
    (3, 0.75),
    (3, 0.5),
    (4, 0.5),
    (6, 0.5),
    (6, 0.375),
    (8, 0.25),
    (16, 0.25),
];

/// See the [module](self).
pub(super) struct GifFilm {
    place: Place,
    /// Holds the lock on the name.
    file: File,
    store: Store,
    size: [u32; 2],
    fps: u32,
    most_bytes: Option<u64>,
    full: bool,
    finished: bool,
}

/// Refuses sizes that viewers cannot show.
pub(super) fn check_limits([width, height]: [u32; 2]) -> Result<(), SessionError> {
    if width.max(height) <= MOST_SIDE && u64::from(width) * u64::from(height) <= MOST_PIXELS {
        return Ok(());
    }
    Err(SessionError::Film {
        what: format!("a GIF of {width} × {height} pixels is more than viewers can show"),
        help: format!("at most {MOST_SIDE} per side and 4096 × 4096 in all; MP4 suits large films"),
    })
}

impl GifFilm {
    /// Begins a film.
    ///
    /// # Errors
    /// As of [`super::open`].
    pub(super) fn open(
        target: &Target,
        size: [u32; 2],
        fps: u32,
        _provenance: &Provenance,
    ) -> Result<Self, SessionError> {
        let [width, height] = size;
        check_limits(size)?;
        let place = Place::file(&target.path, target.force)?;
        let mut file = place.create()?;
        // Room for the first frame, should the others fill the disk.
        let room = vec![0; (width * height) as usize + ROOM];
        let store = std::io::Write::write_all(&mut file, &room)
            .and_then(|()| Store::new(place.beside(".frames")))
            .map_err(|e| {
                place.discard();
                place.error(&e)
            })?;
        Ok(Self {
            place,
            file,
            store,
            size,
            fps,
            most_bytes: target.most_bytes,
            full: false,
            finished: false,
        })
    }

    fn palette(&self) -> io::Result<Palette> {
        let mut histogram = Histogram::new();
        let n = self.store.frames;
        let samples = n.min(SAMPLES);
        for i in 0..samples {
            let frame = i * (n - 1) / (samples - 1).max(1);
            histogram.add(&self.store.read(frame)?);
        }
        Ok(histogram.palette())
    }

    /// A smaller film; the first has every frame that viewers keep up with.
    fn plan(&self, (step, share): (u64, f64)) -> Plan {
        let smallest = f64::from(self.size[0].min(self.size[1]));
        let share = share.max((LEAST / smallest).min(1.0));
        Plan {
            size: self
                .size
                .map(|s| ((f64::from(s) * share).round() as u16).max(1)),
            fps: self.fps,
            pictures: self.store.frames,
            step: step * pictures_per_frame(self.fps),
        }
    }

    /// Writes the GIF; gives bytes, frames and what there is to tell.
    fn write(&mut self, comment: &str) -> io::Result<Finished> {
        let mut palette = self.palette()?;
        let mut expected = 0;
        let mut last = self.plan(ATTEMPTS[0]);
        for (i, attempt) in ATTEMPTS.into_iter().enumerate() {
            if self.full {
                break;
            }
            let plan = self.plan(attempt);
            let end = i + 1 == ATTEMPTS.len();
            let shrink = weight(&plan) / weight(&last);
            // A step that cannot suffice is not tried.
            let hopeless = |most: u64| expected as f64 * shrink * 0.6 > most as f64;
            if !end
                && self
                    .most_bytes
                    .is_some_and(|most| expected > 0 && hopeless(most))
            {
                continue;
            }
            let limit = self.most_bytes.filter(|_| !end);
            let store = &self.store;
            let mut read = |picture| store.read(picture);
            let done = encode(
                &mut self.file,
                &plan,
                &mut palette,
                comment,
                limit,
                &mut read,
                &mut |_| {},
            );
            match done {
                Ok(Outcome::Whole(bytes)) if limit.is_none_or(|most| bytes <= most) => {
                    return Ok(self.told(&plan, bytes));
                }
                Ok(Outcome::Whole(bytes) | Outcome::TooLarge(bytes)) => {
                    (expected, last) = (bytes, plan);
                }
                Ok(Outcome::Short(..)) => self.full = true,
                Err(e) if is_full(&e) => self.full = true,
                Err(e) => return Err(e),
            }
        }
        self.write_full(&mut palette, comment)
    }

    /// Writes the GIF while it makes room for it.
    fn write_full(&mut self, palette: &mut Palette, comment: &str) -> io::Result<Finished> {
        let plan = self.plan(ATTEMPTS[0]);
        let store = &self.store;
        let mut read = |picture| store.read(picture);
        let mut done = |frame: u64| {
            for picture in frame * plan.step..(frame + 1) * plan.step {
                store.remove(picture);
            }
        };
        let outcome = encode(
            &mut self.file,
            &plan,
            palette,
            comment,
            None,
            &mut read,
            &mut done,
        )?;
        let (bytes, frames, rest) = match outcome {
            Outcome::Whole(bytes) | Outcome::TooLarge(bytes) => (bytes, plan.frames(), false),
            Outcome::Short(bytes, frames) => (bytes, frames, true),
        };
        let mut told = self.told(&plan, bytes);
        told.frames = frames;
        if self.most_bytes.is_some_and(|most| bytes > most) {
            told.notes
                .push("the disk is full: there was no room to try smaller versions".to_owned());
        }
        if rest {
            told.notes.push(format!(
                "the disk is full: {frames} of {} frames are in the GIF, the others are pictures in {}",
                plan.frames(),
                self.store.folder.display()
            ));
            self.store.keep = true;
        }
        Ok(told)
    }

    fn told(&self, plan: &Plan, bytes: u64) -> Finished {
        let mut notes = Vec::new();
        if self.fps > FASTEST {
            notes.push(format!(
                "{} frames per second are too fast for viewers of GIF: it has {}",
                self.fps,
                decimal(f64::from(self.fps) / pictures_per_frame(self.fps) as f64)
            ));
        }
        let first = self.plan(ATTEMPTS[0]);
        let rate = f64::from(self.fps) / plan.step as f64;
        if plan.step > first.step {
            notes.push(format!(
                "to be smaller it has {} frames per second",
                decimal(rate)
            ));
        }
        if plan.size != first.size {
            notes.push(format!(
                "to be smaller it has {} × {} pixels",
                plan.size[0], plan.size[1]
            ));
        }
        if let Some(most) = self.most_bytes.filter(|most| bytes > *most) {
            notes.push(format!(
                "it has {bytes} bytes, more than the {most} asked for: a shorter film would fit"
            ));
        }
        if let Some([short, long]) = plan.uneven() {
            notes.push(format!(
                "GIF counts time in hundredths of a second: each frame lasts {short} or {long} of them, which makes {} frames per second on average",
                decimal(rate)
            ));
        }
        Finished {
            frames: plan.frames(),
            rate,
            bytes,
            notes,
        }
    }
}

/// What the size of a film goes with.
fn weight(plan: &Plan) -> f64 {
    f64::from(plan.size[0]) * f64::from(plan.size[1]) / plan.step as f64
}

/// Pictures that become one frame, so that viewers keep up.
pub(crate) fn pictures_per_frame(fps: u32) -> u64 {
    fps.div_ceil(FASTEST).max(1).into()
}

fn decimal(rate: f64) -> String {
    plain((10.0 * rate).round() / 10.0)
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

impl Sink for GifFilm {
    fn frame(&mut self, frame: &RgbaImage) -> Result<(), SessionError> {
        check_size(frame, self.size)?;
        self.store.push(frame).map_err(|e| {
            self.full |= is_full(&e);
            self.place.error(&e)
        })
    }

    fn bytes(&self) -> u64 {
        self.store.bytes
    }

    fn finish(mut self: Box<Self>, provenance: &Provenance) -> Result<Finished, SessionError> {
        if self.store.frames == 0 {
            return Ok(Finished::default()); // dropping it removes everything
        }
        self.finished = true;
        let written = self.write(&provenance.to_json());
        let done = written.and_then(|told| self.file.sync_all().map(|()| told));
        let told = done.map_err(|e| {
            self.store.keep = true;
            self.place.discard();
            SessionError::Disk {
                action: "write",
                path: self.place.path.clone(),
                reason: format!(
                    "{e}; its frames stay as pictures in {}",
                    self.store.folder.display()
                ),
                help: "make room, or choose another disk with `-o FILE`",
            }
        })?;
        self.place.finish()?;
        Ok(told)
    }
}

impl Drop for GifFilm {
    fn drop(&mut self) {
        if !self.finished {
            self.place.discard();
            self.store.keep = self.store.frames > 0;
        }
    }
}

/// Frames on the disk, as PNG.
struct Store {
    folder: PathBuf,
    frames: u64,
    bytes: u64,
    /// Whether they outlive this.
    keep: bool,
}

impl Store {
    fn new(folder: PathBuf) -> io::Result<Self> {
        // What a killed recording left behind; the name is locked.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            frames: 0,
            bytes: 0,
            keep: false,
        })
    }

    fn path(&self, frame: u64) -> PathBuf {
        self.folder.join(format!("frame_{:05}.png", frame + 1))
    }

    fn push(&mut self, frame: &RgbaImage) -> io::Result<()> {
        let mut bytes = Vec::new();
        let encoder =
            PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive);
        let (width, height) = frame.dimensions();
        encoder
            .write_image(frame.as_raw(), width, height, ExtendedColorType::Rgba8)
            .map_err(io::Error::other)?;
        write_whole(&self.path(self.frames), &bytes)?;
        self.frames += 1;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn read(&self, frame: u64) -> io::Result<RgbaImage> {
        let mut reader = image::ImageReader::open(self.path(frame))?;
        reader.no_limits();
        reader.set_format(image::ImageFormat::Png);
        Ok(reader.decode().map_err(io::Error::other)?.into_rgba8())
    }

    fn remove(&self, frame: u64) {
        // The last frame may stand for fewer pictures than the others.
        let _ = std::fs::remove_file(self.path(frame));
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if !self.keep {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}
