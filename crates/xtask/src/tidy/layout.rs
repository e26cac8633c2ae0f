//! The top level stays short enough to be read at a glance.

use std::collections::BTreeSet;

use super::{Finding, Tree};

/// What may lie at the top, besides files and folders whose name starts with a dot.
const ENTRIES: [&str; 13] = [
    "CHANGELOG.md",
    "CITATION.cff",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "assets",
    "clippy.toml",
    "crates",
    "rustfmt.toml",
    "shaders",
    "tests",
];

/// Looks at the first part of every path.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let entries: BTreeSet<&str> = tree
        .files()
        .filter_map(|path| path.split('/').next())
        .collect();
    entries
        .into_iter()
        .filter(|entry| !entry.starts_with('.') && !ENTRIES.contains(entry))
        .map(|entry| {
            Finding::file(
                entry,
                format!("not an agreed top-level entry: {}", ENTRIES.join(", ")),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    #[test]
    fn strangers_are_named_once() -> std::io::Result<()> {
        let files = [
            ("Cargo.toml", ""),
            (".gitignore", ""),
            ("crates/model/src/lib.rs", ""),
            ("notes/a.txt", ""),
            ("notes/b.txt", ""),
            ("scratch.py", ""),
        ];
        let found = findings(&files, check)?;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("notes: ") && found[1].starts_with("scratch.py: "));
        Ok(())
    }
}
