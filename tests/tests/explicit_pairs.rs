//! Explicit steps taken two at once against the same steps taken one by one: the same bits.
//!
//! # Theory
//! Two steps in one pass must do to every cell what two passes do, in the same order of operations.
//!
//! # Practice
//! A run that stops after every step takes single steps; one that stops after an even number takes
//! pairs. Rough random fields make every neighbour count. Where rows are padded, both take single steps.

use std::sync::Arc;

use warmfront_engine::{Files, Gpu, GpuOptions, Simulation};
use warmfront_model::{Model, Numerics, Scenario, Scheme, Source, philox4x32};

type Failure = Box<dyn std::error::Error>;

/// Two fields that diffuse and one that does not; the rates couple all three.
fn model(walls: &str) -> Result<Model, warmfront_model::Error> {
    let field = |id: &str, diffusion: &str| {
        format!(
            "[[field]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"1\"\nkind = \"molecule\"\nscale = 1.0\n\
             display = [0.0, 1.0]\ncolour = \"#000000\"\n{diffusion}\n"
        )
    };
    let moving = |id: &str, d: f64| field(id, &format!("diffusion = \"{d:?} * p.speed\"\n{walls}"));
    let process = |id: &str, rate: &str, consumes: &str, produces: &str| {
        format!(
            "[[process]]\nid = \"{id}\"\nlabel = \"{id}\"\nrate = \"{rate}\"\nconsumes = \"{consumes}\"\n\
             produces = {{ {produces} }}\ncite = \"Assumed.\"\n"
        )
    };
    let text = [
        "[model]\nid = \"toy\"\nlabel = \"Toy\"\ndescription = \"A test.\"\ntime_unit = \"1\"\n\
         length_unit = \"1\"\ndefault_scenario = \"none\"\ntime_step = 1.0\n"
            .to_owned(),
        field("w", ""),
        moving("u", 1.0),
        moving("v", 0.3),
        "[[parameter]]\nid = \"speed\"\nlabel = \"Speed\"\nunit = \"1\"\nvalue = 1.0\nrange = [0.0, 9.0]\n\
         group = \"g\"\nconfidence = \"assumed\"\ncite = \"Assumed.\"\n"
            .to_owned(),
        process("binds", "s.v * s.v", "u", "v = 1.0, w = 0.5"),
        process("decays", "0.3 + 0.1 * s.w", "v", "w = 1.0"),
        process("returns", "0.2 * s.u", "w", "u = 1.0"),
    ];
    Model::parse(
        Source::new("toy/model.toml", text.join("\n")),
        Source::new("toy/functions.wgsl", ""),
    )
}

fn scenario(walls: &str, cells: [u32; 3], step: f64) -> Result<Scenario, Failure> {
    let [nx, ny, nz] = cells;
    let text = format!(
        "label = \"Test\"\n[grid]\ncells = [{nx}, {ny}, {nz}]\nspacing = [0.5, 0.4, 0.6]\n\
         [time]\nstep = {step:?}\nduration = {:?}\n",
        100.0 * step
    );
    let model = Arc::new(model(walls)?);
    let mut scenario = Scenario::parse(model, "test", Source::new("test.toml", text))?;
    scenario.numerics = Numerics {
        scheme: Scheme::Explicit,
        first_step: 1.0,
        ..Numerics::default()
    };
    // A second arm that is faster.
    let mut arm = scenario.arms[0].clone();
    arm.id = "fast".to_owned();
    arm.parameters[0] = 1.7;
    scenario.arms.push(arm);
    Ok(scenario)
}

/// Every field of both arms after `rounds` rounds of `steps` steps.
fn run(gpu: &Gpu, scenario: &Scenario, rounds: u32, steps: u32) -> Result<Vec<Vec<f32>>, Failure> {
    let mut simulation = Simulation::new(gpu, Files::embedded(), scenario, &[0, 1])?;
    let cells = scenario.grid.cells.iter().product::<u32>();
    let fields = scenario.model.fields.len();
    for (arm, field) in (0..2).flat_map(|arm| (0..fields).map(move |f| (arm, f))) {
        let random = |i: u32| philox4x32([i, field as u32, arm as u32, 0], [7, 7])[0];
        let values: Vec<f32> = (0..cells)
            .map(|i| (random(i) >> 8) as f32 / 16_777_216.0)
            .collect();
        simulation.set_field(arm, field, &values)?;
    }
    for round in 1..=rounds {
        simulation.advance(f64::from(round * steps) * scenario.time.step)?;
    }
    assert_eq!(simulation.diagnostics().ticks, u64::from(rounds * steps));
    let all = (0..2).flat_map(|arm| (0..fields).map(move |f| (arm, f)));
    all.map(|(arm, f)| Ok(simulation.field(arm, f)?)).collect()
}

#[test]
fn two_steps_at_once_are_two_steps() -> Result<(), Failure> {
    let gpu = Gpu::new(&GpuOptions::default())?;
    // A power of two: every time is exact, so both runs take the same steps.
    let step = 1.0 / 64.0;
    let across = "boundary = { x = \"periodic\" }";
    let all_around = "boundary = \"periodic\"";
    for walls in ["", all_around, across] {
        for cells in [
            [8, 8, 1],
            [12, 9, 1],
            [100, 37, 1],
            [64, 250, 1],
            [248, 130, 1],
            // Padded rows, three dimensions.
            [9, 8, 1],
            [250, 31, 1],
            [16, 12, 8],
        ] {
            let scenario = scenario(walls, cells, step)?;
            // Twelve steps: one by one, in pairs, in pairs with a single step after each.
            let single = run(&gpu, &scenario, 12, 1)?;
            for (rounds, steps) in [(1, 12), (4, 3)] {
                let paired = run(&gpu, &scenario, rounds, steps)?;
                for (i, (a, b)) in single.iter().zip(&paired).enumerate() {
                    let differs = a.iter().zip(b).position(|(a, b)| {
                        // A driver may join a product and a sum in one kernel and not in the other.
                        let room = if gpu.report.software { 0.0 } else { 1e-5 };
                        (a - b).abs() > room || !a.is_finite()
                    });
                    assert_eq!(
                        differs, None,
                        "{cells:?} `{walls}`, {steps} steps at once, field {i}: first cell that differs"
                    );
                }
            }
            let moved = single[1].iter().any(|v| *v > 0.0);
            assert!(moved, "{cells:?}: nothing there to compare");
        }
    }
    Ok(())
}
