//! `timeseries.csv-metadata.json`: what the columns of `timeseries.csv` mean and where it comes from.
//!
//! A table of plain values has no room for either; the W3C recommendation "Metadata Vocabulary for
//! Tabular Data" (CSV on the Web) puts both into a file beside it, whose name is the table's with
//! `-metadata.json` behind it. Readers of plain CSV never notice.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use warmfront_model::Model;

use crate::record::Record;
use crate::{Provenance, SessionError};

/// What a table's name gets behind it.
const SUFFIX: &str = "-metadata.json";

/// The metadata of `timeseries.csv`.
pub(crate) fn metadata(record: &Record) -> Value {
    let scenario = &record.scenario;
    let model = &scenario.model;
    let time = time_words(model);
    let arms: Vec<Value> = (0..record.arms.len())
        .map(|i| json!({ "arm": record.arm(i).id, "label": record.label(i) }))
        .collect();
    let quantities: Vec<Value> = model
        .observables
        .iter()
        .map(|o| json!({ "quantity": o.id, "label": o.label, "unit": o.unit }))
        .collect();
    let columns = json!([
        column("time_days", "double", &time),
        column(
            "arm",
            "string",
            "Treatment arm, by id; the notes give its name."
        ),
        column(
            "quantity",
            "string",
            "Observable, by id; the notes give its name."
        ),
        column(
            "unit",
            "string",
            "Unit of the value; 1 stands for a pure number."
        ),
        column("value", "double", "Value, to eight significant digits."),
    ]);
    sheet(
        "timeseries.csv",
        &format!("{} · {}: time series", scenario.label, model.label),
        &super::one_line(&model.caveat),
        &columns,
        &["time_days", "arm", "quantity"],
        &json!([
            { "arms": arms },
            { "quantities": quantities },
            { crate::provenance::KEY: Provenance::of(record) },
        ]),
    )
}

/// What a column of times holds.
pub(crate) fn time_words(model: &Model) -> String {
    if model.is_clock_time() {
        return "Time since the start of the simulation, in days.".to_owned();
    }
    let unit = match model.time_unit.as_str() {
        "1" => "a pure number",
        unit => unit,
    };
    format!("Model time, in the model's own unit ({unit}).")
}

/// The metadata of any table: its file, title, warning, columns, key and notes.
pub(crate) fn sheet(
    file: &str,
    title: &str,
    caveat: &str,
    columns: &Value,
    key: &[&str],
    notes: &Value,
) -> Value {
    json!({
        "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
        "url": file,
        "dc:title": title,
        "dc:description": caveat,
        "dc:creator": format!("Warmfront {}", super::VERSION),
        "dialect": { "encoding": "utf-8", "delimiter": ",", "header": true, "quoteChar": "\"" },
        "tableSchema": { "columns": columns, "primaryKey": key },
        "notes": notes,
    })
}

/// A column that is never empty.
pub(crate) fn column(name: &str, datatype: &str, what: &str) -> Value {
    json!({
        "name": name,
        "titles": name,
        "datatype": datatype,
        "required": true,
        "dc:description": what,
    })
}

/// Where a table comes from, by the metadata beside it; `path` is either of the two. None without
/// metadata, or where they do not say.
///
/// # Errors
/// Metadata that cannot be read, or say something that is no provenance.
pub(crate) fn provenance_of(path: &Path) -> Result<Option<Provenance>, SessionError> {
    let beside = sidecar(path);
    if !beside.exists() && beside != path {
        return Ok(None);
    }
    let text =
        std::fs::read_to_string(&beside).map_err(|e| SessionError::disk("read", &beside, &e))?;
    let value: Value = serde_json::from_str(&text).map_err(|e| SessionError::NoProvenance {
        path: beside.clone(),
        why: format!("it is no JSON: {e}"),
    })?;
    let notes = value.get("notes").and_then(Value::as_array);
    let found = notes
        .into_iter()
        .flatten()
        .find_map(|n| n.get(crate::provenance::KEY));
    found
        .map(|p| Provenance::from_json(&p.to_string(), &beside))
        .transpose()
}

/// The metadata of a table, or the file itself if it is some.
fn sidecar(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.ends_with(SUFFIX) {
        return path.to_owned();
    }
    path.with_file_name(format!("{name}{SUFFIX}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_without_metadata_or_with_nonsense() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let table = dir.path().join("t.csv");
        let beside = dir.path().join("t.csv-metadata.json");
        std::fs::write(&table, "a\n1\n")?;
        assert!(provenance_of(&table)?.is_none());
        std::fs::write(&beside, "{\"notes\": 3}")?;
        assert!(provenance_of(&table)?.is_none() && provenance_of(&beside)?.is_none());
        for text in ["{", "{\"notes\": [{\"warmfront\": {}}]}"] {
            std::fs::write(&beside, text)?;
            let e = provenance_of(&table).expect_err("nonsense").to_string();
            assert!(e.contains("t.csv-metadata.json"), "{e}");
        }
        Ok(())
    }
}
