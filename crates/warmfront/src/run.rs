//! `warmfront run`: simulate a scenario and write what came out.

use std::path::PathBuf;

use clap::ValueEnum;
use warmfront_model::Scenario;
use warmfront_session::export::{Formats, Written, write_all};
use warmfront_session::why::{self as session_why, Answer, Question};
use warmfront_session::{ErrorKind, Finish, OutputFolder, Run, SessionError, clock};

use crate::cli::RunOptions;
use crate::exit::{self, Failure};
use crate::progress::Meter;
use crate::signals::Signals;
use crate::{output, table, why};

/// Times at which `--fields-every` may keep whole fields.
const MOST_TIMES: f64 = 5000.0;

/// Files that whole fields can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FieldFormat {
    /// ARM/fields.npz, for numpy
    Npz,
    /// ARM/fields.zarr (Zarr v3, OME-NGFF 0.5), for xarray and napari
    Zarr,
    /// ARM/fields.pvd and .vti (VTK ImageData), for ParaView
    Vti,
    /// No whole fields
    None,
}

/// Runs the command.
pub fn run(options: &RunOptions) -> Result<(), Failure> {
    let assets = options.compute.assets.open()?;
    let scenario = assets.scenario(options.scenario.as_deref())?;
    let mut scenario = options.changes.apply(scenario)?;
    if let Some(days) = options.fields_every {
        scenario.time.snapshots = field_times(&scenario, days)?;
    }
    let formats = formats(&options.format)?;
    let question = match options.why {
        true => Some(Question::new(&scenario, &[], 1)?),
        false => None,
    };
    let (arms, twice) = arms(&scenario, &options.arm)?;
    for warning in warmfront_session::warnings(&scenario, &arms)
        .iter()
        .chain(&twice)
    {
        eprintln!("warning: {warning}");
    }
    let out = match &options.out {
        Some(out) => out.clone(),
        None => PathBuf::from("out").join(&scenario.id),
    };
    let signals = Signals::listen()?;
    let mut folder = OutputFolder::open(&out, options.force)?;

    let quiet = options.quiet || options.json;
    let mut meter = Meter::new(quiet);
    let gpu = meter.watching(options.compute.adapter.gpu()?);
    let keep = warmfront_session::RunOptions {
        snapshots: true,
        spool: Some(folder.scratch("fields")?),
        formats,
        lookout: true,
    };
    let model = scenario.model.clone();
    let told = warmfront_session::warnings(&scenario, &arms).len() + twice.len();
    let mut run = Run::new(&gpu, assets.files.clone(), scenario, &arms, keep)?;
    for warning in twice {
        run.warn(warning);
    }
    let outcome = run.run(&signals.stop, &mut |p| meter.tell(&model, p));
    let stopped = clock(&model, outcome.time);
    let mut cut_short = None;
    let seen: Vec<String> = outcome.warnings.iter().skip(told).cloned().collect();
    let mut failure = match &outcome.finish {
        Finish::Failed(e) => Some(Failure::new(exit::code(e.kind()), e.to_string())),
        Finish::Cancelled => {
            let what = format!("{} at {stopped}", signals.words());
            let message = format!("{what}; everything so far is in {}", out.display());
            cut_short = Some(what);
            Some(Failure::new(signals.code(), message))
        }
        Finish::Complete | Finish::Unfinished => None,
    };
    let cancelled = cut_short.is_some();
    if let Some(what) = cut_short {
        run.warn(what);
        if signals.code() != exit::INTERRUPTED {
            run.stopped_by(signals.words());
        }
    }
    meter.say("writing results");
    let mut written = match write_all(&run, &mut folder, !options.no_figures) {
        Ok(written) => written,
        // The first error explains the second.
        Err(e) => return Err(failure.unwrap_or_else(|| e.into())),
    };
    let mut answer = None;
    if let (Some(question), None) = (&question, &failure) {
        let found = why::ask(
            question,
            &gpu,
            &assets.files,
            None,
            &signals.stop,
            &mut meter,
        )?;
        if found.complete {
            let origin = why::origin(question, &found, &run.record().adapter.name);
            let told = question.answer(&found, question.scenario.time.duration)?;
            let files = session_why::write(&origin, &told, &mut folder, !options.no_figures)?;
            add_why(&mut written, &told, files, &mut folder)?;
            answer = Some(told);
        } else {
            let what = format!(
                "{} before `--why` was done; the run is whole",
                signals.words()
            );
            failure = Some(Failure::new(signals.code(), what));
        }
    }
    meter.end();
    for warning in seen.iter().chain(&written.warnings).chain(&written.missing) {
        eprintln!("warning: {warning}");
    }
    if options.json {
        let mut summary = written.summary.clone();
        summary["folder"] = out.display().to_string().into();
        output::print_json(&summary);
    } else if !options.quiet {
        let told = answer
            .as_ref()
            .map(|a| why::table(&run.record().scenario, a));
        output::print(&table::table(run.record(), &written, &out, told.as_deref()));
    }
    match failure {
        None if !written.missing.is_empty() => {
            let code = exit::code(ErrorKind::InputOutput);
            let mut failure = Failure::new(code, "not every file could be written (see above)");
            failure.reported = options.json;
            Err(failure)
        }
        None => Ok(()),
        Some(mut failure) => {
            if !cancelled {
                let note = format!("\n  results up to {stopped} are in {}", out.display());
                failure.message.push_str(&note);
            }
            failure.reported = options.json;
            Err(failure)
        }
    }
}

