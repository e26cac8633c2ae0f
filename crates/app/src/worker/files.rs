//! Scenarios in and out: files, text, what an interrupted session left, models that are edited.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use warmfront_model::{Scenario, Source};

use super::{Failed, Worker};
use crate::state::News;

/// What a compressed scenario begins with: a name and a version.
const MARK: &str = "warmfront-1:";

/// Largest scenario that a compressed text may become.
const MOST_BYTES: u64 = 64 << 20;

/// A scenario as one word that survives mail and chat: zlib, then base64 for addresses.
pub(crate) fn pack(text: &str) -> Result<String, std::io::Error> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes())?;
    Ok(format!(
        "{MARK}{}",
        URL_SAFE_NO_PAD.encode(encoder.finish()?)
    ))
}

/// The text that [`pack`] was given, or the text itself if it is none of that kind.
pub(crate) fn unpack(text: &str) -> Result<String, String> {
    let Some(packed) = text.trim().strip_prefix(MARK) else {
        return Ok(text.to_owned());
    };
    let packed: String = packed.split_whitespace().collect();
    let broken = |why: &dyn std::fmt::Display| {
        format!("the text begins like a scenario, but is damaged ({why}); copy all of it")
    };
    let bytes = URL_SAFE_NO_PAD.decode(packed).map_err(|e| broken(&e))?;
    let mut out = String::new();
    flate2::read::ZlibDecoder::new(&*bytes)
        .take(MOST_BYTES)
        .read_to_string(&mut out)
        .map_err(|e| broken(&e))?;
    Ok(out)
}

/// Whether a path names a scenario file.
pub(super) fn is_toml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("toml"))
}

impl Worker {
    // Something is refused: the present simulation goes on.
    pub(super) fn refuse(&mut self, why: impl std::fmt::Display) {
        self.say(News::Refused(why.to_string()));
    }

    pub(super) fn open(&mut self, path: &Path) -> Result<(), Failed> {
        let name = path.display().to_string();
        if !is_toml(path) {
            return self.reopen(path);
        }
        // A pipe or a device would be waited for.
        if path.metadata().is_ok_and(|m| !m.is_file()) {
            self.refuse(format!("{name} is no file"));
            return Ok(());
        }
        match self.start.library.scenario(&name) {
            Ok(scenario) => self.begin(scenario, &name),
            Err(e) => {
                self.refuse(e);
                Ok(())
            }
        }
    }

    // What a film, a figure or data say of their origin, exactly: no grid is changed.
    pub(super) fn reopen(&mut self, path: &Path) -> Result<(), Failed> {
        let name = path.display().to_string();
        let read = warmfront_session::reopen(path).and_then(|found| {
            let scenario = found.scenario(&self.start.library, &name)?;
            Ok((scenario, found))
        });
        let (scenario, found) = match read {
            Ok(read) => read,
            Err(e) => {
                self.refuse(e);
                return Ok(());
            }
        };
        let differences = found.differences(&scenario);
        let source = Source::new(name.as_str(), found.scenario_text);
        self.begin_as_is(scenario, &name, None)?;
        self.text = Some(source);
        let text = match differences.as_slice() {
            [] => format!("Opened again from the {} {name}", found.how),
            some => format!(
                "Opened again from the {} {name}; {}",
                found.how,
                some.join("; ")
            ),
        };
        self.say(News::Done(text));
        Ok(())
    }

    pub(super) fn open_text(&mut self, text: &str) -> Result<(), Failed> {
        let read = unpack(text).and_then(|text| {
            let source = Source::new("pasted.toml", text);
            let scenario = self.start.library.scenario_from_text(source.clone());
            scenario.map(|s| (s, source)).map_err(|e| e.to_string())
        });
        match read {
            Ok((scenario, source)) => {
                self.begin_as_is(scenario, "pasted", None)?;
                self.text = Some(source);
                Ok(())
            }
            Err(e) => {
                self.refuse(e);
                Ok(())
            }
        }
    }

    pub(super) fn save(&mut self, path: &Path) -> Result<(), Failed> {
        let Some(run) = &self.run else {
            return Ok(());
        };
        let text = run.played().to_toml();
        match write_whole(path, text.as_bytes()) {
            Ok(()) => self.say(News::Done(format!("Saved as {}", path.display()))),
            Err(e) => self.refuse(format!("{} was not written: {e}", path.display())),
        }
        Ok(())
    }

