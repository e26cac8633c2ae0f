//! `warmfront why`: take every link of a model away in turn, run again, and tell what it carried.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use serde_json::{Value, json};
use warmfront_engine::{Files, Gpu};
use warmfront_model::{Scenario, counted};
use warmfront_session::export::{VERSION, first_sentence};
use warmfront_session::study::{Outcomes, Place, Store, until};
use warmfront_session::why::{
    Answer, Origin, Question, Spread, json as answer_json, percent, write,
};
use warmfront_session::{Provenance, Row, SessionError, clock, pretty_unit};
use warmfront_view::number::format_number;

use crate::cli::WhyOptions;
use crate::exit::Failure;
use crate::output;
use crate::progress::Meter;
use crate::signals::Signals;
use crate::table::aligned;

/// Runs the command.
pub fn why(options: &WhyOptions) -> Result<(), Failure> {
    let assets = options.compute.assets.open()?;
    let scenario = assets.scenario(options.scenario.as_deref())?;
    let scenario = options.changes.apply(scenario, None)?;
    let scenario = until(
        scenario,
        options.day,
        "a longer run needs `duration` in a scenario of its own",
    )?;
    let only: Result<Vec<usize>, _> = options
        .only
        .iter()
        .map(|name| scenario.model.counterfactual(name.trim()))
        .collect();
    let only = only.map_err(|e| e.inside("in --only"))?;
    let question = Question::new(&scenario, &only, options.replicates)?;
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    for warning in warmfront_session::warnings(&scenario, &arms) {
        eprintln!("warning: {warning}");
    }
    let out = match &options.out {
        Some(out) => out.clone(),
        None => PathBuf::from("out").join(format!("{}-why", scenario.id)),
    };
    let signals = Signals::listen()?;
    let mut meter = Meter::new(options.quiet || options.json);
    let gpu = meter.watching(options.compute.adapter.gpu()?);
    let adapter = gpu.report.name.clone();
    let mut place = Place::open(&out, options.force, &question.study, &gpu.report)?;
    if let Some(damage) = place.damage() {
        eprintln!("warning: {damage}");
    }
    let files = assets.files;
    let found = ask(
        &question,
        &gpu,
        &files,
        Some(&mut place.store),
        &signals.stop,
        &mut meter,
    )?;
    if !found.complete {
        meter.end();
        let message = format!(
            "{} after {} of {}; the same command goes on from there ({})",
            signals.words(),
            found.outcomes.len(),
            counted(question.study.cases().len(), "run"),
            out.display()
        );
        return Err(Failure::new(signals.code(), message));
    }
    let answer = question.answer(&found, scenario.time.duration)?;
    meter.say("writing results");
    let folder = &mut place.folder;
    let origin = origin(&question, &found, &adapter);
    folder.write_bytes("scenario.toml", scenario.to_toml().as_bytes())?;
    let written = write(&origin, &answer, folder, !options.no_figures)?;
    let mut files: Vec<String> = folder.written().to_vec();
    files.push("summary.json".to_owned());
    let model = &scenario.model;
    let summary = json!({
        "warmfront": VERSION,
        "status": "complete",
        "adapter": { "name": gpu.report.name, "driver": gpu.report.driver },
        "model": { "id": model.id, "label": model.label, "hash": model.hash },
        "scenario": { "id": scenario.id, "label": scenario.label, "toml": scenario.to_toml() },
        "arms": scenario.arms.iter().map(|a| json!({ "id": a.id, "label": a.label })).collect::<Vec<_>>(),
        "seed": scenario.seed,
        "runs": found.outcomes.len(),
        "runs_taken_up": found.taken_up,
        "wall_seconds": found.seconds,
        "why": answer_json(&answer),
        "caveat": model.caveat.split_whitespace().collect::<Vec<_>>().join(" "),
        "files": files,
    });
    let text = serde_json::to_string_pretty(&summary).unwrap_or_default() + "\n";
    folder.write_bytes("summary.json", text.as_bytes())?;
    meter.end();
    if options.json {
        let mut summary = summary;
        summary["folder"] = out.display().to_string().into();
        output::print_json(&summary);
    } else if !options.quiet {
        let mut text = table(&scenario, &answer);
        text.push_str(&format!("\nin {}:\n", out.display()));
        for (file, what) in &written {
            text.push_str(&format!("  {file:12}  {what}\n"));
        }
        let taken = match found.taken_up {
            0 => String::new(),
            n => format!(", {n} of them taken up from before"),
        };
        text.push_str(&format!(
            "\n{} in {:.1} s on {adapter}{taken}\n",
            counted(found.outcomes.len(), "run"),
            found.seconds
        ));
        let caveat = first_sentence(&model.caveat);
        if !caveat.is_empty() {
            text.push_str(&format!("note: {caveat}\n"));
        }
        output::print(&text);
    }
    Ok(())
}

/// Runs the cases of a question.
pub fn ask(
    question: &Question,
    gpu: &Gpu,
    files: &Files,
    store: Option<&mut Store>,
    stop: &AtomicBool,
    meter: &mut Meter,
) -> Result<Outcomes, SessionError> {
    let mut told = None;
    question.study.run(gpu, files, store, stop, &mut |p| {
        if told != Some(p.done) {
            told = Some(p.done);
            meter.say(&format!(
                "without each link: {} of {}",
                p.done,
                counted(p.cases, "run")
            ));
        }
    })
}

