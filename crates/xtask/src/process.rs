//! Running other programs, and the exit code that a chore ends with.

use std::ffi::OsString;
use std::process::{Command, Stdio};

/// Why a chore stopped. An empty message means that a program already said why.
#[derive(Debug)]
pub struct Failure {
    /// Exit code of this process.
    pub code: u8,
    /// One message for the reader.
    pub message: String,
}

impl Failure {
    /// A check found problems (exit code 1); they are printed already.
    pub fn check(message: impl Into<String>) -> Self {
        Self {
            code: 1,
            message: message.into(),
        }
    }

    /// The command line or a file is wrong (exit code 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: 2,
            message: message.into(),
        }
    }

    /// There is no usable Vulkan driver (exit code 3).
    pub fn no_driver(message: impl Into<String>) -> Self {
        Self {
            code: 3,
            message: message.into(),
        }
    }
}

/// The cargo that started this program, or the one on the path.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Runs a program in the foreground. Its exit code becomes the failure's.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    eprintln!("> {}", shown(command));
    let status = command
        .status()
        .map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        return Ok(());
    }
    // A code that does not fit (or a signal) still has to be a failure.
    let code = status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .unwrap_or(1)
        .max(1);
    Err(Failure {
        code,
        message: format!("`{}` ended with {status}", shown(command)),
    })
}

/// Whether a program can be started and succeeds; it prints nothing.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The failure of a program that did not even start.
pub fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    Failure::usage(format!("`{}` cannot be started: {error}", shown(command)))
}

/// The command as a person would type it (the program without its folder).
pub fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_code_of_the_program_is_forwarded() {
        let failure = run(cargo().arg("no-such-subcommand").stderr(Stdio::null()));
        assert_eq!(failure.expect_err("cargo refuses it").code, 101);
    }

    #[test]
    fn shown_leaves_the_folder_out() {
        let mut command = Command::new("/opt/bin/cargo");
        command.args(["test", "--workspace"]);
        assert_eq!(shown(&command), "cargo test --workspace");
    }
}
