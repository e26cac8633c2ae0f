//! `cargo xtask package [--program FILE] [--check]`: something to hand over.
//!
//! A Debian package (made by cargo-deb) and an archive with the same files: the program, a desktop entry,
//! icons, the type of scenario files, manual pages, shell completions and the licences of everything that
//! is in the program. Without `--program` it is built in the release profile. `--check` installs
//! and removes the package below a folder of its own, and looks at what it put there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{CargoOpt, MetadataCommand, Package};

use crate::process::{self, Failure, cargo};
use crate::setup;

/// Where packages are made, from the root.
const PLACE: &str = "target/package";
/// Where cargo-deb is installed if there is none, from the root.
const TOOLS: &str = "target/tools";
const CARGO_DEB: &str = "^3";
/// Files of `assets/package` and where they go below `usr/share`.
const FILES: [(&str, &str); 3] = [
    ("warmfront.desktop", "applications/warmfront.desktop"),
    ("warmfront.xml", "mime/packages/warmfront.xml"),
    ("warmfront.svg", "icons/hicolor/scalable/apps/warmfront.svg"),
];
/// Shells, and where their completions go below `usr/share`.
const SHELLS: [(&str, &str); 3] = [
    ("bash", "bash-completion/completions/warmfront"),
    ("zsh", "zsh/vendor-completions/_warmfront"),
    ("fish", "fish/vendor_completions.d/warmfront.fish"),
];
const DOCUMENTS: &str = "doc/warmfront";

/// Makes the package and the archive.
pub fn run(root: &Path, args: &[String]) -> Result<(), Failure> {
    let (program, check) = options(args)?;
    let program = match program {
        Some(program) => program,
        None => {
            let mut build = cargo();
            build.args(["build", "--release", "--package", "warmfront"]);
            process::run(build.current_dir(root))?;
            root.join("target/release/warmfront")
        }
    };
    let place = root.join(PLACE);
    let stage = place.join("stage");
    gather(root, &program, &stage)?;
    let version = env!("CARGO_PKG_VERSION");
    let tool = cargo_deb(root)?;
    let mut deb = Command::new(tool);
    deb.args(["--package", "warmfront", "--no-build", "--no-strip"])
        .arg("--output")
        .arg(place.join(format!("warmfront_{version}_{}.deb", debian_name())));
    process::run(deb.current_dir(root))?;
    let name = format!("warmfront-{version}-{}", std::env::consts::ARCH);
    let mut tar = Command::new("tar");
    tar.arg("--create").arg("--gzip").arg("--file");
    tar.arg(place.join(format!("{name}.tar.gz")));
    tar.args(["--owner=0", "--group=0", "--sort=name"]);
    tar.arg(format!("--transform=s,^stage,{name},"));
    process::run(tar.arg("stage").current_dir(&place))?;
    for file in ["deb", "tar.gz"].map(|ending| newest(&place, ending)) {
        let file = file?;
        let bytes = std::fs::metadata(&file).map_or(0, |m| m.len());
        println!("{} ({:.1} MB)", file.display(), bytes as f64 / 1e6);
    }
    if check {
        look_at(root, &newest(&place, "deb")?)?;
    }
    Ok(())
}

fn options(args: &[String]) -> Result<(Option<PathBuf>, bool), Failure> {
    let (mut program, mut check) = (None, false);
    let mut words = args.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--check" => check = true,
            "--program" => {
                let file = words.next().map(PathBuf::from);
                let file = file.filter(|f| f.is_file()).ok_or_else(|| {
                    Failure::usage("--program: the file of a built program is needed")
                })?;
                program = Some(std::path::absolute(file).unwrap_or_default());
            }
            other => {
                return Err(Failure::usage(format!(
                    "package: unknown option `{other}`; there are --program FILE and --check"
                )));
            }
        }
    }
    Ok((program, check))
}

fn trouble(path: &Path, e: &std::io::Error) -> Failure {
    Failure::usage(format!("{}: {e}", path.display()))
}

