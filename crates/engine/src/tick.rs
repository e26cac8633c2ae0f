//! One tick: record the kernels of both stages, look at the verdict, accept or repeat.
//!
//! Nothing is read back inside a tick. After it one small copy tells the host the residuals, the
//! estimated error, the smallest value and the number of bad values of every field and arm; a tick
//! that violates the contract is repeated from the untouched present state with half the step.

use warmfront_model::{Scheme, TransportScheme};

use crate::EngineError;
use crate::scheme::Plan;
use crate::simulation::Simulation;
use crate::solver::SolveReport;

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

/// Smallest value that is accepted, relative to the field's scale.
const NEGATIVE: f64 = -1e-6;

/// A residual this much above the allowed one is an error after the last cycle.
const UNSOLVED: f32 = 10.0;

#[derive(Debug, Clone, Copy)]
struct Verdict {
    error: f64,
    smallest: f64,
    bad: f64,
    first_bad: f64,
    sum: f64,
    largest: f64,
    clipped: f64,
}

#[derive(Debug)]
enum Fault {
    NotFinite {
        field: usize,
        arm: usize,
        cell: u32,
    },
    Negative {
        field: usize,
        value: f64,
    },
    NotSolved {
        field: usize,
        arm: usize,
        ratio: f32,
        cycles: u32,
    },
    Inaccurate {
        error: f64,
    },
}

struct Outcome {
    solves: Vec<SolveReport>,
    verdicts: Vec<Verdict>,
    error: f64,
    // Some system is above its tolerance.
    unsolved: bool,
    // Most V-cycles of any system.
    cycles: u32,
    fault: Option<Fault>,
}

