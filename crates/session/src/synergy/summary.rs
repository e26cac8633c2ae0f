//! A grid of excesses in a few numbers and words.

use super::{Grid, Matrix, Metric, Value};
use crate::effect::Additivity;

/// Which way drugs influence each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interaction {
    /// Excess above [`Additivity::ABOUT`].
    Synergistic,
    /// Excess below minus that.
    Antagonistic,
}

impl Interaction {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Synergistic => "synergistic",
            Self::Antagonistic => "antagonistic",
        }
    }

    fn applies(self, excess: f64) -> bool {
        let wanted = match self {
            Self::Synergistic => Additivity::More,
            Self::Antagonistic => Additivity::Less,
        };
        Additivity::of(excess) == wanted
    }
}

/// The largest or smallest excess and where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extreme {
    /// The excess.
    pub excess: f64,
    /// Index of the dose of each drug.
    pub cell: [usize; 2],
    /// The doses.
    pub doses: [f64; 2],
}

impl Extreme {
    /// `MEK inhibitor 60 mg and PD-L1 inhibitor 120 mg`
    pub fn place(&self, matrix: &Matrix) -> String {
        let at = [0, 1].map(|drug| {
            let doses = &matrix.drugs()[drug];
            format!("{} {}", doses.name, amount(self.doses[drug], &doses.unit))
        });
        at.join(" and ")
    }
}

/// The dose pairs with one interaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Which.
    pub interaction: Interaction,
    /// How many pairs.
    pub pairs: usize,
    /// Smallest box of dose indices around them, `[first, last]` for each drug.
    pub span: [[usize; 2]; 2],
    /// Whether every defined pair of the box belongs to it.
    pub whole: bool,
    /// In words, e.g. `antagonistic where mek ≥ 0.5 mg`.
    pub words: String,
}

/// A metric over the pairs with both doses above 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Null model.
    pub metric: Metric,
    /// Mean excess of the pairs that have one.
    pub mean: f64,
    /// Pairs that have one.
    pub defined: usize,
    /// All pairs.
    pub pairs: usize,
    /// Largest excess.
    pub largest: Extreme,
    /// Smallest excess.
    pub smallest: Extreme,
    /// Share of the defined pairs with synergy.
    pub synergistic: f64,
    /// Share with antagonism.
    pub antagonistic: f64,
    /// The mean in words.
    pub additivity: Additivity,
    /// Where there is synergy, and where antagonism.
    pub regions: Vec<Region>,
}

impl Summary {
    /// Of one metric. None if no pair has an excess.
    pub fn of(matrix: &Matrix, metric: Metric) -> Option<Self> {
        Self::of_excess(matrix, metric, &metric.excess(matrix))
    }

    /// Of excesses that were computed before.
    pub fn of_excess(matrix: &Matrix, metric: Metric, excess: &Grid<Value>) -> Option<Self> {
        let found = defined(excess);
        let mean = mean(&found)?;
        let extreme = |&(cell, excess): &([usize; 2], f64)| Extreme {
            excess,
            cell,
            doses: [0, 1].map(|drug| matrix.drugs()[drug].values[cell[drug]]),
        };
        let by = |a: &&([usize; 2], f64), b: &&([usize; 2], f64)| a.1.total_cmp(&b.1);
        let share = |interaction: Interaction| {
            let count = found.iter().filter(|v| interaction.applies(v.1)).count();
            count as f64 / found.len() as f64
        };
        let [n, m] = matrix.shape();
        let kinds = [Interaction::Synergistic, Interaction::Antagonistic];
        Some(Self {
            metric,
            mean,
            defined: found.len(),
            pairs: (n - 1) * (m - 1),
            largest: extreme(found.iter().max_by(by)?),
            smallest: extreme(found.iter().min_by(by)?),
            synergistic: share(Interaction::Synergistic),
            antagonistic: share(Interaction::Antagonistic),
            additivity: Additivity::of(mean),
            regions: kinds
                .into_iter()
                .filter_map(|kind| region(matrix, &found, kind))
                .collect(),
        })
    }

    /// What stands out: the smallest excess if the mean is below 0, else the largest.
    pub fn strongest(&self) -> &Extreme {
        match self.mean < 0.0 {
            true => &self.smallest,
            false => &self.largest,
        }
    }

