//! A Vulkan driver that is fast enough where nothing but the processor computes, without a change of the system.
//!
//! Mesa's driver for the processor became about twice as fast with version 24. Debian 12 has 22.3, and
//! a newer one among its backports: those packages are unpacked into `target/driver`, with everything that they need
//! and the system lacks, and the programs that the chores start are pointed there. No right beyond that of
//! writing into `target` is needed: apt gets folders of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::systems;

/// Where the driver is unpacked, from the root.
const PLACE: &str = "target/driver";
/// The folder of a download that has not come to its end.
const UNFINISHED: &str = "target/driver.new";
/// Where Debian's packages come from if the system does not say.
const ARCHIVE: &str = "http://deb.debian.org/debian";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
/// What is unpacked.
const PACKAGES: [&str; 2] = ["mesa-vulkan-drivers", "libvulkan1"];
/// Room for lists, packages and what is unpacked where nothing of it is installed, megabytes.
const ROOM: u64 = 500;
/// Seconds after which a program that fetches counts as hung; apt waits for ever on a full disk.
const PATIENCE: &str = "300";
/// Beginnings of packages that apt adds because they come from the same source; no Vulkan driver needs them.
const NOT_NEEDED: [&str; 3] = ["libegl", "libgl", "libgbm"];

/// What to set for programs that use the driver; nothing: that of the system.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Driver {
    variables: Vec<(&'static str, String)>,
}

impl Driver {
    /// Lets a program use it.
    pub fn apply<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.envs(self.variables.iter().map(|(name, value)| (name, value)))
    }

    /// The one in `target/driver`, if it is there and whole.
    pub fn unpacked(root: &Path) -> Option<(Self, String)> {
        let place = root.join(PLACE);
        let library = library_in(&place)?;
        let version = mesa_version(&library)?;
        let manifests = std::fs::read_dir(place.join("usr/share/vulkan/icd.d")).ok()?;
        let mut manifests = manifests.flatten().map(|entry| entry.path());
        let manifest = manifests.find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("lvp_icd") && name.ends_with(".json")
        })?;
        let mut libraries = vec![library.parent()?.to_owned()];
        let before = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
        libraries.extend(std::env::split_paths(&before));
        let libraries = std::env::join_paths(libraries).ok()?;
        let variables = vec![
            ("VK_DRIVER_FILES", manifest.to_string_lossy().into_owned()),
            ("LD_LIBRARY_PATH", libraries.to_string_lossy().into_owned()),
        ];
        Some((Self { variables }, version))
    }
}

/// Fetches the driver into `target/driver`.
///
/// # Errors
/// Why that cannot be done here, in words; nothing is left behind then.
pub fn fetch(root: &Path) -> Result<(), String> {
    let unfinished = root.join(UNFINISHED);
    remove(&unfinished)?;
    let outcome = unpack(&unfinished).and_then(|()| {
        let place = root.join(PLACE);
        remove(&place)?;
        std::fs::rename(unfinished.join("root"), &place)
            .map_err(|e| format!("{PLACE} cannot be written: {e}"))
    });
    let cleared = remove(&unfinished);
    outcome.and(cleared)
}

fn unpack(folder: &Path) -> Result<(), String> {
    let make = |path: PathBuf| {
        std::fs::create_dir_all(&path).map_err(|e| format!("{UNFINISHED} cannot be written: {e}"))
    };
    for part in ["state/lists/partial", "cache/archives/partial", "root"] {
        make(folder.join(part))?;
    }
    match free_megabytes(folder) {
        Some(free) if free < ROOM => {
            return Err(format!(
                "{UNFINISHED} needs {ROOM} MB, and {free} MB are free there"
            ));
        }
        _ => {}
    }
    let keyring = match Path::new(KEYRING).exists() {
        true => format!("[signed-by={KEYRING}] "),
        false => String::new(),
    };
    let archive = archive();
    let sources = folder.join("sources.list");
    let lines: String = ["bookworm-backports", "bookworm"]
        .map(|suite| format!("deb {keyring}{archive} {suite} main\n"))
        .concat();
    std::fs::write(&sources, lines).map_err(|e| format!("{UNFINISHED} cannot be written: {e}"))?;

    let apt = |args: &[&str]| {
        let mut command = Command::new("timeout");
        command.args([PATIENCE, "apt-get"]);
        let state = format!("Dir::State={}", folder.join("state").display());
        let cache = format!("Dir::Cache={}", folder.join("cache").display());
        let list = format!("Dir::Etc::sourcelist={}", sources.display());
        for option in [
            state.as_str(),
            &cache,
            &list,
            "Dir::Etc::sourceparts=-",
            "Dir::State::status=/var/lib/dpkg/status",
            "Debug::NoLocking=1",
            "APT::Sandbox::User=",
            "Acquire::Retries=1",
            "Acquire::http::Timeout=20",
            "Acquire::https::Timeout=20",
        ] {
            command.args(["-o", option]);
        }
        succeed(command.args(["-qq", "--yes"]).args(args))
    };
    apt(&["update", "--error-on=any"])?;
    let mut install = vec![
        "install",
        "--no-install-recommends",
        "--download-only",
        "--target-release=bookworm-backports",
    ];
    install.extend(PACKAGES);
    apt(&install)?;
    let archives = folder.join("cache/archives");
    let packages = std::fs::read_dir(&archives).map_err(|e| e.to_string())?;
    for package in packages.flatten().map(|entry| entry.path()) {
        let name = package.file_name().unwrap_or_default().to_string_lossy();
        if !name.ends_with(".deb") || NOT_NEEDED.iter().any(|n| name.starts_with(n)) {
            continue;
        }
        let mut command = Command::new("dpkg-deb");
        succeed(command.arg("-x").arg(&package).arg(folder.join("root")))?;
    }
    let library = library_in(&folder.join("root"))
        .ok_or_else(|| "the archive's package has no driver for the processor".to_owned())?;
    match mesa_version(&library) {
        Some(version) if is_fast(&version) => Ok(()),
        Some(version) => Err(format!("the archive has Mesa {version} only")),
        None => Err("the archive's driver does not name its version".to_owned()),
    }
}

