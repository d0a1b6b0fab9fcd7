//! `countersign case`, the real binary: what it says of a case that the workbench wrote, and of none.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::app::case::written;

fn opened(file: &Path, format: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("case").arg(file).args(["--format", format]).env("NO_COLOR", "1").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
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
fn what_is_no_case_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.json");
    fs::write(&file, "{\"countersignCase\": 9}").unwrap();
    let output = opened(&file, "human");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("a case of format 9"), "{}", text(&output.stderr));
    assert_eq!(opened(&dir.path().join("gone.json"), "json").status.code(), Some(2));
}
