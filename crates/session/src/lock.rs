//! One run at a time in a folder.
//!
//! # Theory
//! The file `.warmfront.lock` holds the number of the process that writes there, and that process holds the
//! system's lock on it. The system gives the lock back when the process ends, however it ends, so the
//! file of a killed run is taken over and no number has to be trusted.
//!
//! # Practice
//! A run removes its file at the end. Another run may have opened that file before it went and would
//! then lock a file without a name; so after locking, the name must still lead to what was written.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};

use crate::SessionError;

/// Name of the file.
pub(crate) const LOCK: &str = ".warmfront.lock";

/// Times that a file may go between opening and locking.
const TRIES: usize = 100;

/// Holds a folder until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    /// Gives the lock back when it is closed.
    _file: File,
}

impl Lock {
    /// Takes a folder that exists.
    ///
    /// # Errors
    /// [`SessionError::InUse`], [`SessionError::Disk`].
    pub(crate) fn take(folder: &Path) -> Result<Self, SessionError> {
        let path = folder.join(LOCK);
        let error = |e: &std::io::Error| SessionError::disk("create", folder, e);
        for _ in 0..TRIES {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(|e| error(&e))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(SessionError::InUse {
                        path: folder.to_owned(),
                        process: holder(&path),
                    });
                }
                // Some network disks know no locks: better a run without one than none.
                Err(TryLockError::Error(_)) => {}
            }
            let own = std::process::id().to_string();
            file.set_len(0)
                .and_then(|()| file.rewind())
                .and_then(|()| file.write_all(own.as_bytes()))
                .and_then(|()| file.flush())
                .map_err(|e| error(&e))?;
            if cfg!(windows) || holder(&path) == Some(std::process::id()) {
                return Ok(Self { path, _file: file });
            }
        }
        Err(SessionError::InUse {
            path: folder.to_owned(),
            process: None,
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// The process that a lock file names.
fn holder(path: &Path) -> Option<u32> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_holder() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = Lock::take(dir.path()).expect("it is free");
        let refused = Lock::take(dir.path()).expect_err("it is taken").to_string();
        let own = std::process::id().to_string();
        assert!(refused.contains("in use by another run"), "{refused}");
        assert!(cfg!(windows) || refused.contains(&own), "{refused}");
        drop(first);
        assert!(!dir.path().join(LOCK).exists());
        drop(Lock::take(dir.path()).expect("it is free again"));
    }

    #[test]
    fn what_a_killed_run_left_is_taken_over() {
        let dir = tempfile::tempdir().expect("a folder");
        for text in ["4294967295", "", "not a number"] {
            std::fs::write(dir.path().join(LOCK), text).expect("writable");
            drop(Lock::take(dir.path()).expect("nobody holds it"));
        }
    }
}
