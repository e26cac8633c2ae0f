//! WGSL made from a model: structs, auxiliaries, rates, and the loops over fields that use them.
//!
//! Every expression of the author stands on its own line, so that an error in it is reported at the
//! author's line. Names in scope: `s` state, `p` parameters, `g` compartments, `a` auxiliaries,
//! `r` process rates.

mod compartments;
mod explicit;
mod explicit_pair;
mod model;
mod observe;
mod probe;
mod react;
mod soundness;
mod start;
mod walls;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use warmfront_model::{Expression, Model, Process, Target};

pub(crate) use probe::MOVEMENT_SPAN;
pub use soundness::Looks;

use crate::layout::Layout;
use crate::text::{Origin, Text};

/// What may be changed in an arm while it runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Controls {
    /// Values of the parameters, in model order.
    pub parameters: Vec<f64>,
    /// Processes that are switched off.
    pub off: Vec<bool>,
    /// Transports that are switched off.
    pub off_transports: Vec<bool>,
    /// By drug: the level at which it is held where it is measured; none: it takes its course.
    pub holds: Vec<Option<f64>>,
}

/// How the parameters and switches of one arm lie in memory: all f32, parameters in model order,
/// then one switch (0 or 1) per process and per transport, then one held level per drug (negative: not
/// held), padded to a multiple of four.
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
    /// The blocks of `arms` arms, where a uniform buffer has at most `max_uniform` bytes.
    pub fn of(model: &Model, arms: u32, max_uniform: u64) -> Self {
        let parameters = model.parameters.len();
        let processes = model.processes.len();
        let stride = (parameters + processes + model.transports.len() + model.drugs.len())
            .max(1)
            .next_multiple_of(4);
        Self {
            stride,
            uniform: (stride * 4) as u64 * u64::from(arms) <= max_uniform,
            parameters,
            processes,
        }
    }

    /// Packs one arm.
    pub fn pack(&self, controls: &Controls) -> Vec<f32> {
        debug_assert_eq!(controls.parameters.len(), self.parameters);
        debug_assert_eq!(controls.off.len(), self.processes);
        let switches = controls.off.iter().chain(&controls.off_transports);
        let values = controls.parameters.iter().map(|&v| v as f32);
        let switches = switches.map(|&off| if off { 0.0 } else { 1.0 });
        let holds = controls.holds.iter().map(|h| h.map_or(-1.0, |v| v as f32));
        let mut block: Vec<f32> = values.chain(switches).chain(holds).collect();
        block.resize(self.stride, 0.0);
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
    let constants = Text::of_file("generated/constants.wgsl", &crate::constants::wgsl());
    BTreeMap::from([
        ("generated/constants.wgsl".to_owned(), constants),
        ("generated/model.wgsl".to_owned(), writer.model(block, arms)),
        ("generated/react.wgsl".to_owned(), react),
        (
            "generated/compartments.wgsl".to_owned(),
            writer.compartments(),
        ),
        ("generated/observe.wgsl".to_owned(), writer.observe()),
        ("generated/probe.wgsl".to_owned(), writer.probe()),
        ("generated/soundness.wgsl".to_owned(), writer.soundness()),
        ("generated/explicit.wgsl".to_owned(), writer.explicit()),
        (
            "generated/explicit_pair.wgsl".to_owned(),
            writer.explicit_pair(),
        ),
        ("generated/initial.wgsl".to_owned(), writer.initial()),
        (
            "generated/coefficients.wgsl".to_owned(),
            writer.coefficients(),
        ),
    ])
}

/// Whether two explicit steps fit into one pass; see `generated/explicit_pair.wgsl`.
pub(crate) fn pairs(model: &Model, layout: &Layout) -> bool {
    explicit_pair::fits(layout, exchange_count(model) > 0)
}

/// Sums per arm of what tissue and compartments exchange, at least one.
pub fn exchange_sums(model: &Model) -> usize {
    exchange_count(model).max(1)
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
