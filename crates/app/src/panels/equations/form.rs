//! The equation of each field and compartment, put together from the model's parts.
//!
//! A field c obeys ∂c/∂t = ∇·(D h ∇c) − ∇·(c v) + Σ gains − Σ losses, with the drift
//! v = h clamp(∇φ, ±u) of its transport. A process that uses something up has its rate per unit of that;
//! one that does not has its rate as a whole. What a compartment gains or loses by tissue is the mean over
//! the tissue, written ⟨…⟩.

use warmfront_model::{FieldKind, Model, Target};

use super::symbols::{Name, pretty, symbol_of};

/// One process in an equation.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Index of the process in the model.
    pub process: usize,
    /// It adds to the quantity; if not, it takes away.
    pub gain: bool,
    /// The whole term in symbols, without its sign.
    pub expression: String,
    /// What is named in it.
    pub names: Vec<Name>,
}

/// An equation.
#[derive(Debug, Clone, PartialEq)]
pub struct Equation {
    /// Of what.
    pub target: Target,
    /// `∂E/∂t`.
    pub left: String,
    /// Movement, `∇·(D_E h ∇E)` and `− ∇·(E v)`, sign first; empty for none.
    pub movement: Vec<String>,
    /// What the movement's letters stand for: `v = …`.
    pub where_lines: Vec<String>,
    /// What is named in the movement.
    pub names: Vec<Name>,
    /// Processes, in model order.
    pub parts: Vec<Part>,
    /// Labels of the drugs whose doses enter.
    pub doses: Vec<String>,
}

impl Equation {
    /// The equation of a field; of a map that is given, an equation without right side.
    pub fn of_field(model: &Model, field: usize) -> Self {
        let f = &model.fields[field];
        let c = Name::Field(field).symbol(model);
        let (mut movement, mut where_lines, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let mut read = |text: &str| {
            let (text, found) = pretty(model, text);
            names.extend(found);
            text
        };
        if let Some(diffusion) = &f.diffusion {
            let d = bracketed(&read(&diffusion.text));
            movement.push(match &f.hindrance {
                Some(h) => format!("+ ∇·({d} {} ∇{c})", bracketed(&read(&h.text))),
                None => format!("+ {d} ∇²{c}"),
            });
        }
        if let Some(transport) = f.transport.and_then(|t| model.transports.get(t)) {
            movement.push(format!("− ∇·({c} v)"));
            let potential = read(&transport.potential.text);
            let mut drift = match &transport.speed_limit {
                Some(limit) => format!("clamp(∇φ, ±{})", read(&limit.text)),
                None => "∇φ".to_owned(),
            };
            if let Some(h) = &transport.hindrance {
                drift = format!("{}·{drift}", bracketed(&read(&h.text)));
            }
            where_lines.push(format!("v = {drift}"));
            where_lines.push(format!("φ = {potential}"));
            where_lines.push(format!("({})", transport.label));
        }
        names.sort();
        names.dedup();
        Self {
            target: Target::Field(field),
            left: format!("∂{c}/∂t"),
            movement,
            where_lines,
            names,
            parts: parts(model, Target::Field(field)),
            doses: Vec::new(),
        }
    }

    /// The equation of a compartment.
    pub fn of_compartment(model: &Model, compartment: usize) -> Self {
        let drugs = model.drugs.iter().filter(|d| d.into == compartment);
        Self {
            target: Target::Compartment(compartment),
            left: format!("d{}/dt", Name::Compartment(compartment).symbol(model)),
            movement: Vec::new(),
            where_lines: Vec::new(),
            names: Vec::new(),
            parts: parts(model, Target::Compartment(compartment)),
            doses: drugs.map(|d| d.label.clone()).collect(),
        }
    }

    /// A map that is given, without an equation.
    pub fn is_given(&self, model: &Model) -> bool {
        matches!(self.target, Target::Field(i) if model.fields[i].kind == FieldKind::Static)
    }

    /// The right side in words, a term each: sign, text, and the process where it is one.
    pub fn terms(&self, model: &Model) -> Vec<(bool, String, Option<usize>)> {
        let mut terms: Vec<(bool, String, Option<usize>)> = Vec::new();
        for text in &self.movement {
            let gain = !text.starts_with('−');
            let rest = text.trim_start_matches(['+', '−', ' ']);
            terms.push((gain, rest.to_owned(), None));
        }
        for part in &self.parts {
            let label = model.processes[part.process].label.clone();
            terms.push((part.gain, label, Some(part.process)));
        }
        for drug in &self.doses {
            terms.push((true, format!("doses of {drug}"), None));
        }
        terms
    }
}

fn parts(model: &Model, target: Target) -> Vec<Part> {
    let mut found = Vec::new();
    for (process, p) in model.processes.iter().enumerate() {
        let mut push = |gain: bool, factor: Option<&str>| {
            let (rate, mut names) = pretty(model, &p.rate.text);
            let mut factors = Vec::new();
            if let Some(factor) = factor {
                let (factor, more) = pretty(model, factor);
                names.extend(more);
                if factor != "1" {
                    factors.push(bracketed(&factor));
                }
            }
            if let Some(used) = p.consumes {
                factors.push(bracketed(&rate));
                factors.push(symbol_of(model, used).to_owned());
                names.push(match used {
                    Target::Field(i) => Name::Field(i),
                    Target::Compartment(i) => Name::Compartment(i),
                });
            } else if factors.is_empty() {
                factors.push(rate);
            } else {
                factors.push(bracketed(&rate));
            }
            names.sort();
            names.dedup();
            let text = factors.join("·");
            let mean = p.spatial && matches!(target, Target::Compartment(_));
            found.push(Part {
                process,
                gain,
                expression: if mean { format!("⟨{text}⟩") } else { text },
                names,
            });
        };
        if p.consumes == Some(target) {
            push(false, None);
        }
        for (made, coefficient) in &p.produces {
            if *made == target {
                push(true, Some(&coefficient.text));
            }
        }
    }
    found
}

/// In brackets where it is a sum.
fn bracketed(text: &str) -> String {
    let mut depth = 0_usize;
    let mut sum = false;
    for (i, c) in text.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '+' | '−' if depth == 0 => sum |= i == 0 || text[..i].ends_with(' '),
            '/' | '%' | '<' | '>' if depth == 0 => sum = true,
            _ => {}
        }
    }
    if sum {
        format!("({text})")
    } else {
        text.to_owned()
    }
}
