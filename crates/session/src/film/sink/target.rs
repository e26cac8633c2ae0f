//! Names of unfinished and finished files.
//!
//! A film grows as `.NAME.partial` beside `NAME` and is renamed when it is whole. The system's lock on the
//! unfinished file keeps a second recording of the same name out; a file that a killed recording left
//! behind is not locked and is taken over.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::SessionError;

/// A file, or a folder, on its way to its name.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The name that it gets.
    pub(super) path: PathBuf,
    /// The name that it has until then.
    pub(super) partial: PathBuf,
    force: bool,
}

fn film(what: String, help: &str) -> SessionError {
    SessionError::Film {
        what,
        help: help.to_owned(),
    }
}

/// An error of the file system, with a way out that fits films.
fn disk(action: &'static str, path: &Path, error: &io::Error) -> SessionError {
    let help = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or choose another disk with `-o FILE`"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "choose a folder that you may write with `-o FILE`"
        }
        _ => "check the path; `-o FILE` chooses another one",
    };
    SessionError::Disk {
        action,
        path: path.to_owned(),
        reason: error.to_string(),
        help,
    }
}

impl Place {
    /// Checks that `path` names something in a folder that can be written, and that a file there may be
    /// replaced.
    ///
    /// # Errors
    /// [`SessionError::Film`], [`SessionError::FileExists`], [`SessionError::Disk`].
    pub(super) fn file(path: &Path, force: bool) -> Result<Self, SessionError> {
        let place = Self::new(path, force)?;
        if path.is_dir() {
            return Err(film(
                format!("{} is a folder, not a file", path.display()),
                "name a file in it: `-o FOLDER/film.mp4`",
            ));
        }
        if path.as_os_str().to_string_lossy().ends_with(['/', '\\']) {
            return Err(film(
                format!("{} ends like a folder, not like a file", path.display()),
                "leave the last `/` away",
            ));
        }
        if path.exists() && !path.is_file() {
            return Err(film(
                format!("{} is no ordinary file", path.display()),
                "choose another name with `-o FILE`",
            ));
        }
        if path.exists() && !force {
            return Err(SessionError::FileExists(path.to_owned()));
        }
        place.probe()?;
        Ok(place)
    }

    /// The same for a folder, which may exist when it is empty.
    ///
    /// # Errors
    /// As above.
    pub(super) fn folder(path: &Path, force: bool) -> Result<Self, SessionError> {
        let place = Self::new(path, force)?;
        if path.exists() && !path.is_dir() {
            return Err(film(
                format!(
                    "{} is a file; numbered pictures need a folder",
                    path.display()
                ),
                "name a folder that does not exist yet",
            ));
        }
        let empty =
            |p: &Path| std::fs::read_dir(p).is_ok_and(|mut entries| entries.next().is_none());
        if path.exists() && !force && !empty(path) {
            return Err(SessionError::FileExists(path.to_owned()));
        }
        place.probe()?;
        Ok(place)
    }

    fn new(path: &Path, force: bool) -> Result<Self, SessionError> {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        let Some(name) = name else {
            return Err(film(
                format!("`{}` names no file", path.display()),
                "end the path with a name: `-o film.mp4`",
            ));
        };
        Ok(Self {
            path: path.to_owned(),
            partial: path.with_file_name(format!(".{name}.partial")),
            force,
        })
    }

    /// A name beside the target for something else that is needed meanwhile.
    pub(super) fn beside(&self, what: &str) -> PathBuf {
        let mut name = self.partial.clone().into_os_string();
        name.push(what);
        name.into()
    }

