//! What is picked in its lists, and what a yes does to it.

use domain::quick_fix::QuickFix;
use domain::span::Position;

/// Where the cursor goes, or what the text becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// A template, by its number.
    Template(usize),
    GoTo(Position),
    /// A quick fix that was offered, by its number.
    QuickFix(usize),
}

/// What follows from a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    Replace(String),
    /// Makes a quick fix in the text of this revision.
    QuickFix {
        revision: u64,
        fix: QuickFix,
    },
}
