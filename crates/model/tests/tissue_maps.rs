//! Maps that look like tissue: rough outlines, satellites, fibres, capillaries, one map off another,
//! and images of all kinds.

use std::io::Cursor;
use std::path::Path;

use crate::common::{has, parse_scenario};
use tiff::encoder::{TiffEncoder, colortype};
use warmfront_model::{Error, Library, Scenario};

fn scenario(cells: &str, seed: u32, maps: &str) -> Result<Scenario, Error> {
    parse_scenario(&format!(
        "label = \"Map\"\nseed = {seed}\n[grid]\ncells = {cells}\nspacing = 10.0\n[time]\nduration = 1\n{maps}\n"
    ))
}

fn maps(cells: &str, seed: u32, text: &str) -> Vec<Vec<f32>> {
    let maps = scenario(cells, seed, text).and_then(|s| {
        // What is written out again gives the same maps.
        let source = warmfront_model::Source::new("x", s.to_toml());
        let again = Scenario::parse(s.model.clone(), "base", source)?;
        assert_eq!(again.initial_fields()?, s.initial_fields()?);
        s.initial_fields()
    });
    let maps = maps.unwrap_or_else(|e| panic!("{text}: {e}"));
    maps.into_iter().map(Option::unwrap_or_default).collect()
}

fn mean(map: &[f32]) -> f64 {
    map.iter().map(|v| f64::from(*v)).sum::<f64>() / map.len() as f64
}

const ROUGH: &str = "outline = { roughness = 0.15, scale = 60.0, fingers = 5, finger_length = 90.0, finger_width = 15.0, seed = 7 }";

#[test]
fn fields_share_an_outline_and_seeds_change_it() {
    let disc = |amplitude: f64, outline: &str| {
        format!(
            "shapes = [{{ shape = \"disc\", amplitude = {amplitude}, radius = 0.2, edge = 5.0, {outline} }}]"
        )
    };
    let text = format!(
        "[initial.tumour]\n{}\n[initial.signal]\n{}\n[initial.vessels]\n{}",
        disc(1.0, ROUGH),
        disc(0.5, ROUGH),
        disc(1.0, &ROUGH.replace("seed = 7", "seed = 8"))
    );
    let [a, b, c] = <[_; 3]>::try_from(maps("[96, 96]", 1, &text)).expect("three fields");
    assert!(a.iter().zip(&b).all(|(a, b)| (a - 2.0 * b).abs() < 1e-6));
    assert_ne!(a, c);
    assert_ne!(a, maps("[96, 96]", 2, &text)[0]);
    // The outline stays where it is on a finer grid of the same domain.
    let fine = text.clone() + "\n";
    let fine = scenario("[96, 96]", 1, &fine)
        .and_then(|s| {
            s.with(warmfront_model::Overrides {
                grid: Some([192, 192, 1]),
                ..Default::default()
            })
        })
        .and_then(|s| s.initial_fields())
        .expect("right");
    let fine = fine[0].clone().expect("given");
    assert!((mean(&fine) / mean(&a) - 1.0).abs() < 0.01);
}

#[test]
fn satellites_are_small_discs_at_their_distance() {
    let text = "[initial.tumour]\nshapes = [{ shape = \"nests\", amplitude = 1.0, radius = 0.2, count = 1, size = [30.0, 30.0], edge = 2.0, reach = [150.0, 150.0] }]";
    let map = &maps("[128, 128]", 3, text)[0];
    // Area of a disc of radius 30, and its centre 256 + 150 from the middle.
    let total = f64::from(map.iter().sum::<f32>());
    assert!(
        (total * 100.0 / (std::f64::consts::PI * 900.0) - 1.0).abs() < 0.05,
        "{total}"
    );
    let mut at = [0.0; 2];
    for (c, v) in map.iter().enumerate() {
        at[0] += f64::from(*v) * ((c % 128) as f64 * 10.0 + 5.0 - 640.0) / total;
        at[1] += f64::from(*v) * ((c / 128) as f64 * 10.0 + 5.0 - 640.0) / total;
    }
    assert!((at[0].hypot(at[1]) - 406.0).abs() < 2.0, "{at:?}");
    let map = &maps("[64, 64, 64]", 3, &text.replace("150.0, 150.0", "0.0, 0.0"))[0];
    let volume = f64::from(map.iter().sum::<f32>()) * 1000.0;
    let wanted = 4.0 / 3.0 * std::f64::consts::PI * 27_000.0;
    assert!((volume / wanted - 1.0).abs() < 0.1, "{volume} of {wanted}");
}

