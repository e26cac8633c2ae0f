//! Linear systems of one kind, plain or mapped, and their cycles.

use std::ops::Range;

use warmfront_shaders::Kernel;

use super::level::{Bindings, LevelPass};
use super::weights;
use crate::buffers::Name;
use crate::dispatch::{Dispatch, Maker};
use crate::hierarchy::{Hierarchy, Level};
use crate::pipelines::{Flags, Pipelines, Variant};
use crate::shared::{LevelData, Reduction, Sweep, SystemData};
use crate::{EngineError, Gpu};

// Systems that reach this level visit the first coarse grid twice a cycle: mapped ones always, plain ones
// (whose loss may jump) from the third cycle on, which only they need. The finest grid sees none of that work.
const TWICE: usize = 4;
const EASY_CYCLES: u32 = 2;

/// See the [module](self).
pub(super) struct Family {
    pub mapped: bool,
    /// Storage indices of its fields.
    pub fields: Range<usize>,
    // The stiffest first.
    systems: Vec<SystemData>,
    list: wgpu::Buffer,
    // By level: systems that reach it under the present plan, what it looks like, and what happens there.
    counts: Vec<u32>,
    uniforms: Vec<wgpu::Buffer>,
    levels: Vec<LevelPass>,
    // By stage of the scheme.
    looks: [Look; 2],
}

/// What kernels of other passes need of a family.
pub(crate) struct FamilyView<'a> {
    pub mapped: bool,
    pub level: &'a wgpu::Buffer,
    pub systems: &'a wgpu::Buffer,
    /// Number of systems.
    pub count: u32,
}

/// The sweep that measures the residual, and the judgement of it: before the first cycle, and after each.
struct Look {
    measure_first: Dispatch,
    measure: Dispatch,
    judge_first: Dispatch,
    judge: Dispatch,
}

