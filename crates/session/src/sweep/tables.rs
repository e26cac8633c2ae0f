//! `sweep.csv`: every observable of every case on the day of the outcome. `synergy.csv`: every dose pair
//! against the null models. `effects.csv`: every arm at every point against the control.

use super::csvw::{Column, Table, cell};
use super::dose::Synergy;
use super::outcome::Results;
use super::plan::{Kind, Plan};
use super::stats::Mean;
use super::{Axis, Varied};
use crate::synergy::{Interval, Metric, Value};
use crate::units::rounded;

/// Columns of the axes: the value, and for a drug the amount of one dose.
fn axis_columns(plan: &Plan) -> Vec<Column> {
    let model = &plan.base.model;
    let each = plan.axes.iter().flat_map(|axis| {
        let (id, unit) = (axis.id(model), axis.unit(model));
        match axis.varied {
            Varied::Drug(_) => vec![
                Column::number(
                    id,
                    format!("{}: multiple of the regimen's dose.", axis.label(model)),
                ),
                Column::number(
                    format!("{id}_amount"),
                    format!("{}: amount of one dose, {unit}.", axis.label(model)),
                ),
            ],
            Varied::Parameter(_) => {
                vec![Column::number(
                    id,
                    format!("{}, {unit}.", axis.label(model)),
                )]
            }
        }
    });
    each.collect()
}

/// The values of the axes at a point, as these columns want them.
fn axis_cells(plan: &Plan, at: [usize; 2]) -> Vec<String> {
    let each = plan
        .axes
        .iter()
        .zip(at)
        .flat_map(|(axis, i): (&Axis, usize)| {
            let mut cells = vec![cell(Some(axis.values[i]))];
            if let Some(amounts) = axis.amounts(&plan.base) {
                cells.push(cell(Some(amounts[i])));
            }
            cells
        });
    each.collect()
}

/// Points in order, with their place.
fn points(plan: &Plan) -> impl Iterator<Item = (usize, [usize; 2])> + use<> {
    let [nx, ny] = plan.shape();
    (0..nx * ny).map(move |p| (p, [p % nx, p / nx]))
}

/// Every observable of every case.
pub(super) fn sweep(results: &Results<'_>) -> Table {
    let plan = results.plan;
    let model = &plan.base.model;
    let mut columns = vec![Column::count("seed", "Seed of the random maps.")];
    columns.extend(axis_columns(plan));
    columns.extend([
        Column::text("arm", "Treatment arm, by id; `pair` in a dose matrix."),
        Column::number(
            "time_days",
            "Time since the start, in days (or the model's unit).",
        ),
        Column::text("quantity", "Observable, by id."),
        Column::text("unit", "Unit of the value; 1 stands for a pure number."),
        Column::number(
            "value",
            "Value, to eight significant digits; empty where there is none or the case failed.",
        ),
    ]);
    let time = cell(Some(rounded(
        plan.base.time.duration / model.units_per_day(),
        12,
    )));
    let mut rows = Vec::new();
    for (s, seed) in plan.seeds.iter().enumerate() {
        for (p, at) in points(plan) {
            let place = axis_cells(plan, at);
            for (a, arm) in plan.arms.iter().enumerate() {
                for (o, observable) in model.observables.iter().enumerate() {
                    let mut row = vec![seed.to_string()];
                    row.extend(place.iter().cloned());
                    let value = cell(results.value(s, p, a, o));
                    row.extend([
                        arm.clone(),
                        time.clone(),
                        observable.id.clone(),
                        observable.unit.clone(),
                        value,
                    ]);
                    rows.push(row);
                }
            }
        }
    }
    Table {
        name: "sweep.csv",
        title: "every case of the sweep".to_owned(),
        columns,
        rows,
    }
}

fn found(value: &Value) -> Option<f64> {
    value.as_ref().ok().copied()
}

