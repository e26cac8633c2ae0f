//! Finished cases on disk, so that a study that was stopped goes on where it was.
//!
//! A text file, one JSON object per line: first what study it is, then a line per case. Lines are added as
//! batches end and flushed at once. A line that a kill cut in half is dropped when the file is opened.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Outcome, Study};
use crate::SessionError;

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

/// Whose finished cases a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// None.
    Nothing,
    /// Those of this study.
    Ours,
    /// Those of something else; what they are, in words.
    Others(String),
}

/// Finished cases of one study. See the [module](self).
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    file: File,
    held: Vec<Outcome>,
}

impl Store {
    /// Name of the file in a folder of results.
    pub const NAME: &str = "cases.jsonl";

    /// Whose cases the file in `folder` holds.
    pub fn kept(folder: &Path, study: &Study, adapter: &str) -> Kept {
        let Ok(file) = File::open(folder.join(Self::NAME)) else {
            return Kept::Nothing;
        };
        let mut line = String::new();
        let read = BufReader::new(file).read_line(&mut line);
        let Some(there) = read
            .ok()
            .and_then(|_| serde_json::from_str::<Header>(&line).ok())
        else {
            return Kept::Nothing;
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
        let held = if Self::kept(folder, study, adapter) == Kept::Ours {
            let mut held = read(&path).map_err(|e| SessionError::disk("read", &path, &e))?;
            held.retain(|outcome| study.could_be(outcome));
            held
        } else {
            Vec::new()
        };
        // Written anew, so that no half line is left in the middle.
        let partial = path.with_extension("jsonl.partial");
        let mut file = File::create(&partial).map_err(|e| error(&e))?;
        let mut text = line(&header(study, adapter));
        for outcome in &held {
            text.push_str(&line(outcome));
        }
        file.write_all(text.as_bytes()).map_err(|e| error(&e))?;
        drop(file);
        std::fs::rename(&partial, &path).map_err(|e| error(&e))?;
        let file = OpenOptions::new().append(true).open(&path);
        Ok(Self {
            file: file.map_err(|e| error(&e))?,
            path,
            held,
        })
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

fn line<T: Serialize>(value: &T) -> String {
    let mut text = serde_json::to_string(value).unwrap_or_default();
    text.push('\n');
    text
}

/// The whole lines of a file behind its first; each case once.
fn read(path: &Path) -> std::io::Result<Vec<Outcome>> {
    let mut held: Vec<Outcome> = Vec::new();
    for line in BufReader::new(File::open(path)?).lines().skip(1) {
        // What is not whole, or not text, was being written when the end came.
        let Ok(text) = line else { break };
        let Ok(outcome) = serde_json::from_str::<Outcome>(&text) else {
            continue;
        };
        if !held.iter().any(|h| h.case == outcome.case) {
            held.push(outcome);
        }
    }
    Ok(held)
}
