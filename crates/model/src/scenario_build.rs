//! Scenario files applied one on another, each value checked as it comes in.

use std::sync::Arc;

use toml::Spanned;

use crate::error::{Error, Place};
use crate::initial::Initial;
use crate::initial_read::merge_initial;
use crate::model::{Model, Source};
use crate::number::{plain, plain_list};
use crate::numerics_read::merge_numerics;
use crate::overrides;
use crate::regimen::{LARGEST_DOSE, Regimen};
use crate::scenario::{Arm, Grid, Numerics, SINGLE_ARM, Scenario, Time};
use crate::scenario_events::events;
use crate::scenario_merge::Layer;
use crate::scenario_schema::{ArmFile, EventFile, GridFile, SpacingFile, TimeFile};
use crate::schema::RegimenPatchFile;

/// An arm before all files are applied.
#[derive(Debug, Clone)]
struct ArmDraft {
    id: String,
    label: Option<String>,
    doses: Vec<f64>,
    parameters: Vec<(usize, f64)>,
    /// By drug: what differs from the scenario's regimen, and where that was said last.
    regimens: Vec<Option<(RegimenPatchFile, Place)>>,
    /// Wanted place, then file, then place in the file.
    order: (u32, usize, usize),
}

/// A scenario while files are applied.
#[derive(Debug)]
pub(crate) struct Draft {
    model: Arc<Model>,
    layers: usize,
    label: String,
    description: String,
    expected: String,
    caveat: String,
    cite: Vec<String>,
    cells: Option<Vec<u32>>,
    spacing: Option<SpacingFile>,
    coarsest_spacing: Option<f64>,
    step: Option<f64>,
    duration: Option<(f64, usize)>,
    record_every: Option<f64>,
    record_steps: bool,
    /// Snapshots, with the place and number of their file.
    snapshots: Option<(Vec<f64>, Place, usize)>,
    seed: u32,
    parameters: Vec<f64>,
    compartments: Vec<f64>,
    regimens: Vec<(Regimen, Option<Place>)>,
    /// A scenario that sets a regimen but has no arms gives that drug.
    given: Vec<bool>,
    arms: Vec<ArmDraft>,
    off: Vec<bool>,
    off_transports: Vec<bool>,
    numerics: Numerics,
    events: Vec<(Spanned<EventFile>, Source)>,
    initial: Vec<Option<Initial>>,
}

impl Draft {
    pub(crate) fn new(model: Arc<Model>) -> Self {
        Self {
            layers: 0,
            label: String::new(),
            description: String::new(),
            expected: String::new(),
            caveat: String::new(),
            cite: Vec::new(),
            cells: None,
            spacing: None,
            coarsest_spacing: None,
            step: None,
            duration: None,
            record_every: None,
            record_steps: false,
            snapshots: None,
            seed: 1,
            parameters: model.default_parameters(),
            compartments: model.compartments.iter().map(|c| c.initial).collect(),
            regimens: model
                .drugs
                .iter()
                .map(|d| (d.regimen.clone(), None))
                .collect(),
            given: vec![false; model.drugs.len()],
            arms: Vec::new(),
            off: vec![false; model.processes.len()],
            off_transports: vec![false; model.transports.len()],
            numerics: Numerics::default(),
            events: Vec::new(),
            initial: vec![None; model.fields.len()],
            model,
        }
    }

