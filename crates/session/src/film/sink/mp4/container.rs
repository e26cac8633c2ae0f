//! MP4 files that are whole at any moment.
//!
//! # Theory
//! A player wants the tables (`moov`) before the pictures (`mdat`), yet the tables are known last. The
//! number of frames is known first, though: room for the tables at full length is written as an empty box
//! (`free`), the pictures stream behind it, and the tables go into the room. (ISO/IEC 14496-12; H.264
//! inside it: ISO/IEC 14496-15.)
//!
//! ```text
//! ftyp | moov, free: the room | free or length of mdat | mdat: frame, frame, frame …
//! ```
//!
//! While the film grows `mdat` reaches to the end of the file, and the tables are written anew every few
//! seconds, so a killed recording leaves a film up to there. If the film outgrows its plan and the tables
//! the room, they go behind the pictures.
//!
//! # Practice
//! [`Mp4`] knows files and frames, but no disk: it writes to anything that can seek and be cut. The bytes
//! depend on frames and texts alone; there are no dates in the file.

use std::io::{self, SeekFrom};
use std::time::{Duration, Instant};

use super::h264::Sample;
use super::moov::{self, Head, Tables};

/// What a file must be able to do.
pub(in crate::film::sink) trait Storage: io::Write + io::Seek + Send {
    /// Sets the length of the file.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Storage for std::fs::File {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Longest time between two versions of the tables.
const REFRESH: Duration = Duration::from_secs(3);
/// Room for longer texts at the end than at the start: results of all arms.
const SLACK: usize = 48 << 10;
/// Bytes of a box header.
const HEADER: usize = 8;

/// A growing MP4 file with one track of H.264.
pub(super) struct Mp4<S: Storage> {
    storage: S,
    head: Head,
    tables: Tables,
    /// Where the room for the tables begins, and its length.
    room: [usize; 2],
    /// Where the next frame goes.
    end: u64,
    /// Something went wrong behind `end`.
    torn: bool,
    refreshed: Option<Instant>,
}

impl<S: Storage> Mp4<S> {
    /// Begins a file with room for `frames` frames.
    ///
    /// # Errors
    /// The storage's.
    pub(super) fn new(mut storage: S, head: Head, frames: u64) -> io::Result<Self> {
        let kind = moov::file_type()?;
        let tables = Tables::of_length(frames, head.key_interval);
        let length = moov::moov(&head, &tables)?.len() + SLACK;
        let mut start = kind.clone();
        start.extend(free(length)?);
        // Both together are 16 bytes, which hold the long form of the header in the end.
        start.extend(free(HEADER)?);
        start.extend([0, 0, 0, 0]);
        start.extend(b"mdat");
        storage.write_all(&start)?;
        Ok(Self {
            storage,
            head,
            tables: Tables::default(),
            room: [kind.len(), length],
            end: start.len() as u64,
            torn: false,
            refreshed: None,
        })
    }

    /// Frames in the file.
    pub(super) fn frames(&self) -> u64 {
        self.tables.frames()
    }

    /// Length of the file, bytes.
    pub(super) fn length(&self) -> u64 {
        self.end
    }

    /// What it is written to.
    #[cfg(test)]
    pub(super) fn storage(&self) -> &S {
        &self.storage
    }

    /// The parameter sets of H.264, without which there are no tables.
    pub(super) fn parameters(&mut self, sets: &[Vec<u8>; 2]) {
        if self.head.sets.is_none() {
            self.head.sets = Some(sets.clone());
        }
    }

    /// Appends a frame. After an error the file still holds the frames before it.
    ///
    /// # Errors
    /// The storage's.
    pub(super) fn push(&mut self, sample: &Sample) -> io::Result<()> {
        self.mend()?;
        self.torn = true;
        self.storage.write_all(&sample.bytes)?;
        self.tables.push(self.end, sample);
        self.end += sample.bytes.len() as u64;
        if self.refreshed.is_none_or(|at| at.elapsed() > REFRESH) {
            self.refreshed = Some(Instant::now());
            let tables = moov::moov(&self.head, &self.tables)?;
            self.fill_room(&tables)?;
            self.storage.seek(SeekFrom::Start(self.end))?;
        }
        self.torn = false;
        Ok(())
    }

    /// Completes the file with the texts as they are in the end. The file is playable, even after an error
    /// of [`Mp4::push`].
    ///
    /// # Errors
    /// The storage's.
    pub(super) fn finish(&mut self, texts: moov::Texts) -> io::Result<u64> {
        self.head.texts = texts;
        self.torn = true;
        self.mend()?;
        let tables = moov::moov(&self.head, &self.tables)?;
        let inside = self.fill_room(&tables)?;
        let header = self.room[0] + self.room[1];
        let mut long = vec![0, 0, 0, 1];
        long.extend(b"mdat");
        long.extend((self.end - header as u64).to_be_bytes());
        self.storage.seek(SeekFrom::Start(header as u64))?;
        self.storage.write_all(&long)?;
        let mut length = self.end;
        if !inside {
            // The room keeps no older tables: a file has one set of them.
            self.storage.seek(SeekFrom::Start(self.room[0] as u64))?;
            self.storage.write_all(&free(self.room[1])?)?;
            self.storage.seek(SeekFrom::Start(self.end))?;
            self.storage.write_all(&tables)?;
            length += tables.len() as u64;
        }
        self.storage.flush()?;
        Ok(length)
    }

    /// Removes a frame that was written in part.
    fn mend(&mut self) -> io::Result<()> {
        if self.torn {
            self.storage.cut(self.end)?;
            self.storage.seek(SeekFrom::Start(self.end))?;
            self.torn = false;
        }
        Ok(())
    }

    /// Writes the tables into the room, if they fit.
    fn fill_room(&mut self, tables: &[u8]) -> io::Result<bool> {
        let rest = self.room[1].checked_sub(tables.len());
        let Some(rest) = rest.filter(|r| *r == 0 || *r >= HEADER) else {
            return Ok(false);
        };
        let mut bytes = tables.to_vec();
        if rest > 0 {
            bytes.extend(free(rest)?);
        }
        self.storage.seek(SeekFrom::Start(self.room[0] as u64))?;
        self.storage.write_all(&bytes)?;
        Ok(true)
    }
}

/// An empty box of `length` bytes in all, at least 8.
fn free(length: usize) -> io::Result<Vec<u8>> {
    let size = u32::try_from(length).map_err(io::Error::other)?;
    let mut bytes = size.to_be_bytes().to_vec();
    bytes.extend(b"free");
    bytes.resize(length, 0);
    Ok(bytes)
}
