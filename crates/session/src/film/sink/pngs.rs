//! Numbered pictures: a folder of PNG files and `film.json`.
//!
//! The folder grows as `.NAME.partial`. In the end it is renamed; where a folder of this name exists
//! already and may be replaced, its `frame_*.png` give way to the new ones and everything else stays.

use std::path::{Path, PathBuf};

use image::RgbaImage;

use super::target::Place;
use super::{Finished, Sink, check_size};
use crate::SessionError;
use crate::film::spec::Target;
use crate::lock::{LOCK, Lock};
use crate::provenance::Provenance;

/// What the folder holds besides pictures; written last.
const INDEX: &str = "film.json";

/// See the [module](self).
pub(super) struct Pngs {
    place: Place,
    size: [u32; 2],
    fps: u32,
    digits: usize,
    texts: [(&'static str, String); 2],
    frames: u64,
    bytes: u64,
    finished: bool,
    /// Keeps a second recording out.
    lock: Option<Lock>,
}

impl Pngs {
    /// Begins a folder.
    ///
    /// # Errors
    /// As of [`super::open`].
    pub(super) fn open(
        target: &Target,
        size: [u32; 2],
        fps: u32,
        frames: u64,
        provenance: &Provenance,
    ) -> Result<Self, SessionError> {
        let place = Place::folder(&target.path, target.force)?;
        std::fs::create_dir_all(&place.partial).map_err(|e| place.error(&e))?;
        let lock = Lock::take(&place.partial)?;
        // What a killed recording left behind.
        remove_frames(&place.partial);
        Ok(Self {
            place,
            size,
            fps,
            digits: frames.max(1).to_string().len().max(5),
            texts: provenance.texts(),
            frames: 0,
            bytes: 0,
            finished: false,
            lock: Some(lock),
        })
    }

    fn index(&self, provenance: &Provenance) -> Vec<u8> {
        let name = format!("frame_%0{}d.png", self.digits);
        let index = serde_json::json!({
            "files": name,
            "first": 1,
            "frames": self.frames,
            "fps": self.fps,
            "size": self.size,
            "provenance": provenance,
        });
        let mut text = serde_json::to_string_pretty(&index).unwrap_or_default();
        text.push('\n');
        text.into_bytes()
    }

    /// Moves the pictures into a folder that exists.
    fn merge(&self) -> std::io::Result<()> {
        remove_frames(&self.place.path);
        let mut names: Vec<PathBuf> = std::fs::read_dir(&self.place.partial)?
            .map(|entry| entry.map(|e| e.file_name().into()))
            .collect::<Result<_, _>>()?;
        names.retain(|name| name != Path::new(LOCK));
        // `film.json` comes before the pictures in this order, and must be the last.
        names.sort_unstable();
        let index_first = names.first().is_some_and(|n| n == Path::new(INDEX));
        names.rotate_left(usize::from(index_first));
        for name in names {
            std::fs::rename(self.place.partial.join(&name), self.place.path.join(&name))?;
        }
        std::fs::remove_dir_all(&self.place.partial)
    }
}

/// Writes a file under another name and renames it.
///
/// # Errors
/// The file system's; nothing is left then.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let partial = path.with_extension("part");
    let written = std::fs::write(&partial, bytes).and_then(|()| std::fs::rename(&partial, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    written
}

/// Removes the pictures of an earlier film, and its index.
fn remove_frames(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let picture =
            name.starts_with("frame_") && (name.ends_with(".png") || name.ends_with(".part"));
        if picture || name == INDEX {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

impl Sink for Pngs {
    fn frame(&mut self, frame: &RgbaImage) -> Result<(), SessionError> {
        check_size(frame, self.size)?;
        let texts = self
            .texts
            .each_ref()
            .map(|(key, text)| (*key, text.as_str()));
        let bytes = warmfront_view::encode_png(frame, &texts)?;
        let name = format!(
            "frame_{:0digits$}.png",
            self.frames + 1,
            digits = self.digits
        );
        write_whole(&self.place.partial.join(name), &bytes).map_err(|e| self.place.error(&e))?;
        self.frames += 1;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn finish(mut self: Box<Self>, provenance: &Provenance) -> Result<Finished, SessionError> {
        if self.frames == 0 {
            return Ok(Finished::default()); // dropping it removes the folder
        }
        self.finished = true;
        let index = self.index(provenance);
        let mut notes = Vec::new();
        match write_whole(&self.place.partial.join(INDEX), &index) {
            Ok(()) => self.bytes += index.len() as u64,
            // Each picture says where it comes from, too.
            Err(e) => notes.push(format!("{INDEX} could not be written: {e}")),
        }
        self.lock = None;
        if self.place.path.is_dir() {
            self.merge().map_err(|e| SessionError::Disk {
                action: "move the pictures into",
                path: self.place.path.clone(),
                reason: format!(
                    "{e}; those that are missing are in {}",
                    self.place.partial.display()
                ),
                help: "move them by hand",
            })?;
        } else {
            self.place.finish()?;
        }
        Ok(Finished {
            frames: self.frames,
            rate: self.fps.into(),
            bytes: self.bytes,
            notes,
        })
    }
}

impl Drop for Pngs {
    fn drop(&mut self) {
        self.lock = None;
        if self.frames == 0 && !self.finished {
            self.place.discard();
        }
    }
}
