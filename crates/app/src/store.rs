//! What the window remembers from one start to the next: a small file in the user's configuration folder.
//!
//! A file that cannot be read, or is of another version, is left behind for the defaults; nothing here
//! is worth a refusal to start.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::homes::Use;
use crate::layout::Layout;

/// Version of the file; another one is not read.
pub const VERSION: u32 = 1;
/// Recent files kept.
pub const RECENT: usize = 10;
/// Seconds between a change and its being written.
const DELAY: f64 = 2.0;

/// Colours of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// As the desktop says; dark where it says nothing.
    System,
}

/// What is remembered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// See [`VERSION`].
    pub version: u32,
    /// Where the panels are, and which are in front.
    pub layout: Layout,
    /// Colours.
    pub theme: Theme,
    /// Size of everything; 1 is normal.
    pub scale: f32,
    /// Side panels are shown.
    pub sides: bool,
    /// Maps have a line around cells.
    pub outline: bool,
    /// Files opened or saved last, the newest first; at most [`RECENT`].
    pub recent: Vec<PathBuf>,
    /// Hints that are not shown any more.
    pub dismissed: Vec<String>,
    /// Megabytes that the history may take; none: as the program decides.
    pub history_megabytes: Option<u32>,
    /// Nothing moves that does not have to.
    pub reduced_motion: bool,
}

impl Default for Saved {
    fn default() -> Self {
        Self {
            version: VERSION,
            layout: Layout::default(),
            theme: Theme::default(),
            scale: 1.0,
            sides: true,
            outline: true,
            recent: Vec::new(),
            dismissed: Vec::new(),
            history_megabytes: None,
            reduced_motion: false,
        }
    }
}

impl Saved {
    /// Reads it from text.
    ///
    /// # Errors
    /// Why the text is not usable, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let version = value.get("version").and_then(serde_json::Value::as_u64);
        if version != Some(u64::from(VERSION)) {
            let found = version.map_or("none".to_owned(), |v| v.to_string());
            return Err(format!("it has version {found}, not {VERSION}"));
        }
        let mut saved: Self = serde_json::from_value(value).map_err(|e| e.to_string())?;
        if !saved.layout.is_whole() {
            saved.layout = Layout::default();
        }
        saved.scale = crate::settings::allowed_scale(saved.scale);
        saved.recent.truncate(RECENT);
        Ok(saved)
    }

    /// Puts a file on top of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        self.recent.retain(|p| p != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT);
    }
}

/// The file.
#[derive(Debug, Default)]
pub struct Store {
    // None: nothing is kept.
    path: Option<PathBuf>,
    written: Option<Saved>,
    // Why nothing is kept any more, until it is said.
    trouble: Option<String>,
    // When the present state was first seen, seconds of the window.
    changed: Option<(Saved, f64)>,
}

impl Store {
    /// The file in the user's configuration folder; none where the user has no such folder.
    pub fn of_user() -> (Self, Saved, Option<String>) {
        match Use::Settings.folder() {
            Some(folder) => Self::at(&folder.join("window.json")),
            None => (Self::default(), Saved::default(), None),
        }
    }

    /// Nothing is kept; what was read stays.
    pub fn keep_nothing(&mut self) {
        self.path = None;
    }

    /// Why nothing is kept any more; said once.
    pub fn take_trouble(&mut self) -> Option<String> {
        self.trouble.take()
    }

