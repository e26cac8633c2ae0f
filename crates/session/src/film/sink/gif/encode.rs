//! Pictures become a GIF: only what changes, with delays that add up.
//!
//! # Theory
//! A GIF counts time in hundredths of a second. A frame lasts from the rounded time of its own beginning to
//! that of the next one, so no error ever exceeds half a hundredth. (GIF89a, CompuServe 1990.)
//!
//! # Practice
//! Every frame after the first is the smallest rectangle that holds all changes; pixels in it that stay are
//! transparent. A pixel stays as long as its colour is within [`TOLERANCE`] levels of the one that it was
//! shown for.

use std::borrow::Cow;
use std::io::{self, SeekFrom};

use gif::{AnyExtension, DisposalMethod, Encoder, Extension, Frame, Repeat};
use image::RgbaImage;
use image::imageops::{FilterType, resize};

use super::palette::Palette;
use crate::film::sink::mp4::Storage;

/// Levels by which a colour may drift before it is drawn anew; invisible.
const TOLERANCE: u8 = 2;
/// Last byte of a file.
const TRAILER: u8 = 0x3b;

/// Which pictures become frames, and how large.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// Width and height, pixels.
    pub(super) size: [u16; 2],
    /// Pictures per second.
    pub(super) fps: u32,
    /// Pictures in all.
    pub(super) pictures: u64,
    /// Every how many pictures there is a frame.
    pub(super) step: u64,
}

impl Plan {
    /// Frames that it makes.
    pub(super) fn frames(&self) -> u64 {
        self.pictures.div_ceil(self.step)
    }

    /// When a picture begins, in hundredths of a second.
    fn begin(&self, picture: u64) -> u64 {
        let fps = u64::from(self.fps);
        (200 * picture + fps) / (2 * fps)
    }

    /// The two lengths of its frames in hundredths of a second, where they cannot all have the same.
    pub(super) fn uneven(&self) -> Option<[u64; 2]> {
        let (hundredths, fps) = (100 * self.step, u64::from(self.fps));
        let short = hundredths / fps;
        (hundredths % fps != 0 && self.frames() > 1).then_some([short, short + 1])
    }

    /// How long a frame lasts, in hundredths of a second.
    pub(super) fn delay(&self, frame: u64) -> u16 {
        let start = frame * self.step;
        let end = (start + self.step).min(self.pictures);
        u16::try_from(self.begin(end) - self.begin(start)).unwrap_or(u16::MAX)
    }
}

/// What became of an attempt.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A file of so many bytes.
    Whole(u64),
    /// Given up: it would have had about so many bytes.
    TooLarge(u64),
    /// The file ends early, after so many bytes and frames; it is playable.
    Short(u64, u64),
}

/// Writes a GIF from the beginning of `storage`. `picture` gives the pictures by number, `done` is told when
/// one is written. At `limit` bytes it gives up.
///
/// # Errors
/// Those of `picture`, and of the storage before there is a frame.
pub(super) fn encode(
    storage: &mut dyn Storage,
    plan: &Plan,
    palette: &mut Palette,
    comment: &str,
    limit: Option<u64>,
    picture: &mut dyn FnMut(u64) -> io::Result<RgbaImage>,
    done: &mut dyn FnMut(u64),
) -> io::Result<Outcome> {
    let [width, height] = plan.size;
    let mut encoder =
        Encoder::new(Vec::new(), width, height, &palette.bytes()).map_err(io::Error::other)?;
    encoder
        .set_repeat(Repeat::Infinite)
        .map_err(io::Error::other)?;
    encoder
        .write_raw_extension(
            AnyExtension(Extension::Comment as u8),
            &[comment.as_bytes()],
        )
        .map_err(io::Error::other)?;
    storage.cut(0)?;
    storage.seek(SeekFrom::Start(0))?;
    let mut bytes = 0u64;
    let mut canvas = Canvas::new(plan.size);
    for number in 0..plan.frames() {
        let mut shown = picture(number * plan.step)?;
        if shown.dimensions() != (width.into(), height.into()) {
            shown = resize(&shown, width.into(), height.into(), FilterType::Triangle);
        }
        let mut frame = canvas.change(&shown, palette, number == 0);
        frame.delay = plan.delay(number);
        encoder.write_frame(&frame).map_err(io::Error::other)?;
        let part = std::mem::take(encoder.get_mut());
        if let Err(e) = storage.write_all(&part) {
            if number == 0 {
                return Err(e);
            }
            // What was written in part gives room for the last byte.
            storage.cut(bytes)?;
            storage.seek(SeekFrom::Start(bytes))?;
            storage.write_all(&[TRAILER])?;
            return Ok(Outcome::Short(bytes + 1, number));
        }
        bytes += part.len() as u64;
        done(number);
        if limit.is_some_and(|most| bytes >= most) {
            return Ok(Outcome::TooLarge(bytes * plan.frames() / (number + 1)));
        }
    }
    storage.write_all(&[TRAILER])?;
    storage.flush()?;
    Ok(Outcome::Whole(bytes + 1))
}

/// What a viewer shows.
struct Canvas {
    width: usize,
    height: usize,
    /// Places in the palette.
    shown: Vec<u8>,
    /// The colours that they were chosen for.
    meant: Vec<[u8; 3]>,
    next: Vec<u8>,
}

