//! `generated/soundness.wgsl`: what shows that the equations or the cells cannot carry the present state.
//!
//! # Theory
//! *Drift up a field's own gradient.* A transport whose potential Φ depends on the fields that it moves is
//! a diffusion: the flux of field f is −D_f m_f ∇c_f + c_f h Σ ∂Φ/∂c_g ∇c_g. The matrix of these diffusion
//! coefficients is a diagonal plus a product of two vectors, so its determinant is the product of the
//! D_f m_f times 1 − Σ h c_f ∂Φ/∂c_f / (D_f m_f). Where the sum exceeds 1 some direction has a negative
//! diffusion coefficient: the shorter a wave, the faster it grows, and the equations have no solution
//! that the cells do not choose. (A potential that depends on a field *produced* by what moves is another
//! thing: that field spreads, and short waves decay.)
//!
//! *Fronts that cells pin.* Between two stable states of a reaction runs a front of width √(D/r). On cells
//! longer than that it stands still although it should move. Such a front shows as two neighbouring cells
//! on both sides of the unstable state: between their values the reaction is first a loss, then a gain.

use warmfront_model::{Model, Target};

use crate::layout::{Layout, pushes};
use crate::text::Text;

use super::Writer;

/// What [`crate::Kernel::Soundness`] looks at, in the order of its results: transports, then fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looks {
    /// Transports whose potential depends directly on a field that they move.
    pub transports: Vec<usize>,
    /// Fields that diffuse, are gained and are lost: only they can form a front between two stable states.
    pub fields: Vec<usize>,
}

impl Looks {
    pub(crate) fn of(model: &Model, layout: &Layout) -> Self {
        let transports = 0..model.transports.len();
        let both = |f: &usize| {
            let target = Target::Field(*f);
            let spatial = || model.processes.iter().filter(|p| p.spatial);
            model.fields[*f].diffusion.is_some()
                && spatial().any(|p| p.consumes == Some(target))
                && spatial().any(|p| p.produces.iter().any(|(t, _)| *t == target))
        };
        let solved = layout.fields[..layout.solved()].iter().copied();
        Self {
            transports: transports.filter(|&t| pushes(model, t)).collect(),
            fields: solved.filter(both).collect(),
        }
    }

    /// Number of results of an arm.
    pub fn len(&self) -> usize {
        self.transports.len() + self.fields.len()
    }

    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Writer<'_> {
    pub(super) fn soundness(&mut self) -> Text {
        let looks = Looks::of(self.model, self.layout);
        self.line(format!(
            "@group(0) @binding(13) var<storage, read> wall_diffusivity: array<f32>;\n\
             const LOOKS: u32 = {}u;",
            looks.len().max(1)
        ));
        self.load_state();
        self.load_compartments();
        self.change();
        for &t in &looks.transports {
            self.sharpening(t);
        }
        if !looks.fields.is_empty() {
            self.bistable(&looks.fields);
        }
        self.line(
            "fn look_at_cell(cell: u32, arm: u32, p: Params, g: Compartments, next: vec3u, worst: ptr<function, array<vec4f, LOOKS>>) {",
        );
        if !looks.transports.is_empty() {
            self.line("    let s = load_state(cell, arm);");
        }
        for (k, t) in looks.transports.iter().enumerate() {
            self.line(format!(
                "    let sharp_{k} = sharpening_{t}(s, p, g, arm);\n    \
                 if (sharp_{k} > (*worst)[{k}].x) {{\n        (*worst)[{k}] = result(sharp_{k}, 0.0, cell);\n    }}"
            ));
        }
        if !looks.fields.is_empty() {
            let first = looks.transports.len();
            let count = looks.fields.len();
            self.line(format!(
                "    for (var i = 0u; i < {count}u; i++) {{\n        let k = {first}u + i;\n        \
                     let block = block_of(front_storage(i), arm);\n        \
                     for (var axis = 0u; axis < 3u; axis++) {{\n            let ahead = cell + next[axis];\n            \
                         let jump = abs(guess[block + ahead] - guess[block + cell]);\n            \
                         if (jump > least_jump[k] && jump > (*worst)[k].x) {{\n                \
                             let rate = bistable(i, load_state(cell, arm), load_state(ahead, arm), p, g);\n                \
                             let spread = wall_diffusivity[front_storage(i) * ARMS + arm];\n                \
                             if (pins(rate, spread, geometry.spacing[axis])) {{\n                    \
                                 (*worst)[k] = result(jump, rate, cell);\n                }}\n            }}\n        }}\n    }}"
            ));
        }
        self.line("}\n");
        self.finish()
    }

