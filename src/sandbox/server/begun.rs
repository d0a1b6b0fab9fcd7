//! Work that goes on to its end, with all that it holds, also where nobody waits for it any more.
//!
//! As long as somebody does it is a part of what they do, not a task of its own: handing each request to another thread
//! and back would cost more than most of them take.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

/// A future that becomes a task of its own when it is dropped before its end.
pub(super) struct Begun<T: Send + 'static>(Option<BoxFuture<'static, T>>);

impl<T: Send + 'static> Begun<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for Begun<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // Taken out meanwhile: work that panics is over.
        let Some(mut work) = self.0.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.0 = Some(work);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Begun<T> {
    fn drop(&mut self) {
        if let (Some(rest), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_done_all_the_same() {
        let (go, gone) = oneshot::channel();
        let (done, is_done) = oneshot::channel();
        let mut work = Begun::new(async move {
            gone.await.unwrap();
            done.send("done").unwrap();
        });
        assert_eq!((&mut work).now_or_never(), None);
        drop(work);
        go.send(()).unwrap();
        assert_eq!(is_done.await, Ok("done"));
        assert_eq!(Begun::new(async { 3 }).await, 3);
    }
}
