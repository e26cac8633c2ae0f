//! Movement alone, between two ticks, for who looks at it: from the guess to the buffer of the accepted state,
//! which is free then. Its cell maps go where the old slopes were.

use warmfront_model::{Scenario, TransportScheme};
use warmfront_shaders::constants;

use super::{FamilyStep, TransportPass};
use crate::EngineError;
use crate::buffers::Name;
use crate::compiled::Compiled;
use crate::dispatch::Maker;
use crate::pipelines::Pipelines;
use crate::shared::StepData;
use crate::solver::Solver;

/// See the [module](self).
pub(crate) struct MovementPass {
    transport: TransportPass,
    steps: Vec<FamilyStep>,
}

impl MovementPass {
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(
        make: &Maker<'_>,
        compiled: &Compiled,
        scenario: &Scenario,
        solver: &Solver,
    ) -> Result<Self, EngineError> {
        let step = StepData {
            dt: compiled.program.movement_span,
            limited: u32::from(scenario.numerics.transport == TransportScheme::Limited),
            stage: constants::STAGE_EXPLICIT,
            ..StepData::default()
        };
        let step = make.uniform("movement step", &step);
        Ok(Self {
            transport: TransportPass::from_maps(make, Name::Slope, &step)?,
            steps: FamilyStep::all(make, solver, &step, Name::Now)?,
        })
    }

    /// Records movement; the right-hand sides and loss rates must be 0.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.transport.record_faces(pass, pipelines);
        self.transport.record_limited(pass, pipelines);
        for step in &self.steps {
            step.record(pass, pipelines);
        }
    }
}
