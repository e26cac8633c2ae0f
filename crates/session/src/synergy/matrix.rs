//! The dose matrix: doses of two drugs and the effect of every pair.

use warmfront_model::{Better, counted};

use super::curve::{Base, Hill};
use super::{Grid, Reason, Value};

/// How far above the largest rise that was found a fitted curve may level off, as a factor.
const RISE: f64 = 10.0;

/// What is wrong with a dose matrix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("dose matrix: {0}")]
pub struct SynergyError(String);

/// The doses of one drug.
#[derive(Debug, Clone, PartialEq)]
pub struct Doses {
    /// Name of the drug.
    pub name: String,
    /// Unit of the doses; may be empty.
    pub unit: String,
    /// Doses, rising from 0.
    pub values: Vec<f64>,
}

impl Doses {
    /// Dose at a position between two doses of the list: 1.5 is halfway from dose 1 to dose 2. Halfway
    /// is meant in the logarithm, except below the smallest dose above 0, where it is linear.
    pub fn at(&self, position: f64) -> f64 {
        let last = self.values.len() - 1;
        let below = (position.max(0.0) as usize).min(last);
        let (a, b) = (self.values[below], self.values[(below + 1).min(last)]);
        let t = (position - below as f64).clamp(0.0, 1.0);
        if t == 0.0 {
            a
        } else if a > 0.0 {
            a * (b / a).powf(t)
        } else {
            b * t
        }
    }

    fn check(&self) -> Result<(), SynergyError> {
        let error = |what: &str| Err(SynergyError(format!("doses of `{}`: {what}", self.name)));
        if self.values.len() < 2 {
            return error("0 and at least one more are needed");
        }
        if self.values[0] != 0.0 {
            return error("the first must be 0: each drug alone is the reference");
        }
        if !self.values.iter().all(|d| d.is_finite()) || !self.values.is_sorted_by(|a, b| a < b) {
            return error("they must be finite and rise");
        }
        Ok(())
    }
}

/// Effects of all pairs of doses of two drugs: `f = 1 − V / V_control` where less of V is better, and
/// `f = V / V_control − 1` where more is.
///
/// A pair that could not be computed has a [`Reason`] instead of an effect. It costs what is computed from
/// that pair, and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    drugs: [Doses; 2],
    better: Better,
    effects: Grid<Value>,
    replicates: Vec<Grid<Option<f64>>>,
}

impl Matrix {
    /// From effects on a burden, a row for each dose of drug 1 and a column for each dose of drug 2.
    ///
    /// # Errors
    /// Doses that do not rise from 0, a grid of another shape, numbers that are not finite, an effect
    /// without drugs.
    pub fn from_effects(drugs: [Doses; 2], effects: Grid<f64>) -> Result<Self, SynergyError> {
        check_grid(&found(&effects), shape(&drugs)?)?;
        if effects[0][0].abs() > 1e-9 {
            let what = format!("the effect without drugs is {}, not 0", effects[0][0]);
            return Err(SynergyError(what));
        }
        Ok(Self {
            drugs,
            better: Better::Less,
            effects: effects
                .into_iter()
                .map(|row| row.into_iter().map(Ok).collect())
                .collect(),
            replicates: Vec::new(),
        })
    }

    /// From burdens in any unit; the one without drugs is the control.
    ///
    /// # Errors
    /// As [`Matrix::from_effects`], and a control that is not above 0.
    pub fn from_burdens(drugs: [Doses; 2], burdens: &Grid<f64>) -> Result<Self, SynergyError> {
        let mut matrix = Self::from_replicates(drugs, Better::Less, &[found(burdens)])?;
        matrix.replicates.clear();
        Ok(matrix)
    }

    /// From an observable under several random seeds, `[seed][dose 1][dose 2]`, with nothing where a pair
    /// could not be computed. Each seed has its own control; the matrix is the mean of the effects, of each
    /// pair over the seeds that have it. A seed whose control is missing or not above 0 is left out.
    ///
    /// # Errors
    /// As [`Matrix::from_effects`], no seed at all, and no seed with a control above 0.
    pub fn from_replicates(
        drugs: [Doses; 2],
        better: Better,
        values: &[Grid<Option<f64>>],
    ) -> Result<Self, SynergyError> {
        let shape = shape(&drugs)?;
        let mut replicates = Vec::with_capacity(values.len());
        let mut control = None;
        for value in values {
            check_grid(value, shape)?;
            match value[0][0] {
                Some(v) if v > 0.0 => replicates.push(effects(value, v, better)),
                other => control = other.or(control),
            }
        }
        let all: Vec<usize> = (0..replicates.len()).collect();
        let effects = mean_of(&replicates, &all).ok_or_else(|| {
            SynergyError(match (values.is_empty(), control) {
                (true, _) => "no random seed is given".to_owned(),
                (false, Some(v)) => {
                    format!("without drugs the compared value is {v}; it must be above 0")
                }
                (false, None) => {
                    "the case without drugs, which all others are compared with, could not be computed"
                        .to_owned()
                }
            })
        })?;
        Ok(Self {
            drugs,
            better,
            effects,
            replicates,
        })
    }

