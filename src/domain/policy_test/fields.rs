//! Reading maps, lists and texts of a tests file, each fault at its place.

use std::collections::BTreeMap;

use super::Fault;
use crate::diagnostic::excerpt;
use crate::document::{Means, Node, Scalar, Value};
use crate::span::Bytes;
use crate::span::LineIndex;
use crate::spelling::{nearest, suggestion};

/// How many faults are told; the rest would not be read.
const MAX_FAULTS: usize = 100;

/// Collects what is wrong while values are taken out of the tree.
pub(super) struct Fields<'t> {
    pub(super) text: &'t str,
    pub(super) lines: &'t LineIndex,
    pub(super) faults: Vec<Fault>,
}

/// The known keys of a map with their values, and where the keys stand.
pub(super) type Found<'n> = BTreeMap<&'n str, (&'n Node, Bytes)>;

impl Fields<'_> {
    pub(super) fn fault(&mut self, at: Bytes, message: impl Into<String>) {
        if self.faults.len() < MAX_FAULTS {
            let span = self.lines.span(self.text, at.range());
            self.faults.push(Fault { span, message: message.into() });
        }
    }

    /// The entries of a map that may have only these keys; `what` it is, for the message.
    pub(super) fn map<'n>(&mut self, node: &'n Node, what: &str, keys: &[&str]) -> Option<Found<'n>> {
        let mut found = Found::new();
        for (key, value, at) in self.entries(node, what)? {
            if keys.contains(&key) {
                found.insert(key, (value, at));
            } else {
                let hint = suggestion(nearest(key, keys.iter().copied()));
                self.fault(at, format!("`{}` is not a field of {what}{hint}", excerpt(key)));
            }
        }
        Some(found)
    }

    /// The entries of a map with any keys, each once.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, what: &str) -> Option<Vec<(&'n str, &'n Node, Bytes)>> {
        let Value::Map(entries) = &node.value else {
            self.unexpected(node, &format!("{what} is a map"));
            return None;
        };
        let mut seen: Vec<(&str, &Node, Bytes)> = Vec::with_capacity(entries.len());
        let mut known = std::collections::HashSet::new();
        for entry in entries {
            if entry.key.means.is_none() {
                self.fault(entry.key.at, "a key is a text, not a list or a map");
            } else if !known.insert(&*entry.key.text) {
                self.fault(entry.key.at, format!("`{}` is there twice", excerpt(&entry.key.text)));
            } else {
                seen.push((&entry.key.text, &entry.value, entry.key.at));
            }
        }
        Some(seen)
    }

    pub(super) fn list<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::List(elements) => Some(elements),
            Value::Map(_) | Value::Scalar(_) => {
                self.unexpected(node, &format!("{what} is a list"));
                None
            }
        }
    }

    /// A text; what YAML reads as something else has to be quoted.
    pub(super) fn text<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        match &node.value {
            Value::Scalar(Scalar { text, means: Means::Text }) => Some(text),
            Value::Scalar(Scalar { text, means }) if !matches!(means, Means::Null | Means::Unread) => {
                self.fault(node.at, format!("{what} is a text, and `{}` is none: put it in quotes", excerpt(text)));
                None
            }
            _ => {
                self.unexpected(node, &format!("{what} is a text"));
                None
            }
        }
    }

    /// A text that says something.
    pub(super) fn filled<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n str> {
        let text = self.text(node, what)?;
        if text.trim().is_empty() {
            self.fault(node.at, format!("{what} is empty"));
            return None;
        }
        Some(text)
    }

    /// A list of texts that say something.
    pub(super) fn texts(&mut self, node: &Node, what: &str, each: &str) -> Option<Vec<String>> {
        let elements = self.list(node, what)?;
        elements.iter().map(|element| self.filled(element, each).map(str::to_owned)).collect()
    }

    /// A map of texts.
    pub(super) fn pairs(&mut self, node: &Node, what: &str, each: &str) -> Option<BTreeMap<String, String>> {
        let entries = self.entries(node, what)?;
        let pair = |(key, value, _): (&str, &Node, Bytes)| Some((key.to_owned(), self.text(value, each)?.to_owned()));
        entries.into_iter().map(pair).collect()
    }

    /// Says what was expected; where the text is broken, that was said already.
    fn unexpected(&mut self, node: &Node, expected: &str) {
        if node.is_unread() {
            return;
        }
        let found = match &node.value {
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Scalar(_) if node.is_null() => "nothing",
            Value::Scalar(_) => "a single value",
        };
        self.fault(node.at, format!("{expected}; here is {found}"));
    }
}
