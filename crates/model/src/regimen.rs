//! When a drug is given.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::number::plain;
use crate::schema::RegimenFile;

/// Most doses that one run may contain.
const MOST_DOSES: f64 = 1e6;

/// Doses at `start + k every`, in cycles of `on` time units with doses and `off` without.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// At most this many doses.
    pub doses: Option<u32>,
}

impl Regimen {
    /// Dose times before `until`, rising. A time `start + k every` counts when its phase in the
    /// cycle, `(t − start) mod (on + off)`, is less than `on`.
    pub fn times(&self, until: f64) -> Vec<f64> {
        let most = self.doses.map_or(MOST_DOSES as usize, |n| n as usize);
        let valid = self.every > 0.0 && self.start.is_finite() && until.is_finite();
        (0..if valid { u64::MAX } else { 0 })
            .map(|k| self.start + k as f64 * self.every)
            .take_while(|t| *t < until)
            .filter(|t| self.gives(t - self.start))
            .take(most)
            .collect()
    }

    /// Whether the cycle gives a dose `elapsed` after the first one. Phases are compared with a
    /// tolerance, so that `every = 0.1` does not lose a dose to rounding.
    fn gives(&self, elapsed: f64) -> bool {
        let Some(on) = self.on else { return true };
        let cycle = on + self.off;
        let small = 1e-9 * cycle.max(elapsed);
        let mut phase = elapsed.rem_euclid(cycle);
        if cycle - phase < small {
            phase = 0.0;
        }
        phase < on - small
    }

    /// Checks every number; `duration` bounds the count of doses.
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
        } else if self.off > 0.0 {
            return Err(Error::new("regimen: `off` is given without `on`")
                .help("a pause needs the length of the dosing part: `on = …`"));
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
            .map_or(self.every, |on| self.every.min(on + self.off));
        if duration / shortest > MOST_DOSES {
            return Err(Error::new(format!(
                "regimen: `every` is {} in a run of {}: more than {MOST_DOSES} doses",
                plain(self.every),
                plain(duration)
            ))
            .help("give a larger `every`"));
        }
        Ok(())
    }
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daily() -> Regimen {
        Regimen {
            dose: 60.0,
            start: 0.0,
            every: 1.0,
            on: Some(21.0),
            off: 7.0,
            doses: None,
        }
    }

    #[test]
    fn pauses_leave_a_gap() {
        let t = daily().times(30.0);
        assert_eq!(t.len(), 23);
        assert_eq!(t[20], 20.0);
        assert_eq!(&t[21..], &[28.0, 29.0]);
    }

    #[test]
    fn the_end_and_the_count_bound_the_doses() {
        let mut r = daily();
        r.start = 2.0;
        assert_eq!(r.times(4.0), [2.0, 3.0]);
        r.doses = Some(1);
        assert_eq!(r.times(40.0), [2.0]);
    }

    #[test]
    fn rounding_loses_no_dose() {
        let mut r = daily();
        r.every = 0.1;
        r.on = Some(0.3);
        r.off = 0.3;
        assert_eq!(r.times(6.0).len(), 30);
    }

    #[test]
    fn bad_numbers_are_named() {
        let mut r = daily();
        r.dose = -1.0;
        let e = r.check().expect_err("a negative dose");
        assert!(e.to_string().contains("`dose` is -1"), "{e}");
        r = daily();
        r.every = f64::NAN;
        assert!(r.check().is_err() && r.times(3.0).is_empty());
    }
}
