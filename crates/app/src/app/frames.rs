//! How long frames take, and the report of a measured run.

use std::collections::VecDeque;
use std::time::Instant;

use serde::Serialize;

use super::Unmet;
use crate::state::Snapshot;

/// Frames remembered.
const KEPT: usize = 2000;

/// Times of the last frames, milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct FrameTimes {
    /// Frames drawn since the start.
    pub frames: u64,
    /// Median of the time that the window's own code took.
    pub show_ms_p50: f64,
    /// 99th percentile of it.
    pub show_ms_p99: f64,
    /// Median of the time between two frames while the clock runs.
    pub interval_ms_p50: f64,
    /// 99th percentile of it.
    pub interval_ms_p99: f64,
}

/// What a measured run comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// From the start to the first frame with a simulation, seconds; none: there was none.
    pub startup_seconds: Option<f64>,
    /// Times of frames.
    #[serde(flatten)]
    pub times: FrameTimes,
    /// Ticks per second of wall time, lately.
    pub ticks_per_second: f64,
    /// Model time units per second of wall time, lately.
    pub days_per_second: f64,
    /// Device memory of the simulation.
    pub memory_bytes: u64,
    /// Its name.
    pub adapter: String,
    /// What became of the script; absent: there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub script: Option<Scripted>,
}

/// What became of a script.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scripted {
    /// Its file.
    pub file: String,
    /// Wishes that were refused or failed, in the order in which it happened; empty: all was done.
    pub unmet: Vec<Unmet>,
}

/// A ring of times.
#[derive(Debug)]
pub(super) struct Frames {
    started: Instant,
    startup: Option<f64>,
    frames: u64,
    show: VecDeque<f64>,
    intervals: VecDeque<f64>,
    // The last frame, where the clock ran.
    last: Option<Instant>,
}

impl Frames {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            startup: None,
            frames: 0,
            show: VecDeque::new(),
            intervals: VecDeque::new(),
            last: None,
        }
    }

    /// Counts from an earlier moment.
    pub(super) fn since(&mut self, started: Instant) {
        self.started = started;
    }

    /// Seconds since the start.
    pub(super) fn elapsed(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// Forgets all frames, but not the start.
    pub(super) fn begin(&mut self) {
        self.frames = 0;
        self.show.clear();
        self.intervals.clear();
        self.last = None;
    }

    pub(super) fn record(&mut self, begun: Instant, snapshot: &Snapshot) {
        self.frames += 1;
        let now = Instant::now();
        push(&mut self.show, now.duration_since(begun).as_secs_f64());
        if let Some(last) = self.last {
            push(
                &mut self.intervals,
                begun.duration_since(last).as_secs_f64(),
            );
        }
        let runs = snapshot.playing && !snapshot.finished;
        self.last = runs.then_some(begun);
        if self.startup.is_none() && snapshot.display.is_some() {
            self.startup = Some(self.elapsed());
        }
    }

    pub(super) fn times(&self) -> FrameTimes {
        FrameTimes {
            frames: self.frames,
            show_ms_p50: percentile(&self.show, 0.5),
            show_ms_p99: percentile(&self.show, 0.99),
            interval_ms_p50: percentile(&self.intervals, 0.5),
            interval_ms_p99: percentile(&self.intervals, 0.99),
        }
    }

    pub(super) fn report(&self, snapshot: &Snapshot) -> Report {
        Report {
            startup_seconds: self.startup,
            times: self.times(),
            ticks_per_second: snapshot.health.ticks_per_second,
            days_per_second: snapshot.health.time_per_second,
            memory_bytes: snapshot.health.memory,
            adapter: snapshot.adapter.clone(),
            script: None,
        }
    }
}

fn push(ring: &mut VecDeque<f64>, seconds: f64) {
    if ring.len() == KEPT {
        ring.pop_front();
    }
    ring.push_back(seconds * 1e3);
}

/// By nearest rank; 0 of nothing.
fn percentile(ring: &VecDeque<f64>, share: f64) -> f64 {
    let mut sorted: Vec<f64> = ring.iter().copied().collect();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let ring: VecDeque<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&ring, 0.5), 50.0);
        assert_eq!(percentile(&ring, 0.99), 99.0);
        assert_eq!(percentile(&VecDeque::new(), 0.5), 0.0);
    }
}
