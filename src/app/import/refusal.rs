//! An import that was refused because the policy had changed.

use domain::policy::Policy;

/// What is known of an import that was refused, until the policy that is live now has been read.
#[derive(Debug, Clone)]
pub struct Refused {
    pub project: String,
    /// The policy that the draft was compared with.
    pub base: Policy,
}
