//! Small models, grids and norms for the cases.

use std::fmt::Write as _;
use std::sync::Arc;

use warmfront_engine::{EngineError, Files, GAMMA, Simulation};
use warmfront_model::{Library, Model, Numerics, Scenario, Source, philox4x32};

use super::bench::Bench;

/// A model that a case writes down in a few calls.
pub(super) struct Toy(String);

impl Toy {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(
            "[model]\nid = \"toy\"\nlabel = \"Toy\"\ndescription = \"A test.\"\ntime_unit = \"1\"\n\
             length_unit = \"1\"\ndefault_scenario = \"none\"\n"
                .to_owned(),
        )
    }

    fn add(mut self, text: &str) -> Self {
        self.0.push_str(text);
        self.0.push('\n');
        self
    }

    /// A field; `rest` holds more lines of its table.
    pub fn field(self, id: &str, rest: &str) -> Self {
        let kind = if rest.contains("kind =") {
            ""
        } else {
            "kind = \"molecule\""
        };
        let scale = if rest.contains("scale =") {
            ""
        } else {
            "scale = 1.0"
        };
        self.add(&format!(
            "\n[[field]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"1\"\ndisplay = [0.0, 1.0]\n\
             colour = \"#000000\"\n{kind}\n{scale}\n{rest}"
        ))
    }

    /// A map without an equation.
    pub fn map(self, id: &str) -> Self {
        self.field(id, "kind = \"static\"")
    }

    /// A parameter.
    pub fn parameter(self, id: &str, value: f64) -> Self {
        self.add(&format!(
            "\n[[parameter]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"1\"\nvalue = {value:?}\n\
             range = [0.0, 1e30]\ngroup = \"g\"\ncite = \"Assumed.\"\nconfidence = \"assumed\""
        ))
    }

    /// A compartment.
    pub fn compartment(self, id: &str, initial: f64) -> Self {
        self.add(&format!(
            "\n[[compartment]]\nid = \"{id}\"\nlabel = \"{id}\"\nunit = \"1\"\ninitial = {initial:?}\nscale = 1.0"
        ))
    }

    /// A process that uses up `consumes` at `rate` per unit; `produces` as in a model file.
    pub fn converts(self, id: &str, rate: &str, consumes: &str, produces: &str) -> Self {
        self.add(&format!(
            "\n[[process]]\nid = \"{id}\"\nlabel = \"{id}\"\nrate = \"{rate}\"\nconsumes = \"{consumes}\"\n\
             produces = {{ {produces} }}\ncite = \"Assumed.\""
        ))
    }

    /// A process that only produces `field`.
    pub fn makes(self, id: &str, rate: &str, field: &str) -> Self {
        self.add(&format!(
            "\n[[process]]\nid = \"{id}\"\nlabel = \"{id}\"\nrate = \"{rate}\"\n\
             produces = {{ {field} = 1.0 }}\ncite = \"Assumed.\""
        ))
    }

    /// Drift of `field` up `potential`.
    pub fn drift(self, field: &str, potential: &str) -> Self {
        self.add(&format!(
            "\n[[transport]]\nid = \"drift_{field}\"\nlabel = \"Drift\"\nmoves = [\"{field}\"]\n\
             potential = \"{potential}\"\ncite = \"Assumed.\""
        ))
    }

    /// The model on a grid, with the numerics of a scenario that says nothing of them.
    pub fn on(&self, grid: Mesh, step: f64) -> Result<Scenario, EngineError> {
        let functions = Source::new("functions.wgsl", "");
        // The step is that of the model, as in a shipped one.
        let header = format!("length_unit = \"1\"\ntime_step = {step:?}\n");
        let text = self.0.replacen("length_unit = \"1\"\n", &header, 1);
        let model = Model::parse(Source::new("model.toml", text), functions)?;
        let [nx, ny, nz] = grid.cells;
        let [hx, hy, hz] = grid.spacing;
        let mut text = String::new();
        let _ = write!(
            text,
            "label = \"Test\"\n[grid]\ncells = [{nx}, {ny}, {nz}]\nspacing = [{hx:?}, {hy:?}, {hz:?}]\n\
             [time]\nduration = {:?}\n",
            100.0 * step
        );
        Ok(Scenario::parse(
            Arc::new(model),
            "test",
            Source::new("test.toml", text),
        )?)
    }

    /// As [`Toy::on`], with tight solves and a fixed step from the first tick on: for cases that measure the
    /// discretisation itself, its order or its digits.
    pub fn tight(&self, grid: Mesh, step: f64) -> Result<Scenario, EngineError> {
        let mut scenario = self.on(grid, step)?;
        scenario.numerics = Numerics {
            tolerance: 1e-7,
            max_cycles: 32,
            first_step: 1.0,
            ..Numerics::default()
        };
        Ok(scenario)
    }
}

