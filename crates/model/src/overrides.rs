//! Changes to a scenario from outside its file: the options of the command line, the app's sliders.
//!
//! The same rules hold as in files. Errors name the option instead of a line: `in --set: …`.

use std::borrow::Borrow;

use crate::error::Error;
use crate::model::Model;
use crate::number::plain;
use crate::regimen::check_amount;
use crate::scenario::{Grid, SINGLE_ARM, Scenario, Shown, Switchable, Time};

/// Fewest cells along x and y, and along z when there is more than one.
const FEWEST_CELLS: u32 = 8;

/// Shortest and longest spacing of a grid: their squares must fit single precision with room to spare.
const SPACING: [f64; 2] = [1e-12, 1e12];

/// Most cells of a grid.
const MOST_CELLS: u64 = 1 << 31;

/// Most time steps or rows of one run.
const MOST_STEPS: f64 = 1e9;

/// Cells along the longest axis with `--small`, in 2D and in 3D.
const SMALL: [u32; 2] = [64, 24];

/// What to change. Absent options change nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// Duration in days (`--days`), or in time units when the model's unit is no clock time.
    pub days: Option<f64>,
    /// Cells along x, y, z (`--grid`). The domain keeps its size, so the spacing changes.
    pub grid: Option<[u32; 3]>,
    /// Time step in the model's unit (`--dt`).
    pub step: Option<f64>,
    /// Time between rows in days (`--every`).
    pub every_days: Option<f64>,
    /// Parameter and value, in every arm (`--set`).
    pub set: Vec<(String, f64)>,
    /// Drug and amount of one dose in the drug's unit, in the arms that get it (`--dose`).
    pub dose: Vec<(String, f64)>,
    /// Seed of the random maps (`--seed`).
    pub seed: Option<u32>,
    /// Processes and transports switched off, beside those of the scenario (`--off`).
    pub off: Vec<String>,
    /// Arms kept, in the scenario's order (`--arm`); none or `all`: all.
    pub arms: Option<Vec<String>>,
    /// At most 64 cells along an axis, 24 in 3D; same domain (`--small`).
    pub small: bool,
}

impl Overrides {
    /// `256x128` or `64x64x32` as cells.
    ///
    /// # Errors
    /// Text of another form.
    pub fn parse_grid(text: &str) -> Result<[u32; 3], Error> {
        let parts: Result<Vec<u32>, _> = text.split(['x', 'X']).map(str::parse).collect();
        match parts.as_deref() {
            Ok([x, y]) => Ok([*x, *y, 1]),
            Ok([x, y, z]) => Ok([*x, *y, *z]),
            _ => Err(Error::new(format!("`{text}` is not a grid"))
                .help("write WIDTHxHEIGHT or WIDTHxHEIGHTxDEPTH, for example 256x256")
                .inside("in --grid")),
        }
    }

    /// `name=number`, as `--set` and `--dose` take it; `option` names the option in errors.
    ///
    /// # Errors
    /// Text of another form.
    pub fn parse_assignment(text: &str, option: &str) -> Result<(String, f64), Error> {
        let parsed = text
            .split_once('=')
            .and_then(|(name, v)| Some((name.trim().to_owned(), v.trim().parse().ok()?)));
        parsed.ok_or_else(|| {
            Error::new(format!("`{text}` is not an assignment"))
                .help("write NAME=NUMBER, without spaces")
                .inside(&format!("in {option}"))
        })
    }
}

/// Cells along x, y and perhaps z.
pub(crate) fn check_cells(cells: &[u32]) -> Result<(), Error> {
    if !(2..=3).contains(&cells.len()) {
        return Err(Error::new(format!("`cells` has {} numbers", cells.len()))
            .help("give the cells along x and y, and along z in 3D, for example [128, 128]"));
    }
    for (axis, n) in ["x", "y", "z"].iter().zip(cells) {
        if *n < FEWEST_CELLS && !(*axis == "z" && *n == 1) {
            let z = if *axis == "z" { " (or 1 for 2D)" } else { "" };
            return Err(Error::new(format!("{n} cells along {axis} are too few"))
                .help(format!("at least {FEWEST_CELLS}{z} are needed")));
        }
    }
    let total = cells
        .iter()
        .try_fold(1_u64, |product, n| product.checked_mul(u64::from(*n)));
    if total.is_none_or(|t| t > MOST_CELLS) {
        return Err(
            Error::new(format!("a grid of {cells:?} has too many cells"))
                .help(format!("at most {MOST_CELLS} cells are allowed in all")),
        );
    }
    Ok(())
}

