//! `warmfront sweep`: dose matrices, parameters along axes, and which parameters carry a conclusion.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use warmfront_engine::{Files, Gpu};
use warmfront_model::{Scenario, counted};
use warmfront_session::SessionError;
use warmfront_session::export::{Written, first_sentence};
use warmfront_session::study::{Outcome, Outcomes, Place, Study, StudyProgress};
use warmfront_session::sweep::{
    Axis, Kind, Measure, Plan, Results, ScreenPlan, ScreenSpec, Screened, SweepSpec, Synergy,
    Varied, write_screen, write_sweep,
};
use warmfront_session::synergy::{LEAST_SEEDS, SHAM};
use warmfront_view::number::format_number;

use crate::cli::{REPLICATES, SPREAD, SweepOptions, TRAJECTORIES};
use crate::exit::{self, Failure};
use crate::output;
use crate::progress::Meter;
use crate::run::arms;
use crate::signals::Signals;
use crate::table::aligned;

/// Columns of a matrix that a terminal has room for.
const MOST_COLUMNS: usize = 13;

/// Rows of a table that are printed.
const MOST_ROWS: usize = 25;

/// Steps of the progress bar.
const STEPS: f64 = 1000.0;

/// Time between lines of progress without a terminal.
const PAUSE: Duration = Duration::from_secs(5);

/// Runs the command.
pub fn sweep(options: &SweepOptions) -> Result<(), Failure> {
    if options.batch == Some(0) {
        let text = "in --batch: 0 arms cannot run together; 1 or more is allowed";
        return Err(Failure::new(exit::USAGE, text));
    }
    let assets = options.compute.assets.open()?;
    let scenario = assets.scenario(options.scenario.as_deref())?;
    let scenario = options.changes.apply(scenario)?;
    let (arms, twice) = arms(&scenario, &options.arm)?;
    let observable = options.observable.as_ref().map(|name| {
        let found = scenario.model.observable(name);
        found.map_err(|e| e.inside("in --observable"))
    });
    let observable = observable.transpose()?;
    let warnings = warmfront_session::warnings(&scenario, &arms);
    let asked = Asked {
        options,
        files: assets.files,
        out: match &options.out {
            Some(out) => out.clone(),
            None => PathBuf::from("out").join(format!("sweep_{}", scenario.id)),
        },
    };
    let tell = |notes: &[String]| {
        for warning in warnings.iter().chain(&twice).chain(notes) {
            eprintln!("warning: {warning}");
        }
    };
    if options.sensitivity {
        let names = &options.parameters;
        let parameters = ScreenSpec::choose(&scenario.model, names, options.group.as_deref())?;
        let spec = ScreenSpec {
            parameters,
            trajectories: options.trajectories.unwrap_or(TRAJECTORIES),
            spread: options.spread.unwrap_or(SPREAD),
            arms,
            day: options.day,
            observable,
        };
        let plan = ScreenPlan::new(scenario, &spec, options.batch)?;
        tell(&plan.notes);
        return asked.screen(&plan);
    }
    let axis = |text: &Option<String>, option: &str| {
        let parsed = text
            .as_ref()
            .map(|t| Axis::parse(t, option, &scenario.model));
        parsed.transpose()
    };
    let spec = SweepSpec {
        x: axis(&options.x, "--x")?,
        y: axis(&options.y, "--y")?,
        arms,
        replicates: options.replicates.unwrap_or(REPLICATES),
        day: options.day,
        observable,
    };
    let plan = Plan::new(scenario, &spec, options.batch)?;
    for text in &options.changes.others.set {
        let name = text.split('=').next().unwrap_or_default().trim();
        let model = &plan.base.model;
        if plan
            .axes
            .iter()
            .any(|a| matches!(a.varied, Varied::Parameter(_)) && a.id(model) == name)
        {
            let text = format!(
                "in --set: `{name}` is on an axis too, which would replace {text}\n  help: leave out one of them"
            );
            return Err(Failure::new(exit::USAGE, text));
        }
    }
    tell(&plan.notes);
    asked.sweep(&plan)
}

/// What was asked for, and where results go.
struct Asked<'a> {
    options: &'a SweepOptions,
    files: Files,
    out: PathBuf,
}

/// A study that was run to its end.
struct Ran {
    gpu: Gpu,
    place: Place,
    outcomes: Outcomes,
    meter: Meter,
}

