//! Geometric multigrid for all moving fields of all arms at once.
//!
//! # Theory
//! Each field of each arm is one linear system (1/(γΔt) + L − ∇·D∇ + ∇·u) c = rhs, an M-matrix with
//! a five-point (3D: seven-point) stencil. A V-cycle smooths with two Jacobi sweeps, restricts the
//! residual by averaging, corrects by linear interpolation and smooths twice again; the four weights are
//! the Chebyshev roots of the interval that a coarser grid cannot see (relative to the diagonal). The
//! coarsest grid is one cell, so that the mean is exact. Coefficients that jump are averaged on coarser
//! grids, which makes these too stiff: such systems are corrected twice a cycle on the first coarse grid.
//!
//! # Practice
//! Fields with a small diffusion number need no coarse grid: [`Solver::plan_levels`] decides per
//! field how deep it goes. The first sweep of each cycle measures the residual and marks the systems that are solved; their
//! work is skipped, whatever the other arms still need, so that an arm's bits do not depend on its
//! neighbours in the batch.

use warmfront_shaders::Kernel;

use crate::buffers::{storage, storage_of, uniform_of};
use crate::hierarchy::{Hierarchy, LevelData};
use crate::pipelines::{Dispatch, Flags, Pipelines};
use crate::{EngineError, Gpu};

/// `System` of `shaders/bind/solver.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(crate) struct SystemData {
    pub diffusivity: f32,
    pub conductance: i32,
    pub drift: i32,
    pub stiffness: i32,
    pub signature: u32,
    pub padding: [u32; 3],
}

/// What one solve left behind; `Solve` of `judge_residual.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable)]
pub(crate) struct SolveReport {
    /// Residual over the allowed one.
    pub ratio: f32,
    /// What the norm of the residual over (1/(γΔt) + L) has beyond rounding: a bound of the error of the
    /// field that is left, in its unit, times the square root of the number of cells.
    pub left: f32,
    /// V-cycles spent.
    pub cycles: f32,
    padding: f32,
}

/// Buffers of the finest level that the rest of the engine shares with the solver.
pub(crate) struct Finest<'a> {
    pub guess: &'a wgpu::Buffer,
    pub now: &'a wgpu::Buffer,
    pub stage_one: &'a wgpu::Buffer,
    pub rhs: &'a wgpu::Buffer,
    pub loss: &'a wgpu::Buffer,
    pub scratch: &'a wgpu::Buffer,
    /// Room for eight f32 per thread and system.
    pub partial: &'a wgpu::Buffer,
}

/// Face maps that mapped systems read.
pub(crate) struct Faces {
    /// Values by level.
    pub levels: Vec<wgpu::Buffer>,
    /// Blocks per level: maps × axes × arms.
    pub blocks: u32,
}

struct LevelDispatches {
    /// The first sweep on coarse levels; on the finest it is the one that measures.
    first: Option<Dispatch>,
    /// From the unknown to the scratch buffer: coarse levels' second sweep.
    forth: Dispatch,
    /// Back again: the finest level's second sweep.
    back: Option<Dispatch>,
    /// After it: the third sweep and the fourth.
    post: Dispatch,
    last: Dispatch,
    restrict: Option<Dispatch>,
    /// The correction alone, in place, or together with the third sweep.
    prolong: Option<Dispatch>,
    corrected: Option<Dispatch>,
    coarsen_loss: Option<Dispatch>,
}

struct Stage {
    /// Sweep and residual of the first cycle, and of the others.
    measure_first: Dispatch,
    measure: Dispatch,
    judge_first: Dispatch,
    judge: Dispatch,
}

/// Systems of one kind: plain or mapped.
struct Family {
    mapped: bool,
    // Storage indices of the fields of this family.
    fields: std::ops::Range<usize>,
    // Systems on each level under the present plan.
    counts: Vec<u32>,
    // First entry of each level in the list buffer.
    offsets: Vec<u32>,
    // By stage of the scheme.
    levels: Vec<LevelDispatches>,
    stages: Vec<Stage>,
}

/// Bit of a list entry: the system goes on to the next coarser level.
const CONTINUES: u32 = 1 << 31;

// Averaged coefficients are too stiff across sharp interfaces, level upon level. So systems that reach this
// level get two corrections a cycle on the first coarse grid, where the finest grid sees none of the work:
// mapped ones always, plain ones (whose loss may jump) from the third cycle on, which only they need.
const TWICE: usize = 4;
const EASY_CYCLES: u32 = 2;

