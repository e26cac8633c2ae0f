//! naga's opinion of a composed shader, told in the author's terms.

use naga::valid::{Capabilities, GlobalUse, ValidationFlags, Validator};

use crate::ShaderError;
use crate::kernel::Kernel;
use crate::text::Origin;

/// A resource that an entry point uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Bind group.
    pub group: u32,
    /// Number within the group.
    pub binding: u32,
    /// Name of the variable: the engine binds by name.
    pub name: String,
    /// Whether it is a uniform buffer (otherwise a storage buffer).
    pub uniform: bool,
    /// Whether the kernel writes it.
    pub writable: bool,
}

fn locate(
    source: &str,
    origins: &[Origin],
    line: u32,
    message: String,
    kernel: Kernel,
) -> ShaderError {
    let mut line = line;
    let mut message = message;
    // A name of the author's that the engine uses too: naga points at the second of the two.
    if let Some(name) = message
        .strip_prefix("redefinition of `")
        .and_then(|m| m.strip_suffix('`'))
    {
        let declares = |text: &str| {
            let words = [
                "fn ",
                "const ",
                "struct ",
                "alias ",
                "override ",
                "var<private> ",
            ];
            words.iter().any(|w| {
                text.trim_start()
                    .strip_prefix(w)
                    .and_then(|rest| rest.trim_start().strip_prefix(name))
                    .is_some_and(|rest| {
                        !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
                    })
            })
        };
        let authored = |o: &Origin| o.file.ends_with("functions.wgsl");
        let found = source
            .lines()
            .zip(origins)
            .position(|(text, o)| authored(o) && declares(text));
        if let Some(found) = found {
            line = found as u32 + 1;
            message = format!("the name `{name}` is used by the engine; choose another one");
        }
    }
    let index = (line.max(1) - 1) as usize;
    let in_model = origins
        .get(index)
        .is_some_and(|o| o.file.ends_with("model.toml"));
    if let Some(found) = found_type(source, index).filter(|_| in_model) {
        message = format!("this expression must be a number (f32), found {found}");
    }
    let text = source.lines().nth(index).unwrap_or_default().trim();
    let context = (!text.is_empty()).then(|| format!("in: {text}"));
    match origins.get(index) {
        Some(o) => ShaderError {
            file: o.file.to_string(),
            line: o.line,
            message,
            context,
        },
        None => ShaderError {
            file: format!("shaders/{}", kernel.file()),
            line,
            message,
            context,
        },
    }
}

