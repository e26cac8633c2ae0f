//! The folder of results: nothing half-written, nothing overwritten by accident.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::SessionError;
use crate::export::ZARR_METADATA;
use crate::lock::{LOCK, Lock};

/// Sub-folder of unfinished data; removed at the end.
const PARTIAL: &str = ".partial";

/// A folder that a run writes its files into. Each file gets its name when it is whole.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
    created: bool,
    written: Vec<String>,
    /// Files of the run that was there before, from its `summary.json`.
    stale: Vec<String>,
    lock: Option<Lock>,
}

impl OutputFolder {
    /// Opens or creates a folder, checks that it can be written, and keeps other runs out of it until
    /// it is dropped. An existing folder must be empty, unless `force`.
    ///
    /// # Errors
    /// [`SessionError::Exists`], [`SessionError::InUse`], [`SessionError::Disk`].
    pub fn open(path: &Path, force: bool) -> Result<Self, SessionError> {
        let created = !path.exists();
        std::fs::create_dir_all(path).map_err(|e| SessionError::disk("create", path, &e))?;
        let lock = Lock::take(path)?;
        if !created {
            let mut entries = std::fs::read_dir(path)
                .map_err(|e| SessionError::disk("read", path, &e))?
                .flatten();
            if !force && entries.any(|e| e.file_name() != PARTIAL && e.file_name() != LOCK) {
                return Err(SessionError::Exists(path.to_owned()));
            }
        }
        let partial = path.join(PARTIAL);
        // Left over from a run that was killed.
        let _ = std::fs::remove_dir_all(&partial);
        std::fs::create_dir_all(&partial).map_err(|e| SessionError::disk("create", path, &e))?;
        Ok(Self {
            path: path.to_owned(),
            created,
            written: Vec::new(),
            stale: listed_files(path),
            lock: Some(lock),
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Names of the files written so far, relative to the folder, with `/`.
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// A new sub-folder for data on their way to a file.
    ///
    /// # Errors
    /// [`SessionError::Disk`].
    pub fn scratch(&self, name: &str) -> Result<PathBuf, SessionError> {
        let path = self.path.join(PARTIAL).join(name);
        std::fs::create_dir_all(&path).map_err(|e| SessionError::disk("create", &path, &e))?;
        Ok(path)
    }

    /// Writes a file; `name` may contain `/`. It appears under its name when `fill` succeeded.
    ///
    /// # Errors
    /// What `fill` returns, or [`SessionError::Disk`].
    pub fn write(
        &mut self,
        name: &str,
        fill: impl FnOnce(&mut BufWriter<File>) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        let path = self.path.join(name);
        let partial = self.path.join(PARTIAL).join(name.replace('/', "_"));
        let error = |e: &std::io::Error| SessionError::disk("write", &path, e);
        let mut file = BufWriter::new(File::create(&partial).map_err(|e| error(&e))?);
        if let Err(e) = fill(&mut file).and_then(|()| file.flush().map_err(|e| error(&e))) {
            // On a full disk the next file needs the room.
            let _ = std::fs::remove_file(&partial);
            return Err(e);
        }
        drop(file);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| error(&e))?;
        }
        std::fs::rename(&partial, &path).map_err(|e| error(&e))?;
        self.note(name);
        Ok(())
    }

    /// Writes bytes as a file.
    ///
    /// # Errors
    /// [`SessionError::Disk`].
    pub fn write_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), SessionError> {
        let path = self.path.join(name);
        self.write(name, |f| {
            f.write_all(bytes)
                .map_err(|e| SessionError::disk("write", &path, &e))
        })
    }

    /// Fills a folder of files that belong together, such as a Zarr group; it counts as one file and
    /// appears under its name when `fill` succeeded. What stood there before is replaced.
    ///
    /// # Errors
    /// What `fill` returns, or [`SessionError::Disk`].
    pub fn write_folder(
        &mut self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        let path = self.path.join(name);
        let partial = self.path.join(PARTIAL).join(name.replace('/', "_"));
        let error = |e: &std::io::Error| SessionError::disk("write", &path, e);
        std::fs::create_dir_all(&partial).map_err(|e| error(&e))?;
        if let Err(e) = fill(&partial) {
            let _ = std::fs::remove_dir_all(&partial);
            return Err(e);
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| error(&e))?;
        }
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(|e| error(&e))?;
        }
        std::fs::rename(&partial, &path).map_err(|e| error(&e))?;
        self.note(name);
        Ok(())
    }

    /// Moves something finished into the folder under a name; `take` does it and is given the place.
    ///
    /// # Errors
    /// What `take` returns.
    pub(crate) fn adopt(
        &mut self,
        name: &str,
        take: impl FnOnce(&Path) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        take(&self.path.join(name))?;
        self.note(name);
        Ok(())
    }

    fn note(&mut self, name: &str) {
        if !self.written.iter().any(|n| n == name) {
            self.written.push(name.to_owned());
        }
    }

    /// Removes the files of the run before that this one did not write again, and its Zarr groups.
    pub fn remove_stale(&self) {
        for name in self.stale.iter().filter(|n| !self.written.contains(n)) {
            let path = self.path.join(name);
            if path.is_dir() {
                // Only what is plainly of this making: a folder of that name with a group in it.
                if name.ends_with(".zarr") && path.join(ZARR_METADATA).is_file() {
                    let _ = std::fs::remove_dir_all(&path);
                }
            } else {
                let _ = std::fs::remove_file(&path);
            }
            if let Some(parent) = path.parent().filter(|p| *p != self.path) {
                // Fails, as it should, while something is left in it.
                let _ = std::fs::remove_dir(parent);
            }
        }
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.path.join(PARTIAL));
        self.lock = None;
        if self.created && self.written.is_empty() {
            let _ = std::fs::remove_dir(&self.path);
        }
    }
}

