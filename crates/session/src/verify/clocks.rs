//! V26, V27, V28: reactions that go round, without space, against ordinary differential equations.

use warmfront_engine::{EngineError, Simulation};

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, put, runge_kutta, shipped, start, ticks};
use super::{Outcome, Report};

fn mesh() -> Mesh {
    Mesh::uniform([8, 8, 1], 1.0)
}

// Times at which the first quantity rises through `level`, interpolated between steps of `dt`.
fn rises<E>(
    level: f64,
    dt: f64,
    steps: u32,
    mut next: impl FnMut() -> Result<f64, E>,
) -> Result<Vec<f64>, E> {
    let mut times = Vec::new();
    let mut before = f64::INFINITY;
    for step in 1..=steps {
        let value = next()?;
        if before < level && value >= level {
            let part = (level - before) / (value - before);
            times.push((f64::from(step - 1) + part) * dt);
        }
        before = value;
    }
    Ok(times)
}

// Mean time between the first rise after `settled` and the last one.
fn period(times: &[f64], settled: f64) -> f64 {
    let late: Vec<f64> = times.iter().copied().filter(|t| *t > settled).collect();
    match late[..] {
        [first, .., last] => (last - first) / (late.len() - 1) as f64,
        _ => f64::NAN,
    }
}

fn period_of(
    simulation: &mut Simulation,
    level: f64,
    dt: f64,
    [time, settled]: [f64; 2],
) -> Result<f64, EngineError> {
    let steps = (time / dt).round() as u32;
    let times = rises(level, dt, steps, || -> Result<f64, EngineError> {
        ticks(simulation, 1, dt)?;
        Ok(get(simulation, 0, 0)?[5])
    })?;
    Ok(period(&times, settled))
}

fn period_exact<const N: usize>(
    law: impl Fn([f64; N]) -> [f64; N],
    mut state: [f64; N],
    level: f64,
    [time, settled]: [f64; 2],
) -> f64 {
    let dt = 0.01;
    let steps = (time / dt) as u32;
    let times: Result<Vec<f64>, std::convert::Infallible> = rises(level, dt, steps, || {
        state = runge_kutta(&law, state, dt, 10);
        Ok(state[0])
    });
    match times {
        Ok(times) => period(&times, settled),
        Err(never) => match never {},
    }
}

/// V26, second part. The shipped Brusselator as a clock, A = 1, B = 3.
pub(super) fn brusselator(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let scenario = shipped("chemical_clock", mesh())?;
    let value = |id: &str| -> Result<f64, EngineError> {
        Ok(scenario.arms[0].parameters[scenario.model.parameter(id)?])
    };
    let (a, b) = (value("a")?, value("b")?);
    let (time, level) = ([32.0, 8.0], 1.5);
    let law = |[u, v]: [f64; 2]| [a - (b + 1.0) * u + u * u * v, b * u - u * u * v];
    let exact = period_exact(law, [1.0, 2.0], level, time);
    let mut simulation = start(bench, &scenario)?;
    put(&mut simulation, 0, &vec![1.0; mesh().len()])?;
    put(&mut simulation, 1, &vec![2.0; mesh().len()])?;
    let found = period_of(&mut simulation, level, scenario.time.step, time)?;
    report.near(
        format!("Brusselator, A = {a}, B = {b}, well mixed: period of the limit cycle"),
        exact,
        found,
        0.01 * exact,
        "1 % of fourth-order Runge-Kutta in double precision at steps of 0.001",
    );
    Ok(())
}

/// V27. FitzHugh and Nagumo's nerve with a steady current, v' = v − v³/3 − w + 0.5, w' = 0.08 (v + 0.7 − 0.8 w),
/// both raised by 3 since no field is negative.
pub(super) fn fitzhugh_nagumo(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let toy = Toy::new()
        .field("v", "scale = 5.0")
        .field("w", "scale = 5.0")
        .makes("rise", "3.0 * s.v * s.v + 9.5", "v")
        .converts(
            "fall",
            "s.v * s.v / 3.0 + 8.0 + s.w / max(s.v, 1e-3)",
            "v",
            "",
        )
        .makes("recovery", "0.08 * (s.v + 0.1)", "w")
        .converts("decay", "0.064", "w", "");
    let law = |[v, w]: [f64; 2]| [v - v * v * v / 3.0 - w + 0.5, 0.08 * (v + 0.7 - 0.8 * w)];
    let (time, dt) = ([130.0, 40.0], 0.05);
    let exact = period_exact(law, [-1.0, 0.0], 0.0, time);
    let mut simulation = start(bench, &toy.on(mesh(), dt)?)?;
    put(&mut simulation, 0, &vec![2.0; mesh().len()])?;
    put(&mut simulation, 1, &vec![3.0; mesh().len()])?;
    let found = period_of(&mut simulation, 3.0, dt, time)?;
    report.near(
        "FitzHugh-Nagumo, current 0.5, well mixed: period",
        exact,
        found,
        0.01 * exact,
        "1 % of fourth-order Runge-Kutta in double precision at steps of 0.001",
    );
    Ok(())
}

/// V28. Three species of which each turns the next into itself: u' = u v − u w and so on. Their sum and their
/// product never change.
pub(super) fn cyclic(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    let from = [0.5, 0.3, 0.2];
    for (name, rest) in [("immobile", ""), ("diffusing", "diffusion = \"1.0\"")] {
        let toy = Toy::new()
            .field("u", rest)
            .field("v", rest)
            .field("w", rest)
            .converts("u_eats_v", "s.u", "v", "u = 1.0")
            .converts("v_eats_w", "s.v", "w", "v = 1.0")
            .converts("w_eats_u", "s.w", "u", "w = 1.0");
        let dt = 0.05;
        let mut simulation = start(bench, &toy.on(mesh(), dt)?)?;
        for (field, value) in from.into_iter().enumerate() {
            put(&mut simulation, field, &vec![value; mesh().len()])?;
        }
        ticks(&mut simulation, 400, dt)?;
        let mut found = [0.0; 3];
        for (field, value) in found.iter_mut().enumerate() {
            *value = get(&simulation, 0, field)?[5];
        }
        let law = |[u, v, w]: [f64; 3]| [u * v - u * w, v * w - u * v, w * u - v * w];
        let exact = runge_kutta(law, from, 20.0, 4000);
        report.near(
            format!("cyclic competition, {name}: sum of the three at t = 20"),
            1.0,
            found.iter().sum(),
            1e-4,
            "what one loses another gains; the time error of a step is second order",
        );
        report.near(
            format!("cyclic competition, {name}: product at t = 20"),
            from.iter().product(),
            found.iter().product(),
            0.01 * from.iter().product::<f64>(),
            "1 %: a method that drifted inwards or outwards would show here",
        );
        report.near(
            format!("cyclic competition, {name}: first species at t = 20"),
            exact[0],
            found[0],
            0.005,
            "half a per cent of the total, against fourth-order Runge-Kutta in double precision",
        );
    }
    Ok(())
}
