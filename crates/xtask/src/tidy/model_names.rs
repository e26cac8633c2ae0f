//! The engine knows no biology: no Rust code names a field of the tumour model.
//!
//! The field ids are read from the model file. Ids that are plain English words (`oxygen`,
//! `antibody`) may stand in any sentence, so only ids with an underscore or a digit count. Comments
//! and tests may name fields; code may not, because then a model is no longer only data.

use super::tree::has_word;
use super::{Finding, Tree};

const MODEL: &str = "assets/models/tumour/model.toml";

/// Reads every Rust file outside of tests and assets.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let ids = match tree.read(MODEL).map(|text| field_ids(&text)) {
        Some(Ok(ids)) => ids,
        Some(Err(message)) => return vec![Finding::file(MODEL, message)],
        None => return vec![Finding::file(MODEL, "the default model is missing")],
    };
    let mut findings = Vec::new();
    for path in tree.ending(".rs").filter(|path| !is_exempt(path)) {
        let text = tree.read(path).unwrap_or_default();
        for (number, line) in code_lines(&text) {
            for id in ids.iter().filter(|id| has_word(line, id)) {
                let message =
                    format!("names `{id}`, a field of the tumour model: read it from {MODEL}");
                findings.push(Finding::line(path, number, message));
            }
        }
    }
    findings
}

fn is_exempt(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "tests.rs" | "assets"))
}

fn field_ids(text: &str) -> Result<Vec<String>, String> {
    let table: toml::Table = text
        .parse()
        .map_err(|error| format!("not valid TOML: {error}"))?;
    let fields = table.get("field").and_then(toml::Value::as_array);
    Ok(fields
        .into_iter()
        .flatten()
        .filter_map(|field| field.get("id").and_then(toml::Value::as_str))
        .filter(|id| id.contains(|character: char| character == '_' || character.is_ascii_digit()))
        .map(str::to_owned)
        .collect())
}

/// Lines of code with their number: no comment lines, no trailing comments and no item behind
/// `#[cfg(test)]`. Such an item ends at a line that closes it at the same indentation, which is how
/// rustfmt writes it.
fn code_lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut skipped: Option<(String, bool)> = None; // indentation, and whether the body has begun
    for (index, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let indent = &line[..line.len() - start.len()];
        if let Some((outer, begun)) = &mut skipped {
            let at_outer = indent == outer;
            if *begun {
                if at_outer && start.starts_with('}') {
                    skipped = None;
                }
            } else if at_outer && (start.ends_with(';') || start.ends_with('}')) {
                skipped = None;
            } else if start.ends_with('{') {
                *begun = true;
            }
            continue;
        }
        if start.starts_with("#[cfg(test)]") {
            skipped = Some((indent.to_owned(), false));
        } else if !start.starts_with("//") {
            lines.push((index + 1, line.split(" // ").next().unwrap_or(line)));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    const TUMOUR: (&str, &str) = (
        MODEL,
        "[[field]]\nid = \"effector_cd8\"\n[[field]]\nid = \"oxygen\"\n",
    );

    #[test]
    fn code_that_names_a_field_is_found() -> std::io::Result<()> {
        let code = "fn a() {}\nlet id = \"effector_cd8\"; let oxygen = 1;\n";
        let found = findings(&[TUMOUR, ("crates/engine/src/tick.rs", code)], check)?;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/engine/src/tick.rs:2: names `effector_cd8`"));
        Ok(())
    }

    #[test]
    fn comments_and_tests_may_name_fields() -> std::io::Result<()> {
        let code = "/// Such as `effector_cd8`.\nfn a() {} // effector_cd8\n\
                    #[cfg(test)]\nmod tests {\n    fn b() {\n        effector_cd8();\n    }\n}\n";
        let files = [
            TUMOUR,
            ("crates/a/src/lib.rs", code),
            ("tests/tests/t.rs", "effector_cd8"),
        ];
        assert_eq!(findings(&files, check)?, Vec::<String>::new());
        Ok(())
    }

    #[test]
    fn code_behind_a_test_item_is_read_again() -> std::io::Result<()> {
        let code = "#[cfg(test)]\nmod tests;\n#[cfg(test)]\nfn b() {\n    x();\n}\n\
                    fn c() { effector_cd8(); }\n";
        let found = findings(&[TUMOUR, ("crates/a/src/lib.rs", code)], check)?;
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("crates/a/src/lib.rs:7: "));
        Ok(())
    }

    #[test]
    fn a_missing_model_is_an_error() -> std::io::Result<()> {
        assert_eq!(findings(&[("a.rs", "")], check)?.len(), 1);
        Ok(())
    }
}
