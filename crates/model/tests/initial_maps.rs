//! Initial maps: formulas, noise, arrays, images.

use std::io::Cursor;
use std::path::Path;

use crate::common::{SCENARIO, has, parse_scenario, with};
use warmfront_model::{Error, Library, Scenario};

/// A scenario on a grid with one initial map, given as the lines of `[initial.tumour]`.
fn with_map(cells: &str, lines: &str) -> Result<Scenario, Error> {
    parse_scenario(&format!(
        "label = \"Map\"\nseed = 3\n[grid]\ncells = {cells}\nspacing = 10.0\n[time]\nduration = 1\n\
         [initial.tumour]\n{lines}\n"
    ))
}

fn map(cells: &str, lines: &str) -> Vec<f32> {
    let s = with_map(cells, lines).expect("a right scenario");
    let mut maps = s.initial_fields().expect("right maps");
    assert!(maps[1].is_none() && maps[2].is_none());
    maps.swap_remove(0).expect("the map is given")
}

fn mean(map: &[f32]) -> f64 {
    map.iter().map(|v| f64::from(*v)).sum::<f64>() / map.len() as f64
}

#[test]
fn a_constant_and_a_parameter_add_up() {
    let m = map("[8, 9]", "constant = 0.5\nparameter = \"growth_rate\"");
    assert_eq!(m.len(), 72);
    assert!(m.iter().all(|v| (*v - 0.8).abs() < 1e-6));
}

#[test]
fn a_lobed_disc_follows_its_formula() {
    let m = map(
        "[16, 12]",
        "shapes = [{ shape = \"disc\", amplitude = 0.8, radius = 0.2, edge = 20.0, lobes = [[0.1, 3.0, 1.0]] }]",
    );
    let (i, j) = (11_usize, 4_usize);
    let (x, y) = (115.0_f64 - 80.0, 45.0_f64 - 60.0);
    let rho = x.hypot(y) / (1.0 + 0.1 * (3.0 * y.atan2(x) + 1.0).cos());
    let want = 0.8 / (1.0 + ((rho - 32.0) / 20.0).exp());
    assert!((f64::from(m[i + 16 * j]) - want).abs() < 1e-6);
}

#[test]
fn rings_bumps_waves_and_boxes_follow_their_formulas() {
    let at = |m: &[f32]| f64::from(m[11 + 16 * 4]);
    let (x, y) = (115.0_f64, 45.0_f64);
    let r = (x - 80.0).hypot(y - 60.0);
    let ring = "shapes = [{ shape = \"ring\", amplitude = 2.0, radius = 0.2, width = 15.0 }]";
    let want = 2.0 * (-((r - 32.0) / 15.0_f64).powi(2)).exp();
    assert!((at(&map("[16, 12]", ring)) - want).abs() < 1e-6);
    let bump =
        "shapes = [{ shape = \"gaussian\", amplitude = 2.0, centre = [0.5, 0.5], sigma = 25.0 }]";
    let want = 2.0 * (-r * r / (2.0 * 625.0)).exp();
    assert!((at(&map("[16, 12]", bump)) - want).abs() < 1e-6);
    let wave = "constant = 1.0\nshapes = [{ shape = \"cosine\", amplitude = 0.5, modes = [2, 1] }]";
    let pi = std::f64::consts::PI;
    let want = 1.0 + 0.5 * (2.0 * pi * x / 160.0).cos() * (pi * y / 120.0).cos();
    assert!((at(&map("[16, 12]", wave)) - want).abs() < 1e-6);
    let slab =
        "shapes = [{ shape = \"box\", amplitude = 1.0, low = [0.5, 0.0], high = [1.0, 1.0] }]";
    assert!((mean(&map("[16, 12]", slab)) - 0.5).abs() < 1e-6);
}

