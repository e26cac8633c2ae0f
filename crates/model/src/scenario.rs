//! A scenario as validated plain data: one case of a model, ready to run.
//!
//! Lists over parameters, compartments, drugs, processes and transports are in model order, so the
//! engine copies them without looking anything up. What the scenario left open is already filled
//! in from the scenarios it extends and from the model.

use std::sync::Arc;

use crate::error::{Error, Written};
use crate::initial::Initial;
use crate::model::Model;
use crate::regimen::Regimen;

/// Identifier of the one arm of a scenario that declares none.
pub const SINGLE_ARM: &str = "single";

/// One case of a model, complete.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The model it is a case of.
    pub model: Arc<Model>,
    /// Identifier: the file's name without its ending.
    pub id: String,
    /// Human title.
    pub label: String,
    /// One paragraph.
    pub description: String,
    /// What the literature leads one to expect.
    pub expected: String,
    /// What not to conclude from it.
    pub caveat: String,
    /// Sources.
    pub cite: Vec<String>,
    /// Cells and spacing.
    pub grid: Grid,
    /// Largest cell edge at which the case still means something, length unit; none: not stated.
    pub coarsest_spacing: Option<f64>,
    /// Step, duration, recording.
    pub time: Time,
    /// Seed of all random maps.
    pub seed: u32,
    /// Values of the parameters.
    pub parameters: Vec<f64>,
    /// Values of the compartments at the start.
    pub compartments: Vec<f64>,
    /// Regimen of each drug, where an arm has none of its own.
    pub regimens: Vec<Regimen>,
    /// Arms, never empty; a scenario without arms has the one arm [`SINGLE_ARM`].
    pub arms: Vec<Arm>,
    /// Processes switched off.
    pub off: Vec<bool>,
    /// Transports switched off.
    pub off_transports: Vec<bool>,
    /// Numerical choices.
    pub numerics: Numerics,
    /// Timed events, in time order.
    pub events: Vec<Event>,
    /// Initial map of each field; none: [`crate::Field::initial`], or 0.
    pub initial: Vec<Option<Initial>>,
}

/// Cells and spacing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Cells along x, y, z; z is 1 in 2D.
    pub cells: [u32; 3],
    /// Edges of a cell, length unit. In 2D the z edge is the thickness with which volume files draw the plane.
    pub spacing: [f64; 3],
}

impl Grid {
    /// Number of cells.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a grid has at least 64 cells, so it is never empty"
    )]
    pub fn len(&self) -> usize {
        self.cells.iter().map(|n| *n as usize).product()
    }

    /// Length of the domain along each axis, length unit.
    pub fn extent(&self) -> [f64; 3] {
        std::array::from_fn(|i| f64::from(self.cells[i]) * self.spacing[i])
    }

    /// More than one cell along z.
    pub fn is_3d(&self) -> bool {
        self.cells[2] > 1
    }

    /// What an integral takes a cell for: its volume in 3D, its area in 2D, so that it depends on the size of
    /// the plane only.
    pub fn cell_measure(&self) -> f64 {
        let axes = if self.is_3d() { 3 } else { 2 };
        self.spacing[..axes].iter().product()
    }
}

/// Step, duration and recording, all in the model's time unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Time {
    /// Time step.
    pub step: f64,
    /// End of the run.
    pub duration: f64,
    /// Time between rows of the time series.
    pub record_every: f64,
    /// Also a row at the end of every step: what happens within a day of a dose, at no extra step.
    pub record_steps: bool,
    /// Times at which whole fields are kept, rising.
    pub snapshots: Vec<f64>,
}

impl Time {
    /// Times that are no farther apart are one time: rounding may have parted them. It does not depend on
    /// the step, so that the rows of a run do not.
    pub fn near(&self) -> f64 {
        1e-6 * self.record_every.min(0.01 * self.duration)
    }
}

/// One of several runs that differ in treatment.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// Identifier.
    pub id: String,
    /// Name shown to people.
    pub label: String,
    /// Multiple of the regimen's dose, for each drug.
    pub doses: Vec<f64>,
    /// Values of all parameters in this arm.
    pub parameters: Vec<f64>,
    /// Regimen of each drug, where it is not the scenario's.
    pub regimens: Vec<Option<Regimen>>,
}

/// Time scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Second order, L-stable.
    Sdirk2,
    /// First order, L-stable.
    BackwardEuler,
    /// Forward steps; for comparisons.
    Explicit,
}

/// Scheme of the drift term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportScheme {
    /// Second order with a limiter.
    Limited,
    /// Donor cell, first order.
    Upwind,
}

/// Numerical choices.
#[derive(Debug, Clone, PartialEq)]
pub struct Numerics {
    /// Time scheme.
    pub scheme: Scheme,
    /// Scheme of the drift term.
    pub transport: TransportScheme,
    /// Fixed-point iterations per stage, ≥ 1.
    pub picard: u32,
    /// Error that a linear solve may leave in a field, relative to the change of the stage, > 0 and < 1.
    pub tolerance: f64,
    /// Most V-cycles per solve, ≥ 1.
    pub max_cycles: u32,
    /// First step after the start or an event, as a fraction of the time step, > 0 and ≤ 1.
    pub first_step: f64,
    /// Relative error per step of the adaptive time step; none: fixed step.
    pub adaptive: Option<f64>,
    /// Sub-steps of the compartments in one tick, ≥ 1.
    pub compartment_substeps: u32,
}

