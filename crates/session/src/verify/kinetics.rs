//! V5: no space, only rates.

use warmfront_engine::EngineError;
use warmfront_model::Scheme;

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, put, start, ticks};
use super::{Outcome, Report};

fn mesh() -> Mesh {
    Mesh::uniform([9, 8, 1], 1.0)
}

fn logistic_model(rest: &str) -> Toy {
    Toy::new()
        .field("u", rest)
        .makes("growth", "s.u", "u")
        .converts("crowding", "s.u", "u", "")
}

// u' = u (1 - u) from 0.1 to t = 2; returns u at the end.
fn logistic(bench: &Bench<'_>, scheme: Scheme, rest: &str, steps: u32) -> Result<f64, EngineError> {
    let toy = logistic_model(rest);
    let dt = 2.0 / f64::from(steps);
    let mut scenario = toy.tight(mesh(), dt)?;
    scenario.numerics.scheme = scheme;
    let mut simulation = start(bench, &scenario)?;
    put(&mut simulation, 0, &vec![0.1; mesh().len()])?;
    ticks(&mut simulation, steps, dt)?;
    Ok(get(&simulation, 0, 0)?[5])
}

/// V5. BioDynaMo's decay, the logistic law with its orders, and a compartment that loses a substance
/// to nothing: in a uniform tissue all are ordinary differential equations.
pub(super) fn local(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    for (name, rest) in [
        ("immobile", "scale = 1e5"),
        ("diffusing", "scale = 1e5\ndiffusion = \"3.0\""),
    ] {
        let toy = Toy::new()
            .field("c", rest)
            .converts("decay", "0.01", "c", "");
        let mut simulation = start(bench, &toy.on(mesh(), 0.1)?)?;
        put(&mut simulation, 0, &vec![1e5; mesh().len()])?;
        ticks(&mut simulation, 100, 0.1)?;
        let found = get(&simulation, 0, 0)?[3];
        report.near(
            format!("1e5 with decay 0.01 at t = 10, {name}"),
            90_483.74,
            found,
            9.0,
            "1e-4, BioDynaMo's own gate; in f32 the rate is resolved to 2e-4, for it is added to 1/(gamma dt) = 34",
        );
    }
    let exact = 1.0 / (1.0 + 9.0 * (-2f64).exp());
    for (name, rest) in [("immobile", ""), ("diffusing", "diffusion = \"1.0\"")] {
        for (scheme, label, order, steps) in [
            (Scheme::Sdirk2, "SDIRK2", 1.9, 40),
            (Scheme::BackwardEuler, "backward Euler", 0.95, 80),
        ] {
            let coarse = logistic(bench, scheme, rest, steps)? - exact;
            let fine = logistic(bench, scheme, rest, 2 * steps)? - exact;
            report.at_most(
                format!(
                    "logistic growth, {name}, {label}, {} steps: error at t = 2",
                    2 * steps
                ),
                2e-3,
                fine.abs(),
                "a few thousandths of the change",
            );
            report.at_least(
                format!(
                    "logistic growth, {name}, {label}, {steps} to {} steps: order in time",
                    2 * steps
                ),
                order,
                (coarse / fine).abs().log2(),
                "order of the scheme",
            );
        }
    }
    for (name, rest) in [("immobile", ""), ("diffusing", "diffusion = \"1.0\"")] {
        let toy = logistic_model(rest);
        let mut simulation = start(bench, &toy.on(mesh(), 0.05)?)?;
        put(&mut simulation, 0, &vec![0.1; mesh().len()])?;
        ticks(&mut simulation, 40, 0.05)?;
        report.near(
            format!("logistic growth, {name}, 40 steps: value at t = 2"),
            exact,
            get(&simulation, 0, 0)?[5],
            1e-3 * exact,
            "a thousandth",
        );
    }
    let toy = Toy::new()
        .field("c", "")
        .compartment("plasma", 2.0)
        .converts("clearance", "0.3", "plasma", "");
    let mut simulation = start(bench, &toy.on(mesh(), 0.5)?)?;
    ticks(&mut simulation, 20, 0.5)?;
    let found = f64::from(simulation.compartments(0)?[0]);
    report.near(
        "compartment 2.0 with clearance 0.3 at t = 10",
        2.0 * (-3f64).exp(),
        found,
        1e-5,
        "the exponential rule is exact; 320 roundings",
    );
    Ok(())
}
