//! A model as validated, linked plain data.
//!
//! Every list is in file order. Links between the lists are indices. Expressions stay text: they
//! are WGSL, and they know the line they came from so that a shader error can point at it.

use std::sync::Arc;

use crate::error::Error;
use crate::number::plain;
use crate::regimen::Regimen;
use crate::scenario::Switchable;
use crate::schema::{Better, Boundary, Confidence, FaceMean, FieldKind, Reduce};
use crate::units::{TIME_UNITS, TimeUnit};

/// A text file and the name it is shown under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Path as shown to people.
    pub path: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// A source from any two strings.
    pub fn new(path: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}

/// A WGSL expression and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// WGSL text, never empty.
    pub text: String,
    /// File it was read from.
    pub file: Arc<str>,
    /// Line of its first character, from 1.
    pub line: u32,
}

/// A complete model: `model.toml` and `functions.wgsl`.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Folder name and identifier.
    pub id: String,
    /// Human title.
    pub label: String,
    /// One paragraph: what it shows.
    pub description: String,
    /// Name of the time unit of every rate.
    pub time_unit: String,
    /// Name of the length unit of every diffusion coefficient.
    pub length_unit: String,
    /// Scenario used when none is named.
    pub default_scenario: String,
    /// Default time step, in `time_unit`.
    pub time_step: f64,
    /// What the model must not be used for.
    pub caveat: String,
    /// Observable compared between arms.
    pub burden: Option<usize>,
    /// What the burden counts, one of them; there is a burden then.
    pub burden_of: Option<String>,
    /// The line that maps draw around cells.
    pub outline: Option<Outline>,
    /// Spatial unknowns and static maps.
    pub fields: Vec<Field>,
    /// Numbers that expressions may use.
    pub parameters: Vec<Parameter>,
    /// Well-mixed variables.
    pub compartments: Vec<Compartment>,
    /// Algebraic quantities; each uses earlier ones only.
    pub auxiliaries: Vec<Auxiliary>,
    /// Sources, sinks and conversions: the equations.
    pub processes: Vec<Process>,
    /// Directed movement.
    pub transports: Vec<Transport>,
    /// Drugs.
    pub drugs: Vec<Drug>,
    /// Scalars of the time series.
    pub observables: Vec<Observable>,
    /// Composite pictures.
    pub views: Vec<View>,
    /// Steps of the cycle drawn live.
    pub cycle: Vec<CycleStep>,
    /// Links that can be taken away.
    pub counterfactuals: Vec<Counterfactual>,
    /// `functions.wgsl`; the text may be empty.
    pub functions: Source,
    /// `model.toml`.
    pub source: Source,
    /// FNV-1a (64 bit) of both texts, 16 hexadecimal digits.
    pub hash: String,
}

/// The line around some cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    /// What is outlined, shown to people.
    pub label: String,
    /// Fields of cells, which are added up.
    pub of: Vec<usize>,
    /// Their sum on the line, > 0.
    pub at: f64,
}

/// A spatial unknown, or a static map.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Identifier; `s.<id>` in expressions.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Symbol used in papers; may be empty.
    pub symbol: String,
    /// Unit of the values.
    pub unit: String,
    /// What it stands for.
    pub kind: FieldKind,
    /// Diffusion coefficient, length²/time, over `p`; none: immobile.
    pub diffusion: Option<Expression>,
    /// Local factor 0..1 on diffusion, over `s`, `p`, `a`.
    pub hindrance: Option<Expression>,
    /// Mean of `hindrance` on faces.
    pub face_mean: FaceMean,
    /// Walls.
    pub boundary: Boundary,
    /// Typical size, > 0.
    pub scale: f64,
    /// Lowest and highest value of the colour range.
    pub display: [f64; 2],
    /// Red, green, blue.
    pub colour: [u8; 3],
    /// Value at the start where the scenario says nothing, over `p` and the position `x` (`vec3f`).
    pub initial: Option<Expression>,
    /// The transport that moves it.
    pub transport: Option<usize>,
    /// Fields of cells whose property this is; empty: it is a property of the place.
    pub belongs_to: Vec<usize>,
    /// Source.
    pub cite: String,
}

/// A number that expressions may use as `p.<id>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Symbol used in papers; may be empty.
    pub symbol: String,
    /// Unit (`1` for none).
    pub unit: String,
    /// Default value, within `range`.
    pub value: f64,
    /// Lowest and highest accepted value.
    pub range: [f64; 2],
    /// Slider moves in decades.
    pub log: bool,
    /// Heading it is listed under.
    pub group: String,
    /// Source.
    pub cite: String,
    /// How sure.
    pub confidence: Confidence,
}

