//! What keys do: letting other programs use the sandbox. Uses nothing.

/// What a key does with letting other programs use the sandbox; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Toggle,
}
