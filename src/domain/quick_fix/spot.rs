//! Finds the entry or element of the tree that stands at the bytes of a problem.

use std::ops::Range;

use crate::document::{Document, Entry, Node, Value};

/// An entry of a map or an element of a list, and all that it stands in.
#[derive(Debug, Clone)]
pub(super) struct Spot<'d> {
    /// The steps from the root down; never empty.
    steps: Vec<Step<'d>>,
}

/// A child of a collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step<'d> {
    pub(super) parent: &'d Node,
    pub(super) child: Child<'d>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Child<'d> {
    Entry(&'d Entry),
    Element(&'d Node),
}

impl<'d> Child<'d> {
    pub(super) fn value(self) -> &'d Node {
        match self {
            Self::Entry(entry) => &entry.value,
            Self::Element(node) => node,
        }
    }

    pub(super) fn start(self) -> usize {
        match self {
            Self::Entry(entry) => entry.key.at.start(),
            Self::Element(node) => node.at.start(),
        }
    }

    pub(super) fn end(self) -> usize {
        match self {
            Self::Entry(entry) => entry.key.at.end().max(entry.value.at.end()),
            Self::Element(node) => node.at.end(),
        }
    }

    fn holds(self, bytes: &Range<usize>) -> bool {
        self.start() <= bytes.start && bytes.end <= self.end()
    }

    fn is_at(self, bytes: &Range<usize>) -> bool {
        match self {
            Self::Entry(entry) => entry.key.at.range() == *bytes || entry.value.at.range() == *bytes,
            Self::Element(node) => node.at.range() == *bytes,
        }
    }
}

/// The children of a collection that stand in it, and were not merged into it, in their order.
pub(super) fn children(node: &Node) -> Vec<Child<'_>> {
    let mut children: Vec<Child<'_>> = match &node.value {
        Value::Map(entries) => entries.iter().filter(|entry| !entry.merged).map(Child::Entry).collect(),
        Value::List(elements) => elements.iter().map(Child::Element).collect(),
        Value::Scalar(_) => Vec::new(),
    };
    children.sort_by_key(|child| child.start());
    children
}

impl<'d> Spot<'d> {
    /// The innermost entry or element whose key or value stands at `bytes`, or that holds them.
    pub(super) fn find(document: &'d Document, bytes: &Range<usize>) -> Option<Self> {
        let mut steps = Vec::new();
        let mut parent = document.root.as_ref()?;
        while let Some(child) = children(parent).into_iter().rev().find(|child| child.holds(bytes)) {
            steps.push(Step { parent, child });
            let value = child.value();
            if value.is_alias || child.is_at(bytes) {
                break;
            }
            parent = value;
        }
        (!steps.is_empty()).then_some(Self { steps })
    }

    pub(super) fn child(&self) -> Child<'d> {
        self.last().child
    }

    /// The collection that the child stands in.
    pub(super) fn parent(&self) -> &'d Node {
        self.last().parent
    }

    /// What the collection itself is a child of.
    pub(super) fn up(&self) -> Option<Self> {
        let (_, above) = self.steps.split_last()?;
        (!above.is_empty()).then(|| Self { steps: above.to_vec() })
    }

    /// The children of the collection.
    pub(super) fn siblings(&self) -> Vec<Child<'d>> {
        children(self.parent())
    }

    /// The innermost element of a list on the way here.
    pub(super) fn element(&self) -> Option<Self> {
        let last = self.steps.iter().rposition(|step| matches!(step.child, Child::Element(_)))?;
        Some(Self { steps: self.steps.get(..=last)?.to_vec() })
    }

    /// INVARIANT: there is at least one step.
    fn last(&self) -> &Step<'d> {
        self.steps.last().expect("a spot has at least one step")
    }
}
