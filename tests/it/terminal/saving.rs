//! Nothing that was typed is lost: steady typing, a full disk, a directory that is not there, two workbenches.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::pty::Workbench;

/// How long a file is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// The Policy Creator's draft, taking keys.
fn typing(data: &Path) -> Workbench {
    let mut workbench = Workbench::start(data, 120, 40);
    workbench.wait_for("sandbox ready");
    workbench.keys("2 Tab S-Tab");
    workbench
}

/// Starts it with another data directory than its home.
fn start_at(home: &Path, data: &Path) -> Workbench {
    Workbench::start_with(home, 120, 40, &[("COUNTERSIGN_DATA_DIR", data.to_str().unwrap())])
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Looks at the file until it says so.
#[track_caller]
fn until(workbench: &mut Workbench, path: &Path, condition: impl Fn(&str) -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition(&read(path)) {
        assert!(Instant::now() < end, "{}: {:?}\n{}", path.display(), read(path), workbench.screen());
        workbench.pause(Duration::from_millis(10));
    }
}

/// The draft is there although the keys never pause for long: it is not waited for a pause.
#[test]
fn what_is_typed_steadily_is_on_the_disk() {
    let home = tempfile::tempdir().unwrap();
    let draft = home.path().join("draft.yaml");
    let mut workbench = typing(home.path());
    workbench.type_raw("# ");
    let end = Instant::now() + PATIENCE;
    let mut typed = 0;
    while !read(&draft).starts_with("# 0123456789") {
        assert!(Instant::now() < end, "{typed} keys, and on the disk {:?}", read(&draft));
        workbench.type_raw(&(typed % 10).to_string());
        typed += 1;
        workbench.pause(Duration::from_millis(100));
    }
    workbench.kill();
}

/// No file may grow: the same as a full disk, and works everywhere. What is typed is said not to be saved for as long as
/// that is so, quitting says so too, and the text comes to where it can be read.
#[test]
fn without_room_nothing_is_promised_and_the_text_is_handed_over() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = Workbench::without_room(home.path());
    workbench.wait_for("Setup");
    workbench.keys("2 Tab S-Tab");
    workbench.type_raw("description: precious");
    workbench.wait_for("NOT SAVED");
    workbench.type_raw("!");
    workbench.wait_for("precious!");
    assert!(workbench.screen().contains("NOT SAVED"), "{}", workbench.screen());
    workbench.keys("C-q");
    workbench.wait_for("The draft is not saved");
    workbench.wait_for("write it to another file");
    workbench.keys("Down Down Enter");
    assert!(!workbench.end(), "it is no success");
    assert!(workbench.terminal_is_restored());
    let screen = workbench.screen();
    assert!(screen.contains("error: the draft is not saved: "), "{screen}");
    assert!(screen.contains("description: precious!"), "{screen}");
}

#[test]
fn without_room_a_signal_ends_it_with_the_text_too() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = Workbench::without_room(home.path());
    workbench.wait_for("Setup");
    workbench.keys("2 Tab S-Tab");
    workbench.type_raw("description: precious");
    workbench.wait_for("description: precious");
    workbench.wait_for("NOT SAVED");
    workbench.signal("TERM");
    assert!(!workbench.end());
    assert!(workbench.screen().contains("description: precious"), "{}", workbench.screen());
}

/// A data directory that cannot even be made, because a part of its path is a file.
#[test]
fn without_a_data_directory_it_can_be_looked_at() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("file"), "").unwrap();
    let mut workbench = start_at(home.path(), &home.path().join("file/data"));
    workbench.wait_for("NOT SAVED");
    workbench.keys("2");
    workbench.wait_for("Problems");
    workbench.keys("q");
    assert!(workbench.end(), "nothing was typed, so nothing is lost");
}

#[test]
fn a_directory_that_vanishes_is_made_again() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    let draft = data.join("draft.yaml");
    let mut workbench = start_at(home.path(), &data);
    workbench.wait_for("sandbox ready");
    workbench.keys("2 Tab S-Tab");
    workbench.type_raw("description: one");
    until(&mut workbench, &draft, |text| text == "description: one");
    fs::remove_dir_all(&data).unwrap();
    workbench.type_raw(" two");
    until(&mut workbench, &draft, |text| text == "description: one two");
    fs::remove_dir_all(&data).unwrap();
    // Nothing was typed since: quitting writes it all the same.
    workbench.signal("TERM");
    workbench.end();
    assert_eq!(read(&draft), "description: one two");
}

#[test]
fn two_workbenches_see_each_other_and_neither_writes_over_the_other() {
    let home = tempfile::tempdir().unwrap();
    let (draft, own) = (home.path().join("draft.yaml"), home.path().join("workbench-2/draft.yaml"));
    let mut first = typing(home.path());
    first.type_raw("description: first");
    until(&mut first, &draft, |text| text == "description: first");
    let mut second = Workbench::start(home.path(), 120, 40);
    second.wait_for("In use by process ");
    second.keys("Enter");
    until(&mut second, &own, |text| text == "description: first");
    second.keys("2 Tab S-Tab C-End");
    second.type_raw(" and second");
    until(&mut second, &own, |text| text == "description: first and second");
    first.type_raw(" alone");
    until(&mut first, &draft, |text| text == "description: first alone");
    second.signal("TERM");
    second.end();
    assert_eq!(read(&draft), "description: first alone");
    // A third one is offered what the second one left; who is killed holds nothing.
    let mut third = Workbench::start(home.path(), 120, 40);
    third.wait_for("the draft of workbench 2");
    third.kill();
    first.kill();
    let mut fourth = Workbench::start(home.path(), 120, 40);
    fourth.wait_for("description: first alone");
    assert!(!fourth.screen().contains("In use by"));
}

#[test]
fn a_draft_that_is_no_text_is_kept_and_said() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("draft.yaml"), b"description: \xff\n").unwrap();
    let mut workbench = Workbench::start(home.path(), 120, 40);
    workbench.wait_for("is not UTF-8: line 1");
    workbench.wait_for("draft.yaml.kept-1");
    workbench.keys("Esc");
    workbench.wait_for("sandbox ready");
    workbench.keys("2 Tab S-Tab");
    workbench.type_raw("a");
    until(&mut workbench, &home.path().join("draft.yaml"), |text| text == "a");
    assert_eq!(fs::read(home.path().join("draft.yaml.kept-1")).unwrap(), b"description: \xff\n");
}