    /// Puts one file on top.
    pub(crate) fn apply(&mut self, layer: &Layer) -> Result<(), Error> {
        let (file, source) = (&layer.file, &layer.source);
        let model = self.model.clone();
        self.layers += 1;
        if let Some(label) = &file.label {
            self.label.clone_from(label.get_ref());
        }
        set(&mut self.description, &file.description);
        set(&mut self.expected, &file.expected);
        set(&mut self.caveat, &file.caveat);
        set(&mut self.cite, &file.cite);
        set(&mut self.seed, &file.seed);
        self.grid(&file.grid, source)?;
        self.time(&file.time, source)?;
        for (name, value) in &file.parameters {
            let i = found(source, name, |n| model.parameter(n))?;
            model.parameters[i]
                .check(*value.get_ref())
                .map_err(|e| e.at(source.place(value.span())))?;
            self.parameters[i] = *value.get_ref();
        }
        for (name, value) in &file.compartments {
            let i = found(source, name, |n| model.compartment(n))?;
            let what = format!("compartment `{}`", name.get_ref());
            self.compartments[i] = source.not_negative(value, &what)?;
        }
        for (name, regimen) in &file.regimens {
            let i = found(source, name, |n| model.drug(n))?;
            let place = source.place(regimen.span());
            let regimen = Regimen::from(regimen.get_ref());
            let standard = model.drugs[i].regimen.dose;
            regimen
                .check()
                .and_then(|()| regimen.check_size(standard, 1.0))
                .map_err(|mut e| {
                    e.what = format!("drug `{}`, {}", name.get_ref(), e.what);
                    e.at(place.clone())
                })?;
            self.regimens[i] = (regimen, Some(place));
            self.given[i] = true;
        }
        for (name, arm) in &file.arms {
            self.arm(name, arm, source)?;
        }
        if let Some(off) = &file.off {
            self.off.fill(false);
            self.off_transports.fill(false);
            for name in off {
                found(source, name, |n| {
                    overrides::switch_off(&model, n, &mut self.off, &mut self.off_transports)
                })?;
            }
        }
        merge_numerics(&mut self.numerics, &file.numerics, source)?;
        if let Some(events) = &file.event {
            self.events = events.iter().map(|e| (e.clone(), source.clone())).collect();
        }
        for (name, initial) in &file.initial {
            let i = found(source, name, |n| model.field(n))?;
            let target = self.initial[i].get_or_insert_with(Initial::default);
            let place = source.place(name.span());
            merge_initial(target, &model, initial.get_ref(), layer, &place).map_err(|mut e| {
                e.what = format!("initial.{}: {}", name.get_ref(), e.what);
                e.at(place.clone())
            })?;
        }
        Ok(())
    }

    fn grid(&mut self, file: &GridFile, source: &Source) -> Result<(), Error> {
        if let Some(cells) = &file.cells {
            let n = cells.get_ref();
            overrides::check_cells(n).map_err(|e| e.at(source.place(cells.span())))?;
            self.cells = Some(n.clone());
        }
        if let Some(spacing) = &file.spacing {
            let values = match spacing.get_ref() {
                SpacingFile::Isotropic(h) => std::slice::from_ref(h),
                SpacingFile::ByAxis(h) => h,
            };
            overrides::check_spacing(values).map_err(|e| e.at(source.place(spacing.span())))?;
            let by_axis = matches!(spacing.get_ref(), SpacingFile::ByAxis(_));
            if by_axis && !(2..=3).contains(&values.len()) {
                return Err(Error::new(format!(
                    "`spacing` has {} numbers: one, two or three are allowed",
                    values.len()
                ))
                .at(source.place(spacing.span())));
            }
            self.spacing = Some(spacing.get_ref().clone());
        }
        if let Some(coarsest) = &file.coarsest_spacing {
            self.coarsest_spacing = Some(source.positive(coarsest, "`coarsest_spacing`")?);
        }
        Ok(())
    }

    fn time(&mut self, file: &TimeFile, source: &Source) -> Result<(), Error> {
        if let Some(step) = &file.step {
            self.step = Some(source.positive(step, "`step`")?);
        }
        if let Some(duration) = &file.duration {
            let d = source.positive(duration, "`duration`")?;
            self.duration = Some((d, self.layers));
        }
        if let Some(every) = &file.record_every {
            self.record_every = Some(source.positive(every, "`record_every`")?);
        }
        self.record_steps = file.record_steps.unwrap_or(self.record_steps);
        if let Some(snapshots) = &file.snapshots {
            let times = snapshots.get_ref();
            let place = source.place(snapshots.span());
            let sorted = times.windows(2).all(|w| w[0] < w[1]);
            if !sorted || times.iter().any(|t| !(t.is_finite() && *t >= 0.0)) {
                return Err(Error::new(format!(
                    "`snapshots` is {}: the times must be ≥ 0 and rise",
                    plain_list(times)
                ))
                .at(place));
            }
            self.snapshots = Some((times.clone(), place, self.layers));
        }
        Ok(())
    }

