//! Whole files, and files that were cut off.

use std::io::{Cursor, Read as _};

use image::{Rgba, RgbaImage};
use mp4_atom::{Moov, ReadFrom as _};
use openh264::decoder::Decoder;

use super::container::Mp4;
use super::h264::{H264, Sample};
use super::moov::{Head, Texts};
use super::read::provenance_of;
use crate::film::sink::open;
use crate::film::sink::tests::{Disk, Tested, picture, provenance, target};
use crate::film::spec::Format;

/// Top-level boxes with where their bodies begin, and their sizes with headers.
fn boxes(file: &[u8]) -> Vec<(String, usize, usize)> {
    let (mut at, mut all) = (0, Vec::new());
    while at + 8 <= file.len() {
        let word = |i: usize| {
            u32::from_be_bytes([file[i], file[i + 1], file[i + 2], file[i + 3]]) as usize
        };
        let kind = String::from_utf8_lossy(&file[at + 4..at + 8]).into_owned();
        let (head, size) = match word(at) {
            0 => (8, file.len() - at),
            1 => (16, word(at + 12)),
            n => (8, n),
        };
        all.push((kind, at + head, size));
        at += size;
    }
    all
}

fn moov(file: &[u8]) -> Moov {
    let (_, body, size) = boxes(file)
        .into_iter()
        .find(|b| b.0 == "moov")
        .expect("tables");
    Moov::read_from(&mut &file[body - 8..body - 8 + size]).expect("they are whole")
}

/// The frames of a file, decoded by way of its tables.
fn frames(file: &[u8]) -> Vec<RgbaImage> {
    let moov = moov(file);
    let stbl = &moov.trak[0].mdia.minf.stbl;
    let mp4_atom::Codec::Avc1(avc1) = &stbl.stsd.codecs[0] else {
        panic!("not H.264");
    };
    let mp4_atom::StszSamples::Different { sizes } = &stbl.stsz.samples else {
        panic!("sizes of all frames");
    };
    let chunks = &stbl.co64.as_ref().expect("chunks").entries;
    let mut stream: Vec<u8> = Vec::new();
    for set in avc1
        .avcc
        .sequence_parameter_sets
        .iter()
        .chain(&avc1.avcc.picture_parameter_sets)
    {
        stream.extend([0, 0, 0, 1]);
        stream.extend(set);
    }
    let mut decoder = Decoder::new().expect("a decoder");
    let (mut all, mut sizes) = (Vec::new(), sizes.iter());
    for (i, chunk) in chunks.iter().enumerate() {
        let mut entries = stbl.stsc.entries.iter();
        let entry = entries.rfind(|e| e.first_chunk as usize <= i + 1);
        let mut at = *chunk as usize;
        for _ in 0..entry.expect("a length").samples_per_chunk {
            let end = at + *sizes.next().expect("a size") as usize;
            while at < end {
                let length =
                    u32::from_be_bytes(file[at..at + 4].try_into().expect("four")) as usize;
                stream.extend([0, 0, 0, 1]);
                stream.extend(&file[at + 4..at + 4 + length]);
                at += 4 + length;
            }
            let yuv = decoder.decode(&stream).expect("H.264").expect("a frame");
            stream.clear();
            all.push(rgb(&yuv));
        }
    }
    assert_eq!(sizes.next(), None);
    all
}

/// BT.709 backwards.
fn rgb(yuv: &openh264::decoder::DecodedYUV) -> RgbaImage {
    use openh264::formats::YUVSource as _;
    let (width, height) = yuv.dimensions();
    let (sy, su, sv) = yuv.strides();
    RgbaImage::from_fn(width as u32, height as u32, |x, y| {
        let (x, y) = (x as usize, y as usize);
        let luma = (f64::from(yuv.y()[y * sy + x]) - 16.0) / 219.0;
        let blue = (f64::from(yuv.u()[y / 2 * su + x / 2]) - 128.0) / 224.0 * 1.8556;
        let red = (f64::from(yuv.v()[y / 2 * sv + x / 2]) - 128.0) / 224.0 * 1.5748;
        let (r, b) = (luma + red, luma + blue);
        let g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152;
        let [r, g, b] = [r, g, b].map(|c| (255.0 * c).round().clamp(0.0, 255.0) as u8);
        Rgba([r, g, b, 255])
    })
}

