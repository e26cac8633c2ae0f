//! What `model.toml` and scenario files say, key by key.
//!
//! These structs mirror the files one to one and carry no logic; [`crate::Model`] and
//! [`crate::Scenario`] are the validated, linked forms. Unknown keys are errors
//! (`deny_unknown_fields`), so this file is also the list of everything an author may write.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

/// A whole `model.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// The `[model]` header.
    pub model: ModelHeader,
    /// Spatial unknowns and static maps, in storage order.
    #[serde(default)]
    pub field: Vec<Spanned<FieldFile>>,
    /// Numbers that rates may use, each with unit, range and citation.
    #[serde(default)]
    pub parameter: Vec<Spanned<ParameterFile>>,
    /// Well-mixed (0-D) variables: plasma, lymph node, blood.
    #[serde(default)]
    pub compartment: Vec<Spanned<CompartmentFile>>,
    /// Algebraic quantities, computed once per cell in file order.
    #[serde(default)]
    pub auxiliary: Vec<Spanned<AuxiliaryFile>>,
    /// The equations: every source, sink and conversion.
    #[serde(default)]
    pub process: Vec<Spanned<ProcessFile>>,
    /// Directed movement: drift up a gradient.
    #[serde(default)]
    pub transport: Vec<Spanned<TransportFile>>,
    /// Drugs and the compartment that a dose enters.
    #[serde(default)]
    pub drug: Vec<Spanned<DrugFile>>,
    /// Scalars written to the time series.
    #[serde(default)]
    pub observable: Vec<Spanned<ObservableFile>>,
    /// Composite pictures.
    #[serde(default)]
    pub view: Vec<Spanned<ViewFile>>,
    /// Steps of a cycle drawn live (for the tumour model: the cancer-immunity cycle).
    #[serde(default)]
    pub cycle: Vec<Spanned<CycleFile>>,
    /// Links of the model that can be taken away, to see what they carry.
    #[serde(default)]
    pub counterfactual: Vec<Spanned<CounterfactualFile>>,
}

/// `[model]`: identity, units and defaults of a model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelHeader {
    /// Folder name and identifier.
    pub id: Spanned<String>,
    /// Human title.
    pub label: String,
    /// One paragraph: what it shows.
    pub description: String,
    /// Time unit of every rate, e.g. `day`: one of [`crate::TIME_UNITS`].
    pub time_unit: Spanned<String>,
    /// Name of the length unit of every diffusion coefficient, e.g. `um`.
    pub length_unit: String,
    /// Scenario used when none is named.
    pub default_scenario: String,
    /// Default time step, in `time_unit`.
    pub time_step: Spanned<f64>,
    /// What the model must not be used for, shown wherever results are.
    #[serde(default)]
    pub caveat: String,
    /// Observable whose ratio between arms gives effect and Bliss excess, and of which less is better; none:
    /// no comparison.
    #[serde(default)]
    pub burden: Option<Spanned<String>>,
    /// What the burden counts, one of them, e.g. `tumour cell`: rates of the cycle are also told per one of these.
    #[serde(default)]
    pub burden_of: Option<Spanned<String>>,
    /// A line that maps draw around cells; none: no line.
    #[serde(default)]
    pub outline: Option<OutlineFile>,
}

/// `outline` of `[model]`: the line around some cells.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutlineFile {
    /// What is outlined, shown to people, e.g. `Tumour`.
    pub label: Spanned<String>,
    /// Fields of cells, which are added up.
    pub of: Spanned<Vec<Spanned<String>>>,
    /// Sum of these fields on the line.
    pub at: Spanned<f64>,
}

/// What a field stands for; decides grouping and default display only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Cell density.
    Cell,
    /// Cytokine, chemokine, nutrient.
    Molecule,
    /// Drug concentration in tissue.
    Drug,
    /// Cell-internal state carried per voxel (surface MHC-I, PD-L1).
    Internal,
    /// A map given once (vessels); has no equation.
    Static,
}

/// How two cell values become one face value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaceMean {
    /// `(a + b) / 2`
    #[default]
    Arithmetic,
    /// `2ab / (a + b)`: zero as soon as one side is impermeable.
    Harmonic,
}

