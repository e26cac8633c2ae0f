//! Which process made a field infinite.
//!
//! After a tick that failed the accepted state is there again. The terms of the equations are evaluated in
//! it: a rate that divides by zero is not finite already there. It may stand in another cell, or in the
//! equation of another field, than where the failure was seen first, because one tick spreads it over the
//! grid; so every cell of every term is looked at. A state without such a rate grew without bound during
//! the tick, and the largest term of the field is named.

use warmfront_model::{Local, Model, Term};

use crate::probe::{Probe, ProbeError};
use crate::simulation::Simulation;
use crate::{EngineError, StateLayout};

impl Simulation {
    /// The error with the process behind it, as far as it can be found.
    pub(crate) fn with_cause(&self, error: EngineError) -> EngineError {
        match error {
            error if !self.finds_causes => error,
            EngineError::NotFinite {
                field,
                arm,
                what,
                cell,
                time,
                retries,
                cause,
            } => {
                // A device that fails now has nothing to add to the first error.
                let found = self.cause(&field, &arm, cell).ok().flatten();
                EngineError::NotFinite {
                    field,
                    arm,
                    what,
                    cell,
                    time,
                    retries,
                    cause: found.map_or(cause, |found| format!(": {found}")),
                }
            }
            other => other,
        }
    }

    fn cause(&self, field: &str, arm: &str, cell: [u32; 3]) -> Result<Option<String>, ProbeError> {
        let model = self.parts[0].model.clone();
        let place = |(part, arm): &(usize, usize)| &self.parts[*part].arms[*arm].id;
        let arm = self.places.iter().position(|p| place(p) == arm);
        let field = model.fields.iter().position(|f| f.id == field);
        let (Some(arm), Some(field)) = (arm, field) else {
            return Ok(None);
        };
        let probe = Probe::new(self, &model)?;
        let layout = self.state_layout();
        let mut terms: Vec<(usize, Term)> = model.terms().into_iter().enumerate().collect();
        // The field's own equation first.
        terms.sort_by_key(|(_, term)| term.field != field);
        for (i, term) in &terms {
            let values = probe.of_arm(self, Local::Term(*i), arm)?;
            if let Some((at, value)) = first_infinite(&values, &layout, cell) {
                let what = if value.is_nan() { "NaN" } else { "infinite" };
                return Ok(Some(format!(
                    "the rate of process {} is {what} at cell {at:?}; it divides by zero, perhaps",
                    named(&model, term.process)
                )));
            }
        }
        let values = probe.at(self, &[(arm, cell)])?.swap_remove(0);
        let size = |i: usize| {
            let at = probe.locals().iter().position(|l| *l == Local::Term(i));
            at.map_or(0.0, |at| values[at].abs())
        };
        let own = terms.iter().filter(|(_, term)| term.field == field);
        let largest = own
            .map(|(i, term)| (size(*i), term.process))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        Ok(largest.filter(|(size, _)| *size > 0.0).map(|(_, process)| {
            format!(
                "before that tick, the largest term of its equation there is process {}",
                named(&model, process)
            )
        }))
    }
}

/// A process as messages name it, with where its rate was written.
fn named(model: &Model, process: usize) -> String {
    let p = &model.processes[process];
    format!("`{}` ({}:{})", p.id, p.rate.file, p.rate.line)
}

/// The value that is not finite at `cell`, or else the first one of the grid.
fn first_infinite(values: &[f32], layout: &StateLayout, cell: [u32; 3]) -> Option<([u32; 3], f32)> {
    let [nx, ny, nz] = layout.cells;
    let value = |[x, y, z]: [u32; 3]| {
        let at = (z * ny + y) * layout.pitch + x;
        values.get(at as usize).copied().unwrap_or_default()
    };
    let all = (0..nz).flat_map(|z| (0..ny).flat_map(move |y| (0..nx).map(move |x| [x, y, z])));
    std::iter::once(cell)
        .chain(all)
        .map(|at| (at, value(at)))
        .find(|(_, v)| !v.is_finite())
}
