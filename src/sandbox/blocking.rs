//! Work that may take long or waits for the disk, on a thread of its own.
//!
//! Uses nothing of the crate; `runtime` uses it too.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{JoinError, spawn_blocking};

/// The result of this work, done on a thread that may block.
///
/// All of them are the same task to the async runtime, whose code for a task is large and would be there once
/// for each piece of work. Work that has begun is done to its end also when nobody waits for it any more.
///
/// # Errors
/// The work panicked, or the async runtime is shutting down.
pub async fn blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R, JoinError> {
    let result = Arc::new(Mutex::new(None));
    let place = Arc::clone(&result);
    let task: Box<dyn FnOnce() + Send> = Box::new(move || {
        let done = work();
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
    });
    spawn_blocking(task).await?;
    let done = result.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok(done.expect("a task that ended without a panic has left its result"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_result_comes_back_and_a_panic_is_an_error() {
        assert_eq!(blocking(|| String::from("done")).await.unwrap(), "done");
        assert!(blocking(|| -> u8 { panic!("as it was told to") }).await.unwrap_err().is_panic());
    }
}
