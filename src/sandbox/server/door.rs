//! Whether other programs may use the sandbox that this process serves.
//!
//! The process's own client marks its requests with a word that nobody else knows; while the door is
//! closed all others are refused, and `countersign sandbox env` finds no sandbox.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;

use super::files::Files;
use super::log::Log;
use super::running::Lease;

/// The header of the mark.
pub const MARK: &str = "x-countersign-mark";

/// What others are told while it is closed.
pub(super) const CLOSED: &str =
    "The workbench does not serve its sandbox to other programs now: Serve in its palette (:) lets them in";

/// A handle on it; all clones are the same door.
#[derive(Debug, Clone)]
pub struct Door {
    mark: Arc<str>,
    is_open: Arc<AtomicBool>,
    /// Gone when the sandbox is.
    lease: Arc<Mutex<Option<Lease>>>,
    files: Files,
    port: u16,
    log: Log,
}

impl Door {
    pub(super) fn new(lease: Lease, files: Files, port: u16) -> Self {
        let mark = uuid::Uuid::new_v4().simple().to_string().into();
        let lease = Arc::new(Mutex::new(Some(lease)));
        Self { mark, is_open: Arc::new(AtomicBool::new(true)), lease, files, port, log: Log::default() }
    }

    /// What the process's own client has to send as [`MARK`]. It opens nothing: the token does.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    pub fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }

    /// The requests that were answered.
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Lets other programs in, and tells them so. Blocks.
    pub fn open(&self) -> io::Result<()> {
        self.is_open.store(true, Ordering::Relaxed);
        self.lease().as_mut().map_or(Ok(()), |lease| lease.announce(&self.files, self.port))
    }

    /// Keeps other programs out, and tells them so. Blocks.
    pub fn close(&self) {
        self.is_open.store(false, Ordering::Relaxed);
        if let Some(lease) = self.lease().as_mut() {
            lease.withdraw();
        }
    }

    pub(super) fn is_own(&self, headers: &HeaderMap) -> bool {
        headers.get(MARK).is_some_and(|mark| mark.as_bytes() == self.mark.as_bytes())
    }

    fn lease(&self) -> MutexGuard<'_, Option<Lease>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the lease back when the sandbox ends, whoever still holds a handle.
#[derive(Debug)]
pub(super) struct Ends(pub(super) Door);

impl Drop for Ends {
    fn drop(&mut self) {
        *self.0.lease() = None;
    }
}
