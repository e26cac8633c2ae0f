//! The answer as files: `why.csv` with its metadata, `why.json`, `why.png` and `why.svg`.

use std::io::Write;
use std::path::Path;

use serde_json::{Map, Value, json};
use warmfront_model::Scenario;

use super::{Answer, Link, Spread, figure};
use crate::export::csvw::{column, sheet};
use crate::export::{one_line, write_pictures};
use crate::units::rounded;
use crate::{OutputFolder, Provenance, SessionError};

/// What an answer is about and what computed it.
#[derive(Debug, Clone)]
pub struct Origin<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Where its numbers come from; written into every file.
    pub provenance: Provenance,
}

const COLUMNS: [&str; 10] = [
    "link",
    "label",
    "seed",
    "arm",
    "time",
    "burden",
    "relative_to_control",
    "share",
    "bliss_excess",
    "fold",
];

/// Writes `why.csv` with its metadata, `why.json`, and, with `figures`, `why.png` and `why.svg`. Gives each
/// file and what it shows.
///
/// # Errors
/// Files that cannot be written, a figure that cannot be drawn.
pub fn write(
    origin: &Origin<'_>,
    answer: &Answer,
    folder: &mut OutputFolder,
    figures: bool,
) -> Result<Vec<(String, String)>, SessionError> {
    folder.write("why.csv", |f| table(answer, f))?;
    let columns = serde_json::to_string_pretty(&metadata(origin, answer)).unwrap_or_default();
    folder.write_bytes("why.csv-metadata.json", columns.as_bytes())?;
    let mut text = json(answer);
    text[crate::provenance::KEY] = serde_json::to_value(&origin.provenance).unwrap_or_default();
    let text = serde_json::to_string_pretty(&text).unwrap_or_default() + "\n";
    folder.write_bytes("why.json", text.as_bytes())?;
    let mut files = vec![
        (
            "why.csv",
            "every link, seed and arm: burden, share, synergy",
        ),
        ("why.json", "the same with readings and sources"),
    ];
    if figures && answer.links.len() > 1 {
        let picture = figure(origin.scenario, answer)?;
        write_pictures(&origin.provenance, folder, "why", &picture)?;
        files.push((
            "why.png",
            "what each link carries, and the synergy without it",
        ));
    }
    let named = files.into_iter();
    Ok(named.map(|(f, w)| (f.to_owned(), w.to_owned())).collect())
}

/// The table as JSON.
pub fn json(answer: &Answer) -> Value {
    let spread = |s: Option<Spread>| match s {
        None => Value::Null,
        Some(s) if answer.seeds.len() == 1 => json!(rounded(s.mean, 8)),
        Some(s) => json!({
            "mean": rounded(s.mean, 8), "low": rounded(s.low, 8), "high": rounded(s.high, 8),
        }),
    };
    let link = |(row, l): (usize, &Link)| {
        let arms: Map<String, Value> = (0..answer.arms.len())
            .map(|arm| {
                let told = json!({
                    "burden": spread(answer.burden(row, arm)),
                    "relative_to_control": spread(answer.relative(row, arm)),
                    "share": spread(answer.share(row, arm)),
                });
                (answer.arms[arm].0.clone(), told)
            })
            .collect();
        json!({
            "id": if l.id.is_empty() { Value::Null } else { json!(l.id) },
            "label": l.label,
            "contains": l.contains,
            "explanation": l.explanation,
            "cite": l.cite,
            "at_work": l.at_work,
            "failure": l.failure,
            "arms": arms,
            "bliss_excess": spread(answer.bliss(row)),
            "fold": spread(answer.fold(row)),
            "reading": l.reading,
        })
    };
    let id = |arm: usize| answer.arms[arm].0.clone();
    json!({
        "time": answer.time,
        "seeds": answer.seeds,
        "control": id(answer.control),
        "explained_arm": id(answer.focus),
        "singles": answer.singles.iter().map(|s| id(*s)).collect::<Vec<_>>(),
        "links": answer.links.iter().enumerate().map(link).collect::<Vec<_>>(),
    })
}

fn table(answer: &Answer, out: impl Write) -> Result<(), SessionError> {
    let mut csv = csv::Writer::from_writer(out);
    let mut write = || -> csv::Result<()> {
        csv.write_record(COLUMNS)?;
        for link in &answer.links {
            for (seed, m) in answer.seeds.iter().zip(&link.measured) {
                for (arm, (id, _)) in answer.arms.iter().enumerate() {
                    let maybe =
                        |v: Option<f64>| v.map_or(String::new(), |v| rounded(v, 8).to_string());
                    let of_pair = |v: Option<f64>| maybe(v.filter(|_| arm == answer.focus));
                    csv.write_record([
                        link.id.clone(),
                        link.label.clone(),
                        seed.to_string(),
                        id.clone(),
                        rounded(answer.time, 12).to_string(),
                        maybe(m.burden[arm]),
                        maybe(m.relative[arm]),
                        maybe(m.share[arm]),
                        of_pair(m.bliss),
                        of_pair(m.fold),
                    ])?;
                }
            }
        }
        csv.flush()?;
        Ok(())
    };
    write().map_err(|e| {
        let e = std::io::Error::other(e.to_string());
        SessionError::disk("write", Path::new("why.csv"), &e)
    })
}

fn metadata(origin: &Origin<'_>, answer: &Answer) -> Value {
    let model = &origin.scenario.model;
    let burden = model.burden.map(|b| &model.observables[b]);
    let (label, unit) = burden.map_or(("Burden", "1"), |o| (o.label.as_str(), o.unit.as_str()));
    let open = |name: &str, what: &str| {
        let mut column = column(name, "double", what);
        column["required"] = false.into();
        column
    };
    let mut first = column(
        COLUMNS[0],
        "string",
        "Link that was taken away, by id; empty: none.",
    );
    first["required"] = false.into();
    let columns = json!([
        first,
        column(COLUMNS[1], "string", "Its name."),
        column(COLUMNS[2], "integer", "Seed of the random maps."),
        column(
            COLUMNS[3],
            "string",
            "Treatment arm, by id; the notes give its name."
        ),
        column(
            COLUMNS[4],
            "double",
            &format!("Model time of the burden, {}.", model.time_unit)
        ),
        open(
            COLUMNS[5],
            &format!("{label}, {unit}; empty where the run failed.")
        ),
        open(
            COLUMNS[6],
            "Burden over that of the control without the same link."
        ),
        open(
            COLUMNS[7],
            "Share of the arm's log-reduction L = ln(control / burden) that the link carries, (L - L') / L."
        ),
        open(
            COLUMNS[8],
            "Product of the single arms' relative burdens, minus that of the combination; above 0: Bliss synergy."
        ),
        open(
            COLUMNS[9],
            "The same product over the relative burden of the combination."
        ),
    ]);
    let arms: Vec<Value> = answer
        .arms
        .iter()
        .map(|(id, label)| json!({ "arm": id, "label": label }))
        .collect();
    sheet(
        "why.csv",
        &format!("{} · {}: why", origin.scenario.label, model.label),
        &one_line(&model.caveat),
        &columns,
        &["link", "seed", "arm"],
        &json!([{ "arms": arms }, { crate::provenance::KEY: origin.provenance }]),
    )
}
