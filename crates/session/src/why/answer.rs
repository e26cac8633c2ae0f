//! The table: one row for each link that was taken away, with the spread over the replicates.

use serde::Serialize;
/// Lowest, mean and highest of the replicates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Mean; of folds the geometric one.
    pub mean: f64,
    /// Lowest.
    pub low: f64,
    /// Highest.
    pub high: f64,
}

/// What one seed gave with one link taken away, or with none.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// Burden of each arm of the scenario, in the observable's unit.
    pub burden: Vec<Option<f64>>,
    /// Burden over that of the control without the same link.
    pub relative: Vec<Option<f64>>,
    /// Share of each arm's log-reduction that the link carries; none for the control and without effect.
    pub share: Vec<Option<f64>>,
    /// Bliss excess of the combination.
    pub bliss: Option<f64>,
    /// Fold of the combination.
    pub fold: Option<f64>,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Identifier; empty for the row in which nothing is taken away.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Other links of the model that it contains, by identifier; empty for most.
    pub contains: Vec<String>,
    /// Whether these make up all of it.
    pub together: bool,
    /// What it is.
    pub explanation: String,
    /// Source.
    pub cite: String,
    /// Whether it changes anything in this scenario; a link that does not was not run.
    pub at_work: bool,
    /// One for each seed, in their order; empty where it was not run.
    pub measured: Vec<Measured>,
    /// Why a run ended early.
    pub failure: Option<String>,
    /// What the numbers say.
    pub reading: String,
}

/// The whole table.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Model time of all burdens.
    pub time: f64,
    /// Arms of the scenario: identifier and name.
    pub arms: Vec<(String, String)>,
    /// Seeds.
    pub seeds: Vec<u32>,
    /// The arm without drugs.
    pub control: usize,
    /// The arm whose effect is shared out.
    pub focus: usize,
    /// The arms that `focus` combines; empty where it is no combination whose parts were run.
    pub singles: Vec<usize>,
    /// Nothing taken away, then every link that was asked about.
    pub links: Vec<Link>,
}

impl Link {
    /// What it contains: `mhc1_gain and til_protection together`; empty where it contains no other link.
    pub fn parts(&self) -> String {
        let list = match self.contains.as_slice() {
            [] => return String::new(),
            [one] => one.clone(),
            [most @ .., last] => format!("{} and {last}", most.join(", ")),
        };
        match self.together && self.contains.len() > 1 {
            true => format!("{list} together"),
            false => format!("{list} and more"),
        }
    }
}

impl Answer {
    /// Whether the arm that is explained is a combination whose parts were run.
    pub fn is_combination(&self) -> bool {
        !self.singles.is_empty()
    }

    /// Burden of an arm over its own control, in a row of the table.
    pub fn relative(&self, row: usize, arm: usize) -> Option<Spread> {
        self.spread(row, |m| m.relative[arm])
    }

    /// Burden of an arm, in a row of the table.
    pub fn burden(&self, row: usize, arm: usize) -> Option<Spread> {
        self.spread(row, |m| m.burden[arm])
    }

    /// Share of an arm's log-reduction that the link of a row carries.
    pub fn share(&self, row: usize, arm: usize) -> Option<Spread> {
        self.spread(row, |m| m.share[arm])
    }

    /// Bliss excess, in a row of the table.
    pub fn bliss(&self, row: usize) -> Option<Spread> {
        self.spread(row, |m| m.bliss)
    }

    /// Fold, in a row of the table.
    pub fn fold(&self, row: usize) -> Option<Spread> {
        let logs = self.spread(row, |m| m.fold.map(f64::ln).filter(|f| f.is_finite()))?;
        Some(Spread {
            mean: logs.mean.exp(),
            low: logs.low.exp(),
            high: logs.high.exp(),
        })
    }

    /// Over the replicates; none where one of them has no value.
    fn spread(&self, row: usize, value: impl Fn(&Measured) -> Option<f64>) -> Option<Spread> {
        let values: Option<Vec<f64>> = self.links[row].measured.iter().map(value).collect();
        Spread::of(&values?)
    }
}

impl Spread {
    fn of(values: &[f64]) -> Option<Self> {
        let n = values.len();
        (n > 0).then(|| Self {
            mean: values.iter().sum::<f64>() / n as f64,
            low: values.iter().copied().fold(f64::INFINITY, f64::min),
            high: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}
