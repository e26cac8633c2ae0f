//! Standard output and standard error. A reader that closes them early (`| head`) is no error.
//!
//! Names, labels and arguments come from files and people. Everything that is printed goes through here,
//! so that a control character among them is shown (`\x1b`) and never obeyed by the terminal.

use std::borrow::Cow;
use std::io::{IsTerminal as _, Write as _};

use warmfront_model::visible;

/// Prints text.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out
        .write_all(visible(text).as_bytes())
        .and_then(|()| out.flush());
}

/// Prints a JSON document.
pub fn print_json(value: &serde_json::Value) {
    print(&json_text(value));
}

/// A JSON document in which characters that a terminal would obey are written as JSON escapes.
fn json_text(value: &serde_json::Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        let mut one = [0; 4];
        match visible(c.encode_utf8(&mut one)) {
            Cow::Borrowed(plain) => out.push_str(plain),
            Cow::Owned(_) => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('\n');
    out
}

/// Prints a file as it is; a terminal gets it as [`print`] would give it.
pub fn print_file(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.is_terminal() {
        drop(out);
        return print(text);
    }
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints a line to standard error.
pub fn say(line: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{}", visible(line));
}

/// Takes the place of the standard macro in this program: the same, through [`say`].
macro_rules! eprintln {
    ($($part:tt)*) => {
        $crate::output::say(&format!($($part)*))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_no_character_that_a_terminal_obeys_and_reads_back_the_same() {
        let text = "a\u{1b}[31m \u{9b} \u{202e} \u{e0001} µ 日 \\ \n\t\"";
        let value = serde_json::json!({ "label": text });
        let written = json_text(&value);
        assert_eq!(visible(&written), written);
        assert!(
            written.contains("\\u202e") && written.contains("µ 日"),
            "{written}"
        );
        let again: serde_json::Value = serde_json::from_str(&written).expect("it is JSON");
        assert_eq!(again, value);
    }
}
