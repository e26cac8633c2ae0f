//! What the engine knows about its own accuracy, field by field.

/// Running account of one field (worst over all arms).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct FieldDiagnostics {
    /// Smallest value seen before clipping at 0, in the field's unit.
    pub smallest: f64,
    /// Largest value seen.
    pub largest: f64,
    /// Largest estimated relative error of one tick (root mean square).
    pub tick_error: f64,
    /// Sum over the run of the estimated relative errors: a pessimistic bound of the time error.
    pub time_error: f64,
    /// Largest linear residual that was left, as a change of the field relative to the change that the
    /// stage made.
    pub residual: f64,
    /// Σ over the run of the imbalance of a tick: what the field's integral gained or lost beyond its rates
    /// at the stages' results and beyond what crossed the walls, relative to its turnover in the tick
    /// (what is there plus what is lost). It holds what the linear solver and the fixed-point
    /// iteration of the rates leave, and roundings. 0 in the explicit scheme, where rates and changes are the same.
    pub mass_residual: f64,
    /// Σ over the run of what clipping at 0 added, relative to the field's integral.
    pub clipped: f64,
    /// V-cycles spent in all.
    pub cycles: u64,
    /// Solves in all.
    pub solves: u64,
}

/// Account of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostics {
    /// Accepted ticks.
    pub ticks: u64,
    /// Ticks that were taken back and repeated with a shorter step.
    pub rejected: u64,
    /// Ticks in which a linear system stayed above its tolerance after the most V-cycles allowed.
    pub unsolved: u64,
    /// Smallest accepted step.
    pub smallest_step: f64,
    /// Largest accepted step.
    pub largest_step: f64,
    /// By field, model order.
    pub fields: Vec<FieldDiagnostics>,
}

impl Diagnostics {
    pub(crate) fn new(fields: usize) -> Self {
        Self {
            ticks: 0,
            rejected: 0,
            unsolved: 0,
            smallest_step: f64::INFINITY,
            largest_step: 0.0,
            fields: vec![
                FieldDiagnostics {
                    smallest: f64::INFINITY,
                    ..Default::default()
                };
                fields
            ],
        }
    }
}
