//! What events and doses do to a batch of arms.

use warmfront_engine::{Controls, Simulation};
use warmfront_model::{Action, Event, Grid, Regimen, Scenario, Switchable};

use crate::SessionError;
use crate::schedule::Stop;

/// The part of the treatment that events may change: parameters, switches, held levels and dose
/// multiples and regimens of each arm.
#[derive(Debug, Clone)]
pub(crate) struct Treatment {
    /// Arms of the batch, as indices into the scenario's list.
    arms: Vec<usize>,
    /// By arm of the batch.
    controls: Vec<Controls>,
    /// By arm of the batch: multiple of each drug's dose.
    multiples: Vec<Vec<f64>>,
    /// By arm of the batch, then drug.
    regimens: Vec<Vec<Regimen>>,
}

impl Treatment {
    pub(crate) fn new(scenario: &Scenario, arms: &[usize]) -> Self {
        let each = || arms.iter().map(|&a| &scenario.arms[a]);
        Self {
            arms: arms.to_vec(),
            controls: each()
                .map(|a| Controls {
                    parameters: a.parameters.clone(),
                    off: scenario.off.clone(),
                    off_transports: scenario.off_transports.clone(),
                    holds: vec![None; scenario.model.drugs.len()],
                })
                .collect(),
            regimens: arms
                .iter()
                .map(|&arm| {
                    let drugs = 0..scenario.model.drugs.len();
                    drugs.map(|d| scenario.regimen(arm, d).clone()).collect()
                })
                .collect(),
            multiples: each().map(|a| a.doses.clone()).collect(),
        }
    }

    /// Present parameters, switches and held levels of an arm of the batch.
    pub(crate) fn controls(&self, arm: usize) -> &Controls {
        &self.controls[arm]
    }

    /// Present multiple of a drug's dose in an arm of the batch.
    pub(crate) fn multiple(&self, arm: usize, drug: usize) -> f64 {
        self.multiples[arm][drug]
    }

    /// Present regimens of an arm of the batch, by drug.
    pub(crate) fn regimens(&self, arm: usize) -> &[Regimen] {
        &self.regimens[arm]
    }

    /// Does what a stop asks for: events in their order, then the regimens' doses, so that a
    /// multiple that changes now holds for the dose of now, then events that come after the doses.
    pub(crate) fn apply(
        &mut self,
        simulation: &mut Simulation,
        scenario: &Scenario,
        stop: &Stop,
    ) -> Result<(), SessionError> {
        for &i in &stop.events {
            self.event(simulation, scenario, &scenario.events[i])?;
        }
        for due in &stop.doses {
            // Arms that are not run stop the others all the same.
            let Some(arm) = self.arms.iter().position(|a| *a == due.arm) else {
                continue;
            };
            let amount = due.amount * self.multiples[arm][due.drug];
            if amount > 0.0 {
                simulation.dose(arm, due.drug, amount);
            }
        }
        for &i in &stop.late_events {
            self.event(simulation, scenario, &scenario.events[i])?;
        }
        if stop.restarts() {
            simulation.restart();
        }
        Ok(())
    }

    /// Does what one event asks for, without restarting the step ladder.
    pub(crate) fn event(
        &mut self,
        simulation: &mut Simulation,
        scenario: &Scenario,
        event: &Event,
    ) -> Result<(), SessionError> {
        let concerned = |arm: &usize| event.concerns(self.arms[*arm]);
        let arms: Vec<usize> = (0..self.arms.len()).filter(concerned).collect();
        for arm in arms {
            let mut controls = self.controls[arm].clone();
            match &event.action {
                Action::Set { parameters } => {
                    for &(p, value) in parameters {
                        controls.parameters[p] = value;
                    }
                }
                Action::Switch { what, on } => match *what {
                    Switchable::Process(i) => controls.off[i] = !on,
                    Switchable::Transport(i) => controls.off_transports[i] = !on,
                },
                Action::Hold { drug, level } => controls.holds[*drug] = *level,
                Action::Dose { drug, multiple } => self.multiples[arm][*drug] = *multiple,
                Action::Bolus { drug, amount } => {
                    if *amount > 0.0 {
                        simulation.dose(arm, *drug, *amount);
                    }
                }
                Action::Brush {
                    field,
                    centre,
                    radius,
                    amount,
                } => {
                    let mut values = simulation.field(arm, *field)?;
                    brush(&mut values, &scenario.grid, *centre, *radius, *amount);
                    simulation.set_field(arm, *field, &values)?;
                }
                Action::Regimen { drug, regimen } => self.regimens[arm][*drug].clone_from(regimen),
                Action::Caption { .. } | Action::Camera { .. } => {}
            }
            if controls != self.controls[arm] {
                simulation.control(arm, &controls)?;
                self.controls[arm] = controls;
            }
        }
        Ok(())
    }
}

/// Adds `amount / (1 + exp((r − radius)/w))` to a field (x fastest), clipped at 0. `r` is the
/// distance of a cell's centre from `centre`; in 2D the z coordinate does not count. The edge `w` is
/// a tenth of the radius, but at least half a cell.
pub(crate) fn brush(values: &mut [f32], grid: &Grid, centre: [f64; 3], radius: f64, amount: f64) {
    let axes = if grid.is_3d() { 3 } else { 2 };
    let finest = grid.spacing[..axes]
        .iter()
        .fold(f64::INFINITY, |m, s| m.min(*s));
    let edge = (0.1 * radius).max(0.5 * finest);
    let [nx, ny, _] = grid.cells.map(|n| n as usize);
    for (i, value) in values.iter_mut().enumerate() {
        let at = [i % nx, i / nx % ny, i / (nx * ny)];
        let square: f64 = (0..axes)
            .map(|k| (at[k] as f64 + 0.5) * grid.spacing[k] - centre[k])
            .map(|d| d * d)
            .sum();
        let add = amount / (1.0 + ((square.sqrt() - radius) / edge).exp());
        *value = (f64::from(*value) + add).max(0.0) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brush_paints_a_disc_and_never_below_zero() {
        let grid = Grid {
            cells: [20, 20, 1],
            spacing: [10.0, 10.0, 10.0],
        };
        let mut values = vec![1.0_f32; 400];
        brush(&mut values, &grid, [105.0, 105.0, 0.0], 40.0, 2.0);
        assert!((values[10 * 20 + 10] - 3.0).abs() < 1e-2);
        assert!((values[0] - 1.0).abs() < 1e-3);
        // Half the amount at the radius.
        assert!((values[10 * 20 + 14] - 2.0).abs() < 1e-6);
        brush(&mut values, &grid, [105.0, 105.0, 0.0], 40.0, -9.0);
        assert_eq!(values[10 * 20 + 10], 0.0);
        assert!(values.iter().all(|v| *v >= 0.0));
    }
}
