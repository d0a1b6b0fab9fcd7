//! Replays in the real program: of its own sandbox's log, and of a file.

use std::fs;

use countersign::codelab::STEPS;

use super::codelab::{at_step, do_it, open};
use crate::command_line::replay::entries;

/// What its sandbox's cluster logged when it refused the codelab's pod.
#[test]
fn the_workbench_replays_the_log_of_its_project() {
    let home = tempfile::tempdir().unwrap();
    let mut workbench = open(home.path());
    workbench.keys("g");
    for (number, step) in STEPS.iter().enumerate().take_while(|(_, step)| step.id != "rejection") {
        at_step(&mut workbench, number);
        do_it(&mut workbench, step.id);
    }
    workbench.keys("M-l");
    workbench.wait_for("Replay audit log entries");
    workbench.keys("Enter");
    workbench.wait_for("the log of binauthz-codelab under the draft");
    workbench.wait_for("admissions");
}

/// A file that is there, and one that is not.
#[test]
fn the_workbench_replays_a_file() {
    let home = tempfile::tempdir().unwrap();
    let lines: String = entries().iter().map(|entry| format!("{entry}\n")).collect();
    fs::write(home.path().join("log.jsonl"), lines.repeat(40)).unwrap();
    let mut workbench = open(home.path());
    workbench.keys("2 F3");
    workbench.wait_for("Start the draft from");
    workbench.keys("Enter");
    workbench.wait_for("ALWAYS_DENY");
    workbench.keys("Esc");
    workbench.wait_gone("Esc leave");
    for (path, told) in [("gone.jsonl", "No such file"), ("log.jsonl", "200 entries: 4 admissions, 156 given twice")] {
        workbench.keys("M-l");
        workbench.wait_for("Under");
        workbench.keys("C-u");
        workbench.type_raw(home.path().join(path).to_str().unwrap());
        workbench.keys("Enter");
        workbench.wait_for(told);
        workbench.keys("Esc");
        workbench.wait_gone(told);
    }
}
