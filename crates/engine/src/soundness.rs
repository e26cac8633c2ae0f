//! Whether the equations and the cells can carry the present state of a simulation.
//!
//! # Theory
//! Two things make numbers that look like results and are not. A drift up a field's own gradient that is
//! stronger than diffusion is a negative diffusion coefficient: the shortest wave that the cells allow
//! grows fastest, so the cells decide what is seen. And a front between two stable states that is
//! narrower than a cell stands still where it should move. `generated/soundness.wgsl` says how both are
//! recognised.
//!
//! # Practice
//! [`Soundness::new`] compiles one kernel, if the model has anything to look at; [`Soundness::look`] between
//! two ticks reads back a few numbers per thread. No bit of the state changes.

use std::sync::Arc;

use warmfront_model::Scenario;
use warmfront_shaders::{Kernel, Looks};

use crate::EngineError;
use crate::buffers::{storage, uniform_of};
use crate::dispatch::Dispatch;
use crate::part::Part;
use crate::pipelines::Pipelines;
use crate::shared::Geometry;
use crate::simulation::Simulation;

/// Most threads that share the cells of an arm: their results are read back.
const MOST_THREADS: u32 = 2048;

/// Share of a field's range between two neighbouring cells from which a front counts as too steep: it is then
/// less than one and a half cells wide.
const STEEP: f64 = 0.68;

/// Ratio of a drift up a field's own gradient to the diffusion against it from which it counts; 1 but for
/// rounding.
const SHARPENS: f64 = 1.001;

/// Where and how much; the worst cell of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spot {
    /// Arm of the batch.
    pub arm: usize,
    /// x, y, z number of the cell.
    pub cell: [u32; 3],
}

/// Something that the equations or the cells cannot carry.
#[derive(Debug, Clone, PartialEq)]
pub enum Concern {
    /// A transport moves fields up their own gradient faster than they diffuse: the equations are ill-posed.
    Sharpens {
        /// Index of the transport in the model.
        transport: usize,
        /// Drift over diffusion; a million or more where nothing diffuses.
        ratio: f64,
        /// The worst cell.
        spot: Spot,
    },
    /// A front between two stable states of a reaction is too narrow for the cells.
    SteepFront {
        /// Index of the field in the model.
        field: usize,
        /// Width of the front, cells.
        width: f64,
        /// Longest edge of a cell that would carry it, length units.
        spacing: f64,
        /// The worst cell.
        spot: Spot,
    },
}

/// See the [module](self).
pub struct Soundness {
    looks: Looks,
    parts: Vec<Looking>,
}

struct Looking {
    pipelines: Arc<Pipelines>,
    dispatch: Dispatch,
    threads: u32,
    least_jump: wgpu::Buffer,
    sound: wgpu::Buffer,
}

/// Reaction rate over D/h² at which a front is about five cells wide and has its speed to 2 %.
const CARRIED: f64 = 0.04;

impl Part {
    fn soundness(
        &self,
        pipelines: Arc<Pipelines>,
        looks: &Looks,
        spacing: [f64; 3],
    ) -> Result<Looking, EngineError> {
        let gpu = &self.gpu;
        let shape = self.shape();
        let threads = shape.observer_threads().min(MOST_THREADS);
        let results = self.arms.len() as u64 * u64::from(threads) * looks.len() as u64;
        let sound = storage(gpu, "soundness", results * 16);
        let least_jump = storage(gpu, "least jump", looks.len() as u64 * 4);
        let spacing = spacing.map(|h| h as f32);
        let geometry = uniform_of(gpu, "soundness geometry", &Geometry { spacing, threads });
        let given = [
            ("tick", &self.uniforms.measure),
            ("geometry", &geometry),
            ("least_jump", &least_jump),
            ("sound", &sound),
        ];
        let maker = self.maker(&pipelines, &shape);
        let dispatch = maker.dispatch(Kernel::Soundness, threads, &given)?;
        Ok(Looking {
            pipelines,
            dispatch,
            threads,
            least_jump,
            sound,
        })
    }
}

impl Soundness {
    /// Compiles the kernel for `simulation`, a simulation of `scenario`; `None` if its model has neither a potential of what it moves
    /// nor a field that could form a front between two stable states.
    ///
    /// # Errors
    /// A shader that the driver refuses.
    pub fn new(simulation: &Simulation, scenario: &Scenario) -> Result<Option<Self>, EngineError> {
        let looks = simulation.parts[0].program.looks.clone();
        if looks.is_empty() {
            return Ok(None);
        }
        let mut parts = Vec::new();
        for (part, pipelines) in simulation
            .parts
            .iter()
            .zip(simulation.compiled(Kernel::Soundness)?)
        {
            parts.push(part.soundness(pipelines, &looks, scenario.grid.spacing)?);
        }
        Ok(Some(Self { looks, parts }))
    }

