//! Figures of sweeps and screens. Each says its number in the caption.

mod arms;
mod lines;
mod matrix;
mod screen;
mod shown;

use warmfront_model::counted;
use warmfront_view::{Figure, ViewError};

use super::dose::Synergy;
use super::outcome::Results;
use super::plan::{Kind, Plan};
use crate::units::{cells, clock};

pub(super) use screen::{confidence, sensitivity};
/// Name of a file without its ending, what it shows, and the figure.
pub(super) type Drawn = (String, String, Result<Figure, ViewError>);

/// Size of figures of a matrix, pixels at scale 1.
const SIZE: [f32; 2] = [800.0, 640.0];

/// `Inflamed · Tumour …`
fn title(plan: &Plan, what: &str) -> String {
    format!("{}: {what}", plan.base.label)
}

/// Day, grid and seeds in one line.
fn subtitle(plan: &Plan) -> String {
    let cells = cells(&plan.base.grid);
    let at = clock(&plan.base.model, plan.base.time.duration);
    format!(
        "{} · {at}, {cells}, {}",
        plan.base.model.label,
        counted(plan.seeds.len(), "seed")
    )
}

fn rounded(v: f64) -> f64 {
    crate::units::rounded(v, 3)
}

/// A label inside a sentence: `MEK inhibitor` stays, `Kill rate` becomes `kill rate`.
fn lower(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.next()) {
        (Some(a), Some(b)) if b.is_lowercase() => {
            a.to_lowercase().chain(label.chars().skip(1)).collect()
        }
        _ => label.to_owned(),
    }
}

/// All figures of a sweep.
pub(super) fn sweep(results: &Results<'_>, synergy: Option<&Synergy>) -> Vec<Drawn> {
    let plan = results.plan;
    match (plan.kind, plan.axes.len()) {
        (Kind::DoseMatrix, _) => matrix::dose_matrix(results, synergy),
        (Kind::Arms, 1) => vec![(
            "sweep".to_owned(),
            "outcome of each arm along the axis".to_owned(),
            arms::along(results),
        )],
        (Kind::Arms, _) => arms::map_of_arms(results),
    }
}
