//! Tissue to pixels on the processor: the twin of `shaders/view/tissue.wgsl`.
//!
//! A picture may have any number of pixels and show any part of the tissue. Between cell centres values are
//! interpolated; where a pixel covers several cells it shows their mean. Then a value goes through a colour map,
//! or its colour is mixed with those of other fields, with a texture like nuclei where it belongs to cells. The window draws the same with the shader; a test compares them pixel by pixel.
//!
//! A film shows the same part of the same tissue in thousands of frames, so a [`Painter`] keeps all that
//! depends on the place alone: which cells a row or a column of pixels shows, and the texture. Interpolation
//! runs first down, then across, a row at a time; powers are read from tables.

mod light;
mod nuclei;
mod outline;
mod sampling;

use image::RgbaImage;

use crate::colormap::Colormap;
use crate::colour::{NOT_A_NUMBER, Rgb, to_linear};
use crate::error::{Result, ViewError};
use crate::mix::Mix;
use crate::raster::{GROUND, LARGEST_SIDE, Range, faded};
use light::{PER_FULL, SHARES};
use nuclei::Nuclei;
pub use outline::Outline;
use sampling::Sampling;

/// Colours of a map between which pixels choose.
const COLOURS: usize = 4096;

/// Width of the line around cells, relative to the height of a picture.
const LINE: f32 = 1.0 / 320.0;

/// Part of the tissue that a picture shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lens {
    /// 1 shows the whole tissue.
    pub zoom: f32,
    /// Middle of the picture as fractions of the tissue, x to the right, y upwards.
    pub centre: [f32; 2],
}

/// One field of a composite.
#[derive(Debug, Clone, Copy)]
pub struct Light<'a> {
    /// `cells[0] * cells[1]` values, x fastest, row 0 at low y.
    pub values: &'a [f32],
    /// Colour of its full value.
    pub colour: Rgb,
    /// The full value; positive.
    pub full: f32,
    /// Seed of its texture; 0: none.
    pub seed: u32,
}

/// What a picture shows.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// Several fields together, over a ground.
    Lights {
        /// The fields.
        lights: &'a [Light<'a>],
        /// What shows where no field is.
        ground: Rgb,
    },
    /// One quantity through a colour map.
    Map {
        /// As [`Light::values`].
        values: &'a [f32],
        /// Subtracted.
        minus: Option<&'a [f32]>,
        /// Limits.
        range: Range,
        /// Colours.
        map: &'a Colormap,
        /// As [`Light::values`]: the cells to which the quantity belongs, in units of their typical size; none: it
        /// is a property of the place.
        cells: Option<&'a [f32]>,
    },
}

/// Paints pictures of one size of tissue with one number of cells.
#[derive(Debug)]
pub struct Painter {
    cells: [u32; 2],
    size: [u32; 2],
    lattice: [f32; 2],
    place: Option<Place>,
}

/// What depends on the part of the tissue that is seen, not on its values.
#[derive(Debug)]
struct Place {
    lens: Lens,
    sampling: Sampling,
    /// With one more pixel on every side, for slopes; made when an outline is first drawn.
    wide: Option<Sampling>,
    nuclei: Vec<(u32, Nuclei)>,
}

/// A plane of values that are all finite, and whether they were.
struct Plane<'a> {
    values: std::borrow::Cow<'a, [f32]>,
    /// The values as given, where some are not finite.
    broken: Option<std::borrow::Cow<'a, [f32]>>,
}

impl<'a> Plane<'a> {
    fn new(given: std::borrow::Cow<'a, [f32]>) -> Self {
        // Zero times a finite number is zero.
        let sound = given.iter().fold(0.0_f32, |sum, v| sum + v * 0.0) == 0.0;
        if sound {
            return Self {
                values: given,
                broken: None,
            };
        }
        let repaired = given.iter().map(|v| if v.is_finite() { *v } else { 0.0 });
        Self {
            values: repaired.collect(),
            broken: Some(given),
        }
    }
}

