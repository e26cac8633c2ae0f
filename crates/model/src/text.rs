//! Text that people wrote: its encoding, characters that only look right, and showing it safely.
//!
//! # Theory
//! Text files are UTF-8. A byte-order mark at the start and the line ends of Windows carry no meaning, so
//! both are taken away before anything else sees the text; the hash of a model does not depend on them.
//! What is in another encoding is refused by the name of that encoding.
//!
//! # Practice
//! [`decode`] reads the bytes of a file. [`visible`] makes text safe to print. [`Source::plain_code`] finds
//! characters that editors and web pages put where code needs plain ones.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use crate::error::{Error, Place, count};
use crate::model::Source;

/// Bytes that are enough to recognise UTF-16 without a byte-order mark.
const SAMPLE: usize = 4096;

/// Characters that look like another one or like nothing: the character, its name, and what to write
/// instead (nothing: take it away).
const LOOK_ALIKES: &[(char, &str, &str)] = &[
    ('\u{a0}', "no-break space", "a space"),
    ('\u{ad}', "soft hyphen", ""),
    ('\u{b4}', "acute accent", "'"),
    ('\u{b7}', "middle dot", "*"),
    ('\u{b2}', "superscript two", "x * x"),
    ('\u{b3}', "superscript three", "x * x * x"),
    ('\u{d7}', "multiplication sign", "*"),
    ('\u{f7}', "division sign", "/"),
    ('\u{37e}', "Greek question mark", ";"),
    ('\u{2002}', "en space", "a space"),
    ('\u{2003}', "em space", "a space"),
    ('\u{2007}', "figure space", "a space"),
    ('\u{2009}', "thin space", "a space"),
    ('\u{200a}', "hair space", "a space"),
    ('\u{200b}', "zero-width space", ""),
    ('\u{200c}', "zero-width non-joiner", ""),
    ('\u{200d}', "zero-width joiner", ""),
    ('\u{200e}', "left-to-right mark", ""),
    ('\u{200f}', "right-to-left mark", ""),
    ('\u{2010}', "hyphen", "-"),
    ('\u{2011}', "no-break hyphen", "-"),
    ('\u{2012}', "figure dash", "-"),
    ('\u{2013}', "en dash", "-"),
    ('\u{2014}', "em dash", "-"),
    ('\u{2018}', "left single quotation mark", "'"),
    ('\u{2019}', "right single quotation mark", "'"),
    ('\u{201a}', "low single quotation mark", "'"),
    ('\u{201c}', "left double quotation mark", "\""),
    ('\u{201d}', "right double quotation mark", "\""),
    ('\u{201e}', "low double quotation mark", "\""),
    ('\u{ab}', "left-pointing double angle quotation mark", "\""),
    ('\u{bb}', "right-pointing double angle quotation mark", "\""),
    ('\u{2028}', "line separator", "a line end"),
    ('\u{2029}', "paragraph separator", "a line end"),
    ('\u{202f}', "narrow no-break space", "a space"),
    ('\u{2032}', "prime", "'"),
    ('\u{2033}', "double prime", "\""),
    ('\u{2044}', "fraction slash", "/"),
    ('\u{2060}', "word joiner", ""),
    ('\u{2212}', "minus sign", "-"),
    ('\u{2215}', "division slash", "/"),
    ('\u{2217}', "asterisk operator", "*"),
    ('\u{22c5}', "dot operator", "*"),
    ('\u{2260}', "not equal to", "!="),
    ('\u{2264}', "less-than or equal to", "<="),
    ('\u{2265}', "greater-than or equal to", ">="),
    ('\u{3000}', "ideographic space", "a space"),
    ('\u{3001}', "ideographic comma", ","),
    (
        '\u{feff}',
        "byte-order mark, or zero-width no-break space",
        "",
    ),
    ('\u{ff08}', "fullwidth left parenthesis", "("),
    ('\u{ff09}', "fullwidth right parenthesis", ")"),
    ('\u{ff0b}', "fullwidth plus sign", "+"),
    ('\u{ff0c}', "fullwidth comma", ","),
    ('\u{ff0d}', "fullwidth hyphen-minus", "-"),
    ('\u{ff0e}', "fullwidth full stop", "."),
    ('\u{ff1a}', "fullwidth colon", ":"),
    ('\u{ff1b}', "fullwidth semicolon", ";"),
    ('\u{ff1d}', "fullwidth equals sign", "="),
];

