//! A run that is steered while it goes.
//!
//! It stops where the schedule of its scenario stops, so an untouched live run gives the same bits as a
//! headless one. What is done to it between two ticks is an event of the scenario's own kind, with its
//! time: [`Live::played`] is the scenario that repeats what was done.

use std::sync::Arc;

use warmfront_engine::{Checkpoint, Controls, Files, Gpu, Simulation, Tick};
use warmfront_model::{Action, Event, Regimen, Scenario};

use crate::SessionError;
use crate::events::Treatment;
use crate::record::Row;
use crate::schedule::{Schedule, Stop};

/// A batch of all arms of a scenario, one tick at a time.
pub struct Live {
    scenario: Scenario,
    simulation: Simulation,
    treatment: Treatment,
    stops: Arc<Vec<Stop>>,
    // First stop that is still ahead.
    next: usize,
    done: Arc<Vec<Event>>,
    // Before anything that is due at the start.
    origin: Checkpoint,
}

/// A moment of a live run, to come back to.
#[derive(Debug)]
pub struct Moment {
    checkpoint: Checkpoint,
    treatment: Treatment,
    stops: Arc<Vec<Stop>>,
    next: usize,
    // Events done by then.
    done: Arc<Vec<Event>>,
}

impl Moment {
    /// Model time.
    pub fn time(&self) -> f64 {
        self.checkpoint.time()
    }

    /// Device memory, bytes.
    pub fn bytes(&self) -> u64 {
        self.checkpoint.bytes()
    }
}

impl Live {
    /// Allocates all arms and does what the scenario asks for at its start.
    ///
    /// # Errors
    /// As [`crate::Run::new`].
    pub fn new(gpu: &Gpu, files: Files, scenario: Scenario) -> Result<Self, SessionError> {
        let arms: Vec<usize> = (0..scenario.arms.len()).collect();
        let stops = Arc::new(Schedule::of(&scenario)?.stops);
        let simulation = Simulation::new(gpu, files, &scenario, &arms)?;
        let treatment = Treatment::new(&scenario, &arms);
        let mut live = Self {
            origin: simulation.checkpoint(),
            scenario,
            simulation,
            treatment,
            stops,
            next: 0,
            done: Arc::default(),
        };
        live.arrive()?;
        Ok(live)
    }

    /// The scenario as it was loaded.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The simulation, to look at.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }

    /// Whether the end of the scenario is reached.
    pub fn finished(&self) -> bool {
        self.next >= self.stops.len()
    }

    /// What was done so far, in time order.
    pub fn done(&self) -> &[Event] {
        &self.done
    }

    /// Present parameters, switches and held levels of an arm.
    pub fn controls(&self, arm: usize) -> &Controls {
        self.treatment.controls(arm)
    }

    /// Present regimens of an arm, by drug.
    pub fn regimens(&self, arm: usize) -> &[Regimen] {
        self.treatment.regimens(arm)
    }

    /// Present values of all observables.
    ///
    /// # Errors
    /// Driver errors.
    pub fn row(&self) -> Result<Row, SessionError> {
        Ok(Row {
            time: self.simulation.time(),
            values: self.simulation.observe()?,
        })
    }

    /// One accepted tick, then whatever is due at its end; none after the end.
    ///
    /// # Errors
    /// As [`Simulation::tick`].
    pub fn tick(&mut self) -> Result<Option<Tick>, SessionError> {
        let Some(stop) = self.stops.get(self.next) else {
            return Ok(None);
        };
        let tick = self.simulation.tick(stop.time)?;
        self.arrive()?;
        Ok(Some(tick))
    }

    /// Does something now, in the arms `arms` (indices into the scenario's list) or in all; after
    /// everything that was due now. A control that moves twice at one time counts as moved once.
    ///
    /// # Errors
    /// Driver errors; parameters that the engine refuses. Nothing is done then.
    pub fn act(&mut self, action: Action, arms: Option<Vec<usize>>) -> Result<(), SessionError> {
        let event = Event {
            time: self.simulation.time(),
            arms,
            after_doses: true,
            action,
            place: Default::default(),
        };
        self.treatment
            .event(&mut self.simulation, &self.scenario, &event)?;
        self.simulation.restart();
        let replan = matches!(event.action, Action::Regimen { .. } | Action::Dose { .. });
        let done = Arc::make_mut(&mut self.done);
        if let Some(old) = done.iter().rposition(|e| supersedes(&event, e)) {
            done.remove(old);
        }
        done.push(event);
        if replan {
            self.plan()?;
        }
        Ok(())
    }

    // Stops from now on, as the regimens have become.
    fn plan(&mut self) -> Result<(), SessionError> {
        let (scenario, of_file) = self.merged();
        let mut stops = Schedule::of(&scenario)?.stops;
        // What was done live lies in the past; what the file asks for keeps its number there.
        for stop in &mut stops {
            for events in [&mut stop.events, &mut stop.late_events] {
                *events = events.iter().filter_map(|e| of_file[*e]).collect();
            }
        }
        let after = self.simulation.time() + self.near();
        self.next = stops.partition_point(|s| s.time <= after);
        self.stops = Arc::new(stops);
        Ok(())
    }

