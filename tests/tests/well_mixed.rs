//! The tumour model without space against its ordinary differential equations.
//!
//! # Theory
//! In uniform fields nothing diffuses or drifts, so every field obeys an ordinary differential
//! equation. `data/well_mixed/reference.json` holds solutions of those equations in double precision
//! from a program that shares nothing with the engine (see the README there): ten presets, four arms,
//! with their parameters, start values and regimens. The molecules relax in hours (IL-12 in 0.7 day),
//! and their equations are solved too: taking them as quasi-steady is another model, whose burden at
//! the end is up to 11 % away.
//!
//! # Practice
//! One test a preset, with the scenario's own numerics, at its own step and at a shorter one. The four arms run in one
//! batch on 8 x 8 cells with `vessels` = 1 and a constant
//! oxygen factor. Names are matched by the `symbol` keys of the model.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use warmfront_engine::{Files, Gpu, GpuOptions, Simulation};
use warmfront_model::{Initial, Library, Model, Regimen, Scenario};

/// Largest error of a state, as a share of the largest value it has in its arm. A share of the present
/// value would ask for six digits of an antibody that is gone, or of cells that are all but extinct.
const TOLERANCE: f64 = 0.005;

/// The same with the step that the scenario ships with, 0.5 day, at which a peak of a drug is a few steps wide.
const TOLERANCE_SHIPPED: f64 = 0.02;

/// And for a mouse, which clears the MEK inhibitor in hours and gets it every day.
const TOLERANCE_SHIPPED_MOUSE: f64 = 0.1;

/// Short time step, days: it shows that what is left at the shipped one is the error of the step.
const STEP: f64 = 0.125;

/// For a mouse.
const STEP_MOUSE: f64 = 0.0625;

/// Most that the cells of a field may differ, in its scale: no more than the share of a change that a linear solve may
/// leave, 1e-2. Found: up to 3.6e-3 at the shipped step (1.2e-4 with solves to 1e-6), 2.6e-4 at the short one. More
/// means that uniform tissue has fallen apart.
const SPREAD: f64 = 1e-2;

/// Oxygen factor of the reference.
const OXYGEN_FACTOR: f64 = 0.85;

/// The reference has one compartment for the MEK inhibitor: volume, exchange and absorption by symbol.
const ONE_COMPARTMENT: [(&str, f64); 3] = [("VF_Q", 877.0), ("QF_Q", 0.0), ("ka_Q", 24.0)];

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Where a state of the reference lives.
#[derive(Clone, Copy)]
enum Slot {
    Field(usize),
    Compartment(usize),
}

fn reference() -> Result<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/well_mixed/reference.json");
    Ok(serde_json::from_str(&fs::read_to_string(path)?)?)
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("the reference has a list here");
    list.iter().map(number).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("the reference has a number here")
}

fn table(value: &Value) -> BTreeMap<&str, f64> {
    let object = value.as_object().expect("the reference has a table here");
    object
        .iter()
        .map(|(k, v)| (k.as_str(), number(v)))
        .collect()
}

fn slot(model: &Model, symbol: &str) -> Slot {
    let field = model.fields.iter().position(|f| f.symbol == symbol);
    let compartment = || model.compartments.iter().position(|c| c.symbol == symbol);
    field
        .map(Slot::Field)
        .or_else(|| compartment().map(Slot::Compartment))
        .unwrap_or_else(|| panic!("no field or compartment of the model has the symbol `{symbol}`"))
}

