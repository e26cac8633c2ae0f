//! `warmfront figure`: simulate a scenario and make one figure of it.

use warmfront_model::Scenario;
use warmfront_session::figure::{DoseSeries, FigureSpec, Kind, Paper, Shown, Target};
use warmfront_session::{Finish, Provenance, Run, SessionError, clock};

use crate::cli::{FigureKind, FigureOptions};
use crate::exit::{self, Failure, USAGE};
use crate::output;
use crate::progress::Meter;
use crate::run::arms;
use crate::signals::Signals;

/// Doses of a dose-response figure unless others are asked for.
const DOSES: [f64; 6] = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0];

/// Days of a montage unless others are asked for, at most.
const DAYS: usize = 5;

/// Runs the command.
pub fn figure(options: &FigureOptions) -> Result<(), Failure> {
    let assets = options.compute.assets.open()?;
    let scenario = assets.scenario(options.scenario.as_deref())?;
    let days = days(options)?;
    let scenario = options
        .changes
        .apply(scenario, days.last().copied().filter(|d| *d != 0.0))?;
    let (arms, twice) = arms(&scenario, &options.arm)?;
    let spec = FigureSpec {
        kind: kind(options, &scenario, &days)?,
        paper: Paper {
            style: options.style,
            millimetres: options.width,
            dpi: options.dpi,
        },
    };
    let (scenario, arms) = spec.plan(scenario, arms)?;
    let warnings = warmfront_session::warnings(&scenario, &arms);
    for warning in warnings.iter().chain(&twice) {
        eprintln!("warning: {warning}");
    }
    let target = Target::new(&options.output, options.force)?;
    let signals = Signals::listen()?;
    let mut meter = Meter::new(options.quiet || options.json);
    let gpu = meter.watching(options.compute.adapter.gpu()?);
    let model = scenario.model.clone();
    let mut seen = spec.watch(&scenario);
    let keep = warmfront_session::RunOptions {
        lookout: true,
        ..Default::default()
    };
    let mut run = Run::new(&gpu, assets.files, scenario, &arms, keep)?;
    let tell = &mut |p: &warmfront_session::Progress| meter.tell(&model, p);
    let record = run.run_watched(&signals.stop, tell, &mut seen);
    let reached = clock(&model, record.time);
    let mut failure = match &record.finish {
        Finish::Failed(e) => Some(Failure::new(exit::code(e.kind()), e.to_string())),
        Finish::Cancelled => {
            let message = format!("{} at {reached}", signals.words());
            Some(Failure::new(signals.code(), message))
        }
        Finish::Complete | Finish::Unfinished => None,
    };
    meter.say("drawing");
    let drawn = spec
        .draw(record, &seen)
        .and_then(|f| target.write(&f, &spec.paper, &Provenance::of(record)));
    meter.end();
    for warning in record.warnings.iter().skip(warnings.len()) {
        eprintln!("warning: {warning}");
    }
    let path = options.output.display();
    match (drawn, &mut failure) {
        (Ok(bytes), failure) => {
            if options.json {
                output::print_json(&serde_json::json!({
                    "file": path.to_string(),
                    "bytes": bytes,
                    "width_mm": options.width,
                    "reached": record.time,
                    "adapter": record.adapter.name,
                    "error": failure.as_ref().map(|f| &f.message),
                }));
            } else if !options.quiet {
                output::print(&format!("{path}: {:.0} kB\n", bytes as f64 / 1e3));
            }
            if let Some(failure) = failure {
                let note = format!("\n  the figure up to {reached} is {path}");
                failure.message.push_str(&note);
                failure.reported = options.json;
            }
        }
        // The first error explains the second.
        (Err(_), Some(_)) => {}
        (Err(e), None) => return Err(e.into()),
    }
    failure.map_or(Ok(()), Err)
}

/// The days that are asked for, rising, each once.
fn days(options: &FigureOptions) -> Result<Vec<f64>, Failure> {
    let mut days = options.days.clone();
    if let Some(bad) = days.iter().find(|d| !(d.is_finite() && **d >= 0.0)) {
        let text = format!("in --days: {bad} is no day; write days from 0 on, as in --days 0,7,14");
        return Err(Failure::new(USAGE, text));
    }
    days.sort_by(f64::total_cmp);
    days.dedup();
    if days.last() == Some(&0.0)
        && options.kind != Some(FigureKind::Montage)
        && options.kind.is_some()
    {
        let text = "in --days: a run to day 0 has nothing to draw; name a later day";
        return Err(Failure::new(USAGE, text));
    }
    Ok(days)
}

fn kind(options: &FigureOptions, scenario: &Scenario, days: &[f64]) -> Result<Kind, Failure> {
    let model = &scenario.model;
    let of_doses = options.drug.is_some() || !options.doses.is_empty();
    let of_montage = options.view.is_some() || options.field.is_some();
    let kind = options.kind.unwrap_or(match of_doses {
        true => FigureKind::DoseResponse,
        false => FigureKind::Montage,
    });
    let wrong = |option: &str, kind: &str| {
        let text = format!("{option} belongs to --kind {kind}");
        Err(Failure::new(USAGE, text))
    };
    if of_doses && kind != FigureKind::DoseResponse {
        return wrong("--drug and --doses", "dose-response");
    }
    if of_montage && kind != FigureKind::Montage {
        return wrong("--view and --field", "montage");
    }
    Ok(match kind {
        FigureKind::Montage => Kind::Montage {
            times: times(scenario, days),
            shown: match (&options.view, &options.field) {
                (Some(name), _) => {
                    Shown::View(model.view(name).map_err(|e| e.inside("in --view"))?)
                }
                (None, Some(name)) => {
                    Shown::Field(model.field(name).map_err(|e| e.inside("in --field"))?)
                }
                (None, None) => Shown::of(model),
            },
        },
        FigureKind::Curves => Kind::Curves,
        FigureKind::Burden => Kind::Burden,
        FigureKind::DoseResponse => Kind::DoseResponse(DoseSeries {
            drug: drug(options, scenario)?,
            multiples: match options.doses.as_slice() {
                [] => DOSES.to_vec(),
                given => given.to_vec(),
            },
        }),
    })
}

/// Model times of a montage: the days that are asked for, or a few of the scenario's snapshots.
fn times(scenario: &Scenario, days: &[f64]) -> Vec<f64> {
    let per_day = scenario.model.units_per_day();
    let end = scenario.time.duration;
    if !days.is_empty() {
        // The last day is the end, to the last bit.
        let times = days.iter().map(|d| (d * per_day).min(end));
        return times.collect();
    }
    let mut all = scenario.time.snapshots.clone();
    all.retain(|t| *t > 0.0 && *t < end);
    all.insert(0, 0.0);
    all.push(end);
    let step = (all.len() - 1) as f64 / (all.len().min(DAYS) - 1) as f64;
    let each = (0..all.len().min(DAYS)).map(|i| all[(i as f64 * step).round() as usize]);
    each.collect()
}

fn drug(options: &FigureOptions, scenario: &Scenario) -> Result<usize, Failure> {
    let model = &scenario.model;
    if let Some(name) = &options.drug {
        return Ok(model.drug(name).map_err(|e| e.inside("in --drug"))?);
    }
    let given = |d: &usize| scenario.arms.iter().any(|a| a.doses[*d] > 0.0);
    let found = (0..model.drugs.len()).find(given);
    found.ok_or_else(|| {
        let e = SessionError::Film {
            what: format!("no arm of `{}` gets a drug", scenario.id),
            help: "name one with --drug".to_owned(),
        };
        e.into()
    })
}
