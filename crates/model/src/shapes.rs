//! Analytic shapes of initial maps, evaluated at cell centres.
//!
//! # Theory
//! A disc or ring may be lobed: its distance is ρ = r / (1 + Σ a cos(k φ + φ0)), so that the
//! outline at angle φ lies at radius × (1 + Σ …). In 3D r is the three-dimensional distance and φ
//! the angle in the x–y plane. Centres and radii are fractions of the domain, widths are lengths.
//!
//! # Practice
//! [`add`] runs when the maps are made, in `f64`. The numbers were checked when the file was read
//! (`shape_rules`).

use std::f64::consts::PI;

use crate::capillaries;
use crate::curves::paint;
use crate::error::Error;
use crate::fibres::{bundles, nests};
use crate::noise::{Stream, draw, unit};
use crate::number::plain;
use crate::outline::Outline;
use crate::scenario::Grid;
use crate::scenario_schema::{OutlineFile, ShapeFile};

/// Most patches, skipped patches or vessels of one shape.
pub(crate) const MOST_ITEMS: f64 = 1e5;

/// Half-width, in sigmas, of the window that a vessel is drawn in.
const VESSEL_REACH: f64 = 6.0;

/// Adds a shape to `map` (cells in x-fastest order). `field` keys the random numbers of vessels.
pub(crate) fn add(
    shape: &ShapeFile,
    grid: &Grid,
    seed: u32,
    field: usize,
    map: &mut [f64],
) -> Result<(), Error> {
    let extent = grid.extent();
    let every = |map: &mut [f64], f: &dyn Fn([f64; 3]) -> f64| {
        for (value, at) in map.iter_mut().zip(centres(grid)) {
            *value += f(at);
        }
    };
    match shape {
        ShapeFile::Disc {
            amplitude,
            centre,
            radius,
            edge,
            lobes,
            outline,
        } => {
            let radius = radius * extent[0];
            let rho = distance(
                grid,
                seed,
                centre.as_deref(),
                radius,
                lobes,
                outline.as_ref(),
            );
            every(map, &|at| {
                amplitude / (1.0 + ((rho(at) - radius) / edge).exp())
            });
        }
        ShapeFile::Ring {
            amplitude,
            centre,
            radius,
            width,
            lobes,
            outline,
        } => {
            let radius = radius * extent[0];
            let rho = distance(
                grid,
                seed,
                centre.as_deref(),
                radius,
                lobes,
                outline.as_ref(),
            );
            every(map, &|at| {
                amplitude * (-((rho(at) - radius) / width).powi(2)).exp()
            });
        }
        ShapeFile::Gaussian {
            amplitude,
            centre,
            sigma,
        } => {
            let r = lobed(grid, centre.as_deref(), &[]);
            every(map, &|at| {
                amplitude * (-r(at).powi(2) / (2.0 * sigma * sigma)).exp()
            });
        }
        ShapeFile::Cosine { amplitude, modes } => every(map, &|at| {
            let factor = |(i, k): (usize, &f64)| (PI * k * at[i] / extent[i]).cos();
            amplitude * modes.iter().enumerate().map(factor).product::<f64>()
        }),
        ShapeFile::Box {
            amplitude,
            low,
            high,
        } => every(map, &|at| {
            let inside = low
                .iter()
                .zip(high)
                .enumerate()
                .all(|(i, (l, h))| (*l..=*h).contains(&(at[i] / extent[i])));
            if inside { *amplitude } else { 0.0 }
        }),
        ShapeFile::Patches {
            amplitude,
            seed,
            skip,
            count,
            sigma,
            height,
            union,
        } => {
            let patches = patches(extent, *seed, *skip, *count, *sigma, *height);
            every(map, &|at| {
                let bumps = patches.iter().map(|p| {
                    let r2 = (at[0] - p.x).powi(2) + (at[1] - p.y).powi(2);
                    p.height * (-r2 / (2.0 * p.sigma * p.sigma)).exp()
                });
                let value = if *union {
                    1.0 - bumps.map(|b| 1.0 - b).product::<f64>()
                } else {
                    bumps.sum()
                };
                amplitude * value
            });
        }
        ShapeFile::Vessels { amplitude, .. } => {
            let vessels = vessels(shape, grid, seed, field)?;
            for (value, v) in map.iter_mut().zip(vessels) {
                *value += amplitude * v;
            }
        }
        ShapeFile::Capillaries { amplitude, .. } => {
            for (value, v) in map.iter_mut().zip(capillaries::map(shape, grid, seed)?) {
                *value += amplitude * v;
            }
        }
        ShapeFile::Fibres { amplitude, .. } => {
            let drawn = paint(&bundles(shape, grid, seed), grid);
            for (value, v) in map.iter_mut().zip(drawn) {
                *value += amplitude * v;
            }
        }
        ShapeFile::Nests {
            amplitude, edge, ..
        } => {
            let nests = nests(shape, grid, seed);
            let axes = if grid.is_3d() { 3 } else { 2 };
            every(map, &|at| {
                let left = nests.iter().map(|(centre, radius)| {
                    let square = |a: usize| (at[a] - centre[a]).powi(2);
                    let r = (0..axes).map(square).sum::<f64>().sqrt();
                    1.0 - 1.0 / (1.0 + ((r - radius) / edge).exp())
                });
                amplitude * (1.0 - left.product::<f64>())
            });
        }
    }
    Ok(())
}

