//! Construction of a part: buffers, passes, start values.

use warmfront_model::Scenario;
use warmfront_shaders::Controls;

use crate::amounts::Amounts;
use crate::buffers::{Buffers, Name, Shape};
use crate::compiled::{Compiled, boundaries};
use crate::dispatch::{Maker, Uniforms};
use crate::hierarchy::Hierarchy;
use crate::part::{Arm, Part, Progress};
use crate::passes::Passes;
use crate::solver::Solver;
use crate::{EngineError, Gpu};

impl Part {
    /// Allocates and fills the arms `arms` (indices into `scenario.arms`, as many as `compiled` is
    /// for) of a scenario. `initial` holds the start maps of the fields, as from
    /// [`Scenario::initial_fields`].
    ///
    /// # Errors
    /// Initial data that are wrong, driver errors.
    pub fn new(
        gpu: &Gpu,
        compiled: &Compiled,
        scenario: &Scenario,
        arms: &[usize],
        initial: &[Option<Vec<f32>>],
    ) -> Result<Self, EngineError> {
        let model = scenario.model.clone();
        let Compiled {
            program, pipelines, ..
        } = compiled.clone();
        let layout = program.layout.clone();
        let boundaries = boundaries(scenario, &layout);
        let hierarchy = Hierarchy::new(&scenario.grid, &boundaries, arms.len() as u32);
        let shape = Shape {
            hierarchy: &hierarchy,
            layout: &layout,
            model: &model,
            parameters: &program.parameters,
            exchanges: program.exchanges,
        };
        let buffers = Buffers::new(gpu, &shape);
        gpu.queue.write_buffer(
            buffers.get(Name::GridTables),
            0,
            bytemuck::cast_slice(&hierarchy.tables),
        );
        let uniforms = Uniforms::new(gpu, &shape, scenario.grid.spacing);
        let make = Maker {
            gpu,
            pipelines: &pipelines,
            shape: &shape,
            buffers: &buffers,
            uniforms: &uniforms,
        };
        let solver = Solver::new(&make)?;
        let passes = Passes::new(&make, compiled, scenario, &solver)?;
        let amounts = Amounts::new(&make)?;
        let mut part = Self {
            gpu: gpu.clone(),
            numerics: scenario.numerics.clone(),
            grid: scenario.grid,
            arms: arms.iter().map(|&a| Arm::new(scenario, a)).collect(),
            progress: Progress::new(scenario.numerics.max_cycles),
            diffusivity: Vec::new(),
            model,
            layout,
            program,
            hierarchy,
            pipelines,
            solver,
            buffers,
            uniforms,
            passes,
            amounts,
        };
        part.upload_parameters()?;
        part.start(scenario, initial)?;
        Ok(part)
    }

    fn start(
        &mut self,
        scenario: &Scenario,
        initial: &[Option<Vec<f32>>],
    ) -> Result<(), EngineError> {
        let arms = self.arms.len() as u32;
        self.submit_pass(|part, pass| part.passes.initial.record(pass, &part.pipelines, arms));
        for (field, values) in initial.iter().enumerate() {
            let Some(values) = values else {
                continue;
            };
            if let Some(bad) = values.iter().find(|v| !v.is_finite() || **v < 0.0) {
                return Err(EngineError::Values {
                    field: scenario.model.fields[field].id.clone(),
                    what: format!(
                        "starts with the value {bad} in scenario `{}`; `initial` must give finite values >= 0",
                        scenario.id
                    ),
                });
            }
            for arm in 0..self.arms.len() {
                self.write_field(arm, field, values);
            }
        }
        let k = self.model.compartments.len().max(1);
        let stride = self.shape().compartment_stride();
        let values: Vec<f32> = scenario.compartments.iter().map(|&v| v as f32).collect();
        for arm in 0..self.arms.len() {
            let mut memory = vec![0f32; stride];
            for part in 0..3 {
                memory[part * k..part * k + values.len()].copy_from_slice(&values);
            }
            let at = (arm * stride * 4) as u64;
            let memory = bytemuck::cast_slice(&memory);
            let buffer = self.buffers.get(Name::Compartments);
            self.gpu.queue.write_buffer(buffer, at, memory);
        }
        self.gpu.wait()
    }
}

impl Arm {
    fn new(scenario: &Scenario, arm: usize) -> Self {
        let arm = &scenario.arms[arm];
        Self {
            id: arm.id.clone(),
            controls: Controls {
                parameters: arm.parameters.clone(),
                off: scenario.off.clone(),
                off_transports: scenario.off_transports.clone(),
                holds: vec![None; scenario.model.drugs.len()],
            },
        }
    }
}
