//! Shaders and pipelines of a batch, compiled once for all of its parts of the same size.

use std::sync::Arc;

use warmfront_model::{Boundary, Scenario, Scheme, Wall};
use warmfront_shaders::{Files, Kernel, Layout, Program};

use crate::pipelines::{Flags, GridFlags, Pipelines};
use crate::{EngineError, Gpu};

/// What parts with the same number of arms share.
#[derive(Clone)]
pub(crate) struct Compiled {
    /// Number of arms that the shaders are written for.
    pub arms: usize,
    pub program: Arc<Program>,
    pub pipelines: Arc<Pipelines>,
}

impl Compiled {
    /// Compiles every kernel of a scenario for `arms` arms.
    ///
    /// # Errors
    /// A shader of the model that does not compile; driver errors.
    pub fn new(
        gpu: &Gpu,
        files: Files,
        scenario: &Scenario,
        arms: usize,
    ) -> Result<Self, EngineError> {
        let max_uniform = gpu.limits.max_uniform_buffer_binding_size;
        let program = Program::new(files, &scenario.model, arms as u32, max_uniform);
        let layout = &program.layout;
        let grid = GridFlags {
            solid: scenario.grid.is_3d(),
            wraps: boundaries(scenario, layout)
                .iter()
                .any(|b| b.x_low == Wall::Periodic),
            padded: !scenario.grid.cells[0].is_multiple_of(4),
        };
        let mut pipelines = Pipelines::default();
        for &kernel in Kernel::ALL {
            let explicit = scenario.numerics.scheme == Scheme::Explicit;
            if kernel == Kernel::ExplicitPair && !(explicit && program.pairs) {
                continue;
            }
            // Compiled when somebody looks.
            if matches!(kernel, Kernel::Probe | Kernel::Soundness) {
                continue;
            }
            let both = matches!(
                kernel,
                Kernel::SmoothSweep
                    | Kernel::SmoothFirst
                    | Kernel::SmoothCorrected
                    | Kernel::RestrictResidual
                    | Kernel::SmoothMeasure
                    | Kernel::ExplicitStep
            );
            if layout.plain > 0 || !both {
                pipelines.build(gpu, &program, kernel, false.into(), grid)?;
            }
            if both && layout.mapped > 0 {
                pipelines.build(gpu, &program, kernel, true.into(), grid)?;
            }
        }
        for mapped in [false, true] {
            let flags = Flags {
                mapped,
                first: true,
                ..Flags::default()
            };
            pipelines.build(gpu, &program, Kernel::SmoothMeasure, flags, grid)?;
        }
        for (first, settles, audits) in [
            (false, false, false),
            (true, false, false),
            (false, true, false),
            (false, false, true),
        ] {
            let flags = Flags {
                first,
                settles,
                audits,
                ..Flags::default()
            };
            pipelines.build(gpu, &program, Kernel::React, flags, grid)?;
        }
        Ok(Self {
            arms,
            program: Arc::new(program),
            pipelines: Arc::new(pipelines),
        })
    }
}

/// Walls of the solved fields, in storage order.
pub(crate) fn boundaries(scenario: &Scenario, layout: &Layout) -> Vec<Boundary> {
    layout.fields[..layout.solved()]
        .iter()
        .map(|&f| scenario.model.fields[f].boundary)
        .collect()
}
