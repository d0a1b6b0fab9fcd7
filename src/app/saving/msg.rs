//! What is asked of the runtime to save, and what came of it.

use crate::saving::state::{OwnPlace, Seated, Snapshot};
use crate::shell::report::Report;

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Writes the draft as it is, so that nothing is lost; answered by [`Msg::DraftSaved`].
    Draft(Box<Snapshot>),
    /// Saves in a place of its own from now on; answered by [`Msg::Seated`].
    Sit(OwnPlace),
}

/// What came of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// This revision of the draft is on the disk, or why it is not.
    DraftSaved(u64, Result<(), Report>),
    /// The session is on the disk, or why it is not.
    SessionSaved(Result<(), Report>),
    /// Where this workbench saves from now on, or why it does not.
    Seated(Result<Box<Seated>, Report>),
}
