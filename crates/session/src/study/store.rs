//! Finished cases on disk, so that a study that was stopped goes on where it was.
//!
//! A text file, one JSON object per line: first what study it is, then a line per case with a check sum.
//! Lines are added as batches end and flushed at once. A line that a kill cut in half, or that is not what was
//! written, is dropped when the file is opened, and its case is run again.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use warmfront_model::fingerprint;

use super::{Outcome, Study};
use crate::SessionError;

/// The first line is shorter, bytes.
const LONGEST_HEADER: u64 = 1 << 16;

/// First line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Header {
    /// Version that wrote it.
    warmfront: String,
    /// [`Study::fingerprint`].
    study: String,
    /// Adapter that computed it.
    adapter: String,
}

/// A line behind it.
#[derive(Debug, Deserialize)]
struct Line {
    /// [`fingerprint`] of the outcome as it is written.
    check: String,
    outcome: Outcome,
}

/// Whose finished cases a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// None.
    Nothing,
    /// Those of this study.
    Ours,
    /// Those of something else, or something that is no store; what, in words.
    Others(String),
}

/// Finished cases of one study. See the [module](self).
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    file: File,
    held: Vec<Outcome>,
    damaged: usize,
}

impl Store {
    /// Name of the file in a folder of results.
    pub const NAME: &str = "cases.jsonl";

    /// Whose cases the file in `folder` holds.
    pub fn kept(folder: &Path, study: &Study, adapter: &str) -> Kept {
        let there = match first_line(&folder.join(Self::NAME)) {
            Ok(None) => return Kept::Nothing,
            Ok(Some(line)) => match serde_json::from_str::<Header>(&line) {
                Ok(there) => there,
                Err(_) => {
                    return Kept::Others(format!(
                        "that cannot be told: line 1 of {} does not say of what",
                        Self::NAME
                    ));
                }
            },
            Err(why) => return Kept::Others(format!("that cannot be read: {}: {why}", Self::NAME)),
        };
        let own = header(study, adapter);
        let why = if there == own {
            return Kept::Ours;
        } else if there.study == own.study {
            format!(
                "of the same question, computed on {}, and this is {adapter}",
                there.adapter
            )
        } else if there.warmfront != own.warmfront {
            format!(
                "written by version {}, and this is {}",
                there.warmfront, own.warmfront
            )
        } else {
            "of another question: another model, scenario, grid, option or seed".to_owned()
        };
        Kept::Others(why)
    }

    /// Opens the file of a study in a folder: with the cases it holds if they belong to this study and
    /// adapter, else anew.
    ///
    /// # Errors
    /// [`SessionError::Disk`].
    pub fn open(folder: &Path, study: &Study, adapter: &str) -> Result<Self, SessionError> {
        let path = folder.join(Self::NAME);
        let error = |e: &std::io::Error| SessionError::disk("write", &path, e);
        let (held, damaged) = if Self::kept(folder, study, adapter) == Kept::Ours {
            read(&path, study).map_err(|e| SessionError::disk("read", &path, &e))?
        } else {
            (Vec::new(), 0)
        };
        // Written anew, so that no half line is left in the middle.
        let partial = path.with_extension("jsonl.partial");
        let mut text = header_line(study, adapter);
        for outcome in &held {
            text.push_str(&line(outcome));
        }
        let written =
            std::fs::write(&partial, text).and_then(|()| std::fs::rename(&partial, &path));
        if let Err(e) = written {
            let _ = std::fs::remove_file(&partial);
            return Err(error(&e));
        }
        let file = OpenOptions::new().append(true).open(&path);
        Ok(Self {
            file: file.map_err(|e| error(&e))?,
            path,
            held,
            damaged,
        })
    }

    /// Lines that were not what was written; their cases are run again.
    pub fn damaged(&self) -> usize {
        self.damaged
    }

    /// Cases that were there when it was opened.
    pub fn held(&self) -> &[Outcome] {
        &self.held
    }

    /// Adds finished cases.
    ///
    /// # Errors
    /// [`SessionError::Disk`].
    pub fn add(&mut self, outcomes: &[Outcome]) -> Result<(), SessionError> {
        let text: String = outcomes.iter().map(line).collect();
        let written = self.file.write_all(text.as_bytes());
        written
            .and_then(|()| self.file.sync_data())
            .map_err(|e| SessionError::disk("write", &self.path, &e))
    }
}

fn header(study: &Study, adapter: &str) -> Header {
    Header {
        warmfront: crate::export::VERSION.to_owned(),
        study: study.fingerprint(),
        adapter: adapter.to_owned(),
    }
}

fn header_line(study: &Study, adapter: &str) -> String {
    text_of(&header(study, adapter)) + "\n"
}

fn text_of<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn line(outcome: &Outcome) -> String {
    let text = text_of(outcome);
    format!(
        "{{\"check\":\"{}\",\"outcome\":{text}}}\n",
        fingerprint(&[&text])
    )
}

/// The first line of a file; none without a file.
///
/// # Errors
/// What is there instead, in words.
fn first_line(path: &Path) -> Result<Option<String>, String> {
    // A pipe or a device may never end, or never begin.
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e.to_string()),
        Ok(about) if !about.is_file() => return Err("it is no regular file".to_owned()),
        Ok(_) => {}
    }
    let file = File::open(path).map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    BufReader::new(file.take(LONGEST_HEADER))
        .read_until(b'\n', &mut bytes)
        .map_err(|e| e.to_string())?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The outcomes of a study in a file, each case once, and how many other lines there are behind the first.
fn read(path: &Path, study: &Study) -> std::io::Result<(Vec<Outcome>, usize)> {
    let mut held = BTreeMap::new();
    let mut damaged = 0;
    for bytes in BufReader::new(File::open(path)?).split(b'\n').skip(1) {
        let line = serde_json::from_slice::<Line>(&bytes?);
        let whole = line
            .ok()
            .filter(|l| l.check == fingerprint(&[&text_of(&l.outcome)]));
        match whole.map(|l| l.outcome).filter(|o| study.could_be(o)) {
            Some(outcome) => {
                held.entry(outcome.case).or_insert(outcome);
            }
            None => damaged += 1,
        }
    }
    Ok((held.into_values().collect(), damaged))
}
