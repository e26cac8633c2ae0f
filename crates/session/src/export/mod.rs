//! A record becomes files: tables, arrays, a summary and figures.
//!
//! One file here per format. All of them are written through an [`OutputFolder`], so that a file
//! with its final name is whole.

mod curves;
mod fields;
mod montage;
mod summary;
mod timeseries;
pub(crate) mod treatment;

use std::time::Instant;

use warmfront_model::Model;
use warmfront_view::{Figure, Style, ViewError};

use crate::folder::OutputFolder;
use crate::record::Record;
use crate::run::Run;
use crate::units::number;
use crate::{SessionError, units};

pub use curves::{burden_figure, curves_figure};
pub use montage::montage_figure;
pub use summary::summary;
pub use timeseries::timeseries;

/// Version that made a file.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Pixels per unit of a figure.
const SCALE: f32 = 2.0;

/// What was written, and what could not be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// File and what it shows.
    pub files: Vec<(String, String)>,
    /// Figures that could not be drawn, with the reason.
    pub warnings: Vec<String>,
    /// The summary, as written.
    pub summary: serde_json::Value,
}

/// Writes everything: `timeseries.csv`, `scenario.toml`, `<arm>/fields.npz`, figures (PNG and SVG)
/// and last `summary.json`. A figure that cannot be drawn is a warning.
///
/// # Errors
/// Files that cannot be written.
pub fn write_all(
    run: &Run,
    folder: &mut OutputFolder,
    figures: bool,
) -> Result<Written, SessionError> {
    let start = Instant::now();
    let record = run.record();
    let mut written = Written::default();
    // Only with `--force` is there an earlier run: its files must not stand beside new ones.
    folder.remove_stale();
    folder.write("timeseries.csv", |f| timeseries(record, f))?;
    written.note("timeseries.csv", "every quantity of every arm over time");
    folder.write_bytes("scenario.toml", record.scenario.to_toml().as_bytes())?;
    written.note("scenario.toml", "the scenario in full, ready to run again");
    if let Some(spool) = run.spool().filter(|s| !s.times.is_empty()) {
        for arm in 0..record.arms.len() {
            let name = format!("{}/fields.npz", record.arm(arm).id);
            folder.write(&name, |f| fields::fields(record, spool, arm, f))?;
        }
        let name = match record.arms.as_slice() {
            [_] => format!("{}/fields.npz", record.arm(0).id),
            _ => "<arm>/fields.npz".to_owned(),
        };
        let n = spool.times.len();
        written.note(&name, &format!("every field at {n} times, for numpy"));
    }
    // Numbers first: a disk that fills while figures are written costs no numbers.
    write_summary(record, folder, &mut written, start)?;
    if figures {
        let shown = [
            (
                "montage",
                montage_figure(record),
                "the tissue of each arm over time",
            ),
            ("burden", burden_figure(record), "the burden of each arm"),
            (
                "timeseries",
                curves_figure(record),
                "all plotted quantities",
            ),
        ];
        for (name, figure, what) in shown {
            let done = figure
                .map_err(SessionError::from)
                .and_then(|f| f.map_or(Ok(false), |f| write_figure(record, folder, name, &f)));
            match done {
                Ok(true) => written.note(&format!("{name}.png"), what),
                Ok(false) => {}
                Err(SessionError::View(e)) => {
                    written
                        .warnings
                        .push(format!("{name}.png was not drawn: {e}"));
                }
                Err(e) => return Err(e),
            }
        }
    }
    write_summary(record, folder, &mut written, start)?;
    written.note("summary.json", "numbers, accuracy and provenance");
    Ok(written)
}

/// Writes `summary.json`, which lists what is written so far.
fn write_summary(
    record: &Record,
    folder: &mut OutputFolder,
    written: &mut Written,
    start: Instant,
) -> Result<(), SessionError> {
    let mut files = folder.written().to_vec();
    if !files.iter().any(|f| f == "summary.json") {
        files.push("summary.json".to_owned());
    }
    written.summary = summary(record, &files, start.elapsed().as_secs_f64());
    let mut text = serde_json::to_string_pretty(&written.summary).unwrap_or_default();
    text.push('\n');
    folder.write_bytes("summary.json", text.as_bytes())
}

