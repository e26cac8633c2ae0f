//! The account of mass says what really happened: a field that is only converted loses what the account
//! holds, and what crosses a wall is no loss.

use std::sync::Arc;

use warmfront_engine::{EngineError, Files, Gpu, GpuOptions, Simulation};
use warmfront_model::{Model, Scenario, Source};

/// A model with default numerics on a grid of `cells`, after `ticks` steps of `step`.
fn after(
    model: &str,
    start: &str,
    cells: [u32; 3],
    step: f64,
    ticks: u32,
) -> Result<Simulation, EngineError> {
    let head = "[model]\nid = \"toy\"\nlabel = \"Toy\"\ndescription = \"A test.\"\ntime_unit = \"1\"\n\
                length_unit = \"1\"\ndefault_scenario = \"none\"\ntime_step = 1.0\n";
    let model = Model::parse(
        Source::new("model.toml", format!("{head}{model}")),
        Source::new("functions.wgsl", ""),
    )?;
    let [nx, ny, nz] = cells;
    let scenario = format!(
        "label = \"Test\"\n[grid]\ncells = [{nx}, {ny}, {nz}]\nspacing = [1.0, 1.0, 1.0]\n\
         [time]\nstep = {step:?}\nduration = {:?}\n{start}",
        step * f64::from(ticks)
    );
    let scenario = Scenario::parse(Arc::new(model), "test", Source::new("test.toml", scenario))?;
    let gpu = Gpu::new(&GpuOptions::default())?;
    let mut simulation = Simulation::new(&gpu, Files::embedded(), &scenario, &[0])?;
    simulation.advance(step * f64::from(ticks))?;
    Ok(simulation)
}

fn field(id: &str, initial: &str, rest: &str) -> String {
    format!(
        "\n[[field]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"1\"\nkind = \"molecule\"\nscale = 1.0\n\
         display = [0.0, 1.0]\ncolour = \"#000000\"\ninitial = \"{initial}\"\n{rest}\n"
    )
}

fn converts(from: &str, to: &str, rate: &str) -> String {
    format!(
        "\n[[process]]\nid = \"{from}_to_{to}\"\nlabel = \"{from} to {to}\"\nrate = \"{rate}\"\n\
         consumes = \"{from}\"\nproduces = {{ {to} = 1.0 }}\ncite = \"Assumed.\"\n"
    )
}

fn total(simulation: &Simulation) -> Result<f64, EngineError> {
    let mut sum = 0.0;
    for f in 0..3 {
        sum += simulation
            .field(0, f)?
            .iter()
            .map(|v| f64::from(*v))
            .sum::<f64>();
    }
    Ok(sum)
}

/// Three species that only convert into one another, in cells that do not exchange anything and in cells that do.
#[test]
fn a_closed_cycle_loses_what_the_account_holds() -> Result<(), EngineError> {
    for diffusion in ["", "diffusion = \"0.3\""] {
        for cells in [[12, 8, 1], [8, 8, 8]] {
            let model = [
                field("u", "0.5 + 0.2 * cos(x.x)", diffusion),
                field("v", "0.3", diffusion),
                field("w", "0.2", diffusion),
                converts("v", "u", "s.u"),
                converts("w", "v", "s.v"),
                converts("u", "w", "s.w"),
            ]
            .concat();
            let start = after(&model, "", cells, 1e-3, 1)?;
            let before = total(&start)?;
            let simulation = after(&model, "", cells, 0.5, 100)?;
            let lost = 1.0 - total(&simulation)? / before;
            let accounts = &simulation.diagnostics().fields;
            let account: f64 = accounts.iter().map(|f| f.mass_residual).sum();
            // The account adds up amounts without their sign, over a turnover above the field's amount; about a third of the
            // total stands in each field, and turns over by half in a tick of this length.
            assert!(
                lost.abs() > 1e-4,
                "half a time unit is too long a step here: {lost}"
            );
            assert!(lost.abs() < account, "{lost} {account}");
            assert!(account < 30.0 * lost.abs(), "{lost} {account}");
            // The error follows the square of the step: a sixteenth of the step loses next to nothing.
            let fine = after(&model, "", cells, 0.5 / 16.0, 1600)?;
            let fine_account: f64 = fine
                .diagnostics()
                .fields
                .iter()
                .map(|f| f.mass_residual)
                .sum();
            assert!(fine_account < account / 16.0, "{fine_account} {account}");
        }
    }
    Ok(())
}

/// Diffusion between two walls that hold 1 and 0.2, and nothing else: no imbalance beyond the tolerance of the
/// solver, although the field's amount grows.
#[test]
fn what_crosses_a_wall_is_no_loss() -> Result<(), EngineError> {
    for (cells, low, high) in [
        ([16, 8, 1], "x_low", "x_high"),
        ([8, 16, 1], "y_low", "y_high"),
        ([8, 8, 16], "z_low", "z_high"),
    ] {
        let walls = format!(
            "diffusion = \"2.0\"\nboundary = {{ {low} = {{ fixed = 1.0 }}, {high} = {{ fixed = 0.2 }} }}"
        );
        let model = field("c", "0.1", &walls);
        let simulation = after(&model, "", cells, 2.0, 60)?;
        let account = simulation.diagnostics().fields[0];
        let mean = {
            let values = simulation.field(0, 0)?;
            values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64
        };
        assert!((mean - 0.6).abs() < 1e-3, "{mean}");
        // Half a unit of the field came in: the imbalance is far below that share.
        assert!(account.mass_residual < 1e-3, "{account:?}");
    }
    Ok(())
}
