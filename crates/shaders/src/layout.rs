//! Storage order of the fields, and which maps on faces they share.

use warmfront_model::{Auxiliary, Expression, FaceMean, FieldKind, Model, Target, Wall};

/// How a field's linear system is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Constant diffusion coefficient, no drift.
    Plain,
    /// Hindrance or drift vary in space.
    Mapped,
    /// Does not move: solved cell by cell.
    Local,
    /// A map without an equation.
    Static,
}

/// A hindrance that one or more fields and drifts share.
#[derive(Debug, Clone)]
pub struct HindranceMap {
    /// The factor, over `s`, `p`, `a`.
    pub expression: Expression,
    /// Mean on faces.
    pub mean: FaceMean,
}

/// Fields are stored plain, mapped, local, static, each group in file order.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Field index by storage index.
    pub fields: Vec<usize>,
    /// Storage index by field index.
    pub storage: Vec<usize>,
    /// Number of plain fields.
    pub plain: usize,
    /// Number of mapped fields.
    pub mapped: usize,
    /// Number of local fields.
    pub local: usize,
    /// Distinct hindrances, on diffusion or on drift.
    pub hindrances: Vec<HindranceMap>,
    /// By storage index of solved fields: index into `hindrances`.
    pub hindrance: Vec<Option<usize>>,
    /// By storage index of solved fields: transport that moves it.
    pub drift: Vec<Option<usize>>,
    /// By transport: index into `hindrances`.
    pub drift_hindrance: Vec<Option<usize>>,
    /// Transports whose potential depends on a field that they move, directly (crowding) or by way of a
    /// field that it produces (cells that are repelled by what they secrete). The implicit operator of every
    /// field moved carries the diffusion `Σ c_j · max(−dpotential/dc_j, 0)` over the fields moved, so that
    /// long steps are stable.
    pub stiff: Vec<usize>,
    /// By transport: pairs of a field moved and a solved field in the potential that it produces.
    pub feedback: Vec<Vec<(usize, usize)>>,
}

impl Layout {
    /// Sorts the fields of `model`.
    pub fn of(model: &Model) -> Self {
        let slot = |i: usize| {
            let f = &model.fields[i];
            if f.kind == FieldKind::Static {
                Slot::Static
            } else if f.transport.is_some() || (f.diffusion.is_some() && f.hindrance.is_some()) {
                Slot::Mapped
            } else if f.diffusion.is_some() {
                Slot::Plain
            } else {
                Slot::Local
            }
        };
        let mut fields: Vec<usize> = (0..model.fields.len()).collect();
        fields.sort_by_key(|&i| slot(i) as u8);
        let mut storage = vec![0; fields.len()];
        for (s, &f) in fields.iter().enumerate() {
            storage[f] = s;
        }
        let count = |kind| fields.iter().filter(|&&i| slot(i) == kind).count();
        let (plain, mapped, local) = (count(Slot::Plain), count(Slot::Mapped), count(Slot::Local));

        let mut hindrances: Vec<HindranceMap> = Vec::new();
        let mut find = |expression: &Expression, mean: FaceMean| {
            let same = |m: &HindranceMap| m.expression.text == expression.text && m.mean == mean;
            hindrances.iter().position(same).unwrap_or_else(|| {
                hindrances.push(HindranceMap {
                    expression: expression.clone(),
                    mean,
                });
                hindrances.len() - 1
            })
        };
        let hindrance = fields[..plain + mapped]
            .iter()
            .map(|&i| {
                let f = &model.fields[i];
                f.hindrance.as_ref().map(|h| find(h, f.face_mean))
            })
            .collect();
        let drift_hindrance = model
            .transports
            .iter()
            .map(|t| t.hindrance.as_ref().map(|h| find(h, FaceMean::Arithmetic)))
            .collect();
        let drift = fields[..plain + mapped]
            .iter()
            .map(|&i| model.fields[i].transport)
            .collect();
        let drift: Vec<Option<usize>> = drift;
        let solved = &fields[..plain + mapped];
        let feedback: Vec<Vec<(usize, usize)>> = (0..model.transports.len())
            .map(|t| feedback(model, t, solved))
            .collect();
        let stiff = (0..model.transports.len())
            .filter(|&t| pushes(model, t) || !feedback[t].is_empty())
            .collect();
        Self {
            stiff,
            feedback,
            fields,
            storage,
            plain,
            mapped,
            local,
            hindrances,
            hindrance,
            drift,
            drift_hindrance,
        }
    }

    /// Fields with a linear system.
    pub fn solved(&self) -> usize {
        self.plain + self.mapped
    }

    /// Fields with an equation.
    pub fn dynamic(&self) -> usize {
        self.plain + self.mapped + self.local
    }

    /// All fields.
    pub fn all(&self) -> usize {
        self.fields.len()
    }

    /// Whether the solved field at a storage index keeps its integral: no process makes it or uses it up, and no
    /// wall holds a value.
    pub fn only_moves(&self, model: &Model, storage: usize) -> bool {
        let field = self.fields[storage];
        let target = Target::Field(field);
        let mut processes = model.processes.iter();
        let changes = processes.any(|p| {
            p.consumes == Some(target) || p.produces.iter().any(|(made, _)| *made == target)
        });
        let walls = model.fields[field].boundary.axes();
        let held = walls.iter().flatten().any(|w| matches!(w, Wall::Fixed(_)));
        storage < self.solved() && !changes && !held
    }

    /// How the field at a storage index is solved.
    pub fn slot(&self, storage: usize) -> Slot {
        match storage {
            s if s < self.plain => Slot::Plain,
            s if s < self.solved() => Slot::Mapped,
            s if s < self.dynamic() => Slot::Local,
            _ => Slot::Static,
        }
    }