    // Σ h c_f ∂Φ/∂c_f / (D_f m_f) over the fields that transport `t` moves; a term without diffusion counts
    // a million.
    fn sharpening(&mut self, t: usize) {
        let transport = &self.model.transports[t];
        self.line(format!(
            "fn potential_{t}(s: State, a: Aux, p: Params) -> f32 {{"
        ));
        self.expression("    return (", &transport.potential, ");");
        self.line(format!(
            "}}\n\nfn sharpening_{t}(s: State, p: Params, g: Compartments, arm: u32) -> f32 {{\n    \
             let a = auxiliaries(s, p, g);\n    var sum = 0.0;\n    var open = p.switch_drift_{};",
            transport.id
        ));
        if let Some(hindrance) = &transport.hindrance {
            self.expression("    open *= (", hindrance, ");");
        }
        for &f in &transport.moves {
            let field = &self.model.fields[f];
            let (id, by) = (&field.id, 1e-3 * field.scale);
            let storage = self.layout.storage[f];
            self.line(format!(
                "    {{\n        var low = s;\n        var high = s;\n        \
                 low.{id} = max(s.{id} - f32({by:?}), 0.0);\n        high.{id} = s.{id} + f32({by:?});\n        \
                 let below = potential_{t}(low, auxiliaries(low, p, g), p);\n        \
                 let above = potential_{t}(high, auxiliaries(high, p, g), p);\n        \
                 var spread = wall_diffusivity[{storage}u * ARMS + arm];"
            ));
            if let Some(hindrance) = &field.hindrance {
                self.expression("        spread *= (", hindrance, ");");
            }
            self.line(format!(
                "        sum += share(open * s.{id} * rise(below, above) / (high.{id} - low.{id}), spread);\n    }}"
            ));
        }
        self.line("    return sum;\n}\n");
    }

    // What keeps a front of the `which`th of these fields from moving: the smaller of the largest loss below
    // the unstable state and the largest gain above it, per unit of the difference between both cells. The other
    // fields have their mean value there. Without an unstable state between both cells: 0. The field is
    // a variable of the shader, because a copy of all rates for each field takes seconds to compile.
    fn bistable(&mut self, fields: &[usize]) {
        let model = self.model;
        let id = |f: usize| &model.fields[f].id;
        let layout = self.layout;
        self.choice("front_storage", "which: u32", "u32", fields, |f| {
            format!("return {}u;", layout.storage[f])
        });
        self.choice("front_value", "which: u32, s: State", "f32", fields, |f| {
            format!("return s.{};", id(f))
        });
        self.choice(
            "front_change",
            "which: u32, c: Change",
            "f32",
            fields,
            |f| format!("return c.{};", id(f)),
        );
        self.choice(
            "with_front",
            "which: u32, before: State, value: f32",
            "State",
            fields,
            |f| format!("var s = before; s.{} = value; return s;", id(f)),
        );
        self.line(
            "fn bistable(which: u32, here: State, there: State, p: Params, g: Compartments) -> f32 {\n    \
             let low = min(front_value(which, here), front_value(which, there));\n    \
             let high = max(front_value(which, here), front_value(which, there));\n    \
             var s: State;",
        );
        for field in &self.model.fields {
            let other = &field.id;
            self.line(format!(
                "    s.{other} = 0.5 * (here.{other} + there.{other});"
            ));
        }
        self.line(
            "    var falls = 0.0;\n    var rises = 0.0;\n    \
             for (var i = 1u; i < 16u; i++) {\n        \
                 let at = with_front(which, s, mix(low, high, f32(i) / 16.0));\n        \
                 let rate = front_change(which, change(at, p, g));\n        \
                 falls = select(falls, max(falls, -rate), rises == 0.0);\n        \
                 rises = select(rises, max(rises, rate), falls > 0.0);\n    }\n    \
             return min(falls, rises) / max(high - low, 1e-30);\n}\n",
        );
    }

    // A function whose body depends on which of the fields it is asked for.
    fn choice(
        &mut self,
        name: &str,
        arguments: &str,
        result: &str,
        fields: &[usize],
        body: impl Fn(usize) -> String,
    ) {
        self.line(format!(
            "fn {name}({arguments}) -> {result} {{\n    switch (which) {{"
        ));
        for (i, &f) in fields.iter().enumerate() {
            let case = if i == 0 {
                "default".to_owned()
            } else {
                format!("case {i}u")
            };
            self.line(format!("        {case}: {{ {} }}", body(f)));
        }
        self.line("    }\n}\n");
    }
}