    /// Finds out whether the folder can be written.
    fn probe(&self) -> Result<(), SessionError> {
        let probe = self.beside(".probe");
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty());
        let made = File::create(&probe);
        let _ = std::fs::remove_file(&probe);
        made.map(drop)
            .map_err(|e| disk("write into", folder.unwrap_or(Path::new(".")), &e))
    }

    /// An error of the file system while the film is written.
    pub(super) fn error(&self, error: &io::Error) -> SessionError {
        disk("write", &self.path, error)
    }

    /// The same when what there is cannot be completed.
    pub(super) fn unfinished(&self, error: &io::Error) -> SessionError {
        let stays = format!("{error}; what there is stays as {}", self.partial.display());
        disk("complete", &self.path, &io::Error::new(error.kind(), stays))
    }

    /// Creates the unfinished file, empty and locked.
    ///
    /// # Errors
    /// [`SessionError::Film`] while another recording writes it, [`SessionError::Disk`].
    pub(super) fn create(&self) -> Result<File, SessionError> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.partial)
            .map_err(|e| self.error(&e))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(film(
                    format!("{} is being recorded already", self.path.display()),
                    "wait until that recording has ended, or choose another name with `-o FILE`",
                ));
            }
            // Some network disks know no locks: better a film without one than none.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        file.set_len(0).map_err(|e| self.error(&e))?;
        Ok(file)
    }

    /// Gives the finished file its name. What appeared there meanwhile is not replaced, unless forced.
    ///
    /// # Errors
    /// [`SessionError::Disk`], which tells where the film is.
    pub(super) fn finish(&self) -> Result<(), SessionError> {
        let renamed = if self.path.exists() && !self.force {
            Err(io::Error::from(io::ErrorKind::AlreadyExists))
        } else {
            std::fs::rename(&self.partial, &self.path)
        };
        renamed.map_err(|e| SessionError::Disk {
            action: "give the film its name",
            path: self.path.clone(),
            reason: format!(
                "{e}; the film is whole and stays as {}",
                self.partial.display()
            ),
            help: "rename it by hand",
        })
    }

    /// Removes what is unfinished.
    pub(super) fn discard(&self) {
        // Nothing can be done about a file that will not go.
        let _ = if self.partial.is_dir() {
            std::fs::remove_dir_all(&self.partial)
        } else {
            std::fs::remove_file(&self.partial)
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_kept_unless_forced() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("a.mp4");
        std::fs::write(&path, "old")?;
        let refused = Place::file(&path, false)
            .expect_err("it exists")
            .to_string();
        assert!(refused.contains("--force"), "{refused}");
        let place = Place::file(&path, true)?;
        let file = place.create()?;
        let second = place.create().expect_err("it is locked").to_string();
        assert!(second.contains("being recorded"), "{second}");
        drop(file);
        place.finish()?;
        assert_eq!(std::fs::read(&path)?, b"");
        let names: Vec<_> = std::fs::read_dir(dir.path())?.collect();
        assert_eq!(names.len(), 1, "nothing is left beside it");
        Ok(())
    }

    #[test]
    fn what_appears_meanwhile_is_not_replaced() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = dir.path().join("a.gif");
        let place = Place::file(&path, false)?;
        drop(place.create()?);
        std::fs::write(&path, "theirs")?;
        let refused = place.finish().expect_err("it exists now").to_string();
        assert!(refused.contains(".a.gif.partial"), "{refused}");
        assert_eq!(std::fs::read(&path)?, b"theirs");
        Ok(())
    }

    #[test]
    fn wrong_places_are_named() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let told = |e: Result<Place, SessionError>| e.expect_err("wrong").to_string();
        assert!(told(Place::file(dir.path(), false)).contains("is a folder"));
        let missing = dir.path().join("no/such/film.mp4");
        assert!(told(Place::file(&missing, false)).contains("no/such"));
        let file = dir.path().join("f");
        std::fs::write(&file, "x")?;
        assert!(told(Place::folder(&file, true)).contains("is a file"));
        assert!(told(Place::file(Path::new("/"), false)).contains("names no file"));
        std::fs::create_dir(dir.path().join("empty"))?;
        Place::folder(&dir.path().join("empty"), false)?;
        assert!(Place::folder(dir.path(), false).is_err());
        Ok(())
    }
}
