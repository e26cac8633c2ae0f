//! What to type on which system: `assets/drivers.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

/// The table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Major version of Mesa from which its driver for the processor is fast.
    pub fast_since: u32,
    system: Vec<System>,
}

/// A family of systems.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct System {
    ids: Vec<String>,
    version: Option<String>,
    /// How to get a driver.
    pub install: String,
    /// How to get a newer one.
    pub newer: String,
}

/// The table that is built in.
pub fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let text = include_str!("../../../assets/drivers.toml");
        toml::from_str(text).unwrap_or_else(|e| unreachable!("a test reads it: {e}"))
    })
}

impl Table {
    /// The first entry that fits a system (the text of its `os-release`).
    pub fn of(&self, os_release: &str) -> &System {
        let value = |key: &str| {
            let mut lines = os_release.lines();
            let found = lines.find_map(|l| l.strip_prefix(key)?.strip_prefix('='));
            found.unwrap_or_default().trim_matches('"').to_owned()
        };
        let (id, like, version) = (value("ID"), value("ID_LIKE"), value("VERSION_ID"));
        // What a system is like says nothing of versions.
        let is = |system: &System, id: &str, version: Option<&str>| {
            system.ids.iter().any(|i| i == id)
                && system.version.as_deref().is_none_or(|v| Some(v) == version)
        };
        let own = self.system.iter().find(|s| is(s, &id, Some(&version)));
        let kin = || {
            let mut ids = like.split_whitespace();
            ids.find_map(|id| self.system.iter().find(|s| is(s, id, None)))
        };
        own.or_else(kin)
            .or(self.system.last())
            .unwrap_or_else(|| unreachable!("a test looks for the last entry"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_has_an_entry() {
        let table = table();
        let newer = |text: &str| table.of(text).newer.as_str();
        let twelve = newer("PRETTY_NAME=\"Debian\"\nID=debian\nVERSION_ID=\"12\"\n");
        assert!(twelve.contains("bookworm-backports"));
        assert!(!newer("ID=debian\nVERSION_ID=\"13\"\n").contains("backports"));
        assert!(newer("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n").contains("ppa:"));
        assert!(newer("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n").contains("dnf"));
        assert!(table.of("ID=arch\n").install.contains("pacman"));
        assert!(table.of("").install.contains("package"));
        assert!(table.system.last().is_some_and(|s| s.ids.is_empty()));
    }
}
