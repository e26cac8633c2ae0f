//! Every test file is compiled.
//!
//! A package whose tests are one program lists its files in `tests/main.rs`; a file that is missing
//! there would pass without ever running.

use super::{Finding, Tree};

/// Looks at the files beside every `tests/main.rs`.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for main in tree.ending("tests/main.rs") {
        let folder = main.trim_end_matches("main.rs");
        let text = tree.read(main).unwrap_or_default();
        for path in tree.ending(".rs").filter(|path| *path != main) {
            // Folders hold helpers; a helper that nothing uses runs nothing anyway.
            let Some(name) = path.strip_prefix(folder).filter(|name| !name.contains('/')) else {
                continue;
            };
            let declared = format!("mod {};", name.trim_end_matches(".rs"));
            if !text.lines().any(|line| line == declared) {
                let message = format!("never runs: `{declared}` is missing in {main}");
                findings.push(Finding::file(path, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    #[test]
    fn a_file_that_is_not_listed_is_named() -> std::io::Result<()> {
        let files = [
            (
                "crates/a/tests/main.rs",
                "//! All.\n\nmod first;\nmod tools;\n",
            ),
            ("crates/a/tests/first.rs", ""),
            ("crates/a/tests/second.rs", ""),
            ("crates/a/tests/tools/mod.rs", ""),
            ("crates/b/tests/alone.rs", ""),
        ];
        let found = findings(&files, check)?;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/a/tests/second.rs: never runs"));
        Ok(())
    }
}