    /// The two drugs.
    pub fn drugs(&self) -> &[Doses; 2] {
        &self.drugs
    }

    /// What of the observable is better.
    pub fn better(&self) -> Better {
        self.better
    }

    /// Effects, a row for each dose of drug 1.
    pub fn effects(&self) -> &Grid<Value> {
        &self.effects
    }

    /// Effects of each random seed; empty if there was one run only.
    pub fn replicates(&self) -> &[Grid<Option<f64>>] {
        &self.replicates
    }

    /// Random seeds that have an effect of a pair.
    pub fn seeds(&self, i: usize, j: usize) -> usize {
        let has = |r: &&Grid<Option<f64>>| r[i][j].is_some();
        self.replicates.iter().filter(has).count()
    }

    /// Number of doses of drug 1 and of drug 2.
    pub fn shape(&self) -> [usize; 2] {
        [self.drugs[0].values.len(), self.drugs[1].values.len()]
    }

    /// Effects of drug 0 or 1 alone, in the order of its doses.
    pub fn single(&self, drug: usize) -> Vec<Value> {
        if drug == 0 {
            self.effects.iter().map(|row| row[0]).collect()
        } else {
            self.effects[0].clone()
        }
    }

    /// What is left of the control's value at an effect.
    pub(super) fn left(&self, effect: f64) -> f64 {
        match self.better {
            Better::Less => 1.0 - effect,
            Better::More => 1.0 + effect,
        }
    }

    /// Effect of two drugs that act independently: what each leaves multiplies.
    pub fn independent(&self, f1: f64, f2: f64) -> f64 {
        match self.better {
            Better::Less => f1 + f2 - f1 * f2,
            Better::More => f1 + f2 + f1 * f2,
        }
    }

    /// A curve through the effects that there are. Less than nothing cannot be left of a burden, so its
    /// effects end at 1; a rise has no such end.
    pub(super) fn curve(
        &self,
        doses: &[f64],
        effects: &[Value],
        base: Base,
    ) -> Result<Hill, Reason> {
        let both = doses.iter().zip(effects);
        let there = both.filter_map(|(d, f)| Some((*d, f.ok()?)));
        let (doses, effects): (Vec<f64>, Vec<f64>) = there.unzip();
        let ceiling = match self.better {
            Better::Less => 1.0,
            Better::More => RISE * effects.iter().copied().fold(1.0, f64::max),
        };
        Hill::fit_below(ceiling, &doses, &effects, base)
    }

    /// The same doses with the mean effects of some seeds (repetition allowed).
    pub(super) fn resampled(&self, seeds: &[usize]) -> Option<Self> {
        Some(Self {
            drugs: self.drugs.clone(),
            better: self.better,
            effects: mean_of(&self.replicates, seeds)?,
            replicates: Vec::new(),
        })
    }

    /// A grid of something for each pair.
    pub(super) fn map<T>(&self, mut value: impl FnMut(usize, usize) -> T) -> Grid<T> {
        let [n, m] = self.shape();
        (0..n)
            .map(|i| (0..m).map(|j| value(i, j)).collect())
            .collect()
    }
}

fn shape(drugs: &[Doses; 2]) -> Result<[usize; 2], SynergyError> {
    drugs.iter().try_for_each(Doses::check)?;
    Ok([drugs[0].values.len(), drugs[1].values.len()])
}

/// A grid without gaps as one that may have some.
fn found(grid: &Grid<f64>) -> Grid<Option<f64>> {
    let row = |row: &Vec<f64>| row.iter().copied().map(Some).collect();
    grid.iter().map(row).collect()
}

fn check_grid(grid: &Grid<Option<f64>>, [n, m]: [usize; 2]) -> Result<(), SynergyError> {
    if grid.len() != n || grid.iter().any(|row| row.len() != m) {
        let found = grid.first().map_or(0, Vec::len);
        return Err(SynergyError(format!(
            "{} of {}; {n} doses of drug 1 and {m} of drug 2 need {n} rows of {m}",
            counted(grid.len(), "row"),
            counted(found, "value")
        )));
    }
    for (i, row) in grid.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            if let Some(v) = value.filter(|v| !v.is_finite()) {
                return Err(SynergyError(format!(
                    "row {i}, column {j} is {v}, not a finite number"
                )));
            }
        }
    }
    Ok(())
}

fn effects(values: &Grid<Option<f64>>, control: f64, better: Better) -> Grid<Option<f64>> {
    let effect = |v: &Option<f64>| v.map(|v| better.gain(1.0, v / control));
    let row = |row: &Vec<Option<f64>>| row.iter().map(effect).collect();
    values.iter().map(row).collect()
}