#[test]
fn a_ball_in_3d_uses_the_distance_in_3d() {
    let m = map(
        "[16, 16, 16]",
        "shapes = [{ shape = \"gaussian\", amplitude = 1.0, sigma = 20.0 }]",
    );
    let at = |i: usize, j: usize, k: usize| m[i + 16 * (j + 16 * k)];
    assert_eq!(at(3, 8, 8), at(8, 8, 3));
    assert!(at(8, 8, 3) < at(8, 8, 8));
}

/// First patches of the generator from its definition, written out again here.
#[test]
fn patches_come_from_the_documented_generator() {
    let shape = |skip: u32, count: u32, union: bool| {
        format!(
            "shapes = [{{ shape = \"patches\", amplitude = 1.0, seed = 12345, skip = {skip}, count = {count}, sigma = [60.0, 200.0], height = [0.35, 1.0], union = {union} }}]"
        )
    };
    let mut s: u64 = 12345;
    let mut u = || {
        s = (1_664_525 * s + 1_013_904_223) % (1 << 32);
        s as f64 / (1_u64 << 32) as f64
    };
    let mut patch = || {
        let (x, y) = (2560.0 * (0.08 + 0.84 * u()), 2560.0 * (0.08 + 0.84 * u()));
        let (sigma, a) = (60.0 + 140.0 * u(), 0.35 + 0.65 * u());
        move |px: f64, py: f64| {
            a * (-((px - x).powi(2) + (py - y).powi(2)) / (2.0 * sigma * sigma)).exp()
        }
    };
    let (first, second) = (patch(), patch());
    let both = map("[256, 256]", &shape(0, 2, false));
    let smooth = map("[256, 256]", &shape(0, 2, true));
    let later = map("[256, 256]", &shape(1, 1, false));
    for (i, j) in [
        (10_usize, 20_usize),
        (100, 30),
        (200, 250),
        (128, 128),
        (5, 180),
    ] {
        let (x, y, c) = (i as f64 * 10.0 + 5.0, j as f64 * 10.0 + 5.0, i + 256 * j);
        let (a, b) = (first(x, y), second(x, y));
        assert!((f64::from(both[c]) - (a + b)).abs() < 1e-6);
        assert!((f64::from(smooth[c]) - (1.0 - (1.0 - a) * (1.0 - b))).abs() < 1e-6);
        assert!((f64::from(later[c]) - b).abs() < 1e-6);
    }
}

#[test]
fn noise_clip_and_mean_apply_in_order() {
    let m = map(
        "[64, 64]",
        "constant = 1.0\nnoise = 0.1\nclip = [0.9, 1.1]\nmean = 2.0",
    );
    assert!((mean(&m) - 2.0).abs() < 1e-5);
    let (low, high) = (
        m.iter().copied().fold(f32::MAX, f32::min),
        m.iter().copied().fold(f32::MIN, f32::max),
    );
    assert!(
        (low / high - 0.9 / 1.1).abs() < 1e-4,
        "clipped before it is scaled"
    );
    let add = map("[64, 64]", "constant = 5.0\nnoise_add = 0.5");
    let square = |v: &f32| (f64::from(*v) - 5.0).powi(2);
    let variance = add.iter().map(square).sum::<f64>() / 4096.0;
    assert!((variance - 0.25).abs() < 0.03, "{variance}");
}

#[test]
fn noise_with_a_correlation_length_does_not_depend_on_the_cells() {
    let lines = "constant = 5.0\nnoise_add = 0.5\ncorrelation = 90.0";
    let coarse = with_map("[30, 30]", lines).expect("a right scenario");
    let over = warmfront_model::Overrides {
        grid: Some([90, 90, 1]),
        ..Default::default()
    };
    let fine = coarse.clone().with(over).expect("the same on a finer grid");
    let [coarse, fine] = [coarse, fine].map(|s| {
        let mut maps = s.initial_fields().expect("right maps");
        maps.swap_remove(0).expect("the map is given")
    });
    for y in 0..30 {
        for x in 0..30 {
            let (a, b) = (coarse[30 * y + x], fine[90 * (3 * y + 1) + 3 * x + 1]);
            assert!((a - b).abs() < 1e-5, "{x} {y}: {a} {b}");
        }
    }
    assert!(coarse.iter().any(|v| (v - coarse[0]).abs() > 0.3));
    let e = with_map("[30, 30]", "noise = 0.1\ncorrelation = 0.0").expect_err("no length");
    has(&e.to_string(), &["`correlation`", "0"]);
}

