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
        None,
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
            cells: None,
        };
        let found = painter.paint(&WHOLE, &subject, None)?;
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
        cells: None,
    };
    let unit = Range::linear(0.0, 1.0);
    assert!(
        Painter::new([3, 2], [9, 9], [0.0; 2])
            .paint(&WHOLE, &subject(unit), None)
            .is_ok()
    );
    assert!(
        Painter::new([2, 2], [9, 9], [0.0; 2])
            .paint(&WHOLE, &subject(unit), None)
            .is_err()
    );
    assert!(
        Painter::new([3, 2], [0, 9], [0.0; 2])
            .paint(&WHOLE, &subject(unit), None)
            .is_err()
    );
    let mut painter = Painter::new([3, 2], [9, 9], [0.0; 2]);
    assert!(
        painter
            .paint(&WHOLE, &subject(Range::log(0.0, 1.0)), None)
            .is_err()
    );
    for zoom in [0.0, f32::NAN, f32::INFINITY] {
        assert!(
            painter
                .paint(&Lens { zoom, ..WHOLE }, &subject(unit), None)
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
    assert!(painter.paint(&WHOLE, &subject, None).is_err());
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
        cells: None,
    };
    let mut painter = Painter::new([4, 4], [16, 16], [0.0; 2]);
    let away = Lens {
        zoom: 1.0,
        centre: [1.0, 0.5],
    };
    let picture = painter.paint(&away, &subject, None)?;
    assert_eq!(picture.get_pixel(3, 3).0[..3], [255; 3]);
    assert_eq!(picture.get_pixel(12, 3).0[..3], GROUND);
    assert_eq!(painter.paint(&away, &subject, None)?, picture);
    let whole = painter.paint(&WHOLE, &subject, None)?;
    assert_eq!(whole.get_pixel(12, 3).0[..3], [255; 3]);
    Ok(())
}

#[test]
fn a_line_is_drawn_where_cells_have_their_density_and_a_map_fades_where_they_are_none() -> Result<()>
{
    let map = Colormap::named("grey")?;
    // Cells get denser from left to right: 0, 0.1, ... 1.5.
    let density: Vec<f32> = (0..64).map(|i| 0.1 * (i % 16) as f32).collect();
    let values = [0.5; 64];
    let subject = Subject::Map {
        values: &values,
        minus: None,
        range: Range::linear(0.0, 1.0),
        map: &map,
        cells: Some(&density),
    };
    let mut painter = Painter::new([16, 4], [160, 40], [0.0; 2]);
    let plain = painter.paint(&WHOLE, &subject, None)?;
    let column = |p: &RgbaImage, x: u32| p.get_pixel(x, 20).0;
    assert_eq!(column(&plain, 0)[..3], crate::colour::NO_CELLS);
    // Ten pixels are a cell: from its second one on, cells are as many as count as present.
    assert_eq!(column(&plain, 15)[..3], map.colour(0.5));
    assert_eq!(column(&plain, 150)[..3], map.colour(0.5));
    let outline = Outline {
        values: &density,
        at: 0.8,
        width: 2.0,
    };
    let lined = painter.paint(&WHOLE, &subject, Some(&outline))?;
    // The density is 0.8 in the middle of the ninth cell.
    assert_eq!(column(&lined, 85)[..3], [255; 3]);
    assert!(column(&lined, 87)[0] < column(&plain, 87)[0], "a dark seam");
    let same = (0..160).filter(|x| column(&lined, *x) == column(&plain, *x));
    assert_eq!(same.count(), 160 - 6, "nothing else");
    let other = Outline {
        values: &density[1..],
        ..outline
    };
    assert!(painter.paint(&WHOLE, &subject, Some(&other)).is_err());
    Ok(())
}
