//! Quick fixes, on every text of the tables: as it stands, with CRLF, as JSON and in flow style.

use std::collections::{BTreeMap, BTreeSet};

use countersign::domain::diagnostic::page::Example;
use countersign::domain::diagnostic::{Code, Severity, page};
use countersign::domain::document::{Dialect, Document, Format, Means, Node, Value};
use countersign::domain::policy::PolicyKind;
use countersign::domain::quick_fix::{QuickFix, quick_fixes};
use serde_json::Value as Json;

use super::published::PUBLISHED;
use super::{REFUSED, TAKEN};

/// Behind these the text, or a value, is not looked at: what is wrong there shows once they are gone.
const HIDING: [Code; 12] = [
    Code::BarePattern,
    Code::Syntax,
    Code::Tab,
    Code::BadAlias,
    Code::SeveralDocuments,
    Code::WrappedPolicy,
    Code::UnknownKey,
    Code::UnknownValue,
    Code::UnspecifiedValue,
    Code::NullValue,
    Code::KeyNotText,
    Code::ScalarTrap,
];

/// One text to fix.
struct Case {
    text: String,
    format: Format,
    kind: Option<PolicyKind>,
}

impl Case {
    fn document(&self, text: &str) -> Document {
        Document::parse_kind(text, Dialect::Gcloud, self.format, self.kind)
    }
}

/// The tables, the published policies and the examples of the help.
fn texts() -> Vec<Case> {
    let rows = REFUSED.iter().chain(&TAKEN).flat_map(|(_, rows)| *rows).map(|row| row.document().text);
    let published = PUBLISHED.iter().map(|(text, _)| (*text).to_owned());
    let mut cases: Vec<Case> =
        rows.chain(published).map(|text| Case { format: Format::detect(&text), text, kind: None }).collect();
    for example in Code::ALL.iter().flat_map(|code| [page(*code).wrong, page(*code).right]) {
        let (format, kind) = match example {
            Example::Policy(_) | Example::InProject(..) => (Format::Yaml, None),
            Example::Json(_) => (Format::Json, None),
            Example::Asked(kind, _) => (Format::Yaml, Some(kind)),
            Example::Words(_) => continue,
        };
        cases.push(Case { text: example.whole(), format, kind });
    }
    cases
}

/// The same in other ways of writing.
fn variants(case: Case) -> Vec<Case> {
    let document = case.document(&case.text);
    let crlf = Case { text: case.text.replace('\n', "\r\n"), ..case };
    let mut all = vec![crlf];
    // What is not JSON yet cannot be written as such.
    if case.format == Format::Yaml
        && document.diagnostics.iter().all(|d| !d.path.0.is_empty())
        && let Some(json) = document.root.as_ref().and_then(json)
    {
        let (compact, pretty) = (json.to_string(), format!("{json:#}\n"));
        all.extend([
            Case { text: compact.clone(), format: Format::Json, kind: case.kind },
            Case { text: pretty, format: Format::Json, kind: case.kind },
            Case { text: compact, format: Format::Yaml, kind: case.kind },
        ]);
    }
    all.push(case);
    all
}

/// The tree as JSON, if it has no keys twice.
fn json(node: &Node) -> Option<Json> {
    match &node.value {
        Value::Scalar(scalar) => Some(match scalar.means {
            Means::Int(Some(number)) => number.into(),
            Means::Bool(value) => value.into(),
            Means::Null => Json::Null,
            _ => (&*scalar.text).into(),
        }),
        Value::List(elements) => elements.iter().map(json).collect::<Option<Vec<_>>>().map(Json::from),
        Value::Map(entries) => {
            let map: serde_json::Map<String, Json> = entries
                .iter()
                .map(|entry| Some((entry.key.text.to_string(), json(&entry.value)?)))
                .collect::<Option<_>>()?;
            (map.len() == entries.len()).then(|| map.into())
        }
    }
}

fn errors(document: &Document) -> BTreeMap<Code, usize> {
    let mut counts = BTreeMap::new();
    for problem in document.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
        *counts.entry(problem.code).or_default() += 1;
    }
    counts
}

fn count(document: &Document, code: Code) -> usize {
    document.diagnostics.iter().filter(|d| d.code == code).count()
}

/// What is wrong with a fix, if something is.
fn fault(case: &Case, before: &Document, code: Code, fix: &QuickFix) -> Option<String> {
    let places: Vec<usize> = fix.edits.iter().flat_map(|edit| [edit.bytes.start, edit.bytes.end]).collect();
    if fix.edits.is_empty() || !places.is_sorted() || places.iter().any(|at| !case.text.is_char_boundary(*at)) {
        return Some(format!("its edits are out of order: {:?}", fix.edits));
    }
    let text = fix.apply(&case.text);
    let after = case.document(&text);
    if count(&after, code) >= count(before, code) {
        return Some(format!("the problem is still there:\n{text}"));
    }
    let known = errors(before);
    let new = errors(&after).into_iter().find(|(code, count)| *count > known.get(code).copied().unwrap_or_default());
    new.filter(|_| !HIDING.contains(&code)).map(|(code, _)| format!("{code} is new:\n{text}"))
}

#[test]
fn a_fix_removes_its_problem_and_makes_no_other() {
    let mut faults = Vec::new();
    let mut fixed = BTreeSet::new();
    for case in texts().into_iter().flat_map(variants) {
        let document = case.document(&case.text);
        for problem in &document.diagnostics {
            for fix in quick_fixes(&document, problem) {
                fixed.insert(problem.code);
                if let Some(fault) = fault(&case, &document, problem.code, &fix) {
                    faults.push(format!(
                        "{} `{}` in {:?}\n{}\n=> {fault}",
                        problem.code, fix.title, case.format, case.text
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n----\n"));
    let without: Vec<&Code> = Code::ALL.iter().filter(|code| !fixed.contains(code)).collect();
    assert_eq!(without, NO_FIX.iter().collect::<Vec<_>>());
}

/// What no edit of ours can put right: it needs to be known what was meant, or more than the text.
const NO_FIX: [Code; 28] = [
    Code::TooLarge,
    Code::TooDeep,
    Code::BadMerge,
    Code::PlatformPolicy,
    Code::ProjectPolicy,
    Code::OtherTool,
    Code::Placeholder,
    Code::PlaceholderWord,
    Code::LargePolicy,
    Code::SeveralRuleMaps,
    Code::TooManyAttestors,
    Code::ManyPatterns,
    Code::SwallowsAttested,
    Code::MutableTag,
    Code::UnqualifiedImage,
    Code::OutOfRange,
    Code::TooManyProjects,
    Code::AttestorId,
    Code::BadKey,
    Code::RepeatedScope,
    Code::AttestorMissing,
    Code::AttestorUnreadable,
    Code::AttestorWithoutKey,
    Code::AttestorGrant,
    Code::ClusterMissing,
    Code::DeniesRunning,
    Code::PatternUnused,
    Code::NamespaceDigits,
];
