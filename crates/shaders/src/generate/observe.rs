//! `generated/observe.wgsl`: observables of a cell.

use warmfront_model::Reduce;

use crate::text::Text;

use super::Writer;

impl Writer<'_> {
    pub(super) fn observe(&mut self) -> Text {
        let m = self.model;
        let n = m.observables.len().max(1);
        self.line(format!("const OBSERVABLES: u32 = {n}u;"));
        self.line(
            "fn no_observations() -> array<vec4f, OBSERVABLES> {\n    var sums: array<vec4f, OBSERVABLES>;\n    \
             for (var k = 0u; k < OBSERVABLES; k++) {\n        sums[k] = vec4f(0.0, 0.0, -3.0e38, 3.0e38);\n    }\n    return sums;\n}\n\
             fn add(sum: vec4f, value: f32, weight: f32) -> vec4f {\n    \
             return vec4f(sum.x + value * weight, sum.y + weight, max(sum.z, value), min(sum.w, value));\n}\n",
        );
        self.load_state();
        self.load_compartments();
        self.line(
            "fn observe_cell(cell: u32, arm: u32, p: Params, g: Compartments, sums: ptr<function, array<vec4f, OBSERVABLES>>) {\n    \
             let s = load_state(cell, arm);\n    let a = auxiliaries(s, p, g);\n    var r = rates(s, p, a, g);",
        );
        for p in &m.processes {
            if let Some(q) = p.consumes {
                let amount = self.amount(q);
                self.line(format!("    r.{} *= {amount};", p.id));
            }
        }
        for (i, o) in m.observables.iter().enumerate() {
            self.expression(&format!("    let value_{i} = f32("), &o.expression, ");");
            match (&o.weight, o.reduce) {
                (Some(w), Reduce::Mean) => {
                    self.expression(&format!("    let weight_{i} = f32("), w, ");");
                }
                _ => self.line(format!("    let weight_{i} = 1.0;")),
            }
            self.line(format!(
                "    (*sums)[{i}] = add((*sums)[{i}], value_{i}, weight_{i});"
            ));
        }
        self.line("}\n");
        self.finish()
    }
}
