//! Timers. Uses nothing.

/// Timers, one of each at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// The ages on the screen move on.
    Clock,
    /// Nothing was typed for a moment.
    Pause,
    /// The draft is written to disk at the latest now; or was not written yet.
    SaveDraft,
    /// The session could not be written, and is once more.
    SaveSession,
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
