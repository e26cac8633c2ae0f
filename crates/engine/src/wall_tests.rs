//! Drift through walls that hold a value, against closed forms and balances.

use std::sync::Arc;

use warmfront_model::{Local, Model, Numerics, Scenario, Scheme, Source, TransportScheme};

use crate::simulation::Simulation;
use crate::{EngineError, Files, Gpu, GpuOptions, Probe, ProbeError};

type Test = Result<(), Box<dyn std::error::Error>>;

/// Speed of the wind; the box has edge 1 and the diffusion coefficient is 1.
const SPEED: f64 = 5.0;

const AXES: [&str; 3] = ["x", "y", "z"];

/// A model with the given tables on a grid of edge 1 along every axis.
fn on(tables: &str, cells: [u32; 3], numerics: Numerics, step: f64) -> Scenario {
    let head = "[model]\nid = \"toy\"\nlabel = \"Toy\"\ndescription = \"A test.\"\ntime_unit = \"1\"\n\
         length_unit = \"1\"\ndefault_scenario = \"none\"\ntime_step = 1.0\n";
    let text = format!("{head}{tables}");
    let functions = Source::new("functions.wgsl", "");
    let model = Model::parse(Source::new("model.toml", text.as_str()), functions);
    let model = model.unwrap_or_else(|e| panic!("{e}"));
    let [nx, ny, nz] = cells;
    let [hx, hy, hz] = cells.map(|n| 1.0 / f64::from(n));
    let text = format!(
        "label = \"Test\"\n[grid]\ncells = [{nx}, {ny}, {nz}]\nspacing = [{hx:?}, {hy:?}, {hz:?}]\n\
         [time]\nstep = {step:?}\nduration = {:?}\n",
        1000.0 * step
    );
    let source = Source::new("test.toml", text);
    let mut scenario =
        Scenario::parse(Arc::new(model), "test", source).unwrap_or_else(|e| panic!("{e}"));
    scenario.numerics = numerics;
    scenario
}

fn field(id: &str, rest: &str) -> String {
    format!(
        "\n[[field]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"1\"\ndisplay = [0.0, 1.0]\n\
         colour = \"#000000\"\nscale = 1.0\n{rest}\n"
    )
}

fn drift(potential: &str, rest: &str) -> String {
    format!(
        "\n[[transport]]\nid = \"wind\"\nlabel = \"Wind\"\nmoves = [\"c\"]\npotential = \"{potential}\"\n\
         cite = \"Assumed.\"\n{rest}\n"
    )
}

/// `c` with a wind along `axis`, 1 on the low wall and 0 on the high one, and `others` across.
fn blown(axis: usize, others: &str) -> String {
    let a = AXES[axis];
    let across: Vec<String> = (0..3)
        .filter(|&b| b != axis)
        .map(|b| format!("{}_low = {others}, {0}_high = {others}", AXES[b]))
        .collect();
    field(
        "c",
        &format!(
            "kind = \"molecule\"\ndiffusion = \"1.0\"\n\
             boundary = {{ {a}_low = {{ fixed = 1.0 }}, {a}_high = {{ fixed = 0.0 }}, {} }}",
            across.join(", ")
        ),
    )
}

fn numerics() -> Numerics {
    Numerics {
        tolerance: 1e-6,
        max_cycles: 32,
        first_step: 1.0,
        ..Numerics::default()
    }
}

fn start(gpu: &Gpu, scenario: &Scenario) -> Result<Simulation, EngineError> {
    let mut simulation = Simulation::new(gpu, Files::embedded(), scenario, &[0])?;
    for (f, field) in scenario.model.fields.iter().enumerate() {
        // Whatever is called a ramp rises by 1 across the box: from 0 at the first wall of its axis.
        if let Some(axis) = field.id.strip_prefix("ramp_") {
            let axis = AXES.iter().position(|a| *a == axis);
            let axis = axis.unwrap_or_else(|| panic!("{} names no axis", field.id));
            let values = each_cell(scenario, |place| place[axis] as f32);
            simulation.set_field(0, f, &values)?;
        }
    }
    Ok(simulation)
}

/// A value for every cell from its centre.
fn each_cell<T>(scenario: &Scenario, of: impl Fn([f64; 3]) -> T) -> Vec<T> {
    let [nx, ny, nz] = scenario.grid.cells;
    let mut all = Vec::new();
    for z in 0..nz {
        for y in 0..ny {
            for x in 0..nx {
                let i = [x, y, z];
                all.push(of(std::array::from_fn(|a| {
                    (f64::from(i[a]) + 0.5) * scenario.grid.spacing[a]
                })));
            }
        }
    }
    all
}

fn ticks(simulation: &mut Simulation, n: u32, step: f64) -> Result<(), EngineError> {
    for i in 1..=n {
        simulation.advance(f64::from(i) * step)?;
    }
    Ok(())
}

