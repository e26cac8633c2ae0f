//! `warmfront doctor`: is this machine ready, and if not, what cures it.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde_json::{Value, json};
use warmfront_engine::{
    AdapterReport, EngineError, Files, Gpu, MemoryEstimate, adapters, readable,
};
use warmfront_model::{Overrides, Scenario, counted};
use warmfront_session::{Finish, Run, RunOptions};

use crate::assets::Assets;
use crate::cli::DoctorOptions;
use crate::exit::{Failure, NO_GPU};
use crate::{output, systems};

/// Longest edge that is looked at, cells.
const LONGEST: u32 = 16_384;

/// Runs the command.
pub fn doctor(options: &DoctorOptions) -> Result<(), Failure> {
    let assets = Assets::open(None)?;
    let scenario = assets.scenario(None)?;
    let found = adapters();
    let say = |text: &str| {
        if !options.json {
            output::print(text);
        }
    };
    say(&format!(
        "Warmfront {}\n\nadapters\n",
        env!("CARGO_PKG_VERSION")
    ));
    if found.is_empty() {
        say(&format!("  none; to have one:\n    {}\n", system().install));
    }
    for a in &found {
        say(&describe(a));
    }
    let opened = options.adapter.gpu();
    let gpu = match opened {
        Ok(gpu) => gpu,
        Err(e) => {
            let mut failure = Failure::from(e);
            failure.code = NO_GPU;
            if options.json {
                let list: Vec<Value> = found.iter().map(report).collect();
                let error = &failure.message;
                output::print_json(&json!({ "ok": false, "error": error, "adapters": list }));
                failure.reported = true;
            }
            return Err(failure);
        }
    };
    let used = &gpu.report;
    let flat = largest(&scenario, used, false);
    let solid = largest(&scenario, used, true);
    say(&format!(
        "\nwhat will run, on {}\n  the default scenario `{}` with {}: up to {flat} x {flat}, or {solid} x {solid} x {solid} cells, if the device has the memory\n",
        used.name,
        scenario.id,
        counted(scenario.arms.len(), "arm"),
    ));
    let start = Instant::now();
    let tried = attempt(&gpu, scenario);
    let seconds = start.elapsed().as_secs_f64();
    if options.json {
        let list: Vec<Value> = found.iter().map(report).collect();
        output::print_json(&json!({
            "ok": tried.is_ok(),
            "error": tried.as_ref().err().map(|f| f.message.clone()),
            "adapters": list,
            "used": used.name,
            "largest_2d": flat,
            "largest_3d": solid,
            "trial_seconds": seconds,
        }));
        return tried.map_err(|mut f| {
            f.reported = true;
            f
        });
    }
    tried?;
    say(&format!(
        "  a trial of one tick on 16 x 16 cells: passed in {seconds:.1} s\n"
    ));
    if used.software {
        say(
            "  this adapter computes on the processor: right, but slow; a GPU with a Vulkan, Metal or DirectX 12 driver is found by itself\n",
        );
    }
    say("\nready: try `warmfront run --small`\n");
    Ok(())
}

fn describe(a: &AdapterReport) -> String {
    let mut text = format!(
        "  {} ({}, {})\n    driver {}; buffers up to {}, shaders see {}; {} storage buffers\n",
        a.name,
        a.kind,
        a.backend,
        a.driver,
        readable(a.max_buffer),
        readable(a.max_binding),
        a.max_storage_buffers,
    );
    if let Some(mesa) = a.slow_mesa(systems::table().fast_since) {
        text.push_str(&format!(
            "    {}; to have that:\n      {}\n",
            slow(&mesa),
            system().newer
        ));
    }
    for missing in &a.missing {
        text.push_str(&format!("    not usable: {missing}\n"));
    }
    text
}

/// That another driver would be faster.
pub fn slow(mesa: &str) -> String {
    let since = systems::table().fast_since;
    format!("Mesa {mesa} takes about twice as long as version {since} or newer")
}

fn system() -> &'static systems::System {
    let os = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    systems::table().of(&os)
}

fn report(a: &AdapterReport) -> Value {
    json!({
        "name": a.name, "driver": a.driver, "backend": a.backend, "kind": a.kind,
        "software": a.software, "max_buffer_bytes": a.max_buffer,
        "max_binding_bytes": a.max_binding, "max_storage_buffers": a.max_storage_buffers,
        "missing": a.missing,
    })
}

/// Longest edge of a square or cube of which an arm of a scenario fits, in steps of 8 cells; more arms
/// are split into parts.
fn largest(scenario: &Scenario, adapter: &AdapterReport, solid: bool) -> u32 {
    let fits = |eights: u32| {
        let mut s = scenario.clone();
        let n = 8 * eights;
        s.grid.cells = [n, n, if solid { n } else { 1 }];
        // The largest block is addressed with 32 bits.
        s.grid.len() < 1 << 31 && MemoryEstimate::of(&s, 1).largest <= adapter.largest_buffer()
    };
    let (mut low, mut high) = (1, LONGEST / 8 + 1);
    while high - low > 1 {
        let middle = (low + high) / 2;
        if fits(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    8 * low
}

/// One tick of the default scenario: every kernel is compiled and run on the device.
fn attempt(gpu: &Gpu, scenario: Scenario) -> Result<(), Failure> {
    let day = scenario.model.units_per_day();
    let small = Overrides {
        grid: Some([16, 16, 1]),
        days: Some(scenario.time.step / day),
        ..Overrides::default()
    };
    let scenario = scenario.with(small)?;
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let mut run = Run::new(
        gpu,
        Files::embedded(),
        scenario,
        &arms,
        RunOptions::default(),
    )?;
    let record = run.run(&AtomicBool::new(false), &mut |_| {});
    match &record.finish {
        Finish::Failed(e) => Err(Failure::new(
            crate::exit::code(e.kind()),
            format!("a trial of one tick failed: {e}"),
        )),
        _ if record.rows.is_empty() => {
            Err(EngineError::Gpu("a trial gave no result".to_owned()).into())
        }
        _ => Ok(()),
    }
}
