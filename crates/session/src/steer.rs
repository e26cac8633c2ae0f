//! A live run under the hands of a user: settings, strokes, undo and redo, and a history to go back in.
//!
//! # Theory
//! Settings (doses, regimens, held levels, parameters, switches) act from now on, and so does taking them
//! back: undo sets the value before. A stroke of the brush cannot be unmixed, so undo goes back to the
//! moment before it. Moments are kept on the device at regular model times; when they exceed their budget,
//! those go first whose neighbours are nearest. Going back and on from a kept moment begins a new branch:
//! what was done later is forgotten.
//!
//! # Practice
//! [`Steered::change`], [`Steered::dab`], [`Steered::tick`]; [`Steered::scrub`] shows an older moment.
//! [`Steered::played`] is the scenario that repeats everything headless.

mod undo;

use std::time::{Duration, Instant};

use warmfront_engine::{Files, Gpu, Tick};
use warmfront_model::{Action, Event, LARGEST_DOSE, Scenario, Switchable};

use crate::SessionError;
use crate::export::treatment::dose_times;
use crate::history::{Frame, History};
use crate::live::{Live, Moment};
use crate::settings::{Change, Settings, same_names};

/// Changes of one control that follow each other faster are one drag.
const ONE_DRAG: Duration = Duration::from_secs(1);

/// Strokes that can be undone: each keeps a moment on the device.
const MOST_STROKES: usize = 20;

/// Largest held level, in typical ones.
const MOST_LEVEL: f64 = 1000.0;

enum Step {
    Settings {
        before: Box<Settings>,
        after: Box<Settings>,
        last: Change,
    },
    Stroke {
        before: Box<Frame>,
        dabs: Vec<Action>,
    },
}

struct Entry {
    // Model time at which it was done.
    time: f64,
    // When the user did it last: one drag of a slider is one step.
    at: Instant,
    label: String,
    step: Step,
}

/// See the [module](self).
pub struct Steered {
    original: Scenario,
    live: Live,
    settings: Settings,
    history: History,
    undo: Vec<Entry>,
    redo: Vec<Entry>,
    // The stroke under way: the moment before it, and its dabs.
    stroke: Option<(Box<Frame>, Vec<Action>)>,
    // The newest moment, while an older one is shown.
    newest: Option<Frame>,
}

impl Steered {
    /// Allocates all arms of a scenario. `budget`: bytes that kept moments may take.
    ///
    /// # Errors
    /// As [`Live::new`].
    pub fn new(
        gpu: &Gpu,
        files: Files,
        scenario: Scenario,
        budget: u64,
    ) -> Result<Self, SessionError> {
        let original = scenario.clone();
        let live = Live::new(gpu, files, scenario)?;
        let mut steered = Self {
            settings: Settings::of(&original),
            history: History::new(original.time.duration, budget),
            original,
            live,
            undo: Vec::new(),
            redo: Vec::new(),
            stroke: None,
            newest: None,
        };
        steered.settings = steered.read_settings();
        steered.keep();
        Ok(steered)
    }

    /// Goes on with a changed model or scenario: from the present moment where fields, compartments,
    /// parameters, processes, drugs, arms and grid have the same names and sizes (`true`), else from the
    /// start. Settings that the user changed are kept where they exist. History and undo begin anew.
    ///
    /// # Errors
    /// As [`Live::new`]; the present run goes on then.
    pub fn replace_model(
        &mut self,
        gpu: &Gpu,
        files: Files,
        scenario: Scenario,
    ) -> Result<bool, SessionError> {
        // Nothing of the newest moment is lost.
        self.to_newest()?;
        self.end_stroke();
        let same = same_names(&self.original, &scenario);
        let budget = self.history.bytes()[1];
        let mut next = Self::new(gpu, files, scenario, budget)?;
        if same {
            let (old, was) = (Settings::of(&self.original), &self.settings);
            let mut wanted = Settings::of(&next.original);
            wanted.multiples.clone_from(&was.multiples);
            wanted.holds.clone_from(&was.holds);
            for (arm, wanted) in wanted.regimens.iter_mut().enumerate() {
                for (drug, regimen) in wanted.iter_mut().enumerate() {
                    if was.regimens[arm][drug] != old.regimens[arm][drug] {
                        regimen.clone_from(&was.regimens[arm][drug]);
                    }
                }
            }
            for (arm, values) in wanted.parameters.iter_mut().enumerate() {
                for (p, value) in values.iter_mut().enumerate() {
                    if was.parameters[arm][p] != old.parameters[arm][p] {
                        *value = was.parameters[arm][p];
                    }
                }
            }
            for (process, off) in wanted.off.iter_mut().enumerate() {
                if was.off[process] != old.off[process] {
                    *off = was.off[process];
                }
            }
            next.live.take_over(&self.live)?;
            next.turn_to(&wanted)?;
            next.history.clear();
            next.keep();
        }
        *self = next;
        Ok(same)
    }

