//! `warmfront validate`: the model against the published numbers of its `validation.toml`.

use warmfront_model::counted;
use warmfront_model::validation::Validation;
use warmfront_session::validate::{Plan, Report, pictures};
use warmfront_session::{OutputFolder, SessionError};

use crate::cli::ValidateOptions;
use crate::exit::{Failure, NUMERICAL, USAGE};
use crate::output;
use crate::signals::Signals;

/// Folder of the pictures as seen from the page, when they lie beside it.
const BESIDE: &str = "";

/// Compares and tells; misses that the file does not expect are a failure.
pub fn validate(options: &ValidateOptions) -> Result<(), Failure> {
    let assets = options.assets.open()?;
    let model = options
        .model
        .clone()
        .unwrap_or_else(|| assets.default_model());
    let validation = assets.library.validation(&model)?;
    let plan = Plan::new(&validation, &options.target, options.quick)?;
    if validation.targets.is_empty() {
        let text = format!(
            "the validation.toml of model `{model}` has no [[target]], so there is nothing to compare"
        );
        return Err(Failure::new(USAGE, text));
    }
    if plan.targets.is_empty() {
        let text = "none of these targets is quick\n  help: leave out --quick, or name others";
        return Err(Failure::new(USAGE, text.to_owned()));
    }
    if options.list {
        list(&validation, &plan, options.json);
        return Ok(());
    }
    let folder = options.out.as_ref();
    let mut folder = folder
        .map(|out| OutputFolder::open(out, options.force))
        .transpose()?;
    let gpu = options.adapter.gpu()?;
    let signals = Signals::listen()?;
    let count = plan.cases.len();
    let mut tell = |i: usize, case: &warmfront_model::validation::Case| {
        if !options.json {
            eprintln!("{:2} of {count}  {}: {}", i + 1, case.id, case.title);
        }
    };
    let report = plan.run(&gpu, &assets.files, &signals.stop, &mut tell)?;
    let stopped = report.findings.len() < plan.targets.len();
    let beside = options.pictures.as_deref().unwrap_or(BESIDE);
    if let (Some(folder), false) = (&mut folder, stopped) {
        write(&report, folder, beside)?;
    }
    if options.json {
        output::print_json(&report.json());
    } else if options.markdown {
        output::print(&report.markdown(beside));
    } else {
        output::print(&format!("{}on {}\n", report.table(), report.adapter));
    }
    if stopped {
        let text = format!(
            "{}: {} of {} done{}",
            signals.words(),
            report.findings.len(),
            counted(plan.targets.len(), "target"),
            if folder.is_some() {
                "; no page is written of a part"
            } else {
                ""
            }
        );
        let mut failure = Failure::new(signals.code(), text);
        failure.reported = options.json;
        return Err(failure);
    }
    if report.pass() {
        return Ok(());
    }
    let missed = report.missed().join(", ");
    let text = format!("these targets were missed, and the file does not expect it: {missed}");
    let mut failure = Failure::new(NUMERICAL, text);
    failure.reported = options.json;
    Err(failure)
}

fn list(validation: &Validation, plan: &Plan<'_>, json: bool) {
    let targets = plan.targets.iter().map(|t| (*t, &validation.targets[*t]));
    if json {
        let each = targets.map(|(t, g)| {
            serde_json::json!({
                "id": g.id, "number": g.number, "label": g.label, "quick": validation.fast(t),
            })
        });
        output::print_json(&serde_json::json!({ "targets": each.collect::<Vec<_>>() }));
        return;
    }
    for (t, g) in targets {
        let quick = if validation.fast(t) { "quick" } else { "" };
        output::print(&format!(
            "{:4} {:26} {quick:6} {}\n",
            g.number, g.id, g.label
        ));
    }
}

/// The page, the numbers and the pictures.
fn write(report: &Report<'_>, folder: &mut OutputFolder, beside: &str) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(&report.json()).unwrap_or_default() + "\n";
    folder.write_bytes("validation.json", json.as_bytes())?;
    folder.write_bytes("VALIDATION.md", report.markdown(beside).as_bytes())?;
    let texts = [
        ("Software", "warmfront"),
        ("warmfront.validate", report.validation.model.hash.as_str()),
    ];
    for (name, figure) in pictures(report)? {
        let bytes = figure.png(2.0, &texts).map_err(SessionError::from)?;
        folder.write_bytes(&format!("{name}.png"), &bytes)?;
    }
    Ok(())
}
