//! Device memory of a part: one table from which allocation, binding by name and the memory estimate follow.
//!
//! Every storage buffer of a part is a row of [`TABLE`]: how many bytes it has, under which names kernels see it,
//! which kernels write it and which read it. Uniform buffers are not in the table: they hold a few numbers each.

use bytemuck::Pod;
use warmfront_model::Model;
#[cfg(test)]
use warmfront_shaders::Kernel;
use warmfront_shaders::{Layout, ParameterBlock};
use wgpu::util::DeviceExt as _;

use crate::Gpu;
use crate::hierarchy::Hierarchy;

/// Cells that one thread of the model kernels takes.
const CELLS_PER_THREAD: u32 = 16;

/// Cells that one thread takes when it adds up observables: few threads, short lists of sums.
const CELLS_PER_OBSERVER: u32 = 64;

/// Threads of a workgroup, in every kernel.
pub(crate) const WORKGROUP: u32 = 64;

/// What the sizes of buffers are counted from.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'a> {
    pub hierarchy: &'a Hierarchy,
    pub layout: &'a Layout,
    pub model: &'a Model,
    pub parameters: &'a ParameterBlock,
    /// Sums per arm of what tissue and compartments exchange.
    pub exchanges: usize,
}

impl Shape<'_> {
    fn arms(&self) -> u64 {
        u64::from(self.hierarchy.levels[0].data.arms)
    }

    // Bytes of one value in every cell of a level, for each of `blocks` fields of every arm.
    fn fields(&self, level: usize, blocks: usize) -> u64 {
        u64::from(self.hierarchy.levels[level].data.block) * 16 * blocks as u64 * self.arms()
    }

    fn solved(&self) -> u64 {
        self.layout.solved() as u64 * self.arms()
    }

    fn dynamic(&self) -> u64 {
        self.layout.dynamic() as u64 * self.arms()
    }

    // Cell maps of the reactions go where slopes are not needed.
    fn slopes_or_maps(&self) -> usize {
        self.layout.dynamic().max(self.layout.cell_maps())
    }

    /// Directions along which cells have neighbours: 2 or 3.
    pub fn axes(&self) -> usize {
        if self.hierarchy.levels[0].data.nz > 1 {
            3
        } else {
            2
        }
    }

    /// Threads of an arm in the model kernels.
    pub fn model_threads(&self) -> u32 {
        (4 * self.hierarchy.levels[0].data.block)
            .div_ceil(CELLS_PER_THREAD)
            .next_multiple_of(WORKGROUP)
    }

    /// Threads of an arm that add up observables.
    pub fn observer_threads(&self) -> u32 {
        (4 * self.hierarchy.levels[0].data.block)
            .div_ceil(CELLS_PER_OBSERVER)
            .next_multiple_of(WORKGROUP)
    }

    /// Threads of a field and arm in kernels that walk down rows.
    pub fn walkers(&self) -> u32 {
        self.hierarchy.levels[0]
            .walkers()
            .next_multiple_of(WORKGROUP)
    }

    /// f32 values of an arm's compartments: accepted, new, at the stage; exchange at the start and at the end.
    pub fn compartment_stride(&self) -> usize {
        3 * self.model.compartments.len().max(1) + 2 * self.exchanges
    }

    fn observables(&self) -> u64 {
        self.model.observables.len().max(1) as u64 * self.arms()
    }

    /// Coefficients of an arm: a diffusion coefficient for every solved field, a speed limit for every transport.
    pub fn coefficients(&self) -> usize {
        (self.layout.solved() + self.model.transports.len()).max(1)
    }

    // Two vec4f per walking thread for residuals and for the verdict, three f32 per thread of the model
    // kernels for the balance.
    fn partial_bytes(&self) -> u64 {
        let walkers = u64::from(self.walkers());
        self.dynamic() * (32 * walkers).max(12 * u64::from(self.model_threads()))
    }
}

/// What a buffer is used for besides copies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    Storage,
    /// Uniform where the adapter allows so much, otherwise storage; written by the host alone.
    Parameters,
    /// Mapped by the host.
    Readback,
}

/// One buffer of a part, or one per level of the grid.
pub(crate) struct Row {
    pub name: Name,
    /// Names of the variables under which kernels see it, where a pass does not say otherwise.
    pub seen_as: &'static [&'static str],
    /// Whether every level of the grid has one.
    pub every_level: bool,
    pub usage: Usage,
    /// Bytes on a level.
    pub bytes: fn(&Shape<'_>, usize) -> u64,
    /// Kernels that write it, and kernels that only read it.
    #[cfg(test)]
    pub writers: &'static [Kernel],
    #[cfg(test)]
    pub readers: &'static [Kernel],
}

