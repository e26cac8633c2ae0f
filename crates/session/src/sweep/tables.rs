//! `sweep.csv`: every observable of every case on the day of the outcome. `synergy.csv`: every dose pair
//! against the null models. `effects.csv`: every arm at every point against the control.

use warmfront_model::Better;

use super::csvw::{Column, Table, cell};
use super::dose::Synergy;
use super::outcome::Results;
use super::plan::{Kind, Plan};
use super::stats::Mean;
use super::{Axis, Varied};
use crate::effect::Standing;
use crate::export::one_line;
use crate::synergy::{Interval, LEAST_SEEDS, Metric, Value, bliss_effect};
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

/// Columns of `synergy.csv`.
fn synergy_columns(plan: &Plan, better: Better) -> Vec<Column> {
    let o = &plan.base.model.observables[plan.observable].label;
    let [effect, bliss, fold] = match better {
        Better::Less => [
            format!("1 − {o} over the control's, mean over the seeds; less is better."),
            "f1 + f2 − f1 f2".to_owned(),
            "V1 V2 / (V_control V12): how many times less is left than under Bliss independence"
                .to_owned(),
        ],
        Better::More => [
            format!("{o} over the control's − 1, mean over the seeds; more is better."),
            "f1 + f2 + f1 f2".to_owned(),
            "V_control V12 / (V1 V2): how many times more there is than under Bliss independence"
                .to_owned(),
        ],
    };
    let mut columns = axis_columns(plan);
    columns.extend([
        Column::count("seeds", "Replicates that have the pair."),
        Column::number("effect", effect),
    ]);
    columns.extend(spread_columns("effect"));
    columns.push(Column::number(
        "bliss_expected",
        format!("Effect under Bliss independence: {bliss}."),
    ));
    for ((id, label), metric) in METRICS.into_iter().zip(Metric::ALL) {
        let more = metric.standing_words(Standing::More, false);
        columns.push(Column::number(id, format!("{label}; above 0: {more}.")));
        columns.extend(spread_columns(id));
    }
    columns.extend([
        Column::number(
            "loewe_index",
            "Loewe's combination index d1/D1 + d2/D2 at the effect of the pair; below 1: Loewe synergy.",
        ),
        Column::number("fold", format!("{fold}; above 1: Bliss synergy.")),
        Column::text("undefined", "Why a number is missing, for each column that is empty."),
    ]);
    columns
}

/// The columns of a spread, `NAME_low` and `NAME_high`.
fn spread_columns(name: &str) -> [Column; 2] {
    [
        Column::number(
            format!("{name}_low"),
            format!(
                "Lower end of its spread over start maps: 2.5 % of the means of seeds drawn with replacement (bootstrap) are below. With {LEAST_SEEDS} seeds such a spread holds the true mean in about 84 of 100 cases, with more of them in up to 95; with fewer there is none."
            ),
        ),
        Column::number(format!("{name}_high"), "Upper end: 2.5 % are above."),
    ]
}

/// Every dose pair against the null models.
pub(super) fn synergy(results: &Results<'_>, synergy: &Synergy) -> Table {
    let plan = results.plan;
    let expected = bliss_effect(&synergy.matrix);
    let effects = synergy.matrix.effects();
    let rows = points(plan).map(|(p, at)| {
        let [i, j] = at;
        let mut row = axis_cells(plan, at);
        let seeds = synergy.matrix.replicates();
        let mean = Mean::of(seeds.iter().map(|f| f[i][j]));
        let [low, high] = split(mean.and_then(|m| m.spread));
        row.push(synergy.matrix.seeds(i, j).to_string());
        let effect = &effects[i][j];
        row.extend([found(effect), low, high, found(&expected[i][j])].map(cell));
        let mut reasons = Vec::new();
        if let Err(reason) = effect {
            let why = results.why_missing(p, 0).unwrap_or(reason.words());
            reasons.push(format!("effect: {}", one_line(why)));
        }
        for m in &synergy.measured {
            let value = &m.excess[i][j];
            let spread = m.bootstrap.as_ref().ok().and_then(|b| b.pairs[i][j]);
            let [low, high] = split(spread.map(|Interval { low, high }| [low, high]));
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
        columns: synergy_columns(plan, synergy.matrix.better()),
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
    ]);
    columns.extend(spread_columns("value"));
    columns.push(Column::number(
        "relative",
        "The same over the control's at this point.",
    ));
    columns.extend(spread_columns("relative"));
    columns.push(Column::number(
        "bliss_excess",
        "Bliss excess of a combination; above 0: Bliss synergy.",
    ));
    columns.extend(spread_columns("bliss"));
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
                let [low, high] = split(mean.and_then(|m| m.spread));
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
