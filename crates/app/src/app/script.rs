//! Commands at given times, for a run without hands.
//!
//! One JSON object per line: `{"at": 2.5, "do": {"dose": {"drug": 0, "multiple": 2.0}}}`. `at` counts
//! seconds since the start, `after` seconds since the line before it, `time` the model's time. Empty lines
//! and lines that begin with `#` are skipped. When all is done the window closes.
//!
//! A line that is refused, or that fails later, is told at once on standard error with its number; the lines
//! after it are still carried out. Everything that was not met is kept in [`Script::unmet`], for the report
//! and the exit code. A line with `"refused": true` is meant to be refused: it is a fault if it is not.

use std::collections::VecDeque;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::command::{Command, WindowCommand};
use crate::state::{Answers, Snapshot};

/// Characters of a command that a message repeats.
const SHOWN: usize = 100;

/// A line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<f64>,
    #[serde(rename = "do")]
    command: Command,
    // The line is meant to be refused, or to fail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
    // Number of the line in its file, from 1; given where the file is what a lost device left of another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
}

/// A wish of a script that was not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmet {
    /// Its line, from 1; none: it cannot be told which line asked for it.
    pub line: Option<usize>,
    /// What the line asks for, as JSON; shortened if it is long.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub command: Option<String>,
    /// Why it was not met.
    pub why: String,
}

/// First line of what a lost device leaves of a script: the script that it was, and what went wrong so far.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    script: String,
    unmet: Vec<Unmet>,
    meant: Vec<usize>,
}

/// Commands that are still to come, in the order of the file, and what became of the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Its file, for messages.
    name: String,
    lines: VecDeque<Line>,
    ended: bool,
    /// When the latest line was given out, seconds since the start.
    latest: f64,
    /// Lines that were given out, with what they ask for.
    given: Vec<(usize, String)>,
    /// Lines that were given out and begin another run.
    begins: Vec<usize>,
    /// Lines that went to the simulation's thread, which confirms each.
    sent: Vec<usize>,
    /// Lines that were given out and are meant to be refused, as long as they are not.
    meant: Vec<usize>,
    /// Refusals of that thread that were heard.
    heard: usize,
    unmet: Vec<Unmet>,
}