/// Files that the `summary.json` of a folder lists; only plain names inside the folder.
fn listed_files(folder: &Path) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(folder.join("summary.json")) else {
        return Vec::new();
    };
    let Ok(summary) = serde_json::from_str::<serde_json::Value>(&text) else {
        return Vec::new();
    };
    if summary.get("warmfront").is_none() {
        return Vec::new();
    }
    let files = summary.get("files").and_then(serde_json::Value::as_array);
    files
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str)
        .filter(|name| {
            let plain = |c| matches!(c, std::path::Component::Normal(_));
            Path::new(name).components().all(plain)
        })
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_not_overwritten_by_accident() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("a/b");
        let mut out = OutputFolder::open(&path, false)?;
        out.write_bytes("x/y.txt", b"1")?;
        let files = r#"{"warmfront": "0", "files": ["x/y.txt", "../outside", "z.txt"]}"#;
        out.write_bytes("summary.json", files.as_bytes())?;
        std::fs::write(path.join("mine.txt"), "kept")?;
        std::fs::write(dir.path().join("a/outside"), "kept")?;
        drop(out);
        assert!(!path.join(PARTIAL).exists());
        let e = OutputFolder::open(&path, false)
            .expect_err("it is not empty")
            .to_string();
        assert!(e.contains("--force") && e.contains("--out"), "{e}");
        let mut again = OutputFolder::open(&path, true)?;
        again.write_bytes("summary.json", b"{}")?;
        again.remove_stale();
        drop(again);
        assert!(!path.join("x").exists());
        assert!(path.join("mine.txt").exists() && dir.path().join("a/outside").exists());
        Ok(())
    }

    #[test]
    fn folders_are_written_and_removed_as_one() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("out");
        let group = |folder: &Path, text: &str| {
            std::fs::write(folder.join("zarr.json"), text)
                .map_err(|e| SessionError::disk("write", folder, &e))
        };
        let mut out = OutputFolder::open(&path, false)?;
        out.write_folder("arm/fields.zarr", |f| group(f, "1"))?;
        out.write_folder("arm/fields.zarr", |f| group(f, "2"))?;
        let failed = out.write_folder("b.zarr", |f| {
            group(f, "x").and(Err(SessionError::Exists(f.to_owned())))
        });
        assert!(failed.is_err() && !path.join("b.zarr").exists());
        assert_eq!(out.written(), ["arm/fields.zarr"]);
        assert_eq!(
            std::fs::read_to_string(path.join("arm/fields.zarr/zarr.json"))?,
            "2"
        );
        std::fs::create_dir(path.join("mine.zarr"))?;
        let files = r#"{"warmfront": "0", "files": ["arm/fields.zarr", "mine.zarr"]}"#;
        out.write_bytes("summary.json", files.as_bytes())?;
        drop(out);
        let again = OutputFolder::open(&path, true)?;
        again.remove_stale();
        assert!(!path.join("arm").exists() && path.join("mine.zarr").exists());
        Ok(())
    }

    #[test]
    fn an_unused_folder_leaves_no_trace() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("new");
        drop(OutputFolder::open(&path, false)?);
        assert!(!path.exists());
        let file = dir.path().join("file");
        std::fs::write(&file, "")?;
        let e = OutputFolder::open(&file, false)
            .expect_err("a file")
            .to_string();
        assert!(e.contains("cannot create"), "{e}");
        Ok(())
    }

    #[test]
    fn a_file_that_fails_does_not_appear() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let mut out = OutputFolder::open(&dir.path().join("o"), false)?;
        let failed = out.write("f", |_| Err(SessionError::Exists(PathBuf::from("p"))));
        assert!(failed.is_err() && !out.path().join("f").exists());
        assert!(out.written().is_empty());
        Ok(())
    }
}