impl Default for Numerics {
    fn default() -> Self {
        Self {
            scheme: Scheme::Sdirk2,
            transport: TransportScheme::Limited,
            picard: 1,
            tolerance: 1e-3,
            max_cycles: 8,
            first_step: 0.25,
            adaptive: None,
            compartment_substeps: 16,
        }
    }
}

/// Something that happens at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, model time.
    pub time: f64,
    /// Arms it applies to; none: all.
    pub arms: Option<Vec<usize>>,
    /// It happens after the doses of the same time; else before them. What is done to a running
    /// simulation comes after everything that is due then.
    pub after_doses: bool,
    /// What happens.
    pub action: Action,
    /// Where it was written.
    pub place: Written,
}

impl Event {
    /// Whether it applies to an arm.
    pub fn concerns(&self, arm: usize) -> bool {
        self.arms.as_ref().is_none_or(|arms| arms.contains(&arm))
    }
}

/// What an event does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Changes parameters.
    Set {
        /// Parameter and new value.
        parameters: Vec<(usize, f64)>,
    },
    /// Changes the dose multiple of a drug from now on.
    Dose {
        /// Drug.
        drug: usize,
        /// New multiple.
        multiple: f64,
    },
    /// Holds the level of a drug, where it is measured, from now on.
    Hold {
        /// Drug.
        drug: usize,
        /// Level, in the unit of the compartment where it is measured; none: lets it go.
        level: Option<f64>,
    },
    /// Another regimen from now on.
    Regimen {
        /// Drug.
        drug: usize,
        /// The regimen; its times count from the start of the run.
        regimen: Regimen,
    },
    /// Switches a process or a transport on or off from now on.
    Switch {
        /// Which.
        what: Switchable,
        /// Whether it takes place.
        on: bool,
    },
    /// Gives one dose now.
    Bolus {
        /// Drug.
        drug: usize,
        /// Amount, in the drug's unit.
        amount: f64,
    },
    /// Adds to a field inside a smooth disc.
    Brush {
        /// Field.
        field: usize,
        /// Centre, length unit.
        centre: [f64; 3],
        /// Radius, length unit.
        radius: f64,
        /// Amount at the centre; negative removes.
        amount: f64,
    },
    /// Text shown from now on; empty: none.
    Caption {
        /// The text.
        text: String,
    },
    /// What films look at from now on. Nothing is computed differently.
    Camera {
        /// Magnification; 1 shows the whole tissue.
        zoom: Option<f64>,
        /// What comes to the middle of the picture, length unit; z is the plane shown, in 3D.
        centre: Option<[f64; 3]>,
        /// Model time that the move takes.
        over: f64,
        /// What the picture shows.
        show: Option<Shown>,
    },
}

/// What a picture can show by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Index into [`Model::views`].
    View(usize),
    /// Index into [`Model::fields`].
    Field(usize),
}

/// What can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switchable {
    /// Index into [`Model::processes`].
    Process(usize),
    /// Index into [`Model::transports`].
    Transport(usize),
}

impl Scenario {
    /// Regimen of a drug in an arm, leaving events aside.
    pub fn regimen(&self, arm: usize, drug: usize) -> &Regimen {
        let own = self.arms[arm].regimens[drug].as_ref();
        own.unwrap_or(&self.regimens[drug])
    }

    /// Times at which the regimens of a drug in an arm, with those that events bring, give a dose before
    /// the end, and the amount of that dose at multiple 1, in the drug's unit.
    pub fn regular_doses(&self, arm: usize, drug: usize) -> Vec<(f64, f64)> {
        let (end, near) = (self.time.duration, self.time.near());
        let mut doses = Vec::new();
        let mut add = |regimen: &Regimen, from: f64, until: f64, inclusive: [bool; 2]| {
            let here = regimen.given(end).into_iter().filter(|(t, _)| {
                let begun = if inclusive[0] {
                    *t >= from - near
                } else {
                    *t > from + near
                };
                let over = if inclusive[1] {
                    *t > until + near
                } else {
                    *t >= until - near
                };
                begun && !over
            });
            doses.extend(here);
        };
        let mut present = self.regimen(arm, drug);
        let (mut from, mut with_first) = (f64::NEG_INFINITY, true);
        for event in &self.events {
            match &event.action {
                Action::Regimen { drug: d, regimen } if *d == drug && event.concerns(arm) => {
                    // After the doses of its time, the old regimen still gives the one due then.
                    add(present, from, event.time, [with_first, event.after_doses]);
                    (present, from, with_first) = (regimen, event.time, !event.after_doses);
                }
                _ => {}
            }
        }
        add(present, from, f64::INFINITY, [with_first, true]);
        doses
    }

    /// Index of the arm with this identifier.
    ///
    /// # Errors
    /// An unknown name, with the nearest valid one.
    pub fn arm(&self, id: &str) -> Result<usize, Error> {
        self.arms
            .iter()
            .position(|a| a.id == id)
            .ok_or_else(|| Error::unknown("arm", id, self.arms.iter().map(|a| a.id.as_str())))
    }

    /// Dose times and amounts of one drug in one arm before the end, leaving events aside.
    /// Amounts are in the drug's unit; a drug that the arm does not get gives an empty list.
    pub fn doses(&self, arm: usize, drug: usize) -> Vec<(f64, f64)> {
        let multiple = self.arms[arm].doses[drug];
        let given = self.regimen(arm, drug).given(self.time.duration);
        let amounts = given.into_iter().map(|(t, dose)| (t, dose * multiple));
        amounts.filter(|(_, amount)| *amount != 0.0).collect()
    }
}
