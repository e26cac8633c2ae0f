//! Identifiers of a model, gathered before anything else, and what each expression may use of them.

use toml::Spanned;

use crate::error::Error;
use crate::expression::Scope;
use crate::model::Source;
use crate::model_read::Names;
use crate::schema::ModelFile;

/// Identifiers of every kind that expressions name.
pub(crate) struct Ids {
    pub fields: Vec<String>,
    pub parameters: Vec<String>,
    pub auxiliaries: Vec<String>,
    pub compartments: Vec<String>,
    pub processes: Vec<String>,
}

impl Ids {
    pub(crate) fn gather(file: &ModelFile, source: &Source) -> Result<Self, Error> {
        fn all<'a>(
            source: &Source,
            kind: &str,
            names: &mut Names,
            ids: impl Iterator<Item = &'a Spanned<String>>,
        ) -> Result<Vec<String>, Error> {
            ids.map(|id| {
                names.add(source, kind, id)?;
                Ok(id.get_ref().clone())
            })
            .collect()
        }
        macro_rules! ids {
            ($list:ident, $kind:literal, $names:expr) => {
                all(
                    source,
                    $kind,
                    $names,
                    file.$list.iter().map(|x| &x.get_ref().id),
                )?
            };
        }
        // Fields and compartments share one set of names: processes may name either. So do
        // processes and transports: both can be switched off by name.
        let (mut targets, mut terms) = (Names::default(), Names::default());
        let ids = Self {
            fields: ids!(field, "field", &mut targets),
            compartments: ids!(compartment, "compartment", &mut targets),
            parameters: ids!(parameter, "parameter", &mut Names::default()),
            auxiliaries: ids!(auxiliary, "auxiliary", &mut Names::default()),
            processes: ids!(process, "process", &mut terms),
        };
        ids!(transport, "transport", &mut terms);
        ids!(drug, "drug", &mut Names::default());
        ids!(observable, "observable", &mut Names::default());
        ids!(view, "view", &mut Names::default());
        ids!(cycle, "cycle step", &mut Names::default());
        ids!(counterfactual, "counterfactual", &mut Names::default());
        Ok(ids)
    }

    pub(crate) fn over_p(&self) -> Scope<'_> {
        Scope {
            parameters: Some(&self.parameters),
            ..Scope::default()
        }
    }

    pub(crate) fn over_spa(&self) -> Scope<'_> {
        Scope {
            fields: Some(&self.fields),
            auxiliaries: Some(&self.auxiliaries),
            ..self.over_p()
        }
    }

    pub(crate) fn over_spag(&self) -> Scope<'_> {
        Scope {
            compartments: Some(&self.compartments),
            ..self.over_spa()
        }
    }
}
