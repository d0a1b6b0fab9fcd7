//! The terminal is given back however the program ends, and stays usable while it runs.

use crate::support::pty::Workbench;

fn open(env: &[(&str, &str)]) -> (tempfile::TempDir, Workbench) {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = Workbench::start_with(home.path(), 120, 40, env);
    workbench.wait_for("sandbox ready");
    (home, workbench)
}

#[test]
fn it_is_restored_on_quit() {
    let (_home, mut workbench) = open(&[]);
    workbench.keys("q");
    assert!(workbench.end());
    assert!(workbench.terminal_is_restored());
}

#[test]
fn it_is_restored_on_sigterm_and_sighup() {
    for signal in ["TERM", "HUP"] {
        let (_home, mut workbench) = open(&[]);
        workbench.signal(signal);
        assert!(workbench.end(), "{signal}");
        assert!(workbench.terminal_is_restored(), "{signal}");
    }
}

#[test]
fn it_says_when_the_terminal_is_too_small_and_recovers() {
    let (_home, mut workbench) = open(&[]);
    workbench.resize(40, 10);
    workbench.wait_for("is too small");
    workbench.resize(80, 24);
    workbench.wait_for("Setup");
}

#[test]
fn no_color_means_no_colour() {
    let (_home, workbench) = open(&[("NO_COLOR", "1")]);
    let attributes = attributes(&workbench.raw);
    let colours: Vec<&u16> = attributes.iter().filter(|code| matches!(code, 30..=49 | 90..=107)).collect();
    assert!(colours.is_empty(), "{colours:?}");
    assert!(attributes.contains(&7), "the selection is still seen");
}

/// The codes of every `CSI … m` that was printed.
fn attributes(raw: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(raw);
    let mut codes = Vec::new();
    for sequence in text.split("\x1b[").skip(1) {
        let parameters: String = sequence.chars().take_while(|c| c.is_ascii_digit() || *c == ';').collect();
        if sequence[parameters.len()..].starts_with('m') {
            codes.extend(parameters.split(';').filter_map(|code| code.parse::<u16>().ok()));
        }
    }
    codes
}

#[test]
fn what_was_typed_survives_a_kill() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = Workbench::start(home.path(), 120, 40);
    workbench.wait_for("sandbox ready");
    workbench.keys("2 Tab S-Tab");
    workbench.type_raw("description: kept");
    workbench.wait_for("description: kept");
    let draft = home.path().join("draft.yaml");
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !std::fs::read_to_string(&draft).is_ok_and(|text| text.contains("kept")) {
        assert!(std::time::Instant::now() < end, "the draft was not written");
        std::thread::yield_now();
    }
    workbench.kill();
    let mut again = Workbench::start(home.path(), 120, 40);
    again.wait_for("description: kept");
}
