//! Looking at a simulation between two ticks: every local quantity at a few places, or one of them
//! everywhere, without changing a bit of what comes after.
//!
//! # Theory
//! Local quantities are those of [`warmfront_model::Model::locals`]: fields, auxiliaries, observables before
//! they are averaged, terms of the equations, and movement. Movement is measured with the engine's own
//! operators: fluxes of diffusion and (limited) drift are applied alone, over a span so long that the
//! value itself does not round them off, and divided by it.
//!
//! # Practice
//! One kernel, compiled when somebody looks first.

use std::sync::Arc;

use warmfront_model::{Local, Model};
use warmfront_shaders::Kernel;

use crate::buffers::{Name, storage, uniform_of};
use crate::dispatch::Dispatch;
use crate::part::Part;
use crate::pipelines::Pipelines;
use crate::simulation::Simulation;
use crate::{EngineError, StateLayout};

/// Places that one look may have.
const MOST_POINTS: usize = 1024;

/// Why a look is not possible.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The model has no such quantity.
    #[error("the model has no local quantity {0:?}")]
    Unknown(Local),
    /// Shader or driver.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Compiled for one simulation.
pub struct Probe {
    locals: Vec<Local>,
    parts: Vec<Looking>,
}

struct Looking {
    pipelines: Arc<Pipelines>,
    at_points: Dispatch,
    everywhere: Dispatch,
    task: wgpu::Buffer,
    points: wgpu::Buffer,
    probed: wgpu::Buffer,
    extremes: wgpu::Buffer,
}

impl Part {
    // Rates of movement; afterwards `now` holds the state moved by the span.
    fn move_alone(&self, encoder: &mut wgpu::CommandEncoder) {
        let (passes, p) = (&self.passes, &self.pipelines);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            passes.react.record_measure(&mut pass, p);
        }
        // Reactions are no movement; the correction of the drift is added to what is cleared here.
        encoder.clear_buffer(self.buffers.get(Name::Rhs), 0, None);
        encoder.clear_buffer(self.buffers.get(Name::Loss), 0, None);
        let mut pass = encoder.begin_compute_pass(&Default::default());
        passes.movement.record(&mut pass, p);
    }

    fn looking(&self, pipelines: Arc<Pipelines>, locals: usize) -> Result<Looking, EngineError> {
        let gpu = &self.gpu;
        let arms = self.arms.len() as u64;
        let block = u64::from(self.hierarchy.levels[0].data.block) * 16;
        let probed = (block * arms).max((MOST_POINTS * locals * 4) as u64);
        let probed = storage(gpu, "probed", probed);
        let points = storage(gpu, "points", (MOST_POINTS * 8) as u64);
        let threads = self.shape().observer_threads();
        let extremes = storage(gpu, "extremes", u64::from(threads) * arms * 8);
        let task = uniform_of(gpu, "task", &[0u32; 4]);
        let shape = self.shape();
        let maker = self.maker(&pipelines, &shape);
        let make = |threads| {
            let given = [
                ("tick", &self.uniforms.measure),
                ("geometry", &self.uniforms.observers),
                ("probed", &probed),
                ("points", &points),
                ("task", &task),
                ("extremes", &extremes),
            ];
            maker.dispatch(Kernel::Probe, threads, &given)
        };
        Ok(Looking {
            at_points: make(MOST_POINTS as u32)?,
            everywhere: make(threads)?,
            pipelines,
            task,
            points,
            probed,
            extremes,
        })
    }
}

impl Probe {
    /// Compiles the kernel for `simulation`, a simulation of `model`.
    ///
    /// # Errors
    /// A shader that the driver refuses.
    pub fn new(simulation: &Simulation, model: &Model) -> Result<Self, EngineError> {
        let locals = model.locals();
        let mut parts = Vec::new();
        for (part, pipelines) in simulation
            .parts
            .iter()
            .zip(simulation.compiled(Kernel::Probe)?)
        {
            parts.push(part.looking(pipelines, locals.len())?);
        }
        Ok(Self { locals, parts })
    }

    /// The quantities, in the order of the values.
    pub fn locals(&self) -> &[Local] {
        &self.locals
    }

    /// All local quantities at `points` (arm; cell along x, y, z), `[point][quantity]`; waits for the device.
    /// Cells beyond the grid are taken to its edge.
    ///
    /// # Errors
    /// Driver errors.
    pub fn at(
        &self,
        simulation: &Simulation,
        points: &[(usize, [u32; 3])],
    ) -> Result<Vec<Vec<f32>>, ProbeError> {
        let mut values = vec![Vec::new(); points.len()];
        let layout = simulation.state_layout();
        for (index, (part, looking)) in simulation.parts.iter().zip(&self.parts).enumerate() {
            let here: Vec<usize> = (0..points.len())
                .filter(|&i| simulation.places[points[i].0].0 == index)
                .collect();
            for some in here.chunks(MOST_POINTS) {
                let list: Vec<[u32; 2]> = some
                    .iter()
                    .map(|&i| {
                        let (arm, cell) = points[i];
                        [simulation.places[arm].1 as u32, cell_index(&layout, cell)]
                    })
                    .collect();
                let rows = self.look(part, looking, &list)?;
                for (&i, row) in some.iter().zip(rows.chunks(self.locals.len().max(1))) {
                    values[i] = row.to_vec();
                }
            }
        }
        Ok(values)
    }

