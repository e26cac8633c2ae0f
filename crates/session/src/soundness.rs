//! Warnings of what the equations or the cells cannot carry, found while a run goes on.
//!
//! [`Lookout::look`] at any time; it looks at the start and then about once in a twenty-fourth of the run,
//! and tells each concern once. A front has to be too steep at two looks in a row, or at the end: one that has
//! just formed may still become wider. What is looked for is told in the engine's `soundness` module.

use warmfront_engine::{Concern, Simulation, Soundness, Spot};
use warmfront_model::{Expression, SINGLE_ARM, Scenario};

use crate::SessionError;
use crate::units::rounded;

/// Looks in a whole run.
const LOOKS: f64 = 24.0;

/// A ratio from which nothing worth speaking of diffuses against a drift.
const NOTHING_DIFFUSES: f64 = 1e5;

/// Looks after one run.
pub struct Lookout {
    // Compiled at the first look; then none where the model has nothing to look at.
    soundness: Option<Option<Soundness>>,
    next: f64,
    transports: Vec<bool>,
    fields: Vec<bool>,
    // Fields whose front was too steep at the latest look.
    steep: Vec<usize>,
}

impl Lookout {
    /// For a simulation of `scenario`, from its start on.
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            soundness: None,
            next: 0.0,
            transports: vec![false; scenario.model.transports.len()],
            fields: vec![false; scenario.model.fields.len()],
            steep: Vec::new(),
        }
    }

    /// The same, but the first look, which compiles a kernel, comes a twenty-fourth of the run later: a window
    /// shows something first.
    #[must_use]
    pub fn later(scenario: &Scenario) -> Self {
        Self {
            next: scenario.time.duration / LOOKS,
            ..Self::new(scenario)
        }
    }

    /// Warnings that were not told before, if it is time to look again; `arms` of the scenario are the batch.
    ///
    /// # Errors
    /// A shader that the driver refuses, driver errors.
    pub fn look(
        &mut self,
        simulation: &Simulation,
        scenario: &Scenario,
        arms: &[usize],
    ) -> Result<Vec<String>, SessionError> {
        let now = simulation.time();
        let last = now >= scenario.time.duration * (1.0 - 1e-9);
        if now < self.next && !last {
            return Ok(Vec::new());
        }
        self.next = now + scenario.time.duration / LOOKS;
        let compiled = match self.soundness.take() {
            Some(compiled) => compiled,
            None => Soundness::new(simulation, scenario)?,
        };
        let Some(soundness) = self.soundness.insert(compiled) else {
            return Ok(Vec::new());
        };
        let before = std::mem::take(&mut self.steep);
        let mut warnings = Vec::new();
        for concern in soundness.look(simulation)? {
            let told = match concern {
                Concern::Sharpens { transport, .. } => &mut self.transports[transport],
                Concern::SteepFront { field, .. } => {
                    self.steep.push(field);
                    if !last && !before.contains(&field) {
                        continue;
                    }
                    &mut self.fields[field]
                }
            };
            if !std::mem::replace(told, true) {
                warnings.push(words(scenario, arms, &concern, now));
            }
        }
        Ok(warnings)
    }
}

fn words(scenario: &Scenario, arms: &[usize], concern: &Concern, time: f64) -> String {
    let model = &scenario.model;
    let at = |spot: &Spot| {
        let arm = &scenario.arms[arms[spot.arm]].id;
        let arm = match arm.as_str() {
            SINGLE_ARM => String::new(),
            id => format!("arm `{id}`, "),
        };
        format!("{arm}cell {:?}, time {}", spot.cell, rounded(time, 6))
    };
    let place = |e: &Expression| format!("{}:{}", e.file, e.line);
    match concern {
        Concern::Sharpens {
            transport,
            ratio,
            spot,
        } => {
            let transport = &model.transports[*transport];
            let fields: Vec<String> = transport
                .moves
                .iter()
                .map(|&f| format!("`{}`", model.fields[f].id))
                .collect();
            let against = if *ratio < NOTHING_DIFFUSES {
                format!(
                    "{} times as fast as diffusion levels it",
                    rounded(*ratio, 3)
                )
            } else {
                "and nothing diffuses against it".to_owned()
            };
            format!(
                "{}: the drift `{}` moves {} up its own gradient, {against} ({}): the equation is ill-posed there, \
                 the shortest waves grow fastest and the size of the cells decides what is seen; \
                 give it more diffusion, or a potential that falls where the field is high",
                place(&transport.potential),
                transport.id,
                fields.join(", "),
                at(spot)
            )
        }
        Concern::SteepFront {
            field,
            width,
            spacing,
            spot,
        } => {
            let field = &model.fields[*field];
            let unit = match model.length_unit.as_str() {
                "1" => String::new(),
                unit => format!(" {unit}"),
            };
            let from = field.diffusion.as_ref().map(place).unwrap_or_default();
            format!(
                "{from}: the front of `{}` between two stable states is only {} cells wide ({}): cells of {}{unit} \
                 cannot carry it, so that it slows down or stands still; take cells of {}{unit} or less: --grid {}",
                field.id,
                rounded(*width, 2),
                at(spot),
                rounded(scenario.widest_spacing(), 6),
                rounded(*spacing, 2),
                scenario.grid_with_cells_of(*spacing)
            )
        }
    }
}