/// A shipped scenario with its own numerics and step on another grid, without its start maps.
pub(super) fn shipped(name: &str, grid: Mesh) -> Result<Scenario, EngineError> {
    let mut scenario = Library::embedded().scenario(name)?;
    scenario.grid.cells = grid.cells;
    scenario.grid.spacing = grid.spacing;
    scenario.initial.fill(None);
    Ok(scenario)
}

/// One arm per value of a parameter.
pub(super) fn arms(
    scenario: &mut Scenario,
    parameter: &str,
    values: &[f64],
) -> Result<(), EngineError> {
    let p = scenario.model.parameter(parameter)?;
    let first = scenario.arms[0].clone();
    scenario.arms = values
        .iter()
        .map(|&value| {
            let mut arm = first.clone();
            arm.id = format!("{parameter}_{value}");
            arm.parameters[p] = value;
            arm
        })
        .collect();
    Ok(())
}

/// All arms of a scenario on the device.
pub(super) fn start(bench: &Bench<'_>, scenario: &Scenario) -> Result<Simulation, EngineError> {
    bench.note(scenario);
    let all: Vec<usize> = (0..scenario.arms.len()).collect();
    Simulation::new(bench, Files::embedded(), scenario, &all)
}

/// Takes `n` ticks of `step`.
pub(super) fn ticks(simulation: &mut Simulation, n: u32, step: f64) -> Result<(), EngineError> {
    let begin = simulation.time();
    for i in 1..=n {
        simulation.advance(begin + f64::from(i) * step)?;
    }
    Ok(())
}

/// Cells and their edges.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mesh {
    pub cells: [u32; 3],
    pub spacing: [f64; 3],
}

impl Mesh {
    /// Cubic cells.
    pub fn uniform(cells: [u32; 3], h: f64) -> Self {
        Self {
            cells,
            spacing: [h; 3],
        }
    }

    /// A box of this size cut into cells.
    pub fn of_box(cells: [u32; 3], size: [f64; 3]) -> Self {
        let spacing = std::array::from_fn(|a| size[a] / f64::from(cells[a]));
        Self { cells, spacing }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.iter().map(|&n| n as usize).product()
    }

    /// Edge of the box along an axis.
    pub fn size(&self, axis: usize) -> f64 {
        f64::from(self.cells[axis]) * self.spacing[axis]
    }

    /// x, y, z numbers of a cell.
    pub fn place(&self, cell: usize) -> [usize; 3] {
        let [nx, ny, _] = self.cells.map(|n| n as usize);
        [cell % nx, (cell / nx) % ny, cell / (nx * ny)]
    }

    /// Centre of a cell.
    pub fn centre(&self, cell: usize) -> [f64; 3] {
        let at = self.place(cell);
        std::array::from_fn(|a| (at[a] as f64 + 0.5) * self.spacing[a])
    }

    /// A function at all cell centres, x fastest.
    pub fn fill(&self, f: impl Fn([f64; 3]) -> f64) -> Vec<f64> {
        (0..self.len()).map(|cell| f(self.centre(cell))).collect()
    }
}

/// As the device takes it.
pub(super) fn single(values: &[f64]) -> Vec<f32> {
    values.iter().map(|&v| v as f32).collect()
}

/// Puts a map into every arm.
pub(super) fn put(
    simulation: &mut Simulation,
    field: usize,
    values: &[f64],
) -> Result<(), EngineError> {
    let values = single(values);
    for arm in 0..simulation.arms() {
        simulation.set_field(arm, field, &values)?;
    }
    Ok(())
}

