//! Synergy against the Python package `synergy` and against matrices with a known answer.
//!
//! `tests/data/synergy` of the repository holds the matrices and the package's results (see the README
//! there). Bliss and HSA are formulas on measured values and agree to rounding. The rest goes through
//! fits: both programs find the same minimum, so they agree to the precision of the package's stop,
//! except where the package's ZIP stops before the minimum.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use warmfront_session::Standing;
use warmfront_session::synergy::picture::{Page, Shown, heat_map, isobologram, surface};
use warmfront_session::synergy::{
    Base, Doses, Grid, Hill, Inverse, Matrix, Metric, Reason, Summary, Value, bliss_excess,
    combination_index, fold, hsa_excess, loewe_excess, zip_delta,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const CASES: [&str; 3] = ["null", "synergy", "tumour"];

struct Reference {
    matrix: Matrix,
    json: Json,
}

fn numbers(value: &Json) -> Vec<f64> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter()
        .map(|v| v.as_f64().unwrap_or(f64::NAN))
        .collect()
}

fn grid(value: &Json) -> Grid<f64> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().map(numbers).collect()
}

fn reference(name: &str) -> Result<Reference> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/synergy");
    let json: Json = serde_json::from_str(&fs::read_to_string(
        folder.join(name).with_extension("json"),
    )?)?;
    let drug = |name: &str, key: &str| Doses {
        name: name.to_owned(),
        unit: "mg".to_owned(),
        values: numbers(&json[key]),
    };
    let drugs = [drug("first", "doses1"), drug("second", "doses2")];
    let matrix = Matrix::from_effects(drugs, grid(&json["effects"]))?;
    Ok(Reference { matrix, json })
}

/// Compares where `which` says so; the package's NaN must be our reason. Returns the numbers compared.
fn agree(
    what: &str,
    ours: &Grid<Value>,
    theirs: &Json,
    tolerance: f64,
    which: impl Fn(usize, usize) -> bool,
) -> usize {
    let theirs = grid(theirs);
    assert_eq!((ours.len(), ours[0].len()), (theirs.len(), theirs[0].len()));
    let (mut count, mut worst) = (0, 0.0_f64);
    for (i, row) in ours.iter().enumerate().skip(1) {
        for (j, value) in row.iter().enumerate().skip(1).filter(|(j, _)| which(i, *j)) {
            match (value, theirs[i][j].is_nan()) {
                (Ok(v), false) => {
                    let off = (v - theirs[i][j]).abs();
                    assert!(
                        off <= tolerance,
                        "{what} {i} {j}: {v}, not {}",
                        theirs[i][j]
                    );
                    worst = worst.max(off);
                    count += 1;
                }
                (Err(Reason::BeyondSingle), true) => {}
                _ => panic!("{what} {i} {j}: {value:?}, not {}", theirs[i][j]),
            }
        }
    }
    println!("{what}: {count} numbers, largest difference {worst:.1e}");
    count
}

#[test]
fn bliss_and_hsa_agree_to_rounding() -> Result<()> {
    for name in CASES {
        let Reference { matrix, json } = reference(name)?;
        agree(
            name,
            &bliss_excess(&matrix),
            &json["bliss"],
            1e-12,
            |_, _| true,
        );
        agree(name, &hsa_excess(&matrix), &json["hsa"], 1e-12, |_, _| true);
    }
    Ok(())
}

