//! What an interrupted session leaves, and how the next one finds it.
//!
//! A session keeps one file with the scenario and everything that was done, and holds the system's lock on
//! it. The system gives the lock back however the program ends, so a file without a lock was left by a
//! session that did not end by itself.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use warmfront_session::{Steered, clock};

use super::files::write_whole;

/// First line of the file; the model time follows.
const HEAD: &str = "# warmfront session, at time ";

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct Autosave {
    own: Option<(PathBuf, File)>,
    left: Option<PathBuf>,
    // It was said that nothing can be kept.
    warned: bool,
}

impl Autosave {
    /// Takes a name of its own in `folder`, and says what is left of another session, in words.
    pub(super) fn new(folder: Option<PathBuf>) -> (Self, Option<String>) {
        let Some(folder) = folder else {
            return (Self::default(), None);
        };
        // Without a folder nothing is saved; the window works all the same, and has said so.
        if std::fs::create_dir_all(&folder).is_err() {
            return (Self::default(), None);
        }
        let left = left_in(&folder);
        let said = left.as_ref().and_then(|path| {
            let (_, time) = read(path)?;
            Some(format!("A session was interrupted at time {time:.1}."))
        });
        let lock = folder.join(format!("session-{}.lock", std::process::id()));
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock);
        let own = file.ok().filter(|f| f.try_lock().is_ok());
        let autosave = Self {
            own: own.map(|file| (lock, file)),
            left: left.filter(|_| said.is_some()),
            warned: false,
        };
        (autosave, said)
    }

    /// Keeps a session, as [`to_text`] writes it; says once where that fails. It is tried again at the next
    /// occasion.
    pub(super) fn save(&mut self, text: &str) -> Option<String> {
        let (lock, _) = self.own.as_ref()?;
        let path = lock.with_extension("toml");
        let failed = write_whole(&path, text.as_bytes()).err()?;
        if std::mem::replace(&mut self.warned, true) {
            return None;
        }
        Some(format!(
            "The copy of the run for the case of a crash was not written: {}: {failed}. Until it can be, a crash loses what was done.",
            path.display()
        ))
    }

    /// The scenario that was left, and its model time; it is left no longer.
    pub(super) fn take_left(&mut self) -> Option<(String, f64)> {
        let path = self.left.take()?;
        let found = read(&path);
        let _ = std::fs::remove_file(path.with_extension("lock"));
        let _ = std::fs::remove_file(&path);
        found
    }

    /// This session ends by itself: nothing is left.
    pub(super) fn remove(&mut self) {
        if let Some((lock, file)) = self.own.take() {
            let _ = std::fs::remove_file(lock.with_extension("toml"));
            drop(file);
            let _ = std::fs::remove_file(lock);
        }
    }
}

/// A session as a file: the scenario with everything that was done, and the newest model time.
pub(super) fn to_text(run: &Steered) -> String {
    let (played, time) = (run.played(), run.newest_time());
    let label = clock(&played.model, time);
    format!("{HEAD}{time}\n# {label}\n{}", played.to_toml())
}

/// The scenario of a session, and its model time.
pub(super) fn read(path: &Path) -> Option<(String, f64)> {
    let text = std::fs::read_to_string(path).ok()?;
    let time = text
        .lines()
        .next()?
        .strip_prefix(HEAD)?
        .trim()
        .parse()
        .ok()?;
    Some((text, time)).filter(|(_, time): &(String, f64)| time.is_finite())
}

// The newest session whose lock is free.
fn left_in(folder: &Path) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|e| e.path());
    let files: Vec<PathBuf> = files.collect();
    // Locks of sessions that left nothing.
    for lock in files
        .iter()
        .filter(|p| p.extension().is_some_and(|e| e == "lock"))
    {
        if !lock.with_extension("toml").exists() && is_free(lock) {
            let _ = std::fs::remove_file(lock);
        }
    }
    let left = files.into_iter().filter(|path| {
        let named = path.extension().is_some_and(|e| e == "toml")
            && path
                .file_stem()
                .is_some_and(|s| s.to_string_lossy().starts_with("session-"));
        named && is_free(&path.with_extension("lock"))
    });
    left.max_by_key(|path| path.metadata().and_then(|m| m.modified()).ok())
}

fn is_free(lock: &Path) -> bool {
    match File::open(lock).map(|file| file.try_lock()) {
        Ok(Err(TryLockError::WouldBlock)) => false,
        // Free, gone, or on a disk without locks.
        Ok(_) | Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_found_once_and_a_running_session_is_left_alone() {
        let folder =
            std::env::temp_dir().join(format!("warmfront-autosave-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a temporary folder can be made");
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).expect("it can be written");
        };
        write("session-1.toml", &format!("{HEAD}3.5\nlabel = \"x\"\n"));
        write("session-1.lock", "");
        write("session-2.toml", "no head");
        let running = File::create(folder.join("session-3.lock")).expect("it can be made");
        running.try_lock().expect("nobody else locks it");
        write("session-3.toml", &format!("{HEAD}9\n"));
        std::fs::remove_file(folder.join("session-2.toml")).expect("it is there");

        let (mut autosave, said) = Autosave::new(Some(folder.clone()));
        assert!(said.is_some_and(|s| s.contains("3.5")));
        let (text, time) = autosave.take_left().expect("it was left");
        assert!(text.contains("label") && time == 3.5);
        assert!(autosave.take_left().is_none());
        autosave.remove();
        let (mut next, said) = Autosave::new(Some(folder.clone()));
        assert_eq!(said, None);
        // A folder stands where the copy should be: that is said once.
        let (lock, _) = next.own.as_ref().expect("it has a name");
        std::fs::create_dir_all(lock.with_extension("toml").join("x")).expect("it can be made");
        let lost = next.save("text").expect("it cannot be written");
        assert!(lost.contains("a crash loses"), "{lost}");
        assert_eq!(next.save("text"), None);
        next.remove();
        drop(running);
        std::fs::remove_dir_all(&folder).expect("it is ours");
    }
}
