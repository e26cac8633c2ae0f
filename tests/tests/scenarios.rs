//! The scenarios of the tumour model on a small grid: what each arm leaves of the control, against an
//! independent prototype in double precision on a finer grid (96 x 96 cells of 20 µm).

use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Library, Overrides};
use warmfront_session::{Run, RunOptions};

/// The prototype has one compartment for the MEK inhibitor; the mouse has here, too.
const ONE_COMPARTMENT: [(&str, f64); 3] = [
    ("mek_volume_central", 877.0),
    ("mek_exchange", 0.0),
    ("mek_absorption", 24.0),
];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Largest difference of a burden relative to control. The cells here are 30 µm wide, so the tumour's edge is
/// as wide as one; the prototype takes donor-cell drift and quasi-steady molecules. Measured: at most 0.02.
const TOLERANCE: f64 = 0.03;

/// Runs a scenario at its end: burden of the MEK inhibitor, the PD-L1 inhibitor and both, relative to control.
fn compare(name: &str, expected: [f64; 3]) -> Result<()> {
    let mouse = name == "ct26";
    let one = ONE_COMPARTMENT.iter().filter(|_| !mouse);
    let scenario = Library::embedded().scenario(name)?.with(Overrides {
        small: true,
        set: one.map(|(id, value)| ((*id).to_owned(), *value)).collect(),
        ..Overrides::default()
    })?;
    let gpu = Gpu::new(&GpuOptions::default())?;
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let burden = scenario.model.burden.ok_or("the model has a burden")?;
    let mut run = Run::new(
        &gpu,
        Files::embedded(),
        scenario,
        &arms,
        RunOptions::default(),
    )?;
    let record = run.run(&Default::default(), &mut |_| {});
    let last = record.rows.last().ok_or("a row")?;
    let all: Vec<f64> = last.values.iter().map(|arm| arm[burden]).collect();
    assert!(all[0] > 0.15, "{name}: the control grows, {all:?}");
    let found = [1, 2, 3].map(|arm| all[arm] / all[0]);
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < TOLERANCE,
            "{name}: {found:.3} instead of {expected}"
        );
    }
    // Bliss: what independent effects would leave, minus what is left.
    let excess = |r: [f64; 3]| r[0] * r[1] - r[2];
    let (found, expected) = (excess(found), excess(expected));
    assert!(
        (found - expected).abs() < TOLERANCE,
        "{name}: {found:.3} instead of {expected:.3}"
    );
    Ok(())
}

macro_rules! scenarios {
    ($($name:ident: $expected:expr,)*) => {
        $(
            #[test]
            fn $name() -> Result<()> {
                compare(stringify!($name), $expected)
            }
        )*
    };
}

scenarios! {
    inflamed: [0.51, 0.38, 0.06],
    excluded: [0.68, 0.97, 0.62],
    desert: [0.70, 0.99, 0.68],
    mhc1_low: [0.53, 0.72, 0.10],
    mss_crc: [0.94, 1.00, 0.93],
    tnbc: [0.78, 0.65, 0.40],
    resistant_clone: [0.51, 0.41, 0.12],
    adaptive_pdl1: [0.58, 0.32, 0.06],
    ct26: [0.52, 0.43, 0.07],
    mek_overdose: [0.96, 0.40, 0.63],
}

/// Blocks of tissue on 20 x 20 x 20 cells of 60 µm, against the same on 40 x 40 x 40 cells of 30 µm: what each
/// arm leaves of the control, and the Bliss excess. Measured: differences of at most 0.02.
fn block(name: &str, expected: [f64; 3]) -> Result<()> {
    let scenario = Library::embedded().scenario(name)?.with(Overrides {
        grid: Some([20, 20, 20]),
        ..Overrides::default()
    })?;
    let gpu = Gpu::new(&GpuOptions::default())?;
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let burden = scenario.model.burden.ok_or("the model has a burden")?;
    let options = RunOptions::default();
    let mut run = Run::new(&gpu, Files::embedded(), scenario, &arms, options)?;
    let record = run.run(&Default::default(), &mut |_| {});
    let last = record.rows.last().ok_or("a row")?;
    let all: Vec<f64> = last.values.iter().map(|arm| arm[burden]).collect();
    let found = [1, 2, 3].map(|arm| all[arm] / all[0]);
    println!("{name}: {:.3}, then {found:.3?}", all[0]);
    assert!(all[0] > 0.25, "{name}: the control grows, {all:?}");
    let excess = |r: [f64; 3]| r[0] * r[1] - r[2];
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() < TOLERANCE,
            "{name}: {found:.3} instead of {expected}"
        );
    }
    assert!((excess(found) - excess(expected)).abs() < TOLERANCE);
    Ok(())
}

#[test]
fn inflamed_3d() -> Result<()> {
    block("inflamed_3d", [0.45, 0.29, 0.05])
}

#[test]
fn excluded_3d() -> Result<()> {
    block("excluded_3d", [0.60, 0.93, 0.50])
}
