//! `summary.json`: what ran, what came out, and how far it can be trusted.

use serde_json::{Map, Value, json};
use warmfront_engine::FieldDiagnostics;
use warmfront_model::Model;

use super::{ArmCycle, VERSION};
use crate::effect::Effects;
use crate::record::{Finish, Record};
use crate::units::rounded;

/// Relative time error of a run that a fixed step is measured against.
const ALLOWED: f64 = 0.01;

/// The summary of a record. `files` are the files beside it, `export_seconds` the time that writing
/// them took. A number that is not finite is `null`.
pub fn summary(record: &Record, files: &[String], export_seconds: f64) -> Value {
    let scenario = &record.scenario;
    let model = &scenario.model;
    let d = &record.diagnostics;
    let status = status(&record.finish, record.stopped_by.as_deref());
    let error = match &record.finish {
        Finish::Failed(e) => Some(e.to_string()),
        _ => None,
    };
    let turns = super::cycle(record);
    let arms: Vec<Value> = (0..record.arms.len())
        .map(|arm| {
            let a = record.arm(arm);
            let drugs = model.drugs.iter().zip(&a.doses);
            let doses: Map<_, _> = drugs
                .filter(|(_, m)| **m > 0.0)
                .map(|(d, m)| (d.id.clone(), json!(m)))
                .collect();
            let mut told = json!({ "id": a.id, "label": a.label, "dose_multiples": doses });
            if let Some(turn) = turns.get(arm) {
                told["cycle"] = cycle(record, turn);
            }
            told
        })
        .collect();
    json!({
        "warmfront": VERSION,
        "status": status,
        "error": error,
        "warnings": record.warnings,
        "adapter": {
            "name": record.adapter.name,
            "driver": record.adapter.driver,
            "backend": record.adapter.backend,
            "kind": record.adapter.kind,
        },
        "model": { "id": model.id, "label": model.label, "hash": model.hash },
        "scenario": { "id": scenario.id, "label": scenario.label, "toml": scenario.to_toml() },
        "arms": arms,
        "seed": scenario.seed,
        "grid": {
            "cells": scenario.grid.cells,
            "spacing": scenario.grid.spacing,
            "length_unit": model.length_unit,
        },
        "time": {
            "unit": model.time_unit,
            "step": scenario.time.step,
            "duration": scenario.time.duration,
            "reached": record.time,
            "record_every": scenario.time.record_every,
            "record_steps": scenario.time.record_steps,
            "rows": record.rows.len(),
        },
        "ticks": d.ticks,
        "rejected": d.rejected,
        "unsolved": d.unsolved,
        "smallest_step": number(d.smallest_step),
        "largest_step": number(d.largest_step),
        "step_margin": smallest_margin(record),
        "fields": fields(record),
        "norms": norms(record),
        "observables": observables(record),
        "why": (!model.counterfactuals.is_empty()).then(|| format!(
            "not asked: `warmfront why {}`, or `--why` in this command, tells what each link of the model carries",
            scenario.id
        )),
        "effects": record.effects().map(|e| effects(record, &e)),
        "memory": {
            "device_bytes": record.memory.total,
            "largest_buffer_bytes": record.memory.largest,
            "values": record.memory.values,
            "parts": record.memory.parts,
        },
        "wall_seconds": {
            "setup": number(record.timing.setup),
            "run": number(record.timing.run),
            "export": number(export_seconds),
        },
        "ticks_per_second": number(d.ticks as f64 / record.timing.run),
        "caveat": super::one_line(&model.caveat),
        "files": files,
    })
}

/// How a run ended, in words.
fn status(finish: &Finish, stopped_by: Option<&str>) -> String {
    match (finish, stopped_by) {
        (Finish::Complete, _) => "complete".to_owned(),
        (Finish::Cancelled, None) => "stopped by the user".to_owned(),
        (Finish::Cancelled, Some(words)) => format!("stopped: {words}"),
        (Finish::Failed(_), _) => "failed".to_owned(),
        (Finish::Unfinished, _) => "unfinished".to_owned(),
    }
}

fn number(value: f64) -> Value {
    json!(rounded(value, 8))
}

/// Accuracy of each field, worst over the arms.
fn fields(record: &Record) -> Map<String, Value> {
    let model = &record.scenario.model;
    let all = model.fields.iter().zip(&record.diagnostics.fields);
    all.map(|(f, d)| {
        let cycles = (d.solves > 0).then(|| number(d.cycles as f64 / d.solves as f64));
        let account = json!({
            "unit": f.unit,
            "smallest_value": number(d.smallest),
            "largest_value": number(d.largest),
            "mass_residual": number(d.mass_residual),
            "clipped": number(d.clipped),
            "linear_residual": number(d.residual),
            "tick_error": number(d.tick_error),
            "time_error": number(d.time_error),
            "step_margin": number(step_margin(record, d)),
            "cycles_per_solve": cycles,
        });
        (f.id.clone(), account)
    })
    .collect()
}

