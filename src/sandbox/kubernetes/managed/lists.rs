//! The elements of lists as sets of fields name them. May use `patch` (which lists are merged) and `fields`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::fields::Element;
use crate::kubernetes::patch::{is_set, merge_key};

/// How the elements of a list are told apart.
#[derive(Debug, Clone, Copy)]
pub(super) enum Naming {
    /// By these fields of theirs.
    Key(&'static str),
    /// By themselves.
    Value,
}

impl Naming {
    /// That of the list with this name; none for one that is a value as a whole.
    pub(super) fn of(name: &str, list: &[Value]) -> Option<Self> {
        if is_set(name) { Some(Self::Value) } else { merge_key(name, list).map(Self::Key) }
    }

    /// The name of an element; none where it has no key.
    pub(super) fn name(self, element: &Value) -> Option<Element> {
        match self {
            Self::Key(key) => key_of(key, element).map(Element::Key),
            Self::Value => Some(Element::Value(element.to_string())),
        }
    }
}

/// The elements of a list that is merged, with their names; none for one that is a value as a whole.
pub(super) fn elements<'l>(name: &str, list: &'l [Value]) -> Option<Vec<(Element, &'l Value)>> {
    let naming = Naming::of(name, list)?;
    list.iter().map(|element| Some((naming.name(element)?, element))).collect()
}

fn key_of(key: &str, element: &Value) -> Option<String> {
    let value = element.get(key)?;
    let mut fields = Map::from_iter([(key.to_owned(), value.clone())]);
    if matches!(key, "containerPort" | "port") {
        let protocol = element.get("protocol").cloned().unwrap_or_else(|| "TCP".into());
        fields.insert("protocol".to_owned(), protocol);
    }
    Some(Value::Object(fields).to_string())
}

/// What is within a value, by its names. Of several elements of one name it is the first.
pub(super) enum Within<'v> {
    Map(&'v Map<String, Value>),
    List(HashMap<Element, &'v Value>),
    Nothing,
}

impl<'v> Within<'v> {
    /// What is within the value of this name.
    pub(super) fn of(name: &str, value: Option<&'v Value>) -> Self {
        match value {
            Some(Value::Object(map)) => Self::Map(map),
            Some(Value::Array(list)) => {
                let Some(elements) = elements(name, list) else { return Self::Nothing };
                let mut named = HashMap::with_capacity(elements.len());
                for (element, value) in elements {
                    named.entry(element).or_insert(value);
                }
                Self::List(named)
            }
            _ => Self::Nothing,
        }
    }

    pub(super) fn get(&self, element: &Element) -> Option<&'v Value> {
        match (self, element) {
            (Self::Map(map), Element::Field(name)) => map.get(name),
            (Self::List(named), element) => named.get(element).copied(),
            _ => None,
        }
    }
}
