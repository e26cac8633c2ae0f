//! Geometric multigrid for all moving fields of all arms at once.
//!
//! # Theory
//! Each field of each arm is one linear system (1/(γΔt) + L − ∇·D∇ + ∇·u) c = rhs, an M-matrix with
//! a five-point (3D: seven-point) stencil. A cycle smooths with two damped Jacobi sweeps, restricts the
//! residual by averaging, corrects by linear interpolation and smooths twice again. The four damping weights
//! are the roots of a Chebyshev polynomial on the part of the spectrum (relative to the diagonal) that a
//! coarser grid cannot represent. The coarsest grid is one cell, so that the mean is exact.
//!
//! Coefficients are averaged on coarser grids. Where they jump, the arithmetic mean overestimates the
//! stiffness, level by level. Systems with jumps therefore visit the first coarse grid twice in a cycle (a
//! W-cycle on that grid, a V-cycle below it).
//!
//! # Practice
//! Systems form two families: plain ones with a constant diffusion coefficient, and mapped ones with
//! coefficients on faces. The list of a family is sorted by diffusivity, so the systems that need a coarse
//! grid are the first ones of the list on every level; [`Solver::plan_levels`] counts them for a step.
//! The first sweep of each cycle measures the residual and marks the systems that are solved; their
//! work is skipped, whatever the other arms still need, so that an arm's bits do not depend on its
//! neighbours in the batch.

mod family;
mod level;

use warmfront_shaders::Layout;

use crate::dispatch::Maker;
use crate::hierarchy::Hierarchy;
use crate::pipelines::Pipelines;
use crate::shared::SystemData;
use crate::{EngineError, Gpu};

use family::Family;
pub(crate) use family::FamilyView;

/// Multigrid solver of a part.
pub(crate) struct Solver {
    families: Vec<Family>,
    systems_total: u32,
}

impl Solver {
    /// Makes the dispatches of every level.
    ///
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>) -> Result<Self, EngineError> {
        let layout = make.shape.layout;
        let kinds = [
            (false, 0..layout.plain),
            (true, layout.plain..layout.solved()),
        ];
        let families = kinds
            .into_iter()
            .filter(|(_, fields)| !fields.is_empty())
            .map(|(mapped, fields)| Family::new(make, mapped, fields))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            families,
            systems_total: layout.solved() as u32 * make.arms(),
        })
    }

    /// Number of linear systems: solved fields × arms.
    pub fn systems_total(&self) -> u32 {
        self.systems_total
    }

    /// The families, for kernels that take all of their systems on the finest level.
    pub fn families(&self) -> impl Iterator<Item = FamilyView<'_>> {
        self.families.iter().map(Family::view)
    }

    /// Takes over the systems, in any order; none of them counts as solved.
    pub fn set_systems(&mut self, gpu: &Gpu, layout: &Layout, systems: &[SystemData]) {
        let arms = systems.len() / layout.solved().max(1);
        for family in &mut self.families {
            let own = &systems[family.fields.start * arms..family.fields.end * arms];
            family.set_systems(gpu, own);
        }
    }

    /// Decides how many systems use which levels: coarser ones only while γΔt D (Σ 2/h²) > 1 there.
    pub fn plan_levels(&mut self, gpu: &Gpu, h: &Hierarchy, gamma_dt: f64) {
        for family in &mut self.families {
            family.plan_levels(gpu, h, gamma_dt);
        }
    }

    /// Forgets which systems are solved.
    pub fn forget(&self, gpu: &Gpu) {
        for family in &self.families {
            family.upload(gpu);
        }
    }

    /// Records the transfer of the loss rates and of the face maps to the coarser levels.
    pub fn record_coefficients(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        for family in &self.families {
            family.record_coefficients(pass, pipelines);
        }
    }

    /// Records a solve of stage `stage` (0 or 1) with at most `cycles` cycles of plain and of mapped systems.
    pub fn record(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        pipelines: &Pipelines,
        stage: usize,
        cycles: [u32; 2],
    ) {
        for family in &self.families {
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                family.record_first_look(&mut pass, pipelines, stage);
            }
            for n in 0..cycles[usize::from(family.mapped)] {
                {
                    let mut pass = encoder.begin_compute_pass(&Default::default());
                    family.record_cycle(&mut pass, pipelines, n);
                    family.record_look(&mut pass, pipelines, stage);
                }
                gpu.breathe(encoder);
            }
        }
    }
}

/// Records one kernel, or one group of kernels, into a pass.
pub(crate) type Record<'a> = Box<dyn Fn(&mut wgpu::ComputePass<'_>) + 'a>;

impl Solver {
    /// The parts of a solve, for measuring: name and what to record.
    pub fn parts<'a>(&'a self, pipelines: &'a Pipelines) -> Vec<(String, Record<'a>)> {
        let all = self.families.iter().flat_map(|family| {
            let kind = if family.mapped { "mapped" } else { "plain" };
            let measure: Record<'a> = Box::new(move |pass| family.record_measure(pass, pipelines));
            let sweep: Record<'a> = Box::new(move |pass| family.record_sweep(pass, pipelines));
            let cycle: Record<'a> = Box::new(move |pass| {
                family.record_measure(pass, pipelines);
                family.record_cycle(pass, pipelines, 0);
            });
            [
                (format!("sweep with residual, {kind}"), measure),
                (format!("sweep, {kind}"), sweep),
                (format!("V-cycle, {kind}"), cycle),
            ]
        });
        all.collect()
    }
}

// Damping weights of the Jacobi sweeps: two before the coarse correction, two after it. See the theory above.
fn weights(solid: bool) -> [f32; 4] {
    let low = if solid { 1.0 / 3.0 } else { 0.4 };
    let (centre, radius) = (0.5 * (2.0 + low), 0.5 * (2.0 - low));
    let root = |k: f64| 1.0 / (centre + radius * (std::f64::consts::PI * k / 8.0).cos());
    [7.0, 1.0, 5.0, 3.0].map(|k| root(k) as f32)
}