/// The default scenario, with its own numerics and step, and the numbers of a preset. Presets leave the ranges of some sliders (a
/// mouse's clearance), so values are put in directly.
fn scenario(preset: &Value) -> Result<Scenario> {
    let mut scenario = Library::embedded().scenario("inflamed")?;
    let model = scenario.model.clone();
    scenario.grid.cells = [8, 8, 1];
    scenario.time.duration = number(&preset["duration"]);
    let mut changes = vec![(model.parameter("ox_fixed")?, OXYGEN_FACTOR)];
    for (symbol, value) in ONE_COMPARTMENT
        .into_iter()
        .chain(table(&preset["parameters"]))
    {
        let known = model.parameters.iter().position(|p| p.symbol == symbol);
        changes.push((
            known.unwrap_or_else(|| panic!("no parameter has the symbol `{symbol}`")),
            value,
        ));
    }
    for arm in &mut scenario.arms {
        for &(parameter, value) in &changes {
            arm.parameters[parameter] = value;
        }
    }
    // What the preset does not name starts as the model says.
    scenario.initial.fill(None);
    for (symbol, value) in table(&preset["initial"]) {
        match slot(&model, symbol) {
            Slot::Field(f) => {
                scenario.initial[f] = Some(Initial {
                    constant: value,
                    ..Initial::default()
                });
            }
            Slot::Compartment(c) => scenario.compartments[c] = value,
        }
    }
    for (regimen, drug) in scenario.regimens.iter_mut().zip(&model.drugs) {
        let given = table(&preset["regimens"][&drug.id]);
        *regimen = Regimen {
            dose: given["dose"],
            start: 0.0,
            every: given["every"],
            on: given.get("on").copied(),
            off: given.get("off").copied().unwrap_or(0.0),
            doses: given.get("doses").map(|&n| n as u32),
            ..Regimen::default()
        };
    }
    Ok(scenario)
}

/// Dose times of all arms: every arm restarts its steps at each of them.
fn dose_times(scenario: &Scenario) -> Vec<f64> {
    let mut times: Vec<f64> = (0..scenario.arms.len())
        .flat_map(|arm| (0..scenario.regimens.len()).map(move |drug| (arm, drug)))
        .flat_map(|(arm, drug)| scenario.doses(arm, drug))
        .map(|dose| dose.0)
        .collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    times
}

/// Values of the states in all arms, and how far the cells of a field differ at most, in its scale.
fn states(simulation: &Simulation, model: &Model, slots: &[Slot]) -> Result<(Vec<Vec<f64>>, f64)> {
    let mut spread: f64 = 0.0;
    let mut all = Vec::new();
    for arm in 0..simulation.arms() {
        let compartments = simulation.compartments(arm)?;
        let mut values = Vec::new();
        for &slot in slots {
            values.push(match slot {
                Slot::Compartment(c) => f64::from(compartments[c]),
                Slot::Field(f) => {
                    let cells = simulation.field(arm, f)?;
                    let low = cells.iter().copied().fold(f32::INFINITY, f32::min);
                    let high = cells.iter().copied().fold(0.0, f32::max);
                    spread = spread.max(f64::from(high - low) / model.fields[f].scale);
                    f64::from(cells[0])
                }
            });
        }
        all.push(values);
    }
    Ok((all, spread))
}

/// Largest error of a state so far, and its day.
#[derive(Clone, Copy, Default)]
struct Worst {
    error: f64,
    day: f64,
}

fn give_doses(simulation: &mut Simulation, scenario: &Scenario, now: f64) {
    simulation.restart();
    for arm in 0..scenario.arms.len() {
        for drug in 0..scenario.regimens.len() {
            let due = scenario.doses(arm, drug).into_iter().find(|d| d.0 == now);
            if let Some((_, amount)) = due {
                simulation.dose(arm, drug, amount);
            }
        }
    }
}

fn compare(id: &str) -> Result<()> {
    let reference = reference()?;
    let shipped = scenario(&reference["presets"][id])?;
    let mut short = shipped.clone();
    let mouse = id == "ct26";
    short.time.step = if mouse { STEP_MOUSE } else { STEP };
    let allowed = if mouse {
        TOLERANCE_SHIPPED_MOUSE
    } else {
        TOLERANCE_SHIPPED
    };
    compare_run(id, &reference, &short, TOLERANCE)?;
    compare_run(id, &reference, &shipped, allowed)
}

