//! What a scenario file says, key by key. A scenario states only what differs from the one it `extends`.

use std::collections::BTreeMap;

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::schema::{RegimenFile, RegimenPatchFile};

/// A whole scenario file. Every key but `label` is optional: it is taken from the scenario that
/// this one extends, or from the model's defaults. Tables merge key by key.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScenarioFile {
    /// Model it belongs to; needed for files outside a model's folder.
    pub model: Option<Spanned<String>>,
    /// Scenario (same model) that this one builds on.
    pub extends: Option<Spanned<String>>,
    /// Human title.
    pub label: Option<Spanned<String>>,
    /// One paragraph.
    pub description: Option<String>,
    /// What the literature leads one to expect of each arm.
    pub expected: Option<String>,
    /// What not to conclude from it.
    pub caveat: Option<String>,
    /// Sources.
    pub cite: Option<Vec<String>>,
    /// Cells and spacing.
    pub grid: GridFile,
    /// Step, duration, recording.
    pub time: TimeFile,
    /// Seed of all random maps.
    pub seed: Option<u32>,
    /// Parameter → value.
    pub parameters: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// Initial value of a field (or of a static map): field → shapes.
    pub initial: BTreeMap<Spanned<String>, Spanned<InitialFile>>,
    /// Initial value of a compartment.
    pub compartments: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// Drug → regimen, replacing the model's standard one.
    pub regimens: BTreeMap<Spanned<String>, Spanned<RegimenFile>>,
    /// Arm → drug → multiple of the regimen's dose. `{}` is a control.
    pub arms: BTreeMap<Spanned<String>, Spanned<ArmFile>>,
    /// Processes and transports switched off.
    pub off: Option<Vec<Spanned<String>>>,
    /// Numerical choices.
    pub numerics: NumericsFile,
    /// What the user did, or a script asks for, in time order.
    pub event: Option<Vec<Spanned<EventFile>>>,
}

/// `[grid]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct GridFile {
    /// Cells along x, y and (3D) z, each ≥ 8 (z may be 1).
    pub cells: Option<Spanned<Vec<u32>>>,
    /// Edge of a cell along each axis; one number for all.
    pub spacing: Option<Spanned<SpacingFile>>,
    /// Largest cell edge at which the case still means something: coarser runs come with a warning.
    pub coarsest_spacing: Option<Spanned<f64>>,
}

/// Spacing of the grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum SpacingFile {
    /// Same along every axis.
    Isotropic(f64),
    /// By axis.
    ByAxis(Vec<f64>),
}

impl<'de> Deserialize<'de> for SpacingFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SpacingVisitor)
    }
}

struct SpacingVisitor;

impl<'de> Visitor<'de> for SpacingVisitor {
    type Value = SpacingFile;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number, or one number for each axis in [ ]")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<SpacingFile, E> {
        Ok(SpacingFile::Isotropic(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<SpacingFile, E> {
        Ok(SpacingFile::Isotropic(value as f64))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<SpacingFile, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element::<f64>()? {
            values.push(value);
        }
        Ok(SpacingFile::ByAxis(values))
    }
}

/// `[time]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TimeFile {
    /// Time step.
    pub step: Option<Spanned<f64>>,
    /// End of the run.
    pub duration: Option<Spanned<f64>>,
    /// Time between rows of the time series.
    pub record_every: Option<Spanned<f64>>,
    /// Also a row at the end of every step.
    pub record_steps: Option<bool>,
    /// Times at which whole fields are kept (`fields.npz`, montage).
    pub snapshots: Option<Spanned<Vec<f64>>>,
}

/// `[arms.<name>]`: drug → multiple of the standard dose, plus a label.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArmFile {
    /// Name shown to people; absent: the arm's identifier.
    pub label: Option<String>,
    /// Drug → multiple of its regimen's dose.
    pub doses: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// Parameter overrides of this arm only.
    pub parameters: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// Drug → what differs from the scenario's regimen in this arm.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub regimens: BTreeMap<Spanned<String>, Spanned<RegimenPatchFile>>,
    /// Place in the list of arms, smallest first; equal or absent: file order.
    pub order: Option<u32>,
}

