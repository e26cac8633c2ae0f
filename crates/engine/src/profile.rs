//! How long each kernel takes: the same dispatches as in a tick, repeated and timed from outside.

use std::time::Instant;

use crate::EngineError;
use crate::part::Part;
use crate::scheme::Plan;
use crate::solver::Record;

/// Median wall time of one kernel or group of kernels.
#[derive(Debug, Clone, PartialEq)]
pub struct KernelTime {
    /// What was timed.
    pub name: String,
    /// Median wall time of one execution, milliseconds.
    pub milliseconds: f64,
}

/// Executions per submission: hides the cost of submitting.
const BATCH: u32 = 4;

impl Part {
    /// Times every kernel on the present state, median of `repeats` submissions. The part is used up:
    /// its buffers hold nonsense afterwards.
    ///
    /// # Errors
    /// Driver errors.
    pub fn kernel_times(
        mut self,
        plan: &Plan,
        repeats: usize,
    ) -> Result<Vec<KernelTime>, EngineError> {
        self.solver
            .plan_levels(&self.gpu, &self.hierarchy, plan.gamma_dt());
        self.write_steps(plan);
        let (passes, p) = (&self.passes, &self.pipelines);
        let react = &passes.react;
        let mut parts: Vec<(String, Record<'_>)> = vec![
            (
                "reactions".into(),
                Box::new(|pass| react.record_stage(pass, p, 0)),
            ),
            (
                "audit".into(),
                Box::new(|pass| react.record_audit(pass, p, 0)),
            ),
            (
                "compartments".into(),
                Box::new(|pass| passes.compartments.record_between(pass, p)),
            ),
            (
                "prediction, stage 1".into(),
                Box::new(|pass| passes.predict.record_first(pass, p)),
            ),
            (
                "prediction, stage 2".into(),
                Box::new(|pass| passes.predict.record_second(pass, p)),
            ),
            (
                "coarse coefficients".into(),
                Box::new(|pass| self.solver.record_coefficients(pass, p)),
            ),
            (
                "finish and verdict".into(),
                Box::new(|pass| passes.finish.record(pass, p)),
            ),
            (
                "observables".into(),
                Box::new(|pass| passes.observe.record(pass, p)),
            ),
        ];
        let [has_faces, drifts] = passes.transport.has();
        if has_faces {
            let record: Record<'_> = Box::new(|pass| passes.transport.record_faces(pass, p));
            parts.push(("face maps".into(), record));
        }
        if drifts {
            let record: Record<'_> = Box::new(|pass| passes.transport.record_limited(pass, p));
            parts.push(("drift correction".into(), record));
        }
        parts.extend(self.solver.parts(p));
        parts
            .into_iter()
            .map(|(name, record)| {
                Ok(KernelTime {
                    milliseconds: self.time_of(&record, repeats)?,
                    name,
                })
            })
            .collect()
    }

    fn time_of(&self, record: &Record<'_>, repeats: usize) -> Result<f64, EngineError> {
        let once = || -> Result<f64, EngineError> {
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            self.solver.forget(&self.gpu);
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                for _ in 0..BATCH {
                    record(&mut pass);
                }
            }
            let start = Instant::now();
            self.gpu.queue.submit([encoder.finish()]);
            self.gpu.wait()?;
            Ok(start.elapsed().as_secs_f64() * 1e3 / f64::from(BATCH))
        };
        // The first execution compiles.
        once()?;
        let mut times = (0..repeats.max(1))
            .map(|_| once())
            .collect::<Result<Vec<f64>, _>>()?;
        times.sort_by(f64::total_cmp);
        Ok(times[times.len() / 2])
    }
}
