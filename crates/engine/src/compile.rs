//! Compiling the kernels of a simulation before its first tick, on several cores where that helps.
//!
//! A driver of a graphics card compiles a kernel when its pipeline is created. A software driver (Mesa's
//! llvmpipe) waits until a kernel is dispatched for the first time, and compiles it on the one thread that
//! works off the device's queue. So each kernel is dispatched here once, over no cells and with buffers of
//! no meaning. A further device has a queue, and so a thread, of its own; what it compiled reaches the first
//! device through the driver's cache on disk.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use warmfront_shaders::Program;

use crate::pipelines::{Bound, GridFlags, Pipe, Pipelines, Variant};
use crate::{EngineError, Gpu};

/// Kernels that are ready, and all that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compiling {
    /// Ready.
    pub done: usize,
    /// Asked for.
    pub of: usize,
}

impl fmt::Display for Compiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "compiling shaders: {} of {}", self.done, self.of)
    }
}

/// Is told of every kernel that is ready, on any thread.
#[derive(Clone)]
pub(crate) struct Listener(pub Arc<dyn Fn(Compiling) + Send + Sync>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}

/// Size of what is bound to every name of a kernel that is dispatched over no cells, bytes: as much as a uniform
/// buffer may have on every device.
const STAND_IN: u64 = 65_536;

/// Threads that compile.
const MOST_THREADS: usize = 4;

/// Compiles `wanted` and builds, without compiling where the driver allows that, `later`.
///
/// # Errors
/// A shader of the model that does not compile; driver errors.
pub(crate) fn compile(
    gpu: &Gpu,
    program: &Program,
    grid: GridFlags,
    wanted: Vec<Variant>,
    later: &[Variant],
) -> Result<Pipelines, EngineError> {
    let mut pipelines = Pipelines::default();
    for &variant in later {
        pipelines.add(variant, Pipe::new(gpu, program, variant, grid)?);
    }
    let job = Job::new(program, grid, wanted)?;
    let mut mine = Vec::new();
    let helpers = helpers(gpu);
    let outcome = std::thread::scope(|scope| {
        let help = || {
            let mut helper = Gpu::open(&gpu.adapter)?;
            helper.listener = gpu.listener.clone();
            job.work(&helper, |_, _| {})
        };
        // Without a thread there is no help; what is left is done below.
        let threads: Vec<_> = (0..helpers)
            .filter_map(|_| {
                let thread = std::thread::Builder::new().name("compile".to_owned());
                thread.spawn_scoped(scope, help).ok()
            })
            .collect();
        // A device that draws a window has no time for anything that takes longer than a frame.
        let outcome = if gpu.paced && helpers > 0 {
            Ok(())
        } else {
            job.work(gpu, |variant, pipe| mine.push((variant, pipe)))
        };
        for thread in threads {
            // What went wrong there goes wrong here again, and is told then.
            let _ = thread.join();
        }
        outcome
    });
    outcome?;
    for (variant, pipe) in mine {
        pipelines.add(variant, pipe);
    }
    let stand_ins = StandIns::default();
    for &(variant, _) in &job.wanted {
        if !pipelines.has(variant) {
            let pipe = Pipe::new(gpu, program, variant, grid)?;
            stand_ins.dispatch(gpu, &pipe)?;
            pipelines.add(variant, pipe);
        }
    }
    Ok(pipelines)
}

// How many further devices compile. Where the driver keeps no cache they would be of no use: what one device
// compiled does not reach another.
fn helpers(gpu: &Gpu) -> usize {
    let on = |name| std::env::var(name).is_ok_and(|v| v == "true" || v == "1");
    if !gpu.report.software || on("MESA_SHADER_CACHE_DISABLE") {
        return 0;
    }
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let here = if gpu.paced { 0 } else { 1 };
    cores.min(MOST_THREADS).saturating_sub(here)
}

struct Job<'a> {
    program: &'a Program,
    grid: GridFlags,
    // With the length of the source, the longest first: they take longest.
    wanted: Vec<(Variant, usize)>,
    next: AtomicUsize,
    done: Mutex<usize>,
}

impl<'a> Job<'a> {
    fn new(
        program: &'a Program,
        grid: GridFlags,
        wanted: Vec<Variant>,
    ) -> Result<Self, EngineError> {
        let sized = wanted.into_iter().map(|variant| {
            let shader = program.shader(variant.kernel)?;
            Ok((variant, shader.source.len()))
        });
        let mut wanted = sized.collect::<Result<Vec<_>, EngineError>>()?;
        wanted.sort_by_key(|(_, length)| std::cmp::Reverse(*length));
        Ok(Self {
            program,
            grid,
            wanted,
            next: AtomicUsize::new(0),
            done: Mutex::new(0),
        })
    }

    // Takes one kernel after the other until none is left.
    fn work(&self, gpu: &Gpu, mut take: impl FnMut(Variant, Pipe)) -> Result<(), EngineError> {
        let stand_ins = StandIns::default();
        while let Some(&(variant, _)) = self.wanted.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let pipe = Pipe::new(gpu, self.program, variant, self.grid)?;
            if gpu.report.software {
                stand_ins.dispatch(gpu, &pipe)?;
            }
            take(variant, pipe);
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            *done += 1;
            if let Some(Listener(tell)) = &gpu.listener {
                let (done, of) = (*done, self.wanted.len());
                tell(Compiling { done, of });
            }
        }
        Ok(())
    }
}

/// Buffers that stand for any.
#[derive(Default)]
struct StandIns(Mutex<BTreeMap<(u32, u32), wgpu::Buffer>>);

impl StandIns {
    // Dispatches a kernel over nothing, and waits until that is done.
    fn dispatch(&self, gpu: &Gpu, pipe: &Pipe) -> Result<(), EngineError> {
        let Bound { groups } =
            pipe.bind_all(gpu, |group, binding| self.buffer(gpu, group, binding));
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            pass.set_pipeline(&pipe.pipeline);
            for (group, bind) in &groups {
                pass.set_bind_group(*group, bind, &[]);
            }
            pass.dispatch_workgroups(0, 1, 1);
        }
        gpu.queue.submit([encoder.finish()]);
        gpu.wait()
    }

    fn buffer(&self, gpu: &Gpu, group: u32, binding: u32) -> wgpu::Buffer {
        let mut buffers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("stand-in"),
                size: STAND_IN.min(gpu.limits.max_uniform_buffer_binding_size),
                usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::UNIFORM,
                mapped_at_creation: false,
            })
        };
        buffers.entry((group, binding)).or_insert_with(new).clone()
    }
}
