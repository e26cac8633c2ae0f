//! naga's opinion of a composed shader, told in the author's terms.

use naga::valid::{Capabilities, ValidationFlags, Validator};

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
        .filter_map(|(_, variable)| {
            let slot = variable.binding.as_ref()?;
            let (uniform, writable) = match variable.space {
                naga::AddressSpace::Uniform => (true, false),
                naga::AddressSpace::Storage { access } => {
                    (false, access.contains(naga::StorageAccess::STORE))
                }
                _ => return None,
            };
            Some(Binding {
                group: slot.group,
                binding: slot.binding,
                name: variable.name.clone().unwrap_or_default(),
                uniform,
                writable,
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
