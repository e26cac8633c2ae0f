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
        self.solver.plan_levels(
            &self.gpu,
            &self.hierarchy,
            &self.diffusivity,
            plan.gamma_dt(),
        );
        self.write_steps(plan);
        let arms = self.arms.len() as u32;
        let (r, p) = (&self.recorded, &self.pipelines);
        let maps = self.layout.face_maps() as u32 * arms;
        let fields = self.layout.dynamic() as u32 * arms;
        let mut parts: Vec<(String, Record<'_>)> = vec![
            (
                "reactions".into(),
                Box::new(|pass| r.react[1].record(pass, p, arms)),
            ),
            (
                "compartments".into(),
                Box::new(|pass| r.compartments[1].record(pass, p, arms)),
            ),
            (
                "prediction, stage 1".into(),
                Box::new(|pass| r.predict_first.record(pass, p, 1)),
            ),
            (
                "prediction, stage 2".into(),
                Box::new(|pass| r.predict_second.record(pass, p, 1)),
            ),
            (
                "coarse coefficients".into(),
                Box::new(|pass| self.solver.record_coefficients(pass, p)),
            ),
            (
                "finish and verdict".into(),
                Box::new(|pass| {
                    r.finish.record(pass, p, fields);
                    r.judge.record(pass, p, fields);
                }),
            ),
            (
                "observables".into(),
                Box::new(|pass| {
                    r.observe.record(pass, p, arms);
                    r.sum_observables
                        .record(pass, p, self.model.observables.len() as u32 * arms);
                }),
            ),
        ];
        if let Some(faces) = &r.face_maps {
            parts.push((
                "face maps".into(),
                Box::new(move |pass| faces.record(pass, p, maps)),
            ));
        }
        if let Some(limit) = &r.limit_drift {
            parts.push((
                "drift correction".into(),
                Box::new(move |pass| limit.record(pass, p, self.drifting)),
            ));
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
            self.solver.clear(&mut encoder);
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