/// Puts an answer into the summary of a run, as a whole and arm by arm.
fn add_why(
    written: &mut Written,
    answer: &Answer,
    files: Vec<(String, String)>,
    folder: &mut OutputFolder,
) -> Result<(), Failure> {
    let told = session_why::json(answer);
    if let Some(arms) = written.summary["arms"].as_array_mut() {
        for entry in arms {
            let arm = answer.arms.iter().position(|a| entry["id"] == a.0);
            if let Some(arm) = arm {
                entry["why"] = why::of_arm(answer, &told, arm);
            }
        }
    }
    written.summary["why"] = told;
    written.summary["files"] = folder.written().into();
    let last = written.files.len().saturating_sub(1);
    written.files.splice(last..last, files);
    let text = serde_json::to_string_pretty(&written.summary).unwrap_or_default() + "\n";
    Ok(folder.write_bytes("summary.json", text.as_bytes())?)
}

/// A wrong option.
fn usage(message: impl Into<String>) -> Failure {
    Failure::new(exit::USAGE, message)
}

/// The formats of `--format`.
fn formats(asked: &[FieldFormat]) -> Result<Formats, Failure> {
    let has = |format| asked.contains(&format);
    if has(FieldFormat::None) && asked.iter().any(|f| *f != FieldFormat::None) {
        return Err(usage(
            "--format: `none` stands alone; npz, zarr and vti may be combined with commas",
        ));
    }
    if has(FieldFormat::Zarr) && !cfg!(feature = "zarr") {
        let what = SessionError::NotBuilt {
            what: "Zarr",
            feature: "zarr",
        };
        return Err(usage(what.to_string()));
    }
    Ok(Formats {
        npz: has(FieldFormat::Npz),
        zarr: has(FieldFormat::Zarr),
        vti: has(FieldFormat::Vti),
    })
}

/// Model times of `--fields-every`: 0, every so many days, and the end.
fn field_times(scenario: &Scenario, days: f64) -> Result<Vec<f64>, Failure> {
    let end = scenario.time.duration;
    let per_day = scenario.model.units_per_day();
    if !(days.is_finite() && days > 0.0) {
        return Err(usage(format!(
            "--fields-every {days}: a number of days > 0 is needed"
        )));
    }
    let count = end / (days * per_day);
    if count > MOST_TIMES {
        let least = end / per_day / MOST_TIMES;
        return Err(usage(format!(
            "--fields-every {days} would keep whole fields at {count:.0} times; \
             at most {MOST_TIMES} are kept, so {least} is the least here"
        )));
    }
    let every = 1..=(count * (1.0 + 1e-9)).floor() as u64;
    let mut times: Vec<f64> = every.map(|k| k as f64 * days * per_day).collect();
    times.insert(0, 0.0);
    // What rounding put beyond the end is the end.
    times.retain(|t| *t < end * (1.0 - 1e-9));
    times.push(end);
    Ok(times)
}

/// Indices of the arms that are asked for, in the scenario's order, and a warning for each that is
/// asked for twice.
pub fn arms(scenario: &Scenario, names: &[String]) -> Result<(Vec<usize>, Vec<String>), Failure> {
    if names.iter().any(|n| n == "all") {
        return Ok(((0..scenario.arms.len()).collect(), Vec::new()));
    }
    let (mut arms, mut warnings) = (Vec::new(), Vec::new());
    for name in names {
        let arm = scenario
            .arm(name.trim())
            .map_err(|e| e.inside("in --arm"))?;
        if arms.contains(&arm) {
            let text = format!("--arm names `{}` twice; it is run once", name.trim());
            if !warnings.contains(&text) {
                warnings.push(text);
            }
        } else {
            arms.push(arm);
        }
    }
    arms.sort_unstable();
    Ok((arms, warnings))
}