/// The text of a file without a byte-order mark and with plain line ends; `shown` names the file in
/// messages.
///
/// # Errors
/// Text that is not UTF-8: the encoding, as far as it can be told, and where the first wrong byte is.
pub fn decode(shown: &str, bytes: &[u8]) -> Result<String, Error> {
    if let Some(name) = wide_encoding(bytes) {
        return Err(
            Error::new(format!("{shown} is text in {name}, but UTF-8 is needed"))
                .help("save it as UTF-8; in a text editor: Save as, Encoding: UTF-8"),
        );
    }
    let text = std::str::from_utf8(bytes).map_err(|e| not_utf8(shown, bytes, e.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Ok(text.replace("\r\n", "\n"))
}

/// The name of an encoding with two or four bytes for a letter, if the text is in one.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xfe, 0, 0, ..] => return Some("UTF-32 (little-endian)"),
        [0, 0, 0xfe, 0xff, ..] => return Some("UTF-32 (big-endian)"),
        [0xff, 0xfe, ..] => return Some("UTF-16 (little-endian)"),
        [0xfe, 0xff, ..] => return Some("UTF-16 (big-endian)"),
        _ => {}
    }
    // Without a mark: every second byte of mostly Latin text is 0.
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let zeros = |first: usize| {
        let bytes = sample.iter().skip(first).step_by(2);
        bytes.filter(|b| **b == 0).count()
    };
    let (even, odd, enough) = (zeros(0), zeros(1), sample.len() / 6);
    match (even > enough, odd > enough) {
        (false, true) => Some("UTF-16 (little-endian, without a byte-order mark)"),
        (true, false) => Some("UTF-16 (big-endian, without a byte-order mark)"),
        _ => None,
    }
}

/// The error of text whose byte `at` is the first that is not UTF-8.
fn not_utf8(shown: &str, bytes: &[u8], at: usize) -> Error {
    let before = String::from_utf8_lossy(&bytes[..at]);
    let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let byte = bytes.get(at).copied().unwrap_or_default();
    let place = Place {
        file: shown.into(),
        line: count(before.matches('\n').count()) + 1,
        column: count(before[line_start..].chars().count()) + 1,
    };
    // The upper half of Latin-1; Windows-1252 has printed characters where Latin-1 has controls.
    let guess = match byte {
        0xa0..=0xff => format!(
            "; in Latin-1 (ISO 8859-1) it is `{}`",
            visible(&char::from(byte).to_string())
        ),
        0x80..=0x9f => "; probably Windows-1252".to_owned(),
        _ => String::new(),
    };
    Error::new(format!(
        "not UTF-8 text: the byte 0x{byte:02x} at column {}{guess}",
        place.column
    ))
    .help("save the file as UTF-8; in a text editor: Save as, Encoding: UTF-8")
    .at(place)
}

/// Whether a terminal or a text layout would obey the character instead of showing it.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Text that is safe to print: control characters, marks that turn the direction of writing and
/// characters without a width are written as `\x1b` or `\u{202e}`. Line ends and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_hidden(c) && c != '\n' && c != '\t')
}

/// A name as it is spelt, for messages: as [`visible`], with spaces that are no plain ones shown too.
pub(crate) fn spelt(name: &str) -> Cow<'_, str> {
    escaped(name, |c| {
        is_hidden(c) || (c.is_whitespace() && c != ' ') || matches!(c, '\u{200c}' | '\u{200d}')
    })
}

fn escaped(text: &str, hide: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(&hide) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        let _ = match u32::from(c) {
            _ if !hide(c) => write!(out, "{c}"),
            n @ 0..=0xff => write!(out, "\\x{n:02x}"),
            n => write!(out, "\\u{{{n:x}}}"),
        };
    }
    Cow::Owned(out)
}

/// What is wrong with a character in code; none: nothing that is known here.
fn misfit(c: char) -> Option<Error> {
    let code = u32::from(c);
    let known = LOOK_ALIKES.iter().find(|(k, ..)| *k == c);
    let (name, instead) = match known {
        Some((_, name, instead)) => (*name, *instead),
        None if c.is_control() && !matches!(c, '\t' | '\n' | '\r') => ("control character", ""),
        None if is_hidden(c) => ("invisible character", ""),
        None => return None,
    };
    let help = match instead {
        "" => "take it away; it came with copied text, perhaps".to_owned(),
        word if word.starts_with("a ") => format!("write {word} instead"),
        sign => format!("write `{sign}` instead"),
    };
    let shown = match is_hidden(c) || c.is_whitespace() {
        true => String::new(),
        false => format!(" `{c}`"),
    };
    Some(
        Error::new(format!(
            "the character U+{code:04X} ({name}){shown} cannot stand in code"
        ))
        .help(help),
    )
}

/// The first character of code that cannot stand there, with its byte offset. Comments (`//`, `/* */`)
/// may hold anything.
pub(crate) fn misfit_in_wgsl(code: &str) -> Option<(usize, Error)> {
    let mut rest = code.char_indices().peekable();
    let mut depth = 0_usize;
    let mut line_comment = false;
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map(|(_, c)| *c);
        match (c, next) {
            ('\n', _) => line_comment = false,
            _ if line_comment => {}
            ('/', Some('/')) if depth == 0 => line_comment = true,
            ('/', Some('*')) => {
                depth += 1;
                rest.next();
            }
            ('*', Some('/')) if depth > 0 => {
                depth -= 1;
                rest.next();
            }
            _ if depth > 0 => {}
            _ => {
                if let Some(e) = misfit(c) {
                    return Some((at, e));
                }
            }
        }
    }
    None
}