/// Where the numbers of an answer come from: the scenario as it is, with its last row.
pub fn origin<'a>(question: &'a Question, found: &Outcomes, adapter: &str) -> Origin<'a> {
    let scenario = &question.scenario;
    let arms: Vec<usize> = (0..scenario.arms.len()).collect();
    let whole: Vec<_> = found
        .outcomes
        .iter()
        .filter(|o| o.case.group == 0)
        .collect();
    let last = whole.iter().map(|o| {
        let values = o.values.last()?.iter();
        Some(values.map(|v| v.unwrap_or(f64::NAN)).collect())
    });
    let time = whole.first().and_then(|o| o.times.last().copied());
    let row = time.zip(last.collect::<Option<Vec<Vec<f64>>>>());
    let row = row.map(|(time, values)| Row { time, values });
    Origin {
        scenario,
        provenance: Provenance::new(scenario, &arms, adapter, row.as_ref()),
    }
}

/// The table and, below it, what each row says.
pub fn table(scenario: &Scenario, answer: &Answer) -> String {
    let model = &scenario.model;
    let o = model.burden.map(|b| &model.observables[b]);
    let (label, unit) = o.map_or((String::new(), String::new()), |o| {
        (o.label.to_lowercase(), pretty_unit(&o.unit))
    });
    let treated: Vec<usize> = (0..answer.arms.len())
        .filter(|a| *a != answer.control)
        .collect();
    let mut head = vec!["without".to_owned(), answer.arms[answer.control].0.clone()];
    head.extend(treated.iter().map(|a| answer.arms[*a].0.clone()));
    if answer.is_combination() {
        head.extend(["Bliss".to_owned(), "fold".to_owned()]);
    }
    head.push("share".to_owned());
    let mut lines = vec![head];
    let cell = |s: Option<Spread>, f: &dyn Fn(f64) -> String| {
        s.map_or("-".to_owned(), |s| f(s.mean).replace('-', "\u{2212}"))
    };
    let mut readings = Vec::new();
    let mut absent = Vec::new();
    for (row, link) in answer.links.iter().enumerate() {
        if !link.at_work {
            absent.push(format!("{} ({})", link.id, link.label));
            continue;
        }
        let name = match row {
            0 => "nothing".to_owned(),
            _ => link.id.clone(),
        };
        let mut line = vec![
            name.clone(),
            cell(answer.burden(row, answer.control), &format_number),
        ];
        line.extend(
            treated
                .iter()
                .map(|a| cell(answer.relative(row, *a), &short)),
        );
        if answer.is_combination() {
            line.push(cell(answer.bliss(row), &|v| format!("{v:+.2}")));
            line.push(cell(answer.fold(row), &short));
        }
        let share = answer.share(row, answer.focus);
        line.push(match row {
            0 => String::new(),
            _ => cell(share, &percent),
        });
        lines.push(line);
        let parts = match link.parts() {
            parts if parts.is_empty() => parts,
            parts => format!(" = {parts}"),
        };
        let title = match row {
            0 => name,
            _ => format!("{name} ({}){parts}", link.label),
        };
        readings.push((title, &link.reading));
    }
    let (id, focus) = &answer.arms[answer.focus];
    let mut text = format!(
        "{label} at {}: control in {}, others over their row's control\n\n",
        clock(model, answer.time),
        if unit.is_empty() {
            "its own unit"
        } else {
            &unit
        },
    );
    text.push_str(&aligned(&lines));
    let share = format!(
        "share: of the log-reduction ln(control/burden) by {id} ({focus}) that the link carries"
    );
    text.push_str(&folded(&share, 80));
    if answer.is_combination() {
        let fold = "fold: how much less is left than independent effects (Bliss) would leave; above 1: \
                    Bliss synergy";
        text.push_str(&folded(fold, 80));
    }
    if answer.seeds.len() > 1 {
        text.push_str(&format!(
            "means of {} seeds; why.csv has each of them\n",
            answer.seeds.len()
        ));
    }
    text.push('\n');
    for (name, reading) in readings {
        text.push_str(&folded(&format!("{name}: {reading}."), 80));
    }
    if !absent.is_empty() {
        text.push_str(&folded(
            &format!("not at work in this scenario: {}.", absent.join(", ")),
            80,
        ));
    }
    text
}

/// What an arm's entry of a summary gets.
pub fn of_arm(answer: &Answer, told: &Value, arm: usize) -> Value {
    let id = &answer.arms[arm].0;
    let links = told["links"].as_array().into_iter().flatten();
    let rows: Vec<Value> = links
        .map(|l| {
            json!({
                "without": l["id"],
                "burden": l["arms"][id]["burden"],
                "relative_to_control": l["arms"][id]["relative_to_control"],
                "share": l["arms"][id]["share"],
            })
        })
        .collect();
    rows.into()
}

/// Three digits at most.
fn short(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 10.0 => format!("{v:.1}"),
        v if v >= 0.0995 => format!("{v:.2}"),
        v => format_number(v),
    }
}

/// Text in lines of at most `width` letters, the later ones indented.
fn folded(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(format!("    {word}"));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded() {
        assert_eq!(folded("one two three", 8), "one two\n    three\n");
        assert_eq!(folded("one", 8), "one\n");
    }

    #[test]
    fn numbers_are_short() {
        let texts = [123.4, 32.46, 5.678, 0.0053].map(short);
        assert_eq!(texts, ["123", "32.5", "5.68", "0.0053"]);
    }
}
