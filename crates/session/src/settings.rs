//! What can be set while a run goes, and how it is said.

use warmfront_model::{Action, Event, Regimen, Scenario, Switchable};

use crate::steer::Steered;

/// What can be set while a run goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// By drug: multiple of the dose that the scenario gives in each arm.
    pub multiples: Vec<f64>,
    /// By drug: held level; none: it takes its course.
    pub holds: Vec<Option<f64>>,
    /// By arm, then drug.
    pub regimens: Vec<Vec<Regimen>>,
    /// By arm, then parameter of the model.
    pub parameters: Vec<Vec<f64>>,
    /// By process of the model.
    pub off: Vec<bool>,
}

impl Settings {
    /// Those of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let drugs = scenario.model.drugs.len();
        Self {
            multiples: vec![1.0; drugs],
            holds: vec![None; drugs],
            regimens: (0..scenario.arms.len())
                .map(|a| (0..drugs).map(|d| scenario.regimen(a, d).clone()).collect())
                .collect(),
            parameters: scenario.arms.iter().map(|a| a.parameters.clone()).collect(),
            off: scenario.off.clone(),
        }
    }
}

impl Settings {
    /// These, with the control that `change` moves as it is in `from`.
    pub(crate) fn with_control(&self, from: &Self, change: &Change) -> Self {
        let mut all = self.clone();
        match change {
            Change::Dose(d, _) => all.multiples[*d] = from.multiples[*d],
            Change::Hold(d, _) => all.holds[*d] = from.holds[*d],
            Change::Regimen(d, arm, _) => {
                let arms = all.regimens.iter_mut().zip(&from.regimens).enumerate();
                for (a, (to, from)) in arms {
                    if arm.is_none_or(|arm| arm == a) {
                        to[*d].clone_from(&from[*d]);
                    }
                }
            }
            Change::Set(p, _) => {
                for (to, from) in all.parameters.iter_mut().zip(&from.parameters) {
                    to[*p] = from[*p];
                }
            }
            Change::ResetParameters => all.parameters.clone_from(&from.parameters),
            Change::Switch(p, _) => all.off[*p] = from.off[*p],
        }
        all
    }
}

/// One change of the settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Multiple of a drug's dose.
    Dose(usize, f64),
    /// Held level of a drug.
    Hold(usize, Option<f64>),
    /// Regimen of a drug, in one arm or in all.
    Regimen(usize, Option<usize>, Regimen),
    /// A parameter, in every arm.
    Set(usize, f64),
    /// Every parameter as the scenario has it.
    ResetParameters,
    /// A process, and whether it takes place.
    Switch(usize, bool),
}

impl Change {
    // Whether both move the same control.
    pub(crate) fn same_control(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Dose(a, _), Self::Dose(b, _))
            | (Self::Hold(a, _), Self::Hold(b, _))
            | (Self::Set(a, _), Self::Set(b, _)) => a == b,
            (Self::Regimen(a, arm, _), Self::Regimen(b, other, _)) => a == b && arm == other,
            _ => false,
        }
    }
}

impl Steered {
    /// What an event does, in a few words, and the drug if it concerns one.
    pub fn describe(&self, event: &Event) -> (String, Option<usize>) {
        let model = &self.scenario().model;
        let (change, drug) = match &event.action {
            Action::Dose { drug, multiple } => {
                let arm = event.arms.as_ref().and_then(|a| a.first()).copied();
                let own = arm.map_or(1.0, |a| self.scenario().arms[a].doses[*drug]);
                let relative = if own > 0.0 { multiple / own } else { *multiple };
                (Change::Dose(*drug, relative), Some(*drug))
            }
            Action::Hold { drug, level } => (Change::Hold(*drug, *level), Some(*drug)),
            Action::Regimen { drug, regimen } => {
                let arm = event.arms.as_ref().and_then(|a| a.first()).copied();
                let change = Change::Regimen(*drug, arm, regimen.clone());
                (change, Some(*drug))
            }
            Action::Set { parameters } if parameters.len() == 1 => {
                (Change::Set(parameters[0].0, parameters[0].1), None)
            }
            Action::Switch {
                what: Switchable::Process(p),
                on,
            } => (Change::Switch(*p, *on), None),
            Action::Brush { field, amount, .. } => {
                let verb = if *amount < 0.0 { "remove" } else { "add" };
                return (format!("{verb} {}", model.fields[*field].label), None);
            }
            Action::Bolus { drug, amount } => {
                let d = &model.drugs[*drug];
                let text = format!(
                    "{}: {} {} at once",
                    d.label,
                    crate::units::number(*amount),
                    d.unit
                );
                return (text, Some(*drug));
            }
            Action::Caption { text } => return (text.clone(), None),
            other => return (other.name().to_owned(), None),
        };
        (self.label(&change), drug)
    }

    pub(crate) fn label(&self, change: &Change) -> String {
        let model = &self.scenario().model;
        let number = crate::units::number;
        match change {
            Change::Dose(drug, multiple) => {
                format!("{} {} ×", model.drugs[*drug].label, number(*multiple))
            }
            Change::Hold(drug, Some(level)) => {
                let d = &model.drugs[*drug];
                let unit = crate::pretty_unit(&model.compartments[d.measured_in].unit);
                format!("{} held at {} {unit}", d.label, number(*level))
            }
            Change::Hold(drug, None) => format!("{} no longer held", model.drugs[*drug].label),
            Change::Regimen(drug, None, _) => format!("{}: regimen", model.drugs[*drug].label),
            Change::Regimen(drug, Some(arm), _) => {
                let arm = &self.scenario().arms[*arm].label;
                format!("{}: regimen in {arm}", model.drugs[*drug].label)
            }
            Change::Set(p, value) => {
                let p = &model.parameters[*p];
                let unit = crate::pretty_unit(&p.unit);
                let text = format!("{} = {} {unit}", p.label, number(*value));
                text.trim_end().to_owned()
            }
            Change::ResetParameters => "all parameters back".to_owned(),
            Change::Switch(process, on) => {
                let state = if *on { "on" } else { "off" };
                format!("{} {state}", model.processes[*process].label)
            }
        }
    }
}

// Whether all numbers that events and states carry mean the same in both.
pub(crate) fn same_names(a: &Scenario, b: &Scenario) -> bool {
    macro_rules! same {
        ($($list:ident),*) => {
            $(a.model.$list.iter().map(|x| &x.id).eq(b.model.$list.iter().map(|x| &x.id)) &&)* true
        };
    }
    let layouts = |s: &Scenario| -> Vec<(bool, bool, bool)> {
        let fields = s.model.fields.iter();
        fields
            .map(|f| {
                (
                    f.diffusion.is_some(),
                    f.hindrance.is_some(),
                    f.transport.is_some(),
                )
            })
            .collect()
    };
    let arms = |s: &Scenario| -> Vec<String> { s.arms.iter().map(|a| a.id.clone()).collect() };
    same!(
        fields,
        compartments,
        parameters,
        processes,
        transports,
        drugs
    ) && a.grid.cells == b.grid.cells
        && layouts(a) == layouts(b)
        && arms(a) == arms(b)
}
