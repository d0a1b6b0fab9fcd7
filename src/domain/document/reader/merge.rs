//! Merge keys: what `<<` names is copied into the map that has it.

use std::collections::HashSet;

use crate::diagnostic::{Code, Problems};
use crate::document::node::{Entry, Value};
use crate::document::scalar::Means;
use crate::path::Path;

/// Copies in what merge keys (`<<`) name.
pub(super) fn merge(entries: Vec<Entry>, problems: &mut Problems<'_>) -> Vec<Entry> {
    let is_merge = |entry: &Entry| entry.key.means == Some(Means::Merge);
    if !entries.iter().any(is_merge) {
        return entries;
    }
    let (merges, mut own): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_merge);
    let mut known: HashSet<Box<str>> = own.iter().map(|entry| entry.key.text.clone()).collect();
    for merge in merges {
        let at = merge.key.at;
        let sources = match merge.value.value {
            Value::List(elements) => elements,
            Value::Map(_) | Value::Scalar(_) => vec![merge.value],
        };
        for source in sources {
            let Value::Map(entries) = source.value else {
                let message = "a merge key takes a map, or a list of maps".to_owned();
                problems.push(Code::BadMerge, at, Path::default(), message);
                continue;
            };
            let new = entries.into_iter().filter(|entry| known.insert(entry.key.text.clone()));
            own.extend(new.map(|entry| Entry { merged: true, ..entry }));
        }
    }
    own
}
