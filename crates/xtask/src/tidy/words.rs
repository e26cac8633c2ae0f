//! Marks of unfinished work do not land: finish it, or leave it out.

use super::tree::has_word;
use super::{Finding, Tree};

/// Written in two halves, so that this file passes its own rule.
const MARKS: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("dbg", "!"),
];

/// Endings of files that people write. Tables of numbers and pictures are not read.
const TEXTS: [&str; 11] = [
    ".rs", ".wgsl", ".toml", ".md", ".py", ".sh", ".yml", ".yaml", ".cff", ".html", ".ci/run",
];

/// Reads every text.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in tree
        .files()
        .filter(|path| TEXTS.iter().any(|ending| path.ends_with(ending)))
    {
        let text = tree.read(path).unwrap_or_default();
        for (index, line) in text.lines().enumerate() {
            for mark in MARKS {
                if has_mark(line, mark) {
                    let message = format!("`{mark}` marks unfinished work: finish it or remove it");
                    findings.push(Finding::line(path, index + 1, message));
                }
            }
        }
    }
    findings
}

fn has_mark(line: &str, mark: &str) -> bool {
    match mark.strip_suffix('!') {
        Some(name) => line.contains(mark) && has_word(line, name),
        None => has_word(line, mark),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    #[test]
    fn each_mark_is_found() -> std::io::Result<()> {
        for mark in MARKS {
            let text = format!("fn a() {{}}\n// {mark}(x): later\n");
            let found = findings(&[("crates/a/src/lib.rs", &text)], check)?;
            assert_eq!(found.len(), 1, "{mark}: {found:?}");
            assert!(found[0].starts_with("crates/a/src/lib.rs:2: "));
        }
        Ok(())
    }

    #[test]
    fn parts_of_names_and_data_are_left_alone() -> std::io::Result<()> {
        let files = [
            ("Cargo.toml", "todo = \"warn\"\ndbg_macro = \"warn\"\n"),
            ("a.rs", concat!("const XX", "XL: u8 = 1;\n")),
            ("b.csv", concat!("TO", "DO\n")),
        ];
        assert_eq!(findings(&files, check)?, Vec::<String>::new());
        Ok(())
    }
}
