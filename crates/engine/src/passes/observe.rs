//! Observables of the present state.

use warmfront_shaders::Kernel;

use crate::EngineError;
use crate::dispatch::{Dispatch, Maker};
use crate::pipelines::Pipelines;
use crate::shared::Reduction;

/// See the [module](self).
pub(crate) struct ObservePass {
    arms: u32,
    observables: u32,
    observe: Dispatch,
    sum: Dispatch,
}

impl ObservePass {
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>) -> Result<Self, EngineError> {
        let threads = make.shape.observer_threads();
        let shape = Reduction {
            threads,
            ..Reduction::default()
        };
        let shape = make.uniform("observables", &shape);
        let given = [
            ("tick", &make.uniforms.measure),
            ("geometry", &make.uniforms.observers),
        ];
        Ok(Self {
            arms: make.arms(),
            observables: make.shape.model.observables.len() as u32,
            observe: make.dispatch(Kernel::Observe, threads, &given)?,
            sum: make.one_group(Kernel::SumObservables, &[("shape", &shape)])?,
        })
    }

    /// Records the observables of every arm.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.observe.record(pass, pipelines, self.arms);
        self.sum
            .record(pass, pipelines, self.observables * self.arms);
    }
}
