//! One scenario from the chain of files that it extends.
//!
//! The chain is followed from the file asked for to its base, then applied from the base upwards,
//! each file on top of what is there. Every value is checked when its file is applied, so that an
//! error names the file that wrote it.

use std::sync::Arc;

use crate::error::Error;
use crate::library::{Folder, Library};
use crate::model::{Model, Source};
use crate::scenario::Scenario;
use crate::scenario_build::Draft;
use crate::scenario_schema::ScenarioFile;

/// Scenarios that may extend one another.
const LONGEST_CHAIN: usize = 32;

/// One file of the chain.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    /// File name without its ending.
    pub id: String,
    /// The text.
    pub source: Source,
    /// The text, parsed.
    pub file: ScenarioFile,
    /// Where relative names in it start.
    pub folder: Folder,
    /// The model whose folder it is in.
    pub home: Option<String>,
}

impl Layer {
    /// Parses a file.
    pub(crate) fn parse(
        id: String,
        source: Source,
        folder: Folder,
        home: Option<String>,
    ) -> Result<Self, Error> {
        let file: ScenarioFile =
            toml::from_str(&source.text).map_err(|e| source.parse_error(&e))?;
        match &file.label {
            Some(l) if !l.get_ref().trim().is_empty() => {}
            _ => {
                return Err(Error::new("the scenario has no `label`")
                    .help("add a line `label = \"…\"` with a title for people")
                    .at(source.place(0..0)));
            }
        }
        Ok(Self {
            id,
            source,
            file,
            folder,
            home,
        })
    }

    fn model(&self) -> Option<&str> {
        let named = self.file.model.as_ref().map(|m| m.get_ref().as_str());
        named.or(self.home.as_deref())
    }

    /// The file that this one extends.
    fn parent(&self, library: &Library) -> Result<Option<Self>, Error> {
        let Some(extends) = &self.file.extends else {
            return Ok(None);
        };
        let name = extends.get_ref();
        let place = self.source.place(extends.span());
        let parent = if name.ends_with(".toml") {
            match &self.folder {
                Folder::Disk(folder) => library.file_layer(&folder.join(name)),
                Folder::Embedded(_) => {
                    let stem = name.trim_end_matches(".toml");
                    library.layer(self.model().unwrap_or_default(), stem)
                }
            }
        } else if let Some((model, scenario)) = name.split_once('/') {
            library.layer(model, scenario)
        } else if let Some(model) = self.model() {
            library.layer(model, name)
        } else {
            Err(Error::new(format!("`extends = \"{name}\"` needs a model"))
                .help(format!("add `model = \"…\"`, or write \"MODEL/{name}\"")))
        };
        parent.map(Some).map_err(|e| e.at(place))
    }
}

impl Scenario {
    /// Follows the chain from `layer` to its base and builds the scenario.
    pub(crate) fn resolve(library: &Library, layer: Layer) -> Result<Self, Error> {
        let mut chain = vec![layer];
        while let Some(last) = chain.last()
            && let Some(parent) = last.parent(library)?
        {
            let first = chain.iter().position(|l| l.source == parent.source);
            if let Some(first) = first {
                let mut names: Vec<&str> = chain[first..].iter().map(|l| l.id.as_str()).collect();
                names.push(&parent.id);
                let place = last.file.extends.as_ref().map_or(0..0, |e| e.span());
                return Err(Error::new(format!(
                    "scenario `{}` extends itself: {}",
                    parent.id,
                    names.join(" → ")
                ))
                .help("remove one `extends` of the circle")
                .at(last.source.place(place)));
            }
            if chain.len() >= LONGEST_CHAIN {
                let place = last.file.extends.as_ref().map_or(0..0, |e| e.span());
                return Err(Error::new(format!(
                    "more than {LONGEST_CHAIN} scenarios extend one another"
                ))
                .help(
                    "probably a circle by way of another spelling of a path; remove one `extends`",
                )
                .at(last.source.place(place)));
            }
            chain.push(parent);
        }
        let model = chain_model(library, &chain)?;
        Self::build(model, &chain)
    }

    /// Reads a scenario of a model that is already at hand. `extends` is not followed.
    ///
    /// # Errors
    /// The first thing wrong in the text.
    pub fn parse(model: Arc<Model>, id: &str, source: Source) -> Result<Self, Error> {
        let folder = Folder::Disk(".".into());
        let layer = Layer::parse(id.to_owned(), source, folder, Some(model.id.clone()))?;
        if let Some(extends) = &layer.file.extends {
            return Err(Error::new("`extends` cannot be followed here")
                .help("read the scenario through a library")
                .at(layer.source.place(extends.span())));
        }
        Self::build(model, &[layer])
    }

    /// `chain` runs from the file asked for to its base.
    fn build(model: Arc<Model>, chain: &[Layer]) -> Result<Self, Error> {
        let mut draft = Draft::new(model);
        for layer in chain.iter().rev() {
            draft.apply(layer)?;
        }
        draft.finish(&chain[0])
    }
}

/// The model of a chain: all files must agree.
fn chain_model(library: &Library, chain: &[Layer]) -> Result<Arc<Model>, Error> {
    let mut model: Option<(&str, &Layer)> = None;
    for layer in chain {
        let Some(name) = layer.model() else { continue };
        match model {
            Some((first, _)) if first != name => {
                let span = |l: &Layer| l.file.model.as_ref().map(|m| m.span());
                return Err(Error::new(format!(
                    "scenario `{}` belongs to model `{name}`, but `{}` to model `{first}`",
                    layer.id, chain[0].id
                ))
                .help("a scenario can extend scenarios of its own model only")
                .at(chain[0].source.place(span(&chain[0]).unwrap_or(0..0))));
            }
            Some(_) => {}
            None => model = Some((name, layer)),
        }
    }
    match model {
        Some((name, layer)) => library.model(name).map_err(|e| {
            let span = layer.file.model.as_ref().map_or(0..0, |m| m.span());
            e.at(layer.source.place(span))
        }),
        None => {
            let known = library.models().join(", ");
            Err(Error::new("the scenario does not name its model")
                .help(format!("add a line `model = \"…\"`; known: {known}"))
                .at(chain[0].source.place(0..0)))
        }
    }
}
