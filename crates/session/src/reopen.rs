//! A file gives back the simulation that made it.
//!
//! What a file is, is read off its first bytes, not off its name: a film that was renamed opens as well.
//! Whatever stands in a file is taken for a scenario only, never run as anything else; sizes are bounded
//! before they are read.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use warmfront_model::{Library, Scenario, Source};
use warmfront_view::{read_pdf_keywords, read_png_text, read_svg_text};

use crate::SessionError;
use crate::export::{ZARR_METADATA, csvw, fields, vti};
#[cfg(feature = "film")]
use crate::film::sink::{gif, mp4};
use crate::provenance::{KEY, Provenance, Results};

/// Largest file that is read as a whole: figures, texts.
const LARGEST: u64 = 1 << 30;

/// Bytes that tell what a file is.
const HEAD: u64 = 512;

/// What can be opened again, for messages.
const KNOWN: &str = "films (MP4, GIF, a folder of frames), figures (PNG, SVG, PDF), data (npz, Zarr, \
                     VTI, PVD, CSV), a folder of results, summary.json and scenarios (.toml) of Warmfront can be opened again";

// Whether a scenario builds upon another one; a text that is no TOML does not.
fn extends(text: &str) -> bool {
    let table: Result<toml::Table, _> = text.parse();
    table.is_ok_and(|t| t.contains_key("extends"))
}

/// Usual endings of files that can be opened again, for file dialogs.
pub const REOPENABLE: [&str; 14] = [
    "toml", "mp4", "mov", "mkv", "webm", "gif", "png", "svg", "pdf", "npz", "vti", "pvd", "csv",
    "json",
];

/// What a file gave back.
#[derive(Debug, Clone, PartialEq)]
pub struct Reopened {
    /// All that the file says; none for a bare scenario.
    pub provenance: Option<Provenance>,
    /// The complete scenario, as TOML.
    pub scenario_text: String,
    /// What the file is, in words.
    pub how: String,
}

impl Reopened {
    /// The scenario, read with the models at hand. `name` stands for it in messages.
    ///
    /// # Errors
    /// A model that is not at hand, or a scenario that it does not understand.
    pub fn scenario(&self, library: &Library, name: &str) -> Result<Scenario, SessionError> {
        // What a file tells is written out in full: it has no reason to name other files to be read.
        if self.provenance.is_some() && extends(&self.scenario_text) {
            return Err(SessionError::NoProvenance {
                path: name.into(),
                why: "the scenario in it extends another file, which no file of ours does"
                    .to_owned(),
            });
        }
        let source = Source::new(name, self.scenario_text.as_str());
        Ok(library.scenario_from_text(source)?)
    }

    /// How the present model and version differ from those that made the file, one line each.
    pub fn differences(&self, scenario: &Scenario) -> Vec<String> {
        let Some(told) = &self.provenance else {
            return Vec::new();
        };
        let mut lines = Vec::new();
        if told.model_hash != scenario.model.hash {
            lines.push(format!(
                "the model `{}` has changed since: the file was made with {}, here is {}",
                told.model,
                short(&told.model_hash),
                short(&scenario.model.hash)
            ));
        }
        if told.warmfront != crate::export::VERSION {
            lines.push(format!(
                "the file was made with Warmfront {}, this is {}",
                told.warmfront,
                crate::export::VERSION
            ));
        }
        lines
    }
}

// As much of a hash as one compares by eye.
fn short(hash: &str) -> &str {
    hash.get(..16).unwrap_or(hash)
}