macro_rules! table {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            seen_as: [$($seen:literal),*],
            $(levels: $every:ident,)?
            $(usage: $usage:ident,)?
            bytes: $bytes:expr,
            writers: [$($writer:ident),*],
            readers: [$($reader:ident),*],
        }
    )*) => {
        /// A buffer of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Name { $($(#[$doc])* $name),* }

        /// See the [module](self).
        pub(crate) const TABLE: &[Row] = &[$(Row {
            name: Name::$name,
            seen_as: &[$($seen),*],
            every_level: table!(@every $($every)?),
            usage: table!(@usage $($usage)?),
            bytes: $bytes,
            #[cfg(test)]
            writers: &[$(Kernel::$writer),*],
            #[cfg(test)]
            readers: &[$(Kernel::$reader),*],
        }),*];
    };
    (@every all) => { true };
    (@every) => { false };
    (@usage $usage:ident) => { Usage::$usage };
    (@usage) => { Usage::Storage };
}

table! {
    /// The current iterate of every field; on coarse levels the correction.
    Guess {
        seen_as: ["guess", "values"],
        levels: all,
        bytes: |s, level| s.fields(level, if level == 0 { s.layout.all() } else { s.layout.solved() }),
        writers: [React, PredictFirst, PredictSecond, SmoothSweep, SmoothFirst, SmoothCorrected, ProlongCorrect,
            FinishTick, Initial, ScaleAmounts, ExplicitMarch, ExplicitPair],
        readers: [Observe, SmoothMeasure, RestrictResidual, LimitDrift, ExplicitStep],
    }
    /// The accepted state; while somebody looks, the state moved alone.
    Now {
        seen_as: ["now", "moved"],
        bytes: |s, _| s.fields(0, s.layout.dynamic()),
        writers: [PredictFirst, ExplicitStep],
        readers: [React, PredictSecond, SmoothMeasure, FinishTick],
    }
    /// The result of stage 1.
    StageOne {
        seen_as: ["stage_one"],
        bytes: |s, _| s.fields(0, s.layout.dynamic()),
        writers: [PredictSecond],
        readers: [React, SmoothMeasure, FinishTick],
    }
    /// Slopes of the accepted state; before a first tick, and while somebody looks, cell maps.
    Slope {
        seen_as: ["slope"],
        bytes: |s, _| s.fields(0, s.slopes_or_maps()),
        writers: [PredictFirst, React],
        readers: [FinishTick, FaceMaps, LimitDrift],
    }
    /// Work space of the solver; cell maps before a solve, new slopes between ticks.
    Scratch {
        seen_as: ["scratch", "new_slope", "maps", "maps_out"],
        levels: all,
        bytes: |s, level| s.fields(level, if level == 0 { s.slopes_or_maps() } else { s.layout.solved() }),
        writers: [React, SmoothMeasure, SmoothSweep, SmoothCorrected, ProlongCorrect, FinishTick, ExplicitStep,
            ExplicitMarch, ExplicitPair],
        readers: [FaceMaps, LimitDrift, PredictFirst, SmoothFirst, RestrictResidual],
    }
    /// Right-hand sides of the linear systems.
    Rhs {
        seen_as: ["rhs", "rhs_out"],
        levels: all,
        bytes: |s, level| s.fields(level, s.layout.solved()),
        writers: [React, LimitDrift, RestrictResidual],
        readers: [SmoothMeasure, SmoothSweep, SmoothFirst, SmoothCorrected, ExplicitStep],
    }
    /// Loss rates of the linear systems.
    Loss {
        seen_as: ["loss", "loss_out"],
        levels: all,
        bytes: |s, level| s.fields(level, s.layout.solved()),
        writers: [React, CoarsenLoss],
        readers: [SmoothMeasure, SmoothSweep, SmoothFirst, SmoothCorrected, RestrictResidual, ExplicitStep],
    }
    /// Conductances and drift velocities on faces.
    Faces {
        seen_as: ["faces", "faces_out", "face_values"],
        levels: all,
        bytes: |s, level| s.fields(level, s.layout.face_maps() * s.axes()),
        writers: [FaceMaps, CoarsenFaces],
        readers: [SmoothMeasure, SmoothSweep, SmoothFirst, SmoothCorrected, RestrictResidual, LimitDrift,
            ExplicitStep],
    }
    /// Sums of single threads: of residuals, of the verdict, of the balance.
    Partial {
        seen_as: ["partial"],
        bytes: |s, _| s.partial_bytes(),
        writers: [SmoothMeasure, FinishTick, React],
        readers: [JudgeResidual, JudgeTick, SumBalance],
    }
    /// Linear systems of plain fields, the stiffest first.
    PlainSystems {
        seen_as: [],
        bytes: |s, _| s.layout.plain as u64 * s.arms() * 32,
        writers: [JudgeResidual],
        readers: [SmoothMeasure, SmoothSweep, SmoothFirst, SmoothCorrected, ProlongCorrect, RestrictResidual,
            CoarsenLoss, ExplicitStep],
    }
    /// Linear systems of mapped fields, the stiffest first.
    MappedSystems {
        seen_as: [],
        bytes: |s, _| s.layout.mapped as u64 * s.arms() * 32,
        writers: [JudgeResidual],
        readers: [SmoothMeasure, SmoothSweep, SmoothFirst, SmoothCorrected, ProlongCorrect, RestrictResidual,
            CoarsenLoss, ExplicitStep],
    }
    /// Linear systems of fields that drift, in storage order.
    DriftingSystems {
        seen_as: [],
        bytes: |s, _| s.layout.mapped as u64 * s.arms() * 32,
        writers: [],
        readers: [LimitDrift],
    }
    /// What the solves of both stages left, by stage and system.
    Report {
        seen_as: ["report"],
        bytes: |s, _| 2 * s.solved() * 16,
        writers: [JudgeResidual],
        readers: [],
    }
    /// What the residual of a system may be, and its rounding.
    Scales {
        seen_as: ["scales"],
        bytes: |s, _| s.solved() * 8,
        writers: [JudgeResidual],
        readers: [],
    }
    /// Second differences and interpolation weights of every level.
    GridTables {
        seen_as: ["grid_tables"],
        bytes: |s, _| s.hierarchy.tables.len() as u64 * 16,
        writers: [],
        readers: [SmoothMeasure, SmoothSweep, SmoothFirst, SmoothCorrected, ProlongCorrect, RestrictResidual,
            CoarsenLoss, CoarsenFaces, FaceMaps, LimitDrift, ExplicitStep, ExplicitMarch, ExplicitPair],
    }
    /// Diffusion coefficients and speed limits of every arm.
    Coefficients {
        seen_as: ["coefficients", "coefficients_out"],
        bytes: |s, _| s.coefficients() as u64 * s.arms() * 4,
        writers: [Coefficients],
        readers: [FaceMaps],
    }
    /// Diffusion coefficients by system.
    Diffusivity {
        seen_as: ["diffusivity", "wall_diffusivity"],
        bytes: |s, _| s.solved().max(1) * 4,
        writers: [],
        readers: [React, ExplicitMarch, ExplicitPair],
    }
    /// Parameters and switches of every arm.
    Parameters {
        seen_as: ["params"],
        usage: Parameters,
        bytes: |s, _| s.parameters.stride as u64 * s.arms() * 4,
        writers: [],
        readers: [React, Compartments, Observe, Initial, Coefficients, ExplicitMarch, ExplicitPair],
    }
    /// Compartments of every arm, see [`Shape::compartment_stride`].
    Compartments {
        seen_as: ["memory", "compartment_values"],
        bytes: |s, _| s.compartment_stride() as u64 * s.arms() * 4,
        writers: [Compartments],
        readers: [React, Observe, ExplicitMarch, ExplicitPair],
    }
    /// What tissue and compartments exchange: sums of single threads.
    Exchange {
        seen_as: ["exchange_out", "exchange_partials"],
        bytes: |s, _| s.exchanges as u64 * s.arms() * u64::from(s.model_threads()) * 4,
        writers: [React],
        readers: [Compartments],
    }
    /// Amounts of drugs to be given at the next dose.
    Doses {
        seen_as: ["doses"],
        bytes: |s, _| s.arms() * s.model.drugs.len().max(1) as u64 * 4,
        writers: [Compartments],
        readers: [],
    }
    /// By arm: a process with a negative rate, from 1; 0: none.
    Watch {
        seen_as: ["watch"],
        bytes: |s, _| s.arms() * 4,
        writers: [React],
        readers: [],
    }
    /// By field and arm: what a tick did.
    Verdict {
        seen_as: ["verdict"],
        bytes: |s, _| s.dynamic() * 32,
        writers: [JudgeTick],
        readers: [],
    }
    /// By stage, field and arm: imbalance, turnover, squares of what stale rates did.
    Balance {
        seen_as: ["balance"],
        bytes: |s, _| 2 * s.dynamic() * 16,
        writers: [SumBalance],
        readers: [],
    }
    /// Observables: sums of single threads.
    Observed {
        seen_as: ["observed"],
        bytes: |s, _| s.observables() * u64::from(s.observer_threads()) * 16,
        writers: [Observe],
        readers: [SumObservables],
    }
    /// Observables: sums.
    Totals {
        seen_as: ["totals"],
        bytes: |s, _| s.observables() * 16,
        writers: [SumObservables],
        readers: [],
    }
    /// Factors that take back what roundings did to the amounts of fields that only move.
    Amounts {
        seen_as: ["amounts"],
        bytes: |s, _| s.dynamic() * 8,
        writers: [],
        readers: [ScaleAmounts],
    }
    /// What the host reads after a tick: reports, verdicts, balances, raised flags.
    Readback {
        seen_as: [],
        usage: Readback,
        bytes: |s, _| 2 * s.solved() * 16 + s.dynamic() * 64 + s.arms() * 4,
        writers: [],
        readers: [],
    }
}

