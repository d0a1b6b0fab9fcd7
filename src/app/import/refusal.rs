//! An import that was refused because the policy had changed.

use domain::name::ProjectId;
use domain::policy::Policy;

/// What is known of an import that was refused, until the policy that is live now has been read.
#[derive(Debug, Clone)]
pub struct ImportRefusal {
    pub project: ProjectId,
    /// The policy that the draft was compared with.
    pub base: Policy,
}
