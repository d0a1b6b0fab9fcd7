//! Waits for operations that run on the server. Dropping the future stops the waiting, not the
//! operation.

use std::time::Duration;

/// The pauses between two looks at an operation: quick at first, since the sandbox is, then slower.
#[derive(Debug)]
pub(super) struct Pauses(Duration);

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

impl Pauses {
    pub(super) fn new() -> Self {
        Self(FIRST)
    }

    pub(super) async fn next(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = self.0.mul_f64(1.5).min(LONGEST);
    }
}
