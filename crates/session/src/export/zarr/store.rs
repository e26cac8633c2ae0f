//! A folder as the store of a Zarr group: one file per key.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use zarrs::storage::{
    Bytes, OffsetBytesIterator, StorageError, StoreKey, StorePrefix, WritableStorageTraits,
};
/// A store that writes each key as a file. It leaves to the system when the bytes reach the disk, as
/// every other writer here does; the store of the library waits for the disk at every chunk.
pub(crate) struct Files {
    pub(super) folder: PathBuf,
    /// The first error: those of the library only repeat its words.
    failed: Mutex<Option<io::Error>>,
}

impl Files {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            failed: Mutex::new(None),
        }
    }

    /// The error of the file system behind one of the library, or that in its place.
    pub(crate) fn reason(&self, error: &dyn Error) -> io::Error {
        let first = self.failed.lock().ok().and_then(|mut f| f.take());
        first.unwrap_or_else(|| io::Error::other(error.to_string()))
    }
}

impl WritableStorageTraits for Files {
    fn set(&self, key: &StoreKey, value: Bytes) -> Result<(), StorageError> {
        let path = self.folder.join(key.as_str());
        let write = || match std::fs::write(&path, &value) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                std::fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
                std::fs::write(&path, &value)
            }
            done => done,
        };
        write().map_err(|e| {
            let words = e.to_string();
            if let Ok(mut failed) = self.failed.lock() {
                failed.get_or_insert(e);
            }
            StorageError::Other(words)
        })
    }

    fn set_partial_many(
        &self,
        key: &StoreKey,
        _: OffsetBytesIterator<'_>,
    ) -> Result<(), StorageError> {
        Err(StorageError::Unsupported(format!(
            "only whole chunks are written, not parts of {key}"
        )))
    }

    /// A chunk that holds nothing is not there: nothing was written before, so nothing is to be erased.
    fn erase(&self, _: &StoreKey) -> Result<(), StorageError> {
        Ok(())
    }

    fn erase_prefix(&self, _: &StorePrefix) -> Result<(), StorageError> {
        Ok(())
    }

    fn supports_set_partial(&self) -> bool {
        false
    }
}