/// Mean of each pair over the seeds that have it; none without any seed.
fn mean_of(replicates: &[Grid<Option<f64>>], seeds: &[usize]) -> Option<Grid<Value>> {
    let chosen: Option<Vec<_>> = seeds.iter().map(|s| replicates.get(*s)).collect();
    let chosen = chosen?;
    let first = chosen.first()?;
    let mean = |i: usize, j: usize| {
        let there = || chosen.iter().filter_map(|grid| grid[i][j]);
        let sum = there().reduce(|a, b| a + b).ok_or(Reason::Missing)?;
        Ok(sum / there().count() as f64)
    };
    let row = |(i, row): (usize, &Vec<_>)| (0..row.len()).map(|j| mean(i, j)).collect();
    Some(first.iter().enumerate().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drug(values: &[f64]) -> Doses {
        Doses {
            name: "a".to_owned(),
            unit: "mg".to_owned(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn each_seed_has_its_own_control() -> Result<(), SynergyError> {
        let drugs = [drug(&[0.0, 1.0]), drug(&[0.0, 2.0])];
        let burdens = [
            found(&vec![vec![2.0, 1.0], vec![1.0, 0.5]]),
            found(&vec![vec![4.0, 1.0], vec![2.0, 1.0]]),
        ];
        let m = Matrix::from_replicates(drugs, Better::Less, &burdens)?;
        assert_eq!(
            m.effects(),
            &vec![vec![Ok(0.0), Ok(0.625)], vec![Ok(0.5), Ok(0.75)]]
        );
        assert_eq!(
            (m.single(0), m.single(1)),
            (vec![Ok(0.0), Ok(0.5)], vec![Ok(0.0), Ok(0.625)])
        );
        assert_eq!((m.replicates().len(), m.seeds(1, 1)), (2, 2));
        Ok(())
    }

    #[test]
    fn a_gap_costs_its_own_pair() -> Result<(), SynergyError> {
        let drugs = || [drug(&[0.0, 1.0]), drug(&[0.0, 2.0])];
        let mut burdens = vec![found(&vec![vec![2.0, 1.0], vec![1.0, 0.5]]); 3];
        burdens[0][1][1] = None;
        burdens[1][0][0] = None;
        burdens[2][1][1] = Some(1.0);
        let m = Matrix::from_replicates(drugs(), Better::Less, &burdens)?;
        // The second seed has no control; of the other two, one has the pair.
        assert_eq!(
            (m.replicates().len(), m.seeds(1, 1), m.seeds(0, 1)),
            (2, 1, 2)
        );
        assert_eq!(m.effects()[1], vec![Ok(0.5), Ok(0.5)]);
        burdens[2][1][1] = None;
        let m = Matrix::from_replicates(drugs(), Better::Less, &burdens)?;
        assert_eq!(m.effects()[1], vec![Ok(0.5), Err(Reason::Missing)]);
        let none = vec![vec![vec![None; 2]; 2]];
        let e = Matrix::from_replicates(drugs(), Better::Less, &none).expect_err("refused");
        assert!(e.to_string().contains("without drugs"), "{e}");
        Ok(())
    }

    #[test]
    fn doses_between_are_logarithmic_above_the_smallest() {
        let d = drug(&[0.0, 1.0, 100.0]);
        assert_eq!(
            [d.at(0.0), d.at(0.5), d.at(1.0), d.at(2.0)],
            [0.0, 0.5, 1.0, 100.0]
        );
        assert!((d.at(1.5) - 10.0).abs() < 1e-12);
        assert_eq!(d.at(9.0), 100.0);
    }

    #[test]
    fn bad_matrices_say_what_is_allowed() {
        let made = |doses: &[f64], burdens: Grid<f64>| {
            let drugs = [drug(doses), drug(&[0.0, 1.0])];
            let e = Matrix::from_burdens(drugs, &burdens).expect_err("refused");
            e.to_string()
        };
        let good = vec![vec![1.0, 0.5], vec![0.5, 0.2]];
        assert!(made(&[0.5, 1.0], good.clone()).contains("first must be 0"));
        assert!(made(&[0.0], good.clone()).contains("at least one more"));
        assert!(made(&[0.0, 2.0, 1.0], good).contains("rise"));
        assert!(made(&[0.0, 1.0], vec![vec![1.0, 0.5]]).contains("2 rows of 2"));
        assert!(made(&[0.0, 1.0], vec![vec![1.0, f64::NAN], vec![1.0, 1.0]]).contains("finite"));
        assert!(made(&[0.0, 1.0], vec![vec![0.0, 1.0], vec![1.0, 1.0]]).contains("above 0"));
        let none =
            Matrix::from_replicates([drug(&[0.0, 1.0]), drug(&[0.0, 1.0])], Better::Less, &[]);
        assert!(none.is_err());
    }
}
