//! One HTTP client for the sandbox and for the cloud.
//!
//! Both are reached by the real host names and paths; a [`Connection`] says where a name resolves,
//! which authority is trusted and whose token is sent. Every call is typed, bounded in time and
//! memory, repeated only where that is safe, and leaves an [`Exchange`] for the API log. May use
//! `wire` and `domain`; never `sandbox`.
//!
//! The calls are methods of [`Client`], one file for each service; a cluster's API server is a
//! [`Kubernetes`].

mod binary_authorization;
mod connection;
mod container;
mod container_analysis;
mod error;
mod evidence;
mod for_tests;
mod google;
mod kubernetes;
mod logging;
mod polling;
mod record;
mod registry;
mod request;
mod resources;
mod retry;
mod secret;
mod token;
mod transport;

pub use binary_authorization::Validation;
pub use connection::{Connection, Limits};
pub use error::{Error, Fault, Refusal};
pub use kubernetes::{Change, Follow, Kubernetes, Listed, Objects, Told, Watch, WatchChange};
pub use record::Exchange;
pub use registry::{Blob, Descriptor, ImageContent, Manifest, PushProgress};
pub use secret::Secret;
pub use token::{TokenError, TokenSource};

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// Speaks to one sandbox or to the cloud; cheap to clone, and clones share connections and log.
///
/// Making one does nothing: the TLS configuration is built at the first request, because the system's
/// root certificates take time to read.
#[derive(Debug, Clone)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    connection: Connection,
    http: OnceCell<reqwest::Client>,
    /// The connection pools for clusters that are reached by address, by the authority's PEM.
    cluster_http: Mutex<Vec<(String, Arc<OnceCell<reqwest::Client>>)>>,
    registry_tokens: registry::Tokens,
    log: record::Log,
}

impl Client {
    pub fn new(connection: Connection) -> Self {
        Self(Arc::new(Inner {
            connection,
            http: OnceCell::new(),
            cluster_http: Mutex::new(Vec::new()),
            registry_tokens: registry::Tokens::default(),
            log: record::Log::default(),
        }))
    }

    /// Drops what registries gave for the connection's token, which is another one now.
    pub fn forget_registry_tokens(&self) {
        self.0.registry_tokens.forget();
    }

    pub fn connection(&self) -> &Connection {
        &self.0.connection
    }

    /// The last exchanges, oldest first, redacted.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.0.log.exchanges_after(0)
    }

    /// The connection pool for hosts under this trust, built where it is missing.
    async fn http(&self, trust: &request::Trust) -> Result<reqwest::Client, Fault> {
        let request::Trust::Authority(pem) = trust else {
            return self.0.http.get_or_try_init(|| self.0.connection.build(None)).await.cloned();
        };
        let cell = {
            let mut pools = self.0.cluster_http.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, cell)) = pools.iter().find(|(known, _)| known == pem) {
                Arc::clone(cell)
            } else {
                let cell = Arc::<OnceCell<_>>::default();
                pools.truncate(CLUSTER_POOLS - 1);
                pools.insert(0, (pem.clone(), Arc::clone(&cell)));
                cell
            }
        };
        cell.get_or_try_init(|| self.0.connection.build(Some(pem))).await.cloned()
    }
}

/// Clusters whose connections are kept; the oldest goes first.
const CLUSTER_POOLS: usize = 16;
