//! Fields to pixels.
//!
//! A field is an array of `width * height` values, x fastest, row 0 at the lowest y. A picture has
//! its first row at the top, so row 0 of the data is the bottom row of the picture.
//!
//! Two pictures are made. A *map* shows one field through a colour map and a fixed [`Range`].
//! A *composite* shows several fields together, each in its own colour, mixed as [`crate::mix`] says.

use image::{Rgba, RgbaImage};

use crate::colormap::Colormap;
use crate::colour::{NO_CELLS, NOT_A_NUMBER, Rgb, from_linear, to_linear};
use crate::error::{Result, ViewError};
use crate::mix::{Mix, share};

/// Largest side of any picture, in pixels.
pub const LARGEST_SIDE: u32 = 16_384;

/// Cells, in units of their typical size, from which on a map of a quantity that belongs to them has its full
/// colour.
pub const PRESENT: f32 = 0.1;

/// How much of its colour a map has where there are so many cells, in units of their typical size; the rest is
/// [`NO_CELLS`].
pub fn presence(cells: f32) -> f32 {
    let t = (cells / PRESENT).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A colour of a map, where there are so many of the cells to which its quantity belongs.
pub fn faded(colour: Rgb, cells: f32) -> Rgb {
    let present = presence(cells);
    [0, 1, 2].map(|k| {
        let [none, full] = [NO_CELLS[k], colour[k]].map(f32::from);
        (none + present * (full - none)).round() as u8
    })
}

/// Dark ground of composites of tissue.
pub const GROUND: Rgb = [6, 6, 10];

/// Value of full light of a channel: the model's `full`, or, once the field has exceeded that, the next step
/// above its `largest` value so far. Steps of a quarter keep a film from changing its light with every frame;
/// if `largest` never falls, the light never goes back. A `largest` that is missing or not finite counts for
/// nothing.
pub fn full_light(full: f64, largest: Option<f64>) -> f32 {
    let most = largest.filter(|v| v.is_finite()).unwrap_or(full).max(full);
    let steps = (most / full).ln() / 1.25_f64.ln();
    (full * 1.25_f64.powf(steps.ceil().clamp(0.0, 200.0))) as f32
}

/// Limits of a colour scale, in the unit of the field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Value of the first colour.
    pub low: f32,
    /// Value of the last colour.
    pub high: f32,
    /// Equal ratios, not equal differences, are equally far apart.
    pub log: bool,
}

impl Range {
    /// A linear range.
    pub const fn linear(low: f32, high: f32) -> Self {
        Self {
            low,
            high,
            log: false,
        }
    }

    /// A logarithmic range; `low` must be positive.
    pub const fn log(low: f32, high: f32) -> Self {
        Self {
            low,
            high,
            log: true,
        }
    }

    /// # Errors
    /// [`ViewError::Range`] unless `low < high`, both finite, and `low > 0` for a log range.
    pub fn check(&self) -> Result<()> {
        let error = |rule| {
            Err(ViewError::Range {
                low: self.low,
                high: self.high,
                log: self.log,
                rule,
            })
        };
        if !(self.low.is_finite() && self.high.is_finite()) {
            error("both limits must be finite numbers")
        } else if self.low >= self.high {
            error("the lower limit must be below the upper one")
        } else if self.log && self.low <= 0.0 {
            error("a logarithmic range must start above 0")
        } else {
            Ok(())
        }
    }

    /// Position of `value`: 0 at `low`, 1 at `high`, clamped. Values at or below 0 sit at 0 of a log
    /// range. NaN and infinity stay NaN.
    pub fn position(&self, value: f32) -> f32 {
        if !value.is_finite() {
            return f32::NAN;
        }
        let t = if self.log {
            (value.max(self.low) / self.low).ln() / (self.high / self.low).ln()
        } else {
            // In f64, so that a range as wide as f32 does not overflow.
            ((f64::from(value) - f64::from(self.low))
                / (f64::from(self.high) - f64::from(self.low))) as f32
        };
        t.clamp(0.0, 1.0)
    }
}

/// One field of a composite.
#[derive(Clone, Debug)]
pub struct Channel<'a> {
    /// `width * height` values, x fastest, row 0 at low y.
    pub values: &'a [f32],
    /// Colour of its full value.
    pub colour: Rgb,
    /// The full value; must be positive.
    pub full: f32,
}

