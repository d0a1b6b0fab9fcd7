//! A new test at the end of a tests file; nothing else in the file changes.

use std::fmt::Write as _;

use super::{ExemptBy, PodReader, PolicyTest, parse, rule_name};
use crate::admission::{Fact, NO_IDENTITY, Platform, Request};
use crate::document::{self, Format, Node, Value, one_line};

/// Why a test was not added; the file is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    #[error("the tests file has errors (line {line}: {message}): mend it first")]
    Broken { line: usize, message: String },
    #[error("the tests file already has a test of the name {0:?}")]
    Name(String),
    #[error("the list of tests is not written with dashes, one below the other: add the test by hand")]
    NotBlock,
}

/// The text with `test` added behind its last test; of an empty text a new file.
pub fn append(text: &str, test: &PolicyTest, pod: &PodReader) -> Result<String, WriteError> {
    if text.trim().is_empty() {
        return Ok(format!("tests:\n{}", item(test, 0)));
    }
    let before = parse(text, pod).map_err(|faults| {
        let first = faults.into_iter().next();
        let (line, message) = first.map(|fault| (fault.span.start.line, fault.message)).unwrap_or_default();
        WriteError::Broken { line, message }
    })?;
    if before.tests.iter().any(|other| other.name == test.name) {
        return Err(WriteError::Name(test.name.clone()));
    }
    let added = inserted(text, test).ok_or(WriteError::NotBlock)?;
    // Whatever the layout was: every test of before is still there, and one more.
    let whole = parse(&added, pod).ok().filter(|after| after.tests.len() == before.tests.len() + 1);
    let same = |after: &super::PolicyTests| after.tests.iter().zip(&before.tests).all(|(a, b)| a.name == b.name);
    whole.filter(same).map(|_| added).ok_or(WriteError::NotBlock)
}

fn inserted(text: &str, test: &PolicyTest) -> Option<String> {
    let (root, lines, _) = document::tree_of(text);
    let tests = root.as_ref()?.entries().iter().find(|entry| &*entry.key.text == "tests")?.value.clone();
    if Format::detect(text) == Format::Json || text.get(tests.at.range())?.starts_with('[') {
        return None;
    }
    let Value::List(elements) = &tests.value else { return None };
    let last: &Node = elements.last()?;
    let dash = lines.position(text, tests.at.start()).column - 1;
    let end = last.at.end();
    let line_end = text.get(end..)?.find('\n').map_or(text.len(), |at| end + at + 1);
    let (head, tail) = text.split_at_checked(line_end)?;
    let newline = if head.ends_with('\n') { "" } else { "\n" };
    Some(format!("{head}{newline}{}{tail}", item(test, dash)))
}

/// One entry of the list, its dash in column `indent`.
fn item(test: &PolicyTest, indent: usize) -> String {
    let mut lines = vec![format!("- name: {}", one_line(&test.name)), "  request:".to_owned()];
    lines.push("    images:".to_owned());
    lines.extend(test.request.images.iter().map(|image| format!("    - {}", one_line(&image.image))));
    lines.extend(request_lines(test));
    lines.extend(expect_lines(test));
    let mut out = String::new();
    for line in lines {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{:indent$}{line}", "");
    }
    out
}

fn request_lines(test: &PolicyTest) -> Vec<String> {
    let request = &test.request;
    let mut lines = Vec::new();
    let mut field = |name: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("    {name}: {}", one_line(text)));
        }
    };
    field("cluster", request.cluster.as_deref().unwrap_or_default());
    field("namespace", said(request, Fact::Namespace, &request.namespace, "default"));
    field("serviceAccount", said(request, Fact::ServiceAccount, &request.service_account, "default"));
    let identity = request.service_identity.as_deref().unwrap_or_default();
    field("serviceIdentity", said(request, Fact::ServiceIdentity, identity, NO_IDENTITY));
    if request.platform == Platform::CloudRun {
        field("platform", "cloud-run");
    }
    field("resolvedDigest", &test.resolved.as_ref().map(ToString::to_string).unwrap_or_default());
    for (name, pairs) in [("labels", &request.labels), ("annotations", &request.annotations)] {
        if !pairs.is_empty() {
            lines.push(format!("    {name}:"));
        }
        lines.extend(pairs.iter().map(|(key, value)| format!("      {}: {}", one_line(key), one_line(value))));
    }
    if !test.attested_by.is_empty() {
        lines.push("    attestedBy:".to_owned());
    }
    lines.extend(test.attested_by.iter().map(|attestor| format!("    - {}", one_line(attestor))));
    lines
}

/// What is known to be nothing in particular has to be said too: what a test does not say is not known.
fn said<'t>(request: &Request, fact: Fact, text: &'t str, nothing: &'t str) -> &'t str {
    if request.knows(fact) && text.is_empty() { nothing } else { text }
}

fn expect_lines(test: &PolicyTest) -> Vec<String> {
    let expect = &test.expect;
    let mut lines = vec!["  expect:".to_owned(), format!("    outcome: {}", expect.outcome.as_str())];
    if let Some((kind, key)) = &expect.rule {
        lines.push(format!("    rule: {}", one_line(&rule_name(*kind, key))));
    }
    if let ExemptBy::Every(Some(pattern)) = &expect.exempt_by {
        lines.push(format!("    exemptBy: {}", one_line(pattern)));
    }
    if let Some(message) = &expect.message {
        lines.push(format!("    message: {}", one_line(message)));
    }
    lines
}