/// Multigrid solver of a batch.
pub(crate) struct Solver {
    arms: u32,
    families: Vec<Family>,
    list: wgpu::Buffer,
    done: wgpu::Buffer,
    pub report: wgpu::Buffer,
    pub systems: wgpu::Buffer,
    pub metric: wgpu::Buffer,
    systems_total: u32,
    // Kept alive for the bind groups and counted in the memory report.
    coarsen_faces: Vec<Dispatch>,
    face_blocks: u32,
}

/// Bytes of the solver's own buffers on coarse levels.
pub(crate) fn memory(h: &Hierarchy, solved: u64, face_blocks: u64) -> u64 {
    let arms = u64::from(h.levels[0].data.arms);
    h.levels[1..]
        .iter()
        .map(|l| u64::from(l.data.block) * 16 * (4 * solved * arms + face_blocks))
        .sum()
}

// Jacobi weights at the Chebyshev roots of degree four on [low, 2]: two sweeps before the coarse
// correction, two after it.
fn weights(solid: bool) -> [f32; 4] {
    let low = if solid { 1.0 / 3.0 } else { 0.4 };
    let (centre, radius) = (0.5 * (2.0 + low), 0.5 * (2.0 - low));
    let root = |k: f64| 1.0 / (centre + radius * (std::f64::consts::PI * k / 8.0).cos());
    [7.0, 1.0, 5.0, 3.0].map(|k| root(k) as f32)
}

