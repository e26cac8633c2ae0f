//! Dispatches, and what makes them: kernels meet buffers by the names of their variables.

use warmfront_shaders::Kernel;

use crate::buffers::{Buffers, Shape, WORKGROUP, uniform_of};
use crate::pipelines::{Bound, Pipelines, Variant};
use crate::shared::{Geometry, StepData};
use crate::{EngineError, Gpu};

/// A dispatch that is ready to be recorded any number of times.
#[derive(Debug)]
pub(crate) struct Dispatch {
    variant: Variant,
    bound: Bound,
    // Workgroups along x.
    groups: u32,
}

impl Dispatch {
    /// Records with `depth` workgroups along z; nothing when there are none.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines, depth: u32) {
        if depth == 0 {
            return;
        }
        pass.set_pipeline(&pipelines.get(self.variant).pipeline);
        for (group, bind) in &self.bound.groups {
            pass.set_bind_group(*group, bind, &[]);
        }
        pass.dispatch_workgroups(self.groups, 1, depth);
    }
}

/// Uniform buffers that several passes share.
pub(crate) struct Uniforms {
    /// The finest level, for kernels that know no linear systems.
    pub level: wgpu::Buffer,
    /// Edges of a cell, with the threads of the model kernels.
    pub geometry: wgpu::Buffer,
    /// The same with the threads that add up observables.
    pub observers: wgpu::Buffer,
    /// The measurement before a first tick.
    pub measure: wgpu::Buffer,
    /// Stages 1 and 2.
    pub stages: [wgpu::Buffer; 2],
}

impl Uniforms {
    /// For a part whose cells have the edges `spacing`.
    pub fn new(gpu: &Gpu, shape: &Shape<'_>, spacing: [f64; 3]) -> Self {
        let spacing = spacing.map(|s| s as f32);
        let geometry = |threads| uniform_of(gpu, "geometry", &Geometry { spacing, threads });
        let step = || uniform_of(gpu, "step", &StepData::default());
        Self {
            level: uniform_of(gpu, "level", &shape.hierarchy.levels[0].data),
            geometry: geometry(shape.model_threads()),
            observers: geometry(shape.observer_threads()),
            measure: step(),
            stages: [step(), step()],
        }
    }
}

/// A variable of a kernel, and the buffer that it means in a dispatch.
pub(crate) type Given<'a> = (&'static str, &'a wgpu::Buffer);

/// What passes make their dispatches from.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub gpu: &'a Gpu,
    pub pipelines: &'a Pipelines,
    pub shape: &'a Shape<'a>,
    pub buffers: &'a Buffers,
    pub uniforms: &'a Uniforms,
}

impl Maker<'_> {
    /// Arms of the part.
    pub fn arms(&self) -> u32 {
        self.shape.hierarchy.levels[0].data.arms
    }

    /// A dispatch of at least `threads` threads on the finest level. Variables that are not in `given` have the
    /// meaning of the table of buffers.
    ///
    /// # Errors
    /// A variable without a buffer.
    pub fn dispatch(
        &self,
        variant: impl Into<Variant>,
        threads: u32,
        given: &[Given<'_>],
    ) -> Result<Dispatch, EngineError> {
        self.dispatch_at(0, variant, threads, given)
    }

    /// As [`Maker::dispatch`], with the buffers of a level.
    ///
    /// # Errors
    /// A variable without a buffer.
    pub fn dispatch_at(
        &self,
        level: usize,
        variant: impl Into<Variant>,
        threads: u32,
        given: &[Given<'_>],
    ) -> Result<Dispatch, EngineError> {
        let variant = variant.into();
        let find = |variable: &str| {
            let given = given.iter().find(|(name, _)| *name == variable);
            given
                .map(|(_, buffer)| *buffer)
                .or_else(|| self.buffers.seen_as(variable, level))
                .or(match variable {
                    "level" => Some(&self.uniforms.level),
                    "geometry" => Some(&self.uniforms.geometry),
                    _ => None,
                })
        };
        let bound = self.pipelines.get(variant).bind(self.gpu, |b| {
            let buffer = find(&b.name);
            #[cfg(test)]
            if let Some(buffer) = buffer {
                self.buffers.note(buffer, variant.kernel, b.writable);
            }
            buffer
        })?;
        Ok(Dispatch {
            variant,
            bound,
            groups: threads.div_ceil(WORKGROUP).max(1),
        })
    }

    /// A dispatch of one workgroup for each block along z.
    ///
    /// # Errors
    /// A variable without a buffer.
    pub fn one_group(&self, kernel: Kernel, given: &[Given<'_>]) -> Result<Dispatch, EngineError> {
        self.dispatch(kernel, 1, given)
    }

    /// A uniform buffer that starts with `data`.
    pub fn uniform<T: bytemuck::Pod>(&self, label: &str, data: &T) -> wgpu::Buffer {
        uniform_of(self.gpu, label, data)
    }
}
