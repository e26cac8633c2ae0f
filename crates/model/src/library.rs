//! Where models and scenarios come from: inside the binary, or a folder.
//!
//! Layout: `models/<id>/model.toml`, `functions.wgsl` (optional), `scenarios/*.toml`. Nothing is
//! cached: each call reads again, which is what live editing needs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, suggest};
use crate::model::{Model, Source};
use crate::scenario::Scenario;
use crate::scenario_merge::Layer;
use crate::text::decode;

/// The model that plain scenario names are looked up in first.
const DEFAULT_MODEL: &str = "tumour";

/// Larger files are not read into memory, bytes.
const LARGEST_FILE: u64 = 1 << 30;

#[derive(rust_embed::RustEmbed)]
#[folder = "../../assets/models"]
struct Assets;

/// A folder of the embedded assets or of the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Folder {
    /// Path inside the embedded `models` folder, without a final slash; empty for the folder.
    Embedded(String),
    /// A real folder.
    Disk(PathBuf),
}

impl Folder {
    /// A folder inside this one.
    pub(crate) fn sub(&self, name: &str) -> Self {
        match self {
            Self::Embedded(_) => Self::Embedded(self.inside(name)),
            Self::Disk(path) => Self::Disk(path.join(name)),
        }
    }

    /// Path of an embedded file with `.` and `..` resolved.
    fn inside(&self, name: &str) -> String {
        let Self::Embedded(base) = self else {
            return name.to_owned();
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in base.split('/').chain(name.split('/')) {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    /// Name of a file as shown to people.
    pub(crate) fn shown(&self, name: &str) -> String {
        match self {
            Self::Embedded(_) => format!("assets/models/{}", self.inside(name)),
            Self::Disk(path) => path.join(name).display().to_string(),
        }
    }

    /// Bytes of a file.
    pub(crate) fn read(&self, name: &str) -> Result<Vec<u8>, Error> {
        let missing = |why: String| {
            Error::new(format!("cannot read {}: {why}", self.shown(name)))
                .help("relative names start from the folder of the file that names them")
        };
        match self {
            Self::Embedded(_) => match Assets::get(&self.inside(name)) {
                Some(file) => Ok(file.data.into_owned()),
                None => Err(missing("there is no such file".to_owned())),
            },
            Self::Disk(path) => {
                let path = path.join(name);
                // A device or a pipe may never end.
                let about = std::fs::metadata(&path).map_err(|e| missing(e.to_string()))?;
                if !about.is_file() {
                    return Err(missing("it is no regular file".to_owned()));
                }
                if about.len() > LARGEST_FILE {
                    return Err(missing(format!(
                        "it has {} MB, and at most {} are read",
                        about.len() >> 20,
                        LARGEST_FILE >> 20
                    )));
                }
                std::fs::read(path).map_err(|e| missing(e.to_string()))
            }
        }
    }

    /// A text file.
    pub(crate) fn text(&self, name: &str) -> Result<Source, Error> {
        let shown = self.shown(name);
        let text = decode(&shown, &self.read(name)?)?;
        Ok(Source::new(shown, text))
    }

    /// Names of sub-folders (`files` false) or files, sorted.
    fn list(&self, files: bool) -> Vec<String> {
        let mut names: Vec<String> = match self {
            Self::Embedded(base) => Assets::iter()
                .filter_map(|path| {
                    let rest = if base.is_empty() {
                        &*path
                    } else {
                        path.strip_prefix(base.as_str())?.strip_prefix('/')?
                    };
                    match (rest.split_once('/'), files) {
                        (Some((folder, _)), false) => Some(folder.to_owned()),
                        (None, true) => Some(rest.to_owned()),
                        _ => None,
                    }
                })
                .collect(),
            Self::Disk(path) => std::fs::read_dir(path)
                .into_iter()
                .flatten()
                .flatten()
                .filter(|entry| entry.path().is_file() == files)
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect(),
        };
        names.sort();
        names.dedup();
        names
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::Embedded(_) => Assets::get(&self.inside(name)).is_some(),
            Self::Disk(path) => path.join(name).is_file(),
        }
    }
}

/// The models and scenarios at hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Library {
    /// The `models` folder.
    root: Folder,
}

impl Library {
    /// The models inside the binary.
    pub fn embedded() -> Self {
        Self {
            root: Folder::Embedded(String::new()),
        }
    }

    /// The models in `path/models`, as `--assets DIR` asks for.
    pub fn folder(path: impl AsRef<Path>) -> Self {
        Self {
            root: Folder::Disk(path.as_ref().join("models")),
        }
    }

    /// Identifiers of the models, sorted.
    pub fn models(&self) -> Vec<String> {
        let mut names = self.root.list(false);
        names.retain(|n| self.root.sub(n).has("model.toml"));
        names
    }

    /// Reads a model.
    ///
    /// # Errors
    /// An unknown name, or the first thing wrong in its files.
    pub fn model(&self, id: &str) -> Result<Arc<Model>, Error> {
        let models = self.models();
        if !models.iter().any(|m| m == id) {
            return Err(Error::unknown(
                "model",
                id,
                models.iter().map(String::as_str),
            ));
        }
        let folder = self.root.sub(id);
        let functions = if folder.has("functions.wgsl") {
            folder.text("functions.wgsl")?
        } else {
            Source::new(folder.shown("functions.wgsl"), "")
        };
        let model = Model::parse(folder.text("model.toml")?, functions)?;
        if model.id != id {
            return Err(Error::new(format!(
                "the model calls itself `{}`, but its folder is `{id}`",
                model.id
            ))
            .help("`id` in [model] must be the name of the folder")
            .at(model.source.place(0..0)));
        }
        Ok(Arc::new(model))
    }

