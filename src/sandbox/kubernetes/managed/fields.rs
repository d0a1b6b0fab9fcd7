//! Sets of fields in the form of `fieldsV1` (structured-merge-diff, `fieldpath`): `f:` for a field,
//! `k:` for the element of a list with this key, `v:` for a value in a list.
//!
//! A set is a tree, as `fieldsV1` itself is: what is done with it takes as long as it is large, however many fields
//! have a long name above them. Uses nothing of the crate.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ManagedFieldsEntry;
use serde_json::{Map, Value};

/// Objects nest less deep; what is deeper is one value.
pub(super) const MAX_DEPTH: usize = 32;

/// A step on the way to a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Element {
    Field(String),
    /// The key fields of a list's element, as JSON.
    Key(String),
    /// A value in a list.
    Value(String),
}

/// Fields that somebody has set: whether the one at this place is in the set, and those within it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) is_set: bool,
    pub(super) below: BTreeMap<Element, Fields>,
}

impl Fields {
    /// The fields that an entry of `managedFields` lists. What is no tree of fields lists none.
    pub(super) fn of_entry(entry: &ManagedFieldsEntry) -> Self {
        let tree = entry.fields_v1.as_ref().map(|fields| &fields.0);
        let mut fields = tree.map(|tree| Self::read(tree, 0)).unwrap_or_default();
        fields.is_set = false;
        fields
    }

    fn read(tree: &Value, depth: usize) -> Self {
        let mut fields = Self::default();
        let Value::Object(map) = tree else { return fields };
        fields.is_set = map.is_empty();
        for (key, below) in map {
            let element = match key.split_once(':') {
                Some(("f", name)) => Element::Field(name.to_owned()),
                Some(("k", key)) => Element::Key(key.to_owned()),
                Some(("v", value)) => Element::Value(value.to_owned()),
                _ => {
                    fields.is_set = true;
                    continue;
                }
            };
            if depth < MAX_DEPTH {
                fields.insert(element, Self::read(below, depth + 1));
            }
        }
        fields
    }

    pub(super) fn to_tree(&self) -> Value {
        let mut map = Map::new();
        for (element, below) in &self.below {
            let (key, is_key) = match element {
                Element::Field(name) => (format!("f:{name}"), false),
                Element::Key(key) => (format!("k:{key}"), true),
                Element::Value(value) => (format!("v:{value}"), false),
            };
            let mut tree = below.to_tree();
            // An element of a list that is owned beside what is in it.
            if below.is_set && is_key {
                tree["."] = Value::Object(Map::new());
            }
            map.insert(key, tree);
        }
        Value::Object(map)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.is_set && self.below.is_empty()
    }

    /// Adds what is at this place; an empty set is not kept.
    pub(super) fn insert(&mut self, element: Element, fields: Self) {
        if !fields.is_empty() {
            self.below.entry(element).or_default().extend(fields);
        }
    }

    /// A field with nothing within it.
    pub(super) fn leaf() -> Self {
        Self { is_set: true, below: BTreeMap::new() }
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.is_set |= other.is_set;
        for (element, fields) in other.below {
            self.insert(element, fields);
        }
    }

    /// The fields that are not in the other set.
    pub(super) fn minus(&self, other: &Self) -> Self {
        self.combined(Some(other), &|this, other| this && !other)
    }

    /// The fields that are in both sets.
    pub(super) fn common(&self, other: &Self) -> Self {
        self.combined(Some(other), &|this, other| this && other)
    }

    fn combined(&self, other: Option<&Self>, keep: &dyn Fn(bool, bool) -> bool) -> Self {
        let mut fields = Self { is_set: keep(self.is_set, other.is_some_and(|other| other.is_set)), ..Self::default() };
        for (element, below) in &self.below {
            let same = other.and_then(|other| other.below.get(element));
            fields.insert(element.clone(), below.combined(same, keep));
        }
        fields
    }

    /// The fields at which, and within which, the other set has none.
    pub(super) fn beyond(&self, other: &Self) -> Self {
        let mut fields = Self::default();
        for (element, below) in &self.below {
            let beyond = other.below.get(element).map_or_else(|| below.clone(), |same| below.beyond(same));
            fields.insert(element.clone(), beyond);
        }
        fields
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        usize::from(self.is_set) + self.below.values().map(Self::count).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(tree: &Value) -> Fields {
        Fields { is_set: false, ..Fields::read(tree, 0) }
    }

    #[test]
    fn sets_are_added_taken_away_and_compared() {
        let one = fields(&json!({ "f:a": { "f:b": {}, "f:c": {} }, "k:{\"n\":1}": { ".": {}, "f:d": {} } }));
        let other = fields(&json!({ "f:a": { "f:b": {} }, "k:{\"n\":1}": { ".": {} } }));
        assert_eq!(one.minus(&other).to_tree(), json!({ "f:a": { "f:c": {} }, "k:{\"n\":1}": { "f:d": {} } }));
        assert_eq!(one.common(&other), other);
        assert_eq!(one.beyond(&other).to_tree(), json!({ "f:a": { "f:c": {} }, "k:{\"n\":1}": { "f:d": {} } }));
        let mut both = one.minus(&other);
        both.extend(other);
        assert_eq!((both.count(), both), (4, one));
    }

    #[test]
    fn what_nests_too_deep_is_cut_and_what_is_no_tree_is_nothing() {
        let deep = (0..100).fold(json!({}), |tree, _| json!({ "f:x": tree }));
        assert!(fields(&deep).is_empty());
        assert!(fields(&json!("x")).is_empty());
    }
}