    /// A file, what it says, and what was wrong with it.
    pub fn at(path: &Path) -> (Self, Saved, Option<String>) {
        let (saved, trouble) = match std::fs::read_to_string(path) {
            Ok(text) => match Saved::parse(&text) {
                Ok(saved) => (saved, None),
                Err(why) => {
                    let trouble = format!(
                        "The window begins with its defaults: {} is not usable ({why}).",
                        path.display()
                    );
                    (Saved::default(), Some(trouble))
                }
            },
            // The first start.
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                (Saved::default(), None)
            }
            Err(e) => {
                let trouble = format!(
                    "The window begins with its defaults: {} cannot be read ({e}).",
                    path.display()
                );
                (Saved::default(), Some(trouble))
            }
        };
        let store = Self {
            path: Some(path.to_owned()),
            written: Some(saved.clone()),
            trouble: None,
            changed: None,
        };
        (store, saved, trouble)
    }

    /// Writes `saved` some time after it last changed; to be called every frame. Seconds until it wants to
    /// be called again.
    pub fn keep(&mut self, saved: &Saved, now: f64) -> Option<f64> {
        self.path.as_ref()?;
        if self.written.as_ref() == Some(saved) {
            self.changed = None;
            return None;
        }
        match &self.changed {
            Some((seen, since)) if seen == saved => {
                if now - since >= DELAY {
                    self.write(saved);
                    return None;
                }
                Some(DELAY - (now - since))
            }
            _ => {
                self.changed = Some((saved.clone(), now));
                Some(DELAY)
            }
        }
    }

    /// Writes at once. A folder that cannot be written keeps nothing, which [`Self::take_trouble`] says; the
    /// window goes on.
    pub fn write(&mut self, saved: &Saved) {
        if let Some(path) = &self.path
            && self.written.as_ref() != Some(saved)
        {
            if let Err(e) = write_whole(path, saved) {
                self.trouble = Some(format!(
                    "{} was not written ({e}): the layout, colours and recent files of this window are not kept.",
                    path.display()
                ));
                self.path = None;
                return;
            }
            self.written = Some(saved.clone());
        }
        self.changed = None;
    }
}

// A file beside it takes its place, so that no reader sees half of it.
fn write_whole(path: &Path, saved: &Saved) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(saved)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::panels::Tab;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("warmfront-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn what_is_kept_comes_back() {
        let folder = folder("store");
        let path = folder.join("sub/window.json");
        let (mut store, mut saved, trouble) = Store::at(&path);
        assert_eq!((&saved, trouble), (&Saved::default(), None));
        saved.layout.bring(Tab::Equations);
        saved.theme = Theme::Light;
        for i in 0..20 {
            saved.remember(Path::new(&format!("{i}.toml")));
        }
        assert_eq!(store.keep(&saved, 0.0), Some(DELAY));
        assert!(!path.exists(), "it waits");
        assert_eq!(store.keep(&saved, 2.5), None);
        let (_, read, trouble) = Store::at(&path);
        assert_eq!((&read, trouble), (&saved, None));
        assert_eq!(read.recent.len(), RECENT);
        assert_eq!(read.recent[0], Path::new("19.toml"));
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn another_version_or_a_broken_file_gives_the_defaults() {
        let folder = folder("broken");
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let path = folder.join("window.json");
        for text in [
            "{",
            "[]",
            r#"{"version": 99}"#,
            r#"{"version": 1, "scale": "x"}"#,
        ] {
            std::fs::write(&path, text).expect("it can be written");
            let (_, saved, trouble) = Store::at(&path);
            assert_eq!(saved, Saved::default());
            assert!(trouble.is_some_and(|t| t.contains("window.json")));
        }
        let saved = Saved::parse(r#"{"version": 1, "scale": 99.0}"#).expect("parts may lack");
        assert_eq!(saved.scale, 2.0);
        let _ = std::fs::remove_dir_all(folder);
    }

    #[test]
    fn without_a_folder_nothing_is_kept() {
        let mut store = Store::default();
        assert_eq!(store.keep(&Saved::default(), 0.0), None);
        let (mut store, mut saved, _) = Store::at(Path::new("/proc/warmfront/window.json"));
        saved.scale = 1.5;
        store.write(&saved);
        assert_eq!(store.keep(&saved, 9.0), None);
        let said = store.take_trouble();
        assert!(said.is_some_and(|t| t.contains("window.json was not written")));
        assert_eq!(store.take_trouble(), None, "it is said once");
    }
}