    fn arm(
        &mut self,
        name: &Spanned<String>,
        arm: &Spanned<ArmFile>,
        source: &Source,
    ) -> Result<(), Error> {
        let model = self.model.clone();
        crate::identifier::check(name.get_ref()).map_err(|mut e| {
            e.what = format!("arm: {}", e.what);
            e.at(source.place(name.span()))
        })?;
        let known = self.arms.iter().position(|a| a.id == *name.get_ref());
        let i = known.unwrap_or_else(|| {
            self.arms.push(ArmDraft {
                id: name.get_ref().clone(),
                label: None,
                doses: vec![0.0; model.drugs.len()],
                parameters: Vec::new(),
                regimens: vec![None; model.drugs.len()],
                order: (0, self.layers, name.span().start),
            });
            self.arms.len() - 1
        });
        let (draft, file) = (&mut self.arms[i], arm.get_ref());
        if let Some(label) = &file.label {
            draft.label = Some(label.clone());
        }
        if let Some(order) = file.order {
            draft.order.0 = order;
        }
        for (drug, multiple) in &file.doses {
            let d = found(source, drug, |n| model.drug(n))?;
            let what = format!("the dose of `{}` in arm `{}`", drug.get_ref(), draft.id);
            draft.doses[d] = source.not_negative(multiple, &what)?;
            if draft.doses[d] > LARGEST_DOSE {
                return Err(Error::new(format!(
                    "{what} is {} times its regimen: at most {} is allowed",
                    plain(draft.doses[d]),
                    plain(LARGEST_DOSE)
                ))
                .at(source.place(multiple.span())));
            }
        }
        for (drug, patch) in &file.regimens {
            let d = found(source, drug, |n| model.drug(n))?;
            let before = draft.regimens[d].take().map(|(patch, _)| patch);
            let patch_here = before.unwrap_or_default().under(patch.get_ref());
            draft.regimens[d] = Some((patch_here, source.place(patch.span())));
        }
        for (parameter, value) in &file.parameters {
            let p = found(source, parameter, |n| model.parameter(n))?;
            model.parameters[p]
                .check(*value.get_ref())
                .map_err(|e| e.at(source.place(value.span())))?;
            draft.parameters.retain(|(q, _)| *q != p);
            draft.parameters.push((p, *value.get_ref()));
        }
        Ok(())
    }

