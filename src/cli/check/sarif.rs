//! SARIF 2.1.0 (OASIS), for code scanning: one run, every code as a rule.

use serde_json::{Value, json};

use super::policy_file::Checked;
use super::policy_tests::{policy_line, reasons};
use domain::diagnostic::{Code, Diagnostic, Severity};
use domain::sarif;

pub(super) fn report(checked: &[Checked]) -> String {
    let results: Vec<Value> = checked
        .iter()
        .flat_map(|file| file.diagnostics().iter().map(|d| result(&file.file, d)).chain(failed_tests(file)))
        .collect();
    let rules: Vec<Value> = Code::ALL.iter().copied().map(rule).chain([test_rule()]).collect();
    sarif::log(&rules, &results)
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": code.as_str().replace('-', " ")},
        "fullDescription": {"text": code.help()},
        "help": {"text": code.help()},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(file: &str, diagnostic: &Diagnostic) -> Value {
    let (start, end) = (diagnostic.span.start, diagnostic.span.end);
    json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == diagnostic.code),
        "level": level(diagnostic.severity),
        "message": {"text": diagnostic.message},
        "locations": [{
            "physicalLocation": {
                "artifactLocation": {"uri": sarif::uri(file)},
                "region": {
                    "startLine": start.line,
                    "startColumn": start.column,
                    "endLine": end.line,
                    "endColumn": end.column,
                },
            },
            "logicalLocations": [{"fullyQualifiedName": diagnostic.path.to_string()}],
        }],
    })
}

/// The rule of tests that did not pass, behind those of the diagnostics.
fn test_rule() -> Value {
    let text = "A test in the file beside the policy expects another decision than the policy makes.";
    json!({
        "id": "policy-test",
        "shortDescription": {"text": "policy test"},
        "fullDescription": {"text": text},
        "help": {"text": text},
        "defaultConfiguration": {"level": "error"},
    })
}

/// Each test that did not pass: at its name, and related to the line of the policy that decided.
fn failed_tests(file: &Checked) -> Vec<Value> {
    let Some((tested, report)) = file.tests.as_ref().and_then(|tested| Some((tested, tested.report.as_ref()?))) else {
        return Vec::new();
    };
    let place = |file: &str, line: usize| json!({"physicalLocation": {"artifactLocation": {"uri": sarif::uri(file)}, "region": {"startLine": line}}});
    let failed = report.results.iter().filter(|result| !result.passed());
    failed
        .map(|result| {
            let decided = policy_line(&file.document, result).map(|line| place(&file.file, line));
            json!({
                "ruleId": "policy-test",
                "ruleIndex": Code::ALL.len(),
                "level": "error",
                "message": {"text": format!("{}: {}", result.name, reasons(result).join("; "))},
                "locations": [place(&tested.file, result.line)],
                "relatedLocations": decided.into_iter().collect::<Vec<Value>>(),
            })
        })
        .collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}
