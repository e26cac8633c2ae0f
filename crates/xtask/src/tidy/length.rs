//! A source file that has grown past a few screens probably holds two subjects.

use super::{Finding, Tree};

/// Lines that a source file may have without a note.
const LINES: usize = 600;

/// Counts the lines of Rust, WGSL and Python files.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let sources = [".rs", ".wgsl", ".py"]
        .into_iter()
        .flat_map(|ending| tree.ending(ending));
    sources
        .filter_map(|path| {
            let lines = tree.read(path)?.lines().count();
            (lines > LINES)
                .then(|| Finding::file(path, format!("{lines} lines; try to stay below {LINES}")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    #[test]
    fn only_long_sources_are_listed() -> std::io::Result<()> {
        let long = "x\n".repeat(LINES + 1);
        let limit = "x\n".repeat(LINES);
        let files = [
            ("a.rs", long.as_str()),
            ("b.rs", limit.as_str()),
            ("model.toml", long.as_str()),
        ];
        assert_eq!(
            findings(&files, check)?,
            ["a.rs: 601 lines; try to stay below 600"]
        );
        Ok(())
    }
}