/// The place in the palette that says "as before".
const SAME: u8 = 255;

impl Canvas {
    fn new([width, height]: [u16; 2]) -> Self {
        let (width, height) = (usize::from(width), usize::from(height));
        Self {
            width,
            height,
            shown: vec![SAME; width * height],
            meant: vec![[0; 3]; width * height],
            next: vec![SAME; width * height],
        }
    }

    /// The frame that turns what is shown into `picture`.
    fn change(
        &mut self,
        picture: &RgbaImage,
        palette: &mut Palette,
        whole: bool,
    ) -> Frame<'static> {
        let (mut left, mut right, mut top, mut bottom) = (self.width, 0, self.height, 0);
        for (y, row) in picture.as_raw().chunks_exact(4 * self.width).enumerate() {
            for (x, pixel) in row.chunks_exact(4).enumerate() {
                let i = y * self.width + x;
                let colour = [pixel[0], pixel[1], pixel[2]];
                self.next[i] = SAME;
                let meant = self.meant[i];
                let near = |c: usize| colour[c].abs_diff(meant[c]) <= TOLERANCE;
                if !whole && near(0) && near(1) && near(2) {
                    continue;
                }
                self.meant[i] = colour;
                let index = palette.index(colour, x, y);
                if whole || self.shown[i] != index {
                    self.next[i] = index;
                    self.shown[i] = index;
                    left = left.min(x);
                    right = right.max(x + 1);
                    top = top.min(y);
                    bottom = bottom.max(y + 1);
                }
            }
        }
        if right == 0 {
            // Nothing changed: a frame has at least one pixel.
            (left, right, top, bottom) = (0, 1, 0, 1);
        }
        let rows = self.next.chunks_exact(self.width).take(bottom).skip(top);
        let buffer: Vec<u8> = rows
            .flat_map(|row| row[left..right].iter().copied())
            .collect();
        Frame {
            left: left as u16,
            top: top as u16,
            width: (right - left) as u16,
            height: (bottom - top) as u16,
            dispose: DisposalMethod::Keep,
            transparent: (!whole).then_some(SAME),
            buffer: Cow::Owned(buffer),
            ..Frame::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::film::sink::gif::palette::Histogram;
    use crate::film::sink::tests::{Disk, Tested, picture};

    #[test]
    fn delays_add_up() {
        for (fps, step, pictures, first) in [
            (25, 1, 100, 4),
            (50, 1, 75, 2),
            (30, 1, 100, 3),
            (24, 1, 48, 4),
            (60, 2, 61, 3),
            (120, 3, 100, 3),
            (1, 1, 3, 100),
        ] {
            let plan = Plan {
                size: [1, 1],
                fps,
                pictures,
                step,
            };
            let delays: Vec<u64> = (0..plan.frames()).map(|f| plan.delay(f).into()).collect();
            let seconds = pictures as f64 / f64::from(fps);
            assert!((delays.iter().sum::<u64>() as f64 - 100.0 * seconds).abs() <= 0.5);
            assert_eq!(delays[0], first, "{fps}");
            assert!(pictures % step != 0 || delays.iter().all(|d| *d >= 2));
        }
    }

    #[test]
    fn a_full_disk_ends_the_film_early() -> Tested {
        let size = [90, 60];
        let mut histogram = Histogram::new();
        histogram.add(&picture(0, size));
        let mut palette = histogram.palette();
        let plan = Plan {
            size: size.map(|s| s as u16),
            fps: 25,
            pictures: 12,
            step: 1,
        };
        let mut attempt = |room: usize, limit| {
            let mut disk = Disk {
                bytes: Cursor::new(Vec::new()),
                room,
            };
            let mut read = |i| Ok(picture(i, size));
            let mut done = Vec::new();
            let outcome = encode(
                &mut disk,
                &plan,
                &mut palette,
                "{}",
                limit,
                &mut read,
                &mut |f| done.push(f),
            );
            (outcome, disk.bytes.into_inner(), done.len())
        };
        let (Ok(Outcome::Whole(all)), file, 12) = attempt(1 << 30, None) else {
            panic!("there is room");
        };
        assert_eq!(file.len() as u64, all);
        let (outcome, file, written) = attempt(all as usize / 2, None);
        let Ok(Outcome::Short(bytes, frames)) = outcome else {
            panic!("there is no room: {outcome:?}");
        };
        assert_eq!((bytes, frames), (file.len() as u64, written as u64));
        assert!((2..12).contains(&frames), "{frames}");
        let mut decoder = gif::DecodeOptions::new().read_info(file.as_slice())?;
        let mut read = 0;
        while decoder.read_next_frame()?.is_some() {
            read += 1;
        }
        assert_eq!(read, frames);
        let (outcome, _, _) = attempt(1 << 30, Some(all / 3));
        let Ok(Outcome::TooLarge(expected)) = outcome else {
            panic!("it is too large: {outcome:?}");
        };
        assert!(
            (all / 2..all * 2).contains(&expected),
            "{expected} of {all}"
        );
        assert!(attempt(20, None).0.is_err(), "no room for one frame");
        Ok(())
    }
}
