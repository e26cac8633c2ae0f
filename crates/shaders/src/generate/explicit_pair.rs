//! `generated/explicit_pair.wgsl`: two explicit steps of all fields in one pass.

use crate::layout::Layout;
use crate::text::Text;

use super::Writer;

/// Most fields whose rows of two states a thread can hold in registers.
const MOST_FIELDS: usize = 4;

/// Whether the fields of a model can take two explicit steps in one pass.
pub(super) fn fits(layout: &Layout, exchanging: bool) -> bool {
    let n = layout.dynamic();
    layout.mapped == 0 && layout.all() == n && (1..=MOST_FIELDS).contains(&n) && !exchanging
}

impl Writer<'_> {
    /// All fields of one walk, row by row: see `shaders/model/explicit_pair.wgsl`.
    pub(super) fn explicit_pair(&mut self) -> Text {
        if !fits(self.layout, !self.exchanges.is_empty()) {
            self.line("fn pair_walk(arm: u32, at: Walk, both: bool, p: Params) {\n}\n");
            return self.finish();
        }
        let ids = self.change();
        self.load_compartments();
        self.change_of_parts(&ids);
        self.line(
            "fn pair_walk(arm: u32, at: Walk, both: bool, p: Params) {\n    \
             let g = load_compartments(arm);\n    let x = coefficients_of(at);\n    \
             var row = wrap_low(at.first_row, level.ny);\n    let before = wrap_low(row, level.ny);\n    \
             // The row in which the second step is made.\n    var row_next = before;",
        );
        for (i, _) in ids.iter().enumerate() {
            self.line(format!(
                "    let block_{i} = ({i}u * level.arms + arm) * level.block;\n    \
                 var below_{i} = wide_row(at, block_{i}, before);\n    \
                 var here_{i} = wide_row(at, block_{i}, row);\n    \
                 var next_below_{i}: Narrow;\n    var next_here_{i}: Narrow;"
            ));
            if i < self.layout.solved() {
                self.line(format!(
                    "    let d_{i} = diffusivity[{i}u * level.arms + arm];"
                ));
            }
        }
        self.line(
            "    for (var i = 0u; i < at.rows + 2u; i++) {\n        \
             let row_above = wrap_high(row, level.ny);\n        let y = row_coefficients(x, row);",
        );
        let all = |name: &str| {
            let each: Vec<String> = (0..ids.len()).map(|i| format!("{name}_{i}")).collect();
            each.join(", ")
        };
        self.line(format!(
            "        let first = narrow_change({}, p, g);",
            all("here")
        ));
        for (i, id) in ids.iter().enumerate() {
            self.line(format!(
                "        let above_{i} = wide_row(at, block_{i}, row_above);\n        \
                 var rate_{i} = first.{id};"
            ));
            if i < self.layout.solved() {
                self.line(format!(
                    "        rate_{i} = narrow_sum(rate_{i}, spread_wide(x, y, d_{i}, below_{i}, here_{i}, above_{i}));"
                ));
            }
            self.line(format!(
                "        let next_above_{i} = narrow_step(here_{i}, rate_{i});"
            ));
        }
        self.line(
            "        // The first turn has no rows of the first step to go on with, the second only one.\n        \
             let y_next = row_coefficients(x, row_next);\n        let line = row_next * level.columns + at.near;",
        );
        for part in ["near", "far"] {
            let values: Vec<String> = (0..ids.len())
                .map(|i| format!("next_here_{i}.{part}"))
                .collect();
            self.line(format!(
                "        let {part} = four_changes({}, p, g);",
                values.join(", ")
            ));
            for (i, id) in ids.iter().enumerate() {
                self.line(format!("        var {part}_{i} = {part}.{id};"));
                if i < self.layout.solved() {
                    self.line(format!(
                        "        {part}_{i} += spread_{part}(x, y_next, d_{i}, next_below_{i}, next_here_{i}, next_above_{i});"
                    ));
                }
            }
        }
        self.line("        if (i >= 2u) {");
        for (i, _) in ids.iter().enumerate() {
            self.line(format!(
                "            if (both) {{\n                \
                 state_out[block_{i} + line] = next_here_{i}.near + tick.dt * near_{i};\n            }}\n            \
                 state_out[block_{i} + line + 1u] = next_here_{i}.far + tick.dt * far_{i};"
            ));
        }
        self.line("        }");
        for (i, _) in ids.iter().enumerate() {
            self.line(format!(
                "        below_{i} = here_{i};\n        here_{i} = above_{i};\n        \
                 next_below_{i} = next_here_{i};\n        next_here_{i} = next_above_{i};"
            ));
        }
        self.line("        row_next = row;\n        row = row_above;\n    }\n}\n");
        self.finish()
    }

    // Rates of four cells, and of ten.
    fn change_of_parts(&mut self, ids: &[String]) {
        let arguments = |kind: &str| {
            let each: Vec<String> = (0..ids.len()).map(|i| format!("f_{i}: {kind}")).collect();
            each.join(", ")
        };
        let values = |part: &str| {
            let each: Vec<String> = (0..ids.len()).map(|i| format!("f_{i}{part}")).collect();
            each.join(", ")
        };
        self.line(format!(
            "fn one_change({}, p: Params, g: Compartments) -> Change {{\n    var s: State;",
            arguments("f32")
        ));
        for (i, id) in ids.iter().enumerate() {
            self.line(format!("    s.{id} = max(f_{i}, 0.0);"));
        }
        self.line("    return change(s, p, g);\n}\n");
        for (name, kind) in [("FourChanges", "vec4f"), ("NarrowChange", "Narrow")] {
            let members: Vec<String> = ids.iter().map(|id| format!("    {id}: {kind},")).collect();
            self.line(format!("struct {name} {{\n{}\n}}\n", members.join("\n")));
        }
        self.line(format!(
            "fn four_changes({}, p: Params, g: Compartments) -> FourChanges {{",
            arguments("vec4f")
        ));
        for lane in ["x", "y", "z", "w"] {
            let values = values(&format!(".{lane}"));
            self.line(format!("    let {lane} = one_change({values}, p, g);"));
        }
        self.line("    var all: FourChanges;");
        for id in ids {
            self.line(format!(
                "    all.{id} = vec4f(x.{id}, y.{id}, z.{id}, w.{id});"
            ));
        }
        self.line("    return all;\n}\n");
        self.line(format!(
            "fn narrow_change({}, p: Params, g: Compartments) -> NarrowChange {{\n    \
             let before = one_change({}, p, g);\n    let near = four_changes({}, p, g);\n    \
             let far = four_changes({}, p, g);\n    let after = one_change({}, p, g);\n    \
             var all: NarrowChange;",
            arguments("Wide"),
            values(".before.y"),
            values(".near"),
            values(".far"),
            values(".after.x"),
        ));
        for id in ids {
            self.line(format!(
                "    all.{id} = Narrow(before.{id}, near.{id}, far.{id}, after.{id});"
            ));
        }
        self.line("    return all;\n}\n");
        self.line(
            "fn narrow_sum(a: Narrow, b: Narrow) -> Narrow {\n    \
             return Narrow(a.before + b.before, a.near + b.near, a.far + b.far, a.after + b.after);\n}\n",
        );
    }
}
