//! What the thread does for each command.

use warmfront_model::{Action, Overrides, Scenario};
use warmfront_session::{Change, ErrorKind, SessionError, Steered};

use super::{Failed, Worker, suited_to_software};
use crate::command::Command;
use crate::film::{Order, plan};
use crate::panels::plots::changes;
use crate::state::News;

impl Worker {
    /// A command of a script: what it is refused, or what goes wrong, is told with its line.
    fn obey_line(&mut self, line: usize, command: Command) {
        self.line = Some(line);
        if let Err(e) = self.obey(command) {
            self.fail(&*e);
        }
        self.line = None;
        self.start.shared.update(|s| {
            std::sync::Arc::make_mut(&mut s.answers.lines).insert(line);
        });
    }

    pub(super) fn obey(&mut self, command: Command) -> Result<(), Failed> {
        if let Command::Scripted { line, command } = command {
            self.obey_line(line, *command);
            return Ok(());
        }
        if self.run.is_none() && needs_a_run(&command) {
            self.refuse("There is no simulation yet.");
            return Ok(());
        }
        if leaves_a_fault(&command) {
            self.start.shared.update(|s| s.fault = None);
        }
        match command {
            Command::Play(on) => {
                self.playing = on;
                self.catch_up = None;
                if let (true, Some(run)) = (on, &mut self.run) {
                    run.end_stroke();
                }
                self.pace_from_here();
                self.publish_clock();
                Ok(())
            }
            Command::Step => {
                self.playing = false;
                if self.run.as_ref().is_some_and(|r| r.live().finished()) {
                    self.refuse("The scenario is at its end: there is no step after it.");
                }
                self.tick()
            }
            Command::Restart => self.restart(),
            Command::Speed(speed) => {
                if speed > 0.0 {
                    self.speed = speed.max(1e-6);
                } else {
                    self.refuse(format!("A speed is above 0, and {speed} is not."));
                }
                self.pace_from_here();
                self.publish_clock();
                Ok(())
            }
            Command::Dose { drug, multiple } => self.change(Change::Dose(drug, multiple)),
            Command::Hold { drug, level } => self.change(Change::Hold(drug, level)),
            Command::Regimen { drug, arm, regimen } => {
                self.change(Change::Regimen(drug, arm, regimen))
            }
            Command::Set { parameter, value } => self.change(Change::Set(parameter, value)),
            Command::ResetParameters => self.change(Change::ResetParameters),
            Command::Switch { process, on } => self.change(Change::Switch(process, on)),
            Command::Brush {
                field,
                centre,
                radius,
                amount,
            } => self.brush(Action::Brush {
                field,
                centre,
                radius,
                amount,
            }),
            Command::StrokeEnd => {
                if let Some(run) = &mut self.run {
                    run.end_stroke();
                }
                self.publish_clock();
                Ok(())
            }
            Command::Undo => self.back_and_forth("undo", Steered::undo),
            Command::Redo => self.back_and_forth("redo", Steered::redo),
            Command::Scrub(time) => {
                self.playing = false;
                if let Some(run) = &mut self.run {
                    run.scrub(time)?;
                }
                self.publish()
            }
            Command::Newest => {
                if let Some(run) = &mut self.run {
                    run.to_newest()?;
                }
                self.publish()
            }
            Command::HistoryBudget(bytes) => {
                self.budget = bytes;
                if let Some(run) = &mut self.run {
                    run.set_budget(bytes);
                }
                self.publish_clock();
                Ok(())
            }
            Command::Derive(Some(local)) if self.line.is_some() && !self.knows(local) => {
                self.refuse(format!(
                    "The model has no quantity of that number: {local:?}."
                ));
                Ok(())
            }
            Command::Derive(local) => {
                self.derived = local;
                self.publish()
            }
            Command::Inspect(inspect) => {
                self.inspect = inspect;
                self.publish_inspected()
            }
            Command::Load(name) => self.load(&name),
            Command::Coarsen(cells) => self.coarsen(cells),
            Command::Open(path) => self.open(&path),
            Command::OpenText(text) => self.open_text(&text),
            Command::Save(path) => self.save(&path),
            Command::Share => self.share(),
            Command::Record(order) => {
                self.record(&order);
                Ok(())
            }
            Command::CancelFilm => {
                if self.studio.is_free().is_ok() {
                    self.refuse("No film is being made: there is nothing to cancel.");
                }
                self.studio.cancel();
                Ok(())
            }
            Command::Recover(wanted) => self.recover(wanted),
            Command::Reload => self.reload(),
            Command::LoseDevice => {
                self.keep_safe_now();
                self.start.gpu.device.destroy();
                // Usually tells already that it is lost; otherwise the next work on it does.
                self.start.gpu.wait()?;
                self.publish()
            }
            Command::Window(_)
            | Command::StopFilm
            | Command::Caption(_)
            | Command::Scripted { .. }
            | Command::Quit => Ok(()),
        }
    }

