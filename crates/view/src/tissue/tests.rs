//! The painter against plain pictures, against the rules one by one, and against the clock.

use super::*;
use crate::raster::{Channel, composite, field_image};

const WHOLE: Lens = Lens {
    zoom: 1.0,
    centre: [0.5, 0.5],
};

fn waves(cells: [u32; 2], k: f32) -> Vec<f32> {
    let value = |i: u32| {
        let (x, y) = ((i % cells[0]) as f32, (i / cells[0]) as f32);
        0.6 + 0.5 * (k * x * 0.21).sin() * (k * y * 0.17).cos()
    };
    (0..cells[0] * cells[1]).map(value).collect()
}

#[test]
fn a_pixel_per_cell_is_the_plain_picture() -> Result<()> {
    let cells = [20, 12];
    let (mut a, b) = (waves(cells, 1.0), waves(cells, 2.0));
    a[25] = f32::NAN;
    let mut painter = Painter::new(cells, cells, [0.0; 2]);
    let light = |values, colour| Light {
        values,
        colour,
        full: 0.9,
        seed: 0,
    };
    let lights = [light(&a, [47, 98, 184]), light(&b, [230, 159, 0])];
    let found = painter.paint(
        &WHOLE,
        &Subject::Lights {
            lights: &lights,
            ground: GROUND,
        },
    )?;
    let values = [&a, &b];
    let channel = |k: usize| Channel {
        values: values[k],
        colour: lights[k].colour,
        full: 0.9,
    };
    let wanted = composite(&[channel(0), channel(1)], 20, 12, GROUND)?;
    let apart = |a: &RgbaImage, b: &RgbaImage| {
        let pairs = a.as_raw().iter().zip(b.as_raw());
        pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
    };
    assert!(apart(&found, &wanted) <= 1);
    let map = Colormap::named("magma")?;
    for range in [Range::linear(0.0, 1.0), Range::log(0.05, 2.0)] {
        let subject = Subject::Map {
            values: &a,
            minus: None,
            range,
            map: &map,
        };
        let found = painter.paint(&WHOLE, &subject)?;
        assert!(apart(&found, &field_image(&a, 20, 12, range, &map)?) <= 1);
    }
    Ok(())
}

#[test]
fn bad_input_is_an_error() -> Result<()> {
    let map = Colormap::named("grey")?;
    let values = [0.5; 6];
    let subject = |range| Subject::Map {
        values: &values,
        minus: None,
        range,
        map: &map,
    };
    let unit = Range::linear(0.0, 1.0);
    assert!(
        Painter::new([3, 2], [9, 9], [0.0; 2])
            .paint(&WHOLE, &subject(unit))
            .is_ok()
    );
    assert!(
        Painter::new([2, 2], [9, 9], [0.0; 2])
            .paint(&WHOLE, &subject(unit))
            .is_err()
    );
    assert!(
        Painter::new([3, 2], [0, 9], [0.0; 2])
            .paint(&WHOLE, &subject(unit))
            .is_err()
    );
    let mut painter = Painter::new([3, 2], [9, 9], [0.0; 2]);
    assert!(
        painter
            .paint(&WHOLE, &subject(Range::log(0.0, 1.0)))
            .is_err()
    );
    for zoom in [0.0, f32::NAN, f32::INFINITY] {
        assert!(
            painter
                .paint(&Lens { zoom, ..WHOLE }, &subject(unit))
                .is_err()
        );
    }
    let dark = Light {
        values: &values,
        colour: [9, 9, 9],
        full: 0.0,
        seed: 0,
    };
    let subject = Subject::Lights {
        lights: &[dark],
        ground: GROUND,
    };
    assert!(painter.paint(&WHOLE, &subject).is_err());
    Ok(())
}

#[test]
fn beyond_the_edge_is_ground_and_a_lens_is_kept() -> Result<()> {
    let map = Colormap::named("grey")?;
    let values = [1.0; 16];
    let subject = Subject::Map {
        values: &values,
        minus: None,
        range: Range::linear(0.0, 1.0),
        map: &map,
    };
    let mut painter = Painter::new([4, 4], [16, 16], [0.0; 2]);
    let away = Lens {
        zoom: 1.0,
        centre: [1.0, 0.5],
    };
    let picture = painter.paint(&away, &subject)?;
    assert_eq!(picture.get_pixel(3, 3).0[..3], [255; 3]);
    assert_eq!(picture.get_pixel(12, 3).0[..3], GROUND);
    assert_eq!(painter.paint(&away, &subject)?, picture);
    let whole = painter.paint(&WHOLE, &subject)?;
    assert_eq!(whole.get_pixel(12, 3).0[..3], [255; 3]);
    Ok(())
}
