//! Standard output and standard error. A reader that closes them early (`| head`) is no error.
//!
//! Names, labels and arguments come from files and people. Everything that is printed goes through here,
//! so that a control character among them is shown (`\x1b`) and never obeyed by the terminal.

use std::io::{IsTerminal as _, Write as _};

use warmfront_model::visible;

/// Prints text.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out
        .write_all(visible(text).as_bytes())
        .and_then(|()| out.flush());
}

/// Prints a JSON document; characters that a terminal would obey are written as JSON escapes.
pub fn print_json(value: &serde_json::Value) {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        let mut one = [0; 4];
        let shown = visible(c.encode_utf8(&mut one));
        match shown.starts_with('\\') && c != '\\' {
            true => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            false => out.push(c),
        }
    }
    out.push('\n');
    print(&out);
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
