//! `warmfront bench`: how fast this adapter is, as ratios within one run.
//!
//! Absolute numbers depend on what else the machine does; the bare kernels measured beside them say
//! what the adapter could do in the same minute.

use std::time::Instant;

use serde_json::{Value, json};
use warmfront_engine::{Anchor, EngineError, Gpu, Simulation, anchors};
use warmfront_model::{Overrides, Scenario, Scheme, counted};

use crate::assets::Assets;
use crate::cli::BenchOptions;
use crate::exit::{Failure, NO_GPU};
use crate::output;

/// Edge of the grid of bare kernels and of the explicit run, cells.
const EDGE: u32 = 512;

struct Bench<'a> {
    gpu: &'a Gpu,
    assets: &'a Assets,
    repeats: usize,
    json: bool,
    results: Vec<Value>,
}

/// Runs the command.
pub fn bench(options: &BenchOptions) -> Result<(), Failure> {
    if options.app {
        return window(options);
    }
    let assets = Assets::open(None)?;
    let gpu = options.adapter.gpu()?;
    let mut b = Bench {
        gpu: &gpu,
        assets: &assets,
        repeats: if options.quick { 3 } else { 7 },
        json: options.json,
        results: Vec::new(),
    };
    b.say(&format!("{} ({})\n\n", gpu.report.name, gpu.report.kind));
    let bare = b.bare()?;
    b.multigrid(&bare)?;
    b.explicit(&bare)?;
    b.stiff(options.quick)?;
    b.default_scenario()?;
    b.batch()?;
    if options.json {
        output::print_json(&json!({ "adapter": gpu.report.name, "results": b.results }));
    }
    Ok(())
}

/// Seconds of each phase of a measurement of the window.
const WINDOW_SECONDS: f64 = 15.0;

// The window, with the default scenario at full speed.
fn window(options: &BenchOptions) -> Result<(), Failure> {
    let seconds = if options.quick { 5.0 } else { WINDOW_SECONDS };
    let measured = measure_window(seconds)?;
    if options.json {
        output::print_json(&measured);
        return Ok(());
    }
    let number = |pointer: &str| measured.pointer(pointer).and_then(Value::as_f64);
    let text = |pointer: &str| number(pointer).map_or("n/a".to_owned(), |v| format!("{v:.1}"));
    let megabytes =
        |pointer: &str| number(pointer).map_or("n/a".to_owned(), |v| format!("{:.0}", v / 1e6));
    let adapter = measured["adapter"].as_str().unwrap_or_default();
    let rows = [
        (
            "start to first picture, s",
            text("/startup_seconds"),
            String::new(),
        ),
        (
            "own code of a frame, ms, p50",
            text("/watched/show_ms_p50"),
            text("/show_ms_p50"),
        ),
        (
            "own code of a frame, ms, p99",
            text("/watched/show_ms_p99"),
            text("/show_ms_p99"),
        ),
        (
            "frame to frame, ms, p50",
            text("/watched/interval_ms_p50"),
            text("/interval_ms_p50"),
        ),
        (
            "frame to frame, ms, p99",
            text("/watched/interval_ms_p99"),
            text("/interval_ms_p99"),
        ),
        (
            "ticks per second",
            text("/watched_ticks_per_second"),
            text("/ticks_per_second"),
        ),
        (
            "device memory of the simulation, MB",
            megabytes("/memory_bytes"),
            String::new(),
        ),
        (
            "memory of the program, MB",
            megabytes("/process_bytes"),
            String::new(),
        ),
    ];
    output::print(&format!(
        "{adapter}\n\n{:38}{:>12}{:>16}\n",
        "", "looking on", "dragging"
    ));
    for (name, watched, busy) in rows {
        output::print(&format!("{name:38}{watched:>12}{busy:>16}\n"));
    }
    Ok(())
}

fn measure_window(seconds: f64) -> Result<Value, Failure> {
    let name = format!("warmfront-bench-{}.json", std::process::id());
    let report = std::env::temp_dir().join(name);
    crate::window::measured(seconds, &report)?;
    let text = std::fs::read_to_string(&report);
    // Only ours; whatever is left of it does no harm.
    let _ = std::fs::remove_file(&report);
    let value = text.ok().and_then(|t| serde_json::from_str(&t).ok());
    value.ok_or_else(|| Failure::new(NO_GPU, "the window was closed before it was measured"))
}

