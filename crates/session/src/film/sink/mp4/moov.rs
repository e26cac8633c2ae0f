//! The tables of an MP4 file, and the texts that it carries.
//!
//! Texts are in `moov/udta/meta/ilst`, where players look for title (`©nam`), program (`©too`) and comment
//! (`©cmt`); the comment is the provenance as JSON.

use std::io;

use mp4_atom::{
    Any, Avc1, Avcc, AvccExt, Co64, Colr, Dinf, Dref, Encode, FourCC, Ftyp, Hdlr, Mdhd, Mdia, Meta,
    Minf, Moov, Mvhd, Stbl, Stsc, StscEntry, Stsd, Stss, Stsz, StszSamples, Stts, SttsEntry, Tkhd,
    Trak, Udta, Url, Visual, Vmhd,
};

use super::h264::Sample;
use crate::provenance::Provenance;

/// Ticks of the file's clock per frame: some players round times to whole ticks.
const TICKS: u32 = 512;

/// What the file says about itself.
#[derive(Debug, Clone)]
pub(in crate::film::sink) struct Texts {
    /// What it shows.
    pub(in crate::film::sink) title: String,
    /// What wrote it.
    pub(in crate::film::sink) program: String,
    /// Where it comes from.
    pub(in crate::film::sink) comment: String,
}

impl Texts {
    /// From the provenance: the title is the scenario's label, or else the model's id.
    pub(in crate::film::sink) fn new(provenance: &Provenance) -> Self {
        Self {
            title: label(&provenance.scenario).unwrap_or_else(|| provenance.model.clone()),
            program: format!("Warmfront {}", provenance.warmfront),
            comment: provenance.to_json(),
        }
    }
}

/// The label at the top of a scenario, which is a plain string of TOML.
fn label(toml: &str) -> Option<String> {
    let top = toml.lines().take_while(|l| !l.starts_with('['));
    let text = top
        .filter_map(|l| l.strip_prefix("label"))
        .find_map(|l| l.trim_start().strip_prefix('='))?
        .trim();
    if let Some(literal) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        return Some(literal.to_owned());
    }
    // A basic string on one line is a string of JSON, but for rare escapes.
    serde_json::from_str(text).ok()
}

/// What does not change while a file grows.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// Width and height of the frames, pixels.
    pub(super) size: [u32; 2],
    /// Frames per second.
    pub(super) fps: u32,
    /// Frames from keyframe to keyframe, which is also how many of them make a chunk.
    pub(super) key_interval: u32,
    /// Sequence and picture parameter set.
    pub(super) sets: Option<[Vec<u8>; 2]>,
    /// What the file says about itself.
    pub(super) texts: Texts,
}

/// Where the frames are.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    /// Bytes of each frame.
    sizes: Vec<u32>,
    /// Numbers of the keyframes, from 1.
    keys: Vec<u32>,
    /// Where each chunk begins, and the number of its first frame, from 0.
    chunks: Vec<(u64, u32)>,
}

impl Tables {
    /// Tables as long as those of a film of `frames` frames.
    pub(super) fn of_length(frames: u64, key_interval: u32) -> Self {
        let frames = usize::try_from(frames).unwrap_or(usize::MAX).min(1 << 26);
        let keys = frames.div_ceil(key_interval.max(1) as usize) + 1;
        Self {
            sizes: vec![1; frames],
            keys: vec![1; keys],
            chunks: (0..keys as u32).map(|i| (0, i)).collect(),
        }
    }

    /// Frames.
    pub(super) fn frames(&self) -> u64 {
        self.sizes.len() as u64
    }

    /// Adds a frame that begins at `offset`.
    pub(super) fn push(&mut self, offset: u64, sample: &Sample) {
        let number = self.sizes.len() as u32;
        if sample.key {
            self.keys.push(number + 1);
            self.chunks.push((offset, number));
        } else if self.chunks.is_empty() {
            self.chunks.push((offset, number));
        }
        self.sizes.push(sample.bytes.len() as u32);
    }

    /// Frames per chunk where this changes (`stsc`).
    fn lengths(&self) -> Vec<StscEntry> {
        let ends = self.chunks.iter().skip(1).map(|(_, first)| *first);
        let ends = ends.chain([self.sizes.len() as u32]);
        let mut entries: Vec<StscEntry> = Vec::new();
        for (i, ((_, first), end)) in self.chunks.iter().zip(ends).enumerate() {
            let samples_per_chunk = end.saturating_sub(*first);
            if entries
                .last()
                .is_none_or(|e| e.samples_per_chunk != samples_per_chunk)
            {
                entries.push(StscEntry {
                    first_chunk: i as u32 + 1,
                    samples_per_chunk,
                    sample_description_index: 1,
                });
            }
        }
        entries
    }
}

/// The first box of the file.
///
/// # Errors
/// None in practice.
pub(super) fn file_type() -> io::Result<Vec<u8>> {
    let brand = |b: &[u8; 4]| FourCC::new(b);
    encoded(&Ftyp {
        major_brand: brand(b"isom"),
        minor_version: 512,
        compatible_brands: [b"isom", b"iso2", b"avc1", b"mp41"].map(brand).to_vec(),
    })
}

