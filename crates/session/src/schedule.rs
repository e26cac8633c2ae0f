//! When a run stops between ticks: one rising list of times for all arms of a scenario.
//!
//! The list holds the doses of every arm, also of those that are not run, and doses of amount 0, so
//! that neither the choice of arms nor a dose that is turned down changes the sequence of steps.

use warmfront_model::{Action, Scenario};

use crate::SessionError;

/// Rows of the time series that a run may have.
pub(crate) const MOST_ROWS: f64 = 2e6;

/// A dose that a regimen asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Due {
    /// Arm, as an index into the scenario's list.
    pub arm: usize,
    /// Drug of the model.
    pub drug: usize,
    /// Amount at multiple 1, in the drug's unit.
    pub amount: f64,
}

/// What happens at one time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stop {
    /// Model time.
    pub time: f64,
    /// Events (indices into the scenario's list) before the doses, in their order.
    pub events: Vec<usize>,
    /// Events after the doses, in their order.
    pub late_events: Vec<usize>,
    /// Doses of the regimens now, at multiple 1, by arm and drug.
    pub doses: Vec<Due>,
    /// A row of the time series.
    pub record: bool,
    /// Whole fields are kept.
    pub snapshot: bool,
}

impl Stop {
    /// The state or the rates change abruptly, in some arm: the step ladder starts again in all.
    pub fn restarts(&self) -> bool {
        !(self.events.is_empty() && self.late_events.is_empty() && self.doses.is_empty())
    }
}

/// All stops of a scenario, from 0 to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// The stops, rising; the first is at 0, the last at the end.
    pub stops: Vec<Stop>,
}

enum Entry {
    Event(usize),
    Dose(Due),
    Record,
    Snapshot,
}

impl Schedule {
    /// The stops of a scenario. Times that are [near](warmfront_model::Time::near) each other are one stop.
    ///
    /// # Errors
    /// [`SessionError::TooManyRows`].
    pub fn of(scenario: &Scenario) -> Result<Self, SessionError> {
        let time = &scenario.time;
        let (end, near) = (time.duration, time.near());
        let rows = end / time.record_every;
        if rows > MOST_ROWS {
            return Err(SessionError::TooManyRows {
                rows,
                most: MOST_ROWS,
            });
        }
        let mut entries = vec![(0.0, Entry::Record), (0.0, Entry::Snapshot)];
        for (i, e) in scenario.events.iter().enumerate() {
            if e.time < end - near && !e.action.is_for_the_eye() {
                entries.push((e.time, Entry::Event(i)));
            }
        }
        for drug in 0..scenario.model.drugs.len() {
            for arm in 0..scenario.arms.len() {
                // What is done later must not change the stops before it.
                let from = given_from(scenario, arm, drug);
                if from == f64::INFINITY {
                    continue;
                }
                let doses = scenario.regular_doses(arm, drug).into_iter();
                let doses = doses.filter(|(t, _)| *t >= from - near && *t < end - near);
                entries.extend(doses.map(|(t, amount)| {
                    let due = Due { arm, drug, amount };
                    (t, Entry::Dose(due))
                }));
            }
        }
        let count = (rows * (1.0 + 1e-9)).floor() as u64;
        entries.extend((1..=count).map(|k| (k as f64 * time.record_every, Entry::Record)));
        let snapshots = time.snapshots.iter().filter(|t| **t < end);
        entries.extend(snapshots.map(|t| (*t, Entry::Snapshot)));
        entries.push((end, Entry::Record));
        entries.push((end, Entry::Snapshot));

        // A stable sort keeps events of one time in the order of the file.
        entries.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut stops: Vec<Stop> = Vec::new();
        for (at, entry) in entries {
            // The end is exact; what rounding put just before it happens there.
            let at = if at > end - near { end } else { at };
            if stops.last().is_none_or(|s| at - s.time > near) {
                stops.push(Stop {
                    time: at,
                    ..Stop::default()
                });
            }
            let Some(stop) = stops.last_mut() else {
                continue;
            };
            match entry {
                Entry::Event(i) if scenario.events[i].after_doses => stop.late_events.push(i),
                Entry::Event(i) => stop.events.push(i),
                Entry::Dose(due) => stop.doses.push(due),
                Entry::Record => stop.record = true,
                Entry::Snapshot => stop.snapshot = true,
            }
        }
        Ok(Self { stops })
    }
}