    /// By arm, then drug: times of the doses given so far, rising.
    pub fn given(&self) -> Vec<Vec<Vec<f64>>> {
        let (played, now) = (self.played(), self.time());
        let drugs = 0..played.model.drugs.len();
        let arm = |arm: usize| {
            let drugs = drugs.clone();
            drugs
                .map(|drug| dose_times(&played, arm, drug, now))
                .collect()
        };
        (0..played.arms.len()).map(arm).collect()
    }

    /// The scenario as it was loaded.
    pub fn scenario(&self) -> &Scenario {
        &self.original
    }

    /// The run.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// Present settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Kept moments.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Bytes that kept moments may take.
    pub fn set_budget(&mut self, bytes: u64) {
        self.history.set_budget(bytes);
    }

    /// Present model time.
    pub fn time(&self) -> f64 {
        self.live.simulation().time()
    }

    /// Model time of the newest moment; later than [`Steered::time`] while an older one is shown.
    pub fn newest_time(&self) -> f64 {
        self.newest.as_ref().map_or(self.time(), Frame::time)
    }

    /// Whether an older moment is shown.
    pub fn scrubbed(&self) -> bool {
        self.newest.is_some()
    }

    /// What undo and redo would take back and do again, in words.
    pub fn undoable(&self) -> [Option<&str>; 2] {
        [&self.undo, &self.redo].map(|list| list.last().map(|e| e.label.as_str()))
    }

    /// The scenario with everything that was done, for a headless run to the same bits.
    pub fn played(&self) -> Scenario {
        self.live.played()
    }

    fn frame(&self) -> Frame {
        Frame {
            moment: self.live.moment(),
            settings: self.settings.clone(),
        }
    }

    fn keep(&mut self) {
        if self.history.wants(self.time()) {
            self.history.push(self.frame());
        }
    }

    /// One tick, on a new branch where an older moment is shown. None after the end.
    ///
    /// # Errors
    /// As [`Live::tick`]; the moment before the tick is the present one then.
    pub fn tick(&mut self) -> Result<Option<Tick>, SessionError> {
        self.branch();
        self.end_stroke();
        let ticked = self.live.tick()?;
        // Events of the scenario move the same controls.
        self.settings = self.read_settings();
        self.keep();
        Ok(ticked)
    }

    fn read_settings(&self) -> Settings {
        let arms = self.original.arms.len();
        let drugs = 0..self.original.model.drugs.len();
        let first = |drug: usize| self.treated(drug).first().copied().unwrap_or(0);
        Settings {
            multiples: drugs
                .clone()
                .map(|drug| {
                    let arm = first(drug);
                    let own = self.original.arms[arm].doses[drug];
                    let present = self.live.multiple(arm, drug);
                    if own > 0.0 { present / own } else { present }
                })
                .collect(),
            holds: drugs
                .map(|d| self.live.controls(first(d)).holds[d])
                .collect(),
            regimens: (0..arms).map(|a| self.live.regimens(a).to_vec()).collect(),
            parameters: (0..arms)
                .map(|a| self.live.controls(a).parameters.clone())
                .collect(),
            off: self.live.controls(0).off.clone(),
        }
    }

    // From the moment shown on, everything later is forgotten.
    fn branch(&mut self) {
        if self.newest.take().is_some() {
            let here = self.time();
            if let Some(frame) = self.history.forget_after(here) {
                let moment: &Moment = &frame.moment;
                self.live.forget_later(moment);
            }
            // A kept moment comes before whatever was done at its time.
            self.undo.retain(|e| e.time < here);
            self.redo.clear();
        }
    }