    /// The folder of a model.
    pub(crate) fn home(&self, model: &str) -> Folder {
        self.root.sub(model)
    }

    /// Reads a scenario of a model from text inside another file of that model.
    pub(crate) fn scenario_inside(
        &self,
        model: &str,
        id: &str,
        source: Source,
    ) -> Result<Scenario, Error> {
        let folder = self.root.sub(model).sub("scenarios");
        let layer = Layer::parse(id.to_owned(), source, folder, Some(model.to_owned()))?;
        Scenario::resolve(self, layer)
    }

    /// Identifiers of the scenarios of a model, sorted.
    pub fn scenarios(&self, model: &Model) -> Vec<String> {
        self.scenarios_of(&model.id)
    }

    fn scenarios_of(&self, model: &str) -> Vec<String> {
        let names = self.root.sub(model).sub("scenarios").list(true);
        names
            .iter()
            .filter_map(|n| n.strip_suffix(".toml"))
            .map(str::to_owned)
            .collect()
    }

    /// Reads a scenario. `name_or_path` is
    /// - `inflamed`: searched in the default model, then in all others;
    /// - `gray_scott`: the default scenario of a model;
    /// - `tumour/inflamed`: a scenario of a model;
    /// - a path that ends in `.toml`.
    ///
    /// # Errors
    /// Unknown or ambiguous names, or the first thing wrong in the files.
    pub fn scenario(&self, name_or_path: &str) -> Result<Scenario, Error> {
        if name_or_path.ends_with(".toml") {
            return Scenario::resolve(self, self.file_layer(Path::new(name_or_path))?);
        }
        let models = self.models();
        if let Some((model, scenario)) = name_or_path.split_once('/') {
            return Scenario::resolve(self, self.layer(model, scenario)?);
        }
        let name = name_or_path;
        if self.scenarios_of(DEFAULT_MODEL).iter().any(|s| s == name) {
            return Scenario::resolve(self, self.layer(DEFAULT_MODEL, name)?);
        }
        if models.iter().any(|m| m == name) {
            let model = self.model(name)?;
            return Scenario::resolve(self, self.layer(name, &model.default_scenario)?);
        }
        let all: Vec<(&String, Vec<String>)> =
            models.iter().map(|m| (m, self.scenarios_of(m))).collect();
        let owners: Vec<&str> = all
            .iter()
            .filter(|(_, list)| list.iter().any(|s| s == name))
            .map(|(m, _)| m.as_str())
            .collect();
        match owners.as_slice() {
            [model] => Scenario::resolve(self, self.layer(model, name)?),
            [] => {
                let scenarios = all.iter().flat_map(|(_, list)| list);
                let mut names: Vec<&str> = scenarios.chain(&models).map(String::as_str).collect();
                names.dedup();
                let mut e = Error::unknown("scenario", name, names.iter().copied());
                e.help = Some(format!(
                    "{}; a file needs its ending: `{name}.toml`",
                    suggest(name, &names)
                ));
                Err(e)
            }
            several => {
                let full: Vec<String> = several.iter().map(|m| format!("{m}/{name}")).collect();
                Err(
                    Error::new(format!("{} models have a scenario `{name}`", several.len()))
                        .help(format!("write one of {}", full.join(", "))),
                )
            }
        }
    }

    /// Reads a scenario from text, for example from the metadata of a picture. Its `model` and
    /// `extends` are looked up here; `source.path` names it in messages.
    ///
    /// # Errors
    /// The first thing wrong in it.
    pub fn scenario_from_text(&self, source: Source) -> Result<Scenario, Error> {
        let stem = Path::new(&*source.path).file_stem().map_or_else(
            || "scenario".to_owned(),
            |s| s.to_string_lossy().into_owned(),
        );
        let folder = Folder::Disk(PathBuf::from("."));
        Scenario::resolve(self, Layer::parse(stem, source, folder, None)?)
    }

    /// A scenario file of a model.
    pub(crate) fn layer(&self, model: &str, scenario: &str) -> Result<Layer, Error> {
        let models = self.models();
        if !models.iter().any(|m| m == model) {
            return Err(Error::unknown(
                "model",
                model,
                models.iter().map(String::as_str),
            ));
        }
        let known = self.scenarios_of(model);
        if !known.iter().any(|s| s == scenario) {
            let mut e = Error::unknown("scenario", scenario, known.iter().map(String::as_str));
            e.what = format!("{} of model `{model}`", e.what);
            return Err(e);
        }
        let folder = self.root.sub(model).sub("scenarios");
        let source = folder.text(&format!("{scenario}.toml"))?;
        Layer::parse(scenario.to_owned(), source, folder, Some(model.to_owned()))
    }

    /// A scenario file anywhere on the disk.
    pub(crate) fn file_layer(&self, path: &Path) -> Result<Layer, Error> {
        let name = |p: Option<&std::ffi::OsStr>| p.map(|n| n.to_string_lossy().into_owned());
        let folder = path.parent().unwrap_or(Path::new(""));
        let file = name(path.file_name()).unwrap_or_default();
        let stem = name(path.file_stem()).unwrap_or_default();
        // A file inside a model's own folder belongs to that model.
        let model = (folder.file_name().is_some_and(|n| n == "scenarios"))
            .then(|| name(folder.parent().and_then(Path::file_name)))
            .flatten()
            .filter(|m| self.models().contains(m));
        let folder = Folder::Disk(folder.to_owned());
        let source = folder.text(&file)?;
        Layer::parse(stem, source, folder, model)
    }
}