#[test]
fn fibres_lie_on_the_capsule_and_leave_its_gaps_free() {
    let text = |gaps: u32| {
        format!(
            "[initial.tumour]\nshapes = [{{ shape = \"fibres\", amplitude = 0.8, radius = 0.25, width = 10.0, count = 200, length = 200.0, thickness = 20.0, gaps = {gaps}, gap = 300.0 }}]"
        )
    };
    for (cells, n) in [("[128, 128]", 128_usize), ("[48, 48, 48]", 48)] {
        let (closed, open) = (maps(cells, 2, &text(0)), maps(cells, 2, &text(2)));
        let middle = 5.0 * n as f64;
        for (c, v) in closed[0].iter().enumerate() {
            let at = |k: usize| (k as f64 + 0.5) * 10.0 - middle;
            let z = if n == 48 { at(c / (n * n)) } else { 0.0 };
            let r = (at(c % n).powi(2) + at(c / n % n).powi(2) + z * z).sqrt();
            assert!(
                *v <= 0.8 && (*v < 0.01 || (r - 0.5 * middle).abs() < 90.0),
                "{r} {v}"
            );
            assert!(open[0][c] <= v + 1e-6);
        }
        assert!(mean(&open[0]) < 0.9 * mean(&closed[0]));
    }
}

#[test]
fn capillaries_are_lines_with_mean_one_and_a_thin_core() {
    let text = |core: f64| {
        format!(
            "[initial.vessels]\nshapes = [{{ shape = \"capillaries\", amplitude = 1.0, spacing = 120.0, calibre = 20.0, feeders = 3, loops = 0.3, tortuosity = 0.06, core = {core}, core_radius = 0.25, core_edge = 10.0, core_tortuosity = 0.2, core_calibre = 1.0 }}]"
        )
    };
    for (cells, n) in [("[128, 128]", 128_usize), ("[40, 40, 40]", 40)] {
        let full = maps(cells, 6, &text(1.0)).swap_remove(2);
        assert!((mean(&full) - 1.0).abs() < 0.1, "{}", mean(&full));
        // Lines: most of the tissue is far below the mean, a little far above it.
        let share = |f: &dyn Fn(&f32) -> bool| {
            full.iter().filter(|v| f(v)).count() as f64 / full.len() as f64
        };
        let (bare, on) = (share(&|v| *v < 0.5), share(&|v| *v > 2.0));
        assert!(
            bare > 0.35 && (0.03..0.3).contains(&on),
            "{cells}: {bare} {on}"
        );
        let thin = maps(cells, 6, &text(0.3)).swap_remove(2);
        let inside = |m: &[f32]| {
            let cell = |i: usize, j: usize, k: usize| m[i + n * (j + n * k)];
            let (low, high) = (3 * n / 8, 5 * n / 8);
            let plane = if full.len() == n * n { 0 } else { n / 2 };
            let cells = (low..high).flat_map(|j| (low..high).map(move |i| (i, j)));
            cells
                .map(|(i, j)| f64::from(cell(i, j, plane)))
                .sum::<f64>()
        };
        let left = inside(&thin) / inside(&full);
        assert!(left < 0.65, "{left}");
        // Only outside the core, in the corner, nothing changes.
        assert!((thin[0] - full[0]).abs() < 1e-4);
    }
    let e = scenario(
        "[64, 64]",
        1,
        &text(1.0).replace("spacing = 120.0", "spacing = 1.0"),
    )
    .and_then(|s| s.initial_fields().map(|_| ()));
    has(
        &e.expect_err("too many").to_string(),
        &["junctions in this domain"],
    );
}