    // What cannot be set is refused; everything else goes on.
    fn change(&mut self, change: Change) -> Result<(), Failed> {
        let Some(run) = &mut self.run else {
            return Ok(());
        };
        if let Some(why) = names_nothing(&change, run.scenario()) {
            self.refuse(why);
            return Ok(());
        }
        let scrubbed = run.scrubbed();
        let changed = run.change(change);
        if scrubbed && !run.scrubbed() {
            let time = run.time();
            let shared = &self.start.shared;
            shared.update(|s| super::publish::forget_rows(s, time));
        }
        match changed {
            Ok(()) => self.publish(),
            Err(e) if e.kind() == ErrorKind::Input => {
                self.say(News::Refused(e.to_string()));
                Ok(())
            }
            Err(e) => Err(e.into()),
        }
    }

    fn brush(&mut self, dab: Action) -> Result<(), Failed> {
        let Some(run) = &mut self.run else {
            return Ok(());
        };
        let fields = run.scenario().model.fields.len();
        let valid = matches!(&dab, Action::Brush { field, centre, radius, amount }
            if *field < fields && *radius > 0.0 && radius.is_finite() && amount.is_finite()
                && centre.iter().all(|c| c.is_finite()));
        if !valid {
            self.say(News::Refused(
                "a dab of the brush needs a field, a finite place and a radius above 0".to_owned(),
            ));
            return Ok(());
        }
        let time = run.time();
        let scrubbed = run.scrubbed();
        run.dab(dab)?;
        if scrubbed {
            let shared = &self.start.shared;
            shared.update(|s| super::publish::forget_rows(s, time));
        }
        self.publish()
    }

    fn back_and_forth(
        &mut self,
        word: &str,
        step: impl FnOnce(&mut Steered) -> Result<bool, SessionError>,
    ) -> Result<(), Failed> {
        let Some(run) = &mut self.run else {
            return Ok(());
        };
        if !step(run)? {
            self.refuse(format!("There is nothing to {word}."));
            return Ok(());
        }
        let time = run.time();
        let shared = &self.start.shared;
        shared.update(|s| super::publish::forget_rows(s, time));
        self.pace_from_here();
        self.publish()
    }

    fn restart(&mut self) -> Result<(), Failed> {
        // After a failed load there may be nothing to begin again.
        let Some(run) = &mut self.run else {
            let name = self.wanted.clone();
            return self.load(&name);
        };
        run.restart(&self.start.gpu, self.start.files.clone())?;
        self.probe = None;
        self.ticks.clear();
        self.playing = true;
        self.catch_up = None;
        self.start.shared.update(|s| {
            s.rows = Default::default();
            s.largest.clear();
            s.fault = None;
        });
        self.pace_from_here();
        self.publish()?;
        self.say_what_is_kept();
        Ok(())
    }

    // A restart keeps what was set by hand, which may be long ago.
    fn say_what_is_kept(&mut self) {
        let snapshot = self.start.shared.get();
        let Some(scenario) = &snapshot.scenario else {
            return;
        };
        let kept = changes(&snapshot, scenario);
        if !kept.is_empty() {
            self.say(News::Done(format!(
                "Restarted with what was set by hand: {}.",
                kept.join("; ")
            )));
        }
    }

    // Whether the model of the run has a quantity.
    fn knows(&self, local: warmfront_model::Local) -> bool {
        let run = self.run.as_ref();
        run.is_none_or(|r| r.scenario().model.locals().contains(&local))
    }

    // A film of what was done so far, made beside the simulation.
    fn record(&mut self, order: &Order) {
        if let Err(text) = self.begin_film(order) {
            self.say(News::Refused(text));
        }
        self.start.shared.update(|s| s.film.orders += 1);
    }

    fn begin_film(&mut self, order: &Order) -> Result<(), String> {
        self.studio.is_free()?;
        let Some(run) = &self.run else {
            return Err("There is nothing to film yet.".to_owned());
        };
        let (scenario, spec) = plan(order, run.played(), run.time())?;
        let start = &self.start;
        let adapter = &start.gpu.report.name;
        self.studio
            .start(adapter, start.files.clone(), scenario, spec, self.line)
    }

