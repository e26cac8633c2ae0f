//! How much device memory a run needs, known before anything is allocated.

use warmfront_model::{Grid, Scenario};
use warmfront_shaders::Layout;

use crate::hierarchy::Hierarchy;
use crate::setup::CELLS_PER_OBSERVER;
use crate::{EngineError, Gpu, solver};

/// Device memory of a run, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryEstimate {
    /// Everything.
    pub total: u64,
    /// The largest single buffer.
    pub largest: u64,
    /// Fields × cells × arms.
    pub values: u64,
}

impl MemoryEstimate {
    /// Memory of `arms` arms of `scenario`.
    pub fn of(scenario: &Scenario, arms: usize) -> Self {
        Self::on_grid(scenario, &scenario.grid, arms)
    }

    fn on_grid(scenario: &Scenario, grid: &Grid, arms: usize) -> Self {
        let model = &scenario.model;
        let layout = Layout::of(model);
        let boundaries: Vec<_> = model.fields.iter().map(|f| f.boundary).collect();
        let h = Hierarchy::new(grid, &boundaries, arms as u32);
        let block = u64::from(h.levels[0].data.block) * 16;
        let arms = arms as u64;
        let (all, dynamic, solved) = (
            layout.all() as u64,
            layout.dynamic() as u64,
            layout.solved() as u64,
        );
        let axes = if grid.is_3d() { 3 } else { 2 };
        let faces = layout.face_maps() as u64 * axes * arms;
        let scratch = dynamic.max(layout.cell_maps() as u64);
        // guess; now, stage one; slope, scratch; rhs, loss; faces.
        let blocks = arms * (all + 2 * dynamic + 2 * scratch + 2 * solved) + faces;
        let walkers = u64::from(h.levels[0].walkers().div_ceil(64) * 64);
        let partial = dynamic * arms * walkers * 32;
        let observers = u64::from((4 * h.levels[0].data.block).div_ceil(CELLS_PER_OBSERVER));
        let observed = model.observables.len() as u64 * arms * observers.next_multiple_of(64) * 16;
        let total = block * blocks + solver::memory(&h, solved, faces) + partial + observed;
        Self {
            total,
            largest: block * arms * all.max(1),
            values: grid.len() as u64 * model.fields.len() as u64 * arms,
        }
    }

    /// Checks the estimate against what the adapter allows.
    ///
    /// # Errors
    /// [`EngineError::TooLarge`], naming the largest grid of the same shape that fits.
    pub fn check(&self, gpu: &Gpu, scenario: &Scenario, arms: usize) -> Result<(), EngineError> {
        let allowed = gpu.report.max_buffer.min(gpu.report.max_binding);
        if self.largest <= allowed {
            return Ok(());
        }
        let mut grid = scenario.grid;
        while grid.cells[0] > 8 && Self::on_grid(scenario, &grid, arms).largest > allowed {
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
            adapter: gpu.report.name.clone(),
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
