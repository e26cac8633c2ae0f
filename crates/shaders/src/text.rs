//! Lines of a shader, each with the place where its author wrote it.

use std::sync::Arc;

/// File and line (from 1) of a piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// File as the author knows it.
    pub file: Arc<str>,
    /// Line in that file, from 1.
    pub line: u32,
}

/// Text under construction.
#[derive(Debug, Clone, Default)]
pub struct Text {
    /// Lines with their origins.
    pub lines: Vec<(String, Origin)>,
}

impl Text {
    /// Text of a file: every line comes from itself.
    pub fn of_file(file: &str, text: &str) -> Self {
        let file: Arc<str> = file.into();
        let lines = text
            .lines()
            .zip(1..)
            .map(|(l, line)| {
                let origin = Origin {
                    file: file.clone(),
                    line,
                };
                (l.to_owned(), origin)
            })
            .collect();
        Self { lines }
    }

    /// Adds generated lines, which come from `from`.
    pub fn push(&mut self, text: &str, from: &Origin) {
        for line in text.lines() {
            self.lines.push((line.to_owned(), from.clone()));
        }
    }
}
