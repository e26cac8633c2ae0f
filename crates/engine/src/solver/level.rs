//! What a cycle does on one level, and between it and the next coarser one.
//!
//! On the finest level the solution stands in the guess and the sweeps begin with the measuring one, which
//! leaves its result in the work space. On coarser levels the unknown starts at 0 and the solution ends in the
//! work space.

use warmfront_shaders::Kernel;

use crate::EngineError;
use crate::buffers::Name;
use crate::dispatch::{Dispatch, Given, Maker};
use crate::pipelines::{Flags, Pipelines, Variant};
use crate::shared::InterpolationData;

/// What all kernels of a family bind.
pub(super) struct Bindings<'a> {
    pub mapped: bool,
    pub systems: &'a wgpu::Buffer,
    /// By level.
    pub levels: &'a [wgpu::Buffer],
    /// By sweep of a cycle.
    pub sweeps: &'a [wgpu::Buffer; 4],
    pub step: &'a wgpu::Buffer,
}

impl Bindings<'_> {
    // A dispatch on level `l`, of the family's variant of a kernel.
    fn dispatch(
        &self,
        make: &Maker<'_>,
        l: usize,
        kernel: Kernel,
        threads: u32,
        given: &[Given<'_>],
    ) -> Result<Dispatch, EngineError> {
        // Kernels that do not apply the operator are the same for both families.
        let same = matches!(
            kernel,
            Kernel::ProlongCorrect | Kernel::CoarsenLoss | Kernel::CoarsenFaces
        );
        let variant = Variant {
            kernel,
            flags: Flags::mapped(self.mapped && !same),
        };
        let mut all: Vec<Given<'_>> = given.to_vec();
        all.extend([
            ("level", &self.levels[l]),
            ("tick", self.step),
            ("systems", self.systems),
        ]);
        make.dispatch_at(l, variant, threads, &all)
    }
}

/// See the [module](self).
pub(super) struct LevelPass {
    /// Sweeps before the correction: after the measuring one on the finest level, both on coarser ones.
    before: Vec<Dispatch>,
    /// The third sweep, without a correction.
    third: Dispatch,
    fourth: Dispatch,
    below: Option<Below>,
}

/// Between a level and the next coarser one.
struct Below {
    restrict: Dispatch,
    correct: Correct,
    coarsen_loss: Dispatch,
    /// With the number of face maps.
    coarsen_faces: Option<(Dispatch, u32)>,
}

/// How the correction comes back.
enum Correct {
    /// Together with the third sweep.
    Fused(Dispatch),
    /// In place; the third sweep follows.
    InPlace(Dispatch),
}

impl LevelPass {
    /// # Errors
    /// A kernel with a variable that has no buffer.
    pub fn new(make: &Maker<'_>, b: &Bindings<'_>, l: usize) -> Result<Self, EngineError> {
        let walkers = make.shape.hierarchy.levels[l].walkers();
        let [unknown, scratch] = [Name::Guess, Name::Scratch].map(|n| make.buffers.at(n, l));
        let sweep = |from, to, which: usize| {
            let given = [("src", from), ("dst", to), ("sweep", &b.sweeps[which])];
            b.dispatch(make, l, Kernel::SmoothSweep, walkers, &given)
        };
        let before = if l == 0 {
            vec![sweep(scratch, unknown, 1)?]
        } else {
            // The first sweep multiplies the unknown by nothing: any buffer of this size serves.
            let given = [("src", scratch), ("dst", unknown), ("sweep", &b.sweeps[0])];
            let first = b.dispatch(make, l, Kernel::SmoothFirst, walkers, &given)?;
            vec![first, sweep(unknown, scratch, 1)?]
        };
        let (solution, other) = if l == 0 {
            (unknown, scratch)
        } else {
            (scratch, unknown)
        };
        let coarser = l + 1 < make.shape.hierarchy.levels.len();
        Ok(Self {
            before,
            third: sweep(solution, other, 2)?,
            fourth: sweep(other, solution, 3)?,
            below: coarser
                .then(|| Below::new(make, b, l, [solution, other]))
                .transpose()?,
        })
    }

    /// Loss rates and face maps of the next coarser level, which `below` systems use.
    pub fn record_coefficients(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        below: u32,
    ) {
        if below == 0 {
            return;
        }
        let Some(coarse) = &self.below else {
            return;
        };
        coarse.coarsen_loss.record(pass, pipelines, below);
        if let Some((faces, maps)) = &coarse.coarsen_faces {
            faces.record(pass, pipelines, *maps);
        }
    }

