//! A scenario as text again: complete, without `extends`, with every array and image inside.
//!
//! Reading the text back through the same model gives an equal scenario (the identifier comes from
//! the file name). This is what pictures, videos and tables carry as metadata.

use std::collections::BTreeMap;

use serde::Serialize;
use toml::Spanned;

use crate::initial::Initial;
use crate::picture::Fit;
use crate::regimen::Regimen;
use crate::scenario::{Action, Event, Scenario, Scheme, Shown, Switchable, TransportScheme};
use crate::scenario_schema::{
    ArmFile, EventFile, GridFile, InitialFile, NumericsFile, SpacingFile, TimeFile,
};
use crate::schema::RegimenFile;

/// A value without a place: it was not read from a file.
fn bare<T>(value: T) -> Spanned<T> {
    Spanned::new(0..0, value)
}

/// The file, in the order in which people read it.
#[derive(Serialize)]
struct Whole<'a> {
    model: &'a str,
    label: &'a str,
    description: &'a str,
    expected: &'a str,
    caveat: &'a str,
    cite: &'a [String],
    seed: u32,
    off: Vec<&'a str>,
    grid: GridFile,
    time: TimeFile,
    numerics: NumericsFile,
    parameters: BTreeMap<&'a str, f64>,
    compartments: BTreeMap<&'a str, f64>,
    regimens: BTreeMap<&'a str, RegimenFile>,
    arms: BTreeMap<&'a str, ArmFile>,
    initial: BTreeMap<&'a str, InitialFile>,
    event: Vec<EventFile>,
}

impl Scenario {
    /// The whole scenario as TOML, ready to be read by [`crate::Library::scenario_from_text`].
    pub fn to_toml(&self) -> String {
        let model = &self.model;
        let processes = model.processes.iter().map(|p| p.id.as_str());
        let transports = model.transports.iter().map(|t| t.id.as_str());
        let whole = Whole {
            model: &model.id,
            label: &self.label,
            description: &self.description,
            expected: &self.expected,
            caveat: &self.caveat,
            cite: &self.cite,
            seed: self.seed,
            off: processes
                .zip(&self.off)
                .chain(transports.zip(&self.off_transports))
                .filter(|(_, off)| **off)
                .map(|(id, _)| id)
                .collect(),
            grid: GridFile {
                cells: Some(bare(self.grid.cells.to_vec())),
                spacing: Some(bare(SpacingFile::ByAxis(self.grid.spacing.to_vec()))),
                coarsest_spacing: self.coarsest_spacing.map(bare),
            },
            time: TimeFile {
                step: Some(bare(self.time.step)),
                duration: Some(bare(self.time.duration)),
                record_every: Some(bare(self.time.record_every)),
                record_steps: Some(self.time.record_steps),
                snapshots: Some(bare(self.time.snapshots.clone())),
            },
            numerics: self.numerics_file(),
            parameters: named(&model.parameters, &self.parameters, |p| &p.id),
            compartments: named(&model.compartments, &self.compartments, |c| &c.id),
            regimens: model
                .drugs
                .iter()
                .enumerate()
                .map(|(i, d)| (d.id.as_str(), (&self.written_regimen(i)).into()))
                .collect(),
            arms: self.arm_files(),
            initial: model
                .fields
                .iter()
                .zip(&self.initial)
                .filter_map(|(f, i)| Some((f.id.as_str(), self.initial_file(i.as_ref()?))))
                .collect(),
            event: self.events.iter().map(|e| self.event_file(e)).collect(),
        };
        toml::to_string(&whole).expect("plain tables, numbers and texts can always be written")
    }

    /// The common regimen of a drug as it is written: one that every arm's can be a change of.
    fn written_regimen(&self, drug: usize) -> Regimen {
        let common = &self.regimens[drug];
        let mut own = self.arms.iter().filter_map(|a| a.regimens[drug].as_ref());
        if own.all(|r| r.patch_over(common).is_some()) {
            common.clone()
        } else {
            common.bare()
        }
    }

    fn numerics_file(&self) -> NumericsFile {
        let n = &self.numerics;
        let scheme = match n.scheme {
            Scheme::Sdirk2 => "sdirk2",
            Scheme::BackwardEuler => "backward_euler",
            Scheme::Explicit => "explicit",
        };
        let transport = match n.transport {
            TransportScheme::Limited => "limited",
            TransportScheme::Upwind => "upwind",
        };
        NumericsFile {
            scheme: Some(bare(scheme.to_owned())),
            transport: Some(bare(transport.to_owned())),
            picard: Some(bare(n.picard)),
            tolerance: Some(bare(n.tolerance)),
            max_cycles: Some(bare(n.max_cycles)),
            first_step: Some(bare(n.first_step)),
            adaptive: n.adaptive.map(bare),
            compartment_substeps: Some(bare(n.compartment_substeps)),
        }
    }

