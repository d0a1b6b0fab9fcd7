//! The tree of a text: scalars, lists and maps, each with the bytes where it stands.

use super::scalar::Means;
use crate::span::Bytes;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the node stands. An alias (`*name`) is where it is written; what is in it stands at the anchor.
    pub at: Bytes,
    pub value: Value,
    pub is_alias: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The text after unescaping and folding.
    pub text: Box<str>,
    pub means: Means,
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: Key,
    pub value: Node,
    /// Comes from a merge key (`<<`): it stands where it was merged from.
    pub merged: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// As written; empty where it is a list or a map.
    pub text: Box<str>,
    /// `None` for a list or a map, which no field takes.
    pub means: Option<Means>,
    pub at: Bytes,
}

impl Entry {
    /// Whether there is more than nothing as its value.
    pub(crate) fn is_set(&self) -> bool {
        !self.value.is_null() && !self.value.is_empty_list()
    }
}

impl Node {
    /// The entries of a map, in the order of the text, duplicates included; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            Value::Scalar(_) | Value::List(_) => &[],
        }
    }

    /// The elements of a list; none of anything else.
    pub fn elements(&self) -> &[Self] {
        match &self.value {
            Value::List(elements) => elements,
            Value::Scalar(_) | Value::Map(_) => &[],
        }
    }

    /// The text of a scalar that is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(Scalar { text, means: Means::Text }) => Some(text),
            Value::Scalar(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    pub(crate) fn is_empty_list(&self) -> bool {
        matches!(&self.value, Value::List(elements) if elements.is_empty())
    }

    /// Whether the text is broken where this value should be.
    pub(crate) fn is_unread(&self) -> bool {
        matches!(&self.value, Value::Scalar(Scalar { means: Means::Unread, .. }))
    }

    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(Scalar { means: Means::Null, .. }))
    }
}
