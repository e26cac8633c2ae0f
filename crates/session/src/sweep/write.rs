//! A finished sweep or screen becomes a folder of files, and an unfinished one can be taken up there.

use serde_json::{Value, json};
use warmfront_engine::AdapterReport;
use warmfront_model::Scenario;
use warmfront_view::Figure;

use super::csvw::{Column, Table, cell};
use super::dose::{Measured, Synergy};
use super::figure::{self, Drawn};
use super::outcome::Results;
use super::plan::{Kind, Plan};
use super::sensitivity::{ScreenPlan, Screened};
#[cfg(feature = "zarr")]
use super::zarr;
use super::{Varied, tables};
use crate::export::{VERSION, Written, one_line, png};
use crate::folder::OutputFolder;
use crate::study::{Outcomes, Place, Study};
use crate::synergy::{Reason, SHAM};
use crate::units::rounded;
use crate::{Provenance, SessionError};

impl Place {
    /// Notes how far an interrupted study came.
    ///
    /// # Errors
    /// [`SessionError::Disk`].
    pub fn interrupted(
        &mut self,
        about: Value,
        outcomes: &Outcomes,
        why: &str,
    ) -> Result<Value, SessionError> {
        let mut summary = about;
        summary["status"] = json!(format!("stopped: {why}"));
        summary["done"] = json!(outcomes.outcomes.len());
        finish(&mut self.folder, &mut summary)?;
        Ok(summary)
    }
}

/// What a study is, before anything is known of its outcome.
fn about(kind: &str, base: &Scenario, study: &Study, adapter: &AdapterReport) -> Value {
    let model = &base.model;
    let arms: Vec<Value> = base
        .arms
        .iter()
        .map(|a| json!({ "id": a.id, "label": a.label }))
        .collect();
    let seeds: Vec<u32> = study.groups.iter().map(|g| g.seed).collect();
    let cases: usize = study.groups.iter().map(|g| g.arms.len()).sum();
    json!({
        "warmfront": VERSION,
        "kind": kind,
        "status": "unfinished",
        "adapter": {
            "name": adapter.name,
            "driver": adapter.driver,
            "backend": adapter.backend,
            "kind": adapter.kind,
        },
        "model": { "id": model.id, "label": model.label, "hash": model.hash },
        "scenario": { "id": base.id, "label": base.label, "toml": base.to_toml() },
        "arms": arms,
        "seed": base.seed,
        "seeds": seeds,
        "grid": { "cells": base.grid.cells, "spacing": base.grid.spacing, "length_unit": model.length_unit },
        "time": { "unit": model.time_unit, "step": base.time.step, "outcome": base.time.duration },
        "cases": cases,
        "caveat": one_line(&model.caveat),
    })
}

/// How fast it went; nothing to say when nothing was run.
fn throughput(summary: &mut Value, outcomes: &Outcomes) {
    let ran = outcomes.outcomes.len() - outcomes.taken_up;
    let rate = (ran > 0).then(|| rounded(60.0 * ran as f64 / outcomes.seconds.max(1e-9), 6));
    summary["taken_up"] = json!(outcomes.taken_up);
    summary["batch"] = if ran > 0 {
        json!(outcomes.batch)
    } else {
        Value::Null
    };
    summary["wall_seconds"] = json!({ "run": rounded(outcomes.seconds, 6) });
    summary["cases_per_minute"] = json!(rate);
}

/// Writes `summary.json` with the list of files.
fn finish(folder: &mut OutputFolder, summary: &mut Value) -> Result<(), SessionError> {
    let mut files = folder.written().to_vec();
    if !files.iter().any(|f| f == "summary.json") {
        files.push("summary.json".to_owned());
    }
    summary["files"] = json!(files);
    let mut text = serde_json::to_string_pretty(summary).unwrap_or_default();
    text.push('\n');
    folder.write_bytes("summary.json", text.as_bytes())
}

