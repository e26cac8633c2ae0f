//! Construction of a part: buffers, bind groups, start values.

use bytemuck::{Pod, Zeroable};
use warmfront_model::{Boundary, Scenario, Scheme, TransportScheme, Wall};
use warmfront_shaders::{Controls, Kernel};

use crate::amounts::Amounts;
use crate::buffers::{storage, storage_of, uniform_of};
use crate::compiled::{Compiled, boundaries};
use crate::hierarchy::{Hierarchy, LevelData};
use crate::part::{ArmName, Buffers, Movement, Part, Recorded};
use crate::pipelines::{Dispatch, Flags};
use crate::scheme::StepData;
use crate::solver::{Faces, Finest, Solver};
use crate::walks::{map_infos, pair_level};
use crate::{EngineError, Gpu};

#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(crate) struct Geometry {
    pub spacing: [f32; 3],
    pub threads: u32,
}

/// Cells that one thread of the model kernels takes.
const CELLS_PER_THREAD: u32 = 16;

/// Threads of the model kernels.
fn react_threads(level: &LevelData) -> u32 {
    (4 * level.block)
        .div_ceil(CELLS_PER_THREAD)
        .next_multiple_of(64)
}

/// Bytes of the partial sums of `blocks` fields and arms: two vec4f per walking thread for residuals and for the
/// verdict, three f32 per thread of the model kernels for the balance.
pub(crate) fn partial_bytes(hierarchy: &Hierarchy, blocks: u64) -> u64 {
    let finest = &hierarchy.levels[0];
    let walkers = u64::from(finest.walkers().next_multiple_of(64));
    blocks * (32 * walkers).max(12 * u64::from(react_threads(&finest.data)))
}