fn compare_run(id: &str, reference: &Value, scenario: &Scenario, tolerance: f64) -> Result<()> {
    let preset = &reference["presets"][id];
    let model = scenario.model.clone();
    let order = reference["order"]
        .as_array()
        .expect("the reference lists its states");
    let symbols: Vec<&str> = order.iter().filter_map(Value::as_str).collect();
    let slots: Vec<Slot> = symbols.iter().map(|s| slot(&model, s)).collect();
    let gpu = Gpu::new(&GpuOptions::default())?;
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let mut simulation = Simulation::new(&gpu, Files::embedded(), scenario, &arms)?;

    let doses = dose_times(scenario);
    let days = numbers(&preset["days"]);
    let mut stops = [doses.clone(), days.clone()].concat();
    stops.sort_by(f64::total_cmp);
    stops.dedup();
    let mut worst = vec![vec![Worst::default(); symbols.len()]; arms.len()];
    let mut spread: f64 = 0.0;
    for stop in stops {
        simulation.advance(stop)?;
        // The reference, too, is the state just before a dose.
        if let Some(row) = days.iter().position(|d| *d == stop) {
            let (found, uneven) = states(&simulation, &model, &slots)?;
            spread = spread.max(uneven);
            for ((arm, found), worst) in scenario.arms.iter().zip(&found).zip(&mut worst) {
                let expected = &preset["arms"][&arm.id];
                let peaks = numbers(&expected["peak"]);
                let expected = numbers(&expected["values"][row]);
                for (i, worst) in worst.iter_mut().enumerate() {
                    // A state that is 0 throughout (a drug not given) has to be 0 to the bit.
                    let off = (found[i] - expected[i]).abs();
                    let error = if off == 0.0 { 0.0 } else { off / peaks[i] };
                    if error.is_nan() || error > worst.error {
                        *worst = Worst { error, day: stop };
                    }
                }
            }
        }
        if doses.contains(&stop) {
            give_doses(&mut simulation, scenario, stop);
        }
    }

    let mut failures = Vec::new();
    for (arm, worst) in scenario.arms.iter().zip(&worst) {
        let mut largest = ("none", Worst::default());
        for (symbol, &w) in symbols.iter().zip(worst) {
            if w.error > largest.1.error {
                largest = (symbol, w);
            }
            if w.error.is_nan() || w.error > tolerance {
                failures.push(format!(
                    "{} {symbol} on day {}: {:.3} %",
                    arm.id,
                    w.day,
                    100.0 * w.error
                ));
            }
        }
        let (symbol, Worst { error, day }) = largest;
        println!(
            "{id} {}: {:.3} % ({symbol} on day {day})",
            arm.id,
            100.0 * error
        );
    }
    let ticks = simulation.diagnostics().ticks;
    println!(
        "{id}, step {}: {ticks} ticks, cells differ by {spread:.1e} of the scale",
        scenario.time.step
    );
    let allowed = 100.0 * tolerance;
    assert!(
        failures.is_empty(),
        "{id}: more than {allowed} % from the reference:\n{}",
        failures.join("\n")
    );
    assert!(
        spread <= SPREAD,
        "{id}: uniform fields differ by {spread:.1e} between cells"
    );
    Ok(())
}

macro_rules! presets {
    ($($name:ident,)*) => {
        $(
            #[test]
            fn $name() -> Result<()> {
                compare(stringify!($name))
            }
        )*

        #[test]
        fn every_preset_is_tested() -> Result<()> {
            let reference = reference()?;
            let all = reference["presets"].as_object().expect("the reference has presets");
            let tested: BTreeSet<&str> = [$(stringify!($name)),*].into();
            assert_eq!(all.keys().map(String::as_str).collect::<BTreeSet<_>>(), tested);
            Ok(())
        }
    };
}

presets! {
    inflamed,
    excluded,
    desert,
    mhclow,
    msscrc,
    tnbc,
    resist,
    adaptive,
    ct26,
    mekhigh,
}