// The measurement of one bare kernel; all of them are measured at the start.
fn anchor<'a>(bare: &'a [Anchor], name: &str) -> &'a Anchor {
    let found = bare.iter().find(|a| a.name == name);
    found.expect("every bare kernel is measured at the start")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

impl Bench<'_> {
    fn say(&self, text: &str) {
        if !self.json {
            output::print(text);
        }
    }

    fn row(&mut self, what: &str, value: f64, unit: &str, note: &str) {
        self.say(&format!("  {what:44} {value:10.2} {unit:16} {note}\n"));
        self.results
            .push(json!({ "what": what, "value": value, "unit": unit, "note": note }));
    }

    fn scenario(&self, name: &str, edge: Option<u32>) -> Result<Scenario, Failure> {
        let scenario = self.assets.scenario(Some(name))?;
        let grid = edge.map(|n| [n, n, 1]);
        Ok(scenario.with(&Overrides {
            grid,
            ..Overrides::default()
        })?)
    }

    fn simulation(&self, scenario: &Scenario, arms: usize) -> Result<Simulation, EngineError> {
        let arms: Vec<usize> = (0..arms.min(scenario.arms.len())).collect();
        Simulation::new(self.gpu, self.assets.files.clone(), scenario, &arms)
    }

    fn bare(&mut self) -> Result<Vec<Anchor>, Failure> {
        let bare = anchors(self.gpu, &self.assets.files, EDGE, self.repeats)?;
        self.say(&format!("bare kernels, {EDGE}x{EDGE}\n"));
        for a in &bare {
            let what = match a.name {
                "naive" => "five-point pass, one thread a cell",
                "march" => "five-point pass, four cells, walking down rows",
                "jacobi" => "Jacobi sweep, four cells, walking down rows",
                "gray_scott" => "Gray-Scott step, two species, walking down rows",
                _ => "copy, four cells a thread",
            };
            self.row(what, a.mcells, "Mcell/s", "");
        }
        Ok(bare)
    }

    // One field, implicit: a sweep and a V-cycle in units of the bare passes.
    fn multigrid(&mut self, bare: &[Anchor]) -> Result<(), Failure> {
        let scenario = self.scenario("heat", Some(EDGE))?;
        let times = self.simulation(&scenario, 1)?.kernel_times(self.repeats)?;
        let find = |name: &str| {
            times
                .iter()
                .find(|t| t.name == name)
                .map_or(f64::NAN, |t| t.milliseconds)
        };
        let naive = anchor(bare, "naive").milliseconds;
        let jacobi = anchor(bare, "jacobi").milliseconds;
        self.say(&format!("\nmultigrid, one field, {EDGE}x{EDGE}\n"));
        let sweep = find("sweep, plain");
        self.row(
            "one sweep",
            sweep,
            "ms",
            &format!(
                "{:.0} % of the bare Jacobi sweep's speed",
                100.0 * jacobi / sweep
            ),
        );
        let cycle = find("V-cycle, plain");
        self.row(
            "one V-cycle",
            cycle,
            "ms",
            &format!("{:.1} naive passes", cycle / naive),
        );
        Ok(())
    }

    fn explicit(&mut self, bare: &[Anchor]) -> Result<(), Failure> {
        let mut scenario = self.scenario("gray_scott", Some(EDGE))?;
        scenario.numerics.scheme = Scheme::Explicit;
        scenario.time.step = self.explicit_limit(&scenario)?;
        scenario.numerics.first_step = 1.0;
        let step = scenario.time.step;
        let mut simulation = self.simulation(&scenario, 1)?;
        simulation.advance(8.0 * step)?;
        let mut rates = Vec::new();
        for _ in 0..self.repeats {
            let (start, from) = (Instant::now(), simulation.diagnostics().ticks);
            simulation.advance(simulation.time() + 64.0 * step)?;
            let ticks = (simulation.diagnostics().ticks - from) as f64;
            let updates = ticks * f64::from(EDGE * EDGE) * scenario.model.fields.len() as f64;
            rates.push(updates / start.elapsed().as_secs_f64() / 1e6);
        }
        let rate = median(rates);
        self.say(&format!("\nexplicit Euler, Gray-Scott, {EDGE}x{EDGE}\n"));
        let note = format!(
            "{:.2} x the naive pass, {:.0} % of the bare Gray-Scott step",
            rate / anchor(bare, "naive").mcells,
            100.0 * rate / anchor(bare, "gray_scott").mcells
        );
        self.row("updates", rate, "Mcell-species/s", &note);
        Ok(())
    }

    // 0.9 / (largest diffusion number per unit time): the explicit limit of diffusion alone.
    fn explicit_limit(&self, scenario: &Scenario) -> Result<f64, Failure> {
        let simulation = self.simulation(scenario, 1)?;
        let fastest = f64::from(simulation.largest_diffusivity());
        let axes: f64 = (0..3)
            .filter(|&a| scenario.grid.cells[a] > 1)
            .map(|a| 2.0 / scenario.grid.spacing[a].powi(2))
            .sum();
        Ok(0.9 / (fastest * axes))
    }

    // Time to solution of the stiff reference problem, against the explicit integrator's stretch.
    fn stiff(&mut self, quick: bool) -> Result<(), Failure> {
        let scenario = self.scenario("stiff_reference", None)?;
        let rounds = if quick { 1 } else { 3 };
        let mut walls = Vec::new();
        let mut ticks = 0;
        for round in 0..=rounds {
            let mut simulation = self.simulation(&scenario, 1)?;
            let start = Instant::now();
            for &time in &scenario.time.snapshots {
                simulation.advance(time)?;
            }
            simulation.advance(scenario.time.duration)?;
            self.gpu.wait()?;
            // The first round compiles.
            if round > 0 {
                walls.push(start.elapsed().as_secs_f64());
            }
            ticks = simulation.diagnostics().ticks;
        }
        let implicit = median(walls);
        let mut explicit = scenario.clone();
        explicit.numerics.scheme = Scheme::Explicit;
        explicit.numerics.first_step = 1.0;
        explicit.time.step = self.explicit_limit(&explicit)?;
        let mut simulation = self.simulation(&explicit, 1)?;
        simulation.advance(16.0 * explicit.time.step)?;
        let start = Instant::now();
        let from = simulation.time();
        simulation.advance(from + 256.0 * explicit.time.step)?;
        let whole =
            start.elapsed().as_secs_f64() * scenario.time.duration / (simulation.time() - from);
        let [x, y, _] = scenario.grid.cells;
        self.say(&format!("\nstiff reference problem, {x}x{y}, ten days\n"));
        self.row(
            "implicit, time to solution",
            implicit,
            "s",
            &counted(ticks, "tick"),
        );
        let note = format!(
            "scaled from 256 steps; {:.0} x the implicit run",
            whole / implicit
        );
        self.row("explicit at its stability limit", whole, "s", &note);
        Ok(())
    }

    fn default_scenario(&mut self) -> Result<(), Failure> {
        let scenario = self.assets.scenario(None)?;
        let arms = scenario.arms.len();
        let mut simulation = self.simulation(&scenario, arms)?;
        let step = scenario.time.step;
        simulation.advance(4.0 * step)?;
        let mut each = Vec::new();
        for _ in 0..self.repeats {
            let (start, from) = (Instant::now(), simulation.diagnostics().ticks);
            simulation.advance(simulation.time() + 4.0 * step)?;
            let ticks = (simulation.diagnostics().ticks - from) as f64;
            each.push(start.elapsed().as_secs_f64() / ticks);
        }
        let tick = median(each);
        let [x, y, _] = scenario.grid.cells;
        self.say(&format!(
            "\ndefault scenario `{}`, {}, {x}x{y}\n",
            scenario.id,
            counted(arms, "arm")
        ));
        self.row(
            "ticks",
            1.0 / tick,
            "1/s",
            &format!("{step} {} each", scenario.model.time_unit),
        );
        for t in simulation.kernel_times(self.repeats)? {
            self.row(&format!("  {}", t.name), t.milliseconds, "ms", "");
        }
        Ok(())
    }

    // The four arms in one batch against one arm alone.
    fn batch(&mut self) -> Result<(), Failure> {
        let scenario = self.assets.scenario(None)?;
        let mut walls = Vec::new();
        for arms in [1, scenario.arms.len()] {
            let mut simulation = self.simulation(&scenario, arms)?;
            simulation.advance(4.0 * scenario.time.step)?;
            let start = Instant::now();
            simulation.advance(simulation.time() + 8.0 * scenario.time.step)?;
            walls.push(start.elapsed().as_secs_f64());
        }
        self.say("\nbatch\n");
        let ratio = walls[1] / walls[0];
        self.row("all arms together against one alone", ratio, "x", "");
        Ok(())
    }
}