/// Finds the simulation that made a file or a folder.
///
/// # Errors
/// [`SessionError::NoProvenance`] says what it was taken for and what can be opened again;
/// [`SessionError::Disk`] for a file that cannot be read.
pub fn reopen(path: &Path) -> Result<Reopened, SessionError> {
    let about = std::fs::metadata(path).map_err(|e| unreadable(path, &e))?;
    if about.is_dir() {
        return folder(path);
    }
    if !about.is_file() {
        // A pipe or a device would be waited for.
        return Err(refused(path, "it is no file and no folder".to_owned()));
    }
    let mut head = Vec::new();
    File::open(path)
        .and_then(|f| f.take(HEAD).read_to_end(&mut head))
        .map_err(|e| unreadable(path, &e))?;
    let begins = |with: &[u8]| head.starts_with(with);
    if begins(b"\x89PNG\r\n\x1a\n") {
        let texts = read_png_text(&whole(path)?);
        let texts = texts.map_err(|e| damaged(path, "PNG picture", &e))?;
        return of_texts(path, &texts, "PNG picture");
    }
    if begins(b"%PDF-") {
        let keywords = read_pdf_keywords(&whole(path)?);
        let ours = keywords.filter(|k| k.trim_start().starts_with('{'));
        let told = ours.map(|k| Provenance::from_json(&k, path)).transpose()?;
        return told_by(path, told, "PDF document");
    }
    let gif = begins(b"GIF8");
    let mp4 = head.get(4..8) == Some(b"ftyp");
    if gif || mp4 || begins(b"\x1a\x45\xdf\xa3") {
        return of_film(path, gif, mp4);
    }
    if begins(b"PK\x03\x04") || begins(b"PK\x05\x06") {
        return told_by(path, fields::provenance_of(path)?, "npz archive");
    }
    let text = String::from_utf8_lossy(&head);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('<') {
        if start.contains("<VTKFile") || start.contains(&format!("<?{KEY} ")) {
            return told_by(path, vti::provenance_of(path)?, "VTK file");
        }
        let text = text_of(path)?;
        if start.contains("<svg") {
            let texts = read_svg_text(&text).map_err(|e| damaged(path, "SVG drawing", &e))?;
            return of_texts(path, &texts, "SVG drawing");
        }
        return Err(refused(
            path,
            "it is an XML file, but no SVG drawing and no VTK file".to_owned(),
        ));
    }
    if start.starts_with('{') {
        return json(path);
    }
    let ends_in = |ending: &str| {
        path.extension()
            .is_some_and(|e| e.eq_ignore_ascii_case(ending))
    };
    if ends_in("csv") || start.starts_with("time_days,") || start.starts_with("\"time_days\"") {
        let why = "CSV table; what it says of its origin stands beside it, in a file of the same name \
                   with `-metadata.json` behind it, which is not there or is not ours, so it is a table that";
        return told_by(path, csvw::provenance_of(path)?, why);
    }
    if head.contains(&0) || head.is_empty() {
        let what = if head.is_empty() {
            "it is empty"
        } else {
            "it is of no known format"
        };
        return Err(refused(path, what.to_owned()));
    }
    if ends_in("toml") || is_scenario(&text) {
        return Ok(Reopened {
            provenance: None,
            scenario_text: text_of(path)?,
            how: "scenario".to_owned(),
        });
    }
    Err(refused(path, "it is a text, but no scenario".to_owned()))
}

// Whether the beginning of a text reads like a scenario.
fn is_scenario(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim);
    lines.any(|l| {
        let key = l.split('=').next().unwrap_or_default().trim();
        l.contains('=') && ["model", "extends", "label"].contains(&key)
    })
}

fn folder(path: &Path) -> Result<Reopened, SessionError> {
    if path.join(ZARR_METADATA).is_file() {
        return told_by(path, zarr::provenance_of(path)?, "Zarr folder");
    }
    for (name, how) in [
        ("summary.json", "folder of results"),
        ("film.json", "folder of frames"),
    ] {
        let file = path.join(name);
        if file.is_file() {
            let mut found = json(&file)?;
            found.how = how.to_owned();
            return Ok(found);
        }
    }
    // A film that was cut short has no list of its frames; each frame knows.
    if let Some(frame) = first_frame(path) {
        let mut found = reopen(&frame)?;
        found.how = "folder of frames".to_owned();
        return Ok(found);
    }
    if path.join("scenario.toml").is_file() {
        return reopen(&path.join("scenario.toml"));
    }
    let what = "it is a folder without summary.json, film.json, zarr.json, frames or scenario.toml";
    Err(refused(path, what.to_owned()))
}

fn first_frame(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let names = entries.map(|e| e.path()).filter(|p| {
        let name = p.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("frame_") && name.ends_with(".png")
    });
    names.min()
}

/// `summary.json`, `film.json`, the metadata of a Zarr group or of a table.
fn json(path: &Path) -> Result<Reopened, SessionError> {
    let value: Value =
        serde_json::from_str(&text_of(path)?).map_err(|e| damaged(path, "JSON file", &e))?;
    if let Some(told) = summary(&value) {
        return told_by(path, Some(told), "summary of results");
    }
    told_by(path, find(&value, 0), "JSON file")
}

/// Our own object anywhere in a document.
fn find(value: &Value, depth: usize) -> Option<Provenance> {
    if depth > 32 {
        return None;
    }
    match value {
        Value::Object(map) => {
            let ours = ["warmfront", "model_hash", "scenario"];
            if ours
                .iter()
                .all(|k| map.get(*k).is_some_and(Value::is_string))
            {
                return serde_json::from_value(value.clone()).ok();
            }
            map.values().find_map(|v| find(v, depth + 1))
        }
        Value::Array(list) => list.iter().find_map(|v| find(v, depth + 1)),
        Value::String(text) if text.starts_with('{') && text.contains(KEY) => {
            serde_json::from_str(text).ok()
        }
        _ => None,
    }
}

