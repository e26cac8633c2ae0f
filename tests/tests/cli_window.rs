//! The window's command line where there is no window: no display, a wrong one, wrong files.

use std::process::Command;

use crate::cli_support::{fail, succeed, warmfront};

/// A command with no display at all, whatever the test's own surroundings have.
fn without_display(arguments: &str) -> Command {
    let mut command = warmfront(arguments);
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

/// A command that is told of a display that nobody serves.
fn wrong_display(arguments: &str) -> Command {
    let mut command = without_display(arguments);
    command.env("DISPLAY", ":7654");
    command
}

#[test]
#[cfg(all(unix, not(target_os = "macos")))]
fn without_a_display_there_is_advice() {
    let done = succeed(&mut without_display(""));
    assert!(done.out.contains("warmfront run --small"), "{}", done.out);
    for arguments in ["app", "app excluded", "bench --app"] {
        fail(
            &mut without_display(arguments),
            3,
            &["there is no display here", "help:"],
        );
    }
}

#[test]
#[cfg(all(unix, not(target_os = "macos")))]
fn a_display_that_is_not_there_is_one_message() {
    for arguments in ["", "app"] {
        let done = fail(
            &mut wrong_display(arguments),
            3,
            &["the window could not be opened", "help:"],
        );
        assert_eq!(done.err.matches("error:").count(), 1, "{}", done.err);
    }
}

#[test]
#[cfg(all(unix, not(target_os = "macos")))]
fn wrong_names_and_files_are_said_before_a_window_opens() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let script = folder.path().join("script.jsonl");
    std::fs::write(
        &script,
        "{\"at\": 1, \"do\": \"step\"}\n{\"at\": 2, \"do\": \"stepp\"}\n",
    )
    .expect("it can be written");
    fail(
        &mut wrong_display("app inflammed"),
        2,
        &["unknown scenario `inflammed`", "did you mean `inflamed`?"],
    );
    fail(
        wrong_display("app --script").arg(&script),
        2,
        &["script.jsonl:2:", "stepp"],
    );
    fail(
        wrong_display("app --script").arg(folder.path().join("none")),
        2,
        &["cannot read the script"],
    );
    fail(
        wrong_display("app --assets").arg(folder.path()),
        2,
        &["holds no models"],
    );
}
