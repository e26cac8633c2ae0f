//! The folder of a study: its files, and the cases that are done.

use std::path::Path;

use warmfront_engine::AdapterReport;
use warmfront_model::{Error, Overrides, Scenario, plain};

use super::store::Kept;
use super::{Store, Study};
use crate::SessionError;
use crate::folder::OutputFolder;
use crate::units::number;

/// A folder for a study: its files, and the cases that are done.
#[derive(Debug)]
pub struct Place {
    /// Where files go.
    pub folder: OutputFolder,
    /// Where cases go.
    pub store: Store,
}

impl Place {
    /// Opens the folder of a study. One that holds cases of the same study is taken up; one that holds
    /// something else needs `force`, and is cleared of it.
    ///
    /// # Errors
    /// [`SessionError::OtherCases`], [`SessionError::Exists`], [`SessionError::InUse`], [`SessionError::Disk`].
    pub fn open(
        path: &Path,
        force: bool,
        study: &Study,
        adapter: &AdapterReport,
    ) -> Result<Self, SessionError> {
        let kept = Store::kept(path, study, &adapter.name);
        if let (Kept::Others(why), false) = (&kept, force) {
            return Err(SessionError::OtherCases {
                path: path.to_owned(),
                why: why.clone(),
            });
        }
        let ours = kept == Kept::Ours;
        let mut folder = OutputFolder::open(path, force || ours)?;
        let store = Store::open(path, study, &adapter.name)?;
        // Not before it is known that something can be written in their place.
        if !ours {
            folder.remove_stale();
        }
        folder.adopt(Store::NAME, |_| Ok(()))?;
        Ok(Self { folder, store })
    }

    /// What to say of cases that could not be taken up; nothing if there are none.
    pub fn damage(&self) -> Option<String> {
        let path = self.folder.path().join(Store::NAME);
        Some(match self.store.damaged() {
            0 => return None,
            1 => format!(
                "1 line of {} is not as it was written; its case is run again",
                path.display()
            ),
            n => format!(
                "{n} lines of {} are not as they were written; their cases are run again",
                path.display()
            ),
        })
    }

    /// Cases that were done before.
    pub fn held(&self) -> usize {
        self.store.held().len()
    }
}

/// The scenario with its end at the day of an outcome; none: its own end. `longer` says how to go beyond it.
///
/// # Errors
/// A day that is not within the run.
pub fn until(scenario: Scenario, day: Option<f64>, longer: &str) -> Result<Scenario, Error> {
    let end = scenario.time.duration / scenario.model.units_per_day();
    match day {
        None => Ok(scenario),
        // The last day is the end, to the last bit.
        Some(day) if day > 0.0 && (day - end).abs() <= end * 1e-9 => Ok(scenario),
        Some(day) if day > 0.0 && day < end => scenario.with(Overrides {
            days: Some(day),
            ..Overrides::default()
        }),
        Some(day) => Err(
            Error::new(format!("day {} is not within the run", plain(day)))
                .help(format!(
                    "above 0 and at most {} is allowed; {longer}",
                    number(end)
                ))
                .inside("in --day"),
        ),
    }
}
