//! How far a run is: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use warmfront_engine::{Compiling, Gpu};
use warmfront_model::{Model, counted, visible};
use warmfront_session::{Progress, clock};

use crate::{doctor, systems};

/// Lines without a terminal: one per tenth of the run, but not faster than this.
const PAUSE: Duration = Duration::from_secs(2);

/// Compiling for longer than this is told.
const COMPILES_LONG: Duration = Duration::from_secs(1);

/// Steps of the bar.
const STEPS: u64 = 1000;

/// Shows the progress of one run on standard error.
pub enum Meter {
    /// Says nothing.
    Silent,
    /// A bar.
    Bar(ProgressBar),
    /// Plain lines; the last tenth and when it was told.
    Lines(u64, Duration),
}

impl Meter {
    /// A meter that fits where standard error goes.
    pub fn new(silent: bool) -> Self {
        if silent {
            return Self::Silent;
        }
        if !std::io::stderr().is_terminal() {
            return Self::Lines(0, Duration::ZERO);
        }
        let bar = ProgressBar::new(STEPS);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {msg}  {eta} left") {
            bar.set_style(style);
        }
        Self::Bar(bar)
    }

    /// Tells what is being done before the first tick.
    pub fn say(&self, text: &str) {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => bar.set_message(visible(text).into_owned()),
            Self::Lines(..) => eprintln!("{text}"),
        }
    }

    /// Says what computes; the same device, which tells how far its simulations are compiled, if that takes long.
    pub fn watching(&self, gpu: Gpu) -> Gpu {
        if !matches!(self, Self::Silent) {
            self.say(&format!("setting up on {}", gpu.report.with_driver()));
            if let Some(mesa) = gpu.report.slow_mesa(systems::table().fast_since) {
                self.note(&format!(
                    "{}; `warmfront doctor` tells how to have that",
                    doctor::slow(&mesa)
                ));
            }
        }
        match self {
            Self::Silent => gpu,
            Self::Bar(bar) => watching(gpu, Some(bar)),
            Self::Lines(..) => watching(gpu, None),
        }
    }

    // A line that stays.
    fn note(&self, text: &str) {
        match self {
            Self::Silent => {}
            Self::Bar(bar) => bar.println(format!("note: {text}")),
            Self::Lines(..) => eprintln!("note: {text}"),
        }
    }

    /// Tells of a tick.
    pub fn tell(&mut self, model: &Model, p: &Progress) {
        let done = p.time / p.duration;
        let text = || {
            format!(
                "{} of {:.0}, {}",
                clock(model, p.time),
                p.duration,
                counted(p.ticks, "tick")
            )
        };
        match self {
            Self::Silent => {}
            Self::Bar(bar) => {
                bar.set_position((done * STEPS as f64) as u64);
                bar.set_message(visible(&text()).into_owned());
            }
            Self::Lines(tenth, last) => {
                let now = (10.0 * done) as u64;
                if now > *tenth && p.wall >= *last + PAUSE {
                    (*tenth, *last) = (now, p.wall);
                    eprintln!("{:3.0} %  {}", 100.0 * done, text());
                }
            }
        }
    }

    /// Takes the bar away.
    pub fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// The same device, which tells on a bar or in lines how far its simulations are compiled, if that takes long.
pub fn watching(gpu: Gpu, bar: Option<&ProgressBar>) -> Gpu {
    let begun = Mutex::new(Instant::now());
    let bar = bar.cloned();
    gpu.telling(move |c: Compiling| {
        let mut begun = begun.lock().unwrap_or_else(PoisonError::into_inner);
        if c.done == 1 {
            *begun = Instant::now();
        }
        let text = || format!("{c}; the next start is faster");
        match &bar {
            _ if begun.elapsed() < COMPILES_LONG => {}
            Some(bar) if c.done < c.of => {
                let length = bar.length().unwrap_or(STEPS);
                bar.set_position(length * c.done as u64 / c.of.max(1) as u64);
                bar.set_message(text());
            }
            Some(bar) => bar.set_position(0),
            None if c.done.is_multiple_of(c.of.div_ceil(4)) => eprintln!("{}", text()),
            None => {}
        }
    })
}
