//! Shaders and pipelines of a batch, compiled once for all of its parts of the same size.

use std::sync::Arc;

use warmfront_model::{Boundary, Scenario, Scheme, Wall};
use warmfront_shaders::{Files, Kernel, Layout, Program};

use crate::compile::compile;
use crate::pipelines::{Flags, GridFlags, Pipe, Pipelines, Variant};
use crate::simulation::Simulation;
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
        let explicit = scenario.numerics.scheme == Scheme::Explicit;
        let (mut wanted, mut later) = (Vec::new(), Vec::new());
        for &kernel in Kernel::ALL {
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
            // The implicit schemes have none of these; only a probe measures movement with one.
            let rare = matches!(kernel, Kernel::ExplicitStep | Kernel::ExplicitMarch);
            let list = if rare && !explicit {
                &mut later
            } else {
                &mut wanted
            };
            let variant = |mapped: bool| Variant {
                kernel,
                flags: Flags::mapped(mapped),
            };
            if layout.plain > 0 || !both {
                list.push(variant(false));
            }
            if both && layout.mapped > 0 {
                list.push(variant(true));
            }
        }
        for mapped in [false, true] {
            wanted.push(Variant {
                kernel: Kernel::SmoothMeasure,
                flags: Flags {
                    mapped,
                    ..Flags::FIRST
                },
            });
        }
        for flags in [Flags::SETTLES, Flags::AUDITS] {
            let kernel = Kernel::React;
            wanted.push(Variant { kernel, flags });
        }
        let pipelines = compile(gpu, &program, grid, wanted, &later)?;
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

impl Simulation {
    /// A kernel that few simulations need, compiled for each of the parts.
    ///
    /// # Errors
    /// A shader that the driver refuses.
    pub(crate) fn compiled(&self, kernel: Kernel) -> Result<Vec<Arc<Pipelines>>, EngineError> {
        let mut all: Vec<Arc<Pipelines>> = Vec::new();
        let mut sizes: Vec<usize> = Vec::new();
        for part in &self.parts {
            let arms = part.arms.len();
            // Parts of different size have different programs; sizes fall, so equals follow each other.
            let same = all.last().filter(|_| sizes.last() == Some(&arms)).cloned();
            let pipelines = match same {
                Some(pipelines) => pipelines,
                None => {
                    let grid = GridFlags {
                        solid: part.grid.is_3d(),
                        wraps: true,
                        padded: true,
                    };
                    let flags = Flags::default();
                    let variant = Variant { kernel, flags };
                    let mut pipelines = Pipelines::default();
                    let pipe = Pipe::new(&part.gpu, &part.program, variant, grid)?;
                    pipelines.add(variant, pipe);
                    Arc::new(pipelines)
                }
            };
            all.push(pipelines);
            sizes.push(arms);
        }
        Ok(all)
    }
}
