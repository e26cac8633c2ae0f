//! One tick of a batch: every part attempts it, and it counts for all parts or for none.
//!
//! Parts differ in nothing but their buffers. They take the same steps, and one verdict, the worst of
//! all arms, decides whether a tick is accepted, so that a batch gives the same bits in one part and
//! in several. A tick that violates the contract is repeated from the untouched present state with
//! half the step.

use warmfront_model::{Numerics, Scheme, TransportScheme};

use crate::EngineError;
use crate::scheme::Plan;
use crate::simulation::Simulation;
use crate::verdict::{Fault, Outcome};

/// A tick that was accepted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Model time at its end.
    pub time: f64,
    /// Its length.
    pub step: f64,
    /// Steps taken back before it.
    pub rejected: u32,
    /// Largest estimated relative error over fields and arms.
    pub error: f64,
}

/// Explicit steps recorded in one submission.
const MOST_STEPS_AT_ONCE: u32 = 64;

/// Halvings before a run is given up.
const MOST_HALVINGS: u32 = 12;

/// Steps taken back for negative values before backward Euler takes over for one tick.
const OVERSHOOTS: u32 = 3;

/// Time and step of a batch, common to its parts.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    pub time: f64,
    /// The scenario's step.
    pub step: f64,
    pub next_step: f64,
    /// The state changed from outside: measure the exchange before the next tick.
    pub fresh: bool,
    pub slope_valid: bool,
    pub accept_pending: bool,
}

impl Clock {
    /// At time 0 before a first step of `first_step` times `step`.
    pub fn new(step: f64, first_step: f64) -> Self {
        Self {
            time: 0.0,
            step,
            next_step: step * first_step,
            fresh: true,
            slope_valid: false,
            accept_pending: true,
        }
    }

    /// A tick of `dt` from now.
    pub fn plan(&self, numerics: &Numerics, dt: f64) -> Plan {
        Plan {
            scheme: numerics.scheme,
            time: self.time,
            dt,
            slope: self.slope_valid,
            accept: self.accept_pending,
            fresh: self.fresh,
            tolerance: numerics.tolerance,
            substeps: numerics.compartment_substeps,
            limited: numerics.transport == TransportScheme::Limited,
        }
    }

    fn choose_step(&mut self, numerics: &Numerics, dt: f64, measure: f64, rejected: u32) {
        self.next_step = match numerics.adaptive {
            Some(tolerance) => {
                let order = if numerics.scheme == Scheme::Sdirk2 {
                    3.0
                } else {
                    2.0
                };
                let factor = (tolerance / measure.max(1e-30)).powf(1.0 / order) * 0.9;
                let most = if rejected > 0 { 1.0 } else { 2.0 };
                dt * factor.clamp(0.3, most)
            }
            // The ladder: double until the scenario's step.
            None => (2.0 * dt).max(self.next_step).min(self.step),
        };
        if rejected > 0 && numerics.adaptive.is_none() {
            self.next_step = (2.0 * dt).min(self.step);
        }
    }
}

impl Simulation {
    /// Advances exactly to `until`.
    ///
    /// # Errors
    /// As [`Simulation::tick`].
    pub fn advance(&mut self, until: f64) -> Result<(), EngineError> {
        while self.clock.time < until - 1e-9 * self.clock.step {
            self.tick(until)?;
        }
        Ok(())
    }

    /// Takes one accepted tick of at most the present step, not past `until`.
    ///
    /// # Errors
    /// A field that stays not finite, a negative rate, a solver or a step that fails at every length,
    /// driver errors. The state is then the one before the tick.
    pub fn tick(&mut self, until: f64) -> Result<Tick, EngineError> {
        for part in &mut self.parts {
            part.progress.attempted = false;
        }
        let ticked = self.try_tick(until);
        if ticked.is_err() && self.parts.iter().any(|p| p.progress.attempted) {
            for part in &self.parts {
                part.restore();
            }
            self.clock.accept_pending = true;
            self.clock.slope_valid = false;
            self.clock.fresh = true;
        }
        ticked.map_err(|e| self.with_cause(e))
    }

