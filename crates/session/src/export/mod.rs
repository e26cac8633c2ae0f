//! A record becomes files: tables, arrays, a summary and figures.
//!
//! One file here per format. All of them are written through an [`OutputFolder`], so that a file
//! with its final name is whole.

pub(crate) mod csvw;
pub(crate) mod curves;
mod cycle;
pub(crate) mod fields;
pub(crate) mod montage;
mod summary;
mod timeseries;
pub(crate) mod treatment;
pub(crate) mod vti;
#[cfg(feature = "zarr")]
pub(crate) mod zarr;

/// The file of a Zarr group or array with its attributes.
pub(crate) const ZARR_METADATA: &str = "zarr.json";

use std::time::Instant;

use warmfront_model::Model;
use warmfront_view::{Figure, Style, ViewError};

use crate::folder::OutputFolder;
use crate::record::Record;
use crate::run::Run;
use crate::spool::Spool;
use crate::units::number;
use crate::{Provenance, SessionError, units};

pub use curves::{burden_figure, curves_figure};
pub use cycle::{ArmCycle, StepRate, cycle, cycle_figure, span};
pub use montage::montage_figure;
pub use summary::summary;
pub use timeseries::timeseries;

/// Version that made a file.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Pixels per unit of a figure.
const SCALE: f32 = 2.0;

/// The files that whole fields become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Formats {
    /// `<arm>/fields.npz`, for numpy.
    pub npz: bool,
    /// `<arm>/fields.zarr`, for xarray and napari.
    pub zarr: bool,
    /// `<arm>/fields_0000.vti` and so on, with `<arm>/fields.pvd`, for ParaView.
    pub vti: bool,
}

impl Formats {
    /// No files of fields.
    pub const NONE: Self = Self {
        npz: false,
        zarr: false,
        vti: false,
    };

    /// Whether there is any.
    pub fn any(self) -> bool {
        self.npz || self.zarr || self.vti
    }
}

impl Default for Formats {
    fn default() -> Self {
        Self {
            npz: true,
            ..Self::NONE
        }
    }
}

/// What was written, and what could not be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Written {
    /// File and what it shows.
    pub files: Vec<(String, String)>,
    /// Figures that could not be drawn, with the reason.
    pub warnings: Vec<String>,
    /// Files of fields that could not be written, with the reason and what there is instead.
    pub missing: Vec<String>,
    /// The summary, as written.
    pub summary: serde_json::Value,
}