/// A `summary.json` says the same in a form of its own.
fn summary(value: &Value) -> Option<Provenance> {
    let text = |at: &[&str]| {
        let found = at.iter().try_fold(value, |v, key| v.get(key))?;
        found.as_str().map(str::to_owned)
    };
    let arms = value.get("arms")?.as_array()?;
    let observables = value.get("observables").and_then(Value::as_object);
    let results = observables.and_then(|by_arm| {
        let time = value.get("time")?.get("reached")?.as_f64()?;
        let arms = by_arm.iter().map(|(arm, all)| {
            let all = all.as_object().into_iter().flatten();
            let finite = all.filter_map(|(id, o)| Some((id.clone(), o.get("value")?.as_f64()?)));
            (arm.clone(), finite.collect())
        });
        Some(Results {
            time,
            arms: arms.collect(),
        })
    });
    Some(Provenance {
        warmfront: text(&["warmfront"])?,
        model: text(&["model", "id"])?,
        model_hash: text(&["model", "hash"])?,
        adapter: text(&["adapter", "name"])?,
        seed: u32::try_from(value.get("seed")?.as_u64()?).ok()?,
        arms: arms
            .iter()
            .filter_map(|a| Some(a.get("id")?.as_str()?.to_owned()))
            .collect(),
        results: results.filter(|r| !r.arms.is_empty()),
        scenario: text(&["scenario", "toml"])?,
    })
}

fn of_texts(path: &Path, texts: &[(String, String)], what: &str) -> Result<Reopened, SessionError> {
    let ours = texts.iter().find(|(key, _)| key == KEY);
    let told = ours.map(|(_, json)| Provenance::from_json(json, path));
    told_by(path, told.transpose()?, what)
}

#[cfg(feature = "film")]
fn of_film(path: &Path, is_gif: bool, is_mp4: bool) -> Result<Reopened, SessionError> {
    match (is_gif, is_mp4) {
        (true, _) => told_by(path, gif::provenance_of(path)?, "GIF film"),
        (_, true) => told_by(path, mp4::provenance_of(path)?, "MP4 film"),
        _ => told_by(path, mp4::provenance_of(path)?, "Matroska or WebM film"),
    }
}

#[cfg(not(feature = "film"))]
fn of_film(_path: &Path, _is_gif: bool, _is_mp4: bool) -> Result<Reopened, SessionError> {
    Err(SessionError::NotBuilt {
        what: "films",
        feature: "film",
    })
}

fn told_by(path: &Path, told: Option<Provenance>, what: &str) -> Result<Reopened, SessionError> {
    match told {
        Some(told) => Ok(Reopened {
            scenario_text: told.scenario.clone(),
            provenance: Some(told),
            how: what.split(';').next().unwrap_or(what).to_owned(),
        }),
        None => {
            let article =
                if what.starts_with("npz") || what.starts_with("MP4") || what.starts_with("SVG") {
                    "an"
                } else {
                    "a"
                };
            let why = format!("it is {article} {what}, but does not say which simulation made it");
            Err(refused(path, why))
        }
    }
}

fn refused(path: &Path, why: String) -> SessionError {
    SessionError::NoProvenance {
        path: path.to_owned(),
        why: format!("{why}\n  help: {KNOWN}"),
    }
}

fn damaged(path: &Path, what: &str, error: &dyn std::fmt::Display) -> SessionError {
    refused(path, format!("the {what} is damaged ({error})"))
}

fn unreadable(path: &Path, error: &std::io::Error) -> SessionError {
    SessionError::NoProvenance {
        path: path.to_owned(),
        why: match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        },
    }
}

fn whole(path: &Path) -> Result<Vec<u8>, SessionError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|e| unreadable(path, &e))?;
    let length = file.take(LARGEST + 1).read_to_end(&mut bytes);
    if length.map_err(|e| unreadable(path, &e))? as u64 > LARGEST {
        return Err(refused(
            path,
            "it is larger than anything of ours".to_owned(),
        ));
    }
    Ok(bytes)
}

fn text_of(path: &Path) -> Result<String, SessionError> {
    let shown = path.display().to_string();
    warmfront_model::decode(&shown, &whole(path)?).map_err(|e| refused(path, e.what))
}

#[cfg(all(test, feature = "film", feature = "pdf", feature = "zarr"))]
mod tests;
mod zarr;