/// Bytes of a row's buffer on a level as allocated: never none, in whole `vec4f`.
pub(crate) fn allocated(row: &Row, shape: &Shape<'_>, level: usize) -> u64 {
    (row.bytes)(shape, level).max(16).next_multiple_of(16)
}

/// Levels on which a row has a buffer.
pub(crate) fn levels(row: &Row, shape: &Shape<'_>) -> usize {
    if row.every_level {
        shape.hierarchy.levels.len()
    } else {
        1
    }
}

/// The buffers of the table, allocated.
pub(crate) struct Buffers {
    // In the order of the table, then by level.
    all: Vec<Vec<wgpu::Buffer>>,
    #[cfg(test)]
    uses: std::cell::RefCell<std::collections::BTreeSet<(Name, Kernel, bool)>>,
}

impl Buffers {
    /// Allocates every buffer, zeroed.
    pub fn new(gpu: &Gpu, shape: &Shape<'_>) -> Self {
        let all = TABLE.iter().map(|row| {
            let usage = match row.usage {
                Usage::Storage => wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC,
                Usage::Parameters if shape.parameters.uniform => wgpu::BufferUsages::UNIFORM,
                Usage::Parameters => wgpu::BufferUsages::STORAGE,
                Usage::Readback => wgpu::BufferUsages::MAP_READ,
            };
            let make = |level| {
                gpu.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some(&format!("{:?}", row.name)),
                    size: allocated(row, shape, level),
                    usage: usage | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            };
            (0..levels(row, shape)).map(make).collect()
        });
        Self {
            all: all.collect(),
            #[cfg(test)]
            uses: std::cell::RefCell::default(),
        }
    }

