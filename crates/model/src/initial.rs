//! Initial maps: what a field holds at time 0.
//!
//! `(constant + parameter + Σ shapes + array + image) × (1 + noise ξ) + noise_add ξ'`, then clipped,
//! then scaled to the wanted mean, then lowered by another field's map. ξ and ξ' are standard normal numbers that depend on the seed,
//! the field and the cell only (see [`crate::gaussian_pair`]), or with a correlation length on the place.

use crate::error::{Error, Written};
use crate::noise::{gaussian_pair, smooth_pair};
use crate::number::plain;
use crate::picture::{Fit, ImageMap};
use crate::raster::ArrayMap;
use crate::scenario::{Grid, Scenario};
use crate::scenario_schema::ShapeFile;
use crate::shapes;

/// How the initial map of one field is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Initial {
    /// Added everywhere.
    pub constant: f64,
    /// Parameter whose value is added everywhere.
    pub parameter: Option<usize>,
    /// Shapes, summed.
    pub shapes: Vec<ShapeFile>,
    /// Standard deviation of multiplicative noise.
    pub noise: f64,
    /// Standard deviation of additive noise.
    pub noise_add: f64,
    /// Length over which the noise varies; none: every cell has its own number.
    pub correlation: Option<f64>,
    /// Lowest and highest value kept.
    pub clip: Option<[f64; 2]>,
    /// Mean that the map is scaled to.
    pub mean: Option<f64>,
    /// Field whose start map is taken off this one, down to 0.
    pub minus: Option<usize>,
    /// Values from an array file.
    pub array: Option<ArrayMap>,
    /// Values from an image.
    pub image: Option<ImageMap>,
    /// Channel of the image: 0 red or grey, 1 green, 2 blue, 3 alpha; a TIFF may have more.
    pub image_channel: u32,
    /// Page of the image.
    pub image_page: u32,
    /// What happens when it has another size than the grid.
    pub image_fit: Fit,
    /// Value of full brightness.
    pub image_scale: f64,
    /// Where it was named last.
    pub place: Written,
    /// Where its array or image was named.
    pub file_place: Written,
}

impl Default for Initial {
    fn default() -> Self {
        Self {
            constant: 0.0,
            parameter: None,
            shapes: Vec::new(),
            noise: 0.0,
            noise_add: 0.0,
            correlation: None,
            clip: None,
            mean: None,
            minus: None,
            array: None,
            image: None,
            image_channel: 0,
            image_page: 0,
            image_fit: Fit::Exact,
            image_scale: 1.0,
            place: Written::default(),
            file_place: Written::default(),
        }
    }
}

impl Initial {
    /// The map on a grid, x fastest. `field` and `seed` key the noise, `parameters` are in model
    /// order.
    fn map(
        &self,
        grid: &Grid,
        seed: u32,
        field: usize,
        parameters: &[f64],
    ) -> Result<Vec<f64>, Error> {
        let base = self.constant + self.parameter.map_or(0.0, |p| parameters[p]);
        let mut map = vec![base; grid.len()];
        for shape in &self.shapes {
            shapes::add(shape, grid, seed, field, &mut map)?;
        }
        if let Some(array) = &self.array {
            let added = array.add(grid, &mut map);
            added.map_err(|e| self.file_place.locate(e))?;
        }
        if let Some(image) = &self.image {
            let added = image.add(
                grid,
                self.image_channel,
                self.image_scale,
                self.image_fit,
                &mut map,
            );
            added.map_err(|e| self.file_place.locate(e))?;
        }
        if self.noise != 0.0 || self.noise_add != 0.0 {
            let smooth = self
                .correlation
                .map(|length| smooth_pair(grid, seed, field, length));
            let smooth = smooth.transpose()?;
            for (cell, value) in map.iter_mut().enumerate() {
                let [a, b] = match &smooth {
                    Some([a, b]) => [a[cell], b[cell]],
                    None => gaussian_pair(seed, field, cell as u64),
                };
                *value = *value * (1.0 + self.noise * a) + self.noise_add * b;
            }
        }
        if let Some([low, high]) = self.clip {
            // `clamp` keeps NaN, which is reported below.
            map.iter_mut().for_each(|v| *v = v.clamp(low, high));
        }
        if let Some(wanted) = self.mean {
            let mean = map.iter().sum::<f64>() / map.len() as f64;
            if mean == 0.0 && wanted != 0.0 {
                return Err(Error::new(format!(
                    "the map has mean 0, so it cannot be scaled to the mean {}",
                    plain(wanted)
                ))
                .help("give it a shape or a constant, or leave out `mean`"));
            }
            let factor = if mean == 0.0 { 0.0 } else { wanted / mean };
            map.iter_mut().for_each(|v| *v *= factor);
        }
        Ok(map)
    }
}

