//! `warmfront check`: everything that can be known without a GPU, and where there is one, whether the
//! run fits it.

use serde_json::json;
use warmfront_engine::{MemoryEstimate, Program, ShaderError, adapters, readable};
use warmfront_model::counted;
use warmfront_session::Schedule;

use crate::cli::CheckOptions;
use crate::exit::{Failure, USAGE};
use crate::output;

/// Bytes of a uniform buffer that every adapter offers.
const UNIFORM: u64 = 64 << 10;

/// Runs the command.
pub fn check(options: &CheckOptions) -> Result<(), Failure> {
    let assets = options.assets.open()?;
    let scenario = assets.scenario(Some(&options.scenario))?;
    let scenario = options.changes.apply(scenario)?;
    let model = &scenario.model;
    let arms = scenario.arms.len();
    scenario.initial_fields()?;
    let schedule = Schedule::of(&scenario)?;
    let program = Program::new(assets.files, model, arms as u32, UNIFORM);
    let errors = distinct(program.check());
    if !errors.is_empty() {
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        return Err(Failure::new(USAGE, text.join("\n")));
    }
    // Without a GPU the memory is that of all arms in one part.
    let adapter = adapters().into_iter().find(|a| a.missing.is_empty());
    let memory = match &adapter {
        Some(a) => MemoryEstimate::on(a, &scenario, arms),
        None => MemoryEstimate::of(&scenario, arms),
    };
    let here = adapter.as_ref().and_then(|a| {
        let name = &a.name;
        match memory.check(a, &scenario) {
            Err(e) => Some(format!("  not on adapter `{name}`: {e}\n")),
            Ok(()) => memory
                .split_text()
                .map(|split| format!("  on adapter `{name}` split into {split}\n")),
        }
    });
    let every: Vec<usize> = (0..arms).collect();
    let warnings = warmfront_session::warnings(&scenario, &every);
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    let ids: Vec<&str> = scenario.arms.iter().map(|a| a.id.as_str()).collect();
    let [x, y, z] = scenario.grid.cells;
    if options.json {
        output::print_json(&json!({
            "ok": true, "warnings": warnings,
            "model": model.id, "hash": model.hash, "scenario": scenario.id,
            "fields": model.fields.len(), "processes": model.processes.len(),
            "parameters": model.parameters.len(), "arms": ids,
            "cells": scenario.grid.cells, "stops": schedule.stops.len(),
            "memory": {
                "device_bytes": memory.total,
                "largest_buffer_bytes": memory.largest,
                "parts": memory.parts,
            },
        }));
        return Ok(());
    }
    let cells = if z > 1 {
        format!("{x} x {y} x {z}")
    } else {
        format!("{x} x {y}")
    };
    output::print(&format!(
        "ok: scenario `{}` of model `{}` ({})\n  \
         {}, {}, {}; all shaders compile\n  \
         {cells} cells, {} ({}), {} for doses, events and records\n  \
         device memory {}, largest buffer {}\n{}",
        scenario.id,
        model.id,
        model.hash,
        counted(model.fields.len(), "field"),
        counted(model.processes.len(), "process"),
        counted(model.parameters.len(), "parameter"),
        counted(arms, "arm"),
        ids.join(", "),
        counted(schedule.stops.len(), "stop"),
        readable(memory.total),
        readable(memory.largest),
        here.unwrap_or_default(),
    ));
    Ok(())
}

/// The same line in several kernels is one error.
fn distinct(errors: Vec<ShaderError>) -> Vec<ShaderError> {
    let mut kept: Vec<ShaderError> = Vec::new();
    for e in errors {
        if !kept.iter().any(|k| k.file == e.file && k.line == e.line) {
            kept.push(e);
        }
    }
    kept
}
