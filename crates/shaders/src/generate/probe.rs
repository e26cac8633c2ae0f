//! `generated/probe.wgsl`: everything that has a value in a cell, in the order of `Model::locals`.

use warmfront_model::Local;

use crate::text::Text;

use super::Writer;

/// Model time over which movement alone is applied to measure its rate: so long that the value itself
/// does not round it off, and a power of two so that dividing is exact.
pub(crate) const MOVEMENT_SPAN: f32 = 1_048_576.0;

impl Writer<'_> {
    pub(super) fn probe(&mut self) -> Text {
        let m = self.model;
        let locals = m.locals();
        let terms = m.terms();
        if self.has_walls() {
            self.line("@group(0) @binding(13) var<storage, read> wall_diffusivity: array<f32>;");
        }
        self.line(format!("const LOCALS: u32 = {}u;", locals.len()));
        self.line(format!("const SPAN: f32 = {MOVEMENT_SPAN:?};"));
        self.load_state();
        self.load_compartments();
        self.wall_drifts("guess");
        self.potentials(Self::has_held_walls);
        self.line(
            "fn local_quantities(cell: u32, arm: u32, p: Params, g: Compartments, all: ptr<function, array<f32, LOCALS>>) {\n    \
             let s = load_state(cell, arm);\n    let a = auxiliaries(s, p, g);\n    var r = rates(s, p, a, g);",
        );
        for p in &m.processes {
            if let Some(q) = p.consumes {
                let amount = self.amount(q);
                self.line(format!("    r.{} *= {amount};", p.id));
            }
        }
        for (k, local) in locals.into_iter().enumerate() {
            match local {
                Local::Field(i) => {
                    let storage = self.layout.storage[i];
                    // As it stands, without what keeps rates from seeing negative values.
                    self.line(format!(
                        "    (*all)[{k}] = guess[block_of({storage}u, arm) + cell];"
                    ));
                }
                Local::Auxiliary(i) => {
                    let id = &m.auxiliaries[i].id;
                    self.line(format!("    (*all)[{k}] = a.{id};"));
                }
                Local::Observable(i) => {
                    let before = format!("    (*all)[{k}] = f32(");
                    self.expression(&before, &m.observables[i].expression, ");");
                }
                Local::Term(i) => {
                    let term = terms[i];
                    let process = &m.processes[term.process];
                    let id = &process.id;
                    match term.product {
                        None => self.line(format!("    (*all)[{k}] = -r.{id};")),
                        Some(product) => {
                            let before = format!("    (*all)[{k}] = r.{id} * (");
                            self.expression(&before, &process.produces[product].1, ");");
                        }
                    }
                }
                Local::Transport(i) => self.movement(k, i),
            }
        }
        self.line("}\n");
        self.finish()
    }

    fn movement(&mut self, k: usize, field: usize) {
        let storage = self.layout.storage[field];
        if storage >= self.layout.solved() {
            self.line(format!("    (*all)[{k}] = 0.0;"));
            return;
        }
        self.line(format!(
            "    let at_{k} = block_of({storage}u, arm) + cell;\n    \
             var gain_{storage} = (moved[at_{k}] - guess[at_{k}]) / SPAN;"
        ));
        if self.drifts_through_walls(field) {
            self.line(format!("    var loss_{storage} = 0.0;"));
            self.walls(storage, field);
            self.line(format!(
                "    (*all)[{k}] = gain_{storage} - loss_{storage} * guess[at_{k}] + rest_{storage};"
            ));
            return;
        }
        self.walls(storage, field);
        self.line(format!("    (*all)[{k}] = gain_{storage};"));
    }

    /// Value at which a compartment is held, or `free`.
    pub(super) fn held(&mut self) {
        self.line("fn held(k: u32, p: Params, free: f32) -> f32 {");
        for drug in &self.model.drugs {
            self.line(format!(
                "    if (k == {}u && p.hold_{} >= 0.0) {{\n        return p.hold_{};\n    }}",
                drug.measured_in, drug.id, drug.id
            ));
        }
        self.line("    return free;\n}\n");
    }
}
