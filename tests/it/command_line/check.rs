//! `countersign check`, the real binary: formats, exit codes, and what it does with bad input.

use std::fs;

use assert_cmd::Command;
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

const VALID: &str = "\
globalPolicyEvaluationMode: ENABLE
defaultAdmissionRule:
  evaluationMode: ALWAYS_DENY
  enforcementMode: ENFORCED_BLOCK_AND_AUDIT_LOG
";

const INVALID: &str = "\
globalPolicyEvaluationMode: ENABLE
defaultAdmissionRule:
  evaluationMode: REQUIRE_ATTESTATION
  enforcementMode: DRYRUN_AUDIT_LOG_ONLY
";

const PLATFORM: &str = "\
gkePolicy:
  checkSets:
  - checks:
    - alwaysDeny: true
";

struct Files(TempDir);

impl Files {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let directory = TempDir::new().unwrap();
        for (name, content) in files {
            fs::write(directory.path().join(name), content).unwrap();
        }
        Self(directory)
    }

    /// `check` in the directory of the files, so that they are named as the tests do.
    fn check(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("countersign").unwrap();
        command.current_dir(self.0.path()).env_remove("NO_COLOR").arg("check").args(arguments);
        command
    }
}

fn all() -> Files {
    Files::with(&[
        ("valid.yaml", VALID.as_bytes()),
        ("invalid.yaml", INVALID.as_bytes()),
        ("platform.yaml", PLATFORM.as_bytes()),
        ("latin1.yaml", b"name: a\ndescription: caf\xe9\n"),
        ("empty.yaml", b""),
        ("broken.json", b"{\"name\": \"a\",}"),
    ])
}

#[rstest]
#[case::valid(&["valid.yaml"], 0)]
#[case::invalid(&["invalid.yaml"], 1)]
#[case::one_invalid(&["valid.yaml", "invalid.yaml"], 1)]
#[case::empty(&["empty.yaml"], 1)]
#[case::broken(&["broken.json"], 1)]
#[case::missing(&["none.yaml"], 2)]
#[case::directory(&["."], 2)]
#[case::not_utf8(&["latin1.yaml"], 2)]
#[case::missing_wins(&["invalid.yaml", "platform.yaml", "none.yaml"], 2)]
#[case::platform(&["platform.yaml"], 0)]
#[case::platform_by_flag(&["--kind", "platform", "platform.yaml"], 0)]
#[case::singleton_as_platform(&["--kind", "platform", "valid.yaml"], 1)]
#[case::both_kinds(&["valid.yaml", "platform.yaml"], 0)]
#[case::platform_as_singleton(&["--kind", "singleton", "platform.yaml"], 1)]
#[case::no_file(&[], 2)]
#[case::bad_format(&["--format", "xml", "valid.yaml"], 2)]
fn the_exit_code_is_the_verdict(#[case] arguments: &[&str], #[case] expected: i32) {
    all().check(arguments).assert().code(expected);
}

#[test]
fn a_diagnostic_is_explained() {
    let output = all().check(&["--explain", "bare-name"]).assert().code(0).get_output().clone();
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(page.starts_with("bare-name (warning)\nA pattern without tag, digest or wildcard\n"), "{page}");
    assert!(page.contains("    - namePattern: gcr.io/my-project/app[@:]*\n"), "{page}");
    let listed = all().check(&["--explain", "list"]).assert().code(0).get_output().clone();
    assert!(String::from_utf8(listed.stdout).unwrap().lines().count() > 80);
    let wrong = all().check(&["--explain", "bear-name"]).assert().code(2).get_output().clone();
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("did you mean `bare-name`?"));
}

#[test]
fn people_see_the_line_and_what_to_do() {
    let output = all().check(&["invalid.yaml", "valid.yaml"]).assert().code(1).get_output().clone();
    let expected = "\
invalid.yaml:3:19: error[attestors-required]: REQUIRE_ATTESTATION needs requireAttestationsBy
 3 |   evaluationMode: REQUIRE_ATTESTATION
   |                   ^^^^^^^^^^^^^^^^^^^
   = `REQUIRE_ATTESTATION` asks every attestor in `requireAttestationsBy`; the service refuses it with none.

invalid.yaml:4:20: warning[dry-run]: this rule blocks nothing: it is a dry run
 4 |   enforcementMode: DRYRUN_AUDIT_LOG_ONLY
   |                    ^^^^^^^^^^^^^^^^^^^^^
   = With `DRYRUN_AUDIT_LOG_ONLY` nothing is blocked: what the rule refuses runs, and is written to the audit log. \
Switch to `ENFORCED_BLOCK_AND_AUDIT_LOG` when the log is clean.

invalid.yaml: not valid, 1 error, 1 warning
valid.yaml: valid
";
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    assert_eq!(output.stderr, b"");
}

