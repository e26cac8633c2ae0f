//! The files that belong to the repository, and what a rule says about them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::Failure;

/// Folders that hold results, never sources. Git knows them from `.gitignore`; this list serves
/// a copy of the sources without git.
const RESULTS: [&str; 4] = [".git", "target", "out", "__pycache__"];

/// Files of the repository, relative to its root, with `/` between folders.
#[derive(Debug)]
pub struct Tree {
    root: PathBuf,
    files: Vec<String>,
}

impl Tree {
    /// Lists what git tracks or would track; without git, every file outside of result folders.
    pub fn open(root: &Path) -> Result<Self, Failure> {
        let mut files = match git_files(root) {
            Some(files) => files,
            None => {
                let mut files = Vec::new();
                walk(root, "", &mut files).map_err(|error| {
                    Failure::usage(format!("{} cannot be read: {error}", root.display()))
                })?;
                files
            }
        };
        files.sort();
        Ok(Self {
            root: root.to_owned(),
            files,
        })
    }

    /// All files, sorted.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }

    /// Files whose name ends with `ending`, such as `.rs`.
    pub fn ending<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a str> {
        self.files().filter(move |path| path.ends_with(ending))
    }

    /// Whether `path` is a file or folder of the repository (`""` is its root).
    pub fn contains(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let inside = |file: &str| {
            file == path
                || file
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        path.is_empty() || self.files().any(inside)
    }

    /// The text of a file; `None` if it is missing or not text.
    pub fn read(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(path)).ok()
    }
}

fn git_files(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .current_dir(root)
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .ok()?;
    // Outside a repository of its own the folder may still lie in a larger one: then git may list
    // nothing at all.
    if !output.status.success() || output.stdout.is_empty() {
        return None;
    }
    let mut files: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .split('\0')
        .filter(|path| !path.is_empty() && root.join(path).exists())
        .map(str::to_owned)
        .collect();
    files.dedup();
    Some(files)
}

fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if RESULTS.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// One problem, at a place.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    path: String,
    line: Option<usize>,
    message: String,
}

impl Finding {
    /// A problem of a whole file.
    pub fn file(path: &str, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            message: message.into(),
        }
    }

    /// A problem at a line (counted from 1).
    pub fn line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: Some(line),
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.path, self.message),
            None => write!(out, "{}: {}", self.path, self.message),
        }
    }
}

/// Whether `word` stands in `text` with no letter, digit or underscore beside it.
pub fn has_word(text: &str, word: &str) -> bool {
    let part_of_name = |character: char| character.is_alphanumeric() || character == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(part_of_name) && !text[at + word.len()..].starts_with(part_of_name)
    })
}

#[cfg(test)]
pub mod testing {
    //! Small trees for the tests of the rules.

    use super::Tree;

    /// Writes files into a temporary folder, hands the tree to `check` and returns the findings
    /// as text.
    pub fn findings(
        files: &[(&str, &str)],
        check: fn(&Tree) -> Vec<super::Finding>,
    ) -> std::io::Result<Vec<String>> {
        let folder = tempfile::tempdir()?;
        let mut names = Vec::new();
        for (path, text) in files {
            let whole = folder.path().join(path);
            std::fs::create_dir_all(whole.parent().expect("a file lies in a folder"))?;
            std::fs::write(whole, text)?;
            names.push((*path).to_owned());
        }
        names.sort();
        let tree = Tree {
            root: folder.path().to_owned(),
            files: names,
        };
        Ok(check(&tree).iter().map(ToString::to_string).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_folders_are_no_sources() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        for path in ["target/debug/a", "out/demo/b", "crates/c/src/lib.rs"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a file lies in a folder"))?;
            std::fs::write(path, "")?;
        }
        let mut files = Vec::new();
        walk(folder.path(), "", &mut files)?;
        assert_eq!(files, ["crates/c/src/lib.rs"]);
        Ok(())
    }

    #[test]
    fn words_have_edges() {
        assert!(has_word("let mhc1 = 3;", "mhc1"));
        assert!(has_word("\"mhc1\"", "mhc1"));
        assert!(!has_word("mhc1_gain", "mhc1"));
        assert!(!has_word("smhc1", "mhc1"));
    }
}