impl Source {
    /// Checks WGSL text for characters that only look right.
    ///
    /// # Errors
    /// The first of them, with line, column and name.
    pub(crate) fn plain_code(&self) -> Result<(), Error> {
        match misfit_in_wgsl(&self.text) {
            Some((at, e)) => Err(self.misplaced(at, e)),
            None => Ok(()),
        }
    }

    /// An error about the character at a byte offset, which it names with its column.
    pub(crate) fn misplaced(&self, at: usize, mut error: Error) -> Error {
        let place = self.place(at..at);
        error.what = format!("column {}: {}", place.column, error.what);
        error.at(place)
    }

    /// What a text that TOML cannot read owes to a character that only looks right: the first one outside
    /// quotes and comments on the line of the error.
    pub(crate) fn misfit_in_toml(&self, span: Range<usize>) -> Option<Error> {
        let mut at = span.start.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let start = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        let line = self.text[start..].lines().next().unwrap_or_default();
        let mut quote = None;
        let mut before = ' ';
        for (i, c) in line.char_indices() {
            match (quote, c) {
                (Some(q), c) if c == q && (q == '\'' || before != '\\') => quote = None,
                // A control character is wrong inside quotes too.
                (Some(_), c) if !c.is_control() => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '#') => return None,
                _ => {
                    if let Some(e) = misfit(c) {
                        return Some(self.misplaced(start + i, e));
                    }
                }
            }
            before = c;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        let e = decode("a.toml", bytes).expect_err("not UTF-8");
        e.to_string()
    }

    #[test]
    fn encodings_are_told_by_name() {
        let text = "label = \"Grün\"\n[grid]\n";
        let wide: Vec<u16> = text.encode_utf16().collect();
        let little: Vec<u8> = wide.iter().flat_map(|u| u.to_le_bytes()).collect();
        let big: Vec<u8> = wide.iter().flat_map(|u| u.to_be_bytes()).collect();
        for (bytes, name) in [
            (
                [&b"\xff\xfe"[..], &little].concat(),
                "UTF-16 (little-endian)",
            ),
            ([&b"\xfe\xff"[..], &big].concat(), "UTF-16 (big-endian)"),
            (little, "UTF-16 (little-endian, without a byte-order mark)"),
            (big, "UTF-16 (big-endian, without a byte-order mark)"),
            (b"\xff\xfe\0\0a\0\0\0".to_vec(), "UTF-32 (little-endian)"),
        ] {
            let e = told(&bytes);
            assert!(e.contains(name) && e.contains("UTF-8"), "{e}");
        }
        let e = told(b"a = 1\nlabel = \"Gr\xfcn\"\n");
        assert!(
            e.starts_with("a.toml:2: not UTF-8 text: the byte 0xfc at column 12"),
            "{e}"
        );
        assert!(e.contains("Latin-1") && e.contains("`ü`"), "{e}");
        assert!(told(b"# \x93x\x94").contains("Windows-1252"));
        assert_eq!(
            decode("a", b"\xef\xbb\xbfa = 1\r\nb = 2\r\n"),
            decode("a", b"a = 1\nb = 2\n")
        );
        assert_eq!(decode("a", b"").as_deref(), Ok(""));
        assert_eq!(decode("a", "日本".as_bytes()).as_deref(), Ok("日本"));
    }

    #[test]
    fn hidden_characters_are_shown_and_others_stay() {
        assert_eq!(visible("a\x1b[31mb\u{9b}c"), "a\\x1b[31mb\\x9bc");
        assert_eq!(visible("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert_eq!(visible("a\r\x07"), "a\\x0d\\x07");
        for plain in ["µm\n\tΔ 日本 a\u{a0}b", ""] {
            assert!(matches!(visible(plain), Cow::Borrowed(p) if p == plain));
        }
        assert_eq!(spelt("a\u{a0}b"), "a\\xa0b");
    }

    #[test]
    fn characters_that_only_look_right_are_named_with_their_place() {
        for (text, line, column, words) in [
            (
                "fn f() {}\nlet\u{a0}a = 1;",
                2,
                4,
                "U+00A0 (no-break space)",
            ),
            ("a = “1”", 1, 5, "U+201C (left double quotation mark) `“`"),
            ("a\u{200b}b", 1, 2, "U+200B (zero-width space)"),
            ("a − b", 1, 3, "U+2212 (minus sign) `−`"),
            ("/* “ */ a\u{1b}b", 1, 10, "U+001B (control character)"),
            ("a // “\n\u{feff}b", 2, 1, "U+FEFF (byte-order mark"),
        ] {
            let e = Source::new("f.wgsl", text).plain_code().expect_err(text);
            let place = e.place.clone().expect("it has one");
            assert_eq!((place.line, place.column), (line, column), "{text}");
            assert!(e.what.contains(words), "{e}");
        }
        let fine = "// “µ” − ×\nfn größe(α: f32) -> f32 { return α; } /* /* ‘ */ × */\n";
        assert!(Source::new("f.wgsl", fine).plain_code().is_ok());
    }
}
