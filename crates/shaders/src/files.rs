//! Where hand-written shader files come from: the binary itself, or a folder.

use std::borrow::Cow;
use std::path::PathBuf;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../shaders"]
struct Embedded;

/// A set of shader files, named by their path below `shaders/`.
#[derive(Debug, Clone, Default)]
pub struct Files {
    folder: Option<PathBuf>,
}

impl Files {
    /// The files that are part of the binary.
    pub fn embedded() -> Self {
        Self::default()
    }

    /// The files below `folder`; one that is missing there is taken from the binary.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
        }
    }

    /// Text of the file `name`, e.g. `kernels/smooth_sweep.wgsl`.
    pub fn read(&self, name: &str) -> Option<String> {
        if let Some(folder) = &self.folder
            && let Ok(text) = std::fs::read_to_string(folder.join(name))
        {
            return Some(text);
        }
        let file = Embedded::get(name)?;
        let data: Cow<'static, [u8]> = file.data;
        String::from_utf8(data.into_owned()).ok()
    }

    /// Names of all files.
    pub fn names() -> Vec<String> {
        Embedded::iter().map(|n| n.into_owned()).collect()
    }
}