impl Written {
    fn note(&mut self, file: &str, what: &str) {
        self.files.push((file.to_owned(), what.to_owned()));
    }
}

/// Writes a figure as PNG and SVG that carry the scenario.
fn write_figure(
    record: &Record,
    folder: &mut OutputFolder,
    name: &str,
    figure: &Figure,
) -> Result<bool, SessionError> {
    let scenario = record.scenario.to_toml();
    let metadata = [
        ("Software", "Warmfront"),
        ("warmfront:version", VERSION),
        ("warmfront:model", &record.scenario.model.id),
        ("warmfront:model_hash", &record.scenario.model.hash),
        ("warmfront:scenario", &scenario),
    ];
    folder.write_bytes(&format!("{name}.png"), &png(figure, &metadata)?)?;
    folder.write_bytes(&format!("{name}.svg"), figure.svg(&metadata).as_bytes())?;
    Ok(true)
}

// A very large figure is drawn smaller rather than not at all.
fn png(figure: &Figure, metadata: &[(&str, &str)]) -> Result<Vec<u8>, ViewError> {
    match figure.png(SCALE, metadata) {
        Err(ViewError::Pixels { .. }) => figure.png(1.0, metadata),
        other => other,
    }
}

/// Page style of all figures.
const STYLE: Style = Style::Print;

/// Fields that the montage shows at every snapshot: those of the first view, or the first field.
pub(crate) fn composite_fields(model: &Model) -> Vec<usize> {
    match model.views.first() {
        Some(view) => view.channels.iter().map(|c| c.field).collect(),
        None => vec![0],
    }
}

/// Scenario and model, as a title.
fn title(record: &Record) -> String {
    format!(
        "{} · {}",
        record.scenario.label, record.scenario.model.label
    )
}

/// Arms, span and grid in one line.
fn subtitle(record: &Record) -> String {
    let scenario = &record.scenario;
    let model = &scenario.model;
    let [nx, ny, nz] = scenario.grid.cells;
    let [hx, hy, hz] = scenario.grid.spacing.map(number);
    let unit = match model.length_unit.as_str() {
        "1" => String::new(),
        unit => format!(" {}", units::pretty_unit(unit)),
    };
    let cells = if scenario.grid.is_3d() {
        format!("{nx} × {ny} × {nz} cells")
    } else {
        format!("{nx} × {ny} cells")
    };
    let size = if hx == hy && (nz == 1 || hy == hz) {
        format!("of {hx}{unit}")
    } else if nz == 1 {
        format!("of {hx} × {hy}{unit}")
    } else {
        format!("of {hx} × {hy} × {hz}{unit}")
    };
    let arms = match record.arms.len() {
        1 => String::new(),
        n => format!("{n} arms from the same start; "),
    };
    let reached = units::span(model, record.time);
    let mut text = format!("{arms}{reached}, {cells} {size}.");
    match &record.finish {
        crate::Finish::Failed(_) => text.push_str(" The run failed here."),
        crate::Finish::Cancelled => text.push_str(" The run was stopped here."),
        _ => {}
    }
    for caption in record.captions() {
        let at = units::clock(model, caption.time);
        text.push_str(&format!(" {at}: {}", caption.text));
    }
    text
}

/// The closing line of a figure: what not to conclude from it.
fn footer(record: &Record) -> String {
    one_line(&record.scenario.model.caveat)
}

/// Text of several lines as one.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text up to its first full stop, as one line.
pub fn first_sentence(text: &str) -> String {
    let line = one_line(text);
    let end = line.find(". ").map_or(line.len(), |i| i + 1);
    line[..end].to_owned()
}