    /// Looks at the present state; at most one concern per transport and field, the worst. Waits for the
    /// device.
    ///
    /// # Errors
    /// Driver errors.
    pub fn look(&self, simulation: &Simulation) -> Result<Vec<Concern>, EngineError> {
        let ranges = self.ranges(simulation);
        let jumps: Vec<f32> = ranges.iter().map(|r| (STEEP * r) as f32).collect();
        let mut worst: Vec<Option<([f32; 4], Spot)>> = vec![None; self.looks.len()];
        let mut first_arm = 0;
        for (part, looking) in simulation.parts.iter().zip(&self.parts) {
            let found = looking.run(part, &jumps, self.looks.len())?;
            let per_arm = looking.threads as usize * self.looks.len();
            for (i, &value) in found.iter().enumerate() {
                let best = &mut worst[i % self.looks.len()];
                if value[0] > best.map_or(0.0, |(b, _)| b[0]) {
                    let (arm, cell) = (first_arm + i / per_arm, part.place_of(value));
                    *best = Some((value, Spot { arm, cell }));
                }
            }
            first_arm += part.arms.len();
        }
        let concerns = worst.iter().enumerate().filter_map(|(k, found)| {
            let (value, spot) = (*found)?;
            self.concern(simulation, k, ranges[k], value, spot)
        });
        Ok(concerns.collect())
    }

    // By look: the range that the field had so far. Infinite where nothing is known, and for transports.
    fn ranges(&self, simulation: &Simulation) -> Vec<f64> {
        let seen = &simulation.diagnostics().fields;
        let range = |&f: &usize| {
            let d = &seen[f];
            let range = d.largest - d.smallest.max(0.0);
            let scale = simulation.parts[0].model.fields[f].scale;
            // What is nearly uniform has no front.
            if range > 1e-3 * scale {
                range
            } else {
                f64::INFINITY
            }
        };
        let transports = self.looks.transports.iter().map(|_| f64::INFINITY);
        transports
            .chain(self.looks.fields.iter().map(range))
            .collect()
    }

    fn concern(
        &self,
        simulation: &Simulation,
        look: usize,
        range: f64,
        value: [f32; 4],
        spot: Spot,
    ) -> Option<Concern> {
        let [size, rate] = [value[0], value[1]].map(f64::from);
        let Some(field) = look.checked_sub(self.looks.transports.len()) else {
            let transport = self.looks.transports[look];
            return (size > SHARPENS).then_some(Concern::Sharpens {
                transport,
                ratio: size,
                spot,
            });
        };
        let field = self.looks.fields[field];
        let (part, arm) = simulation.part(spot.arm);
        let storage = part.layout.storage[field];
        let diffusivity = f64::from(part.diffusivity[storage * part.arms.len() + arm]);
        (rate > 0.0).then_some(Concern::SteepFront {
            field,
            width: range / size,
            spacing: (CARRIED * diffusivity / rate).sqrt(),
            spot,
        })
    }
}

impl Looking {
    fn run(&self, part: &Part, jumps: &[f32], looks: usize) -> Result<Vec<[f32; 4]>, EngineError> {
        let queue = &part.gpu.queue;
        queue.write_buffer(&self.least_jump, 0, bytemuck::cast_slice(jumps));
        let mut encoder = part.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let arms = part.arms.len() as u32;
            self.dispatch.record(&mut pass, &self.pipelines, arms);
        }
        queue.submit([encoder.finish()]);
        let results = part.arms.len() * self.threads as usize * looks;
        let raw = part.gpu.read(&self.sound, 0, results as u64 * 16)?;
        Ok(bytemuck::pod_collect_to_vec(&raw))
    }
}

impl Part {
    // The cell of a result, which holds its number in two halves.
    fn place_of(&self, value: [f32; 4]) -> [u32; 3] {
        let cell = value[2] as u32 + ((value[3] as u32) << 16);
        let level = &self.hierarchy.levels[0].data;
        let pitch = 4 * level.columns;
        [
            cell % pitch,
            (cell / pitch) % level.ny,
            cell / (pitch * level.ny),
        ]
    }
}
