//! What moves fields: conductances and drift on faces, and the limited part of the drift.

use warmfront_model::FaceMean;
use warmfront_shaders::{Kernel, constants};

use crate::EngineError;
use crate::buffers::{Name, Shape, storage_of};
use crate::dispatch::{Dispatch, Maker};
use crate::pipelines::Pipelines;
use crate::shared::MapInfo;

/// See the [module](self).
pub(crate) struct TransportPass {
    // Maps on faces, of all arms.
    maps: u32,
    // Systems that drift.
    drifting: u32,
    face_maps: Option<Dispatch>,
    limit_drift: Option<Dispatch>,
}

impl TransportPass {
    /// From the cell maps of a stage.
    ///
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>) -> Result<Self, EngineError> {
        Self::from_maps(make, Name::Scratch, &make.uniforms.stages[0])
    }

    /// From the cell maps in `maps`, at a step.
    ///
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn from_maps(
        make: &Maker<'_>,
        maps: Name,
        step: &wgpu::Buffer,
    ) -> Result<Self, EngineError> {
        let layout = make.shape.layout;
        let walkers = make.shape.hierarchy.levels[0].walkers();
        let from = make.buffers.get(maps);
        let count = layout.face_maps() as u32 * make.arms();
        let drifting = drifting(make.shape).len() as u32;
        let face_maps = || {
            let infos = storage_of(make.gpu, "map infos", &map_infos(make.shape));
            let given = [("maps", from), ("map_infos", &infos)];
            make.dispatch(Kernel::FaceMaps, walkers, &given)
        };
        let limit_drift = || {
            let systems = make.buffers.get(Name::DriftingSystems);
            let given = [("maps", from), ("tick", step), ("systems", systems)];
            make.dispatch(Kernel::LimitDrift, walkers, &given)
        };
        Ok(Self {
            maps: count,
            drifting,
            face_maps: (count > 0).then(face_maps).transpose()?,
            limit_drift: (drifting > 0).then(limit_drift).transpose()?,
        })
    }

    /// Conductances and drift velocities on the faces of the finest level.
    pub fn record_faces(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        if let Some(faces) = &self.face_maps {
            faces.record(pass, pipelines, self.maps);
        }
    }

    /// What the implicit operator leaves to the right-hand side.
    pub fn record_limited(&self, pass: &mut wgpu::ComputePass<'_>, pipelines: &Pipelines) {
        if let Some(limit) = &self.limit_drift {
            limit.record(pass, pipelines, self.drifting);
        }
    }

    /// Whether there are maps on faces, and drift.
    pub fn has(&self) -> [bool; 2] {
        [self.face_maps.is_some(), self.limit_drift.is_some()]
    }
}

/// Systems (storage index × arms + arm) that drift.
pub(crate) fn drifting(shape: &Shape<'_>) -> Vec<usize> {
    let arms = shape.hierarchy.levels[0].data.arms as usize;
    let drifts = (0..shape.layout.solved()).filter(|&f| shape.layout.drift[f].is_some());
    drifts
        .flat_map(|f| (0..arms).map(move |arm| f * arms + arm))
        .collect()
}

/// What `face_maps` makes: a conductance for every mapped field, then a drift for every transport.
fn map_infos(shape: &Shape<'_>) -> Vec<MapInfo> {
    let (layout, model, h) = (shape.layout, shape.model, shape.hierarchy);
    let arms = h.levels[0].data.arms;
    let axes = shape.axes() as u32;
    let none = constants::NO_BLOCK;
    let per_arm = shape.coefficients() as u32;
    let first_stiff = layout.hindrances.len() + model.transports.len();
    let mut infos = Vec::new();
    for i in 0..layout.mapped {
        let slot = layout.plain + i;
        let harmonic =
            layout.hindrance[slot].is_some_and(|h| layout.hindrances[h].mean == FaceMean::Harmonic);
        let kind = if harmonic {
            constants::MAP_HARMONIC
        } else {
            constants::MAP_ARITHMETIC
        };
        for arm in 0..arms {
            let block = |map: usize| map as u32 * arms + arm;
            let stiffness = layout.stiffness(slot);
            infos.push(MapInfo {
                source: layout.hindrance[slot].map_or(none, block),
                other: stiffness.map_or(none, |k| block(first_stiff + k)),
                kind,
                signature: h.signatures[slot],
                first_block: i as u32 * axes * arms + arm,
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
                other: layout.drift_hindrance[t].map_or(none, block),
                kind: constants::MAP_DRIFT,
                signature,
                first_block: (layout.mapped + t) as u32 * axes * arms + arm,
                coefficient: arm * per_arm + (layout.solved() + t) as u32,
            });
        }
    }
    infos
}
