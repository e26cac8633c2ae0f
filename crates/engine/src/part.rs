//! One part of a batch: the buffers of some of its arms, their state in and out.

use std::sync::Arc;

use warmfront_model::{Model, Numerics, Reduce};
use warmfront_shaders::{Controls, Layout, Program};

use crate::amounts::Amounts;
use crate::hierarchy::Hierarchy;
use crate::pipelines::{Dispatch, Pipelines};
use crate::scheme::Plan;
use crate::solver::{Solver, SystemData};
use crate::{EngineError, Gpu};

pub(crate) struct ArmName {
    pub id: String,
}

/// Dispatches recorded every tick.
pub(crate) struct Recorded {
    pub predict_first: Dispatch,
    pub predict_second: Dispatch,
    /// Measurement, stage 1, stage 2, and after the solves of stages 1 and 2.
    pub react: Vec<Dispatch>,
    /// Whether anything is local: then the last two follow the solves.
    pub settles: bool,
    pub face_maps: Option<Dispatch>,
    pub limit_drift: Option<Dispatch>,
    pub explicit: Vec<Dispatch>,
    /// Movement alone, of all fields that move, from the guess to `now`.
    pub movement: Movement,
    /// Explicit steps of all fields at once, from the guess to the scratch buffer and back; empty
    /// where the model needs the general path.
    pub march: Vec<Dispatch>,
    /// Two such steps at once, there and back; empty where rows or the model do not allow it.
    pub pair: Vec<Dispatch>,
    /// Begin, between, end, measure, dose, end of a single-stage tick, restore.
    pub compartments: Vec<Dispatch>,
    pub finish: Dispatch,
    pub judge: Dispatch,
    /// Adds up what the audit of stage 1 and of stage 2 left.
    pub sum_balance: Vec<Dispatch>,
    pub observe: Dispatch,
    pub sum_observables: Dispatch,
    pub coefficients: Dispatch,
}

/// What measures movement between two ticks, when `now`, `slope`, `rhs` and `loss` are free.
pub(crate) struct Movement {
    pub face_maps: Option<Dispatch>,
    pub limit_drift: Option<Dispatch>,
    pub steps: Vec<Dispatch>,
}

pub(crate) struct Buffers {
    pub level: wgpu::Buffer,
    /// Geometry with the threads of `observe`.
    pub observe_geometry: wgpu::Buffer,
    pub observe_threads: u32,
    pub rhs: wgpu::Buffer,
    pub loss: wgpu::Buffer,
    pub guess: wgpu::Buffer,
    pub now: wgpu::Buffer,
    pub stage_one: wgpu::Buffer,
    pub scratch: wgpu::Buffer,
    pub params: wgpu::Buffer,
    pub memory: wgpu::Buffer,
    pub doses: wgpu::Buffer,
    pub watch: wgpu::Buffer,
    pub verdict: wgpu::Buffer,
    pub balance: wgpu::Buffer,
    pub totals: wgpu::Buffer,
    pub coefficients: wgpu::Buffer,
    pub wall_diffusivity: wgpu::Buffer,
    /// Measurement, stage 1, stage 2.
    pub steps: Vec<wgpu::Buffer>,
    pub staging: wgpu::Buffer,
}

/// Arms whose fields share buffers. Time and step are those of the batch that the part belongs to.
pub(crate) struct Part {
    pub(crate) gpu: Gpu,
    pub(crate) model: Arc<Model>,
    pub(crate) numerics: Numerics,
    pub(crate) layout: Layout,
    pub(crate) program: Arc<Program>,
    pub(crate) hierarchy: Hierarchy,
    pub(crate) pipelines: Arc<Pipelines>,
    pub(crate) solver: Solver,
    pub(crate) buffers: Buffers,
    pub(crate) recorded: Recorded,
    pub(crate) arms: Vec<ArmName>,
    /// By arm.
    pub(crate) controls: Vec<Controls>,
    pub(crate) diffusivity: Vec<f32>,
    pub(crate) cells: [u32; 3],
    pub(crate) cell_measure: f64,
    pub(crate) drifting: u32,
    /// γΔt that the levels are planned for.
    pub(crate) planned: f64,
    /// The present tick was attempted: the accepted state stands in `now`.
    pub(crate) attempted: bool,
    /// Explicit steps taken at once in the present tick.
    pub(crate) burst: u32,
    pub(crate) amounts: Amounts,
    /// V-cycles recorded per solve: of plain systems, of mapped ones.
    pub(crate) cycles: [u32; 2],
}

