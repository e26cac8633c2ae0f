//! The adapter, the device, and what the driver says when something fails.

use std::sync::{Arc, Mutex};

use crate::EngineError;
use crate::compile::{Compiling, Listener};

/// What an adapter can do, for `doctor` and for choosing one.
#[derive(Debug, Clone)]
pub struct AdapterReport {
    /// Name as the driver gives it.
    pub name: String,
    /// Driver and version.
    pub driver: String,
    /// `Vulkan`, `Metal`, …
    pub backend: String,
    /// `discrete GPU`, `software`, …
    pub kind: String,
    /// Whether it computes on the processor.
    pub software: bool,
    /// Largest buffer, bytes.
    pub max_buffer: u64,
    /// Largest part of a buffer that a shader can see, bytes.
    pub max_binding: u64,
    /// Storage buffers that one shader can use.
    pub max_storage_buffers: u32,
    /// What is missing; empty: usable.
    pub missing: Vec<String>,
}

/// Storage buffers that the largest kernel binds.
const STORAGE_BUFFERS: u32 = 12;

/// Which adapter to use.
#[derive(Debug, Clone, Default)]
pub struct GpuOptions {
    /// Part of a name (any case), or `software`; `None`: the fastest there is.
    pub adapter: Option<String>,
}

/// Errors that the driver reported outside of any call, oldest first.
#[derive(Debug, Clone, Default)]
struct Reported(Arc<Mutex<Vec<EngineErrorKind>>>);

#[derive(Debug)]
enum EngineErrorKind {
    Failed(String),
    Lost(String),
}

impl Reported {
    fn push(&self, error: EngineErrorKind) {
        if let Ok(mut list) = self.0.lock()
            && list.len() < 16
        {
            list.push(error);
        }
    }
}

/// A device ready to compute.
#[derive(Debug, Clone)]
pub struct Gpu {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    /// What it is.
    pub report: AdapterReport,
    /// Limits that were granted.
    pub limits: wgpu::Limits,
    /// Whether a tick goes to the device in short pieces, see [`Gpu::in_pieces`].
    pub(crate) paced: bool,
    /// Where the device is from, for another one.
    pub(crate) adapter: wgpu::Adapter,
    /// Is told while kernels are compiled, see [`Gpu::telling`].
    pub(crate) listener: Option<Listener>,
    reported: Reported,
}

fn instance() -> wgpu::Instance {
    let descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
    wgpu::Instance::new(descriptor)
}

fn report(adapter: &wgpu::Adapter) -> AdapterReport {
    let info = adapter.get_info();
    let limits = adapter.limits();
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => "discrete GPU",
        wgpu::DeviceType::IntegratedGpu => "integrated GPU",
        wgpu::DeviceType::VirtualGpu => "virtual GPU",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "other",
    };
    let mut missing = Vec::new();
    if limits.max_storage_buffers_per_shader_stage < STORAGE_BUFFERS {
        missing.push(format!(
            "max_storage_buffers_per_shader_stage = {}, needs {STORAGE_BUFFERS}",
            limits.max_storage_buffers_per_shader_stage
        ));
    }
    let flags = adapter.get_downlevel_capabilities().flags;
    if !flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS) {
        missing.push("no compute shaders".to_owned());
    }
    AdapterReport {
        name: info.name,
        driver: format!("{} {}", info.driver, info.driver_info)
            .trim()
            .to_owned(),
        backend: format!("{:?}", info.backend),
        kind: kind.to_owned(),
        software: info.device_type == wgpu::DeviceType::Cpu,
        max_buffer: limits.max_buffer_size,
        max_binding: limits.max_storage_buffer_binding_size,
        max_storage_buffers: limits.max_storage_buffers_per_shader_stage,
        missing,
    }
}

impl AdapterReport {
    /// Name and driver, in a few words.
    pub fn with_driver(&self) -> String {
        match self.mesa() {
            Some(mesa) => format!("{}, Mesa {mesa}", self.name),
            None if self.driver.is_empty() => self.name.clone(),
            None => format!("{}, {}", self.name, self.driver),
        }
    }

    /// Version of the Mesa that computes on the processor, if it is older than major version `fast_since`.
    pub fn slow_mesa(&self, fast_since: u32) -> Option<String> {
        let mesa = self.mesa().filter(|_| self.software)?;
        let major: u32 = mesa.split('.').next()?.parse().ok()?;
        (major < fast_since).then_some(mesa)
    }

    // Version of Mesa, where that is the driver.
    fn mesa(&self) -> Option<String> {
        let (_, version) = self.driver.split_once("Mesa ")?;
        let version: String = version
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        (!version.is_empty()).then_some(version)
    }

    /// Bytes that one buffer of a run may have.
    pub fn largest_buffer(&self) -> u64 {
        self.max_buffer.min(self.max_binding)
    }
}