#[test]
fn programs_get_the_contract() {
    let output = all().check(&["--format", "json", "invalid.yaml", "valid.yaml"]).assert().code(1).get_output().clone();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = found[0]["diagnostics"].as_array().unwrap();
    let mut first = rows[0].clone();
    assert!(first["help"].take().as_str().is_some_and(|help| help.ends_with('.')));
    let expected = json!({
        "code": "attestors-required", "severity": "error", "line": 3, "column": 19, "endLine": 3, "endColumn": 38,
        "path": "defaultAdmissionRule", "message": "REQUIRE_ATTESTATION needs requireAttestationsBy", "help": null,
    });
    assert_eq!(first, expected);
    assert_eq!((rows.len(), &rows[1]["severity"]), (2, &json!("warning")));
    assert_eq!(found[0]["valid"], json!(false));
    assert_eq!(found[1], json!({"file": "valid.yaml", "kind": "singleton", "valid": true, "diagnostics": []}));
}

#[test]
fn github_annotates_the_lines() {
    let output = all().check(&["--format", "github", "invalid.yaml"]).assert().code(1).get_output().clone();
    let text = String::from_utf8(output.stdout).unwrap();
    let first = text.lines().next().unwrap();
    let place = "::error file=invalid.yaml,line=3,endLine=3,col=19,endColumn=37,title=attestors-required::";
    assert!(first.starts_with(place), "{first}");
    assert_eq!(text.lines().count(), 2);
    assert!(text.lines().nth(1).unwrap().starts_with("::warning file=invalid.yaml,line=4,"));
}

#[test]
fn code_scanning_gets_sarif() {
    let output = all().check(&["--format", "sarif", "invalid.yaml"]).assert().code(1).get_output().clone();
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let result = &run["results"][0];
    let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], "attestors-required");
    assert_eq!(result["ruleId"], "attestors-required");
    assert_eq!(result["level"], "error");
    let physical = &result["locations"][0]["physicalLocation"];
    assert_eq!(physical["artifactLocation"]["uri"], "invalid.yaml");
    assert_eq!(physical["region"], json!({"startLine": 3, "startColumn": 19, "endLine": 3, "endColumn": 38}));
}

#[test]
fn standard_input_is_a_dash() {
    let files = all();
    files.check(&["-"]).write_stdin(VALID).assert().code(0).stdout("-: valid\n");
    files.check(&["-"]).write_stdin("").assert().code(1);
    files.check(&["-"]).write_stdin(vec![0xff, 0xfe]).assert().code(2).stdout("");
}

#[test]
fn what_was_not_checked_is_said_on_stderr_alone() {
    let output = all().check(&["--format", "json", "platform.yaml", "latin1.yaml", "valid.yaml"]).output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let platform = json!({"file": "platform.yaml", "kind": "platform", "valid": true, "diagnostics": []});
    assert_eq!((found.as_array().map(Vec::len), &found[0]), (Some(2), &platform));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("latin1.yaml: not UTF-8 text: line 2"), "{stderr}");
}

#[test]
fn the_name_says_whether_it_is_json() {
    let repeated = br#"{"defaultAdmissionRule": {"evaluationMode": "ALWAYS_DENY", "enforcementMode": 1}, "etag": "a", "etag": "b"}"#;
    let files = Files::with(&[("p.json", repeated), ("p.yaml", repeated), ("tabs.json", b"{\n\t\"etag\": \"x\"\n}")]);
    let message = |name: &str| {
        let output = files.check(&["--format", "json", name]).output().unwrap();
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        let rows = found[0]["diagnostics"].as_array().unwrap().clone();
        rows.iter().find(|row| row["code"] == "duplicate-key").unwrap()["message"].as_str().unwrap().to_owned()
    };
    assert!(message("p.json").contains("this one counts"));
    assert!(message("p.yaml").contains("the first, on line 1, counts"));
    let tabs = files.check(&["tabs.json"]).assert().code(1).get_output().clone();
    assert!(!String::from_utf8(tabs.stdout).unwrap().contains("error[tab]"));
}

#[test]
fn a_file_of_any_length_is_answered() {
    let files = Files::with(&[("long.yaml", "é".repeat(3 << 20).as_bytes())]);
    let output = files.check(&["--format", "json", "long.yaml"]).assert().code(1).get_output().clone();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found[0]["diagnostics"][0]["code"], "too-large");
}
