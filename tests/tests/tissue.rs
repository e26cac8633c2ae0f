//! A tissue that looks like tissue: sharp fronts, images as masks, and the scenarios that use them.
//!
//! # Theory
//! `u_t = (D u u_x)_x + r u (1 − u)` has the wave `u = 1 − exp(ξ √(r/2D))` for ξ = x − c t < 0 and u = 0
//! beyond, with the speed c = √(rD/2) (Aronson 1980; Murray, Mathematical Biology I, 13.4): no cell is
//! ahead of the front, unlike with constant motility, where the tail reaches everywhere.
//!
//! # Practice
//! Motility in proportion to density is a hindrance on the diffusion, so the same engine, step and
//! solver do it.

use std::sync::Arc;

use warmfront_engine::{Files, Gpu, GpuOptions, Simulation};
use warmfront_model::{Model, Scenario, Source};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Length of the row of cells, in √(D/r).
const SPAN: f64 = 25.6;

/// Where the front starts.
const START: f64 = 6.0;

const MODEL: &str = r##"[model]
id = "toy"
label = "Toy"
description = "A test."
time_unit = "1"
length_unit = "1"
default_scenario = "none"
time_step = 1.0

[[field]]
id = "u"
label = "Cells"
unit = "1"
kind = "cell"
scale = 1.0
display = [0.0, 1.0]
colour = "#000000"
diffusion = "1.0"
hindrance = "min(s.u, 1.0)"

[[process]]
id = "growth"
label = "Growth"
rate = "s.u"
produces = { u = 1.0 }
cite = "Logistic growth, first half."

[[process]]
id = "crowding"
label = "Crowding"
rate = "s.u"
consumes = "u"
cite = "Logistic growth, second half."
"##;

fn row(n: u32, dt: f64) -> Result<Scenario> {
    let model = Model::parse(
        Source::new("toy/model.toml", MODEL),
        Source::new("toy/functions.wgsl", ""),
    )?;
    let text = format!(
        "label = \"Test\"\n[grid]\ncells = [{n}, 8]\nspacing = {:?}\n[time]\nstep = {dt:?}\nduration = 20.0\n\
         [numerics]\nfirst_step = 1.0\n",
        SPAN / f64::from(n)
    );
    Ok(Scenario::parse(
        Arc::new(model),
        "test",
        Source::new("test.toml", text),
    )?)
}

/// Aronson's wave for D = r = 1.
fn wave(x: f64, t: f64) -> f64 {
    let xi = x - START - t / 2_f64.sqrt();
    (1.0 - (xi / 2_f64.sqrt()).exp()).max(0.0)
}

/// Speed from t = 8 to 16, largest value more than four cells ahead of the exact front, and the mean
/// difference from the exact wave at the end.
fn sharp_front(gpu: &Gpu, n: u32, dt: f64) -> Result<[f64; 3]> {
    let scenario = row(n, dt)?;
    let h = SPAN / f64::from(n);
    let centre = |i: usize| (i as f64 + 0.5) * h;
    let mut simulation = Simulation::new(gpu, Files::embedded(), &scenario, &[0])?;
    let start: Vec<f32> = (0..8 * n as usize)
        .map(|c| wave(centre(c % n as usize), 0.0) as f32)
        .collect();
    simulation.set_field(0, 0, &start)?;
    // The front is where as many cells lie behind it as in the exact wave.
    let total = |u: &[f32]| h * u[..n as usize].iter().map(|v| f64::from(*v)).sum::<f64>();
    let mut at = [0.0; 2];
    let mut end = Vec::new();
    for (k, t) in [8.0, 16.0].into_iter().enumerate() {
        let ticks = (8.0 / dt).round() as u32;
        for i in 1..=ticks {
            simulation.advance(t - 8.0 + f64::from(i) * dt)?;
        }
        end = simulation.field(0, 0)?;
        at[k] = total(&end);
    }
    let front = START + 16.0 / 2_f64.sqrt();
    let ahead = (0..n as usize).filter(|i| centre(*i) > front + 4.0 * h);
    let ahead = ahead.map(|i| f64::from(end[i])).fold(0.0, f64::max);
    let error = (0..n as usize).map(|i| h * (f64::from(end[i]) - wave(centre(i), 16.0)).abs());
    Ok([(at[1] - at[0]) / 8.0, ahead, error.sum()])
}

