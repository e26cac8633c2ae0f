//! A moment of a simulation, kept on the device, from which it goes on with the same bits.
//!
//! Between two ticks a part consists of its state, the slopes of the last tick, its compartments and what
//! was changed in its arms; everything else is computed anew.

use crate::buffers::Name;
use crate::diagnostics::Diagnostics;
use crate::lockstep::Clock;
use crate::part::Part;
use crate::simulation::Simulation;
use crate::{Controls, EngineError};

/// See the [module](self). Its buffers are freed with it.
#[derive(Debug)]
pub struct Checkpoint {
    parts: Vec<Saved>,
    clock: Clock,
    diagnostics: Diagnostics,
    bytes: u64,
}

#[derive(Debug)]
struct Saved {
    state: wgpu::Buffer,
    slopes: wgpu::Buffer,
    compartments: wgpu::Buffer,
    controls: Vec<Controls>,
    // What the amounts of fields that only move are off by.
    owed: Vec<f64>,
}

impl Checkpoint {
    /// Model time of the moment.
    pub fn time(&self) -> f64 {
        self.clock.time
    }

    /// Device memory, bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Saved {
    fn bytes(&self) -> u64 {
        self.state.size() + self.slopes.size() + self.compartments.size()
    }
}

impl Part {
    // The buffers that make up a moment, with the bytes of each that count.
    fn moment(&self) -> [(&wgpu::Buffer, u64); 3] {
        let [state, slopes, now, compartments] =
            [Name::Guess, Name::Scratch, Name::Now, Name::Compartments]
                .map(|name| self.buffers.get(name));
        [
            (state, state.size()),
            // The work space holds the slopes of the fields that have an equation.
            (slopes, now.size().min(slopes.size())),
            (compartments, compartments.size()),
        ]
    }

    fn save(&self) -> Saved {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let [state, slopes, compartments] = self.moment().map(|(from, bytes)| {
            let to = self.gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("kept moment"),
                size: bytes,
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            });
            encoder.copy_buffer_to_buffer(from, 0, &to, 0, bytes);
            to
        });
        self.gpu.queue.submit([encoder.finish()]);
        Saved {
            state,
            slopes,
            compartments,
            controls: self.arms.iter().map(|arm| arm.controls.clone()).collect(),
            owed: self.amounts.owed.clone(),
        }
    }

    fn load(&mut self, saved: &Saved) -> Result<(), EngineError> {
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        let kept = [&saved.state, &saved.slopes, &saved.compartments];
        for (from, (to, bytes)) in kept.into_iter().zip(self.moment()) {
            encoder.copy_buffer_to_buffer(from, 0, to, 0, bytes);
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.amounts.owed.clone_from(&saved.owed);
        let arms = self.arms.iter_mut().zip(&saved.controls);
        let mut changed = false;
        for (arm, controls) in arms {
            changed |= arm.controls != *controls;
            arm.controls.clone_from(controls);
        }
        if changed {
            self.upload_parameters()?;
        }
        self.progress.planned = 0.0;
        Ok(())
    }
}

impl Simulation {
    /// Keeps the present moment.
    pub fn checkpoint(&self) -> Checkpoint {
        let parts: Vec<Saved> = self.parts.iter().map(Part::save).collect();
        Checkpoint {
            bytes: parts.iter().map(Saved::bytes).sum(),
            parts,
            clock: self.clock.clone(),
            diagnostics: self.diagnostics.clone(),
        }
    }

    /// Makes a moment of this simulation, or of one that differs in nothing but numbers of the model, the
    /// present one.
    ///
    /// # Errors
    /// A moment of another grid, model or number of arms, which changes nothing; driver errors.
    pub fn go_to(&mut self, moment: &Checkpoint) -> Result<(), EngineError> {
        let fits = self.parts.len() == moment.parts.len()
            && self.parts.iter().zip(&moment.parts).all(|(part, saved)| {
                let kept = [&saved.state, &saved.slopes, &saved.compartments];
                let mut sizes = kept.into_iter().zip(part.moment());
                sizes.all(|(from, (_, bytes))| from.size() == bytes)
                    && saved.controls.len() == part.arms.len()
            });
        if !fits {
            return Err(EngineError::Gpu(
                "a kept moment of another grid or model does not fit this simulation".to_owned(),
            ));
        }
        for (part, saved) in self.parts.iter_mut().zip(&moment.parts) {
            part.load(saved)?;
        }
        self.clock.clone_from(&moment.clock);
        self.diagnostics.clone_from(&moment.diagnostics);
        Ok(())
    }
}
