//! Input is read to its end, in order, however much comes at once.

use std::fs;

use crate::support::pty::Workbench;

fn ready() -> (tempfile::TempDir, Workbench) {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = Workbench::start(home.path(), 120, 40);
    workbench.wait_for("sandbox ready");
    (home, workbench)
}

#[test]
fn a_burst_without_brackets_is_typed_to_its_end() {
    let (home, mut workbench) = ready();
    workbench.keys("2 Enter");
    workbench.wait_for("Problems");
    let line = "# 34567890123456789012345678901234567890123456789";
    let text = format!("{line}\r").repeat(70);
    assert!(text.len() > 3000);
    workbench.type_raw(&text);
    let draft = home.path().join("draft.yaml");
    workbench.until_so("all of it is in the draft", |_| {
        fs::read_to_string(&draft).is_ok_and(|draft| draft.lines().filter(|found| found.trim() == line).count() == 70)
    });
}

#[test]
fn a_key_behind_a_flood_of_motion_acts() {
    let (_home, mut workbench) = ready();
    let motion: String = (0..2000).map(|n| format!("\x1b[<35;{};{}M", 10 + n % 80, 5 + n % 20)).collect();
    assert!(motion.len() > 20_000);
    workbench.type_raw(&motion);
    workbench.keys("2");
    workbench.wait_for("Problems");
}

#[test]
fn motion_without_a_button_is_not_asked_for() {
    let (_home, workbench) = ready();
    let printed = String::from_utf8_lossy(&workbench.raw).into_owned();
    assert!(printed.contains("\x1b[?1002h") && !printed.contains("\x1b[?1003h"));
}

#[test]
fn a_paste_without_an_end_is_taken_and_said() {
    let (_home, mut workbench) = ready();
    workbench.keys("2 Enter");
    workbench.wait_for("Problems");
    workbench.type_raw("\x1b[200~# begun\nand not ended");
    workbench.wait_for("and not ended");
    workbench.wait_for("the paste may be cut");
    workbench.type_raw("!");
    workbench.wait_for("and not ended!");
}

#[test]
fn a_terminal_that_cannot_be_drawn_on_is_told_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    for (term, says) in [("dumb", "TERM says `dumb`"), ("", "TERM is not set")] {
        let mut workbench = Workbench::start_with(home.path(), 200, 10, &[("TERM", term)]);
        assert_eq!(workbench.ended().exit_code(), 2, "{term:?}");
        let printed = String::from_utf8_lossy(&workbench.raw).into_owned();
        assert!(printed.contains(says) && printed.contains("--help"), "{printed}");
        assert!(!printed.contains('\x1b'), "{printed:?}");
    }
}
