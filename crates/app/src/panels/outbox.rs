//! Commands on their way to the simulation, and what they ask for until it has answered.
//!
//! The channel is bounded and the window never waits: what does not fit stays here until the next frame.
//! Until the simulation has followed a wish, controls show the wish, so that a slider stays under the
//! pointer. A wish that is not followed lapses.

use std::collections::VecDeque;
use std::sync::mpsc::{SyncSender, TrySendError};

use warmfront_model::Regimen;

use crate::command::Command;
use crate::state::Snapshot;

/// Seconds after which a control shows the simulation's value again.
const PATIENCE: f64 = 2.0;

/// See the [module](self).
#[derive(Debug)]
pub struct Outbox {
    sender: SyncSender<Command>,
    waiting: VecDeque<Command>,
    /// Wishes not yet followed, with the time of the wish (seconds of the window).
    wishes: Vec<(Command, f64)>,
    now: f64,
    closed: bool,
}

impl Outbox {
    /// An empty one.
    pub fn new(sender: SyncSender<Command>) -> Self {
        Self {
            sender,
            waiting: VecDeque::new(),
            wishes: Vec::new(),
            now: 0.0,
            closed: false,
        }
    }

    /// Whether a command is not sent or a wish not followed yet.
    pub fn waits(&self) -> bool {
        !(self.waiting.is_empty() && self.wishes.is_empty())
    }

    /// Whether a command has found no room yet.
    pub fn is_full(&self) -> bool {
        !self.waiting.is_empty() && !self.closed
    }

    /// What has found no room yet; it is then for the caller to send.
    pub fn take_waiting(&mut self) -> Vec<Command> {
        self.waiting.drain(..).collect()
    }

    /// Whether nobody takes commands any more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// To be called once a frame, before the controls: forgets wishes that are followed or too old.
    pub fn settle(&mut self, snapshot: &Snapshot, now: f64) {
        self.now = now;
        self.wishes
            .retain(|(wish, at)| !is_followed(wish, snapshot) && now - at < PATIENCE);
    }

    /// Sends a command, or keeps it until there is room.
    pub fn send(&mut self, command: Command) {
        match kind(&command) {
            Kind::Passing => {
                // Only the last position of a control counts.
                self.waiting.retain(|c| !same_control(c, &command));
            }
            Kind::Lasting => {
                // The same, but what stands behind a command that builds on it stays: an undo takes back
                // the position that was set before it.
                let builds = |c: &Command| kind(c) == Kind::Other;
                let from = self.waiting.iter().rposition(builds).map_or(0, |i| i + 1);
                let mut i = 0;
                self.waiting.retain(|c| {
                    i += 1;
                    i <= from || !same_control(c, &command)
                });
            }
            Kind::Other => {}
        }
        match &command {
            Command::Play(_)
            | Command::Speed(_)
            | Command::Dose { .. }
            | Command::Hold { .. }
            | Command::Regimen { .. }
            | Command::Set { .. }
            | Command::Switch { .. } => {
                self.wishes
                    .retain(|(wish, _)| !same_control(wish, &command));
                self.wishes.push((command.clone(), self.now));
            }
            Command::ResetParameters => {
                self.wishes
                    .retain(|(w, _)| !matches!(w, Command::Set { .. }));
            }
            Command::Undo | Command::Redo | Command::Scrub(_) | Command::Newest => {
                self.wishes.retain(|(w, _)| kind(w) != Kind::Lasting);
            }
            // Doses outlive a restart; another scenario begins with its own.
            Command::Load(_)
            | Command::Open(_)
            | Command::OpenText(_)
            | Command::Recover(_)
            | Command::Reload => self.wishes.clear(),
            _ => {}
        }
        self.waiting.push_back(command);
        self.flush();
    }

    /// Sends what waits, as far as there is room.
    pub fn flush(&mut self) {
        while let Some(command) = self.waiting.pop_front() {
            match self.sender.try_send(command) {
                Ok(()) => {}
                Err(TrySendError::Full(command)) => {
                    self.waiting.push_front(command);
                    return;
                }
                Err(TrySendError::Disconnected(_)) => {
                    self.closed = true;
                    self.waiting.clear();
                }
            }
        }
    }

    /// Whether the clock runs, or is to.
    pub fn playing(&self, snapshot: &Snapshot) -> bool {
        let wish = self.wish(|w| match w {
            Command::Play(on) => Some(*on),
            _ => None,
        });
        wish.unwrap_or(snapshot.playing)
    }

    /// Speed, present or wished.
    pub fn speed(&self, snapshot: &Snapshot) -> f64 {
        let wish = self.wish(|w| match w {
            Command::Speed(speed) => Some(*speed),
            _ => None,
        });
        wish.unwrap_or(snapshot.speed)
    }

    /// Multiple of a drug's dose, present or wished; 1 where nothing is known.
    pub fn multiple(&self, snapshot: &Snapshot, drug: usize) -> f64 {
        let wish = self.wish(|w| match w {
            Command::Dose { drug: d, multiple } if *d == drug => Some(*multiple),
            _ => None,
        });
        let present = snapshot.multiples.get(drug).copied();
        wish.or(present).filter(|m| m.is_finite()).unwrap_or(1.0)
    }

