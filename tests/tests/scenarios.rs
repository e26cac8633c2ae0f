//! The scenarios of the tumour model on small grids: burden and T cells of every arm, and the Bliss excess.
//!
//! Ten slices are compared with an independent prototype in double precision on a finer grid (96 x 96 cells
//! of 20 µm, `data/oracle_scenarios.csv`), two blocks with themselves on a finer grid.

use std::collections::BTreeMap;

use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Library, Overrides, Scenario};
use warmfront_session::{Run, RunOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The prototype has one compartment for the MEK inhibitor; the mouse has here, too.
const ONE_COMPARTMENT: [(&str, f64); 3] = [
    ("mek_volume_central", 877.0),
    ("mek_exchange", 0.0),
    ("mek_absorption", 24.0),
];

/// What is left on the last day, by arm, in the order of [`ARMS`].
#[derive(Debug, Default, Clone, Copy)]
struct Left {
    /// Domain means, rho.
    burden: [f64; 4],
    effector_cd8: [f64; 4],
    exhausted_cd8: [f64; 4],
}

const ARMS: [&str; 4] = ["control", "mek", "pdl1", "combo"];

impl Left {
    /// Burdens relative to the control.
    fn relative(&self) -> [f64; 4] {
        self.burden.map(|b| b / self.burden[0])
    }

    /// Bliss: what independent effects would leave, minus what is left.
    fn excess(&self) -> f64 {
        let [_, mek, pdl1, both] = self.relative();
        mek * pdl1 - both
    }
}

/// Largest differences that are allowed.
struct Tolerance {
    /// Of a burden relative to control, and of the Bliss excess.
    burden: f64,
    /// Of T cells, as a share of what is expected.
    cells: f64,
}

/// Runs a scenario to its end.
fn run(scenario: Scenario) -> Result<Left> {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let model = scenario.model.clone();
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let ids: Vec<&str> = scenario.arms.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids, ARMS);
    let options = RunOptions::default();
    let mut run = Run::new(&gpu, Files::embedded(), scenario.clone(), &arms, options)?;
    let record = run.run(&Default::default(), &mut |_| {});
    let last = record.rows.last().ok_or("a row")?;
    let of = |id: &str| -> Result<[f64; 4]> {
        let o = model.observable(id)?;
        Ok(std::array::from_fn(|arm| last.values[arm][o]))
    };
    Ok(Left {
        burden: of("burden")?,
        effector_cd8: of("effector_cd8")?,
        exhausted_cd8: of("exhausted_cd8")?,
    })
}

/// Every number of an outcome against what is expected.
fn agree(name: &str, found: &Left, expected: &Left, tolerance: &Tolerance) {
    println!("{name}: {found:?}");
    let growing = expected.burden[0];
    assert!(
        (found.burden[0] / growing - 1.0).abs() < tolerance.burden,
        "{name}: the control has {:.4} instead of {growing}",
        found.burden[0]
    );
    let (relative, relative_expected) = (found.relative(), expected.relative());
    for (arm, id) in ARMS.iter().enumerate() {
        let (f, e) = (relative[arm], relative_expected[arm]);
        assert!(
            (f - e).abs() < tolerance.burden,
            "{name}, {id}: burden {f:.3} of the control instead of {e:.3}"
        );
        for (what, f, e) in [
            (
                "effector",
                found.effector_cd8[arm],
                expected.effector_cd8[arm],
            ),
            (
                "exhausted",
                found.exhausted_cd8[arm],
                expected.exhausted_cd8[arm],
            ),
        ] {
            assert!(
                (f / e - 1.0).abs() < tolerance.cells,
                "{name}, {id}: {what} CD8 {f:.5} rho instead of {e:.5}"
            );
        }
    }
    let (f, e) = (found.excess(), expected.excess());
    assert!(
        (f - e).abs() < tolerance.burden,
        "{name}: Bliss excess {f:.3} instead of {e:.3}"
    );
}