    /// Changes a setting from now on.
    ///
    /// # Errors
    /// A value that the model or the engine does not allow, which changes nothing; driver errors.
    pub fn change(&mut self, change: Change) -> Result<(), SessionError> {
        self.check(&change)?;
        let before = self.settings.clone();
        let mut after = before.clone();
        match change.clone() {
            Change::Dose(drug, multiple) => after.multiples[drug] = multiple,
            Change::Hold(drug, level) => after.holds[drug] = level,
            Change::Regimen(drug, arm, regimen) => {
                for (a, own) in after.regimens.iter_mut().enumerate() {
                    if arm.is_none_or(|arm| arm == a) {
                        own[drug].clone_from(&regimen);
                    }
                }
            }
            Change::Set(parameter, value) => {
                for arm in &mut after.parameters {
                    arm[parameter] = value;
                }
            }
            Change::ResetParameters => {
                after.parameters = Settings::of(&self.original).parameters;
            }
            Change::Switch(process, on) => after.off[process] = !on,
        }
        if after == before {
            return Ok(());
        }
        self.branch();
        self.end_stroke();
        self.turn_to(&after)?;
        self.redo.clear();
        let label = self.label(&change);
        let time = self.time();
        if let Some(entry) = self.undo.last_mut()
            && entry.at.elapsed() < ONE_DRAG
            && let Step::Settings {
                after: last_after,
                last,
                ..
            } = &mut entry.step
            && last.same_control(&change)
        {
            **last_after = after;
            *last = change;
            entry.label = label;
            entry.at = Instant::now();
            return Ok(());
        }
        self.undo.push(Entry {
            time,
            at: Instant::now(),
            label,
            step: Step::Settings {
                before: Box::new(before),
                after: Box::new(after),
                last: change,
            },
        });
        Ok(())
    }

