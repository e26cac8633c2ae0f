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

use warmfront_model::Scheme;
use warmfront_shaders::Kernel;

use crate::EngineError;
use crate::buffers::Name;
use crate::dispatch::{Dispatch, Maker};
use crate::part::Part;
use crate::scheme::Plan;
use crate::shared::Amount;
use crate::verdict::Outcome;

/// Relative change of an amount from which it is taken back: some twenty units in the last place of f32, so that the
/// rounding of the factor and of the products does not count.
const WORTH_IT: f64 = 2e-6;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Amounts {
    /// Blocks (storage × arms + arm) of the fields that only move.
    blocks: Vec<usize>,
    /// By block of the list: relative change of the amount that was not taken back yet.
    pub owed: Vec<f64>,
    dispatch: Dispatch,
}

impl Amounts {
    /// For the fields of a part that only move.
    ///
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>) -> Result<Self, EngineError> {
        let (layout, model) = (make.shape.layout, make.shape.model);
        let arms = make.arms() as usize;
        let blocks: Vec<usize> = (0..layout.solved())
            .filter(|&storage| layout.only_moves(model, storage))
            .flat_map(|storage| (0..arms).map(move |arm| storage * arms + arm))
            .collect();
        Ok(Self {
            owed: vec![0.0; blocks.len()],
            blocks,
            dispatch: make.dispatch(Kernel::ScaleAmounts, make.shape.model_threads(), &[])?,
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
        let list = self.buffers.get(Name::Amounts);
        self.gpu
            .queue
            .write_buffer(list, 0, bytemuck::cast_slice(&due));
        self.submit_pass(|part, pass| {
            let dispatch = &part.amounts.dispatch;
            dispatch.record(pass, &part.pipelines, due.len() as u32);
        });
    }
}
