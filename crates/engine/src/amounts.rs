//! Fields that only move keep their amount.
//!
//! # Theory
//! A field without gains and losses, between walls that hold no value, keeps its integral exactly. In f32 it does so
//! only to rounding: where a value changes by less than half a unit in its last place in a tick, that change is lost,
//! in every tick anew, and over thousands of ticks such losses add up.
//!
//! # Practice
//! The audit of a tick's last stage measures what the tick did to the amount. [`Amounts`] adds it up, with what clipping at 0 added;
//! once the sum is worth some units in the last place of the values, they are multiplied by a factor next to 1 that
//! takes it back. That is rare, and costs one pass over these fields.

use warmfront_model::{Model, Scheme};
use warmfront_shaders::{Kernel, Layout};

use crate::buffers::storage;
use crate::part::Part;
use crate::pipelines::{Dispatch, Pipelines};
use crate::scheme::Plan;
use crate::tick::Outcome;
use crate::{EngineError, Gpu};

/// Relative change of an amount from which it is taken back: some twenty units in the last place of f32, so that the
/// rounding of the factor and of the products does not count.
const WORTH_IT: f64 = 2e-6;

/// `Amount` of `scale_amounts.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
struct Amount {
    block: u32,
    factor: f32,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Amounts {
    /// Blocks (storage × arms + arm) of the fields that only move.
    blocks: Vec<usize>,
    /// By block of the list: relative change of the amount that was not taken back yet.
    pub owed: Vec<f64>,
    list: wgpu::Buffer,
    dispatch: Dispatch,
}

impl Amounts {
    /// For a part of `arms` arms whose state stands in `guess`; `threads` share a block.
    ///
    /// # Errors
    /// Driver errors.
    pub fn new(
        gpu: &Gpu,
        pipelines: &Pipelines,
        (model, layout): (&Model, &Layout),
        arms: usize,
        (level, guess): (&wgpu::Buffer, &wgpu::Buffer),
        threads: u32,
    ) -> Result<Self, EngineError> {
        let blocks: Vec<usize> = (0..layout.solved())
            .filter(|&storage| layout.only_moves(model, storage))
            .flat_map(|storage| (0..arms).map(move |arm| storage * arms + arm))
            .collect();
        let list = storage(gpu, "amounts", blocks.len() as u64 * 8);
        let find = |name: &str| match name {
            "level" => Some(level),
            "guess" => Some(guess),
            "amounts" => Some(&list),
            _ => None,
        };
        let dispatch = Dispatch::new(gpu, pipelines, Kernel::ScaleAmounts, false, threads, find)?;
        Ok(Self {
            owed: vec![0.0; blocks.len()],
            blocks,
            list,
            dispatch,
        })
    }

    // Adds what an accepted tick did; the factors that are due now.
    fn add(&mut self, outcome: &Outcome) -> Vec<Amount> {
        let mut due = Vec::new();
        for (&block, owed) in self.blocks.iter().zip(&mut self.owed) {
            let v = &outcome.verdicts[block];
            let clipped = v.clipped / v.sum.max(f64::MIN_POSITIVE);
            *owed += v.imbalance + clipped;
            // An amount of nearly nothing has no meaning to keep.
            if owed.is_finite() && owed.abs() > WORTH_IT && owed.abs() < 0.5 {
                let factor = (1.0 / (1.0 + *owed)) as f32;
                due.push(Amount {
                    block: block as u32,
                    factor,
                });
                *owed = (1.0 + *owed) * f64::from(factor) - 1.0;
            }
        }
        due
    }
}

impl Part {
    /// Takes back what the accepted tick `outcome` of `plan` did to the amounts of fields that only move.
    pub fn keep_amounts(&mut self, plan: &Plan, outcome: &Outcome) {
        // An explicit step moves the same amount out of one cell and into the next, but nobody audits its roundings.
        if plan.scheme == Scheme::Explicit {
            return;
        }
        let due = self.amounts.add(outcome);
        if due.is_empty() {
            return;
        }
        let queue = &self.gpu.queue;
        queue.write_buffer(&self.amounts.list, 0, bytemuck::cast_slice(&due));
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let dispatch = &self.amounts.dispatch;
            dispatch.record(&mut pass, &self.pipelines, due.len() as u32);
        }
        queue.submit([encoder.finish()]);
    }
}
