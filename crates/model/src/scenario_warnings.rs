//! What is allowed in a scenario but probably not meant: one line each.

use crate::initial::Initial;
use crate::number::plain;
use crate::picture::ImageMap;
use crate::regimen::Regimen;
use crate::scenario::{Action, Event, Scenario};

impl Scenario {
    /// What would go unnoticed in a run of the arms `arms` (indices into the scenario's list): events
    /// and doses after the end, arms that are the same, cells too coarse to mean anything.
    pub fn warnings(&self, arms: &[usize]) -> Vec<String> {
        let mut warnings = self.late_events(arms);
        warnings.extend(self.late_doses(arms));
        warnings.extend(self.same_arms(arms));
        warnings.extend(self.coarse_cells());
        warnings.extend(self.image_warnings());
        warnings
    }

    /// What images were read as, where that may not be meant.
    pub fn image_warnings(&self) -> Vec<String> {
        let mut warnings: Vec<String> = Vec::new();
        let used = self.initial.iter().flatten();
        let used = used.filter_map(|i| i.image.as_ref().map(|image| (i, image)));
        let mut add = |initial: &Initial, what: String| {
            let line = match &initial.file_place.0 {
                Some(place) => format!("{}:{}: {what}", place.file, place.line),
                None => what.clone(),
            };
            if !warnings.iter().any(|w| w.ends_with(&what)) {
                warnings.push(line);
            }
        };
        for (initial, image) in used.clone() {
            for what in image.warnings(initial.image_channel, initial.image_scale) {
                add(initial, what);
            }
            let pages = image.facts.pages;
            let others = |(_, that): (_, &ImageMap)| that.page > 0 && that.file == image.file;
            if pages > 1 && image.page == 0 && !used.clone().any(others) {
                let what = format!(
                    "image {} has {pages} pages, and only page 0 is read: `image_page` takes another",
                    image.name
                );
                add(initial, what);
            }
        }
        warnings
    }

    /// Whether an event concerns one of these arms.
    fn concerns(&self, event: usize, arms: &[usize]) -> bool {
        let named = &self.events[event].arms;
        named
            .as_ref()
            .is_none_or(|named| arms.iter().any(|a| named.contains(a)))
    }

    fn late_events(&self, arms: &[usize]) -> Vec<String> {
        let end = self.time.duration;
        let late = |i: &usize| {
            let event = &self.events[*i];
            match event.action {
                // The last picture shows a caption of the last moment.
                _ if event.action.is_for_the_eye() => event.time > end,
                _ => event.time >= end - self.time.near(),
            }
        };
        (0..self.events.len())
            .filter(|i| late(i) && self.concerns(*i, arms))
            .map(|i| {
                let event = &self.events[i];
                let at = match &event.place.0 {
                    Some(place) => format!("{}:{}: ", place.file, place.line),
                    None => String::new(),
                };
                format!(
                    "{at}event {} (`{}`) at time {} never happens: the run ends at {}",
                    i + 1,
                    event.action.name(),
                    plain(event.time),
                    plain(end)
                )
            })
            .collect()
    }

    fn late_doses(&self, arms: &[usize]) -> Vec<String> {
        let end = self.time.duration;
        let mut warnings = Vec::new();
        for (d, drug) in self.model.drugs.iter().enumerate() {
            // By arm, unless the regimen is that of all arms.
            let mut seen: Vec<&Regimen> = Vec::new();
            for &arm in arms {
                let regimen = self.regimen(arm, d);
                let own = self.arms[arm].regimens[d].is_some();
                let turned_on = |e: &Event| {
                    matches!(e.action, Action::Dose { drug, multiple } if drug == d && multiple > 0.0)
                        && e.concerns(arm)
                };
                let gets = self.arms[arm].doses[d] > 0.0 || self.events.iter().any(turned_on);
                let whose = match own {
                    true => format!(" in arm `{}`", self.arms[arm].id),
                    false => String::new(),
                };
                if own && !gets {
                    warnings.push(format!(
                        "arm `{}` has a regimen of `{}` but does not get it: add `doses = {{ {} = 1.0 }}`",
                        self.arms[arm].id, drug.id, drug.id
                    ));
                }
                if !gets || regimen.dose == 0.0 || !own && seen.contains(&regimen) {
                    continue;
                }
                if !own {
                    seen.push(regimen);
                }
                let count = regimen.times(end).len();
                if let Some(loading) = regimen
                    .loading
                    .as_ref()
                    .filter(|l| l.doses as usize > count)
                {
                    let why = match regimen.doses {
                        Some(most) if most < loading.doses => format!("`doses` is {most}"),
                        _ => format!(
                            "the end comes first, at {}",
                            plain(regimen.until.map_or(end, |u| u.min(end)))
                        ),
                    };
                    warnings.push(format!(
                        "only {count} of {} loading doses of `{}` are given{whose}: {why}",
                        loading.doses, drug.id
                    ));
                    continue;
                }
                if count == 0 {
                    let why = match regimen.doses {
                        Some(0) => "its regimen has `doses = 0`".to_owned(),
                        _ => {
                            let (first, end) = (plain(regimen.start), plain(end));
                            format!("the first is due at {first}, the run ends at {end}")
                        }
                    };
                    warnings.push(format!("no dose of `{}` is given{whose}: {why}", drug.id));
                } else if let Some(wanted) = regimen.doses.filter(|n| {
                    *n as usize > count && regimen.until.is_none() && regimen.cycles.is_none()
                }) {
                    warnings.push(format!(
                        "only {count} of {wanted} doses of `{}` are given{whose}: the run ends at {}",
                        drug.id,
                        plain(end)
                    ));
                }
            }
        }
        warnings
    }

