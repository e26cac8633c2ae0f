//! Where models, scenarios and shaders come from: the binary, or `--assets DIR`.

use std::path::{Path, PathBuf};

use warmfront_engine::Files;
use warmfront_model::{Library, Scenario};

use crate::exit::{Failure, USAGE};

/// Model whose default scenario runs when none is named.
const DEFAULT: &str = "tumour";

/// A source of files.
pub struct Assets {
    /// Models and scenarios.
    pub library: Library,
    /// Shaders.
    pub files: Files,
}

impl Assets {
    /// The embedded files, or those of a folder with a sub-folder `models`. Shaders come from
    /// `shaders` in the folder or beside it, where there is one.
    pub fn open(folder: Option<&Path>) -> Result<Self, Failure> {
        let Some(folder) = folder else {
            return Ok(Self {
                library: Library::embedded(),
                files: Files::embedded(),
            });
        };
        let library = Library::folder(folder);
        if library.models().is_empty() {
            return Err(Failure::new(
                USAGE,
                format!(
                    "--assets: {} holds no models\n  help: it needs models/NAME/model.toml",
                    folder.display()
                ),
            ));
        }
        let shaders = [Some(folder), folder.parent()]
            .into_iter()
            .flatten()
            .map(|f| f.join("shaders"))
            .find(|f: &PathBuf| f.join("kernels").is_dir());
        Ok(Self {
            library,
            files: shaders.map_or_else(Files::embedded, Files::folder),
        })
    }

    /// The model that is used when none is named.
    pub fn default_model(&self) -> String {
        match self.library.models().as_slice() {
            [only] => only.clone(),
            _ => DEFAULT.to_owned(),
        }
    }

    /// A scenario by name or file, also one that a film, a figure or data carry; none: the default one.
    pub fn scenario(&self, name: Option<&str>) -> Result<Scenario, Failure> {
        let default = self.default_model();
        let name = name.unwrap_or(&default);
        let path = Path::new(name);
        match self.library.scenario(name) {
            Ok(scenario) => Ok(scenario),
            Err(_) if path.exists() && !name.ends_with(".toml") => {
                let found = warmfront_session::reopen(path)?;
                let scenario = found.scenario(&self.library, name)?;
                for line in found.differences(&scenario) {
                    eprintln!("warning: {line}");
                }
                Ok(scenario)
            }
            Err(e) => Err(e.into()),
        }
    }
}
