//! Case files: written in the workbench, opened by `countersign case`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use countersign::app::effect::Effect;
use countersign::app::job::Job;
use serde_json::Value;

use super::simulate;
use crate::support::stage::Stage;

/// The question before a case is written.
pub(crate) fn asked(size: (u16, u16)) -> Stage {
    let mut stage = Stage::full(size);
    stage.keys("1 K Enter");
    stage
}

/// What the workbench writes.
fn written(keys: &str) -> (String, String) {
    let mut stage = Stage::full((120, 40));
    stage.keys("1 K");
    stage.keys(keys);
    stage.row("Write the case?");
    let effects = stage.keys("y");
    let jobs = effects.into_iter().find_map(|e| if let Effect::Run(_, jobs) = e { Some(jobs) } else { None }).unwrap();
    let Some(Job::Export { path, text }) = jobs.into_iter().next() else { panic!() };
    (path, text)
}

fn opened(file: &Path, format: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("case").arg(file).args(["--format", format]).env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_is_in_a_case_is_shown_before_it_is_written() {
    let mut stage = asked((80, 24));
    stage.row("Write the case?");
    stage.row("the decision DENY, under the live policy");
    stage.row("no key and no signature");
    let effects = stage.keys("Esc");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Run(..))));
}

#[test]
fn a_case_of_the_workbench_is_opened_elsewhere_with_the_same_decision() {
    let (path, case) = written("Enter");
    assert_eq!(path, "case.json");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.json");
    fs::write(&file, &case).unwrap();
    let output = opened(&file, "human");
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", text(&output.stderr));
    assert!(told.starts_with("DENY\nthe same as when the case was made\nadmission webhook"), "{told}");
    let json: Value = serde_json::from_slice(&opened(&file, "json").stdout).unwrap();
    assert_eq!((json["same"].as_bool(), json["outcome"].as_str()), (Some(true), Some("DENY")));
    let markdown = text(&opened(&file, "markdown").stdout);
    assert!(markdown.starts_with("# Binary Authorization: DENY\n"), "{markdown}");
    assert!(markdown.contains("Decided again from this file: the same."));

    // Somebody changes the policy in it.
    fs::write(&file, case.replace("ALWAYS_DENY", "ALWAYS_ALLOW")).unwrap();
    let output = opened(&file, "human");
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1));
    assert!(told.contains("not as it was: the policy is not the one that the case was made of"), "{told}");
    assert!(told.contains("not as it was: the outcome is \"ADMIT\", and was \"DENY\""), "{told}");
}

#[test]
fn under_the_draft_and_as_markdown() {
    // The first choice is the form, the second the policy.
    let (_, markdown) = written("Right Tab Right Enter");
    assert!(markdown.starts_with("# Binary Authorization: ADMIT\n"), "{markdown}");
    assert!(markdown.contains("| policy | the draft |"), "{markdown}");
    assert!(!markdown.contains("123456789012"), "{markdown}");
}

/// What is assumed is decided with, and told.
#[test]
fn assumptions_are_in_the_case() {
    let mut stage = Stage::full((120, 40));
    stage.keys("1");
    simulate::assume(&mut stage, "dry run");
    let outcome = stage.model.decisions.now.as_ref().unwrap().outcome;
    assert_eq!(outcome.as_str(), "ADMIT_DRY_RUN");
    stage.keys("K Enter");
    stage.row("the decision ADMIT_DRY_RUN, under the live policy");
    stage.row("· assumed: ");
}

#[test]
fn what_is_no_case_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.json");
    fs::write(&file, "{\"countersignCase\": 9}").unwrap();
    let output = opened(&file, "human");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("a case of format 9"), "{}", text(&output.stderr));
    assert_eq!(opened(&dir.path().join("gone.json"), "json").status.code(), Some(2));
}

#[test]
fn without_an_image_there_is_no_case() {
    let mut stage = Stage::empty((80, 24));
    stage.keys("1 K");
    stage.row("a case is about an image");
    let mut stage = Stage::full((80, 24));
    stage.keys("1 K Tab Tab C-u Enter");
    stage.row("a path is needed");
}
