//! `generated/compartments.wgsl`: terms of the well-mixed variables, and doses.

use warmfront_model::{Process, Target};

use crate::text::Text;

use super::{Exchange, Writer};

impl Writer<'_> {
    pub(super) fn compartments(&mut self) -> Text {
        self.line(
            "fn terms(y: array<f32, COMPARTMENTS>, start: array<f32, EXCHANGES>, rise: array<f32, EXCHANGES>, time: f32, p: Params, \
             gain: ptr<function, array<f32, COMPARTMENTS>>, loss: ptr<function, array<f32, COMPARTMENTS>>) {\n    \
             var g: Compartments;\n    var r: Rates;",
        );
        let m = self.model;
        for (i, c) in m.compartments.iter().enumerate() {
            self.line(format!("    g.{} = y[{i}];", c.id));
        }
        let local = |p: &Process| !p.spatial;
        for p in m.processes.iter().filter(|p| local(p)) {
            self.expression(
                &format!("    r.{0} = p.switch_{0} * (", p.id),
                &p.rate,
                ");",
            );
        }
        for (i, c) in m.compartments.iter().enumerate() {
            let target = Target::Compartment(i);
            self.line(format!(
                "    // {}\n    var gain_{i} = 0.0;\n    var loss_{i} = 0.0;",
                c.id
            ));
            let gains = self.gains(target, local);
            self.sum_into(&format!("gain_{i}"), &gains);
            for rate in self.losses(target, local) {
                self.line(format!("    loss_{i} += {rate};"));
            }
            for k in 0..self.exchanges.len() {
                let Exchange { compartment, gain } = self.exchanges[k];
                if compartment == i {
                    let name = if gain { "gain" } else { "loss" };
                    self.line(format!(
                        "    {name}_{i} += max(start[{k}] + rise[{k}] * time, 0.0);"
                    ));
                }
            }
            self.line(format!(
                "    (*gain)[{i}] = gain_{i};\n    (*loss)[{i}] = loss_{i};"
            ));
        }
        self.line("}\n");
        self.held();
        self.line("fn add_doses(arm: u32, base: u32, p: Params) {");
        for (d, drug) in m.drugs.iter().enumerate() {
            let at = format!("doses[arm * {}u + {d}u]", m.drugs.len());
            let before = format!("    memory[base + NEW + {}u] += {at} * (", drug.into);
            self.expression(&before, &drug.per_dose, ");");
            self.line(format!("    {at} = 0.0;"));
        }
        if m.drugs.is_empty() {
            self.line("    doses[arm] = 0.0;");
        }
        self.line("}\n");
        self.finish()
    }
}
