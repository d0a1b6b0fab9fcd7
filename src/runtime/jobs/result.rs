//! What every job has: how it says how far it is, and what comes out of it.

use crate::runtime::error::Error;
use app::job::JobOutcome;

/// Sentences about how far a job is.
pub type Progress = dyn Fn(String) + Send + Sync;

/// What came out of a job.
pub(super) type Done = Result<JobOutcome, Error>;

/// The outcome of a request whose answer nobody needs.
pub(super) fn done<T>(result: Result<T, client::Error>) -> Done {
    result?;
    Ok(JobOutcome::Done)
}