impl Solver {
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, from the simulation's constructor"
    )]
    pub fn new(
        gpu: &Gpu,
        pipelines: &Pipelines,
        h: &Hierarchy,
        plain: usize,
        mapped: usize,
        finest: &Finest<'_>,
        faces: &Faces,
        steps: &[wgpu::Buffer],
    ) -> Result<Self, EngineError> {
        let arms = h.levels[0].data.arms;
        let solid = h.levels[0].data.nz > 1;
        let solved = plain + mapped;
        let systems_total = solved as u32 * arms;
        let levels = h.levels.len();
        let list = storage(
            gpu,
            "systems by level",
            u64::from(systems_total) * levels as u64 * 4,
        );
        let done = storage(gpu, "solved systems", u64::from(systems_total) * 4);
        let report = storage(gpu, "solver report", u64::from(systems_total) * 2 * 16);
        let systems = storage(gpu, "systems", u64::from(systems_total) * 32);
        let metric = storage_of(gpu, "metric", &h.metric);
        let interpolation = storage_of(gpu, "interpolation", &h.interpolation);
        let scales = storage(gpu, "residual scales", u64::from(systems_total) * 8);
        let omega = weights(solid).map(|w| uniform_of(gpu, "sweep", &[w, 0.0, 0.0, 0.0]));
        let own: Vec<[wgpu::Buffer; 4]> = h.levels[1..]
            .iter()
            .map(|l| {
                let bytes = u64::from(systems_total) * u64::from(l.data.block) * 16;
                [
                    "coarse unknown",
                    "coarse scratch",
                    "coarse rhs",
                    "coarse loss",
                ]
                .map(|name| storage(gpu, name, bytes))
            })
            .collect();
        let unknown = |l: usize| if l == 0 { finest.guess } else { &own[l - 1][0] };
        let scratch = |l: usize| {
            if l == 0 {
                finest.scratch
            } else {
                &own[l - 1][1]
            }
        };
        let rhs = |l: usize| if l == 0 { finest.rhs } else { &own[l - 1][2] };
        let loss = |l: usize| if l == 0 { finest.loss } else { &own[l - 1][3] };

        let mut families = Vec::new();
        let mut coarsen_faces = Vec::new();
        let mut offset = 0;
        for (mapped_family, fields) in [(false, 0..plain), (true, plain..solved)] {
            if fields.is_empty() {
                continue;
            }
            let capacity = fields.len() as u32 * arms;
            let offsets: Vec<u32> = (0..levels as u32).map(|l| offset + l * capacity).collect();
            offset += levels as u32 * capacity;
            let uniforms: Vec<wgpu::Buffer> = h
                .levels
                .iter()
                .zip(&offsets)
                .map(|(l, &list)| uniform_of(gpu, "level", &LevelData { list, ..l.data }))
                .collect();
            // The operator is the same in both stages (same γΔt): any step buffer serves.
            let step = &steps[0];
            let common = |l: usize, name: &str| match name {
                "level" => Some(&uniforms[l]),
                "tick" => Some(step),
                "systems" => Some(&systems),
                "systems_here" => Some(&list),
                "metric" => Some(&metric),
                "rhs" => Some(rhs(l)),
                "loss" => Some(loss(l)),
                "done" => Some(&done),
                "faces" => Some(&faces.levels[l]),
                _ => None,
            };
            let mut dispatches = Vec::new();
            for (l, level) in h.levels.iter().enumerate() {
                let walkers = level.walkers();
                let sweep = |forth: bool, which: usize| {
                    let (from, to) = if forth {
                        (unknown(l), scratch(l))
                    } else {
                        (scratch(l), unknown(l))
                    };
                    Dispatch::new(
                        gpu,
                        pipelines,
                        Kernel::SmoothSweep,
                        mapped_family,
                        walkers,
                        |name| match name {
                            "src" => Some(from),
                            "dst" => Some(to),
                            "sweep" => Some(&omega[which]),
                            _ => common(l, name),
                        },
                    )
                };
                let (first, forth, back) = if l == 0 {
                    (None, sweep(true, 0)?, Some(sweep(false, 1)?))
                } else {
                    let first = Dispatch::new(
                        gpu,
                        pipelines,
                        Kernel::SmoothFirst,
                        mapped_family,
                        walkers,
                        |name| match name {
                            // The kernel multiplies the unknown by nothing: any buffer of this size serves.
                            "src" => Some(scratch(l)),
                            "dst" => Some(unknown(l)),
                            "sweep" => Some(&omega[0]),
                            _ => common(l, name),
                        },
                    )?;
                    (Some(first), sweep(true, 1)?, None)
                };
                let post = sweep(l == 0, 2)?;
                let last = sweep(l > 0, 3)?;
                let solution = |l: usize| if l == 0 { unknown(l) } else { scratch(l) };
                let other = |l: usize| if l == 0 { scratch(l) } else { unknown(l) };
                let (mut restrict, mut coarsen_loss) = (None, None);
                let (mut prolong, mut corrected) = (None, None);
                if let Some(coarse) = h.levels.get(l + 1) {
                    let coarse_threads = coarse.data.block;
                    let [x, y, z] = level.interpolation;
                    let table = uniform_of(
                        gpu,
                        "interpolation table",
                        &[x, y, z, h.interpolation_stride],
                    );
                    restrict = Some(Dispatch::new(
                        gpu,
                        pipelines,
                        Kernel::RestrictResidual,
                        mapped_family,
                        coarse.walkers(),
                        |name| match name {
                            "src" => Some(solution(l)),
                            "coarse" => Some(&uniforms[l + 1]),
                            "coarse_out" => Some(rhs(l + 1)),
                            "interpolation" => Some(&interpolation),
                            "table" => Some(&table),
                            _ => common(l, name),
                        },
                    )?);
                    coarsen_loss = Some(Dispatch::new(
                        gpu,
                        pipelines,
                        Kernel::CoarsenLoss,
                        false,
                        coarse_threads,
                        |name| match name {
                            "coarse" => Some(&uniforms[l + 1]),
                            "coarse_out" => Some(loss(l + 1)),
                            "interpolation" => Some(&interpolation),
                            "table" => Some(&table),
                            _ => common(l, name),
                        },
                    )?);
                    let correct = |name: &str| match name {
                        "src" => Some(solution(l)),
                        "coarse" => Some(&uniforms[l + 1]),
                        "coarse_in" => Some(scratch(l + 1)),
                        "interpolation" => Some(&interpolation),
                        "table" => Some(&table),
                        "sweep" => Some(&omega[2]),
                        _ => common(l, name),
                    };
                    // Around a periodic edge whose last cell stands inside a vec4f, neighbours need
                    // coarse cells that the fused kernel does not load.
                    if solid || (h.wraps_x && level.data.nx % 4 != 0) {
                        prolong = Some(Dispatch::new(
                            gpu,
                            pipelines,
                            Kernel::ProlongCorrect,
                            false,
                            walkers,
                            |name| match name {
                                "dst" => Some(solution(l)),
                                _ => correct(name),
                            },
                        )?);
                    } else {
                        corrected = Some(Dispatch::new(
                            gpu,
                            pipelines,
                            Kernel::SmoothCorrected,
                            mapped_family,
                            walkers,
                            |name| match name {
                                "dst" => Some(other(l)),
                                _ => correct(name),
                            },
                        )?);
                    }
                    if mapped_family && faces.blocks > 0 {
                        let axes = if solid { 3 } else { 2 };
                        let softened = if l == 0 {
                            mapped as u32 * axes * arms
                        } else {
                            0
                        };
                        let counts =
                            uniform_of(gpu, "face counts", &[axes, axes * arms, softened, 0]);
                        coarsen_faces.push(Dispatch::new(
                            gpu,
                            pipelines,
                            Kernel::CoarsenFaces,
                            false,
                            coarse.data.block,
                            |name| match name {
                                "coarse" => Some(&uniforms[l + 1]),
                                "faces_out" => Some(&faces.levels[l + 1]),
                                "faces_in" => Some(&faces.levels[l]),
                                "counts" => Some(&counts),
                                "interpolation" => Some(&interpolation),
                                "table" => Some(&table),
                                _ => common(l, name),
                            },
                        )?);
                    }
                }
                dispatches.push(LevelDispatches {
                    first,
                    forth,
                    back,
                    post,
                    last,
                    restrict,
                    prolong,
                    corrected,
                    coarsen_loss,
                });
            }
            let walkers = h.levels[0].walkers();
            let threads = walkers.div_ceil(64) * 64;
            let mut stages = Vec::new();
            for (s, step) in steps.iter().enumerate() {
                let measure = |first| {
                    Dispatch::new(
                        gpu,
                        pipelines,
                        Kernel::SmoothMeasure,
                        Flags {
                            mapped: mapped_family,
                            first,
                            ..Flags::default()
                        },
                        walkers,
                        |name| match name {
                            "src" => Some(finest.guess),
                            "now" => Some(finest.now),
                            "stage_one" => Some(finest.stage_one),
                            "partial" => Some(finest.partial),
                            "dst" => Some(finest.scratch),
                            "sweep" => Some(&omega[0]),
                            "tick" => Some(step),
                            _ => common(0, name),
                        },
                    )
                };
                let judge =
                    |first: u32| {
                        let shape =
                            uniform_of(gpu, "judge", &[threads, s as u32, systems_total, first]);
                        let family_list = &list;
                        Dispatch::new(gpu, pipelines, Kernel::JudgeResidual, false, 1, |name| {
                            match name {
                                "level" => Some(&uniforms[0]),
                                "tick" => Some(step),
                                "systems_here" => Some(family_list),
                                "partial" => Some(finest.partial),
                                "done_out" => Some(&done),
                                "report" => Some(&report),
                                "shape" => Some(&shape),
                                "scales" => Some(&scales),
                                _ => None,
                            }
                        })
                    };
                stages.push(Stage {
                    measure_first: measure(true)?,
                    measure: measure(false)?,
                    judge_first: judge(1)?,
                    judge: judge(0)?,
                });
            }
            families.push(Family {
                mapped: mapped_family,
                fields,
                counts: vec![0; levels],
                offsets,
                levels: dispatches,
                stages,
            });
        }
        Ok(Self {
            arms,
            families,
            list,
            done,
            report,
            systems,
            metric,
            systems_total,
            coarsen_faces,
            face_blocks: faces.blocks,
        })
    }

    /// Number of linear systems: solved fields × arms.
    pub fn systems_total(&self) -> u32 {
        self.systems_total
    }

    /// Decides which systems use which levels: coarser ones only while γΔt D (Σ 2/h²) > 1 there.
    /// `diffusivity` by system.
    pub fn plan_levels(&mut self, gpu: &Gpu, h: &Hierarchy, diffusivity: &[f32], gamma_dt: f64) {
        for family in &mut self.families {
            for l in 0..h.levels.len() {
                let mut here: Vec<u32> = Vec::new();
                for field in family.fields.clone() {
                    for arm in 0..self.arms as usize {
                        let system = field * self.arms as usize + arm;
                        // Needed here when the next finer level is still stiff.
                        let finer = l.checked_sub(1).map(|f| &h.levels[f]);
                        let stiff = |level: &crate::hierarchy::Level| {
                            let sum: f64 = (0..3)
                                .filter(|&a| level.cells[a] > 1)
                                .map(|a| 2.0 / level.widths[a][0].powi(2))
                                .sum();
                            gamma_dt * f64::from(diffusivity[system]) * sum > 1.0
                        };
                        let continues = l + 1 < h.levels.len() && stiff(&h.levels[l]);
                        if finer.is_none_or(stiff) {
                            here.push(system as u32 | if continues { CONTINUES } else { 0 });
                        }
                    }
                }
                // The stiffest first: those that reach a level head the lists of all finer ones.
                let of = |&entry: &u32| diffusivity[(entry & !CONTINUES) as usize];
                here.sort_by(|a, b| of(b).total_cmp(&of(a)));
                family.counts[l] = here.len() as u32;
                let at = u64::from(family.offsets[l]) * 4;
                gpu.queue
                    .write_buffer(&self.list, at, bytemuck::cast_slice(&here));
            }
        }
    }

    /// Records the transfer of the loss rates (and of the face maps) to the coarser levels.
    pub fn record_coefficients(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        for family in &self.families {
            for (l, level) in family.levels.iter().enumerate() {
                let Some(&below) = family.counts.get(l + 1) else {
                    break;
                };
                if let Some(d) = &level.coarsen_loss {
                    d.record(pass, pipelines, below);
                }
                if family.mapped
                    && below > 0
                    && let Some(d) = self.coarsen_faces.get(l)
                {
                    d.record(pass, pipelines, self.face_blocks);
                }
            }
        }
    }

    /// Forgets which systems are solved.
    pub fn clear(&self, encoder: &mut wgpu::CommandEncoder) {
        encoder.clear_buffer(&self.done, 0, None);
    }

    /// Records a solve of stage `stage` (0 or 1) with at most `cycles` V-cycles of plain and of
    /// mapped systems.
    pub fn record(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        pipelines: &Pipelines,
        stage: usize,
        cycles: [u32; 2],
    ) {
        for family in &self.families {
            let s = &family.stages[stage];
            let count = family.counts[0];
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                s.measure_first.record(&mut pass, pipelines, count);
                s.judge_first.record(&mut pass, pipelines, count);
            }
            for n in 0..cycles[usize::from(family.mapped)] {
                {
                    let mut pass = encoder.begin_compute_pass(&Default::default());
                    Self::cycle(family, n, &mut pass, pipelines);
                    s.measure.record(&mut pass, pipelines, count);
                    s.judge.record(&mut pass, pipelines, count);
                }
                gpu.breathe(encoder);
            }
        }
    }

    // What follows the measuring sweep of cycle `n`.
    fn cycle(family: &Family, n: u32, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        let twice = if family.mapped || n >= EASY_CYCLES {
            family.counts.get(TWICE).copied().unwrap_or(0)
        } else {
            0
        };
        Self::descend(family, 0, [u32::MAX, twice], pass, pipelines);
    }

    // Smooths systems of level `l`, corrects them from below, smooths again. `limits`: how many systems take
    // part, and how many of them are corrected a second time on the first coarse grid. On the finest level
    // the solution stands in the unknown, on coarser ones in the scratch buffer.
    fn descend(
        family: &Family,
        l: usize,
        limits: [u32; 2],
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
    ) {
        let deepest = family.counts.iter().rposition(|&c| c > 0).unwrap_or(0);
        let level = &family.levels[l];
        let count = family.counts[l].min(limits[0]);
        let second = level.back.as_ref().unwrap_or(&level.forth);
        for sweep in level.first.iter().chain([second]) {
            sweep.record(pass, pipelines, count);
        }
        if l == deepest {
            level.post.record(pass, pipelines, count);
            level.last.record(pass, pipelines, count);
            return;
        }
        let Some(restrict) = &level.restrict else {
            return;
        };
        // The stiffest systems come first in every list.
        let visits = if l == 1 { limits } else { [limits[0], 0] };
        for limit in visits {
            let count = count.min(limit);
            if count == 0 {
                break;
            }
            restrict.record(pass, pipelines, family.counts[l + 1].min(limit));
            Self::descend(family, l + 1, [limit, limits[1]], pass, pipelines);
            if let Some(corrected) = &level.corrected {
                corrected.record(pass, pipelines, count);
            } else {
                if let Some(prolong) = &level.prolong {
                    prolong.record(pass, pipelines, count);
                }
                level.post.record(pass, pipelines, count);
            }
            level.last.record(pass, pipelines, count);
        }
    }
}

/// Records one kernel, or one group of kernels, into a pass.
pub(crate) type Record<'a> = Box<dyn Fn(&mut wgpu::ComputePass<'_>) + 'a>;

impl Solver {
    /// The parts of a solve, for measuring: name and what to record.
    pub fn parts<'a>(&'a self, pipelines: &'a Pipelines) -> Vec<(String, Record<'a>)> {
        let mut parts: Vec<(String, Record<'a>)> = Vec::new();
        for family in &self.families {
            let kind = if family.mapped { "mapped" } else { "plain" };
            let count = family.counts[0];
            let fine = &family.levels[0];
            let stage = &family.stages[0];
            parts.push((
                format!("sweep with residual, {kind}"),
                Box::new(move |pass| stage.measure.record(pass, pipelines, count)),
            ));
            parts.push((
                format!("sweep, {kind}"),
                Box::new(move |pass| fine.forth.record(pass, pipelines, count)),
            ));
            parts.push((
                format!("V-cycle, {kind}"),
                Box::new(move |pass| {
                    stage.measure.record(pass, pipelines, count);
                    Self::cycle(family, 0, pass, pipelines);
                }),
            ));
        }
        parts
    }
}
