//! What an attempt at a tick gave, and whether it counts.

use warmfront_model::Scheme;

use crate::EngineError;
use crate::part::Part;
use crate::scheme::{Plan, step_measure};
use crate::shared::SolveReport;

/// Smallest value that is accepted, relative to the field's scale.
const NEGATIVE: f64 = -1e-6;

/// A residual this much above the allowed one is an error after the last cycle.
const UNSOLVED: f32 = 10.0;

/// What one tick did to one field of one arm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verdict {
    pub error: f64,
    pub smallest: f64,
    // Index of the first cell that is not finite; beyond every cell: none.
    first_bad: f64,
    pub sum: f64,
    pub largest: f64,
    pub clipped: f64,
    /// What the tick made (above 0) or lost beyond its rates, over the turnover.
    pub imbalance: f64,
}

/// Why a tick does not count.
#[derive(Debug)]
pub(crate) enum Fault {
    NotFinite {
        field: usize,
        arm: usize,
        cell: u32,
    },
    Negative {
        field: usize,
        value: f64,
    },
    NotSolved {
        field: usize,
        arm: usize,
        ratio: f32,
        cycles: u32,
    },
    Inaccurate {
        error: f64,
    },
}

impl Fault {
    /// Which of several faults counts: a large rank before a small one.
    pub fn rank(&self) -> u8 {
        match self {
            Self::NotFinite { .. } => 3,
            Self::Negative { .. } => 2,
            Self::NotSolved { .. } => 1,
            Self::Inaccurate { .. } => 0,
        }
    }
}

/// What one attempt gave.
pub(crate) struct Outcome {
    /// By stage, then system.
    pub solves: Vec<SolveReport>,
    /// By field in storage order, then arm.
    pub verdicts: Vec<Verdict>,
    /// Largest estimated error.
    pub error: f64,
    /// The same as it chooses the next adaptive step: see [`step_measure`].
    pub measure: f64,
    /// Some system is above its tolerance.
    pub unsolved: bool,
    /// Most V-cycles of any plain system, and of any mapped one.
    pub cycles: [u32; 2],
    /// Whether one of these is above its tolerance.
    pub above: [bool; 2],
    pub fault: Option<Fault>,
}

/// What the host reads after an attempt.
pub(crate) struct Read {
    /// By stage, then system.
    pub solves: Vec<SolveReport>,
    /// By field in storage order, then arm: as `finish_tick` leaves it.
    pub verdicts: Vec<[f32; 8]>,
    /// By stage, field in storage order and arm: imbalance, turnover, squares of what stale rates did.
    pub balances: Vec<[f32; 4]>,
}

/// What the solves of an attempt needed.
struct Solved {
    cycles: [u32; 2],
    above: [bool; 2],
    fault: Option<Fault>,
}

impl Part {
    /// Whether an attempt counts, from what was read after it.
    pub fn judge(&self, plan: &Plan, read: Read) -> Outcome {
        let mut error: f64 = 0.0;
        let mut measure: f64 = 0.0;
        let mut fault = None;
        let mut verdicts = Vec::with_capacity(read.verdicts.len());
        for block in 0..read.verdicts.len() {
            let size = self.size_of(&read, block);
            let verdict = self.verdict(plan, &read, block, size);
            error = error.max(verdict.error);
            if let Some(tolerance) = self.numerics.adaptive {
                let slopes = f64::from(read.verdicts[block][2]);
                let change = plan.dt * (slopes / self.grid.len() as f64).sqrt() / size;
                measure = measure.max(step_measure(verdict.error, change, tolerance));
            }
            self.watch(&read, block, &verdict, &mut fault);
            verdicts.push(verdict);
        }
        let solved = self.solved(plan, &read);
        let mut fault = fault.or(solved.fault);
        if let (None, Some(tolerance)) = (&fault, self.numerics.adaptive)
            && error > 2.0 * tolerance
            && plan.slope
        {
            fault = Some(Fault::Inaccurate { error });
        }
        Outcome {
            solves: read.solves,
            verdicts,
            error,
            measure,
            unsolved: solved.above[0] || solved.above[1],
            cycles: solved.cycles,
            above: solved.above,
            fault,
        }
    }

    // The size of a field that errors are compared with: its root mean square, but not less than a thousandth of
    // the model's scale.
    fn size_of(&self, read: &Read, block: usize) -> f64 {
        let field = self.layout.fields[block / self.arms.len()];
        let squares = f64::from(read.verdicts[block][5]);
        let scale = self.model.fields[field].scale;
        (squares / self.grid.len() as f64).sqrt().max(1e-3 * scale)
    }