#[test]
fn one_map_is_cut_out_of_another() {
    let text = "[initial.tumour]\nconstant = 0.8\nnoise = 0.1\nclip = [0.0, 0.9]\nminus = \"signal\"\n\
                [initial.signal]\nclip = [0.0, 0.7]\nshapes = [{ shape = \"gaussian\", amplitude = 1.0, sigma = 60.0 }]";
    let found = maps("[32, 32]", 1, text);
    let whole = maps("[32, 32]", 1, &text.replace("minus = \"signal\"\n", ""));
    for ((s, r), c) in found[0].iter().zip(&found[1]).zip(&whole[0]) {
        assert!((s + r - c.max(*r)).abs() < 1e-6);
        assert!(s + r <= 0.9 + 1e-6);
    }
    let error = |text: &str| {
        let e = scenario("[16, 16]", 1, text).and_then(|s| s.initial_fields().map(|_| ()));
        e.expect_err("an impossible map").to_string()
    };
    has(
        &error("[initial.tumour]\nconstant = 1.0\nminus = \"signal\""),
        &["`minus` names `signal`, which has no start map"],
    );
    has(
        &error("[initial.tumour]\nconstant = 1.0\nminus = \"tumour\""),
        &["which is itself lowered by `minus`"],
    );
    has(
        &error("[initial.tumour]\nconstant = 1.0\nminus = \"signa\""),
        &["unknown field `signa`", "signal"],
    );
}

#[test]
fn wrong_numbers_of_shapes_are_refused() {
    let error = |shape: &str| {
        let text = format!("[initial.tumour]\nshapes = [{{ {shape} }}]");
        scenario("[16, 16]", 1, &text)
            .expect_err("wrong")
            .to_string()
    };
    let disc = "shape = \"disc\", amplitude = 1.0, radius = 0.2, edge = 5.0, outline =";
    has(
        &error(&format!("{disc} {{ roughness = 0.1 }}")),
        &["`scale` of its outline is 0"],
    );
    has(
        &error(&format!("{disc} {{ roughness = 2.0, scale = 9.0 }}")),
        &["`roughness`", "between 0 and 0.5"],
    );
    has(
        &error(&format!("{disc} {{ fingers = 3, finger_length = 9.0 }}")),
        &["`finger_width`"],
    );
    has(
        &error(
            "shape = \"nests\", amplitude = 1.0, radius = 0.1, count = 3, size = [9.0, 3.0], edge = 1.0, reach = [0.0, 9.0]",
        ),
        &["`size` is reversed"],
    );
    has(
        &error(
            "shape = \"capillaries\", amplitude = 1.0, spacing = 50.0, calibre = 9.0, loops = 2.0",
        ),
        &["shape `capillaries`: `loops` is 2, which is not between 0 and 1"],
    );
    has(
        &error(
            "shape = \"fibres\", amplitude = 1.0, radius = 0.2, width = 5.0, count = 9, length = 50.0, thickness = 0.0",
        ),
        &["shape `fibres`: `thickness` is 0"],
    );
}

// ---------------------------------------------------------------- images

fn read(dir: &Path, cells: &str, lines: &str) -> Result<Vec<f32>, Error> {
    let text = format!(
        "label = \"File\"\n[grid]\ncells = {cells}\nspacing = 1.0\n[time]\nduration = 1\n[initial.tumour]\n{lines}\n"
    );
    std::fs::write(dir.join("models/toy/scenarios/base.toml"), text).expect("writable");
    let s = Library::folder(dir).scenario("toy/base")?;
    s.initial_fields()?;
    let source = warmfront_model::Source::new("x", s.to_toml());
    let again = Scenario::parse(s.model.clone(), "base", source)?;
    assert_eq!(again.initial_fields()?, s.initial_fields()?);
    Ok(s.initial_fields()?.swap_remove(0).expect("given"))
}