/// How much room the time step has: the error that is allowed over the one that is estimated. With an
/// adaptive step both are relative errors of one tick, allowed by `numerics.adaptive`; with a fixed
/// step the estimates of all ticks are added up and compared with 1 %. That sum is a pessimistic
/// bound: nothing in it decays, so below 1 the step may still be short enough. Infinite (`null` in
/// the file) where no error was estimated.
fn step_margin(record: &Record, d: &FieldDiagnostics) -> f64 {
    match record.scenario.numerics.adaptive {
        Some(allowed) => allowed / d.tick_error,
        None => ALLOWED / d.time_error,
    }
}

/// The account of the whole run: the field with the least room, and what is compared.
fn smallest_margin(record: &Record) -> Value {
    let fields = record.scenario.model.fields.iter();
    let all = fields.zip(&record.diagnostics.fields);
    let least = all
        .map(|(f, d)| (f, step_margin(record, d)))
        .filter(|(_, m)| m.is_finite())
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let compares = match record.scenario.numerics.adaptive {
        Some(_) => "relative error of one tick: numerics.adaptive / largest estimate",
        None => "relative error of the run: 0.01 / sum of the estimates of all ticks",
    };
    match least {
        Some((f, margin)) => {
            json!({ "value": number(margin), "field": f.id, "compares": compares })
        }
        None => json!({ "value": null, "field": null, "compares": compares }),
    }
}

/// Norms at the last snapshot, by arm and field.
fn norms(record: &Record) -> Map<String, Value> {
    let model = &record.scenario.model;
    let by_arm = record.norms.iter().enumerate();
    by_arm
        .map(|(arm, norms)| {
            let fields: Map<_, _> = model
                .fields
                .iter()
                .zip(norms)
                .map(|(f, n)| {
                    let value = json!({
                        "mean": number(n.mean),
                        "rms": number(n.rms),
                        "smallest": number(n.smallest),
                        "largest": number(n.largest),
                    });
                    (f.id.clone(), value)
                })
                .collect();
            (record.arm(arm).id.clone(), Value::Object(fields))
        })
        .collect()
}

/// The last row, by arm and observable.
fn observables(record: &Record) -> Map<String, Value> {
    let Some(row) = record.rows.last() else {
        return Map::new();
    };
    let by_arm = row.values.iter().enumerate();
    by_arm
        .map(|(arm, values)| {
            let all: Map<_, _> = quantities(&record.scenario.model, values);
            (record.arm(arm).id.clone(), Value::Object(all))
        })
        .collect()
}

fn quantities(model: &Model, values: &[f64]) -> Map<String, Value> {
    let all = model.observables.iter().zip(values);
    all.map(|(o, v)| (o.id.clone(), json!({ "value": number(*v), "unit": o.unit })))
        .collect()
}

/// One arm's turn of the cycle.
fn cycle(record: &Record, turn: &ArmCycle) -> Value {
    let model = &record.scenario.model;
    let maybe = |v: Option<f64>| v.map_or(Value::Null, number);
    let steps: Vec<Value> = model
        .cycle
        .iter()
        .zip(&turn.steps)
        .map(|(step, rate)| {
            let o = &model.observables[step.rate];
            json!({
                "step": step.id,
                "label": step.label,
                "quantity": o.id,
                "unit": o.unit,
                "rate": maybe(rate.end),
                "mean": maybe(rate.mean),
                "relative_to_start": maybe(rate.to_start),
                "relative_to_control": maybe(rate.to_control),
                "mean_relative_to_start": maybe(rate.mean_to_start),
                "mean_relative_to_control": maybe(rate.mean_to_control),
            })
        })
        .collect();
    let name = |i: Option<usize>| i.map(|i| model.cycle[i].id.clone());
    json!({
        "time": record.rows.last().map(|r| r.time),
        "steps": steps,
        "loop_gain_log10": maybe(turn.loop_gain),
        "mean_burden_relative_to_control": maybe(turn.burden),
        "lags_most": name(turn.lags),
        "gains_most": name(turn.gains),
        "in_words": turn.words,
    })
}

fn effects(record: &Record, e: &Effects) -> Value {
    let id = |arm: usize| record.arm(arm).id.clone();
    let arms: Map<_, _> = (0..e.burden.len())
        .map(|arm| {
            let value = json!({
                "burden": number(e.burden[arm]),
                "relative_to_control": number(e.relative[arm]),
                "effect": number(1.0 - e.relative[arm]),
            });
            (id(arm), value)
        })
        .collect();
    let combinations: Map<_, _> = e
        .combinations
        .iter()
        .map(|c| {
            let singles: Vec<_> = c.singles.iter().map(|&s| id(s)).collect();
            let value = json!({
                "singles": singles,
                "bliss_expected": number(c.bliss),
                "bliss_excess": number(c.bliss_excess),
                "hsa_excess": number(c.hsa_excess),
                "verdict": c.words(),
                "better": c.better.word(),
            });
            (id(c.arm), value)
        })
        .collect();
    json!({
        "time": e.time,
        "control": id(e.control),
        "arms": arms,
        "combinations": combinations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_names_what_stopped_a_run() {
        assert_eq!(status(&Finish::Cancelled, None), "stopped by the user");
        assert_eq!(
            status(&Finish::Cancelled, Some("ended by SIGTERM")),
            "stopped: ended by SIGTERM"
        );
        assert_eq!(status(&Finish::Complete, None), "complete");
    }
}