/// Mean over a cell of the solution of c″ = speed c′ between 1 at 0 and 0 at 1.
fn steady(speed: f64, centre: f64, h: f64) -> f64 {
    let grown =
        ((speed * (centre + 0.5 * h)).exp() - (speed * (centre - 0.5 * h)).exp()) / (speed * h);
    (speed.exp() - grown) / (speed.exp() - 1.0)
}

/// Largest distance of `c` from the steady state, everywhere.
fn distance(scenario: &Scenario, found: &[f32], axis: usize, speed: f64) -> f64 {
    let h = scenario.grid.spacing[axis];
    let exact = each_cell(scenario, |x| steady(speed, x[axis], h));
    let apart = found
        .iter()
        .zip(&exact)
        .map(|(f, e)| (f64::from(*f) - e).abs());
    apart.fold(0.0, f64::max)
}

#[test]
fn a_wind_between_two_held_walls_along_every_axis() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    for axis in 0..3 {
        for speed in [SPEED, -SPEED] {
            for others in ["\"no_flux\"", "\"periodic\""] {
                for solid in [false, true] {
                    if axis == 2 && !solid {
                        continue;
                    }
                    let mut cells = [9, 8, if solid { 8 } else { 1 }];
                    cells[axis] = 34;
                    let tables = blown(axis, others)
                        + &field(&format!("ramp_{}", AXES[axis]), "kind = \"static\"")
                        + &drift(&format!("{speed:?} * s.ramp_{}", AXES[axis]), "");
                    let scenario = on(&tables, cells, numerics(), 0.1);
                    let mut simulation = start(&gpu, &scenario)?;
                    ticks(&mut simulation, 20, 0.1)?;
                    let found = simulation.field(0, 0)?;
                    let worst = distance(&scenario, &found, axis, speed);
                    assert!(worst < 0.005, "{axis} {speed} {others} {solid}: {worst}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn the_mean_of_a_blown_field_is_the_closed_form() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    for (speed, wanted, near) in [(5.0, 0.80678, 5e-4), (20.0, 0.95, 5e-4)] {
        let tables = blown(0, "\"no_flux\"")
            + &field("ramp_x", "kind = \"static\"")
            + &drift(&format!("{speed:?} * s.ramp_x"), "");
        let scenario = on(&tables, [32, 8, 1], numerics(), 0.05);
        let mut simulation = start(&gpu, &scenario)?;
        ticks(&mut simulation, 40, 0.05)?;
        let found = simulation.field(0, 0)?;
        let mean = found.iter().map(|v| f64::from(*v)).sum::<f64>() / found.len() as f64;
        assert!((mean - wanted).abs() < near, "{speed}: {mean}");
        assert!(found[0] > 0.999, "{speed}: {}", found[0]);
    }
    Ok(())
}

#[test]
fn the_potential_at_the_wall_comes_from_where_it_is_known() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    // A field that walls hold itself, one that does not move, a limit of the speed, a hindrance.
    let held = field(
        "ramp_x",
        "kind = \"molecule\"\ndiffusion = \"1.0\"\n\
         boundary = { x_low = { fixed = 0.0 }, x_high = { fixed = 1.0 } }",
    );
    let immobile = field("ramp_x", "kind = \"cell\"");
    let ways = [
        (held, drift("5.0 * s.ramp_x", "")),
        (immobile.clone(), drift("5.0 * s.ramp_x", "")),
        (
            immobile.clone(),
            drift("50.0 * s.ramp_x", "speed_limit = \"5.0\""),
        ),
        (immobile, drift("10.0 * s.ramp_x", "hindrance = \"0.5\"")),
    ];
    for (i, (ramp, wind)) in ways.into_iter().enumerate() {
        let tables = blown(0, "\"no_flux\"") + &ramp + &wind;
        let scenario = on(&tables, [32, 8, 1], numerics(), 0.1);
        let mut simulation = start(&gpu, &scenario)?;
        ticks(&mut simulation, 20, 0.1)?;
        let worst = distance(&scenario, &simulation.field(0, 0)?, 0, SPEED);
        assert!(worst < 0.005, "{i}: {worst}");
    }
    Ok(())
}

#[test]
fn an_explicit_step_sees_the_wind_at_the_wall() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let tables = blown(0, "\"periodic\"")
        + &field("ramp_x", "kind = \"static\"")
        + &drift("5.0 * s.ramp_x", "");
    let explicit = Numerics {
        scheme: Scheme::Explicit,
        ..numerics()
    };
    let step = 1e-3;
    let scenario = on(&tables, [16, 8, 1], explicit, step);
    let mut simulation = start(&gpu, &scenario)?;
    ticks(&mut simulation, 800, step)?;
    let found = simulation.field(0, 0)?;
    let worst = distance(&scenario, &found, 0, SPEED);
    // Donor-cell values on every face: first order, on a coarse grid.
    assert!(worst < 0.06, "{worst}");
    assert!(found[0] > 0.99, "{}", found[0]);
    Ok(())
}

#[test]
fn what_a_field_gains_is_what_came_through_its_walls() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let numerics = Numerics {
        scheme: Scheme::BackwardEuler,
        transport: TransportScheme::Upwind,
        tolerance: 1e-8,
        max_cycles: 64,
        ..numerics()
    };
    for axis in 0..3 {
        let mut cells = [9, 10, 8];
        cells[axis] = 17;
        let tables = blown(axis, "\"periodic\"")
            + &field(&format!("ramp_{}", AXES[axis]), "kind = \"static\"")
            + &drift(&format!("5.0 * s.ramp_{}", AXES[axis]), "");
        let step = 0.02;
        let scenario = on(&tables, cells, numerics.clone(), step);
        let mut simulation = start(&gpu, &scenario)?;
        let h = scenario.grid.spacing[axis];
        let centres = each_cell(&scenario, |x| x[axis]);
        let mut before = 0.0;
        for i in 1..=5 {
            simulation.advance(f64::from(i) * step)?;
            let found = simulation.field(0, 0)?;
            let cells = found.len() as f64;
            let sum: f64 = found.iter().map(|v| f64::from(*v)).sum();
            let mut through = 0.0;
            for (c, at) in found.iter().zip(&centres) {
                let c = f64::from(*c);
                if *at < h {
                    through += SPEED * 1.0 + 2.0 * (1.0 - c) / h;
                } else if *at > 1.0 - h {
                    through -= SPEED * c + 2.0 * c / h;
                }
            }
            let wanted = step * through / h;
            assert!(
                (sum - before - wanted).abs() < 2e-5 * cells,
                "{axis}, tick {i}: {} and {wanted}",
                sum - before
            );
            before = sum;
        }
        assert!(before > 0.0);
    }
    Ok(())
}

