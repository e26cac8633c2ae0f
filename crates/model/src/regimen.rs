//! When a drug is given.
//!
//! A regimen is a loading course (if any), then maintenance: doses at equal intervals, perhaps in cycles of
//! `on` time units with doses and `off` without. Every end of it is optional: a number of doses, a number
//! of cycles, a time from which no dose is given.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::number::plain;
use crate::schema::{LoadingFile, RegimenFile, RegimenPatchFile};

/// Most doses that one run may contain.
const MOST_DOSES: f64 = 1e6;

/// Largest dose, in doses of the model's own regimen.
pub const LARGEST_DOSE: f64 = 1000.0;

/// Doses at `start + k every`, after a loading course and in cycles where there are any.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Regimen {
    /// One dose at multiple 1, in the drug's unit.
    pub dose: f64,
    /// Time of the first dose, model time.
    pub start: f64,
    /// Time between doses.
    pub every: f64,
    /// Length of the dosing part of a cycle; none: no pauses.
    pub on: Option<f64>,
    /// Length of the pause of a cycle.
    pub off: f64,
    /// At most this many doses, those of the loading course among them.
    pub doses: Option<u32>,
    /// At most this many cycles.
    pub cycles: Option<u32>,
    /// No dose at this time or later.
    pub until: Option<f64>,
    /// Doses that come first.
    pub loading: Option<Loading>,
}

/// A loading course: the first doses, larger or closer together than those that follow. Maintenance, and with
/// it the first cycle, begins one interval after the last of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loading {
    /// One of its doses at multiple 1, in the drug's unit.
    pub dose: f64,
    /// Number of them.
    pub doses: u32,
    /// Time between them; none: as in maintenance.
    pub every: Option<f64>,
}

impl Regimen {
    /// `dose` at `start` and every `every` from then on.
    pub fn steady(dose: f64, start: f64, every: f64) -> Self {
        Self {
            dose,
            start,
            every,
            ..Self::default()
        }
    }

    /// Dose times before `end`, rising; see [`Regimen::given`].
    pub fn times(&self, end: f64) -> Vec<f64> {
        self.given(end).into_iter().map(|(t, _)| t).collect()
    }

    /// Times before `end` and amounts at multiple 1, rising. In maintenance a time `begin + k every` counts
    /// when its phase in the cycle, `(t − begin) mod (on + off)`, is less than `on`. All times are compared
    /// with a tolerance far below the interval, so that 3 × 0.3 is not before 0.9.
    pub fn given(&self, end: f64) -> Vec<(f64, f64)> {
        let most = self.doses.map_or(MOST_DOSES as usize, |n| n as usize);
        let end = end.min(self.until.unwrap_or(f64::INFINITY));
        let interval = self.loading_interval();
        let valid = self.every > 0.0 && interval > 0.0 && self.start.is_finite() && end.is_finite();
        if !valid {
            return Vec::new();
        }
        let course = self.loading.iter().flat_map(|l| {
            (0..l.doses).map(move |k| (self.start + f64::from(k) * interval, l.dose))
        });
        let begin = self.maintenance();
        let maintenance = (0_u64..)
            .map(|k| begin + k as f64 * self.every)
            .take_while(|t| self.is_before(*t, end) && !self.cycled_out(t - begin))
            .filter(|t| self.gives(t - begin))
            .map(|t| (t, self.dose));
        course
            .take_while(|(t, _)| self.is_before(*t, end))
            .chain(maintenance)
            .take(most)
            .collect()
    }

    /// Time between loading doses.
    fn loading_interval(&self) -> f64 {
        let own = self.loading.as_ref().and_then(|l| l.every);
        own.unwrap_or(self.every)
    }

    /// Time of the first dose after the loading course.
    pub fn maintenance(&self) -> f64 {
        let before = self.loading.as_ref().map_or(0, |l| l.doses);
        self.start + f64::from(before) * self.loading_interval()
    }

    /// What rounding may add to a time or take from it.
    fn rounding(&self, time: f64) -> f64 {
        let shortest = self.every.min(self.loading_interval());
        1e-9 * self.on.unwrap_or(shortest).min(shortest) + 1e-12 * time.abs()
    }

    /// Whether a time is before another, and not the same but for rounding.
    fn is_before(&self, time: f64, other: f64) -> bool {
        time < other - self.rounding(time)
    }