/// Writes figures as PNG and SVG; one that cannot be drawn is a warning.
fn draw(
    folder: &mut OutputFolder,
    drawn: Vec<Drawn>,
    provenance: &Provenance,
    written: &mut Written,
) -> Result<(), SessionError> {
    let texts = provenance.texts();
    let metadata = texts.each_ref().map(|(key, text)| (*key, text.as_str()));
    for (name, what, figure) in drawn {
        let files = figure.and_then(|f: Figure| Ok((png(&f, &metadata)?, f.svg(&metadata, None)?)));
        match files {
            Ok((png, svg)) => {
                folder.write_bytes(&format!("{name}.png"), &png)?;
                folder.write_bytes(&format!("{name}.svg"), svg.as_bytes())?;
                written.files.push((format!("{name}.png"), what));
            }
            Err(e) => written
                .warnings
                .push(format!("{name}.png was not drawn: {e}")),
        }
    }
    Ok(())
}

fn note(written: &mut Written, file: &str, what: &str) {
    written.files.push((file.to_owned(), what.to_owned()));
}

impl Plan {
    /// What `summary.json` says before anything is known of the outcome.
    pub fn about(&self, adapter: &AdapterReport) -> Value {
        let model = &self.base.model;
        let mut about = about("sweep", &self.base, &self.study, adapter);
        let axes = self.axes.iter().map(|a| {
            let varied = match a.varied {
                Varied::Drug(_) => "drug",
                Varied::Parameter(_) => "parameter",
            };
            json!({
                "id": a.id(model),
                "label": a.label(model),
                "varied": varied,
                "unit": a.unit(model),
                "values": a.values,
                "amounts": a.amounts(&self.base),
            })
        });
        about["axes"] = axes.collect();
        about["design"] = json!(match self.kind {
            Kind::DoseMatrix => "dose matrix",
            Kind::Arms => "arms at every point",
        });
        about["observable"] = json!(model.observables[self.observable].id);
        about
    }
}

impl ScreenPlan {
    /// What `summary.json` says before anything is known of the outcome.
    pub fn about(&self, adapter: &AdapterReport) -> Value {
        let model = &self.base.model;
        let mut about = about("sensitivity", &self.base, &self.study, adapter);
        about["observable"] = json!(model.observables[self.observable].id);
        about["trajectories"] = json!(self.screen.order.len());
        about["levels"] = json!(super::morris::LEVELS);
        about["spread"] = json!(self.spread);
        let inputs = self.inputs.iter().map(|i| {
            json!({ "id": model.parameters[i.parameter].id, "value": i.value, "limits": i.limits })
        });
        about["parameters"] = inputs.collect();
        about
    }
}

fn measured(m: &Measured, seeds: usize, synergy: &Synergy) -> Value {
    let s = m.summary.as_ref();
    let bootstrap = m.bootstrap.as_ref();
    let r = |v: f64| rounded(v, 8);
    let [n, k] = synergy.matrix.shape();
    json!({
        "mean_excess": s.map(|s| r(s.mean)),
        "start_maps": seeds,
        "spread_over_start_maps": bootstrap.ok().map(|b| [r(b.mean.low), r(b.mean.high)]),
        "no_spread_because": bootstrap.err().map(|e| e.words()),
        "verdict": m.verdict(),
        "words": s.map(|s| s.words(&synergy.matrix)),
        "mean": m.words(seeds),
        "dose_pairs": (n - 1) * (k - 1),
        "defined": s.map_or(0, |s| s.defined),
        "not_defined_because": m.reasons().into_iter().map(Reason::words).collect::<Vec<_>>(),
        "strongest": s.map(|s| json!({
            "is": s.strongest_words(),
            "excess": r(s.strongest().excess),
            "doses": s.strongest().doses,
            "at": s.strongest().place(&synergy.matrix),
        })),
        "synergistic_share": s.map(|s| r(s.synergistic)),
        "antagonistic_share": s.map(|s| r(s.antagonistic)),
        "largest": s.map(|s| json!({ "excess": r(s.largest.excess), "doses": s.largest.doses })),
        "smallest": s.map(|s| json!({ "excess": r(s.smallest.excess), "doses": s.smallest.doses })),
    })
}

/// How the numbers of a dose matrix are to be read.
fn reading(synergy: &Synergy, notes: &mut Value) {
    notes["better"] = json!(synergy.matrix.better().word());
    notes["sham_experiment"] = json!(SHAM);
    notes["pooled"] = json!(synergy.pooled());
}

