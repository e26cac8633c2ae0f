//! A run from start to finish: arms, schedules, events, recording, exporters.
//!
//! # Theory
//! A scenario fixes *when* something happens: doses, events, rows of the time series, snapshots.
//! All these times, of all arms of the scenario, make one [`Schedule`]. The engine stops exactly at
//! each of them, whichever arms are run, so the sequence of steps, and with it every bit of an arm,
//! depends on the scenario alone.
//!
//! # Practice
//! [`Run::new`] allocates the chosen arms as one batch, [`Run::run`] drives them to the end, to an
//! error or until it is cancelled, and [`Run::record`] is what was seen: observables, snapshots,
//! diagnostics. The exporters turn a [`Record`] into files: [`export::write_all`] writes all of
//! them into an [`OutputFolder`], each under a temporary name first.
//!
//! # Invariants
//! - Finished work is never lost: a run that fails still gives its record up to that point.
//! - A row and a snapshot show the state just before what happens at their time.
//! - Nothing here names a field of any model.

mod effect;
mod error;
mod events;
pub mod export;
pub mod figure;
#[cfg(feature = "film")]
pub mod film;
mod folder;
mod history;
mod live;
mod lock;
pub mod provenance;
mod record;
mod reopen;
pub mod reproduce;
mod run;
mod schedule;
mod settings;
mod soundness;
mod spool;
mod steer;
pub mod study;
pub mod sweep;
pub mod synergy;
mod units;
pub mod validate;
pub mod verify;
mod warnings;
pub mod why;

pub use effect::{Combination, Effects, Standing};
pub use error::{ErrorKind, SessionError};
pub use folder::OutputFolder;
pub use history::{Frame, History};
pub use live::{Live, Moment};
pub use provenance::Provenance;
pub use record::{Caption, Finish, Norms, Record, Row, Snapshot, Timing};
pub use reopen::{REOPENABLE, Reopened, reopen};
pub use run::{Progress, Run, RunOptions, Watch};
pub use schedule::{Schedule, Stop};
pub use settings::{Change, Settings};
pub use soundness::Lookout;
pub use steer::Steered;
pub use units::{
    clock, colormap_name, file_size, length_unit, micrometres_per_length, pretty_unit, time_axis,
    unit_meaning,
};
pub use warnings::{data_warnings, warnings};
