//! The one table of keys: dispatch, footer, help, palette and the key table of the documents are made from it.
//!
//! Its rows are below, one file for each heading of the help, and not with the features: their order is the
//! order of the help and of the footer, and two keys that collide are seen in one place.

mod attestor;
mod boxes;
mod deployer;
mod everywhere;
mod guide;
mod policy_creator;
mod row;

use std::sync::LazyLock;

use crate::action::{Context, Spec};
use crate::shell::chord::Chord;

/// Every row: those of boxes first, which are the innermost.
pub fn specs() -> impl Iterator<Item = &'static Spec> {
    let tables =
        [boxes::TABLE, deployer::TABLE, attestor::TABLE, policy_creator::TABLE, everywhere::TABLE, guide::TABLE];
    tables.into_iter().flatten()
}

/// Every binding, parsed once: context, chord, row.
static BINDINGS: LazyLock<Vec<(Context, Chord, &'static Spec)>> = LazyLock::new(|| {
    let mut bindings = Vec::new();
    for spec in specs() {
        for context in spec.contexts {
            for chord in spec.keys.iter().filter_map(|key| key.parse::<Chord>().ok()) {
                bindings.push((*context, chord, spec));
            }
        }
    }
    bindings
});

/// The row that a chord means in these contexts, the innermost first.
pub fn lookup(contexts: &[Context], chord: Chord) -> Option<&'static Spec> {
    contexts.iter().find_map(|context| {
        BINDINGS.iter().find(|(bound, key, _)| bound == context && *key == chord).map(|(_, _, spec)| *spec)
    })
}

/// The rows that apply in these contexts, the innermost first.
pub fn specs_in(contexts: &[Context]) -> impl Iterator<Item = &'static Spec> {
    contexts.iter().flat_map(|context| specs().filter(move |spec| spec.contexts.contains(context)))
}

#[cfg(test)]
mod tests;