/// Writes everything a sweep gave: tables with their sidecars, `sweep.zarr`, `scenario.toml`, figures if
/// wanted, and last `summary.json`.
///
/// # Errors
/// A file that cannot be written.
pub fn write_sweep(
    place: &mut Place,
    results: &Results<'_>,
    synergy: Option<&Synergy>,
    outcomes: &Outcomes,
    adapter: &AdapterReport,
    figures: bool,
) -> Result<Written, SessionError> {
    let folder = &mut place.folder;
    let plan = results.plan;
    let provenance = provenance(&plan.base, adapter);
    let notes = json!({ "axes": plan.about(adapter)["axes"], "seeds": plan.seeds });
    let mut written = Written::default();
    tables::sweep(results).write(folder, &plan.base, &provenance, &notes)?;
    note(&mut written, "sweep.csv", "every observable of every case");
    if let Some(s) = synergy {
        let mut notes = notes.clone();
        reading(s, &mut notes);
        tables::synergy(results, s).write(folder, &plan.base, &provenance, &notes)?;
        note(
            &mut written,
            "synergy.csv",
            "every dose pair against Bliss, HSA, Loewe and ZIP",
        );
    }
    if let Some(table) = tables::effects(results) {
        table.write(folder, &plan.base, &provenance, &notes)?;
        note(
            &mut written,
            "effects.csv",
            "every arm against the control at every point",
        );
    }
    #[cfg(feature = "zarr")]
    {
        let name = folder.path().join("sweep.zarr");
        folder.write_folder("sweep.zarr", |path| {
            zarr::write(results, synergy, &provenance, path, &name)
        })?;
        note(
            &mut written,
            "sweep.zarr",
            "the same as one labelled array, for xarray",
        );
    }
    folder.write_bytes("scenario.toml", plan.base.to_toml().as_bytes())?;
    note(
        &mut written,
        "scenario.toml",
        "the scenario that is swept, in full",
    );
    if figures {
        draw(
            folder,
            figure::sweep(results, synergy),
            &provenance,
            &mut written,
        )?;
    }
    let mut summary = plan.about(adapter);
    summary["status"] = json!("complete");
    summary["failed"] = json!(results.failures.len());
    throughput(&mut summary, outcomes);
    if let Some(s) = synergy {
        let each = s.measured.iter();
        let each = each.map(|m| (m.metric.label().to_lowercase(), measured(m, s.seeds, s)));
        summary["synergy"] = Value::Object(each.collect());
        summary["verdict"] = json!(s.bliss().map(Measured::verdict));
        summary["headline"] = json!(s.headline());
        reading(s, &mut summary);
    }
    end(
        place,
        written,
        summary,
        [&warnings(&plan.base), &plan.notes, &results.failures],
    )
}

fn end(
    place: &mut Place,
    mut written: Written,
    mut summary: Value,
    warnings: [&Vec<String>; 3],
) -> Result<Written, SessionError> {
    let all: Vec<&String> = warnings
        .into_iter()
        .flatten()
        .chain(&written.warnings)
        .collect();
    summary["warnings"] = json!(all);
    finish(&mut place.folder, &mut summary)?;
    place.folder.remove_stale();
    note(
        &mut written,
        "summary.json",
        "verdict, numbers and provenance",
    );
    written.summary = summary;
    Ok(written)
}

/// What is allowed but probably not meant.
fn warnings(base: &Scenario) -> Vec<String> {
    let arms: Vec<usize> = (0..base.arms.len()).collect();
    crate::warnings(base, &arms)
}

fn provenance(base: &Scenario, adapter: &AdapterReport) -> Provenance {
    let arms: Vec<usize> = (0..base.arms.len()).collect();
    Provenance::new(base, &arms, &adapter.name, None)
}

