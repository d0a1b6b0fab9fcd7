//! What the draft asks of the runtime, and what it is told.

use domain::document::Document;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Reads a text of this revision beside; answered by [`Msg::Parsed`].
    Parse(u64, String),
}

/// What came of what was asked for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// What the text of this revision says.
    Parsed(u64, Box<Document>),
}
