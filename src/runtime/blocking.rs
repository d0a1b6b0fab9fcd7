//! Work that may take long or waits for the disk, on a thread of its own.
//!
//! Uses the error of the runtime alone.

use super::error::Error;

/// Runs work on a thread that may block; its panic is an error like others.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    sandbox::blocking::blocking(work).await?
}
