//! `warmfront verify`: the numerics against answers that are known.

use warmfront_session::verify::{CASES, Report, select};

use crate::cli::VerifyOptions;
use crate::exit::{Failure, NUMERICAL};
use crate::output;

/// Runs the command.
pub fn verify(options: &VerifyOptions) -> Result<(), Failure> {
    let cases = select(&options.case)?;
    if options.list {
        if options.json {
            let list: Vec<_> = cases
                .iter()
                .map(|c| serde_json::json!({ "id": c.id, "title": c.title }))
                .collect();
            output::print_json(&serde_json::json!({ "cases": list }));
        } else {
            for c in cases {
                output::print(&format!("{:4} {}\n", c.id, c.title));
            }
        }
        return Ok(());
    }
    let gpu = options.adapter.gpu()?;
    let mut report = Report::default();
    for case in cases {
        let one = case.run(&gpu);
        let verdict = if one.pass() { "ok" } else { "FAILED" };
        if !options.json {
            eprintln!(
                "{:4} {verdict:6} {:5.1} s  {}",
                case.id, one.seconds, case.title
            );
        }
        report.extend(one);
    }
    let adapter = &gpu.report.name;
    if options.json {
        output::print_json(&report.json(adapter));
    } else if options.markdown {
        output::print(&report.markdown(adapter));
    } else {
        output::print(&format!("\n{}on {adapter}\n", report.table()));
    }
    if report.pass() {
        return Ok(());
    }
    let failed = CASES
        .iter()
        .filter(|c| report.rows.iter().any(|r| r.case == c.id && !r.pass()))
        .map(|c| c.id);
    let mut failure = Failure::new(
        NUMERICAL,
        format!(
            "these cases failed: {}",
            failed.collect::<Vec<_>>().join(", ")
        ),
    );
    failure.reported = options.json;
    Err(failure)
}
