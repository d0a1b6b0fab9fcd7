//! How far a text is scrolled. Uses nothing.

/// How far a box is scrolled; more than is of use counts as what is of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offset {
    pub rows: usize,
    pub cells: usize,
}
