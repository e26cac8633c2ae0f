//! The scenarios of the tumour model on a small grid: what each arm leaves of the control, against an
//! independent prototype in double precision on a finer grid (96 x 96 cells of 20 µm).

use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Library, Overrides};
use warmfront_session::{Run, RunOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Largest difference of a burden relative to control. The cells here are 30 µm wide, so the tumour's edge is
/// as wide as one; the prototype takes donor-cell drift and quasi-steady molecules. Measured: at most 0.02.
const TOLERANCE: f64 = 0.03;

/// Runs a scenario at its end: burden of the MEK inhibitor, the PD-L1 inhibitor and both, relative to control.
fn compare(name: &str, expected: [f64; 3]) -> Result<()> {
    let scenario = Library::embedded().scenario(name)?.with(Overrides {
        small: true,
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