    pub(super) fn share(&mut self) -> Result<(), Failed> {
        let Some(run) = &self.run else {
            return Ok(());
        };
        let text: Arc<str> = pack(&run.played().to_toml())?.into();
        self.said += 1;
        let said = self.said;
        self.start
            .shared
            .update(|s| s.shared_text = Some((said, text)));
        Ok(())
    }

    pub(super) fn recover(&mut self, wanted: bool) -> Result<(), Failed> {
        let left = self.autosave.take_left();
        self.start.shared.update(|s| s.recoverable = None);
        if wanted && left.is_none() {
            self.refuse("No interrupted session is there to be taken up.");
        }
        let Some((text, until)) = left.filter(|_| wanted) else {
            return Ok(());
        };
        let source = Source::new("recovered.toml", text);
        match self.start.library.scenario_from_text(source.clone()) {
            Ok(scenario) => {
                self.begin_as_is(scenario, "recovered", None)?;
                self.text = Some(source);
                self.catch_up = Some(until).filter(|t| *t > 0.0);
                Ok(())
            }
            Err(e) => {
                self.refuse(format!("what the last session left cannot be read: {e}"));
                Ok(())
            }
        }
    }

    // A session that another process left because its device was lost.
    pub(super) fn take_up(&mut self, path: &Path) -> Result<(), Failed> {
        let Some((text, until)) = super::autosave::read(path) else {
            return Err(format!("{} is no session that can be taken up", path.display()).into());
        };
        let source = Source::new("session.toml", text);
        let scenario = self.start.library.scenario_from_text(source.clone())?;
        self.begin_as_is(scenario, "session", None)?;
        self.text = Some(source);
        self.catch_up = Some(until).filter(|t| *t > 0.0);
        self.say(News::Done(
            "The graphics device was lost; everything is done again up to the last moment."
                .to_owned(),
        ));
        Ok(())
    }

    // Files changed on disk: a valid change takes effect, an invalid one leaves everything as it is.
    pub(super) fn reload(&mut self) -> Result<(), Failed> {
        let Some(run) = &mut self.run else {
            let name = self.wanted.clone();
            return self.load(&name);
        };
        let library = &self.start.library;
        let found: Result<Scenario, _> = match &self.text {
            Some(source) => library.scenario_from_text(source.clone()),
            None => library.scenario(&self.wanted),
        };
        let scenario = found.and_then(|s| {
            // On the grid that is being shown.
            let grid = Some(run.scenario().grid.cells);
            s.with(warmfront_model::Overrides {
                grid,
                ..Default::default()
            })
        });
        let scenario = match scenario {
            Ok(scenario) => scenario,
            Err(e) => {
                self.refuse(format!(
                    "The change is not valid; the model before it goes on.\n{e}"
                ));
                return Ok(());
            }
        };
        if scenario == *run.scenario() {
            return Ok(());
        }
        let files = self.start.files.clone();
        match run.replace_model(&self.start.gpu, files, scenario) {
            Ok(kept) => {
                let text = if kept {
                    "Reloaded; the tissue goes on with the changed model."
                } else {
                    "Reloaded; the model has other fields, so the run begins again."
                };
                self.probe = None;
                let note = self.start.shared.get().note;
                self.present(note)?;
                if !kept {
                    self.start.shared.update(|s| s.rows = Default::default());
                }
                self.pace_from_here();
                self.publish()?;
                self.say(News::Done(text.to_owned()));
            }
            Err(e) => {
                self.refuse(format!(
                    "The change is not valid; the model before it goes on.\n{e}"
                ));
            }
        }
        Ok(())
    }
}

/// Writes a file beside its name and renames it when it is whole.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = Path::new(&beside);
    let written = std::fs::write(beside, bytes).and_then(|()| std::fs::rename(beside, path));
    if written.is_err() {
        // Nothing is left where there was nothing.
        let _ = std::fs::remove_file(beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_scenario_comes_back_and_a_damaged_one_says_so() {
        let text = "label = \"Tumour\"\n".repeat(50);
        let packed = pack(&text).expect("memory takes it");
        assert!(packed.len() < text.len() / 2);
        assert_eq!(unpack(&packed), Ok(text.clone()));
        // Mail breaks lines.
        let (a, b) = packed.split_at(packed.len() / 2);
        assert_eq!(unpack(&format!("  {a}\n{b}\n")), Ok(text.clone()));
        assert_eq!(unpack(&text), Ok(text));
        let damaged = unpack(&packed[..packed.len() - 9]);
        assert!(damaged.is_err_and(|e| e.contains("damaged")));
        assert!(unpack("warmfront-1:***").is_err());
    }
}