impl Painter {
    /// `cells`: across and up; `size`: pixels; `lattice`: nuclei per cell edge, 0 for no texture.
    pub fn new(cells: [u32; 2], size: [u32; 2], lattice: [f32; 2]) -> Self {
        Self {
            cells,
            size,
            lattice,
            place: None,
        }
    }

    /// Usual width of the line around cells, pixels: thin, and as thick on larger pictures.
    pub fn line(&self) -> f32 {
        (LINE * self.size[1] as f32).max(1.0)
    }

    /// Paints a picture. What lies outside the tissue has the colour of the ground.
    ///
    /// # Errors
    /// [`ViewError::Size`] for another number of values than cells, [`ViewError::Pixels`] for an impossible
    /// size, [`ViewError::Range`] for limits or a full light that cannot be used.
    pub fn paint(
        &mut self,
        lens: &Lens,
        subject: &Subject<'_>,
        outline: Option<&Outline<'_>>,
    ) -> Result<RgbaImage> {
        self.check(lens, subject)?;
        self.look(lens);
        let (mut pixels, planes) = match subject {
            Subject::Lights { lights, ground } => self.composite(lights, *ground)?,
            Subject::Map { .. } => self.map(subject)?,
        };
        if let Some(outline) = outline {
            self.fits("the cells of an outline", outline.values)?;
            self.outline(&mut pixels, lens, outline)?;
        }
        self.mark(&mut pixels, &planes)?;
        self.picture(pixels)
    }

    fn check(&self, lens: &Lens, subject: &Subject<'_>) -> Result<()> {
        for [width, height] in [self.size, self.cells] {
            if width == 0 || height == 0 || width.max(height) > LARGEST_SIDE {
                return Err(ViewError::Pixels {
                    width,
                    height,
                    limit: LARGEST_SIDE,
                });
            }
        }
        if !(lens.zoom > 0.0 && lens.zoom.is_finite() && lens.centre.iter().all(|c| c.is_finite()))
        {
            return Err(ViewError::Film(format!(
                "a picture of the tissue at zoom {} about {} and {}; the zoom must be above 0, and all finite",
                lens.zoom, lens.centre[0], lens.centre[1]
            )));
        }
        match subject {
            Subject::Lights { lights, .. } => lights.iter().try_for_each(|l| {
                Range::linear(0.0, l.full).check()?;
                self.fits("a channel of the tissue", l.values)
            }),
            Subject::Map {
                values,
                minus,
                range,
                cells,
                ..
            } => {
                range.check()?;
                self.fits("the tissue", values)?;
                minus.map_or(Ok(()), |m| {
                    self.fits("what is subtracted from the tissue", m)
                })?;
                cells.map_or(Ok(()), |c| self.fits("the cells of the tissue", c))
            }
        }
    }

    fn fits(&self, what: &str, values: &[f32]) -> Result<()> {
        let [width, height] = self.cells;
        if values.len() == width as usize * height as usize {
            return Ok(());
        }
        Err(ViewError::Size {
            what: what.to_owned(),
            found: values.len(),
            width,
            height,
        })
    }

    // Upper left corner of a picture, in cells, and cells per pixel.
    fn frame(&self, lens: &Lens) -> ([f32; 2], [f32; 2]) {
        let half = 0.5 / lens.zoom;
        let upper_left = [lens.centre[0] - half, lens.centre[1] + half];
        let along = |i: usize| self.cells[i] as f32;
        let corner = [0, 1].map(|i| upper_left[i] * along(i));
        let step = [0, 1].map(|i| along(i) / (lens.zoom * self.size[i] as f32));
        (corner, step)
    }

    // Finds what depends on the lens, unless it is known.
    fn look(&mut self, lens: &Lens) {
        if self.place.as_ref().is_some_and(|p| p.lens == *lens) {
            return;
        }
        let (corner, step) = self.frame(lens);
        self.place = Some(Place {
            lens: *lens,
            sampling: Sampling::new(self.cells, self.size, corner, step),
            wide: None,
            nuclei: Vec::new(),
        });
    }