/// Every dose pair against the null models.
pub(super) fn synergy(plan: &Plan, synergy: &Synergy) -> Table {
    let mut columns = axis_columns(plan);
    columns.extend([
        Column::count("seeds", "Replicates behind the row."),
        Column::number(
            "effect",
            "1 − burden over the control's, mean over the seeds.",
        ),
        Column::number(
            "effect_low",
            "Lower end of its 95 % interval (bootstrap over seeds).",
        ),
        Column::number("effect_high", "Upper end."),
        Column::number(
            "bliss_expected",
            "Effect under Bliss independence: f1 + f2 − f1 f2.",
        ),
    ]);
    for (id, label) in METRICS {
        columns.extend([
            Column::number(id, format!("{label}; above 0 is synergy.")),
            Column::number(format!("{id}_low"), "Lower end of its 95 % interval."),
            Column::number(format!("{id}_high"), "Upper end."),
        ]);
    }
    columns.extend([
        Column::number(
            "loewe_index",
            "Loewe's combination index d1/D1 + d2/D2 at the effect of the pair; below 1 is synergy.",
        ),
        Column::number(
            "fold",
            "V1 V2 / (V_control V12): how many times less is left than under Bliss.",
        ),
        Column::text("undefined", "Why a number is missing, for each column that is empty."),
    ]);
    let effects = synergy.matrix.effects();
    let rows = points(plan).map(|(_, at)| {
        let [i, j] = at;
        let mut row = axis_cells(plan, at);
        let seeds = synergy.matrix.replicates();
        let mean = Mean::of(seeds.iter().map(|f| Some(f[i][j])));
        let [low, high] = split(mean.and_then(|m| m.interval));
        let (f1, f2) = (effects[i][0], effects[0][j]);
        row.push(synergy.seeds.to_string());
        row.extend([Some(effects[i][j]), low, high, Some(f1 + f2 - f1 * f2)].map(cell));
        let mut reasons = Vec::new();
        for m in &synergy.measured {
            let value = &m.excess[i][j];
            let interval = m.bootstrap.as_ref().ok().and_then(|b| b.pairs[i][j]);
            let [low, high] = split(interval.map(|Interval { low, high }| [low, high]));
            row.extend([found(value), low, high].map(cell));
            if let Err(reason) = value {
                reasons.push(format!("{}: {}", m.metric.label(), reason.words()));
            }
        }
        for (id, value) in [
            ("loewe_index", &synergy.index[i][j]),
            ("fold", &synergy.fold[i][j]),
        ] {
            row.push(cell(found(value)));
            if let Err(reason) = value {
                reasons.push(format!("{id}: {}", reason.words()));
            }
        }
        row.push(reasons.join("; "));
        row
    });
    Table {
        name: "synergy.csv",
        title: "dose pairs against Bliss, HSA, Loewe and ZIP".to_owned(),
        rows: rows.collect(),
        columns,
    }
}

/// Columns of the null models, in the order of [`Metric::ALL`].
pub(super) const METRICS: [(&str, &str); Metric::ALL.len()] = [
    (
        "bliss_excess",
        "Effect minus the one under Bliss independence",
    ),
    ("hsa_excess", "Effect minus the larger single effect"),
    (
        "loewe_excess",
        "Effect minus the one under Loewe additivity",
    ),
    (
        "zip_delta",
        "Fitted effect minus the one under zero interaction potency",
    ),
];

fn split(interval: Option<[f64; 2]>) -> [Option<f64>; 2] {
    match interval {
        Some([low, high]) => [Some(low), Some(high)],
        None => [None, None],
    }
}

/// Every arm at every point against the control.
pub(super) fn effects(results: &Results<'_>) -> Option<Table> {
    let plan = results.plan;
    if plan.kind != Kind::Arms {
        return None;
    }
    let observable = &plan.base.model.observables[plan.observable];
    let mut columns = axis_columns(plan);
    columns.extend([
        Column::text("arm", "Treatment arm, by id."),
        Column::number(
            "value",
            format!(
                "{}, {}, mean over the seeds.",
                observable.label, observable.unit
            ),
        ),
        Column::number(
            "value_low",
            "Lower end of its 95 % interval (bootstrap over seeds).",
        ),
        Column::number("value_high", "Upper end."),
        Column::number("relative", "The same over the control's at this point."),
        Column::number("relative_low", "Lower end of its 95 % interval."),
        Column::number("relative_high", "Upper end."),
        Column::number(
            "bliss_excess",
            "Bliss excess of a combination; above 0 is synergy.",
        ),
        Column::number("bliss_low", "Lower end of its 95 % interval."),
        Column::number("bliss_high", "Upper end."),
    ]);
    let mut rows = Vec::new();
    for (p, at) in points(plan) {
        for (a, arm) in plan.arms.iter().enumerate() {
            let mut row = axis_cells(plan, at);
            row.push(arm.clone());
            let combination =
                (0..results.combinations()).find(|c| results.combination_arm(*c) == Some(a));
            let bliss = combination.and_then(|c| results.mean_bliss(p, c));
            for mean in [
                results.mean_burden(p, a),
                results.mean_relative(p, a),
                bliss,
            ] {
                let [low, high] = split(mean.and_then(|m| m.interval));
                row.extend([mean.map(|m| m.mean), low, high].map(cell));
            }
            rows.push(row);
        }
    }
    Some(Table {
        name: "effects.csv",
        title: "arms against the control at every point".to_owned(),
        columns,
        rows,
    })
}