    /// What [`Summary::strongest`] is.
    pub fn strongest_words(&self) -> &'static str {
        match (self.mean < 0.0, Additivity::of(self.strongest().excess)) {
            (true, Additivity::Less) => "strongest antagonism",
            (true, _) => "lowest excess",
            (false, Additivity::More) => "largest synergy",
            (false, _) => "largest excess",
        }
    }

    /// `12 dose pairs`, or `6 of 12 dose pairs` where not all have an excess.
    pub fn coverage(&self) -> String {
        match self.defined == self.pairs {
            true => format!("{} dose pairs", self.pairs),
            false => format!("{} of {} dose pairs", self.defined, self.pairs),
        }
    }

    /// One or two sentences.
    pub fn words(&self, matrix: &Matrix) -> String {
        let strongest = self.strongest();
        let extreme = match self.mean < 0.0 {
            true => "lowest",
            false => "largest",
        };
        let mut text = format!(
            "{} ({}): mean excess {} over {}, {extreme} {} at {}",
            capital(self.metric.words(self.additivity, self.mean)),
            self.metric.label(),
            signed(self.mean),
            self.coverage(),
            signed(strongest.excess),
            strongest.place(matrix),
        );
        for region in &self.regions {
            text.push_str("; ");
            text.push_str(&region.words);
        }
        text + "."
    }
}

/// The pairs with both doses above 0 that have a number.
pub(super) fn defined(excess: &Grid<Value>) -> Vec<([usize; 2], f64)> {
    let mut found = Vec::new();
    for (i, row) in excess.iter().enumerate().skip(1) {
        for (j, value) in row.iter().enumerate().skip(1) {
            if let Ok(v) = value {
                found.push(([i, j], *v));
            }
        }
    }
    found
}

/// Mean of found excesses.
pub(super) fn mean(found: &[([usize; 2], f64)]) -> Option<f64> {
    let sum: f64 = found.iter().map(|v| v.1).sum();
    (!found.is_empty()).then(|| sum / found.len() as f64)
}

fn region(
    matrix: &Matrix,
    found: &[([usize; 2], f64)],
    interaction: Interaction,
) -> Option<Region> {
    let inside: Vec<[usize; 2]> = found
        .iter()
        .filter(|v| interaction.applies(v.1))
        .map(|v| v.0)
        .collect();
    let mut span = [[usize::MAX, 0]; 2];
    for cell in &inside {
        for drug in [0, 1] {
            span[drug][0] = span[drug][0].min(cell[drug]);
            span[drug][1] = span[drug][1].max(cell[drug]);
        }
    }
    if inside.is_empty() {
        return None;
    }
    let boxed = |cell: &[usize; 2]| (0..2).all(|k| (span[k][0]..=span[k][1]).contains(&cell[k]));
    let whole = found.iter().filter(|v| boxed(&v.0)).count() == inside.len();
    let conditions: Vec<String> = (0..2)
        .filter_map(|drug| condition(matrix, drug, span[drug]))
        .collect();
    let conditions = conditions.join(" and ");
    let word = interaction.word();
    let count = format!("{word} at {} of {} dose pairs", inside.len(), found.len());
    let words = match (whole, conditions.as_str()) {
        (true, "") => format!("{word} at every dose pair"),
        (true, where_) => format!("{word} where {where_}"),
        (false, "") => count,
        (false, where_) => format!("{count}, all where {where_}"),
    };
    Some(Region {
        interaction,
        pairs: inside.len(),
        span,
        whole,
        words,
    })
}

/// The doses of a drug from one index to another, in words; none if that is all of them above 0.
fn condition(matrix: &Matrix, drug: usize, [first, last]: [usize; 2]) -> Option<String> {
    let doses = &matrix.drugs()[drug];
    let end = doses.values.len() - 1;
    let [low, high] = [first, last].map(|k| amount(doses.values[k], &doses.unit));
    let name = &doses.name;
    match (first == 1, last == end) {
        (true, true) => None,
        _ if first == last => Some(format!("{name} = {low}")),
        (false, true) => Some(format!("{name} ≥ {low}")),
        (true, false) => Some(format!("{name} ≤ {high}")),
        (false, false) => Some(format!("{name} is {low} to {high}")),
    }
}

