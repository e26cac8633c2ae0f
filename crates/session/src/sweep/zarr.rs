//! `sweep.zarr`: all outcomes as one labelled array of a Zarr v3 group, for xarray.
//!
//! `outcome` has the dimensions observable, arm (not in a dose matrix), replicate, y (with a second axis)
//! and x. Arrays named like the dimensions are coordinates; a drug's doses in its unit are `x_amount` and
//! `y_amount`. A dose matrix has the excess of each null model beside it, `[y, x]`. What is missing is NaN.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use zarrs::array::{Array, ArrayBuilder, data_type};

use super::dose::Synergy;
use super::outcome::Results;
use super::plan::{Kind, Plan};
use super::tables::METRICS;
use crate::export::ZARR_METADATA;
use crate::export::zarr::{Failed, Files, object, save};
use crate::synergy::{Grid, Value as Number};
use crate::{Provenance, SessionError};

/// Writes the group into a folder; `name` is what it will be called, for messages.
pub(super) fn write(
    results: &Results<'_>,
    synergy: Option<&Synergy>,
    provenance: &Provenance,
    folder: &Path,
    name: &Path,
) -> Result<(), SessionError> {
    let store = Arc::new(Files::new(folder));
    let mut group = Group {
        store,
        names: Vec::new(),
    };
    let filled = fill(results, synergy, &mut group).and_then(|()| group.close(folder, provenance));
    filled.map_err(|e| {
        let reason = group.store.reason(e.as_ref());
        SessionError::disk("write", name, &reason)
    })
}

/// Arrays that are written so far.
struct Group {
    store: Arc<Files>,
    names: Vec<String>,
}

impl Group {
    /// Begins an array that is one chunk.
    fn array(
        &mut self,
        name: &str,
        shape: &[usize],
        dimensions: &[&str],
        text: bool,
        attributes: Value,
    ) -> Result<Array<Files>, Failed> {
        let shape: Vec<u64> = shape.iter().map(|n| *n as u64).collect();
        let builder = match text {
            true => ArrayBuilder::new(shape.clone(), shape, data_type::string(), ""),
            false => ArrayBuilder::new(shape.clone(), shape, data_type::float64(), f64::NAN),
        };
        let mut builder = builder;
        let array = builder
            .dimension_names(Some(dimensions.iter().copied()))
            .attributes(object(attributes))
            .build(self.store.clone(), &format!("/{name}"))?;
        save(&array)?;
        self.names.push(name.to_owned());
        Ok(array)
    }

    fn numbers(
        &mut self,
        name: &str,
        shape: &[usize],
        dimensions: &[&str],
        values: Vec<f64>,
        attributes: Value,
    ) -> Result<(), Failed> {
        let array = self.array(name, shape, dimensions, false, attributes)?;
        array.store_chunk(&vec![0; shape.len()], values)?;
        Ok(())
    }

    fn texts(&mut self, name: &str, along: &str, values: Vec<String>) -> Result<(), Failed> {
        let array = self.array(name, &[values.len()], &[along], true, json!({}))?;
        array.store_chunk(&[0], values)?;
        Ok(())
    }

    /// Writes the group's own metadata with a copy of those of all arrays. Last: a folder without it is no
    /// group.
    fn close(&mut self, folder: &Path, provenance: &Provenance) -> Result<(), Failed> {
        let mut arrays = Map::new();
        for name in &self.names {
            let text = std::fs::read_to_string(folder.join(name).join(ZARR_METADATA))?;
            arrays.insert(name.clone(), serde_json::from_str(&text)?);
        }
        let group = json!({
            "zarr_format": 3,
            "node_type": "group",
            "attributes": { crate::provenance::KEY: provenance },
            "consolidated_metadata": { "kind": "inline", "must_understand": false, "metadata": arrays },
        });
        std::fs::write(
            folder.join(ZARR_METADATA),
            serde_json::to_string_pretty(&group)?,
        )?;
        Ok(())
    }
}

fn fill(results: &Results<'_>, synergy: Option<&Synergy>, group: &mut Group) -> Result<(), Failed> {
    let plan = results.plan;
    let observables = &plan.base.model.observables;
    let [nx, ny] = plan.shape();
    let mut shape = vec![observables.len(), plan.arms.len(), plan.seeds.len(), ny, nx];
    let mut dimensions = vec!["observable", "arm", "replicate", "y", "x"];
    if plan.axes.len() < 2 {
        shape.remove(3);
        dimensions.remove(3);
    }
    if plan.kind == Kind::DoseMatrix {
        shape.remove(1);
        dimensions.remove(1);
    }
    let mut values = Vec::with_capacity(shape.iter().product());
    for o in 0..observables.len() {
        for a in 0..plan.arms.len() {
            for s in 0..plan.seeds.len() {
                let all = (0..plan.points()).map(|p| results.value(s, p, a, o));
                values.extend(all.map(|v| v.unwrap_or(f64::NAN)));
            }
        }
    }
    let about = json!({ "long_name": "outcome", "coordinates": "label unit" });
    group.numbers("outcome", &shape, &dimensions, values, about)?;
    let seeds = plan.seeds.iter().map(|s| f64::from(*s)).collect();
    let n = [plan.seeds.len()];
    let about = json!({ "long_name": "seed of the random maps" });
    group.numbers("replicate", &n, &["replicate"], seeds, about)?;
    let each = |text: fn(&warmfront_model::Observable) -> &String| {
        observables
            .iter()
            .map(|o| text(o).clone())
            .collect::<Vec<_>>()
    };
    group.texts("observable", "observable", each(|o| &o.id))?;
    group.texts("label", "observable", each(|o| &o.label))?;
    group.texts("unit", "observable", each(|o| &o.unit))?;
    if plan.kind == Kind::Arms {
        group.texts("arm", "arm", plan.arms.clone())?;
    }
    axes(plan, group)?;
    if let Some(synergy) = synergy {
        let excess = synergy.measured.iter().map(|m| &m.excess);
        for ((name, label), grid) in METRICS.iter().zip(excess) {
            let about = json!({ "long_name": label, "units": "1" });
            group.numbers(name, &[ny, nx], &["y", "x"], turned(grid, [nx, ny]), about)?;
        }
    }
    Ok(())
}

fn axes(plan: &Plan, group: &mut Group) -> Result<(), Failed> {
    let model = &plan.base.model;
    for (axis, dimension) in plan.axes.iter().zip(["x", "y"]) {
        let n = [axis.values.len()];
        let (id, label) = (axis.id(model), axis.label(model));
        let (name, unit) = match axis.amounts(&plan.base) {
            Some(amounts) => {
                let about = json!({ "long_name": format!("{label}, one dose"), "units": axis.unit(model), "id": id });
                group.numbers(
                    &format!("{dimension}_amount"),
                    &n,
                    &[dimension],
                    amounts,
                    about,
                )?;
                (format!("{label}, multiple of the regimen's dose"), "1")
            }
            None => (label.to_owned(), axis.unit(model)),
        };
        let about = json!({ "long_name": name, "units": unit, "id": id });
        group.numbers(dimension, &n, &[dimension], axis.values.clone(), about)?;
    }
    Ok(())
}

/// `[x][y]` as a list with x fastest.
fn turned(grid: &Grid<Number>, [nx, ny]: [usize; 2]) -> Vec<f64> {
    let at = |i: usize| grid[i % nx][i / nx].unwrap_or(f64::NAN);
    (0..nx * ny).map(at).collect()
}
