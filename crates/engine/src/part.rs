//! One part of a batch: the buffers of some of its arms, their state in and out.

use std::sync::Arc;

use warmfront_model::{Grid, Model, Numerics, Reduce};
use warmfront_shaders::{Controls, Layout, Program};

use crate::amounts::Amounts;
use crate::buffers::{Buffers, Name, Shape};
use crate::dispatch::{Maker, Uniforms};
use crate::hierarchy::Hierarchy;
use crate::passes::{Passes, drifting};
use crate::pipelines::Pipelines;
use crate::scheme::Plan;
use crate::shared::SystemData;
use crate::solver::Solver;
use crate::{EngineError, Gpu};

/// One arm of a part.
pub(crate) struct Arm {
    pub id: String,
    /// Parameters, switches and held levels.
    pub controls: Controls,
}

/// What changes from tick to tick.
pub(crate) struct Progress {
    /// γΔt that the levels are planned for; 0: none.
    pub planned: f64,
    /// The present tick was attempted: the accepted state stands apart from the guess.
    pub attempted: bool,
    /// Explicit steps taken at once in the present tick.
    pub burst: u32,
    /// V-cycles recorded per solve: of plain systems, of mapped ones.
    pub cycles: [u32; 2],
}

impl Progress {
    /// Before the first tick, with at most `max_cycles` cycles a solve.
    pub fn new(max_cycles: u32) -> Self {
        Self {
            planned: 0.0,
            attempted: false,
            burst: 1,
            cycles: [max_cycles.clamp(1, 2); 2],
        }
    }
}

/// Arms whose fields share buffers. Time and step are those of the batch that the part belongs to.
pub(crate) struct Part {
    // What is computed.
    pub(crate) model: Arc<Model>,
    pub(crate) numerics: Numerics,
    pub(crate) grid: Grid,
    pub(crate) arms: Vec<Arm>,
    pub(crate) layout: Layout,
    pub(crate) hierarchy: Hierarchy,
    // With what.
    pub(crate) gpu: Gpu,
    pub(crate) program: Arc<Program>,
    pub(crate) pipelines: Arc<Pipelines>,
    pub(crate) buffers: Buffers,
    pub(crate) uniforms: Uniforms,
    pub(crate) passes: Passes,
    pub(crate) solver: Solver,
    // How far.
    pub(crate) progress: Progress,
    pub(crate) amounts: Amounts,
    /// Diffusion coefficients by system.
    pub(crate) diffusivity: Vec<f32>,
}