/// All tables and texts.
///
/// # Errors
/// Sizes that the format cannot hold.
pub(super) fn moov(head: &Head, tables: &Tables) -> io::Result<Vec<u8>> {
    let timescale = head.fps * TICKS;
    let duration = tables.frames() * u64::from(TICKS);
    let side = |i: usize| u16::try_from(head.size[i]).map_err(io::Error::other);
    let (width, height) = (side(0)?, side(1)?);
    // Before the first frame only the length matters.
    let dummy = [vec![0; 64], vec![0; 16]];
    let [sps, pps] = head.sets.as_ref().unwrap_or(&dummy);
    let mut avcc = Avcc::new(sps, pps).map_err(io::Error::other)?;
    // Profile High says more than the ones before it.
    avcc.ext = (avcc.avc_profile_indication == 100).then(AvccExt::default);
    let sample_entry = Avc1 {
        visual: Visual {
            data_reference_index: 1,
            width,
            height,
            ..Visual::default()
        },
        avcc,
        // Primaries, transfer and matrix of BT.709 are number 1 each (ITU-T H.273).
        colr: Some(Colr::new(1, 1, 1, false).map_err(io::Error::other)?),
        ..Avc1::default()
    };
    let stbl = Stbl {
        stsd: Stsd {
            codecs: vec![sample_entry.into()],
        },
        stts: Stts {
            entries: vec![SttsEntry {
                sample_count: tables.sizes.len() as u32,
                sample_delta: TICKS,
            }],
        },
        stss: Some(Stss {
            entries: tables.keys.clone(),
        }),
        stsc: Stsc {
            entries: tables.lengths(),
        },
        stsz: Stsz {
            samples: StszSamples::Different {
                sizes: tables.sizes.clone(),
            },
        },
        co64: Some(Co64 {
            entries: tables.chunks.iter().map(|(offset, _)| *offset).collect(),
        }),
        ..Stbl::default()
    };
    encoded(&Moov {
        mvhd: Mvhd {
            timescale,
            duration,
            rate: 1.into(),
            volume: 1.into(),
            next_track_id: 2,
            ..Mvhd::default()
        },
        trak: vec![Trak {
            tkhd: Tkhd {
                track_id: 1,
                duration,
                enabled: true,
                in_movie: true,
                width: width.into(),
                height: height.into(),
                ..Tkhd::default()
            },
            mdia: Mdia {
                mdhd: Mdhd {
                    timescale,
                    duration,
                    language: "und".to_owned(),
                    ..Mdhd::default()
                },
                hdlr: Hdlr {
                    handler: FourCC::new(b"vide"),
                    name: "VideoHandler".to_owned(),
                },
                minf: Minf {
                    vmhd: Some(Vmhd::default()),
                    dinf: Dinf {
                        dref: Dref {
                            entries: vec![Url::default().into()],
                        },
                    },
                    stbl,
                    ..Minf::default()
                },
            },
            ..Trak::default()
        }],
        udta: Some(Udta {
            meta: Some(Meta {
                hdlr: Hdlr {
                    handler: FourCC::new(b"mdir"),
                    name: String::new(),
                },
                items: vec![Any::Unknown(FourCC::new(b"ilst"), texts(&head.texts))],
            }),
            ..Udta::default()
        }),
        ..Moov::default()
    })
}

/// Contents of `ilst`.
fn texts(texts: &Texts) -> Vec<u8> {
    let items = [
        (b"\xa9nam", &texts.title),
        (b"\xa9too", &texts.program),
        (b"\xa9cmt", &texts.comment),
    ];
    let mut bytes = Vec::new();
    for (kind, text) in items {
        let length = text.len() as u32;
        bytes.extend((length + 24).to_be_bytes());
        bytes.extend(kind);
        bytes.extend((length + 16).to_be_bytes());
        bytes.extend(b"data");
        // Type 1 is UTF-8; no language.
        bytes.extend([0, 0, 0, 1, 0, 0, 0, 0]);
        bytes.extend(text.as_bytes());
    }
    bytes
}

fn encoded(part: &impl Encode) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    part.encode(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_found() {
        let at = |toml| label(toml);
        assert_eq!(
            at("model = \"m\"\nlabel = \"A \\\"b\\\" µ\"\n[x]\n").as_deref(),
            Some("A \"b\" µ")
        );
        assert_eq!(at("label = 'plain'").as_deref(), Some("plain"));
        assert_eq!(at("[x]\nlabel = \"not this\""), None);
        assert_eq!(at("labels = \"not this\""), None);
        assert_eq!(at("label = \"\"\""), None);
        let library = warmfront_model::Library::embedded();
        let scenario = library.scenario("inflamed").expect("it is valid");
        assert_eq!(at(&scenario.to_toml()), Some(scenario.label.clone()));
    }

    #[test]
    fn chunks_of_equal_length_are_one_entry() {
        let mut tables = Tables::default();
        for i in 0..10u64 {
            let sample = Sample {
                bytes: vec![0; 3],
                key: i % 4 == 0,
            };
            tables.push(100 + 3 * i, &sample);
        }
        let lengths: Vec<_> = tables
            .lengths()
            .iter()
            .map(|e| (e.first_chunk, e.samples_per_chunk))
            .collect();
        assert_eq!(lengths, [(1, 4), (3, 2)]);
        assert_eq!(tables.chunks, [(100, 0), (112, 4), (124, 8)]);
        assert_eq!(tables.keys, [1, 5, 9]);
    }
}