/// One field as a picture of `width * height` pixels.
///
/// # Errors
/// [`ViewError::Size`], [`ViewError::Pixels`] or [`ViewError::Range`].
pub fn field_image(
    values: &[f32],
    width: u32,
    height: u32,
    range: Range,
    map: &Colormap,
) -> Result<RgbaImage> {
    check_grid("field", values.len(), width, height)?;
    range.check()?;
    Ok(RgbaImage::from_fn(width, height, |x, y| {
        let [r, g, b] = map.colour(range.position(values[cell(x, y, width, height)]));
        Rgba([r, g, b, 255])
    }))
}

/// Fades a map of [`field_image`] where there are few of the cells to which its quantity belongs. `cells`: as the
/// values, in units of their typical size.
///
/// # Errors
/// [`ViewError::Size`] unless there is one value per pixel.
pub fn fade(image: &mut RgbaImage, cells: &[f32]) -> Result<()> {
    let (width, height) = image.dimensions();
    check_grid("the cells of a map", cells.len(), width, height)?;
    for (x, y, Rgba([r, g, b, _])) in image.enumerate_pixels_mut() {
        let density = cells[cell(x, y, width, height)];
        if [*r, *g, *b] != NOT_A_NUMBER {
            [*r, *g, *b] = faded([*r, *g, *b], density);
        }
    }
    Ok(())
}

