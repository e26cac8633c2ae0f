//! How much device memory a run needs, and into how many parts it is split for that, known before
//! anything is allocated.

use warmfront_model::{Grid, Scenario};
use warmfront_shaders::{Layout, ParameterBlock, exchange_sums};

use crate::buffers::{Shape, TABLE, allocated, levels};
use crate::compiled::boundaries;
use crate::hierarchy::Hierarchy;
use crate::{AdapterReport, EngineError};

/// Device memory of a run, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryEstimate {
    /// Everything, of all parts.
    pub total: u64,
    /// The largest single buffer of any part.
    pub largest: u64,
    /// Fields × cells × arms.
    pub values: u64,
    /// Arms of the run.
    pub arms: usize,
    /// Parts that the arms are split into, each with buffers of its own; 1: everything fits at once.
    pub parts: usize,
}

impl MemoryEstimate {
    /// Memory of `arms` arms of `scenario` in one part.
    pub fn of(scenario: &Scenario, arms: usize) -> Self {
        Self::on_grid(scenario, &scenario.grid, arms)
    }

    /// Memory of `arms` arms of `scenario` on an adapter: in as few parts as its buffers allow, or one
    /// part for each arm where not even these fit.
    pub fn on(adapter: &AdapterReport, scenario: &Scenario, arms: usize) -> Self {
        let allowed = adapter.largest_buffer();
        let fits = |parts: &usize| {
            let most = arms.div_ceil(*parts);
            Self::of(scenario, most).largest <= allowed
        };
        let parts = (1..=arms).find(fits).unwrap_or(arms.max(1));
        Self::split(scenario, arms, parts)
    }

    /// Memory of `arms` arms of `scenario` in `parts` parts.
    pub(crate) fn split(scenario: &Scenario, arms: usize, parts: usize) -> Self {
        let mut all = Self {
            total: 0,
            largest: 0,
            values: 0,
            arms,
            parts,
        };
        for size in all.part_sizes() {
            let part = Self::of(scenario, size);
            all.total += part.total;
            all.largest = all.largest.max(part.largest);
            all.values += part.values;
        }
        all
    }

    /// Arms of each part, as equal as possible, the larger parts first.
    pub fn part_sizes(&self) -> Vec<usize> {
        let (each, more) = (self.arms / self.parts, self.arms % self.parts);
        (0..self.parts)
            .map(|part| each + usize::from(part < more))
            .collect()
    }

    /// How the arms are split, for people: `2 parts of 2 arms`; `None` for one part.
    pub fn split_text(&self) -> Option<String> {
        if self.parts < 2 {
            return None;
        }
        let sizes = self.part_sizes();
        let (most, least) = (sizes[0], sizes[self.parts - 1]);
        let arms = match (most, least) {
            (1, _) => "1 arm".to_owned(),
            _ if most == least => format!("{most} arms"),
            _ => format!("{most} or {least} arms"),
        };
        Some(format!("{} parts of {arms}", self.parts))
    }

    fn on_grid(scenario: &Scenario, grid: &Grid, arms: usize) -> Self {
        let model = &scenario.model;
        let layout = Layout::of(model);
        let boundaries = boundaries(scenario, &layout);
        let shape = Shape {
            hierarchy: &Hierarchy::new(grid, &boundaries, arms as u32),
            layout: &layout,
            model,
            parameters: &ParameterBlock::of(model, arms as u32, 0),
            exchanges: exchange_sums(model),
        };
        let (mut total, mut largest) = (0, 0);
        for row in TABLE {
            for level in 0..levels(row, &shape) {
                let bytes = allocated(row, &shape, level);
                total += bytes;
                largest = largest.max(bytes);
            }
        }
        Self {
            total,
            largest,
            values: grid.len() as u64 * model.fields.len() as u64 * arms as u64,
            arms,
            parts: 1,
        }
    }

    /// Checks an estimate of [`MemoryEstimate::on`] against what the adapter allows.
    ///
    /// # Errors
    /// [`EngineError::TooLarge`] where not even one arm fits, naming the largest grid of the same
    /// shape of which one does.
    pub fn check(&self, adapter: &AdapterReport, scenario: &Scenario) -> Result<(), EngineError> {
        let allowed = adapter.largest_buffer();
        if self.largest <= allowed {
            return Ok(());
        }
        let mut grid = scenario.grid;
        while grid.cells[0] > 8 && Self::on_grid(scenario, &grid, 1).largest > allowed {
            for a in 0..3 {
                if grid.cells[a] > 1 {
                    grid.cells[a] = (grid.cells[a] * 15 / 16).max(8);
                }
            }
        }
        let [x, y, z] = grid.cells;
        let largest = if grid.is_3d() {
            format!("{x}x{y}x{z}")
        } else {
            format!("{x}x{y}")
        };
        Err(EngineError::TooLarge {
            needed: readable(self.largest),
            total: readable(self.total),
            adapter: adapter.name.clone(),
            allowed: readable(allowed),
            largest,
        })
    }
}

/// Bytes for people: `1.5 GiB`.
pub fn readable(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if unit == "B" {
        format!("{value} B")
    } else {
        format!("{value:.1} {unit}")
    }
}
