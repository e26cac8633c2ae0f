//! Local chemistry: before a solve, after it, and at the end of a stage.

use warmfront_shaders::Kernel;

use crate::EngineError;
use crate::buffers::Name;
use crate::dispatch::{Dispatch, Maker};
use crate::pipelines::{Flags, Pipelines, Variant};
use crate::shared::Reduction;

/// See the [module](self).
pub(crate) struct ReactPass {
    arms: u32,
    // Fields with an equation, of all arms.
    blocks: u32,
    measure: Dispatch,
    // By stage.
    stages: [Dispatch; 2],
    settle: Option<[Dispatch; 2]>,
    audit: [Dispatch; 2],
    sum_balance: [Dispatch; 2],
}

// An array of what `make` gives for both stages.
fn by_stage<T>(
    mut make: impl FnMut(usize) -> Result<T, EngineError>,
) -> Result<[T; 2], EngineError> {
    Ok([make(0)?, make(1)?])
}

impl ReactPass {
    /// `exchanging`: tissue and compartments exchange something.
    ///
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>, exchanging: bool) -> Result<Self, EngineError> {
        let layout = make.shape.layout;
        let threads = make.shape.model_threads();
        let blocks = layout.dynamic() as u32 * make.arms();
        let react = |flags, step, maps| {
            let kernel = Kernel::React;
            let given = [("tick", step), ("maps_out", make.buffers.get(maps))];
            make.dispatch(Variant { kernel, flags }, threads, &given)
        };
        let stage = |s: usize| &make.uniforms.stages[s];
        // What is local follows the solve.
        let settles = exchanging || layout.solved() < layout.dynamic();
        let settle = |s| react(Flags::SETTLES, stage(s), Name::Scratch);
        Ok(Self {
            arms: make.arms(),
            blocks,
            // The measurement comes before the new slopes are taken over from the work space: its maps, which
            // nobody reads, go where the old slopes were.
            measure: react(Flags::default(), &make.uniforms.measure, Name::Slope)?,
            stages: by_stage(|s| react(Flags::default(), stage(s), Name::Scratch))?,
            settle: settles.then(|| by_stage(settle)).transpose()?,
            audit: by_stage(|s| react(Flags::AUDITS, stage(s), Name::Partial))?,
            sum_balance: by_stage(|s| {
                let shape = Reduction {
                    threads,
                    first: s as u32 * blocks,
                    ..Reduction::default()
                };
                let shape = make.uniform("balance", &shape);
                make.one_group(Kernel::SumBalance, &[("shape", &shape)])
            })?,
        })
    }

    /// Measures what tissue and compartments exchange in the present state.
    pub fn record_measure(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.measure.record(pass, pipelines, self.arms);
    }

    /// Right-hand sides, loss rates, cell maps and local fields of stage `stage` (0 or 1).
    pub fn record_stage(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        stage: usize,
    ) {
        self.stages[stage].record(pass, pipelines, self.arms);
    }

    /// After a solve: local fields and the exchange follow it.
    pub fn record_settle(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        stage: usize,
    ) {
        if let Some(settle) = &self.settle {
            settle[stage].record(pass, pipelines, self.arms);
        }
    }

    /// What a stage made or lost beyond its rates.
    pub fn record_audit(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        stage: usize,
    ) {
        self.audit[stage].record(pass, pipelines, self.arms);
        self.sum_balance[stage].record(pass, pipelines, self.blocks);
    }
}
