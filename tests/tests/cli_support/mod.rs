//! Starts the program and reads what it wrote.

use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program beside this test.
pub fn program() -> PathBuf {
    let own = std::env::current_exe().expect("a running test has a path");
    let name = format!("warmfront{}", std::env::consts::EXE_SUFFIX);
    let found = own.ancestors().map(|a| a.join(&name)).find(|p| p.is_file());
    found.expect("build the binary first: cargo build --workspace --bin warmfront")
}

/// A command with arguments separated by spaces.
pub fn warmfront(arguments: &str) -> Command {
    let mut command = Command::new(program());
    command.args(arguments.split_whitespace());
    command
}

/// A scenario that no arm brings to its end: more vessels than there are atoms.
pub const BEYOND: &str = "model = \"tumour\"\nextends = \"inflamed\"\nlabel = \"Beyond\"\n\
    [initial.vessels]\nshapes = [{ shape = \"disc\", amplitude = 1e38, radius = 0.1, edge = 2.0 }]\n";

/// What a finished command left.
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs a command to its end.
pub fn finish(command: &mut Command) -> Done {
    done(command.output().expect("the program starts"))
}

pub fn done(output: Output) -> Done {
    Done {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs a command that must succeed.
pub fn succeed(command: &mut Command) -> Done {
    let done = finish(command);
    assert_eq!(done.code, 0, "{}\n{}", done.out, done.err);
    done
}

/// Runs a command that must fail with a code and a message with all of these parts.
pub fn fail(command: &mut Command, code: i32, parts: &[&str]) -> Done {
    let done = finish(command);
    assert_eq!(done.code, code, "{}\n{}", done.out, done.err);
    for part in parts {
        assert!(done.err.contains(part), "`{part}` is not in:\n{}", done.err);
    }
    assert!(!done.err.contains("panicked"), "{}", done.err);
    done
}

/// An array of an `.npz` file: shape and values.
pub fn npz(path: &Path, key: &str) -> (Vec<u64>, Vec<f64>) {
    let bytes = std::fs::read(path).expect("the file is there");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a whole archive");
    let mut npy = Vec::new();
    archive
        .by_name(&format!("{key}.npy"))
        .expect("the array is there")
        .read_to_end(&mut npy)
        .expect("it can be read");
    let open = || npyz::NpyFile::new(Cursor::new(&npy)).expect("an array");
    let shape = open().shape().to_vec();
    let values = match open().into_vec::<f32>() {
        Ok(v) => v.into_iter().map(f64::from).collect(),
        Err(_) => open().into_vec::<f64>().expect("32 or 64 bits"),
    };
    (shape, values)
}

/// A text without dimensions in an `.npz` file, as `numpy.load(path)[key].item()` gives it.
pub fn npz_text(path: &Path, key: &str) -> String {
    let bytes = std::fs::read(path).expect("the file is there");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a whole archive");
    let mut npy = Vec::new();
    archive
        .by_name(&format!("{key}.npy"))
        .expect("the text is there")
        .read_to_end(&mut npy)
        .expect("it can be read");
    let file = npyz::NpyFile::new(Cursor::new(&npy)).expect("an array");
    assert!(file.shape().is_empty());
    let descr = file.dtype().descr();
    let length: usize = descr
        .trim_matches('\'')
        .strip_prefix("<U")
        .and_then(|n| n.parse().ok())
        .expect("a text");
    let data = &npy[npy.len() - 4 * length..];
    let codes = data
        .chunks_exact(4)
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    codes.filter_map(char::from_u32).collect()
}

/// Reads lines until one begins like this; false at the end.
pub fn said(lines: &mut impl Iterator<Item = std::io::Result<String>>, what: &str) -> bool {
    lines
        .map_while(Result::ok)
        .any(|line| line.starts_with(what))
}

/// `summary.json` of a folder.
pub fn summary(folder: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(folder.join("summary.json")).expect("it is written");
    serde_json::from_str(&text).expect("it is JSON")
}

/// `value` of one quantity in `timeseries.csv`, with its times, in file order.
pub fn series(folder: &Path, arm: &str, quantity: &str) -> Vec<(f64, f64)> {
    let text = std::fs::read_to_string(folder.join("timeseries.csv")).expect("it is written");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("time_days,arm,quantity,unit,value"));
    let rows = lines.map(|l| l.split(',').collect::<Vec<_>>());
    rows.filter(|r| r[1] == arm && r[2] == quantity)
        .map(|r| {
            (
                r[0].parse().expect("a time"),
                r[4].parse().expect("a value"),
            )
        })
        .collect()
}

/// A folder for `--assets` with one model: files as (path below the model's folder, text).
pub fn assets(model: &str, files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder for the test");
    for (name, text) in files {
        let path = dir.path().join("models").join(model).join(name);
        let parent = path.parent().expect("it has a folder");
        std::fs::create_dir_all(parent).expect("writable");
        std::fs::write(path, text).expect("writable");
    }
    dir
}

/// Sends a signal to a program that was started here.
#[cfg(unix)]
pub fn signal(child: &std::process::Child, which: rustix::process::Signal) {
    let id = i32::try_from(child.id()).ok();
    let id = id.and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(id.expect("it runs"), which).expect("it can be told");
}
