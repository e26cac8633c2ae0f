//! `cargo xtask setup`, first part: what the tests and the demo need besides cargo.
//!
//! That is one thing, a Vulkan driver ([`crate::python`] is for tests alone). On Debian and Ubuntu it is installed when this process may
//! do so without asking; elsewhere the one command to type is printed.

use std::path::Path;
use std::process::Command;

use crate::process::{self, Failure};
use crate::vulkan::{Found, Search};

const PACKAGE: &str = "mesa-vulkan-drivers";

/// Makes sure that a Vulkan driver is installed.
pub fn run() -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let search = Search::of_this_machine();
    let lack = search.run();
    eprintln!("{}", describe(&lack));
    if let Found::Driver(_) = lack {
        return Ok(());
    }
    // A package would not help here: the loader reads nothing but the files named there.
    if let (Found::NoDriver(_), Some(list)) = (&lack, &search.only) {
        return Err(Failure::no_driver(format!(
            "VK_DRIVER_FILES or VK_ICD_FILENAMES allows only `{list}`: correct or unset it"
        )));
    }
    let Some(prefix) = install_prefix() else {
        return Err(Failure::no_driver(format!(
            "no Vulkan driver, and it cannot be installed from here; type:\n    {}",
            hint(&os_release())
        )));
    };
    apt(&prefix, &["update"])?;
    apt(
        &prefix,
        &["install", "--yes", "--no-install-recommends", PACKAGE],
    )?;
    match Search::of_this_machine().run() {
        found @ Found::Driver(_) => {
            eprintln!("{}", describe(&found));
            Ok(())
        }
        lack => Err(Failure::no_driver(format!(
            "{PACKAGE} is installed, yet no driver can be used. {}",
            describe(&lack)
        ))),
    }
}

/// Makes sure that `ffprobe` and `ffmpeg` are there: tests look at films with them.
pub fn film_tools() -> Result<(), Failure> {
    if cfg!(target_os = "linux") {
        install_if_missing("ffprobe", "ffmpeg")?;
    }
    Ok(())
}

/// Makes sure that a program is there, from a package where it may be installed without asking.
pub fn install_if_missing(program: &str, package: &str) -> Result<(), Failure> {
    if process::succeeds(Command::new("which").arg(program)) {
        return Ok(());
    }
    let Some(prefix) = install_prefix() else {
        return Err(Failure::usage(format!(
            "`{program}` is missing and cannot be installed from here; install the package `{package}`"
        )));
    };
    let install = [
        "install",
        "--yes",
        "--no-install-recommends",
        package,
        "xauth",
    ];
    apt(&prefix, &["update"])?;
    apt(&prefix, &install)
}

/// Says what is missing, in one or more lines.
fn describe(found: &Found) -> String {
    match found {
        Found::Driver(name) => format!("Vulkan driver: {name}"),
        Found::NoLoader => "The Vulkan loader (libvulkan.so.1) is missing.".to_owned(),
        Found::NoDriver(reasons) if reasons.is_empty() => {
            "No Vulkan driver is installed.".to_owned()
        }
        Found::NoDriver(reasons) => {
            format!(
                "No Vulkan driver can be used:\n    {}",
                reasons.join("\n    ")
            )
        }
    }
}

/// What to put before `apt-get`: nothing for root, `sudo -n` where it asks for no password, and
/// `None` where packages cannot be installed.
fn install_prefix() -> Option<Vec<&'static str>> {
    if !process::succeeds(Command::new("apt-get").arg("--version")) {
        return None;
    }
    let user = Command::new("id").arg("-u").output().ok()?;
    if String::from_utf8_lossy(&user.stdout).trim() == "0" {
        return Some(Vec::new());
    }
    process::succeeds(Command::new("sudo").args(["-n", "true"])).then(|| vec!["sudo", "-n"])
}

fn apt(prefix: &[&str], args: &[&str]) -> Result<(), Failure> {
    // `env` carries the variable through sudo, which would drop it.
    let words: Vec<&str> = prefix
        .iter()
        .chain(&["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
        .chain(args)
        .copied()
        .collect();
    process::run(Command::new(words[0]).args(&words[1..]))
        .map_err(|failure| Failure::no_driver(failure.message))
}

fn os_release() -> String {
    std::fs::read_to_string(Path::new("/etc/os-release")).unwrap_or_default()
}

/// The command that installs a driver on this distribution.
fn hint(os_release: &str) -> String {
    let family: Vec<&str> = os_release
        .lines()
        .filter_map(|line| {
            line.strip_prefix("ID=")
                .or_else(|| line.strip_prefix("ID_LIKE="))
        })
        .flat_map(|value| value.trim_matches('"').split_whitespace())
        .collect();
    let is = |names: &[&str]| family.iter().any(|id| names.contains(id));
    if is(&["fedora", "rhel", "centos"]) {
        format!("sudo dnf install {PACKAGE} vulkan-loader")
    } else if is(&["arch"]) {
        "sudo pacman -S vulkan-swrast vulkan-icd-loader".to_owned()
    } else if is(&["alpine"]) {
        "doas apk add mesa-vulkan-swrast vulkan-loader".to_owned()
    } else if is(&["suse", "opensuse"]) {
        "sudo zypper install libvulkan_lvp libvulkan1".to_owned()
    } else {
        format!("sudo apt-get update && sudo apt-get install --yes {PACKAGE}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hint_fits_the_distribution() {
        assert!(hint("ID=debian\n").contains("apt-get install"));
        assert!(hint("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n").contains("apt-get install"));
        assert!(hint("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n").contains("dnf"));
        assert!(hint("ID=arch\n").contains("pacman"));
        assert!(hint("").contains("apt-get"));
    }

    #[test]
    fn every_lack_is_described() {
        assert!(describe(&Found::NoLoader).contains("libvulkan"));
        assert!(describe(&Found::NoDriver(vec![])).contains("No Vulkan driver"));
        assert!(describe(&Found::NoDriver(vec!["a.json: bad".into()])).contains("a.json: bad"));
    }
}
