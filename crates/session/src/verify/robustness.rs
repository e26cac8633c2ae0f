//! V14: what goes wrong is found, and named.

use warmfront_engine::EngineError;
use warmfront_model::{Scenario, Scheme};

use super::bench::Bench;
use super::tools::{Mesh, Toy, put, start, ticks};
use super::{Outcome, Report};

// The message of the run, which is to fail.
fn message(
    bench: &Bench<'_>,
    scenario: &Scenario,
    maps: &[(usize, Vec<f64>)],
    n: u32,
) -> Result<String, EngineError> {
    let mut simulation = start(bench, scenario)?;
    for (field, values) in maps {
        put(&mut simulation, *field, values)?;
    }
    Ok(match ticks(&mut simulation, n, scenario.time.step) {
        Ok(()) => "no error".to_owned(),
        Err(e) => e.to_string().replace('\n', " "),
    })
}

/// V14. A rate that overflows in one cell, a rate below zero, an explicit step beyond its limit, and
/// a solver that is not allowed enough cycles.
pub(super) fn messages(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let mesh = Mesh::uniform([12, 9, 1], 1.0);
    let mut spark = vec![0.0; mesh.len()];
    spark[5 * 12 + 7] = 200.0;
    let overflow = Toy::new()
        .field("shown", "diffusion = \"1.0\"")
        .field("hidden", "")
        .map("spark")
        .makes("burst", "exp(s.spark)", "hidden")
        .on(mesh, 0.1)?;
    let text = message(bench, &overflow, &[(2, spark.clone())], 3)?;
    report.says(
        "overflow in one cell of an immobile field: names the field",
        "field `hidden`",
        &text,
        "watchdog",
    );
    report.says(
        "overflow in one cell of an immobile field: names the cell",
        "cell [7, 5, 0]",
        &text,
        "watchdog",
    );

    let moving = Toy::new()
        .field("shown", "")
        .field("hidden", "diffusion = \"1.0\"")
        .map("spark")
        .makes("burst", "exp(s.spark)", "hidden")
        .on(mesh, 0.1)?;
    let text = message(bench, &moving, &[(2, spark)], 3)?;
    report.says(
        "overflow in one cell of a diffusing field: names the field",
        "field `hidden`",
        &text,
        "watchdog; diffusion has spread it over all cells",
    );

    let negative = Toy::new()
        .field("c", "diffusion = \"1.0\"")
        .makes("fine", "1.0", "c")
        .makes("wrong", "0.5 - s.c", "c")
        .on(mesh, 0.1)?;
    let line = line_of(&negative, "0.5 - s.c");
    let text = message(bench, &negative, &[], 100)?;
    report.says(
        "negative rate: names the process",
        "process `wrong`",
        &text,
        "rates are >= 0",
    );
    report.says(
        "negative rate: names file and line",
        &format!("model.toml:{line}"),
        &text,
        "rates are >= 0",
    );

    let mut explicit = Toy::new().field("c", "diffusion = \"1.0\"").on(mesh, 0.5)?;
    explicit.numerics.scheme = Scheme::Explicit;
    let mut peak = vec![0.0; mesh.len()];
    peak[50] = 1.0;
    let text = message(bench, &explicit, &[(0, peak.clone())], 20)?;
    report.says(
        "explicit step of twice the limit h^2/4D: refused, naming the field",
        "field `c`",
        &text,
        "the contract: a limit is never ignored",
    );

    let mut starved = Toy::new().field("c", "diffusion = \"1.0\"").on(mesh, 1e6)?;
    starved.numerics.max_cycles = 1;
    starved.numerics.tolerance = 1e-30;
    let text = message(bench, &starved, &[(0, peak)], 1)?;
    report.says(
        "one cycle for a stiff solve: never silent",
        "field `c`",
        &text,
        "a cap that is hit is an error",
    );
    Ok(())
}

fn line_of(scenario: &Scenario, part: &str) -> usize {
    let text = &scenario.model.source.text;
    let at = text.find(part).unwrap_or(0);
    text[..at].matches('\n').count() + 1
}
