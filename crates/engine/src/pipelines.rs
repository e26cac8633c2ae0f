//! Compiled kernels, and binding by name.

use std::collections::BTreeMap;

use warmfront_shaders::{Binding, Kernel, Program};

use crate::{EngineError, Gpu};

/// A compiled kernel.
#[derive(Debug)]
pub(crate) struct Pipe {
    pub pipeline: wgpu::ComputePipeline,
    bindings: Vec<Binding>,
    kernel: Kernel,
}

/// The bind groups of one dispatch.
#[derive(Debug)]
pub(crate) struct Bound {
    pub groups: Vec<(u32, wgpu::BindGroup)>,
}

/// What all kernels of a simulation are specialised for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GridFlags {
    /// More than one cell along z.
    pub solid: bool,
    /// Some field wraps around along x.
    pub wraps: bool,
    /// Rows end in padding.
    pub padded: bool,
}

/// What a kernel is specialised for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Flags {
    /// Hindrance or drift vary in space.
    pub mapped: bool,
    /// First look at a linear system.
    pub first: bool,
    /// Reactions once more after a solve, for what is local.
    pub settles: bool,
    /// Reactions at the result of a stage: what it made or lost beyond its rates.
    pub audits: bool,
}

impl Flags {
    const NONE: Self = Self {
        mapped: false,
        first: false,
        settles: false,
        audits: false,
    };
    pub const FIRST: Self = Self {
        first: true,
        ..Self::NONE
    };
    pub const SETTLES: Self = Self {
        settles: true,
        ..Self::NONE
    };
    pub const AUDITS: Self = Self {
        audits: true,
        ..Self::NONE
    };
}

impl Flags {
    /// Of a kernel that does not depend on them, or of one for plain or for mapped systems.
    pub fn mapped(mapped: bool) -> Self {
        Self {
            mapped,
            ..Self::NONE
        }
    }
}

/// Which specialisation of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Variant {
    pub kernel: Kernel,
    pub flags: Flags,
}

impl From<Kernel> for Variant {
    fn from(kernel: Kernel) -> Self {
        Self {
            kernel,
            flags: Flags::default(),
        }
    }
}

/// All pipelines of a simulation.
#[derive(Debug, Default)]
pub(crate) struct Pipelines {
    pipes: BTreeMap<Variant, Pipe>,
}

impl Pipelines {
    pub fn add(&mut self, variant: Variant, pipe: Pipe) {
        self.pipes.insert(variant, pipe);
    }

    pub fn has(&self, variant: Variant) -> bool {
        self.pipes.contains_key(&variant)
    }

    /// The compiled kernel; every variant that is asked for was built at the start.
    pub fn get(&self, variant: Variant) -> &Pipe {
        self.pipes
            .get(&variant)
            .unwrap_or_else(|| unreachable!("{variant:?} was not built"))
    }
}

impl Pipe {
    /// Builds a kernel; software drivers compile it when it is dispatched first.
    ///
    /// # Errors
    /// A shader of the model that does not compile; driver errors.
    pub fn new(
        gpu: &Gpu,
        program: &Program,
        Variant { kernel, flags }: Variant,
        grid: GridFlags,
    ) -> Result<Self, EngineError> {
        let shader = program.shader(kernel)?;
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let module = gpu
            .device
            .create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(kernel.name()),
                source: wgpu::ShaderSource::Wgsl(shader.source.as_str().into()),
            });
        let all = [
            ("MAPPED", f64::from(u8::from(flags.mapped))),
            ("FIRST", f64::from(u8::from(flags.first))),
            ("SETTLES", f64::from(u8::from(flags.settles))),
            ("AUDITS", f64::from(u8::from(flags.audits))),
            ("SOLID", f64::from(u8::from(grid.solid))),
            ("WRAPS", f64::from(u8::from(grid.wraps))),
            ("PADDED", f64::from(u8::from(grid.padded))),
        ];
        let constants: Vec<(&str, f64)> = all
            .into_iter()
            .filter(|(name, _)| shader.overrides.iter().any(|o| o == name))
            .collect();
        let pipeline = gpu
            .device
            .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(kernel.name()),
                layout: None,
                module: &module,
                entry_point: Some(kernel.name()),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &constants,
                    zero_initialize_workgroup_memory: false,
                },
                cache: None,
            });
        #[expect(
            clippy::disallowed_methods,
            reason = "the scope is resolved at once on native devices"
        )]
        if let Some(e) = pollster::block_on(scope.pop()) {
            return Err(EngineError::Gpu(format!("kernel `{}`: {e}", kernel.name())));
        }
        Ok(Self {
            pipeline,
            bindings: shader.bindings,
            kernel,
        })
    }

    /// Binds a buffer of `of(group, binding)` to every name that the kernel uses.
    pub fn bind_all(&self, gpu: &Gpu, of: impl Fn(u32, u32) -> wgpu::Buffer) -> Bound {
        let buffers: Vec<(&Binding, wgpu::Buffer)> = self
            .bindings
            .iter()
            .map(|b| (b, of(b.group, b.binding)))
            .collect();
        let find = |b: &Binding| {
            let mut named = buffers.iter();
            named.find(|(other, _)| other.name == b.name).map(|n| &n.1)
        };
        self.groups(gpu, find)
            .unwrap_or_else(|b| unreachable!("{} has a buffer", b.name))
    }

    /// Binds the buffers that `find` gives for the variables that the kernel uses.
    pub fn bind<'a>(
        &self,
        gpu: &Gpu,
        find: impl Fn(&Binding) -> Option<&'a wgpu::Buffer>,
    ) -> Result<Bound, EngineError> {
        self.groups(gpu, find).map_err(|b| {
            EngineError::Gpu(format!(
                "kernel `{}` binds `{}`, which the engine does not provide",
                self.kernel.name(),
                b.name
            ))
        })
    }

    // The binding without a buffer, if there is one.
    fn groups<'a>(
        &self,
        gpu: &Gpu,
        find: impl Fn(&Binding) -> Option<&'a wgpu::Buffer>,
    ) -> Result<Bound, &Binding> {
        let mut groups = Vec::new();
        let mut numbers: Vec<u32> = self.bindings.iter().map(|b| b.group).collect();
        numbers.dedup();
        for group in numbers {
            let mut entries = Vec::new();
            for b in self.bindings.iter().filter(|b| b.group == group) {
                entries.push(wgpu::BindGroupEntry {
                    binding: b.binding,
                    resource: find(b).ok_or(b)?.as_entire_binding(),
                });
            }
            let layout = self.pipeline.get_bind_group_layout(group);
            let bind_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(self.kernel.name()),
                layout: &layout,
                entries: &entries,
            });
            groups.push((group, bind_group));
        }
        Ok(Bound { groups })
    }
}
