//! What has a value in every cell: fields, algebraic quantities, terms of the equations.
//!
//! The equation of a field is ∂c/∂t = transport + Σ terms. A term is one process seen from one field that
//! it uses up or makes.

use serde::{Deserialize, Serialize};

use crate::model::{Model, Target};
use crate::schema::Reduce;

/// A quantity with a value in every cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Local {
    /// Index into [`Model::fields`].
    Field(usize),
    /// Index into [`Model::auxiliaries`].
    Auxiliary(usize),
    /// Index into [`Model::observables`]: what is averaged or summed, before that.
    Observable(usize),
    /// Index into [`Model::terms`]; unit of its field per time.
    Term(usize),
    /// Net gain of a field by diffusion and drift; unit of the field per time.
    Transport(usize),
}

/// One process in the equation of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Index into [`Model::processes`].
    pub process: usize,
    /// The field whose equation it stands in.
    pub field: usize,
    /// Which of the process's products it is; none: it is what the process uses up, a loss.
    pub product: Option<usize>,
}

impl Model {
    /// All terms of all fields, in the order of processes; within a process the loss first.
    pub fn terms(&self) -> Vec<Term> {
        let mut terms = Vec::new();
        for (process, p) in self.processes.iter().enumerate() {
            if let Some(Target::Field(field)) = p.consumes {
                terms.push(Term {
                    process,
                    field,
                    product: None,
                });
            }
            for (k, (target, _)) in p.produces.iter().enumerate() {
                if let Target::Field(field) = *target {
                    terms.push(Term {
                        process,
                        field,
                        product: Some(k),
                    });
                }
            }
        }
        terms
    }

    /// Everything that has a value in every cell, in the order in which the device evaluates it.
    pub fn locals(&self) -> Vec<Local> {
        let averaged = |i: &usize| self.observables[*i].reduce != Reduce::None;
        let observables = (0..self.observables.len()).filter(averaged);
        let dynamic = |i: &usize| self.fields[*i].kind != crate::FieldKind::Static;
        let mut all: Vec<Local> = (0..self.fields.len()).map(Local::Field).collect();
        all.extend((0..self.auxiliaries.len()).map(Local::Auxiliary));
        all.extend(observables.map(Local::Observable));
        all.extend((0..self.terms().len()).map(Local::Term));
        all.extend((0..self.fields.len()).filter(dynamic).map(Local::Transport));
        all
    }

    /// Name of a local quantity, as people read it.
    pub fn local_label(&self, local: Local) -> String {
        match local {
            Local::Field(i) => self.fields[i].label.clone(),
            Local::Auxiliary(i) => self.auxiliaries[i].label.clone(),
            Local::Observable(i) => self.observables[i].label.clone(),
            Local::Term(i) => {
                let term = self.terms()[i];
                let process = &self.processes[term.process].label;
                format!("{}: {process}", self.fields[term.field].label)
            }
            Local::Transport(i) => format!("{}: movement", self.fields[i].label),
        }
    }

    /// Unit of a local quantity, as the model writes it (`1` for none).
    pub fn local_unit(&self, local: Local) -> String {
        let rate = |field: usize| format!("{}/{}", self.fields[field].unit, self.time_unit);
        match local {
            Local::Field(i) => self.fields[i].unit.clone(),
            Local::Auxiliary(i) => self.auxiliaries[i].unit.clone(),
            Local::Observable(i) => self.observables[i].unit.clone(),
            Local::Term(i) => rate(self.terms()[i].field),
            Local::Transport(i) => rate(i),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Library;

    use super::*;

    #[test]
    fn every_product_and_loss_of_a_field_is_one_term() {
        let model = Library::embedded().model("tumour").expect("it is valid");
        let terms = model.terms();
        let count = |p: &crate::Process| {
            let products = p.produces.iter();
            let made = products.filter(|(t, _)| matches!(t, Target::Field(_)));
            made.count() + usize::from(matches!(p.consumes, Some(Target::Field(_))))
        };
        assert_eq!(
            terms.len(),
            model.processes.iter().map(count).sum::<usize>()
        );
        for local in model.locals() {
            assert!(!model.local_label(local).is_empty());
            assert!(!model.local_unit(local).is_empty());
        }
    }
}
