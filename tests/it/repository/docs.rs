//! The documents are true to the code: what comments cite of them is there, and so is every path and
//! heading that they name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The document of what is known of the service, which comments cite by heading.
const FACTS: &str = "docs/binary-authorization.md";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below a directory whose names end so, without what is built.
fn files(directory: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            found.extend(files(&path, end));
        } else if path.to_str().unwrap().ends_with(end) {
            found.push(path);
        }
    }
    found
}

/// The headings outside of examples.
fn headings(text: &str) -> Vec<&str> {
    let mut in_code = false;
    let outside = text.lines().filter(|line| {
        in_code ^= line.starts_with("```");
        !in_code
    });
    outside.filter_map(|line| line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')).collect()
}

/// Comments without their marks, so that a citation may go on in the next line.
fn unwrapped(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches(['/', '!']).trim());
    lines.collect::<Vec<_>>().join(" ").replace("\\\"", "\"")
}

/// The headings after each mention of the document: `"One"`, `"One" and "Two"`, `"One", "Two" and "Three"`.
fn cited(text: &str) -> Vec<Vec<&str>> {
    let mut citations = Vec::new();
    for (at, _) in text.match_indices(FACTS) {
        let mut rest = text[at + FACTS.len()..].trim_start_matches('`');
        let mut headings = Vec::new();
        while let Some(quoted) = rest.strip_prefix(", \"").or_else(|| rest.strip_prefix(" and \"")) {
            let Some((heading, after)) = quoted.split_once('"') else { break };
            headings.push(heading);
            rest = after;
        }
        citations.push(headings);
    }
    citations
}

#[test]
fn every_heading_that_code_cites_is_in_the_document() {
    let document = fs::read_to_string(root().join(FACTS)).unwrap();
    let known: BTreeSet<&str> = headings(&document).into_iter().collect();
    let mut count = 0;
    for file in ["src", "tests", "benches", "fuzz"].iter().flat_map(|part| files(&root().join(part), ".rs")) {
        let text = unwrapped(&fs::read_to_string(&file).unwrap());
        for heading in cited(&text).into_iter().flatten() {
            assert!(known.contains(heading), "{}: no heading {heading:?} in {FACTS}", file.display());
            count += 1;
        }
    }
    assert!(count > 80, "the citations are found: {count}");
}

#[test]
fn headings_are_unique() {
    for file in files(&root().join("docs"), ".md") {
        let text = fs::read_to_string(&file).unwrap();
        let mut seen = BTreeSet::new();
        for heading in headings(&text) {
            assert!(seen.insert(heading), "{}: {heading:?} stands twice", file.display());
        }
    }
}

/// What begins so in a document is a path of the repository.
const ROOTS: &[&str] = &["src/", "tests/", "benches/", "docs/", "fuzz/", "screenshots/", "themes/", ".ci/"];

fn documents() -> Vec<PathBuf> {
    let pages = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(|name| root().join(name));
    pages.into_iter().chain(files(&root().join("docs"), ".md")).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with("```")).flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn every_path_that_a_document_names_is_there() {
    let mut count = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let whole = |path: &&str| !path.contains(|c: char| c.is_whitespace() || "*…\"{,".contains(c));
        for path in quoted(&text).filter(|path| ROOTS.iter().any(|root| path.starts_with(root))).filter(whole) {
            assert!(root().join(path).exists(), "{}: there is no {path}", document.display());
            count += 1;
        }
    }
    assert!(count > 60, "the paths are found: {count}");
}

/// As the pages of repositories make an anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let (path, fragment) = target.split_once('#').unwrap_or((target, ""));
            let file = if path.is_empty() { document.clone() } else { document.parent().unwrap().join(path) };
            assert!(file.exists(), "{}: there is no {target}", document.display());
            let is_there = || headings(&fs::read_to_string(&file).unwrap()).iter().any(|h| anchor(h) == fragment);
            assert!(fragment.is_empty() || is_there(), "{}: no heading {target}", document.display());
        }
    }
}

/// A row or a sentence that says what is defended names the tests of it.
#[test]
fn every_test_that_the_security_page_names_is_there() {
    let text = fs::read_to_string(root().join("SECURITY.md")).unwrap();
    let is_test = |name: &&str| name.contains('_') && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let names: BTreeSet<&str> = quoted(&text).filter(is_test).collect();
    assert!(names.len() > 30, "the tests are found: {}", names.len());
    let code: String = ["src", "tests"]
        .iter()
        .flat_map(|part| files(&root().join(part), ".rs"))
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for name in names {
        assert!(code.contains(&format!("fn {name}(")), "there is no test {name}");
    }
}