impl Asked<'_> {
    fn sweep(&self, plan: &Plan) -> Result<(), Failure> {
        let mut ran = self.run(&plan.study, &|gpu| plan.about(&gpu.report))?;
        let results = Results::new(plan, &ran.outcomes);
        ran.meter.say("writing results");
        let synergy = match Synergy::of(&results) {
            Ok(found) => found,
            Err(why) => {
                eprintln!("warning: {why}");
                None
            }
        };
        let text = match plan.kind {
            Kind::DoseMatrix => matrix_text(&results, synergy.as_ref()),
            Kind::Arms => arms_text(&results),
        };
        let written = write_sweep(
            &mut ran.place,
            &results,
            synergy.as_ref(),
            &ran.outcomes,
            &ran.gpu.report,
            !self.options.no_figures,
        );
        let written = self.or_told(written, &ran, &text)?;
        self.close(&ran, &plan.base, written, text, &results.failures)
    }

    fn screen(&self, plan: &ScreenPlan) -> Result<(), Failure> {
        let mut ran = self.run(&plan.study, &|gpu| plan.about(&gpu.report))?;
        ran.meter.say("writing results");
        let screened = Screened::new(plan, &ran.outcomes);
        let text = screen_text(&screened);
        let written = write_screen(
            &mut ran.place,
            &screened,
            &ran.outcomes,
            &ran.gpu.report,
            !self.options.no_figures,
        );
        let written = self.or_told(written, &ran, &text)?;
        self.close(&ran, &plan.base, written, text, &screened.failures)
    }

    /// The files, or, where they cannot be written, the answer all the same.
    fn or_told(
        &self,
        written: Result<Written, SessionError>,
        ran: &Ran,
        text: &str,
    ) -> Result<Written, Failure> {
        if written.is_err() && !self.options.quiet && !self.options.json {
            ran.meter.end();
            output::print(text);
        }
        Ok(written?)
    }

    /// Runs what is missing of a study; an interrupted one ends here.
    fn run(&self, study: &Study, about: &dyn Fn(&Gpu) -> Value) -> Result<Ran, Failure> {
        let signals = Signals::listen()?;
        let meter = Meter::new(self.options.quiet || self.options.json);
        let gpu = meter.watching(self.options.compute.adapter.gpu()?);
        let mut place = Place::open(&self.out, self.options.force, study, &gpu.report)?;
        if let Some(damage) = place.damage() {
            eprintln!("warning: {damage}");
        }
        let (held, all) = (place.held(), study.cases().len());
        if held == all {
            meter.say(&format!(
                "finished before: its {all} cases are in {}; tables and figures are written again",
                self.out.display()
            ));
        } else if held > 0 {
            meter.say(&format!(
                "going on: {held} of {} are done",
                counted(all, "case")
            ));
        }
        let mut last = None;
        let tell = &mut |p: &StudyProgress| tell(&meter, p, &mut last);
        let outcomes = study.run(
            &gpu,
            &self.files,
            Some(&mut place.store),
            &signals.stop,
            tell,
        )?;
        if outcomes.complete {
            return Ok(Ran {
                gpu,
                place,
                outcomes,
                meter,
            });
        }
        meter.end();
        let done = outcomes.outcomes.len();
        let summary = place.interrupted(about(&gpu), &outcomes, signals.words())?;
        if self.options.json {
            output::print_json(&summary);
        }
        let mut failure = Failure::new(
            signals.code(),
            format!(
                "{}: {done} of {all} cases are done and kept in {}; the same command goes on from there",
                signals.words(),
                self.out.display()
            ),
        );
        failure.reported = self.options.json;
        Err(failure)
    }

    fn close(
        &self,
        ran: &Ran,
        base: &Scenario,
        written: Written,
        mut text: String,
        failures: &[String],
    ) -> Result<(), Failure> {
        ran.meter.end();
        for warning in failures.iter().chain(&written.warnings) {
            eprintln!("warning: {warning}");
        }
        let failed = |o: &Outcome| o.failure.is_some();
        let ended = match ran.outcomes.outcomes.iter().all(failed) {
            false => Ok(()),
            true => {
                let mut failure = Failure::new(
                    exit::NUMERICAL,
                    format!(
                        "none of the {} came to its end; why is in {}",
                        counted(ran.outcomes.outcomes.len(), "case"),
                        self.out.join("summary.json").display()
                    ),
                );
                failure.reported = self.options.json;
                Err(failure)
            }
        };
        if self.options.json {
            let mut summary = written.summary;
            summary["folder"] = self.out.display().to_string().into();
            output::print_json(&summary);
            return ended;
        }
        if self.options.quiet {
            return ended;
        }
        text.push_str(&files_text(&self.out, &written));
        text.push_str(&speed(&ran.outcomes, &ran.gpu));
        let caveat = first_sentence(&base.model.caveat);
        if !caveat.is_empty() {
            text.push_str(&format!("note: {caveat}\n"));
        }
        output::print(&text);
        ended
    }
}

