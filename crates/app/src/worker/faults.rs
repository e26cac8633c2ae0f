//! What went wrong, in words, with ways out.

use warmfront_engine::{EngineError, ProbeError};
use warmfront_session::SessionError;

use super::Worker;
use crate::command::Command;
use crate::state::{Fault, Remedy};

impl Worker {
    /// Shows an error; the clock stops.
    pub(super) fn fail(&mut self, error: &(dyn std::error::Error + 'static)) {
        self.playing = false;
        self.catch_up = None;
        let engine = engine_error(error);
        let lost = matches!(engine, Some(EngineError::DeviceLost(_)));
        let fault = Fault {
            message: error.to_string(),
            place: engine.and_then(|e| self.place(e)),
            remedies: self.remedies(engine),
        };
        // What can still be shown without the device.
        self.publish_clock();
        let line = self.line;
        let why = match (line, &self.run) {
            (None, Some(run)) => {
                let when = warmfront_session::clock(&run.scenario().model, run.time());
                format!("the simulation stopped at {when}: {error}")
            }
            _ => error.to_string(),
        };
        self.start.shared.update(|s| {
            if !lost {
                s.refuse(line, &why);
            }
            s.fault = Some(fault);
            s.lost |= lost;
            s.playing = false;
        });
    }

    fn place(&self, error: &EngineError) -> Option<(usize, [f64; 3])> {
        let EngineError::NotFinite { arm, cell, .. } = error else {
            return None;
        };
        let scenario = self.run.as_ref()?.scenario();
        let arm = scenario.arms.iter().position(|a| a.id == *arm)?;
        let spacing = scenario.grid.spacing;
        let place = std::array::from_fn(|i| (f64::from(cell[i]) + 0.5) * spacing[i]);
        Some((arm, place))
    }

    fn remedies(&self, error: Option<&EngineError>) -> Vec<Remedy> {
        let remedy = |label: &str, command| Remedy {
            label: label.to_owned(),
            command,
        };
        let mut remedies = Vec::new();
        if let Some(EngineError::TooLarge { largest, .. }) = error {
            let cells = largest
                .split('x')
                .filter_map(|n| n.parse::<u32>().ok())
                .max();
            if let Some(cells) = cells {
                remedies.push(remedy(
                    &format!("Use {largest} cells"),
                    Command::Coarsen(cells),
                ));
            }
        }
        if let Some(run) = &self.run {
            if run.undoable()[0].is_some() {
                remedies.push(remedy("Undo the last change", Command::Undo));
            }
            let kept = run.history().times();
            let before = kept.iter().rev().find(|t| **t < run.time() - 1e-9);
            if let Some(time) = before {
                remedies.push(remedy(
                    "Back to the last kept moment",
                    Command::Scrub(*time),
                ));
            }
            remedies.push(remedy("Begin again", Command::Restart));
        } else {
            let first = self.start.scenario.clone();
            remedies.push(remedy("Load the first scenario", Command::Load(first)));
        }
        remedies
    }
}

fn engine_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a EngineError> {
    if let Some(SessionError::Engine(e)) = error.downcast_ref() {
        return Some(e);
    }
    if let Some(ProbeError::Engine(e)) = error.downcast_ref() {
        return Some(e);
    }
    error.downcast_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_device_is_known_however_it_is_wrapped() {
        let lost = || EngineError::DeviceLost("gone".to_owned());
        let wrapped: [super::super::Failed; 3] = [
            lost().into(),
            SessionError::from(lost()).into(),
            ProbeError::from(lost()).into(),
        ];
        for error in wrapped {
            let found = engine_error(&*error);
            assert!(
                matches!(found, Some(EngineError::DeviceLost(_))),
                "{error:?}"
            );
        }
    }
}