/// Writes everything: `timeseries.csv` and `cycle.csv` with their metadata, `scenario.toml`, the fields of each arm in the
/// formats that the run was told to write, figures (PNG and SVG) and last `summary.json`. A figure that
/// cannot be drawn is a warning. Fields that cannot be written, for example on a full disk, are saved as
/// `<arm>/fields_<field>.npy`, which takes no more room, and noted as missing.
///
/// # Errors
/// Other files that cannot be written.
pub fn write_all(
    run: &Run,
    folder: &mut OutputFolder,
    figures: bool,
) -> Result<Written, SessionError> {
    let start = Instant::now();
    let record = run.record();
    let mut written = Written::default();
    // Only with `--force` is there an earlier run: its files must not stand beside new ones, and its
    // summary must not speak for them if the end comes now.
    folder.remove_stale();
    folder.write("timeseries.csv", |f| timeseries(record, f))?;
    written.note("timeseries.csv", "every quantity of every arm over time");
    let columns = serde_json::to_string_pretty(&csvw::metadata(record)).unwrap_or_default();
    folder.write_bytes("timeseries.csv-metadata.json", columns.as_bytes())?;
    if !record.scenario.model.cycle.is_empty() {
        folder.write("cycle.csv", |f| cycle::table(record, f))?;
        written.note("cycle.csv", "the steps of the cycle of every arm over time");
        let columns = serde_json::to_string_pretty(&cycle::metadata(record)).unwrap_or_default();
        folder.write_bytes("cycle.csv-metadata.json", columns.as_bytes())?;
    }
    folder.write_bytes("scenario.toml", record.scenario.to_toml().as_bytes())?;
    written.note("scenario.toml", "the scenario in full, ready to run again");
    if let Some(spool) = run.spool().filter(|s| !s.times.is_empty()) {
        write_fields(record, spool, run.formats(), folder, &mut written)?;
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
            ("cycle", cycle_figure(record), "the steps of the cycle"),
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
    if figures {
        write_summary(record, folder, &mut written, start)?;
    }
    written.note("summary.json", "numbers, accuracy and provenance");
    Ok(written)
}

/// Writes the fields of all arms, one after the other: what is written of an arm leaves the spool.
fn write_fields(
    record: &Record,
    spool: &Spool,
    formats: Formats,
    folder: &mut OutputFolder,
    written: &mut Written,
) -> Result<(), SessionError> {
    for arm in 0..record.arms.len() {
        match write_arm(record, spool, arm, formats, folder) {
            Ok(()) => spool.forget(arm),
            Err(e) => {
                let id = &record.arm(arm).id;
                for (field, f) in record.scenario.model.fields.iter().enumerate() {
                    let name = format!("{id}/fields_{}.npy", f.id);
                    folder.adopt(&name, |path| spool.rescue(arm, field, path))?;
                }
                written.missing.push(format!(
                    "not all fields of `{id}` were written as asked for; they are in {id}/fields_<field>.npy \
                     (numpy.load): {e}"
                ));
            }
        }
    }
    let arm = match record.arms.as_slice() {
        [_] => &record.arm(0).id,
        _ => "<arm>",
    };
    let n = spool.times.len();
    let times = if n == 1 {
        "one time".to_owned()
    } else {
        format!("{n} times")
    };
    for (is_on, name, reader) in [
        (formats.npz, "fields.npz", "numpy"),
        (formats.zarr, "fields.zarr", "xarray and napari"),
        (formats.vti, "fields.pvd", "ParaView"),
    ] {
        if is_on && written.missing.len() < record.arms.len() {
            let what = format!("every field at {times}, for {reader}");
            written.note(&format!("{arm}/{name}"), &what);
        }
    }
    Ok(())
}

fn write_arm(
    record: &Record,
    spool: &Spool,
    arm: usize,
    formats: Formats,
    folder: &mut OutputFolder,
) -> Result<(), SessionError> {
    let id = &record.arm(arm).id;
    if formats.npz {
        folder.write(&format!("{id}/fields.npz"), |f| {
            fields::fields(record, spool, arm, f)
        })?;
    }
    #[cfg(feature = "zarr")]
    if formats.zarr {
        folder.write_folder(&format!("{id}/fields.zarr"), |path| {
            zarr::write(record, spool, arm, path)
        })?;
    }
    if formats.vti {
        let provenance = Provenance::of(record).to_json();
        for index in 0..spool.times.len() {
            folder.write(&format!("{id}/{}", vti::name(index)), |f| {
                vti::image(record, spool, (arm, index), &provenance, f)
            })?;
        }
        let days = days(&record.scenario.model, &spool.times);
        folder.write(&format!("{id}/fields.pvd"), |f| {
            vti::collection(&days, &provenance, f)
        })?;
    }
    Ok(())
}

/// Model times in days; as they are where the model's unit is no clock time.
fn days(model: &Model, times: &[f64]) -> Vec<f64> {
    let per_day = model.units_per_day();
    // Rounding is the division's: 0.3 days shall not read 0.30000000000000004.
    let each = times.iter().map(|t| units::rounded(t / per_day, 12));
    each.collect()
}

/// Edges of a cell in micrometres; as they are where the model's unit is no length.
fn spacing_um(record: &Record) -> [f64; 3] {
    let factor = units::micrometres_per_length(&record.scenario.model).unwrap_or(1.0);
    record.scenario.grid.spacing.map(|h| h * factor)
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
    write_pictures(&Provenance::of(record), folder, name, figure)?;
    Ok(true)
}

/// Writes a figure as PNG and SVG that say where they come from.
pub(crate) fn write_pictures(
    provenance: &Provenance,
    folder: &mut OutputFolder,
    name: &str,
    figure: &Figure,
) -> Result<(), SessionError> {
    let texts = provenance.texts();
    let metadata = texts.each_ref().map(|(key, text)| (*key, text.as_str()));
    folder.write_bytes(&format!("{name}.png"), &png(figure, &metadata)?)?;
    folder.write_bytes(
        &format!("{name}.svg"),
        figure.svg(&metadata, None)?.as_bytes(),
    )
}

// A very large figure is drawn smaller rather than not at all.
pub(crate) fn png(figure: &Figure, metadata: &[(&str, &str)]) -> Result<Vec<u8>, ViewError> {
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
pub(crate) fn title(record: &Record) -> String {
    format!(
        "{} · {}",
        record.scenario.label, record.scenario.model.label
    )
}

/// Arms, span and grid in one line.
pub(crate) fn subtitle(record: &Record) -> String {
    let scenario = &record.scenario;
    let model = &scenario.model;
    let [_, _, nz] = scenario.grid.cells;
    let [hx, hy, hz] = scenario.grid.spacing.map(number);
    let unit = match model.length_unit.as_str() {
        "1" => String::new(),
        unit => format!(" {}", units::pretty_unit(unit)),
    };
    let cells = units::cells(&scenario.grid);
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
    text
}

/// The closing line of a figure: what not to conclude from it.
pub(crate) fn footer(record: &Record) -> String {
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
