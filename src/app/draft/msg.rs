//! What the draft is told.

use domain::document::Document;

/// What came of what was asked for it.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// What the text of this revision says.
    Parsed(u64, Box<Document>),
}
