//! What keys do: the preview and the review. Uses nothing.

/// What a key does with the preview and the review; its row in the table of actions says it in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Start,
    Show,
    Order,
    Choose,
    LoadInventory,
    Markdown,
    Json,
    Sarif,
}
