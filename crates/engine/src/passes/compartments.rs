//! Well-mixed variables of every arm.

use warmfront_shaders::{Kernel, constants};

use crate::EngineError;
use crate::dispatch::{Dispatch, Maker};
use crate::pipelines::Pipelines;
use crate::shared::CompartmentTask;

/// See the [module](self). A tick of two stages integrates from its begin to stage 1, between the stages to
/// its end, and at its end once more with the exchange that is known then; a tick of one stage has no middle.
pub(crate) struct CompartmentPass {
    arms: u32,
    begin: Dispatch,
    between: Dispatch,
    end_of_two: Dispatch,
    end_of_one: Dispatch,
    measure: Dispatch,
    dose: Dispatch,
    restore: Dispatch,
}

impl CompartmentPass {
    /// For a grid of `cells` cells.
    ///
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>, cells: u32) -> Result<Self, EngineError> {
        let [one, two] = &make.uniforms.stages;
        let measure = &make.uniforms.measure;
        let pass = |mode, step| {
            let task = CompartmentTask {
                mode,
                threads: make.shape.model_threads(),
                cells,
                padding_0: 0,
            };
            let task = make.uniform("compartment task", &task);
            make.one_group(Kernel::Compartments, &[("tick", step), ("task", &task)])
        };
        Ok(Self {
            arms: make.arms(),
            begin: pass(constants::TASK_BEGIN, one)?,
            between: pass(constants::TASK_BETWEEN, two)?,
            end_of_two: pass(constants::TASK_END, two)?,
            end_of_one: pass(constants::TASK_END, one)?,
            measure: pass(constants::TASK_MEASURE, measure)?,
            dose: pass(constants::TASK_DOSE, measure)?,
            restore: pass(constants::TASK_RESTORE, measure)?,
        })
    }

    /// Takes over the accepted values, and integrates to stage 1.
    pub fn record_begin(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.begin.record(pass, pipelines, self.arms);
    }

    /// The exchange at stage 1 is known: integrates to the end of the tick.
    pub fn record_between(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.between.record(pass, pipelines, self.arms);
    }

    /// The exchange at the end is known: integrates again, which is the result of a tick of `stages` stages.
    pub fn record_end(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        stages: usize,
    ) {
        let end = if stages == 2 {
            &self.end_of_two
        } else {
            &self.end_of_one
        };
        end.record(pass, pipelines, self.arms);
    }

    /// Keeps the exchange that was measured in the present state.
    pub fn record_measure(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.measure.record(pass, pipelines, self.arms);
    }

    /// Gives the doses that wait.
    pub fn record_dose(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.dose.record(pass, pipelines, self.arms);
    }

    /// Makes the accepted values the present ones again.
    pub fn record_restore(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.restore.record(pass, pipelines, self.arms);
    }
}
