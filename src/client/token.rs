//! Where the token of a request comes from.

use std::fmt;

use futures_util::future::BoxFuture;

use super::Secret;

/// Gives the bearer token for the next request; a cloud login refreshes behind it.
pub trait TokenSource: fmt::Debug + Send + Sync {
    fn token(&self) -> BoxFuture<'_, Result<Secret, TokenError>>;
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TokenError {
    pub reason: String,
    /// What to do about it.
    pub hint: String,
}
