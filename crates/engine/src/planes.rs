//! Planes of quantities on their way to the host while the simulation goes on.
//!
//! # Theory
//! A film needs a few planes after every tick, not whole fields, and not at once. A request copies them into
//! one of a ring of staging buffers, in the order of submission, so that what arrives is the state of that
//! moment whatever is computed later. By the time of the next tick's verdict it has arrived.
//!
//! # Practice
//! [`Planes::request`] after a tick, [`Planes::take`] for what has arrived, oldest first.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use warmfront_model::{Local, Model};

use crate::buffers::Name;
use crate::probe::{Probe, ProbeError};
use crate::simulation::{Simulation, StateLayout};
use crate::{EngineError, Gpu};

/// Staging buffers of a ring.
const RING: usize = 3;

/// The planes of one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaneSet {
    /// Model time.
    pub time: f64,
    /// `[quantity][arm of the batch]`: the values of a plane. Of the two axes that lie in it, the one that
    /// comes first in the order x, y, z runs fastest.
    pub values: Vec<Vec<Vec<f32>>>,
}

/// See the [module](self).
pub struct Planes {
    gpu: Gpu,
    wanted: Vec<Local>,
    layout: StateLayout,
    normal: usize,
    probe: Option<(Probe, wgpu::Buffer)>,
    idle: Vec<wgpu::Buffer>,
    coming: VecDeque<Coming>,
}

