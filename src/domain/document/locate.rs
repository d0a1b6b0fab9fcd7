//! Finds the place in the text that a place in the policy stands at.

use super::format::{Dialect, Format};
use super::node::{Entry, Node, Value};
use super::parse::Document;
use crate::path::{Path, Segment, pattern_path, rule_path};
use crate::policy::RuleKind;
use crate::schema;
use crate::span::{Bytes, Span};

/// Where a key and its value stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spans {
    /// `None` for an element of a list, and for the whole document.
    pub key: Option<Span>,
    pub value: Span,
}

impl Spans {
    /// The key, or the value where there is none: where a person would look.
    pub fn best(&self) -> &Span {
        self.key.as_ref().unwrap_or(&self.value)
    }
}

impl Document {
    /// Where `path` stands in the text; of a repeated key, the one that counts.
    pub fn span_of(&self, path: &Path) -> Option<Spans> {
        let mut found = Found { key: None, node: self.root.as_ref()? };
        for segment in &path.0 {
            found = match segment {
                Segment::Index(at) => Found { key: None, node: element(found.node, *at)? },
                Segment::Field(name) | Segment::Key(name) => {
                    let entry = self.entry(found.node, name)?;
                    Found { key: Some(entry.key.at), node: &entry.value }
                }
            };
        }
        Some(Spans { key: found.key.map(|at| self.span(at)), value: self.span(found.node.at) })
    }

    /// The span of some bytes of the tree.
    pub fn span(&self, at: Bytes) -> Span {
        self.lines().span(&self.text, at.range())
    }

    /// The 1-based line of a rule: of its key, or of `defaultAdmissionRule`.
    pub fn line_of_rule(&self, kind: RuleKind, key: &str) -> Option<usize> {
        Some(self.span_of(&rule_path(kind, key))?.best().start.line)
    }

    /// The 1-based line of an allowlist pattern, counted from 0 as in
    /// [`Policy`](crate::policy::Policy).
    pub fn line_of_pattern(&self, index: usize) -> Option<usize> {
        Some(self.span_of(&pattern_path(index))?.best().start.line)
    }

    fn entry<'a>(&self, node: &'a Node, name: &str) -> Option<&'a Entry> {
        let mut named = node.entries().iter().filter(|entry| self.names(&entry.key.text, name));
        match self.format {
            Format::Yaml => named.next(),
            Format::Json => named.next_back(),
        }
    }

    fn names(&self, key: &str, name: &str) -> bool {
        key == name || (self.dialect == Dialect::Rest && schema::is_snake_case_of(key, name))
    }
}

struct Found<'a> {
    key: Option<Bytes>,
    node: &'a Node,
}

/// gcloud takes a single value for a list of one.
fn element(node: &Node, at: usize) -> Option<&Node> {
    match &node.value {
        Value::List(elements) => elements.get(at),
        Value::Scalar(_) | Value::Map(_) => (at == 0).then_some(node),
    }
}
