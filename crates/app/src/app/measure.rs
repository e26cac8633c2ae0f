//! `warmfront bench --app`: how smooth the window is while the simulation runs as fast as it can.
//!
//! Two phases after a warm-up: first frames are drawn when there is news, as for somebody who looks on; then
//! one frame follows the other, as for somebody who drags a slider.

use super::frames::{FrameTimes, Report};

/// Seconds from the first picture until anything is measured.
const WARM_UP: f64 = 3.0;

/// What a measured run comes to.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Smoothness {
    /// The run, with the frames of the second phase.
    #[serde(flatten)]
    pub report: Report,
    /// Ticks per second while somebody looks on.
    pub watched_ticks_per_second: f64,
    /// Frames while somebody looks on.
    pub watched: FrameTimes,
    /// Resident memory of the whole program, bytes; none: the system does not say.
    pub process_bytes: Option<u64>,
}

/// Where a measurement stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    seconds: f64,
    phase: Phase,
    watched: Option<(FrameTimes, f64)>,
    // Ticks before the last restart, and since.
    ticks: [u64; 2],
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Phase {
    Waiting,
    WarmingUp { since: f64 },
    Watched { since: f64, ticks: u64 },
    Busy { since: f64 },
    Done,
}

/// What the app is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// As always.
    Nothing,
    /// Begin to count anew.
    Begin,
    /// Another frame at once.
    Frame,
    /// Close the window.
    Close,
}

impl Measure {
    /// Each phase takes so many seconds.
    pub fn new(seconds: f64) -> Self {
        Self {
            seconds,
            phase: Phase::Waiting,
            watched: None,
            ticks: [0; 2],
        }
    }

    // A run that ends begins again, and its ticks with it.
    fn count(&mut self, ticks: u64) -> u64 {
        let [before, last] = self.ticks;
        let before = if ticks < last { before + last } else { before };
        self.ticks = [before, ticks];
        before + ticks
    }

    /// To be asked once a frame; `there`: a simulation is on screen.
    pub(super) fn step(
        &mut self,
        there: bool,
        elapsed: f64,
        ticks: u64,
        times: impl FnOnce() -> FrameTimes,
    ) -> Next {
        let ticks = self.count(ticks);
        match self.phase {
            Phase::Waiting if there => {
                self.phase = Phase::WarmingUp { since: elapsed };
                Next::Nothing
            }
            Phase::WarmingUp { since } if elapsed - since > WARM_UP => {
                self.phase = Phase::Watched {
                    since: elapsed,
                    ticks,
                };
                Next::Begin
            }
            Phase::Watched { since, ticks: from } if elapsed - since > self.seconds => {
                let rate = ticks.saturating_sub(from) as f64 / (elapsed - since);
                self.watched = Some((times(), rate));
                self.phase = Phase::Busy { since: elapsed };
                Next::Begin
            }
            Phase::Busy { since } if elapsed - since > self.seconds => {
                self.phase = Phase::Done;
                Next::Close
            }
            Phase::Busy { .. } => Next::Frame,
            _ => Next::Nothing,
        }
    }

    /// What it came to, with the report of the second phase.
    pub(super) fn result(&self, report: Report) -> Option<Smoothness> {
        let (watched, watched_ticks_per_second) = self.watched?;
        Some(Smoothness {
            report,
            watched_ticks_per_second,
            watched,
            process_bytes: resident(),
        })
    }
}

// Linux tells a program its own size.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_each_other() {
        let mut m = Measure::new(10.0);
        let mut step = |there, elapsed, ticks| m.step(there, elapsed, ticks, FrameTimes::default);
        assert_eq!(step(false, 0.5, 0), Next::Nothing);
        assert_eq!(step(true, 1.0, 0), Next::Nothing);
        assert_eq!(step(true, 2.0, 3), Next::Nothing);
        assert_eq!(step(true, 4.5, 10), Next::Begin);
        assert_eq!(step(true, 14.0, 20), Next::Nothing);
        assert_eq!(step(true, 15.0, 31), Next::Begin);
        assert_eq!(step(true, 15.1, 32), Next::Frame);
        assert_eq!(step(true, 25.5, 32), Next::Close);
        assert_eq!(step(true, 25.6, 32), Next::Nothing);
        assert_eq!(m.watched.map(|(_, rate)| rate), Some(2.0));
    }
}
