//! What an argument says is shown, and not obeyed by the terminal.

use std::process::{Command, Stdio};

use countersign::domain::text::is_deceptive;

/// A title for the window, a line of its own, C1, and text that is turned around.
const HOSTILE: &str = "x\u{1b}]0;owned\u{7}\nerror: forged\u{9b}31m\u{202e}txt\u{e0041}";

#[test]
fn no_argument_speaks_to_the_terminal() {
    let option = format!("--{HOSTILE}");
    let lines: [&[&str]; 9] = [
        &[HOSTILE],
        &[&option],
        &["check", HOSTILE],
        &["check", "--format", HOSTILE, "x"],
        &["check", "--explain", HOSTILE],
        &["simulate", HOSTILE, "--image", HOSTILE],
        &["review", HOSTILE, HOSTILE],
        &["case", HOSTILE],
        &["sandbox", "env", "--as", HOSTILE],
    ];
    for arguments in lines {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("countersign"));
        let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said:?}");
        assert!(!said.chars().any(|c| c != '\n' && is_deceptive(c)), "{arguments:?}: {said:?}");
        assert!(!said.lines().any(|line| line.starts_with("error: forged")), "{arguments:?}: {said}");
        assert!(said.contains("owned") || arguments.contains(&"--as"), "{arguments:?}: {said}");
    }
}