// Fast ones first.
fn rank(adapter: &wgpu::Adapter) -> u32 {
    match adapter.get_info().device_type {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

/// Every adapter of this machine, the one that would be chosen first.
pub fn adapters() -> Vec<AdapterReport> {
    sorted(&instance()).iter().map(report).collect()
}

fn sorted(instance: &wgpu::Instance) -> Vec<wgpu::Adapter> {
    #[expect(
        clippy::disallowed_methods,
        reason = "listing adapters happens once, outside any frame"
    )]
    let mut all = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    all.sort_by_key(rank);
    all
}

impl Gpu {
    /// Opens the adapter that `options` names, or the fastest usable one.
    ///
    /// # Errors
    /// [`EngineError::NoAdapter`], [`EngineError::UnknownAdapter`], [`EngineError::Limit`],
    /// [`EngineError::NoDevice`].
    pub fn new(options: &GpuOptions) -> Result<Self, EngineError> {
        let instance = instance();
        let all = sorted(&instance);
        let names = || {
            let list: Vec<String> = all
                .iter()
                .map(|a| format!("`{}`", a.get_info().name))
                .collect();
            if list.is_empty() {
                "none".to_owned()
            } else {
                list.join(", ")
            }
        };
        if all.is_empty() {
            return Err(EngineError::NoAdapter {
                found: String::new(),
            });
        }
        let adapter = match options.adapter.as_deref() {
            None => all
                .iter()
                .find(|a| report(a).missing.is_empty())
                .or(all.first()),
            Some("software") => all.iter().find(|a| report(a).software),
            Some(wanted) => {
                let wanted = wanted.to_lowercase();
                all.iter()
                    .find(|a| a.get_info().name.to_lowercase().contains(&wanted))
            }
        };
        let Some(adapter) = adapter else {
            return Err(EngineError::UnknownAdapter {
                wanted: options.adapter.clone().unwrap_or_default(),
                available: names(),
            });
        };
        Self::open(adapter)
    }

