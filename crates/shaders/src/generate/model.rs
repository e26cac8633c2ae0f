//! `generated/model.wgsl`: structs of a model, its functions, auxiliaries and rates.

use crate::text::Text;

use super::{ParameterBlock, Writer};

impl Writer<'_> {
    pub(super) fn model(&mut self, block: &ParameterBlock, arms: u32) -> Text {
        let m = self.model;
        self.line(format!("const ARMS: u32 = {arms}u;"));
        let k = m.compartments.len();
        let e = self.exchanges.len();
        self.line(format!("const COMPARTMENTS: u32 = {}u;", k.max(1)));
        self.line(format!("const EXCHANGES: u32 = {}u;", e.max(1)));
        let dynamic = self.layout.dynamic().max(1);
        self.line(format!("const DYNAMIC: u32 = {dynamic}u;"));
        let (k1, e1) = (k.max(1), e.max(1));
        self.line("// Memory of an arm's compartments: accepted, new, at the stage; exchange at the start and end.");
        self.line("const NOW: u32 = 0u;");
        self.line(format!("const NEW: u32 = {k1}u;"));
        self.line(format!("const STAGE: u32 = {}u;", 2 * k1));
        self.line(format!("const EXCHANGE_NOW: u32 = {}u;", 3 * k1));
        self.line(format!("const EXCHANGE_NEW: u32 = {}u;", 3 * k1 + e1));
        self.line(format!("const MEMORY: u32 = {}u;", 3 * k1 + 2 * e1));
        self.structure("State", m.fields.iter().map(|f| f.id.clone()));
        let used = m.parameters.len() + m.processes.len() + m.transports.len() + m.drugs.len();
        let members = m.parameters.iter().map(|p| p.id.clone());
        let switches = m.processes.iter().map(|p| format!("switch_{}", p.id));
        let drifts = m
            .transports
            .iter()
            .map(|t| format!("switch_drift_{}", t.id));
        let holds = m.drugs.iter().map(|d| format!("hold_{}", d.id));
        let pads = (used..block.stride).map(|i| format!("padding_{i}"));
        self.structure(
            "Params",
            members
                .chain(switches)
                .chain(drifts)
                .chain(holds)
                .chain(pads),
        );
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
}
