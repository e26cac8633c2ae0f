//! A run that is steered while it goes.
//!
//! It stops where the schedule of its scenario stops, so an untouched live run gives the same bits as a
//! headless one. What is done to it between two ticks is an event of the scenario's own kind, with its
//! time: [`Live::played`] is the scenario that repeats what was done.

use warmfront_engine::{Files, Gpu, Simulation, Tick};
use warmfront_model::{Action, Event, Scenario};

use crate::SessionError;
use crate::events::Treatment;
use crate::record::Row;
use crate::schedule::{Schedule, Stop};

/// A batch of all arms of a scenario, one tick at a time.
pub struct Live {
    scenario: Scenario,
    simulation: Simulation,
    treatment: Treatment,
    stops: Vec<Stop>,
    // First stop that is still ahead.
    next: usize,
    done: Vec<Event>,
}

impl Live {
    /// Allocates all arms and does what the scenario asks for at its start.
    ///
    /// # Errors
    /// As [`crate::Run::new`].
    pub fn new(gpu: &Gpu, files: Files, scenario: Scenario) -> Result<Self, SessionError> {
        let arms: Vec<usize> = (0..scenario.arms.len()).collect();
        let stops = Schedule::of(&scenario)?.stops;
        let simulation = Simulation::new(gpu, files, &scenario, &arms)?;
        let treatment = Treatment::new(&scenario, &arms);
        let mut live = Self {
            scenario,
            simulation,
            treatment,
            stops,
            next: 0,
            done: Vec::new(),
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

    /// Does something now, in the arms `arms` (indices into the scenario's list) or in all.
    ///
    /// # Errors
    /// Driver errors; parameters that the engine refuses.
    pub fn act(&mut self, action: Action, arms: Option<Vec<usize>>) -> Result<(), SessionError> {
        let event = Event {
            time: self.simulation.time(),
            arms,
            action,
            place: Default::default(),
        };
        self.treatment
            .event(&mut self.simulation, &self.scenario, &event)?;
        self.simulation.restart();
        self.done.push(event);
        Ok(())
    }

    /// The scenario together with everything that was done, in time order.
    pub fn played(&self) -> Scenario {
        let mut scenario = self.scenario.clone();
        scenario.events.extend(self.done.iter().cloned());
        scenario.events.sort_by(|a, b| a.time.total_cmp(&b.time));
        scenario
    }

    // Passes all stops up to the present time.
    fn arrive(&mut self) -> Result<(), SessionError> {
        let near = 1e-9 * self.scenario.time.step.min(self.scenario.time.duration);
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
