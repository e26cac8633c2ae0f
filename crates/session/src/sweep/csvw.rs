//! Tables of sweeps and the sidecars that say what their columns mean (CSV on the Web).

use serde_json::{Value, json};
use warmfront_model::Scenario;

use crate::folder::OutputFolder;
use crate::units::rounded;
use crate::{Provenance, SessionError};

/// A table on its way to a file.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<String>>,
}

/// One column.
pub(super) struct Column {
    name: String,
    datatype: &'static str,
    required: bool,
    what: String,
}

impl Column {
    /// A number that may be missing.
    pub(super) fn number(name: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            datatype: "double",
            required: false,
            what: what.into(),
        }
    }

    /// A whole number.
    pub(super) fn count(name: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            datatype: "integer",
            required: true,
            ..Self::number(name, what)
        }
    }

    /// A text.
    pub(super) fn text(name: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            datatype: "string",
            ..Self::number(name, what)
        }
    }
}

/// A number of a table: eight digits; empty where there is none.
pub(super) fn cell(value: Option<f64>) -> String {
    let finite = value.filter(|v| v.is_finite());
    finite.map_or_else(String::new, |v| (rounded(v, 8) + 0.0).to_string())
}

impl Table {
    /// Writes the table and its sidecar.
    pub(super) fn write(
        &self,
        folder: &mut OutputFolder,
        base: &Scenario,
        provenance: &Provenance,
        notes: &Value,
    ) -> Result<(), SessionError> {
        let path = folder.path().join(self.name);
        folder.write(self.name, |out| {
            let mut csv = csv::Writer::from_writer(out);
            let mut write = || -> csv::Result<()> {
                csv.write_record(self.columns.iter().map(|c| &c.name))?;
                for row in &self.rows {
                    csv.write_record(row)?;
                }
                csv.flush()?;
                Ok(())
            };
            write().map_err(|e| {
                let e = std::io::Error::other(e.to_string());
                SessionError::disk("write", &path, &e)
            })
        })?;
        let columns = self.columns.iter().map(|c| {
            json!({
                "name": c.name,
                "titles": c.name,
                "datatype": c.datatype,
                "required": c.required,
                "dc:description": c.what,
            })
        });
        let metadata = json!({
            "@context": ["http://www.w3.org/ns/csvw", { "@language": "en" }],
            "url": self.name,
            "dc:title": format!("{} · {}: {}", base.label, base.model.label, self.title),
            "dc:description": crate::export::one_line(&base.model.caveat),
            "dc:creator": format!("Warmfront {}", crate::export::VERSION),
            "dialect": { "encoding": "utf-8", "delimiter": ",", "header": true, "quoteChar": "\"" },
            "tableSchema": { "columns": columns.collect::<Vec<_>>() },
            "notes": [notes, { crate::provenance::KEY: provenance }],
        });
        let text = serde_json::to_string_pretty(&metadata).unwrap_or_default();
        folder.write_bytes(&format!("{}-metadata.json", self.name), text.as_bytes())
    }
}