    fn check(&self, change: &Change) -> Result<(), SessionError> {
        let model = &self.original.model;
        match change {
            Change::Set(parameter, value) => model.parameters[*parameter].check(*value)?,
            Change::Regimen(drug, _, regimen) => {
                regimen.check()?;
                regimen.check_count(self.original.time.duration)?;
                regimen.check_size(model.drugs[*drug].regimen.dose, 1.0)?;
            }
            Change::Dose(drug, value) | Change::Hold(drug, Some(value)) => {
                let d = &model.drugs[*drug];
                let most = match change {
                    Change::Hold(..) => MOST_LEVEL * model.compartments[d.measured_in].scale,
                    _ => LARGEST_DOSE,
                };
                if !(0.0..=most).contains(value) {
                    return Err(SessionError::Level {
                        drug: d.id.clone(),
                        value: *value,
                        most,
                    });
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Arms that the scenario gives a drug to, all where it gives it to none.
    fn treated(&self, drug: usize) -> Vec<usize> {
        let arms = &self.original.arms;
        let given: Vec<usize> = (0..arms.len())
            .filter(|a| arms[*a].doses[drug] > 0.0)
            .collect();
        if given.is_empty() {
            (0..arms.len()).collect()
        } else {
            given
        }
    }

    // Multiple of the regimen's dose in an arm.
    fn dose_in(&self, arm: usize, drug: usize, multiple: f64) -> f64 {
        match self.original.arms[arm].doses[drug] {
            0.0 => multiple,
            dose => dose * multiple,
        }
    }

    // Does whatever leads from the present settings to `to`.
    fn turn_to(&mut self, to: &Settings) -> Result<(), SessionError> {
        let from = self.settings.clone();
        for drug in 0..to.multiples.len() {
            if from.multiples[drug] != to.multiples[drug] {
                for arm in self.treated(drug) {
                    let multiple = self.dose_in(arm, drug, to.multiples[drug]);
                    self.live
                        .act(Action::Dose { drug, multiple }, Some(vec![arm]))?;
                }
            }
            let wanted = &to.regimens[0][drug];
            let differs = |arm: &usize| from.regimens[*arm][drug] != to.regimens[*arm][drug];
            let changed: Vec<usize> = (0..to.regimens.len()).filter(differs).collect();
            if !changed.is_empty() && to.regimens.iter().all(|r| r[drug] == *wanted) {
                let regimen = wanted.clone();
                self.live.act(Action::Regimen { drug, regimen }, None)?;
            } else {
                for arm in changed {
                    let regimen = to.regimens[arm][drug].clone();
                    self.live
                        .act(Action::Regimen { drug, regimen }, Some(vec![arm]))?;
                }
            }
            if from.holds[drug] != to.holds[drug] {
                let level = to.holds[drug];
                let arms = Some(self.treated(drug));
                self.live.act(Action::Hold { drug, level }, arms)?;
            }
        }
        let arms = to.parameters.len();
        for p in 0..self.original.model.parameters.len() {
            let value = to.parameters[0][p];
            let differs = |arm: &usize| from.parameters[*arm][p] != to.parameters[*arm][p];
            let changed: Vec<usize> = (0..arms).filter(differs).collect();
            if changed.is_empty() {
                continue;
            }
            if to.parameters.iter().all(|a| a[p] == value) {
                let parameters = vec![(p, value)];
                self.live.act(Action::Set { parameters }, None)?;
                continue;
            }
            for arm in changed {
                let parameters = vec![(p, to.parameters[arm][p])];
                self.live.act(Action::Set { parameters }, Some(vec![arm]))?;
            }
        }
        for process in 0..to.off.len() {
            if from.off[process] != to.off[process] {
                let what = Switchable::Process(process);
                let on = !to.off[process];
                self.live.act(Action::Switch { what, on }, None)?;
            }
        }
        self.settings.clone_from(to);
        Ok(())
    }

    /// Shows the kept moment nearest to a model time.
    ///
    /// # Errors
    /// Driver errors.
    pub fn scrub(&mut self, time: f64) -> Result<(), SessionError> {
        self.end_stroke();
        let newest = match self.newest.take() {
            Some(frame) => frame,
            None => self.frame(),
        };
        let kept = self.history.nearest(time);
        let wanted = kept.filter(|f| (f.time() - time).abs() < (newest.time() - time).abs());
        let Some(frame) = wanted else {
            self.newest = Some(newest);
            return self.to_newest();
        };
        self.live.go_to(&frame.moment)?;
        self.settings.clone_from(&frame.settings);
        self.newest = Some(newest);
        Ok(())
    }

    /// Shows the newest moment again.
    ///
    /// # Errors
    /// Driver errors.
    pub fn to_newest(&mut self) -> Result<(), SessionError> {
        if let Some(frame) = self.newest.take() {
            self.live.go_to(&frame.moment)?;
            self.settings = frame.settings;
        }
        Ok(())
    }

    /// Begins again at time 0 with the present settings.
    ///
    /// # Errors
    /// As [`Live::new`].
    pub fn restart(&mut self, gpu: &Gpu, files: Files) -> Result<(), SessionError> {
        let mut scenario = self.original.clone();
        let settings = self.settings.clone();
        let mut first = Vec::new();
        for (drug, multiple) in settings.multiples.iter().enumerate() {
            if *multiple != 1.0 {
                for arm in self.treated(drug) {
                    let multiple = self.dose_in(arm, drug, *multiple);
                    first.push(Event {
                        time: 0.0,
                        arms: Some(vec![arm]),
                        after_doses: false,
                        action: Action::Dose { drug, multiple },
                        place: Default::default(),
                    });
                }
            }
        }
        // The arms keep the doses of the file, so that multiples stay multiples of them.
        first.append(&mut scenario.events);
        scenario.events = first;
        for (arm, parameters) in scenario.arms.iter_mut().zip(&settings.parameters) {
            arm.parameters.clone_from(parameters);
        }
        for (arm, regimens) in settings.regimens.iter().enumerate() {
            for (drug, regimen) in regimens.iter().enumerate() {
                if regimen != scenario.regimen(arm, drug) {
                    scenario.arms[arm].regimens[drug] = Some(regimen.clone());
                }
            }
        }
        scenario.off.clone_from(&settings.off);
        let arms = scenario.arms.iter().zip(&self.live.scenario().arms);
        let same_start = arms.into_iter().all(|(a, b)| a.parameters == b.parameters);
        // What follows replaces everything that is kept.
        (self.newest, self.stroke) = (None, None);
        (self.undo, self.redo) = (Vec::new(), Vec::new());
        self.history.clear();
        if same_start {
            self.live.begin_again(scenario)?;
        } else {
            self.live = Live::new(gpu, files, scenario)?;
        }
        for (drug, level) in settings.holds.iter().enumerate() {
            if level.is_some() {
                let (level, arms) = (*level, Some(self.treated(drug)));
                self.live.act(Action::Hold { drug, level }, arms)?;
            }
        }
        self.settings = settings;
        self.keep();
        Ok(())
    }
}
