//! `warmfront list`: what there is.

use serde_json::{Value, json};
use warmfront_model::{Model, counted};
use warmfront_view::{Colormap, ColormapKind, colormap};

use crate::assets::Assets;
use crate::cli::{Kind, ListOptions};
use crate::exit::{Failure, INPUT_OUTPUT};
use crate::output;

/// Runs the command.
pub fn list(options: &ListOptions) -> Result<(), Failure> {
    let assets = options.assets.open()?;
    let model = || {
        let default = assets.default_model();
        assets
            .library
            .model(options.model.as_deref().unwrap_or(&default))
    };
    let (lines, value) = match options.kind {
        Kind::Models => models(&assets)?,
        Kind::Scenarios => scenarios(&assets, options.model.as_deref())?,
        Kind::Parameters => parameters(&*model()?),
        Kind::Views => views(&*model()?),
        Kind::Colormaps => colormaps()?,
    };
    if options.json {
        output::print_json(&value);
        return Ok(());
    }
    let wide = lines
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let text = lines.iter().map(|(name, what)| {
        // A heading has no text of its own.
        if what.is_empty() {
            format!("{name}\n")
        } else {
            format!("{name:wide$}  {what}\n")
        }
    });
    output::print(&text.collect::<String>());
    Ok(())
}

type Listed = (Vec<(String, String)>, Value);

fn models(assets: &Assets) -> Result<Listed, Failure> {
    let mut lines = Vec::new();
    let mut values = Vec::new();
    for id in assets.library.models() {
        let m = assets.library.model(&id)?;
        let size = [
            counted(m.fields.len(), "field"),
            counted(m.processes.len(), "process"),
        ]
        .join(", ");
        values.push(json!({
            "id": m.id, "label": m.label, "description": m.description, "hash": m.hash,
            "default_scenario": m.default_scenario,
            "fields": m.fields.len(), "processes": m.processes.len(),
            "parameters": m.parameters.len(), "time_unit": m.time_unit,
            "length_unit": m.length_unit,
        }));
        lines.push((id, format!("{} ({size})", m.label)));
    }
    Ok((lines, values.into()))
}

fn scenarios(assets: &Assets, model: Option<&str>) -> Result<Listed, Failure> {
    let models = match model {
        Some(id) => vec![assets.library.model(id)?],
        None => {
            let ids = assets.library.models();
            let each = ids.iter().map(|id| assets.library.model(id));
            each.collect::<Result<_, _>>()?
        }
    };
    let mut lines = Vec::new();
    let mut values = Vec::new();
    for m in &models {
        for id in assets.library.scenarios(m) {
            let name = format!("{}/{id}", m.id);
            let s = assets.library.scenario(&name)?;
            let arms: Vec<&str> = s.arms.iter().map(|a| a.id.as_str()).collect();
            values.push(json!({
                "name": name, "model": m.id, "id": id, "label": s.label,
                "description": s.description.trim(), "expected": s.expected.trim(),
                "caveat": s.caveat.trim(), "arms": arms, "cells": s.grid.cells,
                "duration": s.time.duration, "time_unit": m.time_unit,
                "default": m.default_scenario == id,
            }));
            let mut what = s.label.clone();
            if arms.len() > 1 {
                what.push_str(&format!(" (arms {})", arms.join(", ")));
            }
            lines.push((name, what));
        }
    }
    Ok((lines, values.into()))
}

fn parameters(m: &Model) -> Listed {
    let mut lines = Vec::new();
    let mut values = Vec::new();
    let mut group = "";
    for p in &m.parameters {
        if p.group != group {
            group = &p.group;
            lines.push((format!("[{group}]"), String::new()));
        }
        let [low, high] = p.range;
        let unit = if p.unit == "1" { "" } else { &p.unit };
        let value = format!("{} {unit}", p.value);
        lines.push((
            p.id.clone(),
            format!("{}  ({low} to {high})  {}", value.trim_end(), p.label),
        ));
        values.push(json!({
            "id": p.id, "label": p.label, "symbol": p.symbol, "unit": p.unit, "value": p.value,
            "range": p.range, "log": p.log, "group": p.group, "cite": p.cite,
            "confidence": format!("{:?}", p.confidence).to_lowercase(),
        }));
    }
    (lines, values.into())
}

fn views(m: &Model) -> Listed {
    let mut lines = Vec::new();
    let mut values = Vec::new();
    for v in &m.views {
        let channels: Vec<&str> = v
            .channels
            .iter()
            .map(|c| m.fields[c.field].label.as_str())
            .collect();
        lines.push((
            v.id.clone(),
            format!("{}: {}", v.label, channels.join(", ")),
        ));
        let channels: Vec<Value> = v
            .channels
            .iter()
            .map(|c| json!({ "field": m.fields[c.field].id, "colour": c.colour, "full": c.full }))
            .collect();
        values.push(json!({ "id": v.id, "label": v.label, "channels": channels }));
    }
    (lines, values.into())
}

fn colormaps() -> Result<Listed, Failure> {
    let mut lines = Vec::new();
    let mut values = Vec::new();
    for name in colormap::names() {
        let map = Colormap::named(&name).map_err(|e| Failure::new(INPUT_OUTPUT, e.to_string()))?;
        let kind = match map.kind {
            ColormapKind::Sequential => "sequential",
            ColormapKind::Diverging => "diverging",
        };
        let safe = if map.colour_vision_safe {
            ", safe for colour-blind readers"
        } else {
            ""
        };
        values.push(json!({
            "name": name, "kind": kind, "colour_vision_safe": map.colour_vision_safe,
            "source": map.source, "licence": map.licence,
        }));
        lines.push((name, format!("{kind}{safe}")));
    }
    Ok((lines, values.into()))
}
