//! Rules for the numbers of analytic shapes.

use crate::error::Error;
use crate::number::{plain, plain_list};
use crate::scenario_schema::{OutlineFile, ShapeFile};
use crate::shapes::MOST_ITEMS;

/// Checks the numbers of a shape.
pub(crate) fn check(shape: &ShapeFile) -> Result<(), Error> {
    let (name, rules) = rules(shape);
    for (key, value, low, high, allowed) in rules {
        if !(value.is_finite() && value >= low && value <= high) {
            return Err(Error::new(format!(
                "shape `{name}`: `{key}` is {}, which is not {allowed}",
                plain(value)
            )));
        }
    }
    let (centre, lobes) = match shape {
        ShapeFile::Disc { centre, lobes, .. }
        | ShapeFile::Ring { centre, lobes, .. }
        | ShapeFile::Fibres { centre, lobes, .. }
        | ShapeFile::Nests { centre, lobes, .. } => (centre.as_deref(), lobes.as_slice()),
        ShapeFile::Gaussian { centre, .. } => (centre.as_deref(), &[][..]),
        ShapeFile::Vessels { lobes, .. } | ShapeFile::Capillaries { lobes, .. } => {
            (None, lobes.as_slice())
        }
        _ => (None, &[][..]),
    };
    if let Some(c) = centre {
        coordinates(name, "centre", c, 2)?;
    }
    if lobes.iter().flatten().any(|v| !v.is_finite())
        || lobes.iter().map(|l| l[0].abs()).sum::<f64>() >= 1.0
    {
        return Err(Error::new(format!(
            "shape `{name}`: the sizes in `lobes` must be finite and add up to less than 1"
        ))
        .help("each lobe is [size, number, start angle]"));
    }
    if let Some(outline) = outline_of(shape) {
        check_outline(name, outline)?;
    }
    match shape {
        ShapeFile::Nests { size, reach, .. } => {
            for (key, [low, high]) in [("size", size), ("reach", reach)] {
                if low > high {
                    return Err(Error::new(format!(
                        "shape `nests`: `{key}` is reversed: {}",
                        plain_list(&[*low, *high])
                    )));
                }
            }
            Ok(())
        }
        ShapeFile::Cosine { modes, .. } => coordinates(name, "modes", modes, 1),
        ShapeFile::Box { low, high, .. } => {
            coordinates(name, "low", low, 1)?;
            coordinates(name, "high", high, 1)?;
            if low.len() == high.len() && low.iter().zip(high).all(|(l, h)| l < h) {
                return Ok(());
            }
            Err(Error::new(format!(
                "shape `box`: low {} is not below high {} on every axis",
                plain_list(low),
                plain_list(high)
            )))
        }
        ShapeFile::Patches { sigma, height, .. } => {
            for (key, [low, high]) in [("sigma", sigma), ("height", height)] {
                if low > high {
                    return Err(Error::new(format!(
                        "shape `patches`: `{key}` is reversed: {}",
                        plain_list(&[*low, *high])
                    )));
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn outline_of(shape: &ShapeFile) -> Option<&OutlineFile> {
    match shape {
        ShapeFile::Disc { outline, .. }
        | ShapeFile::Ring { outline, .. }
        | ShapeFile::Fibres { outline, .. }
        | ShapeFile::Nests { outline, .. } => outline.as_ref(),
        _ => None,
    }
}

fn check_outline(shape: &str, o: &OutlineFile) -> Result<(), Error> {
    let bad = |key: &str, value: f64, allowed: &str| {
        Err(Error::new(format!(
            "shape `{shape}`: `{key}` of its outline is {}, which is not {allowed}",
            plain(value)
        )))
    };
    if !(0.0..=0.5).contains(&o.roughness) {
        return bad("roughness", o.roughness, "between 0 and 0.5");
    }
    if o.roughness > 0.0 && !(o.scale.is_finite() && o.scale > 0.0) {
        return bad("scale", o.scale, "a length > 0");
    }
    if o.fingers > 1000 {
        return bad("fingers", f64::from(o.fingers), "between 0 and 1000");
    }
    for (key, value) in [
        ("finger_length", o.finger_length),
        ("finger_width", o.finger_width),
    ] {
        if o.fingers > 0 && !(value.is_finite() && value > 0.0) {
            return bad(key, value, "a length > 0");
        }
    }
    Ok(())
}

fn coordinates(shape: &str, key: &str, values: &[f64], least: usize) -> Result<(), Error> {
    if (least..=3).contains(&values.len()) && values.iter().all(|v| v.is_finite()) {
        return Ok(());
    }
    Err(Error::new(format!(
        "shape `{shape}`: `{key}` is {}, which is not {least} to 3 finite numbers",
        plain_list(values)
    )))
}

/// Name of the shape, and for each number: key, value, lowest, highest, in words.
type Rules = Vec<(&'static str, f64, f64, f64, &'static str)>;

fn rules(shape: &ShapeFile) -> (&'static str, Rules) {
    const ANY: (f64, f64, &str) = (f64::MIN, f64::MAX, "a finite number");
    const POSITIVE: (f64, f64, &str) = (f64::MIN_POSITIVE, f64::MAX, "a number > 0");
    const NOT_NEGATIVE: (f64, f64, &str) = (0.0, f64::MAX, "a number ≥ 0");
    const FRACTION: (f64, f64, &str) = (0.0, 1.0, "between 0 and 1");
    const COUNT: (f64, f64, &str) = (0.0, MOST_ITEMS, "between 0 and 100000");
    const FEW: (f64, f64, &str) = (0.0, 1e4, "between 0 and 10000");
    const FEEDERS: (f64, f64, &str) = (0.0, 100.0, "between 0 and 100");
    const AT_LEAST_ONE: (f64, f64, &str) = (1.0, f64::MAX, "a number ≥ 1");
    const RIGHT_ANGLE: (f64, f64, &str) = (0.0, 1.571, "between 0 and 1.571 radians");
    let rule = |key, value: &f64, (low, high, words)| (key, *value, low, high, words);
    match shape {
        ShapeFile::Disc {
            amplitude,
            radius,
            edge,
            ..
        } => (
            "disc",
            vec![
                rule("amplitude", amplitude, ANY),
                rule("radius", radius, NOT_NEGATIVE),
                rule("edge", edge, POSITIVE),
            ],
        ),
        ShapeFile::Ring {
            amplitude,
            radius,
            width,
            ..
        } => (
            "ring",
            vec![
                rule("amplitude", amplitude, ANY),
                rule("radius", radius, NOT_NEGATIVE),
                rule("width", width, POSITIVE),
            ],
        ),
        ShapeFile::Gaussian {
            amplitude, sigma, ..
        } => (
            "gaussian",
            vec![
                rule("amplitude", amplitude, ANY),
                rule("sigma", sigma, POSITIVE),
            ],
        ),
        ShapeFile::Cosine { amplitude, .. } => ("cosine", vec![rule("amplitude", amplitude, ANY)]),
        ShapeFile::Box { amplitude, .. } => ("box", vec![rule("amplitude", amplitude, ANY)]),
        ShapeFile::Patches {
            amplitude,
            skip,
            count,
            sigma,
            height,
            ..
        } => (
            "patches",
            vec![
                rule("amplitude", amplitude, ANY),
                rule("skip", &f64::from(*skip), COUNT),
                rule("count", &f64::from(*count), COUNT),
                rule("sigma", &sigma[0], POSITIVE),
                rule("sigma", &sigma[1], POSITIVE),
                rule("height", &height[0], ANY),
                rule("height", &height[1], ANY),
            ],
        ),
        ShapeFile::Vessels {
            amplitude,
            spacing,
            sigma,
            jitter,
            core,
            core_radius,
            core_edge,
            ..
        } => (
            "vessels",
            vec![
                rule("amplitude", amplitude, ANY),
                rule("spacing", spacing, POSITIVE),
                rule("sigma", sigma, POSITIVE),
                rule("jitter", jitter, FRACTION),
                rule("core", core, FRACTION),
                rule("core_radius", core_radius, NOT_NEGATIVE),
                rule("core_edge", core_edge, POSITIVE),
            ],
        ),
        ShapeFile::Capillaries {
            amplitude,
            spacing,
            calibre,
            feeders,
            widest,
            loops,
            tortuosity,
            core,
            core_radius,
            core_edge,
            core_tortuosity,
            core_calibre,
            core_blind,
            ..
        } => (
            "capillaries",
            vec![
                rule("amplitude", amplitude, ANY),
                rule("spacing", spacing, POSITIVE),
                rule("calibre", calibre, POSITIVE),
                rule("feeders", &f64::from(*feeders), FEEDERS),
                rule("widest", widest, AT_LEAST_ONE),
                rule("loops", loops, FRACTION),
                rule("tortuosity", tortuosity, FRACTION),
                rule("core", core, FRACTION),
                rule("core_radius", core_radius, NOT_NEGATIVE),
                rule("core_edge", core_edge, POSITIVE),
                rule("core_tortuosity", core_tortuosity, FRACTION),
                rule("core_calibre", core_calibre, POSITIVE),
                rule("core_blind", core_blind, FRACTION),
            ],
        ),
        ShapeFile::Fibres {
            amplitude,
            radius,
            width,
            count,
            length,
            thickness,
            waviness,
            tilt,
            gaps,
            gap,
            ..
        } => (
            "fibres",
            vec![
                rule("amplitude", amplitude, ANY),
                rule("radius", radius, POSITIVE),
                rule("width", width, NOT_NEGATIVE),
                rule("count", &f64::from(*count), FEW),
                rule("thickness", thickness, POSITIVE),
                rule(
                    "length",
                    length,
                    (
                        f64::MIN_POSITIVE,
                        1e3 * thickness,
                        "a number > 0 and at most 1000 times `thickness`",
                    ),
                ),
                rule("waviness", waviness, FRACTION),
                rule("tilt", tilt, RIGHT_ANGLE),
                rule("gaps", &f64::from(*gaps), FEW),
                rule("gap", gap, NOT_NEGATIVE),
            ],
        ),
        ShapeFile::Nests {
            amplitude,
            radius,
            count,
            size,
            edge,
            reach,
            ..
        } => (
            "nests",
            vec![
                rule("amplitude", amplitude, ANY),
                rule("radius", radius, NOT_NEGATIVE),
                rule("count", &f64::from(*count), FEW),
                rule("size", &size[0], POSITIVE),
                rule("size", &size[1], POSITIVE),
                rule("edge", edge, POSITIVE),
                rule("reach", &reach[0], ANY),
                rule("reach", &reach[1], ANY),
            ],
        ),
    }
}