struct Coming {
    buffer: wgpu::Buffer,
    time: f64,
    index: u32,
    arrived: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Planes {
    /// A ring for planes at right angles to axis `normal` (0, 1, 2) of the quantities `wanted`, in this
    /// order, of every arm of `simulation`, a simulation of `model` on `gpu`.
    ///
    /// # Errors
    /// A quantity that the model does not have; a shader that the driver refuses; no memory.
    pub fn new(
        gpu: &Gpu,
        simulation: &Simulation,
        model: &Model,
        wanted: &[Local],
        normal: usize,
    ) -> Result<Self, ProbeError> {
        let layout = simulation.state_layout();
        let normal = normal.min(2);
        let derived = |l: &Local| !matches!(l, Local::Field(_));
        let probe = if wanted.iter().any(derived) {
            let probe = Probe::new(simulation, model)?;
            if let Some(unknown) = wanted.iter().find(|l| !probe.locals().contains(l)) {
                return Err(ProbeError::Unknown(*unknown));
            }
            let behind = u64::from(layout.block) * u64::from(layout.arms) * 4;
            let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("derived planes"),
                size: layout.bytes() + behind,
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            });
            Some((probe, buffer))
        } else {
            if let Some(unknown) = wanted
                .iter()
                .find(|l| matches!(l, Local::Field(f) if *f >= layout.place.len()))
            {
                return Err(ProbeError::Unknown(*unknown));
            }
            None
        };
        let planes = wanted.len() as u64 * u64::from(layout.arms);
        let idle = (0..RING).map(|_| {
            gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("planes"),
                size: (planes * bytes_of(&layout, normal)).max(16),
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            })
        });
        let idle = idle.collect();
        gpu.take_error()?;
        Ok(Self {
            gpu: gpu.clone(),
            wanted: wanted.to_vec(),
            layout,
            normal,
            probe,
            idle,
            coming: VecDeque::new(),
        })
    }

    /// Whether everything in the ring is on its way: then [`Planes::take`] comes before the next request.
    pub fn is_full(&self) -> bool {
        self.idle.is_empty()
    }

    /// Asks for the planes number `index` (capped at the last) of the present moment. A full ring is
    /// emptied of its oldest first, which is returned.
    ///
    /// # Errors
    /// Driver errors.
    pub fn request(
        &mut self,
        simulation: &Simulation,
        index: u32,
    ) -> Result<Option<PlaneSet>, ProbeError> {
        let oldest = if self.is_full() {
            self.take(true)?
        } else {
            None
        };
        let Some(buffer) = self.idle.pop() else {
            return Ok(oldest);
        };
        let bytes = bytes_of(&self.layout, self.normal);
        let index = index.min(self.layout.cells[self.normal] - 1);
        // Planes of another axis do not lie together: then the whole block comes.
        let within = match self.normal {
            2 => u64::from(index) * bytes,
            _ => 0,
        };
        let arms = u64::from(self.layout.arms);
        let mut to = 0;
        for &local in &self.wanted {
            let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
            if let Local::Field(field) = local {
                for &(part, place) in &simulation.places {
                    let part = &simulation.parts[part];
                    let from = part.block_offset(place, field) + within;
                    encoder.copy_buffer_to_buffer(
                        part.buffers.get(Name::Guess),
                        from,
                        &buffer,
                        to,
                        bytes,
                    );
                    to += bytes;
                }
            } else if let Some((probe, map)) = &self.probe {
                probe.map(simulation, local, map)?;
                let block = u64::from(self.layout.block) * 4;
                for arm in 0..arms {
                    let from = self.layout.bytes() + arm * block + within;
                    encoder.copy_buffer_to_buffer(map, from, &buffer, to, bytes);
                    to += bytes;
                }
            }
            self.gpu.queue.submit([encoder.finish()]);
        }
        let (send, arrived) = sync_channel(1);
        buffer
            .slice(..)
            .map_async(wgpu::MapMode::Read, move |result| {
                // Nobody may want it any more.
                let _ = send.send(result);
            });
        self.coming.push_back(Coming {
            buffer,
            time: simulation.time(),
            index,
            arrived,
        });
        Ok(oldest)
    }

    /// The oldest planes that were asked for, once they have arrived; with `wait` as soon as they do. `None`
    /// if there are none.
    ///
    /// # Errors
    /// Driver errors.
    pub fn take(&mut self, wait: bool) -> Result<Option<PlaneSet>, EngineError> {
        let Some(first) = self.coming.front() else {
            return Ok(None);
        };
        if wait {
            self.gpu.wait()?;
        } else {
            // What it finds shows in the channel.
            let _ = self.gpu.device.poll(wgpu::PollType::Poll);
        }
        match first.arrived.try_recv() {
            Ok(Ok(())) => {}
            Err(TryRecvError::Empty) if !wait => return Ok(None),
            other => {
                self.gpu.take_error()?;
                return Err(EngineError::Gpu(format!("reading back failed: {other:?}")));
            }
        }
        let Some(Coming {
            buffer,
            time,
            index,
            ..
        }) = self.coming.pop_front()
        else {
            return Ok(None);
        };
        let raw = buffer
            .slice(..)
            .get_mapped_range()
            .map_err(|e| EngineError::Gpu(e.to_string()))?
            .to_vec();
        buffer.unmap();
        self.idle.push(buffer);
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(&raw);
        let each = (bytes_of(&self.layout, self.normal) / 4) as usize;
        let mut planes = values.chunks(each).map(|block| self.plane(block, index));
        let arms = self.layout.arms as usize;
        let values = (0..self.wanted.len())
            .map(|_| planes.by_ref().take(arms).collect())
            .collect();
        Ok(Some(PlaneSet { time, values }))
    }
}

impl Planes {
    // The values of a plane out of what came for it.
    fn plane(&self, block: &[f32], index: u32) -> Vec<f32> {
        let pitch = self.layout.pitch as usize;
        let [nx, ny, _] = self.layout.cells.map(|n| n as usize);
        let index = index as usize;
        let rows = block.chunks(pitch);
        match self.normal {
            0 => rows.map(|row| row[index]).collect(),
            1 => {
                let rows = rows.skip(index).step_by(ny);
                rows.flat_map(|row| &row[..nx]).copied().collect()
            }
            _ => rows.flat_map(|row| &row[..nx]).copied().collect(),
        }
    }
}

// What comes for one plane, rows with their padding.
fn bytes_of(layout: &StateLayout, normal: usize) -> u64 {
    let planes = match normal {
        2 => 1,
        _ => u64::from(layout.cells[2]),
    };
    planes * u64::from(layout.cells[1]) * u64::from(layout.pitch) * 4
}