impl Parameter {
    /// Checks a value against the range.
    ///
    /// # Errors
    /// Names the parameter, the value, its unit and the range.
    pub fn check(&self, value: f64) -> Result<(), Error> {
        let [low, high] = self.range;
        if value.is_finite() && (low..=high).contains(&value) {
            return Ok(());
        }
        Err(Error::new(format!(
            "parameter `{}` is {}, outside its range {} to {} {}",
            self.id,
            plain(value),
            plain(low),
            plain(high),
            self.unit
        ))
        .help(format!("its default is {}", plain(self.value))))
    }
}

/// A well-mixed variable, `g.<id>` in expressions.
#[derive(Debug, Clone, PartialEq)]
pub struct Compartment {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Symbol used in papers; may be empty.
    pub symbol: String,
    /// Unit of the value.
    pub unit: String,
    /// Value at the start.
    pub initial: f64,
    /// Typical size, > 0.
    pub scale: f64,
    /// What it is.
    pub cite: String,
}

/// An algebraic quantity, `a.<id>` in expressions.
#[derive(Debug, Clone, PartialEq)]
pub struct Auxiliary {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Unit of the value.
    pub unit: String,
    /// Over `s`, `p`, `g` and earlier `a`.
    pub expression: Expression,
    /// Lowest and highest value of the colour range.
    pub display: [f64; 2],
    /// As in [`Field::belongs_to`].
    pub belongs_to: Vec<usize>,
    /// Source of the formula.
    pub cite: String,
}

/// What a process uses up or makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// Index into [`Model::fields`].
    Field(usize),
    /// Index into [`Model::compartments`].
    Compartment(usize),
}

/// One source, sink or conversion.
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Per unit of `consumes` (1/time), or the total production (unit/time) without it.
    pub rate: Expression,
    /// What is used up.
    pub consumes: Option<Target>,
    /// What is made, with the coefficient over `p`.
    pub produces: Vec<(Target, Expression)>,
    /// Step of the cycle.
    pub step: Option<usize>,
    /// Source.
    pub cite: String,
    /// Consumes or produces a field.
    pub spatial: bool,
}

/// Drift `hindrance · clamp(∇potential, ±speed_limit)` shared by some fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Transport {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Fields that drift.
    pub moves: Vec<usize>,
    /// Potential climbed, length²/time, over `s`, `p`, `a`.
    pub potential: Expression,
    /// Largest drift per axis, length/time, over `p`.
    pub speed_limit: Option<Expression>,
    /// Local factor 0..1, over `s`, `p`, `a`.
    pub hindrance: Option<Expression>,
    /// Source.
    pub cite: String,
}

/// A drug and the compartment that a dose enters.
#[derive(Debug, Clone, PartialEq)]
pub struct Drug {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Unit of a dose.
    pub unit: String,
    /// Compartment that a dose enters.
    pub into: usize,
    /// Compartment in which its level is measured, and may be held.
    pub measured_in: usize,
    /// Rise of that compartment per unit of dose, over `p`.
    pub per_dose: Expression,
    /// Red, green, blue of dose marks.
    pub colour: [u8; 3],
    /// Standard regimen.
    pub regimen: Regimen,
    /// Source.
    pub cite: String,
}

/// A scalar of the time series.
#[derive(Debug, Clone, PartialEq)]
pub struct Observable {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Unit of the value.
    pub unit: String,
    /// Over `s`, `p`, `a`, `g` and process totals `r.<process>`.
    pub expression: Expression,
    /// Weight of a weighted mean.
    pub weight: Option<Expression>,
    /// As in [`Field::belongs_to`]: the cells that the weight names.
    pub belongs_to: Vec<usize>,
    /// How cells become one number.
    pub reduce: Reduce,
    /// Panel of the standard figure.
    pub plot: Option<String>,
    /// What a treatment is to do to it; none where that is not declared.
    pub better: Option<Better>,
}

/// Fields shown together.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Channels in drawing order.
    pub channels: Vec<Channel>,
}

/// A field in a colour.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Field shown.
    pub field: usize,
    /// Red, green, blue at full intensity.
    pub colour: [u8; 3],
    /// Value of full intensity.
    pub full: f64,
}

/// A step of the cycle.
#[derive(Debug, Clone, PartialEq)]
pub struct CycleStep {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Observable that measures it.
    pub rate: usize,
    /// What it is and which drug touches it.
    pub explanation: String,
    /// Source.
    pub cite: String,
}