/// A spacing whose square is a number in single precision.
pub(crate) fn check_spacing(values: &[f64]) -> Result<(), Error> {
    let [low, high] = SPACING;
    match values.iter().find(|h| !(low..=high).contains(*h)) {
        None => Ok(()),
        Some(h) => Err(Error::new(format!(
            "`spacing` is {}, which is not a length from 1e-12 to 1e12",
            plain(*h)
        ))
        .help("choose a `length_unit` of the model in which the cells have a handy size")),
    }
}

/// A sane number of steps and rows.
pub(crate) fn check_steps(time: &Time) -> Result<(), Error> {
    for (key, every) in [("step", time.step), ("record_every", time.record_every)] {
        if time.duration / every > MOST_STEPS {
            return Err(Error::new(format!(
                "`{key}` is {} in a run of {}: more than {MOST_STEPS} of them",
                plain(every),
                plain(time.duration)
            ))
            .help(format!("give a larger `{key}` or a shorter `duration`")));
        }
    }
    Ok(())
}

/// Marks a process or a transport as off.
pub(crate) fn switch_off(
    model: &Model,
    name: &str,
    processes: &mut [bool],
    transports: &mut [bool],
) -> Result<(), Error> {
    match model.switchable(name)? {
        Switchable::Process(i) => processes[i] = true,
        Switchable::Transport(i) => transports[i] = true,
    }
    Ok(())
}

impl Model {
    /// The process or transport with this identifier.
    ///
    /// # Errors
    /// An unknown name, with the nearest valid one.
    pub fn switchable(&self, name: &str) -> Result<Switchable, Error> {
        let process = self.processes.iter().position(|p| p.id == name);
        let transport = self.transports.iter().position(|t| t.id == name);
        match (process, transport) {
            (Some(i), _) => Ok(Switchable::Process(i)),
            (None, Some(i)) => Ok(Switchable::Transport(i)),
            (None, None) => {
                let all = self.processes.iter().map(|p| p.id.as_str());
                let all = all.chain(self.transports.iter().map(|t| t.id.as_str()));
                Err(Error::unknown("process or transport", name, all))
            }
        }
    }

    /// The view or field with this identifier.
    ///
    /// # Errors
    /// An unknown name, with the nearest valid one.
    pub fn shown(&self, name: &str) -> Result<Shown, Error> {
        let view = self.views.iter().position(|v| v.id == name);
        let field = self.fields.iter().position(|f| f.id == name);
        match (view, field) {
            (Some(i), _) => Ok(Shown::View(i)),
            (None, Some(i)) => Ok(Shown::Field(i)),
            (None, None) => {
                let all = self.views.iter().map(|v| v.id.as_str());
                let all = all.chain(self.fields.iter().map(|f| f.id.as_str()));
                Err(Error::unknown("view or field", name, all))
            }
        }
    }
}

fn positive(value: f64, what: &str) -> Result<f64, Error> {
    if value.is_finite() && value > 0.0 {
        return Ok(value);
    }
    Err(Error::new(format!(
        "{} is not a {what}: a finite number > 0 is needed",
        plain(value)
    )))
}

impl Scenario {
    /// The same scenario with changes.
    ///
    /// # Errors
    /// The first change that is not allowed, with the option's name as its place.
    pub fn with(mut self, overrides: impl Borrow<Overrides>) -> Result<Self, Error> {
        let o = overrides.borrow();
        let day = self.model.units_per_day();
        if let Some(days) = o.days {
            let days = positive(days, "duration").map_err(|e| e.inside("in --days"))?;
            self.shorten(days * day);
        }
        if let Some(step) = o.step {
            self.time.step = positive(step, "time step").map_err(|e| e.inside("in --dt"))?;
        }
        if let Some(every) = o.every_days {
            let every = positive(every, "time").map_err(|e| e.inside("in --every"))?;
            self.time.record_every = every * day;
        }
        check_steps(&self.time)?;
        for (d, drug) in self.model.drugs.iter().enumerate() {
            let own = self.arms.iter().filter_map(|a| a.regimens[d].as_ref());
            for regimen in own.chain([&self.regimens[d]]) {
                regimen.check_count(self.time.duration).map_err(|mut e| {
                    e.what = format!("drug `{}`, {}", drug.id, e.what);
                    e
                })?;
            }
        }
        if let Some(cells) = o.grid {
            check_cells(&cells).map_err(|e| e.inside("in --grid"))?;
            self.grid = resized(self.grid, cells);
            check_spacing(&self.grid.spacing).map_err(|e| e.inside("in --grid"))?;
        }
        if o.small {
            let [x, y, z] = self.grid.cells;
            let most = SMALL[usize::from(self.grid.is_3d())];
            let factor = f64::from(x.max(y).max(z)) / f64::from(most);
            if factor > 1.0 {
                let fewer = |n: u32| {
                    let n = (f64::from(n) / factor).round() as u32;
                    n.max(FEWEST_CELLS)
                };
                let z = if z == 1 { 1 } else { fewer(z) };
                self.grid = resized(self.grid, [fewer(x), fewer(y), z]);
                check_spacing(&self.grid.spacing).map_err(|e| e.inside("in --small"))?;
            }
        }
        for (name, value) in &o.set {
            self.set(name, *value).map_err(|e| e.inside("in --set"))?;
        }
        for (drug, amount) in &o.dose {
            self.dose(drug, *amount)
                .map_err(|e| e.inside("in --dose"))?;
        }
        if let Some(seed) = o.seed {
            self.seed = seed;
        }
        for name in &o.off {
            let (processes, transports) = (&mut self.off, &mut self.off_transports);
            switch_off(&self.model, name, processes, transports)
                .map_err(|e| e.inside("in --off"))?;
        }
        if let Some(arms) = &o.arms {
            self.keep_arms(arms).map_err(|e| e.inside("in --arm"))?;
        }
        Ok(self)
    }

