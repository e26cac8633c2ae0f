//! Explicit Euler steps: one pass for all fields where the model allows it, otherwise one a family of fields.

use warmfront_model::{Boundary, Scenario, Scheme, Wall};
use warmfront_shaders::Kernel;

use crate::buffers::Name;
use crate::compiled::{Compiled, boundaries};
use crate::dispatch::{Dispatch, Maker};
use crate::pipelines::{Flags, Pipelines, Variant};
use crate::shared::LevelData;
use crate::solver::Solver;
use crate::{EngineError, Gpu};

/// See the [module](self).
pub(crate) struct ExplicitPass {
    arms: u32,
    /// Of one family of fields each.
    general: Vec<FamilyStep>,
    /// All fields at once, from the guess to the work space and back.
    march: Option<[Dispatch; 2]>,
    /// Two such steps at once, there and back; none where rows or the model do not allow it.
    pair: Option<[Dispatch; 2]>,
}

/// An explicit step of one family of fields.
pub(crate) struct FamilyStep {
    dispatch: Dispatch,
    systems: u32,
}

impl FamilyStep {
    /// Of every family of the solver, at a step, from the guess to the buffer `to`.
    ///
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn all(
        make: &Maker<'_>,
        solver: &Solver,
        step: &wgpu::Buffer,
        to: Name,
    ) -> Result<Vec<Self>, EngineError> {
        let walkers = make.shape.hierarchy.levels[0].walkers();
        let family = |family: crate::solver::FamilyView<'_>| {
            let variant = Variant {
                kernel: Kernel::ExplicitStep,
                flags: Flags::mapped(family.mapped),
            };
            let given = [
                ("level", family.level),
                ("systems", family.systems),
                ("tick", step),
                ("src", make.buffers.get(Name::Guess)),
                ("dst", make.buffers.get(to)),
            ];
            Ok(Self {
                dispatch: make.dispatch(variant, walkers, &given)?,
                systems: family.count,
            })
        };
        solver.families().map(family).collect()
    }

    /// Records the step.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.dispatch.record(pass, pipelines, self.systems);
    }
}

impl ExplicitPass {
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(
        make: &Maker<'_>,
        compiled: &Compiled,
        scenario: &Scenario,
        solver: &Solver,
    ) -> Result<Self, EngineError> {
        let layout = make.shape.layout;
        let step = &make.uniforms.stages[0];
        let simple = layout.mapped == 0
            && layout.all() == layout.dynamic()
            && layout.dynamic() > 0
            && !compiled.program.exchanging
            && make.shape.hierarchy.signatures.iter().all(|&s| s == 0)
            && !boundaries(scenario, layout).iter().any(has_fixed_wall);
        let mut this = Self {
            arms: make.arms(),
            general: Vec::new(),
            march: None,
            pair: None,
        };
        if scenario.numerics.scheme != Scheme::Explicit {
            return Ok(this);
        }
        if !simple {
            this.general = FamilyStep::all(make, solver, step, Name::Scratch)?;
            return Ok(this);
        }
        let finest = &make.shape.hierarchy.levels[0];
        let there_and_back = |kernel, level: &wgpu::Buffer, threads| {
            let [state, work] = [Name::Guess, Name::Scratch].map(|n| make.buffers.get(n));
            let go = |from, to| {
                let given = [
                    ("level", level),
                    ("tick", step),
                    ("state_in", from),
                    ("state_out", to),
                ];
                make.dispatch(kernel, threads, &given)
            };
            Ok::<_, EngineError>([go(state, work)?, go(work, state)?])
        };
        let level = &make.uniforms.level;
        this.march = Some(there_and_back(
            Kernel::ExplicitMarch,
            level,
            finest.walkers(),
        )?);
        if let Some(data) = pair_level(make.gpu, scenario, &finest.data)
            && compiled.program.pairs
        {
            let level = make.uniform("level of pairs", &data);
            let threads = data.columns.div_ceil(2) * data.chunks;
            this.pair = Some(there_and_back(Kernel::ExplicitPair, &level, threads)?);
        }
        Ok(this)
    }

    /// Whether one pass steps all fields, so that several steps can follow each other on the device.
    pub fn is_simple(&self) -> bool {
        self.march.is_some()
    }

    /// Records `steps` steps of all fields at once; whether the result stands in the work space.
    pub fn record_simple(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        steps: u32,
    ) -> bool {
        let Some(march) = &self.march else {
            return false;
        };
        let pairs = if self.pair.is_some() { steps / 2 } else { 0 };
        let passes = steps - pairs;
        for i in 0..passes {
            let kind = match &self.pair {
                Some(pair) if i < pairs => pair,
                _ => march,
            };
            kind[i as usize % 2].record(pass, pipelines, self.arms);
        }
        !passes.is_multiple_of(2)
    }

    /// Records one step of every family, from the guess to the work space.
    pub fn record_general(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        for family in &self.general {
            family.record(pass, pipelines);
        }
    }
}

fn has_fixed_wall(b: &Boundary) -> bool {
    let walls = b.axes();
    walls.iter().flatten().any(|w| matches!(w, Wall::Fixed(_)))
}

/// Threads that keep one processor core, or a graphics card, busy.
const BUSY_CORE: u32 = 64;
const BUSY_CARD: u32 = 1 << 16;

/// How `explicit_pair` walks; none for grids that it cannot take. A long walk loads fewer rows twice,
/// many walks keep the device busy.
fn pair_level(gpu: &Gpu, scenario: &Scenario, level0: &LevelData) -> Option<LevelData> {
    let rows_fit = scenario.grid.cells[0].is_multiple_of(4) && level0.columns >= 2;
    if !rows_fit || scenario.grid.is_3d() {
        return None;
    }
    let busy = if gpu.report.software {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
        BUSY_CORE.saturating_mul(cores)
    } else {
        BUSY_CARD
    };
    let threads =
        |march: &u32| level0.columns.div_ceil(2) * level0.ny.div_ceil(*march) * level0.arms;
    let march = [64, 32, 16, 8].into_iter().find(|m| threads(m) >= busy);
    let march = march.unwrap_or(4);
    Some(LevelData {
        march,
        chunks: level0.ny.div_ceil(march),
        ..*level0
    })
}