fn folder(files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder for the test");
    let scenarios = dir.path().join("models/toy/scenarios");
    std::fs::create_dir_all(&scenarios).expect("writable");
    std::fs::write(
        dir.path().join("models/toy/model.toml"),
        crate::common::MODEL,
    )
    .expect("writable");
    for (name, bytes) in files {
        std::fs::write(scenarios.join(name), bytes).expect("writable");
    }
    dir
}

/// Pages of 8 × 9 pixels; the number of page p at pixel i is `value(p, i)`.
fn pages<C: colortype::ColorType>(
    count: usize,
    samples: usize,
    value: impl Fn(usize, usize) -> C::Inner,
) -> Vec<u8>
where
    [C::Inner]: tiff::encoder::TiffValue,
    C::Inner: Copy,
{
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).expect("memory");
    for page in 0..count {
        let data: Vec<C::Inner> = (0..72 * samples).map(|i| value(page, i)).collect();
        encoder.write_image::<C>(8, 9, &data).expect("memory");
    }
    file.into_inner()
}

/// A PNG of 8 × 9 pixels whose colours are numbers of a palette: black and red.
const PALETTE: &[u8] = b"\x89PNG\r\n\x1a\n\
    \0\0\0\x0dIHDR\0\0\0\x08\0\0\0\x09\x08\x03\0\0\0\x38\x8d\x9d\x1c\
    \0\0\0\x06PLTE\0\0\0\xff\0\0\x1b\xff\x8d\x22\
    \0\0\0\x0cIDAT\x78\xda\x63\x60\xa0\x32\0\0\0\x51\0\x01\x6c\x71\xb8\x0b\
    \0\0\0\0IEND\xae\x42\x60\x82";

#[test]
fn tiff_files_of_all_kinds_are_read() {
    let nan = |_, i| if i == 11 { f32::NAN } else { 0.0 };
    let dir = folder(&[
        ("grey8.tif", pages::<colortype::Gray8>(1, 1, |_, i| i as u8)),
        (
            "stack16.tif",
            pages::<colortype::Gray16>(3, 1, |p, i| (1000 * p + i) as u16),
        ),
        (
            "float.tif",
            pages::<colortype::Gray32Float>(1, 1, |_, i| 100.0 + i as f32),
        ),
        (
            "double.tif",
            pages::<colortype::Gray64Float>(1, 1, |_, i| 1e3 + i as f64),
        ),
        (
            "rgb16.tif",
            pages::<colortype::RGB16>(1, 3, |_, i| (100 * i) as u16),
        ),
        (
            "rgba8.tif",
            pages::<colortype::RGBA8>(1, 4, |_, i| (i % 256) as u8),
        ),
        ("nan.tif", pages::<colortype::Gray32Float>(1, 1, nan)),
        ("palette.png", PALETTE.to_vec()),
    ]);
    // The first row of an image is the upper edge of the tissue.
    let value = |lines: &str, pixel: usize| {
        let map = read(dir.path(), "[8, 9]", lines).unwrap_or_else(|e| panic!("{lines}: {e}"));
        f64::from(map[8 * (8 - pixel / 8) + pixel % 8])
    };
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-5 * b.max(1.0), "{a} {b}");
    near(value("image = \"grey8.tif\"", 40), 40.0 / 255.0);
    near(value("image = \"stack16.tif\"", 40), 40.0 / 65535.0);
    near(
        value("image = \"stack16.tif\"\nimage_page = 2", 40),
        2040.0 / 65535.0,
    );
    near(value("image = \"float.tif\"\nimage_scale = 0.5", 40), 70.0);
    near(value("image = \"double.tif\"", 40), 1040.0);
    near(
        value("image = \"rgb16.tif\"\nimage_channel = 1", 40),
        12_100.0 / 65535.0,
    );
    near(
        value("image = \"rgba8.tif\"\nimage_channel = 3", 40),
        163.0 / 255.0,
    );
    let error = |lines: &str| {
        read(dir.path(), "[8, 9]", lines)
            .expect_err(lines)
            .to_string()
    };
    has(
        &error("image = \"nan.tif\""),
        &["image nan.tif: the value at pixel [3, 1] of channel 0 is NaN"],
    );
    has(
        &error("image = \"stack16.tif\"\nimage_page = 3"),
        &["image stack16.tif: `image_page` 3 is not there: it has 3 pages"],
    );
    has(
        &error("image = \"grey8.tif\"\nimage_channel = 2"),
        &["`image_channel` is 2, but image grey8.tif has channel 0 only"],
    );
    has(
        &error("image = \"grey8.tif\"\nimage_channel = 4"),
        &["`image_channel` is 4", "`image_page`"],
    );
    has(
        &error("constant = 1.0\nimage_scale = 2.0"),
        &[
            "`image_scale` without an `image`",
            "name a PNG or TIFF file",
        ],
    );
    has(
        &error("image = \"grey8.tif\"\nimage_fit = \"fill\""),
        &["unknown image_fit `fill`", "exact, stretch"],
    );
    has(
        &error("constant = 1.0\nimage_fit = \"stretch\""),
        &["`image_fit` without an `image`"],
    );
    has(
        &error("image = \"palette.png\""),
        &[
            "image palette.png: its colours are numbers of a palette",
            "grey, RGB",
        ],
    );
}

