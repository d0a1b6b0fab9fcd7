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
