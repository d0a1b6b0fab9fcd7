//! Servers under an authority of the test's own: a router, or a script for what no router would do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use countersign::client::{Client, Connection, Limits, Secret};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub(super) const TOKEN: &str = "test-token";

/// Every host that a test speaks to.
const HOSTS: [&str; 10] = [
    "*.googleapis.com",
    "gcr.io",
    "*.gcr.io",
    "*.pkg.dev",
    "registry.example",
    "auth.example",
    "storage.example",
    "gke-1.us-central1-a.gke.goog",
    "registry-1.docker.io",
    "127.0.0.1",
];

/// An authority and a certificate of it for [`HOSTS`].
pub(super) struct Authority {
    pub(super) pem: String,
    acceptor: TlsAcceptor,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);
        let leaf_key = KeyPair::generate().unwrap();
        let hosts: Vec<String> = HOSTS.iter().map(|host| (*host).to_owned()).collect();
        let leaf = CertificateParams::new(hosts).unwrap().signed_by(&leaf_key, &issuer).unwrap();
        let private = PrivateKeyDer::try_from(leaf_key.serialize_der()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(rustls::crypto::aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], private)
            .unwrap();
        Self { pem: authority.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) }
    }
}

/// A server on a free port of 127.0.0.1 that ends with the test.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) authority: String,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Serves a router as all hosts.
    pub(super) async fn router(router: Router) -> Self {
        let authority = Authority::new();
        let pem = authority.pem.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = Tls { listener, acceptor: authority.acceptor };
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, authority: pem, task }
    }

    /// Answers the requests one after the other with these steps, the last one again and again.
    pub(super) async fn script(steps: Vec<Step>) -> (Self, Arc<AtomicUsize>) {
        let Authority { pem, acceptor } = Authority::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let count = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&count);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (acceptor, seen, steps) = (acceptor.clone(), Arc::clone(&seen), steps.clone());
                tokio::spawn(async move {
                    if let Ok(mut stream) = acceptor.accept(stream).await {
                        read_request(&mut stream).await;
                        let number = seen.fetch_add(1, Ordering::SeqCst);
                        steps[number.min(steps.len() - 1)].play(stream).await;
                    }
                });
            }
        });
        (Self { address, authority: pem, task }, count)
    }

    pub(super) fn client(&self) -> Client {
        self.client_with(quick())
    }

    pub(super) fn client_with(&self, limits: Limits) -> Client {
        Client::new(Connection::sandbox(self.address, self.authority.clone(), Secret::new(TOKEN)).with_limits(limits))
    }
}

/// Limits under which a test of a server that never answers is short.
pub(super) fn quick() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        total: Duration::from_secs(10),
        pause: Duration::from_millis(20),
        ..Limits::default()
    }
}

/// What a server does with one request.
#[derive(Clone)]
pub(super) enum Step {
    /// Sends these bytes and closes.
    Send(Vec<u8>),
    /// Sends these bytes and then nothing, for as long as the client waits.
    Hang(Vec<u8>),
    /// Sends the first bytes, and the second ones again and again until the client hangs up.
    Flood(Vec<u8>, Vec<u8>),
}

impl Step {
    /// An answer with a JSON body and more headers, each ending in CR LF.
    pub(super) fn answer(status: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::Send(
            format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}")
                .into_bytes(),
        )
    }

    async fn play(&self, mut stream: TlsStream<TcpStream>) {
        match self {
            Self::Send(bytes) => {
                stream.write_all(bytes).await.unwrap();
                // Whether the client still listens does not matter any more.
                let _ = stream.shutdown().await;
            }
            Self::Hang(bytes) => {
                stream.write_all(bytes).await.unwrap();
                stream.flush().await.unwrap();
                let _ = stream.read_to_end(&mut Vec::new()).await;
            }
            Self::Flood(head, bytes) => {
                stream.write_all(head).await.unwrap();
                while stream.write_all(bytes).await.is_ok() {}
            }
        }
    }
}

/// Reads the head of a request, and its body as far as `content-length` says.
async fn read_request(stream: &mut TlsStream<TcpStream>) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = stream.read(&mut chunk).await.unwrap_or(0);
        bytes.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return;
            }
        }
        if read == 0 {
            return;
        }
    }
}

struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.listener.accept().await.unwrap();
            // A client that does not trust us hangs up here.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
