//! What the tests are told.

use crate::policy_test::state::TestsFile;

/// What came of reading their file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Msg {
    /// The tests file beside the draft, new or changed.
    Read(Box<TestsFile>),
}
