//! What is picked in its list.

use crate::what_if::assumption::Typed;
use domain::what_if::Assumption;

/// What is assumed, or no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    Assume(Assumption),
    /// What is assumed under this number.
    Drop(usize),
    /// Type what is assumed.
    Type(Typed),
}
