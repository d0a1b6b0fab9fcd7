//! What an inventory leaves open.

use domain::admission::Request;
use domain::name::AttestorName;

/// What is not said by the inventory itself.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// The pod that images without a pod are asked about as, and the cluster of every pod.
    pub pod: Request,
    /// The attestors that a short `attestedBy` can mean.
    pub attestors: Vec<AttestorName>,
}
