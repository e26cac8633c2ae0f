//! Whole fields on their way to files: kept on the disk, so that long 3D runs need no more memory than
//! short ones.
//!
//! One `.npy` file per arm and field holds all snapshots, so that the spool itself can be opened when
//! nothing else could be made of it, for example on a full disk.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::SessionError;

/// Bytes of an `.npy` header, whatever the shape.
const HEADER: u64 = 128;

/// One `.npy` file (little-endian f32, `[time, z, y, x]`) per arm and field, in a folder of its own.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    cells: [u32; 3],
    /// Model times of the snapshots.
    pub(crate) times: Vec<f64>,
    /// `[arm][field]`: smallest and largest finite value of all snapshots; the first is more than the
    /// second where there is none.
    ranges: Vec<Vec<[f32; 2]>>,
}

impl Spool {
    /// An empty spool in a folder that exists, for so many arms and fields.
    pub(crate) fn new(folder: PathBuf, cells: [u32; 3], arms: usize, fields: usize) -> Self {
        Self {
            folder,
            cells,
            times: Vec::new(),
            ranges: vec![vec![[f32::INFINITY, f32::NEG_INFINITY]; fields]; arms],
        }
    }

    /// Values of one snapshot of a field.
    pub(crate) fn len(&self) -> usize {
        self.cells.iter().map(|n| *n as usize).product()
    }

    /// Bytes of a field up to the end of the last whole snapshot.
    fn whole(&self) -> u64 {
        HEADER + 4 * self.len() as u64 * self.times.len() as u64
    }

    fn path(&self, arm: usize, field: usize) -> PathBuf {
        self.folder.join(format!("{arm}_{field}.npy"))
    }

    /// Smallest and largest finite value of a field in an arm.
    #[cfg(feature = "zarr")]
    pub(crate) fn range(&self, arm: usize, field: usize) -> [f32; 2] {
        self.ranges[arm][field]
    }