// Type of the expression in a generated statement `… (EXPRESSION);`, if it is not the number that it
// should be: naga says so of a declaration with a type, but not of every use of a value.
fn found_type(source: &str, index: usize) -> Option<String> {
    const PROBE: &str = "type_of_the_expression";
    let lines: Vec<&str> = source.lines().collect();
    let ends = |line: &str| line.trim_end().ends_with([';', '{', '}']);
    let start = (0..index)
        .rev()
        .find(|i| ends(lines[*i]))
        .map_or(0, |i| i + 1);
    let end = (index..lines.len()).find(|i| ends(lines[*i]))?;
    let statement = lines[start..=end].join("\n");
    let inner = statement.trim_end().strip_suffix(");")?;
    let mut depth = 1_usize;
    let (open, _) = inner.char_indices().rev().find(|(_, c)| {
        match c {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let probe = format!("let {PROBE}: f32 = ({});", &inner[open + 1..]);
    let text = [
        lines[..start].join("\n"),
        probe,
        lines[end + 1..].join("\n"),
    ]
    .join("\n");
    let error = naga::front::wgsl::parse_str(&text).err()?;
    let (_, found) = error.message().split_once(PROBE)?;
    let (_, found) = found.split_once("but got `")?;
    Some(found.split('`').next()?.to_owned())
}

// naga reports causes as a chain; the last one is the most specific.
fn explain(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(e) = cause {
        let text = e.to_string();
        if parts.last() != Some(&text) {
            parts.push(text);
        }
        cause = e.source();
    }
    parts.join(": ")
}

pub(crate) fn check(
    source: &str,
    origins: &[Origin],
    kernel: Kernel,
) -> Result<(Vec<Binding>, Vec<String>), ShaderError> {
    let module = naga::front::wgsl::parse_str(source).map_err(|e| {
        let line = e.location(source).map_or(1, |l| l.line_number);
        locate(source, origins, line, e.message().to_owned(), kernel)
    })?;
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|e| {
            // The innermost span is the most helpful one.
            let line = e
                .spans()
                .last()
                .map_or(1, |(span, _)| span.location(source).line_number);
            locate(source, origins, line, explain(e.as_inner()), kernel)
        })?;
    let Some(entry) = module
        .entry_points
        .iter()
        .position(|e| e.name == kernel.name())
    else {
        return Err(ShaderError {
            file: format!("shaders/{}", kernel.file()),
            line: 1,
            message: format!("the file has no entry point `{}`", kernel.name()),
            context: None,
        });
    };
    let uses = info.get_entry_point(entry);
    let mut bindings: Vec<Binding> = module
        .global_variables
        .iter()
        .filter(|(handle, _)| !uses[*handle].is_empty())
        .filter_map(|(handle, variable)| {
            let slot = variable.binding.as_ref()?;
            let uniform = match variable.space {
                naga::AddressSpace::Uniform => true,
                naga::AddressSpace::Storage { .. } => false,
                _ => return None,
            };
            Some(Binding {
                group: slot.group,
                binding: slot.binding,
                name: variable.name.clone().unwrap_or_default(),
                uniform,
                writable: uses[handle].contains(GlobalUse::WRITE),
            })
        })
        .collect();
    bindings.sort_by_key(|b| (b.group, b.binding));
    let overrides = module
        .overrides
        .iter()
        .filter_map(|(_, o)| o.name.clone())
        .collect();
    Ok((bindings, overrides))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Files;

    #[test]
    fn an_expression_of_the_wrong_type_is_told_its_type() {
        use warmfront_model::{Model, Source};
        let text = include_str!("../../../assets/models/heat/model.toml");
        let right = "rate = \"p.decay_rate\"";
        for (rate, found) in [
            ("vec2f(p.decay_rate)", "vec2<f32>"),
            ("p.decay_rate > 0.0", "bool"),
            ("i32(p.decay_rate)", "i32"),
            ("vec2f(\\n  p.decay_rate,\\n  1.0)", "vec2<f32>"),
        ] {
            let text = text.replace(right, &format!("rate = \"{rate}\""));
            let place = 1 + text
                .lines()
                .take_while(|l| !l.starts_with("rate = "))
                .count() as u32;
            let model = Model::parse(Source::new("model.toml", text), Source::new("f.wgsl", ""));
            let model = model.expect("the names are right");
            let program = crate::Program::new(Files::embedded(), &model, 1, 65536);
            let errors = program.check();
            assert!(!errors.is_empty(), "{rate}");
            for e in errors {
                let told = e.to_string();
                assert_eq!(e.file, "model.toml", "{told}");
                assert!((place..place + 4).contains(&e.line), "{told}");
                let wanted = format!("this expression must be a number (f32), found {found}");
                assert!(told.contains(&wanted), "{rate}: {told}");
            }
        }
    }

    // The yardsticks of `bench` import nothing and belong to no kernel: naga reads the files as they are.
    #[test]
    fn every_yardstick_is_valid() {
        let names = Files::names().into_iter().filter(|n| {
            let folder = n.split('/').next();
            folder == Some("bench") && n.ends_with(".wgsl")
        });
        let mut count = 0;
        for name in names {
            let text = Files::embedded().read(&name).unwrap_or_default();
            let module = match naga::front::wgsl::parse_str(&text) {
                Ok(module) => module,
                Err(e) => panic!("shaders/{name}: {}", e.emit_to_string(&text)),
            };
            let checked =
                Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
            if let Err(e) = checked {
                panic!("shaders/{name}: {}", e.emit_to_string(&text));
            }
            count += 1;
        }
        assert!(count >= 5, "only {count} files in shaders/bench");
    }
}
