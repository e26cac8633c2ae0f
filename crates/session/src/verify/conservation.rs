//! V17: ten thousand ticks.

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, mean, put, start, ticks, uniform};
use super::{Outcome, Report};

/// V17. A random field diffuses, and another one climbs a fixed landscape, between closed walls.
pub(super) fn long_run(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([16, 16, 1], 1.0);
    let toy = Toy::new()
        .field("c", "diffusion = \"0.002\"")
        .field(
            "n",
            "kind = \"cell\"\ndiffusion = \"0.002\"\nhindrance = \"1.0 / (1.0 + s.c)\"",
        )
        .map("phi")
        .drift("n", "0.002 * s.phi");
    let mut simulation = start(bench, &toy.on(mesh, 1.0)?)?;
    let random: Vec<f64> = (0..mesh.len() as u32)
        .map(|i| f64::from(uniform(7, i) as f32))
        .collect();
    for field in [0, 1, 2] {
        put(&mut simulation, field, &random)?;
    }
    let ten_thousand = 10_000;
    ticks(&mut simulation, ten_thousand, 1.0)?;
    for (field, name) in ["diffusion", "hindered diffusion and drift"]
        .iter()
        .enumerate()
    {
        let found = get(&simulation, 0, field)?;
        report.near(
            format!("{name}, 10 000 ticks: amount over the amount at the start"),
            1.0,
            mean(&found) / mean(&random),
            1e-5,
            "the contract; amounts are kept to 2e-6, give or take roundings",
        );
        let d = &simulation.diagnostics().fields[field];
        report.at_least(
            format!("{name}: smallest value before clipping"),
            -1e-6,
            d.smallest,
            "the contract",
        );
    }
    Ok(())
}