#[test]
fn maps_repeat_and_follow_the_seed() {
    let s = parse_scenario(SCENARIO).expect("right");
    let a = s.initial_fields().expect("right");
    assert_eq!(a, s.initial_fields().expect("right"));
    let other = parse_scenario(&with(SCENARIO, "seed = 7", "seed = 8")).expect("right");
    let b = other.initial_fields().expect("right");
    assert_ne!(a[0], b[0]);
    assert_ne!(a[2], b[2]);
}

#[test]
fn vessels_have_mean_one_and_a_thin_core() {
    let vessels = |core: f64, cells: &str| {
        let line = format!(
            "shapes = [{{ shape = \"vessels\", amplitude = 1.0, spacing = 120.0, sigma = 25.0, jitter = 0.35, core = {core}, core_radius = 0.2, core_edge = 10.0 }}]"
        );
        map(cells, &line)
    };
    let full = vessels(1.0, "[96, 96]");
    assert!((mean(&full) - 1.0).abs() < 1e-5);
    let thin = vessels(0.25, "[96, 96]");
    let centre = 48 + 96 * 48;
    assert!((thin[centre] / full[centre] - 0.25).abs() < 1e-3);
    assert!((thin[0] / full[0] - 1.0).abs() < 1e-3);
    assert!((mean(&vessels(1.0, "[32, 32, 24]")) - 1.0).abs() < 1e-5);
}

#[test]
fn impossible_maps_are_refused() {
    let error = |lines: &str| {
        let e = with_map("[16, 16]", lines).and_then(|s| s.initial_fields().map(|_| ()));
        e.expect_err("an impossible map").to_string()
    };
    has(
        &error("mean = 1.0"),
        &["initial.tumour: the map has mean 0"],
    );
    has(
        &error("constant = 1e300"),
        &[
            "base.toml:8: field `tumour` starts with the value 1e300 at cell [0, 0, 0]",
            "a number from 0 to 3.4e38",
        ],
    );
    has(
        &error("constant = 1.0\nshapes = [{ shape = \"cosine\", amplitude = 2.0, modes = [1] }]"),
        &[
            "base.toml:8: field `tumour` starts with the value -",
            " at cell [",
            "clip",
        ],
    );
    has(&error("constant = nan"), &["`constant` is NaN"]);
    has(
        &error(
            "shapes = [{ shape = \"vessels\", amplitude = 1.0, spacing = 0.01, sigma = 1.0, jitter = 0.0, core = 1.0, core_radius = 0.1, core_edge = 1.0 }]",
        ),
        &["vessels in this domain"],
    );
}

// ---------------------------------------------------------------- files

/// A library folder with one model, and the files given.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
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

fn read(dir: &Path, line: &str) -> Result<Scenario, Error> {
    let text = format!(
        "label = \"File\"\n[grid]\ncells = [8, 9]\nspacing = 1.0\n[time]\nduration = 1\n[initial.tumour]\n{line}\n"
    );
    std::fs::write(dir.join("models/toy/scenarios/base.toml"), text).expect("writable");
    let s = Library::folder(dir).scenario("toy/base")?;
    s.initial_fields()?;
    Ok(s)
}

