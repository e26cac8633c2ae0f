//! Bundles of fibres along an outline, and small nests beside one.
//!
//! # Theory
//! Around tumours collagen lies in bundles along the margin, with gaps through which cells pass
//! (TACS-2 of Provenzano 2006; with a tilt some bundles stand on the margin, TACS-3; recalled, not re-read).
//! A bundle starts from a random place of the outline, runs to both sides in a direction that differs
//! from the outline's by a random tilt, and waves sideways.
//!
//! # Practice
//! Drawn as curves (`curves`); where bundles cross, the largest value counts.

use crate::curves::{Curve, across, along, meander, minus, norm};
use crate::noise::{Draws, Stream};
use crate::outline::Outline;
use crate::scenario::Grid;
use crate::scenario_schema::{OutlineFile, ShapeFile};

/// Points of the middle line of a bundle.
const POINTS: usize = 9;

/// The bundles of a shape `fibres`; none for another shape.
pub(crate) fn bundles(shape: &ShapeFile, grid: &Grid, seed: u32) -> Vec<Curve> {
    let ShapeFile::Fibres {
        centre,
        radius,
        width,
        count,
        length,
        thickness,
        waviness,
        tilt,
        gaps,
        gap,
        lobes,
        outline,
        ..
    } = shape
    else {
        return Vec::new();
    };
    let radius = radius * grid.extent()[0];
    let name = number(outline.as_ref());
    let outline = Outline::new(
        grid,
        seed,
        centre.as_deref(),
        radius,
        lobes,
        outline.as_ref(),
    );
    let axes = outline.axes;
    // Directions of the gaps come first, so that they do not depend on the number of bundles.
    let holes: Vec<[f64; 3]> = (0..*gaps)
        .map(|i| Draws::new(seed, name, Stream::Fibres, u64::from(i)).direction(axes))
        .collect();
    let open = |at: [f64; 3]| {
        let n = unit(minus(at, outline.centre));
        let near = |hole: &[f64; 3]| radius * norm(minus(*hole, n)) < 0.5 * gap;
        holes.iter().any(near)
    };
    let mut curves = Vec::new();
    for bundle in 0..*count {
        let item = (1 << 32) + u64::from(bundle);
        let mut draws = Draws::new(seed, name, Stream::Fibres, item);
        let n = draws.direction(axes);
        let away = width * draws.normal();
        let long = length * draws.between(0.5, 1.5);
        let tangent = across(n, axes, draws.direction(3));
        let angle = tilt * draws.between(-1.0, 1.0);
        // From end to end of the middle line, bent along the outline.
        let middle: Vec<[f64; 3]> = (0..POINTS)
            .map(|i| {
                let s = long * (i as f64 / (POINTS - 1) as f64 - 0.5);
                let turn = s * angle.cos() / radius.max(f64::MIN_POSITIVE);
                let direction = unit(along(n.map(|x| x * turn.cos()), turn.sin(), tangent));
                outline.at(direction, away + s * angle.sin())
            })
            .collect();
        let sigma = 0.5 * thickness;
        let mut points: Vec<[f64; 3]> = Vec::new();
        for pair in middle.windows(2) {
            let part = meander(pair[0], pair[1], axes, *waviness, 1.0, sigma, &mut draws);
            points.extend(part);
        }
        // A gap cuts a bundle in two.
        for piece in points.split(|p| open(*p)).filter(|p| p.len() > 1) {
            curves.push(Curve {
                points: piece.to_vec(),
                sigma,
            });
        }
    }
    curves
}

/// Places and radii of the nests of a shape `nests`; none for another shape.
pub(crate) fn nests(shape: &ShapeFile, grid: &Grid, seed: u32) -> Vec<([f64; 3], f64)> {
    let ShapeFile::Nests {
        centre,
        radius,
        count,
        size,
        reach,
        lobes,
        outline,
        ..
    } = shape
    else {
        return Vec::new();
    };
    let radius = radius * grid.extent()[0];
    let name = number(outline.as_ref());
    let outline = Outline::new(
        grid,
        seed,
        centre.as_deref(),
        radius,
        lobes,
        outline.as_ref(),
    );
    let nest = |i: u32| {
        let mut draws = Draws::new(seed, name, Stream::Nests, u64::from(i));
        let n = draws.direction(outline.axes);
        let by = draws.between(reach[0], reach[1]);
        (outline.at(n, by), draws.between(size[0], size[1]))
    };
    (0..*count).map(nest).collect()
}

/// Number of the outline among those of a scenario.
fn number(outline: Option<&OutlineFile>) -> u32 {
    outline.map_or(0, |o| o.seed)
}

fn unit(a: [f64; 3]) -> [f64; 3] {
    let length = norm(a).max(f64::MIN_POSITIVE);
    a.map(|x| x / length)
}
