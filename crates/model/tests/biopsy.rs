//! The example image of the scenario `biopsy`: made here, from shapes, and compared with the file.
//!
//! # Theory
//! A made-up section with the four channels that a stain would give: tumour nests, CD8, collagen and
//! vessels, one page each, 8 bits, 128 × 128 pixels of 15 µm. It is no patient's.
//!
//! # Practice
//! `WARMFRONT_WRITE_BIOPSY=1 cargo test -p warmfront-model biopsy` writes the file anew.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use tiff::encoder::{Compression, DeflateLevel, TiffEncoder, colortype::Gray8};
use warmfront_model::{Library, Model, Scenario, Source};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const EDGE: usize = 128;

/// Channels, in the order of the pages.
const CHANNELS: [&str; 4] = ["tumour", "cd8", "collagen", "vessels"];

/// What each page shows; 1 is full brightness.
const SHAPES: &str = r#"label = "Section"
seed = 11
[grid]
cells = [128, 128]
spacing = 15.0
[time]
duration = 1.0

[initial.tumour]
clip = [0.0, 1.0]
shapes = [
  { shape = "disc", amplitude = 0.95, radius = 0.075, edge = 9.0, centre = [0.46, 0.53], outline = { roughness = 0.22, scale = 60.0, fingers = 6, finger_length = 110.0, finger_width = 22.0, seed = 1 } },
  { shape = "nests", amplitude = 0.9, radius = 0.075, centre = [0.46, 0.53], count = 22, size = [22.0, 68.0], edge = 9.0, reach = [80.0, 420.0], outline = { roughness = 0.2, scale = 60.0, seed = 1 } },
]

[initial.cd8]
constant = 0.04
clip = [0.0, 1.0]
shapes = [
  { shape = "nests", amplitude = 0.7, radius = 0.1, count = 40, size = [8.0, 22.0], edge = 8.0, reach = [-100.0, 620.0] },
  { shape = "gaussian", amplitude = 0.55, centre = [0.72, 0.31], sigma = 75.0 },
]

[initial.collagen]
constant = 0.25
clip = [0.0, 1.0]
shapes = [
  { shape = "fibres", amplitude = 0.6, radius = 0.2, centre = [0.46, 0.53], width = 45.0, count = 120, length = 240.0, thickness = 22.0, waviness = 0.05, tilt = 0.3, gaps = 4, gap = 170.0 },
  { shape = "fibres", amplitude = 0.4, radius = 0.42, centre = [0.5, 0.5], width = 130.0, count = 90, length = 420.0, thickness = 24.0, waviness = 0.06, tilt = 0.2, outline = { seed = 5 } },
]

[initial.vessels]
clip = [0.0, 1.0]
shapes = [
  { shape = "capillaries", amplitude = 0.2, spacing = 130.0, calibre = 22.0, feeders = 3, widest = 2.4, loops = 0.35, tortuosity = 0.08, core = 0.5, core_radius = 0.16, core_edge = 60.0, core_tortuosity = 0.22, core_calibre = 1.3, core_blind = 0.3 },
]
"#;

/// The four pages, 0..255.
fn pages() -> Result<Vec<Vec<u8>>> {
    let field = |id: &&str| {
        format!(
            "[[field]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"1\"\nkind = \"static\"\nscale = 1.0\n\
             display = [0.0, 1.0]\ncolour = \"#000000\"\n"
        )
    };
    let model = "[model]\nid = \"toy\"\nlabel = \"Toy\"\ndescription = \"A section.\"\ntime_unit = \"day\"\n\
                 length_unit = \"um\"\ndefault_scenario = \"none\"\ntime_step = 1.0\n"
        .to_owned()
        + &CHANNELS.iter().map(field).collect::<String>();
    let model = Model::parse(
        Source::new("toy/model.toml", model),
        Source::new("toy/functions.wgsl", ""),
    )?;
    let scenario = Scenario::parse(
        Arc::new(model),
        "section",
        Source::new("section.toml", SHAPES),
    )?;
    let byte = |v: f32| (255.0 * v).round().clamp(0.0, 255.0) as u8;
    let maps = scenario.initial_fields()?.into_iter();
    Ok(maps
        .map(|m| m.unwrap_or_default().into_iter().map(byte).collect())
        .collect())
}

fn written(pages: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut file = Cursor::new(Vec::new());
    let deflate = Compression::Deflate(DeflateLevel::Best);
    let mut encoder = TiffEncoder::new(&mut file)?.with_compression(deflate);
    for page in pages {
        encoder.write_image::<Gray8>(EDGE as u32, EDGE as u32, page)?;
    }
    Ok(file.into_inner())
}

#[test]
fn the_section_is_made_from_its_shapes() -> Result<()> {
    let pages = pages()?;
    let bytes = written(&pages)?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../assets/models/tumour/scenarios/biopsy.tif");
    if std::env::var_os("WARMFRONT_WRITE_BIOPSY").is_some() {
        std::fs::write(&path, &bytes)?;
    }
    assert!(bytes.len() < 60 * 1024, "{} bytes", bytes.len());
    // The pixels, not the bytes: another version of the compression may pack them otherwise.
    let file = std::fs::read(&path)?;
    let mut decoder = tiff::decoder::Decoder::new(Cursor::new(&file))?;
    for (i, page) in pages.iter().enumerate() {
        if i > 0 {
            decoder.next_image()?;
        }
        let tiff::decoder::DecodingResult::U8(pixels) = decoder.read_image()? else {
            return Err("8 bits".into());
        };
        // Sines and exponentials of another machine may round otherwise.
        let differ = pixels
            .iter()
            .zip(page)
            .filter(|(a, b)| a.abs_diff(**b) > 1)
            .count();
        assert!(
            differ < 20,
            "page {i} differs at {differ} pixels: write the file anew"
        );
    }
    Ok(())
}

/// The scenario takes each channel from its page: its maps are the pages, scaled.
#[test]
fn the_scenario_reads_its_channels_from_the_pages() -> Result<()> {
    let scenario = Library::embedded().scenario("tumour/biopsy")?;
    let maps = scenario.initial_fields()?;
    let at = |id: &str| -> Result<&Vec<f32>> {
        let field = scenario.model.field(id)?;
        Ok(maps[field].as_ref().ok_or("given by the scenario")?)
    };
    let pages = pages()?;
    for (field, page) in [("stroma", 2), ("vessels", 3)] {
        let map = at(field)?;
        // The first row of an image is the upper edge of the tissue.
        let rows = pages[page].chunks(EDGE).rev();
        let pixels = rows.flatten().map(|v| f64::from(*v));
        let scale = f64::from(map.iter().sum::<f32>()) / pixels.clone().sum::<f64>();
        for (value, pixel) in map.iter().zip(pixels) {
            assert!((f64::from(*value) - scale * pixel).abs() < 0.02, "{field}");
        }
    }
    // `--small` resamples: the means stay.
    let small = scenario.clone().with(warmfront_model::Overrides {
        small: true,
        ..Default::default()
    })?;
    let mean = |m: &[f32]| f64::from(m.iter().sum::<f32>()) / m.len() as f64;
    let stroma = scenario.model.field("stroma")?;
    let of_small = small.initial_fields()?[stroma].clone().ok_or("a map")?;
    assert_eq!(of_small.len(), 64 * 64);
    assert!((mean(&of_small) / mean(at("stroma")?) - 1.0).abs() < 1e-3);
    Ok(())
}
