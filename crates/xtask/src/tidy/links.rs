//! Relative links in Markdown files lead to files of the repository.
//!
//! Inline links and images, reference definitions and the `href`/`src` of HTML tags are read; code
//! is not. A link to a file that git ignores fails too: other readers do not have it.

use super::{Finding, Tree};

/// Reads every Markdown file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in tree.ending(".md") {
        let text = tree.read(path).unwrap_or_default();
        for (line, target) in targets(&text) {
            match resolve(path, &target) {
                Some(file) if tree.contains(&file) => {}
                _ => findings.push(Finding::line(
                    path,
                    line,
                    format!("the link `{target}` leads to nothing in the repository"),
                )),
            }
        }
    }
    findings
}

/// Relative link targets with their line, without code, web addresses and links inside the page.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    for (index, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| start.starts_with(mark));
        match (fence, mark) {
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, Some(mark)) => fence = Some(mark),
            (None, None) => {
                let line = without_code(line);
                found.extend(
                    line_targets(&line)
                        .into_iter()
                        .map(|target| (index + 1, target)),
                );
            }
        }
    }
    found.retain(|(_, target)| {
        let scheme = target
            .split(['/', '#', '?'])
            .next()
            .is_some_and(|head| head.contains(':'));
        !(target.is_empty() || target.starts_with('#') || target.starts_with("//") || scheme)
    });
    found
}

/// A line with its `code spans` blanked. An unpaired backtick starts no code.
fn without_code(line: &str) -> String {
    let parts: Vec<&str> = line.split('`').collect();
    let last = parts.len() - 1;
    let keep = |index: usize| index.is_multiple_of(2) || index == last;
    parts
        .iter()
        .enumerate()
        .map(|(index, part)| if keep(index) { part } else { " " })
        .collect()
}

fn line_targets(line: &str) -> Vec<String> {
    let mut targets = Vec::new();
    for (at, opening) in line.match_indices("](") {
        let rest = &line[at + opening.len()..];
        let target = match rest.strip_prefix('<') {
            Some(rest) => rest.split('>').next(),
            // A title may follow the target; parentheses inside the target come in pairs.
            None => rest[..closing(rest)].split_whitespace().next(),
        };
        targets.extend(target.map(str::to_owned));
    }
    let start = line.trim_start();
    if start.starts_with('[')
        && !start.starts_with("[^")
        && let Some((_, rest)) = start.split_once("]: ")
    {
        targets.extend(rest.split_whitespace().next().map(str::to_owned));
    }
    for attribute in ["src=\"", "href=\"", "srcset=\""] {
        for (at, opening) in line.match_indices(attribute) {
            let value = line[at + opening.len()..].split('"').next();
            targets.extend(value.map(str::to_owned));
        }
    }
    targets
}

/// Position of the parenthesis that ends a link target.
fn closing(rest: &str) -> usize {
    let mut depth = 0;
    for (at, character) in rest.char_indices() {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    rest.len()
}

/// The path from the root that a link in `page` means; `None` if it leaves the repository.
fn resolve(page: &str, target: &str) -> Option<String> {
    let target = target.split(['#', '?']).next()?.replace("%20", " ");
    let mut parts: Vec<&str> = Vec::new();
    if !target.starts_with('/') {
        parts.extend(page.split('/'));
        parts.pop();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    #[test]
    fn good_links_pass() -> std::io::Result<()> {
        let page = "[a](crates/README.md#map) ![p](assets/p%20(1).png \"a title\")\n\
                    [w](https://example.org/x) [m](mailto:a@example.org) [here](#top)\n\
                    <img src=\"assets/q.png\"> [folder](crates/)\n[ref]: crates/README.md\n\
                    `[code](nowhere)` and\n```\n[code](nowhere)\n```\n";
        let files = [
            ("README.md", page),
            ("crates/README.md", "[up](../README.md)"),
            ("assets/p (1).png", ""),
            ("assets/q.png", ""),
        ];
        assert_eq!(findings(&files, check)?, Vec::<String>::new());
        Ok(())
    }

    #[test]
    fn broken_links_are_found_with_their_line() -> std::io::Result<()> {
        let page =
            "text\n[a](missing.md) [b](../outside.md)\n<a href=\"gone/\">x</a>\n[r]: no.md\n";
        let found = findings(&[("README.md", page)], check)?;
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found[0].starts_with("README.md:2: the link `missing.md`"));
        assert!(found[2].starts_with("README.md:3:") || found[3].starts_with("README.md:4:"));
        Ok(())
    }
}
