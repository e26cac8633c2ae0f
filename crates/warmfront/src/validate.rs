//! `warmfront validate`: the model against the published numbers of its `validation.toml`.

use std::fs;

use warmfront_model::validation::Validation;
use warmfront_session::validate::{Plan, Report, pictures};

use crate::cli::ValidateOptions;
use crate::exit::{Failure, INPUT_OUTPUT, NUMERICAL, USAGE};
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
    if options.list {
        list(&validation, &plan, options.json);
        return Ok(());
    }
    if plan.targets.is_empty() {
        let text = "none of these targets is quick\n  help: leave out --quick, or name others";
        return Err(Failure::new(USAGE, text.to_owned()));
    }
    let gpu = options.adapter.gpu()?;
    let signals = Signals::listen()?;
    let count = plan.cases.len();
    let mut tell = |i: usize, case: &warmfront_model::validation::Case| {
        if !options.json {
            eprintln!("{:2} of {count}  {}: {}", i + 1, case.id, case.title);
        }
    };
    let report = plan.run(&gpu, &assets.files, &signals.stop, &mut tell)?;
    let Some(report) = report else {
        return Err(Failure::new(signals.code(), signals.words().to_owned()));
    };
    if let Some(folder) = &options.out {
        write(
            &report,
            folder,
            options.pictures.as_deref().unwrap_or(BESIDE),
        )?;
    }
    if options.json {
        output::print_json(&report.json());
    } else if options.markdown {
        output::print(&report.markdown(options.pictures.as_deref().unwrap_or(BESIDE)));
    } else {
        output::print(&format!("{}on {}\n", report.table(), report.adapter));
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
fn write(report: &Report<'_>, folder: &std::path::Path, beside: &str) -> Result<(), Failure> {
    let failed = |name: &str, e: &dyn std::fmt::Display| {
        let path = folder.join(name);
        Failure::new(
            INPUT_OUTPUT,
            format!("cannot write {}: {e}", path.display()),
        )
    };
    fs::create_dir_all(folder).map_err(|e| failed("", &e))?;
    let put = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).map_err(|e| failed(name, &e))
    };
    let json = serde_json::to_string_pretty(&report.json()).unwrap_or_default();
    put("validation.json", json.as_bytes())?;
    put("VALIDATION.md", report.markdown(beside).as_bytes())?;
    let texts = [
        ("Software", "warmfront"),
        ("warmfront.validate", report.validation.model.hash.as_str()),
    ];
    for (name, figure) in pictures(report)? {
        let bytes = figure
            .png(2.0, &texts)
            .map_err(warmfront_session::SessionError::from)?;
        put(&format!("{name}.png"), &bytes)?;
    }
    Ok(())
}
