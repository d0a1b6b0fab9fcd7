//! What keys do: the cluster. Uses nothing.

/// What a key does with the cluster; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Build,
    Deploy,
    GroupEvents,
}