    fn near(&self) -> f64 {
        1e-9 * self.scenario.time.step.min(self.scenario.time.duration)
    }

    /// The scenario together with everything that was done, in time order.
    pub fn played(&self) -> Scenario {
        self.merged().0
    }

    // Also, by event of the result, its number in the file; none: it was done live.
    fn merged(&self) -> (Scenario, Vec<Option<usize>>) {
        let file = self.scenario.events.iter().enumerate();
        let mut all: Vec<(Event, Option<usize>)> =
            file.map(|(i, e)| (e.clone(), Some(i))).collect();
        all.extend(self.done.iter().map(|e| (e.clone(), None)));
        all.sort_by(|a, b| a.0.time.total_cmp(&b.0.time));
        let (events, numbers) = all.into_iter().unzip();
        let scenario = Scenario {
            events,
            ..self.scenario.clone()
        };
        (scenario, numbers)
    }

    /// Begins again as `scenario`, which must differ from the present one in treatment alone: doses,
    /// regimens, switches, events. What was done is forgotten.
    ///
    /// # Errors
    /// As [`Live::new`].
    pub fn begin_again(&mut self, scenario: Scenario) -> Result<(), SessionError> {
        let arms: Vec<usize> = (0..scenario.arms.len()).collect();
        let stops = Schedule::of(&scenario)?.stops;
        self.simulation.go_to(&self.origin)?;
        self.treatment = Treatment::new(&scenario, &arms);
        for &arm in &arms {
            self.simulation.control(arm, self.treatment.controls(arm))?;
        }
        self.stops = Arc::new(stops);
        self.next = 0;
        self.done = Arc::default();
        self.scenario = scenario;
        self.arrive()
    }

    /// Goes on from the present moment of `other`, a run with the same names and sizes, under the treatment
    /// of this run's own scenario; what was done to `other` counts as done.
    ///
    /// # Errors
    /// A run of another size; driver errors.
    pub(crate) fn take_over(&mut self, other: &Self) -> Result<(), SessionError> {
        self.simulation.go_to(&other.simulation.checkpoint())?;
        self.done = other.done.clone();
        for arm in 0..self.simulation.arms() {
            self.simulation.control(arm, self.treatment.controls(arm))?;
        }
        self.plan()
    }

    /// Present multiple of a drug's dose in an arm.
    pub fn multiple(&self, arm: usize, drug: usize) -> f64 {
        self.treatment.multiple(arm, drug)
    }

    /// Keeps the present moment, on the device.
    pub fn moment(&self) -> Moment {
        Moment {
            checkpoint: self.simulation.checkpoint(),
            treatment: self.treatment.clone(),
            stops: self.stops.clone(),
            next: self.next,
            done: self.done.clone(),
        }
    }

    /// Makes a moment of this run the present one. Events done later stay known until
    /// [`Live::forget_later`].
    ///
    /// # Errors
    /// A moment of another simulation; driver errors.
    pub fn go_to(&mut self, moment: &Moment) -> Result<(), SessionError> {
        self.simulation.go_to(&moment.checkpoint)?;
        self.treatment.clone_from(&moment.treatment);
        self.stops = moment.stops.clone();
        self.next = moment.next;
        Ok(())
    }

    /// Forgets everything that was done after `moment`: the present becomes a new branch.
    pub fn forget_later(&mut self, moment: &Moment) {
        self.done = moment.done.clone();
    }

    // Passes all stops up to the present time.
    fn arrive(&mut self) -> Result<(), SessionError> {
        let near = self.near();
        while let Some(stop) = self.stops.get(self.next) {
            if stop.time > self.simulation.time() + near {
                break;
            }
            self.next += 1;
            if self.next < self.stops.len() {
                self.treatment
                    .apply(&mut self.simulation, &self.scenario, stop)?;
            }
        }
        Ok(())
    }
}

// Whether `new` moves the control that `old` moved, at the same time and in the same arms.
fn supersedes(new: &Event, old: &Event) -> bool {
    let same = match (&new.action, &old.action) {
        // A level that was held is there when it is let go.
        (Action::Hold { level: None, .. }, Action::Hold { level: Some(_), .. }) => false,
        (Action::Dose { drug: a, .. }, Action::Dose { drug: b, .. })
        | (Action::Hold { drug: a, .. }, Action::Hold { drug: b, .. })
        | (Action::Regimen { drug: a, .. }, Action::Regimen { drug: b, .. }) => a == b,
        (Action::Switch { what: a, .. }, Action::Switch { what: b, .. }) => a == b,
        (Action::Set { parameters: a }, Action::Set { parameters: b }) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0)
        }
        _ => false,
    };
    same && new.time == old.time && new.arms == old.arms
}