    fn look(
        &self,
        part: &Part,
        looking: &Looking,
        list: &[[u32; 2]],
    ) -> Result<Vec<f32>, EngineError> {
        let queue = &part.gpu.queue;
        queue.write_buffer(&looking.points, 0, bytemuck::cast_slice(list));
        let task = [list.len() as u32, 0, 0, 0];
        queue.write_buffer(&looking.task, 0, bytemuck::bytes_of(&task));
        let mut encoder = part.gpu.device.create_command_encoder(&Default::default());
        part.move_alone(&mut encoder);
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            looking.at_points.record(&mut pass, &looking.pipelines, 1);
        }
        queue.submit([encoder.finish()]);
        let bytes = (list.len() * self.locals.len() * 4) as u64;
        let raw = part.gpu.read(&looking.probed, 0, bytes)?;
        Ok(bytemuck::pod_collect_to_vec(&raw))
    }

    /// One quantity in every cell of an arm, rows of [`StateLayout::pitch`] values.
    pub(crate) fn of_arm(
        &self,
        simulation: &Simulation,
        local: Local,
        arm: usize,
    ) -> Result<Vec<f32>, ProbeError> {
        let which = self.locals.iter().position(|l| *l == local);
        let which = which.ok_or(ProbeError::Unknown(local))? as u32;
        let (index, place) = simulation.places[arm];
        let (part, looking) = (&simulation.parts[index], &self.parts[index]);
        let block = u64::from(simulation.state_layout().block) * 4;
        part.gpu
            .queue
            .write_buffer(&looking.task, 0, bytemuck::bytes_of(&[0, which, 0, 0]));
        let mut encoder = part.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let arms = part.arms.len() as u32;
            looking
                .everywhere
                .record(&mut pass, &looking.pipelines, arms);
        }
        part.gpu.queue.submit([encoder.finish()]);
        let raw = part
            .gpu
            .read(&looking.probed, place as u64 * block, block)?;
        Ok(bytemuck::pod_collect_to_vec(&raw))
    }

    /// Writes one quantity of every cell and arm into `buffer`, one block per arm behind all fields as
    /// [`Simulation::copy_state`] lays them out, and returns its least and greatest finite value; `None`
    /// without any. Reads back two numbers per thread only.
    ///
    /// # Errors
    /// [`ProbeError::Unknown`]; driver errors.
    pub fn map(
        &self,
        simulation: &Simulation,
        local: Local,
        buffer: &wgpu::Buffer,
    ) -> Result<Option<[f32; 2]>, ProbeError> {
        let which = self.locals.iter().position(|l| *l == local);
        let which = which.ok_or(ProbeError::Unknown(local))? as u32;
        let layout = simulation.state_layout();
        let block = u64::from(layout.block) * 4;
        let mut place = layout.place.len() as u64 * u64::from(layout.arms);
        let (mut least, mut greatest) = (f32::INFINITY, f32::NEG_INFINITY);
        for (part, looking) in simulation.parts.iter().zip(&self.parts) {
            let arms = part.arms.len() as u64;
            let queue = &part.gpu.queue;
            let task = [0, which, 0, 0];
            queue.write_buffer(&looking.task, 0, bytemuck::bytes_of(&task));
            let mut encoder = part.gpu.device.create_command_encoder(&Default::default());
            if matches!(local, Local::Transport(_)) {
                part.move_alone(&mut encoder);
            }
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                looking
                    .everywhere
                    .record(&mut pass, &looking.pipelines, arms as u32);
            }
            let to = place * block;
            encoder.copy_buffer_to_buffer(&looking.probed, 0, buffer, to, arms * block);
            queue.submit([encoder.finish()]);
            place += arms;
            let bytes = u64::from(part.shape().observer_threads()) * arms * 8;
            let raw = part.gpu.read(&looking.extremes, 0, bytes)?;
            let pairs: Vec<[f32; 2]> = bytemuck::pod_collect_to_vec(&raw);
            for [low, high] in pairs {
                if low <= high {
                    least = least.min(low);
                    greatest = greatest.max(high);
                }
            }
        }
        Ok((least <= greatest).then_some([least, greatest]))
    }
}

fn cell_index(layout: &StateLayout, cell: [u32; 3]) -> u32 {
    let [x, y, z] = [0, 1, 2].map(|i| cell[i].min(layout.cells[i] - 1));
    (z * layout.cells[1] + y) * layout.pitch + x
}
