//! WGSL made from a model: structs, auxiliaries, rates, and the loops over fields that use them.
//!
//! Every expression of the author stands on its own line, so that an error in it is reported at the
//! author's line. Names in scope: `s` state, `p` parameters, `g` compartments, `a` auxiliaries,
//! `r` process rates.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use warmfront_model::{Expression, Model, Process, Reduce, Target, Wall};

use crate::layout::{Layout, Slot};
use crate::text::{Origin, Text};

/// How the parameters and switches of one arm lie in memory: all f32, parameters in model order,
/// then one switch (0 or 1) per process and per transport, padded to a multiple of four.
#[derive(Debug, Clone)]
pub struct ParameterBlock {
    /// f32 values per arm.
    pub stride: usize,
    /// Whether the blocks of all arms fit a uniform buffer.
    pub uniform: bool,
    parameters: usize,
    processes: usize,
}

impl ParameterBlock {
    pub(crate) fn of(model: &Model, arms: u32, max_uniform: u64) -> Self {
        let parameters = model.parameters.len();
        let processes = model.processes.len();
        let stride = (parameters + processes + model.transports.len())
            .max(1)
            .next_multiple_of(4);
        Self {
            stride,
            uniform: (stride * 4) as u64 * u64::from(arms) <= max_uniform,
            parameters,
            processes,
        }
    }

    /// Packs one arm: `values` in model order, `off` per process, `off_transports` per transport.
    pub fn pack(&self, values: &[f64], off: &[bool], off_transports: &[bool]) -> Vec<f32> {
        let mut block = vec![0.0; self.stride];
        for (slot, &value) in block.iter_mut().zip(values) {
            *slot = value as f32;
        }
        let switches = off.iter().chain(off_transports);
        for (slot, &off) in block[self.parameters..].iter_mut().zip(switches) {
            *slot = if off { 0.0 } else { 1.0 };
        }
        debug_assert_eq!(off.len(), self.processes);
        block
    }
}

/// What tissue and one compartment exchange, averaged over space.
struct Exchange {
    compartment: usize,
    // gain: unit/time; otherwise loss per unit, 1/time
    gain: bool,
}

struct Writer<'a> {
    model: &'a Model,
    layout: &'a Layout,
    exchanges: Vec<Exchange>,
    text: Text,
    here: Origin,
}