// Everything that is handed over, in one folder.
fn gather(root: &Path, program: &Path, stage: &Path) -> Result<(), Failure> {
    if stage.exists() {
        std::fs::remove_dir_all(stage).map_err(|e| trouble(stage, &e))?;
    }
    let share = stage.join("share");
    let put = |to: &str, bytes: &[u8]| -> Result<(), Failure> {
        let path = share.join(to);
        let folder = path.parent().unwrap_or(&share);
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, bytes))
            .map_err(|e| trouble(&path, &e))
    };
    let read = |path: PathBuf| std::fs::read(&path).map_err(|e| trouble(&path, &e));
    for (from, to) in FILES {
        put(to, &read(root.join("assets/package").join(from))?)?;
    }
    for size in ["16", "32", "48", "64", "128", "256", "512"] {
        let icon = read(root.join(format!("assets/package/icons/{size}.png")))?;
        put(
            &format!("icons/hicolor/{size}x{size}/apps/warmfront.png"),
            &icon,
        )?;
    }
    for document in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        put(
            &format!("{DOCUMENTS}/{document}"),
            &read(root.join(document))?,
        )?;
    }
    put(
        &format!("{DOCUMENTS}/THIRD-PARTY-LICENSES"),
        licences(root)?.as_bytes(),
    )?;
    let binary = stage.join("warmfront");
    std::fs::copy(program, &binary).map_err(|e| trouble(program, &e))?;
    process::run(Command::new("strip").arg("--strip-debug").arg(&binary))?;
    for (shell, to) in SHELLS {
        let output = Command::new(&binary)
            .args(["completions", shell])
            .output()
            .map_err(|e| trouble(&binary, &e))?;
        put(to, &output.stdout)?;
    }
    let pages = share.join("man/man1");
    process::run(Command::new(&binary).arg("man").arg(&pages))?;
    for page in std::fs::read_dir(&pages).map_err(|e| trouble(&pages, &e))? {
        let page = page.map_err(|e| trouble(&pages, &e))?.path();
        process::run(
            Command::new("gzip")
                .args(["--best", "--no-name", "--force"])
                .arg(page),
        )?;
    }
    Ok(())
}

// The licences of everything that is in the program, each text once.
fn licences(root: &Path) -> Result<String, Failure> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .features(CargoOpt::AllFeatures)
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .map_err(|e| Failure::usage(format!("cargo metadata: {e}")))?;
    let used = used(root)?;
    let packages = metadata.packages.iter().filter(|p| {
        p.source.is_some() && used.contains(&(p.name.to_string(), p.version.to_string()))
    });
    let mut list = String::from(
        "The program holds code of these packages. The texts of their licences follow.\n\n",
    );
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let name = format!("{} {}", package.name, package.version);
        let licence = package.license.as_deref().unwrap_or("see its text");
        list += &format!("{name}: {licence}\n");
        for text in texts_of(package) {
            texts.entry(text).or_default().push(name.clone());
        }
    }
    for (text, names) in texts {
        list += &format!("\n{}\n{}\n\n{text}\n", "-".repeat(72), names.join(", "));
    }
    Ok(list)
}

// Names and versions of what is built into the program.
fn used(root: &Path) -> Result<BTreeSet<(String, String)>, Failure> {
    let mut tree = cargo();
    tree.args(["tree", "--locked", "--package", "warmfront"]);
    tree.args(["--edges", "normal,no-proc-macro", "--prefix", "none"]);
    let output = tree
        .current_dir(root)
        .output()
        .map_err(|e| process::cannot_start(&tree, &e))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
        Some((name.to_owned(), version.to_owned()))
    });
    Ok(lines.collect())
}

fn texts_of(package: &Package) -> Vec<String> {
    let folder = package.manifest_path.parent();
    let entries = folder.and_then(|f| std::fs::read_dir(f).ok());
    let mut files: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = name.to_uppercase();
            ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"]
                .iter()
                .any(|word| name.starts_with(word))
        })
        .collect();
    files.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).ok();
    files
        .iter()
        .filter_map(read)
        .map(|text| text.trim().replace("\r\n", "\n"))
        .collect()
}

