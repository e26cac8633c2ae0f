//! The keys of `validation.toml`, one to one. Rules and links are in [`crate::validation`].

use serde::Deserialize;
use toml::Spanned;

use crate::schema::ObservableFile;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidationFile {
    /// Quantities that only the validation measures.
    #[serde(default)]
    pub observable: Vec<Spanned<ObservableFile>>,
    /// Runs.
    #[serde(default)]
    pub case: Vec<Spanned<CaseFile>>,
    /// What is compared.
    #[serde(default)]
    pub target: Vec<Spanned<TargetFile>>,
    /// Pictures of the page.
    #[serde(default)]
    pub figure: Vec<Spanned<FigureFile>>,
}

/// `[[case]]`: one run, shared by targets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// Identifier.
    pub id: Spanned<String>,
    /// What is run, in words.
    pub title: String,
    /// A scenario of the model, by name.
    #[serde(default)]
    pub scenario: Option<Spanned<String>>,
    /// A scenario of its own, as the text of a scenario file.
    #[serde(default)]
    pub setup: Option<Spanned<String>>,
    /// Other cells in the same domain.
    #[serde(default)]
    pub grid: Option<Spanned<Vec<u32>>>,
    /// Another time step.
    #[serde(default)]
    pub step: Option<f64>,
    /// Another duration, days.
    #[serde(default)]
    pub days: Option<f64>,
    /// Arms that are run; absent: all.
    #[serde(default)]
    pub arms: Option<Vec<Spanned<String>>>,
    /// Whether it takes seconds only: `--quick` runs these.
    #[serde(default)]
    pub fast: bool,
}

/// How sure the published number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Measured, and read in the source.
    Measured,
    /// A number of a published model, read there.
    PublishedModel,
    /// From memory of the literature, not read again.
    Recalled,
    /// By definition, or by arithmetic.
    Definition,
    /// An independent solution of the same equations.
    Reference,
}

impl Evidence {
    /// The mark in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::PublishedModel => "published model",
            Self::Recalled => "recalled",
            Self::Definition => "definition",
            Self::Reference => "reference solution",
        }
    }
}

/// What it means for the model that a published number is met. One table: the words of the page, of the
/// command and of the guide all come from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A published number that did not go in and that could be missed.
    Test,
    /// The direction of an effect, where the scenario was designed to show it.
    Direction,
    /// The accepted range is ours, inside a wider published one.
    OwnBound,
    /// The number went in as a parameter.
    Input,
    /// Parameters were tuned until it was met.
    Tuned,
    /// A parameter was derived from the same number.
    Circular,
    /// The model cannot miss it whatever happens.
    CannotFail,
}

impl Role {
    /// All, in the order of the page.
    pub const ALL: [Self; 7] = [
        Self::Test,
        Self::Direction,
        Self::OwnBound,
        Self::Input,
        Self::Tuned,
        Self::Circular,
        Self::CannotFail,
    ];

    /// The role in a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Direction => "direction only",
            Self::OwnBound => "own bound",
            Self::Input => "input",
            Self::Tuned => "tuned",
            Self::Circular => "circular",
            Self::CannotFail => "cannot fail",
        }
    }

    /// What it means, as a sentence without its end.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Test => {
                "a published number that did not go into the model and that the model could miss: the only rows that test it quantitatively"
            }
            Self::Direction => {
                "only the direction of an effect is asked for, on a scenario that was designed to show it"
            }
            Self::OwnBound => {
                "the accepted range is our choice inside a wider published one, so that meeting it shows little"
            }
            Self::Input => {
                "restates an input: the number, or what it follows from, went in as a parameter"
            }
            Self::Tuned => "parameters were tuned, or chosen, until the row was met",
            Self::Circular => "a parameter was derived from the same number",
            Self::CannotFail => "the model cannot miss it, whatever its other parameters are",
        }
    }
}

/// What the author of the file knows of the outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// Inside what is accepted.
    #[default]
    Met,
    /// Outside, and known; `needs` says what would change it.
    Miss,
    /// Outside because the two are not the same thing; `needs` says why.
    Flag,
}

