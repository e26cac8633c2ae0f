//! First guesses of the stages.

use warmfront_shaders::Kernel;

use crate::EngineError;
use crate::dispatch::{Dispatch, Maker};
use crate::pipelines::Pipelines;

/// Most threads; each takes as many values as are left over.
const MOST_THREADS: u32 = 1 << 20;

/// See the [module](self).
pub(crate) struct PredictPass {
    first: Dispatch,
    second: Dispatch,
}

impl PredictPass {
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>) -> Result<Self, EngineError> {
        let dynamic = make.shape.layout.dynamic() as u32 * make.arms();
        let length = make.shape.hierarchy.levels[0].data.block * dynamic;
        let span = make.uniform("span", &[length, 0, 0, 0]);
        let [one, two] = &make.uniforms.stages;
        let threads = length.min(MOST_THREADS);
        let predict =
            |kernel, step| make.dispatch(kernel, threads, &[("tick", step), ("span", &span)]);
        Ok(Self {
            first: predict(Kernel::PredictFirst, one)?,
            second: predict(Kernel::PredictSecond, two)?,
        })
    }

    /// Takes over the last accepted result, and guesses stage 1 from its slope.
    pub fn record_first(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.first.record(pass, pipelines, 1);
    }

    /// Keeps stage 1, and guesses stage 2.
    pub fn record_second(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.second.record(pass, pipelines, 1);
    }
}
