//! What every handler of the sandbox has at hand, and what the server tells the routers of the
//! registry and of the clusters about the host that a request is for.

use std::sync::Arc;

use super::store::Store;

/// Shared by all handlers; cheap to clone.
#[derive(Debug, Clone)]
pub struct State {
    pub store: Store,
    /// The present, as the stored times and the retries of controllers see it.
    pub clock: Clock,
}

/// The registry that a request under `/v2/` is for, as a request extension: the host of the
/// request without its port (`gcr.io`, `us-docker.pkg.dev`, `127.0.0.1`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RegistryHost(pub String);

/// The cluster whose API server a request is for, as a request extension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId {
    /// The project's id, never its number.
    pub project: String,
    /// A zone or a region.
    pub location: String,
    pub name: String,
}

/// A clock that tests can set.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>);

impl Clock {
    pub fn system() -> Self {
        Self::from_fn(jiff::Timestamp::now)
    }

    pub fn from_fn(now: impl Fn() -> jiff::Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub fn now(&self) -> jiff::Timestamp {
        (self.0)()
    }
}

/// A time as the services write it: UTC, with microseconds.
pub(super) fn rfc3339(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}
