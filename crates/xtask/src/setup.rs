//! `cargo xtask setup`, first part: what the tests and the demo need besides cargo.
//!
//! That is one thing, a Vulkan driver ([`crate::python`] is for tests alone). Where only the processor
//! computes, it should be a new one ([`crate::driver`]). On Debian and Ubuntu a missing driver is installed when this
//! process may do so without asking; elsewhere the one command to type is printed.

use std::path::Path;
use std::process::Command;

use crate::driver::{self, Driver};
use crate::process::{self, Failure};
use crate::systems;
use crate::vulkan::{Found, Search};

const PACKAGE: &str = "mesa-vulkan-drivers";

/// Makes sure that there is a Vulkan driver, and says what programs need to find it.
pub fn run(root: &Path) -> Result<Driver, Failure> {
    if !cfg!(target_os = "linux") {
        return Ok(Driver::default());
    }
    let search = Search::of_this_machine();
    let found = search.run();
    if let Some(list) = &search.only {
        // Neither a package nor another driver would help: the loader reads nothing but the files named there.
        eprintln!("{}", describe(&found));
        return match found {
            Found::NoDriver(_) => Err(Failure::no_driver(format!(
                "VK_DRIVER_FILES or VK_ICD_FILENAMES allows only `{list}`: correct or unset it"
            ))),
            Found::NoLoader => install_driver(&found).map(|()| Driver::default()),
            Found::Driver(_) => Ok(Driver::default()),
        };
    }
    if let Found::Driver(usable) = &found
        && usable.mesa.as_ref().is_none_or(|v| driver::is_fast(v))
    {
        eprintln!("{}", describe(&found));
        return Ok(Driver::default());
    }
    let os = os_release();
    let system = systems::table().of(&os);
    if Driver::unpacked(root).is_none() && is_debian_12(&os) {
        eprintln!("Fetching a Vulkan driver that is about twice as fast …");
        if let Err(why) = driver::fetch(root) {
            eprintln!("It cannot be had here: {why}.");
        }
    }
    if let Some((driver, version)) = Driver::unpacked(root) {
        eprintln!(
            "Vulkan driver: Mesa {version} in target/driver, for what `cargo xtask` starts; the system is as it was.\n\
             To have it everywhere:\n    {}",
            system.newer
        );
        return Ok(driver);
    }
    if let Found::Driver(usable) = &found {
        let version = usable.mesa.as_deref().unwrap_or_default();
        eprintln!(
            "{}\nIts Mesa {version} takes about twice as long as version {} or newer; to have that:\n    {}",
            describe(&found),
            systems::table().fast_since,
            system.newer
        );
        return Ok(Driver::default());
    }
    install_driver(&found).map(|()| Driver::default())
}

// Installs the system's own driver.
fn install_driver(lack: &Found) -> Result<(), Failure> {
    eprintln!("{}", describe(lack));
    let Some(prefix) = install_prefix() else {
        return Err(Failure::no_driver(format!(
            "no Vulkan driver, and it cannot be installed from here; type:\n    {}",
            systems::table().of(&os_release()).install
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

fn is_debian_12(os_release: &str) -> bool {
    let has = |line: &str| os_release.lines().any(|l| l.replace('"', "") == line);
    has("ID=debian") && has("VERSION_ID=12")
}

/// Makes sure of a C++ compiler: the film encoder is built from its source.
pub fn compiler() -> Result<(), Failure> {
    let named = std::env::var_os("CXX").is_some();
    if cfg!(target_os = "linux") && !named {
        install_if_missing("c++", &["g++"])?;
    }
    Ok(())
}

/// Makes sure that `ffprobe` and `ffmpeg` are there: tests look at films with them.
pub fn film_tools() -> Result<(), Failure> {
    if cfg!(target_os = "linux") {
        install_if_missing("ffprobe", &["ffmpeg"])?;
    }
    Ok(())
}

/// Makes sure that a program is there, from a package where it may be installed without asking.
pub fn install_if_missing(program: &str, packages: &[&str]) -> Result<(), Failure> {
    if process::succeeds(Command::new("which").arg(program)) {
        return Ok(());
    }
    install(packages).map_err(|failure| Failure {
        message: format!("`{program}` is missing: {}", failure.message),
        ..failure
    })
}

/// Installs packages where that may be done without asking.
pub fn install(packages: &[&str]) -> Result<(), Failure> {
    let Some(prefix) = install_prefix() else {
        return Err(Failure::usage(format!(
            "packages cannot be installed from here; type: sudo apt-get install {}",
            packages.join(" ")
        )));
    };
    let mut args = vec!["install", "--yes", "--no-install-recommends"];
    args.extend(packages);
    apt(&prefix, &["update"])?;
    apt(&prefix, &args)
}

/// Says what is missing, in one or more lines.
fn describe(found: &Found) -> String {
    match found {
        Found::Driver(usable) => {
            let mut text = format!("Vulkan driver: {}", usable.name);
            match (&usable.mesa, usable.software) {
                (Some(version), _) => text += &format!(" (Mesa {version}, on the processor)"),
                (None, true) => text += " (on the processor)",
                (None, false) => {}
            }
            for broken in &usable.broken {
                text += &format!("\n    not used: {broken}");
            }
            text
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_debian_12_has_these_backports() {
        assert!(is_debian_12("NAME=x\nVERSION_ID=\"12\"\nID=debian\n"));
        assert!(!is_debian_12("VERSION_ID=\"13\"\nID=debian\n"));
        assert!(!is_debian_12("VERSION_ID=\"12\"\nID=raspbian\n"));
    }

    #[test]
    fn every_lack_is_described() {
        assert!(describe(&Found::NoLoader).contains("libvulkan"));
        assert!(describe(&Found::NoDriver(vec![])).contains("No Vulkan driver"));
        assert!(describe(&Found::NoDriver(vec!["a.json: bad".into()])).contains("a.json: bad"));
    }
}