    /// Opens a device of an adapter.
    ///
    /// # Errors
    /// [`EngineError::NoDevice`], [`EngineError::Limit`].
    pub(crate) fn open(adapter: &wgpu::Adapter) -> Result<Self, EngineError> {
        let descriptor = Self::descriptor(adapter);
        #[expect(
            clippy::disallowed_methods,
            reason = "opening a device happens once, outside any frame"
        )]
        let (device, queue) =
            pollster::block_on(adapter.request_device(&descriptor)).map_err(|e| {
                EngineError::NoDevice {
                    adapter: adapter.get_info().name,
                    reason: e.to_string(),
                }
            })?;
        Self::on(adapter, device, queue)
    }

    /// What to ask of an adapter for a device that [`Gpu::on`] takes.
    pub fn descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
        wgpu::DeviceDescriptor {
            label: Some("warmfront"),
            required_limits: adapter.limits(),
            ..Default::default()
        }
    }

    /// A device that is open already, say for drawing a window.
    ///
    /// # Errors
    /// [`EngineError::Limit`].
    pub fn on(
        adapter: &wgpu::Adapter,
        device: wgpu::Device,
        queue: wgpu::Queue,
    ) -> Result<Self, EngineError> {
        let report = report(adapter);
        let offered = device.limits();
        if offered.max_storage_buffers_per_shader_stage < STORAGE_BUFFERS {
            return Err(EngineError::Limit {
                adapter: report.name,
                limit: "max_storage_buffers_per_shader_stage",
                has: u64::from(offered.max_storage_buffers_per_shader_stage),
                needs: u64::from(STORAGE_BUFFERS),
            });
        }
        let reported = Reported::default();
        let sink = reported.clone();
        device.on_uncaptured_error(Arc::new(move |e: wgpu::Error| {
            sink.push(EngineErrorKind::Failed(e.to_string()));
        }));
        let sink = reported.clone();
        device
            .set_device_lost_callback(move |_, message| sink.push(EngineErrorKind::Lost(message)));
        Ok(Self {
            device,
            queue,
            report,
            limits: offered,
            paced: false,
            adapter: adapter.clone(),
            listener: None,
            reported,
        })
    }

    /// The same device, planned for as if a shader saw no more than `bytes` of a buffer: runs are cut
    /// into parts, or refused, as on an adapter that allows so little.
    #[must_use]
    pub fn with_largest_binding(mut self, bytes: u64) -> Self {
        self.report.max_binding = self.report.max_binding.min(bytes);
        self.limits.max_storage_buffer_binding_size =
            self.limits.max_storage_buffer_binding_size.min(bytes);
        self
    }

    /// The same device for a simulation that shares it with a window: a tick goes to the device in pieces
    /// of a few milliseconds, each waited for, so that frames are drawn in between. The numbers are the
    /// same in every bit.
    #[must_use]
    pub fn in_pieces(mut self) -> Self {
        self.paced = true;
        self
    }

    /// The same device, for which `tell` is called with every kernel that a simulation has compiled at its start,
    /// on any thread.
    #[must_use]
    pub fn telling(mut self, tell: impl Fn(Compiling) + Send + Sync + 'static) -> Self {
        self.listener = Some(Listener(Arc::new(tell)));
        self
    }

    /// Sends what was recorded so far, if ticks go in pieces.
    pub(crate) fn breathe(&self, encoder: &mut wgpu::CommandEncoder) {
        if !self.paced {
            return;
        }
        let next = self.device.create_command_encoder(&Default::default());
        let piece = std::mem::replace(encoder, next);
        let index = self.queue.submit([piece.finish()]);
        // A failure shows when the tick's verdict is read.
        let _ = self.device.poll(wgpu::PollType::Wait {
            submission_index: Some(index),
            timeout: None,
        });
    }

    /// The first error that the driver reported since the last call, if any.
    ///
    /// # Errors
    /// [`EngineError::DeviceLost`] or [`EngineError::Gpu`].
    pub fn take_error(&self) -> Result<(), EngineError> {
        let mut failed = None;
        // Whatever fails on a lost device may be told before the loss is: after a failure the device is asked once.
        for asked in [false, true] {
            let Ok(mut list) = self.reported.0.lock() else {
                return Ok(());
            };
            for e in std::mem::take(&mut *list) {
                match e {
                    EngineErrorKind::Lost(m) => {
                        // A lost device explains everything else, and stays lost.
                        list.push(EngineErrorKind::Lost(m.clone()));
                        return Err(EngineError::DeviceLost(m));
                    }
                    EngineErrorKind::Failed(m) => failed = failed.or(Some(m)),
                }
            }
            drop(list);
            if failed.is_none() || asked {
                break;
            }
            let _ = self.device.poll(wgpu::PollType::Poll);
        }
        failed.map_or(Ok(()), |m| Err(EngineError::Gpu(m)))
    }

    /// Waits until everything submitted is done.
    ///
    /// # Errors
    /// As [`Gpu::take_error`].
    pub fn wait(&self) -> Result<(), EngineError> {
        if let Err(e) = self.device.poll(wgpu::PollType::wait_indefinitely()) {
            self.take_error()?;
            return Err(EngineError::Gpu(e.to_string()));
        }
        self.take_error()
    }

    /// Copies `bytes` bytes of `buffer` from `offset` to the host, waiting for the device.
    ///
    /// # Errors
    /// As [`Gpu::take_error`].
    pub fn read(
        &self,
        buffer: &wgpu::Buffer,
        offset: u64,
        bytes: u64,
    ) -> Result<Vec<u8>, EngineError> {
        let staging = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("readback"),
            size: bytes,
            usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
            mapped_at_creation: false,
        });
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(buffer, offset, &staging, 0, bytes);
        self.queue.submit([encoder.finish()]);
        self.map(&staging, bytes)
    }

    /// Maps `bytes` bytes of a staging buffer, waiting for the device, and unmaps it again.
    ///
    /// # Errors
    /// As [`Gpu::take_error`].
    pub fn map(&self, staging: &wgpu::Buffer, bytes: u64) -> Result<Vec<u8>, EngineError> {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        staging
            .slice(..bytes)
            .map_async(wgpu::MapMode::Read, move |r| {
                // The receiver is alive until `recv` below returns.
                let _ = send.send(r);
            });
        self.wait()?;
        match receive.recv() {
            Ok(Ok(())) => {}
            other => {
                self.take_error()?;
                return Err(EngineError::Gpu(format!("reading back failed: {other:?}")));
            }
        }
        let data = staging
            .slice(..bytes)
            .get_mapped_range()
            .map_err(|e| EngineError::Gpu(e.to_string()))?
            .to_vec();
        staging.unmap();
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_mesa_is_slow_on_the_processor_alone() {
        let report = |driver: &str, software| AdapterReport {
            name: "llvmpipe".to_owned(),
            driver: driver.to_owned(),
            backend: "Vulkan".to_owned(),
            kind: String::new(),
            software,
            max_buffer: 0,
            max_binding: 0,
            max_storage_buffers: 0,
            missing: Vec::new(),
        };
        let old = report("llvmpipe Mesa 22.3.6 (LLVM 15.0.6)", true);
        assert_eq!(old.slow_mesa(24).as_deref(), Some("22.3.6"));
        assert_eq!(old.with_driver(), "llvmpipe, Mesa 22.3.6");
        let new = report("llvmpipe Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6)", true);
        assert_eq!(new.slow_mesa(24), None);
        assert_eq!(report("radv Mesa 22.3.6", false).slow_mesa(24), None);
        assert_eq!(
            report("NVIDIA 570.1", false).with_driver(),
            "llvmpipe, NVIDIA 570.1"
        );
        assert_eq!(report("", false).with_driver(), "llvmpipe");
    }
}