    /// Position in `stiff` of the transport that moves a solved field.
    pub fn stiffness(&self, storage: usize) -> Option<usize> {
        let transport = self.drift[storage]?;
        self.stiff.iter().position(|&t| t == transport)
    }

    /// Blocks of cell maps that the reactions write: hindrances, drift potentials, stiffnesses.
    pub fn cell_maps(&self) -> usize {
        self.hindrances.len() + self.drift_hindrance.len() + self.stiff.len()
    }
}

impl Layout {
    /// Maps on faces: a conductance for every mapped field, then a drift for every transport.
    pub fn face_maps(&self) -> usize {
        self.mapped + self.drift_hindrance.len()
    }
}

/// Whether the potential of a transport depends directly on a field that it moves.
pub(crate) fn pushes(model: &Model, transport: usize) -> bool {
    let transport = &model.transports[transport];
    let on = |&f: &usize| depends(model, &transport.potential, &model.fields[f].id);
    transport.moves.iter().any(on)
}

/// Fields that a transport moves, each with a field of its potential whose gains depend on it.
fn feedback(model: &Model, transport: usize, solved: &[usize]) -> Vec<(usize, usize)> {
    let transport = &model.transports[transport];
    let mut pairs = Vec::new();
    for &m in solved {
        let in_potential = depends(model, &transport.potential, &model.fields[m].id);
        if !in_potential || transport.moves.contains(&m) {
            continue;
        }
        for &f in &transport.moves {
            let gains = model
                .processes
                .iter()
                .filter(|p| p.spatial && p.produces.iter().any(|(t, _)| *t == Target::Field(m)));
            let mut rates = gains.map(|p| &p.rate);
            if rates.any(|rate| depends(model, rate, &model.fields[f].id)) {
                pairs.push((f, m));
            }
        }
    }
    pairs
}

/// Whether an expression can depend on field `id`, directly or through auxiliaries.
pub(crate) fn depends(model: &Model, expression: &Expression, id: &str) -> bool {
    let state = expression.uses("s");
    let auxiliaries = expression.uses("a");
    // A function that takes the whole state may use any field.
    if state.whole || auxiliaries.whole || state.members.iter().any(|member| member == id) {
        return true;
    }
    let used = |a: &&Auxiliary| auxiliaries.members.contains(&a.id);
    let mut used = model.auxiliaries.iter().filter(used);
    used.any(|a| depends(model, &a.expression, id))
}

#[cfg(test)]
mod tests {
    use warmfront_model::{Model, Source};

    use super::*;
    use crate::{Files, Kernel, Program};

    const FUNCTIONS: &str = "fn crowd(s: State, p: Params) -> f32 { return s.n * -p.chemotaxis; }\n\
        fn crowd_of(p: Params, s: State) -> f32 { return s.n * -p.chemotaxis; }\n";

    // The model of chemotaxis with a potential of its own, and the kernel of its reactions.
    fn with_potential(potential: &str) -> (Layout, String) {
        let text = include_str!("../../../assets/models/keller_segel/model.toml");
        let old = "\"4.0 * p.chemotaxis * s.c / (1.0 + s.c)\"";
        assert!(text.contains(old));
        let text = text.replace(old, &format!("'''{potential}'''"));
        let functions = Source::new("functions.wgsl", FUNCTIONS);
        let model = Model::parse(Source::new("model.toml", text), functions);
        let model = model.unwrap_or_else(|e| panic!("{potential}: {e}"));
        let program = Program::new(Files::embedded(), &model, 1, 65_536);
        let shader = program.shader(Kernel::React);
        let source = shader.unwrap_or_else(|e| panic!("{potential}: {e}")).source;
        (Layout::of(&model), source.replace(potential, "POTENTIAL"))
    }

    #[test]
    fn a_potential_pushes_back_however_it_is_spelled() {
        check_spellings(&[
            "crowd(s, p)",
            "crowd(s,p)",
            "crowd( s, p)",
            "crowd (s , p )",
            "crowd(\n  s,\n  p)",
            "crowd(s/* the state */, p)",
            "crowd(/* a /* nested */ note */s,p)",
            "crowd_of(p,s)",
            "crowd_of(p, s )",
            "crowd_of(p,\n  s\n)",
            "(-p.chemotaxis)*(s).n",
        ]);
        check_spellings(&[
            "-p.chemotaxis * s.n",
            "-p.chemotaxis*s . n",
            "-p.chemotaxis * s\n  .n",
            "-p.chemotaxis * s/* of */./* cells */n",
        ]);
    }

    // All push back, and the kernels differ in nothing but the potential.
    fn check_spellings(spellings: &[&str]) {
        let (_, wanted) = with_potential(spellings[0]);
        for spelling in spellings {
            let (layout, shader) = with_potential(spelling);
            assert_eq!(layout.stiff, [0], "{spelling}");
            assert!(shader == wanted, "another shader for {spelling}");
        }
    }

    #[test]
    fn what_only_looks_like_the_state_does_not_push() {
        for other in [
            "p.chemotaxis",
            "p.chemotaxis /* not s.n */",
            "p.chemotaxis // crowd(s, p)\n",
        ] {
            let text = include_str!("../../../assets/models/keller_segel/model.toml");
            let text = text.replace("4.0 * p.chemotaxis * s.c / (1.0 + s.c)", "POTENTIAL");
            let text = text.replace("\"POTENTIAL\"", &format!("'''{other}'''"));
            let functions = Source::new("functions.wgsl", FUNCTIONS);
            let model = Model::parse(Source::new("model.toml", text), functions);
            let model = model.unwrap_or_else(|e| panic!("{other}: {e}"));
            assert_eq!(Layout::of(&model).stiff, [], "{other}");
        }
    }
}
