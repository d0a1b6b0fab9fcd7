//! What is known of our types without a compiler: inherent methods, fields and variants.

use std::collections::{HashMap, HashSet};

use crate::tree::{FileId, ItemId};

/// A function or constant of an inherent `impl`.
pub(crate) struct Associated {
    pub(crate) owner: ItemId,
    pub(crate) name: String,
    pub(crate) file: FileId,
    pub(crate) is_method: bool,
    pub(crate) returns: Option<ItemId>,
}

/// Methods, fields and variants by their names.
#[derive(Default)]
pub(crate) struct Types {
    pub(crate) associated: Vec<Associated>,
    pub(crate) by_name: HashMap<String, Vec<usize>>,
    pub(crate) fields: HashMap<(ItemId, String), ItemId>,
    pub(crate) variants: HashMap<ItemId, HashSet<String>>,
    /// Names of methods that types have by a trait or by a macro.
    pub(crate) not_unique: HashSet<String>,
}

/// Methods that the standard library or a library of ours has too: a call of one of them on a value whose
/// type is not known says nothing.
pub(crate) const COMMON: &[&str] = &[
    "back",
    "code",
    "contains",
    "context",
    "decode",
    "dim",
    "elements",
    "ends_with",
    "filter",
    "front",
    "get_mut",
    "is_null",
    "parent",
    "range",
    "route",
    "scroll",
    "shutdown",
    "since",
    "size",
    "until",
    "up",
    "update",
    "uri",
];

impl Types {
    /// The inherent function of this name of a type.
    pub(crate) fn associated(&self, owner: ItemId, name: &str) -> Option<usize> {
        self.by_name.get(name)?.iter().copied().find(|at| self.associated[*at].owner == owner)
    }

    /// The only inherent method of this name, if no library's is likely to be meant.
    pub(crate) fn only_method(&self, name: &str) -> Option<usize> {
        match self.by_name.get(name)?.as_slice() {
            [only] => {
                let is_ours =
                    self.associated[*only].is_method && !self.not_unique.contains(name) && !COMMON.contains(&name);
                is_ours.then_some(*only)
            }
            _ => None,
        }
    }

    pub(crate) fn field(&self, owner: ItemId, name: &str) -> Option<ItemId> {
        self.fields.get(&(owner, name.to_owned())).copied()
    }

    pub(crate) fn has_variant(&self, owner: ItemId, name: &str) -> bool {
        self.variants.get(&owner).is_some_and(|variants| variants.contains(name))
    }
}