/// `[[target]]`: a published number and how it is measured here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// Identifier.
    pub id: Spanned<String>,
    /// Number or letter in the page.
    pub number: String,
    /// Heading it stands under.
    pub group: String,
    /// A few words.
    pub label: String,
    /// What is measured, in words.
    pub quantity: String,
    /// Unit of all its numbers.
    pub unit: String,
    /// The published number.
    #[serde(default)]
    pub value: Option<f64>,
    /// Accepted: `value` give or take this share of it.
    #[serde(default)]
    pub relative: Option<f64>,
    /// Accepted: `value` give or take this.
    #[serde(default)]
    pub within: Option<f64>,
    /// Accepted: `value` over or times this.
    #[serde(default)]
    pub factor: Option<f64>,
    /// Accepted: this or more; beside a `value` that it need not contain.
    #[serde(default)]
    pub low: Option<f64>,
    /// Accepted: this or less.
    #[serde(default)]
    pub high: Option<f64>,
    /// Where the number comes from.
    pub source: Spanned<String>,
    /// How sure it is.
    pub evidence: Evidence,
    /// What the author expects.
    #[serde(default)]
    pub expected: Expected,
    /// What it would take when it is missed.
    #[serde(default)]
    pub needs: String,
    /// Anything a reader should know.
    #[serde(default)]
    pub note: String,
    /// What it means that it is met; for published numbers alone.
    #[serde(default)]
    pub role: Option<Role>,
    /// How one number is measured.
    #[serde(default)]
    pub measure: Option<Spanned<MeasureFile>>,
    /// What the points of a curve are measured against.
    #[serde(default)]
    pub against: Option<String>,
    /// Unit of `against`.
    #[serde(default)]
    pub against_unit: Option<String>,
    /// Points of a curve: `measure` in one arm each.
    #[serde(default)]
    pub points: Vec<Spanned<PointFile>>,
}

/// One point of a curve.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointFile {
    /// Dose, concentration.
    pub x: f64,
    /// Arm that has it.
    pub arm: Spanned<String>,
    /// Published number at this point, with the tolerance of the target; absent: only drawn.
    #[serde(default)]
    pub value: Option<f64>,
    /// Accepted from here.
    #[serde(default)]
    pub low: Option<f64>,
    /// Accepted up to here.
    #[serde(default)]
    pub high: Option<f64>,
}

/// How a run becomes one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// Value at the time `at`.
    At,
    /// Largest value from `from` to `to`.
    Max,
    /// Smallest value from `from` to `to`.
    Min,
    /// Mean over time from `from` to `to`.
    Mean,
    /// Integral over time from `from` to `to`.
    Integral,
    /// Time of the largest value after `from`.
    TimeOfMax,
    /// ln 2 over the rate of a log-linear fit from `from` to `to`.
    HalfLife,
    /// Length over which `field` falls to 1/e along x, from a log-linear fit between the places `from`
    /// and `to`, at the end of the run.
    DecayLength,
    /// Lowest value of any field before clipping, relative to its typical size.
    Lowest,
    /// Cells and fields of which the bits differ between two `arms` at the end.
    BitDifferences,
    /// Smallest ratio of the value of an arm to that of the next in `arms`, at `at`.
    Order,
    /// Largest relative distance of the other `arms` from the first, at `at`.
    Spread,
    /// Bliss excess of the last of `arms` (control, singles, combination) at `at`.
    Bliss,
    /// Largest relative difference of any arm between this case and `cases`, at `at`.
    Change,
}

/// `measure`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureFile {
    /// Run it is taken from; in `over`: that of the measure above.
    #[serde(default)]
    pub case: Option<Spanned<String>>,
    /// Arm; absent: the only one.
    #[serde(default)]
    pub arm: Option<Spanned<String>>,
    /// Observable.
    #[serde(default)]
    pub observable: Option<Spanned<String>>,
    /// Field, for `decay_length`.
    #[serde(default)]
    pub field: Option<Spanned<String>>,
    /// How; in `over`: that of the measure above.
    #[serde(default)]
    pub reduce: Option<Reduction>,
    /// A time.
    #[serde(default)]
    pub at: Option<f64>,
    /// Start of a window.
    #[serde(default)]
    pub from: Option<f64>,
    /// End of a window.
    #[serde(default)]
    pub to: Option<f64>,
    /// Several arms.
    #[serde(default)]
    pub arms: Vec<Spanned<String>>,
    /// Other cases.
    #[serde(default)]
    pub cases: Vec<Spanned<String>>,
    /// Factor on the result, for units.
    #[serde(default)]
    pub times: Option<f64>,
    /// Divided by this.
    #[serde(default)]
    pub over: Option<Box<Spanned<MeasureFile>>>,
}

/// `[[figure]]`: a picture of a curve, or of a case over time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureFile {
    /// Name of the PNG file, without its ending.
    pub file: Spanned<String>,
    /// What is to be seen.
    pub title: String,
    /// What it says, for those who do not see it.
    pub alt: String,
    /// Title of the y axis, with the unit.
    pub y_label: String,
    /// Curve targets; the line is drawn from the last.
    #[serde(default)]
    pub curve: Option<Spanned<String>>,
    /// Case over time.
    #[serde(default)]
    pub case: Option<Spanned<String>>,
    /// Arms that are shown; absent: all of the case.
    #[serde(default)]
    pub arms: Vec<Spanned<String>>,
    /// What is shown over time.
    #[serde(default)]
    pub observable: Option<Spanned<String>>,
    /// Divided by the value of this arm at the same time.
    #[serde(default)]
    pub relative_to: Option<Spanned<String>>,
    /// Limits of the x axis.
    #[serde(default)]
    pub x_range: Option<[f64; 2]>,
    /// Targets whose accepted ranges are drawn as boxes and told in the subtitle.
    #[serde(default)]
    pub targets: Vec<Spanned<String>>,
}