fn npy(descr: &str, order: bool, shape: &str, data: &[u8]) -> Vec<u8> {
    let order = if order { "True" } else { "False" };
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    while (10 + header.len() + 1) % 64 != 0 {
        header.push(' ');
    }
    header.push('\n');
    let length = u16::try_from(header.len()).expect("short");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn floats(n: usize, value: impl Fn(usize) -> f32) -> Vec<u8> {
    (0..n).flat_map(|i| value(i).to_le_bytes()).collect()
}

#[test]
fn arrays_are_read_and_carried_along() {
    let data = floats(72, |i| i as f32);
    let dir = folder(&[
        ("c.npy", &npy("<f4", false, "(9, 8)", &data)),
        ("f.npy", &npy("<f4", true, "(9, 8)", &data)),
        ("u.npy", &npy("|u1", false, "(1, 9, 8)", &[7; 72])),
    ]);
    let s = read(dir.path(), "array = \"c.npy\"").expect("right");
    let map = |s: &Scenario| {
        s.initial_fields()
            .expect("right")
            .swap_remove(0)
            .expect("given")
    };
    assert_eq!(map(&s)[8 + 3], 11.0);
    assert_eq!(
        Scenario::parse(
            s.model.clone(),
            "base",
            warmfront_model::Source::new("x", s.to_toml())
        )
        .map(|again| map(&again)),
        Ok(map(&s))
    );
    let f = read(dir.path(), "array = \"f.npy\"").expect("right");
    assert_eq!(map(&f)[8 * 2 + 3], 3.0 * 9.0 + 2.0);
    let u = read(dir.path(), "array = \"u.npy\"").expect("right");
    assert!(map(&u).iter().all(|v| *v == 7.0));
}

#[test]
fn a_member_of_an_npz_file_is_read() {
    use std::io::Write as _;
    let mut npz = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (key, factor) in [("a", 1.0), ("b", 2.0)] {
        npz.start_file(format!("{key}.npy"), options)
            .expect("a new member");
        let bytes = npy("<f4", false, "(9, 8)", &floats(72, |i| factor * i as f32));
        npz.write_all(&bytes).expect("memory");
    }
    let bytes = npz.finish().expect("a whole file").into_inner();
    let dir = folder(&[("maps.npz", &bytes)]);
    let s = read(dir.path(), "array = \"maps.npz:b\"").expect("right");
    let maps = s.initial_fields().expect("right");
    assert_eq!(maps[0].as_ref().map(|m| m[71]), Some(142.0));
    let e = read(dir.path(), "array = \"maps.npz:c\"").expect_err("no such member");
    has(&e.to_string(), &["unknown array `c` in", "allowed: a, b"]);
}

#[test]
fn bad_arrays_are_refused() {
    let good = npy("<f4", false, "(9, 8)", &floats(72, |i| i as f32));
    let dir = folder(&[
        (
            "shape.npy",
            &npy("<f4", false, "(8, 9)", &floats(72, |_| 0.0)),
        ),
        (
            "nan.npy",
            &npy(
                "<f4",
                false,
                "(9, 8)",
                &floats(72, |i| if i == 5 { f32::NAN } else { 0.0 }),
            ),
        ),
        ("cut.npy", &good[..good.len() - 10]),
        (
            "huge.npy",
            &npy("<f4", false, "(4000000000, 4000000000, 4000000000)", &[]),
        ),
        ("text.npy", b"this is no array"),
        ("complex.npy", &npy("<c8", false, "(9, 8)", &[0; 576])),
        ("empty.npz", b""),
    ]);
    for (name, message) in [
        (
            "shape.npy",
            "array shape.npy has the shape [8, 9], but the grid needs [9, 8] (y, x)",
        ),
        (
            "nan.npy",
            "the value at index [0, 5] is NaN, which is not finite",
        ),
        ("cut.npy", "array cut.npy: "),
        ("huge.npy", "truncated"),
        ("text.npy", "array text.npy: "),
        ("complex.npy", "real numbers are needed"),
        ("none.npy", "none.npy: "),
        ("empty.npz", "array empty.npz: "),
        ("empty.npz:a", "array empty.npz: "),
        ("data:application/x-npy;base64,AAAA", "array inline data: "),
        ("data:;base64,!", "inline data is damaged"),
    ] {
        let e = read(dir.path(), &format!("array = \"{name}\"")).expect_err(name);
        has(&e.to_string(), &[message]);
    }
}

#[test]
fn an_archive_lists_its_arrays() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for key in ["tumour", "vessels"] {
        archive
            .start_file(format!("{key}.npy"), deflated)
            .expect("memory");
        let header = "{'descr': '>f2', 'fortran_order': False, 'shape': (9L, 8L), }";
        let mut bytes = b"\x93NUMPY\x01\0".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        bytes.extend([0x38, 0x00].repeat(72));
        std::io::Write::write_all(&mut archive, &bytes).expect("memory");
    }
    let archive = archive.finish().expect("memory").into_inner();
    let dir = folder(&[("maps.npz", &archive)]);
    let s = read(dir.path(), "array = \"maps.npz:vessels\"").expect("an array");
    let m = s.initial_fields().expect("right").swap_remove(0);
    assert_eq!(m, Some(vec![0.5; 72]));
    for (name, message) in [
        ("maps.npz:tumor", "unknown array `tumor` in maps.npz"),
        (
            "maps.npz:tumor",
            "did you mean `tumour`? allowed: tumour, vessels",
        ),
        ("maps.npz", "array maps.npz needs a key"),
        (
            "maps.npz",
            "write \"maps.npz:tumour\"; allowed: tumour, vessels",
        ),
    ] {
        let e = read(dir.path(), &format!("array = \"{name}\"")).expect_err(name);
        has(&e.to_string(), &[message]);
    }
}

