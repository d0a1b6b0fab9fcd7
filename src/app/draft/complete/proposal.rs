//! One proposal of the completion.

/// One proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// What is typed to narrow the list down, and what is shown.
    pub label: String,
    /// What it is, in a few words.
    pub detail: String,
    /// What it is for, in our words.
    pub doc: String,
    /// What replaces the word; lines end with a line feed.
    pub insert: String,
    /// How many bytes of it are before the cursor afterwards.
    pub cursor: usize,
    /// Something can be proposed at that cursor in turn.
    pub goes_on: bool,
}

/// The first sentence of a doc, without its full stop.
pub(crate) fn first_sentence(doc: &str) -> &str {
    doc.split(". ").next().unwrap_or_default().trim_end_matches('.')
}