    /// Whether the cycle gives a dose `elapsed` after the first one.
    fn gives(&self, elapsed: f64) -> bool {
        let Some(on) = self.on else { return true };
        let cycle = on + self.off;
        let small = self.rounding(elapsed);
        let mut phase = elapsed.rem_euclid(cycle);
        if cycle - phase < small {
            phase = 0.0;
        }
        phase < on - small
    }

    /// Whether all cycles are over `elapsed` after the first dose.
    fn cycled_out(&self, elapsed: f64) -> bool {
        match (self.cycles, self.on) {
            (Some(n), Some(on)) => !self.is_before(elapsed, f64::from(n) * (on + self.off)),
            _ => false,
        }
    }

    /// Checks every number, and that the parts go together.
    ///
    /// # Errors
    /// The first thing wrong, in one line.
    pub fn check(&self) -> Result<(), Error> {
        let rule = |ok: bool, name: &str, value: f64, allowed: &str| {
            if ok && value.is_finite() {
                Ok(())
            } else {
                Err(Error::new(format!(
                    "regimen: `{name}` is {}, which is not {allowed}",
                    plain(value)
                )))
            }
        };
        rule(self.dose >= 0.0, "dose", self.dose, "a number ≥ 0")?;
        rule(self.start >= 0.0, "start", self.start, "a time ≥ 0")?;
        rule(self.every > 0.0, "every", self.every, "a time > 0")?;
        rule(self.off >= 0.0, "off", self.off, "a time ≥ 0")?;
        if let Some(on) = self.on {
            rule(on > 0.0, "on", on, "a time > 0")?;
            let cycle = on + self.off;
            if self.every > cycle * (1.0 + 1e-9) {
                return Err(Error::new(format!(
                    "regimen: `every` is {}, longer than a cycle of {} (`on` + `off`)",
                    plain(self.every),
                    plain(cycle)
                ))
                .help("a cycle must hold a dose: make `every` shorter, or the cycle longer"));
            }
        } else if self.off > 0.0 {
            return Err(Error::new("regimen: `off` is given without `on`")
                .help("a pause needs the length of the dosing part: `on = …`"));
        } else if self.cycles.is_some() {
            return Err(Error::new("regimen: `cycles` is given without `on`")
                .help("a cycle needs the length of its dosing part: `on = …`"));
        }
        if self.cycles == Some(0) {
            return Err(Error::new("regimen: `cycles` is 0: at least 1 is needed"));
        }
        if let Some(until) = self.until {
            rule(true, "until", until, "a time")?;
            if !self.is_before(self.start, until) {
                return Err(Error::new(format!(
                    "regimen: `until` is {}, not after `start`, which is {}",
                    plain(until),
                    plain(self.start)
                ))
                .help("no dose would be given"));
            }
        }
        let Some(loading) = &self.loading else {
            return Ok(());
        };
        rule(
            loading.dose >= 0.0,
            "loading.dose",
            loading.dose,
            "a number ≥ 0",
        )?;
        let interval = self.loading_interval();
        rule(interval > 0.0, "loading.every", interval, "a time > 0")?;
        if loading.doses == 0 {
            return Err(
                Error::new("regimen: `loading.doses` is 0: at least 1 is needed")
                    .help("leave `loading` out"),
            );
        }
        let last = self.start + f64::from(loading.doses - 1) * interval;
        if let Some(until) = self.until.filter(|until| !self.is_before(last, *until)) {
            return Err(Error::new(format!(
                "regimen: the loading course lasts to {}, but no dose is given from `until` = {} on",
                plain(last),
                plain(until)
            ))
            .help("make the course shorter, or `until` later"));
        }
        Ok(())
    }

    /// Checks that no dose, times `multiple`, is absurd beside `standard`, one dose of the model's own
    /// regimen. A standard of 0 sets no limit.
    ///
    /// # Errors
    /// A dose of more than [`LARGEST_DOSE`] standard ones, or one that is no number.
    pub fn check_size(&self, standard: f64, multiple: f64) -> Result<(), Error> {
        let loading = self.loading.as_ref().map_or(0.0, |l| l.dose);
        for (name, dose) in [("dose", self.dose), ("loading.dose", loading)] {
            check_amount(dose * multiple, standard).map_err(|mut e| {
                let times = match multiple {
                    1.0 => String::new(),
                    m => format!(" times {}", plain(m)),
                };
                e.what = format!("regimen: `{name}`{times} is {}", e.what);
                e
            })?;
        }
        Ok(())
    }