impl Simulation {
    /// Advances exactly to `until`.
    ///
    /// # Errors
    /// As [`Simulation::tick`].
    pub fn advance(&mut self, until: f64) -> Result<(), EngineError> {
        while self.time < until - 1e-9 * self.step {
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
        let ticked = self.try_tick(until);
        if ticked.is_err() && self.attempted {
            self.restore();
        }
        ticked
    }

    // Makes the accepted state, which every attempt leaves untouched, the present one again.
    fn restore(&mut self) {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let bytes = self.buffers.now.size().min(self.buffers.guess.size());
        encoder.copy_buffer_to_buffer(&self.buffers.now, 0, &self.buffers.guess, 0, bytes);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let arms = self.arms.len() as u32;
            self.recorded.compartments[6].record(&mut pass, &self.pipelines, arms);
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.accept_pending = true;
        self.slope_valid = false;
        self.fresh = true;
    }

    fn try_tick(&mut self, until: f64) -> Result<Tick, EngineError> {
        self.attempted = false;
        let left = until - self.time;
        let mut dt = if left <= self.next_step * 1.000_001 {
            left
        } else if left < 2.0 * self.next_step {
            0.5 * left
        } else {
            self.next_step
        };
        let ends_there = dt == left;
        let mut rejected = 0;
        let mut scheme = self.numerics.scheme;
        loop {
            let mut plan = Plan {
                scheme,
                ..self.plan(dt)
            };
            self.burst = self.burst_length(dt, until);
            let mut outcome = self.attempt(&plan)?;
            // Cycles beyond what a system needs change nothing, so recording few and repeating with
            // more gives the same bits as recording the most at once.
            while outcome.unsolved && self.cycles < self.numerics.max_cycles {
                self.cycles = (2 * self.cycles).min(self.numerics.max_cycles);
                self.accept_pending = false;
                outcome = self.attempt(&Plan {
                    accept: false,
                    ..plan
                })?;
            }
            let Some(fault) = &outcome.fault else {
                let length = dt * f64::from(self.burst);
                let arrived = ends_there && rejected == 0 && self.burst == 1;
                self.time = if arrived { until } else { self.time + length };
                plan.dt = dt;
                self.account(&plan, &outcome, rejected);
                self.choose_step(dt, outcome.error, rejected);
                return Ok(Tick {
                    time: self.time,
                    step: dt,
                    rejected,
                    error: outcome.error,
                });
            };
            rejected += 1;
            // The present state stands in `now`; the guess is void.
            self.accept_pending = false;
            self.slope_valid = false;
            if rejected > MOST_HALVINGS || self.numerics.scheme == Scheme::Explicit {
                return Err(self.explain(fault, dt, rejected));
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

    pub(crate) fn plan(&self, dt: f64) -> Plan {
        Plan {
            scheme: self.numerics.scheme,
            time: self.time,
            dt,
            slope: self.slope_valid,
            accept: self.accept_pending,
            tolerance: self.numerics.tolerance,
            substeps: self.numerics.compartment_substeps,
            limited: self.numerics.transport == TransportScheme::Limited,
        }
    }

    // Explicit steps of simple models are short and many: several go to the device at once.
    fn burst_length(&self, dt: f64, until: f64) -> u32 {
        if self.recorded.march.is_empty() || dt < self.next_step {
            return 1;
        }
        (((until - self.time) / dt).floor() as u32).clamp(1, MOST_STEPS_AT_ONCE)
    }

    fn choose_step(&mut self, dt: f64, error: f64, rejected: u32) {
        self.next_step = match self.numerics.adaptive {
            Some(tolerance) => {
                let order = if self.numerics.scheme == Scheme::Sdirk2 {
                    3.0
                } else {
                    2.0
                };
                let factor = (tolerance / error.max(1e-30)).powf(1.0 / order) * 0.9;
                let most = if rejected > 0 { 1.0 } else { 2.0 };
                dt * factor.clamp(0.3, most)
            }
            // The ladder: double until the scenario's step.
            None => (2.0 * dt).max(self.next_step).min(self.step),
        };
        if rejected > 0 && self.numerics.adaptive.is_none() {
            self.next_step = (2.0 * dt).min(self.step);
        }
    }

    fn attempt(&mut self, plan: &Plan) -> Result<Outcome, EngineError> {
        let gamma_dt = plan.gamma_dt();
        if (gamma_dt / self.planned - 1.0).abs() > 1e-9 || self.planned == 0.0 {
            self.solver
                .plan_levels(&self.gpu, &self.hierarchy, &self.diffusivity, gamma_dt);
            self.planned = gamma_dt;
        }
        self.write_steps(plan);
        self.attempted = true;
        let arms = self.arms.len() as u32;
        let r = &self.recorded;
        let p = &self.pipelines;
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(&self.buffers.watch, 0, None);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            if self.fresh && plan.accept {
                r.react[0].record(&mut pass, p, arms);
                r.compartments[3].record(&mut pass, p, arms);
            }
            r.compartments[0].record(&mut pass, p, arms);
            r.predict_first.record(&mut pass, p, 1);
        }
        let stages = plan.stages();
        if plan.scheme == Scheme::Explicit {
            self.record_explicit(&mut encoder);
        } else {
            let iterations = self.numerics.picard.max(1) + u32::from(!plan.slope);
            for stage in 1..=stages {
                if stage == 2 {
                    let mut pass = encoder.begin_compute_pass(&Default::default());
                    r.compartments[1].record(&mut pass, p, arms);
                    r.predict_second.record(&mut pass, p, 1);
                }
                for _ in 0..iterations {
                    self.record_stage(&mut encoder, stage);
                }
            }
        }
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let end = if stages == 2 { 2 } else { 5 };
            r.compartments[end].record(&mut pass, p, arms);
            let dynamic = self.layout.dynamic() as u32 * arms;
            r.finish.record(&mut pass, p, dynamic);
            r.judge.record(&mut pass, p, dynamic);
        }
        let sizes = [
            (
                &self.solver.report,
                u64::from(self.solver.systems_total()) * 32,
            ),
            (
                &self.buffers.verdict,
                self.layout.dynamic() as u64 * u64::from(arms) * 32,
            ),
            (&self.buffers.watch, u64::from(arms) * 4),
        ];
        let mut at = 0;
        for (buffer, bytes) in sizes {
            if bytes > 0 {
                encoder.copy_buffer_to_buffer(buffer, 0, &self.buffers.staging, at, bytes);
            }
            at += bytes;
        }
        self.gpu.queue.submit([encoder.finish()]);
        let raw = self.gpu.map(&self.buffers.staging, at)?;
        let (solves, rest) = raw.split_at(sizes[0].1 as usize);
        let (verdicts, watch) = rest.split_at(sizes[1].1 as usize);
        let watch: Vec<u32> = bytemuck::pod_collect_to_vec(watch);
        if let Some((arm, &process)) = watch.iter().enumerate().find(|(_, w)| **w > 0) {
            let process = &self.model.processes[process as usize - 1];
            return Err(EngineError::NegativeRate {
                process: process.id.clone(),
                arm: self.arms[arm].id.clone(),
                time: self.time,
                place: format!("{}:{}", process.rate.file, process.rate.line),
            });
        }
        Ok(self.judge(
            plan,
            bytemuck::pod_collect_to_vec(solves),
            &bytemuck::pod_collect_to_vec::<u8, [f32; 8]>(verdicts),
        ))
    }

    fn record_stage(&self, encoder: &mut wgpu::CommandEncoder, stage: usize) {
        let arms = self.arms.len() as u32;
        let r = &self.recorded;
        let p = &self.pipelines;
        self.solver.clear(encoder);
        let mut pass = encoder.begin_compute_pass(&Default::default());
        r.react[stage].record(&mut pass, p, arms);
        if let Some(faces) = &r.face_maps {
            faces.record(&mut pass, p, self.layout.face_maps() as u32 * arms);
        }
        if let Some(limit) = &r.limit_drift {
            limit.record(&mut pass, p, self.drifting);
        }
        self.solver.record_coefficients(&mut pass, p);
        self.solver.record(&mut pass, p, stage - 1, self.cycles);
    }

    fn record_explicit(&self, encoder: &mut wgpu::CommandEncoder) {
        let arms = self.arms.len() as u32;
        let r = &self.recorded;
        let p = &self.pipelines;
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            if let [there, back] = r.march.as_slice() {
                for i in 0..self.burst {
                    let step = if i % 2 == 0 { there } else { back };
                    step.record(&mut pass, p, arms);
                }
                if self.burst.is_multiple_of(2) {
                    return;
                }
            } else {
                r.react[1].record(&mut pass, p, arms);
            }
            if let Some(faces) = &r.face_maps {
                faces.record(&mut pass, p, self.layout.face_maps() as u32 * arms);
            }
            let general = if r.march.is_empty() {
                r.explicit.as_slice()
            } else {
                &[]
            };
            for (i, d) in general.iter().enumerate() {
                let plain = i == 0 && self.layout.plain > 0;
                let fields = if plain {
                    self.layout.plain
                } else {
                    self.layout.mapped
                };
                d.record(&mut pass, p, fields as u32 * arms);
            }
        }
        let fields = if r.march.is_empty() {
            self.layout.solved()
        } else {
            self.layout.dynamic()
        };
        let bytes =
            fields as u64 * u64::from(arms) * u64::from(self.hierarchy.levels[0].data.block) * 16;
        if bytes > 0 {
            encoder.copy_buffer_to_buffer(&self.buffers.scratch, 0, &self.buffers.guess, 0, bytes);
        }
    }

    fn judge(&self, plan: &Plan, solves: Vec<SolveReport>, raw: &[[f32; 8]]) -> Outcome {
        let arms = self.arms.len();
        let cells = self.cells.iter().product::<u32>();
        let n = f64::from(cells);
        let mut error: f64 = 0.0;
        let mut fault = None;
        let mut verdicts = Vec::with_capacity(raw.len());
        for (i, v) in raw.iter().enumerate() {
            let v = v.map(f64::from);
            let field = self.layout.fields[i / arms];
            let scale = self.model.fields[field].scale;
            let size = (v[5] / n).sqrt().max(1e-3 * scale);
            let verdict = Verdict {
                error: (v[0] / n).sqrt() / size,
                smallest: v[1],
                bad: v[2],
                sum: v[3],
                largest: v[4],
                clipped: v[6],
                first_bad: v[7],
            };
            error = error.max(verdict.error);
            // A sum that overflows means values far beyond any meaning, though each is finite.
            let overflow =
                !verdict.error.is_finite() || !verdict.sum.is_finite() || !v[5].is_finite();
            if (verdict.bad > 0.0 || overflow) && !matches!(fault, Some(Fault::NotFinite { .. })) {
                fault = Some(Fault::NotFinite {
                    field,
                    arm: i % arms,
                    cell: if verdict.bad > 0.0 {
                        verdict.first_bad as u32
                    } else {
                        0
                    },
                });
            } else if fault.is_none() && verdict.smallest < NEGATIVE * scale {
                fault = Some(Fault::Negative {
                    field,
                    value: verdict.smallest,
                });
            }
            verdicts.push(verdict);
        }
        let (mut unsolved, mut cycles) = (false, 0);
        if plan.scheme != Scheme::Explicit {
            let total = self.solver.systems_total() as usize;
            let used = &solves[..plan.stages() * total];
            // A residual that overflowed compares with nothing: it is as unsolved as can be.
            unsolved = used.iter().any(|s| s.ratio.is_nan() || s.ratio > 1.0);
            cycles = used.iter().map(|s| s.cycles as u32).max().unwrap_or(0);
            let worst = used
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.ratio.total_cmp(&b.1.ratio));
            if let Some((i, s)) = worst
                && fault.is_none()
                && (s.ratio.is_nan() || s.ratio > UNSOLVED)
            {
                fault = Some(Fault::NotSolved {
                    field: self.layout.fields[(i % total) / arms],
                    arm: i % arms,
                    ratio: s.ratio,
                    cycles: s.cycles as u32,
                });
            }
        }
        if let (None, Some(tolerance)) = (&fault, self.numerics.adaptive)
            && error > 2.0 * tolerance
            && plan.slope
        {
            fault = Some(Fault::Inaccurate { error });
        }
        Outcome {
            solves,
            verdicts,
            error,
            unsolved,
            cycles,
            fault,
        }
    }

