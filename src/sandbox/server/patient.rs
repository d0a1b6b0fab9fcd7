//! A connection whose other end has to take what it is sent: one that does not is given up, and with it what is
//! held for it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::pace::{Pace, Waits};

/// The slowest that the other end may be: 16 KiB in each five seconds, as bodies of requests, but measured over half a
/// minute, so that one who looks on may stop for a while.
const PACE: Pace = Pace { bytes: 96 * 1024, time: Duration::from_secs(30) };

/// A connection with a limit to how long writes may wait.
pub(super) struct Patient<S> {
    stream: S,
    slowness: Waits,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Patient<S> {
    pub(super) fn new(stream: S) -> Self {
        Self::with_pace(stream, PACE)
    }

    fn with_pace(stream: S, pace: Pace) -> Self {
        Self { stream, slowness: Waits::new(pace) }
    }

    /// What a write has come to, which took so many `bytes`; fails where writes have waited for too long.
    fn limited<T>(
        &mut self,
        cx: &mut Context<'_>,
        done: Poll<io::Result<T>>,
        bytes: impl FnOnce(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        match done {
            Poll::Ready(Ok(value)) => {
                self.slowness.moved(bytes(&value), Instant::now());
                Poll::Ready(Ok(value))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.slowness.poll_over(Instant::now(), cx).map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.limited(cx, done, |count| *count)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_flush(cx);
        self.limited(cx, done, |()| 0)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let done = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.limited(cx, done, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn an_end_that_takes_nothing_is_given_up() {
        let (near, _far) = tokio::io::duplex(64);
        let mut near = Patient::with_pace(near, Pace { bytes: 64, time: Duration::from_millis(10) });
        near.write_all(&[0; 64]).await.unwrap();
        assert_eq!(near.write_all(&[0; 64]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn an_end_that_takes_one_byte_after_another_is_given_up() {
        let (near, mut far) = tokio::io::duplex(64);
        let mut near = Patient::with_pace(near, Pace { bytes: usize::MAX, time: Duration::from_millis(10) });
        let write = async {
            loop {
                if let Err(error) = near.write_all(&[0; 64]).await {
                    return error.kind();
                }
            }
        };
        let take = async {
            loop {
                far.read_u8().await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        let given_up = async {
            tokio::select! { kind = write => kind, () = take => unreachable!("it takes for ever") }
        };
        assert_eq!(timeout(Duration::from_secs(30), given_up).await, Ok(io::ErrorKind::TimedOut));
    }
}
