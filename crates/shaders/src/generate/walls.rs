//! Walls that hold a field at a value: what diffuses and drifts through them.
//!
//! # Theory
//! The flux through a wall goes into the reactions of the cell beside it. Diffusion crosses half a cell,
//! `D (v − c) / (h/2)`. Drift takes the wall's value `v` where it blows in (a gain) and the cell's value
//! where it blows out (a loss), so the matrix stays an M-matrix and coarser grids inherit the wall by
//! averaging the loss. Where it blows out, what a limited reconstruction adds to the cell's value is
//! deferred to the current iterate, as inside the tissue.
//!
//! The speed at the wall is the difference of the potential between the cell's centre and the wall over half a
//! cell. At the wall a field has the value that the wall holds. Any other field that diffuses and does not
//! drift is flat there (nothing crosses its wall), one that wraps around is the mean of both sides, and
//! all others (static maps, immobile cells, cells that drift) are continued in a straight line from inside.

use std::collections::BTreeSet;

use warmfront_model::{Field, FieldKind, Wall};

use crate::layout::depends;

use super::Writer;

/// One wall of the box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Side {
    axis: usize,
    high: bool,
}

impl Side {
    fn axis_name(self) -> &'static str {
        ["x", "y", "z"][self.axis]
    }

    fn name(self) -> String {
        format!(
            "{}_{}",
            self.axis_name(),
            if self.high { "high" } else { "low" }
        )
    }

    fn of(self, field: &Field) -> Wall {
        field.boundary.axes()[self.axis][usize::from(self.high)]
    }

    // Whether `cell` touches the wall. A plane has no walls along z.
    fn test(self) -> String {
        let axis = self.axis_name();
        let at = if self.high {
            format!("coordinates(cell).{axis} + 1u == level.n{axis}")
        } else {
            format!("coordinates(cell).{axis} == 0u")
        };
        if self.axis == 2 {
            format!("level.nz > 1u && {at}")
        } else {
            at
        }
    }

    // Cells from one to the next along the axis.
    fn stride(self) -> &'static str {
        ["1u", "4u * level.columns", "4u * level.columns * level.ny"][self.axis]
    }

    // The neighbour of `cell` away from the wall.
    fn inner(self) -> String {
        let sign = if self.high { "-" } else { "+" };
        format!("cell {sign} {}", self.stride())
    }

    // The cell at the other end of the axis.
    fn opposite(self) -> String {
        let sign = if self.high { "-" } else { "+" };
        let axis = self.axis_name();
        format!("cell {sign} (level.n{axis} - 1u) * ({})", self.stride())
    }
}

fn sides() -> impl Iterator<Item = Side> {
    (0..3).flat_map(|axis| [false, true].map(|high| Side { axis, high }))
}

