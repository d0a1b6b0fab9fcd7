//! Bodies of requests: a time to come in, a size, and an end that the client sees.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::time::{Instant, timeout};

use super::pace::{Pace, Waits};
use super::refusal::Refusal;

/// How long the body of a request to an API may take to come in.
const WHOLE: Duration = Duration::from_secs(30);

/// A body has to bring this much in each stretch of time that it is waited for, or it is given up: far less than any
/// disk or client sends, and far more than one that only wants to hold a place.
const PACE: Pace = Pace { bytes: 16 * 1024, time: Duration::from_secs(5) };

/// What is read and dropped of a body that nobody wants, so that the client reads the answer before its connection
/// is closed.
const DRAINED_BYTES: usize = 8 << 20;
const DRAINED_FOR: Duration = Duration::from_secs(2);

/// A body that fails when it comes too slowly, and of which the rest is read when nobody wants it any more.
pub(super) struct Paced<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> {
    /// Gone when it is at its end, or broke.
    body: Option<B>,
    slowness: Waits,
    /// Whether the client sends nothing before it is told to go on (RFC 9110, section 10.1.1): reading is that.
    waits: bool,
}

impl<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> Paced<B> {
    pub(super) fn new(body: B, waits: bool) -> Self {
        Self::with_pace(body, waits, PACE)
    }

    fn with_pace(body: B, waits: bool, pace: Pace) -> Self {
        Self { body: Some(body).filter(|body| !body.is_end_stream()), slowness: Waits::new(pace), waits }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("it came too slowly")]
struct Slow;

impl<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> HttpBody for Paced<B>
where
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        this.waits = false;
        let Some(body) = &mut this.body else { return Poll::Ready(None) };
        match Pin::new(body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                this.slowness.moved(frame.data_ref().map_or(0, Bytes::len), Instant::now());
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(error))) => {
                this.body = None;
                Poll::Ready(Some(Err(axum::Error::new(error))))
            }
            Poll::Ready(None) => {
                this.body = None;
                Poll::Ready(None)
            }
            Poll::Pending => match this.slowness.poll_over(Instant::now(), cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(()) => {
                    this.body = None;
                    Poll::Ready(Some(Err(axum::Error::new(Slow))))
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl<B: HttpBody<Data = Bytes> + Send + Unpin + 'static> Drop for Paced<B> {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !body.is_end_stream() && !self.waits) else { return };
        // Without a runtime the server is gone, and with it the client's connection.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(timeout(DRAINED_FOR, drain(body)));
        }
    }
}

/// Reads what comes, up to a limit. A connection that is closed with unread bytes is reset, and the client then
/// sees no answer.
async fn drain(mut body: impl HttpBody<Data = Bytes> + Unpin) {
    let mut left = DRAINED_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let came = frame.data_ref().map_or(0, Bytes::len);
        let Some(rest) = left.checked_sub(came) else { return };
        left = rest;
    }
}

/// All of a body.
///
/// # Errors
/// It is larger than `most`, comes too slowly, or breaks off.
pub(super) async fn whole<B>(body: Paced<B>, most: usize) -> Result<Bytes, Refusal>
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<axum::BoxError>,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > most as u64 {
        return Err(Refusal::TooLarge { most });
    }
    timeout(WHOLE, collected(body, most)).await.unwrap_or(Err(Refusal::SlowBody))
}

async fn collected<B>(mut body: Paced<B>, most: usize) -> Result<Bytes, Refusal>
where
    B: HttpBody<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<axum::BoxError>,
{
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error.into_inner() {
            error if error.is::<Slow>() => Refusal::SlowBody,
            error => Refusal::BrokenBody(error.to_string()),
        })?;
        let Ok(data) = frame.into_data() else { continue };
        if all.len() + data.len() > most {
            return Err(Refusal::TooLarge { most });
        }
        all.extend_from_slice(&data);
    }
    Ok(all.into())
}

/// The body of a large answer, in pieces, which holds something until it was sent or given up.
pub(super) fn held(body: Body, held: impl Send + Unpin + 'static) -> Body {
    Body::new(Held { body, left: Bytes::new(), _place: held })
}

/// The largest piece that is handed on at once: as much as the connection keeps, so that what a client does not take
/// stays here, and what is held with it.
const PIECE_BYTES: usize = 64 * 1024;

struct Held<H> {
    body: Body,
    left: Bytes,
    _place: H,
}

impl<H: Unpin> HttpBody for Held<H> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.left.is_empty() {
            match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.left = data,
                    Err(trailers) => return Poll::Ready(Some(Ok(trailers))),
                },
                other => return other,
            }
        }
        let piece = self.left.len().min(PIECE_BYTES);
        Poll::Ready(Some(Ok(Frame::data(self.left.split_to(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (rest, left) = (self.body.size_hint(), self.left.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower() + left);
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper + left);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use std::convert::Infallible;

    use super::*;

    fn paced(body: Body) -> Paced<Body> {
        Paced::new(body, false)
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        assert_eq!(whole(paced(Body::from("abc")), 3).await.unwrap(), "abc");
        assert!(matches!(whole(paced(Body::from("abcd")), 3).await, Err(Refusal::TooLarge { most: 3 })));
        let unsized_body = Body::from_stream(stream::iter([Ok::<_, Infallible>("ab"), Ok("cd")]));
        assert!(matches!(whole(paced(unsized_body), 3).await, Err(Refusal::TooLarge { most: 3 })));
        assert_eq!(whole(paced(Body::empty()), 3).await.unwrap(), "");
    }

    #[tokio::test]
    async fn a_body_that_stops_to_come_is_given_up() {
        let begun = stream::iter([Ok::<_, Infallible>("ab")]);
        let stuck = Body::from_stream(futures_util::StreamExt::chain(begun, stream::pending()));
        let pace = Pace { bytes: 100, time: Duration::from_millis(10) };
        let body = Paced::with_pace(stuck, false, pace);
        assert!(matches!(whole(body, 1000).await, Err(Refusal::SlowBody)));
    }

    #[tokio::test]
    async fn an_answer_goes_out_in_pieces_and_holds_its_place_until_its_end() {
        let held_place = std::sync::Arc::new(());
        let mut body = held(Body::from(vec![7; 150_000]), std::sync::Arc::clone(&held_place));
        assert_eq!(body.size_hint().exact(), Some(150_000));
        let mut sizes = Vec::new();
        while let Some(frame) = body.frame().await {
            sizes.push(frame.unwrap().into_data().unwrap().len());
        }
        assert_eq!(sizes, [65536, 65536, 18928]);
        assert_eq!(std::sync::Arc::strong_count(&held_place), 2);
        drop(body);
        assert_eq!(std::sync::Arc::strong_count(&held_place), 1);
    }
}
