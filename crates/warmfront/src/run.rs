//! `warmfront run`: simulate a scenario and write what came out.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use warmfront_engine::{Gpu, GpuOptions};
use warmfront_model::Scenario;
use warmfront_session::export::write_all;
use warmfront_session::{Finish, OutputFolder, Run, clock};

use crate::assets::Assets;
use crate::cli::RunOptions;
use crate::exit::{self, Failure, INTERRUPTED};
use crate::progress::Meter;
use crate::{output, table};

/// Runs the command.
pub fn run(options: &RunOptions) -> Result<(), Failure> {
    let assets = Assets::open(options.assets.assets.as_deref())?;
    let scenario = assets.scenario(options.scenario.as_deref())?;
    let scenario = options.changes.apply(scenario)?;
    let arms = arms(&scenario, &options.arm)?;
    let out = match &options.out {
        Some(out) => out.clone(),
        None => PathBuf::from("out").join(&scenario.id),
    };
    let cancel = listen()?;
    let mut folder = OutputFolder::open(&out, options.force)?;

    let quiet = options.quiet || options.json;
    let mut meter = Meter::new(quiet);
    meter.say("setting up");
    let gpu = Gpu::new(&GpuOptions {
        adapter: options.adapter.clone(),
    })?;
    let keep = warmfront_session::RunOptions {
        snapshots: true,
        spool: Some(folder.scratch("fields")?),
    };
    let model = scenario.model.clone();
    let mut run = Run::new(&gpu, assets.files, scenario, &arms, keep)?;
    let outcome = run.run(&cancel, &mut |p| meter.tell(&model, p));
    let stopped = clock(&model, outcome.time);
    let failure = match &outcome.finish {
        Finish::Failed(e) => Some(Failure::new(exit::code(e.kind()), e.to_string())),
        Finish::Cancelled => Some(Failure::new(
            INTERRUPTED,
            format!(
                "stopped with Ctrl-C at {stopped}; everything so far is in {}",
                out.display()
            ),
        )),
        Finish::Complete | Finish::Unfinished => None,
    };
    meter.say("writing results");
    let written = match write_all(&run, &mut folder, !options.no_figures) {
        Ok(written) => written,
        // The first error explains the second.
        Err(e) => return Err(failure.unwrap_or_else(|| e.into())),
    };
    meter.end();
    for warning in &written.warnings {
        eprintln!("warning: {warning}");
    }
    if options.json {
        let mut summary = written.summary.clone();
        summary["folder"] = out.display().to_string().into();
        output::print_json(&summary);
    } else if !options.quiet {
        output::print(&table::table(run.record(), &written, &out));
    }
    match failure {
        None => Ok(()),
        Some(mut failure) => {
            if failure.code != INTERRUPTED {
                let note = format!("\n  results up to {stopped} are in {}", out.display());
                failure.message.push_str(&note);
            }
            failure.reported = options.json;
            Err(failure)
        }
    }
}

/// Indices of the arms that are asked for, in the scenario's order.
fn arms(scenario: &Scenario, names: &[String]) -> Result<Vec<usize>, Failure> {
    if names.iter().any(|n| n == "all") {
        return Ok((0..scenario.arms.len()).collect());
    }
    let mut arms = Vec::new();
    for name in names {
        let arm = scenario
            .arm(name.trim())
            .map_err(|e| e.inside("in --arm"))?;
        arms.push(arm);
    }
    arms.sort_unstable();
    arms.dedup();
    Ok(arms)
}

/// A flag that Ctrl-C sets. A second Ctrl-C ends the program at once.
fn listen() -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = flag.clone();
    ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
        eprintln!("\nstopping after this tick; Ctrl-C again ends at once");
    })
    .map_err(|e| Failure::new(exit::INPUT_OUTPUT, format!("cannot listen for Ctrl-C: {e}")))?;
    Ok(flag)
}