fn png(pixels: image::DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels
        .write_to(&mut bytes, image::ImageFormat::Png)
        .expect("writable");
    bytes.into_inner()
}

#[test]
fn images_of_8_and_16_bits_are_read() {
    let shallow = image::RgbImage::from_fn(8, 9, |x, _| image::Rgb([0, x as u8 * 20, 255]));
    let deep = image::ImageBuffer::from_fn(8, 9, |_, y| image::Luma([y as u16 * 5000]));
    let mut tiff = Cursor::new(Vec::new());
    image::DynamicImage::ImageLuma16(deep.clone())
        .write_to(&mut tiff, image::ImageFormat::Tiff)
        .expect("writable");
    let shallow = png(shallow.into());
    let dir = folder(&[
        ("a.png", &shallow),
        ("b.png", &png(image::DynamicImage::ImageLuma16(deep))),
        ("b.tif", &tiff.into_inner()),
        ("cut.png", &shallow[..shallow.len() / 2]),
        ("size.png", &png(image::RgbImage::new(9, 8).into())),
        ("text.png", b"no image"),
    ]);
    let map = |line: &str| {
        let s = read(dir.path(), line).unwrap_or_else(|e| panic!("{line}: {e}"));
        let again = Scenario::parse(
            s.model.clone(),
            "base",
            warmfront_model::Source::new("x", s.to_toml()),
        );
        let m = s
            .initial_fields()
            .expect("right")
            .swap_remove(0)
            .expect("given");
        let n = again
            .expect("right")
            .initial_fields()
            .expect("right")
            .swap_remove(0);
        assert_eq!(Some(&m), n.as_ref());
        m
    };
    let m = map("image = \"a.png\"\nimage_channel = 1\nimage_scale = 2.0");
    assert!((m[8 + 3] - 2.0 * 60.0 / 255.0).abs() < 1e-6);
    for name in ["b.png", "b.tif"] {
        let m = map(&format!("image = \"{name}\""));
        // The fourth row from below is the sixth from above.
        assert!((m[8 * 3] - 25000.0 / 65535.0).abs() < 1e-6, "{name}");
    }
    for (name, message) in [
        ("cut.png", "image cut.png: "),
        ("text.png", "image text.png: "),
        ("none.png", "none.png: "),
        (
            "size.png",
            "image size.png has 9 × 8 pixels, but the grid has 8 × 9 cells",
        ),
    ] {
        let e = read(dir.path(), &format!("image = \"{name}\"")).expect_err(name);
        has(&e.to_string(), &[message]);
    }
    let e = read(dir.path(), "image = \"a.png\"\nimage_channel = 4").expect_err("no channel");
    has(&e.to_string(), &["`image_channel` is 4", "3 alpha"]);
}

