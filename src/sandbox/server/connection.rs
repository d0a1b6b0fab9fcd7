//! One connection: what it is, the tunnel and the TLS around it, and its requests.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::front::Front;
use super::lobby::Guest;
use super::patient::Patient;
use super::plain::{self, Plain};

/// The first byte of a TLS handshake (RFC 8446, section 5.1: content type `handshake`).
const TLS_HANDSHAKE: u8 = 0x16;

/// How long a client may take until TLS stands.
const OPENING_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may take for a request's head, and how long a connection may idle: longer than
/// clients keep theirs, so that none is closed under a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(120);

const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_CONNECT_BYTES: usize = 8 * 1024;

/// Serves a connection to its end; errors are the client's and are only logged.
pub(super) async fn serve(
    stream: TcpStream,
    tls: TlsAcceptor,
    front: Arc<Front>,
    guest: Arc<Guest>,
    mut stopping: watch::Receiver<bool>,
) {
    let opened = tokio::select! {
        opened = tokio::time::timeout(OPENING_TIMEOUT, open(stream, &tls, &front)) => opened,
        () = guest.dismissal() => return tracing::debug!("a connection was given up before TLS stood"),
        _ = stopping.changed() => return,
    };
    let stream = match opened {
        Ok(Ok(Some(stream))) => stream,
        Ok(Ok(None)) => return,
        Ok(Err(error)) => return tracing::debug!(%error, "a connection was not opened"),
        Err(_) => return tracing::debug!("a connection took too long to open"),
    };
    let name: Option<Arc<str>> = stream.get_ref().1.server_name().map(Arc::from);
    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    let client = shown.and_then(|certificate| front.client(certificate));
    let asking = Arc::clone(&guest);
    let service = service_fn(move |request| {
        let (front, name, guest) = (Arc::clone(&front), name.clone(), Arc::clone(&asking));
        async move { Ok::<_, Infallible>(front.answer(request, name.as_deref(), client, &guest).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(Patient::new(stream)), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = guest.dismissal() => return tracing::debug!("a connection without a token was given up"),
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// TLS, directly or in a tunnel; none where the client wanted something else and was told.
async fn open(mut stream: TcpStream, tls: &TlsAcceptor, front: &Front) -> io::Result<Option<TlsStream<TcpStream>>> {
    stream.set_nodelay(true)?;
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Ok(None);
    }
    if first != [TLS_HANDSHAKE] {
        let answer = plain::answer(&read_head(&mut stream).await?, front.token(), front.is_open());
        stream.write_all(answer.head().as_bytes()).await?;
        if answer != Plain::Tunnel {
            close(stream).await?;
            return Ok(None);
        }
    }
    tls.accept(stream).await.map(Some)
}

/// Ends a connection so that the client can read what it was told: what it still sends is taken,
/// because a connection with unread bytes is reset.
async fn close(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut rest = [0; 4096];
    for _ in 0..256 {
        if stream.read(&mut rest).await? == 0 {
            break;
        }
    }
    Ok(())
}

/// A request's head, up to its empty line and no further: what follows is TLS.
async fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MAX_CONNECT_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the head of a plain request is too long"));
        }
        // Byte by byte, so that nothing behind the head is taken; the kernel has it buffered.
        head.push(stream.read_u8().await?);
    }
    Ok(head)
}