// The mirror that this system uses for Debian 12.
fn archive() -> String {
    let listed = Command::new("apt-get")
        .args(["indextargets", "--format", "$(REPO_URI) $(CODENAME)"])
        .output()
        .map(|o| String::from_utf8_lossy(&o.stdout).into_owned())
        .unwrap_or_default();
    let own = listed.lines().find_map(|line| {
        let (uri, codename) = line.split_once(' ')?;
        (codename == "bookworm" && uri.starts_with("http")).then(|| uri.to_owned())
    });
    own.unwrap_or_else(|| ARCHIVE.to_owned())
}

// Free room on the disk of a folder, as far as `df` tells.
fn free_megabytes(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let kilobytes: u64 = text
        .lines()
        .nth(1)?
        .split_whitespace()
        .nth(3)?
        .parse()
        .ok()?;
    Some(kilobytes / 1000)
}

fn remove(folder: &Path) -> Result<(), String> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{} cannot be removed: {e}", folder.display()))
        }
        _ => Ok(()),
    }
}

// Runs a program without a word; its last error is the reason if it fails.
fn succeed(command: &mut Command) -> Result<(), String> {
    let mut words = std::iter::once(command.get_program()).chain(command.get_args());
    let own = |word: &&std::ffi::OsStr| *word != "timeout" && *word != PATIENCE;
    let program = words.find(own).unwrap_or_default();
    let program = program.to_string_lossy().into_owned();
    let output = command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C")
        .output()
        .map_err(|e| format!("`{program}` cannot be started: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    // As `timeout` says that it was needed.
    if output.status.code() == Some(124) {
        return Err(format!("{program}: no end after {PATIENCE} s"));
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    let reason = lines
        .clone()
        .find_map(|l| l.strip_prefix("E: "))
        .or_else(|| lines.next_back())
        .unwrap_or("it does not say why");
    Err(format!("{program}: {reason}"))
}

fn library_in(root: &Path) -> Option<PathBuf> {
    let folders = std::fs::read_dir(root.join("usr/lib")).ok()?;
    folders
        .flatten()
        .map(|entry| entry.path().join("libvulkan_lvp.so"))
        .find(|path| path.exists())
}

/// Version of the Mesa that a driver's library was built from, such as `25.0.7`.
pub fn mesa_version(library: &Path) -> Option<String> {
    const NAME: &[u8] = b"Mesa ";
    let bytes = std::fs::read(library).ok()?;
    let starts =
        (0..bytes.len().saturating_sub(NAME.len())).filter(|&i| bytes[i..].starts_with(NAME));
    starts
        .map(|i| {
            let rest = bytes[i + NAME.len()..].iter();
            let version: String = rest
                .take(16)
                .map(|&b| char::from(b))
                .take_while(|c| c.is_ascii_digit() || *c == '.')
                .collect();
            version
        })
        .find(|v| v.split('.').count() >= 2 && v.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether a version of Mesa computes on the processor as fast as it should.
pub fn is_fast(version: &str) -> bool {
    let major = version
        .split('.')
        .next()
        .and_then(|m| m.parse::<u32>().ok());
    major.is_some_and(|major| major >= systems::table().fast_since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_library() {
        let dir = tempfile::tempdir().expect("a folder");
        let library = dir.path().join("libvulkan_lvp.so");
        for (text, version) in [
            ("MesaVkSh\0Mesa \0Mesa 22.3.6 (LLV6", Some("22.3.6")),
            ("Mesa: x\0Mesa 25.0.7-2~bpo12+1 (LLVM", Some("25.0.7")),
            ("Mesa", None),
        ] {
            std::fs::write(&library, text).expect("writable");
            assert_eq!(mesa_version(&library).as_deref(), version);
        }
        assert!(is_fast("25.0.7") && is_fast("24.0.0") && !is_fast("22.3.6") && !is_fast("x"));
    }

    #[test]
    fn what_is_unpacked_is_used_with_its_own_libraries() {
        let dir = tempfile::tempdir().expect("a folder");
        assert_eq!(Driver::unpacked(dir.path()), None);
        let write = |path: &str, text: &str| {
            let path = dir.path().join(PLACE).join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            std::fs::write(path, text).expect("writable");
        };
        write("usr/lib/some-linux-gnu/libvulkan_lvp.so", "Mesa 25.0.7 (");
        assert_eq!(Driver::unpacked(dir.path()), None);
        write("usr/share/vulkan/icd.d/lvp_icd.some.json", "{}");
        let (driver, version) = Driver::unpacked(dir.path()).expect("it is whole");
        assert_eq!(version, "25.0.7");
        let mut command = Command::new("true");
        let set: Vec<_> = driver.apply(&mut command).get_envs().collect();
        assert_eq!(set.len(), 2);
    }
}
