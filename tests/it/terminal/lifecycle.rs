//! The terminal is given back however the program ends, and stays usable while it runs.

use std::env;

use countersign::runtime::terminal::{self, Guard};

use crate::support::pty::{PROGRAM, Workbench};

/// Set where a test is run as a program of its own.
const CHILD: &str = "COUNTERSIGN_TEST_CHILD";

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
    assert!(workbench.is_as_before());
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

#[test]
fn a_locale_without_unicode_gets_ascii_only() {
    let (_home, mut workbench) = open(&[("LC_ALL", "C")]);
    workbench.keys("g 2 F3");
    workbench.wait_for("deny all");
    let others: String = String::from_utf8_lossy(&workbench.raw).chars().filter(|c| !c.is_ascii()).collect();
    assert!(others.is_empty(), "{others}");
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

#[test]
fn it_is_restored_before_a_panic_is_printed() {
    if env::var_os(CHILD).is_some() {
        let _guard = Guard::enter().unwrap();
        panic!("as it was told to");
    }
    let mut child =
        Workbench::this_test("terminal::lifecycle::it_is_restored_before_a_panic_is_printed", &[(CHILD, "1")]);
    child.wait_for("as it was told to");
    assert!(!child.end());
    assert!(child.is_as_before());
    assert!(String::from_utf8_lossy(&child.raw).contains("\x1b[?1049h"), "it was taken");
}

#[test]
fn a_panic_in_a_task_leaves_the_screen() {
    if env::var_os(CHILD).is_some() {
        let _guard = Guard::enter().unwrap();
        assert!(std::thread::spawn(|| panic!("not to be seen")).join().is_err());
        terminal::screen().unwrap().draw(|frame| frame.render_widget("still here", frame.area())).unwrap();
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        return;
    }
    let mut child = Workbench::this_test("terminal::lifecycle::a_panic_in_a_task_leaves_the_screen", &[(CHILD, "1")]);
    child.wait_for("still here");
    assert!(!child.screen().contains("not to be seen"));
    assert!(!child.terminal_is_restored());
    child.type_raw("\n");
    assert!(child.end());
    assert!(child.terminal_is_restored());
}

#[test]
fn it_is_given_back_while_suspended() {
    let home = tempfile::tempdir().unwrap();
    let mut shell = Workbench::shell(home.path());
    shell.wait_for("prompt>");
    shell.type_raw(&format!("{PROGRAM}\n"));
    shell.wait_for("sandbox ready");
    shell.keys("C-z");
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
fn the_mouse_shows_tabs_selects_rows_scrolls_and_presses_hints() {
    let (_home, mut workbench) = open(&[]);
    workbench.click_text("Attestor");
    workbench.wait_for("Keys of this machine");
    workbench.click_text("Deployer");
    workbench.wait_for("Setup");
    workbench.click_text("Enforcement");
    workbench.until("the row", |screen| screen.lines().any(|line| line.contains('›') && line.contains("Enforcement")));
    workbench.click_text("simulate…");
    workbench.wait_for("Simulate an admission");
    workbench.keys("Esc");
    workbench.wait_gone("Simulate an admission");
    workbench.keys("?");
    workbench.wait_for("Everywhere");
    workbench.wheel_down(60, 20);
    workbench.wheel_down(60, 20);
    workbench.wait_gone("Everywhere");
}

/// What the escape sequence to the terminal's clipboard carries.
fn copied(raw: &[u8]) -> Option<String> {
    use base64::Engine as _;
    let text = String::from_utf8_lossy(raw);
    let (_, rest) = text.rsplit_once("\x1b]52;c;")?;
    let end = rest.find(['\x07', '\x1b'])?;
    let bytes = base64::engine::general_purpose::STANDARD.decode(&rest[..end]).unwrap();
    Some(String::from_utf8(bytes).unwrap())
}

#[test]
fn the_command_log_is_copied_to_the_clipboard_and_to_a_file() {
    let (home, mut workbench) = open(&[]);
    workbench.keys("Enter");
    workbench.wait_for("Project id");
    workbench.keys("Enter");
    workbench.wait_for("number ");
    workbench.keys("L");
    workbench.wait_for("gcloud projects create");
    workbench.keys("y");
    workbench.wait_for("clipboard.txt");
    let copied = copied(&workbench.raw).unwrap();
    assert!(copied.contains("gcloud projects create binauthz-codelab"), "{copied}");
    // Not at once: `q` behind an escape that is still on its way would be read as Alt-q.
    workbench.keys("Esc");
    workbench.wait_gone("Command log");
    workbench.keys("q");
    assert!(workbench.end());
    let file = std::fs::read_to_string(home.path().join("clipboard.txt")).unwrap();
    assert_eq!(file, copied);
}
