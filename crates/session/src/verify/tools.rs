//! Small models, grids and norms for the cases.

use std::fmt::Write as _;
use std::sync::Arc;

use warmfront_engine::{EngineError, Files, GAMMA, Gpu, Simulation};
use warmfront_model::{Model, Numerics, Scenario, Source, philox4x32};

/// A model that a case writes down in a few calls.
pub(super) struct Toy(String);

impl Toy {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(
            "[model]\nid = \"toy\"\nlabel = \"Toy\"\ndescription = \"A test.\"\ntime_unit = \"1\"\n\
             length_unit = \"1\"\ndefault_scenario = \"none\"\ntime_step = 1.0\n"
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

    /// The model on a grid, with tight solves and a fixed step from the first tick on.
    pub fn on(&self, grid: Mesh, step: f64) -> Result<Scenario, EngineError> {
        let functions = Source::new("functions.wgsl", "");
        let model = Model::parse(Source::new("model.toml", self.0.as_str()), functions)?;
        let [nx, ny, nz] = grid.cells;
        let [hx, hy, hz] = grid.spacing;
        let mut text = String::new();
        let _ = write!(
            text,
            "label = \"Test\"\n[grid]\ncells = [{nx}, {ny}, {nz}]\nspacing = [{hx:?}, {hy:?}, {hz:?}]\n\
             [time]\nstep = {step:?}\nduration = {:?}\n",
            100.0 * step
        );
        let mut scenario =
            Scenario::parse(Arc::new(model), "test", Source::new("test.toml", text))?;
        scenario.numerics = Numerics {
            tolerance: 1e-7,
            max_cycles: 32,
            first_step: 1.0,
            ..Numerics::default()
        };
        Ok(scenario)
    }
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
pub(super) fn start(gpu: &Gpu, scenario: &Scenario) -> Result<Simulation, EngineError> {
    let all: Vec<usize> = (0..scenario.arms.len()).collect();
    Simulation::new(gpu, Files::embedded(), scenario, &all)
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
