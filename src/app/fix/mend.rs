//! The box in which a workload is mended: the change is tried, asked about, sent, and then watched until the workload
//! is whole or is refused again.

use jiff::Timestamp;

use crate::fix::trial::Trial;
use crate::shell::offset::Offset;
use crate::shell::remote::Ticket;
use crate::shell::report::Report;
use domain::name::ClusterId;
use domain::workload_patch::WorkloadPatch;

/// A workload that is mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    pub cluster: ClusterId,
    pub patch: WorkloadPatch,
    pub stage: MendStage,
    pub scroll: Offset,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MendStage {
    Trying(Ticket),
    /// The API server does not take it, or it could not be sent.
    Stopped(Report),
    /// Waits for a yes.
    Tried(Trial),
    Sending(Trial),
    /// It is done; what follows is the controllers'.
    Done(Done),
    /// Everything that the workload wants is there: since when that is known.
    Mended {
        ready: String,
        at: Timestamp,
    },
}

/// The object that is there since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub uid: String,
    pub generation: i64,
    pub at: Timestamp,
}