impl Scenario {
    /// Initial maps by field: cells in x-fastest order `[z][y][x]` without padding, in the field's
    /// unit. `None` where the scenario says nothing: the field's own `initial`, or 0, applies.
    ///
    /// # Errors
    /// Arrays and images that do not fit the grid, maps that cannot be scaled, values that are negative
    /// or not finite (with field and position), all with the place of the map's entry.
    pub fn initial_fields(&self) -> Result<Vec<Option<Vec<f32>>>, Error> {
        let maps = self.initial.iter().enumerate().map(|(i, initial)| {
            initial
                .as_ref()
                .map(|initial| self.initial_map(i, initial))
                .transpose()
        });
        maps.collect()
    }

    fn initial_map(&self, field: usize, initial: &Initial) -> Result<Vec<f32>, Error> {
        let whole = |field: usize, initial: &Initial| {
            let id = &self.model.fields[field].id;
            let map = initial.map(&self.grid, self.seed, field, &self.parameters);
            map.map_err(|mut e| {
                e.what = format!("initial.{id}: {}", e.what);
                initial.place.locate(e)
            })
        };
        let mut map = whole(field, initial)?;
        if let Some(other) = initial.minus {
            let taken = match &self.initial[other] {
                Some(that) if that.minus.is_none() => whole(other, that)?,
                that => {
                    let (id, name) = (&self.model.fields[field].id, &self.model.fields[other].id);
                    let why = match that {
                        None => "has no start map in this scenario",
                        Some(_) => "is itself lowered by `minus`",
                    };
                    let e =
                        Error::new(format!("initial.{id}: `minus` names `{name}`, which {why}"));
                    return Err(initial.place.locate(e).help(format!(
                        "give [initial.{name}] shapes, an array or an image"
                    )));
                }
            };
            for (value, that) in map.iter_mut().zip(taken) {
                *value = (*value - that).max(0.0);
            }
        }
        // The message shows the number itself, also where it is too large for 32 bits.
        match map
            .iter()
            .position(|v| !(*v as f32).is_finite() || (*v as f32) < 0.0)
        {
            None => Ok(map.into_iter().map(|v| v as f32).collect()),
            Some(cell) => Err(initial
                .place
                .locate(self.bad_start(field, cell, map[cell]))
                .help("`clip = [0.0, 1.0]` bounds a map; look at its shapes, constant and noise")),
        }
    }

    /// What is wrong with a start value at a cell (x fastest) that is negative or not finite; without
    /// a place.
    pub fn bad_start(&self, field: usize, cell: usize, value: f64) -> Error {
        let [nx, ny, _] = self.grid.cells.map(|n| n as usize);
        let at = [cell % nx, cell / nx % ny, cell / (nx * ny)];
        let f = &self.model.fields[field];
        let unit = if f.unit == "1" { "" } else { f.unit.as_str() };
        let value = format!("{} {unit}", plain(value));
        Error::new(format!(
            "field `{}` starts with the value {} at cell {at:?}; a number from 0 to 3.4e38 is needed",
            f.id,
            value.trim_end(),
        ))
    }
}