/// Time from which an arm gets a drug by its regimen; infinity: never.
fn given_from(scenario: &Scenario, arm: usize, drug: usize) -> f64 {
    if scenario.arms[arm].doses[drug] > 0.0 {
        return f64::NEG_INFINITY;
    }
    let given = scenario.events.iter().find(|e| {
        let begins =
            matches!(e.action, Action::Dose { drug: d, multiple } if d == drug && multiple > 0.0);
        begins && e.concerns(arm)
    });
    given.map_or(f64::INFINITY, |e| e.time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use warmfront_model::{Library, Overrides, Regimen};

    fn default_scenario() -> Scenario {
        let library = Library::embedded();
        library.scenario("inflamed").expect("it is valid")
    }

    #[test]
    fn doses_of_all_arms_stop_every_run() -> Result<(), SessionError> {
        let mut scenario = default_scenario();
        let all = Schedule::of(&scenario)?;
        let doses: Vec<_> = all.stops.iter().filter(|s| s.restarts()).collect();
        assert_eq!((doses.len(), doses[21].time), (22, 21.0));
        let due = doses[0].doses.iter().map(|d| (d.arm, d.drug, d.amount));
        let wanted = [(2, 0, 1200.0), (3, 0, 1200.0), (1, 1, 60.0), (3, 1, 60.0)];
        assert_eq!(due.collect::<Vec<_>>(), wanted);
        // A dose of 0 still stops the run; a drug that nobody gets does not.
        scenario.regimens[1].dose = 0.0;
        let times = |s: &Schedule| -> Vec<f64> { s.stops.iter().map(|s| s.time).collect() };
        assert_eq!(times(&Schedule::of(&scenario)?), times(&all));
        for arm in &mut scenario.arms {
            arm.doses[1] = 0.0;
        }
        let stops = Schedule::of(&scenario)?.stops;
        assert_eq!(stops.iter().filter(|s| s.restarts()).count(), 2);
        Ok(())
    }

    #[test]
    fn times_rise_from_0_to_the_end_without_twins() -> Result<(), SessionError> {
        let o = Overrides {
            days: Some(0.7),
            every_days: Some(0.1),
            ..Overrides::default()
        };
        let stops = Schedule::of(&default_scenario().with(o)?)?.stops;
        assert_eq!(stops.len(), 8);
        assert!(stops.windows(2).all(|w| w[1].time > w[0].time));
        assert!(stops.iter().all(|s| s.record));
        let (first, last) = (&stops[0], &stops[7]);
        assert!(first.time == 0.0 && first.snapshot);
        assert!(last.time == 0.7 && last.snapshot && !last.restarts());
        Ok(())
    }

    #[test]
    fn stops_do_not_depend_on_the_step_and_are_never_rounding_apart() -> Result<(), SessionError> {
        for (every, end) in [(0.3, 0.9), (0.29, 29.0), (0.1, 0.7), (0.07, 4.9)] {
            let o = Overrides {
                days: Some(end),
                every_days: Some(every),
                ..Overrides::default()
            };
            let mut scenario = default_scenario().with(o)?;
            scenario.time.snapshots = vec![0.0, 3.0 * every, end];
            for regimen in &mut scenario.regimens {
                *regimen = Regimen::steady(1.0, 0.0, every);
            }
            let mut all = Vec::new();
            for step in [0.5, 0.1, 0.01, 1e-5] {
                scenario.time.step = step;
                all.push(Schedule::of(&scenario)?.stops);
            }
            assert!(all.iter().all(|stops| *stops == all[0]), "{every}");
            let stops = &all[0];
            let count = (end / every).round() as usize;
            assert_eq!(stops.len(), count + 1, "{every}");
            assert!(
                stops
                    .windows(2)
                    .all(|w| w[1].time - w[0].time > 0.5 * every)
            );
            // A dose at the end of the run would change nothing that is seen.
            assert_eq!(stops.iter().filter(|s| s.restarts()).count(), count);
            assert_eq!(stops.last().map(|s| s.time), Some(end));
        }
        Ok(())
    }

    #[test]
    fn a_change_at_the_time_of_a_dose_counts_in_spite_of_rounding() -> Result<(), SessionError> {
        use warmfront_model::{Event, Written};
        // 3 × 0.3 is less than 0.9 in binary fractions.
        let o = Overrides {
            days: Some(3.0),
            ..Overrides::default()
        };
        let mut scenario = default_scenario().with(o)?;
        for regimen in &mut scenario.regimens {
            *regimen = Regimen::steady(1.0, 0.0, 0.3);
        }
        for arm in &mut scenario.arms {
            arm.doses.fill(0.0);
        }
        let arm = 1;
        scenario.events = vec![Event {
            time: 0.9,
            arms: Some(vec![arm]),
            after_doses: false,
            action: Action::Dose {
                drug: 0,
                multiple: 1.0,
            },
            place: Written::default(),
        }];
        let times = crate::export::treatment::dose_times(&scenario, arm, 0, 3.0);
        assert_eq!(times.len(), 7, "{times:?}");
        let stops = Schedule::of(&scenario)?.stops;
        let first = stops.iter().find(|s| !s.doses.is_empty());
        assert!(first.is_some_and(|s| (s.time - 0.9).abs() < 1e-9 && s.events == [0]));
        // Another regimen from 0.9 on takes the place of the dose that is due then.
        scenario.arms[arm].doses[0] = 1.0;
        scenario.events[0].action = Action::Regimen {
            drug: 0,
            regimen: Regimen::steady(2.0, 0.9, 1.0),
        };
        let doses: Vec<f64> = scenario.regular_doses(arm, 0).iter().map(|d| d.1).collect();
        assert_eq!(doses, [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
        Ok(())
    }

    #[test]
    fn arms_with_regimens_of_their_own_stop_at_the_stops_of_all() -> Result<(), SessionError> {
        let mut scenario = default_scenario();
        let late = Regimen::steady(30.0, 7.25, 14.0);
        scenario.arms[3].regimens[1] = Some(late);
        let stops = Schedule::of(&scenario)?.stops;
        let at = |time: f64| {
            stops
                .iter()
                .find(|s| s.time == time)
                .map(|s| s.doses.clone())
        };
        let due = |arm, drug, amount| Due { arm, drug, amount };
        assert_eq!(at(7.0), Some(vec![due(1, 1, 60.0)]));
        assert_eq!(at(7.25), Some(vec![due(3, 1, 30.0)]));
        assert_eq!(at(21.25), Some(vec![due(3, 1, 30.0)]));
        Ok(())
    }
}
