//! Timers. Uses nothing.

/// Timers, one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The ages on the screen move on.
    Clock,
    /// The draft is written to disk.
    SaveDraft,
    /// The attestors are asked about the images of the inventory.
    Survey,
    /// The tests file is looked at.
    Tests,
    /// The spinner turns.
    Spinner,
    /// The draft's file is looked at.
    Watch,
    /// What other programs changed is read.
    Outside,
}