// The installed cargo-deb, or one in target/tools.
fn cargo_deb(root: &Path) -> Result<PathBuf, Failure> {
    let installed = PathBuf::from("cargo-deb");
    if process::succeeds(Command::new(&installed).arg("--version")) {
        return Ok(installed);
    }
    let tools = root.join(TOOLS);
    let own = tools.join("bin/cargo-deb");
    if !process::succeeds(Command::new(&own).arg("--version")) {
        let mut install = cargo();
        install.args([
            "install",
            "--locked",
            "--debug",
            "cargo-deb",
            "--version",
            CARGO_DEB,
        ]);
        process::run(install.arg("--root").arg(&tools).current_dir(root))?;
    }
    Ok(own)
}

fn debian_name() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn newest(place: &Path, ending: &str) -> Result<PathBuf, Failure> {
    let entries = std::fs::read_dir(place).map_err(|e| trouble(place, &e))?;
    let files = entries.flatten().map(|entry| entry.path());
    let fits = |path: &PathBuf| path.to_string_lossy().ends_with(ending);
    files
        .filter(fits)
        .max_by_key(|path| std::fs::metadata(path).and_then(|m| m.modified()).ok())
        .ok_or_else(|| Failure::check(format!("no .{ending} was made in {PLACE}")))
}

// Installs the package below a folder, looks at it, uses it, and removes it.
fn look_at(root: &Path, package: &Path) -> Result<(), Failure> {
    let driver = setup::run(root)?;
    setup::install_if_missing("desktop-file-validate", &["desktop-file-utils"])?;
    setup::install_if_missing("mandoc", &["mandoc"])?;
    let below = root.join(PLACE).join("installed");
    if below.exists() {
        std::fs::remove_dir_all(&below).map_err(|e| trouble(&below, &e))?;
    }
    for folder in ["info", "updates", "triggers"] {
        let folder = below.join("var/lib/dpkg").join(folder);
        std::fs::create_dir_all(&folder).map_err(|e| trouble(&folder, &e))?;
    }
    for file in ["status", "available"] {
        let file = below.join("var/lib/dpkg").join(file);
        std::fs::write(&file, "").map_err(|e| trouble(&file, &e))?;
    }
    // What it depends on is installed above the folder, not in it.
    let dpkg = || {
        let mut dpkg = Command::new("dpkg");
        dpkg.arg(format!("--root={}", below.display()));
        dpkg.args(["--force-depends", "--force-not-root", "--log=/dev/null"]);
        dpkg
    };
    process::run(dpkg().arg("--install").arg(package))?;
    let share = below.join("usr/share");
    let program = below.join("usr/bin/warmfront");
    process::run(Command::new("desktop-file-validate").arg(share.join(FILES[0].1)))?;
    let page = share.join("man/man1/warmfront.1.gz");
    let page = Command::new("gzip")
        .arg("-dc")
        .arg(&page)
        .output()
        .map_err(|e| trouble(&page, &e))?;
    let text = below.join("warmfront.1");
    std::fs::write(&text, page.stdout).map_err(|e| trouble(&text, &e))?;
    process::run(
        Command::new("mandoc")
            .args(["-T", "lint", "-W", "error"])
            .arg(&text),
    )?;
    std::fs::remove_file(&text).map_err(|e| trouble(&text, &e))?;
    let results = root.join(PLACE).join("results");
    process::run(driver.apply(Command::new(&program).arg("doctor")))?;
    let mut simulate = Command::new(&program);
    simulate.args([
        "run", "--small", "--days", "1", "--quiet", "--force", "--out",
    ]);
    process::run(driver.apply(simulate.arg(&results)))?;
    process::run(dpkg().args(["--purge", "warmfront"]))?;
    let left = files_below(&below.join("usr"));
    if !left.is_empty() {
        return Err(Failure::check(format!(
            "removing the package leaves {left:?}"
        )));
    }
    println!("the package installs, works and goes without a trace");
    Ok(())
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files_below(&path),
            false => vec![path],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_told() {
        let words = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(options(&[]).expect("right"), (None, false));
        assert_eq!(options(&words("--check")).expect("right"), (None, true));
        let wrong = options(&words("--program /no/such")).expect_err("wrong");
        assert!(wrong.message.contains("--program"), "{}", wrong.message);
        let wrong = options(&words("--chek")).expect_err("wrong");
        assert!(wrong.message.contains("--check"), "{}", wrong.message);
    }
}
