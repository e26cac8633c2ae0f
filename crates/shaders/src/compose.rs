//! Puts a kernel and everything it imports into one text.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{self, Binding};
use crate::files::Files;
use crate::kernel::Kernel;
use crate::text::{Origin, Text};
use crate::{ShaderError, text};

/// A complete, valid shader.
#[derive(Debug, Clone)]
pub struct Shader {
    /// The kernel.
    pub kernel: Kernel,
    /// WGSL text.
    pub source: String,
    /// Where each line of `source` was written.
    pub origins: Vec<text::Origin>,
    /// Bindings that the entry point uses.
    pub bindings: Vec<Binding>,
    /// Names of the pipeline constants that the text declares.
    pub overrides: Vec<String>,
}

const IMPORT: &str = "//#import ";

fn gather(
    name: &str,
    from: Option<&Origin>,
    files: &Files,
    generated: &BTreeMap<String, Text>,
    seen: &mut BTreeSet<String>,
    out: &mut Text,
) -> Result<(), ShaderError> {
    if !seen.insert(name.to_owned()) {
        return Ok(());
    }
    let text = match generated.get(name) {
        Some(text) => text.clone(),
        None => match files.read(name) {
            Some(text) => Text::of_file(&format!("shaders/{name}"), &text),
            None => {
                return Err(ShaderError {
                    file: from.map_or_else(|| name.to_owned(), |o| o.file.to_string()),
                    line: from.map_or(0, |o| o.line),
                    message: format!("there is no shader file `{name}`"),
                    context: None,
                });
            }
        },
    };
    for (line, origin) in text.lines {
        match line.trim().strip_prefix(IMPORT) {
            Some(import) => gather(import.trim(), Some(&origin), files, generated, seen, out)?,
            None => out.lines.push((line, origin)),
        }
    }
    Ok(())
}

pub(crate) fn compose(
    files: &Files,
    generated: &BTreeMap<String, Text>,
    kernel: Kernel,
) -> Result<Shader, ShaderError> {
    let mut text = Text::default();
    let mut seen = BTreeSet::new();
    gather(kernel.file(), None, files, generated, &mut seen, &mut text)?;
    let (lines, origins): (Vec<String>, Vec<Origin>) = text.lines.into_iter().unzip();
    let source = lines.join("\n") + "\n";
    let (bindings, overrides) = check::check(&source, &origins, kernel)?;
    Ok(Shader {
        kernel,
        source,
        origins,
        bindings,
        overrides,
    })
}