impl Script {
    /// Reads a file.
    ///
    /// # Errors
    /// The line that cannot be read, and why.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let bytes =
            std::fs::read(path).map_err(|e| format!("cannot read the script {name}: {e}"))?;
        let text = warmfront_model::decode(&name, &bytes).map_err(|e| e.to_string())?;
        let script = Self::parse(&text).map_err(|e| format!("{name}:{e}"))?;
        Ok(Self {
            name: if script.name.is_empty() {
                name
            } else {
                script.name
            },
            ..script
        })
    }

    /// Reads text.
    ///
    /// # Errors
    /// The number of the line that cannot be read, and why.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = VecDeque::new();
        let mut before = None;
        for (i, text) in text.lines().enumerate() {
            if text.trim().is_empty() || text.trim_start().starts_with('#') {
                continue;
            }
            if i == 0 {
                before = serde_json::from_str::<Before>(text).ok();
                if before.is_some() {
                    continue;
                }
            }
            let mut line: Line =
                serde_json::from_str(text).map_err(|e| format!("{}: {}", i + 1, taught(&e)))?;
            let [when] = [line.at, line.after, line.time]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()[..]
            else {
                return Err(format!(
                    "{}: a line has one of `at` (seconds since the start), `after` (seconds since the line before it) \
                     and `time` (of the model)",
                    i + 1
                ));
            };
            if !when.is_finite() {
                return Err(format!(
                    "{}: `at`, `after` and `time` are finite numbers",
                    i + 1
                ));
            }
            line.line.get_or_insert(i + 1);
            lines.push_back(line);
        }
        let (name, unmet, meant) =
            before.map_or_else(Default::default, |b| (b.script, b.unmet, b.meant));
        Ok(Self {
            name,
            lines,
            ended: false,
            latest: 0.0,
            given: Vec::new(),
            begins: Vec::new(),
            sent: Vec::new(),
            meant,
            heard: 0,
            unmet,
        })
    }

    /// The commands that are due, with the numbers of their lines. Those that wait for a model time wait
    /// also for the answer to a line before them that begins another run.
    pub fn due(
        &mut self,
        seconds: f64,
        model_time: f64,
        answers: &Answers,
    ) -> Vec<(usize, Command)> {
        let mut due = Vec::new();
        while let Some(line) = self.lines.front() {
            let begun = || self.begins.iter().all(|l| answers.lines.contains(l));
            let late = self.seconds_of(line).is_none_or(|at| at <= seconds)
                && line.time.is_none_or(|time| time <= model_time && begun());
            if !late {
                break;
            }
            self.latest = seconds;
            let Some(line) = self.lines.pop_front() else {
                break;
            };
            let number = line.line.unwrap_or_default();
            self.given.push((number, shown(&line.command)));
            if line.refused {
                self.meant.push(number);
            }
            if begins_a_run(&line.command) {
                self.begins.push(number);
            }
            due.push((number, line.command));
        }
        self.ended = self.lines.is_empty();
        due
    }

    // Seconds since the start at which a line is due; none: that depends on the model's time.
    fn seconds_of(&self, line: &Line) -> Option<f64> {
        line.at.or(line.after.map(|after| self.latest + after))
    }

    /// The lines that are still to come as text, counted from `seconds` after the start on; and what was not
    /// met until now.
    pub fn rest(&self, seconds: f64) -> String {
        let before = Before {
            script: self.name.clone(),
            unmet: self.unmet.clone(),
            meant: self.meant.clone(),
        };
        // Commands are plain data.
        let mut text = serde_json::to_string(&before).unwrap_or_default() + "\n";
        for (i, line) in self.lines.iter().enumerate() {
            let waited = if i == 0 { seconds - self.latest } else { 0.0 };
            let line = Line {
                at: line.at.map(|at| (at - seconds).max(0.0)),
                after: line.after.map(|after| (after - waited).max(0.0)),
                ..line.clone()
            };
            text += &serde_json::to_string(&line).unwrap_or_default();
            text.push('\n');
        }
        text
    }

    /// Seconds until the next line is due, as far as that is known; a line that waits for the model's time
    /// is seen with the next news.
    pub fn wait(&self, seconds: f64) -> Option<f64> {
        let at = self.seconds_of(self.lines.front()?)?;
        Some((at - seconds).max(0.0))
    }

    /// Whether nothing is to come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Wishes that were not met so far.
    pub fn unmet(&self) -> &[Unmet] {
        &self.unmet
    }

    /// Lines that were given out, but that the window could not do before its device was lost: they come
    /// again before all others.
    pub(super) fn again(&mut self, lines: Vec<(usize, WindowCommand)>) {
        for (number, command) in lines.into_iter().rev() {
            let refused = self.meant.iter().position(|m| *m == number);
            refused.map(|i| self.meant.remove(i));
            self.lines.push_front(Line {
                at: None,
                after: Some(0.0),
                time: None,
                command: Command::Window(command),
                refused: refused.is_some(),
                line: Some(number),
            });
        }
    }

    /// A line went to the simulation's thread.
    pub(super) fn sent(&mut self, line: usize) {
        self.sent.push(line);
    }

    /// A wish was not met: it is kept, and told on standard error at once.
    pub(super) fn miss(&mut self, line: Option<usize>, why: impl Into<String>) {
        let why = why.into();
        let meant = |l: usize| self.meant.iter().position(|m| *m == l);
        if let Some(i) = line.and_then(meant) {
            self.meant.remove(i);
            return;
        }
        let asked = |l: usize| self.given.iter().rev().find(|(n, _)| *n == l);
        let command = line.and_then(asked).map(|(_, text)| text.clone());
        let place = match (line, self.given.last()) {
            (Some(line), _) => format!("{}:{line}", self.name),
            (None, Some((last, _))) => format!("{}: after line {last}", self.name),
            (None, None) => self.name.clone(),
        };
        let what = command
            .as_ref()
            .map_or(String::new(), |c| format!("\n  line: {c}"));
        eprintln!("error: {place}: {why}{what}");
        self.unmet.push(Unmet { line, command, why });
    }

    /// Takes what the simulation's thread refused since it was last asked.
    pub(super) fn hear(&mut self, answers: &Answers) {
        let new: Vec<_> = answers.refused.iter().skip(self.heard).cloned().collect();
        self.heard += new.len();
        for refusal in new {
            self.miss(refusal.line, refusal.why);
        }
    }

    /// Gives up lines that can never come: they wait for a model time, and the simulation stands still for
    /// good.
    pub(super) fn give_up(&mut self, snapshot: &Snapshot) {
        let Some(time) = self.lines.front().and_then(|l| l.time) else {
            return;
        };
        let answers = &snapshot.answers.lines;
        let answered = self.sent.iter().all(|l| answers.contains(l));
        if snapshot.fault.is_none() || snapshot.lost || !answered {
            return;
        }
        self.drop_rest(&format!(
            "it waits for the model time {time}, but the simulation stands still since something went wrong"
        ));
    }

    /// The window closes: what is not done now never will be.
    pub(super) fn close(&mut self, answers: &Answers) {
        self.hear(answers);
        let open: Vec<usize> = self
            .sent
            .iter()
            .copied()
            .filter(|l| !answers.lines.contains(l))
            .collect();
        for line in open {
            self.miss(Some(line), "the simulation ended before it was done");
        }
        for line in std::mem::take(&mut self.meant) {
            self.miss(Some(line), "it was meant to be refused, and was not");
        }
        self.drop_rest("the window was closed before it was due");
    }

    // The first reason is told in full; the lines after it wait for nothing else.
    fn drop_rest(&mut self, why: &str) {
        let mut first: Option<usize> = None;
        for line in std::mem::take(&mut self.lines) {
            let number = line.line.unwrap_or_default();
            self.given.push((number, shown(&line.command)));
            match first {
                None => self.miss(Some(number), format!("it was not done: {why}")),
                Some(first) => {
                    self.miss(
                        Some(number),
                        format!("it was not done: it comes after line {first}"),
                    );
                }
            }
            first.get_or_insert(number);
        }
        self.ended = true;
    }

    /// What to say at the end, where something was not met.
    pub fn verdict(&self) -> Option<String> {
        let count = self.unmet.len();
        if count == 0 {
            return None;
        }
        let mut lines: Vec<usize> = self.unmet.iter().filter_map(|u| u.line).collect();
        lines.sort_unstable();
        lines.dedup();
        let numbers: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let place = match numbers.as_slice() {
            [] => String::new(),
            [one] => format!(" (line {one})"),
            some => format!(" (lines {})", some.join(", ")),
        };
        let wishes = match count {
            1 => "1 wish was refused or failed".to_owned(),
            n => format!("{n} wishes were refused or failed"),
        };
        Some(format!(
            "{}: {wishes}{place}; the reasons stand above",
            self.name
        ))
    }
}

// The model's time before such a command says nothing of the run after it.
fn begins_a_run(command: &Command) -> bool {
    matches!(
        command,
        Command::Load(_)
            | Command::Open(_)
            | Command::OpenText(_)
            | Command::Coarsen(_)
            | Command::Recover(_)
            | Command::Reload
            | Command::Restart
            | Command::LoseDevice
    )
}

/// What a line asks for, short enough for a message.
fn shown(command: &Command) -> String {
    // Commands are plain data.
    let text = serde_json::to_string(command).unwrap_or_default();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// What is wrong with a line; a wrong name with the nearest right one.
fn taught(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let mut quoted = text.split('`').skip(1).step_by(2);
    let kind = match text.split('`').next() {
        Some("unknown variant ") => "name",
        Some("unknown field ") => "key",
        _ => return text,
    };
    match quoted.next() {
        Some(wrong) => warmfront_model::Error::unknown(kind, wrong, quoted).to_string(),
        None => text,
    }
}

#[cfg(test)]
mod tests;