impl Part {
    /// What the sizes of buffers are counted from.
    pub(crate) fn shape(&self) -> Shape<'_> {
        Shape {
            hierarchy: &self.hierarchy,
            layout: &self.layout,
            model: &self.model,
            parameters: &self.program.parameters,
            exchanges: self.program.exchanges,
        }
    }

    /// What makes dispatches of kernels that are compiled later. `shape` is [`Part::shape`].
    pub(crate) fn maker<'a>(&'a self, pipelines: &'a Pipelines, shape: &'a Shape<'a>) -> Maker<'a> {
        Maker {
            gpu: &self.gpu,
            pipelines,
            shape,
            buffers: &self.buffers,
            uniforms: &self.uniforms,
        }
    }

    /// Sends one compute pass to the device.
    pub(crate) fn submit_pass(&self, record: impl FnOnce(&Self, &mut wgpu::ComputePass<'_>)) {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        record(self, &mut encoder.begin_compute_pass(&Default::default()));
        self.gpu.queue.submit([encoder.finish()]);
    }

    /// Writes f32 values into a buffer, from a byte on.
    pub(crate) fn write(&self, name: Name, at: u64, values: &[f32]) {
        let buffer = self.buffers.get(name);
        let values = bytemuck::cast_slice(values);
        self.gpu.queue.write_buffer(buffer, at, values);
    }

    pub(crate) fn write_field(&self, arm: usize, field: usize, values: &[f32]) {
        let level = &self.hierarchy.levels[0].data;
        let pitch = 4 * level.columns as usize;
        let nx = level.nx as usize;
        let mut padded = vec![0f32; 4 * level.block as usize];
        for (row, line) in values.chunks(nx).enumerate() {
            padded[row * pitch..row * pitch + nx].copy_from_slice(line);
        }
        self.write(Name::Guess, self.block_offset(arm, field), &padded);
    }

    pub(crate) fn block_offset(&self, arm: usize, field: usize) -> u64 {
        let block = u64::from(self.hierarchy.levels[0].data.block) * 16;
        (self.layout.storage[field] * self.arms.len() + arm) as u64 * block
    }

    /// Takes over the parameters of all arms, and what follows from them: coefficients and linear systems.
    ///
    /// # Errors
    /// A diffusion coefficient that is negative or not finite; driver errors.
    pub(crate) fn upload_parameters(&mut self) -> Result<(), EngineError> {
        let block = &self.program.parameters;
        let all = self.arms.iter().flat_map(|arm| block.pack(&arm.controls));
        self.write(Name::Parameters, 0, &all.collect::<Vec<f32>>());
        let arms = self.arms.len();
        self.submit_pass(|part, pass| {
            let coefficients = &part.passes.coefficients;
            coefficients.record(pass, &part.pipelines, arms as u32);
        });
        let per_arm = self.shape().coefficients();
        let bytes = (per_arm * arms * 4) as u64;
        let raw = self
            .gpu
            .read(self.buffers.get(Name::Coefficients), 0, bytes)?;
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(&raw);
        let by_system = (0..self.layout.solved() * arms)
            .map(|system| values[system % arms * per_arm + system / arms]);
        let diffusivity: Vec<f32> = by_system.collect();
        self.check_diffusivity(&diffusivity)?;
        self.write(Name::Diffusivity, 0, &diffusivity);
        let systems: Vec<SystemData> = (0..diffusivity.len())
            .map(|system| self.system(system, diffusivity[system]))
            .collect();
        self.solver.set_systems(&self.gpu, &self.layout, &systems);
        let drifting = drifting(&self.shape()).into_iter().map(|i| systems[i]);
        let drifting: Vec<SystemData> = drifting.collect();
        let list = self.buffers.get(Name::DriftingSystems);
        self.gpu
            .queue
            .write_buffer(list, 0, bytemuck::cast_slice(&drifting));
        self.diffusivity = diffusivity;
        self.progress.planned = 0.0;
        Ok(())
    }

    fn check_diffusivity(&self, diffusivity: &[f32]) -> Result<(), EngineError> {
        let arms = self.arms.len();
        let valid = |d: &f32| *d >= 0.0 && d.is_finite();
        let Some(system) = diffusivity.iter().position(|d| !valid(d)) else {
            return Ok(());
        };
        let field = &self.model.fields[self.layout.fields[system / arms]];
        let diffusion = field.diffusion.as_ref();
        let place = diffusion.map(|e| format!("{}:{}", e.file, e.line));
        Err(EngineError::Diffusivity {
            field: field.id.clone(),
            arm: self.arms[system % arms].id.clone(),
            value: diffusivity[system],
            place: place.unwrap_or_default(),
        })
    }

    // The linear system number `index`: storage index × arms + arm.
    fn system(&self, index: usize, diffusivity: f32) -> SystemData {
        let arms = self.arms.len();
        let (field, arm) = (index / arms, index % arms);
        let layout = &self.layout;
        let faces = |map: usize| (map * self.shape().axes() * arms + arm) as i32;
        let first_stiff = layout.hindrances.len() + self.model.transports.len();
        let stiffness = |k: usize| ((first_stiff + k) * arms + arm) as i32;
        SystemData {
            index: index as u32,
            diffusivity,
            conductance: field.checked_sub(layout.plain).map_or(-1, faces),
            drift: layout.drift[field].map_or(-1, |t| faces(layout.mapped + t)),
            stiffness: layout.stiffness(field).map_or(-1, stiffness),
            signature: self.hierarchy.signatures[field],
            done: 0,
            padding_0: 0,
        }
    }

    /// Values of a field, x fastest, then y, then z; waits for the device.
    ///
    /// # Errors
    /// Driver errors.
    pub fn field(&self, arm: usize, field: usize) -> Result<Vec<f32>, EngineError> {
        let level = &self.hierarchy.levels[0].data;
        let bytes = u64::from(level.block) * 16;
        let raw = self.gpu.read(
            self.buffers.get(Name::Guess),
            self.block_offset(arm, field),
            bytes,
        )?;
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
        let expected = self.grid.len();
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
        let at = (arm * self.shape().compartment_stride() + k) * 4;
        let buffer = self.buffers.get(Name::Compartments);
        let raw = self.gpu.read(buffer, at as u64, (k * 4) as u64)?;
        Ok(bytemuck::pod_collect_to_vec(&raw))
    }

    /// Gives `amount` (in the drug's unit) of a drug to one arm, now.
    pub fn dose(&mut self, arm: usize, drug: usize, amount: f64) {
        let at = (arm * self.model.drugs.len() + drug) * 4;
        self.write(Name::Doses, at as u64, &[amount as f32]);
        self.submit_pass(|part, pass| part.passes.compartments.record_dose(pass, &part.pipelines));
    }

    /// Changes parameters, switches and held levels of one arm.
    ///
    /// # Errors
    /// A diffusion coefficient that becomes negative or not finite, which changes nothing; driver errors.
    pub fn control(&mut self, arm: usize, controls: &Controls) -> Result<(), EngineError> {
        let before = std::mem::replace(&mut self.arms[arm].controls, controls.clone());
        if let Err(e) = self.upload_parameters() {
            self.arms[arm].controls = before;
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
        let first = arm * self.shape().compartment_stride();
        for copy in 0..3 {
            let at = (first + copy * k + compartment) * 4;
            self.write(Name::Compartments, at as u64, &[value as f32]);
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
        self.submit_pass(|part, pass| part.passes.observe.record(pass, &part.pipelines));
        let bytes = (count * arms * 16) as u64;
        let raw = self.gpu.read(self.buffers.get(Name::Totals), 0, bytes)?;
        let totals: Vec<[f32; 4]> = bytemuck::pod_collect_to_vec(&raw);
        let measure = self.grid.cell_measure();
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

    /// Tells the device the numbers of every stage.
    pub(crate) fn write_steps(&self, plan: &Plan) {
        let u = &self.uniforms;
        for (stage, buffer) in [&u.measure, &u.stages[0], &u.stages[1]].iter().enumerate() {
            let step = plan.step(stage);
            self.gpu
                .queue
                .write_buffer(buffer, 0, bytemuck::bytes_of(&step));
        }
    }
}