#[test]
fn an_image_of_another_size_is_refused_or_stretched() {
    let dir = folder(&[(
        "grey.tif",
        pages::<colortype::Gray32Float>(1, 1, |_, i| (i % 8) as f32),
    )]);
    let image = "image = \"grey.tif\"";
    let stretch = "image = \"grey.tif\"\nimage_fit = \"stretch\"";
    let e = read(dir.path(), "[16, 18]", image)
        .expect_err("another size")
        .to_string();
    has(
        &e,
        &[
            "image grey.tif has 8 × 9 pixels, but the grid has 16 × 18 cells",
            "image_fit = \"stretch\"",
        ],
    );
    // Linear in x: bilinear values between the pixels are exact.
    let fine = read(dir.path(), "[16, 18]", stretch).expect("stretched");
    for i in 1..15 {
        assert!((f64::from(fine[16 * 7 + i]) - (i as f64 * 0.5 - 0.25)).abs() < 1e-5);
    }
    let e = read(dir.path(), "[16, 16]", stretch)
        .expect_err("another shape")
        .to_string();
    has(
        &e,
        &["sides as 0.889 : 1, but the domain's are as 1 : 1", "1 %"],
    );
    // Means over whole and halved pixels.
    let big = folder(&[("big.tif", {
        let mut file = Cursor::new(Vec::new());
        let data: Vec<f32> = (0..20 * 20).map(|i| (i % 20) as f32).collect();
        let mut encoder = TiffEncoder::new(&mut file).expect("memory");
        encoder
            .write_image::<colortype::Gray32Float>(20, 20, &data)
            .expect("memory");
        file.into_inner()
    })]);
    let small = read(
        big.path(),
        "[8, 8]",
        "image = \"big.tif\"\nimage_fit = \"stretch\"",
    )
    .expect("smaller");
    // The first cell covers pixels 0, 1 and half of 2: (0 + 1 + 0.5 · 2) / 2.5.
    assert!((small[0] - 0.8).abs() < 1e-6, "{}", small[0]);
    assert!((mean(&small) - 9.5).abs() < 1e-5);
}

