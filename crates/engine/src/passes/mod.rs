//! The passes of a tick: each owns its dispatches and is recorded by name.

mod compartments;
mod explicit;
mod finish;
mod movement;
mod observe;
mod predict;
mod react;
mod transport;

pub(crate) use compartments::CompartmentPass;
pub(crate) use explicit::{ExplicitPass, FamilyStep};
pub(crate) use finish::FinishPass;
pub(crate) use movement::MovementPass;
pub(crate) use observe::ObservePass;
pub(crate) use predict::PredictPass;
pub(crate) use react::ReactPass;
pub(crate) use transport::{TransportPass, drifting};

use warmfront_model::Scenario;
use warmfront_shaders::Kernel;

use crate::EngineError;
use crate::compiled::Compiled;
use crate::dispatch::{Dispatch, Maker};
use crate::solver::Solver;

/// Every pass of a part, except the solver's.
pub(crate) struct Passes {
    pub predict: PredictPass,
    pub react: ReactPass,
    pub transport: TransportPass,
    pub compartments: CompartmentPass,
    pub explicit: ExplicitPass,
    /// Movement alone, for who looks at it.
    pub movement: MovementPass,
    pub finish: FinishPass,
    pub observe: ObservePass,
    /// Diffusion coefficients and speed limits from the parameters.
    pub coefficients: Dispatch,
    /// Start values that the model gives as expressions.
    pub initial: Dispatch,
}

impl Passes {
    /// Makes the passes of a scenario.
    ///
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(
        make: &Maker<'_>,
        compiled: &Compiled,
        scenario: &Scenario,
        solver: &Solver,
    ) -> Result<Self, EngineError> {
        let threads = make.shape.model_threads();
        Ok(Self {
            predict: PredictPass::new(make)?,
            react: ReactPass::new(make, compiled.program.exchanging)?,
            transport: TransportPass::new(make)?,
            compartments: CompartmentPass::new(make, scenario.grid.len() as u32)?,
            explicit: ExplicitPass::new(make, compiled, scenario, solver)?,
            movement: MovementPass::new(make, compiled, scenario, solver)?,
            finish: FinishPass::new(make, &scenario.numerics.scheme)?,
            observe: ObservePass::new(make)?,
            coefficients: make.one_group(Kernel::Coefficients, &[])?,
            initial: make.dispatch(
                Kernel::Initial,
                threads,
                &[("tick", &make.uniforms.measure)],
            )?,
        })
    }
}