#[test]
fn nothing_drifts_through_a_wall_that_holds_nothing() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    // The same wind, but c only piles up: its walls are closed, those of another field are not.
    let tables = field(
        "c",
        "kind = \"molecule\"\ndiffusion = \"1.0\"\ninitial = \"1.0\"",
    ) + &field(
        "ramp_x",
        "kind = \"molecule\"\ndiffusion = \"1.0\"\n\
             boundary = { x_low = { fixed = 0.0 }, x_high = { fixed = 1.0 } }",
    ) + &drift("5.0 * s.ramp_x", "");
    let scenario = on(&tables, [32, 8, 1], numerics(), 0.05);
    let mut simulation = start(&gpu, &scenario)?;
    ticks(&mut simulation, 20, 0.05)?;
    let found = simulation.field(0, 0)?;
    let mean = found.iter().map(|v| f64::from(*v)).sum::<f64>() / found.len() as f64;
    assert!((mean - 1.0).abs() < 1e-4, "{mean}");
    // c = 5 e^(5x) / (e^5 - 1)
    let highest = found.iter().copied().fold(0.0, f32::max);
    assert!((f64::from(highest) / 4.66 - 1.0).abs() < 0.02, "{highest}");
    Ok(())
}

#[test]
fn movement_at_a_steady_state_is_none_beside_the_walls_too() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let tables = blown(0, "\"no_flux\"")
        + &field("ramp_x", "kind = \"static\"")
        + &drift("5.0 * s.ramp_x", "");
    let scenario = on(&tables, [32, 8, 1], numerics(), 0.1);
    let mut simulation = start(&gpu, &scenario)?;
    let probe = Probe::new(&simulation, &scenario.model)?;
    let moved = probe
        .locals()
        .iter()
        .position(|l| *l == Local::Transport(0));
    let moved = moved.ok_or("c moves")?;
    let points = [0, 15, 31].map(|x| (0, [x, 4, 0]));
    let look = |simulation: &Simulation| -> Result<Vec<f32>, ProbeError> {
        let looked = probe.at(simulation, &points)?;
        Ok(looked.iter().map(|row| row[moved]).collect())
    };
    // Empty at first: what comes through the low wall is 2 D / h² + speed / h.
    let early = look(&simulation)?;
    let wanted = 2.0 * 32.0 * 32.0 + SPEED as f32 * 32.0;
    assert!((early[0] / wanted - 1.0).abs() < 1e-3, "{early:?}");
    ticks(&mut simulation, 20, 0.1)?;
    for rate in look(&simulation)? {
        assert!(rate.abs() < 0.05, "{rate}");
    }
    Ok(())
}

#[test]
fn a_plane_has_no_walls_along_z() -> Test {
    let gpu = Gpu::new(&GpuOptions::default())?;
    let tables = field(
        "c",
        "kind = \"molecule\"\ndiffusion = \"1.0\"\ninitial = \"1.0\"\nboundary = { fixed = 1.0 }",
    );
    let scenario = on(&tables, [12, 8, 1], numerics(), 0.1);
    let mut simulation = start(&gpu, &scenario)?;
    ticks(&mut simulation, 5, 0.1)?;
    for v in simulation.field(0, 0)? {
        assert!((v - 1.0).abs() < 1e-5, "{v}");
    }
    Ok(())
}