/// The lobed distance, with an irregular outline where one is given.
fn distance<'a>(
    grid: &Grid,
    seed: u32,
    centre: Option<&[f64]>,
    radius: f64,
    lobes: &'a [[f64; 3]],
    outline: Option<&OutlineFile>,
) -> Box<dyn Fn([f64; 3]) -> f64 + 'a> {
    match outline {
        None => Box::new(lobed(grid, centre, lobes)),
        Some(_) => {
            let outline = Outline::new(grid, seed, centre, radius, lobes, outline);
            Box::new(move |at| outline.distance(at))
        }
    }
}

/// Cell centres in x-fastest order, length unit.
fn centres(grid: &Grid) -> impl Iterator<Item = [f64; 3]> + use<> {
    let ([nx, ny, nz], h) = (grid.cells, grid.spacing);
    (0..nz).flat_map(move |k| {
        (0..ny).flat_map(move |j| {
            (0..nx).map(move |i| {
                let index = [i, j, k];
                std::array::from_fn(|a| (f64::from(index[a]) + 0.5) * h[a])
            })
        })
    })
}

/// The lobed distance ρ from a centre; without lobes the plain distance.
fn lobed<'a>(
    grid: &Grid,
    centre: Option<&[f64]>,
    lobes: &'a [[f64; 3]],
) -> impl Fn([f64; 3]) -> f64 + use<'a> {
    let extent = grid.extent();
    let flat = !grid.is_3d();
    let fraction = |i: usize| centre.and_then(|c| c.get(i)).copied().unwrap_or(0.5);
    let c: [f64; 3] = std::array::from_fn(|i| extent[i] * fraction(i));
    move |at| {
        let [x, y, z] = std::array::from_fn(|i| at[i] - c[i]);
        let r = if flat {
            x.hypot(y)
        } else {
            (x * x + y * y + z * z).sqrt()
        };
        let phi = y.atan2(x);
        let lobe = |[a, k, start]: &[f64; 3]| a * (k * phi + start).cos();
        r / (1.0 + lobes.iter().map(lobe).sum::<f64>())
    }
}

/// One Gaussian patch.
#[derive(Debug, Clone, Copy)]
struct Patch {
    x: f64,
    y: f64,
    sigma: f64,
    height: f64,
}

/// Patches by the linear congruential generator of the schema's docs.
fn patches(
    extent: [f64; 3],
    seed: u32,
    skip: u32,
    count: u32,
    sigma: [f64; 2],
    height: [f64; 2],
) -> Vec<Patch> {
    let mut state = seed;
    let mut next = |low: f64, high: f64| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        low + (high - low) * (f64::from(state) / 4_294_967_296.0)
    };
    for _ in 0..4 * skip {
        next(0.0, 1.0);
    }
    (0..count)
        .map(|_| Patch {
            x: extent[0] * next(0.08, 0.92),
            y: extent[1] * next(0.08, 0.92),
            sigma: next(sigma[0], sigma[1]),
            height: next(height[0], height[1]),
        })
        .collect()
}

