//! One attempt at a tick of one part: record the kernels of both stages, read the verdict.
//!
//! Nothing is read back inside a tick. After it one small copy tells the host the residuals, the
//! estimated error, the smallest value and the number of bad values of every field and arm. What
//! follows from it is decided for all parts together, in the `lockstep` module.

use warmfront_model::Scheme;

use crate::EngineError;
use crate::part::Part;
use crate::scheme::{Plan, step_measure};
use crate::solver::SolveReport;

/// Smallest value that is accepted, relative to the field's scale.
const NEGATIVE: f64 = -1e-6;

/// A residual this much above the allowed one is an error after the last cycle.
const UNSOLVED: f32 = 10.0;

/// What one tick did to one field of one arm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verdict {
    pub error: f64,
    pub smallest: f64,
    // Index of the first cell that is not finite; beyond every cell: none.
    first_bad: f64,
    pub sum: f64,
    pub largest: f64,
    pub clipped: f64,
    /// What the tick made (above 0) or lost beyond its rates, over the turnover.
    pub imbalance: f64,
}

/// Why a tick does not count.
#[derive(Debug)]
pub(crate) enum Fault {
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

impl Fault {
    /// Which of several faults counts: a large rank before a small one.
    pub fn rank(&self) -> u8 {
        match self {
            Self::NotFinite { .. } => 3,
            Self::Negative { .. } => 2,
            Self::NotSolved { .. } => 1,
            Self::Inaccurate { .. } => 0,
        }
    }
}

/// What one attempt gave.
pub(crate) struct Outcome {
    /// By stage, then system.
    pub solves: Vec<SolveReport>,
    /// By field in storage order, then arm.
    pub verdicts: Vec<Verdict>,
    /// Largest estimated error.
    pub error: f64,
    /// The same as it chooses the next adaptive step: see [`step_measure`].
    pub measure: f64,
    /// Some system is above its tolerance.
    pub unsolved: bool,
    /// Most V-cycles of any plain system, and of any mapped one.
    pub cycles: [u32; 2],
    /// Whether one of these is above its tolerance.
    pub above: [bool; 2],
    pub fault: Option<Fault>,
}

impl Part {
    /// Makes the accepted state, which every attempt leaves untouched, the present one again;
    /// nothing to do where the present tick was not attempted.
    pub fn restore(&self) {
        if !self.attempted {
            return;
        }
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        // Values that are not finite would outlive a factor of 0.
        encoder.clear_buffer(&self.buffers.stage_one, 0, None);
        encoder.clear_buffer(&self.buffers.scratch, 0, None);
        let bytes = self.buffers.now.size().min(self.buffers.guess.size());
        encoder.copy_buffer_to_buffer(&self.buffers.now, 0, &self.buffers.guess, 0, bytes);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let arms = self.arms.len() as u32;
            self.recorded.compartments[6].record(&mut pass, &self.pipelines, arms);
        }
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// Forgets the first stage of an attempt that was not finite: the next one multiplies it by 0.
    pub fn forget_stage(&self) {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(&self.buffers.stage_one, 0, None);
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// Sends an attempt to the device, without waiting for it.
    pub fn submit(&mut self, plan: &Plan) {
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
            if plan.fresh && plan.accept {
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
                for left in (0..iterations).rev() {
                    // Only the last solve is reported; the ones before it get what they may need, or
                    // their bits would depend on how many cycles the batch needed last.
                    let cycles = if left == 0 {
                        self.cycles
                    } else {
                        [self.numerics.max_cycles; 2]
                    };
                    self.record_stage(&mut encoder, stage, cycles);
                }
                self.record_audit(&mut encoder, stage);
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
        let mut at = 0;
        for (buffer, bytes) in self.read_back() {
            if bytes > 0 {
                encoder.copy_buffer_to_buffer(buffer, 0, &self.buffers.staging, at, bytes);
            }
            at += bytes;
        }
        self.gpu.queue.submit([encoder.finish()]);
    }

    // What the host reads after an attempt: reports of the solver, verdicts, balances, raised flags.
    fn read_back(&self) -> [(&wgpu::Buffer, u64); 4] {
        let arms = self.arms.len() as u64;
        [
            (
                &self.solver.report,
                u64::from(self.solver.systems_total()) * 32,
            ),
            (
                &self.buffers.verdict,
                self.layout.dynamic() as u64 * arms * 32,
            ),
            (
                &self.buffers.balance,
                self.layout.dynamic() as u64 * arms * 32,
            ),
            (&self.buffers.watch, arms * 4),
        ]
    }

    /// Waits for the attempt that was sent last; repeats it with more V-cycles while some system is
    /// above its tolerance.
    ///
    /// # Errors
    /// A negative rate; driver errors.
    pub fn outcome(&mut self, plan: &Plan) -> Result<Outcome, EngineError> {
        let mut outcome = self.collect(plan)?;
        // Cycles beyond what a system needs change nothing, so recording few and repeating with
        // more gives the same bits as recording the most at once.
        let most = self.numerics.max_cycles;
        let more = |o: &Outcome, c: &[u32; 2]| (0..2).any(|kind| o.above[kind] && c[kind] < most);
        while more(&outcome, &self.cycles) {
            for (cycles, above) in self.cycles.iter_mut().zip(outcome.above) {
                if above {
                    *cycles = (2 * *cycles).min(most);
                }
            }
            let again = Plan {
                accept: false,
                ..*plan
            };
            self.submit(&again);
            outcome = self.collect(&again)?;
        }
        Ok(outcome)
    }

    /// Chooses how many cycles the next tick records: one more than this one needed, because a cycle
    /// too few costs a tick and one too many next to nothing. After a peak it falls by one a tick.
    pub fn expect_cycles(&mut self, needed: [u32; 2]) {
        let most = self.numerics.max_cycles;
        for (cycles, needed) in self.cycles.iter_mut().zip(needed) {
            *cycles = (needed + 1).max(*cycles - 1).min(most);
        }
    }

    fn collect(&self, plan: &Plan) -> Result<Outcome, EngineError> {
        let sizes = self.read_back().map(|(_, bytes)| bytes);
        let raw = self
            .gpu
            .map(&self.buffers.staging, sizes.iter().sum::<u64>())?;
        let (solves, rest) = raw.split_at(sizes[0] as usize);
        let (verdicts, rest) = rest.split_at(sizes[1] as usize);
        let (balances, watch) = rest.split_at(sizes[2] as usize);
        let watch: Vec<u32> = bytemuck::pod_collect_to_vec(watch);
        if let Some((arm, &process)) = watch.iter().enumerate().find(|(_, w)| **w > 0) {
            let process = &self.model.processes[process as usize - 1];
            return Err(EngineError::NegativeRate {
                process: process.id.clone(),
                arm: self.arms[arm].id.clone(),
                time: plan.time,
                place: format!("{}:{}", process.rate.file, process.rate.line),
            });
        }
        Ok(self.judge(
            plan,
            bytemuck::pod_collect_to_vec(solves),
            &bytemuck::pod_collect_to_vec::<u8, [f32; 8]>(verdicts),
            &bytemuck::pod_collect_to_vec::<u8, [f32; 4]>(balances),
        ))
    }

    fn record_stage(&self, encoder: &mut wgpu::CommandEncoder, stage: usize, cycles: [u32; 2]) {
        let arms = self.arms.len() as u32;
        let r = &self.recorded;
        let p = &self.pipelines;
        self.solver.clear(encoder);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            r.react[stage].record(&mut pass, p, arms);
        }
        self.gpu.breathe(encoder);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            if let Some(faces) = &r.face_maps {
                faces.record(&mut pass, p, self.layout.face_maps() as u32 * arms);
            }
            if let Some(limit) = &r.limit_drift {
                limit.record(&mut pass, p, self.drifting);
            }
            self.solver.record_coefficients(&mut pass, p);
        }
        self.gpu.breathe(encoder);
        self.solver.record(&self.gpu, encoder, p, stage - 1, cycles);
        if r.settles {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            r.react[stage + 2].record(&mut pass, p, arms);
        }
        self.gpu.breathe(encoder);
    }