/// `[initial.<field>]`: shapes added up, then transformed:
/// `(constant + parameter + Σ shapes) × (1 + noise ξ) + noise_add ξ'`, clipped to `clip`, then scaled
/// so that the mean is `mean` (when given), then lowered by the map of the field `minus`, never below
/// 0. ξ and ξ' are independent standard normal numbers.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct InitialFile {
    /// Constant added everywhere.
    pub constant: Option<Spanned<f64>>,
    /// Name of a parameter whose value is added everywhere.
    pub parameter: Option<Spanned<String>>,
    /// Shapes, summed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shapes: Option<Vec<Spanned<ShapeFile>>>,
    /// Standard deviation of multiplicative, seeded, counter-based Gaussian noise: `× (1 + σ ξ)`.
    pub noise: Option<Spanned<f64>>,
    /// Standard deviation of additive seeded Gaussian noise.
    pub noise_add: Option<Spanned<f64>>,
    /// Length over which the noise varies, length unit: it is then the same on any grid. Absent: every cell has
    /// its own number, so that the noise is finer, and averages out faster, on a finer grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Spanned<f64>>,
    /// Lowest and highest value kept.
    pub clip: Option<Spanned<[f64; 2]>>,
    /// Scales the map so that its mean is this.
    pub mean: Option<Spanned<f64>>,
    /// Field whose own start map is taken off this one, last of all: `max(this − that, 0)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minus: Option<Spanned<String>>,
    /// `.npy` or `.npz:key` array, axes (y, x) or (z, y, x), instead of shapes. `data:…;base64,…`
    /// holds the array itself.
    pub array: Option<Spanned<String>>,
    /// PNG or TIFF image, instead of shapes; brightness 0..1 (whole numbers over the largest of their
    /// type; floating-point numbers as they are) times `image_scale`. Its first row is y = 0.
    /// `data:…;base64,…` holds the file itself.
    pub image: Option<Spanned<String>>,
    /// Channel of the image: 0 red or grey, 1 green, 2 blue, 3 alpha; a TIFF may have more.
    pub image_channel: Option<Spanned<u32>>,
    /// Page of a TIFF with several, from 0: channels that ImageJ and OME keep as planes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_page: Option<Spanned<u32>>,
    /// Value of full brightness.
    pub image_scale: Option<Spanned<f64>>,
    /// `exact` (default): one pixel is one cell. `stretch`: resampled over the domain, whose sides
    /// must have the ratio of the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_fit: Option<Spanned<String>>,
}

/// An irregular outline of `disc`, `ring`, `nests` and `fibres`, on top of their lobes. Shapes with
/// the same `seed` in the same scenario have the same outline, whatever their field.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutlineFile {
    /// Standard deviation of the outline's radius, as a share of it.
    pub roughness: f64,
    /// Length along the outline over which it varies, length unit.
    pub scale: f64,
    /// Number of fingers that stick out.
    pub fingers: u32,
    /// Longest finger, length unit; the shortest has half of it.
    pub finger_length: f64,
    /// Standard deviation of a finger across, length unit.
    pub finger_width: f64,
    /// Which of the outlines of the scenario's seed.
    pub seed: u32,
}

