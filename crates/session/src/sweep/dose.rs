//! What a dose matrix says of the two drugs: every null model of [`crate::synergy`], with the spread over start maps.

use warmfront_model::counted;
use warmfront_view::number::format_number;

use crate::effect::Standing;
use crate::synergy::picture::pooled_words;
use crate::synergy::{
    Bootstrap, BootstrapOptions, Doses, Grid, Inverse, Matrix, Metric, Reason, Summary, Value,
    Verdict, bootstrap, capital, combination_index, fold, signed,
};
use crate::units::pretty_unit;

use super::outcome::Results;
use super::plan::Kind;

/// Draws of the spreads, and of those of ZIP, which fits curves in every draw.
const DRAWS: [usize; 2] = [1000, 200];

/// One null model over the whole matrix.
#[derive(Debug)]
pub struct Measured {
    /// Which.
    pub metric: Metric,
    /// Excess of each pair.
    pub excess: Grid<Value>,
    /// In a few numbers; none if no pair has an excess.
    pub summary: Option<Summary>,
    /// How far seeds move it, or why that is not known.
    pub bootstrap: Result<Bootstrap, Reason>,
}

impl Measured {
    /// The mean excess and what is known of it: `+0.120 (spread over 5 start maps +0.100 to +0.140)`,
    /// with `over 6 of 12 dose pairs` where not all have an excess.
    pub fn words(&self, seeds: usize) -> String {
        let Some(summary) = &self.summary else {
            let why: Vec<&str> = self.reasons().into_iter().map(Reason::words).collect();
            return format!("not defined at any dose pair: {}", why.join(", "));
        };
        let mut mean = signed(summary.mean);
        if summary.defined < summary.pairs {
            mean.push_str(&format!(" over {}", summary.coverage()));
        }
        let maps = counted(seeds, "start map");
        match (&self.bootstrap, seeds) {
            (Ok(b), _) => format!(
                "{mean} (spread over {maps} {} to {})",
                signed(b.mean.low),
                signed(b.mean.high)
            ),
            (Err(_), 1) => format!("{mean} (one start map, no spread)"),
            (Err(_), _) => format!("{mean} ({maps}, too few for a spread)"),
        }
    }

    /// Why some pairs have no excess.
    pub fn reasons(&self) -> Vec<Reason> {
        Reason::of_grid(&self.excess)
    }

    /// What the mean excess says in words that name the reference, also where that is uncertain or not
    /// defined.
    pub fn verdict(&self) -> String {
        match (&self.bootstrap, &self.summary) {
            (Ok(b), Some(s)) => b.verdict.words(self.metric, s.mean).to_owned(),
            (Err(_), Some(s)) => self.metric.words(s.mean).to_owned(),
            (_, None) => format!("{} not defined", self.metric.label()),
        }
    }

    /// How the mean stands against the reference; none if that is uncertain or not defined.
    pub fn standing(&self) -> Option<Standing> {
        match (&self.bootstrap, &self.summary) {
            (Ok(b), Some(_)) => match b.verdict {
                Verdict::Certain(standing) => Some(standing),
                Verdict::Uncertain => None,
            },
            (_, summary) => summary.as_ref().map(|s| s.standing),
        }
    }

    /// Whether the spread crosses a threshold.
    pub fn is_uncertain(&self) -> bool {
        matches!(&self.bootstrap, Ok(b) if b.verdict == Verdict::Uncertain)
    }
}

/// Two drugs, all null models.
#[derive(Debug)]
pub struct Synergy {
    /// Effects; drug 1 is on x.
    pub matrix: Matrix,
    /// Bliss, HSA, Loewe, ZIP.
    pub measured: Vec<Measured>,
    /// Loewe's combination index.
    pub index: Grid<Value>,
    /// Bliss as a ratio.
    pub fold: Grid<Value>,
    /// Seeds behind it.
    pub seeds: usize,
}

impl Synergy {
    /// Of a finished dose matrix. A missing case costs what is computed from it; a seed without a control is
    /// left out.
    ///
    /// # Errors
    /// Why there is none, in words: no control, none above 0.
    pub fn of(results: &Results<'_>) -> Result<Option<Self>, String> {
        let plan = results.plan;
        let (Kind::DoseMatrix, [x, y]) = (plan.kind, plan.axes.as_slice()) else {
            return Ok(None);
        };
        let drug = |axis: &super::Axis| Doses {
            name: axis.label(&plan.base.model).to_owned(),
            unit: pretty_unit(axis.unit(&plan.base.model)),
            values: axis.amounts(&plan.base).unwrap_or_default(),
        };
        let better = plan.base.model.better(plan.observable);
        let better = better.map_err(|e| e.to_string())?;
        let matrix = Matrix::from_replicates([drug(x), drug(y)], better, &results.matrices())
            .map_err(|e| format!("synergy is not defined: {e}"))?;
        let measured = Metric::ALL.map(|metric| {
            let excess = metric.excess(&matrix);
            let options = BootstrapOptions {
                draws: DRAWS[usize::from(metric == Metric::Zip)],
                ..BootstrapOptions::default()
            };
            Measured {
                metric,
                summary: Summary::of_excess(&matrix, metric, &excess),
                bootstrap: bootstrap(&matrix, metric, options),
                excess,
            }
        });
        Ok(Some(Self {
            index: combination_index(&matrix, Inverse::Interpolated),
            fold: fold(&matrix),
            measured: measured.into(),
            seeds: matrix.replicates().len(),
            matrix,
        }))
    }

    /// The reference of the headline.
    pub fn bliss(&self) -> Option<&Measured> {
        self.measured.iter().find(|m| m.metric == Metric::Bliss)
    }

    /// The verdict against Bliss, and whether Loewe says the same: of a drug that is combined with itself
    /// it does not.
    pub fn headline(&self) -> String {
        let Some(bliss) = self.bliss() else {
            return String::new();
        };
        let mut text = match bliss.summary {
            Some(_) => format!(
                "{}: mean excess {}.",
                capital(&bliss.verdict()),
                bliss.words(self.seeds)
            ),
            None => format!("Bliss is {}.", bliss.words(self.seeds)),
        };
        if bliss.is_uncertain() {
            let about = format_number(Standing::ABOUT);
            text.push_str(&format!(
                " The spread crosses +{about} or −{about}; between them an excess counts as independence. More --replicates may decide."
            ));
        }
        let loewe = |m: &&Measured| matches!(m.metric, Metric::Loewe(_));
        if let Some(loewe) = self.measured.iter().find(loewe) {
            let words = loewe.words(self.seeds);
            let verdict = loewe.verdict();
            text.push_str(&match (bliss.standing(), loewe.standing()) {
                _ if loewe.summary.is_none() => format!(" Loewe is {words}."),
                (Some(a), Some(b)) if a == b => {
                    format!(" Loewe agrees: {verdict}, mean excess {words}.")
                }
                (_, Some(Standing::About)) => {
                    format!(" Loewe finds no interaction: {verdict}, mean excess {words}.")
                }
                (_, None) => format!(" Loewe: {verdict}, mean excess {words}."),
                (_, Some(_)) => {
                    format!(" Loewe disagrees: {verdict}, mean excess {words}.")
                }
            });
        }
        text
    }

    /// What was smoothed before it was compared, if anything was.
    pub fn pooled(&self) -> Option<String> {
        pooled_words(&self.matrix)
    }
}
