//! What keys do: the people of the sandbox. Uses nothing.

/// What a key does with the people of the sandbox; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Pick,
}
