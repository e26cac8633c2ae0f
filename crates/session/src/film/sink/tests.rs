//! GIF and numbered pictures, and what the tests of all formats need.

use std::fs::File;
use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::path::Path;

use image::{Rgba, RgbaImage};

use super::mp4::Storage;
use super::{Finished, gif, open};
use crate::Provenance;
use crate::film::spec::{Encoder, Format, QUALITY, Target};

pub(super) type Tested = Result<(), Box<dyn std::error::Error>>;

/// A disk in memory with room for so many bytes.
pub(super) struct Disk {
    pub(super) bytes: Cursor<Vec<u8>>,
    pub(super) room: usize,
}

impl Write for Disk {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let free = self.room.saturating_sub(self.bytes.position() as usize);
        let n = part.len().min(free);
        if n == 0 && !part.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.write(&part[..n])
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Disk {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

impl Storage for Disk {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.bytes.get_mut().truncate(length as usize);
        Ok(())
    }
}

/// A provenance with a real scenario.
pub(super) fn provenance() -> Provenance {
    let library = warmfront_model::Library::embedded();
    let scenario = library.scenario("inflamed").expect("it is valid");
    Provenance::new(&scenario, &[0], "GPU µ", None)
}

/// A target with the defaults.
pub(super) fn target(path: &Path, format: Format) -> Target {
    Target {
        path: path.to_owned(),
        format,
        quality: QUALITY,
        encoder: Encoder::OpenH264,
        most_bytes: None,
        force: false,
    }
}

/// A picture like a composite: dark ground, soft clouds that move, a bright line of "text".
pub(super) fn picture(time: u64, size: [u32; 2]) -> RgbaImage {
    let t = time as f64;
    RgbaImage::from_fn(size[0], size[1], |x, y| {
        if (4..6).contains(&y) && x % 8 < 4 {
            return Rgba([230, 237, 243, 255]);
        }
        let (u, v) = (
            f64::from(x) / f64::from(size[0]),
            f64::from(y) / f64::from(size[1]),
        );
        let cloud = |cx: f64, cy: f64| (-20.0 * ((u - cx).powi(2) + (v - cy).powi(2))).exp();
        let a = cloud(0.3 + 0.004 * t, 0.5);
        let b = cloud(0.7, 0.6 - 0.003 * t);
        let level = |base: f64, p: f64, q: f64| (base + p * a + q * b).min(255.0) as u8;
        Rgba([
            level(11.0, 200.0, 20.0),
            level(14.0, 60.0, 190.0),
            level(20.0, 90.0, 150.0),
            255,
        ])
    })
}

/// All frames of a GIF as a viewer shows them, with their delays.
fn viewed(path: &Path) -> Result<Vec<(RgbaImage, u16)>, Box<dyn std::error::Error>> {
    let mut options = ::gif::DecodeOptions::new();
    options.set_color_output(::gif::ColorOutput::RGBA);
    let mut decoder = options.read_info(File::open(path)?)?;
    assert_eq!(decoder.repeat(), ::gif::Repeat::Infinite);
    let mut screen = RgbaImage::new(decoder.width().into(), decoder.height().into());
    let mut all = Vec::new();
    while let Some(frame) = decoder.read_next_frame()? {
        let part = RgbaImage::from_raw(
            frame.width.into(),
            frame.height.into(),
            frame.buffer.to_vec(),
        );
        for (x, y, pixel) in part
            .expect("whole")
            .enumerate_pixels()
            .filter(|(_, _, p)| p.0[3] > 0)
        {
            screen.put_pixel(x + u32::from(frame.left), y + u32::from(frame.top), *pixel);
        }
        all.push((screen.clone(), frame.delay));
    }
    Ok(all)
}

fn record(
    target: &Target,
    size: [u32; 2],
    fps: u32,
    frames: u64,
) -> Result<Finished, crate::SessionError> {
    let told = provenance();
    let mut sink = open(target, size, fps, frames, &told)?;
    for i in 0..frames {
        sink.frame(&picture(i, size))?;
    }
    sink.finish(&told)
}

#[test]
fn a_gif_is_what_went_in() -> Tested {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("a.gif");
    let size = [120, 80];
    let finished = record(&target(&path, Format::Gif), size, 30, 20)?;
    assert_eq!((finished.frames, finished.rate), (20, 30.0));
    assert_eq!(
        finished.notes,
        [
            "GIF counts time in hundredths of a second: each frame lasts 3 or 4 of them, which makes 30 frames per second on average"
        ]
    );
    assert_eq!(finished.bytes, std::fs::metadata(&path)?.len());
    let frames = viewed(&path)?;
    assert_eq!(frames.len(), 20);
    assert_eq!(frames.iter().map(|f| u32::from(f.1)).sum::<u32>(), 67);
    for (i, (frame, _)) in frames.iter().enumerate() {
        let meant = picture(i as u64, size);
        let pairs = frame.as_raw().iter().zip(meant.as_raw());
        let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = sum as f64 / frame.as_raw().len() as f64;
        assert!(mean < 3.0, "frame {i}: {mean}");
        assert_eq!(
            frame.get_pixel(8, 4),
            meant.get_pixel(8, 4),
            "text is exact"
        );
        assert_eq!(
            frame.get_pixel(0, 79),
            meant.get_pixel(0, 79),
            "the ground is exact"
        );
    }
    assert_eq!(gif::provenance_of(&path)?, Some(provenance()));
    assert_eq!(
        std::fs::read_dir(dir.path())?.count(),
        1,
        "nothing is left beside it"
    );
    let again = dir.path().join("b.gif");
    record(&target(&again, Format::Gif), size, 30, 20)?;
    assert!(
        std::fs::read(&again)? == std::fs::read(&path)?,
        "two films differ"
    );
    Ok(())
}

#[test]
fn a_gif_tells_the_rate_that_it_has() -> Tested {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("a.gif");
    let size = [64, 64];
    for (fps, rate, delays, notes) in [
        (60, 30.0, [3, 4], "it has 30"),
        (24, 24.0, [4, 5], "each frame lasts 4 or 5 of them"),
        (7, 7.0, [14, 15], "each frame lasts 14 or 15 of them"),
        (120, 40.0, [2, 3], "it has 40"),
        (25, 25.0, [4, 4], ""),
        (50, 50.0, [2, 2], ""),
        (100, 50.0, [2, 2], "it has 50"),
    ] {
        let mut target = target(&path, Format::Gif);
        target.force = true;
        let told = record(&target, size, fps, 2 * u64::from(fps))?;
        let frames = viewed(&path)?;
        assert_eq!(told.rate, rate, "{fps}");
        assert_eq!(told.frames, 2 * rate as u64, "{fps}");
        assert_eq!(frames.len() as u64, told.frames, "{fps}");
        let shown = |d: u16| frames.iter().any(|f| f.1 == d);
        assert!(frames.iter().all(|f| delays.contains(&f.1)), "{fps}");
        assert!(delays.into_iter().all(shown), "{fps}");
        let words = told.notes.concat();
        assert!(
            words.contains(notes) && words.is_empty() == notes.is_empty(),
            "{fps}: {words}"
        );
    }
    Ok(())
}

#[test]
fn a_gif_keeps_to_its_bound() -> Tested {
    let dir = tempfile::tempdir()?;
    let mut target = target(&dir.path().join("a.gif"), Format::Gif);
    let whole = record(&target, [200, 160], 60, 30)?;
    assert_eq!(whole.frames, 15);
    assert!(
        whole.notes.concat().contains("it has 30"),
        "{:?}",
        whole.notes
    );
    target.force = true;
    target.most_bytes = Some(whole.bytes * 6 / 10);
    let smaller = record(&target, [200, 160], 60, 30)?;
    assert!(smaller.bytes <= whole.bytes * 6 / 10, "{smaller:?}");
    assert!(
        smaller.notes.concat().contains("to be smaller"),
        "{:?}",
        smaller.notes
    );
    let frames = viewed(&target.path)?;
    assert_eq!(frames.iter().map(|f| u32::from(f.1)).sum::<u32>(), 50);
    target.most_bytes = Some(100);
    let smallest = record(&target, [200, 160], 60, 30)?;
    assert!(smallest.bytes < smaller.bytes);
    assert!(
        smallest
            .notes
            .concat()
            .contains("more than the 100 asked for"),
        "{:?}",
        smallest.notes
    );
    Ok(())
}

#[test]
fn a_dropped_gif_leaves_its_frames() -> Tested {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("a.gif");
    let told = provenance();
    drop(open(&target(&path, Format::Gif), [64, 64], 25, 9, &told)?);
    assert_eq!(std::fs::read_dir(dir.path())?.count(), 0);
    let mut sink = open(&target(&path, Format::Gif), [64, 64], 25, 9, &told)?;
    sink.frame(&picture(0, [64, 64]))?;
    drop(sink);
    let frame = dir.path().join(".a.gif.partial.frames/frame_00001.png");
    assert_eq!(image::open(frame)?.into_rgba8(), picture(0, [64, 64]));
    Ok(())
}

#[test]
fn garbled_gifs_are_no_reason_to_panic() -> Tested {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("a.gif");
    record(&target(&path, Format::Gif), [40, 30], 25, 3)?;
    let file = std::fs::read(&path)?;
    for round in 0..400usize {
        let mut garbled = file[..if round % 2 == 0 {
            round * 7919 % file.len()
        } else {
            file.len()
        }]
            .to_vec();
        for i in 0..round % 5 {
            if !garbled.is_empty() {
                let at = (round * 104_729 + i * 7) % garbled.len();
                garbled[at] = (round * 31 + i) as u8;
            }
        }
        std::fs::write(&path, &garbled)?;
        let _ = gif::provenance_of(&path);
    }
    Ok(())
}

#[test]
fn numbered_pictures() -> Tested {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("film");
    let target = target(&path, Format::Pngs);
    let finished = record(&target, [31, 21], 25, 3)?;
    assert_eq!(finished.frames, 3);
    let bytes = std::fs::read(path.join("frame_00003.png"))?;
    assert_eq!(
        image::load_from_memory(&bytes)?.into_rgba8(),
        picture(2, [31, 21])
    );
    let texts = warmfront_view::read_png_text(&bytes)?;
    let told = texts
        .iter()
        .find(|t| t.0 == crate::provenance::KEY)
        .expect("its origin");
    assert_eq!(Provenance::from_json(&told.1, &path)?, provenance());
    let index: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path.join("film.json"))?)?;
    assert_eq!(
        (index["fps"].as_u64(), index["frames"].as_u64()),
        (Some(25), Some(3))
    );
    assert_eq!(
        serde_json::from_value::<Provenance>(index["provenance"].clone())?,
        provenance()
    );
    let refused = record(&target, [31, 21], 25, 2)
        .expect_err("it is not empty")
        .to_string();
    assert!(refused.contains("--force"), "{refused}");
    std::fs::write(path.join("mine.txt"), "kept")?;
    let forced = Target {
        force: true,
        ..target
    };
    record(&forced, [31, 21], 25, 2)?;
    let mut names: Vec<_> = std::fs::read_dir(&path)?
        .map(|e| e.map(|e| e.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()?;
    names.sort();
    assert_eq!(
        names,
        [
            "film.json",
            "frame_00001.png",
            "frame_00002.png",
            "mine.txt"
        ]
    );
    assert_eq!(std::fs::read_dir(dir.path())?.count(), 1);
    Ok(())
}

#[test]
fn rates_and_names_are_checked_first() {
    let dir = tempfile::tempdir().expect("a folder");
    let told = provenance();
    for format in [Format::Mp4, Format::Gif, Format::Pngs] {
        for fps in [0, 121] {
            let refused = open(
                &target(&dir.path().join("x"), format),
                [64, 64],
                fps,
                1,
                &told,
            );
            assert!(
                refused
                    .err()
                    .expect("no such rate")
                    .to_string()
                    .contains("1 to 120")
            );
        }
        let missing = target(&dir.path().join("no/such/x"), format);
        assert!(open(&missing, [64, 64], 25, 1, &told).is_err());
    }
    let huge = open(
        &target(&dir.path().join("x.gif"), Format::Gif),
        [9000, 10],
        25,
        1,
        &told,
    );
    assert!(huge.err().expect("too large").to_string().contains("8192"));
    assert_eq!(std::fs::read_dir(dir.path()).expect("readable").count(), 0);
}
