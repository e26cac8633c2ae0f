//! V8: observed order in space.
//!
//! A sum of random modes that fits the walls is declared to be the steady solution of
//! −∇·(D m ∇c) + L c = G with smooth m and L; G follows by differentiating on paper. One huge step
//! must find c up to an error that falls by four when the grid is refined by two.

use std::f64::consts::PI;

use warmfront_engine::EngineError;
use warmfront_model::Scheme;

use super::bench::Bench;
use super::tools::{Mesh, Toy, get, put, rms, start, ticks, uniform};
use super::{Outcome, Report};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Walls {
    NoFlux,
    Periodic,
    Fixed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Material {
    Uniform,
    // Hindrance with arithmetic or harmonic means on faces.
    Arithmetic,
    Harmonic,
}

struct Mode {
    height: f64,
    numbers: [f64; 3],
    phases: [f64; 3],
}

// Value, gradient and the three second derivatives of a function at a point.
#[derive(Debug, Clone, Copy, Default)]
struct Jet {
    value: f64,
    slope: [f64; 3],
    bend: [f64; 3],
}

struct Problem {
    size: [f64; 3],
    walls: [Walls; 3],
    axes: usize,
    modes: Vec<Mode>,
    material: Material,
    loss: f64,
}

impl Problem {
    fn new(
        walls: [Walls; 3],
        axes: usize,
        size: [f64; 3],
        highest: f64,
        material: Material,
        seed: u32,
    ) -> Self {
        let modes = (0..4)
            .map(|m| {
                let draw = |k: u32| uniform(seed, 16 * m + k);
                Mode {
                    height: 0.04 + 0.04 * draw(0),
                    // Wave numbers in the upper half: coarse enough for the error to stand out.
                    numbers: std::array::from_fn(|a| {
                        (highest * (0.5 + 0.5 * draw(1 + a as u32))).round()
                    }),
                    phases: std::array::from_fn(|a| 2.0 * PI * draw(4 + a as u32)),
                }
            })
            .collect();
        let mut problem = Self {
            size,
            walls,
            axes,
            modes,
            material,
            loss: 0.0,
        };
        // G = L c - div >= 0 everywhere.
        let probe = Mesh::of_box([61, 59, if axes == 3 { 31 } else { 1 }], size);
        let steepest = probe
            .fill(|x| problem.divergence(x))
            .into_iter()
            .fold(0.0, f64::max);
        let lowest = probe
            .fill(|x| problem.solution(x).value)
            .into_iter()
            .fold(f64::INFINITY, f64::min);
        problem.loss = 1.2 * steepest / (0.5 * lowest);
        problem
    }

    fn solution(&self, x: [f64; 3]) -> Jet {
        let mut sum = Jet {
            value: 1.0,
            ..Jet::default()
        };
        for mode in &self.modes {
            // Value, first and second derivative of each axis' factor.
            let mut factor = [[1.0, 0.0, 0.0]; 3];
            for (a, f) in factor.iter_mut().enumerate().take(self.axes) {
                let (number, l) = (mode.numbers[a], self.size[a]);
                let (k, phase) = match self.walls[a] {
                    Walls::NoFlux => (PI * number / l, 0.0),
                    Walls::Periodic => (2.0 * PI * (0.5 * number).ceil() / l, mode.phases[a]),
                    // sin: 0 on the walls, where the solution is held at 1.
                    Walls::Fixed => (PI * number / l, -0.5 * PI),
                };
                let angle = k * x[a] + phase;
                *f = [angle.cos(), -k * angle.sin(), -k * k * angle.cos()];
            }
            let all: f64 = factor.iter().map(|f| f[0]).product();
            sum.value += mode.height * all;
            for a in 0..self.axes {
                let others: f64 = (0..3).filter(|&b| b != a).map(|b| factor[b][0]).product();
                sum.slope[a] += mode.height * factor[a][1] * others;
                sum.bend[a] += mode.height * factor[a][2] * others;
            }
        }
        sum
    }

    // 1 - 0.5 Π sin²(π x / L): 1 on the walls, where the engine takes the bare coefficient.
    fn hindrance(&self, x: [f64; 3]) -> Jet {
        let mut jet = Jet {
            value: 1.0,
            ..Jet::default()
        };
        if self.material == Material::Uniform {
            return jet;
        }
        let mut factor = [[1.0, 0.0]; 3];
        for (a, f) in factor.iter_mut().enumerate().take(self.axes) {
            let angle = PI * x[a] / self.size[a];
            *f = [angle.sin().powi(2), PI / self.size[a] * (2.0 * angle).sin()];
        }
        jet.value -= 0.5 * factor.iter().map(|f| f[0]).product::<f64>();
        for a in 0..self.axes {
            let others: f64 = (0..3).filter(|&b| b != a).map(|b| factor[b][0]).product();
            jet.slope[a] = -0.5 * factor[a][1] * others;
        }
        jet
    }

    // ∇·(m ∇c)
    fn divergence(&self, x: [f64; 3]) -> f64 {
        let (c, m) = (self.solution(x), self.hindrance(x));
        (0..self.axes)
            .map(|a| m.value * c.bend[a] + m.slope[a] * c.slope[a])
            .sum()
    }

    fn loss_at(&self, x: [f64; 3]) -> f64 {
        let wave: f64 = (0..self.axes)
            .map(|a| (2.0 * PI * x[a] / self.size[a]).cos())
            .product();
        self.loss * (1.0 + 0.5 * wave)
    }

    fn toy(&self) -> Toy {
        let wall = |w: Walls| match w {
            Walls::NoFlux => "\"no_flux\"",
            Walls::Periodic => "\"periodic\"",
            Walls::Fixed => "{ fixed = 1.0 }",
        };
        let names = ["x", "y", "z"];
        let sides: Vec<String> = (0..self.axes)
            .map(|a| format!("{} = {}", names[a], wall(self.walls[a])))
            .collect();
        let hindrance = match self.material {
            Material::Uniform => "",
            Material::Arithmetic => "hindrance = \"s.m\"",
            Material::Harmonic => "hindrance = \"s.m\"\nface_mean = \"harmonic\"",
        };
        let rest = format!(
            "diffusion = \"1.0\"\nboundary = {{ {} }}\n{hindrance}",
            sides.join(", ")
        );
        Toy::new()
            .field("c", &rest)
            .map("m")
            .map("loss")
            .map("source")
            .makes("make", "s.source", "c")
            .converts("lose", "s.loss", "c", "")
    }

    fn error(&self, bench: &Bench<'_>, cells: [u32; 3]) -> Result<f64, EngineError> {
        let mesh = Mesh::of_box(cells, self.size);
        let step = 1e9;
        let mut scenario = self.toy().tight(mesh, step)?;
        scenario.numerics.scheme = Scheme::BackwardEuler;
        let mut simulation = start(bench, &scenario)?;
        let exact = mesh.fill(|x| self.solution(x).value);
        put(&mut simulation, 0, &vec![1.0; mesh.len()])?;
        put(&mut simulation, 1, &mesh.fill(|x| self.hindrance(x).value))?;
        put(&mut simulation, 2, &mesh.fill(|x| self.loss_at(x)))?;
        put(
            &mut simulation,
            3,
            &mesh.fill(|x| self.loss_at(x) * self.solution(x).value - self.divergence(x)),
        )?;
        ticks(&mut simulation, 1, step)?;
        Ok(rms(&get(&simulation, 0, 0)?, &exact))
    }
}

/// V8. Sizes that are powers of two, odd, oblong; cells of unequal edges; all kinds of walls.
pub(super) fn steady_states(bench: &Bench<'_>, report: &mut Report) -> Outcome {
    use Material::{Arithmetic, Harmonic, Uniform};
    use Walls::{Fixed, NoFlux, Periodic};
    let flat = |x, y| [x, y, NoFlux];
    let plane = |x, y| [x, y, 1];
    let square = [1.0, 1.0, 1.0];
    let cases = [
        (
            "2D 64 to 128, no flux",
            flat(NoFlux, NoFlux),
            2,
            square,
            plane(64, 64),
            Uniform,
        ),
        (
            "2D 64 to 128, no flux, hindrance",
            flat(NoFlux, NoFlux),
            2,
            square,
            plane(64, 64),
            Arithmetic,
        ),
        (
            "2D 63 to 126, no flux, hindrance",
            flat(NoFlux, NoFlux),
            2,
            square,
            plane(63, 63),
            Arithmetic,
        ),
        (
            "2D 63 to 126, harmonic hindrance",
            flat(NoFlux, NoFlux),
            2,
            square,
            plane(63, 63),
            Harmonic,
        ),
        (
            "2D 125x95 to 250x190, hindrance",
            flat(NoFlux, NoFlux),
            2,
            [1.25, 0.95, 1.0],
            plane(125, 95),
            Arithmetic,
        ),
        (
            "2D 64 to 128, fixed walls",
            flat(Fixed, Fixed),
            2,
            square,
            plane(64, 64),
            Uniform,
        ),
        (
            "2D 64 to 128, fixed walls, hindrance",
            flat(Fixed, Fixed),
            2,
            square,
            plane(64, 64),
            Arithmetic,
        ),
        (
            "2D 61x50 to 122x100, periodic",
            flat(Periodic, Periodic),
            2,
            square,
            plane(61, 50),
            Uniform,
        ),
        (
            "2D 61x50 to 122x100, periodic in x, fixed in y, hindrance",
            flat(Periodic, Fixed),
            2,
            square,
            plane(61, 50),
            Arithmetic,
        ),
        (
            "3D 24x20x16 to 48x40x32, cells 1 : 2 : 3, hindrance",
            [NoFlux; 3],
            3,
            [1.2, 2.0, 2.4],
            [24, 20, 16],
            Arithmetic,
        ),
        (
            "3D 24x20x16 to 48x40x32, no flux, periodic, fixed",
            [NoFlux, Periodic, Fixed],
            3,
            [1.2, 1.0, 0.8],
            [24, 20, 16],
            Uniform,
        ),
    ];
    for (i, (name, walls, axes, size, cells, material)) in cases.into_iter().enumerate() {
        let fewest = cells[..axes].iter().copied().min().unwrap_or(1);
        let highest = (f64::from(fewest) / 8.0).floor();
        let problem = Problem::new(walls, axes, size, highest, material, 100 + i as u32);
        let coarse = problem.error(bench, cells)?;
        let fine = problem.error(bench, cells.map(|n| if n > 1 { 2 * n } else { 1 }))?;
        report.at_least(
            format!("{name}: order"),
            1.9,
            (coarse / fine).log2(),
            "second order, with 5 % for the modes of eight cells a half wave",
        );
        report.at_most(
            format!("{name}: error on the fine grid"),
            1e-3,
            fine,
            "(k h)^2 / 12 of modes of height 0.08",
        );
    }
    Ok(())
}