impl Part {
    pub(crate) fn write_field(&self, arm: usize, field: usize, values: &[f32]) {
        let level = &self.hierarchy.levels[0].data;
        let pitch = 4 * level.columns as usize;
        let nx = level.nx as usize;
        let mut padded = vec![0f32; 4 * level.block as usize];
        for (row, line) in values.chunks(nx).enumerate() {
            padded[row * pitch..row * pitch + nx].copy_from_slice(line);
        }
        let at = self.block_offset(arm, field);
        self.gpu
            .queue
            .write_buffer(&self.buffers.guess, at, bytemuck::cast_slice(&padded));
    }

    pub(crate) fn block_offset(&self, arm: usize, field: usize) -> u64 {
        let block = u64::from(self.hierarchy.levels[0].data.block) * 16;
        (self.layout.storage[field] * self.arms.len() + arm) as u64 * block
    }

    pub(crate) fn upload_parameters(&mut self) -> Result<(), EngineError> {
        let block = &self.program.parameters;
        let all: Vec<f32> = self.controls.iter().flat_map(|c| block.pack(c)).collect();
        self.gpu
            .queue
            .write_buffer(&self.buffers.params, 0, bytemuck::cast_slice(&all));
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            self.recorded
                .coefficients
                .record(&mut pass, &self.pipelines, self.arms.len() as u32);
        }
        self.gpu.queue.submit([encoder.finish()]);
        let arms = self.arms.len();
        let solved = self.layout.solved();
        let per_arm = (solved + self.model.transports.len()).max(1);
        let bytes = self
            .gpu
            .read(&self.buffers.coefficients, 0, (per_arm * arms * 4) as u64)?;
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(&bytes);
        let axes = if self.cells[2] > 1 { 3 } else { 2 };
        let mut systems = Vec::new();
        self.diffusivity.clear();
        for field in 0..solved {
            for arm in 0..arms {
                let diffusivity = values[arm * per_arm + field];
                if !(diffusivity >= 0.0 && diffusivity.is_finite()) {
                    let f = &self.model.fields[self.layout.fields[field]];
                    let place = f
                        .diffusion
                        .as_ref()
                        .map(|e| format!("{}:{}", e.file, e.line));
                    return Err(EngineError::Diffusivity {
                        field: f.id.clone(),
                        arm: self.arms[arm].id.clone(),
                        value: diffusivity,
                        place: place.unwrap_or_default(),
                    });
                }
                self.diffusivity.push(diffusivity);
                let faces = |map: usize| (map * axes * arms + arm) as i32;
                let first_stiff = self.layout.hindrances.len() + self.model.transports.len();
                systems.push(SystemData {
                    diffusivity,
                    conductance: field.checked_sub(self.layout.plain).map_or(-1, faces),
                    drift: self.layout.drift[field].map_or(-1, |t| faces(self.layout.mapped + t)),
                    stiffness: self
                        .layout
                        .stiffness(field)
                        .map_or(-1, |i| ((first_stiff + i) * arms + arm) as i32),
                    signature: self.hierarchy.signatures[field],
                    padding: [0; 3],
                });
            }
        }
        self.gpu
            .queue
            .write_buffer(&self.solver.systems, 0, bytemuck::cast_slice(&systems));
        self.gpu.queue.write_buffer(
            &self.buffers.wall_diffusivity,
            0,
            bytemuck::cast_slice(&self.diffusivity),
        );
        self.planned = 0.0;
        Ok(())
    }

    /// Values of a field, x fastest, then y, then z; waits for the device.
    ///
    /// # Errors
    /// Driver errors.
    pub fn field(&self, arm: usize, field: usize) -> Result<Vec<f32>, EngineError> {
        let level = &self.hierarchy.levels[0].data;
        let bytes = u64::from(level.block) * 16;
        let raw = self
            .gpu
            .read(&self.buffers.guess, self.block_offset(arm, field), bytes)?;
        let padded: Vec<f32> = bytemuck::pod_collect_to_vec(&raw);
        let pitch = 4 * level.columns as usize;
        Ok(padded
            .chunks(pitch)
            .flat_map(|row| &row[..level.nx as usize])
            .copied()
            .collect())
    }

    /// Replaces a field of one arm; `values` as from [`Part::field`].
    ///
    /// # Errors
    /// A wrong number of values, or one that is negative or not finite.
    pub fn set_field(
        &mut self,
        arm: usize,
        field: usize,
        values: &[f32],
    ) -> Result<(), EngineError> {
        let expected = self.cells.iter().product::<u32>() as usize;
        let id = &self.model.fields[field].id;
        if values.len() != expected {
            return Err(EngineError::Values {
                field: id.clone(),
                what: format!("needs {expected} values, got {}", values.len()),
            });
        }
        if let Some(bad) = values.iter().find(|v| !v.is_finite() || **v < 0.0) {
            return Err(EngineError::Values {
                field: id.clone(),
                what: format!("cannot hold {bad}; values must be finite and >= 0"),
            });
        }
        self.write_field(arm, field, values);
        Ok(())
    }

    /// Values of the compartments of one arm, in model order; waits for the device.
    ///
    /// # Errors
    /// Driver errors.
    pub fn compartments(&self, arm: usize) -> Result<Vec<f32>, EngineError> {
        let k = self.model.compartments.len();
        if k == 0 {
            return Ok(Vec::new());
        }
        let stride = 3 * k + 2 * self.program.exchanges;
        let at = ((arm * stride + k) * 4) as u64;
        let raw = self.gpu.read(&self.buffers.memory, at, (k * 4) as u64)?;
        Ok(bytemuck::pod_collect_to_vec(&raw))
    }

    /// Gives `amount` (in the drug's unit) of a drug to one arm, now.
    pub fn dose(&mut self, arm: usize, drug: usize, amount: f64) {
        let at = ((arm * self.model.drugs.len() + drug) * 4) as u64;
        self.gpu.queue.write_buffer(
            &self.buffers.doses,
            at,
            bytemuck::bytes_of(&(amount as f32)),
        );
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            self.recorded.compartments[4].record(
                &mut pass,
                &self.pipelines,
                self.arms.len() as u32,
            );
        }
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// Changes parameters, switches and held levels of one arm.
    ///
    /// # Errors
    /// A diffusion coefficient that becomes negative or not finite, which changes nothing; driver errors.
    pub fn control(&mut self, arm: usize, controls: &Controls) -> Result<(), EngineError> {
        let before = std::mem::replace(&mut self.controls[arm], controls.clone());
        if let Err(e) = self.upload_parameters() {
            self.controls[arm] = before;
            // What was accepted before is accepted again.
            self.upload_parameters()?;
            return Err(e);
        }
        let held = controls.holds.iter().zip(&self.model.drugs);
        for (level, drug) in held {
            if let Some(level) = level {
                self.set_compartment(arm, drug.measured_in, *level);
            }
        }
        Ok(())
    }

    // The accepted value and the one that the reactions see.
    fn set_compartment(&self, arm: usize, compartment: usize, value: f64) {
        let k = self.model.compartments.len();
        let stride = 3 * k + 2 * self.program.exchanges;
        for copy in 0..3 {
            let at = ((arm * stride + copy * k + compartment) * 4) as u64;
            self.gpu.queue.write_buffer(
                &self.buffers.memory,
                at,
                bytemuck::bytes_of(&(value as f32)),
            );
        }
    }

    /// Present values of all observables: `[arm][observable]`; waits for the device.
    ///
    /// A weighted mean with zero total weight is NaN: there is nothing to average over.
    ///
    /// # Errors
    /// Driver errors.
    pub fn observe(&self) -> Result<Vec<Vec<f64>>, EngineError> {
        let count = self.model.observables.len();
        let arms = self.arms.len();
        if count == 0 {
            return Ok(vec![Vec::new(); arms]);
        }
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            self.recorded
                .observe
                .record(&mut pass, &self.pipelines, arms as u32);
            self.recorded
                .sum_observables
                .record(&mut pass, &self.pipelines, (count * arms) as u32);
        }
        self.gpu.queue.submit([encoder.finish()]);
        let raw = self
            .gpu
            .read(&self.buffers.totals, 0, (count * arms * 16) as u64)?;
        let totals: Vec<[f32; 4]> = bytemuck::pod_collect_to_vec(&raw);
        let measure = self.cell_measure;
        Ok(totals
            .chunks(count)
            .map(|arm| {
                let each = arm.iter().zip(&self.model.observables);
                each.map(|(&[sum, weight, max, min], o)| match o.reduce {
                    Reduce::Mean if weight == 0.0 => f64::NAN,
                    Reduce::Mean => f64::from(sum) / f64::from(weight),
                    Reduce::Integral => f64::from(sum) * measure,
                    Reduce::Max | Reduce::None => f64::from(max),
                    Reduce::Min => f64::from(min),
                })
                .collect()
            })
            .collect())
    }

    pub(crate) fn write_steps(&self, plan: &Plan) {
        for (stage, buffer) in self.buffers.steps.iter().enumerate() {
            self.gpu
                .queue
                .write_buffer(buffer, 0, bytemuck::bytes_of(&plan.step(stage)));
        }
    }
}
