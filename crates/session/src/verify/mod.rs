//! `verify`: the numerics against answers that are known.
//!
//! # Theory
//! A solver is believed when it gives numbers that someone else can derive. Three kinds of answers
//! serve here. *Discrete exact* ones: a mode of the grid is an eigenvector of the difference
//! operator, so the scheme's own stability function tells every digit. *Exact solutions* of the
//! equations: heat kernels, travelling waves, similarity profiles. *Observed orders*: the error of a
//! smooth solution falls by 2^p when the grid or the step is halved. What the scheme promises beside
//! accuracy (conservation, positivity, symmetry, bits that do not depend on neighbours, errors that
//! name the culprit) is tested for what it is.
//!
//! # Practice
//! [`CASES`] lists the cases, [`Case::run`] runs one and returns a [`Report`] of [`Row`]s: what was
//! expected, what came out, how far apart they may be and why. Every case builds its own small model,
//! so that it reads on one page. All together take about a minute on a processor.
//!
//! # Invariants
//! - A tolerance that is not rounding has its reason in the row.
//! - What is claimed of a model or of the program is shown with the default numerics, those that a user gets;
//!   tighter ones only measure the discretisation itself: its order, its digits, its symmetry. Each row tells
//!   its numerics, taken from the scenario that was run.
//! - The list of cases and rows is the same on every machine; only the digits differ.

mod agreement;
mod batch;
mod bench;
mod clocks;
mod conservation;
mod diffusion;
mod drift;
mod fronts;
mod growth;
mod kinetics;
mod multigrid;
mod noise;
mod patterns;
mod positivity;
mod reference;
mod report;
mod robustness;
mod space_order;
mod steady;
mod symmetry;
mod taxis;
mod time_order;
mod tools;
mod turing;
mod waves;
mod wind;

pub use report::{Expected, Found, Report, Row};

use std::time::Instant;

use warmfront_engine::{EngineError, Gpu};
use warmfront_model::Error;

use bench::Bench;

/// What a case returns when the engine itself fails.
type Outcome = Result<(), EngineError>;

/// One question to the engine.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Short identifier, `V1` and so on.
    pub id: &'static str,
    /// What it tests, one line.
    pub title: &'static str,
    ask: fn(&Bench<'_>, &mut Report) -> Outcome,
}

/// All cases, in order.
pub static CASES: &[Case] = &[
    case(
        "V1",
        "One cosine mode: the scheme's own stability function, digit by digit",
        diffusion::cosine_mode,
    ),
    case(
        "V2",
        "Heat kernel in two and three dimensions",
        diffusion::heat_kernel,
    ),
    case(
        "V3",
        "Penetration of a substance into tissue that consumes it",
        steady::penetration,
    ),
    case(
        "V4",
        "Fisher-KPP: exact travelling wave, and the speed of a front that forms by itself",
        waves::fisher,
    ),
    case(
        "V5",
        "Local kinetics: exponential decay, logistic growth, a well-mixed compartment",
        kinetics::local,
    ),
    case(
        "V6",
        "Heat between walls held at zero",
        diffusion::fixed_walls,
    ),
    case(
        "V7",
        "Steady straight lines between fixed walls",
        steady::lines,
    ),
    case(
        "V8",
        "Order in space: random smooth solutions with loss and hindrance",
        space_order::steady_states,
    ),
    case(
        "V9",
        "Directed movement: conserved, never negative, second order",
        drift::aggregation,
    ),
    case(
        "V10",
        "Turing: growth rates of Schnakenberg modes against the linearised grid",
        turing::growth_rates,
    ),
    case(
        "V11",
        "Symmetry: mirror, transpose, shift",
        symmetry::invariances,
    ),
    case(
        "V12",
        "All terms against an independent double-precision reference",
        agreement::against_reference,
    ),
    case(
        "V13",
        "Noise: distribution, independence, seed",
        noise::statistics,
    ),
    case(
        "V14",
        "Robustness: what goes wrong is named",
        robustness::messages,
    ),
    case(
        "V16",
        "Order in time with all terms on",
        time_order::all_terms,
    ),
    case(
        "V17",
        "Conservation over 10 000 ticks",
        conservation::long_run,
    ),
    case(
        "V18",
        "Multigrid: error reduction of one cycle",
        multigrid::cycles,
    ),
    case("V19", "Positivity under a violent sink", positivity::sink),
    case(
        "V20",
        "Batch: an arm has the same bits alone and among others",
        batch::same_bits,
    ),
    case(
        "V21",
        "Nonlinear diffusion: the Barenblatt profile",
        taxis::barenblatt,
    ),
    case(
        "V22",
        "Gray-Scott: three classes of patterns",
        patterns::gray_scott,
    ),
    case(
        "V23",
        "Keller-Segel: growth rates of small waves of cells that climb what they secrete",
        growth::keller_segel,
    ),
    case(
        "V24",
        "Gierer-Meinhardt: growth rates of small waves",
        growth::gierer_meinhardt,
    ),
    case(
        "V25",
        "Nagumo: speed of fronts that advance and that retreat",
        fronts::nagumo,
    ),
    case(
        "V26",
        "Brusselator: growth rates of Turing's waves, period of the clock",
        brusselator,
    ),
    case(
        "V27",
        "FitzHugh-Nagumo: period of a nerve that fires",
        clocks::fitzhugh_nagumo,
    ),
    case(
        "V28",
        "Cyclic competition: what never changes",
        clocks::cyclic,
    ),
    case(
        "V29",
        "Drift between walls held at a value",
        wind::held_walls,
    ),
    case(
        "V30",
        "A well-mixed unstable state: which way it falls",
        fronts::threshold,
    ),
];

// V26. Two questions to one model.
fn brusselator(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    growth::brusselator(bench, report)?;
    clocks::brusselator(bench, report)
}

const fn case(
    id: &'static str,
    title: &'static str,
    ask: fn(&Bench<'_>, &mut Report) -> Outcome,
) -> Case {
    Case { id, title, ask }
}

impl Case {
    /// Runs the case. An error of the engine becomes a row that fails.
    pub fn run(&self, gpu: &Gpu) -> Report {
        let start = Instant::now();
        let bench = Bench::new(gpu);
        let mut report = Report::new(self.id, bench.used.clone());
        if let Err(e) = (self.ask)(&bench, &mut report) {
            report.says("runs to its end", "no error", &e.to_string(), "");
        }
        report.seconds = start.elapsed().as_secs_f64();
        report
    }
}

/// The cases with these identifiers (any letter case), in the order of [`CASES`]; none: all.
///
/// # Errors
/// An unknown identifier, with the nearest valid one.
pub fn select(ids: &[String]) -> Result<Vec<&'static Case>, Error> {
    for id in ids {
        if !CASES.iter().any(|c| c.id.eq_ignore_ascii_case(id.trim())) {
            return Err(Error::unknown("case", id, CASES.iter().map(|c| c.id)));
        }
    }
    let wanted = |c: &&Case| ids.iter().any(|id| c.id.eq_ignore_ascii_case(id.trim()));
    Ok(CASES
        .iter()
        .filter(|c| ids.is_empty() || wanted(c))
        .collect())
}