    /// Checks that a run of this length has a sane number of doses.
    ///
    /// # Errors
    /// Too many of them.
    pub fn check_count(&self, duration: f64) -> Result<(), Error> {
        // Cycles of next to nothing would be walked through one by one.
        let shortest = self
            .on
            .map_or(self.every, |on| self.every.min(on + self.off))
            .min(self.loading_interval());
        if duration / shortest > MOST_DOSES {
            return Err(Error::new(format!(
                "regimen: `every` is {} in a run of {}: more than {MOST_DOSES} doses",
                plain(shortest),
                plain(duration)
            ))
            .help("give a larger `every`"));
        }
        Ok(())
    }

    /// This regimen with the keys that `patch` states.
    pub(crate) fn patched(&self, patch: &RegimenPatchFile) -> Self {
        Self {
            dose: patch.dose.unwrap_or(self.dose),
            start: patch.start.unwrap_or(self.start),
            every: patch.every.unwrap_or(self.every),
            on: patch.on.or(self.on),
            off: patch.off.unwrap_or(self.off),
            doses: patch.doses.or(self.doses),
            cycles: patch.cycles.or(self.cycles),
            until: patch.until.or(self.until),
            loading: patch
                .loading
                .as_ref()
                .map(Loading::from)
                .or_else(|| self.loading.clone()),
        }
    }

    /// What is left without everything that can be left out: any regimen can be written as this one, changed.
    pub(crate) fn bare(&self) -> Self {
        Self::steady(self.dose, self.start, self.every)
    }

    /// The keys that lead from `base` to this regimen; none if `base` has one that this regimen lacks.
    pub(crate) fn patch_over(&self, base: &Self) -> Option<RegimenPatchFile> {
        let changed = |own: f64, base: f64| (own != base).then_some(own);
        let file = RegimenFile::from(self);
        let patch = RegimenPatchFile {
            dose: changed(self.dose, base.dose),
            start: changed(self.start, base.start),
            every: changed(self.every, base.every),
            on: file.on.filter(|_| self.on != base.on),
            off: changed(self.off, base.off),
            doses: file.doses.filter(|_| self.doses != base.doses),
            cycles: file.cycles.filter(|_| self.cycles != base.cycles),
            until: file.until.filter(|_| self.until != base.until),
            loading: file.loading.filter(|_| self.loading != base.loading),
        };
        (base.patched(&patch) == *self).then_some(patch)
    }
}

/// Checks one dose against `standard`, one dose of the model's own regimen; 0 sets no limit.
pub(crate) fn check_amount(amount: f64, standard: f64) -> Result<(), Error> {
    let most = LARGEST_DOSE * standard;
    if amount <= most || standard == 0.0 && amount.is_finite() {
        return Ok(());
    }
    Err(Error::new(format!(
        "{}, more than {} ({} times the model's own dose of {})",
        plain(amount),
        plain(most),
        plain(LARGEST_DOSE),
        plain(standard)
    ))
    .help("give a dose that a body could have"))
}

impl From<&RegimenFile> for Regimen {
    fn from(r: &RegimenFile) -> Self {
        Self {
            dose: r.dose,
            start: r.start,
            every: r.every,
            on: r.on,
            off: r.off,
            doses: r.doses,
            cycles: r.cycles,
            until: r.until,
            loading: r.loading.as_ref().map(Loading::from),
        }
    }
}

impl From<&Regimen> for RegimenFile {
    fn from(r: &Regimen) -> Self {
        Self {
            dose: r.dose,
            start: r.start,
            every: r.every,
            on: r.on,
            off: r.off,
            doses: r.doses,
            cycles: r.cycles,
            until: r.until,
            loading: r.loading.as_ref().map(LoadingFile::from),
        }
    }
}

impl From<&LoadingFile> for Loading {
    fn from(l: &LoadingFile) -> Self {
        Self {
            dose: l.dose,
            doses: l.doses,
            every: l.every,
        }
    }
}

impl From<&Loading> for LoadingFile {
    fn from(l: &Loading) -> Self {
        Self {
            dose: l.dose,
            doses: l.doses,
            every: l.every,
        }
    }
}

#[cfg(test)]
#[path = "regimen_tests.rs"]
mod tests;
