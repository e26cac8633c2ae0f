//! `warmfront reproduce`: the simulation that made a file once more, and whether the numbers agree.

use serde_json::json;
use warmfront_model::counted;
use warmfront_session::reproduce::{Comparison, Pair, Task, Verdict};
use warmfront_session::{Finish, clock};
use warmfront_view::number::format_number;

use crate::cli::ReproduceOptions;
use crate::exit::{self, Failure, NUMERICAL, USAGE};
use crate::output;
use crate::progress::Meter;
use crate::signals::Signals;
use crate::table::aligned;

/// Runs the command.
pub fn reproduce(options: &ReproduceOptions) -> Result<(), Failure> {
    if !(options.tolerance >= 0.0 && options.tolerance.is_finite()) {
        let text = format!("--tolerance {}: a number ≥ 0 is needed", options.tolerance);
        return Err(Failure::new(USAGE, text));
    }
    let found = warmfront_session::reopen(&options.file)?;
    let assets = options.compute.assets.open()?;
    let task = Task::of(&options.file, &found, &assets.library)?;
    let signals = Signals::listen()?;
    let mut meter = Meter::new(options.quiet || options.json);
    let gpu = meter.watching(options.compute.adapter.gpu()?);
    let mut differences = task.differences.clone();
    if task.told.adapter != gpu.report.name {
        differences.push(format!(
            "the file was computed on {}, this is {}",
            task.told.adapter, gpu.report.name
        ));
    }
    let model = task.scenario.model.clone();
    let run = task.run(&gpu, assets.files, &signals.stop, &mut |p| {
        meter.tell(&model, p);
    })?;
    meter.end();
    let record = run.record();
    if !task.reached(record) {
        return Err(match &record.finish {
            Finish::Failed(e) => Failure::new(exit::code(e.kind()), e.to_string()),
            _ => Failure::new(
                signals.code(),
                format!("{}; nothing was compared", signals.words()),
            ),
        });
    }
    let found = task.compare(record, options.tolerance);
    if options.json {
        output::print_json(&as_json(&task, &found, &differences, &gpu.report.name));
    } else {
        let mut text = table(&found);
        for line in &differences {
            text.push_str(&format!("note: {line}\n"));
        }
        if !task.told_rows() {
            text.push_str(
                "note: compared are the final values of all observables; nothing else in the file\n",
            );
        }
        let at = clock(&model, task.until());
        text.push_str(&format!("{}: {}\n", words(&found), told(&found, &at)));
        output::print(&text);
    }
    match found.verdict {
        Verdict::Identical | Verdict::Agrees => Ok(()),
        Verdict::Differs => {
            let worst = found.worst.first().map_or("", |p| p.quantity.as_str());
            let mut failure = Failure::new(
                NUMERICAL,
                format!("{} differs: {worst} most", options.file.display()),
            );
            failure.reported = options.json;
            Err(failure)
        }
    }
}

/// The verdict in words.
fn words(c: &Comparison) -> String {
    match c.verdict {
        Verdict::Identical => "identical".to_owned(),
        Verdict::Agrees => format!("agrees within {}", format_number(c.tolerance)),
        Verdict::Differs => "differs".to_owned(),
    }
}

fn told(c: &Comparison, at: &str) -> String {
    let all = format!("{} up to {at}", counted(c.compared, "number"));
    match c.different {
        0 => format!("{all}, the same in all eight digits"),
        n => format!(
            "{n} of {all} are not the same; the largest relative difference is {}",
            relative(c.largest)
        ),
    }
}

fn relative(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        v if v.is_finite() => format!("{v:.1e}"),
        _ => "-".to_owned(),
    }
}

fn table(found: &Comparison) -> String {
    let number = |v: Option<f64>| v.map_or("-".to_owned(), |v| format!("{v:.7e}"));
    let mut lines = vec![
        ["quantity", "arm", "time", "was", "is", "relative"]
            .map(str::to_owned)
            .to_vec(),
    ];
    lines.extend(found.worst.iter().map(|p: &Pair| {
        vec![
            p.quantity.clone(),
            p.arm.clone(),
            format_number(p.time),
            number(p.was),
            number(p.is),
            relative(p.relative),
        ]
    }));
    aligned(&lines)
}

fn as_json(
    task: &Task,
    found: &Comparison,
    differences: &[String],
    adapter: &str,
) -> serde_json::Value {
    let worst = found.worst.iter().map(|p| {
        json!({
            "quantity": p.quantity,
            "arm": p.arm,
            "time": p.time,
            "was": p.was,
            "is": p.is,
            "relative_difference": p.relative.is_finite().then_some(p.relative),
        })
    });
    json!({
        "verdict": match found.verdict {
            Verdict::Identical => "identical",
            Verdict::Agrees => "agrees",
            Verdict::Differs => "differs",
        },
        "tolerance": found.tolerance,
        "time": task.until(),
        "scope": if task.told_rows() { "rows" } else { "final values" },
        "compared": found.compared,
        "different": found.different,
        "largest_relative_difference": found.largest.is_finite().then_some(found.largest),
        "worst": worst.collect::<Vec<_>>(),
        "differences": differences,
        "adapter": { "was": task.told.adapter, "is": adapter },
        "model_hash": { "was": task.told.model_hash, "is": task.scenario.model.hash },
        "version": { "was": task.told.warmfront, "is": warmfront_session::export::VERSION },
    })
}
