//! Bare kernels to measure the adapter with, so that every speed is quoted as a ratio of one run.

use std::time::Instant;

use crate::buffers::storage;
use crate::{EngineError, Files, Gpu};

/// Throughput of a bare kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// `naive`, `copy` or `march`; the file in `shaders/bench`.
    pub name: &'static str,
    /// Million cells per second, median.
    pub mcells: f64,
    /// Milliseconds per pass, median.
    pub milliseconds: f64,
}

const PASSES: u32 = 16;

/// Measures the bare kernels on `edge` × `edge` cells (a multiple of 8), median of `repeats`.
///
/// # Errors
/// Driver errors.
pub fn anchors(
    gpu: &Gpu,
    files: &Files,
    edge: u32,
    repeats: usize,
) -> Result<Vec<Anchor>, EngineError> {
    let bytes = u64::from(edge) * u64::from(edge) * 4;
    let buffers = [storage(gpu, "a", bytes), storage(gpu, "b", bytes)];
    let groups = [
        (
            "naive",
            "bench/naive.wgsl",
            [edge.div_ceil(16), edge.div_ceil(16)],
        ),
        (
            "copy",
            "bench/copy.wgsl",
            [(edge * edge / 4).div_ceil(64), 1],
        ),
        (
            "march",
            "bench/march.wgsl",
            [(edge * edge / 32).div_ceil(64), 1],
        ),
    ];
    groups
        .into_iter()
        .map(|(name, file, [x, y])| {
            let text = files.read(file).unwrap_or_default();
            let module = gpu
                .device
                .create_shader_module(wgpu::ShaderModuleDescriptor {
                    label: Some(name),
                    source: wgpu::ShaderSource::Wgsl(text.into()),
                });
            let pipeline = gpu
                .device
                .create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                    label: Some(name),
                    layout: None,
                    module: &module,
                    entry_point: Some(name),
                    compilation_options: wgpu::PipelineCompilationOptions {
                        constants: &[("N", f64::from(edge))],
                        zero_initialize_workgroup_memory: false,
                    },
                    cache: None,
                });
            let bind = |from: usize| {
                gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some(name),
                    layout: &pipeline.get_bind_group_layout(0),
                    entries: &[(0, from), (1, 1 - from)].map(|(binding, i)| wgpu::BindGroupEntry {
                        binding,
                        resource: buffers[i].as_entire_binding(),
                    }),
                })
            };
            let bound = [bind(0), bind(1)];
            let once = || -> Result<f64, EngineError> {
                let mut encoder = gpu.device.create_command_encoder(&Default::default());
                {
                    let mut pass = encoder.begin_compute_pass(&Default::default());
                    pass.set_pipeline(&pipeline);
                    for i in 0..PASSES {
                        pass.set_bind_group(0, &bound[(i % 2) as usize], &[]);
                        pass.dispatch_workgroups(x, y, 1);
                    }
                }
                let start = Instant::now();
                gpu.queue.submit([encoder.finish()]);
                gpu.wait()?;
                Ok(start.elapsed().as_secs_f64() / f64::from(PASSES))
            };
            once()?;
            let mut times = (0..repeats.max(1))
                .map(|_| once())
                .collect::<Result<Vec<f64>, _>>()?;
            times.sort_by(f64::total_cmp);
            let seconds = times[times.len() / 2];
            Ok(Anchor {
                name,
                mcells: f64::from(edge) * f64::from(edge) / seconds / 1e6,
                milliseconds: seconds * 1e3,
            })
        })
        .collect()
}
