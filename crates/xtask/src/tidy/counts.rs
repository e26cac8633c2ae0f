//! Pages that say how sure the parameters of a model are take the numbers from the model's file.
//!
//! Such a passage stands between two marks, `<!-- counts of PATH -->` and `<!-- end of counts -->`; PATH is the
//! model's file. `cargo xtask counts` writes what is between them, and this rule compares.

use std::path::Path;

use super::{Finding, Tree};
use crate::process::Failure;

/// What stands before a passage; the path of the model's file and [`CLOSED`] follow.
const BEGIN: &str = "<!-- counts of ";
/// How a mark ends.
const CLOSED: &str = " -->\n";
/// What stands behind a passage.
const END: &str = "<!-- end of counts -->";

/// The values of `confidence`, with the words for them, the best first.
const WORDS: [(&str, &str); 5] = [
    ("measured", "measured"),
    ("fitted", "taken from published models"),
    ("derived", "derived"),
    ("assumed", "assumed"),
    ("tuned", "tuned here"),
];

/// Compares every passage with its model.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in tree.ending(".md") {
        let text = tree.read(path).unwrap_or_default();
        match written(&text, |model| tree.read(model)) {
            Err(why) => findings.push(Finding::file(path, why)),
            Ok(new) if new != text => {
                let line = text.lines().zip(new.lines()).position(|(a, b)| a != b);
                let line = line.unwrap_or_default();
                let right = new.lines().nth(line).unwrap_or_default();
                let message = format!("`cargo xtask counts` would write: {right}");
                findings.push(Finding::line(path, line + 1, message));
            }
            Ok(_) => {}
        }
    }
    findings
}

/// Writes every passage anew.
pub fn write(root: &Path) -> Result<(), Failure> {
    let tree = Tree::open(root)?;
    for path in tree.ending(".md") {
        let text = tree.read(path).unwrap_or_default();
        let failed = |why: String| Failure::check(format!("{path}: {why}"));
        let new = written(&text, |model| tree.read(model)).map_err(failed)?;
        if new != text {
            std::fs::write(root.join(path), new).map_err(|e| failed(e.to_string()))?;
            eprintln!("written: {path}");
        }
    }
    Ok(())
}

/// A page with every passage as it should be.
fn written(text: &str, read: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut parts = text.split(BEGIN);
    let mut new = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let whole = part
            .split_once(CLOSED)
            .and_then(|(model, rest)| Some((model, rest.split_once(END)?.1)));
        let Some((model, rest)) = whole else {
            return Err(format!(
                "`{BEGIN}` without `{}` and `{END}` behind it",
                CLOSED.trim()
            ));
        };
        let file = read(model).ok_or_else(|| format!("{model} cannot be read"))?;
        let sentence = sentence(&file).map_err(|why| format!("{model}: {why}"))?;
        new += &format!("{BEGIN}{model}{CLOSED}{sentence}\n{END}{rest}");
    }
    Ok(new)
}

/// `The model has 3 parameters: 1 measured and 2 tuned here.`
fn sentence(model: &str) -> Result<String, String> {
    let values = model
        .lines()
        .filter_map(|line| line.strip_prefix("confidence = \"")?.strip_suffix('"'));
    let values: Vec<&str> = values.collect();
    if let Some(other) = values
        .iter()
        .find(|v| WORDS.iter().all(|(word, _)| word != *v))
    {
        return Err(format!("`confidence = \"{other}\"` has no words here"));
    }
    let each = WORDS.iter().filter_map(|(word, words)| {
        let count = values.iter().filter(|v| *v == word).count();
        (count > 0).then(|| format!("{count} {words}"))
    });
    let each: Vec<String> = each.collect();
    let (last, first) = each.split_last().ok_or("it has no parameters")?;
    let first = first.join(", ");
    let and = if first.is_empty() { "" } else { " and " };
    Ok(format!(
        "The model has {} parameters: {first}{and}{last}.",
        values.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    const MODEL: &str =
        "confidence = \"tuned\"\nconfidence = \"measured\"\nconfidence = \"tuned\"\n# confidence\n";
    const RIGHT: &str = "a\n<!-- counts of m.toml -->\nThe model has 3 parameters: 1 measured and 2 tuned here.\n<!-- end of counts -->\nb\n";

    #[test]
    fn a_passage_follows_the_model() -> std::io::Result<()> {
        let found = findings(&[("m.toml", MODEL), ("a.md", RIGHT)], check)?;
        assert_eq!(found, Vec::<String>::new());
        let old = RIGHT.replace("2 tuned", "1 tuned");
        let found = findings(&[("m.toml", MODEL), ("a.md", &old)], check)?;
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("a.md:3: ") && found[0].contains("2 tuned here"));
        let new = written(&old, |_| Some(MODEL.to_owned()));
        assert_eq!(new.as_deref(), Ok(RIGHT));
        Ok(())
    }

    #[test]
    fn what_cannot_be_counted_is_said() -> std::io::Result<()> {
        for (model, page, why) in [
            ("", RIGHT, "no parameters"),
            ("confidence = \"guessed\"\n", RIGHT, "guessed"),
            (
                MODEL,
                "<!-- counts of n.toml -->\n<!-- end of counts -->\n",
                "n.toml",
            ),
            (MODEL, "<!-- counts of m.toml -->\nx\n", "end of counts"),
        ] {
            let found = findings(&[("m.toml", model), ("a.md", page)], check)?;
            assert!(
                found.len() == 1 && found[0].contains(why),
                "{why}: {found:?}"
            );
        }
        Ok(())
    }
}