/// One analytic shape. Centres, radii and corners are fractions of the domain (a radius: of the x
/// extent), so that a shape keeps its place when the grid changes. Widths and edges are in the
/// model's length unit. In 3D distances are three-dimensional; lobes use the angle in x–y.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
pub enum ShapeFile {
    /// `amplitude / (1 + exp((ρ − radius)/edge))`, ρ = distance over the outline's factor.
    Disc {
        /// Height.
        amplitude: f64,
        /// Centre, fractions of the domain; absent: the middle.
        #[serde(default)]
        centre: Option<Vec<f64>>,
        /// Radius as a fraction of the x extent.
        radius: f64,
        /// Width of the edge, length unit.
        edge: f64,
        /// Lobes `1 + Σ a cos(k φ + φ0)`, each `[a, k, φ0]` (in the x–y plane).
        #[serde(default)]
        lobes: Vec<[f64; 3]>,
        /// Irregular outline; absent: smooth.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outline: Option<OutlineFile>,
    },
    /// `amplitude · exp(−((ρ − radius)/width)²)`: a rim.
    Ring {
        /// Height.
        amplitude: f64,
        /// Centre, fractions of the domain; absent: the middle.
        #[serde(default)]
        centre: Option<Vec<f64>>,
        /// Radius as a fraction of the x extent.
        radius: f64,
        /// Width, length unit.
        width: f64,
        /// Lobes as for `disc`.
        #[serde(default)]
        lobes: Vec<[f64; 3]>,
        /// Irregular outline; absent: smooth.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outline: Option<OutlineFile>,
    },
    /// `amplitude · exp(−r²/(2 sigma²))`.
    Gaussian {
        /// Height.
        amplitude: f64,
        /// Centre, fractions of the domain; absent: the middle.
        #[serde(default)]
        centre: Option<Vec<f64>>,
        /// Standard deviation, length unit.
        sigma: f64,
    },
    /// `amplitude · Π cos(π k_i x_i / L_i)`: a mode of a box with no-flux walls.
    Cosine {
        /// Height.
        amplitude: f64,
        /// Mode number along each axis.
        modes: Vec<f64>,
    },
    /// `amplitude` inside the box `low..high` (fractions of the domain), 0 outside.
    Box {
        /// Height.
        amplitude: f64,
        /// Low corner.
        low: Vec<f64>,
        /// High corner.
        high: Vec<f64>,
    },
    /// Random Gaussian patches in x–y: `s ← (1664525 s + 1013904223) mod 2³²` and `u = s/2³²` give
    /// x, y, sigma, height of each, with x and y in 8..92 % of the domain; `union`: `1 − Π(1 − a g)`, otherwise the sum.
    Patches {
        /// Multiplies the result.
        amplitude: f64,
        /// Seed of the generator.
        seed: u32,
        /// Patches skipped before the first (each uses four numbers).
        skip: u32,
        /// Number of patches.
        count: u32,
        /// Smallest and largest sigma, length unit.
        sigma: [f64; 2],
        /// Smallest and largest height.
        height: [f64; 2],
        /// Smooth union instead of a sum.
        #[serde(default)]
        union: bool,
    },
    /// Jittered lattice of perfused vessels, mean 1, thinned inside a disc.
    Vessels {
        /// Multiplies the result.
        amplitude: f64,
        /// Lattice spacing, length unit.
        spacing: f64,
        /// Vessel sigma, length unit.
        sigma: f64,
        /// Largest shift of a vessel as a fraction of the spacing.
        jitter: f64,
        /// Density left in the core, 0..1.
        core: f64,
        /// Core radius as a fraction of the x extent.
        core_radius: f64,
        /// Width of the core's edge, length unit.
        core_edge: f64,
        /// Lobes of the core's outline, as for `disc`.
        #[serde(default)]
        lobes: Vec<[f64; 3]>,
    },
    /// A network of capillaries: junctions of a jittered lattice joined to near neighbours by meandering
    /// vessels, mean 1 before the core is thinned. The same at any grid.
    Capillaries {
        /// Multiplies the result.
        amplitude: f64,
        /// Mean distance of junctions, length unit.
        spacing: f64,
        /// Diameter of a capillary (twice the sigma of its cross-section), length unit.
        calibre: f64,
        /// Vessels that feed the network from the walls; they widen by Murray's law.
        #[serde(default)]
        feeders: u32,
        /// Largest diameter over that of a capillary.
        #[serde(default = "three")]
        widest: f64,
        /// Share of the possible vessels that exist beyond those that join all: loops.
        #[serde(default)]
        loops: f64,
        /// Sideways wandering of a vessel as a share of its length.
        #[serde(default)]
        tortuosity: f64,
        /// Share of vessels left in the core, 0..1.
        #[serde(default = "one")]
        core: f64,
        /// Core radius as a fraction of the x extent; 0: no core.
        #[serde(default)]
        core_radius: f64,
        /// Width of the core's edge, length unit.
        #[serde(default = "one")]
        core_edge: f64,
        /// Tortuosity in the core.
        #[serde(default)]
        core_tortuosity: f64,
        /// Diameter in the core over that outside.
        #[serde(default = "one")]
        core_calibre: f64,
        /// Share of the core's vessels that end blind.
        #[serde(default)]
        core_blind: f64,
        /// Lobes of the core's outline, as for `disc`.
        #[serde(default)]
        lobes: Vec<[f64; 3]>,
    },
    /// Bundles of fibres along an outline: a capsule, with gaps.
    Fibres {
        /// Height on the axis of a bundle.
        amplitude: f64,
        /// Centre, fractions of the domain; absent: the middle.
        #[serde(default)]
        centre: Option<Vec<f64>>,
        /// Radius of the capsule as a fraction of the x extent.
        radius: f64,
        /// Standard deviation of the bundles' distance from it, length unit.
        width: f64,
        /// Number of bundles.
        count: u32,
        /// Mean length of a bundle, length unit; each has 0.5 to 1.5 of it.
        length: f64,
        /// Diameter of a bundle (twice the sigma of its cross-section), length unit.
        thickness: f64,
        /// Sideways waves of a bundle as a share of its length.
        #[serde(default)]
        waviness: f64,
        /// Largest angle to the outline, radians: 0 lies along it, 1.57 may stand on it.
        #[serde(default)]
        tilt: f64,
        /// Number of gaps.
        #[serde(default)]
        gaps: u32,
        /// Width of a gap along the outline, length unit.
        #[serde(default)]
        gap: f64,
        /// Lobes as for `disc`.
        #[serde(default)]
        lobes: Vec<[f64; 3]>,
        /// Irregular outline; absent: smooth.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outline: Option<OutlineFile>,
    },
    /// Small discs outside an outline: satellites. They add up as `1 − Π(1 − g)`.
    Nests {
        /// Height.
        amplitude: f64,
        /// Centre of the outline, fractions of the domain; absent: the middle.
        #[serde(default)]
        centre: Option<Vec<f64>>,
        /// Radius of the outline as a fraction of the x extent.
        radius: f64,
        /// Number of nests.
        count: u32,
        /// Smallest and largest radius of a nest, length unit.
        size: [f64; 2],
        /// Width of a nest's edge, length unit.
        edge: f64,
        /// Smallest and largest distance from the outline, length unit; below 0: inside.
        reach: [f64; 2],
        /// Lobes as for `disc`.
        #[serde(default)]
        lobes: Vec<[f64; 3]>,
        /// Irregular outline; absent: smooth.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outline: Option<OutlineFile>,
    },
}