    fn shorten(&mut self, duration: f64) {
        let ended = self.time.snapshots.last() == Some(&self.time.duration);
        self.time.duration = duration;
        self.time.snapshots.retain(|t| *t <= duration);
        if ended && self.time.snapshots.last() != Some(&duration) {
            self.time.snapshots.push(duration);
        }
        self.time.record_every = self.time.record_every.min(duration);
    }

    fn set(&mut self, name: &str, value: f64) -> Result<(), Error> {
        let p = self.model.parameter(name)?;
        self.model.parameters[p].check(value)?;
        self.parameters[p] = value;
        for arm in &mut self.arms {
            arm.parameters[p] = value;
        }
        Ok(())
    }

    fn dose(&mut self, drug: &str, amount: f64) -> Result<(), Error> {
        let d = self.model.drug(drug)?;
        if !(amount.is_finite() && amount >= 0.0) {
            return Err(Error::new(format!(
                "a dose of {} {} of `{drug}`: a finite number ≥ 0 is needed",
                plain(amount),
                self.model.drugs[d].unit
            )));
        }
        if let [arm] = self.arms.as_mut_slice()
            && arm.id == SINGLE_ARM
        {
            arm.doses[d] = 1.0;
        } else if self.arms.iter().all(|a| a.doses[d] == 0.0) {
            return Err(Error::new(format!("no arm of `{}` gets `{drug}`", self.id))
                .help("add an arm with this drug to the scenario"));
        }
        check_amount(amount, self.model.drugs[d].regimen.dose).map_err(|mut e| {
            e.what = format!("the dose of `{drug}` is {}", e.what);
            e
        })?;
        self.regimens[d].dose = amount;
        for arm in &mut self.arms {
            if let Some(own) = &mut arm.regimens[d] {
                own.dose = amount;
            }
        }
        Ok(())
    }

    fn keep_arms(&mut self, names: &[String]) -> Result<(), Error> {
        if names.iter().any(|n| n == "all") || names.is_empty() {
            return Ok(());
        }
        let mut keep = vec![false; self.arms.len()];
        for name in names {
            keep[self.arm(name)?] = true;
        }
        // Events name arms by index, so the indices change with the list.
        let new: Vec<Option<usize>> = keep
            .iter()
            .scan(0, |next, k| {
                let index = k.then_some(*next);
                *next += usize::from(*k);
                Some(index)
            })
            .collect();
        self.events.retain_mut(|event| {
            let Some(arms) = &mut event.arms else {
                return true;
            };
            *arms = arms.iter().filter_map(|a| new[*a]).collect();
            !arms.is_empty()
        });
        let mut index = 0;
        self.arms.retain(|_| {
            index += 1;
            keep[index - 1]
        });
        Ok(())
    }
}

/// Another number of cells in the same domain. A grid that becomes 3D gets cubic cells along z;
/// one that becomes 2D keeps its z spacing.
fn resized(grid: Grid, cells: [u32; 3]) -> Grid {
    let extent = grid.extent();
    let mut spacing: [f64; 3] = std::array::from_fn(|i| extent[i] / f64::from(cells[i]));
    if cells[2] == 1 {
        spacing[2] = grid.spacing[2];
    } else if !grid.is_3d() {
        spacing[2] = spacing[0];
    }
    Grid { cells, spacing }
}