/// Jittered lattice of vessels, each of strength 0.4..1.6, scaled to mean 1, then thinned inside
/// the core: `× (1 − (1 − core) / (1 + exp((ρ − R)/edge)))`.
fn vessels(shape: &ShapeFile, grid: &Grid, seed: u32, field: usize) -> Result<Vec<f64>, Error> {
    let ShapeFile::Vessels {
        spacing,
        sigma,
        jitter,
        core,
        core_radius,
        core_edge,
        lobes,
        ..
    } = shape
    else {
        return Err(Error::new("this shape is no `vessels`"));
    };
    let extent = grid.extent();
    let axes = if grid.is_3d() { 3 } else { 2 };
    // Lattice points at (i + 1/2) spacing that lie inside the domain.
    let lattice: [f64; 3] = std::array::from_fn(|a| match a < axes {
        true => (extent[a] / spacing - 0.5).ceil().max(0.0),
        false => 1.0,
    });
    let total: f64 = lattice.iter().product();
    if !(1.0..=MOST_ITEMS).contains(&total) {
        return Err(Error::new(format!(
            "shape `vessels`: a spacing of {} gives {} vessels in this domain",
            plain(*spacing),
            plain(total)
        ))
        .help(format!("between 1 and {MOST_ITEMS} are allowed")));
    }
    let [mx, my, mz] = lattice.map(|n| n as u64);
    let mut map = vec![0.0; grid.len()];
    for vessel in 0..mx * my * mz {
        let index = [vessel % mx, vessel / mx % my, vessel / (mx * my)];
        let w = draw(seed, field, vessel, Stream::Vessels);
        let strength = 0.4 + 1.2 * unit(w[3]);
        let at: [f64; 3] = std::array::from_fn(|a| {
            (index[a] as f64 + 0.5 + jitter * (2.0 * unit(w[a]) - 1.0)) * spacing
        });
        add_blob(grid, axes, at, *sigma, strength, &mut map);
    }
    let mean = map.iter().sum::<f64>() / map.len() as f64;
    if mean <= 0.0 {
        return Err(Error::new(format!(
            "shape `vessels`: a sigma of {} is too small for cells of {}",
            plain(*sigma),
            plain(grid.spacing[0])
        ))
        .help("give a sigma of about one cell or more"));
    }
    let rho = lobed(grid, None, lobes);
    let radius = core_radius * extent[0];
    for (value, at) in map.iter_mut().zip(centres(grid)) {
        let thinning = (1.0 - core) / (1.0 + ((rho(at) - radius) / core_edge).exp());
        *value *= (1.0 - thinning) / mean;
    }
    Ok(map)
}

/// Adds `strength · exp(−r²/(2 sigma²))` within reach of `at`.
fn add_blob(grid: &Grid, axes: usize, at: [f64; 3], sigma: f64, strength: f64, map: &mut [f64]) {
    let window: [(usize, usize); 3] = std::array::from_fn(|a| {
        let n = grid.cells[a] as usize;
        if a >= axes {
            return (0, n);
        }
        let cell = |x: f64| (x / grid.spacing[a]).clamp(0.0, n as f64) as usize;
        let reach = VESSEL_REACH * sigma;
        (cell(at[a] - reach), (cell(at[a] + reach) + 1).min(n))
    });
    let offset = |a: usize, i: usize| (i as f64 + 0.5) * grid.spacing[a] - at[a];
    let [nx, ny, _] = grid.cells.map(|n| n as usize);
    for k in window[2].0..window[2].1 {
        let z = if axes == 3 { offset(2, k) } else { 0.0 };
        for j in window[1].0..window[1].1 {
            let y = offset(1, j);
            for i in window[0].0..window[0].1 {
                let x = offset(0, i);
                let r2 = x * x + y * y + z * z;
                map[i + nx * (j + ny * k)] += strength * (-r2 / (2.0 * sigma * sigma)).exp();
            }
        }
    }
}
