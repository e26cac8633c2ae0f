//! `[numerics]` of one file put on top of what the files below it said.

use toml::Spanned;

use crate::error::Error;
use crate::model::Source;
use crate::number::plain;
use crate::scenario::{Numerics, Scheme, TransportScheme};
use crate::scenario_build::found;
use crate::scenario_schema::NumericsFile;

/// Most iterations, cycles or sub-steps of one tick.
const MOST_REPEATS: u32 = 1000;

/// Smallest error per step that single precision can tell from rounding.
const LEAST_ADAPTIVE: f64 = 1e-7;

/// Merges key by key.
pub(crate) fn merge_numerics(
    n: &mut Numerics,
    file: &NumericsFile,
    source: &Source,
) -> Result<(), Error> {
    let least_one =
        |v: &Spanned<u32>, what: &str| match *v.get_ref() {
            0 => Err(Error::new(format!("`{what}` is 0: at least 1 is needed"))
                .at(source.place(v.span()))),
            // One tick must stay short enough to be interrupted.
            n if n > MOST_REPEATS => Err(Error::new(format!(
                "`{what}` is {n}: at most {MOST_REPEATS} is allowed"
            ))
            .at(source.place(v.span()))),
            n => Ok(n),
        };
    let fraction = |v: &Spanned<f64>, what: &str, one: bool| {
        let x = *v.get_ref();
        if x > 0.0 && (x < 1.0 || (one && x == 1.0)) {
            return Ok(x);
        }
        Err(Error::new(format!(
            "`{what}` is {}, which is not between 0 and 1",
            plain(x)
        ))
        .at(source.place(v.span())))
    };
    if let Some(v) = &file.scheme {
        n.scheme = found(source, v, |t| match t {
            "sdirk2" => Ok(Scheme::Sdirk2),
            "backward_euler" => Ok(Scheme::BackwardEuler),
            "explicit" => Ok(Scheme::Explicit),
            _ => Err(Error::unknown(
                "scheme",
                t,
                ["sdirk2", "backward_euler", "explicit"],
            )),
        })?;
    }
    if let Some(v) = &file.transport {
        n.transport = found(source, v, |t| match t {
            "limited" => Ok(TransportScheme::Limited),
            "upwind" => Ok(TransportScheme::Upwind),
            _ => Err(Error::unknown("transport scheme", t, ["limited", "upwind"])),
        })?;
    }
    if let Some(v) = &file.picard {
        n.picard = least_one(v, "picard")?;
    }
    if let Some(v) = &file.tolerance {
        n.tolerance = fraction(v, "tolerance", false)?;
    }
    if let Some(v) = &file.max_cycles {
        n.max_cycles = least_one(v, "max_cycles")?;
    }
    if let Some(v) = &file.first_step {
        n.first_step = fraction(v, "first_step", true)?;
    }
    if let Some(v) = &file.adaptive {
        let error = fraction(v, "adaptive", false)?;
        if error < LEAST_ADAPTIVE {
            return Err(Error::new(format!(
                "`adaptive` is {}: single precision resolves no relative error below 1e-7",
                plain(error)
            ))
            .help("give 1e-7 or more; 1e-3 is a usual value")
            .at(source.place(v.span())));
        }
        n.adaptive = Some(error);
    }
    if let Some(v) = &file.compartment_substeps {
        n.compartment_substeps = least_one(v, "compartment_substeps")?;
    }
    Ok(())
}