    /// Pairs of arms that nothing tells apart.
    fn same_arms(&self, arms: &[usize]) -> Vec<String> {
        let same = |a: usize, b: usize| {
            let amounts = |arm: usize| {
                let drugs = 0..self.model.drugs.len();
                drugs.map(|d| self.doses(arm, d)).collect::<Vec<_>>()
            };
            amounts(a) == amounts(b)
                && self.arms[a].parameters == self.arms[b].parameters
                && (0..self.events.len()).all(|i| self.concerns(i, &[a]) == self.concerns(i, &[b]))
        };
        let mut warnings = Vec::new();
        for (i, &b) in arms.iter().enumerate() {
            // With the first like it only: three equal arms are two lines.
            if let Some(&a) = arms[..i].iter().find(|a| same(**a, b)) {
                warnings.push(format!(
                    "the arms `{}` and `{}` are the same: equal doses, parameters and events",
                    self.arms[a].id, self.arms[b].id
                ));
            }
        }
        warnings
    }

    /// Whether a cell is larger than what the scenario says it means something with.
    pub fn is_too_coarse(&self) -> bool {
        let widest = self.widest_spacing();
        self.coarsest_spacing
            .is_some_and(|most| widest > most * (1.0 + 1e-9))
    }

    /// Longest edge of a cell.
    pub fn widest_spacing(&self) -> f64 {
        let axes = if self.grid.is_3d() { 3 } else { 2 };
        let edges = self.grid.spacing[..axes].iter().copied();
        edges.fold(0.0, f64::max)
    }

    /// The value of `--grid` with which no edge of a cell is longer than `spacing`, nor than it is now.
    pub fn grid_with_cells_of(&self, spacing: f64) -> String {
        let axes = if self.grid.is_3d() { 3 } else { 2 };
        let extent = self.grid.extent();
        let enough: Vec<String> = extent[..axes]
            .iter()
            .zip(self.grid.cells)
            .map(|(length, n)| ((length / spacing - 1e-9).ceil() as u32).max(n).to_string())
            .collect();
        enough.join("x")
    }

    fn coarse_cells(&self) -> Option<String> {
        let coarsest = self.coarsest_spacing.filter(|_| self.is_too_coarse())?;
        let widest = self.widest_spacing();
        let unit = match self.model.length_unit.as_str() {
            "1" => String::new(),
            unit => format!(" {unit}"),
        };
        Some(format!(
            "cells of {}{unit} are too coarse for scenario `{}`, which means something up to {}{unit}: take --grid {} or finer",
            plain(widest),
            self.id,
            plain(coarsest),
            self.grid_with_cells_of(coarsest)
        ))
    }
}

impl Action {
    /// The word for it in a file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::Dose { .. } => "dose",
            Self::Hold { level: Some(_), .. } => "hold",
            Self::Hold { level: None, .. } => "release",
            Self::Regimen { .. } => "regimen",
            Self::Switch { .. } => "switch",
            Self::Bolus { .. } => "bolus",
            Self::Brush { .. } => "brush",
            Self::Caption { .. } => "caption",
            Self::Camera { .. } => "camera",
        }
    }

    /// Whether it only changes what is seen and no number.
    pub fn is_for_the_eye(&self) -> bool {
        matches!(self, Self::Caption { .. } | Self::Camera { .. })
    }
}
