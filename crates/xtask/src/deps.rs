//! `cargo xtask deps`: licences and duplicate versions of everything the project builds on.
//!
//! The policy is `crates/xtask/dependencies.toml`. A licence expression (SPDX) must be satisfiable
//! with the licences allowed there. Two versions of one crate cost build time and size, so each
//! such crate is listed with a reason. Entries that are no longer needed fail, or the list would
//! only ever grow. Dependencies of all platforms are read, not only of this one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{CargoOpt, MetadataCommand};

use crate::process::Failure;

const POLICY: &str = "crates/xtask/dependencies.toml";

/// What is allowed, and why.
#[derive(Debug, Default)]
struct Policy {
    /// SPDX identifier → why it is acceptable.
    licences: BTreeMap<String, String>,
    /// Crate without a usable licence expression → what its licence is.
    exceptions: BTreeMap<String, String>,
    /// Crate in several versions → who needs the old one.
    duplicates: BTreeMap<String, String>,
}

/// One version of one crate.
#[derive(Debug)]
struct Dependency {
    name: String,
    version: String,
    licence: Option<String>,
}

/// Checks all dependencies and prints every problem.
pub fn run(root: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(root.join(POLICY))
        .map_err(|error| Failure::usage(format!("{POLICY} cannot be read: {error}")))?;
    let policy = Policy::parse(&text).map_err(Failure::usage)?;
    let dependencies = dependencies(root)?;
    let problems = judge(&dependencies, &policy);
    for problem in &problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() {
        eprintln!(
            "ok: {} dependencies have an allowed licence; {} come in several versions, each for a reason",
            dependencies.len(),
            policy.duplicates.len()
        );
        Ok(())
    } else {
        Err(Failure::check(format!(
            "{} problem(s) with dependencies",
            problems.len()
        )))
    }
}

fn dependencies(root: &Path) -> Result<Vec<Dependency>, Failure> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .features(CargoOpt::AllFeatures)
        .exec()
        .map_err(|error| Failure::usage(format!("cargo metadata failed: {error}")))?;
    Ok(metadata
        .packages
        .iter()
        .filter(|package| !metadata.workspace_members.contains(&package.id))
        .map(|package| Dependency {
            name: package.name.to_string(),
            version: package.version.to_string(),
            licence: package.license.clone(),
        })
        .collect())
}

impl Policy {
    fn parse(text: &str) -> Result<Self, String> {
        let tables: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(text).map_err(|error| format!("{POLICY}: {error}"))?;
        let mut policy = Self::default();
        for (name, entries) in tables {
            if let Some((key, _)) = entries.iter().find(|(_, reason)| reason.trim().is_empty()) {
                return Err(format!("{POLICY}: `{key}` in [{name}] has no reason"));
            }
            match name.as_str() {
                "licences" => policy.licences = entries,
                "exceptions" => policy.exceptions = entries,
                "duplicates" => policy.duplicates = entries,
                other => {
                    return Err(format!(
                        "{POLICY}: unknown table [{other}]; there are [licences], [exceptions] and [duplicates]"
                    ));
                }
            }
        }
        Ok(policy)
    }
}

