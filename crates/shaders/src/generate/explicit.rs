//! `generated/explicit.wgsl`: an explicit step of all fields in one pass.

use warmfront_model::{Process, Target};

use crate::text::Text;

use super::Writer;

impl Writer<'_> {
    // All fields of one column, row by row: see shaders/model/explicit_march.wgsl.
    pub(super) fn explicit(&mut self) -> Text {
        self.load_compartments();
        let ids = self.change();
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
        self.line("    for (var row = first_row; row < first_row + rows; row++) {\n        let my = grid_tables[level.metric_y + row];\n        let line = (slice + row) * level.columns;\n        let line_above = (slice + wrap_high(row, level.ny)) * level.columns;");
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
                         let mz = grid_tables[level.metric_z + plane];\n            \
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

    /// `change()`: what the processes do to each field per unit of time. Returns the fields' names.
    pub(super) fn change(&mut self) -> Vec<String> {
        let ids: Vec<String> = self.layout.fields[..self.layout.dynamic()]
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
        ids
    }
}
