//! Which link of the tumour model carries what, without space, against a published table of knock-outs.
//!
//! # Theory
//! In uniform fields the model is a set of ordinary differential equations, and each of its links can be
//! taken away there. The table below was made by an integrator of its own, in double precision, that takes
//! the molecules as quasi-steady. The engine solves their equations, too, which is another model: without
//! any change its burdens differ from the table by up to 11 % (see `well_mixed.rs`).
//!
//! # Practice
//! So burdens are compared within 8 % of the table (5.8 % is found, under the PD-L1 inhibitor), those of the
//! combination, which the table gives with one to three digits, within 15 % (9 %), and folds, which have
//! four burdens in them, within 20 % (14 %). What the table is for, the order of the folds, must be the same.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use serde_json::Value;
use warmfront_engine::{Files, Gpu, GpuOptions};
use warmfront_model::{Initial, Library, Regimen, Scenario};
use warmfront_session::why::{Answer, Question};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Day of the table.
const DAY: f64 = 21.0;

/// Link, burden of control, MEK inhibitor, PD-L1 inhibitor and both, fold.
const TABLE: [(&str, [f64; 4], f64); 9] = [
    ("", [0.620, 0.265, 0.249, 0.0033], 32.5),
    ("mhc1_gain", [0.620, 0.317, 0.249, 0.0119], 10.7),
    (
        "direct_growth_inhibition",
        [0.620, 0.574, 0.249, 0.0094],
        24.4,
    ),
    ("til_protection", [0.620, 0.340, 0.249, 0.0148], 9.2),
    (
        "til_protection_and_mhc1",
        [0.620, 0.369, 0.249, 0.0519],
        2.9,
    ),
    ("priming_block", [0.620, 0.211, 0.249, 0.0009], 96.6),
    ("proliferation_block", [0.620, 0.263, 0.249, 0.0031], 34.4),
    ("adaptive_pdl1", [0.579, 0.116, 0.248, 0.0033], 15.2),
    ("cxcl_gain", [0.620, 0.283, 0.249, 0.0049], 23.2),
];

fn numbers(value: &Value) -> impl Iterator<Item = (&String, f64)> {
    let table = value.as_object().into_iter().flatten();
    table.filter_map(|(k, v)| Some((k, v.as_f64()?)))
}

/// The default scenario in uniform tissue: start values, parameters and regimens of the reference.
fn uniform() -> Result<Scenario> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/well_mixed/reference.json");
    let reference: Value = serde_json::from_str(&fs::read_to_string(path)?)?;
    let preset = &reference["presets"]["inflamed"];
    let mut scenario = Library::embedded().scenario("inflamed")?;
    let model = scenario.model.clone();
    scenario.grid.cells = [8, 8, 1];
    scenario.time.duration = DAY;
    scenario.time.snapshots = vec![0.0, DAY];
    scenario.time.step = 0.25;
    let mut set = |symbol: &str, value: f64| {
        let p = model.parameters.iter().position(|p| p.symbol == symbol);
        let p = p.ok_or_else(|| format!("no parameter has the symbol `{symbol}`"))?;
        scenario.parameters[p] = value;
        for arm in &mut scenario.arms {
            arm.parameters[p] = value;
        }
        Ok::<(), String>(())
    };
    for (symbol, value) in numbers(&preset["parameters"]) {
        set(symbol, value)?;
    }
    // One compartment of the MEK inhibitor, as in the reference.
    for (symbol, value) in [("VF_Q", 877.0), ("QF_Q", 0.0), ("ka_Q", 24.0)] {
        set(symbol, value)?;
    }
    let oxygen = model.parameter("ox_fixed")?;
    scenario.parameters[oxygen] = 0.85;
    for arm in &mut scenario.arms {
        arm.parameters[oxygen] = 0.85;
    }
    scenario.initial.fill(None);
    for (symbol, value) in numbers(&preset["initial"]) {
        if let Some(f) = model.fields.iter().position(|f| f.symbol == *symbol) {
            scenario.initial[f] = Some(Initial {
                constant: value,
                ..Initial::default()
            });
        } else {
            let c = model.compartments.iter().position(|c| c.symbol == *symbol);
            scenario.compartments[c.ok_or("an unknown symbol")?] = value;
        }
    }
    for (regimen, drug) in scenario.regimens.iter_mut().zip(&model.drugs) {
        let given = &preset["regimens"][&drug.id];
        let read = |key: &str| given[key].as_f64();
        *regimen = Regimen {
            dose: read("dose").ok_or("a dose")?,
            every: read("every").ok_or("an interval")?,
            on: read("on"),
            off: read("off").unwrap_or(0.0),
            doses: read("doses").map(|n| n as u32),
            ..Regimen::default()
        };
    }
    Ok(scenario)
}

fn explain(scenario: &Scenario, names: &[&str]) -> Result<Answer> {
    let links: std::result::Result<Vec<usize>, _> = names
        .iter()
        .map(|n| scenario.model.counterfactual(n))
        .collect();
    let question = Question::new(scenario, &links?, 1)?;
    let gpu = Gpu::new(&GpuOptions::default())?;
    let never = AtomicBool::new(false);
    let files = Files::embedded();
    let found = question
        .study
        .run(&gpu, &files, None, &never, &mut |_| {})?;
    Ok(question.answer(&found, scenario.time.duration)?)
}

#[test]
fn the_knock_outs_of_the_table() -> Result<()> {
    let scenario = uniform()?;
    let names: Vec<&str> = TABLE[1..].iter().map(|row| row.0).collect();
    let answer = explain(&scenario, &names)?;
    let mut found = Vec::new();
    for (row, (name, burdens, fold)) in TABLE.iter().enumerate() {
        assert_eq!(answer.links[row].id, *name);
        let mut line = format!("{name:26}");
        for (arm, expected) in burdens.iter().enumerate() {
            let burden = answer.burden(row, arm).ok_or("a burden")?.mean;
            line.push_str(&format!("  {burden:.4} ({expected})"));
            let allowed = if arm == 3 { 0.15 } else { 0.08 };
            let off = burden / expected - 1.0;
            assert!(
                off.abs() < allowed,
                "{name}, arm {arm}: {burden} instead of {expected}"
            );
        }
        let measured = answer.fold(row).ok_or("a fold")?.mean;
        println!("{line}  fold {measured:.1} ({fold})");
        assert!(
            (measured / fold - 1.0).abs() < 0.2,
            "{name}: fold {measured} instead of {fold}"
        );
        found.push((*name, *fold, measured));
    }
    // The order of the folds is that of the table; two that are nearly equal there may change places.
    for (i, a) in found.iter().enumerate() {
        for b in &found[i + 1..] {
            if (a.1 / b.1).ln().abs() > 0.2 {
                assert_eq!(a.1 > b.1, a.2 > b.2, "{} and {}", a.0, b.0);
            }
        }
    }
    Ok(())
}