    /// The buffer of the finest level.
    pub fn get(&self, name: Name) -> &wgpu::Buffer {
        self.at(name, 0)
    }

    /// The buffer of a level.
    pub fn at(&self, name: Name, level: usize) -> &wgpu::Buffer {
        &self.all[name as usize][level]
    }

    /// The buffer that a variable of a kernel means on a level, if the table says so.
    pub fn seen_as(&self, variable: &str, level: usize) -> Option<&wgpu::Buffer> {
        let row = TABLE
            .iter()
            .position(|row| row.seen_as.contains(&variable))?;
        let buffers = &self.all[row];
        buffers.get(level).or(buffers.first())
    }

    /// Bytes of all buffers.
    #[cfg(test)]
    pub fn bytes(&self) -> u64 {
        self.all.iter().flatten().map(wgpu::Buffer::size).sum()
    }

    /// Notes that a kernel uses a buffer, if it is one of the table.
    #[cfg(test)]
    pub fn note(&self, buffer: &wgpu::Buffer, kernel: Kernel, writes: bool) {
        let found = self.all.iter().position(|levels| levels.contains(buffer));
        if let Some(row) = found {
            let mut uses = self.uses.borrow_mut();
            uses.insert((TABLE[row].name, kernel, writes));
        }
    }

    /// Buffers and the kernels that use them, and whether they write.
    #[cfg(test)]
    pub fn uses(&self) -> std::collections::BTreeSet<(Name, Kernel, bool)> {
        self.uses.borrow().clone()
    }
}

/// A storage buffer of `bytes` bytes, zeroed.
pub(crate) fn storage(gpu: &Gpu, label: &str, bytes: u64) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes.max(16).next_multiple_of(16),
        usage: wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_DST
            | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
}

/// A storage buffer that starts with `data`.
pub(crate) fn storage_of<T: Pod>(gpu: &Gpu, label: &str, data: &[T]) -> wgpu::Buffer {
    gpu.device
        .create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some(label),
            contents: bytemuck::cast_slice(data),
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_DST
                | wgpu::BufferUsages::COPY_SRC,
        })
}

/// A uniform buffer that starts with `data`.
pub(crate) fn uniform_of<T: Pod>(gpu: &Gpu, label: &str, data: &T) -> wgpu::Buffer {
    gpu.device
        .create_buffer_init(&wgpu::util::BufferInitDescriptor {
            label: Some(label),
            contents: bytemuck::bytes_of(data),
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        })
}