/// One wall, or a pair of walls.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wall {
    /// Nothing crosses.
    #[default]
    NoFlux,
    /// The axis wraps around; must hold for both walls of an axis.
    Periodic,
    /// The field is held at this value on the wall: `{ fixed = 1.0 }`.
    Fixed(f64),
}

/// Walls of a field: one for all (`boundary = "no_flux"`, `boundary = { fixed = 1.0 }`), by axis
/// (`{ x = "periodic" }`) or by side (`{ x_low = { fixed = 1.0 } }`). Walls not named are no-flux.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Boundary {
    /// Wall at x = 0.
    pub x_low: Wall,
    /// Wall at the far end of x.
    pub x_high: Wall,
    /// Wall at y = 0.
    pub y_low: Wall,
    /// Wall at the far end of y.
    pub y_high: Wall,
    /// Wall at z = 0.
    pub z_low: Wall,
    /// Wall at the far end of z.
    pub z_high: Wall,
}

/// `[[field]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldFile {
    /// Identifier; `s.<id>` in expressions.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Symbol used in papers, e.g. `E`; shown beside the label.
    #[serde(default)]
    pub symbol: String,
    /// Unit of the values.
    pub unit: String,
    /// What it stands for.
    pub kind: FieldKind,
    /// Diffusion coefficient, `length_unit²/time_unit`: a WGSL expression over `p`. Absent: immobile.
    #[serde(default)]
    pub diffusion: Option<Spanned<String>>,
    /// Local factor 0..1 on diffusion: a WGSL expression over `s`, `p`, `a`.
    #[serde(default)]
    pub hindrance: Option<Spanned<String>>,
    /// Mean used for `hindrance` on faces.
    #[serde(default)]
    pub face_mean: FaceMean,
    /// Walls; all no-flux when absent.
    #[serde(default)]
    pub boundary: Option<Spanned<Boundary>>,
    /// Typical size; tolerances are relative to it.
    pub scale: Spanned<f64>,
    /// Lowest and highest value of the colour range.
    pub display: Spanned<[f64; 2]>,
    /// `#rrggbb` of the field in plots and composites.
    pub colour: Spanned<String>,
    /// Value at the start where the scenario says nothing: a number or a WGSL expression over `p`, `x`.
    #[serde(default)]
    pub initial: Option<Spanned<Coefficient>>,
    /// Fields of cells whose property this is: maps fade where there are none of them. Empty: it is a property of
    /// the place.
    #[serde(default)]
    pub belongs_to: Vec<Spanned<String>>,
    /// What it is and where its diffusion comes from.
    #[serde(default)]
    pub cite: String,
}

/// How sure one may be of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Measured.
    Measured,
    /// Taken from a published model's fit.
    Fitted,
    /// Derived by arithmetic from measured numbers.
    Derived,
    /// Assumed.
    Assumed,
    /// Assumed and then tuned to the model's targets.
    Tuned,
}

/// `[[parameter]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterFile {
    /// Identifier; `p.<id>` in expressions.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Symbol used in papers.
    #[serde(default)]
    pub symbol: String,
    /// Unit of the value (`1` for none).
    pub unit: String,
    /// Default value.
    pub value: Spanned<f64>,
    /// Lowest and highest accepted value.
    pub range: Spanned<[f64; 2]>,
    /// Slider moves in decades.
    #[serde(default)]
    pub log: bool,
    /// Heading it is listed under.
    pub group: String,
    /// Source; mandatory, "assumed" is legal and shown.
    pub cite: Spanned<String>,
    /// How sure.
    pub confidence: Confidence,
}

/// `[[compartment]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompartmentFile {
    /// Identifier; `g.<id>` in expressions.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Symbol used in papers.
    #[serde(default)]
    pub symbol: String,
    /// Unit of the value.
    pub unit: String,
    /// Value at the start.
    pub initial: Spanned<f64>,
    /// Typical size; tolerances are relative to it.
    pub scale: Spanned<f64>,
    /// What it is.
    #[serde(default)]
    pub cite: String,
}

