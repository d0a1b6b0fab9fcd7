//! A place in the text where something can be completed, as its readers find it.

use std::ops::Range;

/// One step of the way from the policy to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceStep {
    Name(String),
    Index(usize),
}

/// What may be written at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A key of the map that the path leads to.
    Key,
    /// The value that the path leads to.
    Value,
}

/// How the place is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The value stands on lines of its own, indented this far.
    Block { indent: usize },
    /// The value stands in the brackets of YAML.
    Flow,
    /// The value stands in the brackets of JSON: everything is quoted.
    Json,
}

/// A place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorPlace {
    /// The way to the map (for a key) or to the value.
    pub path: Vec<PlaceStep>,
    pub slot: Slot,
    pub form: Form,
    /// The bytes of the word that stands there, without the quote before it; empty between words.
    pub word: Range<usize>,
    /// What of the word is before the cursor, without its quote.
    pub typed: String,
    /// The keys that the map has besides the word.
    pub present: Vec<String>,
    /// What has to stand before anything that is written here: `- `, a blank.
    pub lead: &'static str,
    /// A colon follows the word.
    pub has_colon: bool,
    /// The sign after the word, past blanks and line ends.
    pub next: Option<char>,
    /// The quote before the word; one after it belongs to the word.
    pub quote: Option<char>,
}