/// Cells that one thread takes when it adds up observables: few threads, short lists of sums.
pub(crate) const CELLS_PER_OBSERVER: u32 = 64;

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
        let count = arms.len() as u32;
        let Compiled {
            program, pipelines, ..
        } = compiled.clone();
        let layout = program.layout.clone();
        let boundaries = boundaries(scenario, &layout);
        let hierarchy = Hierarchy::new(&scenario.grid, &boundaries, count);
        let solid = scenario.grid.is_3d();
        let level0 = hierarchy.levels[0].data;
        let block = u64::from(level0.block) * 16;
        let (all, dynamic, solved) = (
            layout.all() as u64,
            layout.dynamic() as u64,
            layout.solved() as u64,
        );
        let n = u64::from(count);
        let guess = storage(gpu, "guess", block * all * n);
        let now = storage(gpu, "now", block * dynamic * n);
        let stage_one = storage(gpu, "stage one", block * dynamic * n);
        let room_for_maps = dynamic.max(layout.cell_maps() as u64);
        let slope = storage(gpu, "slope", block * room_for_maps * n);
        // Work space of the solver; between ticks it holds the new slopes.
        let scratch = storage(gpu, "scratch", block * room_for_maps * n);
        let rhs = storage(gpu, "rhs", block * solved * n);
        let loss = storage(gpu, "loss", block * solved * n);
        // The maps of a stage are used up before its solver needs the work space.
        let maps = &scratch;
        let axes = if solid { 3 } else { 2 };
        let face_blocks = layout.face_maps() as u32 * axes * count;
        let faces = Faces {
            levels: hierarchy
                .levels
                .iter()
                .map(|l| {
                    storage(
                        gpu,
                        "faces",
                        u64::from(l.data.block) * 16 * u64::from(face_blocks),
                    )
                })
                .collect(),
            blocks: face_blocks,
        };
        let steps: Vec<wgpu::Buffer> = (0..3)
            .map(|_| uniform_of(gpu, "step", &StepData::zeroed()))
            .collect();
        let walkers = hierarchy.levels[0].walkers();
        let tick_threads = walkers.div_ceil(64) * 64;
        // Partial sums of residuals during a tick, and of the verdict at its end.
        let threads = react_threads(&level0);
        let partial_bytes = partial_bytes(&hierarchy, dynamic * n);
        let partial = storage(gpu, "partial sums", partial_bytes);
        let finest = Finest {
            guess: &guess,
            now: &now,
            stage_one: &stage_one,
            rhs: &rhs,
            loss: &loss,
            scratch: &scratch,
            partial: &partial,
        };
        let solver = Solver::new(
            gpu,
            &pipelines,
            &hierarchy,
            layout.plain,
            layout.mapped,
            &finest,
            &faces,
            &steps[1..],
        )?;

        // Model kernels.
        let spacing = scenario.grid.spacing.map(|s| s as f32);
        let geometry = uniform_of(gpu, "geometry", &Geometry { spacing, threads });
        let level = uniform_of(gpu, "level", &level0);
        let exchanges = program.exchanges as u64;
        let compartments = model.compartments.len().max(1) as u64;
        let stride = 3 * compartments + 2 * exchanges;
        let memory_buffer = storage(gpu, "compartments", stride * n * 4);
        let exchange = storage(gpu, "exchange", exchanges * n * u64::from(threads) * 4);
        let doses = storage(gpu, "doses", n * model.drugs.len().max(1) as u64 * 4);
        let watch = storage(gpu, "watch", n * 4);
        let param_bytes = program.parameters.stride as u64 * 4 * n;
        let params = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("parameters"),
            size: param_bytes.next_multiple_of(16),
            usage: wgpu::BufferUsages::COPY_DST
                | if program.parameters.uniform {
                    wgpu::BufferUsages::UNIFORM
                } else {
                    wgpu::BufferUsages::STORAGE
                },
            mapped_at_creation: false,
        });
        let per_arm = (layout.solved() + model.transports.len()).max(1) as u64;
        let coefficients = storage(gpu, "coefficients", per_arm * n * 4);
        let wall_diffusivity = storage(gpu, "wall diffusivity", solved.max(1) * n * 4);
        let walkers = hierarchy.levels[0].walkers();
        let verdict = storage(gpu, "verdict", dynamic * n * 32);
        let observables = model.observables.len().max(1) as u64;
        let observe_threads = (4 * level0.block)
            .div_ceil(CELLS_PER_OBSERVER)
            .next_multiple_of(64);
        let observed_bytes = observables * n * u64::from(observe_threads) * 16;
        let observed = storage(gpu, "observed", observed_bytes);
        let observe_geometry = uniform_of(
            gpu,
            "geometry",
            &Geometry {
                spacing,
                threads: observe_threads,
            },
        );
        let totals = storage(gpu, "totals", observables * n * 16);
        let span = uniform_of(gpu, "span", &[level0.block * (dynamic * n) as u32, 0, 0, 0]);
        let span_threads = (level0.block * (dynamic * n) as u32).min(1 << 20);

        let predict = |kernel, step: usize| {
            Dispatch::new(
                gpu,
                &pipelines,
                kernel,
                false,
                span_threads,
                |name| match name {
                    "tick" => Some(&steps[step]),
                    "now" => Some(&now),
                    "guess" => Some(&guess),
                    "slope" => Some(&slope),
                    "new_slope" => Some(&scratch),
                    "stage_one" => Some(&stage_one),
                    "span" => Some(&span),
                    _ => None,
                },
            )
        };
        let plain = Flags::default();
        let react = [
            (0, plain),
            (1, plain),
            (2, plain),
            (1, Flags::SETTLES),
            (2, Flags::SETTLES),
            (1, Flags::AUDITS),
            (2, Flags::AUDITS),
        ]
        .into_iter()
        .map(|(s, flags): (usize, Flags)| {
            Dispatch::new(
                gpu,
                &pipelines,
                Kernel::React,
                flags,
                threads,
                |name| match name {
                    "level" => Some(&level),
                    "tick" => Some(&steps[s]),
                    "geometry" => Some(&geometry),
                    "params" => Some(&params),
                    "compartment_values" => Some(&memory_buffer),
                    "guess" => Some(&guess),
                    "now" => Some(&now),
                    "stage_one" => Some(&stage_one),
                    "rhs_out" => Some(&rhs),
                    "loss_out" => Some(&loss),
                    // The measurement comes before the new slopes are taken over from the work
                    // space: its maps, which nobody reads, go where the old slopes were.
                    "maps_out" if flags.audits => Some(&partial),
                    "maps_out" => Some(if s == 0 { &slope } else { maps }),
                    "exchange_out" => Some(&exchange),
                    "watch" => Some(&watch),
                    "wall_diffusivity" => Some(&wall_diffusivity),
                    _ => None,
                },
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
        let real_cells = scenario.grid.len() as u32;
        let compartment_dispatches = [(0, 1), (1, 2), (2, 2), (3, 0), (4, 0), (2, 1), (5, 0)]
            .into_iter()
            .map(|(mode, step): (u32, usize)| {
                let task = uniform_of(gpu, "compartment task", &[mode, threads, real_cells, 0]);
                Dispatch::new(
                    gpu,
                    &pipelines,
                    Kernel::Compartments,
                    false,
                    1,
                    |name| match name {
                        "level" => Some(&level),
                        "tick" => Some(&steps[step]),
                        "params" => Some(&params),
                        "memory" => Some(&memory_buffer),
                        "exchange_partials" => Some(&exchange),
                        "task" => Some(&task),
                        "doses" => Some(&doses),
                        _ => None,
                    },
                )
            })
            .collect::<Result<Vec<_>, _>>()?;

        // Movement alone, between two ticks: the maps go where the old slopes were.
        let movement_step = uniform_of(
            gpu,
            "movement step",
            &StepData {
                dt: program.movement_span,
                limited: u32::from(scenario.numerics.transport == TransportScheme::Limited),
                stage: 3,
                ..StepData::zeroed()
            },
        );
        let mut movement = Movement {
            face_maps: None,
            limit_drift: None,
            steps: Vec::new(),
        };
        let mut face_maps = None;
        if face_blocks > 0 {
            let infos = map_infos(&layout, &model, &hierarchy, count, axes);
            let infos = storage_of(gpu, "map infos", &infos);
            let [x, y, z] = spacing;
            let axes_data = uniform_of(gpu, "axes", &[x, y, z, axes as f32]);
            let make =
                |from| {
                    Dispatch::new(gpu, &pipelines, Kernel::FaceMaps, false, walkers, |name| {
                        match name {
                            "level" => Some(&level),
                            "metric" => Some(&solver.metric),
                            "map_infos" => Some(&infos),
                            "maps" => Some(from),
                            "coefficients" => Some(&coefficients),
                            "faces_out" => Some(&faces.levels[0]),
                            "axes" => Some(&axes_data),
                            _ => None,
                        }
                    })
                };
            face_maps = Some(make(maps)?);
            movement.face_maps = Some(make(&slope)?);
        }
        let drift_systems: Vec<u32> = (0..layout.solved())
            .filter(|&f| layout.drift[f].is_some())
            .flat_map(|f| (0..count).map(move |arm| f as u32 * count + arm))
            .collect();
        let mut limit_drift = None;
        if !drift_systems.is_empty() {
            let list = storage_of(gpu, "drifting systems", &drift_systems);
            let [x, y, z] = spacing;
            let axes_data = uniform_of(gpu, "axes", &[x, y, z, axes as f32]);
            let make = |from, step| {
                Dispatch::new(
                    gpu,
                    &pipelines,
                    Kernel::LimitDrift,
                    false,
                    walkers,
                    |name| match name {
                        "level" => Some(&level),
                        "systems" => Some(&solver.systems),
                        "values" => Some(&guess),
                        "tick" => Some(step),
                        "metric" => Some(&solver.metric),
                        "maps" => Some(from),
                        "face_values" => Some(&faces.levels[0]),
                        "rhs_out" => Some(&rhs),
                        "drifting" => Some(&list),
                        "axes" => Some(&axes_data),
                        _ => None,
                    },
                )
            };
            limit_drift = Some(make(maps, &steps[1])?);
            movement.limit_drift = Some(make(&slope, &movement_step)?);
        }
        let done_never = storage(gpu, "never solved", solved.max(1) * n * 4);
        let mut explicit = Vec::new();
        let mut first_slot = 0;
        for (mapped, fields) in [(false, layout.plain), (true, layout.mapped)] {
            let slots = first_slot..first_slot + fields;
            first_slot += fields;
            if fields == 0 {
                continue;
            }
            let systems: Vec<u32> = slots
                .flat_map(|f| (0..count).map(move |arm| f as u32 * count + arm))
                .collect();
            let list = storage_of(gpu, "explicit systems", &systems);
            let here = uniform_of(gpu, "level", &LevelData { list: 0, ..level0 });
            let make = |step, to| {
                Dispatch::new(
                    gpu,
                    &pipelines,
                    Kernel::ExplicitStep,
                    mapped,
                    walkers,
                    |name| match name {
                        "level" => Some(&here),
                        "tick" => Some(step),
                        "systems" => Some(&solver.systems),
                        "systems_here" => Some(&list),
                        "metric" => Some(&solver.metric),
                        "src" => Some(&guess),
                        "dst" => Some(to),
                        "rhs" => Some(&rhs),
                        "loss" => Some(&loss),
                        "done" => Some(&done_never),
                        "faces" => Some(&faces.levels[0]),
                        _ => None,
                    },
                )
            };
            explicit.push(make(&steps[1], &scratch)?);
            movement.steps.push(make(&movement_step, &now)?);
        }
        // One pass for all fields where the model allows it: two dispatches, there and back.
        let simple = layout.mapped == 0
            && layout.all() == layout.dynamic()
            && layout.dynamic() > 0
            && !program.exchanging
            && hierarchy.signatures.iter().all(|&s| s == 0)
            && boundaries.iter().all(|b| !has_fixed_wall(b));
        let mut march = Vec::new();
        let mut pair = Vec::new();
        if simple && scenario.numerics.scheme == Scheme::Explicit {
            let in_pairs = pair_level(gpu, scenario, &level0);
            for (from, to) in [(&guess, &scratch), (&scratch, &guess)] {
                let make = |kernel, level, threads| {
                    Dispatch::new(gpu, &pipelines, kernel, false, threads, |name| match name {
                        "level" => Some(level),
                        "tick" => Some(&steps[1]),
                        "params" => Some(&params),
                        "compartment_values" => Some(&memory_buffer),
                        "metric" => Some(&solver.metric),
                        "state_in" => Some(from),
                        "state_out" => Some(to),
                        "diffusivity" => Some(&wall_diffusivity),
                        _ => None,
                    })
                };
                march.push(make(Kernel::ExplicitMarch, &level, walkers)?);
                if let Some(data) = in_pairs.filter(|_| program.pairs) {
                    let here = uniform_of(gpu, "level", &data);
                    let threads = data.columns.div_ceil(2) * data.chunks;
                    pair.push(make(Kernel::ExplicitPair, &here, threads)?);
                }
            }
        }
        let stages = match scenario.numerics.scheme {
            Scheme::Sdirk2 => 2,
            _ => 1,
        };
        let finish = Dispatch::new(
            gpu,
            &pipelines,
            Kernel::FinishTick,
            false,
            walkers,
            |name| match name {
                "level" => Some(&level),
                "tick" => Some(&steps[stages]),
                "now" => Some(&now),
                "guess" => Some(&guess),
                "stage_one" => Some(&stage_one),
                "slope" => Some(&slope),
                "new_slope" => Some(&scratch),
                "partial" => Some(&partial),
                _ => None,
            },
        )?;
        let tick_shape = uniform_of(gpu, "tick shape", &[tick_threads, 0, 0, 0]);
        let judge = Dispatch::new(
            gpu,
            &pipelines,
            Kernel::JudgeTick,
            false,
            1,
            |name| match name {
                "partial" => Some(&partial),
                "verdict" => Some(&verdict),
                "shape" => Some(&tick_shape),
                _ => None,
            },
        )?;
        let observe = Dispatch::new(
            gpu,
            &pipelines,
            Kernel::Observe,
            false,
            observe_threads,
            |name| match name {
                "level" => Some(&level),
                "tick" => Some(&steps[0]),
                "geometry" => Some(&observe_geometry),
                "params" => Some(&params),
                "compartment_values" => Some(&memory_buffer),
                "guess" => Some(&guess),
                "observed" => Some(&observed),
                _ => None,
            },
        )?;
        let observe_shape = uniform_of(gpu, "observe shape", &[observe_threads, 0, 0, 0]);
        let sum_observables = Dispatch::new(
            gpu,
            &pipelines,
            Kernel::SumObservables,
            false,
            1,
            |name| match name {
                "observed" => Some(&observed),
                "totals" => Some(&totals),
                "shape" => Some(&observe_shape),
                _ => None,
            },
        )?;
        let coefficient_dispatch = Dispatch::new(
            gpu,
            &pipelines,
            Kernel::Coefficients,
            false,
            1,
            |name| match name {
                "params" => Some(&params),
                "coefficients_out" => Some(&coefficients),
                _ => None,
            },
        )?;
        let start_values = Dispatch::new(
            gpu,
            &pipelines,
            Kernel::Initial,
            false,
            threads,
            |name| match name {
                "level" => Some(&level),
                "tick" => Some(&steps[0]),
                "geometry" => Some(&geometry),
                "params" => Some(&params),
                "guess" => Some(&guess),
                _ => None,
            },
        )?;
        let balance_bytes = 2 * dynamic * n * 16;
        let balance = storage(gpu, "balance", balance_bytes);
        let sum_balance = (0..2)
            .map(|stage| {
                let first = stage * (dynamic * n) as u32;
                let shape = uniform_of(gpu, "balance shape", &[threads, first, 0, 0]);
                Dispatch::new(
                    gpu,
                    &pipelines,
                    Kernel::SumBalance,
                    false,
                    1,
                    |name| match name {
                        "partial" => Some(&partial),
                        "balance" => Some(&balance),
                        "shape" => Some(&shape),
                        _ => None,
                    },
                )
            })
            .collect::<Result<Vec<_>, _>>()?;
        let staging_bytes =
            u64::from(solver.systems_total()) * 32 + dynamic * n * 32 + balance_bytes + n * 4;
        let staging = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("tick readback"),
            size: staging_bytes.max(16),
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let recorded = Recorded {
            predict_first: predict(Kernel::PredictFirst, 1)?,
            predict_second: predict(Kernel::PredictSecond, 2)?,
            react,
            sum_balance,
            settles: exchanges > 0 || (layout.solved() < layout.dynamic()),
            face_maps,
            limit_drift,
            explicit,
            movement,
            march,
            pair,
            compartments: compartment_dispatches,
            finish,
            judge,
            observe,
            sum_observables,
            coefficients: coefficient_dispatch,
        };
        let numerics = scenario.numerics.clone();
        let amounts = Amounts::new(
            gpu,
            &pipelines,
            (&model, &layout),
            arms.len(),
            (&level, &guess),
            threads,
        )?;
        let mut part = Self {
            amounts,
            gpu: gpu.clone(),
            numerics,
            layout,
            program,
            hierarchy,
            pipelines,
            solver,
            buffers: Buffers {
                level,
                observe_geometry,
                observe_threads,
                rhs,
                loss,
                guess,
                now,
                stage_one,
                scratch,
                params,
                memory: memory_buffer,
                doses,
                watch,
                verdict,
                balance,
                totals,
                coefficients,
                wall_diffusivity,
                steps,
                staging,
            },
            recorded,
            arms: arms
                .iter()
                .map(|&a| ArmName {
                    id: scenario.arms[a].id.clone(),
                })
                .collect(),
            controls: arms
                .iter()
                .map(|&a| Controls {
                    parameters: scenario.arms[a].parameters.clone(),
                    off: scenario.off.clone(),
                    off_transports: scenario.off_transports.clone(),
                    holds: vec![None; model.drugs.len()],
                })
                .collect(),
            diffusivity: Vec::new(),
            cells: scenario.grid.cells,
            cell_measure: scenario.grid.cell_measure(),
            drifting: drift_systems.len() as u32,
            planned: 0.0,
            attempted: false,
            burst: 1,
            cycles: [scenario.numerics.max_cycles.clamp(1, 2); 2],
            model,
        };
        part.upload_parameters()?;
        part.start(scenario, &start_values, initial)?;
        Ok(part)
    }

    fn start(
        &mut self,
        scenario: &Scenario,
        start_values: &Dispatch,
        initial: &[Option<Vec<f32>>],
    ) -> Result<(), EngineError> {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            start_values.record(&mut pass, &self.pipelines, self.arms.len() as u32);
        }
        self.gpu.queue.submit([encoder.finish()]);
        for (field, values) in initial.iter().enumerate() {
            if let Some(values) = values {
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
        }
        let k = self.model.compartments.len().max(1);
        let stride = 3 * k + 2 * self.program.exchanges;
        let values: Vec<f32> = scenario.compartments.iter().map(|&v| v as f32).collect();
        for arm in 0..self.arms.len() {
            let mut memory = vec![0f32; stride];
            for part in 0..3 {
                memory[part * k..part * k + values.len()].copy_from_slice(&values);
            }
            let at = (arm * stride * 4) as u64;
            self.gpu
                .queue
                .write_buffer(&self.buffers.memory, at, bytemuck::cast_slice(&memory));
        }
        self.gpu.wait()
    }
}

fn has_fixed_wall(b: &Boundary) -> bool {
    [b.x_low, b.x_high, b.y_low, b.y_high, b.z_low, b.z_high]
        .iter()
        .any(|w| matches!(w, Wall::Fixed(_)))
}