    fn arm_files(&self) -> BTreeMap<&str, ArmFile> {
        let model = &self.model;
        let written: Vec<Regimen> = (0..model.drugs.len())
            .map(|d| self.written_regimen(d))
            .collect();
        let arms = (0_u32..).zip(&self.arms).map(|(order, arm)| {
            let regimens = model.drugs.iter().zip(&written).enumerate();
            let regimens = regimens.filter_map(|(d, (drug, written))| {
                let own = arm.regimens[d].as_ref().unwrap_or(&self.regimens[d]);
                if arm.regimens[d].is_none() && own == written {
                    return None;
                }
                let patch = own.patch_over(written)?;
                Some((bare(drug.id.clone()), bare(patch)))
            });
            let doses = model.drugs.iter().zip(&arm.doses);
            let values = arm.parameters.iter().zip(&self.parameters);
            let file = ArmFile {
                label: Some(arm.label.clone()),
                doses: doses
                    .filter(|(_, multiple)| **multiple != 0.0)
                    .map(|(d, multiple)| (bare(d.id.clone()), bare(*multiple)))
                    .collect(),
                parameters: model
                    .parameters
                    .iter()
                    .zip(values)
                    .filter(|(_, (own, common))| own != common)
                    .map(|(p, (own, _))| (bare(p.id.clone()), bare(*own)))
                    .collect(),
                regimens: regimens.collect(),
                order: Some(order),
            };
            (arm.id.as_str(), file)
        });
        arms.collect()
    }

    fn initial_file(&self, initial: &Initial) -> InitialFile {
        let array = initial.array.as_ref().map(|a| {
            a.to_inline()
                .expect("writing an array to memory does not fail")
        });
        InitialFile {
            constant: Some(bare(initial.constant)),
            parameter: initial
                .parameter
                .map(|p| bare(self.model.parameters[p].id.clone())),
            shapes: Some(initial.shapes.iter().cloned().map(bare).collect()),
            noise: Some(bare(initial.noise)),
            noise_add: Some(bare(initial.noise_add)),
            correlation: initial.correlation.map(bare),
            clip: initial.clip.map(bare),
            mean: initial.mean.map(bare),
            minus: initial.minus.map(|f| bare(self.model.fields[f].id.clone())),
            array: array.map(bare),
            image: initial.image.as_ref().map(|i| bare(i.to_inline())),
            image_channel: Some(bare(initial.image_channel)),
            image_page: (initial.image_page > 0).then(|| bare(initial.image_page)),
            image_scale: Some(bare(initial.image_scale)),
            image_fit: (initial.image_fit != Fit::Exact)
                .then(|| bare(initial.image_fit.name().to_owned())),
        }
    }

    fn event_file(&self, event: &Event) -> EventFile {
        let model = &self.model;
        let drug_id = |d: usize| Some(bare(model.drugs[d].id.clone()));
        let arm_id = |a: &usize| bare(self.arms[*a].id.clone());
        let mut file = EventFile {
            time: bare(event.time),
            action: bare(String::new()),
            arms: event
                .arms
                .as_ref()
                .map(|arms| arms.iter().map(arm_id).collect()),
            after_doses: event.after_doses,
            level: None,
            regimen: None,
            process: None,
            on: None,
            drug: None,
            multiple: None,
            amount: None,
            field: None,
            centre: None,
            radius: None,
            text: None,
            zoom: None,
            over: None,
            show: None,
            parameters: None,
        };
        let action = match &event.action {
            Action::Set { parameters } => {
                let list = parameters.iter();
                let list = list.map(|(p, v)| (bare(model.parameters[*p].id.clone()), bare(*v)));
                file.parameters = Some(list.collect());
                "set"
            }
            Action::Dose { drug, multiple } => {
                file.drug = drug_id(*drug);
                file.multiple = Some(bare(*multiple));
                "dose"
            }
            Action::Hold { drug, level } => {
                file.drug = drug_id(*drug);
                file.level = level.map(bare);
                event.action.name()
            }
            Action::Regimen { drug, regimen } => {
                file.drug = drug_id(*drug);
                file.regimen = Some(bare(regimen.into()));
                "regimen"
            }
            Action::Switch { what, on } => {
                let id = match what {
                    Switchable::Process(i) => &model.processes[*i].id,
                    Switchable::Transport(i) => &model.transports[*i].id,
                };
                file.process = Some(bare(id.clone()));
                file.on = Some(*on);
                "switch"
            }
            Action::Bolus { drug, amount } => {
                file.drug = drug_id(*drug);
                file.amount = Some(bare(*amount));
                "bolus"
            }
            Action::Brush {
                field,
                centre,
                radius,
                amount,
            } => {
                file.field = Some(bare(model.fields[*field].id.clone()));
                file.centre = Some(bare(centre.to_vec()));
                file.radius = Some(bare(*radius));
                file.amount = Some(bare(*amount));
                "brush"
            }
            Action::Caption { text } => {
                file.text = Some(bare(text.clone()));
                "caption"
            }
            Action::Camera {
                zoom,
                centre,
                over,
                show,
            } => {
                file.zoom = zoom.map(bare);
                file.centre = centre.map(|c| bare(c.to_vec()));
                file.over = Some(bare(*over));
                file.show = show.map(|s| {
                    bare(match s {
                        Shown::View(i) => model.views[i].id.clone(),
                        Shown::Field(i) => model.fields[i].id.clone(),
                    })
                });
                "camera"
            }
        };
        file.action = bare(action.to_owned());
        file
    }
}

fn named<'a, T>(
    items: &'a [T],
    values: &[f64],
    id: impl Fn(&'a T) -> &'a String,
) -> BTreeMap<&'a str, f64> {
    items
        .iter()
        .zip(values)
        .map(|(item, v)| (id(item).as_str(), *v))
        .collect()
}
