//! Shader files have one name everywhere, and none is left over.
//!
//! A kernel file holds one entry point, named as the file. Every shader file is used: a kernel by
//! the Rust code (its path, its name in quotes, or a variant such as `MassBalance` for
//! `mass_balance.wgsl`), any other file by its path in Rust or in an `#import` of another shader.

use super::tree::has_word;
use super::{Finding, Tree};

/// Folders whose files are entry points: those that fit every model, and those with a model's code.
const KERNELS: [&str; 2] = ["shaders/kernels/", "shaders/model/"];

/// Reads every WGSL file and the Rust code of all crates.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let shaders: Vec<(&str, String)> = tree
        .ending(".wgsl")
        .map(|path| (path, tree.read(path).unwrap_or_default()))
        .collect();
    let rust: String = tree
        .ending(".rs")
        .filter(|path| path.starts_with("crates/") && !path.starts_with("crates/xtask/"))
        .filter_map(|path| tree.read(path))
        .collect();
    let mut findings = Vec::new();
    for (path, text) in &shaders {
        let Some(short) = path.strip_prefix("shaders/") else {
            continue;
        };
        let stem = short
            .rsplit('/')
            .next()
            .unwrap_or(short)
            .trim_end_matches(".wgsl");
        let is_kernel = KERNELS.iter().any(|folder| path.starts_with(folder));
        if is_kernel {
            findings.extend(check_entry(path, stem, text));
        }
        let module = short.trim_end_matches(".wgsl");
        let in_rust = rust.contains(short)
            || is_kernel
                && (rust.contains(&format!("\"{stem}\"")) || has_word(&rust, &camel_case(stem)));
        let imported = || {
            shaders
                .iter()
                .any(|(other, text)| other != path && imports(text, module))
        };
        if !in_rust && !imported() {
            let message = "no Rust code and no other shader uses this file";
            findings.push(Finding::file(path, message));
        }
    }
    findings
}

fn check_entry(path: &str, stem: &str, text: &str) -> Option<Finding> {
    let found: Vec<(usize, &str)> = entry_points(text);
    let names = || {
        found
            .iter()
            .map(|(_, name)| *name)
            .collect::<Vec<_>>()
            .join("`, `")
    };
    match found.as_slice() {
        [(_, name)] if *name == stem => None,
        [] => Some(Finding::file(
            path,
            format!("no entry point; expected `fn {stem}`"),
        )),
        [(line, name)] => {
            let message = format!("the entry point is `{name}`; it must be named `{stem}`");
            Some(Finding::line(path, *line, message))
        }
        [_, (line, _), ..] => {
            let message = format!(
                "entry points `{}`; a kernel file has one, `{stem}`",
                names()
            );
            Some(Finding::line(path, *line, message))
        }
    }
}

/// Names of functions marked `@compute`, `@vertex` or `@fragment`, with their line.
fn entry_points(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut marked = false;
    for (index, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        marked |= ["@compute", "@vertex", "@fragment"]
            .iter()
            .any(|mark| has_word(code, mark));
        if marked && has_word(code, "fn") {
            let after = code.split("fn ").nth(1).unwrap_or_default().trim_start();
            let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            found.push((index + 1, &after[..end.unwrap_or(after.len())]));
            marked = false;
        }
    }
    found
}

/// Whether a shader imports `module`, a path such as `lib/stencil`.
fn imports(text: &str, module: &str) -> bool {
    text.lines()
        .any(|line| line.contains("#import") && has_word(line, module))
}

fn camel_case(stem: &str) -> String {
    stem.split('_')
        .flat_map(|word| {
            let (first, rest) = word.split_at(word.len().min(1));
            [first.to_uppercase(), rest.to_owned()]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    const KERNEL: &str = "//#import lib/stencil.wgsl\n@compute @workgroup_size(WG)\n\
                          fn mass_balance(@builtin(global_invocation_id) id: vec3u) {}\n";

    #[test]
    fn a_used_kernel_and_library_pass() -> std::io::Result<()> {
        let files = [
            ("shaders/kernels/mass_balance.wgsl", KERNEL),
            ("shaders/lib/stencil.wgsl", "fn stencil_laplacian() {}"),
            ("crates/engine/src/kernel.rs", "enum Kernel { MassBalance }"),
        ];
        assert_eq!(findings(&files, check)?, Vec::<String>::new());
        Ok(())
    }

    #[test]
    fn wrong_names_and_orphans_are_found() -> std::io::Result<()> {
        let files = [
            ("shaders/kernels/react.wgsl", KERNEL),
            ("shaders/kernels/empty.wgsl", "// @compute fn empty()\n"),
            ("shaders/lib/stencil.wgsl", ""),
            ("shaders/lib/orphan.wgsl", "//#import lib/orphan.wgsl\n"),
            (
                "crates/engine/src/kernel.rs",
                "const NAMES: [&str; 2] = [\"react\", \"empty\"];",
            ),
        ];
        let found = findings(&files, check)?;
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].contains("empty.wgsl: no entry point"));
        assert!(
            found[1].starts_with("shaders/kernels/react.wgsl:3: the entry point is `mass_balance`")
        );
        assert!(found[2].starts_with("shaders/lib/orphan.wgsl: no Rust code"));
        Ok(())
    }

    #[test]
    fn a_kernel_file_has_one_entry_point() -> std::io::Result<()> {
        let two = "@compute @workgroup_size(1)\nfn a() {}\n@compute @workgroup_size(1) fn b() {}\n";
        let files = [
            ("shaders/kernels/a.wgsl", two),
            ("crates/e/src/k.rs", "\"a\""),
        ];
        let found = findings(&files, check)?;
        assert!(
            found[0].starts_with("shaders/kernels/a.wgsl:3: entry points `a`, `b`"),
            "{found:?}"
        );
        Ok(())
    }
}
