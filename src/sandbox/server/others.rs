//! What other processes write to the sandbox's store, which may serve it too: `countersign sandbox shell` beside the
//! workbench.

use std::time::Duration;

use crate::store::Store;

/// Between two looks at the store.
const PERIOD: Duration = Duration::from_secs(1);

/// The writes of other processes, as they are found.
#[derive(Debug)]
pub struct Others {
    store: Store,
    /// `None` before the first look.
    seen: Option<i64>,
}

impl Others {
    pub(super) fn new(store: Store) -> Self {
        Self { store, seen: None }
    }

    /// Waits until another process has written since the last time, or since the first look. A look that fails tells
    /// nothing; the requests that need the store say why.
    pub async fn wrote(&mut self) {
        loop {
            if let Ok(version) = self.store.version_of_others().await
                && self.seen.replace(version).is_some_and(|seen| seen != version)
            {
                return;
            }
            tokio::time::sleep(PERIOD).await;
        }
    }
}