    fn composite<'l>(
        &mut self,
        lights: &[Light<'l>],
        ground: Rgb,
    ) -> Result<(Vec<u8>, Vec<Plane<'l>>)> {
        let [width, height] = self.size.map(|v| v as usize);
        let lattice = self.lattice;
        let place = self.place.as_mut().ok_or_else(unseen)?;
        let textured = nuclei::strength(lattice, place.sampling.step) > 0.0;
        for light in lights.iter().filter(|l| textured && l.seed != 0) {
            if place.nuclei.iter().all(|(seed, _)| *seed != light.seed) {
                let drawn = Nuclei::new(&place.sampling, lattice, light.seed);
                place.nuclei.push((light.seed, drawn));
            }
        }
        let (sampling, nuclei) = (&place.sampling, &place.nuclei);
        let planes: Vec<Plane<'l>> = lights.iter().map(|l| Plane::new(l.values.into())).collect();
        let texture = |seed: u32| {
            let known = nuclei.iter().find(|(s, _)| *s == seed && seed != 0);
            known.map(|(_, n)| n).filter(|_| textured)
        };
        let textures: Vec<Option<&Nuclei>> = lights.iter().map(|l| texture(l.seed)).collect();
        let ground = ground.map(to_linear);
        let mut mixes = vec![Mix::EMPTY; width];
        let (mut row, mut values) = (Vec::new(), vec![0.0; width]);
        let cells = self.cells[0] as usize;
        let mut pixels = vec![0; 4 * width * height];
        for (y, line) in pixels.chunks_exact_mut(4 * width).enumerate() {
            mixes.fill(Mix::EMPTY);
            for ((light, plane), texture) in lights.iter().zip(&planes).zip(&textures) {
                let scale = PER_FULL / light.full;
                sampling.line(&mut values, &mut row, &plane.values, cells, y, scale);
                let nuclei = texture.map(|n| (&n.steps[y * width..(y + 1) * width], n));
                cover(&mut mixes, &values, light.colour.map(to_linear), nuclei);
            }
            light::finish(mixes.iter().map(|m| m.over(ground)), line);
        }
        Ok((pixels, planes))
    }