/// `[[auxiliary]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuxiliaryFile {
    /// Identifier; `a.<id>` in expressions.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Unit of the value.
    pub unit: String,
    /// WGSL expression over `s`, `p`, `g` and earlier auxiliaries `a`.
    pub expression: Spanned<String>,
    /// Lowest and highest value of the colour range.
    pub display: Spanned<[f64; 2]>,
    /// As in [`FieldFile::belongs_to`].
    #[serde(default)]
    pub belongs_to: Vec<Spanned<String>>,
    /// Source of the formula.
    #[serde(default)]
    pub cite: String,
}

/// `[[process]]`
///
/// With `consumes`, `rate` is *per unit* of the consumed quantity (1/time): it is added to that
/// quantity's loss, and `coefficient × rate × quantity` to the gain of each product. Without,
/// `rate` is the total production (unit/time). Both must be ≥ 0.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessFile {
    /// Identifier, for `--off`.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// WGSL expression over `s`, `p`, `a`, `g` (between compartments only: `p`, `g`).
    pub rate: Spanned<String>,
    /// Field or compartment that is used up.
    #[serde(default)]
    pub consumes: Option<Spanned<String>>,
    /// Field or compartment → coefficient: a number, or a WGSL expression over `p`.
    #[serde(default)]
    pub produces: BTreeMap<Spanned<String>, Spanned<Coefficient>>,
    /// Step of the cycle it belongs to.
    #[serde(default)]
    pub step: Option<Spanned<String>>,
    /// Source of the term; mandatory.
    pub cite: Spanned<String>,
}

/// A number or an expression: stoichiometric coefficients, initial values.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Coefficient {
    /// A plain number.
    Number(f64),
    /// A WGSL expression over `p`.
    Expression(String),
}

/// `[[transport]]`: drift velocity `u = hindrance · clamp(∇potential, ±speed_limit)`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransportFile {
    /// Identifier, for `--off`.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Fields that drift; a field may be in one transport only.
    pub moves: Vec<Spanned<String>>,
    /// Potential climbed, `length_unit²/time_unit`: a WGSL expression over `s`, `p`, `a`.
    pub potential: Spanned<String>,
    /// Largest drift per axis, `length_unit/time_unit`: a WGSL expression over `p`. Absent: no limit.
    #[serde(default)]
    pub speed_limit: Option<Spanned<String>>,
    /// Local factor 0..1 on the velocity (arithmetic mean on faces): a WGSL expression over `s`, `p`, `a`.
    #[serde(default)]
    pub hindrance: Option<Spanned<String>>,
    /// Source of the law; mandatory.
    pub cite: Spanned<String>,
}

/// `[[drug]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrugFile {
    /// Identifier used by `--dose` and regimens.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Unit of a dose, e.g. `mg`.
    pub unit: String,
    /// Compartment that a dose enters.
    pub into: Spanned<String>,
    /// Compartment in which its level is measured, and held; the one a dose enters where none is named.
    pub measured_in: Option<Spanned<String>>,
    /// Rise of that compartment per unit of dose: a WGSL expression over `p`, e.g. `1.0 / p.v1`.
    pub per_dose: Spanned<String>,
    /// `#rrggbb` for dose marks.
    pub colour: Spanned<String>,
    /// Standard regimen.
    pub regimen: Spanned<RegimenFile>,
    /// Source of the regimen.
    pub cite: Spanned<String>,
}

/// When and how much of a drug is given.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RegimenFile {
    /// One dose, in the drug's unit, at multiple 1.
    pub dose: f64,
    /// Time of the first dose.
    #[serde(default)]
    pub start: f64,
    /// Time between doses.
    pub every: f64,
    /// Length of the dosing part of a cycle; absent: no pauses.
    #[serde(default)]
    pub on: Option<f64>,
    /// Length of the pause of a cycle.
    #[serde(default)]
    pub off: f64,
    /// At most this many doses.
    #[serde(default)]
    pub doses: Option<u32>,
    /// At most this many cycles of `on` and `off`.
    #[serde(default)]
    pub cycles: Option<u32>,
    /// No dose from this time on.
    #[serde(default)]
    pub until: Option<f64>,
    /// Doses that come first.
    #[serde(default)]
    pub loading: Option<LoadingFile>,
}

/// A loading course; maintenance begins one interval after its last dose.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LoadingFile {
    /// One dose of the course, in the drug's unit, at multiple 1.
    pub dose: f64,
    /// Number of them.
    pub doses: u32,
    /// Time between them; absent: as in maintenance.
    #[serde(default)]
    pub every: Option<f64>,
}

