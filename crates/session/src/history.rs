//! Kept moments of a run, within a budget of device memory.

use crate::live::Moment;
use crate::settings::Settings;

/// Moments of a whole run, where the budget allows.
const WANTED: f64 = 200.0;

/// A moment and the settings then.
#[derive(Debug)]
pub struct Frame {
    /// The moment.
    pub moment: Moment,
    /// The settings then.
    pub settings: Settings,
}

impl Frame {
    /// Model time.
    pub fn time(&self) -> f64 {
        self.moment.time()
    }
}

/// Frames, oldest first. The first one is never dropped.
#[derive(Debug)]
pub struct History {
    frames: Vec<Frame>,
    spacing: f64,
    budget: u64,
}

impl History {
    /// An empty history of a run of `duration`, for at most `budget` bytes.
    pub fn new(duration: f64, budget: u64) -> Self {
        Self {
            frames: Vec::new(),
            spacing: duration / WANTED,
            budget,
        }
    }

    /// Model times of the frames, rising.
    pub fn times(&self) -> Vec<f64> {
        self.frames.iter().map(Frame::time).collect()
    }

    /// Bytes taken, and bytes allowed.
    pub fn bytes(&self) -> [u64; 2] {
        [
            self.frames.iter().map(|f| f.moment.bytes()).sum(),
            self.budget,
        ]
    }

    /// Another budget; drops frames where it is smaller.
    pub fn set_budget(&mut self, bytes: u64) {
        self.budget = bytes;
        self.thin();
    }

    /// Whether a frame at this time is wanted.
    pub fn wants(&self, time: f64) -> bool {
        let last = self.frames.last();
        last.is_none_or(|f| time >= f.time() + self.spacing * (1.0 - 1e-9))
    }

    /// Adds the newest frame.
    pub fn push(&mut self, frame: Frame) {
        self.frames.push(frame);
        self.thin();
    }

    /// The frame nearest to a time.
    pub fn nearest(&self, time: f64) -> Option<&Frame> {
        let away = |f: &&Frame| (f.time() - time).abs();
        self.frames
            .iter()
            .min_by(|a, b| away(a).total_cmp(&away(b)))
    }

    /// Drops all frames after a time and returns the last one left.
    pub fn forget_after(&mut self, time: f64) -> Option<&Frame> {
        self.frames.retain(|f| f.time() <= time);
        self.frames.last()
    }

    /// Drops all frames.
    pub fn clear(&mut self) {
        self.frames.clear();
    }

    fn thin(&mut self) {
        while self.frames.len() > 2 && self.bytes()[0] > self.budget {
            let times = self.times();
            let gap = |i: &usize| times[i + 1] - times[i - 1];
            let nearest = (1..times.len() - 1).min_by(|a, b| gap(a).total_cmp(&gap(b)));
            if let Some(i) = nearest {
                self.frames.remove(i);
            }
        }
    }
}