/// A TIFF of `count` pages of `size` pixels of 16 bits with one more tag on each.
fn tagged<V: tiff::encoder::TiffValue>(
    [width, height]: [u32; 2],
    data: &[&[u16]],
    tag: tiff::tags::Tag,
    value: V,
) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut file).expect("memory");
    for data in data {
        let mut image = encoder
            .new_image::<colortype::Gray16>(width, height)
            .expect("memory");
        image.encoder().write_tag(tag, &value).expect("memory");
        image.write_data(data).expect("memory");
    }
    file.into_inner()
}

/// Brightness as a whole number of 16 bits, seen from above: the first row is the upper edge.
fn seen(map: &[f32], x: usize, y: usize) -> usize {
    (f64::from(map[8 * (8 - y) + x]) * 65535.0).round() as usize
}

#[test]
fn a_tiff_comes_out_as_its_orientation_wants_it_seen() {
    use tiff::tags::Tag;
    // Where the pixel (x, y) of the file is seen, by the definition of the tag in TIFF 6.0.
    let (w, h) = (8_usize, 9_usize);
    type Seen = fn(usize, usize) -> (usize, usize);
    let upright: [Seen; 4] = [
        |x, y| (x, y),
        |x, y| (7 - x, y),
        |x, y| (7 - x, 8 - y),
        |x, y| (x, 8 - y),
    ];
    // The file has 9 columns and 8 rows; its first row is the left or the right side.
    let lying: [Seen; 4] = [
        |x, y| (y, x),
        |x, y| (7 - y, x),
        |x, y| (7 - y, 8 - x),
        |x, y| (y, 8 - x),
    ];
    for (number, to) in (1_u16..).zip(upright.into_iter().chain(lying)) {
        let [columns, rows] = if number < 5 { [w, h] } else { [h, w] };
        let data: Vec<u16> = (0..72).map(|i| 60_000 - i).collect();
        let size = [columns as u32, rows as u32];
        let file = tagged(size, &[&data], Tag::Orientation, number);
        let dir = folder(&[("a.tif", file)]);
        let map = read(dir.path(), "[8, 9]", "image = \"a.tif\"").expect("an image");
        for y in 0..rows {
            for x in 0..columns {
                let (seen_x, seen_y) = to(x, y);
                let value = seen(&map, seen_x, seen_y);
                assert_eq!(value, 60_000 - (x + columns * y), "{number}: {x} {y}");
            }
        }
    }
    let file = tagged([8, 9], &[&[0; 72]], Tag::Orientation, 9_u16);
    let dir = folder(&[("a.tif", file)]);
    let e = read(dir.path(), "[8, 9]", "image = \"a.tif\"").expect_err("no such orientation");
    has(
        &e.to_string(),
        &["the TIFF tag Orientation is 9, but 1 to 8 are defined"],
    );
}

fn warnings(dir: &Path, lines: &str) -> String {
    read(dir, "[8, 9]", lines).unwrap_or_else(|e| panic!("{lines}: {e}"));
    let s = Library::folder(dir).scenario("toy/base").expect("right");
    s.warnings(&[0]).join("\n")
}