    /// One sweep from the solution to the other buffer.
    pub fn record_sweep(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        count: u32,
    ) {
        self.third.record(pass, pipelines, count);
    }

    /// Sweeps before the correction.
    pub fn record_before(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        count: u32,
    ) {
        for sweep in &self.before {
            sweep.record(pass, pipelines, count);
        }
    }

    /// Sweeps after no correction.
    pub fn record_after(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        count: u32,
    ) {
        self.third.record(pass, pipelines, count);
        self.fourth.record(pass, pipelines, count);
    }

    /// The residual becomes the right-hand side of the next coarser level.
    pub fn record_restrict(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        count: u32,
    ) {
        if let Some(below) = &self.below {
            below.restrict.record(pass, pipelines, count);
        }
    }

    /// The correction from the next coarser level, and the sweeps after it.
    pub fn record_correct(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        pipelines: &Pipelines,
        count: u32,
    ) {
        match self.below.as_ref().map(|below| &below.correct) {
            Some(Correct::Fused(dispatch)) => dispatch.record(pass, pipelines, count),
            Some(Correct::InPlace(dispatch)) => {
                dispatch.record(pass, pipelines, count);
                self.third.record(pass, pipelines, count);
            }
            None => {}
        }
        self.fourth.record(pass, pipelines, count);
    }
}

impl Below {
    // `solution` and the other buffer of level `l`.
    fn new(
        make: &Maker<'_>,
        b: &Bindings<'_>,
        l: usize,
        [solution, other]: [&wgpu::Buffer; 2],
    ) -> Result<Self, EngineError> {
        let h = make.shape.hierarchy;
        let (fine, coarse) = (&h.levels[l], &h.levels[l + 1]);
        let [x, y, z] = fine.interpolation;
        let stride = h.interpolation_stride;
        let table = make.uniform("interpolation", &InterpolationData { x, y, z, stride });
        let buffer = |name| make.buffers.at(name, l + 1);
        let common = [("coarse", &b.levels[l + 1]), ("table", &table)];
        let between = |kernel, threads, given: &[Given<'_>]| {
            b.dispatch(make, l, kernel, threads, &[&common, given].concat())
        };
        // Around a periodic edge whose last cell stands inside a vec4f, neighbours need
        // coarse cells that the fused kernel does not load.
        let solid = make.shape.axes() == 3;
        let in_place = solid || (h.wraps_x && fine.data.nx % 4 != 0);
        let correct = |kernel, to| {
            let given = [
                ("src", solution),
                ("dst", to),
                ("coarse_in", buffer(Name::Scratch)),
                ("sweep", &b.sweeps[2]),
            ];
            between(kernel, fine.walkers(), &given)
        };
        Ok(Self {
            restrict: between(
                Kernel::RestrictResidual,
                coarse.walkers(),
                &[("src", solution), ("coarse_out", buffer(Name::Rhs))],
            )?,
            correct: if in_place {
                Correct::InPlace(correct(Kernel::ProlongCorrect, solution)?)
            } else {
                Correct::Fused(correct(Kernel::SmoothCorrected, other)?)
            },
            coarsen_loss: between(
                Kernel::CoarsenLoss,
                coarse.data.block,
                &[("coarse_out", buffer(Name::Loss))],
            )?,
            coarsen_faces: Self::faces(make, b, l, &between)?,
        })
    }

    // Mapped systems have coefficients on faces; all their maps go to the coarser level at once.
    fn faces(
        make: &Maker<'_>,
        b: &Bindings<'_>,
        l: usize,
        between: &impl Fn(Kernel, u32, &[Given<'_>]) -> Result<Dispatch, EngineError>,
    ) -> Result<Option<(Dispatch, u32)>, EngineError> {
        let layout = make.shape.layout;
        let (axes, arms) = (make.shape.axes() as u32, make.arms());
        if !b.mapped {
            return Ok(None);
        }
        let softened = if l == 0 {
            layout.mapped as u32 * axes * arms
        } else {
            0
        };
        let counts = make.uniform("face counts", &[axes, axes * arms, softened, 0]);
        let given = [
            ("faces_in", make.buffers.at(Name::Faces, l)),
            ("faces_out", make.buffers.at(Name::Faces, l + 1)),
            ("counts", &counts),
        ];
        let coarse = &make.shape.hierarchy.levels[l + 1];
        let dispatch = between(Kernel::CoarsenFaces, coarse.data.block, &given)?;
        Ok(Some((dispatch, layout.face_maps() as u32 * axes * arms)))
    }
}
