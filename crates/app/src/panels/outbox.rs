//! Commands on their way to the simulation, and what they ask for until it has answered.
//!
//! The channel is bounded and the window never waits: what does not fit stays here until the next frame.
//! Until the simulation has followed a wish, controls show the wish, so that a slider stays under the
//! pointer. A wish that is not followed lapses.

use std::collections::VecDeque;
use std::sync::mpsc::{SyncSender, TrySendError};

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

    /// Whether nobody takes commands any more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// To be called once a frame, before the controls: forgets wishes that are followed or too old.
    pub fn settle(&mut self, snapshot: &Snapshot, now: f64) {
        self.now = now;
        self.wishes.retain(|(wish, at)| {
            let followed = match wish {
                Command::Play(on) => snapshot.playing == *on,
                Command::Speed(speed) => snapshot.speed == *speed,
                Command::Dose { drug, multiple } => snapshot.multiples.get(*drug) == Some(multiple),
                _ => true,
            };
            !followed && now - at < PATIENCE
        });
    }

    /// Sends a command, or keeps it until there is room.
    pub fn send(&mut self, command: Command) {
        match command {
            Command::Play(_) | Command::Speed(_) | Command::Dose { .. } => {
                self.wishes
                    .retain(|(wish, _)| !same_control(wish, &command));
                self.wishes.push((command.clone(), self.now));
                // Only the last position of a control counts.
                self.waiting.retain(|c| !same_control(c, &command));
            }
            // Doses outlive a restart; another scenario begins with its own.
            Command::Load(_) => self.wishes.clear(),
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
        let mut wishes = self.wishes.iter();
        let wish = wishes.find_map(|(w, _)| match w {
            Command::Play(on) => Some(*on),
            _ => None,
        });
        wish.unwrap_or(snapshot.playing)
    }

    /// Speed, present or wished.
    pub fn speed(&self, snapshot: &Snapshot) -> f64 {
        let mut wishes = self.wishes.iter();
        let wish = wishes.find_map(|(w, _)| match w {
            Command::Speed(speed) => Some(*speed),
            _ => None,
        });
        wish.unwrap_or(snapshot.speed)
    }

    /// Multiple of a drug's dose, present or wished; 1 where nothing is known.
    pub fn multiple(&self, snapshot: &Snapshot, drug: usize) -> f64 {
        let mut wishes = self.wishes.iter();
        let wish = wishes.find_map(|(w, _)| match w {
            Command::Dose { drug: d, multiple } if *d == drug => Some(*multiple),
            _ => None,
        });
        let present = snapshot.multiples.get(drug).copied();
        wish.or(present).filter(|m| m.is_finite()).unwrap_or(1.0)
    }
}

fn same_control(a: &Command, b: &Command) -> bool {
    match (a, b) {
        (Command::Play(_), Command::Play(_)) | (Command::Speed(_), Command::Speed(_)) => true,
        (Command::Dose { drug: a, .. }, Command::Dose { drug: b, .. }) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    fn dose(multiple: f64) -> Command {
        Command::Dose { drug: 0, multiple }
    }

    #[test]
    fn a_full_channel_keeps_the_last_position_only() {
        let (sender, receiver) = sync_channel(1);
        let mut outbox = Outbox::new(sender);
        for command in [Command::Step, dose(0.5), dose(1.5), Command::Restart] {
            outbox.send(command);
        }
        assert_eq!(receiver.try_recv(), Ok(Command::Step));
        outbox.flush();
        assert_eq!(receiver.try_recv(), Ok(dose(1.5)));
        outbox.flush();
        assert_eq!(receiver.try_recv(), Ok(Command::Restart));
        drop(receiver);
        outbox.send(Command::Step);
        assert!(outbox.is_closed());
    }

    #[test]
    fn a_wish_holds_until_followed_or_for_two_seconds() {
        let (sender, _receiver) = sync_channel(9);
        let mut outbox = Outbox::new(sender);
        let mut snapshot = Snapshot {
            multiples: vec![1.0],
            ..Snapshot::default()
        };
        outbox.send(dose(2.0));
        outbox.settle(&snapshot, 1.0);
        assert_eq!(outbox.multiple(&snapshot, 0), 2.0);
        outbox.settle(&snapshot, 3.0);
        assert_eq!(outbox.multiple(&snapshot, 0), 1.0);
        outbox.send(Command::Play(true));
        assert!(outbox.playing(&snapshot));
        snapshot.playing = true;
        outbox.settle(&snapshot, 3.1);
        snapshot.playing = false;
        assert!(!outbox.playing(&snapshot));
    }
}