/// Writes everything a screen gave: `sensitivity.csv` with its sidecar, `scenario.toml`, the figure if
/// wanted, and last `summary.json`.
///
/// # Errors
/// A file that cannot be written.
pub fn write_screen(
    place: &mut Place,
    screened: &Screened<'_>,
    outcomes: &Outcomes,
    adapter: &AdapterReport,
    figures: bool,
) -> Result<Written, SessionError> {
    let folder = &mut place.folder;
    let plan = screened.plan;
    let provenance = provenance(&plan.base, adapter);
    let mut written = Written::default();
    let notes = json!({ "trajectories": plan.screen.order.len(), "spread": plan.spread });
    screen_table(screened).write(folder, &plan.base, &provenance, &notes)?;
    note(
        &mut written,
        "sensitivity.csv",
        "what every parameter does to every outcome",
    );
    folder.write_bytes("scenario.toml", plan.base.to_toml().as_bytes())?;
    note(
        &mut written,
        "scenario.toml",
        "the scenario that is screened, in full",
    );
    if figures {
        let drawn = figure::sensitivity(screened).into_iter().collect();
        draw(folder, drawn, &provenance, &mut written)?;
    }
    let mut summary = plan.about(adapter);
    summary["status"] = json!("complete");
    summary["failed"] = json!(screened.failures.len());
    throughput(&mut summary, outcomes);
    summary["answer"] = json!(screened.words());
    let robust = screened.robustness.iter().map(|r| {
        let id = |i: usize| &plan.base.model.parameters[plan.inputs[i].parameter].id;
        let flips = r
            .flips
            .iter()
            .map(|(i, n)| json!({ "parameter": id(*i), "moves": n }));
        json!({
            "arm": plan.base.arms[screened.measures[r.measure].arm].id,
            "verdict": r.words(),
            "points": r.of,
            "keep_verdict": r.kept,
            "keep_sign": r.same_sign,
            "changed_by": flips.collect::<Vec<_>>(),
        })
    });
    summary["robustness"] = robust.collect();
    end(
        place,
        written,
        summary,
        [&warnings(&plan.base), &plan.notes, &screened.failures],
    )
}

fn screen_table(screened: &Screened<'_>) -> Table {
    let plan = screened.plan;
    let model = &plan.base.model;
    let columns = vec![
        Column::text(
            "outcome",
            "What is measured: bliss_excess, relative_burden or burden.",
        ),
        Column::text("arm", "Of which arm, by id."),
        Column::count(
            "rank",
            "1 is the most influential parameter for this outcome.",
        ),
        Column::text("parameter", "Parameter, by id."),
        Column::text("label", "Its name."),
        Column::text("unit", "Its unit."),
        Column::text("confidence", "How sure its value is."),
        Column::number("value", "Its value in the scenario."),
        Column::number("low", "Lowest value that was tried."),
        Column::number("high", "Highest value that was tried."),
        Column::number(
            "mu",
            "Mean elementary effect: change of the outcome from low to high.",
        ),
        Column::number("mu_star", "Mean absolute elementary effect."),
        Column::number("sigma", "Standard deviation of the elementary effects."),
        Column::text(
            "sign",
            "+ or - where all moves agree, ± where they do not, 0 without effect.",
        ),
        Column::count("moves", "Elementary effects behind the row."),
        Column::count(
            "verdict_changes",
            "Moves that changed the verdict on the combination.",
        ),
        Column::text("cite", "Source of the value."),
    ];
    let mut rows = Vec::new();
    for (index, m) in screened.measures.iter().enumerate() {
        let robust = screened.robustness.iter().find(|r| r.measure == index);
        for (rank, i) in m.ranked().into_iter().enumerate() {
            let input = &plan.inputs[i];
            let p = &model.parameters[input.parameter];
            let f = &m.factors[i];
            let flips = robust.and_then(|r| r.flips.iter().find(|(j, _)| *j == i));
            rows.push(vec![
                m.kind.to_owned(),
                plan.base.arms[m.arm].id.clone(),
                (rank + 1).to_string(),
                p.id.clone(),
                p.label.clone(),
                p.unit.clone(),
                figure::confidence(p.confidence).to_owned(),
                cell(Some(input.value)),
                cell(Some(input.limits[0])),
                cell(Some(input.limits[1])),
                cell(Some(f.mu)),
                cell(Some(f.mu_star)),
                cell(Some(f.sigma)),
                f.sign().to_owned(),
                f.moves.to_string(),
                flips.map_or(0, |(_, n)| *n).to_string(),
                one_line(&p.cite),
            ]);
        }
    }
    Table {
        name: "sensitivity.csv",
        title: "what every parameter does to every outcome".to_owned(),
        columns,
        rows,
    }
}