    // What stage 1 or 2 made or lost beyond its rates.
    fn record_audit(&self, encoder: &mut wgpu::CommandEncoder, stage: usize) {
        let arms = self.arms.len() as u32;
        let r = &self.recorded;
        let p = &self.pipelines;
        let mut pass = encoder.begin_compute_pass(&Default::default());
        r.react[stage + 4].record(&mut pass, p, arms);
        let blocks = self.layout.dynamic() as u32 * arms;
        r.sum_balance[stage - 1].record(&mut pass, p, blocks);
    }

    fn record_explicit(&self, encoder: &mut wgpu::CommandEncoder) {
        let arms = self.arms.len() as u32;
        let r = &self.recorded;
        let p = &self.pipelines;
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            if !r.march.is_empty() {
                let pairs = if r.pair.is_empty() { 0 } else { self.burst / 2 };
                let passes = self.burst - pairs;
                for i in 0..passes {
                    let kind = if i < pairs { &r.pair } else { &r.march };
                    kind[i as usize % 2].record(&mut pass, p, arms);
                }
                if passes.is_multiple_of(2) {
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

    fn judge(
        &self,
        plan: &Plan,
        solves: Vec<SolveReport>,
        raw: &[[f32; 8]],
        balances: &[[f32; 4]],
    ) -> Outcome {
        let arms = self.arms.len();
        let cells = self.cells.iter().product::<u32>();
        let n = f64::from(cells);
        let mut error: f64 = 0.0;
        let mut measure: f64 = 0.0;
        let mut fault = None;
        let total = self.solver.systems_total() as usize;
        let implicit = plan.scheme != Scheme::Explicit;
        let mut verdicts = Vec::with_capacity(raw.len());
        for (i, v) in raw.iter().enumerate() {
            let v = v.map(f64::from);
            let field = self.layout.fields[i / arms];
            let scale = self.model.fields[field].scale;
            let size = (v[5] / n).sqrt().max(1e-3 * scale);
            // The error of a step: of the time scheme, what the linear solver left, and what stale rates did.
            let balance = |stage: usize| balances[stage * raw.len() + i].map(f64::from);
            let mut left = 0.0;
            if implicit {
                left += plan.left_over(|stage| balance(stage)[2].sqrt()) / n.sqrt();
            }
            if implicit && i < total {
                left +=
                    plan.left_over(|stage| f64::from(solves[stage * total + i].left)) / n.sqrt();
            }
            let verdict = Verdict {
                error: ((v[0] / n).sqrt() + left) / size,
                smallest: v[1],
                sum: v[3],
                largest: v[4],
                clipped: v[6],
                first_bad: v[7],
                imbalance: if implicit {
                    plan.imbalance(|stage| [balance(stage)[0], balance(stage)[1]])
                } else {
                    0.0
                },
            };
            error = error.max(verdict.error);
            if let Some(tolerance) = self.numerics.adaptive {
                let change = plan.dt * (v[2] / n).sqrt() / size;
                measure = measure.max(step_measure(verdict.error, change, tolerance));
            }
            // A sum that overflows means values far beyond any meaning, though each is finite.
            let is_bad = verdict.first_bad < f64::from(f32::MAX) / 2.0;
            let overflow =
                !verdict.error.is_finite() || !verdict.sum.is_finite() || !v[5].is_finite();
            if (is_bad || overflow) && !matches!(fault, Some(Fault::NotFinite { .. })) {
                fault = Some(Fault::NotFinite {
                    field,
                    arm: i % arms,
                    cell: if is_bad { verdict.first_bad as u32 } else { 0 },
                });
            } else if fault.is_none() && verdict.smallest < NEGATIVE * scale {
                fault = Some(Fault::Negative {
                    field,
                    value: verdict.smallest,
                });
            }
            verdicts.push(verdict);
        }
        let (mut cycles, mut above) = ([0; 2], [false; 2]);
        if implicit {
            let used = &solves[..plan.stages() * total];
            // A residual that overflowed compares with nothing: it is as unsolved as can be.
            for (i, s) in used.iter().enumerate() {
                let kind = usize::from((i % total) / arms >= self.layout.plain);
                cycles[kind] = cycles[kind].max(s.cycles as u32);
                above[kind] |= s.ratio.is_nan() || s.ratio > 1.0;
            }
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
            measure,
            unsolved: above[0] || above[1],
            cycles,
            above,
            fault,
        }
    }

    /// The error of a run that gave up with `fault` after `retries` shorter steps.
    pub fn explain(&self, fault: &Fault, plan: &Plan, retries: u32) -> EngineError {
        let (dt, time) = (plan.dt, plan.time);
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
                    time,
                    retries,
                    cause: String::new(),
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
                time,
            },
            Fault::Negative { field, value } => EngineError::StepTooSmall {
                step: dt,
                time,
                why: format!("field `{}` fell to {value:.3e}", id(field)),
            },
            Fault::Inaccurate { error } => EngineError::StepTooSmall {
                step: dt,
                time,
                why: format!("the estimated error {error:.3e} stays above the tolerance"),
            },
        }
    }
}
