//! The editor in a real terminal: search and replace, quick fixes, files, changes by others, and the
//! person's own editor.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::pty::Workbench;

const SIZE: (u16, u16) = (120, 40);
const DENY: &str =
    "defaultAdmissionRule:\n  evaluationMode: ALWAYS_DENY\n  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG\n";

/// A script that stands for the person's editor.
fn script(directory: &Path, body: &str) -> PathBuf {
    let path = directory.join("my editor");
    fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    path
}

/// The workbench at the Policy Creator's tab, its text taking keys.
fn policy_creator(data: &Path, env: &[(&str, &str)]) -> Workbench {
    let mut workbench = Workbench::start_with(data, SIZE.0, SIZE.1, env);
    workbench.wait_for("sandbox ready");
    workbench.keys("2 Enter");
    workbench.wait_for("Problems");
    workbench
}

/// Pastes a text as terminals do.
fn paste(workbench: &mut Workbench, text: &str) {
    workbench.type_raw(&format!("\x1b[200~{text}\x1b[201~"));
}

#[test]
fn a_draft_is_searched_replaced_and_fixed() {
    let dir = tempfile::tempdir().unwrap();
    let mut workbench = policy_creator(dir.path(), &[]);
    paste(&mut workbench, "admissionWhitelistPatterns:\n- namePattern: gcr.io/a/*\n- namePattern: gcr.io/b/*\n");
    workbench.wait_for("gcr.io/b/*");
    workbench.keys("C-r");
    workbench.type_raw("gcr.io");
    workbench.wait_for("1 of 2");
    workbench.keys("Tab");
    workbench.type_raw("eu.gcr.io");
    workbench.wait_for("replace eu.gcr.io");
    workbench.keys("M-a");
    workbench.wait_for("2 replaced");
    workbench.wait_for("- namePattern: eu.gcr.io/b/*");
    workbench.keys("Esc");
    workbench.wait_gone("2 replaced");
    workbench.keys("C-z");
    workbench.wait_for("- namePattern: gcr.io/b/*");
    workbench.keys("C-End");
    paste(&mut workbench, &DENY.replace("evaluationMode", "evaluation_mode"));
    workbench.wait_for("evaluation_mode: ALWAYS_DENY");
    workbench.keys("Up Up F8");
    workbench.wait_for("yes, do it");
    workbench.wait_for("+   evaluationMode: ALWAYS_DENY");
    workbench.keys("y");
    workbench.wait_gone("yes, do it");
    workbench.wait_gone("evaluation_mode");
}

#[test]
fn a_file_is_opened_changed_by_others_and_saved() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().canonicalize().unwrap().join("team.yaml");
    fs::write(&file, DENY).unwrap();
    let mut workbench = policy_creator(dir.path(), &[]);
    workbench.keys("C-o");
    workbench.wait_for("type or paste a path");
    workbench.type_raw("type");
    workbench.keys("Enter");
    workbench.wait_for("Open a file as the draft");
    workbench.type_raw(&file.display().to_string());
    workbench.keys("Enter");
    workbench.wait_for("┌ team.yaml");
    workbench.wait_for("evaluationMode: ALWAYS_DENY");
    // Somebody else writes to it.
    fs::write(&file, format!("# theirs\n{DENY}")).unwrap();
    workbench.wait_for("team.yaml was changed outside");
    workbench.keys("Enter");
    workbench.wait_for("# theirs");
    // Ours is written to it.
    workbench.keys("Enter");
    workbench.type_raw("# ours ");
    workbench.wait_for("not as in the file");
    workbench.keys("F2");
    workbench.wait_for("Write the draft to a file");
    workbench.keys("Enter");
    workbench.wait_for("✓ Write");
    workbench.wait_gone("not as in the file");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("# theirs\n# ours {DENY}"));
    // A file of others is not replaced unasked.
    let other = file.with_file_name("other.yaml");
    fs::write(&other, "other: 1\n").unwrap();
    workbench.keys("F2");
    workbench.wait_for("Write the draft to a file");
    workbench.keys("C-u");
    workbench.type_raw(&other.display().to_string());
    workbench.keys("Enter");
    workbench.wait_for("Replace the file?");
    workbench.wait_for("- other: 1");
    workbench.keys("n");
    workbench.wait_gone("Replace the file?");
    assert_eq!(fs::read_to_string(&other).unwrap(), "other: 1\n");
    // The draft remembers its file over a kill.
    workbench.kill();
    let mut workbench = Workbench::start(dir.path(), SIZE.0, SIZE.1);
    workbench.wait_for("┌ team.yaml");
    fs::write(&file, "later: 1\n").unwrap();
    workbench.wait_for("team.yaml was changed outside");
}

