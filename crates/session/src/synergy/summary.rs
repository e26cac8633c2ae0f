//! A grid of excesses in a few numbers and words.

use warmfront_model::counted;

use super::{Grid, Matrix, Metric, Value};
use crate::effect::Standing;

/// Which way drugs influence each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interaction {
    /// Excess above [`Standing::ABOUT`].
    Synergistic,
    /// Excess below minus that.
    Antagonistic,
}

impl Interaction {
    /// The word, which depends on the reference.
    pub fn word(self, metric: Metric) -> &'static str {
        let [more, less] = metric.sides();
        match self {
            Self::Synergistic => more,
            Self::Antagonistic => less,
        }
    }

    fn applies(self, excess: f64) -> bool {
        let wanted = match self {
            Self::Synergistic => Standing::More,
            Self::Antagonistic => Standing::Less,
        };
        Standing::of(excess) == wanted
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
    /// How the mean stands against the reference.
    pub standing: Standing,
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
        let kinds = [Interaction::Synergistic, Interaction::Antagonistic];
        Some(Self {
            metric,
            mean,
            defined: found.len(),
            pairs: pairs(matrix),
            largest: extreme(found.iter().max_by(by)?),
            smallest: extreme(found.iter().min_by(by)?),
            synergistic: share(Interaction::Synergistic),
            antagonistic: share(Interaction::Antagonistic),
            standing: Standing::of(mean),
            regions: kinds
                .into_iter()
                .filter_map(|kind| region((matrix, metric), &found, kind))
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

    /// What [`Summary::strongest`] is, with its reference: `largest Bliss synergy`.
    pub fn strongest_words(&self) -> String {
        let label = self.metric.label();
        match (self.mean < 0.0, Standing::of(self.strongest().excess)) {
            _ if self.metric == Metric::Hsa => match self.mean < 0.0 {
                true => "lowest excess over the highest single agent".to_owned(),
                false => "largest excess over the highest single agent".to_owned(),
            },
            (true, Standing::Less) => format!("strongest {label} antagonism"),
            (true, _) => format!("lowest {label} excess"),
            (false, Standing::More) => format!("largest {label} synergy"),
            (false, _) => format!("largest {label} excess"),
        }
    }

    /// `12 dose pairs`, or `6 of 12 dose pairs` where not all have an excess.
    pub fn coverage(&self) -> String {
        let all = counted(self.pairs, "dose pair");
        match self.defined == self.pairs {
            true => all,
            false => format!("{} of {all}", self.defined),
        }
    }

    /// The verdict on the mean, and [`Summary::details`].
    pub fn words(&self, matrix: &Matrix) -> String {
        let verdict = capital(self.metric.words(self.mean));
        format!("{verdict}: {}", self.details(matrix))
    }

    /// Mean, the end that stands out, and where there is synergy or antagonism, in one sentence.
    pub fn details(&self, matrix: &Matrix) -> String {
        let strongest = self.strongest();
        let extreme = match self.mean < 0.0 {
            true => "lowest",
            false => "largest",
        };
        let mut text = format!(
            "mean excess {} over {}, {extreme} {} at {}",
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

/// How many pairs have both doses above 0.
fn pairs(matrix: &Matrix) -> usize {
    matrix.shape().map(|n| n - 1).iter().product()
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
    (matrix, metric): (&Matrix, Metric),
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
    let word = interaction.word(metric);
    let all = counted(found.len(), "dose pair");
    let count = format!("{word} at {} of {all}", inside.len());
    let words = match (whole, conditions.as_str()) {
        (true, "") if found.len() < pairs(matrix) => {
            format!("{word} at every dose pair that has an excess")
        }
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

/// A signed number with three decimals and a real minus.
pub(crate) fn signed(excess: f64) -> String {
    match format!("{excess:+.3}").as_str() {
        "-0.000" => "+0.000".to_owned(),
        text => text.replace('-', "−"),
    }
}

pub(super) fn amount(dose: f64, unit: &str) -> String {
    let number = warmfront_view::number::format_number(dose);
    format!("{number} {unit}").trim_end().to_owned()
}

/// A text that begins with a capital letter.
pub(crate) fn capital(text: &str) -> String {
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
        assert_eq!(s.standing, Standing::More);
        let words = s.words(&m);
        assert!(
            words.starts_with("Bliss synergy: mean excess +0.070 over 4 dose pairs"),
            "{words}"
        );
        assert!(
            words.contains("largest +0.400 at mek 1 mg and pdl1 0.5 mg"),
            "{words}"
        );
        assert_eq!(s.strongest_words(), "largest Bliss synergy");
    }

    #[test]
    fn a_negative_mean_names_the_strongest_antagonism() {
        let m = matrix(3, 3, |i, j| -0.3 - 0.04 * (i * j) as f64);
        let s = Summary::of(&m, Metric::Bliss).expect("defined");
        assert_eq!((s.largest.cell, s.strongest().cell), ([1, 1], [2, 2]));
        assert_eq!(s.strongest_words(), "strongest Bliss antagonism");
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
        let one = matrix(2, 2, |_, _| -0.2);
        let s = Summary::of(&one, Metric::Bliss).expect("defined");
        assert_eq!(s.coverage(), "1 dose pair");
    }

    #[test]
    fn every_verdict_names_its_reference() {
        for metric in Metric::ALL {
            let label = match metric {
                Metric::Hsa => "highest single agent",
                other => other.label(),
            };
            for excess in [-0.2, -0.04, 0.0, 0.04, 0.2] {
                let words = metric.words(excess);
                assert!(words.contains(label), "{words}");
                assert!(metric.uncertain().contains(label));
            }
        }
        let m = matrix(3, 3, |_, _| -0.2);
        let s = Summary::of(&m, Metric::Hsa).expect("defined");
        assert!(
            s.words(&m)
                .ends_with("beyond the highest single agent at every dose pair."),
            "{}",
            s.words(&m)
        );
    }
}