impl Writer<'_> {
    /// Walls that hold a field which a transport moves.
    fn held_walls(&self, transport: usize) -> BTreeSet<Side> {
        let moved = || self.model.transports[transport].moves.iter();
        let held = |side: &Side| {
            moved().any(|&f| matches!(side.of(&self.model.fields[f]), Wall::Fixed(_)))
        };
        sides().filter(held).collect()
    }

    /// Whether a transport moves a field that some wall holds.
    pub(super) fn has_held_walls(&self, transport: usize) -> bool {
        !self.held_walls(transport).is_empty()
    }

    /// Whether a field drifts, and some wall holds it.
    pub(super) fn drifts_through_walls(&self, field: usize) -> bool {
        let f = &self.model.fields[field];
        f.transport.is_some() && sides().any(|side| matches!(side.of(f), Wall::Fixed(_)))
    }

    /// Whether some wall holds a field.
    pub(super) fn has_walls(&self) -> bool {
        let held = |f: &Field| sides().any(|side| matches!(side.of(f), Wall::Fixed(_)));
        self.model.fields.iter().any(held)
    }

    /// `potential_<i>()` of the transports that `wanted` picks.
    pub(super) fn potentials(&mut self, wanted: impl Fn(&Self, usize) -> bool) {
        for (t, transport) in self.model.transports.iter().enumerate() {
            if wanted(self, t) {
                self.line(format!(
                    "fn potential_{t}(s: State, a: Aux, p: Params) -> f32 {{"
                ));
                self.expression("    return (", &transport.potential, ");");
                self.line("}\n");
            }
        }
    }

    /// Adds what crosses the walls that hold field `f` to `gain_<storage>`: diffusion, and where it drifts
    /// also to `loss_<storage>` and to `rest_<storage>`, a term that may have either sign.
    pub(super) fn walls(&mut self, storage: usize, f: usize) {
        let field = &self.model.fields[f];
        let id = &field.id;
        let drifts = self.drifts_through_walls(f);
        if drifts {
            self.line(format!("    var rest_{storage} = 0.0;"));
        }
        for side in sides() {
            let Wall::Fixed(value) = side.of(field) else {
                continue;
            };
            let (axis, test) = (side.axis_name(), side.test());
            self.line(format!(
                "    if ({test}) {{\n        gain_{storage} += \
                 wall_diffusivity[{storage}u * ARMS + arm] * 2.0 * f32({value:?}) / (geometry.spacing.{axis} * geometry.spacing.{axis});"
            ));
            if let Some(t) = field.transport.filter(|_| drifts) {
                let name = side.name();
                let inner = side.inner();
                self.line(format!(
                    "        let inward = wall_drift_{t}_{name}(cell, arm, s, p, g) / geometry.spacing.{axis};\n        \
                     let outward = max(-inward, 0.0);\n        \
                     gain_{storage} += max(inward, 0.0) * f32({value:?});\n        \
                     loss_{storage} += outward;\n        \
                     let inner = max(guess[block_of({storage}u, arm) + {inner}], 0.0);\n        \
                     rest_{storage} -= f32(tick.limited) * outward * 0.5 * wall_slope(s.{id} - inner, 2.0 * (f32({value:?}) - s.{id}));"
                ));
            }
            self.line("    }");
        }
    }

    /// Adds what diffuses out through the walls that hold field `f`, D · 2 c / h², to `lost_<storage>`.
    pub(super) fn wall_outflow(&mut self, storage: usize, f: usize) {
        let field = &self.model.fields[f];
        for side in sides().filter(|side| matches!(side.of(field), Wall::Fixed(_))) {
            let (axis, test, id) = (side.axis_name(), side.test(), &field.id);
            self.line(format!(
                "        if ({test}) {{\n            lost_{storage} += \
                 wall_diffusivity[{storage}u * ARMS + arm] * 2.0 * s.{id} / (geometry.spacing.{axis} * geometry.spacing.{axis});\n        }}"
            ));
        }
    }

    /// `wall_drift_<transport>_<wall>()`: speed into the tissue. `settled` is a buffer in which nothing is
    /// written meanwhile; it gives the slope of fields that are solved cell by cell.
    pub(super) fn wall_drifts(&mut self, settled: &str) {
        let transports = 0..self.model.transports.len();
        if !transports.clone().any(|t| self.has_held_walls(t)) {
            return;
        }
        self.line(
            "// Van Leer's mean of two slopes, as in limit_drift; 0 at an extremum.\n\
             fn wall_slope(a: f32, b: f32) -> f32 {\n    \
             return select(0.0, 2.0 * a * b / select(a + b, 1.0, a + b == 0.0), a * b > 0.0);\n}\n",
        );
        for t in transports {
            for side in self.held_walls(t) {
                self.wall_drift(t, side, settled);
            }
        }
    }

    fn wall_drift(&mut self, t: usize, side: Side, settled: &str) {
        let transport = &self.model.transports[t];
        let axis = side.axis_name();
        self.line(format!(
            "fn wall_drift_{t}_{}(cell: u32, arm: u32, s: State, p: Params, g: Compartments) -> f32 {{\n    \
             // The cell with what the wall holds, and the wall itself.\n    \
             var held = s;\n    let inner = {};\n    let opposite = {};",
            side.name(),
            side.inner(),
            side.opposite()
        ));
        for field in &self.model.fields {
            if let Wall::Fixed(value) = side.of(field) {
                self.line(format!("    held.{} = f32({value:?});", field.id));
            }
        }
        self.line("    var wall = held;");
        for (f, field) in self.model.fields.iter().enumerate() {
            if depends(self.model, &transport.potential, &field.id) {
                self.value_at_wall(f, side, settled);
            }
        }
        self.line(format!(
            "    let rise = potential_{t}(s, auxiliaries(s, p, g), p) - potential_{t}(wall, auxiliaries(wall, p, g), p);\n    \
             var speed = p.switch_drift_{} * rise / (0.5 * geometry.spacing.{axis});",
            transport.id
        ));
        if let Some(limit) = &transport.speed_limit {
            self.expression("    let limit = f32(", limit, ");");
            self.line("    speed = clamp(speed, -limit, limit);");
        }
        if let Some(hindrance) = &transport.hindrance {
            self.line("    {\n        let s = held;\n        let a = auxiliaries(held, p, g);");
            self.expression("        speed *= (", hindrance, ");");
            self.line("    }");
        }
        self.line("    return speed;\n}\n");
    }

    // The value of a field at the wall, where the wall does not hold it.
    fn value_at_wall(&mut self, f: usize, side: Side, settled: &str) {
        let field = &self.model.fields[f];
        let id = &field.id;
        let storage = self.layout.storage[f];
        let solved = field.kind != FieldKind::Static && storage < self.layout.solved();
        let local = field.kind != FieldKind::Static && !solved;
        // Of fields that are solved cell by cell only the slope is known without waiting for the others.
        let buffer = if local { settled } else { "guess" };
        let at = |cell: &str| format!("{buffer}[block_of({storage}u, arm) + {cell}]");
        match side.of(field) {
            Wall::Fixed(_) => {}
            Wall::Periodic => self.line(format!(
                "    wall.{id} = max(s.{id} + 0.5 * ({} - {}), 0.0);",
                at("opposite"),
                at("cell")
            )),
            Wall::NoFlux if solved && field.transport.is_none() => {}
            Wall::NoFlux => self.line(format!(
                "    wall.{id} = max(s.{id} + 0.5 * ({} - {}), 0.0);",
                at("cell"),
                at("inner")
            )),
        }
    }
}