/// Shows how far a study is; `last` is when a line was printed.
fn tell(meter: &Meter, p: &StudyProgress, last: &mut Option<Duration>) {
    let share = (p.done as f64 + p.share * p.running as f64) / p.cases.max(1) as f64;
    // What a batch has just finished is in `done` and in `running`.
    let share = share.min(1.0);
    let text = format!("{} of {}", p.done, counted(p.cases, "case"));
    match meter {
        Meter::Silent => {}
        Meter::Bar(bar) => {
            bar.set_position((share * STEPS) as u64);
            bar.set_message(text);
        }
        Meter::Lines(..) => {
            if last.is_none_or(|l| p.wall >= l + PAUSE) {
                *last = Some(p.wall);
                eprintln!("{:3.0} %  {text}", 100.0 * share);
            }
        }
    }
}

fn files_text(out: &Path, written: &Written) -> String {
    let mut text = format!("\nin {}:\n", out.display());
    let wide = written
        .files
        .iter()
        .map(|(f, _)| f.len())
        .max()
        .unwrap_or(0);
    for (file, what) in &written.files {
        text.push_str(&format!("  {file:wide$}  {what}\n"));
    }
    text
}

fn speed(outcomes: &Outcomes, gpu: &Gpu) -> String {
    let ran = outcomes.outcomes.len() - outcomes.taken_up;
    let before = match outcomes.taken_up {
        0 => String::new(),
        n => format!(", {n} taken up from before"),
    };
    if ran == 0 {
        return format!("\nnothing was run{before}\n");
    }
    format!(
        "\n{} in {:.1} s ({} per minute, {} at a time) on {}{before}\n",
        counted(ran, "case"),
        outcomes.seconds,
        format_number(60.0 * ran as f64 / outcomes.seconds.max(1e-9)),
        outcomes.batch,
        gpu.report.name,
    )
}

/// A matrix with doses at its edges: x to the right, y upwards.
fn matrix(plan: &Plan, title: &str, cell: &dyn Fn(usize, usize) -> String) -> String {
    let model = &plan.base.model;
    let [x, y] = plan.axes.as_slice() else {
        return String::new();
    };
    if x.values.len() >= MOST_COLUMNS || y.values.len() > MOST_ROWS {
        return format!("{title}: too wide to print, see the tables\n\n");
    }
    let doses = |a: &Axis| a.amounts(&plan.base).unwrap_or_else(|| a.values.clone());
    let mut lines = Vec::new();
    let mut rows: Vec<(usize, f64)> = doses(y).into_iter().enumerate().collect();
    rows.reverse();
    for (j, dose) in rows {
        let mut line = vec![format_number(dose)];
        line.extend((0..x.values.len()).map(|i| cell(i, j)));
        lines.push(line);
    }
    let mut foot = vec![String::new()];
    foot.extend(doses(x).iter().map(|d| format_number(*d)));
    lines.push(foot);
    format!(
        "{title}\nup: {}; right: {}\n{}\n",
        y.title(model),
        x.title(model),
        aligned(&lines)
    )
}

fn two(value: Option<f64>, sign: bool) -> String {
    match value {
        None => "-".to_owned(),
        Some(v) if sign => format!("{v:+.2}")
            .replace("-0.00", "+0.00")
            .replace('-', "−"),
        Some(v) => format!("{v:.2}"),
    }
}

fn matrix_text(results: &Results<'_>, synergy: Option<&Synergy>) -> String {
    let plan = results.plan;
    let [nx, _] = plan.shape();
    let o = &plan.base.model.observables[plan.observable];
    let mut text = matrix(
        plan,
        &format!("{}, relative to no treatment", o.label),
        &|i, j| two(results.mean_relative(j * nx + i, 0).map(|m| m.mean), false),
    );
    let Some(synergy) = synergy else { return text };
    if let Some(bliss) = synergy.bliss() {
        let excess = |i: usize, j: usize| match (i, j) {
            (0, _) | (_, 0) => String::new(),
            _ => two(bliss.excess[i][j].ok(), true),
        };
        text.push_str(&matrix(
            plan,
            "Bliss excess (positive: Bliss synergy)",
            &excess,
        ));
        text.push_str(&format!("{}\n", synergy.headline()));
        if let Some(s) = &bliss.summary {
            text.push_str(&format!("Bliss: {}\n", s.details(&synergy.matrix)));
        }
    }
    let lines: Vec<Vec<String>> = synergy
        .measured
        .iter()
        .map(|m| {
            let name = format!("mean {} excess", m.metric.label());
            vec![name, m.words(synergy.seeds), m.verdict()]
        })
        .collect();
    text.push_str(&aligned(&lines));
    for note in [Some(SHAM.to_owned()), synergy.pooled()]
        .into_iter()
        .flatten()
    {
        text.push_str(&format!("{note}\n"));
    }
    text
}

