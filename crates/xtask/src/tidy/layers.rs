//! Crates depend downwards only.
//!
//! Each crate may use the crates before it in [`ORDER`]. So a reader can understand a crate without
//! the ones above it, and a low crate builds and tests fast. The chores (`xtask`) are built before
//! anything else and use no crate of the project. The `tests` package may use everything.

use super::{Finding, Tree};

/// Package names from the bottom to the top.
const ORDER: [&str; 7] = [
    "warmfront-model",
    "warmfront-shaders",
    "warmfront-engine",
    "warmfront-view",
    "warmfront-session",
    "warmfront-app",
    "warmfront",
];

const CHORES: &str = "xtask";

/// Reads the manifest of each crate.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let manifests = tree.files().filter(|path| {
        path.starts_with("crates/") && path.ends_with("/Cargo.toml") && path.split('/').count() == 3
    });
    manifests
        .flat_map(|path| check_manifest(path, &tree.read(path).unwrap_or_default()))
        .collect()
}

fn check_manifest(path: &str, text: &str) -> Vec<Finding> {
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return vec![Finding::file(path, format!("not valid TOML: {error}"))],
    };
    let name = table.get("package").and_then(|package| package.get("name"));
    let name = name.and_then(toml::Value::as_str).unwrap_or_default();
    let rank = ORDER.iter().position(|&known| known == name);
    if rank.is_none() && name != CHORES {
        return vec![Finding::file(
            path,
            format!(
                "package `{name}` has no place among the layers: {}",
                ORDER.join(" -> ")
            ),
        )];
    }
    let below = &ORDER[..rank.unwrap_or(0)];
    let mut findings = Vec::new();
    for dependency in dependencies(&table) {
        if ORDER.contains(&dependency.as_str()) && !below.contains(&dependency.as_str()) {
            let line = text
                .lines()
                .position(|line| line.trim_start().starts_with(&dependency));
            let allowed = if below.is_empty() {
                "none".to_owned()
            } else {
                below.join(", ")
            };
            findings.push(Finding::line(
                path,
                line.map_or(1, |line| line + 1),
                format!(
                    "`{name}` uses `{dependency}`; of the project's crates it may use: {allowed}"
                ),
            ));
        }
    }
    findings
}

/// Package names of all dependencies, also renamed, for tests, for builds and for one platform.
fn dependencies(table: &toml::Table) -> Vec<String> {
    let mut tables: Vec<&toml::Table> = vec![table];
    if let Some(targets) = table.get("target").and_then(toml::Value::as_table) {
        tables.extend(targets.values().filter_map(toml::Value::as_table));
    }
    let mut names = Vec::new();
    for table in tables {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let list = table.get(kind).and_then(toml::Value::as_table);
            for (key, value) in list.into_iter().flatten() {
                let renamed = value.get("package").and_then(toml::Value::as_str);
                names.push(renamed.unwrap_or(key).to_owned());
            }
        }
    }
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::super::tree::testing::findings;
    use super::*;

    #[test]
    fn downwards_is_allowed() -> std::io::Result<()> {
        let text = "[package]\nname = \"warmfront-session\"\n[dependencies]\nserde = \"1\"\n\
                    warmfront-model.workspace = true\nwarmfront-view = { path = \"../view\" }\n";
        assert!(findings(&[("crates/session/Cargo.toml", text)], check)?.is_empty());
        Ok(())
    }

    #[test]
    fn upwards_is_found_in_every_kind_of_dependency() -> std::io::Result<()> {
        for section in [
            "dependencies",
            "dev-dependencies",
            "build-dependencies",
            "target.'cfg(unix)'.dependencies",
        ] {
            let text = format!(
                "[package]\nname = \"warmfront-model\"\n[{section}]\nwarmfront-engine.workspace = true\n"
            );
            let found = findings(&[("crates/model/Cargo.toml", &text)], check)?;
            assert_eq!(found.len(), 1, "{section}: {found:?}");
            assert!(found[0].starts_with("crates/model/Cargo.toml:4: `warmfront-model` uses"));
        }
        Ok(())
    }

    #[test]
    fn renaming_hides_nothing() -> std::io::Result<()> {
        let text = "[package]\nname = \"xtask\"\n[dependencies]\nm = { package = \"warmfront-model\", path = \"../model\" }\n";
        assert_eq!(
            findings(&[("crates/xtask/Cargo.toml", text)], check)?.len(),
            1
        );
        Ok(())
    }

    #[test]
    fn a_new_crate_needs_a_place() -> std::io::Result<()> {
        let found = findings(
            &[(
                "crates/gpu/Cargo.toml",
                "[package]\nname = \"warmfront-gpu\"\n",
            )],
            check,
        )?;
        assert!(found[0].contains("no place among the layers"), "{found:?}");
        Ok(())
    }
}
