//! Finds the place in the text that a place in the policy stands at, and back.

use super::format::{Dialect, Format};
use super::node::{Entry, Node, Value};
use super::parse::Document;
use crate::path::{Path, Segment, pattern_path, rule_path};
use crate::policy::RuleKind;
use crate::schema::{self, ValueKind};
use crate::span::{Bytes, Position, Span};

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

    /// The innermost place that a position in the text belongs to; empty outside of all.
    pub fn path_at(&self, position: Position) -> Path {
        let mut path = Path::default();
        let Some(mut node) = self.root.as_ref() else { return path };
        let cursor = Cursor { document: self, at: self.lines().offset(&self.text, position), position };
        let mut kind = Some(ValueKind::Message(schema::root(self.kind)));
        while let Some((segment, child)) = cursor.child(kind, node) {
            kind = kind.and_then(|kind| schema::kind_below(kind, &segment));
            path.0.push(segment);
            if child.is_alias {
                break;
            }
            node = child;
        }
        path
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

/// A place that is looked for in the tree.
struct Cursor<'a> {
    document: &'a Document,
    at: usize,
    position: Position,
}

impl<'a> Cursor<'a> {
    /// The child of `node` that the cursor is in; a map's keys are free where its kind says so.
    fn child(&self, kind: Option<ValueKind>, node: &'a Node) -> Option<(Segment, &'a Node)> {
        match &node.value {
            Value::Scalar(_) => None,
            Value::List(elements) => {
                let after = elements.partition_point(|element| self.begin(element.at) <= self.at);
                let at = after.checked_sub(1)?;
                let child = elements.get(at)?;
                self.is_in(child.at, child).then_some((Segment::Index(at), child))
            }
            Value::Map(entries) => {
                let entry = entries.iter().filter(|e| !e.merged).take_while(|e| e.key.at.start() <= self.at).last()?;
                self.is_in(entry.key.at, &entry.value).then(|| (segment(kind, &entry.key.text), &entry.value))
            }
        }
    }

    /// Whether the cursor is not behind an entry: on its lines, or below and further right than it.
    fn is_in(&self, key: Bytes, value: &Node) -> bool {
        let end = value.at.end().max(key.end());
        let text = self.document.text.as_str();
        let last = self.document.lines().position(text, end);
        let column = self.document.lines().position(text, key.start()).column;
        self.at <= end || self.position.line == last.line || self.position.column > column
    }

    /// Where an element begins, its dash and the space before it included.
    fn begin(&self, at: Bytes) -> usize {
        let text = self.document.text.as_bytes();
        let before = text.get(..at.start()).unwrap_or_default();
        let indent = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'-')).count();
        let start = at.start() - indent;
        let begins_line = start == 0 || before.get(start - 1) == Some(&b'\n');
        if begins_line { start } else { at.start() }
    }
}

fn segment(kind: Option<ValueKind>, key: &str) -> Segment {
    match kind {
        Some(ValueKind::Map(..)) => Segment::Key(key.to_owned()),
        _ => Segment::Field(key.to_owned()),
    }
}