impl Writer<'_> {
    fn line(&mut self, text: impl AsRef<str>) {
        let here = self.here.clone();
        self.text.push(text.as_ref(), &here);
    }

    // `before expression after`, reported at the author's line.
    fn expression(&mut self, before: &str, e: &Expression, after: &str) {
        let origin = Origin {
            file: e.file.clone(),
            line: e.line,
        };
        self.text
            .push(&format!("{before}{}{after}", e.text.trim()), &origin);
    }

    fn finish(&mut self) -> Text {
        std::mem::take(&mut self.text)
    }

    fn structure(&mut self, name: &str, members: impl Iterator<Item = String>) {
        let mut text = format!("struct {name} {{\n");
        let mut any = false;
        for m in members {
            let _ = writeln!(text, "    {m}: f32,");
            any = true;
        }
        if !any {
            text.push_str("    nothing_here: f32,\n");
        }
        text.push_str("}\n");
        self.line(text);
    }

    fn amount(&self, target: Target) -> String {
        match target {
            Target::Field(i) => format!("s.{}", self.model.fields[i].id),
            Target::Compartment(i) => format!("g.{}", self.model.compartments[i].id),
        }
    }

    fn model(&mut self, block: &ParameterBlock, arms: u32) -> Text {
        let m = self.model;
        self.line(format!("const ARMS: u32 = {arms}u;"));
        let k = m.compartments.len();
        let e = self.exchanges.len();
        self.line(format!("const COMPARTMENTS: u32 = {}u;", k.max(1)));
        self.line(format!("const EXCHANGES: u32 = {}u;", e.max(1)));
        let (k1, e1) = (k.max(1), e.max(1));
        self.line("// Memory of an arm's compartments: accepted, new, at the stage; exchange at the start and end.");
        self.line("const NOW: u32 = 0u;");
        self.line(format!("const NEW: u32 = {k1}u;"));
        self.line(format!("const STAGE: u32 = {}u;", 2 * k1));
        self.line(format!("const EXCHANGE_NOW: u32 = {}u;", 3 * k1));
        self.line(format!("const EXCHANGE_NEW: u32 = {}u;", 3 * k1 + e1));
        self.line(format!("const MEMORY: u32 = {}u;", 3 * k1 + 2 * e1));
        self.structure("State", m.fields.iter().map(|f| f.id.clone()));
        let used = m.parameters.len() + m.processes.len() + m.transports.len();
        let members = m.parameters.iter().map(|p| p.id.clone());
        let switches = m.processes.iter().map(|p| format!("switch_{}", p.id));
        let drifts = m
            .transports
            .iter()
            .map(|t| format!("switch_drift_{}", t.id));
        let pads = (used..block.stride).map(|i| format!("padding_{i}"));
        self.structure("Params", members.chain(switches).chain(drifts).chain(pads));
        self.structure("Compartments", m.compartments.iter().map(|c| c.id.clone()));
        self.structure("Aux", m.auxiliaries.iter().map(|a| a.id.clone()));
        self.structure("Rates", m.processes.iter().map(|p| p.id.clone()));
        let space = if block.uniform {
            "uniform"
        } else {
            "storage, read"
        };
        self.line(format!(
            "@group(0) @binding(3) var<{space}> params: array<Params, ARMS>;"
        ));
        self.text
            .lines
            .extend(Text::of_file(&m.functions.path, &m.functions.text).lines);

        self.line("fn auxiliaries(s: State, p: Params, g: Compartments) -> Aux {\n    var a: Aux;");
        for a in &m.auxiliaries {
            self.expression(&format!("    a.{} = (", a.id), &a.expression, ");");
        }
        self.line("    return a;\n}\n");
        self.line(
            "fn rates(s: State, p: Params, a: Aux, g: Compartments) -> Rates {\n    var r: Rates;",
        );
        for process in &m.processes {
            let id = &process.id;
            self.expression(
                &format!("    r.{id} = p.switch_{id} * ("),
                &process.rate,
                ");",
            );
        }
        self.line("    return r;\n}\n");
        self.finish()
    }

    fn load_state(&mut self) {
        // An iterate may dip below 0 before it is solved; rates never see that.
        self.line("fn load_state(cell: u32, arm: u32) -> State {\n    var s: State;");
        for (storage, &f) in self.layout.fields.iter().enumerate() {
            let id = &self.model.fields[f].id;
            self.line(format!(
                "    s.{id} = max(guess[block_of({storage}u, arm) + cell], 0.0);"
            ));
        }
        self.line("    return s;\n}\n");
    }

    fn load_compartments(&mut self) {
        self.line("fn load_compartments(arm: u32) -> Compartments {\n    var g: Compartments;");
        for (i, c) in self.model.compartments.iter().enumerate() {
            self.line(format!(
                "    g.{} = compartment_values[arm * MEMORY + STAGE + {i}u];",
                c.id
            ));
        }
        if self.model.compartments.is_empty() {
            self.line("    g.nothing_here = compartment_values[arm * MEMORY];");
        }
        self.line("    return g;\n}\n");
    }

    // Sum of all terms that end in `target`: coefficient · rate · consumed amount.
    fn gains(&self, target: Target, of: impl Fn(&Process) -> bool) -> Vec<(String, Expression)> {
        let processes = self.model.processes.iter().filter(|p| of(p));
        processes
            .flat_map(|p| {
                let rate = format!("r.{}", p.id);
                let whole = match p.consumes {
                    Some(q) => format!("{rate} * {}", self.amount(q)),
                    None => rate,
                };
                let ends_here = p.produces.iter().filter(move |(t, _)| *t == target);
                ends_here.map(move |(_, coefficient)| (whole.clone(), coefficient.clone()))
            })
            .collect()
    }

    fn losses(&self, target: Target, of: impl Fn(&Process) -> bool) -> Vec<String> {
        let processes = self.model.processes.iter().filter(|p| of(p));
        processes
            .filter(|p| p.consumes == Some(target))
            .map(|p| format!("r.{}", p.id))
            .collect()
    }

    fn sum_into(&mut self, name: &str, gains: &[(String, Expression)]) {
        for (whole, coefficient) in gains {
            self.expression(&format!("    {name} += {whole} * ("), coefficient, ");");
        }
    }

    fn react(&mut self) -> Text {
        self.line(
            "@group(0) @binding(10) var<storage, read> now: array<f32>;\n\
             @group(0) @binding(11) var<storage, read> stage_one: array<f32>;\n\
             @group(0) @binding(12) var<storage, read_write> rhs_out: array<f32>;\n\
             @group(0) @binding(13) var<storage, read_write> loss_out: array<f32>;\n\
             @group(0) @binding(14) var<storage, read_write> maps_out: array<f32>;\n\
             @group(0) @binding(15) var<storage, read_write> exchange_out: array<f32>;\n\
             @group(0) @binding(16) var<storage, read_write> watch: array<atomic<u32>>;\n\
             struct Exchange {\n    sums: array<f32, EXCHANGES>,\n    bad: u32,\n}\n\
             fn no_exchange() -> Exchange {\n    return Exchange();\n}\n\
             fn store_exchange(arm: u32, thread: u32, exchange: Exchange) {\n    \
                 for (var k = 0u; k < EXCHANGES; k++) {\n        \
                     exchange_out[(arm * EXCHANGES + k) * geometry.threads + thread] = exchange.sums[k];\n    }\n    \
                 if (exchange.bad != 0u) {\n        atomicMax(&watch[arm], exchange.bad);\n    }\n}\n\
             // Value that is carried over from the tick's start into this stage. Stage 1 knows no stage before.\n\
             override FIRST: bool = false;\n\
             fn known(at: u32) -> f32 {\n    if (FIRST) {\n        return now[at];\n    }\n    return now[at] + tick.carry * (stage_one[at] - now[at]);\n}\n",
        );
        self.load_state();
        self.load_compartments();
        self.line(
            "fn react_cell(cell: u32, arm: u32, real: bool, p: Params, g: Compartments, exchange: ptr<function, Exchange>) {\n    \
             let s = load_state(cell, arm);\n    let a = auxiliaries(s, p, g);\n    let r = rates(s, p, a, g);\n    var bad = 0u;",
        );
        for (i, p) in self.model.processes.iter().enumerate() {
            self.line(format!(
                "    bad = select(bad, {}u, r.{} < 0.0);",
                i + 1,
                p.id
            ));
        }
        self.line("    (*exchange).bad = select((*exchange).bad, bad, real && bad != 0u);");
        let spatial = |p: &Process| p.spatial;
        for k in 0..self.exchanges.len() {
            let Exchange { compartment, gain } = self.exchanges[k];
            let target = Target::Compartment(compartment);
            self.line(format!("    var exchange_{k} = 0.0;"));
            let name = format!("exchange_{k}");
            if gain {
                let gains = self.gains(target, spatial);
                self.sum_into(&name, &gains);
            } else {
                for rate in self.losses(target, spatial) {
                    self.line(format!("    {name} += {rate};"));
                }
            }
            self.line(format!(
                "    (*exchange).sums[{k}] += select(0.0, {name}, real);"
            ));
        }
        let layout = self.layout;
        for (storage, &f) in layout.fields[..layout.dynamic()].iter().enumerate() {
            let field = &self.model.fields[f];
            let id = &field.id;
            let target = Target::Field(f);
            self.line(format!(
                "    // {id}\n    var gain_{storage} = 0.0;\n    var loss_{storage} = 0.0;"
            ));
            let gains = self.gains(target, spatial);
            self.sum_into(&format!("gain_{storage}"), &gains);
            for rate in self.losses(target, spatial) {
                self.line(format!("    loss_{storage} += {rate};"));
            }
            self.line(format!(
                "    let at_{storage} = block_of({storage}u, arm) + cell;"
            ));
            if layout.slot(storage) == Slot::Local {
                self.line(format!(
                    "    if (tick.stage == 3u) {{\n        \
                         guess[at_{storage}] = s.{id} + tick.dt * (gain_{storage} - loss_{storage} * s.{id});\n    \
                     }} else if (tick.stage != 0u) {{\n        \
                         let known_{storage} = known(at_{storage});\n        \
                         guess[at_{storage}] = known_{storage} + (gain_{storage} - loss_{storage} * known_{storage}) / (tick.shift + loss_{storage});\n    }}"
                ));
            } else {
                self.walls(storage, f);
                self.line(format!(
                    "    rhs_out[at_{storage}] = tick.shift * known(at_{storage}) + gain_{storage};\n    \
                     loss_out[at_{storage}] = loss_{storage};"
                ));
            }
        }
        for (i, map) in layout.hindrances.iter().enumerate() {
            self.expression(
                &format!("    maps_out[block_of({i}u, arm) + cell] = ("),
                &map.expression,
                ");",
            );
        }
        for (t, transport) in self.model.transports.iter().enumerate() {
            let i = layout.hindrances.len() + t;
            let before = format!(
                "    maps_out[block_of({i}u, arm) + cell] = p.switch_drift_{} * (",
                transport.id
            );
            self.expression(&before, &transport.potential, ");");
        }
        for (k, &t) in layout.stiff.iter().enumerate() {
            let transport = &self.model.transports[t];
            let i = layout.hindrances.len() + self.model.transports.len() + k;
            self.line(format!("    // How {} pushes back, from differences of its potential\n    var push_{k} = 0.0;", transport.id));
            for &f in &transport.moves {
                let field = &self.model.fields[f];
                let (id, by) = (&field.id, 1e-3 * field.scale);
                self.line(format!(
                    "    {{\n        var low = s;\n        var high = s;\n        \
                     low.{id} = max(s.{id} - f32({by:?}), 0.0);\n        high.{id} = s.{id} + f32({by:?});\n        \
                     let fall = potential_{t}(low, auxiliaries(low, p, g), p) - potential_{t}(high, auxiliaries(high, p, g), p);\n        \
                     push_{k} += s.{id} * max(fall, 0.0) / (high.{id} - low.{id});\n    }}"
                ));
            }
            self.line(format!(
                "    maps_out[block_of({i}u, arm) + cell] = p.switch_drift_{} * push_{k};",
                transport.id
            ));
        }
        self.line("}\n");
        for (t, transport) in self.model.transports.iter().enumerate() {
            if layout.stiff.contains(&t) {
                self.line(format!(
                    "fn potential_{t}(s: State, a: Aux, p: Params) -> f32 {{"
                ));
                self.expression("    return (", &transport.potential, ");");
                self.line("}\n");
            }
        }
        self.finish()
    }

    // A wall held at a value adds D · 2 value / h² to the right-hand side of the cells beside it.
    fn walls(&mut self, storage: usize, f: usize) {
        let b = self.model.fields[f].boundary;
        let axes = [
            ("x", b.x_low, b.x_high),
            ("y", b.y_low, b.y_high),
            ("z", b.z_low, b.z_high),
        ];
        for (axis, low, high) in axes {
            for (wall, test) in [(low, "== 0u"), (high, "")] {
                let Wall::Fixed(value) = wall else { continue };
                let test = if test.is_empty() {
                    format!("+ 1u == level.n{axis}")
                } else {
                    test.to_owned()
                };
                self.line(format!(
                    "    if (coordinates(cell).{axis} {test}) {{\n        gain_{storage} += \
                     wall_diffusivity[{storage}u * ARMS + arm] * 2.0 * f32({value:?}) / (geometry.spacing.{axis} * geometry.spacing.{axis});\n    }}"
                ));
            }
        }
    }

    fn has_walls(&self) -> bool {
        self.model.fields.iter().any(|f| {
            let b = f.boundary;
            [b.x_low, b.x_high, b.y_low, b.y_high, b.z_low, b.z_high]
                .iter()
                .any(|w| matches!(w, Wall::Fixed(_)))
        })
    }

    fn compartments(&mut self) -> Text {
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

    fn observe(&mut self) -> Text {
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

    fn initial(&mut self) -> Text {
        self.line("fn initial_cell(cell: u32, arm: u32, p: Params, x: vec3f) {");
        for (storage, &f) in self.layout.fields.iter().enumerate() {
            if let Some(e) = &self.model.fields[f].initial {
                let before = format!("    guess[block_of({storage}u, arm) + cell] = f32(");
                self.expression(&before, e, ");");
            }
        }
        self.line("}\n");
        self.finish()
    }

    // All fields of one column, row by row: see shaders/model/explicit_march.wgsl.
    fn explicit(&mut self) -> Text {
        self.load_compartments();
        let dynamic = self.layout.dynamic();
        let ids: Vec<String> = self.layout.fields[..dynamic]
            .iter()
            .map(|&f| self.model.fields[f].id.clone())
            .collect();
        self.structure("Change", ids.iter().cloned());
        self.line("fn change(s: State, p: Params, g: Compartments) -> Change {\n    let a = auxiliaries(s, p, g);\n    let r = rates(s, p, a, g);\n    var c: Change;");
        let spatial = |p: &Process| p.spatial;
        for (storage, id) in ids.iter().enumerate() {
            let target = Target::Field(self.layout.fields[storage]);
            let gains = self.gains(target, spatial);
            self.sum_into(&format!("c.{id}"), &gains);
            for rate in self.losses(target, spatial) {
                self.line(format!("    c.{id} -= {rate} * s.{id};"));
            }
        }
        self.line("    return c;\n}\n");
        self.line(
            "fn explicit_walk(arm: u32, column: u32, plane: u32, first_row: u32, rows: u32, x: Across, p: Params) {\n    \
             let g = load_compartments(arm);\n    let slice = plane * level.ny;",
        );
        for (storage, _) in ids.iter().enumerate() {
            self.line(format!(
                "    let block_{storage} = ({storage}u * level.arms + arm) * level.block;\n    \
                 var below_{storage} = state_in[block_{storage} + (slice + wrap_low(first_row, level.ny)) * level.columns + column];\n    \
                 var here_{storage} = state_in[block_{storage} + (slice + first_row) * level.columns + column];"
            ));
        }
        self.line("    for (var row = first_row; row < first_row + rows; row++) {\n        let my = metric[level.metric_y + row];\n        let line = (slice + row) * level.columns;\n        let line_above = (slice + wrap_high(row, level.ny)) * level.columns;");
        for lane in 0..4 {
            self.line(format!("        var s_{lane}: State;"));
            for (storage, id) in ids.iter().enumerate() {
                self.line(format!(
                    "        s_{lane}.{id} = max(here_{storage}[{lane}], 0.0);"
                ));
            }
            self.line(format!("        let c_{lane} = change(s_{lane}, p, g);"));
        }
        for (storage, id) in ids.iter().enumerate() {
            self.line(format!(
                "        let above_{storage} = state_in[block_{storage} + line_above + column];\n        \
                 var rate_{storage} = vec4f(c_0.{id}, c_1.{id}, c_2.{id}, c_3.{id});"
            ));
            if storage < self.layout.solved() {
                self.line(format!(
                    "        var spread_{storage} = x.low * left_of(block_{storage} + line, column, here_{storage})\n            \
                         + x.high * right_of(block_{storage} + line, column, here_{storage})\n            \
                         + my.x * below_{storage} + my.y * above_{storage} - (x.diagonal + my.z) * here_{storage};\n        \
                     if (SOLID) {{\n            \
                         let mz = metric[level.metric_z + plane];\n            \
                         let under = state_in[block_{storage} + (wrap_low(plane, level.nz) * level.ny + row) * level.columns + column];\n            \
                         let over = state_in[block_{storage} + (wrap_high(plane, level.nz) * level.ny + row) * level.columns + column];\n            \
                         spread_{storage} += mz.x * under + mz.y * over - mz.z * here_{storage};\n        }}\n        \
                     rate_{storage} += diffusivity[{storage}u * level.arms + arm] * spread_{storage};"
                ));
            }
            self.line(format!(
                "        state_out[block_{storage} + line + column] = here_{storage} + tick.dt * rate_{storage};\n        \
                 below_{storage} = here_{storage};\n        here_{storage} = above_{storage};"
            ));
        }
        self.line("    }\n}\n");
        self.finish()
    }

    fn coefficients(&mut self) -> Text {
        let solved = self.layout.solved();
        let n = (solved + self.model.transports.len()).max(1);
        self.line(format!("const COEFFICIENTS: u32 = {n}u;"));
        self.line("fn write_coefficients(arm: u32, p: Params) {\n    coefficients_out[arm * COEFFICIENTS] = 0.0;");
        for storage in 0..solved {
            let before = format!("    coefficients_out[arm * COEFFICIENTS + {storage}u] = f32(");
            match &self.model.fields[self.layout.fields[storage]].diffusion {
                Some(e) => self.expression(&before, e, ");"),
                None => self.line(format!("{before}0.0);")),
            }
        }
        for (t, transport) in self.model.transports.iter().enumerate() {
            let before = format!(
                "    coefficients_out[arm * COEFFICIENTS + {}u] = f32(",
                solved + t
            );
            match &transport.speed_limit {
                Some(e) => self.expression(&before, e, ");"),
                None => self.line(format!("{before}1.0e30);")),
            }
        }
        self.line("}\n");
        self.finish()
    }
}

pub(crate) fn all(
    model: &Model,
    layout: &Layout,
    block: &ParameterBlock,
    arms: u32,
) -> BTreeMap<String, Text> {
    let mut exchanges = Vec::new();
    for compartment in 0..model.compartments.len() {
        let target = Target::Compartment(compartment);
        let spatial = || model.processes.iter().filter(|p| p.spatial);
        if spatial().any(|p| p.produces.iter().any(|(t, _)| *t == target)) {
            exchanges.push(Exchange {
                compartment,
                gain: true,
            });
        }
        if spatial().any(|p| p.consumes == Some(target)) {
            exchanges.push(Exchange {
                compartment,
                gain: false,
            });
        }
    }
    let here = Origin {
        file: model.source.path.clone(),
        line: 1,
    };
    let mut writer = Writer {
        model,
        layout,
        exchanges,
        text: Text::default(),
        here,
    };
    let mut react = Text::default();
    if writer.has_walls() {
        let here = writer.here.clone();
        react.push(
            "@group(0) @binding(17) var<storage, read> wall_diffusivity: array<f32>;",
            &here,
        );
    }
    react.lines.extend(writer.react().lines);
    BTreeMap::from([
        ("generated/model.wgsl".to_owned(), writer.model(block, arms)),
        ("generated/react.wgsl".to_owned(), react),
        (
            "generated/compartments.wgsl".to_owned(),
            writer.compartments(),
        ),
        ("generated/observe.wgsl".to_owned(), writer.observe()),
        ("generated/explicit.wgsl".to_owned(), writer.explicit()),
        ("generated/initial.wgsl".to_owned(), writer.initial()),
        (
            "generated/coefficients.wgsl".to_owned(),
            writer.coefficients(),
        ),
    ])
}

/// Number of exchange sums an arm needs; see `generated/model.wgsl`.
pub(crate) fn exchange_count(model: &Model) -> usize {
    let spatial = || model.processes.iter().filter(|p| p.spatial);
    (0..model.compartments.len())
        .map(|c| {
            let target = Target::Compartment(c);
            let gain = spatial().any(|p| p.produces.iter().any(|(t, _)| *t == target));
            let loss = spatial().any(|p| p.consumes == Some(target));
            usize::from(gain) + usize::from(loss)
        })
        .sum::<usize>()
}
