//! What a yes does. Uses nothing.

/// What follows from a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Forgets the chosen project.
    LeaveProject,
}
