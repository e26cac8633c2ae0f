//! What the kernels are told about maps on faces, and how they walk: plain data, without the device.

use bytemuck::{Pod, Zeroable};
use warmfront_model::{FaceMean, Model, Scenario};
use warmfront_shaders::Layout;

use crate::Gpu;
use crate::hierarchy::{Hierarchy, LevelData};

/// `MapInfo` of `face_maps.wgsl`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Pod, Zeroable)]
pub(crate) struct MapInfo {
    source: u32,
    other: u32,
    kind: u32,
    signature: u32,
    target: u32,
    coefficient: u32,
}

/// What `face_maps` makes: a conductance for every mapped field, then a drift for every transport.
pub(crate) fn map_infos(
    layout: &Layout,
    model: &Model,
    h: &Hierarchy,
    arms: u32,
    axes: u32,
) -> Vec<MapInfo> {
    let mut infos = Vec::new();
    let per_arm = (layout.solved() + model.transports.len()).max(1) as u32;
    let first_stiff = layout.hindrances.len() + model.transports.len();
    for i in 0..layout.mapped {
        let slot = layout.plain + i;
        let harmonic =
            layout.hindrance[slot].is_some_and(|h| layout.hindrances[h].mean == FaceMean::Harmonic);
        for arm in 0..arms {
            let block = |map: usize| map as u32 * arms + arm;
            infos.push(MapInfo {
                source: layout.hindrance[slot].map_or(u32::MAX, block),
                other: layout
                    .stiffness(slot)
                    .map_or(u32::MAX, |k| block(first_stiff + k)),
                kind: u32::from(harmonic),
                signature: h.signatures[slot],
                target: i as u32 * axes * arms + arm,
                coefficient: arm * per_arm + slot as u32,
            });
        }
    }
    for (t, transport) in model.transports.iter().enumerate() {
        let signature = transport
            .moves
            .first()
            .map_or(0, |&f| h.signatures[layout.storage[f]]);
        for arm in 0..arms {
            let block = |map: usize| map as u32 * arms + arm;
            infos.push(MapInfo {
                source: block(layout.hindrances.len() + t),
                other: layout.drift_hindrance[t].map_or(u32::MAX, block),
                kind: 2,
                signature,
                target: (layout.mapped + t) as u32 * axes * arms + arm,
                coefficient: arm * per_arm + (layout.solved() + t) as u32,
            });
        }
    }
    infos
}

/// Threads that keep one processor core, or a graphics card, busy.
const BUSY_CORE: u32 = 64;
const BUSY_CARD: u32 = 1 << 16;

/// How `explicit_pair` walks; none for grids that it cannot take. A long walk loads fewer rows twice,
/// many walks keep the device busy.
pub(crate) fn pair_level(gpu: &Gpu, scenario: &Scenario, level0: &LevelData) -> Option<LevelData> {
    let rows_fit = scenario.grid.cells[0].is_multiple_of(4) && level0.columns >= 2;
    if !rows_fit || scenario.grid.is_3d() {
        return None;
    }
    let busy = if gpu.report.software {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
        BUSY_CORE.saturating_mul(cores)
    } else {
        BUSY_CARD
    };
    let threads =
        |march: &u32| level0.columns.div_ceil(2) * level0.ny.div_ceil(*march) * level0.arms;
    let march = [64, 32, 16, 8].into_iter().find(|m| threads(m) >= busy);
    let march = march.unwrap_or(4);
    Some(LevelData {
        march,
        chunks: level0.ny.div_ceil(march),
        ..*level0
    })
}