#[test]
fn fitted_curves_are_the_same() -> Result<()> {
    for name in CASES {
        let Reference { matrix, json } = reference(name)?;
        for (drug, key) in [(0, "drug1"), (1, "drug2")] {
            for (base, kind) in [(Base::Fixed(0.0), "fixed"), (Base::Free, "free")] {
                let doses = &matrix.drugs()[drug].values;
                let alone: std::result::Result<Vec<f64>, _> =
                    matrix.single(drug).into_iter().collect();
                let alone = alone.map_err(Reason::words)?;
                let curve = Hill::fit(doses, &alone, base).map_err(Reason::words)?;
                let theirs = &json[key][kind];
                for (ours, field) in [
                    (curve.base, "e0"),
                    (curve.emax, "emax"),
                    (curve.slope, "h"),
                    (curve.ec50, "ec50"),
                ] {
                    let value = theirs[field].as_f64().unwrap_or(f64::NAN);
                    // Their iteration stops at changes of 1e-8 or so.
                    let close = (ours - value).abs() < 2e-6 * (1.0 + value.abs());
                    assert!(close, "{name} {key} {kind} {field}: {ours}, not {value}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn loewe_agrees() -> Result<()> {
    for name in CASES {
        let Reference { matrix, json } = reference(name)?;
        let measured = combination_index(&matrix, Inverse::Interpolated);
        // The package puts dose 0 at the smallest number above 0 on a logarithmic axis. Only single
        // doses between two doses above 0 mean the same in both.
        let least = (0..2).map(|k| matrix.single(k)[1].unwrap_or(0.0));
        let least = least.fold(0.0, f64::max);
        let clear = |i: usize, j: usize| matrix.effects()[i][j].is_ok_and(|f| f >= least);
        let count = agree(name, &measured, &json["ci_interpolated"], 1e-9, clear);
        assert!(count >= 3, "{name}: {count}");
        let fitted = combination_index(&matrix, Inverse::Fitted(Base::Free));
        let count = agree(name, &fitted, &json["ci_fitted"], 2e-5, |_, _| true);
        assert!(count >= 5, "{name}: {count}");
        // Their expected effect is the minimum of a square, found to 1e-5.
        let excess = loewe_excess(&matrix, Inverse::Fitted(Base::Fixed(0.0)));
        let count = agree(name, &excess, &json["loewe_excess"], 2e-5, |_, _| true);
        assert!(count >= 12, "{name}: {count}");
    }
    Ok(())
}

#[test]
fn zip_agrees() -> Result<()> {
    for name in CASES {
        let Reference { matrix, json } = reference(name)?;
        let ours = zip_delta(&matrix);
        // The same curves by another solver from many starts; effects to the root of its stop.
        let count = agree(name, &ours, &json["zip_many_starts"], 2e-6, |_, _| true);
        assert!(count >= 20, "{name}: {count}");
        // The package fits each row from one start. In two rows of `tumour` it stops before the
        // minimum, with a sum of squares up to 600 times as large (see the README of the data).
        let tolerance = if name == "tumour" { 0.01 } else { 2e-6 };
        agree(name, &ours, &json["zip"], tolerance, |_, _| true);
    }
    Ok(())
}

#[test]
fn independent_drugs_have_no_bliss_and_no_zip_excess() -> Result<()> {
    let matrix = reference("null")?.matrix;
    for value in bliss_excess(&matrix).into_iter().flatten() {
        assert!(value.map_err(Reason::words)?.abs() < 1e-12);
    }
    for value in zip_delta(&matrix).into_iter().flatten() {
        assert!(value.map_err(Reason::words)?.abs() < 1e-6, "{value:?}");
    }
    for value in fold(&matrix).into_iter().flatten() {
        assert!((value.map_err(Reason::words)? - 1.0).abs() < 1e-12);
    }
    Ok(())
}

#[test]
fn the_tumour_is_synergistic_by_every_measure() -> Result<()> {
    let matrix = reference("tumour")?.matrix;
    for metric in Metric::ALL {
        let summary = Summary::of(&matrix, metric).ok_or("no excess")?;
        println!("{}", summary.words(&matrix));
        assert_eq!(summary.standing, Standing::More);
        assert_eq!(summary.antagonistic, 0.0);
    }
    // 0.265 · 0.249 / (0.623 · 0.003), from the burdens.
    let found = fold(&matrix)[3][4].map_err(Reason::words)?;
    assert!((found - 35.305).abs() < 1e-2, "{found}");
    Ok(())
}

#[test]
fn figures_of_the_tumour_say_the_result() -> Result<()> {
    let matrix = reference("tumour")?.matrix;
    let page = Page {
        title: String::new(),
        subtitle: "day 21".to_owned(),
        footer: String::new(),
        style: warmfront_view::Style::Print,
        size: [800.0, 600.0],
    };
    let words = |figure: &warmfront_view::Figure| -> String {
        let texts: Vec<&str> = figure.texts().iter().map(|t| t.text.as_str()).collect();
        texts.join(" ")
    };
    let loewe = Shown::Excess(Metric::Loewe(Inverse::Interpolated));
    let chosen = Some(([3, 4], "label doses"));
    let map = heat_map(&matrix, loewe, chosen, None, &page)?;
    assert_eq!(map.marks.len(), 2);
    let said = words(&map.figure()?);
    for part in [
        "Loewe synergy: mean excess",
        "(n/a): one drug alone never has this effect.",
        "label doses",
        "dose of first (mg)",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let said = words(&surface(&matrix, Shown::Burden, None, &page)?.figure()?);
    assert!(said.contains("% of the burden without drugs"), "{said}");
    let isobologram = isobologram(&matrix, &[0.5, 0.75], &page);
    assert!(isobologram.levels[0].additive.is_some() && isobologram.levels[1].additive.is_none());
    let said = words(&isobologram.figure()?);
    assert!(
        said.contains("50 % effect") && said.contains("No dashed line"),
        "{said}"
    );
    Ok(())
}