/// What the prototype found.
fn prototype(name: &str) -> Result<Left> {
    let table = include_str!("../data/oracle_scenarios.csv");
    let mut rows = BTreeMap::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let numbers: std::result::Result<Vec<f64>, _> =
            cells[3..].iter().map(|c| c.parse()).collect();
        rows.insert((cells[0], cells[1]), numbers?);
    }
    let mut left = Left::default();
    for (i, arm) in ARMS.iter().enumerate() {
        let row = rows.get(&(name, *arm)).ok_or("a row")?;
        left.burden[i] = row[0];
        left.effector_cd8[i] = row[1];
        left.exhausted_cd8[i] = row[2];
    }
    Ok(left)
}

/// A slice with cells of 30 µm, as wide as the tumour's edge, against the prototype, which takes donor-cell
/// drift and quasi-steady molecules. Measured: burdens within 0.02 of the control, T cells within 8.2 %.
fn slice(name: &str) -> Result<()> {
    let mouse = name == "ct26";
    let one = ONE_COMPARTMENT.iter().filter(|_| !mouse);
    let scenario = Library::embedded().scenario(name)?.with(Overrides {
        small: true,
        set: one.map(|(id, value)| ((*id).to_owned(), *value)).collect(),
        ..Overrides::default()
    })?;
    let tolerance = Tolerance {
        burden: 0.03,
        cells: 0.12,
    };
    let found = run(scenario)?;
    agree(name, &found, &prototype(name)?, &tolerance);
    for (arm, told) in told(name)?.iter().enumerate() {
        let f = found.relative()[arm + 1];
        assert!(
            (f - told).abs() < tolerance.burden,
            "the README of the model says {told} of {name}, and {f:.3} is found"
        );
    }
    Ok(())
}

/// What the README of the model says of a scenario: burdens relative to the control.
fn told(name: &str) -> Result<[f64; 3]> {
    let page = include_str!("../../assets/models/tumour/README.md");
    let row = page
        .lines()
        .find(|l| l.starts_with(&format!("| `{name}` | ")))
        .ok_or_else(|| format!("no row of {name}"))?;
    let cell = row.split(" | ").nth(2).ok_or("a third cell")?;
    let numbers: std::result::Result<Vec<f64>, _> = cell.split(", ").map(str::parse).collect();
    numbers?.try_into().map_err(|_| "three numbers".into())
}

/// A block on 20 x 20 x 20 cells of 60 µm against the same on 40 x 40 x 40 cells of 30 µm, three digits. Measured:
/// burdens within 0.02 of the control, T cells within 13.4 % (exhausted ones, which are few and sit at the edge).
fn block(name: &str, fine: &Left) -> Result<()> {
    let scenario = Library::embedded().scenario(name)?.with(Overrides {
        grid: Some([20, 20, 20]),
        ..Overrides::default()
    })?;
    let tolerance = Tolerance {
        burden: 0.03,
        cells: 0.2,
    };
    agree(name, &run(scenario)?, fine, &tolerance);
    Ok(())
}

macro_rules! slices {
    ($($name:ident,)*) => {
        $(
            #[test]
            fn $name() -> Result<()> {
                slice(stringify!($name))
            }
        )*
    };
}

slices! {
    inflamed,
    excluded,
    desert,
    mhc1_low,
    mss_crc,
    tnbc,
    resistant_clone,
    adaptive_pdl1,
    ct26,
    mek_overdose,
}

#[test]
fn inflamed_3d() -> Result<()> {
    let fine = Left {
        burden: [0.3208, 0.1410, 0.0939, 0.0147],
        effector_cd8: [0.0321, 0.0270, 0.0477, 0.0212],
        exhausted_cd8: [0.0265, 0.0250, 0.0194, 0.0062],
    };
    block("inflamed_3d", &fine)
}

#[test]
fn excluded_3d() -> Result<()> {
    let fine = Left {
        burden: [0.3883, 0.2313, 0.3601, 0.1938],
        effector_cd8: [0.0178, 0.0201, 0.0276, 0.0280],
        exhausted_cd8: [0.0027, 0.0031, 0.0020, 0.0019],
    };
    block("excluded_3d", &fine)
}
