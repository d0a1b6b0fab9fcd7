//! How slow the other end of a connection may be: so much has to move in so much time of waiting for it. Time in
//! which nobody waits, because the sandbox itself is busy or has nothing to say, does not count. Uses nothing of the
//! crate.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, Sleep, sleep};

/// The slowest that the other end may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) bytes: usize,
    pub(super) time: Duration,
}

/// What has been waited for how many bytes.
#[derive(Debug)]
pub(super) struct Waits {
    pace: Pace,
    /// What has moved, and how long was waited for it, since the pace was last kept.
    moved: usize,
    waited: Duration,
    /// The wait that goes on: since when, and what ends when it has been too long.
    wait: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Waits {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, moved: 0, waited: Duration::ZERO, wait: None }
    }

    /// Bytes have moved, which ends a wait: without any, it goes on counting at the next.
    pub(super) fn moved(&mut self, bytes: usize, now: Instant) {
        if let Some((since, _)) = self.wait.take() {
            self.waited += now.saturating_duration_since(since);
        }
        self.moved = self.moved.saturating_add(bytes);
        if self.moved >= self.pace.bytes {
            (self.moved, self.waited) = (0, Duration::ZERO);
        }
    }

    /// How long may still be waited until the pace is kept.
    fn left(&self) -> Duration {
        self.pace.time.saturating_sub(self.waited)
    }

    /// Nothing moves now; ready when that has been so for too long.
    pub(super) fn poll_over(&mut self, now: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let left = self.left();
        if left.is_zero() {
            return Poll::Ready(());
        }
        let (_, over) = self.wait.get_or_insert_with(|| (now, Box::pin(sleep(left))));
        over.poll_unpin(cx)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::task::noop_waker;

    use super::*;

    #[tokio::test]
    async fn only_waiting_counts_and_only_enough_bytes_make_up_for_it() {
        let (waker, begin) = (noop_waker(), Instant::now());
        let mut cx = Context::from_waker(&waker);
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut waits = Waits::new(Pace { bytes: 100, time: Duration::from_secs(500) });
        assert!(waits.poll_over(at(0), &mut cx).is_pending());
        waits.moved(1, at(100));
        assert_eq!(waits.left(), Duration::from_secs(400), "one byte does not make up for it");
        // Nobody read for an hour: that is not the other end's fault.
        assert!(waits.poll_over(at(3700), &mut cx).is_pending());
        waits.moved(1, at(3800));
        assert_eq!(waits.left(), Duration::from_secs(300));
        waits.moved(98, at(3800));
        assert_eq!(waits.left(), Duration::from_secs(500));
    }
}