    pub(super) fn load(&mut self, name: &str) -> Result<(), Failed> {
        name.clone_into(&mut self.wanted);
        let path = std::path::Path::new(name);
        match self.start.library.scenario(name) {
            Ok(scenario) => self.begin(scenario, name),
            // A film, a figure or data.
            Err(_) if path.exists() && !super::files::is_toml(path) => self.reopen(path),
            Err(e) => Err(e.into()),
        }
    }

    // Runs a scenario from its start, on a grid that suits the adapter.
    pub(super) fn begin(&mut self, scenario: Scenario, name: &str) -> Result<(), Failed> {
        let (scenario, note) = if self.start.gpu.report.software {
            suited_to_software(scenario)?
        } else {
            (scenario, None)
        };
        self.begin_as_is(scenario, name, note)
    }

    pub(super) fn begin_as_is(
        &mut self,
        scenario: Scenario,
        name: &str,
        note: Option<String>,
    ) -> Result<(), Failed> {
        // The old one goes first: two may not fit.
        self.run = None;
        self.text = None;
        (self.display, self.probe) = (None, None);
        self.start.shared.update(|s| s.display = None);
        let files = self.start.files.clone();
        let run = Steered::new(&self.start.gpu, files, scenario, self.budget)?;
        self.start.shared.update(|s| {
            s.rows = Default::default();
            s.largest.clear();
        });
        self.put(run, name, note)
    }

    fn coarsen(&mut self, cells: u32) -> Result<(), Failed> {
        let name = self.wanted.clone();
        let scenario = match &self.run {
            Some(run) => run.scenario().clone(),
            None => self.start.library.scenario(&name)?,
        };
        let grid = scenario.grid.cells;
        let largest = grid[0].max(grid[1]).max(grid[2]);
        let factor = (f64::from(cells) / f64::from(largest)).min(1.0);
        let fewer = grid.map(|n| match n {
            1 => 1,
            n => ((f64::from(n) * factor) as u32).max(8),
        });
        let scenario = scenario.with(&Overrides {
            grid: Some(fewer),
            ..Overrides::default()
        })?;
        let [x, y, _] = fewer;
        let note = format!("{x} × {y} cells instead of {} × {}.", grid[0], grid[1]);
        self.begin_as_is(scenario, &name, Some(note))
    }
}

// Whether a command may mend what went wrong; the fault is shown again if it does not.
fn leaves_a_fault(command: &Command) -> bool {
    !matches!(
        command,
        Command::Inspect(_)
            | Command::Derive(_)
            | Command::HistoryBudget(_)
            | Command::StrokeEnd
            | Command::Speed(_)
            | Command::Share
            | Command::Save(_)
            | Command::Record(_)
            | Command::StopFilm
            | Command::CancelFilm
            | Command::Caption(_)
            | Command::Play(false)
            | Command::Window(_)
            | Command::Quit
    )
}

/// Whether a command is about the run that goes on, so that it means nothing without one.
fn needs_a_run(command: &Command) -> bool {
    matches!(
        command,
        Command::Step
            | Command::Dose { .. }
            | Command::Hold { .. }
            | Command::Regimen { .. }
            | Command::Set { .. }
            | Command::ResetParameters
            | Command::Switch { .. }
            | Command::Brush { .. }
            | Command::Undo
            | Command::Redo
            | Command::Scrub(_)
            | Command::Newest
            | Command::Save(_)
            | Command::Share
    )
}

/// Why a change names nothing of the scenario; none: all that it names is there.
fn names_nothing(change: &Change, scenario: &Scenario) -> Option<String> {
    let model = &scenario.model;
    let drug = |d: usize| lacks("drug", d, model.drugs.len());
    match change {
        Change::Dose(d, _) | Change::Hold(d, _) => drug(*d),
        Change::Regimen(d, arm, _) => {
            drug(*d).or_else(|| lacks("arm", (*arm)?, scenario.arms.len()))
        }
        Change::Set(p, _) => lacks("parameter", *p, model.parameters.len()),
        Change::Switch(p, _) => lacks("process", *p, model.processes.len()),
        Change::ResetParameters => None,
    }
}

/// Says that there is nothing of a number, and which numbers there are; none: it is there.
pub(crate) fn lacks(kind: &str, index: usize, count: usize) -> Option<String> {
    match count {
        _ if index < count => None,
        0 => Some(format!(
            "There is no {kind} {index}: the scenario has none."
        )),
        1 => Some(format!("There is no {kind} {index}: the only one is 0.")),
        _ => Some(format!(
            "There is no {kind} {index}: they are counted from 0 to {}.",
            count - 1
        )),
    }
}