    fn verdict(&self, plan: &Plan, read: &Read, block: usize, size: f64) -> Verdict {
        let n = self.grid.len() as f64;
        let v = read.verdicts[block].map(f64::from);
        let systems = self.solver.systems_total() as usize;
        let implicit = plan.scheme != Scheme::Explicit;
        // The error of a step: of the time scheme, what the linear solver left, and what stale rates did.
        let balance =
            |stage: usize| read.balances[stage * read.verdicts.len() + block].map(f64::from);
        let mut left = 0.0;
        if implicit {
            left += plan.left_over(|stage| balance(stage)[2].sqrt()) / n.sqrt();
        }
        if implicit && block < systems {
            let solve = |stage: usize| f64::from(read.solves[stage * systems + block].left);
            left += plan.left_over(solve) / n.sqrt();
        }
        Verdict {
            error: ((v[0] / n).sqrt() + left) / size,
            smallest: v[1],
            sum: v[3],
            largest: v[4],
            clipped: v[6],
            first_bad: v[7],
            imbalance: if implicit {
                plan.imbalance(|stage| [balance(stage)[0], balance(stage)[1]])
            } else {
                0.0
            },
        }
    }

    // Values that are not finite, or too far below 0. A value that is not finite outweighs a negative one.
    fn watch(&self, read: &Read, block: usize, verdict: &Verdict, fault: &mut Option<Fault>) {
        let arms = self.arms.len();
        let field = self.layout.fields[block / arms];
        // A sum that overflows means values far beyond any meaning, though each is finite.
        let is_bad = verdict.first_bad < f64::from(f32::MAX) / 2.0;
        let overflow = !verdict.error.is_finite()
            || !verdict.sum.is_finite()
            || !read.verdicts[block][5].is_finite();
        if (is_bad || overflow) && !matches!(fault, Some(Fault::NotFinite { .. })) {
            *fault = Some(Fault::NotFinite {
                field,
                arm: block % arms,
                cell: if is_bad { verdict.first_bad as u32 } else { 0 },
            });
        } else if fault.is_none() && verdict.smallest < NEGATIVE * self.model.fields[field].scale {
            *fault = Some(Fault::Negative {
                field,
                value: verdict.smallest,
            });
        }
    }

    fn solved(&self, plan: &Plan, read: &Read) -> Solved {
        let arms = self.arms.len();
        let systems = self.solver.systems_total() as usize;
        let mut solved = Solved {
            cycles: [0; 2],
            above: [false; 2],
            fault: None,
        };
        if plan.scheme == Scheme::Explicit {
            return solved;
        }
        let used = &read.solves[..plan.stages() * systems];
        // A residual that overflowed compares with nothing: it is as unsolved as can be.
        for (i, s) in used.iter().enumerate() {
            let kind = usize::from((i % systems) / arms >= self.layout.plain);
            solved.cycles[kind] = solved.cycles[kind].max(s.cycles as u32);
            solved.above[kind] |= s.ratio.is_nan() || s.ratio > 1.0;
        }
        let worst = used
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.ratio.total_cmp(&b.1.ratio));
        if let Some((i, s)) = worst
            && (s.ratio.is_nan() || s.ratio > UNSOLVED)
        {
            solved.fault = Some(Fault::NotSolved {
                field: self.layout.fields[(i % systems) / arms],
                arm: i % arms,
                ratio: s.ratio,
                cycles: s.cycles as u32,
            });
        }
        solved
    }

    /// The error of a run that gave up with `fault` after `retries` shorter steps.
    pub fn explain(&self, fault: &Fault, plan: &Plan, retries: u32) -> EngineError {
        let (dt, time) = (plan.dt, plan.time);
        let id = |field: usize| self.model.fields[field].id.clone();
        match *fault {
            Fault::NotFinite { field, arm, cell } => {
                let level = &self.hierarchy.levels[0].data;
                let pitch = 4 * level.columns;
                EngineError::NotFinite {
                    field: id(field),
                    arm: self.arms[arm].id.clone(),
                    what: "NaN or infinite",
                    cell: [
                        cell % pitch,
                        (cell / pitch) % level.ny,
                        cell / (pitch * level.ny),
                    ],
                    time,
                    retries,
                    cause: String::new(),
                }
            }
            Fault::NotSolved {
                field,
                arm,
                ratio,
                cycles,
            } => EngineError::NotSolved {
                field: id(field),
                arm: self.arms[arm].id.clone(),
                ratio,
                cycles,
                time,
            },
            Fault::Negative { field, value } => EngineError::StepTooSmall {
                step: dt,
                time,
                why: format!("field `{}` fell to {value:.3e}", id(field)),
            },
            Fault::Inaccurate { error } => EngineError::StepTooSmall {
                step: dt,
                time,
                why: format!("the estimated error {error:.3e} stays above the tolerance"),
            },
        }
    }
}