    fn account(&mut self, plan: &Plan, outcome: &Outcome, rejected: u32) {
        let arms = self.arms.len();
        self.fresh = false;
        self.cycles = outcome.cycles.max(1);
        self.accept_pending = true;
        self.slope_valid = plan.scheme != Scheme::Explicit;
        let d = &mut self.diagnostics;
        d.ticks += u64::from(self.burst);
        d.unsolved += u64::from(outcome.unsolved);
        d.rejected += u64::from(rejected);
        d.smallest_step = d.smallest_step.min(plan.dt);
        d.largest_step = d.largest_step.max(plan.dt);
        let total = self.solver.systems_total() as usize;
        for (storage, verdicts) in outcome.verdicts.chunks(arms).enumerate() {
            let f = &mut d.fields[self.layout.fields[storage]];
            let mut tick_error: f64 = 0.0;
            let mut clipped: f64 = 0.0;
            let mut balance: f64 = 0.0;
            for (arm, v) in verdicts.iter().enumerate() {
                f.smallest = f.smallest.min(v.smallest);
                f.largest = f.largest.max(v.largest);
                tick_error = tick_error.max(v.error);
                let mass = v.sum.max(1e-30);
                clipped = clipped.max(v.clipped / mass);
                if storage < self.layout.solved() && plan.scheme != Scheme::Explicit {
                    for stage in 0..plan.stages() {
                        let s = outcome.solves[stage * total + storage * arms + arm];
                        f.residual = f.residual.max(f64::from(s.relative));
                        f.cycles += s.cycles as u64;
                        f.solves += 1;
                        balance = balance.max(f64::from(s.balance).abs());
                    }
                }
            }
            f.tick_error = f.tick_error.max(tick_error);
            f.time_error += tick_error;
            f.clipped += clipped;
            f.mass_residual += balance;
        }
    }

