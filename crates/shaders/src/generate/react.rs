//! `generated/react.wgsl`: gains and losses of every field, hindrances, potentials, exchange.

use warmfront_model::{Process, Target};

use crate::layout::{Slot, pushes};
use crate::text::Text;

use super::{Exchange, Writer};

impl Writer<'_> {
    pub(super) fn react(&mut self) -> Text {
        self.line(
            "@group(0) @binding(10) var<storage, read> now: array<f32>;\n\
             @group(0) @binding(11) var<storage, read> stage_one: array<f32>;\n\
             @group(0) @binding(12) var<storage, read_write> rhs_out: array<f32>;\n\
             @group(0) @binding(13) var<storage, read_write> loss_out: array<f32>;\n\
             @group(0) @binding(14) var<storage, read_write> maps_out: array<f32>;\n\
             @group(0) @binding(15) var<storage, read_write> exchange_out: array<f32>;\n\
             @group(0) @binding(16) var<storage, read_write> watch: array<atomic<u32>>;\n\
             struct Exchange {\n    sums: array<f32, EXCHANGES>,\n    bad: u32,\n    \
                 // By field, sums over cells: imbalance, turnover, squares of what stale rates did.\n    balance: array<vec3f, DYNAMIC>,\n}\n\
             fn no_exchange() -> Exchange {\n    return Exchange();\n}\n\
             fn store_exchange(arm: u32, thread: u32, exchange: Exchange) {\n    \
                 if (AUDITS) {\n        for (var k = 0u; k < DYNAMIC; k++) {\n            \
                     let at = 3u * (k * ARMS + arm) * geometry.threads + thread;\n            \
                     maps_out[at] = exchange.balance[k].x;\n            \
                     maps_out[at + geometry.threads] = exchange.balance[k].y;\n            \
                     maps_out[at + 2u * geometry.threads] = exchange.balance[k].z;\n        }\n        return;\n    }\n    \
                 for (var k = 0u; k < EXCHANGES; k++) {\n        \
                     exchange_out[(arm * EXCHANGES + k) * geometry.threads + thread] = exchange.sums[k];\n    }\n    \
                 if (exchange.bad != 0u) {\n        atomicMax(&watch[arm], exchange.bad);\n    }\n}\n\
             // After the linear systems are solved: only what is local follows, immobile fields and exchange.\n\
             override SETTLES: bool = false;\n\
             // At the end of a stage: how much of each field the stage made or lost beyond its rates. The\n\
             // sums go where the maps stood.\n\
             override AUDITS: bool = false;\n\
             // Value that is carried over from the tick's start into this stage. Stage 1 knows no stage before.\n\
             fn known(at: u32) -> f32 {\n    if (tick.carry == 0.0) {\n        return now[at];\n    }\n    return now[at] + tick.carry * (stage_one[at] - now[at]);\n}\n",
        );
        self.load_state();
        self.load_compartments();
        // Local fields of other cells may be written at this moment; at the tick's start they are settled.
        self.wall_drifts("now");
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
                self.audit(storage, f);
                self.line(format!(
                    "    if (AUDITS) {{\n        // Nothing changes.\n    }} else if (tick.stage == STAGE_EXPLICIT) {{\n        \
                         guess[at_{storage}] = s.{id} + tick.dt * (gain_{storage} - loss_{storage} * s.{id});\n    \
                     }} else if (tick.stage != STAGE_MEASURE) {{\n        \
                         let known_{storage} = known(at_{storage});\n        \
                         guess[at_{storage}] = known_{storage} + (gain_{storage} - loss_{storage} * known_{storage}) / (tick.shift + loss_{storage});\n    }}"
                ));
            } else {
                self.walls(storage, f);
                self.audit(storage, f);
                let rest = if self.drifts_through_walls(f) {
                    format!(" + rest_{storage}")
                } else {
                    String::new()
                };
                self.line(format!(
                    "    if (!SETTLES && !AUDITS) {{\n        \
                         rhs_out[at_{storage}] = tick.shift * known(at_{storage}) + gain_{storage}{rest};\n        \
                         loss_out[at_{storage}] = loss_{storage};\n    }}"
                ));
            }
        }
        self.line("    if (SETTLES || AUDITS) {\n        return;\n    }");
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
            let direct = if pushes(self.model, t) {
                transport.moves.as_slice()
            } else {
                &[]
            };
            for &f in direct {
                let field = &self.model.fields[f];
                let (id, by) = (&field.id, 1e-3 * field.scale);
                self.line(format!(
                    "    {{\n        var low = s;\n        var high = s;\n        \
                     low.{id} = max(s.{id} - f32({by:?}), 0.0);\n        high.{id} = s.{id} + f32({by:?});\n        \
                     let fall = potential_{t}(low, auxiliaries(low, p, g), p) - potential_{t}(high, auxiliaries(high, p, g), p);\n        \
                     push_{k} += s.{id} * max(fall, 0.0) / (high.{id} - low.{id});\n    }}"
                ));
            }
            for &f in &transport.moves {
                self.push_by_way(k, t, f, spatial);
            }
            self.line(format!(
                "    maps_out[block_of({i}u, arm) + cell] = p.switch_drift_{} * push_{k};",
                transport.id
            ));
        }
        self.line("}\n");
        self.potentials(|w, t| w.layout.stiff.contains(&t) || w.has_held_walls(t));
        self.finish()
    }

    // What the stage did to field `f` in this cell beyond the rates at its result, and the turnover that this is
    // compared with, per time. Transport moves, so that its sum over the cells is what crosses the walls.
    // The rates of a stage are those of its guess: how far the value would move if they were
    // taken at the result is the third number. Drifting fields have none, because their right-hand side holds a correction
    // of the drift as well.
    fn audit(&mut self, storage: usize, f: usize) {
        let id = self.model.fields[f].id.clone();
        let layout = self.layout;
        self.line(format!(
            "    if (AUDITS) {{\n        var lost_{storage} = loss_{storage} * s.{id};\n        \
             let inherited_{storage} = known(at_{storage});\n        \
             let diagonal_{storage} = tick.shift + loss_{storage};"
        ));
        let local = layout.slot(storage) == Slot::Local;
        let stale = if local {
            format!(
                "inherited_{storage} + (gain_{storage} - loss_{storage} * inherited_{storage}) / diagonal_{storage} - s.{id}"
            )
        } else if layout.drift[storage].is_none() {
            format!(
                "(gain_{storage} - lost_{storage} - (rhs_out[at_{storage}] - tick.shift * inherited_{storage} \
                 - loss_out[at_{storage}] * s.{id})) / diagonal_{storage}"
            )
        } else {
            "0.0".to_owned()
        };
        self.line(format!("        let stale_{storage} = {stale};"));
        if !local {
            self.wall_outflow(storage, f);
        }
        let rest = if self.drifts_through_walls(f) {
            format!(" - rest_{storage}")
        } else {
            String::new()
        };
        if layout.only_moves(self.model, storage) {
            // Whatever the tick did to the amount is imbalance. The last stage has it all.
            self.line(format!(
                "        let last_{storage} = tick.carry != 0.0 || tick.gamma_dt == tick.dt;\n        \
                 let imbalance_{storage} = select(0.0, (s.{id} - now[at_{storage}]) / tick.gamma_dt, last_{storage});"
            ));
        } else {
            self.line(format!(
                "        let imbalance_{storage} = tick.shift * (s.{id} - inherited_{storage}) + lost_{storage} - gain_{storage}{rest};"
            ));
        }
        self.line(format!(
            "        let turnover_{storage} = s.{id} / tick.dt + lost_{storage};\n        \
             let audit_{storage} = vec3f(imbalance_{storage}, turnover_{storage}, stale_{storage} * stale_{storage});\n        \
             (*exchange).balance[{storage}] += select(vec3f(0.0), audit_{storage}, real);\n    }}"
        ));
    }

    // How field `f` pushes itself away by way of the fields that it produces: these follow it at once, gain
    // over loss, as far as they do not spread. As they do, half of it is enough for stability.
    fn push_by_way(&mut self, k: usize, t: usize, f: usize, spatial: impl Fn(&Process) -> bool) {
        let pairs = self.layout.feedback[t].clone();
        let follow: Vec<usize> = pairs.iter().filter(|p| p.0 == f).map(|p| p.1).collect();
        if follow.is_empty() {
            return;
        }
        let transport = &self.model.transports[t];
        let hindrance = transport.hindrance.clone();
        let (id, by) = (
            self.model.fields[f].id.clone(),
            1e-2 * self.model.fields[f].scale,
        );
        self.line(format!(
            "    {{\n        let before = s;\n        let a_before = a;\n        var s = before;\n        s.{id} += f32({by:?});\n        \
             let a = auxiliaries(s, p, g);\n        let r = rates(s, p, a, g);\n        var after = before;"
        ));
        for m in follow {
            let (storage, id) = (self.layout.storage[m], self.model.fields[m].id.clone());
            self.line(format!("        var more_{m} = -gain_{storage};"));
            let gains = self.gains(Target::Field(m), &spatial);
            self.sum_into(&format!("more_{m}"), &gains);
            self.line(format!(
                "        after.{id} = max(after.{id} + more_{m} / max(loss_{storage}, 1e-3 * tick.shift), 0.0);"
            ));
        }
        self.line(format!(
            "        let fall = potential_{t}(before, a_before, p) - potential_{t}(after, auxiliaries(after, p, g), p);"
        ));
        let before =
            format!("        push_{k} += 0.5 * before.{id} * max(fall, 0.0) / f32({by:?})");
        match hindrance {
            Some(h) => {
                self.line("        {\n        let s = before;\n        let a = a_before;");
                self.expression(&format!("{before} * ("), &h, ");");
                self.line("        }");
            }
            None => self.line(format!("{before};")),
        }
        self.line("    }");
    }
}