/// A stack as ImageJ writes it: pixels of all planes in one piece, one directory, a description.
fn imagej(planes: u16, promised: u16, compression: u32) -> Vec<u8> {
    let mut file = b"II*\0\0\0\0\0".to_vec();
    for p in 0..planes {
        file.extend((0..72).flat_map(|i| (20_000 * p + i).to_le_bytes()));
    }
    let about = format!("ImageJ=1.53\nimages={promised}\nslices={promised}\n\0");
    let text = file.len() as u32;
    file.extend(about.as_bytes());
    let directory = file.len() as u32;
    file[4..8].copy_from_slice(&directory.to_le_bytes());
    let entries: [[u32; 4]; 10] = [
        [256, 4, 1, 8],
        [257, 4, 1, 9],
        [258, 3, 1, 16],
        [259, 3, 1, compression],
        [262, 3, 1, 1],
        [270, 2, about.len() as u32, text],
        [273, 4, 1, 8],
        [277, 3, 1, 1],
        [278, 4, 1, 9],
        [279, 4, 1, 144],
    ];
    file.extend((entries.len() as u16).to_le_bytes());
    for [tag, kind, count, value] in entries {
        file.extend((tag as u16).to_le_bytes());
        file.extend((kind as u16).to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file
}

#[test]
fn planes_of_imagej_behind_one_directory_are_pages() {
    let dir = folder(&[
        ("stack.tif", imagej(3, 3, 1)),
        ("cut.tif", imagej(3, 9, 1)),
        ("packed.tif", imagej(3, 3, 32773)),
    ]);
    for p in 0..3 {
        let lines = format!("image = \"stack.tif\"\nimage_page = {p}");
        let map = read(dir.path(), "[8, 9]", &lines).unwrap_or_else(|e| panic!("{lines}: {e}"));
        assert_eq!(seen(&map, 5, 2), 20_000 * p + 21);
    }
    let e = read(
        dir.path(),
        "[8, 9]",
        "image = \"stack.tif\"\nimage_page = 3",
    );
    has(
        &e.expect_err("no such plane").to_string(),
        &["`image_page` 3 is not there: ImageJ says that it has 3 planes"],
    );
    has(
        &warnings(dir.path(), "image = \"stack.tif\""),
        &["image stack.tif has 3 pages, and only page 0 is read"],
    );
    assert!(!warnings(dir.path(), "image = \"stack.tif\"\nimage_page = 2").contains("pages"));
    for (name, words) in [
        (
            "cut.tif",
            "ImageJ says that plane 8 is there, but the file ends before it",
        ),
        (
            "packed.tif",
            "ImageJ says that its planes lie behind one directory, but they are compressed",
        ),
    ] {
        let page = if name == "cut.tif" { 8 } else { 1 };
        let lines = format!("image = \"{name}\"\nimage_page = {page}");
        let e = read(dir.path(), "[8, 9]", &lines).expect_err(name);
        has(&e.to_string(), &[words]);
    }
}

#[test]
fn a_range_that_is_not_used_is_told_with_its_factor() {
    let grey16 = |most: u16| pages::<colortype::Gray16>(1, 1, move |_, i| most * u16::from(i == 3));
    let grey8 = |most: u8| pages::<colortype::Gray8>(1, 1, move |_, i| most * u8::from(i == 3));
    for (file, words) in [
        (grey16(4095), "4095 of 65535, as in 12 bits kept in 16 bits"),
        (grey16(4095), "make `image_scale` 16 times as large"),
        (grey16(1000), "1000 of 65535, as in 10 bits kept in 16 bits"),
        (grey16(1023), "make `image_scale` 64.06 times as large"),
        (grey16(16383), "make `image_scale` 4 times as large"),
        (grey16(255), "make `image_scale` 257 times as large"),
        (grey16(1), "make `image_scale` 65535 times as large"),
        (grey8(1), "1 of 255, as in a mask of 0 and 1 kept in 8 bits"),
        (grey8(1), "make `image_scale` 255 times as large"),
    ] {
        let dir = folder(&[("a.tif", file)]);
        let told = warnings(dir.path(), "image = \"a.tif\"");
        has(
            &told,
            &["base.toml:8: image a.tif: the brightest pixel", words],
        );
    }
    for (file, scale) in [
        (grey16(4095), 16.0),
        (grey16(65535), 1.0),
        (grey16(30000), 1.0),
        (grey16(0), 1.0),
        (grey8(1), 255.0),
        (grey8(200), 1.0),
        (pages::<colortype::Gray32Float>(1, 1, |_, _| 0.001), 1.0),
    ] {
        let dir = folder(&[("a.tif", file)]);
        let told = warnings(
            dir.path(),
            &format!("image = \"a.tif\"\nimage_scale = {scale:?}"),
        );
        assert_eq!(told, "");
    }
}