/// A PNG with one more chunk before its pixels.
fn with_chunk(png: &[u8], kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    // The signature and the header take 8 and 25 bytes.
    let (head, rest) = png.split_at(33);
    let mut out = head.to_vec();
    out.extend((data.len() as u32).to_be_bytes());
    let body = [kind.as_slice(), data].concat();
    out.extend(&body);
    let mut crc = u32::MAX;
    for byte in &body {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ (if crc & 1 == 1 { 0xedb8_8320 } else { 0 });
        }
    }
    out.extend((!crc).to_be_bytes());
    out.extend(rest);
    out
}

#[test]
fn what_is_transparent_in_a_png_is_no_tissue_and_exif_turns_it() {
    // White everywhere; clear in the left half, half clear in column 4.
    let alpha = |x| [0, 0, 0, 0, 51, 255, 255, 255][x as usize];
    let rgba = image::RgbaImage::from_fn(8, 9, |x, _| image::Rgba([255, 255, 255, alpha(x)]));
    let grey = image::GrayAlphaImage::from_fn(8, 9, |x, _| image::LumaA([255, alpha(x)]));
    let opaque = image::RgbaImage::from_pixel(8, 9, image::Rgba([255; 4]));
    // Exif: little-endian, one entry, 0x0112 (orientation) as a short.
    let exif = |n: u8| {
        let mut data = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
        data.extend([n, 0, 0, 0, 0, 0, 0, 0]);
        data
    };
    let lying = image::GrayImage::from_fn(9, 8, |x, y| image::Luma([(20 * x + y) as u8]));
    let dir = folder(&[
        ("rgba.png", &png(rgba.into())),
        ("grey.png", &png(grey.into())),
        ("opaque.png", &png(opaque.into())),
        (
            "six.png",
            &with_chunk(&png(lying.into()), b"eXIf", &exif(6)),
        ),
    ]);
    let told = |line: &str| {
        let s = read(dir.path(), line).unwrap_or_else(|e| panic!("{line}: {e}"));
        let map = s.initial_fields().expect("right").swap_remove(0);
        (map.expect("given"), s.warnings(&[0]).join("\n"))
    };
    for name in ["rgba.png", "grey.png"] {
        let (map, warnings) = told(&format!("image = \"{name}\""));
        assert_eq!([map[3], map[5]], [0.0, 1.0], "{name}");
        assert!((map[4] - 0.2).abs() < 1e-6, "{name}: {}", map[4]);
        has(
            &warnings,
            &[
                "base.toml:8: image",
                "transparent pixels: they count as no tissue",
            ],
        );
        let (map, warnings) = told(&format!("image = \"{name}\"\nimage_channel = 3"));
        assert_eq!([map[3], map[5]], [0.0, 1.0], "{name}");
        assert!((map[4] - 0.2).abs() < 1e-6, "{name}: {}", map[4]);
        assert!(!warnings.contains("transparent"), "{warnings}");
    }
    let (map, warnings) = told("image = \"opaque.png\"");
    assert!(
        map.iter().all(|v| *v == 1.0) && warnings.is_empty(),
        "{warnings}"
    );
    // Turned clockwise by a quarter: the first row is the right column, seen from above.
    let (map, _) = told("image = \"six.png\"");
    let seen = |x: usize, y: usize| (f64::from(map[8 * (8 - y) + x]) * 255.0).round() as usize;
    for (x, y) in [(7, 0), (0, 0), (7, 8), (2, 5)] {
        assert_eq!(seen(x, y), 20 * y + (7 - x), "{x} {y}");
    }
}
