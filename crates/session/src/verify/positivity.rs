//! V19: nothing falls below zero.

use warmfront_model::Scheme;

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, put, start, ticks, uniform};
use super::{Outcome, Report};

/// V19. Half the cells eat at rate 1e4; the step is 1. Every accepted step is looked at.
pub(super) fn sink(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([24, 24, 1], 1.0);
    for (scheme, name) in [
        (Scheme::Sdirk2, "SDIRK2"),
        (Scheme::BackwardEuler, "backward Euler"),
    ] {
        let toy = Toy::new()
            .field("c", "diffusion = \"1.0\"")
            .field("d", "")
            .map("eater")
            .makes("supply", "0.1", "c")
            .converts("eat_c", "1e4 * s.eater", "c", "")
            .converts("eat_d", "1e4 * s.eater", "d", "");
        let mut scenario = toy.on(mesh, 1.0)?;
        scenario.numerics.scheme = scheme;
        let mut simulation = start(bench, &scenario)?;
        let random: Vec<f64> = (0..mesh.len() as u32).map(|i| uniform(3, i)).collect();
        put(&mut simulation, 0, &random)?;
        put(&mut simulation, 1, &random)?;
        put(
            &mut simulation,
            2,
            &mesh.fill(|x| if x[0] < 12.0 { 1.0 } else { 0.0 }),
        )?;
        ticks(&mut simulation, 5, 1.0)?;
        for (field, kind) in [(0, "diffusing"), (1, "immobile")] {
            let d = &simulation.diagnostics().fields[field];
            report.at_least(
                format!("{name}, {kind}: smallest value of all accepted steps"),
                -1e-6,
                d.smallest,
                "the contract",
            );
            let largest = get(&simulation, 0, field)?.into_iter().fold(0.0, f64::max);
            report.at_most(
                format!("{name}, {kind}: largest value at the end"),
                1.5,
                largest,
                "nothing grows beyond the start and the supply of 0.5",
            );
        }
    }
    Ok(())
}
