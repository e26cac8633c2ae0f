//! What a dose matrix says of the two drugs: every null model of [`crate::synergy`], with intervals.

use crate::synergy::{
    Bootstrap, BootstrapOptions, Doses, Grid, Inverse, Matrix, Metric, Reason, Summary, Value,
    Verdict, bootstrap, combination_index, fold,
};
use crate::units::pretty_unit;

use super::outcome::Results;
use super::plan::Kind;

/// Draws of the intervals, and of those of ZIP, which fits curves in every draw.
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
    /// The mean excess and what is known of it: `+0.120 (95 % interval +0.100 to +0.140 over 5
    /// seeds of the start map)`, with `over 6 of 12 dose pairs` where not all have an excess.
    pub fn words(&self, seeds: usize) -> String {
        let Some(summary) = &self.summary else {
            let why: Vec<&str> = self.reasons().into_iter().map(Reason::words).collect();
            return format!("not defined at any dose pair: {}", why.join(", "));
        };
        let mut mean = signed(summary.mean);
        if summary.defined < summary.pairs {
            mean.push_str(&format!(" over {}", summary.coverage()));
        }
        match (&self.bootstrap, seeds) {
            (Ok(b), n) => format!(
                "{mean} (95 % interval {} to {} over {n} seeds of the start map)",
                signed(b.mean.low),
                signed(b.mean.high)
            ),
            (Err(_), 1) => format!("{mean} (one seed, no interval)"),
            (Err(_), n) => format!("{mean} ({n} seeds, too few for an interval)"),
        }
    }

    /// Why some pairs have no excess.
    pub fn reasons(&self) -> Vec<Reason> {
        Reason::of_grid(&self.excess)
    }

    /// What the mean excess says in words, `uncertain` or `not defined`.
    pub fn verdict(&self) -> &'static str {
        match (&self.bootstrap, &self.summary) {
            (Ok(b), Some(s)) => b.verdict.words(self.metric, s.mean),
            (Err(_), Some(s)) => self.metric.words(s.additivity, s.mean),
            (_, None) => "not defined",
        }
    }

    /// Whether the interval crosses a threshold.
    pub fn is_uncertain(&self) -> bool {
        matches!(&self.bootstrap, Ok(b) if b.verdict == Verdict::Uncertain)
    }
}

/// A signed number with three decimals and a real minus.
pub(super) fn signed(value: f64) -> String {
    format!("{value:+.3}").replace('-', "−")
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
    /// Of a finished dose matrix. Seeds with a missing case are left out.
    ///
    /// # Errors
    /// Why there is none, in words: no complete seed, no burden without drugs.
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
        // [y][x] becomes [x][y].
        let turned = |m: &Vec<Vec<f64>>| -> Grid<f64> {
            (0..x.values.len())
                .map(|i| m.iter().map(|row| row[i]).collect())
                .collect()
        };
        let burdens: Vec<Grid<f64>> = results.complete_matrices().iter().map(turned).collect();
        if burdens.is_empty() {
            return Err(
                "no seed has a burden at every dose pair, so synergy is not defined".to_owned(),
            );
        }
        let matrix =
            Matrix::from_replicates([drug(x), drug(y)], &burdens).map_err(|e| e.to_string())?;
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
            matrix,
            seeds: burdens.len(),
        }))
    }

    /// The headline: Bliss.
    pub fn bliss(&self) -> Option<&Measured> {
        self.measured.iter().find(|m| m.metric == Metric::Bliss)
    }
}