/// A link of the model that can be taken away, to see what it carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterfactual {
    /// Identifier.
    pub id: String,
    /// Name of the link, shown to people.
    pub label: String,
    /// Parameters and their values without the link.
    pub parameters: Vec<(usize, f64)>,
    /// What does not take place without it.
    pub off: Vec<Switchable>,
    /// What the link is.
    pub explanation: String,
    /// Source.
    pub cite: String,
}

macro_rules! lookups {
    ($($method:ident, $list:ident, $kind:literal;)*) => {
        impl Model {
            $(
                #[doc = concat!("Index of the ", $kind, " with this identifier.")]
                ///
                /// # Errors
                /// An unknown name, with the nearest valid one.
                pub fn $method(&self, id: &str) -> Result<usize, Error> {
                    self.$list.iter().position(|x| x.id == id).ok_or_else(|| {
                        Error::unknown($kind, id, self.$list.iter().map(|x| x.id.as_str()))
                    })
                }
            )*
        }
    };
}

lookups! {
    field, fields, "field";
    parameter, parameters, "parameter";
    compartment, compartments, "compartment";
    auxiliary, auxiliaries, "auxiliary";
    process, processes, "process";
    transport, transports, "transport";
    drug, drugs, "drug";
    observable, observables, "observable";
    view, views, "view";
    cycle_step, cycle, "cycle step";
    counterfactual, counterfactuals, "counterfactual";
}

impl Better {
    /// How far `found` is on the better side of `expected`: positive where it is better.
    pub fn gain(self, expected: f64, found: f64) -> f64 {
        match self {
            Self::Less => expected - found,
            Self::More => found - expected,
        }
    }

    /// The better of two values.
    pub fn best(self, a: f64, b: f64) -> f64 {
        match self {
            Self::Less => a.min(b),
            Self::More => a.max(b),
        }
    }

    /// The word of the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Less => "less",
            Self::More => "more",
        }
    }
}

impl Model {
    /// What a treatment is to do to an observable.
    ///
    /// # Errors
    /// It is not declared, so that synergy has no sign.
    pub fn better(&self, observable: usize) -> Result<Better, Error> {
        let o = &self.observables[observable];
        o.better.ok_or_else(|| {
            Error::new(format!(
                "synergy of `{}` has no sign, because the model does not say whether less or more of it is better",
                o.id
            ))
            .help(format!(
                "write better = \"less\" or better = \"more\" in its [[observable]] of `{}`{}",
                self.id,
                self.directed()
            ))
        })
    }

    /// The observables that say what is better.
    fn directed(&self) -> String {
        let all = self.observables.iter().filter(|o| o.better.is_some());
        let all: Vec<String> = all.map(|o| format!("`{}`", o.id)).collect();
        match all.is_empty() {
            true => String::new(),
            false => format!("; those that say it: {}", all.join(", ")),
        }
    }

    /// The field or compartment with this identifier.
    ///
    /// # Errors
    /// An unknown name, with the nearest valid one.
    pub fn target(&self, id: &str) -> Result<Target, Error> {
        let field = self.fields.iter().position(|f| f.id == id);
        let compartment = self.compartments.iter().position(|c| c.id == id);
        match (field, compartment) {
            (Some(i), _) => Ok(Target::Field(i)),
            (None, Some(i)) => Ok(Target::Compartment(i)),
            (None, None) => {
                let fields = self.fields.iter().map(|f| f.id.as_str());
                let compartments = self.compartments.iter().map(|c| c.id.as_str());
                Err(Error::unknown(
                    "field or compartment",
                    id,
                    fields.chain(compartments),
                ))
            }
        }
    }

    /// Default values of the parameters, in model order.
    pub fn default_parameters(&self) -> Vec<f64> {
        self.parameters.iter().map(|p| p.value).collect()
    }

    /// How many time units one day has; 1 for a unit that is no clock time.
    pub fn units_per_day(&self) -> f64 {
        self.clock_unit().per_day.unwrap_or(1.0)
    }

    /// The unit of time.
    pub fn clock_unit(&self) -> &'static TimeUnit {
        // What was read is a symbol of the list; its first entry is a pure number.
        TimeUnit::of(&self.time_unit).unwrap_or(&TIME_UNITS[0])
    }

    /// Whether model times can be said in days.
    pub fn is_clock_time(&self) -> bool {
        self.clock_unit().per_day.is_some()
    }
}
