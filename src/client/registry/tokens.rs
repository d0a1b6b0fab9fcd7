//! The tokens that registries gave.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::Secret;

/// Tokens kept, the oldest goes first.
const KEPT: usize = 64;

/// The tokens that registries gave.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Mutex<VecDeque<Held>>);

#[derive(Debug)]
struct Held {
    host: String,
    scope: String,
    token: Secret,
    until: Instant,
}

impl Tokens {
    /// Drops all tokens: they were given to somebody else.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(super) fn find(&self, host: &str, scope: &str) -> Option<Secret> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |held: &&Held| held.host == host && held.scope == scope && held.until > Instant::now();
        held.iter().find(fits).map(|held| held.token.clone())
    }

    pub(super) fn keep(&self, host: &str, scope: &str, token: &Secret, life: Duration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|held| held.host != host || held.scope != scope);
        all.truncate(KEPT - 1);
        // A little less, so that it does not run out on its way.
        let until = Instant::now() + life.saturating_sub(Duration::from_secs(10));
        all.push_front(Held { host: host.to_owned(), scope: scope.to_owned(), token: token.clone(), until });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_run_out() {
        let tokens = Tokens::default();
        tokens.keep("h", "s", &Secret::new("t"), Duration::from_secs(5));
        assert!(tokens.find("h", "s").is_none());
        tokens.keep("h", "s", &Secret::new("t"), Duration::from_secs(300));
        assert!(tokens.find("h", "s").is_some() && tokens.find("h", "other").is_none());
    }
}