fn signed(excess: f64) -> String {
    format!("{excess:+.3}").replace('-', "−")
}

pub(super) fn amount(dose: f64, unit: &str) -> String {
    let number = warmfront_view::number::format_number(dose);
    format!("{number} {unit}").trim_end().to_owned()
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synergy::Doses;

    fn matrix(n: usize, m: usize, excess: impl Fn(usize, usize) -> f64) -> Matrix {
        let drug = |name: &str, count: usize| Doses {
            name: name.to_owned(),
            unit: "mg".to_owned(),
            values: (0..count).map(|k| k as f64 * 0.5).collect(),
        };
        let row = |i: usize| {
            let both = |j: usize| if i * j > 0 { 0.3 + excess(i, j) } else { 0.0 };
            (0..m).map(both).collect()
        };
        // Singles without effect: the Bliss excess is the effect.
        let effects = (0..n).map(row).collect();
        Matrix::from_effects([drug("mek", n), drug("pdl1", m)], effects).expect("valid")
    }

    fn regions(of: impl Fn(usize, usize) -> f64) -> Vec<String> {
        let m = matrix(5, 4, |i, j| of(i, j) - 0.3);
        let summary = Summary::of(&m, Metric::Bliss).expect("defined");
        summary.regions.into_iter().map(|r| r.words).collect()
    }

    #[test]
    fn regions_are_said_as_a_person_would() {
        assert_eq!(regions(|_, _| 0.1), ["synergistic at every dose pair"]);
        assert_eq!(
            regions(|i, _| if i >= 2 { -0.1 } else { 0.0 }),
            ["antagonistic where mek ≥ 1 mg"]
        );
        assert_eq!(
            regions(|i, j| if i <= 2 && j == 2 { 0.1 } else { -0.1 }),
            [
                "synergistic where mek ≤ 1 mg and pdl1 = 1 mg",
                "antagonistic at 10 of 12 dose pairs"
            ]
        );
        assert_eq!(
            regions(|i, j| if i + j > 5 { 0.1 } else { 0.0 }),
            ["synergistic at 3 of 12 dose pairs, all where mek ≥ 1.5 mg and pdl1 ≥ 1 mg"]
        );
        assert!(regions(|_, _| 0.019).is_empty());
    }

    #[test]
    fn numbers_are_those_of_the_grid() {
        let m = matrix(3, 3, |i, j| if (i, j) == (2, 1) { 0.1 } else { -0.34 });
        let s = Summary::of(&m, Metric::Bliss).expect("defined");
        assert!((s.mean - (0.4 - 3.0 * 0.04) / 4.0).abs() < 1e-12);
        assert_eq!((s.largest.cell, s.largest.doses), ([2, 1], [1.0, 0.5]));
        assert_eq!((s.synergistic, s.antagonistic), (0.25, 0.75));
        assert_eq!(s.additivity, Additivity::More);
        let words = s.words(&m);
        assert!(
            words.starts_with("More than additive (Bliss): mean excess +0.070 over 4 dose pairs"),
            "{words}"
        );
        assert!(
            words.contains("largest +0.400 at mek 1 mg and pdl1 0.5 mg"),
            "{words}"
        );
        assert_eq!(s.strongest_words(), "largest synergy");
    }

    #[test]
    fn a_negative_mean_names_the_strongest_antagonism() {
        let m = matrix(3, 3, |i, j| -0.3 - 0.04 * (i * j) as f64);
        let s = Summary::of(&m, Metric::Bliss).expect("defined");
        assert_eq!((s.largest.cell, s.strongest().cell), ([1, 1], [2, 2]));
        assert_eq!(s.strongest_words(), "strongest antagonism");
        let words = s.words(&m);
        assert!(
            words.contains("over 4 dose pairs, lowest −0.160 at mek 1 mg and pdl1 1 mg"),
            "{words}"
        );
        // Means say how many pairs are behind them where some have none.
        let mut some = Metric::Bliss.excess(&m);
        some[1][1] = Err(crate::synergy::Reason::BeyondSingle);
        let s = Summary::of_excess(&m, Metric::Bliss, &some).expect("defined");
        assert_eq!(s.coverage(), "3 of 4 dose pairs");
    }
}
