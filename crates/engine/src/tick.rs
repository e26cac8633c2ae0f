//! One attempt at a tick of one part: record the kernels of both stages, read the verdict.
//!
//! Nothing is read back inside a tick. After it one small copy tells the host the residuals, the
//! estimated error, the smallest value and the number of bad values of every field and arm. What
//! follows from it is decided for all parts together, in the `lockstep` module.

use warmfront_model::Scheme;

use crate::EngineError;
use crate::buffers::Name;
use crate::part::Part;
use crate::scheme::Plan;
use crate::verdict::{Outcome, Read};

impl Part {
    /// Makes the accepted state, which every attempt leaves untouched, the present one again;
    /// nothing to do where the present tick was not attempted.
    pub fn restore(&self) {
        if !self.progress.attempted {
            return;
        }
        let b = &self.buffers;
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        // Values that are not finite would outlive a factor of 0.
        encoder.clear_buffer(b.get(Name::StageOne), 0, None);
        encoder.clear_buffer(b.get(Name::Scratch), 0, None);
        let (now, guess) = (b.get(Name::Now), b.get(Name::Guess));
        let bytes = now.size().min(guess.size());
        encoder.copy_buffer_to_buffer(now, 0, guess, 0, bytes);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let compartments = &self.passes.compartments;
            compartments.record_restore(&mut pass, &self.pipelines);
        }
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// Forgets the first stage of an attempt that was not finite: the next one multiplies it by 0.
    pub fn forget_stage(&self) {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(self.buffers.get(Name::StageOne), 0, None);
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// Sends an attempt to the device, without waiting for it.
    pub fn submit(&mut self, plan: &Plan) {
        let gamma_dt = plan.gamma_dt();
        let planned = self.progress.planned;
        if (gamma_dt / planned - 1.0).abs() > 1e-9 || planned == 0.0 {
            self.solver
                .plan_levels(&self.gpu, &self.hierarchy, gamma_dt);
            self.progress.planned = gamma_dt;
        }
        self.write_steps(plan);
        self.progress.attempted = true;
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(self.buffers.get(Name::Watch), 0, None);
        self.record_begin(&mut encoder, plan);
        if plan.scheme == Scheme::Explicit {
            self.record_explicit(&mut encoder);
        } else {
            self.record_stages(&mut encoder, plan);
        }
        {
            let (p, passes) = (&self.pipelines, &self.passes);
            let mut pass = encoder.begin_compute_pass(&Default::default());
            passes.compartments.record_end(&mut pass, p, plan.stages());
            passes.finish.record(&mut pass, p);
        }
        let to = self.buffers.get(Name::Readback);
        let mut at = 0;
        for (name, bytes) in self.read_back() {
            if bytes > 0 {
                let from = self.buffers.get(name);
                encoder.copy_buffer_to_buffer(from, 0, to, at, bytes);
            }
            at += bytes;
        }
        self.gpu.queue.submit([encoder.finish()]);
    }

    fn record_begin(&self, encoder: &mut wgpu::CommandEncoder, plan: &Plan) {
        let (p, passes) = (&self.pipelines, &self.passes);
        let mut pass = encoder.begin_compute_pass(&Default::default());
        if plan.fresh && plan.accept {
            passes.react.record_measure(&mut pass, p);
            passes.compartments.record_measure(&mut pass, p);
        }
        passes.compartments.record_begin(&mut pass, p);
        passes.predict.record_first(&mut pass, p);
    }

    fn record_stages(&self, encoder: &mut wgpu::CommandEncoder, plan: &Plan) {
        let (p, passes) = (&self.pipelines, &self.passes);
        let iterations = self.numerics.picard.max(1) + u32::from(!plan.slope);
        for stage in 0..plan.stages() {
            if stage == 1 {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                passes.compartments.record_between(&mut pass, p);
                passes.predict.record_second(&mut pass, p);
            }
            for left in (0..iterations).rev() {
                // Only the last solve is reported; the ones before it get what they may need, or
                // their bits would depend on how many cycles the batch needed last.
                let cycles = if left == 0 {
                    self.progress.cycles
                } else {
                    [self.numerics.max_cycles; 2]
                };
                self.record_stage(encoder, stage, cycles);
            }
            let mut pass = encoder.begin_compute_pass(&Default::default());
            passes.react.record_audit(&mut pass, p, stage);
        }
    }

    fn record_stage(&self, encoder: &mut wgpu::CommandEncoder, stage: usize, cycles: [u32; 2]) {
        let (p, passes) = (&self.pipelines, &self.passes);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            passes.react.record_stage(&mut pass, p, stage);
        }
        self.gpu.breathe(encoder);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            passes.transport.record_faces(&mut pass, p);
            passes.transport.record_limited(&mut pass, p);
            self.solver.record_coefficients(&mut pass, p);
        }
        self.gpu.breathe(encoder);
        self.solver.record(&self.gpu, encoder, p, stage, cycles);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            passes.react.record_settle(&mut pass, p, stage);
        }
        self.gpu.breathe(encoder);
    }

    fn record_explicit(&self, encoder: &mut wgpu::CommandEncoder) {
        let (p, passes) = (&self.pipelines, &self.passes);
        let simple = passes.explicit.is_simple();
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            if simple {
                let steps = self.progress.burst;
                if !passes.explicit.record_simple(&mut pass, p, steps) {
                    return;
                }
            } else {
                passes.react.record_stage(&mut pass, p, 0);
                passes.transport.record_faces(&mut pass, p);
                passes.explicit.record_general(&mut pass, p);
            }
        }
        let fields = if simple {
            self.layout.dynamic()
        } else {
            self.layout.solved()
        };
        let blocks = (fields * self.arms.len()) as u64;
        let bytes = blocks * u64::from(self.hierarchy.levels[0].data.block) * 16;
        if bytes > 0 {
            let [from, to] = [Name::Scratch, Name::Guess].map(|n| self.buffers.get(n));
            encoder.copy_buffer_to_buffer(from, 0, to, 0, bytes);
        }
    }

    // What the host reads after an attempt: reports of the solver, verdicts, balances, raised flags.
    fn read_back(&self) -> [(Name, u64); 4] {
        let arms = self.arms.len() as u64;
        let blocks = self.layout.dynamic() as u64 * arms;
        [
            (Name::Report, u64::from(self.solver.systems_total()) * 32),
            (Name::Verdict, blocks * 32),
            (Name::Balance, blocks * 32),
            (Name::Watch, arms * 4),
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
        while more(&outcome, &self.progress.cycles) {
            for (cycles, above) in self.progress.cycles.iter_mut().zip(outcome.above) {
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
        for (cycles, needed) in self.progress.cycles.iter_mut().zip(needed) {
            *cycles = (needed + 1).max(*cycles - 1).min(most);
        }
    }

    fn collect(&self, plan: &Plan) -> Result<Outcome, EngineError> {
        let sizes = self.read_back().map(|(_, bytes)| bytes);
        let raw = self
            .gpu
            .map(self.buffers.get(Name::Readback), sizes.iter().sum::<u64>())?;
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
        let read = Read {
            solves: bytemuck::pod_collect_to_vec(solves),
            verdicts: bytemuck::pod_collect_to_vec(verdicts),
            balances: bytemuck::pod_collect_to_vec(balances),
        };
        Ok(self.judge(plan, read))
    }
}