    fn explain(&self, fault: &Fault, dt: f64, retries: u32) -> EngineError {
        let id = |field: usize| self.model.fields[field].id.clone();
        match *fault {
            Fault::NotFinite { field, arm, cell } => {
                let level = &self.hierarchy.levels[0].data;
                let pitch = 4 * level.columns;
                EngineError::NotFinite {
                    field: id(field),
                    arm: self.arms[arm].id.clone(),
                    what: "NaN or infinite",
                    cell: [
                        cell % pitch,
                        (cell / pitch) % level.ny,
                        cell / (pitch * level.ny),
                    ],
                    time: self.time,
                    retries,
                }
            }
            Fault::NotSolved {
                field,
                arm,
                ratio,
                cycles,
            } => EngineError::NotSolved {
                field: id(field),
                arm: self.arms[arm].id.clone(),
                ratio,
                cycles,
                time: self.time,
            },
            Fault::Negative { field, value } => EngineError::StepTooSmall {
                step: dt,
                time: self.time,
                why: format!("field `{}` fell to {value:.3e}", id(field)),
            },
            Fault::Inaccurate { error } => EngineError::StepTooSmall {
                step: dt,
                time: self.time,
                why: format!("the estimated error {error:.3e} stays above the tolerance"),
            },
        }
    }
}