fn one() -> f64 {
    1.0
}

fn three() -> f64 {
    3.0
}

/// `[numerics]`
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct NumericsFile {
    /// `sdirk2` (default), `backward_euler`, `explicit`.
    pub scheme: Option<Spanned<String>>,
    /// `limited` (default, second order) or `upwind` (donor cell) drift.
    pub transport: Option<Spanned<String>>,
    /// Fixed-point iterations per stage.
    pub picard: Option<Spanned<u32>>,
    /// Error that a linear solve may leave in a field, relative to the change that the stage makes to it.
    pub tolerance: Option<Spanned<f64>>,
    /// Most V-cycles per solve.
    pub max_cycles: Option<Spanned<u32>>,
    /// First step after the start or an event, as a fraction of the time step.
    pub first_step: Option<Spanned<f64>>,
    /// Adaptive time step with this relative error per step; absent: fixed.
    pub adaptive: Option<Spanned<f64>>,
    /// Sub-steps of the compartments in one tick.
    pub compartment_substeps: Option<Spanned<u32>>,
}

/// `[[event]]`: something that happens at a time. `action` decides which other keys are needed:
///
/// | action | keys | effect |
/// |---|---|---|
/// | `set` | `parameters` | changes parameters |
/// | `dose` | `drug`, `multiple` | changes the dose multiple of a drug from now on |
/// | `hold` | `drug`, `level` | holds the level of a drug where it is measured |
/// | `release` | `drug` | lets a held level go |
/// | `regimen` | `drug`, `regimen` | another regimen from now on |
/// | `switch` | `process`, `on` | switches a process or transport on or off from now on |
/// | `bolus` | `drug`, `amount` | gives one dose now, in the drug's unit, on top of the regimen |
/// | `brush` | `field`, `centre`, `radius`, `amount` | adds inside a smooth disc; below 0 removes |
/// | `caption` | `text` | text shown from now on; empty: none |
/// | `camera` | `zoom`, `centre`, `over`, `show` (each may be absent) | what films look at from now on |
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct EventFile {
    /// When, model time.
    pub time: Spanned<f64>,
    /// What happens.
    pub action: Spanned<String>,
    /// Arms it applies to; absent: all.
    #[serde(default)]
    pub arms: Option<Vec<Spanned<String>>>,
    /// The event comes after the doses of the same time, not before them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_doses: bool,
    /// Level of `hold`, in the unit of the compartment where the drug is measured.
    #[serde(default)]
    pub level: Option<Spanned<f64>>,
    /// Regimen of `regimen`.
    #[serde(default)]
    pub regimen: Option<Spanned<RegimenFile>>,
    /// Process or transport of `switch`.
    #[serde(default)]
    pub process: Option<Spanned<String>>,
    /// Whether it takes place, for `switch`.
    #[serde(default)]
    pub on: Option<bool>,
    /// Drug of `dose`, `hold`, `release`, `regimen` and `bolus`.
    #[serde(default)]
    pub drug: Option<Spanned<String>>,
    /// New multiple of the regimen's dose, for `dose`.
    #[serde(default)]
    pub multiple: Option<Spanned<f64>>,
    /// Amount of `bolus` (drug's unit) or `brush` (field's unit).
    #[serde(default)]
    pub amount: Option<Spanned<f64>>,
    /// Field of `brush`.
    #[serde(default)]
    pub field: Option<Spanned<String>>,
    /// Centre of `brush`, or what `camera` brings to the middle; length unit, two or three numbers.
    #[serde(default)]
    pub centre: Option<Spanned<Vec<f64>>>,
    /// Radius of `brush`, length unit.
    #[serde(default)]
    pub radius: Option<Spanned<f64>>,
    /// Text of `caption`.
    #[serde(default)]
    pub text: Option<Spanned<String>>,
    /// Magnification of `camera`, 1 (the whole tissue) to 64.
    #[serde(default)]
    pub zoom: Option<Spanned<f64>>,
    /// Model time that the move of `camera` takes; absent: none.
    #[serde(default)]
    pub over: Option<Spanned<f64>>,
    /// View or field that `camera` shows.
    #[serde(default)]
    pub show: Option<Spanned<String>>,
    /// Parameter → new value, for `set`.
    #[serde(default)]
    pub parameters: Option<BTreeMap<Spanned<String>, Spanned<f64>>>,
}