#[test]
fn motility_in_proportion_to_density_gives_the_sharp_front_of_the_textbook() -> Result<()> {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let exact = 1.0 / 2_f64.sqrt();
    let mut wrong = Vec::new();
    for (n, dt) in [(64, 0.2), (128, 0.1), (256, 0.05)] {
        let [speed, ahead, error] = sharp_front(&gpu, n, dt)?;
        println!(
            "{n} cells: speed {speed:.5} of {exact:.5}, ahead {ahead:e}, mean difference {error:.4}"
        );
        assert!(ahead < 1e-6, "{n} cells: {ahead:e} ahead of the front");
        wrong.push(((speed / exact - 1.0).abs(), error));
    }
    // √(D/r) is ten cells at 256; the speed is right to 3 % there, and converges.
    assert!(wrong[2].0 < 0.03, "{wrong:?}");
    assert!(
        wrong[2].0 < wrong[0].0 && wrong[2].1 < 0.6 * wrong[1].1,
        "{wrong:?}"
    );
    Ok(())
}

/// A row of tumour that grows to the right, without T cells; arms differ in the law of motility.
const ROW: &str = r#"model = "tumour"
label = "Row"
seed = 1
off = ["infiltration"]
[grid]
cells = [128, 8]
spacing = 10.0
[time]
step = 0.25
duration = 14.0
[initial.tumour_sensitive]
shapes = [{ shape = "box", amplitude = 0.6, low = [0.0, 0.0], high = [0.3, 1.0] }]
[initial.mature_dc]
constant = 0.001
[initial.dead_cells]
constant = 0.005
[arms.constant]
order = 0
[arms.degenerate]
order = 1
parameters = { motility_degeneracy = 1.0 }
[arms.no_pressure]
order = 2
parameters = { motility_degeneracy = 1.0, crowding_mobility = 0.0 }
"#;

/// Where the first row falls through a share of its plateau at the left wall.
fn crossing(row: &[f32], share: f32) -> f64 {
    let level = share * row[0];
    let i = row.iter().rposition(|v| *v >= level).unwrap_or(0);
    let next = row.get(i + 1).copied().unwrap_or(0.0);
    10.0 * (i as f64 + 0.5 + f64::from((row[i] - level) / (row[i] - next)))
}

#[test]
fn the_tumours_front_is_sharp_and_pressure_moves_it() -> Result<()> {
    let library = warmfront_model::Library::embedded();
    let scenario = library.scenario_from_text(Source::new("row.toml", ROW))?;
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut simulation = Simulation::new(&gpu, Files::embedded(), &scenario, &[0, 1, 2])?;
    for i in 1..=56 {
        simulation.advance(0.25 * f64::from(i))?;
    }
    let cells = scenario.model.field("tumour_sensitive")?;
    let mut found = Vec::new();
    for arm in 0..3 {
        let field = simulation.field(arm, cells)?;
        let row = &field[..128];
        let (low, high) = (crossing(row, 0.9), crossing(row, 0.1));
        let place = crossing(row, 0.5);
        // Ten cells ahead of the 10 % level.
        let ahead = row[((high / 10.0) as usize + 10).min(127)];
        println!(
            "{}: plateau {:.3}, half at {place:.1} um, 10-90 % {:.1} um, ahead {ahead:e}",
            scenario.arms[arm].id,
            row[0],
            high - low
        );
        found.push((place, high - low, ahead));
    }
    let [constant, degenerate, alone] = [found[0], found[1], found[2]];
    assert!(degenerate.1 < 0.7 * constant.1, "{found:?}");
    assert!(constant.2 > 1e-4 && degenerate.2 == 0.0, "{found:?}");
    assert!(
        degenerate.0 > alone.0 + 10.0,
        "pressure moves the front: {found:?}"
    );
    Ok(())
}
