//! Whatever signal ends or stops the program, and whenever: the terminal is as it was, and the draft is kept.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::process::Signal;

use crate::support::pty::{PROGRAM, Workbench};

/// Those that end a program (signal(7)).
const ENDING: [(&str, Signal); 9] = [
    ("HUP", Signal::HUP),
    ("INT", Signal::INT),
    ("QUIT", Signal::QUIT),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
    ("ALRM", Signal::ALARM),
    ("TERM", Signal::TERM),
    ("VTALRM", Signal::VTALARM),
    ("PROF", Signal::PROF),
];

/// What a shell says of a program that the signal ended.
fn code(signal: Signal) -> u32 {
    128 + signal.as_raw().unsigned_abs()
}

/// The workbench with the draft's text taking keys.
fn editing(home: &Path) -> Workbench {
    let mut workbench = Workbench::start(home, 120, 40);
    workbench.wait_for("sandbox ready");
    workbench.keys("2 Enter");
    workbench.wait_for("Problems");
    workbench
}

/// Sends a signal to whoever serves the sandbox: the program below a shell.
fn signal_below(home: &Path, name: &str) {
    let running: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(home.join("sandbox/sandbox.json")).unwrap()).unwrap();
    let pid = running["pid"].to_string();
    assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
}

#[test]
fn each_signal_that_ends_leaves_the_terminal_as_it_was_and_the_draft() {
    for (name, signal) in ENDING {
        let home = tempfile::tempdir().unwrap();
        let mut workbench = editing(home.path());
        workbench.type_raw("description: typed just now");
        workbench.wait_for("description: typed just now");
        workbench.signal(name);
        assert_eq!(workbench.ended().exit_code(), code(signal), "{name}");
        assert!(workbench.is_as_before(), "{name}: {}", workbench.settings());
        let draft = fs::read_to_string(home.path().join("draft.yaml")).unwrap();
        assert_eq!(draft, "description: typed just now", "{name}");
    }
}

/// A moment of the start.
type Moment = (&'static str, fn(&Workbench) -> bool);

#[test]
fn no_moment_of_the_start_is_too_early() {
    let moments: [Moment; 4] = [
        ("it is started", |_| true),
        ("it has set the terminal", |workbench| workbench.settings() != workbench.settings_before),
        ("it has printed something", |workbench| !workbench.raw.is_empty()),
        ("it has drawn", |workbench| workbench.screen().contains("Setup")),
    ];
    for (name, signal) in [("HUP", Signal::HUP), ("INT", Signal::INT), ("TERM", Signal::TERM), ("USR1", Signal::USR1)] {
        for (moment, is_there) in moments {
            let home = tempfile::tempdir().unwrap();
            let mut workbench = Workbench::start(home.path(), 120, 40);
            workbench.until_so(moment, is_there);
            workbench.signal(name);
            let ended = workbench.ended();
            // Before it has taken the signals over, the signal itself ends it.
            assert!(ended.signal().is_some() || ended.exit_code() == code(signal), "{name}, {moment}: {ended:?}");
            assert!(workbench.is_as_before(), "{name}, {moment}");
        }
    }
}

#[test]
fn a_stop_from_outside_gives_the_terminal_to_the_shell() {
    let home = tempfile::tempdir().unwrap();
    let mut shell = Workbench::shell(home.path());
    shell.wait_for("prompt>");
    shell.type_raw(&format!("{PROGRAM}\n"));
    shell.wait_for("sandbox ready");
    signal_below(home.path(), "TSTP");
    shell.wait_for("Stopped");
    assert!(shell.terminal_is_restored());
    shell.type_raw("fg\n");
    shell.wait_for("sandbox ready");
    shell.keys("2");
    shell.wait_for("Problems");
    shell.keys("q");
    shell.until("the shell", |screen| !screen.contains("sandbox ready") && screen.contains("prompt>"));
    assert!(shell.terminal_is_restored());
    shell.type_raw("exit\n");
    shell.end();
}

#[test]
fn after_a_stop_that_cannot_be_caught_the_terminal_is_taken_anew() {
    let home = tempfile::tempdir().unwrap();
    let mut shell = Workbench::shell(home.path());
    shell.wait_for("prompt>");
    shell.type_raw(&format!("{PROGRAM}\n"));
    shell.wait_for("sandbox ready");
    signal_below(home.path(), "STOP");
    // Not on the screen, where a frame may stand half-drawn.
    shell.until_so("the shell tells", |shell| String::from_utf8_lossy(&shell.raw).contains("Stopped"));
    // As bash does by itself: the terminal has lines and echo again, and knows nothing of the mouse.
    shell.type_raw(
        "stty sane; printf '\\033[?2026l\\033[?25h\\033[?1049l\\033[?1000l\\033[?1002l\\033[?2004l\\nsane\\n'\n",
    );
    shell.until("the shell", |screen| screen.lines().any(|line| line == "sane"));
    assert!(shell.terminal_is_restored());
    shell.type_raw("fg\n");
    shell.wait_for("sandbox ready");
    // Without a line's end no key would come through.
    shell.keys("2");
    shell.wait_for("Problems");
    assert!(!shell.terminal_is_restored(), "the mouse and pastes are reported again");
    shell.keys("q");
    shell.until("the shell", |screen| !screen.contains("sandbox ready") && screen.contains("prompt>"));
    assert!(shell.terminal_is_restored());
    shell.type_raw("exit\n");
    shell.end();
}

#[test]
fn where_nobody_could_continue_it_it_does_not_stop() {
    let home = tempfile::tempdir().unwrap();
    // Its parent is this test, which has another terminal.
    let mut workbench = editing(home.path());
    workbench.signal("TSTP");
    workbench.type_raw("# goes on");
    workbench.wait_for("# goes on");
}

/// What the kernel sends who writes beyond `ulimit -f`; its default is to end the process.
#[test]
fn a_file_that_may_not_grow_does_not_end_it() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = editing(home.path());
    workbench.signal("XFSZ");
    workbench.type_raw("# goes on");
    workbench.wait_for("# goes on");
}

#[test]
fn the_second_of_two_hangups_takes_no_draft_with_it() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = editing(home.path());
    workbench.type_raw("description: typed just now");
    workbench.wait_for("description: typed just now");
    workbench.signal("HUP");
    workbench.signal("TERM");
    workbench.signal("HUP");
    workbench.ended();
    let draft = fs::read_to_string(home.path().join("draft.yaml")).unwrap();
    assert_eq!(draft, "description: typed just now");
    assert!(workbench.is_as_before());
}

#[test]
fn a_second_signal_does_not_wait() {
    let home = tempfile::tempdir().unwrap();
    let script = home.path().join("my-editor");
    fs::write(&script, "echo in the editor; read -r line\n").unwrap();
    let editor = format!("sh '{}'", script.display());
    let mut workbench = Workbench::start_with(home.path(), 120, 40, &[("VISUAL", &editor)]);
    workbench.wait_for("sandbox ready");
    workbench.keys("2 Enter");
    workbench.wait_for("Problems");
    workbench.keys("C-e");
    workbench.wait_for("in the editor");
    // The keyboard's are the editor's own.
    workbench.signal("INT");
    // The first waits for the editor, which waits for a line.
    workbench.signal("TERM");
    workbench.signal("HUP");
    let ended = workbench.ended().exit_code();
    assert!([Signal::HUP, Signal::TERM].map(code).contains(&ended), "{ended}");
    assert!(workbench.is_as_before());
}
