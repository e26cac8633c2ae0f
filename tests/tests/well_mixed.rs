//! The tumour model without space against its ordinary differential equations.
//!
//! # Theory
//! In uniform fields nothing diffuses or drifts, so every field obeys an ordinary differential
//! equation. `data/well_mixed/reference.json` holds solutions of those equations, written by hand from
//! the model's formulas and solved in double precision (see the README there): ten presets, four arms,
//! parameters, start values and regimens included. The molecules relax in hours, and their equations
//! are solved too: a quasi-steady molecule is another model, up to 11 % away in tumour burden.
//!
//! # Practice
//! One test a preset. The four arms run in one batch on 8 x 8 cells with `vessels` = 1 and a constant
//! oxygen factor. Names are matched by the `symbol` keys of the model.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use warmfront_engine::{Files, Gpu, GpuOptions, Simulation};
use warmfront_model::{Initial, Library, Model, Regimen, Scenario};

/// Largest error of a state, as a share of the largest value it has in its arm. A share of the present
/// value would ask for six digits of an antibody that is gone, or of cells that are all but extinct.
const TOLERANCE: f64 = 0.005;

/// Oxygen factor of the reference.
const OXYGEN_FACTOR: f64 = 0.85;

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
    object.iter().map(|(k, v)| (k.as_str(), number(v))).collect()
}

fn slot(model: &Model, symbol: &str) -> Slot {
    let field = model.fields.iter().position(|f| f.symbol == symbol);
    let compartment = || model.compartments.iter().position(|c| c.symbol == symbol);
    field
        .map(Slot::Field)
        .or_else(|| compartment().map(Slot::Compartment))
        .unwrap_or_else(|| panic!("no field or compartment of the model has the symbol `{symbol}`"))
}

/// The default scenario with the numbers of a preset. Presets leave the ranges of some sliders (a
/// mouse's clearance), so values are put in directly.
fn scenario(preset: &Value) -> Result<Scenario> {
    let mut scenario = Library::embedded().scenario("inflamed")?;
    let model = scenario.model.clone();
    scenario.grid.cells = [8, 8, 1];
    scenario.time.duration = number(&preset["duration"]);
    let mut changes = vec![(model.parameter("ox_fixed")?, OXYGEN_FACTOR)];
    for (symbol, value) in table(&preset["parameters"]) {
        let known = model.parameters.iter().position(|p| p.symbol == symbol);
        changes.push((known.unwrap_or_else(|| panic!("no parameter has the symbol `{symbol}`")), value));
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

fn compare(id: &str) -> Result<()> {
    let reference = reference()?;
    let preset = &reference["presets"][id];
    let mut scenario = scenario(preset)?;
    if let Ok(s) = std::env::var("WM_STEP") { scenario.time.step = s.parse()?; }
    if let Ok(s) = std::env::var("WM_FIRST") { scenario.numerics.first_step = s.parse()?; }
    if let Ok(s) = std::env::var("WM_TOL") { scenario.numerics.tolerance = s.parse()?; }
    if let Ok(s) = std::env::var("WM_PICARD") { scenario.numerics.picard = s.parse()?; }
    if let Ok(s) = std::env::var("WM_OFF") { for t in s.split(',') { let i = scenario.model.transports.iter().position(|x| x.id == t).unwrap(); scenario.off_transports[i] = true; } }
    if let Ok(s) = std::env::var("WM_UNI") { if s == "upwind" { scenario.numerics.transport = warmfront_model::TransportScheme::Upwind; } }
    if let Ok(s) = std::env::var("WM_SUB") { scenario.numerics.compartment_substeps = s.parse()?; }
    let model = scenario.model.clone();
    let symbols: Vec<&str> = reference["order"]
        .as_array()
        .expect("the reference lists its states")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let slots: Vec<Slot> = symbols.iter().map(|s| slot(&model, s)).collect();
    let gpu = Gpu::new(&GpuOptions::default())?;
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let mut simulation = Simulation::new(&gpu, Files::embedded(), &scenario, &arms)?;

    let doses = dose_times(&scenario);
    let days = numbers(&preset["days"]);
    let mut stops = [doses.clone(), days.clone()].concat();
    stops.sort_by(f64::total_cmp);
    stops.dedup();
    let mut worst = vec![vec![(0.0_f64, 0.0_f64); symbols.len()]; arms.len()];
    let mut spread: f64 = 0.0;
    for stop in stops {
        simulation.advance(stop)?;
        if let Some(row) = days.iter().position(|d| *d == stop) {
            let (found, uneven) = states(&simulation, &model, &slots)?;
            spread = spread.max(uneven);
            if std::env::var("WM_SPREAD").is_ok() {
                for arm in 0..4 { let mut l = String::new(); for (f, field) in model.fields.iter().enumerate() { let c = simulation.field(arm, f)?; let (a,b)=(c.iter().copied().fold(f32::INFINITY,f32::min), c.iter().copied().fold(0.0,f32::max)); l += &format!(" {}:{:.0e}", field.symbol, f64::from(b-a)/field.scale); } println!("day {stop} arm {arm}{l}"); }
                println!("  mean n {:?}", simulation.observe()?.iter().map(|o| o[model.observables.iter().position(|x| x.id=="occupied_volume_max").unwrap()]).collect::<Vec<_>>());
            }
            for (arm, found) in scenario.arms.iter().zip(&found) {
                let expected = &preset["arms"][&arm.id];
                let peak = numbers(&expected["peak"]);
                let expected = numbers(&expected["values"][row]);
                for (i, (x, y)) in found.iter().zip(&expected).enumerate() {
                    let error = if x == y { 0.0 } else { (x - y).abs() / peak[i] };
                    let worst = &mut worst[scenario.arm(&arm.id)?][i];
                    if !(error <= worst.0) {
                        *worst = (error, stop);
                    }
                }
            }
        }
        if doses.contains(&stop) && stop < scenario.time.duration {
            simulation.restart();
            for &arm in &arms {
                for drug in 0..model.drugs.len() {
                    let due = scenario.doses(arm, drug).into_iter().find(|d| d.0 == stop);
                    if let Some((_, amount)) = due {
                        simulation.dose(arm, drug, amount);
                    }
                }
            }
        }
    }

    let mut failures = Vec::new();
    for (arm, worst) in scenario.arms.iter().zip(&worst) {
        let (i, &(error, day)) = worst
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.0.total_cmp(&b.1.0))
            .expect("there are states");
        println!("{id} {}: largest error {:.4} % ({} on day {day})", arm.id, 100.0 * error, symbols[i]);
        for (symbol, &(error, day)) in symbols.iter().zip(worst) {
            if std::env::var("WM_ALL").is_ok() { println!("      {symbol} {:.4} % day {day}", 100.0*error); }
            if !(error <= TOLERANCE) {
                failures.push(format!("{} {symbol} on day {day}: {:.3} %", arm.id, 100.0 * error));
            }
        }
    }
    println!("{id}: spread {spread:.1e}, {} ticks, rejected {}, unsolved {}", simulation.diagnostics().ticks, simulation.diagnostics().rejected, simulation.diagnostics().unsolved);
    assert!(failures.is_empty(), "{id}: further than {} % from the reference:\n{}", 100.0 * TOLERANCE, failures.join("\n"));
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
            let mut tested = vec![$(stringify!($name)),*];
            tested.sort_unstable();
            assert_eq!(all.keys().map(String::as_str).collect::<Vec<_>>(), tested);
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