fn judge(dependencies: &[Dependency], policy: &Policy) -> Vec<String> {
    let mut problems = Vec::new();
    let mut excepted = BTreeSet::new();
    for dependency in dependencies {
        if let Err(reason) = licence(dependency, policy) {
            if policy.exceptions.contains_key(&dependency.name) {
                excepted.insert(dependency.name.as_str());
            } else {
                problems.push(format!(
                    "{} {}: {reason}",
                    dependency.name, dependency.version
                ));
            }
        }
    }
    problems.extend(
        policy
            .exceptions
            .keys()
            .filter(|name| !excepted.contains(name.as_str()))
            .map(|name| format!("{POLICY}: the exception `{name}` is no longer needed")),
    );
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for dependency in dependencies {
        versions
            .entry(&dependency.name)
            .or_default()
            .insert(&dependency.version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    for (name, versions) in &versions {
        if !policy.duplicates.contains_key(*name) {
            let list = versions.iter().copied().collect::<Vec<_>>().join(", ");
            problems.push(format!(
                "{name} comes in several versions ({list}): align them, or add to [duplicates] in {POLICY}:\n    {name} = \"who needs the old one (cargo tree -i {name}@{})\"",
                versions.first().copied().unwrap_or_default()
            ));
        }
    }
    problems.extend(
        policy
            .duplicates
            .keys()
            .filter(|name| !versions.contains_key(name.as_str()))
            .map(|name| format!("{POLICY}: the duplicate `{name}` is no longer needed")),
    );
    problems
}

/// Why the licence of a crate is not allowed, if so.
fn licence(dependency: &Dependency, policy: &Policy) -> Result<(), String> {
    let Some(text) = &dependency.licence else {
        return Err(format!(
            "states no licence; look at it and add it to [exceptions] in {POLICY}"
        ));
    };
    // Old crates write `MIT/Apache-2.0`; the lax mode reads it as `OR`.
    let expression = spdx::Expression::parse_mode(text, spdx::ParseMode::LAX).map_err(|error| {
        format!(
            "its licence `{text}` is no SPDX expression: {}",
            error.reason
        )
    })?;
    if expression.evaluate(|needed| policy.licences.contains_key(&needed.to_string())) {
        Ok(())
    } else {
        let allowed = policy
            .licences
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        Err(format!(
            "its licence `{text}` cannot be satisfied with the allowed ones: {allowed}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "[licences]\nMIT = \"permissive\"\n\
                         \"Apache-2.0 WITH LLVM-exception\" = \"permissive\"\n";

    fn dependency(name: &str, version: &str, licence: Option<&str>) -> Dependency {
        Dependency {
            name: name.to_owned(),
            version: version.to_owned(),
            licence: licence.map(str::to_owned),
        }
    }

    fn problems(dependencies: &[Dependency], more: &str) -> Result<Vec<String>, String> {
        Ok(judge(
            dependencies,
            &Policy::parse(&format!("{RULES}{more}"))?,
        ))
    }

    #[test]
    fn licences_are_read_as_expressions() -> Result<(), String> {
        for (text, allowed) in [
            ("MIT", true),
            ("MIT OR GPL-3.0-only", true),
            ("MIT/Apache-2.0", true),
            ("Apache-2.0 WITH LLVM-exception", true),
            ("Apache-2.0", false),
            ("MIT AND Zlib", false),
            ("GPL-3.0-only", false),
            ("nonsense", false),
        ] {
            let found = problems(&[dependency("a", "1.0.0", Some(text))], "")?;
            assert_eq!(found.is_empty(), allowed, "{text}: {found:?}");
        }
        Ok(())
    }

    #[test]
    fn a_missing_licence_needs_an_exception() -> Result<(), String> {
        let unlicensed = [dependency("a", "1.0.0", None)];
        assert_eq!(problems(&unlicensed, "")?.len(), 1);
        let exception = "[exceptions]\na = \"MIT, in its README\"\n";
        assert!(problems(&unlicensed, exception)?.is_empty());
        let licensed = [dependency("a", "1.0.0", Some("MIT"))];
        assert!(problems(&licensed, exception)?[0].contains("no longer needed"));
        Ok(())
    }

    #[test]
    fn duplicates_need_a_reason_for_as_long_as_they_last() -> Result<(), String> {
        let two = [
            dependency("a", "1.0.0", Some("MIT")),
            dependency("a", "2.0.0", Some("MIT")),
        ];
        let found = problems(&two, "")?;
        assert!(found[0].contains("1.0.0, 2.0.0"), "{found:?}");
        let listed = "[duplicates]\na = \"b still uses 1\"\n";
        assert!(problems(&two, listed)?.is_empty());
        assert!(problems(&two[..1], listed)?[0].contains("no longer needed"));
        Ok(())
    }

    #[test]
    fn the_policy_itself_is_checked() {
        assert!(
            Policy::parse("[licenses]\nMIT = \"x\"\n").is_err_and(|m| m.contains("[licences]"))
        );
        assert!(Policy::parse("[licences]\nMIT = \" \"\n").is_err_and(|m| m.contains("no reason")));
    }
}