impl Family {
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>, mapped: bool, fields: Range<usize>) -> Result<Self, EngineError> {
        let h = make.shape.hierarchy;
        let list = if mapped {
            Name::MappedSystems
        } else {
            Name::PlainSystems
        };
        let list = make.buffers.get(list);
        let uniforms: Vec<wgpu::Buffer> = h
            .levels
            .iter()
            .map(|l| make.uniform("level", &l.data))
            .collect();
        let sweeps = weights(make.shape.axes() == 3).map(|omega| {
            let sweep = Sweep {
                omega,
                ..Sweep::default()
            };
            make.uniform("sweep", &sweep)
        });
        // The operator is the same in both stages (same γΔt): any step serves.
        let step = &make.uniforms.stages[0];
        let bindings = Bindings {
            mapped,
            systems: list,
            levels: &uniforms,
            sweeps: &sweeps,
            step,
        };
        let levels = (0..h.levels.len())
            .map(|l| LevelPass::new(make, &bindings, l))
            .collect::<Result<Vec<_>, _>>()?;
        let looks = [
            Look::new(make, &bindings, 0)?,
            Look::new(make, &bindings, 1)?,
        ];
        Ok(Self {
            mapped,
            fields,
            systems: Vec::new(),
            list: list.clone(),
            counts: vec![0; h.levels.len()],
            levels,
            looks,
            uniforms,
        })
    }

    pub fn view(&self) -> FamilyView<'_> {
        FamilyView {
            mapped: self.mapped,
            level: &self.uniforms[0],
            systems: &self.list,
            count: self.fields.len() as u32 * self.arms(),
        }
    }

    fn arms(&self) -> u32 {
        (self.list.size() / size_of::<SystemData>() as u64) as u32 / self.fields.len() as u32
    }

    pub fn set_systems(&mut self, gpu: &Gpu, systems: &[SystemData]) {
        self.systems = systems.to_vec();
        self.systems
            .sort_by(|a, b| b.diffusivity.total_cmp(&a.diffusivity));
        self.upload(gpu);
    }

    /// Writes the list of systems, none of them solved.
    pub fn upload(&self, gpu: &Gpu) {
        gpu.queue
            .write_buffer(&self.list, 0, bytemuck::cast_slice(&self.systems));
    }

    pub fn plan_levels(&mut self, gpu: &Gpu, h: &Hierarchy, gamma_dt: f64) {
        // Systems for which a level is still stiff; they need the next coarser one.
        let stiff = |level: &Level| {
            let sum: f64 = (0..3)
                .filter(|&a| level.cells[a] > 1)
                .map(|a| 2.0 / level.widths[a][0].powi(2))
                .sum();
            let is_stiff = |s: &&SystemData| gamma_dt * f64::from(s.diffusivity) * sum > 1.0;
            self.systems.iter().take_while(is_stiff).count() as u32
        };
        let mut here = self.systems.len() as u32;
        for (l, level) in h.levels.iter().enumerate() {
            let deeper = if l + 1 < h.levels.len() {
                stiff(level).min(here)
            } else {
                0
            };
            self.counts[l] = here;
            let data = LevelData {
                deeper,
                ..level.data
            };
            gpu.queue
                .write_buffer(&self.uniforms[l], 0, bytemuck::bytes_of(&data));
            here = deeper;
        }
    }

    pub fn record_coefficients(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        for (level, &below) in self.levels.iter().zip(&self.counts[1..]) {
            level.record_coefficients(pass, pipelines, below);
        }
    }

    /// Measures what the first guess leaves, and decides which systems are solved by it.
    pub fn record_first_look(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        stage: usize,
    ) {
        let look = &self.looks[stage];
        look.measure_first.record(pass, pipelines, self.counts[0]);
        look.judge_first.record(pass, pipelines, self.counts[0]);
    }

    /// Measures what a cycle left, which is the first sweep of the next one, and decides which systems are solved.
    pub fn record_look(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        stage: usize,
    ) {
        let look = &self.looks[stage];
        look.measure.record(pass, pipelines, self.counts[0]);
        look.judge.record(pass, pipelines, self.counts[0]);
    }

    /// The measuring sweep alone.
    pub fn record_measure(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.looks[0]
            .measure
            .record(pass, pipelines, self.counts[0]);
    }

    /// One sweep on the finest level.
    pub fn record_sweep(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        self.levels[0].record_sweep(pass, pipelines, self.counts[0]);
    }

    /// What follows the measuring sweep of cycle `n`.
    pub fn record_cycle(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines, n: u32) {
        let twice = if self.mapped || n >= EASY_CYCLES {
            self.counts.get(TWICE).copied().unwrap_or(0)
        } else {
            0
        };
        self.descend(pass, pipelines, 0, [u32::MAX, twice]);
    }

    // Smooths systems of level `l`, corrects them from below, smooths again. `limits`: how many systems take
    // part, and how many of them visit the first coarse grid a second time.
    fn descend(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        l: usize,
        limits: [u32; 2],
    ) {
        let deepest = self.counts.iter().rposition(|&c| c > 0).unwrap_or(0);
        let level = &self.levels[l];
        let count = self.counts[l].min(limits[0]);
        level.record_before(pass, pipelines, count);
        if l == deepest {
            level.record_after(pass, pipelines, count);
            return;
        }
        let visits = if l == 1 { limits } else { [limits[0], 0] };
        for limit in visits {
            let count = count.min(limit);
            if count == 0 {
                break;
            }
            level.record_restrict(pass, pipelines, self.counts[l + 1].min(limit));
            self.descend(pass, pipelines, l + 1, [limit, limits[1]]);
            level.record_correct(pass, pipelines, count);
        }
    }
}

impl Look {
    fn new(make: &Maker<'_>, bindings: &Bindings<'_>, stage: usize) -> Result<Self, EngineError> {
        let finest = &make.shape.hierarchy.levels[0];
        let step = &make.uniforms.stages[stage];
        let measure = |first| {
            let variant = Variant {
                kernel: Kernel::SmoothMeasure,
                flags: Flags {
                    first,
                    ..Flags::mapped(bindings.mapped)
                },
            };
            let given = [
                ("src", make.buffers.get(Name::Guess)),
                ("dst", make.buffers.get(Name::Scratch)),
                ("sweep", &bindings.sweeps[0]),
                ("systems", bindings.systems),
                ("level", &bindings.levels[0]),
                ("tick", step),
            ];
            make.dispatch(variant, finest.walkers(), &given)
        };
        let judge = |first: bool| {
            let shape = Reduction {
                threads: make.shape.walkers(),
                first: stage as u32 * make.shape.layout.solved() as u32 * make.arms(),
                first_look: u32::from(first),
                ..Reduction::default()
            };
            let shape = make.uniform("judge", &shape);
            let given = [
                ("shape", &shape),
                ("systems", bindings.systems),
                ("tick", step),
            ];
            make.one_group(Kernel::JudgeResidual, &given)
        };
        Ok(Self {
            measure_first: measure(true)?,
            measure: measure(false)?,
            judge_first: judge(true)?,
            judge: judge(false)?,
        })
    }
}