    /// Fills in what was left open and checks what needs the whole.
    pub(crate) fn finish(mut self, layer: &Layer) -> Result<Scenario, Error> {
        let model = self.model.clone();
        let missing = |key: &str, table: &str, example: &str| {
            Error::new(format!("the scenario has no `{key}`"))
                .help(format!(
                    "add `{key} = {example}` to [{table}], or extend a scenario that has it"
                ))
                .at(layer.source.place(0..0))
        };
        let cells = self
            .cells
            .take()
            .ok_or_else(|| missing("cells", "grid", "[128, 128]"))?;
        let spacing = self
            .spacing
            .take()
            .ok_or_else(|| missing("spacing", "grid", "10.0"))?;
        let h = match &spacing {
            SpacingFile::Isotropic(h) => [*h; 3],
            // A plane is drawn as thick as a cell is wide.
            SpacingFile::ByAxis(h) => [h[0], h[1], h.get(2).copied().unwrap_or(h[0])],
        };
        let grid = Grid {
            cells: [cells[0], cells[1], cells.get(2).copied().unwrap_or(1)],
            spacing: h,
        };
        let (duration, duration_layer) = self
            .duration
            .ok_or_else(|| missing("duration", "time", "28.0"))?;
        let step = self.step.unwrap_or(model.time_step);
        let snapshots = match self.snapshots.take() {
            None => vec![0.0, duration],
            Some((times, place, snapshot_layer)) => {
                let late = times.iter().find(|t| **t > duration * (1.0 + 1e-9));
                if let (Some(t), true) = (late, snapshot_layer >= duration_layer) {
                    return Err(Error::new(format!(
                        "a snapshot at {} is after the end of the run at {}",
                        plain(*t),
                        plain(duration)
                    ))
                    .help("remove it, or give a longer `duration`")
                    .at(place));
                }
                times.into_iter().filter(|t| *t <= duration).collect()
            }
        };
        let time = Time {
            step,
            duration,
            record_every: self.record_every.unwrap_or(duration / 100.0),
            record_steps: self.record_steps,
            snapshots,
        };
        overrides::check_steps(&time).map_err(|e| e.at(layer.source.place(0..0)))?;
        for (drug, (regimen, place)) in model.drugs.iter().zip(&self.regimens) {
            let place = place.clone().unwrap_or(layer.source.place(0..0));
            regimen.check_count(duration).map_err(|mut e| {
                e.what = format!("drug `{}`, {}", drug.id, e.what);
                e.at(place)
            })?;
        }
        let arms = self.finish_arms(duration)?;
        let mut scenario = Scenario {
            id: layer.id.clone(),
            label: self.label,
            description: self.description,
            expected: self.expected,
            caveat: self.caveat,
            cite: self.cite,
            grid,
            coarsest_spacing: self.coarsest_spacing,
            time,
            seed: self.seed,
            parameters: self.parameters,
            compartments: self.compartments,
            regimens: self.regimens.into_iter().map(|(r, _)| r).collect(),
            arms,
            off: self.off,
            off_transports: self.off_transports,
            numerics: self.numerics,
            events: Vec::new(),
            initial: self.initial,
            model,
        };
        scenario.events = events(&scenario, &self.events)?;
        Ok(scenario)
    }

    fn finish_arms(&mut self, duration: f64) -> Result<Vec<Arm>, Error> {
        let model = &self.model;
        if self.arms.is_empty() {
            return Ok(vec![Arm {
                id: SINGLE_ARM.to_owned(),
                label: SINGLE_ARM.to_owned(),
                doses: self.given.iter().map(|g| f64::from(u8::from(*g))).collect(),
                parameters: self.parameters.clone(),
                regimens: vec![None; model.drugs.len()],
            }]);
        }
        self.arms.sort_by_key(|a| a.order);
        let arms = self.arms.iter().map(|a| {
            let mut parameters = self.parameters.clone();
            for (p, value) in &a.parameters {
                parameters[*p] = *value;
            }
            let mut regimens = Vec::new();
            for (d, drug) in model.drugs.iter().enumerate() {
                let (common, place) = &self.regimens[d];
                let own = a.regimens[d].as_ref();
                let regimen = own.map(|(patch, _)| common.patched(patch));
                let place = own.map(|(_, place)| place).or(place.as_ref());
                let given = regimen.as_ref().unwrap_or(common);
                given
                    .check()
                    .and_then(|()| given.check_count(duration))
                    .and_then(|()| given.check_size(drug.regimen.dose, a.doses[d].max(1.0)))
                    .map_err(|mut e| {
                        e.what = format!("arm `{}`, drug `{}`, {}", a.id, drug.id, e.what);
                        match place {
                            Some(place) => e.at(place.clone()),
                            None => e,
                        }
                    })?;
                regimens.push(regimen);
            }
            Ok(Arm {
                id: a.id.clone(),
                label: a.label.clone().unwrap_or_else(|| a.id.clone()),
                doses: a.doses.clone(),
                parameters,
                regimens,
            })
        });
        arms.collect()
    }
}

fn set<T: Clone>(target: &mut T, value: &Option<T>) {
    if let Some(v) = value {
        target.clone_from(v);
    }
}

/// Looks a name up; the error gets its place.
pub(crate) fn found<T>(
    source: &Source,
    name: &Spanned<String>,
    look: impl FnOnce(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    look(name.get_ref()).map_err(|e| e.at(source.place(name.span())))
}
