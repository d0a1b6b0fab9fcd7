//! What the tests ask of the runtime, and what they are told.

use crate::policy_test::state::{Change, TestsFile};

/// What is asked of the runtime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Reads the tests beside the draft's file (or beside the draft as it is kept, for `None`), if they
    /// are others than were last read.
    Read(Option<String>),
    /// Writes the tests beside the draft's file, if they still are what was changed, and reads them.
    Write(Option<String>, Change),
}

/// What came of reading their file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// The tests file beside the draft, new or changed.
    Read(Box<TestsFile>),
}
