//! Whole fields on their way to `fields.npz`: kept on the disk, so that long 3D runs need no more
//! memory than short ones.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::SessionError;

/// One raw little-endian f32 file per arm and field, in a folder of its own.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    /// Model times of the snapshots.
    pub(crate) times: Vec<f64>,
}

impl Spool {
    /// An empty spool in a folder that exists.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            times: Vec::new(),
        }
    }

    fn path(&self, arm: usize, field: usize) -> PathBuf {
        self.folder.join(format!("{arm}_{field}.f32"))
    }

    /// Appends a field of the snapshot that is being taken.
    pub(crate) fn push(
        &self,
        arm: usize,
        field: usize,
        values: &[f32],
    ) -> Result<(), SessionError> {
        let path = self.path(arm, field);
        let error = |e: &std::io::Error| SessionError::disk("write", &path, e);
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|e| error(&e))?;
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        file.write_all(&bytes).map_err(|e| error(&e))
    }

    /// Reads all snapshots of a field in pieces.
    pub(crate) fn read(
        &self,
        arm: usize,
        field: usize,
        piece: &mut dyn FnMut(&[f32]) -> Result<(), SessionError>,
    ) -> Result<(), SessionError> {
        const VALUES: usize = 1 << 16;
        let path = self.path(arm, field);
        let error = |e: &std::io::Error| SessionError::disk("read", &path, e);
        let mut file = BufReader::new(File::open(&path).map_err(|e| error(&e))?);
        let mut bytes = vec![0; 4 * VALUES];
        loop {
            let mut filled = 0;
            while filled < bytes.len() {
                match file.read(&mut bytes[filled..]) {
                    Ok(0) => break,
                    Ok(n) => filled += n,
                    Err(e) => return Err(error(&e)),
                }
            }
            if filled == 0 {
                return Ok(());
            }
            let values: Vec<f32> = bytes[..filled]
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect();
            piece(&values)?;
        }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // Nothing can be done about a file that will not go.
        let _ = std::fs::remove_dir_all(self.folder());
    }
}
