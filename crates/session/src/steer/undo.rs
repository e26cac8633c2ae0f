//! Strokes of the brush, undo and redo.

use std::time::Instant;

use warmfront_model::Action;

use super::{Entry, MOST_STROKES, Steered, Step};
use crate::SessionError;
use crate::history::Frame;

impl Steered {
    /// One dab of the brush in all arms; dabs up to [`Steered::end_stroke`] or the next tick are one stroke.
    ///
    /// # Errors
    /// Driver errors.
    pub fn dab(&mut self, dab: Action) -> Result<(), SessionError> {
        self.branch();
        let frame = match self.stroke.take() {
            Some(stroke) => stroke,
            None => (Box::new(self.frame()), Vec::new()),
        };
        let (before, mut dabs) = frame;
        let done = self.live.act(dab.clone(), None);
        dabs.push(dab);
        self.stroke = Some((before, dabs));
        done
    }

    /// Ends the stroke under way, if there is one.
    pub fn end_stroke(&mut self) {
        let Some((before, dabs)) = self.stroke.take() else {
            return;
        };
        let label = match dabs.first() {
            Some(Action::Brush { field, amount, .. }) => {
                let field = &self.original.model.fields[*field].label;
                let verb = if *amount < 0.0 { "remove" } else { "add" };
                format!("{verb} {field}")
            }
            _ => "stroke".to_owned(),
        };
        self.redo.clear();
        self.undo.push(Entry {
            time: before.time(),
            at: Instant::now(),
            label,
            step: Step::Stroke { before, dabs },
        });
        // The oldest stroke goes first, and with it what lies below it.
        let is_stroke = |e: &Entry| matches!(e.step, Step::Stroke { .. });
        if self.undo.iter().filter(|e| is_stroke(e)).count() > MOST_STROKES {
            let oldest = self.undo.iter().position(is_stroke).unwrap_or(0);
            self.undo.drain(..=oldest);
        }
    }

    /// Takes the last change back: a setting from now on, a stroke by going back to the moment before it.
    /// `false`: there was nothing.
    ///
    /// # Errors
    /// Driver errors.
    pub fn undo(&mut self) -> Result<bool, SessionError> {
        // From an older moment, what was done later is not there to be undone.
        let here = self.time();
        let nothing = self.undo.iter().all(|e| e.time >= here);
        if self.scrubbed() && nothing {
            return Ok(false);
        }
        self.branch();
        self.end_stroke();
        let Some(entry) = self.undo.pop() else {
            return Ok(false);
        };
        match &entry.step {
            Step::Settings { before, last, .. } => {
                let target = self.settings.with_control(before, last);
                self.turn_to(&target)?;
            }
            Step::Stroke { before, .. } => {
                self.live.go_to(&before.moment)?;
                self.live.forget_later(&before.moment);
                self.settings.clone_from(&before.settings);
                self.history.forget_after(before.time());
                self.keep();
            }
        }
        self.redo.push(entry);
        Ok(true)
    }

    /// Does again what undo took back last, now. `false`: there was nothing.
    ///
    /// # Errors
    /// Driver errors.
    pub fn redo(&mut self) -> Result<bool, SessionError> {
        if self.redo.is_empty() {
            return Ok(false);
        }
        // What was taken back was taken back at the newest moment.
        self.to_newest()?;
        let Some(mut entry) = self.redo.pop() else {
            return Ok(false);
        };
        entry.time = self.time();
        entry.at = Instant::now();
        match &mut entry.step {
            Step::Settings {
                before,
                after,
                last,
            } => {
                **before = self.settings.clone();
                let target = self.settings.with_control(after, last);
                self.turn_to(&target)?;
            }
            Step::Stroke { before, dabs } => {
                **before = Frame {
                    moment: self.live.moment(),
                    settings: self.settings.clone(),
                };
                for dab in dabs.iter() {
                    self.live.act(dab.clone(), None)?;
                }
            }
        }
        self.undo.push(entry);
        Ok(true)
    }
}