/// Mean difference of all channels, levels.
fn difference(a: &RgbaImage, b: &RgbaImage) -> f64 {
    let pairs = a.as_raw().iter().zip(b.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}

fn film(
    path: &std::path::Path,
    frames: u64,
    planned: u64,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let told = provenance();
    let mut sink = open(&target(path, Format::Mp4), [160, 96], 10, planned, &told)?;
    for i in 0..frames {
        sink.frame(&picture(i, [160, 96]))?;
    }
    let finished = sink.finish(&told)?;
    let mut file = Vec::new();
    std::fs::File::open(path)?.read_to_end(&mut file)?;
    assert_eq!(
        (finished.frames, finished.bytes),
        (frames, file.len() as u64)
    );
    assert_eq!(finished.notes, Vec::<String>::new());
    Ok(file)
}

#[test]
fn a_film_is_what_went_in() -> Tested {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("a.mp4");
    let file = film(&path, 45, 45)?;
    let kinds: Vec<String> = boxes(&file).into_iter().map(|b| b.0).collect();
    assert_eq!(kinds, ["ftyp", "moov", "free", "mdat"]);
    assert_eq!(file[8..12], *b"isom");
    let tables = moov(&file);
    assert_eq!(tables.mvhd.duration, 45 * 512);
    assert_eq!(tables.mvhd.timescale, 10 * 512);
    let stbl = &tables.trak[0].mdia.minf.stbl;
    assert_eq!(stbl.stss.as_ref().expect("keyframes").entries, [1, 21, 41]);
    let mp4_atom::Codec::Avc1(avc1) = &stbl.stsd.codecs[0] else {
        panic!("not H.264");
    };
    assert_eq!(avc1.colr, Some(mp4_atom::Colr::new(1, 1, 1, false)?));
    assert_eq!((avc1.visual.width, avc1.visual.height), (160, 96));
    assert_eq!(avc1.avcc.avc_profile_indication, 100);
    let back = frames(&file);
    assert_eq!(back.len(), 45);
    for (i, frame) in back.iter().enumerate() {
        let away = difference(frame, &picture(i as u64, [160, 96]));
        assert!(away < 2.0, "frame {i}: {away}");
    }
    assert_eq!(provenance_of(&path)?, Some(provenance()));
    let again = dir.path().join("b.mp4");
    assert!(film(&again, 45, 45)? == file, "two films differ");
    Ok(())
}

#[test]
fn more_frames_than_planned() -> Tested {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("a.mp4");
    // So many that their table does not fit into the reserve.
    let told = Texts::new(&provenance());
    let head = Head {
        size: [16, 16],
        fps: 10,
        key_interval: 20,
        sets: Some([vec![0x67, 100, 0, 10], vec![0x68]]),
        texts: told.clone(),
    };
    let disk = std::fs::File::create(&path)?;
    let mut mp4 = Mp4::new(disk, head, 2)?;
    for i in 0..20_000u64 {
        mp4.push(&Sample {
            bytes: vec![i as u8; 5],
            key: i % 20 == 0,
        })?;
    }
    let length = mp4.finish(told)?;
    let file = std::fs::read(&path)?;
    assert_eq!(length, file.len() as u64);
    let kinds: Vec<String> = boxes(&file).into_iter().map(|b| b.0).collect();
    assert_eq!(kinds, ["ftyp", "free", "mdat", "moov"]);
    let mp4_atom::StszSamples::Different { sizes } =
        &moov(&file).trak[0].mdia.minf.stbl.stsz.samples
    else {
        panic!("sizes of all frames");
    };
    assert_eq!(sizes.len(), 20_000);
    assert_eq!(provenance_of(&path)?, Some(provenance()));
    Ok(())
}

#[test]
fn a_full_disk_leaves_what_fits() -> Tested {
    let size = [160, 96];
    let mut encoder = H264::new(size, 10, 20)?;
    let samples = (0..20)
        .map(|i| encoder.encode(&picture(i, size)))
        .collect::<Result<Vec<_>, _>>()?;
    let texts = Texts::new(&provenance());
    let head = Head {
        size,
        fps: 10,
        key_interval: 20,
        sets: encoder.parameter_sets().cloned(),
        texts: texts.clone(),
    };
    let room: usize = samples.iter().map(|s| s.bytes.len()).sum::<usize>() * 2 / 3;
    let disk = |room| Disk {
        bytes: Cursor::new(Vec::new()),
        room,
    };
    let start = Mp4::new(disk(1 << 30), head.clone(), 20)?.length() as usize;
    let mut mp4 = Mp4::new(disk(start + room), head, 20)?;
    let mut written = 0;
    for sample in &samples {
        if mp4.push(sample).is_err() {
            break;
        }
        written += 1;
    }
    assert!((5..19).contains(&written), "{written}");
    // A kill leaves the version of the tables that was written last.
    let killed = mp4.storage().bytes.get_ref().clone();
    assert!(!frames(&killed).is_empty());
    let length = mp4.finish(texts)?;
    let file = mp4.storage().bytes.get_ref().clone();
    assert_eq!(length, file.len() as u64);
    assert_eq!(frames(&file).len(), written);
    Ok(())
}

#[test]
fn odd_and_large_sizes() -> Tested {
    let dir = tempfile::tempdir()?;
    let told = provenance();
    let path = dir.path().join("odd.mp4");
    let mut sink = open(&target(&path, Format::Mp4), [33, 17], 25, 1, &told)?;
    sink.frame(&picture(0, [33, 17]))?;
    assert!(sink.frame(&picture(0, [34, 18])).is_err());
    let notes = sink.finish(&told)?.notes.concat();
    assert!(notes.contains("34 × 18"), "{notes}");
    assert_eq!(frames(&std::fs::read(&path)?)[0].dimensions(), (34, 18));
    for size in [[3840, 2160], [2160, 3840]] {
        let path = dir.path().join("large.mp4");
        let mut sink = open(&target(&path, Format::Mp4), size, 60, 1, &told)?;
        sink.frame(&RgbaImage::from_pixel(
            size[0],
            size[1],
            Rgba([9, 9, 9, 255]),
        ))?;
        drop(sink);
        assert!(dir.path().join(".large.mp4.partial").exists());
    }
    for size in [[3841, 2160], [2161, 2161], [15, 100], [0, 5]] {
        let refused = open(
            &target(&path.with_file_name("x.mp4"), Format::Mp4),
            size,
            25,
            1,
            &told,
        );
        let refused = refused.err().expect("too large").to_string();
        assert!(refused.contains("help:"), "{refused}");
    }
    Ok(())
}

#[test]
fn a_dropped_film_plays_and_an_empty_one_is_gone() -> Tested {
    let dir = tempfile::tempdir()?;
    let told = provenance();
    let path = dir.path().join("a.mp4");
    drop(open(&target(&path, Format::Mp4), [64, 64], 25, 9, &told)?);
    let sink = open(&target(&path, Format::Mp4), [64, 64], 25, 9, &told)?;
    assert_eq!(sink.finish(&told)?, crate::film::sink::Finished::default());
    assert_eq!(std::fs::read_dir(dir.path())?.count(), 0);
    let mut sink = open(&target(&path, Format::Mp4), [64, 64], 25, 9, &told)?;
    for i in 0..3 {
        sink.frame(&picture(i, [64, 64]))?;
    }
    drop(sink);
    let partial = dir.path().join(".a.mp4.partial");
    assert_eq!(frames(&std::fs::read(&partial)?).len(), 3);
    assert_eq!(provenance_of(&partial)?, Some(told));
    Ok(())
}