/// Shows all channels together over `background`; how colours mix is told in [`crate::mix`].
/// A cell with a value that is not finite in any channel gets [`NOT_A_NUMBER`].
///
/// # Errors
/// [`ViewError::Size`] or [`ViewError::Pixels`]; [`ViewError::Range`] if `full` is not positive.
pub fn composite(
    channels: &[Channel<'_>],
    width: u32,
    height: u32,
    background: Rgb,
) -> Result<RgbaImage> {
    check_grid("composite", width as usize * height as usize, width, height)?;
    for c in channels {
        check_grid("composite channel", c.values.len(), width, height)?;
        Range::linear(0.0, c.full).check()?;
    }
    let colours: Vec<[f32; 3]> = channels.iter().map(|c| c.colour.map(to_linear)).collect();
    let ground = background.map(to_linear);
    Ok(RgbaImage::from_fn(width, height, |x, y| {
        let i = cell(x, y, width, height);
        let mut mix = Mix::EMPTY;
        for (channel, colour) in channels.iter().zip(&colours) {
            let value = channel.values[i];
            if !value.is_finite() {
                let [r, g, b] = NOT_A_NUMBER;
                return Rgba([r, g, b, 255]);
            }
            mix.add(share(value, channel.full), *colour);
        }
        let [r, g, b] = mix.over(ground).map(from_linear);
        Rgba([r, g, b, 255])
    }))
}

fn cell(x: u32, y: u32, width: u32, height: u32) -> usize {
    (height - 1 - y) as usize * width as usize + x as usize
}

fn check_grid(what: &str, found: usize, width: u32, height: u32) -> Result<()> {
    if width == 0 || height == 0 || width > LARGEST_SIDE || height > LARGEST_SIDE {
        return Err(ViewError::Pixels {
            width,
            height,
            limit: LARGEST_SIDE,
        });
    }
    if found != width as usize * height as usize {
        return Err(ViewError::Size {
            what: what.to_owned(),
            found,
            width,
            height,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn y_points_up() -> Result<()> {
        let grey = Colormap::named("grey")?;
        // 2 x 3 cells; only the cell x = 1, y = 0 is bright.
        let values = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        let image = field_image(&values, 2, 3, Range::linear(0.0, 1.0), &grey)?;
        assert_eq!(image.get_pixel(1, 2).0, [255, 255, 255, 255]);
        assert_eq!(image.get_pixel(1, 0).0, [0, 0, 0, 255]);
        let channel = Channel {
            values: &values,
            colour: [0, 255, 0],
            full: 1.0,
        };
        let image = composite(&[channel], 2, 3, [0, 0, 0])?;
        assert!(image.get_pixel(1, 2).0[1] > 220);
        assert_eq!(image.get_pixel(0, 0).0, [0, 0, 0, 255]);
        Ok(())
    }

    #[test]
    fn a_map_fades_where_there_are_no_cells() -> Result<()> {
        let grey = Colormap::named("grey")?;
        let values = [1.0, 1.0, 1.0, f32::NAN];
        let mut image = field_image(&values, 4, 1, Range::linear(0.0, 1.0), &grey)?;
        fade(&mut image, &[0.0, 0.5 * PRESENT, 2.0, 0.0])?;
        let pixel = |x| image.get_pixel(x, 0).0;
        assert_eq!(pixel(0)[..3], NO_CELLS);
        assert!(pixel(1)[0] > NO_CELLS[0] && pixel(1)[0] < 255);
        assert_eq!(pixel(2)[..3], [255; 3]);
        assert_eq!(pixel(3)[..3], NOT_A_NUMBER);
        assert!(fade(&mut image, &[0.0]).is_err());
        Ok(())
    }

    #[test]
    fn ranges_and_not_a_number() -> Result<()> {
        let map = Colormap::named("viridis")?;
        let values = [f32::NAN, f32::INFINITY, -5.0, 1.0];
        let image = field_image(&values, 4, 1, Range::linear(0.0, 1.0), &map)?;
        let pixel = |x| image.get_pixel(x, 0).0;
        assert_eq!(
            (pixel(0), pixel(1)),
            ([255, 0, 255, 255], [255, 0, 255, 255])
        );
        assert_eq!(pixel(2)[..3], map.colour(0.0));
        assert_eq!(pixel(3)[..3], map.colour(1.0));
        let log = Range::log(1e-2, 1e2);
        assert!((log.position(1.0) - 0.5).abs() < 1e-6);
        assert_eq!(log.position(0.0), 0.0);
        assert!((Range::linear(f32::MIN, f32::MAX).position(0.0) - 0.5).abs() < 1e-6);
        Ok(())
    }

    #[test]
    fn a_channel_at_its_full_value_has_the_colour_of_the_legend() -> Result<()> {
        let (a, b) = ([0.9, 0.9, 9.0], [0.0, 0.9, 0.0]);
        let channel = |values, colour| Channel {
            values,
            colour,
            full: 0.9,
        };
        let (blue, orange) = ([47, 98, 184], [230, 159, 0]);
        let image = composite(&[channel(&a, blue), channel(&b, orange)], 3, 1, GROUND)?;
        let pixel = |x| image.get_pixel(x, 0).0;
        assert_eq!(pixel(0)[..3], blue);
        assert_eq!(pixel(2)[..3], blue);
        let mean = |k: usize| from_linear(0.5 * (to_linear(blue[k]) + to_linear(orange[k])));
        assert_eq!(pixel(1)[..3], [mean(0), mean(1), mean(2)]);
        Ok(())
    }

    #[test]
    fn full_light_grows_in_steps() {
        assert_eq!(full_light(0.8, None), 0.8);
        assert_eq!(full_light(0.8, Some(0.1)), 0.8);
        assert_eq!(full_light(0.8, Some(f64::NAN)), 0.8);
        assert_eq!(full_light(0.8, Some(-3.0)), 0.8);
        assert_eq!(full_light(0.8, Some(0.81)), 1.0);
        assert_eq!(full_light(0.8, Some(0.99)), 1.0);
        assert_eq!(full_light(0.8, Some(1.2)), 1.25);
    }

    #[test]
    fn light_grows_with_the_value() -> Result<()> {
        let values: Vec<f32> = (0..200).map(|i| i as f32 / 100.0).collect();
        let channel = Channel {
            values: &values,
            colour: [200, 60, 20],
            full: 1.0,
        };
        let image = composite(&[channel], 200, 1, [8, 8, 12])?;
        let rising = (1..200).all(|x| {
            let (now, before) = (image.get_pixel(x, 0).0, image.get_pixel(x - 1, 0).0);
            now[0] >= before[0]
        });
        assert!(rising);
        Ok(())
    }

    #[test]
    fn bad_sizes_and_ranges_are_errors() -> Result<()> {
        let map = Colormap::named("grey")?;
        let unit = Range::linear(0.0, 1.0);
        assert!(field_image(&[0.0; 5], 2, 3, unit, &map).is_err());
        assert!(field_image(&[], 0, 3, unit, &map).is_err());
        assert!(field_image(&[], u32::MAX, u32::MAX, unit, &map).is_err());
        for bad in [
            Range::linear(1.0, 1.0),
            Range::log(0.0, 1.0),
            Range::linear(0.0, f32::NAN),
        ] {
            assert!(field_image(&[0.0], 1, 1, bad, &map).is_err());
        }
        let dark = Channel {
            values: &[1.0],
            colour: [1, 2, 3],
            full: 0.0,
        };
        assert!(composite(&[dark], 1, 1, [0, 0, 0]).is_err());
        Ok(())
    }
}