    fn try_tick(&mut self, until: f64) -> Result<Tick, EngineError> {
        let numerics = self.parts[0].numerics.clone();
        let left = until - self.clock.time;
        let mut dt = if left <= self.clock.next_step * 1.000_001 {
            left
        } else if left < 2.0 * self.clock.next_step {
            0.5 * left
        } else {
            self.clock.next_step
        };
        let ends_there = dt == left;
        let mut rejected = 0;
        let mut scheme = numerics.scheme;
        loop {
            let plan = Plan {
                scheme,
                ..self.clock.plan(&numerics, dt)
            };
            let burst = self.burst_length(dt, until);
            let outcomes = self.attempt(&plan, burst)?;
            let error = outcomes.iter().map(|o| o.error).fold(0.0, f64::max);
            let measure = outcomes.iter().map(|o| o.measure).fold(0.0, f64::max);
            let Some((part, fault)) = worst(&outcomes) else {
                let arrived = ends_there && rejected == 0 && burst == 1;
                let clock = &mut self.clock;
                clock.time = if arrived {
                    until
                } else {
                    clock.time + dt * f64::from(burst)
                };
                clock.fresh = false;
                clock.accept_pending = true;
                clock.slope_valid = plan.scheme != Scheme::Explicit;
                clock.choose_step(&numerics, dt, measure, rejected);
                self.account(&plan, &outcomes, burst, rejected);
                return Ok(Tick {
                    time: self.clock.time,
                    step: dt,
                    rejected,
                    error,
                });
            };
            rejected += 1;
            // The present state stands in `now`; the guess is void.
            self.clock.accept_pending = false;
            self.clock.slope_valid = false;
            if rejected > MOST_HALVINGS || numerics.scheme == Scheme::Explicit {
                return Err(self.parts[part].explain(fault, &plan, rejected));
            }
            if matches!(fault, Fault::NotFinite { .. }) {
                for part in &self.parts {
                    part.forget_stage();
                }
            }
            // A decay much faster than the step makes SDIRK2 overshoot; backward Euler never does.
            let overshoot = matches!(fault, Fault::Negative { .. });
            if overshoot && scheme == Scheme::Sdirk2 && rejected >= OVERSHOOTS {
                scheme = Scheme::BackwardEuler;
            } else {
                dt *= 0.5;
            }
        }
    }

    // All parts are on their way before the first verdict is waited for.
    fn attempt(&mut self, plan: &Plan, burst: u32) -> Result<Vec<Outcome>, EngineError> {
        for part in &mut self.parts {
            part.progress.burst = burst;
            part.submit(plan);
        }
        self.parts.iter_mut().map(|p| p.outcome(plan)).collect()
    }

    // Explicit steps of simple models are short and many: several go to the device at once.
    fn burst_length(&self, dt: f64, until: f64) -> u32 {
        if !self.parts[0].passes.explicit.is_simple() || dt < self.clock.next_step {
            return 1;
        }
        (((until - self.clock.time) / dt).floor() as u32).clamp(1, MOST_STEPS_AT_ONCE)
    }

    fn account(&mut self, plan: &Plan, outcomes: &[Outcome], burst: u32, rejected: u32) {
        for (part, outcome) in self.parts.iter_mut().zip(outcomes) {
            part.expect_cycles(outcome.cycles);
            part.keep_amounts(plan, outcome);
        }
        let d = &mut self.diagnostics;
        d.ticks += u64::from(burst);
        d.unsolved += u64::from(outcomes.iter().any(|o| o.unsolved));
        d.rejected += u64::from(rejected);
        d.smallest_step = d.smallest_step.min(plan.dt);
        d.largest_step = d.largest_step.max(plan.dt);
        let layout = &self.parts[0].layout;
        for (storage, &field) in layout.fields[..layout.dynamic()].iter().enumerate() {
            let f = &mut d.fields[field];
            let mut tick_error: f64 = 0.0;
            let mut clipped: f64 = 0.0;
            let mut balance: f64 = 0.0;
            for (part, outcome) in self.parts.iter().zip(outcomes) {
                let arms = part.arms.len();
                let total = part.solver.systems_total() as usize;
                let verdicts = &outcome.verdicts[storage * arms..][..arms];
                for (arm, v) in verdicts.iter().enumerate() {
                    f.smallest = f.smallest.min(v.smallest);
                    f.largest = f.largest.max(v.largest);
                    tick_error = tick_error.max(v.error);
                    let mass = v.sum.max(1e-30);
                    clipped = clipped.max(v.clipped / mass);
                    balance = balance.max(v.imbalance.abs());
                    if storage < layout.solved() && plan.scheme != Scheme::Explicit {
                        for stage in 0..plan.stages() {
                            let s = outcome.solves[stage * total + storage * arms + arm];
                            let share = f64::from(s.ratio) * plan.tolerance;
                            f.residual = f.residual.max(share);
                            f.cycles += s.cycles as u64;
                            f.solves += 1;
                        }
                    }
                }
            }
            f.tick_error = f.tick_error.max(tick_error);
            f.time_error += tick_error;
            f.clipped += clipped;
            f.mass_residual += balance;
        }
    }
}

// The gravest fault and its part; the first part with one of that kind.
fn worst(outcomes: &[Outcome]) -> Option<(usize, &Fault)> {
    let mut found: Option<(usize, &Fault)> = None;
    for (part, outcome) in outcomes.iter().enumerate() {
        if let Some(fault) = &outcome.fault
            && found.is_none_or(|(_, f)| fault.rank() > f.rank())
        {
            found = Some((part, fault));
        }
    }
    found
}
