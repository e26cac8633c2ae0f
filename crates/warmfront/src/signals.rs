//! Signals that end a run early: which one came, and a flag for the run.
//!
//! The first signal ends the run after its present tick, with everything written. A second one ends the
//! program at once.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::exit::{Failure, HUNG_UP, INPUT_OUTPUT, INTERRUPTED, TERMINATED};

/// Signals that come within this time of the first are the same wish.
const TOGETHER: Duration = Duration::from_secs(1);

/// What has arrived so far.
#[derive(Debug, Clone, Default)]
pub struct Signals {
    /// Set by the first signal.
    pub stop: Arc<AtomicBool>,
    code: Arc<AtomicU8>,
    first: Arc<OnceLock<Instant>>,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Failure> {
        let signals = Self::default();
        signals
            .clone()
            .start()
            .map_err(|e| Failure::new(INPUT_OUTPUT, format!("cannot listen for Ctrl-C: {e}")))?;
        Ok(signals)
    }

    /// Exit code of the signal that came: 128 + its number.
    pub fn code(&self) -> u8 {
        match self.code.load(Ordering::Relaxed) {
            0 => INTERRUPTED,
            code => code,
        }
    }

    /// What to say of the signal that came.
    pub fn words(&self) -> &'static str {
        match self.code() {
            TERMINATED => "ended by SIGTERM",
            HUNG_UP => "ended by SIGHUP: the terminal is gone",
            _ => "stopped with Ctrl-C",
        }
    }

    fn arrived(&self, code: u8) {
        if self.stop.load(Ordering::Relaxed) {
            // Wrappers send a signal to the program and to its group: two that come together are one.
            let first = self.first.get().map_or(Duration::MAX, Instant::elapsed);
            if first < TOGETHER {
                return;
            }
            eprintln!("ended at once; what is unfinished stays under its name with `.partial`");
            std::process::exit(code.into());
        }
        let _ = self.first.set(Instant::now());
        self.code.store(code, Ordering::Relaxed);
        self.stop.store(true, Ordering::Release);
        match code {
            INTERRUPTED => eprintln!("\nstopping after this tick; Ctrl-C again ends at once"),
            _ => eprintln!("\n{}; stopping after this tick", self.words()),
        }
    }

    #[cfg(unix)]
    fn start(self) -> Result<(), String> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let mut source = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])
            .map_err(|e| e.to_string())?;
        let wait = move || {
            for signal in source.forever() {
                self.arrived(match signal {
                    SIGTERM => TERMINATED,
                    SIGHUP => HUNG_UP,
                    _ => INTERRUPTED,
                });
            }
        };
        let thread = std::thread::Builder::new().name("signals".to_owned());
        thread.spawn(wait).map(drop).map_err(|e| e.to_string())
    }

    #[cfg(not(unix))]
    fn start(self) -> Result<(), String> {
        ctrlc::set_handler(move || self.arrived(INTERRUPTED)).map_err(|e| e.to_string())
    }
}
