//! The end of a tick: new slopes, the estimated error, and what the watchdog wants to know.

use warmfront_model::Scheme;
use warmfront_shaders::Kernel;

use crate::EngineError;
use crate::dispatch::{Dispatch, Maker};
use crate::pipelines::Pipelines;
use crate::shared::Reduction;

/// See the [module](self).
pub(crate) struct FinishPass {
    // Fields with an equation, of all arms.
    blocks: u32,
    finish: Dispatch,
    judge: Dispatch,
}

impl FinishPass {
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>, scheme: &Scheme) -> Result<Self, EngineError> {
        let [one, two] = &make.uniforms.stages;
        let last = if *scheme == Scheme::Sdirk2 { two } else { one };
        let shape = Reduction {
            threads: make.shape.walkers(),
            ..Reduction::default()
        };
        let shape = make.uniform("verdict", &shape);
        Ok(Self {
            blocks: make.shape.layout.dynamic() as u32 * make.arms(),
            finish: make.dispatch(Kernel::FinishTick, make.shape.walkers(), &[("tick", last)])?,
            judge: make.one_group(Kernel::JudgeTick, &[("shape", &shape)])?,
        })
    }

    /// Records the end of a tick and its verdict.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.finish.record(pass, pipelines, self.blocks);
        self.judge.record(pass, pipelines, self.blocks);
    }
}
