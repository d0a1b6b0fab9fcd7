//! Collections while they are read, and what they become when they are closed.

use super::merge::merge;
use crate::diagnostic::Problems;
use crate::document::node::{Entry, Key, Node, Scalar, Value};
use crate::document::scalar::Means;
use crate::span::Bytes;

/// A collection that is not closed yet.
pub(super) struct Frame {
    pub(super) at: Bytes,
    pub(super) anchor: usize,
    pub(super) items: Items,
    /// Nodes in the whole tree before this one began.
    pub(super) nodes_before: usize,
    /// The deepest level below this collection.
    pub(super) depth: usize,
}

pub(super) enum Items {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<Key> },
}

/// A node that aliases may name.
pub(super) struct Anchored {
    pub(super) node: Node,
    pub(super) nodes: usize,
    pub(super) depth: usize,
}

impl Node {
    /// A value that could not be read.
    pub(super) fn unread(at: Bytes) -> Self {
        Self { at, value: Value::Scalar(Scalar { text: "".into(), means: Means::Unread }), is_alias: false }
    }
}

impl Key {
    /// The key that a node is.
    pub(super) fn from_node(node: Node) -> Self {
        match node.value {
            Value::Scalar(Scalar { text, means }) => Self { text, means: Some(means), at: node.at },
            Value::List(_) | Value::Map(_) => Self { text: "".into(), means: None, at: node.at },
        }
    }
}

impl Frame {
    /// Merge keys are resolved here: what is merged comes last and never replaces an own key.
    pub(super) fn into_node(self, end: Bytes, problems: &mut Problems<'_>) -> Node {
        let value = match self.items {
            Items::List(elements) => Value::List(elements),
            Items::Map { entries, key } => {
                // A key without its value: the text ended, or broke, there.
                let unfinished = key.map(|key| Entry { value: Node::unread(key.at), key, merged: false });
                Value::Map(merge(entries.into_iter().chain(unfinished).collect(), problems))
            }
        };
        let last = match &value {
            Value::List(elements) => elements.last().map(|node| node.at),
            Value::Map(entries) => {
                entries.iter().rev().find(|e| !e.merged).map(|entry| entry.key.at.extend_to(entry.value.at))
            }
            Value::Scalar(_) => None,
        };
        // A flow ends with its bracket, a block with its last value.
        let end = if end.is_empty() { last.unwrap_or(self.at) } else { end };
        Node { at: self.at.extend_to(end), value, is_alias: false }
    }
}