#[test]
fn a_file_that_is_no_text_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().canonicalize().unwrap().join("image.yaml");
    fs::write(&file, b"a: 1\nb: \xff\xfe\n").unwrap();
    let mut workbench = policy_creator(dir.path(), &[]);
    workbench.type_raw("# mine");
    workbench.wait_for("# mine");
    workbench.keys("C-o");
    workbench.wait_for("type or paste a path");
    workbench.type_raw("type");
    workbench.keys("Enter");
    workbench.type_raw(&file.display().to_string());
    workbench.keys("Enter");
    workbench.wait_for("is not UTF-8: line 2");
    workbench.keys("Esc");
    workbench.wait_gone("type or paste a path");
    workbench.wait_for("# mine");
}

#[test]
fn the_draft_goes_to_the_persons_editor_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let script = script(
        dir.path(),
        "n=$(($(cat \"$0.n\" 2>/dev/null || echo 0) + 1)); echo $n > \"$0.n\"; printf 'editor %s: ' $n; read -r line; printf '# %s\\n' \"$line\" >> \"$1\"; test \"$line\" != fail",
    );
    let editor = format!("sh '{}'", script.display());
    let mut workbench = policy_creator(dir.path(), &[("EDITOR", "/no/such/editor"), ("VISUAL", &editor)]);
    paste(&mut workbench, DENY);
    workbench.wait_for("ALWAYS_DENY");
    workbench.keys("C-e");
    workbench.wait_for("editor 1: ");
    assert!(!workbench.screen().contains("Policy Creator"));
    workbench.type_raw("from outside\r");
    workbench.wait_for("taken from the editor");
    workbench.wait_for("# from outside");
    workbench.keys("C-z");
    workbench.wait_gone("# from outside");
    // What fails is not taken.
    workbench.keys("C-e");
    workbench.wait_for("editor 2: ");
    workbench.type_raw("fail\r");
    workbench.wait_for("ended with exit status: 1");
    workbench.wait_for("What to do");
    workbench.keys("Esc");
    workbench.wait_gone("What to do");
    assert!(!workbench.screen().contains("# fail"));
    // Keys and the mouse are ours again.
    workbench.type_raw("# end");
    workbench.wait_for("# end");
    workbench.keys("Esc 1");
    workbench.wait_for("Working directory");
    workbench.keys("C-q");
    workbench.wait_for("Quit?");
    workbench.keys("y");
    assert!(workbench.end());
    assert!(workbench.terminal_is_restored());
}

#[test]
fn an_editor_that_is_not_there_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let mut workbench = policy_creator(dir.path(), &[("EDITOR", "no-such-editor --wait")]);
    workbench.keys("C-e");
    workbench.wait_for("the editor `no-such-editor --wait` was not found");
    workbench.wait_for("Set VISUAL or EDITOR");
}

#[test]
fn a_policy_is_typed_with_proposals_and_the_outline_goes_through_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut workbench = policy_creator(dir.path(), &[]);
    workbench.keys("C-Space");
    workbench.wait_for("globalPolicyEvaluationMode");
    workbench.type_raw("defa");
    workbench.wait_gone("globalPolicyEvaluationMode");
    workbench.keys("Enter");
    workbench.wait_for("evaluationMode");
    workbench.type_raw("ev");
    workbench.wait_gone("requireAttestationsBy  ");
    workbench.keys("Tab");
    workbench.wait_for("No image is admitted");
    workbench.type_raw("always_d");
    workbench.keys("Tab");
    workbench.wait_for("evaluationMode: ALWAYS_DENY");
    workbench.keys("Enter");
    workbench.type_raw("enf");
    workbench.keys("Tab Tab");
    workbench.wait_for("enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG");
    workbench.keys("M-o");
    workbench.wait_for("Outline");
    workbench.keys("Enter");
    workbench.wait_for(" 1:1 ");
}

#[test]
fn the_command_line_names_a_policy_to_open() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().canonicalize().unwrap().join("team.yaml");
    fs::write(&file, DENY).unwrap();
    let mut workbench = Workbench::open(dir.path(), &file);
    workbench.wait_for("┌ team.yaml");
    workbench.wait_for("evaluationMode: ALWAYS_DENY");
    let output = std::process::Command::new(crate::support::pty::PROGRAM).arg("chekc").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("'chekc' is neither a file nor a subcommand"));
}
