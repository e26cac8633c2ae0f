//! Where an artefact comes from: enough to make it again.
//!
//! Every file that is written carries one of these as JSON, in the place that its format has for such
//! things: a text chunk of a PNG, a comment of a GIF, the user data of an MP4, `<metadata>` of an SVG, the
//! attributes of a Zarr group, field data of a VTK file, a sidecar of a CSV. [`crate::reopen`] finds it there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use warmfront_model::Scenario;

use crate::record::Record;
use crate::units::rounded;
use crate::{Row, SessionError};

/// Key under which a format with named texts keeps the JSON.
pub const KEY: &str = "warmfront";

/// See the [module](self).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Version that wrote the file.
    pub warmfront: String,
    /// Model id.
    pub model: String,
    /// Hash of everything the model says.
    pub model_hash: String,
    /// Adapter that computed it.
    pub adapter: String,
    /// Seed of the random maps.
    pub seed: u32,
    /// Arms that were run, by id.
    pub arms: Vec<String>,
    /// What came out; none in a file that was written before anything did.
    #[serde(default)]
    pub results: Option<Results>,
    /// The complete scenario, as TOML.
    pub scenario: String,
}

/// All observables at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Model time, in the model's unit.
    pub time: f64,
    /// By arm id, by observable id. Eight significant digits; a value that is not finite is missing.
    pub arms: BTreeMap<String, BTreeMap<String, f64>>,
}

impl Provenance {
    /// Of a batch of arms (indices into the scenario's list), with the last row that it gave.
    pub fn new(scenario: &Scenario, arms: &[usize], adapter: &str, row: Option<&Row>) -> Self {
        let ids: Vec<String> = arms
            .iter()
            .filter_map(|&a| scenario.arms.get(a))
            .map(|a| a.id.clone())
            .collect();
        let observables = &scenario.model.observables;
        let results = row.map(|row| Results {
            time: row.time,
            arms: ids
                .iter()
                .zip(&row.values)
                .map(|(id, values)| {
                    let named = observables.iter().zip(values);
                    let finite = named.filter(|(_, v)| v.is_finite());
                    let rounded = finite.map(|(o, v)| (o.id.clone(), rounded(*v, 8)));
                    (id.clone(), rounded.collect())
                })
                .collect(),
        });
        Self {
            warmfront: crate::export::VERSION.to_owned(),
            model: scenario.model.id.clone(),
            model_hash: scenario.model.hash.clone(),
            adapter: adapter.to_owned(),
            seed: scenario.seed,
            arms: ids,
            results,
            scenario: scenario.to_toml(),
        }
    }

    /// Of everything that was seen of a run.
    pub fn of(record: &Record) -> Self {
        Self::new(
            &record.scenario,
            &record.arms,
            &record.adapter.name,
            record.rows.last(),
        )
    }

    /// One line of JSON in ASCII: other characters are escaped, so that any format can hold it.
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        let mut ascii = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_ascii() {
                ascii.push(c);
            } else {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    ascii.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        ascii
    }

    /// The inverse of [`Provenance::to_json`]. `file` is named in errors.
    ///
    /// # Errors
    /// [`SessionError::NoProvenance`].
    pub fn from_json(text: &str, file: &std::path::Path) -> Result<Self, SessionError> {
        let mut told: Self =
            serde_json::from_str(text).map_err(|e| SessionError::NoProvenance {
                path: file.to_owned(),
                why: format!("what it says about its origin cannot be read: {e}"),
            })?;
        // These are shown to people, on terminals too.
        let short = [
            &mut told.warmfront,
            &mut told.model,
            &mut told.model_hash,
            &mut told.adapter,
        ];
        for text in short.into_iter().chain(&mut told.arms) {
            text.retain(|c| !c.is_control());
        }
        Ok(told)
    }

    /// As named texts, for formats that have them.
    pub fn texts(&self) -> [(&'static str, String); 2] {
        [
            ("Software", format!("Warmfront {}", self.warmfront)),
            (KEY, self.to_json()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_survives_as_ascii() {
        let library = warmfront_model::Library::embedded();
        let scenario = library.scenario("inflamed").expect("it is valid");
        let row = Row {
            time: 2.5,
            values: vec![vec![0.1234567891, f64::NAN]],
        };
        let told = Provenance::new(&scenario, &[3], "GPU µ 𝄞", Some(&row));
        let json = told.to_json();
        assert!(json.is_ascii() && !json.contains('\n'));
        let back = Provenance::from_json(&json, "x".as_ref()).expect("its own JSON");
        assert_eq!(back, told);
        let results = back.results.expect("a row");
        let arm = results.arms.values().next().expect("an arm");
        assert_eq!(arm.values().copied().collect::<Vec<_>>(), [0.12345679]);
        assert!(Provenance::from_json("{}", "x".as_ref()).is_err());
    }
}
