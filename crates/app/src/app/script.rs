//! Commands at given times, for a run without hands.
//!
//! One JSON object per line: `{"at": 2.5, "do": {"dose": {"drug": 0, "multiple": 2.0}}}`. `at` counts
//! seconds since the start, `time` the model's time instead. Empty lines and lines that begin with `#`
//! are skipped. When all is done the window closes.

use std::collections::VecDeque;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::command::{Command, WindowCommand};

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<f64>,
    #[serde(rename = "do")]
    command: Command,
}

/// Commands that are still to come, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    lines: VecDeque<Line>,
    ended: bool,
}

impl Script {
    /// Reads a file.
    ///
    /// # Errors
    /// The line that cannot be read, and why.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|e| format!("cannot read the script {}: {e}", path.display()))?;
        Self::parse(&text).map_err(|e| format!("{}:{e}", path.display()))
    }

    /// Reads text.
    ///
    /// # Errors
    /// The number of the line that cannot be read, and why.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = VecDeque::new();
        for (i, text) in text.lines().enumerate() {
            if text.trim().is_empty() || text.trim_start().starts_with('#') {
                continue;
            }
            let line: Line = serde_json::from_str(text).map_err(|e| format!("{}: {e}", i + 1))?;
            if line.at.is_some() == line.time.is_some() {
                return Err(format!(
                    "{}: a line has either `at` (seconds since the start) or `time` (of the model)",
                    i + 1
                ));
            }
            lines.push_back(line);
        }
        Ok(Self {
            lines,
            ended: false,
        })
    }

    /// The commands that are due; after the last, once, that the window closes.
    pub fn due(&mut self, seconds: f64, model_time: f64) -> Vec<Command> {
        let mut due = Vec::new();
        while let Some(line) = self.lines.front() {
            let late = line.at.is_none_or(|at| at <= seconds)
                && line.time.is_none_or(|time| time <= model_time);
            if !late {
                break;
            }
            due.extend(self.lines.pop_front().map(|l| l.command));
        }
        if self.lines.is_empty() && !self.ended {
            self.ended = true;
            due.push(Command::Window(WindowCommand::Close));
        }
        due
    }

    /// The lines that are still to come as text, counted from `seconds` after the start on.
    pub fn rest(&self, seconds: f64) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let line = Line {
                at: line.at.map(|at| (at - seconds).max(0.0)),
                ..line.clone()
            };
            // Commands are plain data.
            text += &serde_json::to_string(&line).unwrap_or_default();
            text.push('\n');
        }
        text
    }

    /// Seconds until the next line is due, as far as that is known; a line that waits for the model's time
    /// is seen with the next news.
    pub fn wait(&self, seconds: f64) -> Option<f64> {
        let at = self.lines.front()?.at?;
        Some((at - seconds).max(0.0))
    }

    /// Whether nothing is to come.
    pub fn ended(&self) -> bool {
        self.ended
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_come_in_time_and_the_window_closes() {
        let text = r#"
            # a run without hands
            {"at": 1, "do": {"dose": {"drug": 0, "multiple": 2.0}}}
            {"time": 3, "do": "step"}
            {"at": 2, "do": {"window": {"sides": false}}}
        "#;
        let mut script = Script::parse(text).expect("it is right");
        assert_eq!(script.due(0.5, 9.0), []);
        let (drug, multiple) = (0, 2.0);
        assert_eq!(script.due(1.0, 0.0), [Command::Dose { drug, multiple }]);
        assert_eq!(script.due(9.0, 2.0), []);
        let window = |w| Command::Window(w);
        let rest = [
            Command::Step,
            window(WindowCommand::Sides(false)),
            window(WindowCommand::Close),
        ];
        assert_eq!(script.due(9.0, 3.0), rest);
        assert_eq!(script.due(10.0, 4.0), []);
        assert!(script.ended());
    }

    #[test]
    fn a_wrong_line_is_named() {
        for text in [
            "\n{\"at\": 1}",
            "\n{\"do\": \"step\"}",
            "\n{\"at\": 1, \"do\": \"fly\"}",
        ] {
            let error = Script::parse(text).expect_err("it is wrong");
            assert!(error.starts_with("2: "), "{error}");
        }
    }
}
