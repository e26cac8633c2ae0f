//! Models and scenarios: data files read into validated plain values. No GPU, no UI.
//!
//! # Theory
//! A *model* says what is simulated: fields, parameters, processes. A *scenario* says which case
//! of it: grid, time, initial maps, regimens, arms. Both are text files written by people, so
//! everything that can be wrong in them is found here, before any shader is built, and reported
//! with the file, the line, what is allowed and the nearest valid name.
//!
//! # Practice
//! [`Library`] finds the files, embedded or in a folder. [`Library::model`] gives a [`Model`],
//! [`Library::scenario`] a [`Scenario`] with its model. [`schema`] and [`scenario_schema`] mirror
//! the files one to one. The linked forms use indices: a process names its target as
//! [`Target::Field`]`(3)`, and lists such as [`Scenario::parameters`] are in model order.
//!
//! Numbers carry the model's own units: `time_unit`, `length_unit` and the unit of each quantity.

mod capillaries;
mod curves;
mod error;
mod expression;
mod fibres;
mod identifier;
mod initial;
mod initial_read;
mod library;
mod local;
mod model;
mod model_cells;
mod model_ids;
mod model_link;
mod model_parts;
mod model_read;
mod noise;
mod npy;
mod number;
mod numerics_read;
mod outline;
mod overrides;
mod picture;
mod picture_tiff;
mod raster;
mod regimen;
mod scenario;
mod scenario_build;
mod scenario_events;
mod scenario_merge;
pub mod scenario_schema;
mod scenario_warnings;
mod scenario_write;
pub mod schema;
mod schema_forms;
mod shape_rules;
mod shapes;
mod text;
mod units;
pub mod validation;
mod validation_link;
mod validation_measure;
pub mod validation_schema;
#[cfg(test)]
mod validation_tests;

pub use error::{Error, Place, Written};
pub use expression::Uses;
pub use initial::Initial;
pub use library::Library;
pub use local::{Local, Term};
pub use model::{
    Auxiliary, Channel, Compartment, Counterfactual, CycleStep, Drug, Expression, Field, Model,
    Observable, Outline, Parameter, Process, Source, Target, Transport, View,
};
pub use model_cells::MOST_CARRIERS;
pub use model_link::fingerprint;
pub use noise::{gaussian_pair, philox4x32};
pub use number::{counted, plain};
pub use overrides::Overrides;
pub use picture::{Fit, ImageMap};
pub use raster::ArrayMap;
pub use regimen::{LARGEST_DOSE, Loading, Regimen};
pub use scenario::{
    Action, Arm, Event, Grid, Numerics, SINGLE_ARM, Scenario, Scheme, Shown, Switchable, Time,
    TransportScheme,
};
pub use schema::{Better, Boundary, Confidence, FaceMean, FieldKind, Reduce, Wall};
pub use text::{decode, visible};
pub use units::{TIME_UNITS, TimeUnit, micrometres};