    /// Level at which a drug is held, present or wished; none: it is not.
    pub fn hold(&self, snapshot: &Snapshot, drug: usize) -> Option<f64> {
        let wish = self.wish(|w| match w {
            Command::Hold { drug: d, level } if *d == drug => Some(*level),
            _ => None,
        });
        let present = || snapshot.holds.get(drug).copied().flatten();
        wish.unwrap_or_else(present).filter(|l| l.is_finite())
    }

    /// Regimen of a drug in an arm, present or wished; the scenario's where nothing is known, none without
    /// that.
    pub fn regimen(&self, snapshot: &Snapshot, arm: usize, drug: usize) -> Option<Regimen> {
        let wish = self.wish(|w| match w {
            Command::Regimen {
                drug: d,
                arm: a,
                regimen,
            } if *d == drug && a.is_none_or(|a| a == arm) => Some(regimen.clone()),
            _ => None,
        });
        let present = || snapshot.regimens.get(arm)?.get(drug).cloned();
        let planned = || {
            let scenario = snapshot.scenario.as_ref()?;
            let known = arm < scenario.arms.len() && drug < scenario.regimens.len();
            known.then(|| scenario.regimen(arm, drug).clone())
        };
        wish.or_else(present).or_else(planned)
    }

    /// The value wished for a parameter in every arm; none: the simulation's values stand
    /// ([`Snapshot::parameters`]).
    pub fn wished_parameter(&self, parameter: usize) -> Option<f64> {
        self.wish(|w| match w {
            Command::Set {
                parameter: p,
                value,
            } if *p == parameter => Some(*value),
            _ => None,
        })
    }

    /// A parameter in an arm, present or wished; the scenario's where nothing is known, none without that.
    pub fn parameter(&self, snapshot: &Snapshot, arm: usize, parameter: usize) -> Option<f64> {
        let present = || {
            let arm = snapshot.parameters.get(arm)?;
            arm.get(parameter).copied()
        };
        let planned = || {
            let arm = snapshot.scenario.as_ref()?.arms.get(arm)?;
            arm.parameters.get(parameter).copied()
        };
        self.wished_parameter(parameter)
            .or_else(present)
            .or_else(planned)
    }

    /// Whether a process takes place, or is to.
    pub fn switched_on(&self, snapshot: &Snapshot, process: usize) -> bool {
        let wish = self.wish(|w| match w {
            Command::Switch { process: p, on } if *p == process => Some(*on),
            _ => None,
        });
        let off = snapshot.off.get(process).copied().unwrap_or(false);
        wish.unwrap_or(!off)
    }

    fn wish<T>(&self, read: impl Fn(&Command) -> Option<T>) -> Option<T> {
        self.wishes.iter().find_map(|(wish, _)| read(wish))
    }
}

/// How a command bears on those that wait with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Leaves no trace but its last position.
    Passing,
    /// Changes the run: undo and the like build on it.
    Lasting,
    /// Everything else.
    Other,
}

fn kind(command: &Command) -> Kind {
    match command {
        Command::Play(_)
        | Command::Speed(_)
        | Command::Derive(_)
        | Command::Inspect(_)
        | Command::HistoryBudget(_) => Kind::Passing,
        Command::Dose { .. }
        | Command::Hold { .. }
        | Command::Regimen { .. }
        | Command::Set { .. }
        | Command::Switch { .. }
        | Command::Scrub(_) => Kind::Lasting,
        _ => Kind::Other,
    }
}

/// Whether both are positions of one control.
fn same_control(a: &Command, b: &Command) -> bool {
    match (a, b) {
        (Command::Dose { drug: a, .. }, Command::Dose { drug: b, .. })
        | (Command::Hold { drug: a, .. }, Command::Hold { drug: b, .. })
        | (Command::Set { parameter: a, .. }, Command::Set { parameter: b, .. })
        | (Command::Switch { process: a, .. }, Command::Switch { process: b, .. }) => a == b,
        (
            Command::Regimen { drug: a, arm, .. },
            Command::Regimen {
                drug: b,
                arm: other,
                ..
            },
        ) => a == b && arm == other,
        _ => {
            let single = kind(a) == Kind::Passing || matches!(a, Command::Scrub(_));
            single && std::mem::discriminant(a) == std::mem::discriminant(b)
        }
    }
}

/// Whether the simulation has done what was wished.
fn is_followed(wish: &Command, snapshot: &Snapshot) -> bool {
    match wish {
        Command::Play(on) => snapshot.playing == *on,
        Command::Speed(speed) => snapshot.speed == *speed,
        Command::Dose { drug, multiple } => snapshot.multiples.get(*drug) == Some(multiple),
        Command::Hold { drug, level } => snapshot.holds.get(*drug) == Some(level),
        Command::Regimen { drug, arm, regimen } => {
            let mut arms = snapshot.regimens.iter().enumerate();
            let concerned = |a: usize| arm.is_none_or(|arm| arm == a);
            arms.all(|(a, own)| !concerned(a) || own.get(*drug) == Some(regimen))
        }
        Command::Set { parameter, value } => {
            let arms = &snapshot.parameters;
            let there = |arm: &Vec<f64>| arm.get(*parameter).is_some_and(|v| same(*v, *value));
            !arms.is_empty() && arms.iter().all(there)
        }
        Command::Switch { process, on } => snapshot.off.get(*process) == Some(&!on),
        _ => true,
    }
}

/// Equal up to the digits that single precision keeps.
pub(super) fn same(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-6 * a.abs().max(b.abs())
}

#[cfg(test)]
mod tests;
