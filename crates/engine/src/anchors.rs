//! Bare kernels to measure the adapter with, so that every speed is quoted as a ratio of one run.

use std::time::Instant;

use crate::buffers::{storage, storage_of};
use crate::{EngineError, Files, Gpu};

/// Throughput of a bare kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// Its file in `shaders/bench`: `naive`, `copy`, `march`, `jacobi` or `gray_scott`.
    pub name: &'static str,
    /// Million cells per second, median; a cell of two species counts twice.
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
    let cells = u64::from(edge) * u64::from(edge);
    // Two species at most; the second half stands idle elsewhere.
    let bytes = 2 * cells * 4;
    let half = vec![0.5f32; 2 * cells as usize];
    let buffers = [
        storage_of(gpu, "a", &half),
        storage(gpu, "b", bytes),
        storage_of(gpu, "right-hand side", &half),
        storage_of(gpu, "loss", &half),
    ];
    let square = [edge.div_ceil(16), edge.div_ceil(16)];
    let by_four = [(edge * edge / 4).div_ceil(64), 1];
    let walking = [(edge * edge / 32).div_ceil(64), 1];
    // File, workgroups, buffers that it only reads beside its source, species.
    let kernels = [
        ("bench/naive.wgsl", square, 0, 1),
        ("bench/copy.wgsl", by_four, 0, 1),
        ("bench/march.wgsl", walking, 0, 1),
        ("bench/jacobi.wgsl", walking, 2, 1),
        ("bench/gray_scott.wgsl", walking, 0, 2),
    ];
    kernels
        .into_iter()
        .map(|(file, [x, y], more, species)| {
            let text = files.read(file).unwrap_or_default();
            let name = file.trim_start_matches("bench/").trim_end_matches(".wgsl");
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
                    entries: &[from, 1 - from, 2, 3]
                        .iter()
                        .zip(0..2 + more)
                        .map(|(&i, binding)| wgpu::BindGroupEntry {
                            binding,
                            resource: buffers[i].as_entire_binding(),
                        })
                        .collect::<Vec<_>>(),
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
                mcells: (cells * species) as f64 / seconds / 1e6,
                milliseconds: seconds * 1e3,
            })
        })
        .collect()
}
