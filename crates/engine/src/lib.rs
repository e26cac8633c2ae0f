//! The reaction-diffusion-taxis engine. It knows no biology.
//!
//! # Theory
//! For every field c of a model: ∂c/∂t = ∇·(D m ∇c) − ∇·(c u) + G − L c with G, L ≥ 0. Space is
//! cell-centred finite volumes; diffusion, loss and the donor-cell part of the drift are implicit in
//! one batched multigrid solve per stage; gains, loss rates and drift velocities are taken at the
//! current iterate. Time is a two-stage, second-order, L-stable SDIRK (see the `scheme` module). The
//! matrices are M-matrices: gains cannot make a field negative, and what a step would make negative is
//! repeated with a shorter one.
//!
//! # Practice
//! [`Gpu::new`] opens a device; [`Simulation::new`] allocates a batch of arms of a scenario on it;
//! [`Simulation::advance`] moves it; [`Simulation::observe`] and [`Simulation::field`] read it.
//! Doses, parameter changes and edits of fields happen between ticks. Everything that can go wrong is
//! an [`EngineError`].
//!
//! # Invariants
//! - Nothing here names a field of any model.
//! - Nothing is read back inside a tick.
//! - The bits of an arm do not depend on the other arms of its batch (with a fixed step), nor on the
//!   parts that the batch is split into.

mod amounts;
mod anchors;
mod blame;
mod buffers;
mod checkpoint;
mod compile;
mod compiled;
mod diagnostics;
mod dispatch;
mod error;
mod gpu;
mod hierarchy;
mod lockstep;
#[cfg(test)]
mod look_tests;
mod memory;
mod part;
mod passes;
mod pipelines;
mod planes;
mod probe;
mod profile;
mod scheme;
mod setup;
mod shared;
mod simulation;
mod solver;
mod soundness;
#[cfg(test)]
mod split_tests;
#[cfg(test)]
mod table_tests;
mod tick;
mod verdict;
#[cfg(test)]
mod wall_tests;

pub use anchors::{Anchor, anchors};
pub use checkpoint::Checkpoint;
pub use compile::Compiling;
pub use diagnostics::{Diagnostics, FieldDiagnostics};
pub use error::EngineError;
pub use gpu::{AdapterReport, Gpu, GpuOptions, adapters};
pub use lockstep::Tick;
pub use memory::{MemoryEstimate, readable};
pub use planes::{PlaneSet, Planes};
pub use probe::{Probe, ProbeError};
pub use profile::KernelTime;
pub use scheme::GAMMA;
pub use simulation::{Simulation, StateLayout};
pub use soundness::{Concern, Soundness, Spot};
pub use warmfront_shaders::{Controls, Files, Program, ShaderError};
