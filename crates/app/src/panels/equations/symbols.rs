//! Expressions as people write them: symbols of the model instead of its identifiers.
//!
//! `s.`, `p.`, `g.` and `a.` before a name are left out; a field, parameter or compartment with a symbol
//! is written with it. Everything else of an expression stays as it is in the model's files.

use warmfront_model::{Model, Target};

/// A name in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// `s.`: index of a field.
    Field(usize),
    /// `p.`: index of a parameter.
    Parameter(usize),
    /// `g.`: index of a compartment.
    Compartment(usize),
    /// `a.`: index of an auxiliary.
    Auxiliary(usize),
}

impl Name {
    fn find(model: &Model, letter: &str, id: &str) -> Option<Self> {
        match letter {
            "s" => model.field(id).ok().map(Self::Field),
            "p" => model.parameter(id).ok().map(Self::Parameter),
            "g" => model.compartment(id).ok().map(Self::Compartment),
            "a" => model.auxiliary(id).ok().map(Self::Auxiliary),
            _ => None,
        }
    }

    /// Symbol, or identifier where there is none.
    pub fn symbol<'a>(self, model: &'a Model) -> &'a str {
        let either = |symbol: &'a String, id: &'a String| match symbol.as_str() {
            "" => id.as_str(),
            symbol => symbol,
        };
        match self {
            Self::Field(i) => either(&model.fields[i].symbol, &model.fields[i].id),
            Self::Parameter(i) => either(&model.parameters[i].symbol, &model.parameters[i].id),
            Self::Compartment(i) => {
                either(&model.compartments[i].symbol, &model.compartments[i].id)
            }
            Self::Auxiliary(i) => &model.auxiliaries[i].id,
        }
    }

    /// What it is called.
    pub fn label(self, model: &Model) -> &str {
        match self {
            Self::Field(i) => &model.fields[i].label,
            Self::Parameter(i) => &model.parameters[i].label,
            Self::Compartment(i) => &model.compartments[i].label,
            Self::Auxiliary(i) => &model.auxiliaries[i].label,
        }
    }
}

/// Symbol of what a process uses up or makes.
pub fn symbol_of(model: &Model, target: Target) -> &str {
    match target {
        Target::Field(i) => Name::Field(i).symbol(model),
        Target::Compartment(i) => Name::Compartment(i).symbol(model),
    }
}

/// An expression with symbols on one line, and the names in it, each once, in the order of reading.
pub fn pretty(model: &Model, text: &str) -> (String, Vec<Name>) {
    let (mut out, mut names) = (String::new(), Vec::new());
    let tokens = tokens(text);
    let mut i = 0;
    while i < tokens.len() {
        let token = tokens[i];
        let member = (tokens.get(i + 1) == Some(&"."))
            .then(|| tokens.get(i + 2))
            .flatten();
        let after_dot = i > 0 && tokens[i - 1] == ".";
        let name = member
            .filter(|_| !after_dot)
            .and_then(|id| Name::find(model, token, id));
        if let Some(name) = name {
            out.push_str(name.symbol(model));
            if !names.contains(&name) {
                names.push(name);
            }
            i += 3;
            continue;
        }
        match token {
            "*" => out.push('·'),
            "-" => out.push('−'),
            _ => out.push_str(&number(token)),
        }
        i += 1;
    }
    // Points between factors need no room; signs between terms do.
    (out.trim().replace(" · ", "·"), names)
}

/// `1.0` as `1`, `2.50f` as `2.5`; everything else unchanged.
fn number(token: &str) -> String {
    if !token.starts_with(|c: char| c.is_ascii_digit()) || token.contains(['e', 'x']) {
        return token.to_owned();
    }
    let digits = token.trim_end_matches(['f', 'h', 'u', 'i']);
    if digits.contains('.') {
        let digits = digits.trim_end_matches('0');
        return digits.trim_end_matches('.').to_owned();
    }
    digits.to_owned()
}

/// Words, numbers, single signs, and each run of white space as one blank; comments are left out.
fn tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in text.lines() {
        if !found.is_empty() && found.last() != Some(&" ") {
            found.push(" ");
        }
        let mut rest = line.split("//").next().unwrap_or_default().trim();
        while let Some(first) = rest.chars().next() {
            let word = |c: char| c.is_alphanumeric() || c == '_';
            let end = if first.is_whitespace() {
                rest.find(|c: char| !c.is_whitespace())
            } else if first.is_ascii_digit() {
                number_end(rest)
            } else if word(first) {
                rest.find(|c| !word(c))
            } else {
                Some(first.len_utf8())
            };
            let (token, tail) = rest.split_at(end.unwrap_or(rest.len()));
            found.push(if first.is_whitespace() { " " } else { token });
            rest = tail;
        }
    }
    if found.last() == Some(&" ") {
        found.pop();
    }
    found
}

// A number runs on through its point, its exponent with a sign, and its suffix.
fn number_end(text: &str) -> Option<usize> {
    let mut before = ' ';
    for (i, c) in text.char_indices() {
        let sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
        if !(c.is_alphanumeric() || c == '.' || sign) {
            return Some(i);
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use warmfront_model::Library;

    use super::*;

    #[test]
    fn names_become_symbols_and_the_rest_stays() {
        let model = Library::embedded().model("tumour").expect("it is valid");
        let text = |t: &str| pretty(&model, t).0;
        let field = &model.fields[0];
        let parameter = model.parameters.iter().find(|p| !p.symbol.is_empty());
        let parameter = parameter.expect("a symbol");
        let auxiliary = &model.auxiliaries[0].id;
        let given = format!(
            "p.{} * max(0.0, 1.50 - s.{}) / (2.5e-3 + a.{auxiliary}) // a remark",
            parameter.id, field.id
        );
        let wanted = format!(
            "{}·max(0, 1.5 − {}) / (2.5e-3 + {auxiliary})",
            parameter.symbol, field.symbol
        );
        assert_eq!(text(&given), wanted);
        assert_eq!(text("hill(s, q.id)\n  * 10.0"), "hill(s, q.id)·10");
        assert_eq!(text("p.no_such_name"), "p.no_such_name");
        let (_, names) = pretty(&model, &given);
        assert_eq!(names.len(), 3);
        for p in &model.processes {
            assert!(!pretty(&model, &p.rate.text).0.contains("s."), "{}", p.id);
        }
    }
}
