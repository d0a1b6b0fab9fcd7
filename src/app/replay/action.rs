//! What keys do: replaying audit log entries. Uses nothing.

/// What a key does with replaying audit log entries; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Open,
}