/// The unit after a comma; nothing for a pure number.
fn unit_words(unit: &str) -> String {
    match unit {
        "" | "1" => String::new(),
        unit => format!(", {unit}"),
    }
}

fn arms_text(results: &Results<'_>) -> String {
    let plan = results.plan;
    let model = &plan.base.model;
    let o = &model.observables[plan.observable];
    let compared = plan.effects.is_some() && plan.arms.len() > 1;
    let mut text = match compared {
        true => format!(
            "{}, relative to the control at the same point; of the control itself{}\n",
            o.label,
            unit_words(&o.unit)
        ),
        false => format!("{} ({})\n", o.label, o.unit),
    };
    let mut head: Vec<String> = plan.axes.iter().map(|a| a.id(model).to_owned()).collect();
    let control = plan
        .effects
        .as_ref()
        .map(|e| e.control)
        .filter(|_| compared);
    head.extend(
        plan.arms
            .iter()
            .enumerate()
            .map(|(a, arm)| match Some(a) == control {
                true if o.unit == "1" => format!("{arm} (itself)"),
                true => format!("{arm} ({})", o.unit),
                false => arm.clone(),
            }),
    );
    for c in 0..results.combinations() {
        let arm = results.combination_arm(c).unwrap_or(0);
        head.push(format!("Bliss excess of {}", plan.arms[arm]));
    }
    let mut lines = vec![head];
    let [nx, _] = plan.shape();
    for p in 0..plan.points().min(MOST_ROWS) {
        let at = [p % nx, p / nx];
        let values = plan
            .axes
            .iter()
            .zip(at)
            .map(|(a, i)| format_number(a.values[i]));
        let mut line: Vec<String> = values.collect();
        for a in 0..plan.arms.len() {
            let relative = compared && Some(a) != control;
            let mean = match relative {
                true => results.mean_relative(p, a),
                false => results.mean_burden(p, a),
            };
            line.push(mean.map_or("-".to_owned(), |m| match relative {
                true => format!("{:.2}", m.mean),
                false => format_number(m.mean),
            }));
        }
        for c in 0..results.combinations() {
            let mean = results.mean_bliss(p, c);
            let mut cell = two(mean.map(|m| m.mean), true);
            if let Some([low, high]) = mean.and_then(|m| m.spread) {
                cell.push_str(&format!(
                    " ({} to {})",
                    two(Some(low), true),
                    two(Some(high), true)
                ));
            }
            line.push(cell);
        }
        lines.push(line);
    }
    text.push_str(&aligned(&lines));
    if plan.points() > MOST_ROWS {
        text.push_str(&format!(
            "… {} in all, see the tables\n",
            counted(plan.points(), "point")
        ));
    }
    if results.combinations() > 0 {
        let seeds = plan.seeds.len();
        let maps = counted(seeds, "start map");
        text.push_str(&match seeds {
            n if n >= LEAST_SEEDS => format!("in brackets: spread of the mean over {maps}\n"),
            1 => "one start map, no spread\n".to_owned(),
            _ => format!("{maps}, too few for a spread\n"),
        });
    }
    text
}

fn screen_text(screened: &Screened<'_>) -> String {
    let plan = screened.plan;
    let model = &plan.base.model;
    let mut text = String::new();
    let moved = |m: &&Measure| m.factors.iter().any(|f| f.mu_star > 0.0);
    let first = screened.measures.first();
    if let (Some(m), None) = (first, first.filter(moved)) {
        text.push_str(&format!(
            "{}: no parameter moves it, or it is not defined at these points\n",
            m.label
        ));
    }
    if let Some(m) = first.filter(moved) {
        text.push_str(&format!(
            "{}: the most influential of {}\n",
            m.label,
            counted(plan.inputs.len(), "parameter")
        ));
        let words = [
            "parameter",
            "mu*",
            "sigma",
            "sign",
            "confidence",
            "what it is",
        ];
        let mut lines = vec![words.map(str::to_owned).to_vec()];
        for i in m.ranked().into_iter().take(MOST_ROWS) {
            let p = &model.parameters[plan.inputs[i].parameter];
            let f = &m.factors[i];
            lines.push(vec![
                p.id.clone(),
                format_number(f.mu_star),
                format_number(f.sigma),
                f.sign().to_owned(),
                format!("{:?}", p.confidence).to_lowercase(),
                p.label.clone(),
            ]);
        }
        text.push_str(&aligned(&lines));
        text.push_str(&format!(
            "mu*: mean absolute change of the outcome over ±{} %; sigma: interaction or curvature, not an error\n\n",
            format_number(100.0 * plan.spread)
        ));
    }
    for sentence in screened.words() {
        text.push_str(&format!("{sentence}\n"));
    }
    text
}