    fn map<'m>(&self, subject: &Subject<'m>) -> Result<(Vec<u8>, Vec<Plane<'m>>)> {
        let Subject::Map {
            values,
            minus,
            range,
            map,
            cells: carriers,
        } = *subject
        else {
            return Err(unseen());
        };
        let width = self.size[0] as usize;
        let sampling = &self.place.as_ref().ok_or_else(unseen)?.sampling;
        let plane = Plane::new(match minus {
            Some(m) => values.iter().zip(m).map(|(a, b)| a - b).collect(),
            None => values.into(),
        });
        let last = (COLOURS - 1) as f32;
        let colours: Vec<Rgb> = (0..COLOURS).map(|i| map.colour(i as f32 / last)).collect();
        let (mut row, mut line) = (Vec::new(), vec![0.0; width]);
        let cells = self.cells[0] as usize;
        let mut pixels = vec![0; 4 * width * self.size[1] as usize];
        let carriers = carriers.map(|c| Plane::new(c.into()));
        let mut present = vec![0.0; width];
        for (y, target) in pixels.chunks_exact_mut(4 * width).enumerate() {
            sampling.line(&mut line, &mut row, &plane.values, cells, y, 1.0);
            for (value, p) in line.iter().zip(target.chunks_exact_mut(4)) {
                let i = (range.position(*value) * last + 0.5) as usize;
                let [r, g, b] = colours[i.min(COLOURS - 1)];
                p.copy_from_slice(&[r, g, b, 255]);
            }
            if let Some(carriers) = &carriers {
                sampling.line(&mut present, &mut row, &carriers.values, cells, y, 1.0);
                for (cells, p) in present.iter().zip(target.chunks_exact_mut(4)) {
                    let colour = faded([p[0], p[1], p[2]], *cells);
                    p[..3].copy_from_slice(&colour);
                }
            }
        }
        Ok((pixels, vec![plane]))
    }

    fn outline(&mut self, pixels: &mut [u8], lens: &Lens, outline: &Outline<'_>) -> Result<()> {
        let (corner, step) = self.frame(lens);
        let (cells, size) = (self.cells, self.size);
        let place = self.place.as_mut().ok_or_else(unseen)?;
        let wide = || Sampling::with_margin(cells, size, corner, step, 1);
        let wide = place.wide.get_or_insert_with(wide);
        let plane = Plane::new(outline.values.into());
        outline::draw(pixels, wide, &plane.values, cells[0] as usize, outline);
        Ok(())
    }

    // Gives pixels of values that are not finite, and those outside the tissue, their colours.
    fn mark(&self, pixels: &mut [u8], planes: &[Plane<'_>]) -> Result<()> {
        let sampling = &self.place.as_ref().ok_or_else(unseen)?.sampling;
        let width = self.size[0] as usize;
        let cells = self.cells[0] as usize;
        let all_inside = |taps: &[sampling::Tap]| taps.iter().all(|t| t.inside);
        let whole = all_inside(&sampling.across) && all_inside(&sampling.down);
        let broken: Vec<&[f32]> = planes.iter().filter_map(|p| p.broken.as_deref()).collect();
        if whole && broken.is_empty() {
            return Ok(());
        }
        // Rows of cells where something is not finite.
        let bad = |values: &[f32], row: u32| {
            let from = row as usize * cells;
            values[from..from + cells].iter().any(|v| !v.is_finite())
        };
        let rows: Vec<Vec<bool>> = broken
            .iter()
            .map(|v| (0..self.cells[1]).map(|r| bad(v, r)).collect())
            .collect();
        for (y, line) in pixels.chunks_exact_mut(4 * width).enumerate() {
            let down = &sampling.down[y];
            let near: Vec<&[f32]> = broken
                .iter()
                .zip(&rows)
                .filter(|(_, bad)| {
                    down.cells[..down.count as usize]
                        .iter()
                        .any(|&r| bad[r as usize])
                })
                .map(|(v, _)| *v)
                .collect();
            for (x, p) in line.chunks_exact_mut(4).enumerate() {
                let colour = if !(down.inside && sampling.across[x].inside) {
                    GROUND
                } else if near.iter().any(|v| sampling.broken(v, cells, x, y)) {
                    NOT_A_NUMBER
                } else {
                    continue;
                };
                p[..3].copy_from_slice(&colour);
            }
        }
        Ok(())
    }

    fn picture(&self, pixels: Vec<u8>) -> Result<RgbaImage> {
        let [width, height] = self.size;
        RgbaImage::from_raw(width, height, pixels).ok_or(ViewError::Pixels {
            width,
            height,
            limit: LARGEST_SIDE,
        })
    }
}

fn unseen() -> ViewError {
    ViewError::Film("no part of the tissue was chosen".to_owned())
}

// Adds a field to the pixels of a row, by its values in steps of the table.
fn cover(mixes: &mut [Mix], values: &[f32], colour: [f32; 3], nuclei: Option<(&[u16], &Nuclei)>) {
    let shares = &SHARES[..];
    let last = shares.len() - 1;
    // A negative value becomes 0.
    let share = |value: f32| shares[((value + 0.5) as usize).min(last)];
    match nuclei {
        Some((steps, n)) => {
            for ((mix, v), step) in mixes.iter_mut().zip(values).zip(steps) {
                let factor = n.base + n.slope * f32::from(*step);
                mix.add((share(*v) * factor).min(1.0), colour);
            }
        }
        None => {
            for (mix, v) in mixes.iter_mut().zip(values) {
                mix.add(share(*v).min(1.0), colour);
            }
        }
    }
}

#[cfg(test)]
#[path = "tissue/tests.rs"]
mod tests;
