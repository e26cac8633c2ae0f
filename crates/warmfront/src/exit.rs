//! Exit codes, and errors on their way to one.

use warmfront_engine::EngineError;
use warmfront_session::{ErrorKind, SessionError};

/// A wrong option, model or scenario (clap uses the same code).
pub const USAGE: u8 = 2;
/// No GPU that can do it, or no display.
pub const NO_GPU: u8 = 3;
/// The numbers went wrong.
pub const NUMERICAL: u8 = 4;
/// A file could not be written or read.
pub const INPUT_OUTPUT: u8 = 5;
/// A line of a window's script was refused or failed.
#[cfg(feature = "window")]
pub const UNMET: u8 = 6;
/// The terminal is gone (128 + signal 1).
pub const HUNG_UP: u8 = 129;
/// Stopped with Ctrl-C (128 + signal 2).
pub const INTERRUPTED: u8 = 130;
/// Ended by SIGTERM (128 + signal 15): `kill`, a batch system, a shutdown.
pub const TERMINATED: u8 = 143;

/// The end of `--help`.
pub const HELP: &str = "\
Exit codes:
  0    done
  2    wrong option, model or scenario
  3    no usable GPU, or it failed; no display on which the window can open
  4    numerical failure; everything up to the last record is written
  5    a file cannot be written or read; results exist already, or another run writes there
  6    a line of a window's script was refused or failed; the lines after it were still carried out
  129  ended by SIGHUP (the terminal is gone); everything so far is written
  130  stopped with Ctrl-C; everything so far is written
  143  ended by SIGTERM; everything so far is written";

/// Why a command did not end well.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub code: u8,
    /// What to say; empty: it was said already.
    pub message: String,
    /// A JSON document that tells of it was printed.
    pub reported: bool,
}

impl Failure {
    /// A failure with a message.
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            reported: false,
        }
    }

    /// A part of the program that this build leaves out, and the Cargo feature that brings it.
    #[cfg(not(all(feature = "film", feature = "window")))]
    pub fn not_built(what: &'static str, feature: &'static str) -> Self {
        SessionError::NotBuilt { what, feature }.into()
    }
}

/// Exit code of a kind of error.
pub fn code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Input => USAGE,
        ErrorKind::Gpu => NO_GPU,
        ErrorKind::Numerical => NUMERICAL,
        ErrorKind::InputOutput => INPUT_OUTPUT,
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        Self::new(code(error.kind()), error.to_string())
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        SessionError::from(error).into()
    }
}

impl From<warmfront_model::Error> for Failure {
    fn from(error: warmfront_model::Error) -> Self {
        SessionError::from(error).into()
    }
}
