//! The dose matrix: doses of two drugs and the effect of every pair.

use super::Grid;

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

/// Effects of all pairs of doses of two drugs, `f = 1 − V / V_control`.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    drugs: [Doses; 2],
    effects: Grid<f64>,
    replicates: Vec<Grid<f64>>,
}

impl Matrix {
    /// From effects, a row for each dose of drug 1 and a column for each dose of drug 2.
    ///
    /// # Errors
    /// Doses that do not rise from 0, a grid of another shape, numbers that are not finite, an effect
    /// without drugs.
    pub fn from_effects(drugs: [Doses; 2], effects: Grid<f64>) -> Result<Self, SynergyError> {
        let shape = shape(&drugs)?;
        check_grid(&effects, shape)?;
        if effects[0][0].abs() > 1e-9 {
            let what = format!("the effect without drugs is {}, not 0", effects[0][0]);
            return Err(SynergyError(what));
        }
        Ok(Self {
            drugs,
            effects,
            replicates: Vec::new(),
        })
    }

    /// From burdens in any unit; the one without drugs is the control.
    ///
    /// # Errors
    /// As [`Matrix::from_effects`], and a control that is not above 0.
    pub fn from_burdens(drugs: [Doses; 2], burdens: &Grid<f64>) -> Result<Self, SynergyError> {
        check_grid(burdens, shape(&drugs)?)?;
        Self::from_effects(drugs, effects(burdens)?)
    }

    /// From burdens of several random seeds, `[seed][dose 1][dose 2]`. Each seed has its own control;
    /// the matrix is the mean of the effects.
    ///
    /// # Errors
    /// As [`Matrix::from_burdens`], and no seed at all.
    pub fn from_replicates(drugs: [Doses; 2], burdens: &[Grid<f64>]) -> Result<Self, SynergyError> {
        let shape = shape(&drugs)?;
        let mut replicates = Vec::with_capacity(burdens.len());
        for burden in burdens {
            check_grid(burden, shape)?;
            replicates.push(effects(burden)?);
        }
        let all: Vec<usize> = (0..replicates.len()).collect();
        let mean = mean_of(&replicates, &all)
            .ok_or_else(|| SynergyError("no random seed is given".to_owned()))?;
        let mut matrix = Self::from_effects(drugs, mean)?;
        matrix.replicates = replicates;
        Ok(matrix)
    }

    /// The two drugs.
    pub fn drugs(&self) -> &[Doses; 2] {
        &self.drugs
    }

    /// Effects, a row for each dose of drug 1.
    pub fn effects(&self) -> &Grid<f64> {
        &self.effects
    }

    /// Effects of each random seed; empty if there was one run only.
    pub fn replicates(&self) -> &[Grid<f64>] {
        &self.replicates
    }

    /// Number of doses of drug 1 and of drug 2.
    pub fn shape(&self) -> [usize; 2] {
        [self.drugs[0].values.len(), self.drugs[1].values.len()]
    }

    /// Effects of drug 0 or 1 alone, in the order of its doses.
    pub fn single(&self, drug: usize) -> Vec<f64> {
        if drug == 0 {
            self.effects.iter().map(|row| row[0]).collect()
        } else {
            self.effects[0].clone()
        }
    }

    /// The same doses with the mean effects of some seeds (repetition allowed).
    pub(super) fn resampled(&self, seeds: &[usize]) -> Option<Self> {
        Some(Self {
            drugs: self.drugs.clone(),
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

fn check_grid(grid: &Grid<f64>, [n, m]: [usize; 2]) -> Result<(), SynergyError> {
    if grid.len() != n || grid.iter().any(|row| row.len() != m) {
        let found = grid.first().map_or(0, Vec::len);
        return Err(SynergyError(format!(
            "{} rows of {found} values; {n} doses of drug 1 and {m} of drug 2 need {n} rows of {m}",
            grid.len()
        )));
    }
    for (i, row) in grid.iter().enumerate() {
        if let Some(j) = row.iter().position(|v| !v.is_finite()) {
            return Err(SynergyError(format!(
                "row {i}, column {j} is {}, not a finite number",
                row[j]
            )));
        }
    }
    Ok(())
}

fn effects(burdens: &Grid<f64>) -> Result<Grid<f64>, SynergyError> {
    let control = burdens[0][0];
    if control <= 0.0 {
        return Err(SynergyError(format!(
            "the burden without drugs is {control}; it must be above 0"
        )));
    }
    let row = |row: &Vec<f64>| row.iter().map(|v| 1.0 - v / control).collect();
    Ok(burdens.iter().map(row).collect())
}

fn mean_of(replicates: &[Grid<f64>], seeds: &[usize]) -> Option<Grid<f64>> {
    let mut sum = replicates.get(*seeds.first()?)?.clone();
    for &seed in &seeds[1..] {
        for (total, row) in sum.iter_mut().zip(replicates.get(seed)?) {
            total.iter_mut().zip(row).for_each(|(t, v)| *t += v);
        }
    }
    let count = seeds.len() as f64;
    sum.iter_mut().flatten().for_each(|v| *v /= count);
    Some(sum)
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
            vec![vec![2.0, 1.0], vec![1.0, 0.5]],
            vec![vec![4.0, 1.0], vec![2.0, 1.0]],
        ];
        let m = Matrix::from_replicates(drugs, &burdens)?;
        assert_eq!(m.effects(), &vec![vec![0.0, 0.625], vec![0.5, 0.75]]);
        assert_eq!(
            (m.single(0), m.single(1)),
            (vec![0.0, 0.5], vec![0.0, 0.625])
        );
        assert_eq!(m.replicates().len(), 2);
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
        let none = Matrix::from_replicates([drug(&[0.0, 1.0]), drug(&[0.0, 1.0])], &[]);
        assert!(none.is_err());
    }
}
