//! Connections that have not shown a token yet: few of them, not for long, and never in the way of others.
//!
//! Everybody on this machine can open connections. Until one has carried a request of somebody whom the sandbox
//! knows, it stands in the lobby; when that is full, who stands there longest is sent away. Uses nothing of the
//! crate.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::Instant;

/// How many connections may stand in the lobby: more than programs open at once, and few enough that they leave most of
/// the 1,024 files that a process may have open, where nobody has changed it, to those who have shown a token.
pub(super) const PLACES: usize = 192;

/// How long a connection may take until its first request with a token has come.
const STAY: Duration = Duration::from_secs(10);

/// Those who wait, by the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Lobby(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    guests: BTreeMap<u64, Arc<Notify>>,
}

impl Lobby {
    /// Lets a connection in; where the lobby is full, the one that stands there longest has to go.
    pub(super) fn enter(self: &Arc<Self>) -> Guest {
        let mut waiting = self.lock();
        while waiting.guests.len() >= PLACES {
            if let Some((_, longest)) = waiting.guests.pop_first() {
                longest.notify_one();
            }
        }
        let (id, sent_away) = (waiting.next, Arc::new(Notify::new()));
        waiting.next += 1;
        waiting.guests.insert(id, Arc::clone(&sent_away));
        Guest { lobby: Arc::clone(self), id, sent_away, until: Instant::now() + STAY, seat: OnceLock::new() }
    }

    fn leave(&self, id: u64) {
        self.lock().guests.remove(&id);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection.
#[derive(Debug)]
pub(super) struct Guest {
    lobby: Arc<Lobby>,
    id: u64,
    sent_away: Arc<Notify>,
    until: Instant,
    /// Its place among the connections of the person whose token it has carried.
    seat: OnceLock<OwnedSemaphorePermit>,
}

impl Guest {
    /// Whether it has carried a request with a token.
    pub(super) fn is_seated(&self) -> bool {
        self.seat.get().is_some()
    }

    /// Takes it out of the lobby, for as long as it lasts.
    pub(super) fn seat(&self, seat: OwnedSemaphorePermit) {
        // Of two requests at once one is the first, and one seat is enough.
        let _ = self.seat.set(seat);
        self.lobby.leave(self.id);
    }

    /// Ends when the connection has to go: others came, or its time is over without a token.
    pub(super) async fn dismissal(&self) {
        tokio::select! {
            () = self.sent_away.notified() => {}
            () = tokio::time::sleep_until(self.until) => {}
        }
        if self.is_seated() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.lobby.leave(self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn who_stands_there_longest_goes_first_and_who_is_seated_stays() {
        let (lobby, seats) = (Arc::new(Lobby::default()), Arc::new(Semaphore::new(1)));
        let first = lobby.enter();
        first.seat(seats.acquire_owned().await.unwrap());
        let second = lobby.enter();
        let rest: Vec<Guest> = (0..PLACES).map(|_| lobby.enter()).collect();
        assert!(first.dismissal().now_or_never().is_none());
        assert!(second.dismissal().now_or_never().is_some());
        assert!(rest.iter().all(|guest| guest.dismissal().now_or_never().is_none()));
        drop(rest);
        assert_eq!(lobby.lock().guests.len(), 0);
    }
}