/// A field of an arm in double precision.
pub(super) fn get(
    simulation: &Simulation,
    arm: usize,
    field: usize,
) -> Result<Vec<f64>, EngineError> {
    Ok(simulation
        .field(arm, field)?
        .into_iter()
        .map(f64::from)
        .collect())
}

/// Root mean square of the difference.
pub(super) fn rms(a: &[f64], b: &[f64]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum();
    (sum / a.len() as f64).sqrt()
}

/// Mean of the absolute difference.
pub(super) fn mean_error(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).abs()).sum::<f64>() / a.len() as f64
}

/// Largest absolute difference.
pub(super) fn largest_error(a: &[f64], b: &[f64]) -> f64 {
    a.iter()
        .zip(b)
        .map(|(x, y)| (x - y).abs())
        .fold(0.0, f64::max)
}

/// Arithmetic mean.
pub(super) fn mean(a: &[f64]) -> f64 {
    a.iter().sum::<f64>() / a.len() as f64
}

/// Stability function of the two-stage SDIRK, z = −rate Δt.
pub(super) fn sdirk2(z: f64) -> f64 {
    (1.0 + (1.0 - 2.0 * GAMMA) * z) / (1.0 - GAMMA * z).powi(2)
}

/// Rate at which diffusion damps cos(κ x) on a grid: D (2/h²)(1 − cos κh).
pub(super) fn grid_rate(diffusion: f64, kappa: f64, h: f64) -> f64 {
    diffusion * 2.0 / (h * h) * (1.0 - (kappa * h).cos())
}

/// Uniform numbers in 0..1 from a seed, counter-based.
pub(super) fn uniform(seed: u32, index: u32) -> f64 {
    let word = philox4x32([index, 0, 0, 0], [seed, 0x7665_7269])[0];
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// Classical fourth-order Runge-Kutta for y' = f(y), in double precision: the reference of cases without space.
pub(super) fn runge_kutta<const N: usize>(
    f: impl Fn([f64; N]) -> [f64; N],
    mut y: [f64; N],
    time: f64,
    steps: u32,
) -> [f64; N] {
    let dt = time / f64::from(steps);
    let moved = |y: [f64; N], k: [f64; N], by: f64| -> [f64; N] {
        std::array::from_fn(|i| y[i] + by * k[i])
    };
    for _ in 0..steps {
        let k1 = f(y);
        let k2 = f(moved(y, k1, 0.5 * dt));
        let k3 = f(moved(y, k2, 0.5 * dt));
        let k4 = f(moved(y, k3, dt));
        for i in 0..N {
            y[i] += dt / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]);
        }
    }
    y
}

/// Larger growth rate of a small wave of two fields, and the second field's share in it, from
/// d/dt (u, v) = ((a, b), (c, d)) (u, v); the roots must be real.
pub(super) fn growth(matrix: [[f64; 2]; 2]) -> (f64, f64) {
    let [[a, b], [c, d]] = matrix;
    let root = (0.25 * (a - d).powi(2) + b * c).sqrt();
    let rate = 0.5 * (a + d) + root;
    (rate, (rate - a) / b)
}

/// Height of the wave `wave` in `values`, where the wave is a mode that fits the grid.
pub(super) fn height(values: &[f64], wave: &[f64]) -> f64 {
    let projected: f64 = values.iter().zip(wave).map(|(v, w)| v * w).sum();
    let norm: f64 = wave.iter().map(|w| w * w).sum();
    projected / norm
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_without_space_is_of_fourth_order() {
        // y'' = -y from (1, 0).
        let error = |steps| {
            let [x, _] = runge_kutta(|[x, v]| [v, -x], [1.0, 0.0], 2.0, steps);
            (x - 2f64.cos()).abs()
        };
        let order = (error(20) / error(40)).log2();
        assert!((3.8..4.2).contains(&order), "{order}");
        assert!(error(400) < 1e-10);
    }

    #[test]
    fn growth_is_the_larger_eigenvalue() {
        let (rate, w) = growth([[1.0, 2.0], [3.0, 2.0]]);
        assert!((rate - 4.0).abs() < 1e-12, "{rate}");
        assert!((w - 1.5).abs() < 1e-12, "{w}");
    }
}
