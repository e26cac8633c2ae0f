//! The file of a figure: checked before anything is computed, written beside its name, renamed when
//! whole.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use warmfront_view::{Figure, PdfInfo};

use super::Paper;
use crate::SessionError;
use crate::provenance::Provenance;

/// Formats of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A bitmap with its size on paper.
    Png,
    /// A drawing with the shapes of letters: the same in every program.
    Svg,
    /// A page with embedded fonts.
    Pdf,
}

/// A file that a figure becomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// Where.
    pub path: PathBuf,
    /// What, by the ending of the name.
    pub format: Format,
    /// Whether an existing file is replaced.
    pub force: bool,
}

impl Target {
    /// Reads the format off the name and tries the place: nothing is computed for a file that cannot
    /// be written.
    ///
    /// # Errors
    /// [`SessionError::Film`] for another ending, [`SessionError::FileExists`], [`SessionError::Disk`].
    pub fn new(path: &Path, force: bool) -> Result<Self, SessionError> {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        let format = match ending.to_ascii_lowercase().as_str() {
            "png" => Format::Png,
            "svg" => Format::Svg,
            "pdf" => Format::Pdf,
            other => {
                return Err(SessionError::Film {
                    what: match other {
                        "" => format!("{} has no ending", path.display()),
                        _ => format!("no figure is written as .{other}"),
                    },
                    help: "figures end in .png, .svg or .pdf".to_owned(),
                });
            }
        };
        let target = Self {
            path: path.to_owned(),
            format,
            force,
        };
        target.free()?;
        let partial = target.partial();
        std::fs::File::create(&partial).map_err(|e| SessionError::disk("write", path, &e))?;
        let _ = std::fs::remove_file(&partial);
        Ok(target)
    }

    fn free(&self) -> Result<(), SessionError> {
        if self.path.is_dir() {
            let e = std::io::Error::other("it is a folder");
            return Err(SessionError::disk("write", &self.path, &e));
        }
        if !self.force && self.path.exists() {
            return Err(SessionError::FileExists(self.path.clone()));
        }
        Ok(())
    }

    fn partial(&self) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path
            .with_file_name(format!(".{name}.{}.partial", std::process::id()))
    }

    /// Writes the figure with where it comes from. Returns the size of the file, bytes.
    ///
    /// # Errors
    /// A figure that cannot be drawn at this size, [`SessionError::Disk`].
    pub fn write(
        &self,
        figure: &Figure,
        paper: &Paper,
        provenance: &Provenance,
    ) -> Result<u64, SessionError> {
        let texts = provenance.texts();
        let metadata = texts.each_ref().map(|(key, text)| (*key, text.as_str()));
        let mm = paper.millimetres;
        let bytes = match self.format {
            Format::Png => figure.png_on_paper(mm, paper.dpi, &metadata)?,
            Format::Svg => figure.svg(&metadata, Some(mm))?.into_bytes(),
            Format::Pdf => figure.pdf(
                mm,
                PdfInfo {
                    creator: metadata[0].1,
                    subject: figure.title(),
                    keywords: metadata[1].1,
                },
            )?,
        };
        self.free()?;
        let partial = self.partial();
        let write = || -> std::io::Result<()> {
            let mut file = std::fs::File::create(&partial)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&partial, &self.path)
        };
        write().map_err(|e| {
            // Nothing is left where there was nothing.
            let _ = std::fs::remove_file(&partial);
            SessionError::disk("write", &self.path, &e)
        })?;
        Ok(bytes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_tried_before_work_begins() -> Result<(), Box<dyn std::error::Error>> {
        let dir = tempfile::tempdir()?;
        let path = |name: &str| dir.path().join(name);
        let refused = |p: PathBuf| Target::new(&p, false).expect_err("refused").to_string();
        assert!(refused(path("a.gif")).contains(".png, .svg or .pdf"));
        assert!(refused(path("a")).contains("no ending"));
        assert!(refused(path("nothing/a.png")).contains("cannot write"));
        std::fs::write(path("b.pdf"), "mine")?;
        assert!(refused(path("b.pdf")).contains("--force"));
        assert!(Target::new(&path("b.pdf"), true).is_ok());
        std::fs::create_dir(path("c.svg"))?;
        assert!(Target::new(&path("c.svg"), true).is_err());
        assert_eq!(Target::new(&path("A.PNG"), false)?.format, Format::Png);
        assert_eq!(std::fs::read_dir(dir.path())?.count(), 2);
        Ok(())
    }
}