    /// Appends a field of the snapshot that is being taken; [`Spool::take`] completes it.
    pub(crate) fn push(
        &mut self,
        arm: usize,
        field: usize,
        values: &[f32],
    ) -> Result<(), SessionError> {
        let path = self.path(arm, field);
        let write = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
            if file.metadata()?.len() == 0 {
                file.write_all(&self.header())?;
            }
            // In pieces: the bytes of a whole field would be a second copy of it.
            let mut bytes = Vec::with_capacity(4 << 16);
            for piece in values.chunks(1 << 16) {
                bytes.clear();
                bytes.extend(piece.iter().flat_map(|v| v.to_le_bytes()));
                file.write_all(&bytes)?;
            }
            Ok(())
        };
        if let Err(e) = write() {
            self.abandon();
            return Err(SessionError::disk("write", &path, &e));
        }
        let [low, high] = &mut self.ranges[arm][field];
        for v in values.iter().filter(|v| v.is_finite()) {
            *low = low.min(*v);
            *high = high.max(*v);
        }
        Ok(())
    }

    /// Completes the snapshot of which every field was pushed.
    pub(crate) fn take(&mut self, time: f64) {
        self.times.push(time);
    }

    /// Gives back the room of a snapshot that was not finished: on a full disk the tables need it.
    fn abandon(&self) {
        let whole = self.whole();
        for entry in std::fs::read_dir(&self.folder).into_iter().flatten() {
            let Ok(entry) = entry else { continue };
            if let Ok(file) = OpenOptions::new().write(true).open(entry.path())
                && file.metadata().is_ok_and(|m| m.len() > whole)
            {
                // What stays too long is not read.
                let _ = file.set_len(whole);
            }
        }
    }

    /// Reads snapshot `index` of a field; `values` is overwritten.
    pub(crate) fn read(
        &self,
        arm: usize,
        field: usize,
        index: usize,
        values: &mut Vec<f32>,
    ) -> Result<(), SessionError> {
        let path = self.path(arm, field);
        let mut read = || -> std::io::Result<()> {
            let mut file = File::open(&path)?;
            let start = HEADER + 4 * (self.len() * index) as u64;
            file.seek(SeekFrom::Start(start))?;
            values.clear();
            let mut left = self.len();
            let mut bytes = vec![0; 4 << 16];
            while left > 0 {
                let now = left.min(1 << 16);
                file.read_exact(&mut bytes[..4 * now])?;
                let each = bytes[..4 * now].chunks_exact(4);
                values.extend(each.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
                left -= now;
            }
            Ok(())
        };
        read().map_err(|e| SessionError::disk("read", &path, &e))
    }

    /// Copies a field as a whole `.npy` file.
    pub(crate) fn copy_npy(
        &self,
        arm: usize,
        field: usize,
        out: &mut impl std::io::Write,
    ) -> std::io::Result<()> {
        let mut file = File::open(self.path(arm, field))?;
        file.seek(SeekFrom::Start(HEADER))?;
        out.write_all(&self.header())?;
        let length = self.whole() - HEADER;
        let copied = std::io::copy(&mut file.take(length), out)?;
        if copied < length {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Moves a field out of the spool, as an `.npy` file; that takes no room on the disk.
    pub(crate) fn rescue(
        &self,
        arm: usize,
        field: usize,
        target: &Path,
    ) -> Result<(), SessionError> {
        let path = self.path(arm, field);
        let save = || -> std::io::Result<()> {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            file.write_all(&self.header())?;
            file.set_len(self.whole())?;
            if let Some(parent) = target.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::rename(&path, target)
        };
        save().map_err(|e| SessionError::disk("save", target, &e))
    }

    /// Removes what is kept of an arm.
    pub(crate) fn forget(&self, arm: usize) {
        for field in 0..self.ranges[arm].len() {
            // A file that will not go is removed with the folder, or not at all.
            let _ = std::fs::remove_file(self.path(arm, field));
        }
    }

    /// An `.npy` header (version 1.0) of the whole snapshots.
    fn header(&self) -> Vec<u8> {
        let [nx, ny, nz] = self.cells;
        let count = self.times.len();
        let mut text = format!(
            "{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {nz}, {ny}, {nx}), }}"
        );
        // Ten bytes come before the text, a line end closes it.
        while text.len() < HEADER as usize - 11 {
            text.push(' ');
        }
        text.push('\n');
        let mut npy = b"\x93NUMPY\x01\x00".to_vec();
        npy.extend((text.len() as u16).to_le_bytes());
        npy.extend(text.as_bytes());
        npy
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // Nothing can be done about a file that will not go.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_come_back_and_can_be_saved() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let folder = dir.path().join("spool");
        std::fs::create_dir(&folder)?;
        let mut spool = Spool::new(folder.clone(), [3, 2, 1], 1, 2);
        for t in 0..3_u8 {
            for field in 0..2 {
                let values: Vec<f32> = (0..6)
                    .map(|i| f32::from(10 * t + i) + field as f32)
                    .collect();
                spool.push(0, field, &values)?;
            }
            spool.take(f64::from(t));
        }
        // A snapshot that was not finished does not count.
        spool.push(0, 0, &[99.0; 6])?;
        let mut values = Vec::new();
        spool.read(0, 1, 2, &mut values)?;
        assert_eq!(values, [21.0, 22.0, 23.0, 24.0, 25.0, 26.0]);
        assert_eq!(spool.range(0, 1), [1.0, 26.0]);
        let mut copy = Vec::new();
        spool.copy_npy(0, 0, &mut copy)?;
        let saved = dir.path().join("a/saved.npy");
        spool.rescue(0, 0, &saved)?;
        assert_eq!(std::fs::read(&saved)?, copy);
        let file = npyz::NpyFile::new(copy.as_slice())?;
        assert_eq!(file.shape(), [3, 1, 2, 3]);
        assert_eq!(file.into_vec::<f32>()?.len(), 18);
        drop(spool);
        assert!(!folder.exists() && saved.exists());
        Ok(())
    }
}