/// What differs from a regimen: its keys, each only if it differs.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegimenPatchFile {
    /// As in [`RegimenFile`].
    pub dose: Option<f64>,
    /// As in [`RegimenFile`].
    pub start: Option<f64>,
    /// As in [`RegimenFile`].
    pub every: Option<f64>,
    /// As in [`RegimenFile`].
    pub on: Option<f64>,
    /// As in [`RegimenFile`].
    pub off: Option<f64>,
    /// As in [`RegimenFile`].
    pub doses: Option<u32>,
    /// As in [`RegimenFile`].
    pub cycles: Option<u32>,
    /// As in [`RegimenFile`].
    pub until: Option<f64>,
    /// As in [`RegimenFile`]; replaced as a whole.
    pub loading: Option<LoadingFile>,
}

impl RegimenPatchFile {
    /// This patch, with those keys of `later` that it states.
    pub(crate) fn under(self, later: &Self) -> Self {
        Self {
            dose: later.dose.or(self.dose),
            start: later.start.or(self.start),
            every: later.every.or(self.every),
            on: later.on.or(self.on),
            off: later.off.or(self.off),
            doses: later.doses.or(self.doses),
            cycles: later.cycles.or(self.cycles),
            until: later.until.or(self.until),
            loading: later.loading.clone().or(self.loading),
        }
    }
}

/// How an observable is reduced over space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduce {
    /// Volume average; with `weight`: weighted average.
    #[default]
    Mean,
    /// Volume integral (cell values × cell volume).
    Integral,
    /// Largest cell value.
    Max,
    /// Smallest cell value.
    Min,
    /// Not spatial: an expression over `p` and `g`.
    None,
}

/// What a treatment is to do to an observable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Less is better: tumour cells.
    Less,
    /// More is better: T cells in the tumour.
    More,
}

/// `[[observable]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObservableFile {
    /// Identifier: the `quantity` column of the time series.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Unit of the value.
    pub unit: String,
    /// WGSL expression over `s`, `p`, `a`, `g` and process totals `r.<process>` (unit/time).
    pub expression: Spanned<String>,
    /// Weight of a weighted mean: a WGSL expression.
    #[serde(default)]
    pub weight: Option<Spanned<String>>,
    /// How cells become one number.
    #[serde(default)]
    pub reduce: Reduce,
    /// Panel of the standard figure that plots it; absent: not plotted by default.
    #[serde(default)]
    pub plot: Option<String>,
    /// What a treatment is to do to it; absent: synergy is defined for the model's burden only, of which
    /// less is better.
    #[serde(default)]
    pub better: Option<Spanned<Better>>,
}

/// `[[view]]`: channels shown together.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewFile {
    /// Identifier for `--view`.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Channels, drawn in order.
    pub channels: Vec<ChannelFile>,
}

/// A field in a colour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelFile {
    /// Field shown.
    pub field: Spanned<String>,
    /// `#rrggbb` at full intensity; absent: the field's own colour.
    #[serde(default)]
    pub colour: Option<Spanned<String>>,
    /// Value of full intensity; absent: the field's display maximum.
    #[serde(default)]
    pub full: Option<Spanned<f64>>,
}

/// `[[cycle]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CycleFile {
    /// Identifier, for `step = …` of processes.
    pub id: Spanned<String>,
    /// Name shown to people.
    pub label: String,
    /// Observable that measures it.
    pub rate: Spanned<String>,
    /// Three sentences: what it is, which drug touches it and how.
    pub explanation: String,
    /// Source.
    pub cite: Spanned<String>,
}

/// `[[counterfactual]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterfactualFile {
    /// Identifier, for `--only`.
    pub id: Spanned<String>,
    /// Name of the link that is taken away, shown to people.
    pub label: String,
    /// Parameter → value without the link.
    #[serde(default)]
    pub parameters: BTreeMap<Spanned<String>, Spanned<f64>>,
    /// Processes and transports that do not take place without the link.
    #[serde(default)]
    pub off: Vec<Spanned<String>>,
    /// What the link is.
    pub explanation: String,
    /// Source.
    pub cite: Spanned<String>,
}
